// Finding anything: Ctrl-K (Cmd-K) or "Find" opens a field over the page at once, and htmx brings what is found while one types. The focus
// stays in the field; the arrows go along what is found, Enter opens it, Esc closes. Enter before the answer has come waits for it: what
// stands first then is opened, and not what stood there for other words. In the story's text Ctrl-K is the editor's, and asks for a link.
// Without script: "Find" is a page with the same field.

const FAILED = "That did not work. Check your connection and try again.";
const dialog = document.getElementById("dialog");
const link = document.querySelector("[data-find]");
let isWaiting = false; // Enter was pressed before the answer came

if (dialog && link) {
  const isMac = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);
  const hint = link.querySelector("kbd");
  hint.textContent = isMac ? "⌘ K" : "Ctrl K";
  hint.hidden = false;

  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open();
  });

  document.addEventListener("keydown", (event) => {
    if (!isShortcut(event) || event.defaultPrevented || event.target.closest?.(".ed-text")) return;
    if (dialog.open && !field()) return; // something else is being asked
    event.preventDefault();
    dialog.open ? field().select() : open();
  });

  dialog.addEventListener("keydown", (event) => {
    if (event.target !== field() || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      go(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      isWaiting = isBehind();
      if (!isWaiting) take(event);
    }
  });

  dialog.addEventListener("input", () => (isWaiting = false));
  dialog.addEventListener("close", () => (isWaiting = false));
  window.addEventListener("pagehide", () => field() && dialog.close()); // Back comes to the page, not to the field

  document.addEventListener("htmx:after:settle", () => field() && show());
  document.addEventListener("htmx:error", () => field() && fail());
}

function open() {
  dialog.replaceChildren(document.getElementById("find-box").content.cloneNode(true));
  dialog.setAttribute("aria-labelledby", "find-h");
  dialog.showModal();
  window.htmx?.process(dialog);
}

function isShortcut({ key, code, ctrlKey, metaKey, altKey, shiftKey }) {
  const isK = key.toLowerCase() === "k" || (code === "KeyK" && !/^[a-z]$/i.test(key)); // also where the keyboard writes no Latin
  return isK && ctrlKey !== metaKey && !altKey && !shiftKey;
}

function field() {
  return document.getElementById("find-q");
}

function options() {
  return [...dialog.querySelectorAll("[role=option]")];
}

function chosen() {
  return dialog.querySelector("[role=option][aria-selected=true]");
}

/** Whether what is shown was found for other words than those that stand in the field. */
function isBehind() {
  return dialog.querySelector("[data-asked]")?.dataset.asked !== field().value;
}

function show() {
  if (isBehind()) return;
  const all = options();
  field().setAttribute("aria-expanded", String(all.length > 0));
  mark(all[0]);
  dialog.scrollTop = 0;
  say(all.length ? `${all.length} found.` : "Nothing is found.");
  if (isWaiting) take();
  isWaiting = false;
}

function fail() {
  isWaiting = false;
  say(FAILED, true);
}

function say(words, isShown = false) {
  const line = dialog.querySelector(".find__status");
  line.textContent = words;
  line.classList.toggle("vh", !isShown);
}

function go(by) {
  const all = options();
  if (!all.length) return;
  const to = all.indexOf(chosen()) + by;
  mark(all[(to + all.length) % all.length]);
}

function mark(option) {
  chosen()?.setAttribute("aria-selected", "false");
  if (!option) return field().removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  field().setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

// A click of its own, so that Ctrl-Enter opens a window beside this one, as a click with Ctrl does.
function take({ ctrlKey = false, metaKey = false, shiftKey = false } = {}) {
  chosen()?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
}
