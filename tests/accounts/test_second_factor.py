"""The second factor: a code from the phone after the password, once each; recovery codes; what the newsroom requires."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from newsapp.accounts import Account, Role, secondfactor
from newsapp.accounts.models import RecoveryCode
from newsapp.db import db
from newsapp.lib import clock
from tests.accounts.people import PART, PASSWORD, account, is_in, sign_in
from tests.conftest import Browser, signed_in


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(clock.timestamp()) + 30 * steps)


@pytest.fixture
def codes(tamsin) -> list[str]:
    """Tamsin's recovery codes; her second factor is on, and its last code was long ago."""
    made = secondfactor.turn_on(tamsin, pyotp.random_base32(), 1)
    db.session.commit()
    return made


def state_in(answer) -> str:
    return re.search(r'name="state"[^>]*value="([^"]+)"', answer.text)[1]


def second(client, answer, typed, headers=None):
    return client.post("/account/sign-in/code", data={"state": state_in(answer), "code": typed}, headers=headers)


def test_it_is_set_up_with_the_password_and_a_code_and_ends_the_other_browsers(app, tamsin, mailbox):
    here, there = signed_in(app, tamsin), signed_in(app, tamsin)
    page = here.get("/account/second-factor").text
    shown = re.search(r'class="own__secret">([\w ]+)<', page)[1]  # in fours, to be read aloud or typed
    secret = shown.replace(" ", "")
    state = re.search(r'name="state" value="([^"]+)"', page)[1]
    assert "<svg" in page and "style=" not in page
    for wrong in (
        {"code": "000000", "current": PASSWORD},
        {"code": code(secret), "current": "wrong"},
        {"code": "", "current": ""},
    ):
        answer = here.post("/account/second-factor", data={"state": state, **wrong})
        assert answer.status_code == 422 and shown in answer.text and not tamsin.has_second_factor

    answer = here.post("/account/second-factor", data={"state": state, "code": code(secret), "current": PASSWORD})

    assert len(re.findall(r"<li>\w{5}-\w{5}</li>", answer.text)) == 10
    assert tamsin.has_second_factor and is_in(here) and not is_in(there)
    assert mailbox.fetch()[-1][1] == "A second step was added to your sign-in"
    kept = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert len(kept) == 10 and not any(hash_ in answer.text for hash_ in kept)
    assert "10 of your recovery codes are left" in here.get("/account/second-factor").text


def test_after_the_password_comes_the_code_and_only_then_a_cookie(client, tamsin, codes):
    first = sign_in(client, next="/about", remember="yes")
    assert first.status_code == 200 and "Set-Cookie" not in first.headers and "The second step" in first.text
    assert not is_in(client)

    answer = second(client, first, code(tamsin.totp_secret))

    assert answer.headers["Location"] == "/about" and "Expires" in answer.headers["Set-Cookie"] and is_in(client)


def test_it_works_in_the_dialog(client, tamsin, codes):
    here = {**PART, "HX-Current-URL": "http://localhost/about"}
    first = sign_in(client, headers=here, next="/about")
    assert "<html" not in first.text and "data-hx-post" in first.text

    assert second(client, first, "000000", here).status_code == 422
    assert second(client, first, code(tamsin.totp_secret), here).headers["HX-Refresh"] == "true"


def test_a_code_counts_once_and_no_older_one_after_it(app, tamsin, codes):
    def enter(typed):
        browser = Browser(app, app.response_class)
        return second(browser, sign_in(browser), typed).status_code

    now, before = code(tamsin.totp_secret), code(tamsin.totp_secret, -1)
    assert enter(now) == 303
    assert enter(now) == 422
    assert enter(before) == 422
    assert enter(code(tamsin.totp_secret, 1)) == 303


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phones_clock_may_be_half_a_minute_off(client, tamsin, codes, steps, counts):
    assert (second(client, sign_in(client), code(tamsin.totp_secret, steps)).status_code == 303) is counts


def test_a_recovery_code_counts_once_and_the_owner_is_told(app, tamsin, codes, mailbox):
    def enter(typed):
        browser = Browser(app, app.response_class)
        return second(browser, sign_in(browser), typed).status_code

    assert enter(f" {codes[0].upper().replace('-', ' ')} ") == 303
    assert enter(codes[0]) == 422
    assert enter(codes[1]) == 303
    assert mailbox.fetch()[0][1] == "A recovery code was used" and "8 are left" in mailbox.text()


def test_the_second_step_is_waited_for_five_minutes(client, tamsin, codes):
    first = sign_in(client)
    clock.advance(timedelta(minutes=5, seconds=1))

    answer = second(client, first, code(tamsin.totp_secret))
    assert answer.status_code == 422 and "more than five minutes" in answer.text and not is_in(client)


def test_the_second_step_needs_the_first(client, tamsin, codes):
    answer = client.post("/account/sign-in/code", data={"state": "made-up", "code": code(tamsin.totp_secret)})
    assert answer.status_code == 422 and not is_in(client)

    first = sign_in(client)
    tamsin.set_password("another")
    db.session.commit()
    assert second(client, first, code(tamsin.totp_secret)).status_code == 422 and not is_in(client)


def test_codes_are_guessed_only_eight_times_in_a_quarter_of_an_hour(client, tamsin, codes):
    first = sign_in(client)
    said = [second(client, first, "000000").status_code for _ in range(9)]
    assert said == [422] * 8 + [429]
    assert second(client, first, code(tamsin.totp_secret)).status_code == 429


def test_a_new_password_by_mail_does_not_lead_past_it(client, tamsin, codes, mailbox):
    client.post("/account/forgot-password", data={"identifier": "tamsin@example.org"})
    mailbox.fetch()
    client.post(mailbox.link("/account/reset-password/"), data={"password": "nine herons over the weir"})

    assert not is_in(client)
    assert "The second step" in sign_in(client, password="nine herons over the weir").text


def test_it_is_taken_off_with_the_password(app, tamsin, codes, mailbox):
    here = signed_in(app, tamsin)
    assert here.post("/account/second-factor/off", data={"current": "wrong"}).status_code == 422
    assert tamsin.has_second_factor

    assert here.post("/account/second-factor/off", data={"current": PASSWORD}).status_code == 303
    assert not tamsin.has_second_factor and db.session.scalars(select(RecoveryCode)).all() == []
    assert mailbox.fetch()[-1][1] == "The second step was taken off your sign-in"
    assert sign_in(Browser(app, app.response_class)).status_code == 303


def test_new_recovery_codes_replace_the_old_ones(app, tamsin, codes):
    answer = signed_in(app, tamsin).post("/account/second-factor/codes", data={"current": PASSWORD})

    assert len(re.findall(r"<li>\w{5}-\w{5}</li>", answer.text)) == 10 and codes[0] not in answer.text
    assert not secondfactor.use_recovery_code(tamsin, codes[0])


def test_where_the_newsroom_requires_it_nobody_of_it_acts_without(app, site, tamsin):
    editor = account("edda", Role.EDITOR)
    app.config["SECOND_FACTOR"] = True
    assert editor.acts_as == Role.READER and not editor.can_edit and not editor.can_moderate

    assert sign_in(Browser(app, app.response_class), "edda").headers["Location"] == "/account/second-factor?done=needed"
    assert sign_in(Browser(app, app.response_class), "tamsin", next="/about").headers["Location"] == "/about"

    secondfactor.turn_on(editor, pyotp.random_base32(), 1)
    assert editor.acts_as == Role.EDITOR and editor.can_edit
    assert db.session.get(Account, editor.id).has_second_factor
