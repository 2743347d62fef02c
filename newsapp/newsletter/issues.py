"""Issues: a newsletter as it is written, and a delivery for each who gets it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.db import Base, Json, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.text import slugify

MOST_STORIES = 40
STATES = ("draft", "scheduled", "sending", "paused", "sent")


class CannotChange(Exception):
    """The issue is as it is; the message says why."""


class Issue(Base):
    """One newsletter: written, sent once, and a page afterwards."""

    __table_args__ = (Index("ix_issue_begun_at", "begun_at", "id"),)

    id: Mapped[pk]
    newsletter_id: Mapped[int] = mapped_column(index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    introduction: Mapped[str] = mapped_column(default="")  # plain text; a blank line parts paragraphs
    stories: Mapped[list[int]] = mapped_column(Json, default=list)  # ids of articles, in their order
    made_at: Mapped[moment] = mapped_column(default=clock.now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))  # None: it made itself
    made_for: Mapped[str | None] = mapped_column(unique=True)  # the day and rule of an automatic one: never two
    send_at: Mapped[moment | None] = mapped_column(index=True)  # None: nobody has said when
    begun_at: Mapped[moment | None]  # from here on its words are what they are
    html: Mapped[str] = mapped_column(default="", deferred=True)
    text: Mapped[str] = mapped_column(default="", deferred=True)
    reached: Mapped[int] = mapped_column(default=0)  # the last receiver who has a delivery
    filled_at: Mapped[moment | None]  # everybody has one
    paused_at: Mapped[moment | None]
    trouble: Mapped[str] = mapped_column(default="")  # why it does not go on, as the server told it
    resumes_at: Mapped[moment | None]  # when the server is tried again
    finished_at: Mapped[moment | None]

    @property
    def state(self) -> str:
        if self.finished_at:
            return "sent"
        if self.begun_at:
            return "paused" if self.paused_at else "sending"
        return "scheduled" if self.send_at else "draft"

    @property
    def is_open(self) -> bool:
        """Tell whether its words can still be changed."""
        return self.begun_at is None

    @property
    def desk_url(self) -> str:
        return f"/desk/newsletter/{self.id}"

    @property
    def url(self) -> str:
        return f"/newsletter/issues/{self.slug}"

    @classmethod
    def newest(cls) -> Select[Issue]:
        """Select all issues, the newest first."""
        return select(cls).order_by(cls.id.desc())

    @classmethod
    def past(cls) -> Select[Issue]:
        """Select those that went out, the newest first."""
        return select(cls).where(cls.begun_at.is_not(None)).order_by(cls.begun_at.desc(), cls.id.desc())

    @classmethod
    def before(cls, issue: Issue) -> Select[Issue]:
        """Select the same newsletter's issues that went out before this one, the last first."""
        return cls.past().where(cls.newsletter_id == issue.newsletter_id, cls.id != issue.id)

    @classmethod
    def under_way(cls, at: datetime) -> Select[Issue]:
        """Select what is to be begun, filled or sent now, the oldest first."""
        return (
            select(cls)
            .where(
                cls.finished_at.is_(None),
                cls.send_at <= at,
                cls.paused_at.is_(None),
                (cls.resumes_at.is_(None)) | (cls.resumes_at <= at),
            )
            .order_by(cls.send_at, cls.id)
        )

    def write(self, subject: str, introduction: str, stories: list[int]) -> None:
        """Say what stands in it. The caller commits.

        Raises:
            CannotChange: it has begun to leave.
        """
        self._must_be_open()
        self.subject, self.introduction = subject, introduction
        self.stories = list(dict.fromkeys(stories))[:MOST_STORIES]

    def schedule(self, at: datetime, by: Account | None = None) -> None:
        """Let it leave at a moment. The caller commits.

        Raises:
            CannotChange: it has begun to leave, or nothing stands in it.
        """
        self._must_be_open()
        if not self.stories and not self.introduction:
            raise CannotChange("Nothing stands in it yet.")
        self.send_at = at
        record("issue.schedule", f"issue:{self.id}", by, send_at=at.isoformat())

    def call_off(self, by: Account | None = None) -> None:
        """Let it wait again. The caller commits.

        Raises:
            CannotChange: it has begun to leave.
        """
        self._must_be_open()
        self.send_at = None
        record("issue.call_off", f"issue:{self.id}", by)

    def pause(self, why: str = "", by: Account | None = None) -> None:
        """Send no more of it until somebody says so. The caller commits."""
        if self.begun_at and not self.finished_at and not self.paused_at:
            self.paused_at, self.trouble = clock.now(), why
            record("issue.pause", f"issue:{self.id}", by, reason=why)

    def go_on(self, by: Account | None = None) -> None:
        """Send the rest of it. The caller commits."""
        self.paused_at, self.resumes_at, self.trouble = None, None, ""
        record("issue.go_on", f"issue:{self.id}", by)

    def drop(self) -> None:
        """Throw it away. The caller commits.

        Raises:
            CannotChange: it has begun to leave.
        """
        self._must_be_open()
        db.session.delete(self)

    def _must_be_open(self) -> None:
        if not self.is_open:
            raise CannotChange("It has begun to leave, and says what it says.")


class Delivery(Base):
    """One issue to one address.

    It waits (``due_at``), is being handed over (``claimed_at``), or one of the others says what became of it. Who
    claimed it and died leaves it unsure: it may have arrived, so it is listed, and never sent again by itself.
    """

    __table_args__ = (
        UniqueConstraint("issue_id", "receiver_id"),
        Index("ix_delivery_due", "issue_id", "due_at", "id"),
        Index("ix_delivery_claimed", "claimed_at"),
        Index("ix_delivery_unsure", "unsure_at"),
        Index("ix_delivery_failed", "issue_id", "failed_at", "id"),
    )

    id: Mapped[pk]
    issue_id: Mapped[int] = mapped_column(ForeignKey(Issue.id, ondelete="CASCADE"))
    receiver_id: Mapped[int]
    address: Mapped[str] = mapped_column(index=True)
    number: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_hex(12))  # its Message-ID
    due_at: Mapped[moment | None]
    tries: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[moment | None]
    sent_at: Mapped[moment | None]
    failed_at: Mapped[moment | None]
    unsure_at: Mapped[moment | None]
    skipped_at: Mapped[moment | None]  # they had stopped the newsletter before it left
    reason: Mapped[str] = mapped_column(default="")
    returned_at: Mapped[moment | None]
    returned: Mapped[str] = mapped_column(default="")  # hard, soft or complaint

    @classmethod
    def unsure(cls) -> Select[Delivery]:
        """Select those of which nobody knows whether they arrived."""
        return select(cls).where(cls.unsure_at.is_not(None)).order_by(cls.unsure_at, cls.id)

    def send_again(self, by: Account | None = None) -> None:
        """Let an unsure or failed one leave again: somebody has decided that twice is better than never. The caller commits."""
        if self.unsure_at or self.failed_at:
            self.unsure_at = self.failed_at = None
            self.due_at, self.tries, self.reason = clock.now(), 0, ""
            issue = db.session.get_one(Issue, self.issue_id)
            issue.finished_at = None
            record("delivery.send_again", f"issue:{self.issue_id}", by, delivery=self.id)

    def let_be(self, by: Account | None = None) -> None:
        """Take an unsure one for arrived: never is better than twice. The caller commits."""
        if self.unsure_at:
            self.sent_at, self.unsure_at = self.unsure_at, None
            record("delivery.let_be", f"issue:{self.issue_id}", by, delivery=self.id)


@dataclass(frozen=True)
class Progress:
    """How far an issue has come."""

    all: int
    sent: int
    waiting: int
    unsure: int
    failed: int
    skipped: int
    returned: int

    @property
    def per_cent(self) -> int:
        return 100 * (self.all - self.waiting) // self.all if self.all else 0


def begin(newsletter_id: int, subject: str, by: Account | None = None, made_for: str | None = None) -> Issue:
    """Begin an issue of a newsletter. The caller commits."""
    stem = slugify(f"{clock.now():%Y-%m-%d} {subject}", at_most=70)
    taken = set(db.session.scalars(select(Issue.slug).where(Issue.slug.startswith(stem))))
    slug = next(one for one in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)
    issue = Issue(
        newsletter_id=newsletter_id, slug=slug, subject=subject, made_for=made_for, made_by_id=by.id if by else None
    )
    db.session.add(issue)
    db.session.flush()
    return issue


def progress(issue: Issue) -> Progress:
    """Count what became of an issue's letters."""
    kinds = (Delivery.id, Delivery.sent_at, Delivery.due_at, Delivery.claimed_at, Delivery.unsure_at,
             Delivery.failed_at, Delivery.skipped_at, Delivery.returned_at)  # fmt: skip
    counted: Any = db.session.execute(select(*map(func.count, kinds)).where(Delivery.issue_id == issue.id)).one()
    everything, sent, due, claimed, unsure, failed, skipped, returned = counted
    return Progress(everything, sent, due + claimed, unsure, failed, skipped, returned)


def list_unsure(before: datetime) -> int:
    """Take what was claimed before a moment, and never heard of again, for unsure. The caller commits."""
    found = db.session.execute(
        update(Delivery)
        .where(Delivery.claimed_at < before)
        .values(unsure_at=clock.now(), claimed_at=None, reason="Who sent it ended before the server's answer.")
    )
    return int(found.rowcount)  # type: ignore[attr-defined]
