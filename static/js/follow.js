// Follow and Following: the button has taken the place of the one that was pressed, and says what is so now (data-said).
// Without script: the form leads back to the page, whose button says it.

import { announce } from "./status.js";

document.addEventListener("htmx:after:settle", () => {
  const form = document.querySelector(".followbtn[data-said]");
  if (!form) return;

  announce(form.dataset.said, { shown: true });
  form.removeAttribute("data-said");
  form.querySelector("button").focus();
});
