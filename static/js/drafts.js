// Keeps in this browser what is being written in a form with data-draft="name", so that a lost connection, an expired sign-in or a
// closed window loses no word, and neither does Cancel. It is put back when the form is opened again, and forgotten when the server
// has taken it (data-posted="name") or the field is emptied. A link that opens such a form (data-drafted="name") says that words
// are in it.
// Without script: a form that cannot be taken comes back with everything in it.

import { announce } from "./status.js";

const PREFIX = "draft:";

document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-draft]");
  if (form && target.matches("textarea")) write(form.dataset.draft, target.value);
  name();
});
document.addEventListener("htmx:after:settle", restore);
document.addEventListener("htmx:error", ({ detail, target }) => {
  if (detail.ctx?.request && target.closest?.("form[data-draft]")) {
    announce("There is no connection. Your words are kept on this device; send them when it is back.", { shown: true });
  }
});
restore();

function restore() {
  for (const { dataset } of document.querySelectorAll("[data-posted]")) write(dataset.posted, "");
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const field = form.querySelector("textarea");
    const kept = read(form.dataset.draft);
    if (kept && field && !field.value) field.value = kept;
  }
  name();
}

function name() {
  for (const link of document.querySelectorAll("[data-drafted]")) {
    link.dataset.words ??= link.textContent;
    link.textContent = read(link.dataset.drafted) ? "Go on with your comment" : link.dataset.words;
  }
}

function read(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

function write(name, words) {
  try {
    if (words) localStorage.setItem(PREFIX + name, words);
    else localStorage.removeItem(PREFIX + name);
  } catch {
    // a browser may keep nothing
  }
}
