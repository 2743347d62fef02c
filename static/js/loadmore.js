// After htmx has appended a page to a list with data-loadmore="story|stories", the focus goes to the first new item and its number
// is announced: the button that was pressed is gone.
// Without script: the button is a link to the next page.

import { announce } from "./status.js";

document.addEventListener("htmx:after:settle", ({ target, detail }) => {
  if (!target.matches?.("[data-loadmore]") || detail.task.swapSpec.style !== "beforeend") return;

  const added = detail.newContent.filter((node) => node.nodeType === Node.ELEMENT_NODE);
  if (!added.length) return;

  const [one, many] = target.dataset.loadmore.split("|");
  added[0].querySelector(":is(h2, h3) a, a")?.focus();
  announce(`${added.length} more ${added.length === 1 ? one : many}.`);
});
