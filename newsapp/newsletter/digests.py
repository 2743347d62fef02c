"""Issues that write themselves: every day, or one day of the week, the new stories of the paper or of a section."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.articles.lists import in_order
from newsapp.articles.shelves import ALL, Listing
from newsapp.db import Base, db, moment, reading
from newsapp.lib import clock
from newsapp.newsletter.issues import Issue, begin
from newsapp.sections import tree
from newsapp.site import Site

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_STORIES = 20
LATEST = timedelta(hours=6)  # later than that it waits for the next one: the morning's letter is none at night


class Digest(Base):
    """When a newsletter writes itself, and of what."""

    newsletter_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    weekday: Mapped[int | None]  # 0 is Monday; None: every day
    at: Mapped[str]  # "06:30", in the paper's zone
    section_id: Mapped[int | None]  # None: the whole paper
    holds_from: Mapped[moment]  # only what is due after this is written
    told_until: Mapped[moment]  # what was public by then has been told

    @property
    def period(self) -> timedelta:
        return timedelta(days=1 if self.weekday is None else 7)

    def last(self, at: datetime, zone: ZoneInfo) -> datetime:
        """Give the last moment, up to ``at``, for which an issue was due."""
        return next(due for back in range(9) if (due := self._of_day(at, zone, -back)) is not None and due <= at)

    def next(self, at: datetime, zone: ZoneInfo) -> datetime:
        """Give the first moment after ``at`` for which an issue is due."""
        return next(due for ahead in range(9) if (due := self._of_day(at, zone, ahead)) is not None and due > at)

    def is_due(self, at: datetime, zone: ZoneInfo) -> bool:
        return self.holds_from < self.last(at, zone) and at - self.last(at, zone) <= LATEST

    def _of_day(self, at: datetime, zone: ZoneInfo, days: int) -> datetime | None:
        day = at.astimezone(zone).date() + timedelta(days=days)
        if self.weekday not in (None, day.weekday()):
            return None
        return datetime.combine(day, time.fromisoformat(self.at), zone).astimezone(UTC)


def digest_of(newsletter_id: int) -> Digest | None:
    """Give when a newsletter writes itself, or nothing where people write it."""
    return db.session.get(Digest, newsletter_id)


def set_digest(
    newsletter_id: int, weekday: int | None, at: str, section_id: int | None, by: Account | None = None
) -> Digest:
    """Let a newsletter write itself at a time of day such as 06:30; the first issue looks one period back. The caller commits."""
    now, found = clock.now(), digest_of(newsletter_id)
    if found is None:
        found = Digest(newsletter_id=newsletter_id)
        db.session.add(found)
    is_new = found.told_until is None
    found.weekday, found.at, found.section_id, found.holds_from = weekday, at, section_id, now
    if is_new:
        found.told_until = now - found.period
    db.session.flush()
    record("newsletter.digest", f"newsletter:{newsletter_id}", by, weekday=weekday, time=at, section_id=section_id)
    return found


def stop_digest(newsletter_id: int, by: Account | None = None) -> None:
    """Let people write a newsletter again. The caller commits."""
    found = digest_of(newsletter_id)
    if found is not None:
        db.session.delete(found)
        record("newsletter.digest", f"newsletter:{newsletter_id}", by, stopped=True)


def write_due() -> int:
    """Write and send off the issues that are due by themselves, and commit; tells how many. Of several processes one does."""
    now = clock.now()
    with reading():
        rules = db.session.scalars(select(Digest)).all()
        zone = db.session.scalars(select(Site.zone)).first() if rules else None
        due = [one.newsletter_id for one in rules if zone and one.is_due(now, ZoneInfo(zone))]
    written = 0
    for newsletter_id in due:
        try:
            written += _write(newsletter_id, now) is not None
            db.session.commit()
        except IntegrityError:  # another process has just done it
            db.session.rollback()
    return written


def _write(newsletter_id: int, now: datetime) -> Issue | None:
    """Write one issue; nothing where no story is new. The caller commits."""
    rule = db.session.get(Digest, newsletter_id, with_for_update=True, populate_existing=True)
    zone = db.session.scalars(select(Site)).one().timezone
    if rule is None or not rule.is_due(now, zone):
        return None
    due = rule.last(now, zone)
    since, rule.told_until, rule.holds_from = rule.told_until, due, due
    branch = tree(db.session()).by_id.get(rule.section_id) if rule.section_id else None
    if rule.section_id and branch is None:
        return None
    fresh = Listing.on(branch.shelf if branch else ALL, now).where(
        Listing.published_at > since, Listing.published_at <= due
    )
    stories = in_order(db.session(), list(db.session.scalars(fresh.limit(MOST_STORIES))))
    if not stories:
        return None
    first = stories[0].short_headline or stories[0].headline
    more = f", and {len(stories) - 1} more" if len(stories) > 1 else ""
    made_for = f"{newsletter_id}: {due:%Y-%m-%d %H:%M}"
    issue = begin(newsletter_id, f"{first[:130]}{more}", made_for=made_for)
    issue.write(issue.subject, "", [story.id for story in stories])
    issue.schedule(now)
    return issue
