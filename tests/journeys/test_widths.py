import pytest

from tests.browser import HEIGHT
from tests.journeys.pages import PAGES

WIDTHS = (320, 390, 820, 1280)  # pixels
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


@pytest.mark.parametrize("url", PAGES.values(), ids=PAGES)
def test_no_page_is_wider_than_its_window(window, address, url):
    page = window()
    for size in ("m", "xxl"):
        page.context.add_cookies([{"name": "prefs", "value": f"auto.{size}", "url": address}])
        page.goto(url)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            assert (size, width, page.evaluate(TOO_WIDE)) == (size, width, [])


@pytest.mark.parametrize("name", ["article", "share panel", "preferences"])
def test_what_a_page_has_instead_of_script_is_no_wider(window, name):
    page = window(scripted=False)
    page.goto(PAGES[name])
    page.locator(".disp summary").click()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert (width, page.evaluate(TOO_WIDE)) == (width, [])


def test_a_table_too_wide_for_its_box_scrolls_in_it_by_keyboard(window):
    page = window(width=320)
    page.goto(PAGES["article"])
    box = page.get_by_role("region", name="Table:").first
    box.locator("table").evaluate("table => table.classList.add('tab--wide')")
    box.focus()
    page.keyboard.press("ArrowRight")

    page.wait_for_function("box => box.scrollLeft > 0", arg=box.element_handle())
    assert page.evaluate(TOO_WIDE) == []
