"""The operator's hand: ``newsapp user``, and the demo's accounts."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from newsapp import cli, demo
from newsapp.accounts import Account, Role
from newsapp.db import db
from newsapp.lib import clock
from tests.accounts.people import PASSWORD, is_in, sign_in
from tests.conftest import Browser, signed_in


@pytest.fixture
def newsapp(app, monkeypatch):
    """Runs the command on the test's own site."""
    monkeypatch.setattr(cli, "create_app", lambda: app)
    db.session.rollback()

    def run(*arguments):
        db.session.rollback()
        said = CliRunner().invoke(cli.newsapp, arguments)
        db.session.expire_all()
        return said

    return run


def test_an_account_is_added_with_a_password_for_its_first_sign_in(newsapp, client, site):
    said = newsapp("user", "add", "Edda Lindqvist", "Edda@Example.org", "--role", "editor")
    assert said.exit_code == 0, said.output
    username, password = said.output.split()[-5], said.output.split()[-1]
    assert username == "edda-lindqvist"

    assert sign_in(client, username, password).status_code == 303
    made = db.session.scalars(select(Account)).one()
    assert (made.email, made.role, made.name) == ("edda@example.org", "editor", "Edda Lindqvist")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("Tamsin", "new@example.org"), "has the username 'tamsin'"),
        (("Other", "tamsin@example.org"), "has an account already"),
        (("Other", "nowhere"), "mail address"),
        (("X", "x@example.org"), "is no username"),
        (("Other", "x@example.org", "--role", "king"), "Invalid value"),
    ],
)
def test_what_cannot_be_added_is_one_line(newsapp, tamsin, arguments, says):
    said = newsapp("user", "add", *arguments)

    assert said.exit_code != 0 and says in said.output and "Traceback" not in said.output


def test_a_role_a_password_and_an_end_are_given_by_either_name(newsapp, app, tamsin):
    browser = signed_in(app, tamsin)

    assert newsapp("user", "role", "tamsin@example.org", "moderator").exit_code == 0
    assert db.session.scalars(select(Account.role)).one() == "moderator"

    password = newsapp("user", "password", "tamsin").output.split()[-1]
    assert not is_in(browser)
    assert sign_in(browser, password=PASSWORD).status_code == 422
    assert sign_in(browser, password=password).status_code == 303

    assert newsapp("user", "disable", "tamsin").exit_code == 0
    assert not is_in(browser)
    assert newsapp("user", "enable", "tamsin").exit_code == 0
    assert sign_in(Browser(app, app.response_class), password=password).status_code == 303
    assert "no account 'nobody'" in newsapp("user", "disable", "nobody").output


def test_an_account_that_was_taken_is_given_back(newsapp, app, tamsin):
    thief = signed_in(app, tamsin)
    tamsin.email, tamsin.totp_secret, tamsin.totp_at = "thief@example.org", "JBSWY3DPEHPK3PXP", clock.now()
    db.session.commit()

    assert "has an account already" in newsapp("user", "email", "tamsin", "thief@example.org").output
    assert "mail address" in newsapp("user", "email", "tamsin", "nowhere").output
    assert newsapp("user", "email", "tamsin", "Tamsin@Example.org").exit_code == 0
    password = newsapp("user", "password", "tamsin", "--without-second-step").output.split()[-1]

    assert tamsin.email == "tamsin@example.org" and not is_in(thief)
    assert sign_in(Browser(app, app.response_class), password=password).headers["Location"] == "/"


def test_the_newsroom_is_listed(newsapp, tamsin, editor):
    said = newsapp("user", "list").output
    assert "editor" in said and "no password" in said and "tamsin" not in said
    assert "tamsin" in newsapp("user", "list", "--role", "reader").output


def test_the_demo_has_an_account_of_each_role_and_its_passwords_in_a_file_of_its_owners(app, client, site):
    told = []
    demo.add_people(told.append)

    path = Path(app.config["INSTANCE"]) / "accounts.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = dict(line.split() for line in path.read_text().splitlines())
    assert list(kept) == [f"demo-{role}" for role in Role]
    assert all(f"    {line}" in told for line in path.read_text().splitlines())
    assert sign_in(client, "demo-editor", kept["demo-editor"]).status_code == 303

    told.clear()
    demo.add_people(told.append)
    assert told == [] and len(path.read_text().splitlines()) == len(kept)
