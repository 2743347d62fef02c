// The order of a slot by drag: a story is taken by its grip, with a mouse, a pen or a finger, and let go where it is to stand. Escape puts
// it back. Without script, and by keyboard: the buttons beside each story.

let drag = null;

document.addEventListener("pointerdown", (event) => {
  const row = event.button === 0 && event.target.closest?.("[data-slot] .slot__grip")?.closest(".slot__row");
  if (!row || drag) return;
  event.preventDefault();
  drag = { row, list: row.parentElement, before: [...row.parentElement.children], pointer: event.pointerId };
  row.classList.add("is-held");
  event.target.setPointerCapture(event.pointerId);
});

document.addEventListener("pointermove", (event) => {
  if (drag?.pointer !== event.pointerId) return;
  // The others make way: the row itself never leaves the page, or the finger would lose it.
  const { row } = drag;
  const middle = (one) => one.getBoundingClientRect().top + one.offsetHeight / 2;
  while (row.previousElementSibling && event.clientY < middle(row.previousElementSibling)) row.after(row.previousElementSibling);
  while (row.nextElementSibling && event.clientY > middle(row.nextElementSibling)) row.before(row.nextElementSibling);
  if (event.clientY < 40) scrollBy(0, -12);
  if (event.clientY > innerHeight - 40) scrollBy(0, 12);
});

document.addEventListener("pointerup", (event) => {
  if (drag?.pointer !== event.pointerId) return;
  const { list, before, row } = drag;
  letGo();
  const order = [...list.children];
  if (order.every((one, n) => one === before[n])) return;
  const form = row.closest(".slot").querySelector(".slot__order");
  form.elements.order.value = order.map((one) => one.dataset.story).join(",");
  form.requestSubmit();
});

for (const name of ["pointercancel", "keydown"]) {
  document.addEventListener(name, (event) => {
    if (!drag || (name === "keydown" && event.key !== "Escape")) return;
    drag.list.append(...drag.before);
    letGo();
  });
}

function letGo() {
  drag.row.classList.remove("is-held");
  drag = null;
}
