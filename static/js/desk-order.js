// Lists that are put in order by dragging: <ol data-order="id of a form"> whose items have data-id. Each gets a handle; when an item has
// been put elsewhere among its siblings, the form is sent with all of them in their new order, as its buttons Up and Down do.
// Without script, with a keyboard and on a touch screen: those buttons.

const lists = () => document.querySelectorAll("ol[data-order]");
const items = (list) => [...list.children].filter((one) => one.dataset.id);
const ids = (list) => items(list).map((one) => one.dataset.id).join(",");
let dragged = null;
let before = "";

function prepare() {
  for (const list of lists()) {
    if (items(list).length < 2) continue;
    for (const item of items(list)) {
      const row = item.firstElementChild;
      if (row.querySelector(":scope > .drag")) continue;
      const handle = Object.assign(document.createElement("span"), { className: "drag", draggable: true, title: "Drag to put it elsewhere" });
      handle.setAttribute("aria-hidden", "true");
      row.prepend(handle);
    }
  }
}

document.addEventListener("dragstart", (event) => {
  if (!event.target.matches?.(".drag")) return;
  dragged = event.target.closest("li[data-id]");
  before = ids(dragged.parentElement);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  event.dataTransfer.setDragImage(dragged.firstElementChild, 0, 0);
  dragged.classList.add("is-dragged");
});

document.addEventListener("dragover", (event) => {
  const over = dragged && items(dragged.parentElement).find((one) => one.contains(event.target));
  if (!over) return;
  event.preventDefault();
  if (over === dragged) return;
  const box = over.getBoundingClientRect();
  over[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
});

document.addEventListener("drop", (event) => dragged && event.preventDefault());

document.addEventListener("dragend", (event) => {
  if (!dragged) return;
  const list = dragged.parentElement;
  const wanted = ids(list);
  dragged.classList.remove("is-dragged");
  dragged = null;
  if (wanted === before) return;
  if (event.dataTransfer.dropEffect === "none") return restore(list);
  const form = document.getElementById(list.dataset.order);
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "order", value: wanted });
  form.append(field);
  form.requestSubmit();
});

/** Esc, or a drop outside: everything stands where it stood. */
function restore(list) {
  const known = Object.fromEntries(items(list).map((one) => [one.dataset.id, one]));
  list.append(...before.split(",").map((id) => known[id]));
}

document.addEventListener("htmx:after:settle", prepare);
prepare();
