"""Leases: who does a recurring job this time, whatever the number of processes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.db import Base, db, moment
from newsapp.lib import clock


class Lease(Base):
    """Until when a job needs nobody."""

    job: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[moment]


def take(job: str, length: timedelta, until: datetime | None = None) -> bool:
    """Take the job for ``length`` if nobody has it, and commit; tells whether it is ours."""
    now = clock.now()
    until = until or now + length
    taken = db.session.execute(update(Lease).where(Lease.job == job, Lease.until <= now).values(until=until))
    if taken.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE's result has one
        if db.session.get(Lease, job) is not None:
            db.session.rollback()
            return False
        db.session.add(Lease(job=job, until=until))
    try:
        db.session.commit()
    except IntegrityError:  # another process was first
        db.session.rollback()
        return False
    return True


def hold(job: str, length: timedelta) -> datetime | None:
    """Take the job as ``take()`` does; gives the moment until which it is ours, which ``keep()`` asks for."""
    until = clock.now() + length
    return until if take(job, length, until) else None


def keep(job: str, until: datetime, length: timedelta) -> datetime | None:
    """Hold a job for longer, and commit; gives until when, or ``None`` where somebody else has it by now."""
    later = clock.now() + length
    kept = db.session.execute(update(Lease).where(Lease.job == job, Lease.until == until).values(until=later))
    db.session.commit()
    return later if kept.rowcount else None  # type: ignore[attr-defined]


def leave(job: str, until: datetime) -> None:
    """Let others have the job at once, and commit."""
    keep(job, until, timedelta(0))
