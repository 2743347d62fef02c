"""The front page at the desk in a browser: by mouse, by keyboard alone, without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_writing import address, come_in, paper, signed_in  # noqa: F401  # the same paper


def order(page: Page, slot: str = "second") -> list[str]:
    return page.locator(f"#slot-{slot} .slot__row .slot__story > a").all_inner_texts()


@pytest.fixture
def desk(come_in):  # noqa: F811
    """The front page's places in the window of an editor, the second one with three stories."""

    def desk(**how) -> Page:
        page = come_in("edda", "/desk/front/slots/second", **how)
        while page.locator("#slot-second .slot__row").count() < 3:
            n = page.locator("#slot-second .slot__row").count()
            page.get_by_role("button", name="Place").first.click()
            expect(page.locator("#slot-second .slot__row")).to_have_count(n + 1)
            page.goto("/desk/front/slots/second")
        page.goto("/desk/front")
        return page

    return desk


def test_a_story_is_dragged_by_its_dots_and_put_back_by_undo(desk):
    page = desk()
    first, second, third, *rest = order(page)
    grips = page.locator("#slot-second .drag")
    grips.first.scroll_into_view_if_needed()
    start, end = grips.nth(0).bounding_box(), page.locator("#slot-second .slot__row").nth(2).bounding_box()

    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, end["y"] + end["height"] - 2, steps=8)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert order(page) == [first, second, third, *rest], "Escape puts it back"
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, end["y"] + end["height"] - 2, steps=8)
    page.mouse.up()
    expect(page.locator("#slot-second [role=status]")).to_contain_text("The order is changed.")
    assert order(page) == [second, third, first, *rest]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#slot-second [role=status]")).to_contain_text("It is as it was before.")
    page.reload()
    assert order(page) == [first, second, third, *rest]


def test_by_keyboard_a_story_is_found_placed_and_moved_and_the_button_stays_under_the_finger(desk):
    page = desk()
    last = order(page)[-1]
    button = page.get_by_role("button", name=f"Move up: {last}")
    button.focus()
    for n in (2, 1):
        page.keyboard.press("Enter")
        expect(page.locator("#slot-second .slot__row").nth(n - 1)).to_contain_text(last)
        expect(button).to_be_focused()

    page.get_by_label("Words of a headline, for: Opinion").focus()
    page.keyboard.type("story")
    expect(page.locator("#found-opinion button").first).to_be_visible()
    before = page.locator("#slot-opinion .slot__row").count()
    page.locator("#found-opinion button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#slot-opinion .slot__row")).to_have_count(before + 1)


def test_without_script_the_buttons_do_it(desk):
    page = desk(scripted=False)
    first, second, *rest = order(page)
    assert page.locator(".drag").count() == 0

    page.get_by_role("button", name=f"Move down: {first}").click()
    assert order(page) == [second, first, *rest] and page.url.endswith("#slot-second")
    page.get_by_role("button", name="Undo").click()
    assert order(page) == [first, second, *rest]


def test_the_banner_is_set_seen_and_taken_down_and_not_printed(desk, window):
    page = desk(scripted=False)
    page.goto("/desk/front/breaking")
    page.get_by_label("The line").fill("The bridge is closed")
    page.get_by_role("button", name="Set the banner").click()
    page.goto("/")
    banner = page.get_by_role("complementary", name="Breaking news")
    expect(banner).to_contain_text("The bridge is closed")
    page.emulate_media(media="print")
    expect(banner).to_be_hidden()
    page.goto("/desk/front/breaking")
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Take it down").click()
    page.goto("/")
    expect(banner).to_have_count(0)
