"""What a reader with an account follows, saves and is told, with and without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from newsapp import accounts, comments, follows
from newsapp.accounts import Account
from newsapp.accounts.notifications import notify
from newsapp.articles import Article
from newsapp.comments.models import REPLY_MAIL_WAITS
from newsapp.db import db
from newsapp.lib import clock
from tests.accounts.people import PASSWORD, Mailbox, password_hash
from tests.axe import faults
from tests.journeys.pages import SECTION, SHORT_STORY, STORY

AUTHOR = "/authors/ines-vandermolen"
TOPIC = "/topics/undersea-cables"


@pytest.fixture
def person(desk, scripted):
    """A reader of this test's own, who is gone after it."""
    name = "fenna" if scripted else "fenna-2"
    made = accounts.create("Fenna Follow", name, f"{name}@example.org", password_hash())
    db.session.commit()
    yield made
    db.session.rollback()
    accounts.holdings.erase(db.session.scalars(select(Account).where(Account.username == name)).one(), keep_words=False)
    db.session.commit()


def sign_in(page, person, target):
    username = person.username
    db.session.rollback()
    page.goto(f"/account/sign-in?next={target}")
    page.locator("main [name=identifier]").fill(username)
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main form button.btn").first.click()
    expect(page).to_have_url(re.compile(f"{re.escape(target)}$"))


def test_a_reader_follows_an_author_a_section_and_a_topic_and_reads_their_news(window, scripted, person):
    page = window(scripted=scripted)
    page.goto(AUTHOR)
    page.get_by_role("link", name="Follow Ines Vandermolen").click()
    door = page.locator("#dialog" if scripted else "main")
    door.get_by_label("Username or email address").fill(person.username)
    db.session.rollback()
    door.get_by_label("Password").fill(PASSWORD)
    door.get_by_role("button", name="Sign in").click()
    expect(page.locator(".person")).to_be_visible()
    expect(page).to_have_url(re.compile(f"{AUTHOR}(#follow)?$"))

    for address in (AUTHOR, SECTION, TOPIC):
        page.goto(address)
        page.locator(".followbtn").get_by_role("button", name="Follow").click()
        button = page.locator(".followbtn").get_by_role("button", name=re.compile("^Following"))
        expect(button).to_be_visible()
        if scripted:
            expect(button).to_be_focused()
            expect(page.locator("#status")).to_contain_text("You follow")
    page.locator(".person summary").click()
    page.locator(".person").get_by_role("link", name="What you follow").click()
    expect(page.get_by_role("heading", name="You follow 3")).to_be_visible()
    expect(page.locator(".river li").first).to_be_visible()
    page.get_by_role("link", name="Older stories").click()
    expect(page.get_by_role("heading", name="Earlier there")).to_be_visible()
    page.get_by_role("link", name="The newest").click()
    page.get_by_role("button", name="Stop following Ines Vandermolen").click()
    expect(page.get_by_role("heading", name="You follow 2")).to_be_visible()


def test_a_reader_saves_in_the_account_and_finds_it_on_a_second_browser(window, scripted, person):
    page = window(scripted=scripted)
    sign_in(page, person, SHORT_STORY)
    button = page.locator(".byline").get_by_role("button", name="Save for later")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    if scripted:
        expect(page.locator("#status")).to_have_text("Saved in your account, under Saved stories in the menu.")
        expect(page.locator(".readbar .save")).to_have_attribute("aria-pressed", "true")

    second = window(scripted=scripted)
    sign_in(second, person, "/saved")
    expect(second.locator(".saved .river > li")).to_have_count(1)
    expect(second.locator(".saved")).to_contain_text("What a leap second is")
    second.get_by_role("button", name="Remove: What a leap second is").click()
    expect(second.get_by_text("Removed: What a leap second is")).to_be_visible()
    second.get_by_role("button", name="Undo: save it again").click()
    expect(second.locator(".saved .river > li")).to_have_count(1)

    page.goto(SHORT_STORY)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_what_the_browser_kept_moves_to_the_account_once(window, scripted, person):
    if not scripted:
        return  # a browser without scripts has kept nothing
    page = window()
    for address in (STORY, SHORT_STORY):
        page.goto(address)
        page.locator(".byline .save").click()
        expect(page.locator(".byline .save")).to_have_attribute("aria-pressed", "true")
    sign_in(page, person, "/saved")

    expect(page.locator(".saved .river > li")).to_have_count(2)
    expect(page.locator(".saved .river > li").first).to_contain_text("What a leap second is")
    assert page.evaluate("localStorage.saved") is None
    page.locator(".person summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/saved")
    expect(page.get_by_role("heading", name="Nothing is saved yet")).to_be_visible()


def test_a_reply_is_told_by_mail_and_the_letters_link_stops_it(window, scripted, desk, person):
    page = window(scripted=scripted)
    sign_in(page, person, "/account")
    replies = page.get_by_role("group", name="When somebody replies to you, tell me")
    replies.get_by_label("By email as well, at once").check()
    page.get_by_role("button", name="Save the choice").click()
    expect(page.get_by_text("Your choice is saved.")).to_be_visible()
    story = db.session.scalars(select(Article).where(Article.slug == "slow-line-week")).one()
    mine = comments.post(story, "My view", account=db.session.get_one(Account, person.id))
    comments.post(story, "I see it so, too.", guest_name="Odo", parent=mine)
    db.session.commit()

    mailbox = Mailbox()
    clock.set_to(clock.now() + REPLY_MAIL_WAITS + timedelta(seconds=5))
    try:
        mailbox.fetch()
    finally:
        clock.set_to(None)
    address, link = person.email, re.search(r"http://\S+(/letters/stop/\S+)", mailbox.text())[1]
    assert address in [to for to, _ in mailbox.letters]
    db.session.rollback()  # outside a request a transaction has the writer's lock
    page.goto("/")
    expect(page.locator(".person .unread")).to_have_text("1")

    stranger = window(scripted=scripted)  # the mailbox is on another device, and nobody is signed in there
    stranger.goto(link)
    stranger.get_by_role("button", name="Stop these letters").click()
    expect(stranger.get_by_role("heading", name="These letters have stopped")).to_be_visible()
    page.goto("/account")
    expect(replies.get_by_label("On my pages here only")).to_be_checked()

    stranger.get_by_role("button", name="Undo: send them again").click()
    expect(stranger.get_by_role("heading", name="These letters come again")).to_be_visible()
    page.goto("/account")
    expect(replies.get_by_label("By email as well, at once")).to_be_checked()


def test_a_guest_is_remembered_and_forgotten_without_losing_a_word(window, scripted, desk):
    page = window(scripted=scripted)
    page.goto(SHORT_STORY)
    page.locator(".reply__open").click()
    page.get_by_label("Comment *").fill(f"Remember me {scripted}")
    page.get_by_label("Name *").fill("Guy Guest")
    page.get_by_label("Email *").fill("guy@example.org")
    page.get_by_label("Remember my name and address on this browser").check()
    page.wait_for_timeout(3100)
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator(".mine")).to_contain_text("Your comment waits for a moderator.")

    page.goto(SHORT_STORY)
    page.locator(".reply__open").click()
    expect(page.get_by_label("Name *")).to_have_value("Guy Guest")
    page.get_by_label("Comment *").fill("Half a thought")
    page.get_by_role("button", name="Forget my name and address").click()
    expect(page.get_by_label("Name *")).to_have_value("")
    expect(page.get_by_label("Comment *")).to_have_value("Half a thought")
    assert [cookie for cookie in page.context.cookies() if cookie["name"] == "guest"] == []


def test_ones_own_pages_have_no_fault_and_nothing_sticks_out(window, scripted, desk, person):
    if not scripted:
        return
    page = window(reduced_motion="reduce")
    account, now = db.session.get_one(Account, person.id), clock.now()
    for slug in ("what-a-leap-second-is", "undersea-cables-treaty"):
        follows.save(account, db.session.scalars(select(Article).where(Article.slug == slug)).one(), at=now)
    for shelf in ("section:1", "author:1"):
        follows.follow(account, shelf)
    notify(account.id, "reply", "comment:1", "Word " * 40, "/comments/1")
    story = db.session.scalars(select(Article).where(Article.slug == "slow-line-week")).one()
    guests = comments.post(story, "A guest's " + "unbroken" * 30, guest_name="Fenna", guest_email=account.email)
    stop = comments.letters.stop_address(guests)
    db.session.commit()
    sign_in(page, person, "/account")
    for address in (
        "/account",
        "/account/comments",
        "/account/follows",
        "/saved",
        SECTION,
        AUTHOR,
        re.sub("^https?://[^/]+", "", stop),
    ):
        page.goto(address)
        assert (address, faults(page)) == (address, [])
