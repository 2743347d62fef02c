"""Replies by mail: to whom, when, what is in the letter, and how it stops."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from newsapp import accounts, comments
from newsapp.accounts import Account, links
from newsapp.accounts.log import LogEntry
from newsapp.accounts.notifications import Notification
from newsapp.comments import Comment
from newsapp.comments.models import REPLY_MAIL_WAITS, REPLY_MAILS_A_DAY
from newsapp.db import db
from newsapp.lib import clock
from newsapp.outbox import Mail
from tests.accounts.people import Mailbox
from tests.comments.test_writing import guest
from tests.conftest import _account, signed_in


@pytest.fixture
def other(app) -> Account:
    return _account("Ottoline Other", "reader")


@pytest.fixture
def parent(article, reader) -> Comment:
    """A comment by somebody who wants replies by mail."""
    row = comments.post(article, "My view", account=reader)
    reader.mail_replies(True)
    db.session.commit()
    return row


@pytest.fixture
def mailbox(app) -> Mailbox:
    return Mailbox()


def answer(parent, body="I see it so, too.", **who) -> Comment:
    article = db.session.get_one(comments.models.Article, parent.article_id)
    row = comments.post(article, body, parent=parent, **who)
    db.session.commit()
    return row


def delivered(mailbox) -> list[tuple[str, str]]:
    """Deliver what is due when the moderators' minutes for second thoughts are over."""
    clock.advance(REPLY_MAIL_WAITS + timedelta(seconds=1))
    return mailbox.fetch()


def stop_link(mailbox) -> str:
    return re.search(r"<(http://127\.0\.0\.1:8000)(/letters/stop/[^>]+)>", mailbox.letters[-1][1]["List-Unsubscribe"])[
        2
    ]


SUBJECT = "A reply to your comment on “Barges return to the Ostrel”"


def test_a_reply_that_readers_see_is_told_by_mail_and_on_the_page(parent, reader, other, mailbox):
    row = answer(parent, account=other)

    assert mailbox.fetch() == [], "a slip can still be undone"
    assert delivered(mailbox) == [("tamsin@example.org", SUBJECT)]
    text = mailbox.text()
    assert "There is a reply to your comment" in text and f"/comments/{row.id}" in text
    assert len(db.session.scalars(Notification.to(reader)).all()) == 1


def test_who_did_not_ask_gets_no_letter(article, reader, other, mailbox):
    answer(comments.post(article, "My view", account=reader), account=other)

    assert delivered(mailbox) == []
    assert len(db.session.scalars(Notification.to(reader)).all()) == 1


def test_a_reply_that_waits_is_told_when_it_is_approved_and_once(parent, other, moderator, mailbox):
    row = answer(parent, account=other, approved=False)
    assert delivered(mailbox) == []

    row.approve(by=moderator)
    db.session.flush()
    row.undo(db.session.scalars(LogEntry.concerning(row.about)).first(), by=moderator)
    db.session.commit()
    assert db.session.scalars(select(Notification).where(Notification.kind == "reply")).all() == []
    row.approve(by=moderator)
    db.session.commit()
    assert len(delivered(mailbox)) == 1

    row.hide(by=moderator)
    row.show(by=moderator)
    db.session.commit()
    assert len(delivered(mailbox)) == 1
    assert len(db.session.scalars(select(Notification).where(Notification.kind == "reply")).all()) == 0


@pytest.mark.parametrize(
    "how", ["hidden", "rejected", "deleted", "held", "erased", "muted", "disabled author", "disabled", "stopped", "moved", "parent deleted", "story withdrawn"]
)  # fmt: skip
def test_no_letter_leaves_about_what_is_no_longer_so(article, parent, reader, other, mailbox, how):
    row = answer(parent, account=other)
    {
        "hidden": row.hide, "rejected": row.reject, "deleted": row.delete, "held": row.hold,
        "erased": lambda: accounts.holdings.erase(other, keep_words=True),
        "muted": lambda: comments.mute(reader, other),
        "disabled author": other.disable, "disabled": reader.disable,
        "stopped": lambda: reader.mail_replies(False),
        "moved": lambda: reader.move_to("elsewhere@example.org"),
        "parent deleted": parent.delete,
        "story withdrawn": lambda: article.withdraw("It was wrong."),
    }[how]()  # fmt: skip
    db.session.commit()

    assert [subject for _, subject in delivered(mailbox) if subject == SUBJECT] == []
    assert db.session.scalars(select(Mail).where(Mail.kind == "reply")).all() == []


@pytest.mark.parametrize("whose", ["own", "own as a guest", "muted before"])
def test_one_is_not_told_of_ones_own_reply_or_of_somebody_muted(parent, reader, other, mailbox, whose):
    if whose == "own":
        answer(parent, account=reader)
    elif whose == "own as a guest":
        answer(parent, guest_name="Me", guest_email=reader.email)
    else:
        comments.mute(reader, other)
        answer(parent, account=other)

    assert delivered(mailbox) == []
    assert db.session.scalars(Notification.to(reader)).all() == []


def test_a_hundred_replies_are_not_a_hundred_letters(parent, other, mailbox):
    for n in range(REPLY_MAILS_A_DAY + 5):
        answer(parent, f"Reply {n}", account=other)

    assert len(delivered(mailbox)) == REPLY_MAILS_A_DAY
    clock.advance(timedelta(days=1))
    answer(parent, "The next day", account=other)
    assert len(delivered(mailbox)) == REPLY_MAILS_A_DAY + 1


def test_nothing_that_a_stranger_typed_is_in_the_letter(parent, mailbox):
    row = answer(parent, "<p>Marker-words</p>", guest_name="Marker-name", guest_email="marker@example.org")
    assert row.is_visible
    delivered(mailbox)
    assert "marker" not in mailbox.letters[-1][1].as_string().lower()


def test_the_letter_says_in_its_head_how_mail_programs_stop_it(parent, other, mailbox):
    answer(parent, account=other)
    delivered(mailbox)

    head = mailbox.letters[-1][1].as_bytes().split(b"\n\n")[0]
    lines = re.sub(rb"\r?\n[ \t]+", b" ", head).decode().splitlines()
    sent = dict(line.split(": ", 1) for line in lines)
    assert re.fullmatch(r" ?<http://127\.0\.0\.1:8000/letters/stop/[\w.-]+>", sent["List-Unsubscribe"]), (
        "not folded apart"
    )
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent["List-Id"] == "Replies to comments <replies.127.0.0.1>"


def test_a_mail_program_stops_them_with_one_post_from_nowhere(app, parent, reader, other, mailbox):
    answer(parent, account=other)
    delivered(mailbox)
    plain = FlaskClient(app, app.response_class, use_cookies=False)  # no cookie, no Origin, no Sec-Fetch-Site
    link = stop_link(mailbox)

    for _ in range(2):
        said = plain.post(link, data={"List-Unsubscribe": "One-Click"})
        assert said.status_code == 200 and "Set-Cookie" not in said.headers and "Location" not in said.headers
    db.session.refresh(reader)
    assert reader.reply_mail_at is None

    answer(parent, "Another", account=other)
    assert len(delivered(mailbox)) == 1


def test_looking_at_the_link_stops_nothing_and_its_page_has_a_button(app, client, parent, reader, other, mailbox):
    answer(parent, account=other)
    delivered(mailbox)
    link = stop_link(mailbox)
    assert link in mailbox.text(), "and people find it at the letter's foot"

    page = client.get(link)
    assert "Stop these letters" in page.text and page.headers["Cache-Control"] == "no-store"
    client.head(link)
    db.session.refresh(reader)
    assert reader.reply_mail_at is not None

    assert "These letters have stopped" in client.post(link).text
    assert "These letters have stopped" in signed_in(app, other).post(link).text, "whoever is signed in there"


@pytest.mark.parametrize("how", ["made up", "other purpose", "changed", "moved"])
def test_a_link_that_is_not_ours_stops_nothing(app, client, reader, other, parent, how):
    token = links.sign("stop-replies", {"account": reader.id}, rests_on=reader.email)
    if how == "made up":
        token = "made-up"
    elif how == "other purpose":
        token = links.sign("reset", {"account": reader.id}, rests_on=reader.email)
    elif how == "changed":
        token = links.sign("stop-replies", {"account": other.id}, rests_on=reader.email)
        other.mail_replies(True)
    else:
        reader.move_to("new@example.org")
    db.session.commit()

    assert "no longer counts" in client.get(f"/letters/stop/{token}").text
    assert client.post(f"/letters/stop/{token}").status_code == 410
    db.session.refresh(reader)
    assert reader.reply_mail_at is not None and (how != "changed" or other.reply_mail_at is not None)


def test_the_link_counts_for_ever(client, parent, reader, other, mailbox):
    answer(parent, account=other)
    delivered(mailbox)
    link = stop_link(mailbox)

    clock.advance(timedelta(days=4000))
    assert client.post(link).status_code == 200
    db.session.refresh(reader)
    assert reader.reply_mail_at is None


def test_one_chooses_on_ones_own_page(app, reader):
    browser = signed_in(app, reader)
    assert re.search(r'value="page" checked', browser.get("/account").text)

    assert browser.post("/account/replies", data={"replies": "mail"}).headers["Location"] == "/account?done=replies"
    assert re.search(r'value="mail" checked', browser.get("/account?done=replies").text)
    browser.post("/account/replies", data={"replies": "page"})
    db.session.refresh(reader)
    assert reader.reply_mail_at is None


# Guests


@pytest.fixture
def asked(client, article, moderator) -> Comment:
    """A guest's comment that was approved, whose writer ticked the box."""
    guest(client, article.url, replies="yes")
    row = db.session.scalars(select(Comment)).one()
    row.approve(by=moderator)
    db.session.commit()
    return row


def test_a_guests_box_is_not_ticked_and_without_it_no_letter_comes(client, article, moderator, mailbox):
    form = client.get(f"{article.url}/comments/new").text
    assert re.search(r'<input[^>]*name="replies"[^>]*>', form) and not re.search(
        r'<input[^>]*name="replies"[^>]*checked', form
    )

    guest(client, article.url)
    row = db.session.scalars(select(Comment)).one()
    row.approve(by=moderator)
    db.session.commit()
    answer(row, guest_name="Somebody", guest_email="s@example.org")
    assert delivered(mailbox) == []


def test_a_guests_mailbox_is_asked_when_the_comment_is_approved_and_not_before(client, article, moderator, mailbox):
    guest(client, article.url, body="Words that nobody is sent", name="Typed Name", replies="yes")
    assert mailbox.fetch() == []
    row = db.session.scalars(select(Comment)).one()
    row.approve(by=moderator)
    db.session.commit()
    assert mailbox.fetch() == [], "a slip at the desk is taken back by then"
    clock.advance(REPLY_MAIL_WAITS + timedelta(seconds=1))

    assert mailbox.fetch() == [("guy@example.org", "Replies to your comment at The Test Paper?")]
    assert "Words that nobody" not in mailbox.text() and "Typed Name" not in mailbox.text()


def test_replies_come_only_when_the_mailbox_has_said_yes(client, asked, mailbox):
    answer(asked, "Too early", guest_name="Somebody", guest_email="s@example.org")
    assert [subject for _, subject in delivered(mailbox)] == ["Replies to your comment at The Test Paper?"]
    link = mailbox.link("/letters/replies/")

    assert "Yes, tell me of replies" in client.get(link).text
    db.session.refresh(asked)
    assert asked.reply_mail_at is None, "a look is no yes"
    assert "You will be told of replies" in client.post(link).text

    answer(asked, "In time", guest_name="Somebody", guest_email="s@example.org")
    assert delivered(mailbox)[-1] == ("guy@example.org", SUBJECT)
    assert client.post(stop_link(mailbox)).status_code == 200
    answer(asked, "Later", guest_name="Somebody", guest_email="s@example.org")
    assert len(delivered(mailbox)) == 2
    answer(asked, "My own", guest_name="Guy", guest_email="guy@example.org")
    assert len(delivered(mailbox)) == 2


def test_a_guests_yes_counts_for_two_weeks_and_for_that_comment(client, asked, article, moderator, mailbox):
    delivered(mailbox)
    link = mailbox.link("/letters/replies/")
    theirs = comments.post(article, "By somebody with that address", guest_name="X", guest_email="guy@example.org")
    db.session.commit()
    client.post(link)
    answer(theirs, guest_name="Somebody", guest_email="s@example.org")
    assert len(delivered(mailbox)) == 1

    clock.advance(timedelta(days=15))
    assert "no longer counts" in client.get(link).text and client.post(link).status_code == 410


def test_a_guests_mailbox_is_asked_once_and_not_for_what_was_approved_by_a_slip(asked, moderator, mailbox):
    def take_back() -> None:
        asked.undo(db.session.scalars(LogEntry.concerning(asked.about).limit(1)).one(), moderator)
        db.session.commit()

    take_back()
    assert delivered(mailbox) == []
    asked.approve(by=moderator)
    db.session.commit()
    assert [subject for _, subject in delivered(mailbox)] == ["Replies to your comment at The Test Paper?"]
    take_back()
    asked.approve(by=moderator)
    db.session.commit()
    assert len(delivered(mailbox)) == 1, "it has left"


def test_a_reply_that_was_taken_back_and_approved_anew_is_told_of_once(parent, moderator, mailbox):
    row = answer(parent, guest_name="Somebody", guest_email="s@example.org", approved=False)
    for _ in range(2):
        entry = db.session.scalars(LogEntry.concerning(row.about).limit(1)).first()
        if entry is not None:
            row.undo(entry, moderator)
            db.session.commit()
            assert delivered(mailbox) == []
        row.approve(by=moderator)
        db.session.commit()
    assert [subject for _, subject in delivered(mailbox)] == [SUBJECT]


def test_a_mailbox_is_asked_only_so_often_whoever_types_its_address(client, article, moderator, mailbox):
    for n in range(5):
        row = comments.post(article, f"No. {n}", guest_name="X", guest_email="victim@example.org", approved=False)
        row.ask_for_reply_mail()
        row.approve(by=moderator)
    db.session.commit()

    assert len(delivered(mailbox)) == 3
