"""What a reader does, for the journeys."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from playwright.sync_api import Error, Page, expect

# Whether one sees where the focus is: a line round it, or round its label where it is not drawn itself, and nothing laid over it.
FOCUS = """() => {
  const it = document.activeElement;
  if (it === document.body) return null;
  const isDrawn = getComputedStyle(it).opacity !== "0";
  const outline = getComputedStyle((isDrawn ? null : it.closest("label")) ?? it);
  const isSeen = [...it.getClientRects()].some((box) => {
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return it.contains(top);
  });
  return {
    name: (it.getAttribute("aria-label") ?? it.innerText ?? "").replace(/\\s+/g, " ").trim(),
    html: it.outerHTML.slice(0, 120),
    isMarked: outline.outlineStyle !== "none" && parseFloat(outline.outlineWidth) >= 2,
    isSeen,
  };
}"""
MOST_STOPS = 400


def choose(page: Page, name: str, *, scripted: bool) -> None:
    """Choose a text size or a theme in the masthead's panel."""
    panel = page.locator(".disp")
    if panel.get_attribute("open") is None:
        panel.locator("summary").click()
    panel.get_by_label(name, exact=True).check()
    if scripted:
        expect(page.locator("#status")).to_have_text(f"{name}. Remembered on this device.")
    else:
        panel.get_by_role("button", name="Remember on this device").click()
        expect(panel).not_to_have_attribute("open", "")  # a new page


def tab(page: Page, key: str = "Tab") -> str | None:
    """Go to the next stop and give its name, or nothing at the page's end. Nobody may get lost on the way."""
    page.keyboard.press(key)
    stop = _focus(page)
    if stop is None:
        return None
    assert stop["isMarked"], f"one does not see that {stop['html']} has the focus"
    assert stop["isSeen"], f"{stop['html']} has the focus and is covered, or out of the window"
    return str(stop["name"])


def _focus(page: Page) -> dict[str, Any] | None:
    """Look where the focus is. A browser that has to scroll to it may do so a frame later."""
    end = time.monotonic() + 1
    while True:
        stop: dict[str, Any] | None = page.evaluate(FOCUS)
        if stop is None or stop["isSeen"] or time.monotonic() > end:
            return stop


def tab_to(page: Page, name: str) -> None:
    """Go on with Tab to the stop whose name begins so."""
    for _ in range(MOST_STOPS):
        if (tab(page) or "").startswith(name):
            return
    raise AssertionError(f"Tab does not lead to {name}")


def back(page: Page, url: str) -> None:
    """Press Back. Playwright's own go_back() does not return where the browser has kept the page alive."""
    with contextlib.suppress(Error):  # the page may be gone before it has answered
        page.evaluate("history.back()")
    expect(page).to_have_url(url)


def until(page: Page, question: str, arg: object = None) -> None:
    """Wait until an asynchronous function of the page answers yes. Playwright's own wait_for_function() takes a promise for one."""
    end = time.monotonic() + 10
    while not page.evaluate(question, arg):
        assert time.monotonic() < end, f"it did not come true: {question}"
        page.wait_for_timeout(50)


def letter_height(page: Page) -> float:
    """Give the size of the story's text, in CSS pixels."""
    return float(page.locator(".prose p").first.evaluate("p => parseFloat(getComputedStyle(p).fontSize)"))


def scroll_to(page: Page, y: int) -> None:
    """Scroll so many CSS pixels down, at once."""
    page.evaluate("y => scrollTo({ top: y, behavior: 'instant' })", y)
