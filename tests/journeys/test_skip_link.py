import pytest
from playwright.sync_api import expect

from tests.journeys.acts import tab
from tests.journeys.pages import PAGES


@pytest.mark.parametrize("name", ["front page", "article"])
def test_the_first_stop_leads_past_the_menus(page, name):
    page.goto(PAGES[name])

    assert tab(page) == "Skip to main content"
    page.keyboard.press("Enter")

    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
