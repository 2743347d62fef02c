"""Asking the addresses that a story leads to and rests on, and keeping what came of it.

A story is checked when somebody asks for it. Its addresses are asked beside each other, those of one host one after
another, for so many seconds and no longer; what has not answered by then is still open, and the next request goes on.
Nothing is asked while a transaction is open.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from queue import Empty, SimpleQueue

from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.articles.documents import Document
from newsapp.articles.models import Source
from newsapp.db import Base, db, moment
from newsapp.lib import clock
from newsapp.lib.markup import is_web_address
from newsapp.lib.reaching import NO_HOST, Reached, reach
from newsapp.lib.webaddress import host_of

MOST_ADDRESSES = 200  # of one story
AT_ONCE = 8  # hosts that are asked beside each other
ASKED_TOGETHER = 24  # of the whole process: who waits for an answer holds a thread
GOOD = ("ok", "moved")  # states that need nothing done

_places = threading.BoundedSemaphore(ASKED_TOGETHER)


class LinkCheck(Base):
    """What came of asking an address last, whichever story it stands in."""

    key: Mapped[str] = mapped_column(primary_key=True)  # of the address, which may be too long for an index
    address: Mapped[str]
    state: Mapped[str]  # as Reached.state
    status: Mapped[int]  # what the server answered; 0: nothing
    leads_to: Mapped[str]  # the address that answered, or the last that was asked
    why: Mapped[str]
    checked_at: Mapped[moment]

    @property
    def is_good(self) -> bool:
        return self.state in GOOD


@dataclass
class Address:
    """An address that a story has, and where."""

    address: str
    words: list[str] = field(default_factory=list)  # of the links in the text
    source: Source | None = None
    is_archive: bool = False
    check: LinkCheck | None = None


def addresses_of(document: Document) -> list[Address]:
    """Give the web addresses of a document with what is known of each: first the text's, then the sources'."""
    soup = BeautifulSoup(document["body"], "html.parser")
    found: dict[str, Address] = {}
    for link in soup.find_all("a", href=True):
        here = str(link["href"])
        if is_web_address(here):
            words = " ".join(link.get_text(" ", strip=True).split())
            found.setdefault(here, Address(here)).words.append(words)
    for card in soup.find_all("p", attrs={"data-embed": True}):
        here = str(card["data-embed"])
        if is_web_address(here):
            found.setdefault(here, Address(here)).words.append(" ".join(card.get_text(" ", strip=True).split()))
    for source, cited in _sources(soup, document):
        for here, is_archive in (
            (source.url if source else cited, False),
            (source.archive_url if source else "", True),
        ):
            if here and is_web_address(here):
                one = found.setdefault(here, Address(here, is_archive=is_archive))
                one.source = one.source or source
    some = list(found.values())
    checks = {row.address: row for row in _checks(one.address for one in some)}
    for one in some:
        one.check = checks.get(one.address)
    return some


def _sources(soup: BeautifulSoup, document: Document) -> list[tuple[Source | None, str]]:
    """Give the sources that a text cites, in its order, with how it cites them."""
    cited = [str(m.get("data-source") or m.get("data-source-url") or "") for m in soup.find_all("sup")]
    cited = list(dict.fromkeys(key for key in cited if key))
    by_id, by_address = Source.by_ids(document["sources"].values()), Source.by_addresses(cited)
    return [(by_id.get(document["sources"].get(key, 0)) or by_address.get(key), key) for key in cited]


def ask(addresses: Iterable[str], seconds: float) -> dict[str, Reached]:
    """Ask addresses for at most so many seconds; give what has come of each that was done with by then.

    The caller holds no transaction open. What goes on beyond that time is bounded by reaching and heard by nobody.
    """
    hosts: dict[str, list[str]] = {}
    for address in addresses:
        hosts.setdefault(host_of(address), []).append(address)
    todo: SimpleQueue[list[str]] = SimpleQueue()
    for group in hosts.values():
        todo.put(group)
    done: SimpleQueue[tuple[str, Reached]] = SimpleQueue()
    ends_at = time.monotonic() + seconds
    workers = [threading.Thread(target=_work, args=(todo, done, ends_at), daemon=True) for _ in range(min(AT_ONCE, len(hosts)))]  # fmt: skip
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(max(0.0, ends_at - time.monotonic()))
    found: dict[str, Reached] = {}
    while True:
        try:
            address, reached = done.get_nowait()
        except Empty:
            return found
        found[address] = reached


def _work(todo: SimpleQueue[list[str]], done: SimpleQueue[tuple[str, Reached]], ends_at: float) -> None:
    while True:
        try:
            group = todo.get_nowait()
        except Empty:
            return
        known: Reached | None = None
        for address in group:
            left = ends_at - time.monotonic()
            if left <= 0 or not _places.acquire(timeout=left):
                return
            try:
                found = known or reach(address)
            finally:
                _places.release()
            done.put((address, replace(found, address=address) if known else found))
            if found.why == NO_HOST and found.address == address:
                known = found  # nor will its other addresses have one: each would take its time to say so


def note(found: dict[str, Reached], at: datetime | None = None) -> None:
    """Note what came of asking. The caller commits."""
    known = {row.address: row for row in _checks(found)}
    for address, reached in found.items():
        row = known.get(address)
        if row is None:
            row = LinkCheck(key=_key(address), address=address)
            db.session.add(row)
        row.state, row.status, row.leads_to, row.why = reached.state, reached.status, reached.address, reached.why
        row.checked_at = at or clock.now()


def _checks(addresses: Iterable[str]) -> list[LinkCheck]:
    keys = {_key(address) for address in addresses}
    return list(db.session.scalars(select(LinkCheck).where(LinkCheck.key.in_(keys)))) if keys else []


def _key(address: str) -> str:
    return hashlib.blake2b(address.encode("utf-8", "replace"), digest_size=16).hexdigest()
