"""Text size and theme: chosen once, there on every page from its first byte on."""

import re

from playwright.sync_api import expect

from tests.journeys.acts import back, choose, letter_height
from tests.journeys.pages import SECTION, SHORT_STORY


def test_a_choice_stands_in_the_very_html_of_the_next_page(page, scripted):
    page.goto(SHORT_STORY)
    choose(page, "Larger text", scripted=scripted)
    choose(page, "Dark", scripted=scripted)

    assert _root(page.reload()) == {"theme": "dark", "size": "xl"}
    assert _root(page.goto("/")) == {"theme": "dark", "size": "xl"}
    expect(page.locator("html")).to_have_css("color-scheme", "dark")


def test_a_choice_is_kept_in_one_cookie_that_scripts_cannot_read(page, scripted):
    page.goto(SHORT_STORY)
    assert page.context.cookies() == []
    choose(page, "Light", scripted=scripted)

    [cookie] = page.context.cookies()
    assert (cookie["name"], cookie["value"]) == ("prefs", "light.m")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"


def test_auto_follows_the_device(page):
    page.goto("/")
    for scheme, paper in (("light", "rgb(253, 253, 252)"), ("dark", "rgb(17, 20, 26)")):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("body")).to_have_css("background-color", paper)
    page.emulate_media(color_scheme="null")


def test_a_theme_shows_before_it_is_remembered(page):
    page.goto("/")
    page.locator(".disp summary").click()
    page.locator(".disp").get_by_label("Dark", exact=True).check()

    expect(page.locator("html")).to_have_css("color-scheme", "dark")


def test_the_masthead_shows_what_is_chosen(page, scripted):
    page.goto(SHORT_STORY)
    panel = page.locator(".disp")
    expect(panel.get_by_label("Standard text")).to_be_checked()
    expect(panel.get_by_label("Auto, as my device")).to_be_checked()

    choose(page, "Small text", scripted=scripted)
    page.reload()

    expect(panel.get_by_label("Small text")).to_be_checked()


def test_the_preferences_page_does_the_same(page):
    page.goto("/preferences")
    form = page.locator("#preferences")
    form.get_by_label("Largest").check()
    form.get_by_label("Dark").check()
    form.get_by_role("button", name="Remember on this device").click()

    expect(page).to_have_url("/preferences")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("data-size", "xxl")
    expect(form.get_by_label("Largest")).to_be_checked()
    expect(page.locator(".disp").get_by_label("Largest text")).to_be_checked()


def test_arrow_keys_run_through_the_sizes_and_the_last_one_stays(window):
    page = window()
    page.goto(SHORT_STORY)
    page.locator(".disp summary").click()
    page.locator(".disp").get_by_label("Standard text").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")

    expect(page.locator("#status")).to_have_text("Largest text. Remembered on this device.")
    assert _root(page.reload())["size"] == "xxl"


def test_back_leads_to_no_older_theme(window):
    page = window()
    page.goto(SECTION)
    page.goto(SHORT_STORY)
    before = letter_height(page)
    choose(page, "Dark", scripted=True)
    choose(page, "Large text", scripted=True)

    back(page, SECTION)
    expect(page.locator("html")).to_have_css("color-scheme", "dark")
    page.goto(SHORT_STORY)
    assert letter_height(page) > before


def test_a_choice_that_cannot_be_remembered_shows_all_the_same_and_says_so(window):
    page = window()
    page.goto(SHORT_STORY)
    page.context.set_offline(True)
    page.locator(".disp summary").click()
    page.locator(".disp").get_by_label("Dark", exact=True).check()

    expect(page.locator("html")).to_have_css("color-scheme", "dark")
    expect(page.locator("#status")).to_have_text("Dark. It could not be remembered.")


def _root(response):
    """Read the choice off the root element as the server wrote it."""
    return dict(re.findall(r'data-(theme|size)="(\w+)"', response.text().partition("<head>")[0]))
