"""Throttles: how often something may be tried, and how long to wait where it was too often.

A try is counted in a window that begins with the first. Who tried is kept as a keyed hash only, until the window ends.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, request
from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import TooManyRequests

from newsapp.db import Base, db, moment
from newsapp.lib import clock


class Throttle(Base):
    """How many tries there were in one window."""

    key: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]
    until: Mapped[moment] = mapped_column(index=True)


@dataclass(frozen=True)
class Limit:
    """At most so many tries of something in so much time."""

    name: str
    most: int
    per: timedelta


class TooOften(TooManyRequests):
    """Somebody has to wait; an answer of its own, 429, where no view makes a better one of it."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(retry_after=max(1, round(wait.total_seconds())))
        self.wait = wait

    @property
    def words(self) -> str:
        """Give the waiting time as one says it: ``12 minutes``."""
        seconds = max(1, round(self.wait.total_seconds()))
        for length, name in ((3600, "hour"), (60, "minute"), (1, "second")):
            if seconds >= length or length == 1:
                n = -(-seconds // length)
                return f"{n} {name}{'' if n == 1 else 's'}"
        raise AssertionError


def take(limit: Limit, who: str) -> None:
    """Count one try by ``who``, and commit, so that it counts whatever becomes of the request.

    Raises:
        TooOften: there were too many in this window; this one is not to be made.
    """
    now = clock.now()
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    row = dialect.insert(Throttle).values(key=_key(limit, who), n=1, until=now + limit.per)
    is_over = Throttle.until <= now
    counted = row.on_conflict_do_update(
        index_elements=[Throttle.key],
        set_={
            "n": case((is_over, 1), else_=Throttle.n + 1),
            "until": case((is_over, row.excluded.until), else_=Throttle.until),
        },
    ).returning(Throttle.n, Throttle.until)
    n, until = db.session.execute(counted).one()
    db.session.commit()
    if n > limit.most:
        raise TooOften(until - now)


def give_back(limit: Limit, who: str) -> None:
    """Take back a try that turned out to be rightful. The caller commits."""
    db.session.execute(
        update(Throttle).where(Throttle.key == _key(limit, who), Throttle.n > 0).values(n=Throttle.n - 1)
    )


def forget(limit: Limit, who: str) -> None:
    """Begin anew. The caller commits."""
    db.session.execute(delete(Throttle).where(Throttle.key == _key(limit, who)))


def is_reached(limit: Limit, who: str) -> bool:
    """Tell whether ``who`` has tried as often as the limit allows."""
    found = db.session.scalar(
        select(Throttle.n).where(Throttle.key == _key(limit, who), Throttle.until > clock.now())
    )  # fmt: skip
    return (found or 0) >= limit.most


def tidy() -> None:
    """Forget the windows that have ended, and commit."""
    db.session.execute(delete(Throttle).where(Throttle.until <= clock.now()))
    db.session.commit()


def network() -> str:
    """Give the network that the request comes from: an IPv4 address, or the /64 that one IPv6 customer has.

    What ``X-Forwarded-For`` says is believed as far as our own proxies wrote it, the setting ``PROXIES``.
    """
    address = request.remote_addr or ""
    proxies: int = current_app.config["PROXIES"]
    if proxies:
        told = [part.strip() for part in ",".join(request.headers.getlist("X-Forwarded-For")).split(",")]
        address = told[-proxies] if len(told) >= proxies else address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _key(limit: Limit, who: str) -> str:
    secret: str = current_app.config["SECRET_KEY"]
    return hmac.new(secret.encode(), f"{limit.name}\0{who}".encode(), hashlib.sha256).hexdigest()[:32]
