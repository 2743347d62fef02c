// The discussion under a story. A link to a form (reply, report, write, edit, delete, mute) opens it in place, below the comment; a
// link with data-cancel closes it and gives the focus back. «Helpful» counts at once for somebody signed in. What a guest has just
// sent is fetched again on later visits. While the page is looked at, new comments are asked for, and told above the thread.
// Without script: every link leads to a page with the same form.

import htmx from "htmx.org/dist/htmx.esm.min.js";

import { announce } from "./status.js";

const FORMS = /^\/comments\/\d+\/(reply|report|edit|delete|mute)$|^\/articles\/[^/]+\/comments\/new$/;
const HELPFUL = /^\/comments\/\d+\/recommend$/;
const SENT = ":has([data-posted])";
const LOOKS_EVERY_MS = 30_000;
const MINE = "comments-mine";

// Each request has a source of its own: htmx sends one at a time for each, keeps one more, and drops a third.
const openers = new WeakMap(); // form -> the link that opened it

document.addEventListener("click", (event) => {
  const link = event.target.closest(".comments a[href], .mine a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;

  const path = link.pathname;
  if (link.hasAttribute("data-cancel")) act(event, () => close(link));
  else if (link.origin !== location.origin) return;
  else if (FORMS.test(path)) act(event, () => open(link));
  else if (HELPFUL.test(path)) act(event, () => (link.closest("[data-signed-in]") ? recommend(link) : askToSignIn(path)));
  else if (link.matches(".comments__new a")) act(event, () => showNew(link));
});

function askToSignIn(path) {
  htmx.ajax("GET", `/account/sign-in?next=${path}`, { source: "#dialog", target: "#dialog", swap: "innerHTML" });
}

function act(event, what) {
  event.preventDefault();
  what();
}

async function open(link) {
  const place = link.closest(".reply__place, .comments article, .mine article, li") ?? document.getElementById("reply-here"); // the head's own link
  // What was sent from here stands on, below the next form.
  const slot = place.parentElement.querySelector(`:scope > .reply__slot:not(${SENT})`) ?? document.createElement("div");
  if (slot.dataset.href === link.pathname && slot.firstElementChild) return focus(slot);

  slot.className = "reply__slot";
  slot.dataset.href = link.pathname;
  delete slot.dataset.told;
  place.after(slot);
  await htmx.ajax("GET", link.pathname + link.search, { source: slot, target: slot, swap: "innerHTML" });
  const form = slot.querySelector("form");
  if (!form) return;

  openers.set(slot, link);
  place.classList.toggle("is-open", place.matches(".reply__place"));
  focus(slot);
  announce(`${form.querySelector("h3").textContent}: the form is open.`);
}

// Who went to sign in from a form comes back to it, under the story; drafts.js puts the words in.
const [, answered] = location.hash.match(/^#reply-(new|r\d+)$/) ?? [];
const opener = answered && document.querySelector(answered === "new" ? ".reply__open" : `.comments a[href="/comments/${answered.slice(1)}/reply"]`);
if (opener) open(opener);

function focus(slot) {
  (slot.querySelector("textarea, input:not([type=hidden])") ?? slot.querySelector("h3"))?.focus();
}

function close(link) {
  const slot = link.closest(".reply__slot");
  if (!slot) return location.assign(link.href);

  const opener = openers.get(slot);
  slot.previousElementSibling?.classList.remove("is-open");
  slot.remove();
  opener?.focus();
  const isBegun = slot.querySelector("form[data-draft] textarea")?.value.trim(); // drafts.js has it
  announce(isBegun ? "The form is closed. Your words are kept on this device." : "The form is closed.", { shown: Boolean(isBegun) });
}

async function recommend(link) {
  if (link.ariaBusy) return; // the answer to the press before is on its way
  link.ariaBusy = "true";
  const token = document.querySelector("#prefs [name=csrf_token]")?.value;
  const item = link.closest("li");
  await htmx.ajax("POST", link.pathname, { source: item, target: link, swap: "outerHTML", values: { csrf_token: token } });
  link.ariaBusy = null; // where it did not go through, it stands there still
  item.querySelector(".comment__acts a[href$='/recommend']")?.focus();
}

// After a form was sent: errors get the focus; what has arrived is told, remembered and shown.
document.addEventListener("htmx:after:settle", ({ target }) => {
  const slot = target.closest?.(".reply__slot") ?? document.querySelector(`.reply__slot${SENT}:not([data-told])`);
  const refused = slot?.querySelector("[role=alert]");
  if (refused) {
    refused.tabIndex = -1; // where no field is at fault, what is said is what is to be read
    return (slot.querySelector("[aria-invalid], .field--error input") ?? refused).focus();
  }

  const told = slot?.querySelector(".alert--ok, .mine > .alert");
  if (!told) return;
  slot.previousElementSibling?.classList.remove("is-open");
  told.focus();
  announce(told.textContent.trim());
  for (const before of document.querySelectorAll(".reply__slot[data-told] .mine > .alert")) before.remove();
  slot.dataset.told = "";
  if (slot.matches(SENT) && !document.querySelector("[data-signed-in]")) remember();
});

// A page that is loaded anew, because a comment has gone or changed, says what was done (the form's data-told).
const TOLD = "comments-told";

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const { dataset, parentElement } = ctx.sourceElement;
  if (ctx.hx?.refresh !== "true" || !dataset.told) return;
  keepTold(JSON.stringify([dataset.told, parentElement.closest("[id^=comment-], [id^=own-]")?.id]));
});

function keepTold(words) {
  try {
    sessionStorage.setItem(TOLD, words);
  } catch {
    // a browser may keep nothing
  }
}

function tellTold() {
  try {
    const [words, place] = JSON.parse(sessionStorage.getItem(TOLD)) ?? [];
    sessionStorage.removeItem(TOLD);
    if (!words) return;

    announce(words, { shown: true });
    const there = document.getElementById(place) ?? document.getElementById("cm-h");
    there.tabIndex = -1;
    there.focus({ preventScroll: true }); // the browser comes back to where one was
  } catch {
    // a browser may keep nothing
  }
}
tellTold();

function story() {
  return document.querySelector(".comments[data-story]");
}

function remember() {
  keep(story()?.dataset.story, true);
}

function keep(address, is) {
  try {
    const all = new Set(JSON.parse(localStorage.getItem(MINE) ?? "[]"));
    if (is === undefined) return all.has(address);
    is ? all.add(address) : all.delete(address);
    localStorage.setItem(MINE, JSON.stringify([...all].slice(-50)));
  } catch {
    // a browser may keep nothing
  }
  return false;
}

// A page without script in between has noted nothing; the page of one's own comments does.
if (document.querySelector(".mine[data-posted]") && !story()) keep(location.pathname.replace(/\/comments\/mine$/, ""), true);

const mine = document.getElementById("my-comments");
if (mine && keep(story().dataset.story)) {
  htmx.ajax("GET", `${story().dataset.story}/comments/mine`, { source: mine, target: mine, swap: "innerHTML" }).then(putBelow);
}
putBelow();

// A reply that waits stands below what it answers, where its writer left it.
function putBelow() {
  for (const reply of document.querySelectorAll(".comments .comment--waiting[data-answers]")) {
    document.querySelector(`#comment-${reply.dataset.answers} > article`)?.after(reply);
  }
}

let timer;
document.addEventListener("visibilitychange", look);
if (story()) timer = setTimeout(look, LOOKS_EVERY_MS);

async function look() {
  clearTimeout(timer);
  const thread = story();
  if (!thread?.hasAttribute("data-open") || document.hidden) return;

  try {
    const answer = await fetch(`${thread.dataset.story}/comments/count`);
    const { count, open } = await answer.json();
    if (!open) thread.removeAttribute("data-open");
    tell(thread, count - Number(thread.dataset.count));
  } catch {
    // the network is gone for a moment
  }
  timer = setTimeout(look, LOOKS_EVERY_MS);
}

function tell(thread, more) {
  const words = `${more} new ${more === 1 ? "comment" : "comments"}`;
  let line = thread.querySelector(".comments__new");
  if (more <= 0 || line?.textContent === words) return;

  if (!line) {
    line = document.createElement("p");
    line.className = "comments__new";
    line.append(document.createElement("a"));
    thread.querySelector(".comments__head").after(line);
  }
  line.firstChild.href = `${thread.dataset.story}/comments?sort=newest`;
  line.firstChild.textContent = words;
  announce(`${words}.`);
}

async function showNew(link) {
  await htmx.ajax("GET", link.pathname + link.search, { source: link, target: "#comments", swap: "outerHTML" });
  document.querySelector("#comments .thread li a.t")?.focus();
}
