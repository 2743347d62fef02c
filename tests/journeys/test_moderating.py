"""A moderator clears the queue: by keyboard, with the mouse alone, without script; two at once; axe on every page of the desk."""

from __future__ import annotations

import re
import shutil

import pytest
from playwright.sync_api import Page, expect

from newsapp import accounts, comments, create_app, media
from newsapp.accounts import Account, Role
from newsapp.articles import Article
from newsapp.comments import Comment
from newsapp.db import db
from newsapp.lib import clock
from tests.accounts.people import PASSWORD, password_hash
from tests.axe import faults, violations
from tests.browser import NARROW
from tests.servers import serving
from tests.small_paper import cut_pictures, plant


@pytest.fixture(scope="module")
def desk(empty_database, postgres, tmp_path_factory):
    """A small paper of these tests' own, with two moderators and a reader."""
    folder = tmp_path_factory.mktemp("desk")
    if postgres:
        address = postgres.create(folder.name, template="empty")
    else:
        shutil.copy(empty_database.removeprefix("sqlite:///"), folder / "news.db")
        address = f"sqlite:///{folder}/news.db"
    app = create_app({"DATABASE_URL": address, "TESTING": True}, instance=folder)
    with app.app_context():
        plant(clock.now())
        cut_pictures(media.folder())
        for username, role in (
            ("moses", Role.MODERATOR),
            ("edda", Role.EDITOR),
            ("tamsin", Role.READER),
            ("rhea", Role.READER),
        ):
            accounts.create(username.capitalize(), username, f"{username}@example.org", password_hash(), role)
        db.session.commit()
        db.session.remove()
    yield app, {"NEWSAPP_INSTANCE": str(folder), "NEWSAPP_DATABASE_URL": address}
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def address(desk):
    with serving(desk[1]) as address:
        yield address


@pytest.fixture
def waiting(desk):
    """Four comments that wait, and nothing else."""
    app, _ = desk
    with app.app_context():
        for comment in db.session.scalars(Comment.waiting()):
            comment.spam()
        story = db.session.get_one(Article, 1)
        tamsin = db.session.scalar(Account.known_as("tamsin"))
        made = [comments.post(story, f"Comment {n}", account=tamsin, approved=False).id for n in range(1, 5)]
        db.session.commit()
        db.session.remove()
    return made


def state(desk, comment_id: int) -> str:
    with desk[0].app_context():
        found = db.session.get_one(Comment, comment_id).state
        db.session.remove()
    return found


@pytest.fixture(scope="module")
def signed_in(browser, address):
    """Signs each person in once, as they do, and gives what their browser holds then."""
    held = {}

    def sign_in(who: str):
        if who not in held:
            context = browser.new_context(base_url=address)
            page = context.new_page()
            page.goto("/account/sign-in?next=/account")
            page.get_by_label("Username or email address").fill(who)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("main").get_by_role("button", name="Sign in").click()
            expect(page.locator(".person")).to_be_visible()
            held[who] = context.storage_state()
            context.close()
        return held[who]

    return sign_in


@pytest.fixture
def come_in(window, signed_in):
    def come_in(who: str = "moses", to: str = "/desk/comments", **how) -> Page:
        page = window(storage_state=signed_in(who), **how)
        page.goto(to)
        return page

    return come_in


def rows(page: Page):
    return page.locator(".queue--main > .mod")


def test_a_moderator_clears_the_queue_by_keyboard(come_in, desk, waiting):
    page = come_in()
    expect(rows(page)).to_have_count(4)

    page.keyboard.press("j")
    expect(rows(page).first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows(page).first).to_have_attribute("aria-current", "true")
    page.keyboard.press("a")
    expect(page.locator("[data-told]")).to_have_text("Approved: 1 comment.")
    expect(page.locator("#status")).to_contain_text("Approved: 1 comment.")
    expect(rows(page)).to_have_count(3)
    expect(rows(page).first).to_be_focused()  # the next one stands where the decided one stood
    expect(page.locator("#waits")).to_contain_text("3")
    assert state(desk, waiting[0]) == "approved"

    page.keyboard.press("u")
    expect(page.locator("[data-told]")).to_have_text("Taken back: 1 comment.")
    expect(rows(page)).to_have_count(4)
    assert state(desk, waiting[0]) == "waiting"

    page.keyboard.press("s")
    expect(rows(page)).to_have_count(3)
    assert state(desk, waiting[0]) == "spam"

    page.keyboard.press("r")
    expect(page.get_by_label("Reason", exact=True).first).to_be_focused()
    page.keyboard.type("Off")  # in a field no letter is a command
    page.keyboard.press("Tab")
    page.keyboard.type("A fob jars us")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(2)
    assert state(desk, waiting[1]) == "rejected"
    expect(page.locator("#status")).to_contain_text("Rejected: 1 comment.")

    page.keyboard.press("Shift+?")
    expect(page.locator("#status")).to_contain_text("J, K next, previous")

    page.keyboard.press("r")
    expect(page.get_by_label("Reason", exact=True).first).to_be_focused()
    page.keyboard.press("Escape")
    expect(rows(page).first).to_be_focused()


def test_a_press_on_a_lower_row_does_not_miss_it(come_in, desk, waiting):
    page = come_in(width=NARROW)
    rows(page).first.get_by_role("checkbox").check()
    before = rows(page).nth(1).get_by_role("button", name="Approve").bounding_box()
    rows(page).nth(1).focus()

    assert rows(page).nth(1).get_by_role("button", name="Approve").bounding_box() == before


def test_the_keyboard_says_what_cannot_be_done(come_in, desk, waiting):
    page = come_in()

    page.keyboard.press("a")
    expect(page.locator("#status")).to_contain_text("Press J")
    page.keyboard.press("j")
    page.keyboard.press("f")
    expect(page.locator("#status")).to_contain_text("Only a comment that readers see can be featured.")
    page.keyboard.press("Control+a")
    page.get_by_label("Search comments").fill("")
    page.get_by_label("Search comments").press("a")
    assert [state(desk, one) for one in waiting] == ["waiting"] * 4


def test_chosen_comments_are_decided_together(come_in, desk, waiting):
    page = come_in()

    page.keyboard.press("j")
    page.keyboard.press("x")
    rows(page).nth(2).get_by_role("checkbox").check()
    page.locator("#bulk").get_by_role("button", name="Approve").click()

    expect(page.locator("[data-told]")).to_have_text("Approved: 2 comments.")
    assert [state(desk, one) for one in waiting] == ["approved", "waiting", "approved", "waiting"]


def test_enter_on_a_chosen_comment_decides_nothing(come_in, desk, waiting):
    page = come_in()
    boxes = page.locator(".mod__pick input")
    for n in range(2):
        boxes.nth(n).check()
    boxes.nth(1).press("Enter")
    page.wait_for_timeout(300)
    assert [state(desk, one) for one in waiting] == ["waiting"] * 4


def test_without_script_the_same_forms_lead_to_the_same(come_in, desk, waiting):
    page = come_in(scripted=False)

    rows(page).first.get_by_role("button", name="Approve").click()
    expect(page.locator("[data-told]")).to_have_text("Approved: 1 comment.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-told]")).to_have_text("Taken back: 1 comment.")

    rows(page).nth(1).locator("summary", has_text="Reject").click()
    rows(page).nth(1).get_by_label("Reason", exact=True).select_option(label="Advertising")
    rows(page).nth(1).get_by_label("Words to its author").fill("No boats, please.")
    rows(page).nth(1).get_by_role("button", name="Reject it").click()
    expect(page.locator("[data-told]")).to_have_text("Rejected: 1 comment.")
    assert [state(desk, one) for one in waiting] == ["waiting", "rejected", "waiting", "waiting"]

    rows(page).first.get_by_role("link", name="Ban").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tamsin")
    page.get_by_label("Warn").check()
    page.get_by_label("Reason, for the person to read").fill("Keep to the story.")
    page.get_by_role("button", name="Do it").click()
    page.wait_for_url("**/desk/comments*")


@pytest.mark.parametrize("scripted", [True, False], ids=["js", "no-js"])
def test_a_report_is_decided_and_both_are_told(come_in, desk, waiting, scripted):
    with desk[0].app_context():
        db.session.get_one(Comment, waiting[0]).approve()
        db.session.commit()
        story = db.session.get_one(Article, 1).url
        db.session.remove()

    reader = come_in("rhea", story, scripted=scripted)
    reader.locator(f"#comment-{waiting[0]} .comment__acts").get_by_role("link", name="Report").click()
    reader.get_by_label("It insults or threatens somebody").check()
    reader.get_by_label("In your own words").fill("It calls the captain a fool.")
    reader.get_by_role("button", name="Send the report").click()
    told = reader.locator(".alert--ok")
    expect(told).to_contain_text("R-")
    reference = re.search(r"R-\w{4}-\w{4}", told.inner_text())
    assert reference

    page = come_in("moses", "/desk/comments?tab=reported", scripted=scripted)
    row = page.locator(f"#comment-{waiting[0]}")
    expect(row).to_contain_text("It calls the captain a fool.")
    row.locator("summary", has_text="Reject").click()
    row.get_by_label("Reason", exact=True).select_option(label="Personal attack")
    row.get_by_role("button", name="Reject it").click()
    expect(page.locator("[data-told]")).to_have_text("Rejected: 1 comment.")

    reader.goto("/account/comments")
    expect(reader.locator("main")).to_contain_text(reference[0])
    expect(reader.locator("main")).to_contain_text("We have taken the comment off the page.")
    author = come_in("tamsin", "/account/comments", scripted=scripted)
    expect(author.locator("main")).to_contain_text("It attacks a person and not what they say.")


def test_two_moderators_at_once_do_not_undo_each_other(come_in, desk, waiting):
    first, second = come_in(), come_in("edda", height=420)

    rows(first).last.get_by_role("button", name="Spam").click()
    expect(rows(first)).to_have_count(3)
    rows(second).last.locator("summary", has_text="Reject").click()
    rows(second).last.get_by_label("Reason", exact=True).select_option(label="Personal attack")
    rows(second).last.get_by_label("Words to its author").fill("Words that took a while.")
    rows(second).last.get_by_role("button", name="Reject it").click()

    moved = second.locator(".desk__moved")
    expect(moved).to_contain_text("Moses marked it as spam")
    expect(moved.get_by_role("heading")).to_be_focused()
    expect(moved.get_by_role("heading")).to_be_in_viewport()
    expect(moved.get_by_label("Words to its author")).to_have_value("Words that took a while.")
    assert state(desk, waiting[3]) == "spam"


def test_a_second_press_on_reject_falls_on_nothing_else(come_in, desk, waiting):
    for width in (1280, NARROW):
        page = come_in(width=width)
        for name in ("Reject", "Reject"):
            row = rows(page).first
            summary = row.locator("summary", has_text=name)
            where = summary.bounding_box()
            middle = (where["x"] + where["width"] / 2, where["y"] + where["height"] / 2)
            page.mouse.click(*middle)
            expect(row.get_by_label("Reason", exact=True)).to_be_visible()
            page.wait_for_timeout(700)  # no double click
            page.mouse.click(*middle)
            expect(row.get_by_label("Reason", exact=True)).to_be_hidden()
            page.wait_for_timeout(700)
    assert [state(desk, one) for one in waiting] == ["waiting"] * 4


def test_the_keyboard_goes_on_where_it_was(come_in, desk, waiting):
    """After the decision about some, at the first that is left below; after Undo, at what has come back."""
    page = come_in()
    for key in "jxjx":
        page.keyboard.press(key)
    page.keyboard.press("s")
    expect(rows(page)).to_have_count(2)
    expect(page.locator(f"#comment-{waiting[2]}")).to_be_focused()

    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("u")
    expect(rows(page)).to_have_count(2)
    expect(page.locator(f"#comment-{waiting[3]}")).to_be_focused()


def test_somebody_is_banned_in_a_dialog_over_the_queue(come_in, desk, waiting):
    page = come_in()
    page.keyboard.press("j")
    page.keyboard.press("b")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("Tamsin")
    dialog.get_by_role("button", name="Do it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Nothing has been done yet.")
    assert violations(page) == []

    dialog.get_by_label("Read first").check()
    dialog.get_by_label("Reason, for the person to read").fill("Three insults.")
    dialog.get_by_role("button", name="Do it").click()
    expect(dialog).to_have_count(0)
    expect(rows(page).first).to_contain_text("Read first")


def test_words_are_tried_before_they_are_kept(come_in, desk, waiting, scripted):
    page = come_in(to="/desk/words", scripted=scripted)
    page.get_by_label("Words, a line each").fill("comment")
    page.get_by_role("button", name="Try").click()
    expect(page.locator("#trial")).to_contain_text("Would have held")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Remove comment").click()
    expect(page.get_by_role("button", name="Remove comment")).to_have_count(0)


DESK_PAGES = [
    "/desk/comments", "/desk/comments?tab=reported", "/desk/comments?tab=approved", "/desk/comments?tab=rejected", "/desk/comments?tab=spam",
    "/desk/comments?tab=banned", "/desk/comments?q=comment", "/desk/comments?q=zzz", "/desk/comments/1", "/desk/comments/2/thread",
    "/desk/comments/people/1", "/desk/comments/people/1/sanction", "/desk/words", "/desk/reasons", "/desk/log", "/desk",
]  # fmt: skip


def test_axe_finds_nothing_at_the_desk_and_nothing_sticks_out(come_in, desk, waiting):
    app, _ = desk
    with app.app_context():
        row = comments.post(
            db.session.get_one(Article, 1), "Buy my boats", guest_name="Gus", guest_email="gus@example.org"
        )
        comments.report(row, "spam", "Boats again.")
        comments.ban(by=db.session.scalar(Account.known_as("moses")), reason="Boats", email="gus@example.org")
        db.session.commit()
        db.session.remove()
    page = come_in(reduced_motion="reduce")
    for address in DESK_PAGES:
        page.goto(address)
        assert (address, faults(page)) == (address, [])


def late(page: Page) -> None:
    """Let every decision arrive half a second late."""

    def hold(route):
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/decide", hold)


def test_keys_that_come_faster_than_the_answers_each_decide_about_the_next_comment(come_in, desk, waiting):
    page = come_in()
    late(page)

    page.keyboard.press("j")
    page.keyboard.type("asa")

    expect(rows(page)).to_have_count(1)
    assert [state(desk, one) for one in waiting] == ["approved", "spam", "approved", "waiting"]


def test_what_is_typed_ahead_into_a_form_that_is_not_there_yet_is_no_command(come_in, desk, waiting):
    page = come_in()
    late(page)

    page.keyboard.press("j")
    page.keyboard.type("arsa")

    expect(rows(page)).to_have_count(3)
    expect(page.get_by_label("Reason", exact=True).first).to_be_focused()
    assert [state(desk, one) for one in waiting] == ["approved", "waiting", "waiting", "waiting"]


def test_a_double_click_decides_about_one_comment(come_in, desk, waiting):
    page = come_in()

    rows(page).first.get_by_role("button", name="Approve").dblclick()

    expect(rows(page)).to_have_count(3)
    assert [state(desk, one) for one in waiting] == ["approved", "waiting", "waiting", "waiting"]


def test_a_new_list_takes_over_what_was_chosen_and_typed_meanwhile(come_in, desk, waiting):
    page = come_in()
    late(page)

    rows(page).nth(3).get_by_role("checkbox").check()
    rows(page).nth(0).get_by_role("button", name="Approve").click()
    rows(page).nth(1).get_by_role("button", name="Spam").click()
    rows(page).nth(2).locator("summary", has_text="Reject").click()
    page.locator(f"#reject-words-{waiting[2]}").fill("Half a")
    page.keyboard.press("End")
    expect(rows(page)).to_have_count(2)
    page.keyboard.type(" sentence")

    expect(page.locator(f"#reject-words-{waiting[2]}")).to_have_value("Half a sentence")
    expect(rows(page).nth(1).get_by_role("checkbox")).to_be_checked()
    expect(page.locator(".desk__quicker")).to_have_count(0)
    assert [state(desk, one) for one in waiting] == ["approved", "spam", "waiting", "waiting"]


def test_after_a_ban_one_goes_on_where_one_was_and_hears_what_was_done(come_in, desk, waiting):
    with desk[0].app_context():
        comments.post(
            db.session.get_one(Article, 1),
            "By a guest",
            guest_name="Gil",
            guest_email="gil@example.org",
            approved=False,
        )
        db.session.commit()
        db.session.remove()
    page = come_in()
    for _ in range(5):
        page.keyboard.press("j")
    expect(rows(page).nth(4)).to_be_focused()
    page.keyboard.press("b")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Ban: no comments any more").check()
    dialog.get_by_label("Reason, for the person to read").fill("Advertising.")
    dialog.get_by_role("button", name="Do it").click()

    expect(page.locator("[data-told]")).to_have_text("Banned: a guest is told when they try to comment.")
    expect(rows(page).nth(4)).to_be_focused()
    expect(page.locator("#status")).to_have_text("Banned: a guest is told when they try to comment.")


def test_on_a_phone_the_tab_that_one_is_on_is_seen(come_in, desk, waiting):
    page = come_in("edda", to="/desk/comments?tab=spam", width=NARROW)
    expect(page.locator(".views [aria-current=page]")).to_be_in_viewport(ratio=1)
    page.goto("/desk/log")
    expect(page.locator(".desk__nav [aria-current]")).to_be_in_viewport(ratio=1)
