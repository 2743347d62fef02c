"""What the moderators did, month by month, for everybody to read: counts by reason and nothing that points at a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from newsapp.accounts.log import LogEntry
from newsapp.comments.models import WHY_HELD, WHY_REJECTED
from newsapp.lib.tags import shows

MONTHS = 12  # that the page shows, the newest first
FEWEST = 5  # a smaller count could point at somebody, and is merged
TAG = "moderation"
OTHER = "Other reasons"
# The acts that take a comment off the page or keep it off it, and what else is counted.
REMOVALS = ("comment.reject", "comment.spam", "comment.hide")
COUNTED = {
    "comment.approve": "Approved by a moderator", "comment.hold": "Held for a moderator", "report.decide:upheld": "Reports acted on",
    "report.decide:declined": "Reports declined", "appeal.decide:granted": "Appeals granted", "appeal.decide:declined": "Appeals declined",
    "person.warn": "Warnings", "person.premoderate": "People read first", "person.suspend": "Suspensions", "person.ban": "Bans",
}  # fmt: skip
_ACTS = [*REMOVALS, *dict.fromkeys(key.partition(":")[0] for key in COUNTED)]
CHECKS = {"words": "A word that is not printed here", "trap": "Sent by a program"}


@dataclass(frozen=True)
class Month:
    """One month that is over: what was counted, in words, each with its count as it may be shown."""

    begins: datetime
    removed: list[tuple[str, str]]
    others: list[tuple[str, str]]

    @property
    def is_empty(self) -> bool:
        return not self.removed and not self.others


def months(session: Session, zone: ZoneInfo, at: datetime) -> list[Month]:
    """Count the last twelve months that are over, the newest first, without those in which nothing happened.

    Only a month that is over is counted: what changes with one decision would tell whom it was about.
    """
    shows(TAG)
    ends = begin_of_month(at, zone)
    firsts = (select(func.min(LogEntry.at)).where(LogEntry.act == act).scalar_subquery() for act in _ACTS)
    begun = min((at for at in session.execute(select(*firsts)).one() if at is not None), default=None)
    found = []
    for _ in range(MONTHS):
        if begun is None or ends <= begun:
            break  # nothing had been done at all
        begins = begin_of_month(ends, zone, months_before=1)
        month = _count(session, begins, ends)
        if not month.is_empty:
            found.append(month)
        ends = begins
    return found


def begin_of_month(at: datetime, zone: ZoneInfo, months_before: int = 0) -> datetime:
    """Give the moment at which the month of ``at`` began, or one so many months before; after, where it is negative."""
    local = at.astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 - months_before, 12)
    return datetime(year, month + 1, 1, tzinfo=zone).astimezone(UTC)


def _count(session: Session, begins: datetime, ends: datetime) -> Month:
    n: Counter[tuple[str, str]] = Counter()
    of_month = (LogEntry.at >= begins, LogEntry.at < ends)
    rows = session.execute(
        select(LogEntry.act, LogEntry.reason, func.count())
        .where(LogEntry.act.in_(_ACTS), *of_month)
        .group_by(LogEntry.act, LogEntry.reason)
    )
    for act, reason, count in rows:
        n[act, reason] += count
    # A decision that was taken back in the same month was none. An undo is about the decision before it.
    undo, before = aliased(LogEntry), aliased(LogEntry)
    undone = (
        select(func.max(before.id))
        .where(before.about == undo.about, before.id < undo.id, before.act.like("comment.%"))
        .correlate(undo)
        .scalar_subquery()
    )
    ids = session.scalars(select(undone).where(undo.act == "comment.undo", undo.at >= begins, undo.at < ends)).all()
    for first in range(0, len(ids), 500):
        taken_back = select(LogEntry.act, LogEntry.reason).where(LogEntry.id.in_(ids[first : first + 500]), *of_month)
        for act, reason in session.execute(taken_back):
            n[act, reason] -= 1
    removed: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for (act, reason), count in n.items():
        if act in REMOVALS:
            removed[_named(act, reason)] += count
        elif label := COUNTED.get(act) or COUNTED.get(f"{act}:{reason}"):
            others[label] += count
    order = list(COUNTED.values())
    return Month(begins, _merged(removed), [(label, _shown(others[label])) for label in order if others[label] > 0])


def _named(act: str, reason: str) -> str:
    if act == "comment.spam":
        return "Spam"
    return CHECKS.get(reason, reason) if reason in WHY_REJECTED or (reason not in WHY_HELD and reason) else OTHER


def _merged(counts: Counter[str]) -> list[tuple[str, str]]:
    """Give the counts, the largest first; those that could point at somebody are one, and named last."""
    large = {label: n for label, n in counts.items() if n >= FEWEST and label != OTHER}
    rest = sum(n for label, n in counts.items() if label not in large)
    shown = [(label, f"{n:,}") for label, n in sorted(large.items(), key=lambda pair: (-pair[1], pair[0]))]
    return shown + ([(OTHER, _shown(rest))] if rest > 0 else [])


def _shown(n: int) -> str:
    return f"{n:,}" if n >= FEWEST else f"fewer than {FEWEST}"
