// Text size and theme: a choice shows at once, and the form #prefs is sent quietly so that the server remembers it. There are two
// rows of sizes, in the masthead (.disp, part of the form) and in the reading bar; they are kept alike.
// Without script: the masthead's radios still change the page (:has() in tokens.css), and its button sends the form.

import { announce } from "./status.js";

const NAMES = ["size", "theme"];
const STORED = "prefs";
const form = document.getElementById("prefs");
let saving;

if (form) {
  for (const radio of document.querySelectorAll(".readbar input[type=radio]")) {
    radio.removeAttribute("form"); // radios of one name in one form are one group, of which only one can be checked
  }
  for (const name of NAMES) {
    const chosen = document.querySelector(`:is(.disp, .readbar) input[name=${name}]:checked`);
    if (chosen) mirror(name, chosen.value);
  }
  document.addEventListener("change", choose);
  addEventListener("pageshow", restore);
}

// What is being read stays where it is: a larger text would push it screens away. The place is noted before the choice, because
// the stylesheet answers to the radio at once.
let place;
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, notePlace, { capture: true, passive: true });

function notePlace({ target }) {
  if (!target.closest?.(".disp, .readbar")) return;
  const read = [...document.querySelectorAll(".prose > *")].find((element) => element.getBoundingClientRect().bottom > 60);
  place = read && scrollY > 0 ? { read, top: read.getBoundingClientRect().top } : null;
}

function keepPlace() {
  if (place) scrollBy({ top: place.read.getBoundingClientRect().top - place.top, behavior: "instant" });
}

function choose({ target }) {
  if (!NAMES.includes(target.name) || !target.closest(".disp, .readbar")) return;

  show(target.name, target.value);
  keepPlace();
  keep();
  saving ??= Promise.resolve().then(save).finally(() => (saving = null));
  saving.then(
    () => announce(`${words(target)}. Remembered on this device.`),
    () => announce(`${words(target)}. It could not be remembered.`, { shown: true }),
  );
}

function show(name, value) {
  document.documentElement.dataset[name] = value;
  mirror(name, value);
}

function mirror(name, value) {
  for (const radio of document.querySelectorAll(`:is(.disp, .readbar) input[name=${name}]`)) {
    radio.checked = radio.value === value;
  }
}

function words(radio) {
  return radio.getAttribute("aria-label") ?? radio.closest("label").textContent.trim();
}

// One request at a time. Arrow keys run through the sizes faster than the server answers, and the last answer's cookie stays: so
// it is sent again until what was sent is what is chosen.
async function save() {
  let sent;
  for (let body; (body = new URLSearchParams(new FormData(form)).toString()) !== sent; sent = body) {
    const response = await fetch(form.action, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        "HX-Request": "true",
        "HX-Request-Type": "partial",
      },
      body,
      redirect: "manual", // the answer may be "go back where you were", and we are there
      keepalive: true, // the reader may leave for the next page at once
    });
    if (!response.ok && response.type !== "opaqueredirect") throw new Error(`/preferences answered ${response.status}`);
  }
}

// Back shows the page as it was left, which may be before the choice. The tab remembers the choice for that case only.
function keep() {
  const chosen = NAMES.map((name) => [name, document.querySelector(`.disp input[name=${name}]:checked`)?.value]);
  try {
    sessionStorage.setItem(STORED, JSON.stringify(Object.fromEntries(chosen)));
  } catch {
    // storage may be forbidden
  }
}

function restore({ persisted }) {
  if (!persisted && performance.getEntriesByType("navigation")[0]?.type !== "back_forward") return;
  try {
    const chosen = Object.entries(JSON.parse(sessionStorage.getItem(STORED)) ?? {});
    for (const [name, value] of chosen) if (NAMES.includes(name)) show(name, value);
  } catch {
    // storage may be forbidden
  }
}
