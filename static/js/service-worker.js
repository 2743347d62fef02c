// The service worker: the stories that were opened last, and those that are saved, can be read without a network. While the network
// answers, what it says counts: a page is kept for later and never shown in its place. The server sets one line before this file,
// `const SHELL = ["/static/dist/…", …]`, what the page /offline needs; with a new build the file is a new one, and is installed.
// Without it (an old browser, a private window, the setting OFFLINE_READING): no network, no page.

const PAGES = "pages-1"; // the stories and the STANDING pages, by path; offline.js reads it, too
const PARTS = "parts-1"; // what they need: styles, script, fonts, pictures
const OPENED = 20; // stories that are kept beside the saved ones
const OFFLINE = "/offline";
const STANDING = [OFFLINE, "/saved"]; // kept from the start: a script fills them with what the browser has
const SAVED = "/service-worker.js?saved"; // in PARTS: the paths of the saved stories, as JSON
const STORY = /^\/articles\/[^/]+$/;
const GONE = [404, 410, 451];
const DAY = 24 * 60 * 60 * 1000;
const MOST_OF_QUOTA = 0.5; // of what the browser allows us; beyond it, no more pictures

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", (event) => event.waitUntil(inTurn(() => hear(event.data))));
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;

  if (request.mode === "navigate") event.respondWith(page(event, url));
  else if (/^\/(static\/dist|media)\//.test(url.pathname)) event.respondWith(part(request, url));
});

async function install() {
  const parts = await caches.open(PARTS);
  await Promise.all(SHELL.map((path) => fetchPart(parts, path)));
  await keepStandingPages();
  await skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) if (name !== PAGES && name !== PARTS) await caches.delete(name);
  await registration.navigationPreload?.enable(); // the request does not wait until this file has started
  await inTurn(tidy);
  await clients.claim();
}

// Pages: the network first, and no clock beside it. Slow is not gone.

async function page(event, url) {
  let answer;
  try {
    answer = (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    const pages = await caches.open(PAGES);
    return (await pages.match(url.pathname)) ?? (await pages.match(OFFLINE)) ?? Response.error();
  }
  const copy = STORY.test(url.pathname) ? answer.clone() : null;
  event.waitUntil(
    inTurn(async () => {
      if (copy) await take(url.pathname, copy);
      if (answer.ok) await freshenStandingPages();
    }),
  );
  return answer;
}

/** Keeps the answer to a story's address, or drops what is kept of it where it is gone. */
async function take(path, answer, pictures = null) {
  const pages = await caches.open(PAGES);
  if (GONE.includes(answer.status)) return pages.delete(path);
  if (!mayBeKept(answer)) return;

  const text = await answer.text();
  const before = await pages.match(path);
  const named = text.match(/\/static\/dist\/[\w./-]+/g) ?? [];
  const needs = new Set([...SHELL, ...named, ...(pictures ?? needsOf(before).filter((part) => part.startsWith("/media/")))]);
  await keep(pages, path, text, answer.headers, [...needs]);
  await fetchParts(needs);
  await tidy();
}

// One person's page, or one that nobody may keep, says so in its headers.
function mayBeKept(answer) {
  return (
    answer.status === 200 &&
    answer.type === "basic" &&
    !answer.redirected &&
    (answer.headers.get("Content-Type") ?? "").startsWith("text/html") &&
    !/private|no-store/.test(answer.headers.get("Cache-Control") ?? "")
  );
}

/** Writes a page down, marked as kept: the mark is only seen where the page is shown in place of the network's answer. */
async function keep(pages, path, text, from, needs) {
  const headers = new Headers(from);
  for (const name of ["Content-Encoding", "Content-Length", "ETag"]) headers.delete(name);
  const at = new Date().toISOString();
  headers.set("X-Kept-At", at);
  headers.set("X-Kept-Needs", JSON.stringify(needs));
  const marked = text.replace(/<html( data-kept="[^"]*")?/, `<html data-kept="${at}"`);
  await put(pages, path, new Response(marked, { headers }));
}

function needsOf(kept) {
  return JSON.parse(kept?.headers.get("X-Kept-Needs") ?? "[]");
}

async function keepStandingPages() {
  for (const path of STANDING) {
    const answer = await fetch(path, { credentials: "omit", cache: "no-cache" }); // nobody's page, not this reader's
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    await keep(await caches.open(PAGES), path, await answer.text(), answer.headers, SHELL);
  }
}

// Their menus and their styles are to be those of the day.
async function freshenStandingPages() {
  const kept = await (await caches.open(PAGES)).match(OFFLINE);
  if (kept && Date.now() - Date.parse(kept.headers.get("X-Kept-At")) < DAY) return;
  await keepStandingPages().catch(() => {});
}

// Parts never change under their name: what is kept is as good as the network's. Where a page that is kept asks for another size of
// a picture than the one that was seen, it gets that one.

async function part(request, url) {
  const parts = await caches.open(PARTS);
  const kept = await parts.match(url.pathname);
  if (kept) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    const [, picture] = url.pathname.match(/^(\/media\/[0-9a-f]{20})-/) ?? [];
    const sizes = picture ? (await parts.keys()).filter(({ url }) => new URL(url).pathname.startsWith(picture)) : [];
    if (sizes.length) return parts.match(sizes[0]);
    throw error;
  }
}

async function fetchParts(paths) {
  const parts = await caches.open(PARTS);
  const { usage = 0, quota = 1 } = (await navigator.storage?.estimate?.()) ?? {};
  const wanted = [...paths].filter((path) => usage < MOST_OF_QUOTA * quota || !path.startsWith("/media/"));
  await Promise.all(wanted.map((path) => fetchPart(parts, path).catch(() => {})));
}

async function fetchPart(parts, path) {
  if (await parts.match(path)) return;
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  await put(parts, path, answer);
}

// What a page tells: { keep, pictures } that a story has been opened, with the pictures that were seen; { saved } the paths of the
// saved stories; { tidy } that something was removed.

async function hear(message) {
  if (message.keep && STORY.test(message.keep)) await learn(message.keep, message.pictures);
  if (message.saved) await follow(message.saved.filter((path) => STORY.test(path)));
  if (message.tidy) await tidy();
}

/** Keeps an open story's pictures; the story, too, where it was opened before this worker was there. */
async function learn(path, pictures) {
  const pages = await caches.open(PAGES);
  const kept = await pages.match(path);
  if (!kept) return ask(path, pictures);

  const needs = [...needsOf(kept).filter((part) => !part.startsWith("/media/")), ...pictures];
  await keep(pages, path, await kept.text(), kept.headers, needs);
  await fetchParts(needs);
  await tidy();
}

async function ask(path, pictures) {
  const answer = await fetch(path, { headers: { Purpose: "prefetch" } }); // nobody reads it: no view is counted
  await take(path, answer, pictures);
}

async function follow(saved) {
  const parts = await caches.open(PARTS);
  if (JSON.stringify(saved) === JSON.stringify(await savedPaths(parts))) return;

  await put(parts, SAVED, Response.json(saved));
  const pages = await caches.open(PAGES);
  for (const path of saved) if (!(await pages.match(path))) await ask(path).catch(() => {});
  await tidy();
}

async function savedPaths(parts) {
  return (await (await parts.match(SAVED))?.json()) ?? [];
}

/** Drops the stories beyond the last ones that are not saved, then the parts that none of the others needs. */
async function tidy(most = OPENED) {
  const [pages, parts] = [await caches.open(PAGES), await caches.open(PARTS)];
  const saved = await savedPaths(parts);
  const kept = [];
  for (const request of await pages.keys()) {
    const { headers } = await pages.match(request);
    kept.push({ path: new URL(request.url).pathname, at: headers.get("X-Kept-At"), needs: JSON.parse(headers.get("X-Kept-Needs")) });
  }
  const stories = kept.filter(({ path }) => STORY.test(path)).sort((a, b) => (a.at < b.at ? 1 : -1));
  const dropped = stories.filter(({ path }, n) => n >= most && (most < OPENED || !saved.includes(path)));
  for (const { path } of dropped) await pages.delete(path);

  const needed = new Set([...SHELL, ...kept.filter((one) => !dropped.includes(one)).flatMap(({ needs }) => needs)]);
  for (const request of await parts.keys()) {
    const { pathname, search } = new URL(request.url);
    if (!needed.has(pathname) && pathname + search !== SAVED) await parts.delete(request);
  }
}

/** Writes into a cache. Where the browser has no more room, half of what is kept goes, and this one too. */
async function put(cache, path, answer) {
  try {
    await cache.put(path, answer);
  } catch (error) {
    if (error.name !== "QuotaExceededError") throw error;
    await tidy(OPENED / 2);
  }
}

// One at a time: two that read a page and write it down again would undo each other's work.
let turn = Promise.resolve();
function inTurn(job) {
  turn = turn.then(job).catch(() => {});
  return turn;
}
