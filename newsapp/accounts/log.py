"""The newsroom's log: who decided what, and why. It is only ever added to; the database refuses anything else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts.models import Account
from newsapp.db import Base, Json, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.tags import raise_tags


class LogEntry(Base):
    """One decision.

    Its columns are no foreign keys: what was decided stays true when the comment or the account is gone. It holds no
    word of what a reader wrote, and nobody's name or address.
    """

    __table_args__ = (
        Index("ix_log_entry_about", "about", "id"),
        Index("ix_log_entry_act", "act", "at"),
        Index("ix_log_entry_by_id", "by_id", "id"),
    )

    id: Mapped[pk]
    at: Mapped[moment]
    by_id: Mapped[int | None]  # None: the site's own checks
    act: Mapped[str]  # "comment.reject"
    about: Mapped[str]  # "comment:12"
    reason: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    @classmethod
    def concerning(cls, about: str) -> Select[LogEntry]:
        """Select what was decided about one thing, the newest first."""
        return select(cls).where(cls.about == about).order_by(cls.id.desc())


def record(
    act: str, about: str, by: Account | None = None, reason: str = "", at: datetime | None = None, **details: Any
) -> LogEntry:
    """Write down a decision. The caller commits."""
    entry = LogEntry(
        at=at or clock.now(), by_id=by.id if by else None, act=act, about=about, reason=reason, details=details
    )
    db.session.add(entry)
    if at is not None:  # in the past, perhaps: the public figures are of months that are over
        raise_tags(db.session(), "moderation")
    return entry
