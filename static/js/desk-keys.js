// The queue by keyboard. J and K go to the next and the previous comment; A, R, S, B, F and U press the button of the row, or of the
// notice above, that has this letter in data-key; X chooses the row; ? tells the keys. Never while somebody types in a field, and
// never with Ctrl, Alt or Meta; Esc leaves the form that R has opened, and lets go of what is chosen. After htmx has put a new list in, the row that stands where the old one stood is the current one.
// Keys that come while a decision is under way wait for the new list: each is about the row that is current then.
// Without script: the same buttons, with Tab.

import { announce } from "./status.js";

const PRESSES = new Set(["A", "R", "S", "B", "F", "U"]);
const ASKS = new Set(["R", "B"]); // what opens a form: what is typed after it belongs there and is no command
const MOST_AHEAD = 50;
const PLACE = "desk-place";

const underWay = new Set(); // requests for a new list, or for a form in the dialog
let ahead = []; // keys that wait for the new list
let place = -1; // of the current row among its fellows
let wasIn = false; // whether the keyboard was in the list when it was sent away
let before = []; // the ids of the rows that were sent away
let isUndo = false;

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && (leave(event.target) || letGo())) return event.preventDefault();
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || !queue() || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;

  const key = event.key === "?" ? "?" : event.key.toUpperCase();
  if (!["J", "K", "?", "X", ...PRESSES].includes(key)) return;
  event.preventDefault();
  underWay.size ? wait(key) : obey(key);
});

// A form's Cancel empties it, and closes it as Esc does.
document.addEventListener("reset", ({ target }) => leave(target));

document.addEventListener("focusin", ({ target }) => {
  const row = target.closest?.(".queue--main > .mod");
  if (row) mark(rows().indexOf(row));
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (!queue() || !["queue", "dialog"].includes(ctx.target?.id)) return;
  underWay.add(ctx);
  wasIn = queue().contains(document.activeElement);
  before = rows().map(({ id }) => id);
  isUndo = Boolean(ctx.sourceElement.closest(".desk__told"));
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (!underWay.delete(ctx)) return;
  if (ctx.status !== "swapped" || ctx.response.status >= 400) ahead = []; // what went wrong is to be read first
  queueMicrotask(goOn); // by then the next decision of the mouse has begun
});

document.addEventListener("htmx:after:settle", ({ target }) => {
  if (target.matches?.(".mod__thread")) return target.focus();
  if (target.matches?.("#word-lists")) return document.querySelector("#word-lists [aria-invalid], #trial")?.focus();
  if (!queue() || target.closest?.("dialog, .mod")) return;

  const told = [...document.querySelectorAll("#queue [data-told], #queue > .alert, #queue .desk__quicker .alert")];
  if (told.length) announce(told.map((one) => one.textContent.trim()).join(" "));
  const fault = document.querySelector("#queue > [role=alert]");
  if (fault) return (document.querySelector("#queue details[open] select") ?? fault).focus();
  count();
  tellChosen();
  const quicker = document.getElementById("moved-h"); // what was not carried out is not passed by
  if (quicker) {
    mark(nextPlace());
    quicker.focus();
    return quicker.scrollIntoView({ block: "center" });
  }
  if (isTyping(document.activeElement)) return;
  if (wasIn || document.activeElement === document.body) go(nextPlace());
});

/** Gives where one goes on: at what has come back, at the current row, or at the first below it that is still there. */
function nextPlace() {
  const ids = rows().map(({ id }) => id);
  const back = isUndo ? ids.findIndex((id) => !before.includes(id)) : -1;
  const below = before.slice(Math.max(0, place)).map((id) => ids.indexOf(id)).find((n) => n >= 0);
  return back >= 0 ? back : (below ?? ids.length - 1);
}

// What is done about a person in the dialog loads the page anew: one goes on at the row where one was, and hears what was done.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.target?.id === "dialog" && queue() && place >= 0 && (ctx.hx?.redirect || ctx.hx?.refresh)) keepPlace();
});

function keepPlace() {
  try {
    sessionStorage.setItem(PLACE, place);
  } catch {
    // a browser may keep nothing
  }
}

function takePlace() {
  try {
    const kept = sessionStorage.getItem(PLACE);
    sessionStorage.removeItem(PLACE);
    if (kept === null || !queue()) return;
    announce(document.querySelector("#queue [data-told]")?.textContent.trim() ?? "");
    go(Number(kept));
  } catch {
    // a browser may keep nothing
  }
}
takePlace();

function queue() {
  return document.querySelector("[data-queue]");
}

function rows() {
  return [...document.querySelectorAll(".queue--main > .mod")];
}

function isTyping({ isContentEditable, tagName, type }) {
  if (isContentEditable || tagName === "TEXTAREA" || tagName === "SELECT") return true;
  return tagName === "INPUT" && !["checkbox", "radio", "button", "submit"].includes(type);
}

/** Closes the form that R has opened, and goes back to its row; what was typed stays in it. */
function leave(field) {
  const details = queue() && field.closest?.(".mod details[open]");
  if (!details) return false;
  details.open = false;
  go(rows().indexOf(details.closest(".mod")));
  return true;
}

/** Lets go of what is chosen, and of a reason begun for it. */
function letGo() {
  if (!queue() || document.querySelector("dialog[open]") || !chosen().length) return false;
  for (const box of chosen()) box.checked = false;
  tellChosen();
  go(place);
  return true;
}

function obey(key) {
  if (key === "J" || key === "K") go(place + (key === "J" ? 1 : -1));
  else if (key === "?") announce(help(), { shown: true });
  else if (key === "X") choose();
  else press(key);
}

function help() {
  const keys = [...document.querySelectorAll(".keys span:has(kbd)")].map((one) => one.textContent.replace(/^[JAKRSBFUX?]+(?= )/, (k) => [...k].join(", ")));
  return `${keys.join("; ")}. With some chosen, A, R and S are about all of them; Esc lets go.`;
}

function wait(key) {
  const isAsked = [...underWay].some(({ target }) => target.id === "dialog") || ahead.some((one) => ASKS.has(one));
  if (!isAsked && ahead.length < MOST_AHEAD) ahead.push(key);
}

function goOn() {
  while (ahead.length && !underWay.size) obey(ahead.shift());
  if (isTyping(document.activeElement) || document.querySelector("dialog[open]")) ahead = [];
}

function go(to) {
  const all = rows();
  if (!all.length) return;

  const row = all[Math.max(0, Math.min(to, all.length - 1))];
  row.tabIndex = -1;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

function mark(to) {
  place = to;
  rows().forEach((row, n) => {
    row.classList.toggle("is-current", n === to);
    n === to ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current");
  });
}

function current() {
  return rows()[place];
}

function choose() {
  const box = current()?.querySelector(".mod__pick input");
  box ? box.click() : announce("There is nothing to choose here.", { shown: true });
}

// With comments chosen, the keys are about all of them, and the bar below says how many: A and S press its buttons, R leads to the reason.
const OF_CHOSEN = { A: "[value=approve], [value=keep], [value=show]", S: "[value=spam]", R: "select" };

function pressForChosen(key) {
  const found = document.querySelector("#bulk")?.querySelector(OF_CHOSEN[key] ?? "none");
  if (!found) return announce(`${chosen().length} are chosen. Esc lets go of them.`, { shown: true });
  key === "R" ? found.focus() : found.click();
}

function chosen() {
  return [...document.querySelectorAll(".queue--main .mod__pick :checked")];
}

function tellChosen() {
  const words = document.querySelector("[data-chosen]");
  if (words) words.textContent = chosen().length ? `${chosen().length} chosen:` : "All chosen:";
}
document.addEventListener("change", ({ target }) => target.closest?.(".mod__pick") && tellChosen());

function press(key) {
  if (key !== "U" && chosen().length) return pressForChosen(key);
  if (key === "U") {
    const undo = document.querySelector('[data-key="U"]');
    return undo ? undo.click() : announce("There is nothing to undo.", { shown: true });
  }
  const row = current();
  if (!row) return announce("Press J to go to the first comment.", { shown: true });

  const button = row.querySelector(`[data-key="${key}"]`);
  const why = key === "F" ? "Only a comment that readers see can be featured." : "That cannot be done with this comment.";
  if (!button) return announce(why, { shown: true });
  const details = button.closest("details");
  if (!details || button.tagName !== "SUMMARY") {
    window.htmx?.process(row); // a key may come before htmx has got here; what it knows already it leaves alone
    return button.click();
  }
  details.open = true;
  details.querySelector("select, textarea")?.focus();
}

// The number beside «Comments» in the menu stands outside the list that htmx has put in.
function count() {
  const shown = document.querySelector('.views a[href*="tab=waiting"] .n');
  const menu = document.getElementById("waits");
  if (shown && menu && !location.search.includes("article=")) menu.firstChild.textContent = shown.textContent;
}
