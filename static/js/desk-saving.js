// Saves a story by itself while it is written, and loses no word. Every change is kept in this browser first (localStorage, by story
// and account) and forgotten when the server has it. Without a network it is saved when there is one again; with an ended session
// one signs in again in the same page; where somebody else has saved meanwhile, nothing is overwritten.
// Without script: the Save button.

import { announce } from "./status.js";

const KEPT_AFTER_MS = 400; // after the last key, in this browser
const SAVED_AFTER_MS = 2_000; // after the last key, on the server
const SAVED_AT_LEAST_MS = 10_000; // while somebody writes on and on
const TRIED_AGAIN_MS = [5_000, 10_000, 20_000, 30_000];
const MOST_ON_LEAVING = 60_000; // bytes that a browser sends of a page that is gone
const OURS_ALONE = new Set(["csrf_token", "act", "number", "format", "over"]);

/** Watches a form; `text` has settle(), which puts it into the form, set(format, text), says(format, text) and focus(). */
export function watch(form, text) {
  new Saving(form, text);
}

class Saving {
  constructor(form, text) {
    this.form = form;
    this.text = text;
    this.key = `story:${form.dataset.story}:${form.dataset.account}`;
    this.line = document.getElementById("saved-at");
    this.bar = document.getElementById("trouble");
    this.tries = 0;
    this.trouble = "";
    // Both texts stand side by side here: what is taken over from the other is for somebody to say, not for the clock.
    this.isByHand = Boolean(document.getElementById("meanwhile"));
    this.saved = this.isByHand ? "" : this.said();

    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("submit", (event) => this.submit(event));
    this.bar.addEventListener("click", ({ target }) => this[target.closest("button")?.dataset.answer]?.());
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
        event.preventDefault();
        form.requestSubmit(form.querySelector("[value=save]"));
      }
    });
    document.addEventListener("visibilitychange", () => document.hidden && this.leaving());
    window.addEventListener("pagehide", () => this.leaving());
    window.addEventListener("beforeunload", (event) => {
      if (this.isLeft || !this.isDirty()) return;
      this.keep();
      event.preventDefault();
    });
    window.addEventListener("online", () => this.trouble === "network" && this.save());
    window.addEventListener("offline", () => this.isDirty() && this.lost());
    this.restore();
  }

  get number() {
    return this.form.elements.number.value;
  }

  // What is written, and where it is

  entries() {
    this.text.settle();
    return [...new FormData(this.form)].filter(([name, value]) => !OURS_ALONE.has(name) && typeof value === "string");
  }

  said() {
    return JSON.stringify(this.entries());
  }

  isDirty() {
    return this.said() !== this.saved;
  }

  changed() {
    clearTimeout(this.keeping);
    document.querySelector("[data-until-changed]")?.remove();
    this.keeping = setTimeout(() => this.keep(), KEPT_AFTER_MS);
    if (this.isByHand) return;
    this.since ??= Date.now();
    clearTimeout(this.waiting);
    if (this.trouble === "network" || this.trouble === "session" || this.trouble === "meanwhile") return;
    this.waiting = setTimeout(() => this.save(), Math.max(0, Math.min(SAVED_AFTER_MS, this.since + SAVED_AT_LEAST_MS - Date.now())));
  }

  keep() {
    clearTimeout(this.keeping);
    if (!this.isDirty()) return this.forget();
    const kept = { number: this.number, format: this.form.elements.format.value, at: Date.now(), fields: this.entries() };
    try {
      localStorage.setItem(this.key, JSON.stringify(kept));
      this.cannotKeep = false;
    } catch {
      this.cannotKeep = true;
    }
  }

  forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // a browser may keep nothing
    }
  }

  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  restore() {
    const kept = this.kept();
    if (!kept || this.isByHand) return;
    if (this.isSame(kept)) return this.forget();

    if (kept.number === this.number) {
      this.fill(kept);
      announce(`What was not saved on ${when(kept.at)} stands here again.`, { shown: true });
      return this.changed();
    }
    this.isByHand = true; // until somebody has said which it is to be
    this.tell("kept", `This browser keeps words of ${when(kept.at)} that were never saved. The story has been saved anew since.`, [
      ["compare", "Show both"],
      ["leave", "Forget them"],
    ]);
  }

  isSame({ fields, format }) {
    const [theirs, mine] = [fields, this.entries()].map((all) => JSON.stringify(all.filter(([name]) => name !== "body")));
    return theirs === mine && this.text.says(format, fields.find(([name]) => name === "body")?.[1] ?? "");
  }

  fill({ fields, format }) {
    const values = new Map();
    for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
    for (const field of this.form.elements) {
      if (!field.name || OURS_ALONE.has(field.name)) continue;
      const own = values.get(field.name) ?? [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = own.includes(field.value);
      else if (field.type === "select-multiple") for (const option of field.options) option.selected = own.includes(option.value);
      else if (field.name === "body") this.text.set(format, own[0] ?? "");
      else field.value = own.shift() ?? "";
    }
    for (const field of this.form.querySelectorAll("[data-guide]")) field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  compare() {
    const kept = this.kept();
    if (kept && this.trouble === "kept") {
      this.fill(kept);
      this.form.elements.number.value = kept.number;
    }
    this.go("save");
  }

  leave() {
    this.forget();
    this.isByHand = false;
    this.calm();
    this.text.focus();
  }

  // Saving

  async save() {
    clearTimeout(this.waiting);
    if (this.running) return this.running.then(() => (this.isDirty() ? this.save() : !this.trouble));
    if (!this.isDirty() && !this.trouble) return true;
    this.keep();
    this.running = this.send().finally(() => (this.running = null));
    const went = await this.running;
    if (went && this.isDirty()) this.changed();
    return went;
  }

  async send(isAgain = false) {
    const said = this.said();
    const data = new FormData(this.form);
    let answer;
    try {
      answer = await fetch(this.form.action, { method: "POST", body: data, headers: { Accept: "application/json" }, redirect: "manual" });
    } catch {
      return this.lost();
    }
    if (answer.ok) return this.done(said, await answer.json());
    if (answer.status === 400 && !isAgain && (await this.freshToken())) return this.send(true);
    if (answer.type === "opaqueredirect") return !isAgain && (await this.freshToken()) ? this.send(true) : this.ended();
    if (answer.status === 409) return this.overtaken(await answer.text());
    if (answer.status === 422) return this.refused(await answer.text());
    if (answer.status === 429 || answer.status >= 500) return this.lost("The site does not answer just now.");
    return this.tell("refused", "The site does not take it: the story may be gone, or not yours any more. Your words are kept in this browser.");
  }

  done(said, { number, said: when_ }) {
    const wasTrouble = this.trouble;
    this.form.elements.number.value = number;
    this.saved = said;
    this.since = undefined;
    this.tries = 0;
    this.calm();
    if (this.isDirty()) this.keep();
    else this.forget();
    this.state(`Saved ${when_}`);
    if (wasTrouble || !this.hasSaidSo) announce(`Saved ${when_}.`);
    this.hasSaidSo = true;
    this.form.dispatchEvent(new Event("story:saved"));
    return true;
  }

  lost(why = "There is no connection.") {
    const kept = this.cannotKeep ? "This browser can keep nothing: do not close the page." : "Your words are kept in this browser and saved as soon as it works again.";
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.save(), TRIED_AGAIN_MS[Math.min(this.tries++, TRIED_AGAIN_MS.length - 1)]);
    return this.tell("network", `${why} ${kept}`);
  }

  ended() {
    return this.tell("session", "You are not signed in any more. Your words are kept in this browser.", [["signIn", "Sign in again"]]);
  }

  overtaken(page) {
    const words = parsed(page).querySelector("#meanwhile h2")?.textContent.trim() ?? "Somebody has saved meanwhile. Nothing was overwritten.";
    return this.tell("meanwhile", `${words} What you wrote is kept in this browser.`, [["compare", "Show both"]]);
  }

  refused(page) {
    const words = [...parsed(page).querySelectorAll("#story .field__error")].map((line) => line.textContent.trim()).join(" ");
    return this.tell("refused", `It cannot be saved as it is. ${words}`);
  }

  /** Asks for the page's token anew: a session that has begun since has another. */
  async freshToken() {
    try {
      const answer = await fetch(location.pathname, { redirect: "manual" });
      const found = answer.ok && parsed(await answer.text()).querySelector("#story");
      if (!found) return false;
      if (found.dataset.account !== this.form.dataset.account) {
        this.tell("session", "Somebody else is signed in here now. Your words are kept in this browser for you.");
        return false;
      }
      const token = found.elements.csrf_token.value;
      for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
      return true;
    } catch {
      return false;
    }
  }

  async signIn() {
    if (await this.freshToken()) return this.save();
    const dialog = document.getElementById("dialog");
    await window.htmx.ajax("GET", `/account/sign-in?next=${encodeURIComponent(location.pathname)}`, { source: "#dialog", target: "#dialog", swap: "innerHTML" });
    const send = async (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      const answer = await fetch(event.target.action, { method: "POST", body: new FormData(event.target), headers: { "HX-Request": "true", "HX-Request-Type": "partial" } });
      if (!answer.headers.has("HX-Redirect") && !answer.headers.has("HX-Refresh")) {
        dialog.innerHTML = await answer.text();
        return (dialog.querySelector("[aria-invalid]") ?? dialog.querySelector("input:not([type=hidden])"))?.focus();
      }
      dialog.close();
      if (await this.freshToken()) await this.save();
      this.text.focus();
    };
    dialog.addEventListener("submit", send, true);
    dialog.addEventListener("close", () => dialog.removeEventListener("submit", send, true), { once: true });
  }

  // Going on

  async submit(event) {
    event.preventDefault();
    const act = event.submitter?.value ?? "save";
    this.text.settle();
    if (this.isByHand) return this.go(act);
    if (!(await this.save())) return this.trouble === "refused" || this.trouble === "meanwhile" ? this.go(act) : undefined;
    if (act === "save") announce("Saved.", { shown: true });
    else this.go(act);
  }

  go(act) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "act", value: act });
    this.keep();
    this.isLeft = true;
    this.form.append(field);
    this.form.submit();
  }

  leaving() {
    if (this.isLeft || this.isByHand || !this.isDirty()) return;
    this.keep();
    const data = new FormData(this.form);
    if (new URLSearchParams(data).toString().length > MOST_ON_LEAVING || this.running) return this.save();
    this.running = this.sendOnLeaving(data).finally(() => (this.running = null));
  }

  async sendOnLeaving(body) {
    const said = this.said();
    try {
      const answer = await fetch(this.form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual", keepalive: true });
      if (answer.ok) this.done(said, await answer.json());
    } catch {
      // what is kept in this browser is there when the page is opened again
    }
  }

  // What is told

  tell(kind, words, buttons = []) {
    if (this.trouble !== kind || this.bar.firstChild.textContent !== words) {
      this.trouble = kind;
      this.bar.firstElementChild.textContent = words;
      this.bar.lastElementChild.replaceChildren(
        ...buttons.map(([answer, label]) => {
          const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn--line btn--s", textContent: label });
          button.dataset.answer = answer;
          return button;
        }),
      );
      this.bar.hidden = false;
      this.state("Not saved");
      announce(words);
    }
    return false;
  }

  state(words) {
    if (this.line) this.line.textContent = words;
    document.querySelector("[data-saved-at]").textContent = words;
  }

  calm() {
    this.trouble = "";
    this.bar.hidden = true;
  }
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

function when(at) {
  return new Date(at).toLocaleString(document.documentElement.lang, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}
