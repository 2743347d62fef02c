"""What is looked for on every page of the tests: what axe-core finds, the checker of what assistive technology needs, and what sticks out."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser import HEIGHT, NARROW, WIDE
from tests.servers import ROOT

SOURCE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
OF_COLOURS = ("color-contrast", "link-in-text-block")  # the rules that a theme can break
# Each theme and each width once. bin/audit looks at every page in all four.
LOOKS = ((WIDE, "light"), (NARROW, "dark"))
NARROWEST = 320  # pixels
# What sticks out at the end of a page that is wider than its window, and not because it scrolls in a box of its own.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (it) => it && (getComputedStyle(it).overflowX !== "visible" || scrolls(it.parentElement));
  return [...document.querySelectorAll("body *")]
    .filter((it) => it.getBoundingClientRect().right > width + 1 && !scrolls(it.parentElement))
    .map((it) => `${it.tagName} ${it.className} ends at ${Math.round(it.getBoundingClientRect().right)}`)
    .slice(0, 5).concat(`the page is ${document.documentElement.scrollWidth} wide`);
}"""
# preload would fetch the stylesheet once more, for a rule that is off.
RUN = """(only) => axe.run(document, {
  resultTypes: ["violations"], preload: false, ...(only.length ? { runOnly: only } : {}),
}).then(({ passes, violations }) => ({
  passed: passes.length,
  broken: violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html.slice(0, 120)} (${nodes.length} times)`),
}))"""


def violations(page: Page, *, only: tuple[str, ...] = ()) -> list[str]:
    """Give a line for each of axe's rules, or of those that are named, that the page as it stands breaks."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(SOURCE)
    found: dict[str, Any] = page.evaluate(RUN, list(only))
    assert found["passed"], "axe has looked at nothing"
    return list(found["broken"])


def faults(page: Page) -> list[str]:
    """Give a line for each thing that axe finds, or that sticks out of the window, in either theme, wide and narrow."""
    found = []
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        found += [f"{theme}, {width} px: {line}" for line in (*violations(page), *page.evaluate(TOO_WIDE))]
    page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
    found += [f"{NARROWEST} px: {line}" for line in page.evaluate(TOO_WIDE)]
    page.emulate_media(color_scheme="light")
    return found
