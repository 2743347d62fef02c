"""The banner over readers' pages: a line of news, for a while, perhaps with the way to its story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Select, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.articles.models import Article
from newsapp.articles.printed import cards
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.tags import Tagged, shows

MAX_TEXT = 120  # characters: a line of a wide screen
LASTS = timedelta(hours=2)  # where nobody says anything else
LONGEST = timedelta(days=7)


class Banner(Base, Tagged):
    """What stands over every page. There is one at most; its end comes by the clock."""

    __tags__ = ("banner", "clock")

    id: Mapped[pk]
    text: Mapped[str]
    article_id: Mapped[int | None] = mapped_column(ForeignKey(Article.id, ondelete="SET NULL"), index=True)
    ends_at: Mapped[moment]
    set_at: Mapped[moment]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))

    @classmethod
    def standing(cls, at: datetime) -> Select[Banner]:
        """Select the banner that stands at ``at``."""
        return select(cls).where(cls.ends_at > at).order_by(cls.id.desc()).limit(1)

    def take_down(self, by: Account) -> None:
        """Take the banner away before its end. The caller commits."""
        db.session.delete(self)
        record("banner.take_down", "banner", by)


def announce(text: str, article: Article | None, ends_at: datetime, by: Account) -> Banner:
    """Set the banner, in place of the one that stands there. The caller commits."""
    for old in db.session.scalars(select(Banner)):
        db.session.delete(old)
    banner = Banner(
        text=text, article_id=article.id if article else None, ends_at=ends_at, set_at=clock.now(), set_by_id=by.id
    )
    db.session.add(banner)
    record("banner.set", "banner", by, text=text, article=banner.article_id)
    db.session.flush()
    return banner


@dataclass(frozen=True)
class Breaking:
    """The banner as readers see it."""

    text: str
    url: str | None  # None: it leads nowhere, or its story is not public


def breaking(session: Session, at: datetime) -> Breaking | None:
    """Give the banner as readers see it at ``at``."""
    shows("banner")
    banner = session.scalar(Banner.standing(at))
    if banner is None:
        return None
    story = cards(session, [banner.article_id]).get(banner.article_id) if banner.article_id else None
    return Breaking(banner.text, story.url if story and story.is_public(at) else None)


def next_banner_change(session: Session, at: datetime) -> datetime | None:
    """Give the moment at which the banner ends."""
    return session.scalar(select(func.min(Banner.ends_at)).where(Banner.ends_at > at))
