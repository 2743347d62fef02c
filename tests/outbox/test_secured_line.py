"""A secured line to a real mail server: letters and passwords go only to who can show the right certificate."""

from __future__ import annotations

import ssl
from datetime import timedelta

import pytest
import trustme

from newsapp import outbox
from newsapp.db import db
from newsapp.lib import clock
from newsapp.outbox import Smtp
from tests.outbox.mailserver import mail_server


@pytest.fixture(scope="module")
def authority():
    """Who signs the certificates of these tests."""
    return trustme.CA()


@pytest.fixture
def trusted(authority, monkeypatch, tmp_path):
    """Let this machine trust the authority, as an operator's does with the well-known ones."""
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


def shown(authority, name: str) -> ssl.SSLContext:
    """Give what a server needs that shows a certificate of this name."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def post():
    mail = outbox.post("test", "reader@example.org", subject="Hello", text="Hello.", html="<p>Hello.</p>")
    db.session.commit()
    return mail


@pytest.mark.parametrize("scheme", ["smtp", "smtp+starttls"])
def test_a_letter_goes_over_a_secured_line(app, authority, trusted, scheme):
    with mail_server(secured=shown(authority, "localhost")) as (server, address):
        post()
        sent = outbox.send_due(Smtp(address.replace("smtp://127.0.0.1", f"{scheme}://localhost")))

    assert (sent, server.was_secured) == (1, [True])


def test_a_letter_goes_over_a_line_that_is_secured_from_the_first(app, authority, trusted):
    with mail_server(secured=shown(authority, "localhost"), from_the_first=True) as (server, address):
        post()
        sent = outbox.send_due(Smtp(address.replace("smtp://127.0.0.1", "smtps://localhost")))

    assert (sent, server.was_secured) == (1, [True])


def test_a_password_is_said_once_the_line_is_secured(app, authority, trusted):
    with mail_server(asks_who=True, secured=shown(authority, "localhost")) as (server, address):
        post()
        sent = outbox.send_due(Smtp(address.replace("smtp://127.0.0.1", "smtp+starttls://desk:right%2Fone@localhost")))

    assert (sent, server.signed_in) == (1, [(b"desk", b"right/one")])


@pytest.mark.parametrize("scheme", ["smtp", "smtp+starttls", "smtps"])
def test_a_server_with_another_names_certificate_gets_neither_letter_nor_password(app, authority, trusted, scheme):
    certificate = shown(authority, "somebody-else.example")
    with mail_server(asks_who=True, secured=certificate, from_the_first=scheme == "smtps") as (server, address):
        mail = post()
        outbox.send_due(Smtp(address.replace("smtp://127.0.0.1", f"{scheme}://desk:right%2Fone@localhost")))

    assert (server.letters, server.signed_in) == ([], [])
    assert mail.sent_at is None and "CERTIFICATE_VERIFY_FAILED" in mail.reason
    assert mail.next_try_at == clock.now() + timedelta(minutes=1), "the letter waits: the operator can put it right"


def test_a_certificate_that_nobody_has_vouched_for_is_refused(app, authority):
    with mail_server(secured=shown(authority, "localhost")) as (server, address):
        mail = post()
        outbox.send_due(Smtp(address.replace("smtp://127.0.0.1", "smtp+starttls://localhost")))

    assert server.letters == []
    assert "CERTIFICATE_VERIFY_FAILED" in mail.reason
