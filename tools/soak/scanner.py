"""A mail scanner that opens every link of many letters, by GET and by HEAD, as those of large companies do."""

from __future__ import annotations

import re
import tempfile
import time
from contextlib import ExitStack
from email.message import EmailMessage
from html import unescape
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from newsapp import articles, create_app, newsletter, outbox, sections
from newsapp.db import Base, db
from newsapp.lib import clock
from newsapp.outbox import Smtp
from newsapp.site import Site
from tests.outbox.mailserver import mail_server
from tests.servers import Postgres

_LINK = re.compile(r"https?://127\.0\.0\.1:8000([^\s\"'<>]*)")


def scan(letters: int, on_postgres: bool) -> tuple[list[float], float, list[str]]:
    """Send two issues' letters for each that asks for a yes, open all links; gives seconds of each request, in all, and what is wrong."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="newsapp-soak-"))
        database = stack.enter_context(Postgres()).create("soak") if on_postgres else f"sqlite:///{folder}/news.db"
        app = create_app(
            {"DATABASE_URL": database, "TESTING": True, "JOBS": False, "NEWSLETTER_PER_MINUTE": 0}, instance=Path(folder)
        )  # fmt: skip
        stack.enter_context(app.app_context())
        upgrade()
        server, address = stack.enter_context(mail_server())
        _write(letters)
        newsletter.send_due(Smtp(address))
        while outbox.send_due(Smtp(address)):
            pass
        got = list(server.letters)
        links = {link.rstrip(".") for letter in got for link in _LINK.findall(_words(letter))}
        faults = [] if len(got) >= letters else [f"{len(got):,} of {letters:,} letters came"]
        took, lasted, refused = _open(app, sorted(links))
        print(f"{len(got):,} letters with {len(links):,} different links, each asked for by GET and by HEAD")
        db.session.remove()
        db.engine.dispose()
        return took, lasted, faults + refused


def _write(letters: int) -> None:
    """Let two thirds of the readers get an issue, and one third be asked whether they want it."""
    db.session.add(Site(name="The Soak"))
    world = sections.create("World")
    story = articles.write("The river rose", world, "<p>So.</p>", standfirst="It rained.")
    story.publish()
    made = newsletter.found_newsletter("The Morning")
    db.session.flush()
    for n in range(letters):
        who, _ = newsletter.ask(f"reader{n}@example.org", [made.id], "page")
        if n % 3:
            newsletter.confirm(who)
        else:
            newsletter.letters.to_confirm(who, is_new=True)
    issue = newsletter.begin(made.id, "The morning")
    issue.write("The morning", "Good morning.", [story.id])
    issue.schedule(clock.now())
    db.session.commit()


def _words(letter: EmailMessage) -> str:
    heads = "\n".join(f"{name}: {value}" for name, value in letter.items())
    return unescape(
        heads + "\n".join(part.get_content() for part in letter.walk() if part.get_content_maintype() == "text")
    )


def _open(app: Flask, links: list[str]) -> tuple[list[float], float, list[str]]:
    before, took, faults, started = _everything(), [], [], time.monotonic()
    scanner = app.test_client()
    for link in links:
        for ask in (scanner.get, scanner.head):
            begun = time.monotonic()
            answer = ask(link or "/")
            took.append(time.monotonic() - begun)
            if answer.status_code not in (200, 301, 302, 303):
                faults.append(f"{link.rpartition('/')[0]}/…: {answer.status_code}")
    lasted = time.monotonic() - started
    now = _everything()
    faults += [f"{table} is not what it was" for table, rows in before.items() if rows != now[table]]
    return sorted(took), lasted, faults


def _everything() -> dict[str, list[str]]:
    """Give all that the database holds."""
    db.session.rollback()
    found = {table.name: sorted(repr(tuple(row)) for row in db.session.execute(select(table))) for table in Base.metadata.sorted_tables}  # fmt: skip
    db.session.rollback()
    return found
