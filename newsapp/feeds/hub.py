"""The WebSub hub, where the operator has named one: it is told which feeds have something new, and tells their subscribers.

Nothing has to be noted when a story is published: whatever has a change between the last time and now is new, by the
clock, so a story that was scheduled is told of at its time.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import datetime, timedelta
from http.client import HTTPException
from urllib.parse import urlencode

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from newsapp import sections
from newsapp.articles import ALL, Change, Listing, Topic
from newsapp.authors import Author
from newsapp.db import Base, db, moment, pk, reading
from newsapp.feeds.entries import absolute
from newsapp.lib import clock, leases

TIMEOUT = 10  # seconds
LEASE = timedelta(minutes=1)
FORMS = ("xml", "atom", "json")
# Minutes until the next try, after the first, the second, ... failure; then it is given up, and the next story tells more.
BACK_OFF = (1, 5, 15, 60, 240)


class Told(Base):
    """How far the hub has been told. One row."""

    id: Mapped[pk]
    until: Mapped[moment]
    tries: Mapped[int] = mapped_column(default=0)  # in vain, since then
    next_try_at: Mapped[moment | None]


def tell(hub: str) -> int:
    """Tell the hub of the feeds with something new, if it is this process's turn, and commit; gives how many feeds.

    Source: W3C WebSub, section 7, leaves the way to the hub open; this is the one that hubs in use know
    (PubSubHubbub 0.4, section 7.1: ``hub.mode=publish`` and one ``hub.url`` for each feed).
    """
    now = clock.now()
    with reading():
        told = db.session.scalar(select(Told))
        due = told is None or told.next_try_at is None or told.next_try_at <= now
        feeds = _with_news(db.session(), told.until, now) if told and due else []
    if not due or (told and not feeds) or not leases.take("hub", LEASE):
        return 0
    failure = _post(hub, feeds) if feeds else ""
    told = db.session.scalar(select(Told)) or Told(until=now)
    db.session.add(told)
    if failure and (told.tries or 0) < len(BACK_OFF):
        told.next_try_at = now + timedelta(minutes=BACK_OFF[told.tries or 0])
        told.tries = (told.tries or 0) + 1
    else:
        told.until, told.tries, told.next_try_at = now, 0, None
    db.session.commit()
    if failure:
        current_app.logger.warning("The hub was not told of %s feeds: %s", len(feeds), failure)
        return 0
    return len(feeds)


def _with_news(session: Session, since: datetime, until: datetime) -> list[str]:
    """Give the addresses of the feeds in which a public story has appeared or changed."""
    changed = select(Change.article_id).where(Change.at > since, Change.at <= until)
    shelves = session.scalars(
        select(Listing.shelf).where(Listing.article_id.in_(changed), Listing.is_public(until)).distinct()
    ).all()
    tree = sections.tree(session)
    numbers: dict[str, list[int]] = {"section": [], "author": [], "topic": []}
    for kind, _, number in (shelf.partition(":") for shelf in shelves):
        if kind in numbers:
            numbers[kind].append(int(number))
    found = [""] if ALL in shelves else []
    found += [tree.by_id[i].url for i in sorted(numbers["section"]) if i in tree.by_id]
    found += [f"/authors/{slug}" for slug in _slugs(session, Author, numbers["author"])]
    found += [f"/topics/{slug}" for slug in _slugs(session, Topic, numbers["topic"])]
    if shelves and session.scalar(Change.notices(until).where(Change.at > since).limit(1)) is not None:
        found.append("/corrections")
    base = current_app.config["BASE_URL"]
    return [absolute(base, f"{path}/feed.{form}") for path in found for form in FORMS]


def _slugs(session: Session, table: type[Author] | type[Topic], ids: list[int]) -> list[str]:
    return list(session.scalars(select(table.slug).where(table.id.in_(ids)).order_by(table.slug)))


def _post(hub: str, feeds: list[str]) -> str:
    """Tell the hub; gives what went wrong, or nothing. Outside a transaction: it may take ten seconds."""
    form = urlencode([("hub.mode", "publish"), *(("hub.url", feed) for feed in feeds)]).encode()
    request = urllib.request.Request(hub, form, {"User-Agent": "The Update Desk"})  # noqa: S310  # the setting's check
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT):  # noqa: S310
            return ""
    except urllib.error.HTTPError as why:
        return f"it answered {why.code}"
    except (OSError, HTTPException) as why:
        return type(why).__name__
