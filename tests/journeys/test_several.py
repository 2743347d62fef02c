"""Choosing several stories and doing one thing with all of them: by keyboard, by mouse, without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.axe import OF_COLOURS, TOO_WIDE, violations
from tests.browser import HEIGHT, NARROW, WIDE
from tests.journeys.test_writing import address, come_in, paper, signed_in  # noqa: F401  # the same paper

ON_TOP = """(it) => {
  const { x, y, width, height } = it.getBoundingClientRect();
  return document.elementFromPoint(x + width / 2, y + height / 2) === it;
}"""


def boxes(page: Page):
    return page.locator("#stories [name=chosen]")


def bar(page: Page):
    return page.get_by_role("form", name="Do one thing with all that are chosen")


@pytest.mark.parametrize("scripted", [True, False])
def test_several_get_a_topic_and_what_was_not_done_is_told(come_in, scripted):  # noqa: F811
    topic = f"Topic {'with' if scripted else 'without'} script"
    page = come_in("edda", scripted=scripted)
    page.get_by_label("Choose “Story number 1”").check()
    page.get_by_label("Choose “Story number 2”").check()
    expect(bar(page).get_by_label("The topic")).to_be_hidden()
    page.get_by_label("What to do").select_option(label="Add a topic")
    page.get_by_label("The topic").fill(topic)
    page.get_by_label("The topic").press("Enter")
    expect(page.locator("#done")).to_contain_text("2 articles were marked with the topic.")
    expect(boxes(page).and_(page.locator(":checked"))).to_have_count(0)
    page.get_by_label("Choose “Story number 1”").check()
    page.get_by_label("Choose “Story number 3”").check()
    page.get_by_label("What to do").select_option(label="Add a topic")
    page.get_by_label("The topic").fill(topic)
    page.get_by_role("button", name="Do it").click()
    expect(page.locator("#done")).to_contain_text("1 article was marked with the topic. 1 was not:")
    page.locator("#done").get_by_role("link", name="Story number 1").click()
    expect(page.get_by_label("Topics")).to_have_value(re.compile(topic))


@pytest.mark.parametrize("scripted", [True, False])
def test_nothing_chosen_loses_nothing(come_in, scripted):  # noqa: F811
    page = come_in("edda", scripted=scripted)
    page.get_by_label("What to do").select_option(label="Set the byline")
    page.get_by_label("The name over them").fill("An agency")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose an article first.")
    expect(page.get_by_label("The name over them")).to_have_value("An agency")


def test_stories_are_chosen_by_keyboard_alone(come_in):  # noqa: F811
    page = come_in("edda")
    page.wait_for_load_state()
    for key in "jjjkx":
        page.keyboard.press(key)
    expect(boxes(page).nth(1)).to_be_focused()
    expect(boxes(page).nth(1)).to_be_checked()
    expect(bar(page).get_by_role("status")).to_have_text("1 chosen")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(bar(page).get_by_role("status")).to_have_text("2 chosen")
    page.get_by_label("Search headlines").focus()
    page.keyboard.type("xj")
    expect(page.get_by_label("Search headlines")).to_have_value("xj")
    page.get_by_label("Choose all articles here").focus()
    page.keyboard.press("Space")
    n = boxes(page).count()
    expect(bar(page).get_by_role("status")).to_have_text(f"{n} chosen")
    for at in range(n):  # the bar at the foot hides nothing that has the focus
        boxes(page).nth(at).focus()
        assert boxes(page).nth(at).evaluate(ON_TOP), at


def test_a_range_is_chosen_with_shift(come_in):  # noqa: F811
    page = come_in("edda")
    page.wait_for_load_state()
    boxes(page).nth(1).click()
    boxes(page).nth(4).click(modifiers=["Shift"])
    expect(boxes(page).and_(page.locator(":checked"))).to_have_count(4)
    expect(bar(page).get_by_role("status")).to_have_text("4 chosen")


def test_axe_finds_nothing_while_several_are_chosen_and_nothing_sticks_out(come_in):  # noqa: F811
    page = come_in("edda", reduced_motion="reduce")
    page.wait_for_load_state()
    boxes(page).first.check()
    for width in (WIDE, NARROW, 320):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for act in ("review", "section", "topic", "byline"):
            page.get_by_label("What to do").select_option(act)
            assert (width, act, page.evaluate(TOO_WIDE)) == (width, act, [])
        assert (width, violations(page)) == (width, [])
        page.emulate_media(color_scheme="dark")
        assert (width, violations(page, only=OF_COLOURS)) == (width, [])
        page.emulate_media(color_scheme="light")
