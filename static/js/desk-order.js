// Lists that are put in order by dragging: <ol data-order="id of a form"> whose items have data-id. Each gets a handle, taken with a mouse, a
// pen or a finger; let go elsewhere among its siblings, the form is sent with all of them in their new order. Escape puts it back.
// Without script, and by keyboard: the buttons beside each item.

const items = (list) => [...list.children].filter((one) => one.dataset.id);
let drag = null;

function prepare() {
  for (const list of document.querySelectorAll("ol[data-order]")) {
    const all = items(list);
    if (all.length < 2) continue;
    for (const item of all) {
      const row = item.querySelector(":scope > .tree__row") ?? item;
      if (row.querySelector(":scope > .drag")) continue;
      const handle = Object.assign(document.createElement("span"), { className: "drag", title: "Drag to put it elsewhere" });
      handle.setAttribute("aria-hidden", "true");
      row.prepend(handle);
    }
  }
}

document.addEventListener("pointerdown", (event) => {
  const item = event.button === 0 && event.target.closest?.(".drag")?.closest("li[data-id]");
  if (!item || drag) return;
  event.preventDefault();
  drag = { item, list: item.parentElement, before: items(item.parentElement), pointer: event.pointerId };
  item.classList.add("is-dragged");
  event.target.setPointerCapture(event.pointerId);
});

document.addEventListener("pointermove", (event) => {
  if (drag?.pointer !== event.pointerId) return;
  // The others make way: the item itself never leaves the page, or the finger would lose it.
  const { item } = drag;
  const middle = (one) => one.getBoundingClientRect().top + one.offsetHeight / 2;
  while (item.previousElementSibling?.dataset.id && event.clientY < middle(item.previousElementSibling)) item.after(item.previousElementSibling);
  while (item.nextElementSibling?.dataset.id && event.clientY > middle(item.nextElementSibling)) item.before(item.nextElementSibling);
  if (event.clientY < 40) scrollBy(0, -12);
  if (event.clientY > innerHeight - 40) scrollBy(0, 12);
});

document.addEventListener("pointerup", (event) => {
  if (drag?.pointer !== event.pointerId) return;
  const { list, before } = drag;
  letGo();
  const now = items(list);
  if (now.every((one, n) => one === before[n])) return;
  const form = document.getElementById(list.dataset.order);
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "order", value: now.map((one) => one.dataset.id).join(",") }));
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
  drag.item.classList.remove("is-dragged");
  drag = null;
}

document.addEventListener("htmx:after:settle", prepare);
prepare();
