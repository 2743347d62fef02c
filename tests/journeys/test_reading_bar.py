"""The bar that stays above a story while it is read. It needs script: without, there is none."""

import pytest
from playwright.sync_api import expect

from tests.browser import NARROW, WIDE
from tests.journeys.acts import letter_height, scroll_to, tab
from tests.journeys.pages import STORY

BAR_PX = 48


@pytest.fixture
def bar(page):
    return page.get_by_role("region", name="Reading bar")


@pytest.fixture(scope="module")
def shared_page(shared_windows):
    return shared_windows.open(reduced_motion="reduce")  # what is jumped to stands there at once


@pytest.fixture
def page(page):
    page.goto(STORY)
    return page


def test_it_comes_when_the_headline_has_gone(page, bar):
    expect(bar).not_to_be_visible()
    scroll_to(page, 600)

    expect(bar).to_be_visible()
    expect(bar).to_contain_text("Reading:")
    expect(bar.locator(".readbar__title")).to_have_attribute(
        "aria-hidden", "true"
    )  # screen readers hear the title once


def test_without_script_there_is_none(window):
    page = window(scripted=False)
    page.goto(STORY)
    scroll_to(page, 600)

    expect(page.locator("h1")).not_to_be_in_viewport()
    expect(page.locator(".readbar")).not_to_be_visible()


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_it_is_still_there_ten_thousand_pixels_down(window, width):
    page = window(width=width, reduced_motion="reduce")
    page.goto(STORY)
    scroll_to(page, 10_000)

    bar = page.get_by_role("region", name="Reading bar")
    expect(bar).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 10_000
    assert bar.bounding_box()["y"] == 0
    assert bar.bounding_box()["width"] == width


def test_it_shows_how_far_one_has_come(page, bar):
    progress = bar.locator(".readbar__progress")
    page.evaluate("scrollTo({ top: (document.documentElement.scrollHeight - innerHeight) / 2, behavior: 'instant' })")
    expect(bar).to_be_visible()

    assert progress.bounding_box()["width"] == pytest.approx(WIDE / 2, rel=0.02)


def test_its_sizes_are_those_of_the_masthead(page, bar):
    before = letter_height(page)
    scroll_to(page, 600)
    expect(bar).to_be_visible()
    bar.get_by_label("Largest text").check()

    expect(page.locator("#status")).to_have_text("Largest text. Remembered on this device.")
    assert letter_height(page) == pytest.approx(1.5 * before, abs=0.1)
    expect(page.locator(".disp").get_by_label("Largest text")).to_be_checked()


def test_what_is_being_read_stays_where_it_is_when_the_text_grows(page, bar):
    scroll_to(page, 3000)
    expect(bar).to_be_visible()
    read = page.locator(".prose h2").last
    read.evaluate("it => scrollBy({ top: it.getBoundingClientRect().top - 80, behavior: 'instant' })")
    bar.get_by_label("Largest text").check()

    expect(page.locator("#status")).to_have_text("Largest text. Remembered on this device.")
    assert read.bounding_box()["y"] == pytest.approx(80, abs=3)


def test_the_keyboard_in_it_moves_the_page_nowhere(page):
    scroll_to(page, 3000)
    page.get_by_role("link", name="42 comments").focus()

    for key in ("Tab", "Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab"):
        tab(page, key)
        assert page.evaluate("scrollY") == 3000
    expect(page.locator(".readbar").get_by_label("Standard text")).to_be_focused()


@pytest.mark.parametrize(("link", "heading"), [("42 comments", "42 comments"), ("Share", "Share this article")])
def test_its_links_lead_to_a_heading_that_it_does_not_cover(page, bar, link, heading):
    scroll_to(page, 600)
    expect(bar).to_be_visible()
    bar.get_by_role("link", name=link, exact=True).click()

    heading = page.get_by_role("heading", name=heading)
    expect(heading).to_be_in_viewport(ratio=1)
    assert heading.bounding_box()["y"] >= BAR_PX


def test_it_leads_back_to_the_top(page, bar):
    scroll_to(page, 6000)
    expect(bar).to_be_visible()
    bar.get_by_role("link", name="Back to the top").click()

    expect(page.get_by_role("heading", level=1)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_nothing_that_has_the_focus_hides_under_it(window, width):
    page = window(width=width, reduced_motion="reduce")
    page.goto(STORY)
    page.get_by_role("contentinfo").get_by_role("link").last.focus()

    stops = 0
    while tab(page, "Shift+Tab") is not None:  # tab() fails on what is covered
        stops += 1
    assert stops > 50
