"""Finding anything at the desk: by keyboard, on a slow line, with the mouse, without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.axe import OF_COLOURS, TOO_WIDE, violations
from tests.browser import HEIGHT, NARROW, WIDE
from tests.journeys.test_writing import address, come_in, paper, signed_in  # noqa: F401  # the same paper


def field(page: Page):
    return page.get_by_role("combobox", name="Find anything")


def active(page: Page):
    """What Enter would open, as assistive technology is told."""
    return page.locator(f"#{field(page).get_attribute('aria-activedescendant')}")


def ask(page: Page, words: str) -> None:
    field(page).fill(words)
    expect(page.locator("[data-asked]")).to_have_attribute("data-asked", words)


def test_anything_is_found_by_keyboard_alone(come_in):  # noqa: F811
    page = come_in("edda", "/desk/log")
    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("option", name="New article")).to_be_visible()
    ask(page, "headline 1")
    expect(active(page)).to_contain_text("Headline 1")
    expect(page.get_by_role("status").filter(has_text="found.")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/desk/articles/1$"))


def test_the_arrows_go_round_and_escape_leads_back_to_where_one_was(come_in):  # noqa: F811
    page = come_in("edda", "/desk/articles")
    page.wait_for_load_state()
    page.get_by_label("Search headlines").focus()
    page.keyboard.press("Control+k")
    ask(page, "re")
    n = page.locator("#find-list [role=option]").count()  # the page below has native ones
    assert n > 2
    seen = []
    for key in ["ArrowDown"] * n + ["ArrowUp"]:
        seen.append(active(page).get_attribute("id"))
        page.keyboard.press(key)
        expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)
    assert len(set(seen[:n])) == n and seen[n] == seen[0]
    assert active(page).get_attribute("id") == seen[n - 1]
    expect(active(page)).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("Search headlines")).to_be_focused()


def test_enter_on_a_slow_line_opens_what_was_asked_for_and_nothing_else(come_in):  # noqa: F811
    page = come_in("edda", "/desk/log")
    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    expect(page.locator("#find-list [role=option]").first).to_be_visible()
    held = []
    page.route("**/desk/find?q=*", lambda route: held.append(route))
    page.keyboard.type("rules")
    page.keyboard.press("Enter")
    while not held:
        page.wait_for_timeout(20)
    expect(page).to_have_url(re.compile("/desk/log$"))
    held[0].continue_()
    expect(page).to_have_url(re.compile("/desk/rules$"))


def test_letters_typed_at_once_go_into_the_field_and_decide_nothing(come_in):  # noqa: F811
    page = come_in("edda", "/desk/comments")
    page.wait_for_load_state()
    page.route("**/desk/find*", lambda route: None)  # the answer never comes
    page.keyboard.press("Control+k")
    page.keyboard.type("ask")
    expect(field(page)).to_have_value("ask")
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("ask")


def test_opened_again_in_the_moment_of_closing_it_is_not_emptied(come_in):  # noqa: F811
    page = come_in("edda", "/desk/log")
    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    expect(page.locator("#find-list [role=option]").first).to_be_visible()
    page.evaluate(
        """() => {
          document.getElementById("dialog").close();
          document.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true }));
        }"""
    )
    ask(page, "rules")


def test_without_a_connection_it_says_so_and_keeps_what_was_typed(come_in):  # noqa: F811
    page = come_in("edda", "/desk/log")
    page.wait_for_load_state()
    page.get_by_role("link", name="Find").click()
    ask(page, "rules")
    page.context.set_offline(True)
    page.keyboard.type("x")
    expect(page.get_by_text("That did not work.").and_(page.locator(".find__status"))).to_be_visible()
    expect(field(page)).to_have_value("rulesx")
    page.context.set_offline(False)
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/desk/rules$"))


def test_in_the_text_of_a_story_the_same_keys_are_the_editor_s(come_in, paper):  # noqa: F811
    page = come_in("edda", f"/desk/articles/{paper[1]['draft']}")
    page.locator(".ed-text").click()
    page.keyboard.press("Control+k")
    expect(field(page)).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator("#place").focus()
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()


@pytest.mark.parametrize("scripted", [True, False])
def test_find_leads_by_mouse_to_a_page_and_says_when_there_is_nothing(come_in, scripted):  # noqa: F811
    page = come_in("edda", "/desk/log", scripted=scripted, width=NARROW)
    page.wait_for_load_state()
    page.get_by_role("link", name="Find").click()
    box = page.get_by_label("Find anything").and_(page.locator("input"))
    box.fill("zqnothing")
    if not scripted:
        box.press("Enter")
    expect(page.get_by_role("heading", name="Nothing is called that.")).to_be_visible()
    box.fill("new article")
    if not scripted:
        page.get_by_role("button", name="Find").click()
    page.get_by_role("option" if scripted else "link", name="New article", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New article")


def test_axe_finds_nothing_in_the_dialog_in_either_theme_at_either_width(come_in):  # noqa: F811
    page = come_in("edda", "/desk/log", reduced_motion="reduce")  # no colour is on its way
    page.wait_for_load_state()
    for width in (WIDE, NARROW, 320):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for words in ("e", "zqnothing"):
            page.keyboard.press("Control+k")
            ask(page, words)
            assert (width, words, violations(page)) == (width, words, [])
            page.emulate_media(color_scheme="dark")
            assert (width, words, violations(page, only=OF_COLOURS)) == (width, words, [])
            page.emulate_media(color_scheme="light")
            assert (width, page.evaluate(TOO_WIDE)) == (width, [])
            page.keyboard.press("Escape")
