// Saved stories are kept in this browser alone. This is the list itself, and the buttons [data-save] that put a story on it and
// take it off: drawn from here, because without script nothing can be kept (save.css). One of a story's buttons has its words.
// Without script: there is no button.

import { announce } from "./status.js";
import { tell } from "./worker.js";

export const MOST = 100; // stories, as MOST in newsapp/follows/routes.py
const KEY = "saved";
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

draw();
keep();
onChange(draw);
onChange(keep);
document.addEventListener("htmx:after:settle", draw);
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-save]");
  if (button) toggle(button.dataset.save);
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
