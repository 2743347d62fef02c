// "Stay Informed": the newsletter's form in a small window at the page's corner, where the publisher wants it (<template id="stay">).
// Never on a reader's first page, never where it would lie over the text and not beside it, once in 90 days, and not for whoever has
// asked for a newsletter in this browser. It takes no focus, and Esc closes it from anywhere.
// Without script, and where the browser keeps nothing for us: it never comes.

import htmx from "htmx.org/dist/htmx.esm.min.js";

const KEY = "stay-informed"; // {shown: ms since 1970, or 0; asked: whether a newsletter was asked for here}
const REST_MS = 90 * 24 * 60 * 60 * 1000;
const ROOM = "(min-width: 75em)";
const READ_PX = 600; // so far somebody has read on this page

const template = document.getElementById("stay");
const known = read();

if (document.querySelector("[data-subscribed]")) keep({ ...known, asked: true });
document.addEventListener("submit", ({ target }) => {
  if (target.getAttribute("action") === "/newsletter") keep({ ...read(), asked: true });
});
if (template && known === null) keep({ shown: 0 }); // the first page
else if (template && mayShow(known)) addEventListener("scroll", look, { passive: true });

function look() {
  if (scrollY < READ_PX || !matchMedia(ROOM).matches) return;
  removeEventListener("scroll", look);
  const now = read();
  if (mayShow(now) && keep({ ...now, shown: Date.now() })) show();
}

function show() {
  document.body.append(template.content.cloneNode(true));
  const dialog = document.querySelector(".stay");
  dialog.setAttribute("open", ""); // show() would take the focus
  htmx.process(dialog);
  const ended = new AbortController();
  const close = () => {
    const had = dialog.contains(document.activeElement);
    dialog.remove();
    ended.abort();
    if (had) document.getElementById("main").focus({ preventScroll: true });
  };
  dialog.querySelector("[data-close]").addEventListener("click", close);
  document.addEventListener("keydown", ({ key, defaultPrevented }) => key === "Escape" && !defaultPrevented && close(), { signal: ended.signal });
}

function mayShow(now) {
  return now !== null && !now.asked && Date.now() - (now.shown ?? 0) > REST_MS && !("account" in document.body.dataset);
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return { asked: true }; // forbidden, or not ours: it never comes
  }
}

function keep(now) {
  try {
    localStorage.setItem(KEY, JSON.stringify(now));
    return true;
  } catch {
    return false;
  }
}
