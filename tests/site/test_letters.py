"""Every letter that the site sends: opening its links changes nothing, and nobody reads in it what somebody else typed.

The newsletter has tests of its own.
"""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from html import unescape

import pytest
from sqlalchemy import select

from newsapp import accounts, comments, contact, follows, outbox
from newsapp.accounts import letters as of_accounts
from newsapp.accounts import standing
from newsapp.comments import letters as of_comments
from newsapp.contact import letters as of_contact
from newsapp.db import Base, db
from newsapp.lib import clock
from newsapp.outbox.letters import _composers
from newsapp.site import ADDRESSEES
from tests.accounts.people import Mailbox, password_hash

BASE = "http://127.0.0.1:8000"
ROLES = {f"{role}@paper.example" for role in ADDRESSEES}
# Who typed which word into every field that takes words, and the mailbox that is shown to be theirs.
TYPED = {"kestrel": "reader@example.org", "osprey": "other@example.org", "merlin": None, "heron": None, "plover": None}
Letters = list[tuple[str, EmailMessage]]


def typed(word: str) -> str:
    return f"{word}word {word}.example https://{word}.example/"


@pytest.fixture
def letters(article, site, moderator, editor, world) -> Letters:
    """One letter at least of each kind, as it left."""
    mailbox = Mailbox()
    site.set(contact_addresses={role: f"{role}@paper.example" for role in ADDRESSEES})
    reader = accounts.create(f"K {typed('kestrel')}", "a-reader", "reader@example.org", password_hash())
    other = accounts.create(f"O {typed('osprey')}", "another", "other@example.org", password_hash())
    for person in (reader, other):
        person.describe(typed(TYPED_BY[person.username]))
    db.session.commit()

    # Accounts
    for address in ("new@example.org", reader.email):
        registration = accounts.register(f"H {typed('heron')}", f"h-{address[:3]}", address, password_hash())
        of_accounts.to_confirm(registration)
        of_accounts.to_confirm_again(address)
        of_accounts.to_reset(address)
        of_accounts.to_let_in(address, "/")
    of_accounts.to_move(reader, "elsewhere@example.org")
    of_accounts.to_move(reader, other.email)
    for what in ("password", "second-factor-on", "second-factor-off"):
        of_accounts.tell(reader, what)

    # Comments
    standing.choose_letter(moderator, "waiting", "now")
    reader.mail_replies(True)
    other.mail_replies(True)
    standing.choose_letter(other, "replies", "daily")
    clock.advance(timedelta(seconds=1))
    guest = comments.post(
        article, typed("merlin"), guest_name=f"M {typed('merlin')}", guest_email="guest@example.org", approved=False
    )
    guest.ask_for_reply_mail()
    guest.approve(moderator)
    comments.post(article, typed("merlin"), guest_name="M", guest_email="asked@example.org", approved=False)
    first, second = (comments.post(article, typed(TYPED_BY[who.username]), account=who) for who in (reader, other))
    guest.mail_replies()
    for parent, who in ((first, other), (second, reader), (guest, reader)):
        comments.post(article, typed(TYPED_BY[who.username]), parent=parent, account=who)
    of_comments.to_claim(reader, "guest@example.org")
    report = comments.report(first, "spam", typed("plover"), email="reporter@example.org")
    report.decide(upheld=True, by=moderator)
    asked = comments.post(article, typed("merlin"), guest_name="M", guest_email="third@example.org", approved=False)
    asked.ask_for_reply_mail()
    asked.approve(moderator)

    # Errors and messages
    of_contact.to_the_newsroom(
        contact.report_error(article, typed("plover"), typed("plover"), email="visitor@example.org")
    )
    settled = contact.report_error(article, typed("plover"), email="visitor@example.org")
    settled.settle("corrected", "Thank you.", by=editor)
    for role in ADDRESSEES:
        said = contact.send_message(
            role, typed("plover") + role, name=typed("plover"), subject=typed("plover"), email=f"v-{role}@example.org"
        )
        of_contact.of_message(said)
        of_contact.receipt(said)

    # Follows
    follows.follow(reader, f"section:{world.id}")
    standing.choose_letter(reader, "follows", "now")
    db.session.commit()
    clock.advance(timedelta(seconds=1))
    article.publish(at=clock.now())
    db.session.commit()
    clock.advance(timedelta(days=1))
    follows.letters.look_for_news()
    comments.waiting.look()
    standing.post_due()

    kinds = set(db.session.scalars(select(outbox.Mail.kind)))
    ours = {
        kind
        for kind, composer in _composers.items()
        if composer.__module__.startswith("newsapp.") and not composer.__module__.startswith("newsapp.newsletter")
    }
    assert kinds >= ours, "a kind of letter is not looked at here"
    mailbox.fetch()
    accounts.holdings.erase(accounts.create("G", "gone", "gone@example.org"), keep_words=False)
    db.session.commit()
    mailbox.fetch()
    left = set(db.session.scalars(select(outbox.Mail.kind).where(outbox.Mail.sent_at.is_not(None))))
    assert left >= ours, "a letter was not written"
    return mailbox.letters


TYPED_BY = {"a-reader": "kestrel", "another": "osprey"}


def parts(message: EmailMessage) -> str:
    """Give all that a mail program sees of a letter."""
    heads = "\n".join(f"{name}: {value}" for name, value in message.items() if name != "To")
    texts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return unescape("\n".join([heads, *texts]))


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Give all that the database holds."""
    db.session.rollback()
    found = {
        table.name: sorted(map(tuple, db.session.execute(select(table))), key=repr)
        for table in Base.metadata.sorted_tables
    }
    db.session.rollback()
    return found


def test_opening_the_links_of_a_letter_changes_nothing(client, letters):
    found = {link for _, message in letters for link in re.findall(rf"{BASE}([^\s\"'<>]*)", parts(message))}
    links = {link.rstrip(".") for link in found}  # a sentence's full stop in the plain text
    assert {link.split("/")[2] for link in links if link.startswith("/letters/")} == {
        "stop", "replies", "follows", "waiting",
    }  # fmt: skip
    before = everything()

    for link in sorted(links):
        for ask in (client.head, client.get, client.get):
            assert ask(link or "/").status_code in (200, 301, 302, 303), link

    assert everything() == before


def test_what_a_visitor_typed_is_mailed_to_nobody_else(letters):
    told = set()
    for to, message in letters:
        for word, own in TYPED.items():
            if word in parts(message).lower():
                assert to in ROLES or to == own, f"{word} to {to}: {message['Subject']}"
                told.add(to)
    assert told >= ROLES - {"tips@paper.example"}, "the roles read what was written to them"


def test_every_letter_is_whole(letters):
    for to, message in letters:
        text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert message["Subject"] and message["Message-ID"] and text.strip() and "<table" in html, to
        assert len(message.as_bytes()) < 100_000
        assert not re.search(r"(?:href|src)=\"(?!https?://|mailto:)", html), (
            f"{message['Subject']} has a link without its host"
        )
        assert ("List-Unsubscribe" in message) == ("List-Unsubscribe-Post" in message)
