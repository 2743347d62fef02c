"""Most read: counted without cookies, written by the scheduler every ten minutes, true as of the time it says."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Select, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.articles.models import Article
from newsapp.articles.shelves import Listing
from newsapp.db import Base, db, moment
from newsapp.lib import counts
from newsapp.lib.tags import Tagged, raise_tags

LAST = timedelta(hours=24)
KEPT = 10
FEWEST = 5  # a story that fewer have read is not ranked: the figure would tell of single people


class MostRead(Base, Tagged):
    """A story's rank among the most read of the last day."""

    __tags__ = ("most-read",)

    shelf: Mapped[str] = mapped_column(primary_key=True)  # ``all``, or a top section's
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"), index=True)
    views: Mapped[int]
    as_of: Mapped[moment]

    @classmethod
    def on(cls, shelf: str) -> Select[int]:
        """Select the ids of the stories that were read most on ``shelf``, the most read first."""
        return select(cls.article_id).where(cls.shelf == shelf).order_by(cls.rank)


def rank(at: datetime, top_shelves: list[str]) -> bool:
    """Count the last day's readers and write the list anew, if it changed. The caller commits.

    ``top_shelves`` are the shelves of the top sections; each gets a list of its own.
    """
    views = counts.totals(at - LAST, at)
    stories = {int(key): n for key, n in views.items() if key.isdigit() and n >= FEWEST}
    fresh: list[tuple[str, int, int, int]] = []
    if stories:
        rows = db.session.execute(
            select(Listing.shelf, Listing.article_id).where(
                Listing.article_id.in_(sorted(stories, key=lambda i: -stories[i])[:2000]),
                Listing.shelf.in_(["all", *top_shelves]),
                Listing.is_public(at),
            )
        ).all()
        for shelf in ("all", *top_shelves):
            ranked = sorted((i for s, i in rows if s == shelf), key=lambda i: (-stories[i], -i))
            fresh += [(shelf, n, i, stories[i]) for n, i in enumerate(ranked[:KEPT], 1)]
    old = db.session.execute(select(MostRead.shelf, MostRead.rank, MostRead.article_id, MostRead.views)).all()
    if sorted(tuple(row) for row in old) == sorted(fresh):
        return False
    db.session.execute(delete(MostRead), execution_options={"raises_tags": True})
    for shelf, number, article_id, n in fresh:
        db.session.add(MostRead(shelf=shelf, rank=number, article_id=article_id, views=n, as_of=at))
    raise_tags(db.session(), "most-read")
    return True
