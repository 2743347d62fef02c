"""Signing in by a link in a letter, in place of the password."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import event

from newsapp.accounts import secondfactor
from newsapp.db import db
from newsapp.lib import clock
from tests.accounts.people import is_in
from tests.accounts.test_own_account import stranger
from tests.accounts.test_second_factor import code, second


def asked(client, mailbox, who="tamsin@example.org", **further) -> str:
    assert client.post("/account/sign-in/link", data={"identifier": who, **further}).status_code == 303
    mailbox.fetch()
    return mailbox.link("/account/sign-in/link/")


def test_the_link_leads_to_a_button_and_the_button_signs_in(app, client, tamsin, mailbox):
    link = asked(client, mailbox)

    assert mailbox.letters[-1][0] == "tamsin@example.org"
    assert "signed in as <b" in client.get(link).text and not is_in(client), "looking at it changes nothing"
    other = stranger(app)  # the letter is opened on another device
    assert other.post(link).headers["Location"] == "/"
    assert is_in(other) and not is_in(client)


def test_it_leads_back_to_where_one_was(client, tamsin, mailbox):
    link = asked(client, mailbox, "tamsin", next="/articles/x/comments/new")
    assert client.post(link).headers["Location"] == "/articles/x/comments/new"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/account/sign-in", ""])
def test_it_leads_to_no_stranger(client, tamsin, mailbox, target):
    assert client.post(asked(client, mailbox, next=target)).headers["Location"] == "/"


def test_it_counts_once_and_an_older_one_not_after_it(app, client, tamsin, mailbox):
    first, second_one = asked(client, mailbox), asked(client, mailbox)
    assert client.post(second_one).status_code == 303
    for link in (first, second_one):
        assert "no longer counts" in client.get(link).text
        assert stranger(app).post(link).status_code == 410


def test_it_counts_for_half_an_hour_and_dies_with_password_address_and_account(client, tamsin, mailbox):
    link = asked(client, mailbox)
    clock.advance(timedelta(minutes=30, seconds=1))
    assert client.post(link).status_code == 410

    for change in (lambda: tamsin.set_password("x"), lambda: tamsin.move_to("new@example.org"), tamsin.disable):
        link = asked(client, mailbox, tamsin.email)
        change()
        db.session.commit()
        clock.advance(timedelta(hours=1))
        assert client.post(link).status_code == 410 and not is_in(client)


def test_the_second_step_is_not_led_past(client, tamsin, mailbox):
    secondfactor.turn_on(tamsin, secret := pyotp.random_base32(), 1)
    db.session.commit()

    answer = client.post(asked(client, mailbox))
    assert answer.status_code == 200 and not is_in(client)
    assert second(client, answer, code(secret)).status_code == 303 and is_in(client)


def test_the_answer_and_the_work_are_the_same_for_an_address_that_nobody_has(app, client, tamsin, mailbox):
    said: list[str] = []
    client.post("/account/sign-in/link", data={"identifier": "warm@example.org"})
    event.listen(db.engine, "before_cursor_execute", lambda c, cursor, statement, *a: said.append(statement))
    costs, answers = [], []
    for identifier in ("tamsin@example.org", "nobody@example.org"):
        said.clear()
        answer = client.post("/account/sign-in/link", data={"identifier": identifier})
        costs.append(said.copy())
        answers.append((answer.status_code, answer.headers["Location"], answer.get_data()))
    assert answers[0] == answers[1] and costs[0] == costs[1]
    assert [to for to, _ in mailbox.fetch()] == ["tamsin@example.org"]


def test_it_is_asked_for_only_so_often(client, tamsin, mailbox):
    for _ in range(4):
        assert client.post("/account/sign-in/link", data={"identifier": "tamsin"}).status_code == 303
    assert len(mailbox.fetch()) == 3


@pytest.mark.parametrize("typed", ["", "tamsin@", "a b@example.org"])
def test_what_is_no_address_comes_back(client, typed):
    answer = client.post("/account/sign-in/link", data={"identifier": typed, "next": "/articles/x"})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text and 'value="/articles/x"' in answer.text


def test_the_sign_in_page_names_it_and_takes_along_where_one_was(client):
    assert "/account/sign-in/link?next=/articles/x" in client.get("/account/sign-in?next=/articles/x").text
    assert 'value="/articles/x"' in client.get("/account/sign-in/link?next=/articles/x").text
