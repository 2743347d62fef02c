"""From the form in a story to the letter in the mailbox, and out again with one press, with and without script."""

from __future__ import annotations

import re
import time
import urllib.request
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from newsapp import accounts, create_app, newsletter, outbox
from newsapp.accounts import Role
from newsapp.articles.lists import newest
from newsapp.db import db
from newsapp.lib import clock
from newsapp.newsletter import Newsletter
from tests.accounts.people import PASSWORD, password_hash
from tests.journeys.pages import SHORT_STORY


@pytest.fixture(scope="module")
def mailbox(demo_site, tmp_path_factory):
    """Gives a function that waits for a letter to somebody with certain words in its subject; and the newsroom's app."""
    folder = tmp_path_factory.mktemp("newsletters")
    app = create_app(
        {"DATABASE_URL": demo_site["NEWSAPP_DATABASE_URL"], "TESTING": True},
        instance=Path(demo_site["NEWSAPP_INSTANCE"]),
    )

    def letter(to: str, subject: str) -> EmailMessage:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with app.app_context():
                outbox.send_due(outbox.Folder(folder))
                newsletter.send_due(outbox.Folder(folder))
                db.session.remove()
            places = [folder, Path(demo_site["NEWSAPP_INSTANCE"]) / "outbox"]  # the site's own sender may be first
            for file in (file for place in places for file in place.glob("*.eml")):
                message = message_from_bytes(file.read_bytes(), policy=policy.default)
                if message["To"] == to and subject in message["Subject"]:
                    return message
            time.sleep(0.2)
        raise AssertionError(f"no letter to {to} about {subject}")

    yield app, letter
    with app.app_context():
        db.engine.dispose()


def test_a_reader_subscribes_gets_the_issue_leaves_with_one_press_and_comes_back(mailbox, page, scripted, address):
    app, letter = mailbox
    reader = f"wren-{'js' if scripted else 'plain'}@example.org"
    page.goto(SHORT_STORY)
    form = page.locator(".signup form")
    form.get_by_label("Email address").fill(reader)
    form.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("status").filter(has_text="Look into your mailbox.")).to_be_visible()
    asked = letter(reader, "Say yes")
    page.goto(re.search(r"http://[^/]+(/newsletter/confirm/\S+)", asked.get_body(("plain",)).get_content())[1])
    page.get_by_role("button", name="Yes, subscribe me").click()
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible()

    with app.app_context():
        about = db.session.scalars(select(Newsletter)).first()
        issue = newsletter.begin(about.id, f"For {reader}")
        issue.write(issue.subject, "Good morning.", [1, 2])
        issue.schedule(clock.now())
        db.session.commit()
        db.session.remove()
    came = letter(reader, f"For {reader}")
    stop = re.search(r"http://[^/]+(/newsletter/stop/[^>]+)", came["List-Unsubscribe"])[1]

    page.goto(stop)
    expect(page.get_by_role("button", name="Stop it")).to_be_visible()
    pressed = urllib.request.Request(f"{address}{stop}", b"List-Unsubscribe=One-Click", method="POST")
    with urllib.request.urlopen(pressed) as answer:  # the mail program's own press: no cookie, no page
        assert answer.status == 200 and answer.url.endswith(stop)
    page.get_by_role("button", name="Stop it").click()  # twice is as well
    expect(page.get_by_role("heading", name="It has stopped")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="You get it again")).to_be_visible()
    page.get_by_role("link", name="Your newsletters").click()
    expect(page.get_by_label("The Morning Edit")).to_be_checked()


def test_an_address_that_is_none_comes_back_with_what_was_typed(page, scripted):
    page.goto("/newsletter")
    form = page.locator(".nl-form")
    form.get_by_label("Email address").fill("wren@@example")
    form.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("alert")).to_contain_text("You are not subscribed yet.")
    expect(page.locator(".nl-form").get_by_label("Email address")).to_have_value("wren@@example")


def test_an_issues_stories_are_put_in_order_by_drag_and_by_keyboard(mailbox, window):
    app, _ = mailbox
    with app.app_context():
        three = [card.id for card in newest(db.session(), "all", 3)]
        issue = newsletter.begin(db.session.scalars(select(Newsletter.id)).first(), "Dragged about")
        issue.write("Dragged about", "", three)
        made = accounts.create("Isaura Issue", "isaura", "isaura.issue@example.org", password_hash())
        made.role = Role.EDITOR
        db.session.commit()
        address = issue.desk_url
    page = window()
    page.goto(address)
    page.get_by_label("Username or email address").fill("isaura")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    def order() -> list[int]:
        return [int(one) for one in page.locator("#chosen > li").evaluate_all("all => all.map(one => one.dataset.id)")]

    page.get_by_label("Introduction").fill("Typed before the drag")
    grip, last = page.locator("#chosen .drag").first, page.locator("#chosen > li").nth(2)
    grip.scroll_into_view_if_needed()
    start, end = grip.bounding_box(), last.bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, end["y"] + end["height"] - 2, steps=8)
    with page.expect_navigation():
        page.mouse.up()
    assert order() == [three[1], three[2], three[0]] and page.url.endswith("#stories-h")
    expect(page.get_by_label("Introduction")).to_have_value("Typed before the drag")

    page.locator("#chosen > li").nth(2).get_by_role("button", name="Up").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.reload()
    assert order() == [three[1], three[0], three[2]]
