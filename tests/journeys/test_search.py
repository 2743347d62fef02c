"""From a word to a story: with and without script, with the address always true."""

import re

from playwright.sync_api import expect

from tests.journeys.acts import back


def test_a_reader_searches_narrows_it_down_and_opens_a_story(page, scripted):
    page.goto("/search")
    page.get_by_role("main").get_by_role("searchbox", name="Search").fill("cable")
    if not scripted:
        page.get_by_role("main").get_by_role("button", name="Search").click()
    expect(page.locator("#found-count")).to_contain_text("for “cable”")
    expect(page).to_have_url(re.compile(r"/search\?q=cable$" if scripted else r"/search\?.*q=cable"))

    world = page.get_by_role("checkbox", name=re.compile("^World"))
    world.check()
    if not scripted:
        page.get_by_role("button", name="Apply filters").click()
    expect(page.locator("#found-count")).to_contain_text("in World")
    expect(page).to_have_url(re.compile("section=world"))

    page.locator("#river h2 a").first.click()
    expect(page).to_have_url(re.compile("/articles/"))
    expect(page.locator(".art__main")).to_be_visible()


def test_typing_keeps_the_focus_says_what_is_found_and_back_leads_to_the_words_before(window):
    page = window()
    page.goto("/search?q=storm")
    field = page.get_by_role("main").get_by_role("searchbox", name="Search")
    field.click()
    field.press("ControlOrMeta+a")
    field.press_sequentially("cable")

    expect(page).to_have_url("/search?q=cable")
    expect(field).to_be_focused()
    expect(field).to_have_value("cable")
    expect(page.locator("#found-count[aria-live=polite]")).to_contain_text("for “cable”")

    back(page, "/search?q=storm")

    expect(page.locator("#found-count")).to_contain_text("for “storm”")
    expect(page.get_by_role("main").get_by_role("searchbox", name="Search")).to_have_value("storm")


def test_back_finds_every_result_that_was_loaded_and_the_one_that_was_opened(window):
    page = window(reduced_motion="reduce")
    page.goto("/search?q=the")
    rows = page.locator("#river > li")
    for shown in (24, 36):
        page.get_by_role("link", name="Load more").click()
        expect(rows).to_have_count(shown)
    expect(page).to_have_url("/search?q=the&page=1-3")
    story = rows.nth(30).get_by_role("heading").get_by_role("link")
    story.click()
    expect(page.locator(".art__main")).to_be_visible()

    back(page, "/search?q=the&page=1-3")

    expect(rows).to_have_count(36)
    expect(story).to_be_in_viewport()
    page.get_by_role("link", name="Load more").click()
    expect(rows).to_have_count(48)
    expect(page).to_have_url("/search?q=the&page=1-4")


def test_a_reader_goes_from_an_author_to_a_story_to_its_topic(page):
    page.goto("/authors/ines-vandermolen")
    page.get_by_role("main").get_by_role("link", name="Seven agree a cable treaty, not who mends them").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Seven ministers agree")

    page.get_by_role("group", name="Topics").get_by_role("link", name="Undersea cables").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Undersea cables")
    expect(page.locator("#river li").first).to_be_visible()
