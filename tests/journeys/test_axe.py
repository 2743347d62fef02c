"""No page breaks a rule that axe can check, in either theme, on a wide window or a phone."""

import pytest

from tests.axe import violations
from tests.browser import HEIGHT, NARROW, WIDE
from tests.journeys.acts import scroll_to
from tests.journeys.pages import PAGES, STORY

THEMES = ("light", "dark")


@pytest.mark.parametrize("url", PAGES.values(), ids=PAGES)
def test_axe_finds_nothing_on(window, url):
    page = window(reduced_motion="reduce")  # no colour is on its way to another
    page.goto(url)
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            assert (theme, width, violations(page)) == (theme, width, [])


@pytest.mark.parametrize("opened", [".menu", ".disp"])
def test_axe_finds_nothing_in_what_opens(window, opened):
    page = window(width=NARROW, reduced_motion="reduce")
    page.goto(STORY)
    page.locator(f"{opened} > summary").click()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        assert (theme, violations(page)) == (theme, [])


def test_axe_finds_nothing_when_stories_have_been_loaded(window):
    page = window()
    page.goto("/sections/world")
    page.get_by_role("link", name="Load more").click()
    page.locator("#river li:nth-of-type(20)").wait_for()

    assert violations(page) == []


def test_axe_finds_nothing_under_the_reading_bar(window):
    page = window()
    page.goto(STORY)
    scroll_to(page, 2000)
    page.get_by_role("region", name="Reading bar").wait_for()

    assert violations(page) == []


def test_axe_would_find_something(window):
    page = window()
    page.goto("/")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")

    assert [line for line in violations(page) if line.startswith("image-alt")]
