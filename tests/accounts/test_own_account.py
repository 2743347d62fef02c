"""What one does with one's own account: a lost password, a new one, a new name, a new address, the browsers one is signed in on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from newsapp.accounts import Account, SignIn
from newsapp.db import db
from newsapp.lib import clock
from tests.accounts.people import PASSWORD, account, is_in, sign_in
from tests.conftest import Browser, signed_in

NEW = "nine herons over the weir"


def stranger(app) -> Browser:
    return Browser(app, app.response_class)


def lose(client, mailbox, email="tamsin@example.org") -> str:
    client.post("/account/forgot-password", data={"identifier": email})
    mailbox.fetch()
    return mailbox.link("/account/reset-password/")


# A lost password


def test_a_lost_password_is_replaced_by_way_of_the_mailbox_and_other_browsers_are_out(app, client, tamsin, mailbox):
    other = signed_in(app, tamsin)
    link = lose(client, mailbox)
    assert "Keep this password" in client.get(link).text and is_in(other)

    answer = client.post(link, data={"password": NEW})

    assert answer.headers["Location"] == "/account/sign-in?done=password"
    assert "Sign in with it" in client.get(answer.headers["Location"]).text
    assert not is_in(other) and not is_in(client)
    assert sign_in(client, password=PASSWORD).status_code == 422
    assert sign_in(client, password=NEW).status_code == 303
    assert mailbox.fetch()[-1] == ("tamsin@example.org", "Your password was changed")


@pytest.mark.parametrize(
    "typed", [("warm@example.org", "tamsin@example.org", "nobody@example.org"), ("warm", "Tamsin", "nobody")]
)
def test_the_answer_is_the_same_whether_there_is_an_account(app, client, tamsin, mailbox, typed):
    said, costs, answers = [], [], []
    event.listen(db.engine, "before_cursor_execute", lambda c, cursor, statement, *a: said.append(statement))
    for identifier in typed:
        said.clear()
        answer = client.post("/account/forgot-password", data={"identifier": identifier})
        costs.append(said.copy())
        answers.append((answer.status_code, answer.headers["Location"], answer.get_data()))

    assert answers[1] == answers[2] and costs[1] == costs[2]
    assert [to for to, _ in mailbox.fetch()] == ["tamsin@example.org"]


@pytest.mark.parametrize("typed", ["", "   ", "tamsin@", "@example.org", "a b@example.org"])
def test_what_is_no_address_comes_back(client, typed):
    answer = client.post("/account/forgot-password", data={"identifier": typed})

    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text


def test_the_link_works_once_for_an_hour_and_dies_with_the_password(app, client, tamsin, mailbox):
    first, second = lose(client, mailbox), lose(client, mailbox)
    client.post(first, data={"password": NEW})
    for link in (first, second):
        assert "no longer counts" in client.get(link).text
        assert client.post(link, data={"password": PASSWORD}).status_code == 410
    assert sign_in(client, password=NEW).status_code == 303

    late = lose(stranger(app), mailbox)
    clock.advance(timedelta(hours=1, seconds=1))
    assert client.get(late).status_code == 200 and "no longer counts" in client.get(late).text
    assert stranger(app).post(late, data={"password": PASSWORD}).status_code == 410


def test_the_link_dies_with_the_address_and_with_the_account(client, tamsin, mailbox):
    link = lose(client, mailbox)
    tamsin.move_to("elsewhere@example.org")
    db.session.commit()
    assert "no longer counts" in client.get(link).text

    link = lose(client, mailbox, "elsewhere@example.org")
    tamsin.disable()
    db.session.commit()
    assert "no longer counts" in client.get(link).text


def test_a_link_for_one_purpose_is_none_for_another(client, tamsin, mailbox):
    token = lose(client, mailbox).rpartition("/")[2]

    assert client.post(f"/account/confirm/{token}").status_code == 410
    assert client.post(f"/account/email/{token}").status_code == 410
    assert client.post(f"/account/reset-password/{token[:-2]}xx", data={"password": NEW}).status_code == 410


def test_the_hour_begins_when_the_letter_leaves(client, tamsin, mailbox):
    client.post("/account/forgot-password", data={"identifier": "tamsin@example.org"})
    clock.advance(timedelta(hours=5))  # the mail server was down
    mailbox.fetch()

    assert "Keep this password" in client.get(mailbox.link("/account/reset-password/")).text


@pytest.mark.parametrize("password", ["short", "tamsin@example.org", "", "password123"])
def test_a_weak_new_password_is_refused_and_the_link_still_counts(client, tamsin, mailbox, password):
    link = lose(client, mailbox)
    answer = client.post(link, data={"password": password})

    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert client.post(link, data={"password": NEW}).status_code == 303


def test_letters_are_asked_for_only_so_often(app, client, tamsin, mailbox):
    for _ in range(4):
        assert client.post("/account/forgot-password", data={"identifier": "tamsin@example.org"}).status_code == 303
    assert len(mailbox.fetch()) == 3

    said = [
        client.post("/account/forgot-password", data={"identifier": f"{n}@example.org"}).status_code for n in range(7)
    ]
    assert said == [303] * 6 + [429]


# Name, password, address


def test_a_new_name_and_a_word_about_oneself(app, tamsin, article):
    from newsapp import comments

    comments.post(article, "Hello", account=tamsin)
    db.session.commit()
    browser = signed_in(app, tamsin)

    answer = browser.post("/account", data={"name": "  Tamsin   <K> ", "bio": "Rivers & rain"})

    assert answer.headers["Location"] == "/account?done=name"
    assert "Your profile is saved" in browser.get("/account?done=name").text
    assert "Tamsin &lt;K&gt;" in stranger(app).get(article.url).text
    assert "Rivers &amp; rain" in browser.get("/account").text
    assert browser.post("/account", data={"name": "", "bio": "kept"}).status_code == 422


def test_a_new_password_needs_the_old_one_and_ends_the_other_browsers(app, tamsin, mailbox):
    here, there = signed_in(app, tamsin), signed_in(app, tamsin)
    wrong = here.post("/account/password", data={"current": "wrong", "password": NEW})
    assert wrong.status_code == 422 and "not your password" in wrong.text and is_in(there)

    assert here.post("/account/password", data={"current": PASSWORD, "password": "short"}).status_code == 422
    same = here.post("/account/password", data={"current": PASSWORD, "password": PASSWORD})
    assert same.status_code == 422 and "Choose another" in same.text
    answer = here.post("/account/password", data={"current": PASSWORD, "password": NEW})

    assert answer.headers["Location"] == "/account/security?done=changed"
    assert is_in(here) and not is_in(there)
    assert mailbox.fetch()[-1][1] == "Your password was changed"
    assert sign_in(stranger(app), password=NEW).status_code == 303


def test_a_new_address_counts_once_its_mailbox_says_so_and_both_are_told(app, tamsin, mailbox):
    here, there = signed_in(app, tamsin), signed_in(app, tamsin)
    assert here.post("/account/email", data={"email": "New@example.org", "current": "wrong"}).status_code == 422
    here.post("/account/email", data={"email": "New@example.org", "current": PASSWORD})
    assert mailbox.fetch() == [("new@example.org", "Confirm your new address at The Test Paper")]
    assert tamsin.email == "tamsin@example.org"
    link = mailbox.link()
    assert "has the address new@example.org" in here.get(link).text and tamsin.email == "tamsin@example.org"

    assert here.post(link).headers["Location"] == "/account/security?done=email"

    assert tamsin.email == "new@example.org" and is_in(here) and not is_in(there)
    told = mailbox.fetch()[1:]
    assert told == [(a, "The address of your account was changed") for a in ("tamsin@example.org", "new@example.org")]
    assert "in place of tamsin@example.org" in mailbox.text() and "take a new password" in mailbox.text()
    to_the_old_one = mailbox.letters[-2][1].get_body(("plain",)).get_content()
    assert "/contact" in to_the_old_one and "forgot-password" not in to_the_old_one
    assert here.post(link).status_code == 410


def test_an_address_that_has_an_account_is_not_given_to_a_second_one(app, tamsin, mailbox):
    account("rosa", name="Rosa")
    here = signed_in(app, tamsin)

    answer = here.post("/account/email", data={"email": "rosa@example.org", "current": PASSWORD})

    assert answer.headers["Location"] == "/account/security?done=email-asked"  # it says nothing of Rosa
    assert mailbox.fetch() == [("rosa@example.org", "This address has an account already")]


def test_an_address_taken_before_the_button_was_pressed_stays_where_it_is(app, tamsin, mailbox):
    here = signed_in(app, tamsin)
    here.post("/account/email", data={"email": "rosa@example.org", "current": PASSWORD})
    mailbox.fetch()
    account("rosa")

    assert here.post(mailbox.link()).status_code == 410
    assert tamsin.email == "tamsin@example.org"


def test_ones_own_password_is_asked_for_only_so_often(app, tamsin):
    here = signed_in(app, tamsin)
    for _ in range(8):
        here.post("/account/password", data={"current": "wrong", "password": NEW})

    answer = here.post("/account/password", data={"current": PASSWORD, "password": NEW})
    assert answer.status_code == 422 and "Wait 15 minutes" in answer.text


# The browsers


def test_one_sees_where_one_is_signed_in_and_ends_any_of_them(app, tamsin):
    here, there = signed_in(app, tamsin), signed_in(app, tamsin)
    page = here.get("/account/security").text
    assert page.count("Firefox on Linux</b>") == 2 and page.count("This browser") == 1
    first, second = db.session.scalars(select(SignIn.id).order_by(SignIn.id)).all()

    answer = here.post(f"/account/sign-ins/{second}/end")
    assert answer.headers["Location"] == "/account/security?done=ended" and is_in(here) and not is_in(there)

    assert here.post(f"/account/sign-ins/{first}/end").headers["Location"] == "/"
    assert not is_in(here)


def test_all_others_are_ended_at_once(app, tamsin):
    here, there = signed_in(app, tamsin), signed_in(app, tamsin)

    here.post("/account/sign-ins/end-others")

    assert is_in(here) and not is_in(there)


def test_nobody_ends_somebody_elses_sign_in(app, tamsin):
    rosa = account("rosa")
    mine, theirs = signed_in(app, tamsin), signed_in(app, rosa)
    other = db.session.scalars(select(SignIn.id).where(SignIn.account_id == rosa.id)).one()

    assert mine.post(f"/account/sign-ins/{other}/end").status_code == 404
    assert is_in(theirs)


@pytest.mark.parametrize("address", ["/account", "/account/security"])
def test_who_is_not_signed_in_is_asked_to_and_led_back(client, tamsin, address):
    answer = client.get(address)
    assert answer.status_code == 303 and answer.headers["Location"] == f"/account/sign-in?next={address}"
    assert sign_in(client, next=address).headers["Location"] == address


def test_a_form_sent_without_being_signed_in_leads_to_the_door_and_changes_nothing(client, tamsin):
    answer = client.post("/account", data={"name": "Somebody else"}, headers={"Referer": "http://localhost/account"})

    assert answer.headers["Location"] == "/account/sign-in?next=/account"
    assert db.session.scalars(select(Account.name)).one() == "Tamsin Kerrigold"
