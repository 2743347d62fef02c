"""Letters that an account wants whenever there is news: at once, or gathered, each morning or each Monday.

A room that has news for accounts wakes their letters in the transaction of the news. When its time has come a letter is
claimed: its row says until when the account has been told, and moves on with the letter into the outbox, in one
transaction that only one process can win. So no kill and no second process mails anything twice, and what was claimed
is a span of time, which the room's composer fills when the letter leaves, with what readers see then.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Select, case, func, literal, select, update
from sqlalchemy.orm import Mapped, mapped_column

from newsapp import outbox
from newsapp.accounts.models import Account
from newsapp.db import Base, Moment, db, moment, reading
from newsapp.lib import clock
from newsapp.site import current

NOW, DAILY, WEEKLY = "now", "daily", "weekly"
RHYTHMS = (NOW, DAILY, WEEKLY)
MORNING = time(7, 0)  # in the paper's zone
WEEKDAY = 0  # Monday
# What has just happened waits: a transaction under way may still bring something with an earlier moment.
SETTLES = timedelta(minutes=1)
AT_ONCE = 100  # letters claimed in one transaction
AT_MOST = 2000  # in one go; the others wait for the next


class StandingLetter(Base):
    """One kind of letter that an account wants, and until when it has been told."""

    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # the kind of the letter: "follows", "replies"
    rhythm: Mapped[str]  # one of RHYTHMS
    chosen_at: Mapped[moment] = mapped_column(default=clock.now)
    told_until: Mapped[moment]
    news_at: Mapped[moment | None]  # when there was last something to tell
    next_at: Mapped[moment | None] = mapped_column(index=True)  # None: there is nothing to tell
    stopped_at: Mapped[moment | None]

    @property
    def is_wanted(self) -> bool:
        return self.stopped_at is None

    def stop(self) -> None:
        """Send it no more. The caller commits."""
        self.stopped_at, self.next_at = self.stopped_at or clock.now(), None

    def resume(self) -> None:
        """Send it again as before, from now on. The caller commits."""
        if self.stopped_at is not None:
            self.stopped_at, self.told_until = None, clock.now()


def standing_letter(account: Account, kind: str) -> StandingLetter | None:
    """Give what an account has chosen of a kind of letter, stopped or not."""
    return db.session.get(StandingLetter, (account.id, kind))


def choose_letter(account: Account, kind: str, rhythm: str) -> StandingLetter:
    """Have a kind of letter sent in a rhythm; what waits comes with it. The caller commits.

    Raises:
        ValueError: there is no such rhythm.
    """
    if rhythm not in RHYTHMS:
        raise ValueError(rhythm)
    now = clock.now()
    row = standing_letter(account, kind)
    if row is None:
        row = StandingLetter(account_id=account.id, kind=kind, rhythm=rhythm, chosen_at=now, told_until=now)
        db.session.add(row)
    row.resume()
    if row.rhythm != rhythm:
        row.rhythm, row.chosen_at = rhythm, now
        row.next_at = next_letter(rhythm, now, _zone()) if row.next_at else None
    db.session.flush()
    return row


def wake(kind: str, accounts: Collection[int], at: datetime | None = None) -> None:
    """Note that there is news for accounts, by their ids: of now, or of the moment ``at``. The caller commits."""
    now, zone = clock.now(), _zone()
    theirs = [
        StandingLetter.kind == kind,
        StandingLetter.stopped_at.is_(None),
        StandingLetter.account_id.in_(accounts),
    ]
    moments = {rhythm: literal(next_letter(rhythm, (at or now) + SETTLES, zone), Moment) for rhythm in RHYTHMS}
    values = {
        "news_at": at or now,
        "next_at": func.coalesce(StandingLetter.next_at, case(moments, value=StandingLetter.rhythm)),
    }
    db.session.execute(
        update(StandingLetter).where(*theirs).values(values).execution_options(synchronize_session="fetch")
    )


def next_letter(rhythm: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Give when a letter goes out of which the news is of ``now``."""
    if rhythm == NOW:
        return now
    here = now.astimezone(zone)
    day = here.date()
    while (at := datetime.combine(day, MORNING, zone)) <= here or (rhythm == WEEKLY and day.weekday() != WEEKDAY):
        day += timedelta(days=1)
    return at.astimezone(now.tzinfo)


def post_due() -> int:
    """Put the letters whose time has come into the outbox, and commit; tells how many."""
    posted = 0
    while posted < AT_MOST:
        with reading():
            if db.session.scalar(_due().limit(1)) is None:
                return posted
        n = _post_some()
        db.session.commit()
        if not n:
            return posted
        posted += n
    return posted


def _post_some() -> int:
    now, zone, posted = clock.now(), _zone(), 0
    until = now - SETTLES
    for row in db.session.scalars(_due().limit(AT_ONCE)).all():
        is_more = row.news_at is not None and row.news_at > until
        claimed = db.session.execute(
            update(StandingLetter)
            .where(
                StandingLetter.account_id == row.account_id,
                StandingLetter.kind == row.kind,
                StandingLetter.next_at == row.next_at,
                StandingLetter.told_until == row.told_until,
                StandingLetter.news_at == row.news_at,
            )
            .values(
                told_until=max(until, row.told_until),
                next_at=max(next_letter(row.rhythm, now, zone), now + SETTLES) if is_more else None,
            )
            .execution_options(synchronize_session=False)
        )
        if claimed.rowcount == 1:  # type: ignore[attr-defined]  # an UPDATE's result has one
            about = {"account": row.account_id, "since": row.told_until.isoformat(), "until": until.isoformat()}
            outbox.post(row.kind, _address(row.account_id), about=about)
            posted += 1
    db.session.expire_all()
    return posted


def _address(account_id: int) -> str:
    return db.session.scalars(select(Account.email).where(Account.id == account_id)).one()


def _due() -> Select[StandingLetter]:
    return (
        select(StandingLetter)
        .where(StandingLetter.next_at <= clock.now(), StandingLetter.stopped_at.is_(None))
        .order_by(StandingLetter.next_at, StandingLetter.account_id, StandingLetter.kind)
    )


def span(about: dict[str, str]) -> tuple[datetime, datetime]:
    """Read from a claimed letter since when and until when it tells."""
    return datetime.fromisoformat(about["since"]), datetime.fromisoformat(about["until"])


def _zone() -> ZoneInfo:
    return current(db.session()).timezone
