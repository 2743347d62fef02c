"""Who writes is one person, whatever address of their mailbox they type; and some mailboxes are made to be thrown away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsapp import accounts, comments
from newsapp.comments import Comment, Refused, Sanction, Sender
from newsapp.comments.checks import is_disposable
from newsapp.db import db
from newsapp.lib import clock
from newsapp.lib.addresses import mailbox


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("Ada+news@Example.org", "ada@example.org"),
        ("a.d.a@gmail.com", "ada@gmail.com"),
        ("a.da+x+y@googlemail.com", "ada@gmail.com"),
        ("a.da@example.org", "a.da@example.org"),  # elsewhere a dot makes another mailbox
        ("+x@example.org", "+x@example.org"),
        ("@example.org", "@example.org"),
    ],
)
def test_a_mailbox_is_one_however_it_is_typed(typed, leads_to):
    assert mailbox(typed) == leads_to


def guest(email: str, network: str = "one") -> Sender:
    return Sender(name="Gus", email=email, network=network)


def test_aliases_of_one_mailbox_are_one_burst(app, article):
    for n in range(5):
        comments.submit(article, guest(f"g.u.s+{n}@gmail.com", f"network {n}"), f"Words {n}")

    with pytest.raises(Refused) as refused:
        comments.submit(article, guest("gus@googlemail.com", "yet another"), "Words")
    assert refused.value.finding.check == "burst"
    comments.submit(article, guest("other@gmail.com", "network 9"), "Somebody else's words")


def test_accounts_with_aliases_of_one_mailbox_are_one_burst(app, article):
    both = [accounts.create(f"Ada {n}", f"ada{n}", f"ada+{n}@example.org") for n in range(2)]
    for n in range(5):
        comments.submit(article, Sender(account=both[0], network=f"{n}"), f"Words {n}")

    with pytest.raises(Refused) as refused:
        comments.submit(article, Sender(account=both[1], network="9"), "Words")
    assert refused.value.finding.check == "burst"


def test_a_banned_guest_is_banned_under_every_alias(app, article, moderator):
    comments.ban(by=moderator, reason="Boats.", email="Gus+boats@example.org")

    for alias in ("gus@example.org", "gus+more@example.org"):
        with pytest.raises(Refused):
            comments.submit(article, guest(alias), "Words")
    comments.submit(article, guest("gustav@example.org"), "Words")


def test_a_banned_account_is_banned_as_its_aliases_and_as_a_guest(app, article, moderator):
    first, second = (accounts.create(f"Ada {n}", f"ada{n}", f"ada+{n}@example.org") for n in range(2))
    comments.ban(by=moderator, reason="Insults.", account=first)

    for sender in (Sender(account=second, network="n"), guest("ada@example.org")):
        with pytest.raises(Refused):
            comments.submit(article, sender, "Words")


def test_nobody_loses_their_account_by_what_a_guest_did_under_their_address(app, article, reader, moderator):
    comments.ban(by=moderator, reason="Boats.", email=reader.email)

    assert comments.submit(article, Sender(account=reader, network="n"), "Words").id
    assert db.session.scalars(Sanction.in_force(reader)).all() == []


def test_an_account_that_moves_keeps_its_new_mailbox(app, reader):
    reader.move_to("tamsin+new@example.net")
    db.session.commit()
    assert reader.mailbox == "tamsin@example.net"


def test_who_leaves_takes_the_mailbox_along(app, article, reader):
    comments.post(article, "As a guest", guest_name="Tam", guest_email=reader.email)
    accounts.holdings.erase(reader, keep_words=True)
    db.session.commit()

    assert {comment.mailbox for comment in db.session.scalars(db.select(Comment))} == {None}


def test_throw_away_domains_are_known_with_what_stands_below_them(app):
    for domain in ("mailinator.com", "a.mailinator.com", "YOPMAIL.com", "33mail.com", "guerrillamail.com"):
        assert is_disposable(domain), domain
    for domain in ("example.org", "gmail.com", "proton.me", "com", "", "postmailinator.example"):
        assert not is_disposable(domain), domain


def test_the_operator_adds_domains_and_takes_some_off(app):
    app.config["DISPOSABLE_MAIL"] = frozenset({"junk.example", "-mailinator.com"})

    assert is_disposable("junk.example") and is_disposable("x.junk.example")
    assert not is_disposable("mailinator.com") and not is_disposable("eu.mailinator.com")
    assert is_disposable("yopmail.com")


def test_a_comment_from_a_throw_away_address_waits_and_says_so(app, article):
    clock.advance(timedelta(minutes=1))
    ada = accounts.create("Ada", "ada", "ada@mailinator.com")
    app.config["COMMENTS_FIRST_HELD"] = 0
    comment = comments.submit(article, Sender(account=ada, network="n"), "Words")

    assert comment.state == "waiting" and comment.held_for == "mail"
    assert "thrown away" in comment.why and comment.findings == ["mail: mailinator.com"]
