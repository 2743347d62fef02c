"""The letter that tells a moderator that comments wait, and what is decided by way of its link."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from newsapp import comments, jobs
from newsapp.accounts import secondfactor
from newsapp.accounts.log import LogEntry
from newsapp.accounts.notifications import Notification
from newsapp.accounts.standing import DAILY, NOW, StandingLetter, choose_letter, post_due
from newsapp.comments import Comment, RejectionReason, waiting
from newsapp.db import db
from newsapp.lib import clock
from tests.accounts.people import Mailbox
from tests.conftest import signed_in

MINUTES = timedelta(minutes=11)


@pytest.fixture
def mailbox(app) -> Mailbox:
    return Mailbox()


@pytest.fixture
def wants(moderator):
    choose_letter(moderator, waiting.KIND, NOW)
    db.session.commit()
    return moderator


def held(article, words="Zqwords <b>of</b> mine", name="Zqname") -> Comment:
    clock.advance(timedelta(seconds=1))
    row = comments.post(article, words, guest_name=name, approved=False)
    row.hold("guest")
    db.session.commit()
    return row


def told(mailbox, after=MINUTES) -> list[str]:
    """Let some minutes pass, look, and deliver; give the subjects of the letters that came now."""
    before = len(mailbox.letters)
    clock.advance(after)
    waiting.look()
    post_due()
    mailbox.fetch()
    return [str(message["Subject"]) for _, message in mailbox.letters[before:]]


def link(mailbox) -> str:
    return mailbox.link("/letters/waiting/")


def decide(client, link, row, act="approve", **said):
    return client.post(link, data={"chosen": f"{row.id}:{row.decisions}", "act": act, **said})


def test_who_wants_it_is_told_without_a_word_of_a_comment(article, wants, editor, mailbox):
    held(article)
    held(article)

    assert told(mailbox) == ["2 comments wait for a moderator at The Test Paper"]
    assert mailbox.letters[-1][0] == wants.email and "2 under “Barges return to the Ostrel”" in mailbox.text()
    raw = mailbox.letters[-1][1].as_string()
    assert "zqwords" not in raw.lower() and "zqname" not in raw.lower()
    assert told(mailbox) == [], "nothing new"
    held(article)
    assert told(mailbox) == ["A comment waits for a moderator at The Test Paper"]
    assert "and 2 waited before" in mailbox.text()


def test_nobody_is_told_who_has_not_asked(article, moderator, mailbox):
    held(article)
    assert told(mailbox) == []


def test_what_was_decided_meanwhile_is_no_news(article, wants, mailbox):
    held(article).approve(wants)
    db.session.commit()
    assert told(mailbox) == []


def test_a_flood_is_one_letter_in_ten_minutes(app, article, wants, mailbox):
    scheduler = jobs.Scheduler(app)
    for _ in range(12):
        held(article)
        clock.advance(timedelta(minutes=1))
        scheduler.tick()
    mailbox.fetch()
    assert 1 <= len(mailbox.letters) <= 2


def test_once_a_day_is_chosen_in_the_profile(app, article, moderator, reader, mailbox):
    browser = signed_in(app, moderator)
    assert "When comments wait for a moderator, tell me" in browser.get("/account").text
    assert browser.post("/account/replies", data={"waiting": "daily"}).status_code == 303
    assert db.session.get(StandingLetter, (moderator.id, waiting.KIND)).rhythm == DAILY
    held(article)
    assert told(mailbox) == [] and told(mailbox, timedelta(days=1)) == [
        "A comment waits for a moderator at The Test Paper"
    ]

    theirs = signed_in(app, reader)
    assert "When comments wait" not in theirs.get("/account").text
    assert theirs.post("/account/replies", data={"waiting": "mail"}).status_code == 422
    assert db.session.get(StandingLetter, (reader.id, waiting.KIND)) is None


def test_who_moderates_no_more_is_not_told(article, wants, mailbox):
    held(article)
    wants.give_role("reader")
    db.session.commit()
    assert told(mailbox) == []


def test_behind_the_link_a_comment_is_decided_without_a_sign_in(client, article, wants, mailbox):
    row, other = held(article), held(article, "Other words", "Gus")
    told(mailbox)
    shown = client.get(link(mailbox)).text
    assert "Zqwords" in shown and "Other words" in shown and row.state == "waiting", "looking at it changes nothing"

    answer = decide(client, link(mailbox), row)

    assert answer.status_code == 303
    assert "The comment is approved." in client.get(answer.headers["Location"]).text
    db.session.refresh(row)
    assert row.is_visible and row.approved_by_id == wants.id and other.state == "waiting"
    entry = db.session.scalars(LogEntry.concerning(row.about)).first()
    assert entry.by_id == wants.id and client.get("/desk").status_code != 200, "nobody is signed in by it"


def test_a_rejection_needs_a_reason_keeps_what_was_typed_and_tells_its_author(client, article, wants, reader, mailbox):
    clock.advance(timedelta(seconds=1))
    row = comments.post(article, "Buy my boats", account=reader, approved=False)
    row.hold("first")
    db.session.commit()
    told(mailbox)

    answer = decide(client, link(mailbox), row, "reject", words="No <boats>.")
    assert answer.status_code == 422 and "Choose a reason" in answer.text and "No &lt;boats&gt;." in answer.text
    reason = db.session.scalars(select(RejectionReason)).first()
    assert decide(client, link(mailbox), row, "reject", words="No boats.", reason=reason.id).status_code == 303
    db.session.refresh(row)
    assert row.state == "rejected" and row.why.endswith("No boats.")
    assert any("was rejected" in one.words for one in db.session.scalars(Notification.to(reader)))


def test_who_was_quicker_is_said_and_nothing_changes(client, article, wants, editor, mailbox):
    row = held(article)
    told(mailbox)
    seen = f"{row.id}:{row.decisions}"
    row.spam(editor)
    db.session.commit()

    answer = client.post(link(mailbox), data={"chosen": seen, "act": "approve"})
    assert answer.status_code == 409 and "decided about this comment meanwhile" in answer.text
    db.session.refresh(row)
    assert row.state == "spam"


@pytest.mark.parametrize("act", ["", "hide", "delete", "ban"])
def test_only_these_acts_are_there(client, article, wants, mailbox, act):
    row = held(article)
    told(mailbox)
    assert decide(client, link(mailbox), row, act).status_code == 400


def test_a_link_is_about_its_own_comments_only(client, article, wants, mailbox):
    held(article)
    told(mailbox)
    later = held(article, "Later")
    assert decide(client, link(mailbox), later).status_code == 409
    db.session.refresh(later)
    assert later.state == "waiting"


@pytest.mark.parametrize(
    "change",
    [
        lambda who: clock.advance(waiting.LINK_WITHIN + timedelta(seconds=1)), lambda who: who.set_password("x"), lambda who: who.disable(),
        lambda who: who.move_to("new@example.org"), lambda who: who.give_role("editor"), lambda who: who.give_role("reader"),
        lambda who: secondfactor.turn_on(who, pyotp.random_base32(), 1),
    ],
)  # fmt: skip
def test_the_link_dies_with_what_it_rests_on(client, article, wants, mailbox, change):
    row = held(article)
    told(mailbox)
    here = link(mailbox)
    change(wants)
    db.session.commit()

    assert "no longer counts" in client.get(here).text
    assert decide(client, here, row).status_code == 410
    db.session.refresh(row)
    assert row.state == "waiting"


def test_whoever_has_a_second_step_is_led_to_the_desk(article, wants, mailbox):
    secondfactor.turn_on(wants, pyotp.random_base32(), 1)
    held(article)
    told(mailbox)
    assert "/letters/waiting/" not in mailbox.text() and "/desk/comments" in mailbox.text()


def test_a_comment_that_is_reported_is_decided_at_the_desk(client, article, wants, mailbox):
    clock.advance(timedelta(seconds=1))
    row = comments.post(article, "Reported words", guest_name="Gus")
    comments.report(row, "spam")
    row.hold("moderator")
    db.session.commit()
    told(mailbox)
    assert "Reported words" not in client.get(link(mailbox)).text
    assert decide(client, link(mailbox), row).status_code == 409


def test_what_people_wrote_is_escaped(client, article, wants, mailbox):
    held(article, "<script>alert(1)</script> <b onclick=x>bold</b>", "<i>Gus</i>")
    told(mailbox)
    shown = BeautifulSoup(client.get(link(mailbox)).text, "html.parser").select_one(".comment--waiting")
    assert not shown.select("script:not([src])") and not shown.select("[onclick]") and "<i>Gus</i>" in shown.get_text()
    assert re.search(r"noindex", client.get(link(mailbox)).text)
