"""Counting without cookies: how often something was asked for, by the hour, and what was asked for and is not there.

Counts are added up in memory and written once a minute and at a clean stop: on SQLite to ``counts.db`` in the instance
folder, so that counting never takes the site's one writer; on PostgreSQL to a table. No address and no name of a
browser is kept.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import Connection, Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.db import Base, db, moment
from newsapp.lib import clock

EVERY = 60.0  # seconds between two writes
# Whoever asks for a million random paths must not fill a disk: so many are kept in memory between two writes, and in the
# table. What is asked for once is the first to go, so an address that readers miss outlasts any flood.
PATHS_WAITING, PATHS_KEPT = 500, 5000
PATH_LENGTH = 200  # letters
COUNTED_AT_MOST = 10_000  # keys noted before they are added up
OTHERS = "(others)"  # the paths that there was no room for, in one line
PROBES = "(probes)"  # what programs that look for holes ask every site for, in one line
_PROBE = re.compile(
    r"""/\.(?!well-known/) | /wp-(login|admin|includes|config|cron|signup) | /xmlrpc | /wlwmanifest | \.(aspx?|cgi|jsp|env|sql|bak|ini|sh|exe)$
    | phpmyadmin | phpinfo | phpunit | /cgi-bin | /vendor/ | /actuator | /solr | /boaform | /hnap1 | /_ignition | eval-stdin
    | \.\./ | [<>{}|"'`\\] """,
    re.I | re.X,
)
_OF_ONE_PERSON = re.compile(r"/(account|desk|newsletter|preview)(/|$)")  # their addresses hold secrets: tokens


class Count(Base):
    """How often a key was counted in one hour (PostgreSQL; SQLite has ``counts.db``)."""

    key: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[moment] = mapped_column(primary_key=True)
    n: Mapped[int]


class MissingPage(Base):
    """An address that was asked for and is not there (PostgreSQL; SQLite has ``counts.db``). Nothing of who asked."""

    path: Mapped[str] = mapped_column(primary_key=True)  # at most PATH_LENGTH letters; or OTHERS, PROBES
    n: Mapped[int]
    first_at: Mapped[moment]
    last_at: Mapped[moment]


@dataclass
class Missed:
    """How often a path was asked for in vain, and when, in seconds since 1970."""

    path: str
    n: int
    first_at: int
    last_at: int

    def add(self, other: Missed) -> None:
        self.n += other.n
        self.first_at, self.last_at = min(self.first_at, other.first_at), max(self.last_at, other.last_at)


class Counts:
    """The counts of this process that are not written yet."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._counted: list[str] = []  # keys, as they came
        self._waiting: Counter[tuple[str, int]] = Counter()  # what was added up of them, by the hour
        self._missed: dict[str, Missed] = {}
        self._timer: threading.Timer | None = None
        self.file = Path(app.config["INSTANCE"]) / "counts.db"
        self._in_file = app.config["DATABASE_URL"].startswith("sqlite")

    def add(self, key: str) -> None:
        """Count one. A kept page takes 25 microseconds, so this only notes the key; it is added up later.

        What is noted at the end of an hour may be added up in the next, a minute later at most.
        """
        self._counted.append(key)
        if self._timer is None or len(self._counted) >= COUNTED_AT_MOST:
            with self._lock:
                self._add_up()
                self._write_soon()

    def add_many(self, key: str, n: int) -> None:
        """Count ``n`` at once."""
        with self._lock:
            self._waiting[key, int(clock.timestamp() // 3600)] += n
            self._write_soon()

    def _add_up(self) -> None:
        # Cut off and not exchanged: another thread may have the list in hand, about to note a key in it.
        n = len(self._counted)
        counted = self._counted[:n]
        del self._counted[:n]
        hour = int(clock.timestamp() // 3600)
        for key, times in Counter(counted).items():
            self._waiting[key, hour] += times

    def add_missing(self, path: str) -> None:
        """Count an address that is not there. ``path`` is decoded; of who asked for it nothing is known here."""
        if _OF_ONE_PERSON.match(path):
            return
        now = int(clock.timestamp())
        with self._lock:
            self._note(Missed(_as_kept(path), 1, now, now))
            self._write_soon()

    def _note(self, missed: Missed) -> None:
        if missed.path not in self._missed and len(self._missed) >= PATHS_WAITING:
            missed.path = OTHERS
        known = self._missed.setdefault(missed.path, missed)
        if known is not missed:
            known.add(missed)

    def _write_soon(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(EVERY, self.write)
            self._timer.daemon = True
            self._timer.start()

    def write(self) -> None:
        """Write what is waiting. What cannot be written waits for the next time."""
        with self._lock:
            self._add_up()
            waiting, self._waiting, self._timer = self._waiting, Counter(), None
            missed, self._missed = self._missed, {}
        if not waiting and not missed:
            return
        try:
            if self._in_file:
                self._write_file(waiting, missed)
            else:
                self._write_table(waiting, missed)
        except Exception:
            with self._lock:
                self._waiting.update(waiting)
                for one in missed.values():
                    self._note(one)
            self._app.logger.warning("The counts could not be written; they wait.", exc_info=True)

    def _write_file(self, waiting: Counter[tuple[str, int]], missed: dict[str, Missed]) -> None:
        with _open(self.file) as connection:
            connection.executemany(
                "INSERT INTO count (key, hour, n) VALUES (?, ?, ?) ON CONFLICT (key, hour) DO UPDATE SET n = n + excluded.n",
                [(key, hour, n) for (key, hour), n in waiting.items()],
            )
            if missed:
                connection.executemany(
                    "INSERT INTO missing_page (path, n, first_at, last_at) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT (path) DO UPDATE SET n = n + excluded.n, last_at = max(last_at, excluded.last_at)",
                    [(one.path, one.n, one.first_at, one.last_at) for one in missed.values()],
                )
                connection.execute(
                    "DELETE FROM missing_page WHERE path IN (SELECT path FROM missing_page ORDER BY n DESC, last_at DESC, path "
                    "LIMIT -1 OFFSET ?)",
                    (PATHS_KEPT,),
                )
        connection.close()

    def _write_table(self, waiting: Counter[tuple[str, int]], missed: dict[str, Missed]) -> None:
        with self._app.app_context(), db.engine.begin() as connection:
            if waiting:
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
            if missed:
                _write_missed(connection, missed)


def _write_missed(connection: Connection, missed: dict[str, Missed]) -> None:
    rows = [
        {
            "path": one.path,
            "n": one.n,
            "first_at": datetime.fromtimestamp(one.first_at, UTC),
            "last_at": datetime.fromtimestamp(one.last_at, UTC),
        }
        for _, one in sorted(missed.items())  # in one order, so that two processes never wait for each other
    ]
    statement = insert(MissingPage).values(rows)
    last = func.greatest(MissingPage.last_at, statement.excluded.last_at)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[MissingPage.path], set_={"n": MissingPage.n + statement.excluded.n, "last_at": last}
        )
    )
    too_many = _most_missed().with_only_columns(MissingPage.path).offset(PATHS_KEPT)
    connection.execute(delete(MissingPage).where(MissingPage.path.in_(too_many)))


def _as_kept(path: str) -> str:
    """Give the line that a missing path is counted in: in one piece, short, and without an address of a person."""
    if _PROBE.search(path):
        return PROBES
    path = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in path)
    path = re.sub(r"[^/]*@[^/]*", "…", path)
    return path if len(path) <= PATH_LENGTH else f"{path[: PATH_LENGTH - 1]}…"


def missing_pages(limit: int = PATHS_KEPT) -> list[Missed]:
    """Give what was asked for and is not there, most often first."""
    counts: Counts = current_app.extensions["counts"]
    if not counts._in_file:
        rows = db.session.scalars(_most_missed().limit(limit))
        return [Missed(row.path, row.n, int(row.first_at.timestamp()), int(row.last_at.timestamp())) for row in rows]
    with _open(counts.file) as connection:
        found = connection.execute(
            "SELECT path, n, first_at, last_at FROM missing_page ORDER BY n DESC, last_at DESC, path LIMIT ?", (limit,)
        ).fetchall()
    connection.close()
    return [Missed(*row) for row in found]


def _most_missed() -> Select[MissingPage]:
    return select(MissingPage).order_by(MissingPage.n.desc(), MissingPage.last_at.desc(), MissingPage.path)


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


def by_the_hour(since: datetime, until: datetime) -> dict[int, int]:
    """Add up the stories that were read in each hour from that of ``since`` to that of ``until``: {hours since 1970: views}."""
    counts: Counts = current_app.extensions["counts"]
    first, last = int(since.timestamp() // 3600), int(until.timestamp() // 3600)
    if not counts._in_file:
        begin = since.replace(minute=0, second=0, microsecond=0)
        is_story = Count.key.regexp_match("^[0-9]+$")
        rows = db.session.execute(
            select(Count.hour, func.sum(Count.n)).where(Count.hour.between(begin, until), is_story).group_by(Count.hour)
        )
        return {int(hour.timestamp() // 3600): int(n) for hour, n in rows}
    with _open(counts.file) as connection:
        found = connection.execute(
            "SELECT hour, sum(n) FROM count WHERE hour BETWEEN ? AND ? AND key NOT GLOB '*[^0-9]*' GROUP BY hour",
            (first, last),
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
    connection.execute(
        "CREATE TABLE IF NOT EXISTS missing_page (path TEXT PRIMARY KEY, n INTEGER, first_at INTEGER, last_at INTEGER) STRICT"
    )
    return connection


def init_app(app: Flask) -> None:
    app.extensions["counts"] = Counts(app)
