// A kept story that is shown because the network does not answer says so, and from when it is. The page /offline, which stands in
// for every other, lists the stories that can be read.
// Without script: there is nothing kept.

import { tell } from "./worker.js";

const PAGES = "pages-1"; // as in service-worker.js
const { kept } = document.documentElement.dataset;
const page = document.getElementById("offline");

if (page) list();
else if (kept) {
  if (!document.getElementById("saved")) say(); // the saved list says it itself
  for (const picture of document.images) if (picture.complete && !picture.naturalWidth) leaveOut(picture);
  addEventListener("error", ({ target }) => target instanceof HTMLImageElement && leaveOut(target), { capture: true });
}

// Only the pictures that were seen are kept: in place of another one, nothing.
function leaveOut(picture) {
  (picture.closest(".pic, figure") ?? picture).hidden = true;
}

function when(text) {
  return new Date(text).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
}

function say() {
  const line = document.createElement("p");
  line.className = "kept";
  const again = Object.assign(document.createElement("a"), { href: location.href, textContent: "Try the network again" });
  line.append(`The network does not answer. This is the story as it was kept on ${when(kept)}. `, again);
  const box = document.createElement("div");
  box.className = "wrap";
  box.append(line);
  document.getElementById("main").prepend(box);
}

async function list() {
  const part = (name) => page.querySelector(`[data-offline="${name}"]`);
  if (location.pathname !== "/offline") {
    part("lost").hidden = false;
    addEventListener("online", again);
  }
  const stories = await read().catch(() => []); // no caches: not https, or forbidden
  part("list").replaceChildren(...stories.map(row));
  part("some").hidden = stories.length === 0;
  part("none").hidden = stories.length > 0;
  part("forget").onclick = async () => {
    await caches.delete(PAGES);
    localStorage.removeItem("read"); // as in since.js
    tell({ tidy: true });
    part("some").hidden = true;
    part("none").hidden = false;
    part("none").querySelector("h2").focus();
  };
}

/** Loads the page that was asked for, once the newsroom really answers: a network without a way to it is none. */
async function again() {
  const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" }).catch(() => null);
  if (answer) location.reload();
}

/** The kept stories, the one opened last first: [{path, at, document}]. */
async function read() {
  const pages = await caches.open(PAGES);
  const stories = [];
  for (const request of await pages.keys()) {
    const path = new URL(request.url).pathname;
    const answer = await pages.match(request);
    if (!path.startsWith("/articles/")) continue;
    stories.push({ path, at: answer.headers.get("X-Kept-At"), document: new DOMParser().parseFromString(await answer.text(), "text/html") });
  }
  return stories.sort((a, b) => (a.at < b.at ? 1 : -1));
}

function row({ path, at, document: story }) {
  const row = document.getElementById("offline-row").content.firstElementChild.cloneNode(true);
  const link = row.querySelector("a");
  link.href = path;
  link.textContent = story.querySelector("h1")?.textContent ?? path;
  const standfirst = story.querySelector(".standfirst")?.textContent;
  if (standfirst) row.querySelector("p").textContent = standfirst;
  else row.querySelector("p").remove();
  row.querySelector("b").textContent = story.querySelector('meta[property="article:section"]')?.content ?? "";
  row.querySelector("span").textContent = `Kept on ${when(at)}`;
  return row;
}
