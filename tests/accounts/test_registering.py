"""Registering: an account is there when its mailbox has been shown to be theirs, and who has one is told to nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from newsapp.accounts import Account, Registration
from newsapp.db import db
from newsapp.lib import clock
from newsapp.lib.addresses import normalise
from newsapp.outbox import Mail
from tests.accounts.people import PASSWORD, account, is_in, sign_in
from tests.conftest import Browser

FORM = {
    "name": "Wren Abara", "username": "Wren", "email": " Wren.Abara@Example.ORG ", "password": PASSWORD, "consent": "yes",
    "next": "/about",
}  # fmt: skip


def register(client, **values):
    return client.post("/account/register", data={**FORM, **values})


def how_many(table) -> int:
    return db.session.scalar(select(func.count()).select_from(table))


def test_from_the_form_to_the_account_by_way_of_the_mailbox(client, site, mailbox):
    answer = register(client)
    assert answer.status_code == 303 and how_many(Account) == 0
    assert "sent a letter" in client.get(answer.headers["Location"]).text
    assert mailbox.fetch() == [("wren.abara@example.org", "Confirm your address at The Test Paper")]
    assert (
        "with the username wren" in mailbox.text()
        and "Abara" not in mailbox.text()
        and "Confirm your address:\nhttp://" in mailbox.text()
    )

    page = client.get(mailbox.link())
    assert page.status_code == 200 and "Confirm my address" in page.text and how_many(Account) == 0

    answer = client.post(mailbox.link())
    assert answer.headers["Location"] == "/about" and is_in(client)
    made = db.session.scalars(select(Account)).one()
    assert (made.name, made.username, made.email, made.role) == (
        "Wren Abara",
        "wren",
        "wren.abara@example.org",
        "reader",
    )
    assert made.confirmed_at == clock.now() and made.consent == "2026-11" and made.consented_at
    assert how_many(Registration) == 0
    assert sign_in(Browser(client.application, client.application.response_class), "wren").status_code == 303


def test_opening_the_link_changes_nothing_however_often(client, site, mailbox):
    register(client)
    mailbox.fetch()

    for _ in range(3):
        assert client.get(mailbox.link()).status_code == 200
    assert how_many(Account) == 0 and how_many(Registration) == 1


def test_the_link_works_once_and_for_three_days(client, site, mailbox):
    register(client)
    mailbox.fetch()
    clock.advance(timedelta(days=3, seconds=1))
    assert "no longer counts" in client.get(mailbox.link()).text
    assert client.post(mailbox.link()).status_code == 410

    clock.advance(timedelta(days=-1))
    client.post(mailbox.link())
    stranger = Browser(client.application, client.application.response_class)
    assert stranger.post(mailbox.link()).status_code == 410
    assert not is_in(stranger)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", " ", "Write the name"),
        ("name", "x" * 61, "60"),
        ("username", "ab", "3 to 30"),
        ("username", "wren@example.org", "3 to 30"),
        ("username", "<b>wren</b>", "3 to 30"),
        ("username", "admin", "Somebody has this username"),
        ("username", "TAMSIN", "Somebody has this username"),
        ("email", "wren", "name@example.org"),
        ("email", "wren@localhost", "name@example.org"),
        ("email", "a b@example.org", "name@example.org"),
        ("email", "wren@example.org\nBcc: x@example.org", "name@example.org"),
        ("password", "short", "at least 10"),
        ("password", "password123", "first that anybody"),
        ("password", "aaaaaaaaaaaaaa", "first that anybody"),
        ("password", "wren.abara@example.org", "your own name"),
        ("password", "x1y2" * 70, "at most 256"),
        ("consent", "", "Tick the box"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_else_is_lost(client, tamsin, field, value, says):
    answer = register(client, **{field: value})

    assert answer.status_code == 422 and says in answer.text
    assert 'role="alert"' in answer.text and f'href="#{field}"' in answer.text and 'aria-invalid="true"' in answer.text
    assert PASSWORD not in answer.text and "<b>wren" not in answer.text
    for other in {"name", "username"} - {field}:
        assert (FORM[other] if other == "name" else "wren") in answer.text
    assert how_many(Registration) == 0


def test_a_known_address_gets_the_same_answer_and_another_letter(client, tamsin, mailbox):
    new, known = register(client), register(client, username="other", email="tamsin@example.org")

    assert (new.status_code, new.headers["Location"]) == (known.status_code, known.headers["Location"])
    assert new.get_data() == known.get_data()
    assert mailbox.fetch()[1] == ("tamsin@example.org", "You have an account at The Test Paper already")
    assert "tamsin" in mailbox.text() and "/account/confirm/" not in mailbox.text()
    assert how_many(Registration) == 1  # what was typed for the known address is forgotten
    assert sign_in(client, "tamsin").status_code == 303  # with the old password


def test_a_known_address_costs_the_same_work(client, tamsin, app):
    said = []
    event.listen(db.engine, "before_cursor_execute", lambda c, cursor, statement, *a: said.append(statement))
    costs = []
    for n, email in enumerate(["warm@example.org", "new@example.org", "tamsin@example.org"]):
        said.clear()
        register(client, username=f"other{n}", email=email)
        costs.append(said.copy())

    assert costs[1] == costs[2] and len(costs[1]) > 3


def test_who_registers_with_anothers_address_gets_nothing_by_it(client, site, mailbox):
    """Two registrations, one mailbox: whose link its owner opens is the one that counts, and the other dies."""
    register(client, username="intruder", name="Intruder", password="the intruder's own words")
    mailbox.fetch()
    theirs = mailbox.link()
    register(client)
    mailbox.fetch()
    assert "username wren" in mailbox.text()

    client.post(mailbox.link())

    assert [a.username for a in db.session.scalars(select(Account))] == ["wren"]
    intruder = Browser(client.application, client.application.response_class)
    assert intruder.post(theirs).status_code == 410 and how_many(Account) == 1
    assert sign_in(intruder, "intruder", "the intruder's own words").status_code == 422


def test_a_username_taken_meanwhile_is_asked_for_anew(client, site, mailbox):
    register(client)
    mailbox.fetch()
    account("wren")

    answer = client.post(mailbox.link())
    assert answer.status_code == 422 and "Somebody has this username" in answer.text and how_many(Account) == 1

    assert client.post(mailbox.link(), data={"username": "wren"}).status_code == 422
    assert client.post(mailbox.link(), data={"username": "wren-2"}).status_code == 303
    assert is_in(client) and how_many(Account) == 2


def test_an_address_confirmed_twice_leads_to_the_door(client, site, mailbox):
    register(client)
    mailbox.fetch()
    account("wren2").email = "wren.abara@example.org"
    db.session.commit()

    answer = client.post(mailbox.link())
    assert answer.headers["Location"] == "/account/sign-in?done=exists"
    assert "confirmed. Sign in" in client.get(answer.headers["Location"]).text


def test_the_letter_can_be_asked_for_again_and_the_answer_says_nothing(client, tamsin, mailbox):
    register(client)
    for email in ("wren.abara@example.org", "tamsin@example.org", "nobody@example.org"):
        answer = client.post("/account/confirm", data={"email": email})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/account/register/sent")

    subjects = [subject.split(" at ")[0] for _, subject in mailbox.fetch()]
    assert subjects == ["Confirm your address", "Confirm your address", "You have an account"]
    assert client.post("/account/confirm", data={"email": "no"}).status_code == 422


def test_a_mail_server_that_is_down_fails_no_page_and_the_letter_waits(client, site, mailbox):
    from newsapp import outbox
    from tests.servers import free_port

    assert register(client).status_code == 303
    outbox.send_due(outbox.Smtp(f"smtp://127.0.0.1:{free_port()}"))
    assert how_many(Registration) == 1 and db.session.scalars(select(Mail)).one().next_try_at

    clock.advance(timedelta(minutes=1))
    mailbox.fetch()
    client.post(mailbox.link())
    assert is_in(client)


def test_nobodys_mailbox_is_filled_by_strangers(client, site, mailbox):
    for n in range(5):
        assert register(client, username=f"wren{n}").status_code == 303
    assert len(mailbox.fetch()) == 3


def test_a_network_registers_only_so_many_and_is_told_how_long_to_wait(client, site, monkeypatch):
    from newsapp.accounts import tries
    from newsapp.lib.throttles import Limit

    monkeypatch.setattr(tries, "REGISTRATIONS", Limit("r", 1, timedelta(hours=1)))
    register(client)
    answer = register(client, username="second")

    assert answer.status_code == 429 and "Please wait 1 hour" in answer.text and 'value="second"' in answer.text


def test_what_nobody_confirmed_is_forgotten(client, site):
    from newsapp import accounts

    register(client)
    clock.advance(timedelta(days=3, seconds=1))
    accounts.tidy()

    assert how_many(Registration) == 0


def test_no_link_lies_in_the_database(client, tamsin, mailbox):
    register(client)
    client.post("/account/forgot-password", data={"identifier": "tamsin@example.org"})

    rows = db.session.scalars(select(Mail)).all()
    assert rows and all(not row.text and "token" not in row.about for row in rows)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  A.B+c@EXAMPLE.Org. ", "a.b+c@example.org"),
        ("x@bücher.example", "x@xn--bcher-kva.example"),
        ("o'neill@example.org", "o'neill@example.org"),
    ],
)
def test_one_mailbox_has_one_address(typed, kept):
    assert normalise(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "@", "a@", "@example.org", "a@b", "a..b@example.org", ".a@example.org", "a@-b.org", "a@b..org", "a@example.org,b@example.org",
     "a\x00@example.org", "ä@example.org", "a" * 65 + "@example.org", "a@" + "b" * 64 + ".org", "<a@example.org>", "a@1.2.3.4"],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(ValueError, match="mail address"):
        normalise(typed)
