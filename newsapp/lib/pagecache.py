"""The page cache: finished pages, compressed, answered before Flask is asked.

A page is kept with the tags of all that it shows, the generation of the snapshot that it was made in, and its expiry.
Every hit is checked: on SQLite against ``PRAGMA data_version``, which sees any process's commit; on PostgreSQL
against the newest generation, asked for at most once a second and at once by the process that wrote. One request
makes a page while others wait for it.
"""

from __future__ import annotations

import hashlib
import logging
import re
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

import brotli
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from newsapp.lib import clock, preferences, tags
from newsapp.lib.compress import compress

log = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
OUR_COOKIES = ("session=",)
WAIT = 5.0  # seconds that a request waits for another that makes the same page
# What other sites hang on to our addresses; it changes nothing on the page.
_TRACKING = re.compile(r"(?:^|&)(?:utm_\w+|fbclid|gclid|mc_cid|mc_eid|igshid|ref_src)=", re.I)
_BOT = re.compile(
    r"bot|crawl|spider|slurp|preview|fetch|monitor|curl|wget|python|headless|lighthouse|http|scan|feed", re.I
)


@dataclass(frozen=True)
class Made:
    """What the application says of a page that it has just made."""

    tags: frozenset[str]
    generation: int | None
    expires_at: float | None  # seconds since 1970
    may_keep: bool
    counts: str | None


@dataclass
class Kept:
    """A finished page. ``bodies`` has it in each encoding that was asked for."""

    headers: list[tuple[str, str]]
    etag: str
    bodies: dict[str, bytes]
    made: Made
    generation: int  # the newest in which it was found true
    size: int
    was_used: bool = False
    ready: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # headers, by encoding


class Versions(Protocol):
    """Tells how new the database is, without the application."""

    def newest(self) -> int:
        """Give the newest generation; raises where the database cannot be asked."""

    def is_raised(self, wanted: Iterable[str], since: int) -> bool:
        """Tell whether one of the tags was raised later than ``since``."""


_commits_here = 0  # by this process, of any of its sessions


@event.listens_for(Session, "after_commit")
def _count_commit(_session: Session) -> None:
    global _commits_here
    _commits_here += 1


class _AskedVersions:
    """Asks at most once in ``EVERY`` seconds, but at once where this process has just committed."""

    EVERY: float

    def __init__(self) -> None:
        self._asked_at = -self.EVERY
        self._commits = -1
        self._generation = 0

    def newest(self) -> int:
        now = time.monotonic()
        if now - self._asked_at >= self.EVERY or self._commits != _commits_here:
            # Noted before asking: a commit that comes while we ask makes the next request ask again.
            self._asked_at, self._commits = now, _commits_here
            try:
                self._generation = self._ask()
            except Exception:
                self._commits = -1
                raise
        return self._generation

    def _ask(self) -> int:
        raise NotImplementedError


class SQLiteVersions(_AskedVersions):
    """Asks on a raw connection of its own that never writes, and in a fifth of a millisecond once.

    Nobody can have heard of another process's change and asked for the page in less; asking takes a third of the time
    of a kept page, so what comes faster than 5,000 requests a second shares one answer.
    """

    EVERY = 0.0002

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._data_version = -1

    def _ask(self) -> int:
        with self._lock:
            connection = self._open()
            (version,) = self._cursor.execute("PRAGMA data_version").fetchone()
            if version != self._data_version:
                row = connection.execute("SELECT generation FROM tag_version WHERE tag = '*'").fetchone()
                self._generation = row[0] if row else 0
                self._data_version = version
            return self._generation

    def is_raised(self, wanted: Iterable[str], since: int) -> bool:
        names = sorted(wanted)
        with self._lock:
            connection = self._open()
            for start in range(0, len(names), 500):
                some = names[start : start + 500]
                marks = ",".join("?" * len(some))
                found = connection.execute(
                    f"SELECT 1 FROM tag_version WHERE tag IN ({marks}) AND generation > ? LIMIT 1",  # noqa: S608
                    (*some, since),
                ).fetchone()
                if found:
                    return True
            return False

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, check_same_thread=False)
            self._connection.execute("PRAGMA query_only=1")
            self._cursor = self._connection.cursor()  # one for all: making one costs as much as asking
        return self._connection


class EngineVersions(_AskedVersions):
    """Asks through the engine, once a second."""

    EVERY = 1.0

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    def _ask(self) -> int:
        with self._engine.connect() as connection:
            return tags.generation(connection)

    def is_raised(self, wanted: Iterable[str], since: int) -> bool:
        with self._engine.connect() as connection:
            return tags.is_raised_since(connection, wanted, since)


class _Flight:
    """A page that is being made."""

    def __init__(self) -> None:
        self.landed = threading.Event()


class PageCache:
    """WSGI middleware. Give it ``environ`` as the server does."""

    def __init__(
        self,
        app: Callable[[Environ, StartResponse], Iterable[bytes]],
        versions: Versions,
        max_bytes: int,
        count: Callable[[str], None] = lambda key: None,
        *,
        keeps: bool = True,
        count_missing: Callable[[str], None] = lambda path: None,
    ) -> None:
        self._app = app
        self._versions = versions
        self._max_bytes = max_bytes
        self._count = count
        self._keeps = keeps
        self._count_missing = count_missing
        self._pages: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0
        self._flights: dict[str, _Flight] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = self._key(environ)
        if key is None:
            return self._pass(environ, start_response)
        kept = self._find(key)
        if kept is None:
            kept = self._wait_for(key)
        if kept is not None:
            return self._answer(environ, start_response, kept)
        return self._make(key, environ, start_response)

    def _key(self, environ: Environ) -> str | None:
        """Give the name of the page that is asked for; ``None`` where it may be one person's."""
        if not self._keeps or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        preference = "auto.m"
        cookies = environ.get("HTTP_COOKIE")
        if cookies:
            for cookie in cookies.split(";"):
                cookie = cookie.strip()
                if cookie.startswith(OUR_COOKIES):
                    return None
                if cookie.startswith("prefs="):
                    preference = preferences.read(cookie[6:].strip('"')).cookie
        part = "part" if environ.get("HTTP_HX_REQUEST") and environ.get("HTTP_HX_REQUEST_TYPE") == "partial" else ""
        query = environ.get("QUERY_STRING", "")
        if query and _TRACKING.search(query):
            query = environ["QUERY_STRING"] = _without_tracking(query)
        return f"{preference} {part} {environ['PATH_INFO']}?{query}"

    def _find(self, key: str) -> Kept | None:
        """Give the page if it is kept and still true."""
        kept = self._pages.get(key)
        if kept is None:
            return None
        if kept.made.expires_at is not None and kept.made.expires_at <= clock.timestamp():
            self._drop(key, kept)
            return None
        try:
            newest = self._versions.newest()
            if kept.generation != newest:
                if self._versions.is_raised(kept.made.tags, kept.made.generation or 0):
                    self._drop(key, kept)
                    return None
                kept.generation = newest
        except Exception:
            # The database cannot be asked. What was true a moment ago is better than an error.
            log.warning("The database does not answer; reading is served from memory.", exc_info=True)
        kept.was_used = True
        return kept

    def _wait_for(self, key: str) -> Kept | None:
        """Wait while another request makes the page; ``None`` where this one must."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is None:
                self._flights[key] = _Flight()
                return None
        flight.landed.wait(WAIT)
        return self._find(key)

    def _make(self, key: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        asked = environ["REQUEST_METHOD"], environ.pop("HTTP_IF_NONE_MATCH", None)
        environ["REQUEST_METHOD"] = "GET"  # the body is wanted for the next who asks
        try:
            status, headers, body = _run(self._app, environ)
            environ["REQUEST_METHOD"] = asked[0]
            if asked[1] is not None:
                environ["HTTP_IF_NONE_MATCH"] = asked[1]
            made: Made | None = environ.get("newsapp.made")
            if made is not None and made.may_keep and status.startswith("200"):
                kept = self._keep(key, headers, body, made)
                return self._answer(environ, start_response, kept)
        finally:
            with self._lock:
                flight = self._flights.pop(key, None)
            if flight is not None:
                flight.landed.set()
        return self._send(environ, start_response, status, headers, body)

    def _pass(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer without keeping anything. A file is handed on as it is; a page is compressed."""
        started: list[Any] = []
        output = self._app(environ, lambda status, headers, exc_info=None: started.extend((status, headers)))
        if not isinstance(output, (list, tuple)) and started and not _is_text(started[1]):
            start_response(*started)
            return output
        try:
            body = b"".join(output)
        finally:
            if hasattr(output, "close"):
                output.close()
        return self._send(environ, start_response, started[0], started[1], body)

    def _keep(self, key: str, headers: list[tuple[str, str]], body: bytes, made: Made) -> Kept:
        packed = brotli.compress(body, quality=5)
        kept = Kept(
            headers=[*(h for h in headers if h[0].lower() not in _OWN_HEADERS), ("Vary", _vary(headers))],
            etag=hashlib.blake2b(body, digest_size=12).hexdigest(),
            bodies={"br": packed},
            made=made,
            generation=made.generation or 0,
            size=len(packed) + len(key) + 4096,
        )
        with self._lock:
            before = self._pages.pop(key, None)
            if before is not None:
                self._bytes -= before.size
            self._pages[key] = kept
            self._bytes += kept.size
            while self._bytes > self._max_bytes and len(self._pages) > 1:
                name, oldest = self._pages.popitem(last=False)
                if oldest.was_used:  # a second chance, at the other end of the line
                    oldest.was_used = False
                    self._pages[name] = oldest
                else:
                    self._bytes -= oldest.size
        return kept

    def _drop(self, key: str, kept: Kept) -> None:
        with self._lock:
            if self._pages.get(key) is kept:
                del self._pages[key]
                self._bytes -= kept.size

    def _answer(self, environ: Environ, start_response: StartResponse, kept: Kept) -> Iterable[bytes]:
        encoding = encoding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
        body = kept.bodies.get(encoding)
        if body is None:
            body = compress(brotli.decompress(kept.bodies["br"]), encoding)
            with self._lock:
                kept.bodies[encoding] = body
                kept.size += len(body)
                self._bytes += len(body)
        ready = kept.ready.get(encoding)
        if ready is None:
            ready = [*kept.headers, ("ETag", f'"{kept.etag}-{encoding}"'), ("Content-Length", str(len(body)))]
            if encoding != "identity":
                ready.append(("Content-Encoding", encoding))
            kept.ready[encoding] = ready
        if kept.made.counts is not None and environ["REQUEST_METHOD"] == "GET":
            self._count_view(environ, kept.made.counts)
        wanted = environ.get("HTTP_IF_NONE_MATCH")
        if wanted and kept.etag in wanted:
            start_response("304 Not Modified", [(n, v) for n, v in ready if n not in _NOT_IN_304])
            return []
        start_response("200 OK", ready)
        return [body] if environ["REQUEST_METHOD"] == "GET" else []  # a list: granian sends it at once

    def _send(
        self, environ: Environ, start_response: StartResponse, status: str, headers: list[tuple[str, str]], body: bytes
    ) -> Iterable[bytes]:
        """Send an answer that is not kept, compressed where it is text of some length."""
        made: Made | None = environ.get("newsapp.made")
        if made is not None and made.counts is not None and status[:3] == "200" and environ["REQUEST_METHOD"] == "GET":
            self._count_view(environ, made.counts)
        if status[:3] == "404" and environ["REQUEST_METHOD"] == "GET":
            # Crawlers count, too: what a search engine still has of an old site is what a redirect is wanted for.
            self._count_missing(environ["PATH_INFO"].encode("latin-1", "replace").decode("utf-8", "replace"))
        has = {name.lower() for name, _ in headers}
        if len(body) > 500 and "content-encoding" not in has and _is_text(headers):
            encoding = encoding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
            if encoding != "identity":
                body = compress(body, encoding, fast=True)
                headers = [(n, v) for n, v in headers if n.lower() != "content-length"]
                headers += [("Content-Encoding", encoding), ("Content-Length", str(len(body)))]
        if "vary" not in has and _is_text(headers):
            headers = [*headers, ("Vary", "Accept-Encoding")]
        start_response(status, headers)
        return [body] if environ["REQUEST_METHOD"] != "HEAD" else []

    def _count_view(self, environ: Environ, key: str) -> None:
        purpose = environ.get("HTTP_SEC_PURPOSE") or environ.get("HTTP_PURPOSE") or ""
        if "prefetch" not in purpose and not _is_bot(environ.get("HTTP_USER_AGENT", "")):
            self._count(key)


_OWN_HEADERS = {"content-length", "content-encoding", "etag", "vary"}
_NOT_IN_304 = {"Content-Length", "Content-Encoding", "Content-Type"}


def _run(app: Callable[..., Iterable[bytes]], environ: Environ) -> tuple[str, list[tuple[str, str]], bytes]:
    """Run the application to its end and give its whole answer."""
    started: list[Any] = []
    output = app(environ, lambda status, headers, exc_info=None: started.extend((status, headers)))
    try:
        body = b"".join(output)
    finally:
        if hasattr(output, "close"):
            output.close()
    return started[0], started[1], body


def _vary(headers: list[tuple[str, str]]) -> str:
    return ", ".join([*(value for name, value in headers if name.lower() == "vary"), "Accept-Encoding"])


def _is_text(headers: list[tuple[str, str]]) -> bool:
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    return kind.startswith("text/") or "json" in kind or "xml" in kind or "javascript" in kind


@lru_cache(maxsize=512)
def encoding_for(accepted: str) -> str:
    """Choose brotli, then gzip, then nothing, from what the browser accepts."""
    offers = {}
    for offer in accepted.lower().split(","):
        name, _, q = offer.strip().partition(";")
        offers[name.strip()] = q.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    for encoding in ("br", "gzip"):
        if offers.get(encoding, offers.get("*", False)):
            return encoding
    return "identity"


@lru_cache(maxsize=1024)
def _is_bot(agent: str) -> bool:
    return not agent or _BOT.search(agent) is not None


def _without_tracking(query: str) -> str:
    return urlencode([(n, v) for n, v in parse_qsl(query, keep_blank_values=True) if not _TRACKING.match(f"{n}=")])


__all__ = ["EngineVersions", "Made", "PageCache", "SQLiteVersions", "Versions", "encoding_for"]
