"""Signing in and out: by either name, back to where one was, and the same no for everything that is wrong."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsapp import accounts
from newsapp.accounts import Role, SignIn, passwords
from newsapp.accounts.access import browser_name
from newsapp.db import db
from newsapp.lib import clock
from tests.accounts.people import PART, PASSWORD, account, is_in, sign_in
from tests.conftest import Browser, signed_in


@pytest.mark.parametrize("identifier", ["tamsin", " Tamsin ", "tamsin@example.org", "Tamsin@EXAMPLE.org"])
def test_one_signs_in_by_username_or_address(client, tamsin, identifier):
    answer = sign_in(client, identifier)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert is_in(client)


@pytest.mark.parametrize(
    ("identifier", "password"),
    [
        ("tamsin", "wrong password"),
        ("nobody", PASSWORD),
        ("nobody@example.org", PASSWORD),
        ("a@b@c", PASSWORD),
        ("rosa", "not hers"),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(client, tamsin, identifier, password):
    account("rosa").password_hash = None  # an author who was imported
    db.session.commit()

    answer = sign_in(client, identifier, password)

    assert answer.status_code == 422 and "Set-Cookie" not in answer.headers
    assert "The name or the password is not right" in answer.text
    assert answer.text.replace(identifier, "") == sign_in(client, "xyzzy", "else").text.replace("xyzzy", "")
    assert f'value="{identifier}"' in answer.text and password not in answer.text.replace(identifier, "")
    assert not is_in(client)


def test_whatever_is_wrong_a_password_is_hashed_and_as_much_is_asked(client, tamsin, monkeypatch, app):
    from sqlalchemy import event

    hashes, said = [], []
    verify = passwords._hasher.__class__.verify
    monkeypatch.setattr(passwords._hasher.__class__, "verify", lambda *a: hashes.append(1) or verify(*a))
    event.listen(db.engine, "before_cursor_execute", lambda c, cursor, statement, *a: said.append(statement))
    costs = []
    for name in ("tamsin", "nobody"):
        sign_in(client, name, "wrong")  # what is done once in a process is done
        hashes.clear(), said.clear()
        sign_in(client, name, "wrong")
        costs.append((len(hashes), said.copy()))

    assert costs[0] == costs[1] and costs[0][0] == 1


@pytest.mark.parametrize("missing", ["identifier", "password"])
def test_an_empty_field_is_named(client, tamsin, missing):
    answer = client.post("/account/sign-in", data={"identifier": "tamsin", "password": PASSWORD, missing: ""})

    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text


def test_one_comes_back_to_where_one_was(client, tamsin, world):
    page = client.get("/account/sign-in", headers={"Referer": "http://localhost/sections/world?page=1"})
    assert 'value="/sections/world?page=1"' in page.text

    assert sign_in(client, next="/sections/world?page=1").headers["Location"] == "/sections/world?page=1"


@pytest.mark.parametrize(
    "next", ["https://evil.example/", "//evil.example", "/\\evil", "/account/sign-in", "/account/sign-out", ""]
)
def test_next_leads_to_no_other_site_and_not_back_to_the_door(client, tamsin, next):
    assert (
        '<input id="door-next" name="next" type="hidden" value="/">'
        in client.get("/account/sign-in", query_string={"next": next}).text
    )
    assert sign_in(client, next=next).headers["Location"] == "/"


def test_another_sites_address_is_no_way_back(client, site):
    assert "evil" not in client.get("/account/sign-in", headers={"Referer": "https://evil.example/x"}).text


def test_htmx_gets_the_form_for_the_dialog_and_its_faults_in_place(client, tamsin):
    form = client.get("/account/sign-in", headers={**PART, "HX-Current-URL": "http://localhost/sections/world"})
    assert "<html" not in form.text and 'id="dialog-h"' in form.text and 'value="/sections/world"' in form.text

    wrong = sign_in(client, password="wrong", headers=PART)
    assert wrong.status_code == 422 and "<html" not in wrong.text and "not right" in wrong.text


def test_htmx_is_told_to_load_the_page_anew_and_a_cookie_is_set(app, client, tamsin):
    here = sign_in(client, next="/about?a=1", headers={**PART, "HX-Current-URL": "http://localhost/about?a=1"})
    assert here.status_code == 200 and here.headers["HX-Refresh"] == "true" and "Set-Cookie" in here.headers

    there = sign_in(
        Browser(app, app.response_class), next="/about", headers={**PART, "HX-Current-URL": "http://localhost/"}
    )
    assert there.headers.get("HX-Redirect") == "/about"


def test_who_is_in_already_is_led_on(app, tamsin):
    browser = signed_in(app, tamsin)

    assert browser.get("/account/sign-in?next=/about").headers["Location"] == "/about"
    assert sign_in(browser, next="/about").headers["Location"] == "/about"
    assert browser.get("/account/register?next=/about").headers["Location"] == "/about"


def test_a_closed_account_is_told_so_only_with_its_password(client, tamsin):
    tamsin.disable()
    db.session.commit()

    assert "is closed" in sign_in(client).text
    assert "is closed" not in sign_in(client, password="wrong").text
    assert not is_in(client)


def test_each_sign_in_has_a_new_token_of_which_only_the_hash_is_kept(app, tamsin):
    tokens = set()
    for _ in range(2):
        browser = Browser(app, app.response_class)
        sign_in(browser)
        with browser.session_transaction() as session:
            tokens.add(session["_user_id"])

    kept = set(db.session.scalars(select(SignIn.token_hash)))
    assert len(tokens) == 2 and kept == {hashlib.sha256(token.encode()).hexdigest() for token in tokens}


def test_a_token_that_somebody_planted_is_not_taken_over(app, tamsin):
    browser = signed_in(app, tamsin)
    with browser.session_transaction() as session:
        planted = session["_user_id"] = "planted"
    sign_in(browser)

    with browser.session_transaction() as session:
        assert session["_user_id"] != planted and session["csrf_token"] != "of this test"


def test_remember_me_outlives_the_window_and_without_it_nothing_does(app, client, tamsin):
    assert "Max-Age" not in sign_in(client).headers["Set-Cookie"] and "Expires" not in sign_in(client).headers.get(
        "Set-Cookie", ""
    )
    clock.advance(accounts.models.SESSION)
    assert not is_in(client)

    other = Browser(app, app.response_class)
    cookie = sign_in(other, remember="yes").headers["Set-Cookie"]
    assert "Expires" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    clock.advance(accounts.REMEMBERED - timedelta(seconds=1))
    assert is_in(other)
    clock.advance(timedelta(seconds=1))
    assert not is_in(other)


def test_signing_out_is_a_post_that_ends_the_row_and_takes_the_cookie(app, tamsin):
    browser = signed_in(app, tamsin)
    assert browser.get("/account/sign-out").status_code == 405
    with browser.session_transaction() as session:
        token = session["_user_id"]

    answer = browser.post("/account/sign-out", data={"next": "/about"})

    assert answer.headers["Location"] == "/about" and "session=;" in answer.headers["Set-Cookie"]
    assert db.session.scalars(select(SignIn)).all() == []
    with browser.session_transaction() as session:
        session["_user_id"] = token  # somebody had copied the cookie
    assert not is_in(browser)


@pytest.mark.parametrize("how", ["ended", "run out", "disabled", "forged", "garbage"])
def test_a_cookie_that_no_longer_counts_is_nobodys_and_goes(app, tamsin, how):
    browser = signed_in(app, tamsin)
    if how == "ended":
        accounts.end_all(tamsin)
    elif how == "run out":
        clock.advance(timedelta(days=61))
    elif how == "disabled":
        tamsin.disable()
    db.session.commit()
    if how == "forged":
        with browser.session_transaction() as session:
            session["_user_id"] = str(tamsin.id)
    elif how == "garbage":
        browser.set_cookie("session", "garbage")

    answer = browser.get("/preferences")

    assert "Sign in" in answer.text and "Sign out" not in answer.text
    assert "session=;" in answer.headers["Set-Cookie"]
    assert "Set-Cookie" not in browser.get("/preferences").headers


def test_a_page_that_is_read_writes_nothing_and_sets_no_cookie(app, tamsin, world):
    browser = signed_in(app, tamsin)
    clock.advance(timedelta(hours=1))

    for address in ("/", "/account", "/account/security", "/sections/world", "/preferences"):
        answer = browser.get(address)
        assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert db.session.scalars(select(SignIn.used_at)).one() == clock.now() - timedelta(hours=1)

    browser.post("/account", data={"name": "Tamsin K."})
    assert db.session.scalars(select(SignIn.used_at)).one() == clock.now()


def test_the_masthead_has_the_way_in_or_the_persons_menu(app, client, tamsin):
    assert 'data-hx-get="/account/sign-in"' in client.get("/preferences").text

    page = signed_in(app, tamsin).get("/preferences").text
    assert "Tamsin Kerrigold" in page and 'action="/account/sign-out"' in page and "data-hx-get" not in page


def test_a_password_is_never_hashed_while_the_database_is_locked(app, tamsin):
    db.session.execute(select(SignIn))
    with pytest.raises(RuntimeError, match="outside transactions"):
        passwords.hashed("x" * 12)


def test_a_password_hashed_with_less_care_is_hashed_anew(client, tamsin):
    from argon2 import PasswordHasher

    weak = tamsin.password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    db.session.commit()

    sign_in(client)

    assert tamsin.password_hash != weak and passwords._hasher.check_needs_rehash(tamsin.password_hash) is False
    assert is_in(client)


# Throttles


def elsewhere(app, n: int) -> Browser:
    browser = Browser(app, app.response_class)
    browser.environ_base["REMOTE_ADDR"] = f"198.51.100.{n}"
    return browser


def test_after_five_wrong_passwords_one_waits_and_is_told_how_long(client, tamsin):
    for _ in range(5):
        assert sign_in(client, password="wrong").status_code == 422

    answer = sign_in(client)

    assert answer.status_code == 429 and "15 minutes" in answer.text and 'value="tamsin"' in answer.text
    clock.advance(timedelta(minutes=15))
    assert sign_in(client).status_code == 303


def test_an_unknown_name_is_throttled_alike(client, site):
    answers = [sign_in(client, "nobody").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_a_stranger_locks_nobody_out(app, tamsin):
    stranger, owner = elsewhere(app, 1), elsewhere(app, 2)
    for _ in range(8):
        sign_in(stranger, password="wrong")

    assert sign_in(stranger).status_code == 429
    assert sign_in(owner).status_code == 303


def test_strangers_everywhere_lock_nobody_out_and_get_one_try_an_hour(app, tamsin, monkeypatch):
    from newsapp.accounts import tries
    from newsapp.lib import throttles

    for _ in range(tries.EVERYWHERE.most):
        tries.may_still(tries.EVERYWHERE, f"#{tamsin.id}")
    guesser = elsewhere(app, 3)
    assert [sign_in(guesser, password="wrong").status_code for _ in range(2)] == [422, 429]

    assert sign_in(elsewhere(app, 4)).status_code == 303
    assert throttles.is_reached(tries.EVERYWHERE, f"#{tamsin.id}")


def test_either_name_of_an_account_counts_for_it(client, tamsin):
    answers = [sign_in(client, name, "wrong").status_code for name in ["tamsin", "tamsin@example.org"] * 3]
    assert answers[-1] == 429


def test_a_network_tries_only_so_many_names(app, tamsin, monkeypatch):
    from newsapp.accounts import tries
    from newsapp.lib.throttles import Limit

    monkeypatch.setattr(tries, "NETWORK", Limit("n", 3, timedelta(minutes=15)))
    browser = elsewhere(app, 5)

    assert [sign_in(browser, f"name{n}").status_code for n in range(4)] == [422, 422, 422, 429]


def test_signing_in_rightly_is_not_counted(app, tamsin):
    for _ in range(12):
        assert sign_in(elsewhere(app, 6)).status_code == 303


def test_browsers_are_called_as_their_owners_know_them():
    agents = {
        "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0": "Firefox on Linux",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1": "Safari on iPhone",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/127.0 Safari/537.36 Edg/127.0": "Edge on Windows",
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/127.0 Mobile Safari/537.36": "Chrome on Android",
        "<script>": "A browser",
        "": "A browser",
    }
    assert {agent: browser_name(agent) for agent in agents} == agents


def test_the_newsrooms_roles_say_what_they_may_do(app):
    may = {role: [account(role.value, role).can_moderate, account(f"{role.value}2", role).can_edit] for role in Role}
    assert may == {
        Role.READER: [False, False], Role.CONTRIBUTOR: [False, False], Role.AUTHOR: [False, False],
        Role.EDITOR: [True, True], Role.MODERATOR: [True, False], Role.ADMIN: [True, True],
    }  # fmt: skip
