// The page of saved stories, #saved: draws the browser's own list at once, then asks the newsroom in one request how these stories
// are today (a new headline, a withdrawn story) and puts its rows in their place. Removing can be undone until the page is left.
// Without script: the page says what it needs.

import { announce } from "./status.js";
import { DENIED, onChange, put, read, remove } from "./saved.js";

const page = document.getElementById("saved");
const part = (name) => page.querySelector(`[data-saved="${name}"]`);
const removed = new Map(); // by id: the rows of an undo, with what it brings back
const answered = new Map(); // by id: the newsroom's own row

if (page) {
  show();
  ask();
  onChange(show);
  page.addEventListener("click", ({ target }) => {
    const act = { remove: removeOne, undo, clear }[target.closest("button")?.dataset.saved];
    act?.(target.closest("li"));
  });
}

function show() {
  const stories = read();
  const list = stories ?? [];
  const ids = new Set(list.map(({ id }) => id));
  for (const id of removed.keys()) if (ids.has(id)) removed.delete(id); // another tab has brought it back

  const rows = list.map((story) => rowOf(story));
  for (const { place, row } of new Set(removed.values())) rows.splice(place, 0, row);
  arrange(rows);

  part("denied").hidden = stories !== null;
  part("empty").hidden = stories === null || rows.length > 0;
  part("bar").hidden = list.length === 0;
  part("count").textContent = `${list.length} ${list.length === 1 ? "story" : "stories"}`;
}

/** Puts the rows in this order without touching those that stand right: one of them may have the focus. */
function arrange(rows) {
  const list = part("list");
  for (const row of [...list.children]) if (!rows.includes(row)) row.remove();
  rows.forEach((row, n) => list.children[n] !== row && list.insertBefore(row, list.children[n] ?? null));
}

function rowOf(story) {
  return answered.get(story.id) ?? part("list").querySelector(`[data-id="${story.id}"]:not(.saved__undo)`) ?? draw(story);
}

/** A row from what the browser has kept of the story. */
function draw({ id, url, title, section, kind, standfirst, published, picture }) {
  const row = document.getElementById("saved-row").content.firstElementChild.cloneNode(true);
  row.dataset.id = id;
  const time = row.querySelector("time");
  const at = new Date(published);
  if (at.getTime()) {
    time.dateTime = published;
    time.textContent = at.toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "short", year: "numeric" });
  }
  Object.assign(row.querySelector("h2 a"), { href: url, textContent: title });
  if (kind) row.querySelector(".kind").textContent = kind;
  else row.querySelector(".kicker").remove(); // plain news
  fill(row.querySelector("article > p"), standfirst);
  fill(row.querySelector("b"), section);
  const pic = row.querySelector(".pic");
  if (picture?.startsWith("/media/")) {
    pic.href = url;
    pic.firstElementChild.src = picture;
  } else {
    pic.remove();
  }
  row.querySelector("button").ariaLabel = `Remove: ${title}`;
  return row;
}

function fill(element, text) {
  if (text) element.textContent = text;
  else element.remove();
}

async function ask() {
  const list = read() ?? [];
  if (!list.length) return;

  try {
    const response = await fetch(`${location.pathname}?${list.map(({ id }) => `s=${id}`).join("&")}`, {
      headers: { "HX-Request": "true", "HX-Request-Type": "partial" },
    });
    if (!response.ok) throw new Error(`/saved answered ${response.status}`);
    const answer = document.createElement("template");
    answer.innerHTML = await response.text();
    for (const row of answer.content.querySelectorAll("[data-id]")) settle(row, list);
  } catch {
    part("note").textContent = "The newsroom cannot be reached. These are the stories as they were when you saved them.";
    part("note").hidden = false;
  }
}

/** Puts the newsroom's row in place of ours, with what has changed since the story was saved. */
function settle(row, list) {
  const story = list.find(({ id }) => id === row.dataset.id);
  if (!story) return;

  const title = row.querySelector("h2 a")?.textContent.trim();
  if ("gone" in row.dataset) {
    row.prepend(note(story.title, "saved__title"));
    row.querySelector("button").ariaLabel = `Remove: ${story.title}`;
    row.querySelector("[data-saved=why]")?.setAttribute("href", story.url);
  } else if (title !== story.title) {
    row.querySelector("h2").after(note(`When you saved it: “${story.title}”`, "saved__before"));
  }
  answered.set(story.id, row);
  const ours = part("list").querySelector(`[data-id="${story.id}"]:not(.saved__undo)`);
  const hadFocus = ours?.contains(document.activeElement) && document.activeElement.localName;
  ours?.replaceWith(row);
  if (hadFocus) row.querySelector(hadFocus)?.focus();
}

function note(text, name) {
  const line = document.createElement("p");
  line.className = name;
  line.textContent = text;
  return line;
}

function removeOne(row) {
  const list = read() ?? [];
  const place = list.findIndex(({ id }) => id === row.dataset.id);
  if (place !== -1) takeOff([list[place]], [...part("list").children].indexOf(row), [place], `Removed: ${list[place].title}`);
}

function clear() {
  const list = read() ?? [];
  removed.clear();
  takeOff(list, 0, list.map((_, n) => n), `${list.length} ${list.length === 1 ? "story" : "stories"} removed.`);
}

/** Removes stories; a row says so and brings them back. The focus goes to its button. */
function takeOff(stories, place, places, words) {
  const row = document.getElementById("saved-undo").content.firstElementChild.cloneNode(true);
  row.querySelector("p").textContent = words;
  const undone = { place, row, stories, places };
  for (const { id } of stories) removed.set(id, undone);
  if (!remove(stories.map(({ id }) => id))) {
    for (const { id } of stories) removed.delete(id);
    return announce(DENIED, { shown: true });
  }
  announce(words);
  row.querySelector("button").focus();
}

function undo(row) {
  const undone = [...removed.values()].find((one) => one.row === row);
  for (const { id } of undone.stories) removed.delete(id);
  if (!put(undone.stories, undone.places)) return announce(DENIED, { shown: true });
  announce(undone.stories.length === 1 ? `Saved again: ${undone.stories[0].title}` : `${undone.stories.length} stories saved again.`);
  part("list").querySelector(`[data-id="${undone.stories[0].id}"] button`)?.focus();
}
