"""What the tests of accounts have in common: an account with a password, the mailbox, the way through a form."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache

from newsapp import accounts, outbox
from newsapp.accounts import Account, Role
from newsapp.db import db
from newsapp.lib import clock
from newsapp.outbox import Letter

PASSWORD = "seven lamps on the quay"
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@cache
def password_hash() -> str:
    """Give the hash of PASSWORD; hashed once, because it is slow on purpose."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)


def account(username="tamsin", role=Role.READER, name="Tamsin Kerrigold") -> Account:
    """Add an account that signs in with PASSWORD."""
    made = accounts.create(name, username, f"{username}@example.org", password_hash(), role)
    db.session.commit()
    return made


class Mailbox:
    """Takes the letters in place of a carrier. ``link()`` gives the path that the newest one leads to."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, Letter]] = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def carry(self, message, sender, to, name):
        self.letters.append((to, message))

    def fetch(self, after: timedelta = timedelta(0)) -> list[tuple[str, str]]:
        """Have what waits delivered, a time later; give who got which subject, of all letters so far."""
        db.session.rollback()
        if after:
            clock.advance(after)
        outbox.send_due(self)
        return [(to, str(message["Subject"])) for to, message in self.letters]

    def text(self) -> str:
        return self.letters[-1][1].get_body(("plain",)).get_content()

    def link(self, part: str = "/account/") -> str:
        found = re.findall(rf"http://127\.0\.0\.1:8000({part}\S+)", self.text())
        return found[0]


def sign_in(client, identifier="tamsin", password=PASSWORD, headers=None, **further):
    return client.post(
        "/account/sign-in", data={"identifier": identifier, "password": password, **further}, headers=headers
    )


def is_in(client) -> bool:
    return client.get("/account").status_code == 200
