"""What an account is told on its own pages: a reply, a decision, the answer to a report."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, ScalarSelect, Select, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts.models import Account
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock

LONGEST = 300  # characters
MOST_COUNTED = 100  # unread; beyond, a reader is told 99+
_UNREAD = text("read_at IS NULL")


class Notification(Base):
    """One thing that an account is told. ``about`` is what it is taken back by: ``comment:12``."""

    __table_args__ = (
        Index("ix_notification_account", "account_id", "id"),
        Index("ix_notification_about", "about"),
        Index("ix_notification_unread", "account_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    )

    id: Mapped[pk]
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"))
    kind: Mapped[str]  # "reply", "decision", "report", "appeal", "warning"
    about: Mapped[str]
    words: Mapped[str]  # a plain sentence
    address: Mapped[str]  # where it leads: a path of ours
    at: Mapped[moment] = mapped_column(default=clock.now)
    read_at: Mapped[moment | None]

    @classmethod
    def to(cls, account: Account) -> Select[Notification]:
        """Select what the account was told, the newest first."""
        return select(cls).where(cls.account_id == account.id).order_by(cls.id.desc())

    @classmethod
    def unread_by(cls, account: Account) -> Select[int]:
        """Select how many of them it has not looked at."""
        return select(cls.how_many_unread()).select_from(Account).where(Account.id == account.id)

    @classmethod
    def how_many_unread(cls) -> ScalarSelect[int]:
        """Give how many of them an account has not looked at, up to MOST_COUNTED, as a column beside the account's."""
        mine = select(cls.id).where(cls.account_id == Account.id, cls.read_at.is_(None)).correlate(Account)
        return (
            select(func.count()).select_from(mine.limit(MOST_COUNTED).subquery()).correlate(Account).scalar_subquery()
        )


def notify(
    account_id: int, kind: str, about: str, words: str, address: str, at: datetime | None = None
) -> Notification:
    """Tell an account something on its own pages. The caller commits."""
    told = Notification(
        account_id=account_id, kind=kind, about=about, words=words[:LONGEST], address=address, at=at or clock.now()
    )
    db.session.add(told)
    return told


def take_back(kind: str, about: str, since: datetime | None = None) -> None:
    """Take back what is no longer so: a reply that was hidden. What was told before ``since`` stays. The caller commits."""
    theirs = select(Notification).where(Notification.about == about, Notification.kind == kind)
    for told in db.session.scalars(theirs.where(Notification.at >= since) if since else theirs):
        db.session.delete(told)


def mark_read(account: Account) -> None:
    """Note that the account has looked at everything. The caller commits."""
    unread = select(Notification).where(Notification.account_id == account.id, Notification.read_at.is_(None))
    for told in db.session.scalars(unread):
        told.read_at = clock.now()
