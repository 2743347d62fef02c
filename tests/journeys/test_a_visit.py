import re
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import choose, letter_height, tab, tab_to
from tests.journeys.pages import SECTION

ON_PAGE_2 = "Below the crater, a village rebuilds its terraces"


@pytest.fixture
def window(window):
    """Opens windows that keep what was read, as a reader's do."""
    return partial(window, keeps=True)


def test_a_reader_goes_from_the_front_page_through_a_story_to_the_next(page, scripted):
    page.goto("/")
    page.get_by_role("navigation", name="Sections", exact=True).get_by_role("link", name="World", exact=True).click()
    expect(page).to_have_url(SECTION)
    expect(page.get_by_role("heading", level=1)).to_have_text("World")

    page.get_by_role("link", name="Load more").click()
    page.get_by_role("main").get_by_role("link", name=ON_PAGE_2).click()
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text(ON_PAGE_2)

    page.get_by_role("navigation", name="In this story").get_by_role("link", name="What the ash leaves").click()
    expect(page.get_by_role("heading", name="What the ash leaves")).to_be_in_viewport()

    before = letter_height(page)
    choose(page, "Largest text", scripted=scripted)
    assert letter_height(page) == pytest.approx(1.5 * before, abs=0.1)
    expect(title).to_have_text(ON_PAGE_2)

    choose(page, "Dark", scripted=scripted)
    expect(page.locator("html")).to_have_css("color-scheme", "dark")

    panel = page.get_by_role("region", name="Share this article")
    expect(panel.get_by_role("link", name="Email")).to_have_attribute("href", re.compile("^mailto:.*crater-village"))
    expect(panel.get_by_role("link", name="Bluesky")).to_have_attribute("href", re.compile("crater-village"))

    following = page.get_by_role("navigation", name="More articles").get_by_role("link", name="Next article")
    next_title = following.inner_text().splitlines()[-1]
    following.click()
    expect(title).to_have_text(next_title)
    expect(page.locator("html")).to_have_css("color-scheme", "dark")


def test_the_same_visit_needs_no_mouse(window, scripted):
    # Without smooth scrolling, so that what has the focus stands where it will stay.
    page = window(scripted=scripted, reduced_motion="reduce", permissions=["clipboard-read", "clipboard-write"])
    page.goto("/")
    tab_to(page, "World")
    page.keyboard.press("Enter")
    expect(page).to_have_url(SECTION)

    tab_to(page, "Load more")
    page.keyboard.press("Enter")
    if scripted:
        expect(page.locator("#river li:nth-of-type(9) h3 a")).to_be_focused()  # the first that came
        expect(page.locator("#status")).to_have_text("12 more stories.")
    else:
        expect(page).to_have_url(f"{SECTION}?page=2")
    tab_to(page, ON_PAGE_2)
    page.keyboard.press("Enter")
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text(ON_PAGE_2)

    tab_to(page, "Text size and theme")
    page.keyboard.press("Enter")
    tab_to(page, "Standard text")
    before = letter_height(page)
    page.keyboard.press("ArrowRight")
    assert letter_height(page) == pytest.approx(1.14 * before, abs=0.1)
    tab_to(page, "Auto")
    page.keyboard.press("ArrowLeft")  # round to the last
    expect(page.locator("html")).to_have_css("color-scheme", "dark")
    if scripted:
        expect(page.locator("#status")).to_have_text("Dark. Remembered on this device.")
        page.keyboard.press("Escape")
        expect(page.locator(".disp")).not_to_have_attribute("open", "")
        expect(page.locator(".disp summary")).to_be_focused()
    else:
        assert tab(page) == "Remember on this device"
        page.keyboard.press("Enter")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert letter_height(page) == pytest.approx(1.14 * before, abs=0.1)

    tab_to(page, "What the ash leaves")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What the ash leaves")).to_be_in_viewport()

    tab_to(page, "Copy link")
    story = page.url.partition("#")[0]
    page.keyboard.press("Enter")
    if scripted:
        expect(page.locator("#status")).to_have_text("Link copied.")
        assert page.evaluate("navigator.clipboard.readText()") == story
    else:
        expect(page.get_by_label("The story’s address")).to_have_value(story)
        tab_to(page, ON_PAGE_2)
        page.keyboard.press("Enter")
        expect(title).to_have_text(ON_PAGE_2)

    tab_to(page, "Next article")
    page.keyboard.press("Enter")
    expect(title).not_to_have_text(ON_PAGE_2)
