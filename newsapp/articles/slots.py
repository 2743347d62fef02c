"""Slots as the desk arranges them: which stories one holds, in which order, from when until when."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from newsapp.accounts import Account
from newsapp.accounts.log import LogEntry, record
from newsapp.articles.front import Placement, is_slot, lock_slots
from newsapp.db import db
from newsapp.lib import clock

MOST = 20  # stories in one slot, those whose time is to come included


@dataclass(frozen=True)
class Held:
    """A story in a slot, and for when."""

    article_id: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def has_ended(self, at: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= at

    def is_open(self, at: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= at) and not self.has_ended(at)


class CannotArrange(ValueError):
    """An order that a slot cannot have; the message is a sentence for the desk."""


def held(slot: str, *, to_change: bool = False) -> list[Held]:
    """Give what a slot holds, in its order, what has ended included; ``to_change``: nobody else changes it meanwhile."""
    if to_change:
        lock_slots()
    return [Held(row.article_id, row.starts_at, row.ends_at) for row in _first_of_each(_rows(slot))]


def mark(slot: str, order: Sequence[Held]) -> str:
    """Give a mark of a slot's order, for a form to carry: another one means that somebody has changed it."""
    return hashlib.sha256(f"{slot} {_plain(order)}".encode()).hexdigest()[:16]


def arrange(slot: str, wanted: Sequence[Held], by: Account, act: str = "front.place") -> LogEntry:
    """Let a slot hold these stories in this order; what has ended goes. The log knows the order before. The caller commits.

    Raises:
        CannotArrange: the same story twice, or too many.
        ValueError: there is no such slot.
    """
    if not is_slot(slot):
        raise ValueError(f"There is no slot {slot}.")
    before = held(slot, to_change=True)
    wanted = [one for one in wanted if not one.has_ended(clock.now())]
    if len({one.article_id for one in wanted}) < len(wanted):
        raise CannotArrange("The story stands there already.")
    if len(wanted) > MOST:
        raise CannotArrange(f"A place takes at most {MOST} stories, those to come included. Take one out first.")
    rows = _rows(slot)
    kept = {row.article_id: row for row in _first_of_each(rows)}
    known = {one.article_id for one in wanted}
    for row in rows:
        if row.article_id not in known or row is not kept[row.article_id]:
            row.clear()
    for position, one in enumerate(wanted):
        found = kept.get(one.article_id)
        if found is None:
            db.session.add(
                Placement(slot=slot, article_id=one.article_id, position=position, starts_at=one.starts_at,
                          ends_at=one.ends_at, placed_by_id=by.id)
            )  # fmt: skip
            continue
        found.move_to(position)
        found.limit(one.starts_at, one.ends_at)
    db.session.flush()
    return record(act, f"slot:{slot}", by, before=_plain(before), after=_plain(wanted))


def order_before(entry: LogEntry) -> list[Held]:
    """Give the order that a slot had before a change of it."""
    return [_read(one) for one in entry.details.get("before", [])]


def made(entry: LogEntry) -> list[Held]:
    """Give the order that a change of a slot made."""
    return [_read(one) for one in entry.details.get("after", [])]


def _rows(slot: str) -> Sequence[Placement]:
    rows = select(Placement).where(Placement.slot == slot).order_by(Placement.position, Placement.id)
    return db.session.scalars(rows.execution_options(populate_existing=True)).all()


def _first_of_each(rows: Sequence[Placement]) -> list[Placement]:
    return list({row.article_id: row for row in reversed(rows)}.values())[::-1]


def _plain(order: Sequence[Held]) -> list[list[int | str | None]]:
    return [[one.article_id, _text(one.starts_at), _text(one.ends_at)] for one in order]


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _read(said: list[int | str | None]) -> Held:
    article_id, starts_at, ends_at = said
    return Held(int(article_id or 0), *(datetime.fromisoformat(str(at)) if at else None for at in (starts_at, ends_at)))
