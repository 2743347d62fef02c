"""Shelves: the lists that stories stand on, in the order of their publication.

A section, a topic, a byline, a kind and the whole paper are shelves. A story that is ready has one row on each of
its shelves, with its times, so a list of any length reads its rows in order from one index, however many stories there
are, and the clock alone decides what is public. A shelf's name is its tag.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    ForeignKey,
    Index,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from newsapp.db import Base, Moment, moment
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
    def is_public(cls, at: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
        return and_(cls.published_at <= at, or_(cls.ends_at.is_(None), cls.ends_at > at))

    @classmethod
    def on(cls, shelf: str, at: datetime | None = None) -> Select[int]:
        """Select the ids of the public stories on ``shelf``, newest first."""
        return (
            select(cls.article_id)
            .where(cls.shelf == shelf, cls.is_public(at or clock.now()))
            .order_by(cls.published_at.desc(), cls.article_id.desc())
        )


def newest_of_each(session: Session, shelves: dict[str, int], at: datetime) -> dict[str, list[int]]:
    """Give the ids of the newest public stories of several shelves, each with its own limit, in one query."""
    found: dict[str, list[int]] = {shelf: [] for shelf in shelves}
    if not shelves:
        return found
    values: dict[str, object] = {"at": at}
    for n, (shelf, limit) in enumerate(shelves.items()):
        values |= {f"shelf{n}": shelf, f"most{n}": limit}
    for shelf, article_id in session.execute(_newest(len(shelves)), values):
        found[shelf].append(article_id)
    return found


@lru_cache
def _newest(shelves: int) -> CompoundSelect[str, int]:
    """Give the query for the newest of as many shelves. Built once: building it costs more than running it."""
    at = bindparam("at", type_=Moment)
    parts = [
        select(Listing.shelf, Listing.article_id)
        .where(Listing.shelf == bindparam(f"shelf{n}"), Listing.is_public(at))
        .order_by(Listing.published_at.desc(), Listing.article_id.desc())
        .limit(bindparam(f"most{n}"))
        .subquery()
        for n in range(shelves)
    ]
    return union_all(*(select(part.c.shelf, part.c.article_id) for part in parts))


def newest_over(
    session: Session, shelves: Sequence[str], at: datetime, limit: int, before: tuple[datetime, int] | None = None
) -> list[tuple[int, datetime]]:
    """Give the newest public stories that stand on any of the shelves, each once, with their moments; ``before`` a place.

    Each shelf is walked along its index no further than ``limit``, however long it is.
    """
    if not shelves:
        return []
    values: dict[str, object] = {"at": at, "most": limit}
    values |= {f"shelf{n}": shelf for n, shelf in enumerate(shelves)}
    if before:
        values |= {"before_at": before[0], "before_id": before[1]}
    found = dict(session.execute(_newest_over(len(shelves), before is not None), values).all())
    return sorted(found.items(), key=lambda row: (row[1], row[0]), reverse=True)[:limit]


@lru_cache
def _newest_over(shelves: int, goes_on: bool) -> CompoundSelect[int, datetime]:
    at = bindparam("at", type_=Moment)
    place = tuple_(bindparam("before_at", type_=Moment), bindparam("before_id"))
    parts = []
    for n in range(shelves):
        some = select(Listing.article_id, Listing.published_at).where(
            Listing.shelf == bindparam(f"shelf{n}"), Listing.is_public(at)
        )
        if goes_on:
            some = some.where(tuple_(Listing.published_at, Listing.article_id) < place)
        some = some.order_by(Listing.published_at.desc(), Listing.article_id.desc()).limit(bindparam("most"))
        parts.append(select(some.subquery()))
    return union_all(*parts)


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
