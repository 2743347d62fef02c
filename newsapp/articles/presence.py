"""Who is writing at a story just now. The page says so every few seconds; looking at it writes nothing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts import Account
from newsapp.articles.models import Article
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock

SAID_EVERY = timedelta(seconds=20)
STILL_THERE = timedelta(seconds=60)
FORGOTTEN = timedelta(hours=1)


class Presence(Base):
    """When an account's editor of a story was last heard of."""

    __table_args__ = (UniqueConstraint("article_id", "account_id"),)

    id: Mapped[pk]
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    seen_at: Mapped[moment]


def is_here(article: Article, account: Account) -> None:
    """Note that somebody's editor of a story is open. The caller commits."""
    now = clock.now()
    db.session.execute(
        delete(Presence).where(Presence.article_id == article.id, Presence.seen_at < now - FORGOTTEN)
    )  # fmt: skip
    row = db.session.scalar(
        select(Presence).where(Presence.article_id == article.id, Presence.account_id == account.id)
    )
    if row is None:
        db.session.add(Presence(article_id=article.id, account_id=account.id, seen_at=now))
    else:
        row.seen_at = now


def has_left(article: Article, account: Account) -> None:
    """Note that somebody has closed a story. The caller commits."""
    db.session.execute(
        delete(Presence).where(Presence.article_id == article.id, Presence.account_id == account.id)
    )  # fmt: skip


def others_at(article: Article, account: Account) -> list[str]:
    """Give the names of those who are writing at a story now, but for ``account``."""
    return list(
        db.session.scalars(
            select(Account.name)
            .join(Presence, Presence.account_id == Account.id)
            .where(
                Presence.article_id == article.id, Presence.account_id != account.id, Presence.seen_at > clock.now() - STILL_THERE
            )
            .order_by(Account.name)
        )
    )  # fmt: skip
