"""Leases: who does a recurring job this time, whatever the number of processes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.db import Base, db, moment
from newsapp.lib import clock


class Lease(Base):
    """Until when a job needs nobody."""

    job: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[moment]


def take(job: str, length: timedelta) -> bool:
    """Take the job for ``length`` if nobody has it, and commit; tells whether it is ours."""
    now = clock.now()
    taken = db.session.execute(update(Lease).where(Lease.job == job, Lease.until <= now).values(until=now + length))
    if taken.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE's result has one
        if db.session.get(Lease, job) is not None:
            db.session.rollback()
            return False
        db.session.add(Lease(job=job, until=now + length))
    try:
        db.session.commit()
    except IntegrityError:  # another process was first
        db.session.rollback()
        return False
    return True
