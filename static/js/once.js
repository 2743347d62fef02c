// A button or link that does something does it once, though it is pressed twice in a row: many people double-click everything, and the
// second press would take back what the first has done (Helpful, Save for later) or send it again. A form that is sent while there is
// no network stays as it is, with its words; drafts.js keeps those of a comment besides.
// Without script: the server takes the second for what it is, and the browser says that there is no network.

import { announce } from "./status.js";

const ACTS = "form button:not([type=button]), [data-save], .comments a[href$='/recommend'], .more a, .reply__foot a";

document.addEventListener("click", stopSecond, true);

function stopSecond(event) {
  if (event.detail < 2 || !event.target.closest?.(ACTS) || event.target.closest(".desk")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

document.addEventListener("submit", (event) => {
  const { target } = event;
  if (navigator.onLine || target.method !== "post" || target.matches("[data-hx-post]") || event.defaultPrevented) return;
  event.preventDefault();
  announce("There is no connection. Nothing is sent, and nothing is lost: try again when it is back.", { shown: true });
});
