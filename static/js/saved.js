// Saved stories of who is not signed in are kept in this browser alone. This is the list itself, and the buttons [data-save] that put a
// story on it and take it off: drawn from here, because without script nothing can be kept (save.css). One of a story's buttons has
// its words. Who is signed in keeps them in the account: forms [data-saves], sent from here without a new page; what this browser had
// kept before moves there once.
// Without script: there is no button, or for who is signed in, a form with one.

import { announce } from "./status.js";
import { tell } from "./worker.js";

export const MOST = 100; // stories, as MOST in newsapp/follows/routes.py
const KEY = "saved";
const MERGED = "saved-merged"; // in sessionStorage
const CHANGED = "saved:changed"; // on document, after this tab or another has changed the list

/** The stories, the newest first: [{id, url, title, section, kind, standfirst, published, picture}]. null: the browser keeps nothing. */
export function read() {
  let text;
  try {
    text = localStorage.getItem(KEY);
  } catch {
    return null; // forbidden
  }
  try {
    const list = JSON.parse(text ?? "[]");
    return list.filter((story) => /^\d+$/.test(story?.id) && /^\/[^/\\]/.test(story.url) && story.title).slice(0, MOST);
  } catch {
    return []; // not what we wrote
  }
}

/** Puts the list in place of the one before. Tells whether the browser has taken it. */
export function write(list) {
  try {
    if (list.length) localStorage.setItem(KEY, JSON.stringify(list));
    else localStorage.removeItem(KEY);
  } catch {
    return false; // forbidden, or full
  }
  document.dispatchEvent(new Event(CHANGED));
  return true;
}

/** Puts stories where they were in the list, or first. Tells whether the browser has taken it. */
export function put(stories, places = []) {
  const ids = new Set(stories.map(({ id }) => id));
  const list = (read() ?? []).filter(({ id }) => !ids.has(id));
  stories.forEach((story, n) => list.splice(places[n] ?? n, 0, story));
  return write(list.slice(0, MOST));
}

/** Takes the stories with these ids off the list. */
export function remove(ids) {
  return write((read() ?? []).filter(({ id }) => !ids.includes(id)));
}

export function onChange(then) {
  document.addEventListener(CHANGED, then);
  addEventListener("storage", ({ key }) => (key === KEY || key === null) && then());
  addEventListener("pageshow", ({ persisted }) => persisted && then());
}

export const DENIED = "This browser keeps nothing for us: its storage is off or full. A bookmark does the same.";

const isSignedIn = "account" in document.body.dataset; // then the service worker is told nothing: no page of one's own is kept

if (isSignedIn) {
  merge();
} else {
  keep();
  onChange(keep);
}
draw();
onChange(draw);
document.addEventListener("htmx:after:settle", draw);
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-save]");
  if (button) toggle(button.dataset.save);
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-saves]");
  if (!form) return;
  event.preventDefault();
  send(form);
});

function draw() {
  const saved = new Set(read()?.map(({ id }) => id));
  for (const button of document.querySelectorAll("[data-save]")) button.ariaPressed = saved.has(button.dataset.save);
}

// What is saved can be read without a network.
function keep() {
  const list = read();
  if (list) tell({ saved: list.map(({ url }) => url) });
}

function toggle(id) {
  const list = read() ?? [];
  if (list.some((story) => story.id === id)) {
    announce(remove([id]) ? "No longer saved." : DENIED, { shown: true });
  } else if (list.length >= MOST) {
    announce(`${MOST} stories are saved, and more do not fit. Remove some under Saved stories, in the menu.`, { shown: true });
  } else {
    announce(put([told(id)]) ? "Saved in this browser, under Saved stories in the menu." : DENIED, { shown: true });
  }
}

function told(id) {
  const { url, title, section, kind, standfirst, published, picture } = document.querySelector(`[data-save="${id}"][data-url]`).dataset;
  return { id, url, title, section, kind, standfirst, published, picture };
}

// In the account

async function send(form) {
  const { story, act } = form.elements;
  const answer = await post(new FormData(form));
  if (!answer) return announce("That did not work. Check your connection and try again.", { shown: true });
  if (answer.fault) return announce(answer.fault, { shown: true });

  for (const other of document.querySelectorAll(`[data-saves="${story.value}"]`)) {
    other.elements.act.value = answer.saved ? "remove" : "save";
    other.querySelector("button").ariaPressed = answer.saved;
  }
  announce(act.value === "remove" ? "Saved in your account, under Saved stories in the menu." : "No longer saved.", { shown: true });
}

/** Moves what this browser has kept to the account. What does not fit there stays here, and is not sent again by this window. */
async function merge() {
  const list = read();
  if (!list?.length || sessionStorage.getItem(MERGED)) return;

  const body = new FormData();
  body.set("csrf_token", document.querySelector("#prefs [name=csrf_token]")?.value ?? "");
  body.set("act", "merge");
  for (const { id, title } of list) {
    body.append("story", id);
    body.append("title", title);
  }
  const answer = await post(body);
  if (!answer) return;

  sessionStorage.setItem(MERGED, "yes");
  const left = new Set(answer.left.map(String));
  const now = read() ?? []; // another tab may have moved it meanwhile
  write(now.filter(({ id }) => left.has(id)));
  const n = list.length - left.size;
  const words = `${n} ${n === 1 ? "story" : "stories"} saved in this browser ${n === 1 ? "is" : "are"} in your account now.`;
  announce(left.size ? `${words} ${left.size} more did not fit.` : words, { shown: true });
  if (document.querySelector("[data-saved-here]")) location.reload();
}

async function post(body) {
  try {
    const answer = await fetch("/saved", { method: "POST", body, headers: { Accept: "application/json" } });
    return answer.ok || answer.status === 422 ? await answer.json() : null;
  } catch {
    return null;
  }
}
