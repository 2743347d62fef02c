"""Sources and links at the desk in a browser: one is found and cited again, a story's addresses are asked."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.test_editor import begun, kept, saved, text  # noqa: F401  # the same editor
from tests.journeys.test_writing import address, come_in, paper, signed_in  # noqa: F401  # the same paper


def test_a_source_is_found_while_its_words_are_typed_and_cited_again(begun):  # noqa: F811
    page = begun()
    text(page).click()
    page.keyboard.type("The river rose.")
    page.keyboard.press("Control+Alt+s")
    page.get_by_label("Or one that the newsroom has").fill("accord")
    page.get_by_role("button", name="Cite The accord").press("Enter")
    expect(page.locator(".ed-text .ed-source")).to_have_attribute("data-n", "1")
    assert saved(page) == '<p>The river rose.<sup data-source="s1"></sup></p>'
    page.reload()
    expect(page.locator(".ed-text .ed-source")).to_have_attribute("title", "The accord")


@pytest.mark.parametrize("script", [True, False])
def test_a_story_s_addresses_are_asked_and_each_has_a_way_on(come_in, script):  # noqa: F811
    page = come_in("edda", "/desk/articles/new", scripted=script)
    page.get_by_label("Working headline").fill("Links")
    page.get_by_role("button", name="Begin it").click()
    at = page.url
    if script:
        page.locator(".ed-text").click()
        page.keyboard.type("Fact.[[1]](http://127.0.0.1:9/inside)")
        saved(page)
    else:
        page.get_by_label("Text", exact=True).fill("Fact.[[1]](http://127.0.0.1:9/inside)")
        page.get_by_role("button", name="Save", exact=True).last.click()
    page.goto(f"{at.partition('?')[0]}/links")
    page.get_by_role("button", name="Ask them").click()
    row = page.locator(".grid-table--links tbody tr")
    expect(row).to_contain_text("No public address")
    expect(page.get_by_text("1 of 1 needs a look.")).to_be_visible()
    row.get_by_role("link", name="http://127.0.0.1:9/inside").wait_for()
