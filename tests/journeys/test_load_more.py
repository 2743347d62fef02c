import pytest
from playwright.sync_api import expect

from tests.journeys.acts import back
from tests.journeys.pages import SECTION, SHORT_STORY

FIRST_PAGE, SECOND_PAGE = 8, 12  # stories in the river; four more stand above it on the first page


@pytest.fixture(scope="module")
def shared_page(shared_windows):
    return shared_windows.open()


def test_load_more_adds_the_next_stories_below(page):
    page.goto(SECTION)
    expect(page.locator("#river > li")).to_have_count(FIRST_PAGE)
    page.get_by_role("link", name="Load more").click()

    expect(page.locator("#river > li")).to_have_count(FIRST_PAGE + SECOND_PAGE)
    expect(page.locator("#more")).to_have_text("Showing 24 of 24 stories")
    expect(page.get_by_role("link", name="Load more")).to_have_count(0)
    expect(page.locator("#status")).to_have_text("12 more stories.")
    links = page.locator("#river h3 a").evaluate_all("links => links.map(link => link.href)")
    assert len(set(links)) == len(links)


def test_back_finds_the_list_as_it_was_left_or_else_whole(window):
    page = window(reduced_motion="reduce")
    page.goto(SECTION)
    page.evaluate("window.wasHere = true")
    page.get_by_role("link", name="Load more").click()
    expect(page.locator("#status")).to_have_text("12 more stories.")
    story = page.locator("#river > li").last.get_by_role("link").first
    story.click()
    expect(page).not_to_have_url(SECTION)

    back(page, SECTION)

    expect(page.get_by_role("heading", level=1)).to_have_text("World")
    if page.evaluate("window.wasHere"):  # browsers keep a page alive for a while; a headless shell does not
        expect(page.locator("#river > li")).to_have_count(FIRST_PAGE + SECOND_PAGE)
        expect(story).to_be_in_viewport()
    else:
        expect(page.locator("#river > li")).to_have_count(FIRST_PAGE)
        expect(page.get_by_role("link", name="Load more")).to_be_visible()


def test_back_finds_the_whole_first_page_where_the_browser_keeps_none(window):
    opener = window()
    opener.goto("/")
    with opener.expect_popup() as opened:  # a window that another page has opened is never kept
        opener.evaluate("window.open('/')")
    page = opened.value
    page.goto(SECTION)
    page.get_by_role("link", name="Load more").click()
    expect(page.locator("#river > li")).to_have_count(FIRST_PAGE + SECOND_PAGE)
    page.goto(SHORT_STORY)

    back(page, SECTION)

    expect(page.get_by_role("heading", level=1)).to_have_text("World")
    expect(page.locator("#river > li")).to_have_count(FIRST_PAGE)
    page.get_by_role("link", name="Load more").click()
    expect(page.locator("#river > li")).to_have_count(FIRST_PAGE + SECOND_PAGE)


def test_without_script_it_is_the_next_page_and_back_leads_to_the_first(window):
    page = window(scripted=False)
    page.goto(SECTION)
    page.get_by_role("link", name="Load more").click()
    expect(page).to_have_url(f"{SECTION}?page=2")
    expect(page.locator("#river > li")).to_have_count(SECOND_PAGE)

    back(page, SECTION)

    expect(page.locator("#river > li")).to_have_count(FIRST_PAGE)


def test_a_lost_connection_is_told_and_the_button_stays(page):
    page.goto(SECTION)
    page.context.set_offline(True)
    page.get_by_role("link", name="Load more").click()

    expect(page.locator("#status")).to_have_text("That did not work. Check your connection and try again.")
    page.context.set_offline(False)
    page.get_by_role("link", name="Load more").click()
    expect(page.locator("#river > li")).to_have_count(FIRST_PAGE + SECOND_PAGE)
