"""Who gets a newsletter: what issues and returned letters ask of the subscribers, and nothing more.

Issues are made, sent and taken back without a look into the subscribers' tables. A proof that wants thousands of
receivers, and none of their tables, lets others ``serve()``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from flask import Flask, current_app
from sqlalchemy import func

from newsapp.db import db
from newsapp.newsletter import links, subscribers
from newsapp.newsletter.subscribers import Newsletter, Subscriber


@dataclass(frozen=True)
class Named:
    """A newsletter that issues are written for."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True)
class Receiver:
    """Somebody who gets a newsletter now. ``id`` never changes and is never given again."""

    id: int
    address: str


@dataclass(frozen=True)
class Ways:
    """The addresses under which one receiver stops a newsletter, with one press, and changes what they get."""

    stop: str
    preferences: str = ""


class Audience(Protocol):
    """The subscribers, as whoever sends to them sees them."""

    def newsletters(self) -> list[Named]:
        """Give all newsletters, by name."""

    def receivers(self, newsletter_id: int, after: int, at_most: int) -> list[Receiver]:
        """Give those who get a newsletter now, by id, above ``after``: confirmed, not gone, not suppressed."""

    def receives(self, newsletter_id: int, receiver_id: int) -> bool:
        """Tell whether somebody gets a newsletter still."""

    def count(self, newsletter_id: int) -> int:
        """Count those who get a newsletter now."""

    def ways(self, newsletter_id: int, receiver_id: int) -> Ways:
        """Give the links at the foot of somebody's letter."""

    def suppress(self, address: str, reason: str) -> None:
        """Write to an address no more; whoever calls commits."""


class Subscribers:
    """Those who have said yes to a newsletter from their own mailbox."""

    def newsletters(self) -> list[Named]:
        return [Named(one.id, one.slug, one.name) for one in db.session.scalars(Newsletter.in_order())]

    def receivers(self, newsletter_id: int, after: int, at_most: int) -> list[Receiver]:
        query = subscribers.getting(newsletter_id).where(Subscriber.id > after).order_by(Subscriber.id).limit(at_most)
        return [Receiver(one.id, one.address) for one in db.session.scalars(query)]

    def receives(self, newsletter_id: int, receiver_id: int) -> bool:
        return db.session.scalar(subscribers.getting(newsletter_id).where(Subscriber.id == receiver_id)) is not None

    def count(self, newsletter_id: int) -> int:
        return db.session.scalar(subscribers.getting(newsletter_id).with_only_columns(func.count(Subscriber.id))) or 0

    def ways(self, newsletter_id: int, receiver_id: int) -> Ways:
        who = db.session.get_one(Subscriber, receiver_id)
        return Ways(links.stop(who, newsletter_id), links.mine(who))

    def suppress(self, address: str, reason: str) -> None:
        subscribers.suppress(address, reason)


def serve(app: Flask, subscribers: Audience) -> None:
    """Let issues go to these subscribers."""
    app.extensions["audience"] = subscribers


def audience() -> Audience:
    """Give the site's subscribers."""
    found: Audience = current_app.extensions.get("audience") or Subscribers()
    return found


def named(newsletter_id: int) -> Named | None:
    """Give a newsletter, or nothing where it is gone."""
    return next((one for one in audience().newsletters() if one.id == newsletter_id), None)
