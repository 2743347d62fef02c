// Choosing several stories in the list: how many are chosen, all at once, a range with Shift. J and K go to the next and the previous, X chooses,
// never while somebody types and never with Ctrl, Alt or Meta; what is current is what has the focus.
// Without script: the boxes one by one, with Tab and Space.

// Enter on a box, here and in the queue of comments, would press the first button for all that are chosen.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches(".desk [type=checkbox][name=chosen]")) event.preventDefault();
});

const list = document.getElementById("stories");
const form = document.getElementById("several");

if (list && form) {
  const boxes = [...list.querySelectorAll("[name=chosen]")];
  const all = list.querySelector("[data-choose-all]");
  const said = form.querySelector("[data-chosen-n]");
  const unsaid = said.textContent;
  let last = -1;

  said.setAttribute("role", "status");
  all.parentElement.hidden = false;
  tell();
  window.addEventListener("pageshow", tell); // Back brings back what was chosen

  list.addEventListener("click", ({ target, shiftKey }) => {
    const at = boxes.indexOf(target);
    if (at < 0) return;
    if (shiftKey && last >= 0) for (const box of boxes.slice(Math.min(at, last), Math.max(at, last) + 1)) box.checked = target.checked;
    last = at;
  });

  list.addEventListener("change", ({ target }) => {
    if (target === all) for (const box of boxes) box.checked = all.checked;
    if (target === all || boxes.includes(target)) tell();
  });

  document.addEventListener("keydown", (event) => {
    const key = event.key.toUpperCase();
    if (!["J", "K", "X"].includes(key) || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]") || event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    event.preventDefault();
    const row = document.activeElement.closest("tr");
    const at = boxes.findIndex((box) => row?.contains(box));
    if (key !== "X") return boxes[Math.max(0, Math.min(at + (key === "J" ? 1 : -1), boxes.length - 1))].focus();
    boxes[at]?.click();
  });

  function tell() {
    const n = boxes.filter((box) => box.checked).length;
    all.checked = n === boxes.length;
    all.indeterminate = n > 0 && n < boxes.length;
    const words = n ? `${n} chosen` : unsaid;
    if (said.textContent !== words) said.textContent = words;
  }
}
