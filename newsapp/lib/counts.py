"""Counting without cookies: how often something was asked for, by the hour, and nothing else.

Counts are added up in memory and written once a minute and at a clean stop: on SQLite to ``counts.db`` in the instance
folder, so that counting never takes the site's one writer; on PostgreSQL to a table. No address and no name of a
browser is kept.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.db import Base, db, moment
from newsapp.lib import clock

EVERY = 60.0  # seconds between two writes


class Count(Base):
    """How often a key was counted in one hour (PostgreSQL; SQLite has ``counts.db``)."""

    key: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[moment] = mapped_column(primary_key=True)
    n: Mapped[int]


class Counts:
    """The counts of this process that are not written yet."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._waiting: Counter[tuple[str, int]] = Counter()
        self._timer: threading.Timer | None = None
        self.file = Path(app.config["INSTANCE"]) / "counts.db"
        self._in_file = app.config["DATABASE_URL"].startswith("sqlite")

    def add(self, key: str, n: int = 1) -> None:
        """Count. Costs a dictionary's look-up; the writing comes later, in a thread of its own."""
        hour = int(clock.timestamp() // 3600)
        with self._lock:
            self._waiting[key, hour] += n
            if self._timer is None:
                self._timer = threading.Timer(EVERY, self.write)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> None:
        """Write what is waiting. What cannot be written waits for the next time."""
        with self._lock:
            waiting, self._waiting, self._timer = self._waiting, Counter(), None
        if not waiting:
            return
        try:
            if self._in_file:
                self._write_file(waiting)
            else:
                self._write_table(waiting)
        except Exception:
            with self._lock:
                self._waiting.update(waiting)
            self._app.logger.warning("The view counts could not be written; they wait.", exc_info=True)

    def _write_file(self, waiting: Counter[tuple[str, int]]) -> None:
        with _open(self.file) as connection:
            connection.executemany(
                "INSERT INTO count (key, hour, n) VALUES (?, ?, ?) ON CONFLICT (key, hour) DO UPDATE SET n = n + excluded.n",
                [(key, hour, n) for (key, hour), n in waiting.items()],
            )
        connection.close()

    def _write_table(self, waiting: Counter[tuple[str, int]]) -> None:
        with self._app.app_context(), db.engine.begin() as connection:
            rows = [
                {"key": key, "hour": datetime.fromtimestamp(hour * 3600, UTC), "n": n}
                for (key, hour), n in sorted(waiting.items())
            ]
            statement = insert(Count).values(rows)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[Count.key, Count.hour], set_={"n": Count.n + statement.excluded.n}
                )
            )


def totals(since: datetime, until: datetime) -> dict[str, int]:
    """Add up each key's counts of the hours from that of ``since`` to that of ``until``, both included."""
    counts: Counts = current_app.extensions["counts"]
    if not counts._in_file:
        begin = since.replace(minute=0, second=0, microsecond=0)
        rows = db.session.execute(
            select(Count.key, func.sum(Count.n)).where(Count.hour.between(begin, until)).group_by(Count.key)
        )
        return {key: int(n) for key, n in rows}
    with _open(counts.file) as connection:
        found = connection.execute(
            "SELECT key, sum(n) FROM count WHERE hour BETWEEN ? AND ? GROUP BY key",
            (int(since.timestamp() // 3600), int(until.timestamp() // 3600)),
        ).fetchall()
    connection.close()
    return dict(found)


def _open(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=10)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS count (key TEXT, hour INTEGER, n INTEGER, PRIMARY KEY (key, hour)) STRICT"
    )
    connection.execute("CREATE INDEX IF NOT EXISTS count_hour ON count (hour)")
    return connection


def init_app(app: Flask) -> None:
    app.extensions["counts"] = Counts(app)
