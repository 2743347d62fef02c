// Sharing: [data-share="copy"] copies the page's address, or data-url; [data-share="print"] prints; [data-share="native"], hidden in
// the HTML, opens the device's own share sheet where it has one.
// Without script: "copy" is a link to the share panel, whose field holds the address; "print" is not drawn (share.css).

import { announce } from "./status.js";

const ACTS = { copy, print: () => print(), native };

reveal();
document.addEventListener("htmx:after:settle", reveal);
document.addEventListener("click", (event) => {
  const control = event.target.closest("[data-share]");
  const act = ACTS[control?.dataset.share];
  if (!act) return;

  event.preventDefault();
  act(control);
});

function reveal() {
  if (!navigator.share) return;
  for (const control of document.querySelectorAll('[data-share="native"][hidden]')) control.hidden = false;
}

function address(control) {
  return control.dataset.url || document.querySelector("link[rel=canonical]")?.href || location.href;
}

async function copy(control) {
  try {
    await navigator.clipboard.writeText(address(control));
    announce("Link copied.", { shown: true });
  } catch {
    offer(address(control)); // no clipboard outside https, and a browser may refuse it
  }
}

function offer(url) {
  const box = document.querySelector(".noscript-url");
  const field = box?.querySelector("input");
  if (!field) return announce(`Your browser did not let us copy. The address is ${url}`, { shown: true });

  box.toggleAttribute("data-shown", true);
  field.focus();
  field.select();
  announce("Your browser did not let us copy. The address is selected: copy it from the field.", { shown: true });
}

async function native(control) {
  try {
    await navigator.share({ title: document.querySelector("h1")?.textContent.trim(), url: address(control) });
  } catch {
    // closed without sharing
  }
}
