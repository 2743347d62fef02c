// After htmx has appended a page to a list with data-loadmore="story|stories", the focus goes to the first new item and its number
// is announced: the button that was pressed is gone. The address becomes that of the longer list (?page=1-3), so that Back, a reload and
// whoever is sent it find what stands here.
// Without script: the button is a link to the next page.

import { announce } from "./status.js";

const TOGETHER = 20; // pages, as in newsapp/articles/lists.py

document.addEventListener("htmx:after:settle", ({ target, detail }) => {
  if (!target.matches?.("[data-loadmore]") || detail.task.swapSpec.style !== "beforeend") return;

  const added = detail.newContent.filter((node) => node.nodeType === Node.ELEMENT_NODE);
  if (!added.length) return;

  rename(added[0].dataset.page);
  const [one, many] = target.dataset.loadmore.split("|");
  added[0].querySelector(":is(h2, h3) a, a")?.focus();
  announce(`${added.length} more ${added.length === 1 ? one : many}.`);
});

function rename(last) {
  const address = new URL(location);
  const [first] = (address.searchParams.get("page") ?? "1").split("-");
  if (!last || last - first >= TOGETHER) return; // a list by time, or one too long to come in one piece

  address.searchParams.set("page", `${first}-${last}`);
  address.hash = ""; // it led into the shorter list
  history.replaceState(history.state, "", address);
}
