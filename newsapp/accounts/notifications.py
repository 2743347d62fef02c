"""What an account is told on its own pages: a reply, a decision, the answer to a report."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, func, select
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts.models import Account
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock

LONGEST = 300  # characters


class Notification(Base):
    """One thing that an account is told. ``about`` is what it is taken back by: ``comment:12``."""

    __table_args__ = (
        Index("ix_notification_account", "account_id", "id"),
        Index("ix_notification_about", "about"),
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
        """Select how many of them it has not looked at, up to a hundred."""
        some = select(cls.id).where(cls.account_id == account.id, cls.read_at.is_(None)).limit(100).subquery()
        return select(func.count()).select_from(some)


def notify(
    account_id: int, kind: str, about: str, words: str, address: str, at: datetime | None = None
) -> Notification:
    """Tell an account something on its own pages. The caller commits."""
    told = Notification(
        account_id=account_id, kind=kind, about=about, words=words[:LONGEST], address=address, at=at or clock.now()
    )
    db.session.add(told)
    return told


def take_back(kind: str, about: str) -> None:
    """Take back what is no longer so: a reply that was hidden. The caller commits."""
    for told in db.session.scalars(select(Notification).where(Notification.about == about, Notification.kind == kind)):
        db.session.delete(told)


def mark_read(account: Account) -> None:
    """Note that the account has looked at everything. The caller commits."""
    unread = select(Notification).where(Notification.account_id == account.id, Notification.read_at.is_(None))
    for told in db.session.scalars(unread):
        told.read_at = clock.now()
