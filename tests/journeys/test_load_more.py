import pytest
from playwright.sync_api import expect

from tests.journeys.acts import back
from tests.journeys.pages import SECTION

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


@pytest.mark.parametrize("keeps", [True, False], ids=["kept alive", "made anew"])
def test_back_finds_every_story_that_was_loaded_and_the_one_that_was_opened(window, keeps):
    page = window(reduced_motion="reduce")
    if not keeps:  # a window that another page has opened is never kept alive, and neither is one of a headless shell
        with page.expect_popup() as opened:
            page.evaluate("window.open('/')")
        page = opened.value
    page.goto(SECTION)
    page.get_by_role("link", name="Load more").click()
    expect(page.locator("#river > li")).to_have_count(FIRST_PAGE + SECOND_PAGE)
    expect(page).to_have_url(f"{SECTION}?page=1-2")
    story = page.locator("#river > li").nth(FIRST_PAGE + SECOND_PAGE - 2).get_by_role("heading").get_by_role("link")
    story.click()
    expect(page.locator(".art__main")).to_be_visible()

    back(page, f"{SECTION}?page=1-2")

    expect(page.locator("#river > li")).to_have_count(FIRST_PAGE + SECOND_PAGE)
    expect(story).to_be_in_viewport()
    page.reload()
    expect(page.locator("#river > li")).to_have_count(FIRST_PAGE + SECOND_PAGE)
    expect(story).to_be_in_viewport()


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
