from playwright.sync_api import expect

from tests.journeys.pages import NO_STORY, WITHDRAWN


def test_a_mistyped_address_leads_on_to_the_newest_stories(page):
    assert page.goto(NO_STORY).status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no page here")

    newest = page.get_by_role("region", name="Newest stories").get_by_role("heading", level=3).get_by_role("link")
    expect(newest).to_have_count(5)
    title = newest.first.inner_text()
    newest.first.click()

    expect(page).to_have_title(f"{title} | The Update Desk")


def test_a_withdrawn_story_says_why_and_leads_to_the_front_page(page):
    assert page.goto(WITHDRAWN).status == 410
    expect(page.get_by_role("heading", level=1)).to_have_text("This story has been withdrawn")
    expect(page.get_by_role("main")).to_contain_text("It rested on a document that turned out to be a draft.")

    page.get_by_role("link", name="Go to the front page").click()

    expect(page).to_have_url("/")


def test_an_error_page_has_the_menus_of_every_page(page):
    page.goto(NO_STORY)
    page.get_by_role("navigation", name="Sections", exact=True).get_by_role("link", name="World", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("World")
