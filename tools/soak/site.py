"""A paper with one story, served by real processes, and people who are signed in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from flask import Flask
from flask_migrate import upgrade
from itsdangerous import URLSafeTimedSerializer

from newsapp import accounts, articles, create_app, sections
from newsapp.accounts import Role
from newsapp.db import db
from newsapp.lib import clock
from newsapp.site import Site
from tests.servers import Postgres, serving

SLUG = "barges-return"
PASSWORD = "seven lamps on the quay"
TOKEN = "of this soak"


@dataclass(frozen=True)
class Person:
    """Somebody with an account: how they sign in, and what their browser holds once they have."""

    username: str
    cookie: str
    token: str
    network: str  # where they are, as the proxy in front of the site says


@dataclass(frozen=True)
class Served:
    """The site while it is served."""

    app: Flask  # on the same database, to count in
    address: str
    people: list[Person]

    @property
    def story(self) -> str:
        return f"{self.address}/articles/{SLUG}"


@contextmanager
def served(people: int, workers: int, on_postgres: bool = False) -> Iterator[Served]:
    """Serve a new paper for as many people, by as many processes."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsapp-soak-")))
        database = f"sqlite:///{folder}/news.db"
        if on_postgres:
            database = stack.enter_context(Postgres()).create("soak")
        app = create_app({"DATABASE_URL": database, "TESTING": True, "JOBS": False}, instance=folder)
        with app.app_context():
            upgrade()
            known = _plant(app, people)
            db.session.remove()
            db.engine.dispose()
        settings = {
            "NEWSAPP_INSTANCE": str(folder), "NEWSAPP_DATABASE_URL": database, "NEWSAPP_WORKERS": str(workers),
            "NEWSAPP_COMMENTS_FIRST_HELD": "0", "NEWSAPP_PROXIES": "1",
        }  # fmt: skip
        address = stack.enter_context(serving(settings))
        with app.app_context():
            yield Served(app, address, known)
            db.session.remove()
            db.engine.dispose()


def _plant(app: Flask, people: int) -> list[Person]:
    db.session.add(Site(name="The Soak"))
    story = articles.write("Barges return", sections.create("World"), "<p>The river rose.</p>" * 12, slug=SLUG)
    story.publish(at=clock.now() - timedelta(hours=1))
    made = []
    signer = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token")
    for n in range(people):
        account = accounts.create(f"Reader {n}", f"reader{n}", f"reader{n}@example.org", _hashed(), Role.READER)
        key = accounts.begin(account, "Firefox on Linux")
        cookie = app.session_interface.get_signing_serializer(app).dumps({"_user_id": key, "csrf_token": TOKEN})  # type: ignore[attr-defined]
        network = f"10.{n // 65536}.{n // 256 % 256}.{n % 256}"
        made.append(
            Person(account.username, f"{app.config['SESSION_COOKIE_NAME']}={cookie}", signer.dumps(TOKEN), network)
        )
    db.session.commit()
    return made


@cache
def _hashed() -> str:
    """Hash the password that everybody has: once, because it is slow on purpose."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)
