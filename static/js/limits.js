// Says below a text area with data-most="2000" how many characters there are once it is nearly full, and how many are too many.
// Nothing is cut off: what was pasted is there to be shortened.
// Without script: the form comes back with everything in it, and says so.

import { announce } from "./status.js";

const NEARLY = 0.9;

document.addEventListener("input", ({ target }) => target.matches?.("textarea[data-most]") && tell(target));
document.addEventListener("focusin", ({ target }) => target.matches?.("textarea[data-most]") && tell(target));

function tell(field) {
  const most = Number(field.dataset.most);
  let line = field.parentElement.querySelector(".field__left");
  if (field.value.length < most * NEARLY) {
    line?.remove();
    return;
  }
  const over = [...field.value].length - most; // as the server counts: an emoji is one
  if (!line) {
    line = Object.assign(document.createElement("span"), { className: "field__left" });
    field.after(line);
  }
  const was = "over" in line.dataset;
  line.toggleAttribute("data-over", over > 0);
  line.textContent = over > 0 ? `${count(over)} too many, of ${count(most)} at most` : `${count(-over)} of ${count(most)} characters left`;
  if (was !== over > 0) announce(line.textContent);
}

function count(number) {
  return number.toLocaleString("en-GB");
}
