// The menu (.menu), the panels (.disp, .person) and the sub-menus of the section bar are <details>. This closes them with Esc, which
// gives the focus back to their summary, by a click elsewhere, and, the menu excepted, when the focus moves on. The menu lies over
// the page: while it is open, Tab stays inside.
// Without script: they open and close by their summary.

const OPEN = ":is(.menu, .disp, .person, .nav details)[open]";
const FOCUSABLE = "a[href], button:not([disabled]), input:not([type=hidden], [disabled]), select, summary";

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeByKey(event);
  else if (event.key === "Tab") stayInMenu(event);
});
document.addEventListener("click", ({ target }) => closeOthers(target));
document.addEventListener("focusin", ({ target }) => closeOthers(target, ":not(.menu)"));

// On a phone the section bar, one's own tabs and the desk's scroll sideways: where one is, is to be seen. By hand: scrollIntoView()
// would move the page.
const BARS = ".nav__list, .own > .tabs, .desk__nav, .views";
document.querySelectorAll(BARS).forEach(showCurrent);
document.addEventListener("htmx:before:settle", ({ target }) => target.querySelectorAll?.(BARS).forEach(showCurrent));

function showCurrent(bar) {
  const current = bar.querySelector(":scope > .nav__item > [aria-current], :scope > [aria-current], :scope > .desk__group > [aria-current]")?.getBoundingClientRect();
  if (current) bar.scrollLeft += current.left - bar.getBoundingClientRect().left - (bar.clientWidth - current.width) / 2;
}

function closeByKey(event) {
  const open = document.activeElement.closest(OPEN) ?? document.querySelector(OPEN);
  if (!open) return;

  event.preventDefault();
  open.open = false;
  open.querySelector("summary").focus();
}

function closeOthers(target, except = "") {
  for (const open of document.querySelectorAll(OPEN + except)) {
    const followed = open.matches(".menu") && target.closest("a[href]"); // a link may lead to a place on this page
    if (followed || !open.contains(target)) open.open = false;
  }
}

function stayInMenu(event) {
  const menu = document.querySelector(".menu[open]");
  if (!menu) return;

  const stops = [...menu.querySelectorAll(FOCUSABLE)].filter((element) => element.checkVisibility());
  const here = stops.indexOf(document.activeElement);
  const leaves = here === -1 || here === (event.shiftKey ? 0 : stops.length - 1);
  if (!leaves) return;

  event.preventDefault();
  stops.at(event.shiftKey && here !== -1 ? -1 : 0).focus();
}
