"""An issue on its way to thousands, through a real mail server, while whoever sends it is killed again and again.

``python -m tools.soak.newsletter FOLDER DATABASE SERVER READERS`` is the worker: it sends until nothing is left to send.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import psutil
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from newsapp import articles, create_app, newsletter, sections
from newsapp.db import db
from newsapp.lib import clock
from newsapp.newsletter import Delivery, Issue, sending
from newsapp.newsletter.issues import list_unsure
from newsapp.outbox import Smtp
from newsapp.site import Site
from tests.newsletter.subscribers import EDIT, subscribed
from tests.outbox.mailserver import MailServer, mail_server
from tests.servers import ROOT, Postgres

LEASE = timedelta(seconds=1)  # here only: 20 deaths would be waited for otherwise
STUCK = 120  # seconds without a letter


@contextmanager
def paper(readers: int, on_postgres: bool) -> Iterator[tuple[Flask, str, str]]:
    """Give a new paper with an issue that is due."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="newsapp-soak-"))
        database = stack.enter_context(Postgres()).create("soak") if on_postgres else f"sqlite:///{folder}/news.db"
        app = _app(folder, database, readers)
        with app.app_context():
            upgrade()
            db.session.add(Site(name="The Soak"))
            world = sections.create("World")
            stories = [
                articles.write(f"Story {n}", world, "<p>So.</p>", standfirst="It rained. " * 9) for n in range(6)
            ]
            for story in stories:
                story.publish()
            db.session.flush()
            issue = newsletter.begin(EDIT.id, "The morning")
            issue.write("The morning", "Good morning.", [story.id for story in stories])
            issue.schedule(clock.now())
            db.session.commit()
            yield app, folder, database
            db.session.remove()
            db.engine.dispose()


def send(app: Flask, folder: str, database: str, readers: int, kills: int) -> tuple[list[float], float, int, list[str]]:
    """Send it; gives the seconds between letters, those in all, the worker's most bytes of memory, and what is wrong."""
    chance, gaps, memory, started = random.Random(7), [], 0, time.monotonic()
    deaths = sorted(chance.sample(range(1, readers - 1), kills))
    with mail_server() as (server, address):
        worker = _worker(folder, database, address, readers)
        seen, seen_at = 0, started
        while worker.poll() is None:
            time.sleep(chance.random() / 50)
            now, n = time.monotonic(), len(server.letters)
            if n > seen:
                gaps += [(now - seen_at) / (n - seen)] * (n - seen)
                seen, seen_at = n, now
                memory = max(memory, psutil.Process(worker.pid).memory_info().rss) if worker.poll() is None else memory
            if deaths and n >= deaths[0]:
                deaths.pop(0)
                worker.kill()
                worker.wait()
                worker = _worker(folder, database, address, readers)
            if now - seen_at > STUCK:
                worker.kill()
                break
        took = time.monotonic() - started
        return gaps, took, memory, _faults(app, server, address, readers, kills, len(deaths), worker.wait())


def _faults(
    app: Flask, server: MailServer, address: str, readers: int, kills: int, not_killed: int, code: int
) -> list[str]:
    list_unsure(clock.now() + timedelta(seconds=1))
    db.session.commit()
    newsletter.send_due(Smtp(address))
    arrived = Counter(to for _, receivers in server.envelopes for to in receivers)
    known = set(app.extensions["audience"].known.values())
    unsure = set(db.session.scalars(select(Delivery.address).where(Delivery.unsure_at.is_not(None))))
    missed = known - set(arrived) - unsure
    print(f"{readers:,} readers, {kills - not_killed} kills: {len(arrived):,} got it, {sum(arrived.values()) - len(arrived)} twice, "
          f"{len(missed)} missed, {len(unsure)} unsure (of them {len(unsure & set(arrived))} arrived)")  # fmt: skip
    faults = []
    if any(n > 1 for n in arrived.values()):
        faults.append(f"{sum(n > 1 for n in arrived.values())} got it twice")
    if missed or set(arrived) - known:
        faults.append(f"{len(missed)} were missed, {len(set(arrived) - known)} are strangers")
    if len(unsure) > kills or not_killed or code:
        faults.append(f"{len(unsure)} are unsure after {kills - not_killed} kills; the last worker ended with {code}")
    if db.session.scalars(select(Issue)).one().state != "sent":
        faults.append("the issue is not sent")
    return faults


def _worker(folder: str, database: str, address: str, readers: int) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-m", "tools.soak.newsletter", folder, database, address, str(readers)]
    return subprocess.Popen(arguments, cwd=ROOT, env={**os.environ, "NEWSAPP_JOBS": "no"})


def _app(folder: str, database: str, readers: int) -> Flask:
    app = create_app({"DATABASE_URL": database, "TESTING": True, "JOBS": False, "NEWSLETTER_PER_MINUTE": 0}, instance=Path(folder))  # fmt: skip
    subscribed(app, readers)
    return app


def main() -> None:
    folder, database, address, readers = sys.argv[1:]
    sending.LEASE, sending.RENEWED_AFTER = LEASE, LEASE / 4
    app = _app(folder, database, int(readers))
    with app.app_context():
        while _is_open():
            newsletter.send_due(Smtp(address))
            time.sleep(0.1)


def _is_open() -> bool:
    """Tell whether anything is left to send: not what a dead worker had in its hands."""
    issue = db.session.scalars(select(Issue)).one()
    waits = db.session.scalar(select(Delivery.id).where(Delivery.due_at.is_not(None)).limit(1))
    db.session.rollback()
    return issue.filled_at is None or waits is not None


if __name__ == "__main__":
    main()
