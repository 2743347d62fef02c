import pytest
from playwright.sync_api import expect

from tests.journeys.pages import STORY

REFUSE = """() => {
  navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
}"""
NOTE_PRINTING = "() => { window.print = () => { window.hasPrinted = true }; }"


@pytest.fixture(scope="module")
def shared_page(shared_windows):
    return shared_windows.open(permissions=["clipboard-read", "clipboard-write"])


def test_copy_link_copies_the_address_and_says_so(page, address):
    page.goto(f"{STORY}#sources")
    copy = page.get_by_role("region", name="Share this article").get_by_role("link", name="Copy link")
    copy.click()

    expect(page.locator("#status")).to_have_text("Link copied.")
    assert page.evaluate("navigator.clipboard.readText()") == address + STORY
    expect(copy).to_be_focused()
    expect(page.get_by_label("The story’s address")).not_to_be_visible()


def test_where_the_browser_refuses_to_copy_a_field_holds_the_address(page, address):
    page.goto(STORY)
    page.evaluate(REFUSE)
    page.get_by_role("link", name="Copy link").first.click()

    field = page.get_by_label("The story’s address")
    expect(page.locator("#status")).to_contain_text("copy it from the field")
    expect(field).to_be_in_viewport()
    expect(field).to_be_focused()
    expect(field).to_have_value(address + STORY)
    assert page.evaluate("getSelection().toString()") == address + STORY


def test_all_ways_to_share_open_under_the_byline(page):
    page.goto(STORY)
    page.get_by_role("link", name="All ways to share").click()

    panel = page.locator("#share-here")
    expect(panel.get_by_role("link", name="Email")).to_be_visible()
    expect(panel.get_by_role("link", name="Bluesky")).to_be_visible()
    expect(page).to_have_url(STORY)


def test_print_opens_the_print_dialogue(page):
    page.goto(STORY)
    page.evaluate(NOTE_PRINTING)
    page.get_by_role("button", name="Print").first.click()

    assert page.evaluate("window.hasPrinted")


def test_without_script_the_story_itself_has_the_field_and_no_button_that_does_nothing(window, address):
    page = window(scripted=False)
    page.goto(STORY)

    expect(page.get_by_label("The story’s address")).to_have_value(address + STORY)
    # What is in a form is sent without script, too: the order of the comments.
    expect(page.locator("article button:not(form button)").filter(visible=True)).to_have_count(0)


def test_copy_link_without_script_leads_to_a_page_with_the_field_and_back(window, address):
    page = window(scripted=False)
    page.goto(STORY)
    page.get_by_role("link", name="Copy link").first.click()

    expect(page).to_have_url(f"{STORY}/share")
    expect(page.get_by_label("The story’s address")).to_have_value(address + STORY)
    page.get_by_role("main").get_by_role("link", name="Seven ministers agree").click()
    expect(page).to_have_url(STORY)


def test_the_devices_own_way_to_share_is_offered_where_there_is_one(window, address):
    page = window()
    page.add_init_script("navigator.share = (what) => { window.shared = what.url; return Promise.resolve() }")
    page.goto(STORY)
    page.get_by_role("button", name="Share with an app").click()

    assert page.evaluate("window.shared") == address + STORY


def test_the_devices_own_way_to_share_is_not_offered_where_there_is_none(window, scripted):
    page = window(scripted=scripted)
    page.add_init_script("delete Navigator.prototype.share")
    page.goto(STORY)

    expect(page.locator('[data-share="native"]:visible')).to_have_count(0)
