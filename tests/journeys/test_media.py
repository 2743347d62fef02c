"""What a browser asks for on a reader's behalf: paper, calm, colours of their own."""

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import scroll_to
from tests.journeys.pages import SECTION, STORY

NOT_ON_PAPER = ".nav, .toc, .pager, .menu, .disp, .readbar, .share, .comments, .art__rail, .foot, form"


@pytest.fixture(scope="module")
def printed(shared_page, address):
    """A story as it is printed, by a reader who reads at night."""
    page = shared_page
    page.context.add_cookies([{"name": "prefs", "value": "dark.xxl", "url": address}])
    page.goto(STORY)
    page.emulate_media(media="print", color_scheme="dark")
    return page


def test_print_has_the_story_and_none_of_the_menus(printed):
    expect(printed.get_by_role("heading", level=1)).to_be_visible()
    expect(printed.locator(".prose")).to_be_visible()
    expect(printed.locator(".colophon")).to_contain_text(f"From The Update Desk, {printed.url}")
    expect(printed.locator(NOT_ON_PAPER).filter(visible=True)).to_have_count(0)


def test_print_names_the_addresses_of_the_sources(printed):
    links = printed.locator('#sources a[href^="http"]')
    expect(links.first).to_be_visible()
    after = links.evaluate_all("links => links.map(link => getComputedStyle(link, '::after').content)")

    assert len(after) >= 2
    assert all("attr(href)" in content or "http" in content for content in after)


def test_print_has_both_dates_and_the_pictures_credit(printed):
    dates = printed.locator(".byline__when")
    expect(dates).to_be_visible()
    expect(dates).to_contain_text("Published")
    expect(dates.locator(".upd")).to_be_visible()
    expect(printed.locator(".art__hero .credit")).to_be_visible()


def test_print_is_black_on_white_at_every_theme_and_size(printed):
    text = printed.locator(".prose p").first
    expect(text).to_have_css("color", "rgb(0, 0, 0)")
    expect(printed.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(text).to_have_css("font-size", "15.3333px")  # 11.5 pt


def test_nothing_moves_by_itself_for_readers_who_want_less_motion(window, scripted):
    page = window(scripted=scripted, reduced_motion="reduce")
    page.goto(STORY)

    expect(page.locator("html")).to_have_css("scroll-behavior", "auto")
    moving = """() => [...document.querySelectorAll("*")].filter((it) => {
      const style = getComputedStyle(it);
      const isTimed = style.animationName !== "none" && style.animationTimeline === "auto";
      return isTimed || style.transitionDuration.split(", ").some((time) => time !== "0s");
    }).map((it) => it.outerHTML.slice(0, 80))"""
    assert page.evaluate(moving) == []


def test_the_reading_bar_moves_in_steps_for_them(window):
    page = window(reduced_motion="reduce")
    page.goto(STORY)

    expect(page.locator(".readbar__progress")).to_have_css("animation-timing-function", "steps(20)")


def test_forced_colours_keep_what_colour_alone_would_say(window, scripted):
    page = window(scripted=scripted, forced_colors="active")
    page.goto(SECTION)
    here = page.get_by_role("navigation", name="Sections", exact=True).locator("[aria-current]").first
    expect(here).to_have_css("text-decoration-line", "underline")

    page.locator(".disp summary").click()
    chosen = page.locator(".disp label:has(:checked)").first
    expect(chosen).to_have_css("outline-style", "solid")
    page.keyboard.press("Tab")
    expect(page.locator(".disp label:has(:focus-visible)")).to_have_css("outline-style", "solid")


def test_forced_colours_keep_the_progress_of_the_reading_bar(window):
    page = window(forced_colors="active")
    page.goto(STORY)
    scroll_to(page, 3000)

    progress = page.locator(".readbar__progress")
    expect(progress).to_be_visible()
    assert progress.evaluate("it => getComputedStyle(it).backgroundColor") != page.locator(".readbar").evaluate(
        "it => getComputedStyle(it).backgroundColor"
    )
