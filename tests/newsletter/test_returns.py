"""What comes back is acted on where it names a letter of ours, and listed where it does not."""

from __future__ import annotations

import imaplib
import mailbox
from pathlib import Path

import pytest
from sqlalchemy import select

from newsapp import newsletter
from newsapp.cli import newsapp
from newsapp.db import db
from newsapp.lib import clock
from newsapp.newsletter import Delivery, Returned
from newsapp.newsletter.returns import SOFT_IN_A_ROW
from tests.newsletter.subscribers import EDIT, subscribed
from tests.newsletter.test_bounces import MESSAGES, NUMBER


@pytest.fixture
def people(app):
    return subscribed(app, 1)


@pytest.fixture
def delivery(people) -> Delivery:
    return sent(NUMBER)


def sent(number: str) -> Delivery:
    issue = newsletter.begin(EDIT.id, f"Of the day {number}")
    row = Delivery(issue_id=issue.id, receiver_id=1, address="reader1@example.org", number=number, sent_at=clock.now())
    db.session.add(row)
    db.session.commit()
    return row


def message(name: str) -> bytes:
    return (MESSAGES / f"{name}.eml").read_bytes()


@pytest.mark.parametrize("name", ["postfix-unknown-user", "qmail-no-mailbox", "arf-abuse", "arf-redacted"])
def test_a_hard_bounce_or_a_complaint_ends_the_letters_to_the_address_that_we_wrote_to(delivery, people, name):
    newsletter.take_in(message(name))

    # Not to the one that the message names: it may have been forwarded, or be anybody's.
    assert list(people.suppressed) == ["reader1@example.org"]
    assert delivery.returned in ("hard", "complaint") and delivery.returned_at == clock.now()


def test_a_message_that_names_no_letter_of_ours_is_listed_and_decides_nothing(people):
    assert newsletter.take_in(message("postfix-unknown-user")).unclear == 1

    (one,) = db.session.scalars(Returned.unclear())
    assert one.address == "ada@example.org" and not people.suppressed

    one.settle(suppress=True)
    db.session.commit()
    assert list(people.suppressed) == ["ada@example.org"] and db.session.scalars(Returned.unclear()).all() == []


def test_what_a_person_writes_is_listed(delivery, people):
    newsletter.take_in(message("a-reader-writes"))

    assert db.session.scalars(Returned.unclear()).one().outcome == "unclear" and not people.suppressed


def test_the_same_message_counts_once(delivery, people):
    assert newsletter.take_in(message("office365-full-mailbox")).soft == 1
    assert newsletter.take_in(message("office365-full-mailbox")).again == 1
    assert db.session.scalars(select(Returned)).one().outcome == "soft"


def test_soft_ones_end_the_letters_when_several_came_in_a_row(people):
    numbers = [f"{n:024x}" for n in range(SOFT_IN_A_ROW)]
    for number in numbers:
        sent(number)
    for number in numbers:
        assert not people.suppressed
        newsletter.take_in(message("office365-full-mailbox").replace(NUMBER.encode(), number.encode()))
    assert list(people.suppressed) == ["reader1@example.org"]


def test_a_letter_that_arrived_in_between_begins_the_count_anew(people):
    numbers = [f"{n:024x}" for n in range(SOFT_IN_A_ROW + 1)]
    for number in numbers:
        sent(number)
    for number in numbers[:2] + numbers[3:]:
        newsletter.take_in(message("office365-full-mailbox").replace(NUMBER.encode(), number.encode()))
    assert not people.suppressed


def test_noise_leaves_no_trace(delivery, people):
    for name in ("away-german", "challenge", "postfix-delayed", "delivered"):
        assert newsletter.take_in(message(name)).nothing == 1
    assert db.session.scalars(select(Returned)).all() == [] and not people.suppressed


def test_a_maildir_is_read_once_and_kept(app, delivery, people, tmp_path):
    box = mailbox.Maildir(tmp_path / "box")
    box.add(message("qmail-no-mailbox"))
    box.add(message("away-french"))
    app.config["BOUNCES_FROM"] = f"maildir://{tmp_path / 'box'}"

    taken = newsletter.collect()

    assert (taken.hard, taken.nothing) == (1, 1) and list(people.suppressed) == ["reader1@example.org"]
    assert len(box) == 2 and str(newsletter.collect()) == "nothing"


def test_a_mailbox_that_is_not_there_is_told_in_one_line(app):
    for where in ("maildir:///no/such/box", "imap://me:secret@127.0.0.1:1/INBOX"):
        app.config["BOUNCES_FROM"] = where
        with pytest.raises(newsletter.CannotRead) as told:
            newsletter.collect()
        assert "\n" not in str(told.value) and "secret" not in str(told.value)


class Imap:
    """What a server says to imaplib's client."""

    def __init__(self, host, port, timeout=None):
        self.stored = []
        Imap.last = self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def login(self, user, password):
        assert (user, password) == ("me", "p@ss")

    def select(self, folder):
        assert folder == '"Bounces"'
        return "OK", [b"2"]

    def uid(self, verb, *rest):
        if verb == "SEARCH":
            return "OK", [b"7 9"]
        if verb == "FETCH":
            raw = message("qmail-no-mailbox" if rest[0] == "7" else "away-german")
            return "OK", [(b"1 (UID 7 BODY[] {%d}" % len(raw), raw), b")"]
        self.stored.append(rest)
        return "OK", [None]


def test_a_mailbox_is_read_by_imap_and_its_letters_marked(app, delivery, people, monkeypatch):
    monkeypatch.setattr(imaplib, "IMAP4", Imap)
    monkeypatch.setattr(Imap, "error", imaplib.IMAP4_SSL.error, raising=False)
    app.config["BOUNCES_FROM"] = "imap://me:p%40ss@127.0.0.1/Bounces"

    taken = newsletter.collect()

    assert (taken.hard, taken.nothing) == (1, 1) and list(people.suppressed) == ["reader1@example.org"]
    assert Imap.last.stored == [("7", "+FLAGS", r"(\Seen)"), ("9", "+FLAGS", r"(\Seen)")]


def test_a_message_is_taken_from_a_pipe(app, delivery, people, monkeypatch):
    monkeypatch.setattr("newsapp.cli.create_app", lambda: app)

    done = app.test_cli_runner().invoke(newsapp, ["bounces"], input=message("qmail-no-mailbox"))

    assert done.exit_code == 0 and done.output == "1 hard\n" and people.suppressed
    assert Path(MESSAGES).is_dir()
