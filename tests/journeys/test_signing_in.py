"""A reader signs in from a story, in a dialog or on a page, and out again; a new one registers by way of the mailbox."""

from __future__ import annotations

import re
import time
from email import message_from_bytes, policy
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import expect

from newsapp import accounts, create_app, outbox
from newsapp.db import db
from tests.accounts.people import PASSWORD, password_hash
from tests.axe import violations
from tests.browser import NARROW
from tests.journeys.acts import tab
from tests.journeys.pages import SHORT_STORY

ANOTHER = "six otters under the bridge"


@pytest.fixture(scope="module")
def site(demo_site, tmp_path_factory):
    """The demo newsroom with one account more. Gives a function that delivers the mail and finds a path in a letter."""
    folder = tmp_path_factory.mktemp("mail")
    app = create_app(
        {"DATABASE_URL": demo_site["NEWSAPP_DATABASE_URL"], "TESTING": True},
        instance=Path(demo_site["NEWSAPP_INSTANCE"]),
    )
    with app.app_context():
        accounts.create("Juno Vale", "juno", "juno@example.org", password_hash())
        db.session.commit()
        db.session.remove()

    def deliver(to: str, path: str) -> str:
        with app.app_context():
            outbox.send_due(outbox.Folder(folder))
            db.session.remove()
        places = [folder, Path(demo_site["NEWSAPP_INSTANCE"]) / "outbox"]  # the site's own postman may have been first
        for _ in range(100):  # or be on the way with it
            found = [
                message_from_bytes(f.read_bytes(), policy=policy.default)
                for place in places
                for f in place.glob("*.eml")
            ]
            for letter in found:
                link = re.search(rf"http://\S+({path}\S+)", letter.get_body(("plain",)).get_content())
                if letter["To"] == to and link:
                    return link[1]
            time.sleep(0.05)
        raise AssertionError(f"no letter with {path} to {to} among {len(found)}")

    yield deliver
    with app.app_context():
        accounts.holdings.erase(db.session.scalar(accounts.Account.known_as("juno")), keep_words=True)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def somebody(site, demo_site, scripted):
    """Somebody with a password and no second step yet, for one test."""
    who = "tova" if scripted else "tova-bare"  # each with a mailbox of their own
    app = create_app(
        {"DATABASE_URL": demo_site["NEWSAPP_DATABASE_URL"], "TESTING": True},
        instance=Path(demo_site["NEWSAPP_INSTANCE"]),
    )
    with app.app_context():
        accounts.create("Tova Lind", who, f"{who}@example.org", password_hash())
        db.session.commit()
        db.session.remove()
    yield who
    with app.app_context():
        accounts.holdings.erase(db.session.scalar(accounts.Account.known_as(who)), keep_words=True)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def sign_in_as(page, who, scripted, password=PASSWORD):
    door = page.locator("#dialog") if scripted else page.locator("main")
    door.get_by_label("Username or email address").fill(who)
    door.get_by_label("Password").fill(password)
    door.get_by_role("button", name="Sign in").click()
    return door


def sign_out(page):
    page.goto(SHORT_STORY)
    page.locator(".person summary").click()
    page.locator(".person").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def open_door(page, scripted):
    page.goto(SHORT_STORY)
    page.get_by_role("link", name="Sign in").click()
    return page.locator("#dialog") if scripted else page.locator("main")


def fill_in(door, password=PASSWORD):
    door.get_by_label("Username or email address").fill("juno")
    door.get_by_label("Password").fill(password)
    door.get_by_role("button", name="Sign in").click()


def test_one_signs_in_from_a_story_stays_there_and_signs_out(site, page, scripted):
    door = open_door(page, scripted)
    fill_in(door, "wrong")
    expect(door.get_by_role("alert")).to_contain_text("We could not sign you in")
    expect(door.get_by_label("Username or email address")).to_have_value("juno")

    fill_in(door)

    menu = page.locator(".person")
    expect(menu).to_be_visible()
    expect(page).to_have_url(re.compile(f"{SHORT_STORY}$"))
    menu.locator("summary").click()
    expect(menu).to_contain_text("Juno Vale")
    menu.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    expect(page).to_have_url(re.compile(f"{SHORT_STORY}$"))


def test_the_dialog_takes_the_focus_keeps_it_and_gives_it_back(site, window):
    page = window()
    door = open_door(page, True)
    expect(door.get_by_label("Username or email address")).to_be_focused()
    expect(page.get_by_role("dialog", name="Welcome back!")).to_be_visible()
    names = [tab(page) for _ in range(12)]
    assert set(names) - {None} <= {
        "Close sign-in",
        "",
        "Lost your password?",
        "Sign in",
        "Send me a link instead",
        "Register for free",
    }, names

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement.textContent") == "Sign in"

    page.keyboard.press("Enter")
    door.get_by_role("button", name="Close sign-in").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_dialog_and_on_ones_own_pages(site, window, theme):
    page = window(width=NARROW, color_scheme=theme, reduced_motion="reduce")
    door = open_door(page, True)
    fill_in(door, "wrong")
    expect(door.get_by_role("alert")).to_be_visible()
    assert violations(page) == []

    fill_in(door)
    page.locator(".person summary").click()
    assert violations(page) == []
    for address in ("/account", "/account/security", "/account/second-factor", "/account/data"):
        page.goto(address)
        assert (address, violations(page)) == (address, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW


def test_a_new_reader_registers_by_way_of_the_mailbox(site, page, scripted):
    username = "marlow" if scripted else "marlow-2"
    page.goto(SHORT_STORY)
    page.goto(f"/account/register?next={SHORT_STORY}")
    page.get_by_label("Your name").fill("Marlow Quill")
    page.get_by_label("Username").fill(username)
    page.get_by_role("main").get_by_label("Email address").fill(f"{username}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Register").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Tick the box")  # and nothing is lost but the password
    expect(page.get_by_label("Your name")).to_have_value("Marlow Quill")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("checkbox").check()
    page.get_by_role("main").get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()

    page.goto(site(f"{username}@example.org", "/account/confirm/"))
    page.get_by_role("button", name="Confirm my address").click()

    expect(page).to_have_url(re.compile(f"{SHORT_STORY}$"))
    expect(page.locator(".person")).to_be_visible()


def test_a_lost_password_is_replaced_by_way_of_the_mailbox(somebody, site, page, scripted):
    open_door(page, scripted).get_by_role("link", name="Lost your password?").click()
    page.get_by_label("Username or email address").fill(somebody)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()

    link = site(f"{somebody}@example.org", "/account/reset-password/")
    page.goto(link)
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Keep this password").click()
    expect(page.get_by_role("alert")).to_contain_text("not changed yet")
    page.get_by_label("New password").fill(ANOTHER)
    page.get_by_role("button", name="Keep this password").click()
    expect(page.get_by_role("main")).to_contain_text("Sign in with it")

    page.goto(link)
    expect(page.get_by_role("heading", name="This link no longer counts")).to_be_visible()
    door = open_door(page, scripted)
    sign_in_as(page, somebody, scripted)
    expect(door.get_by_role("alert")).to_contain_text("We could not sign you in")
    sign_in_as(page, somebody, scripted, ANOTHER)
    expect(page.locator(".person")).to_be_visible()


def test_a_link_in_a_letter_signs_in_where_one_was(somebody, site, page, scripted):
    page.goto(f"/account/sign-in?next={SHORT_STORY}")
    page.get_by_role("link", name="Send me a link instead").click()
    page.get_by_label("Username or email address").fill(somebody)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()

    link = site(f"{somebody}@example.org", "/account/sign-in/link/")
    page.goto(link)
    expect(page.get_by_role("main")).to_contain_text("signed in as Tova Lind")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(f"{SHORT_STORY}$"))
    expect(page.locator(".person")).to_be_visible()

    page.goto(link)
    expect(page.get_by_role("heading", name="This link no longer counts")).to_be_visible()


def test_a_second_step_is_added_asked_for_and_a_lost_phone_is_no_lost_account(somebody, page, scripted):
    """Enrol by the secret that is shown, sign out, sign in with a code, then with a recovery code, which counts once."""
    who = somebody
    open_door(page, scripted)
    sign_in_as(page, who, scripted)
    expect(page.locator(".person")).to_be_visible()
    page.goto("/account/second-factor")
    secret = page.locator(".own__secret").inner_text().replace(" ", "")
    page.get_by_label("Code from the phone").fill("000000")
    page.get_by_role("main").get_by_label("password").fill(PASSWORD)
    page.get_by_role("button", name="Add the second step").click()
    expect(page.get_by_role("alert")).to_contain_text("not there yet")
    assert page.locator(".own__secret").inner_text().replace(" ", "") == secret

    page.get_by_label("Code from the phone").fill(pyotp.TOTP(secret).now())
    page.get_by_role("main").get_by_label("password").fill(PASSWORD)
    page.get_by_role("button", name="Add the second step").click()
    recovery = page.locator(".own__codes li").all_inner_texts()
    assert len(recovery) == 10

    sign_out(page)
    door = open_door(page, scripted)
    sign_in_as(page, who, scripted)
    expect(door.get_by_role("heading", name="The second step")).to_be_visible()
    door.get_by_label("Code").fill("123456")
    door.get_by_role("button", name="Sign in").click()
    expect(door.get_by_role("alert")).to_contain_text("We could not sign you in")
    door.get_by_label("Code").fill(pyotp.TOTP(secret).at(time.time() + 30))  # the one of now has been used
    door.get_by_role("button", name="Sign in").click()
    expect(page.locator(".person")).to_be_visible()

    for is_first in (True, False):
        sign_out(page)
        door = open_door(page, scripted)
        sign_in_as(page, who, scripted)
        door.get_by_label("Code").fill(recovery[0])
        door.get_by_role("button", name="Sign in").click()
        if is_first:
            expect(page.locator(".person")).to_be_visible()
        else:
            expect(door.get_by_role("alert")).to_contain_text("We could not sign you in")
