"""What holds on every page type: axe finds nothing, and nothing sticks out of the window."""

import pytest

from tests.axe import OF_COLOURS, TOO_WIDE, faults, violations
from tests.browser import HEIGHT, NARROW, WIDE
from tests.journeys.acts import scroll_to
from tests.journeys.pages import NO_STORY, PAGES, SECTION, STORY

WIDTHS = (320, 390, 820, 1280)  # pixels


@pytest.fixture(scope="module")
def shared_page(shared_windows):
    return shared_windows.open(reduced_motion="reduce")  # no colour is on its way to another


@pytest.fixture(scope="module", params=PAGES.values(), ids=PAGES)
def each(shared_page, request):
    """Each page type in turn; the tests of one share what costs most, its first sight."""
    shared_page.goto(request.param)
    return shared_page


def test_axe_finds_nothing_on(each, page):
    assert faults(page) == []


def test_nothing_sticks_out_at_any_width_and_text_size_on(each, page):
    for size in ("m", "xxl"):
        page.locator(f'.disp [value="{size}"]').evaluate("radio => { radio.checked = true }")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            assert (size, width, page.evaluate(TOO_WIDE)) == (size, width, [])


@pytest.mark.parametrize("name", ["article", "share panel", "preferences"])
def test_what_stands_in_place_of_script_does_not_stick_out_either_on(window, name):
    page = window(scripted=False)
    page.goto(PAGES[name])
    page.locator(".disp summary").click()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert (width, page.evaluate(TOO_WIDE)) == (width, [])


def test_a_table_too_wide_for_its_box_scrolls_in_it_by_keyboard(page):
    page.set_viewport_size({"width": min(WIDTHS), "height": HEIGHT})
    page.goto(STORY)
    box = page.get_by_role("region", name="Table:").first
    box.locator("table").evaluate("table => table.classList.add('tab--wide')")
    box.focus()
    page.keyboard.press("ArrowRight")

    page.wait_for_function("box => box.scrollLeft > 0", arg=box.element_handle())
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("opened", [".menu", ".disp"])
def test_axe_finds_nothing_in_what_opens_over_a_page(page, opened):
    page.set_viewport_size({"width": NARROW, "height": HEIGHT})
    page.goto(NO_STORY)
    page.locator(f"{opened} > summary").click()
    page.emulate_media(color_scheme="light")
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, only=OF_COLOURS) == []


def test_axe_finds_nothing_when_stories_have_been_loaded(page):
    page.goto(SECTION)
    page.get_by_role("link", name="Load more").click()
    page.locator("#river li:nth-of-type(20)").wait_for()

    assert violations(page) == []


def test_axe_finds_nothing_under_the_reading_bar(page):
    page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    page.goto(STORY)
    scroll_to(page, 2000)
    page.get_by_role("region", name="Reading bar").wait_for()

    assert violations(page) == []


def test_axe_would_find_something(page):
    page.goto(NO_STORY)
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")

    assert [line for line in violations(page) if line.startswith("image-alt")]
