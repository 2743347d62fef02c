"""Shelves: the lists that stories stand on, in the order of their publication.

A section, a topic, a byline, a kind and the whole paper are shelves. A story that is ready has one row on each of
its shelves, with its times, so a list of any length reads its rows in order from one index, however many stories there
are, and the clock alone decides what is public. A shelf's name is its tag.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, Subquery, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Mapped, Session, mapped_column

from newsapp.db import Base, moment
from newsapp.lib import clock
from newsapp.lib.tags import Tagged

ALL = "all"
COUNTED_AT_MOST = 1000


class Listing(Base, Tagged):
    """A story on one of its shelves."""

    __tags__ = ("{shelf}", "clock")
    __table_args__ = (
        Index("ix_listing_order", "shelf", "published_at", "article_id"),
        Index("ix_listing_ends_at", "ends_at"),
    )

    shelf: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True)
    published_at: Mapped[moment]
    ends_at: Mapped[moment | None]

    @classmethod
    def is_public(cls, at: datetime) -> ColumnElement[bool]:
        return and_(cls.published_at <= at, or_(cls.ends_at.is_(None), cls.ends_at > at))

    @classmethod
    def on(cls, shelf: str, at: datetime | None = None) -> Select[int]:
        """Select the ids of the public stories on ``shelf``, newest first."""
        return (
            select(cls.article_id)
            .where(cls.shelf == shelf, cls.is_public(at or clock.now()))
            .order_by(cls.published_at.desc(), cls.article_id.desc())
        )


def newest(shelf: str, at: datetime, limit: int) -> Subquery:
    """Give the newest public listings of one shelf as a subquery, to be put together with others by ``union_all``."""
    return (
        select(Listing.shelf, Listing.article_id, Listing.published_at)
        .where(Listing.shelf == shelf, Listing.is_public(at))
        .order_by(Listing.published_at.desc(), Listing.article_id.desc())
        .limit(limit)
        .subquery()
    )


def newest_of_each(session: Session, shelves: dict[str, int], at: datetime) -> dict[str, list[int]]:
    """Give the ids of the newest public stories of several shelves, each with its own limit, in one query."""
    if not shelves:
        return {}
    parts = [newest(shelf, at, limit) for shelf, limit in shelves.items()]
    found: dict[str, list[int]] = {shelf: [] for shelf in shelves}
    for shelf, article_id in session.execute(
        union_all(*(select(literal(s).label("shelf"), p.c.article_id) for s, p in zip(shelves, parts, strict=True)))
    ):
        found[shelf].append(article_id)
    return found


def count(session: Session, shelf: str, at: datetime) -> int:
    """Count the public stories on ``shelf``, but no further than one more than ``COUNTED_AT_MOST``."""
    capped = Listing.on(shelf, at).order_by(None).limit(COUNTED_AT_MOST + 1).subquery()
    return session.scalar(select(func.count()).select_from(capped)) or 0


def next_change(session: Session, at: datetime) -> datetime | None:
    """Give the next moment at which time alone shows or hides a story."""
    begins = select(func.min(Listing.published_at)).where(Listing.shelf == ALL, Listing.published_at > at)
    ends = select(func.min(Listing.ends_at)).where(Listing.ends_at > at)
    moments = [session.scalar(begins), session.scalar(ends)]
    return min((m for m in moments if m is not None), default=None)
