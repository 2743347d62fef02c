"""The paper's structure at the desk in a browser, with and without script: what an editor changes is on the site at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.axe import faults
from tests.journeys.test_editor import saved
from tests.journeys.test_writing import address, come_in, paper, signed_in  # noqa: F401  # the same paper


@pytest.mark.parametrize("script", [True, False])
def test_a_section_is_added_put_in_order_and_given_another_address(come_in, address, script):  # noqa: F811
    name = "Science" if script else "Sport"
    page = come_in("edda", "/desk/sections", scripted=script)
    page.get_by_role("link", name="New section").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add it").click()
    rows = page.locator(".tree").first.locator(":scope > li")
    expect(rows.last).to_contain_text(name)
    count = rows.count()
    page.get_by_role("button", name=f"Up {name}").click()
    expect(rows.nth(count - 2)).to_contain_text(name)
    if script:
        expect(page.get_by_role("button", name=f"Up {name}")).to_be_focused()
        handle, first = rows.nth(count - 2).locator(".drag").first, rows.nth(0).locator(".tree__row").first
        page.wait_for_load_state("networkidle")  # a list that came meanwhile would take the place of what is held
        handle.scroll_into_view_if_needed()
        start, end = handle.bounding_box(), first.bounding_box()
        page.mouse.move(start["x"] + 5, start["y"] + 5)
        page.mouse.down()
        expect(page.locator(".is-dragged")).to_have_count(1)
        page.mouse.move(start["x"] + 5, end["y"] + 2, steps=8)
        with page.expect_response(
            "**/desk/sections?done=order"
        ):  # the page has the new order before the newsroom has it
            page.mouse.up()
        expect(rows.nth(0)).to_contain_text(name)
        page.reload()
        expect(rows.nth(0)).to_contain_text(name)
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_label("Last part of its address").fill(f"{name} & more")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(f"{address}/sections/{name.lower()}")
    expect(page).to_have_url(f"{address}/sections/{name.lower()}-more")
    expect(page.locator(".nav")).to_contain_text(name)


def test_what_is_typed_last_is_what_is_found_on_a_slow_line(come_in, address):  # noqa: F811
    page = come_in("edda", "/desk/authors")
    slow = {"offline": False, "latency": 1500, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    field = page.get_by_label("Name, role or place")
    for words in ("e", "ed", "no such name"):
        field.fill(words)
        page.wait_for_timeout(
            400
        )  # longer than the pause after which a word is looked for, shorter than an answer takes
    expect(page.locator("#found-authors")).to_contain_text("Nobody is like that.")


@pytest.mark.parametrize("script", [True, False])
def test_what_is_asked_for_in_vain_is_led_on(come_in, address, script):  # noqa: F811
    old = f"/2019/05/world-{script}.html".lower()
    page = come_in("edda", f"/desk/redirects/edit?old={old}", scripted=script)
    page.get_by_label("New address").fill("/sections/world")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("The redirect is kept.")).to_be_visible()
    page.get_by_label("Part of an address").fill(old)
    if not script:
        page.get_by_role("button", name="Show").click()
    expect(page.locator("#found-redirects tbody tr")).to_have_count(1)
    page.goto(f"{address}{old}")
    expect(page).to_have_url(f"{address}/sections/world")


@pytest.mark.parametrize("script", [True, False])
def test_a_topic_is_merged_an_author_added_and_a_line_put_into_the_footer(come_in, address, script):  # noqa: F811
    kind = "scripted" if script else "plain"
    page = come_in("edda", "/desk/topics", scripted=script)
    page.get_by_role("link", name="Rails").click()
    if script:
        page.get_by_label("What readers find here").fill("What runs on them")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved.")).to_be_visible()
    else:
        page.get_by_role("link", name="Merge it into another").click()
        page.get_by_label("Name or address of the topic that stays").fill("rivers")
        page.get_by_role("button", name="Look at both").click()
        page.get_by_role("button", name="Merge them").click()
        expect(page.get_by_text("They are one topic now.")).to_be_visible()

    page.goto(f"{address}/desk/authors/new")
    page.get_by_label("Name", exact=True).fill(f"Anna {kind}")
    page.get_by_label("Links").fill("somewhere")
    page.get_by_role("button", name="Add them").click()
    expect(page.get_by_role("alert")).to_contain_text("full address")
    expect(page.get_by_label("Name", exact=True)).to_have_value(f"Anna {kind}")
    page.get_by_label("Links").fill("Mastodon https://example.social/@anna")
    page.get_by_role("button", name="Add them").click()
    page.get_by_role("link", name="On the site").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Anna {kind}")

    page.goto(f"{address}/desk/menus")
    page.get_by_role("link", name="Add a line").first.click()
    page.get_by_label("Address").fill(f"/authors/anna-{kind}")
    page.get_by_label("Words of the line").fill(f"By Anna, {kind}")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("button", name=f"Up By Anna, {kind}").click()
    expect(page.get_by_text("The new order is kept.")).to_be_visible()
    page.goto(f"{address}/topics")
    expect(page.locator(".foot__cols")).to_contain_text(f"By Anna, {kind}")


@pytest.mark.parametrize("script", [True, False])
def test_a_public_story_gets_another_address_with_its_release(come_in, address, script):  # noqa: F811
    number, slug = (1, "told-with-script") if script else (3, "told-without")
    page = come_in("edda", f"/desk/articles/{number}", scripted=script)
    page.get_by_text("Headlines elsewhere, address").click()
    old = page.get_by_label("Address", exact=True).input_value()
    page.get_by_label("Address", exact=True).fill(slug)
    if script:
        saved(page)
    else:
        page.get_by_role("button", name="Save", exact=True).last.click()
    page.goto(f"{address}/desk/articles/{number}/release")
    expect(page.locator(".release__diff")).to_contain_text(f"/articles/{slug}")
    page.get_by_label("Minor change").check()
    page.get_by_label("What was changed, and why, in a line").fill("A shorter address")
    if script:  # it is under an embargo
        page.get_by_label("Publish it before the embargo ends").check()
    page.get_by_role("button", name="Release it").click()
    expect(page).not_to_have_url(f"{address}/desk/articles/{number}/release")
    page.goto(f"{address}/articles/{old}/versions")
    expect(page).to_have_url(f"{address}/articles/{slug}/versions")


def test_axe_finds_nothing_on_the_pages_of_the_structure_and_nothing_sticks_out(come_in, address):  # noqa: F811
    page = come_in("edda", reduced_motion="reduce")
    page.goto(f"{address}/desk/redirects/edit?old=/{'long-' * 60}")
    page.get_by_label("New address").fill(f"/{'far-' * 60}")
    page.get_by_role("button", name="Keep it").click()
    for at in (
        "sections", "sections/new", "sections/1", "sections/2/remove", "menus", "menus/1", "menus/1/new", "menus/items/1", "authors", "authors/new",
        "authors/1", "authors/1/portrait?q=zz", "topics", "topics?unused=1", "topics/1", "topics/1/merge?into=rivers", "redirects", "redirects/missing",
        "redirects/edit?old=/worlds",
    ):  # fmt: skip
        page.goto(f"{address}/desk/{at}")
        assert (at, faults(page)) == (at, [])


def test_words_that_are_not_sent_are_asked_about_and_ctrl_s_sends_them(come_in):  # noqa: F811
    page = come_in("edda", "/desk/pages")
    page.get_by_role("link", name="New page").click()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    page.get_by_label("Title").fill("How we count")
    page.get_by_role("link", name="Topics", exact=True).click()
    expect(page.get_by_label("Title")).to_have_value("How we count")
    assert asked == ["beforeunload"]

    page.get_by_label("Text").fill("By hand.")
    page.keyboard.press("Control+s")
    expect(page).to_have_url(re.compile(r"/desk/pages\?done=added"))
    page.get_by_role("link", name="Topics", exact=True).click()
    expect(page.get_by_role("heading", name="Topics", level=1)).to_be_visible()
    assert asked == ["beforeunload"]
