"""The same few people and the same small paper, on SQLite or, with ``--postgres``, on PostgreSQL."""

from __future__ import annotations

import contextvars
import fcntl
import json
import os
import shutil
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from itsdangerous import URLSafeTimedSerializer
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Connection, Dialect, Engine, event, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.orm import close_all_sessions
from werkzeug.routing import Rule

from newsapp import accounts, articles, create_app, sections
from newsapp.accounts import Account, Role
from newsapp.articles import Article, Byline
from newsapp.authors import Author
from newsapp.authors import create as create_author
from newsapp.db import db
from newsapp.lib import clock, counts
from newsapp.sections import Section
from newsapp.site import Site
from tests.newsroom import fill_demo
from tests.servers import Postgres

# Each test makes a paper of its own. What only depends on our source is compiled for the first one of a process: it was two fifths
# of the suite's time.


class Compiled(BytecodeCache):
    """The templates, as Jinja compiled them."""

    def __init__(self) -> None:
        self._kept: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.code


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}


def compiled_once(compile_rule: Callable[[Rule], None]) -> Callable[[Rule], None]:
    """Wrap Werkzeug's compiling of a rule: what is made of one serves its twins in the other tests' papers."""
    kept: dict[tuple[Any, ...], dict[str, Any]] = {}

    def compiled(rule: Rule) -> None:
        key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), rule.merge_slashes)
        made = kept.get(key)
        if made is None:
            compile_rule(rule)
            made = {
                name: getattr(rule, name) for name in ("_parts", "_trace", "_converters", "_build", "_build_unknown")
            }
            kept[key] = made | {name: made[name].__func__ for name in ("_build", "_build_unknown")}
            return
        rule.__dict__.update(made)
        rule.arguments.update(made["_converters"])
        rule._build, rule._build_unknown = (made[name].__get__(rule) for name in ("_build", "_build_unknown"))

    return compiled


def of_one_kind(dialect: type[Dialect]) -> None:
    """Let engines of one kind of database share what SQLAlchemy compiled: their dialects differ in nothing here."""
    dialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign]
    dialect.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign, assignment]


of_one_kind(SQLiteDialect_pysqlite)
of_one_kind(PGDialect_psycopg)
statements: dict[type[Dialect], Any] = defaultdict(dict)


@event.listens_for(Engine, "engine_connect")
def use_what_is_compiled(connection: Connection) -> None:
    connection.engine._compiled_cache = statements[type(connection.dialect)]


Rule.compile = compiled_once(Rule.compile)  # type: ignore[method-assign]

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="run what touches the database on PostgreSQL")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest: one worker would be at it alone when all others are done.

    A file whose tests share a server, or a filled newsroom, is one worker's: each would make its own.
    """
    items.sort(key=lambda item: item.path.name != "test_fresh_pages.py")
    for item in items:
        if item.path.parent.name in ("journeys", "demo"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session", autouse=True)
def no_late_writing() -> None:
    """Let no timer of a paper that a test is done with write to its database."""
    counts.EVERY = timedelta(days=1).total_seconds()


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres | None]:
    """The PostgreSQL server of this run, or nothing where the tests run on SQLite."""
    if not request.config.getoption("--postgres"):
        yield None
        return
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def empty_database(postgres: Postgres | None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with every table and no row, made by the migrations; tests get copies of it."""
    folder = tmp_path_factory.mktemp("empty")
    address = postgres.create("empty") if postgres else f"sqlite:///{folder}/news.db"
    _fill(address, folder, upgrade)
    return address


@pytest.fixture(scope="session")
def planted_database(empty_database: str, postgres: Postgres | None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One with the story that most tests begin with: written anew for each, it was a twelfth of their time."""
    folder = tmp_path_factory.mktemp("planted")
    address = postgres.create("planted", template="empty") if postgres else f"sqlite:///{folder}/news.db"
    if not postgres:
        shutil.copy(empty_database.removeprefix("sqlite:///"), folder / "news.db")
    with clock.kept():
        clock.set_to(NOON)
        _fill(address, folder, _plant)
    return address


def _fill(address: str, folder: Path, fill: Callable[[], object]) -> None:
    app = create_app({"DATABASE_URL": address, "TESTING": True}, instance=folder)
    with app.app_context():
        fill()
        db.session.remove()
        if address.startswith("sqlite"):
            with db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()


@pytest.fixture
def database(request: pytest.FixtureRequest, postgres: Postgres | None, tmp_path: Path) -> Iterator[str]:
    """A database of this test's own: empty, or with the story in it that the test asks for."""
    name = "planted" if "article" in request.fixturenames else "empty"
    template: str = request.getfixturevalue(f"{name}_database")
    if postgres:
        own = f"t{uuid.uuid4().hex[:12]}"
        yield postgres.create(own, template=name)
        close_all_sessions()
        postgres.drop(own)
    else:
        shutil.copy(template.removeprefix("sqlite:///"), tmp_path / "news.db")
        yield f"sqlite:///{tmp_path}/news.db"


@pytest.fixture
def app(database: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app({"DATABASE_URL": database, "TESTING": True}, instance=tmp_path)
    clock.set_to(NOON)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    clock.set_to(None)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's browser."""
    return Browser(app, app.response_class)


class Browser(FlaskClient):
    """A test client that goes through the page cache, as browsers do, and says where its forms come from.

    ``token`` is the one that a page would have put into the forms of somebody signed in; see ``signed_in()``.
    """

    token: str | None = None

    def open(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        if kwargs.get("method", "GET") not in ("GET", "HEAD"):
            headers = dict(kwargs.pop("headers", None) or {})
            headers.setdefault("Sec-Fetch-Site", "same-origin")
            if self.token:
                headers.setdefault("X-CSRFToken", self.token)
            kwargs["headers"] = headers
        # A request begins with no transaction and no context of the test's: a server has none either.
        db.session.rollback()
        return contextvars.Context().run(super().open, *args, **kwargs)


def signed_in(app: Flask, account: Account) -> Browser:
    """Give a browser on which ``account`` is signed in."""
    browser = Browser(app, app.response_class)
    key = accounts.begin(account, "Firefox on Linux")
    db.session.commit()
    with browser.session_transaction() as session:
        session["_user_id"], session["csrf_token"] = key, "of this test"
    secret = app.config["SECRET_KEY"]
    browser.token = URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps("of this test")
    return browser


@pytest.fixture
def site(app: Flask) -> Site:
    return db.session.scalar(select(Site)) or _site()


@pytest.fixture
def world(site: Site) -> Section:
    return db.session.scalar(select(Section)) or _world()


@pytest.fixture
def asia(world: Section) -> Section:
    section = sections.create("Asia Pacific", parent=world)
    db.session.commit()
    return section


@pytest.fixture
def rosalind(site: Site) -> Author:
    return db.session.scalar(select(Author)) or _rosalind()


@pytest.fixture
def article(world: Section, rosalind: Author) -> Article:
    """A story that has been public for an hour."""
    return db.session.scalars(select(Article)).one()


def _site() -> Site:
    row = Site(name="The Test Paper")
    row.set(zone="Europe/London", language="en-GB", tagline="All the news that is planted")
    db.session.add(row)
    db.session.commit()
    return row


def _world() -> Section:
    section = sections.create("World", description="Abroad")
    db.session.commit()
    return section


def _rosalind() -> Author:
    author = create_author("Rosalind Achterberg", role="Europe correspondent", bio="She reports on rivers.")
    db.session.commit()
    return author


def _plant() -> None:
    _site()
    world, rosalind = _world(), _rosalind()
    story = articles.write(
        "Barges return to the Ostrel",
        world,
        "<p>The river rose. <a href='https://example.org/'>Figures</a></p><h2>Why</h2><p>Rain.</p>",
        standfirst="Eleven centimetres made the difference.",
        topics=["Rivers"],
        bylines=[Byline(author=rosalind, author_id=rosalind.id, role="Europe correspondent")],
    )
    story.publish(at=datetime(2026, 3, 14, 11, 0, tzinfo=UTC))
    db.session.commit()


@pytest.fixture
def reader(app: Flask) -> Account:
    return _account("Tamsin Kerrigold", Role.READER)


@pytest.fixture
def editor(app: Flask) -> Account:
    return _account("Edda Editor", Role.EDITOR)


@pytest.fixture
def moderator(app: Flask) -> Account:
    return _account("Moses Moderator", Role.MODERATOR)


def _account(name: str, role: Role) -> Account:
    username = name.split(maxsplit=1)[0].lower()
    account = Account(name=name, username=username, email=f"{username}@example.org", role=role)
    db.session.add(account)
    db.session.commit()
    return account


@pytest.fixture(scope="session")
def demo_site(postgres: Postgres | None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of a filled demo newsroom; tests read it and leave it as it is."""
    folder, database = tmp_path_factory.mktemp("demo"), postgres.create("demo") if postgres else None
    with clock.kept():
        clock.set_to(None)  # a test that has stopped it may be the first to ask for the paper
        if database or "PYTEST_XDIST_WORKER" not in os.environ:
            return fill_demo(folder, database)
        # One worker writes it for all; each has a copy, which its tests may write into.
        written = tmp_path_factory.getbasetemp().parent / "demo-written"
        with written.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (written / "settings.json").exists():
                written.mkdir()
                (written / "settings.json").write_text(json.dumps(fill_demo(written)))
        shutil.copytree(written, folder, dirs_exist_ok=True)
        own = {"NEWSAPP_INSTANCE": str(folder), "NEWSAPP_DATABASE_URL": f"sqlite:///{folder}/news.db"}
        return json.loads((written / "settings.json").read_text()) | own


@pytest.fixture
def demo_app(demo_site: dict[str, str]) -> Iterator[Flask]:
    """The application on the demo newsroom, for reading."""
    overrides = {
        "DATABASE_URL": demo_site["NEWSAPP_DATABASE_URL"],
        "MEDIA_URL": Path(demo_site["NEWSAPP_MEDIA_URL"]),
        "TESTING": True,
    }
    app = create_app(overrides, instance=Path(demo_site["NEWSAPP_INSTANCE"]))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("NEWSAPP_") and name != "NEWSAPP_CHROMIUM"]:
        monkeypatch.delenv(name)
