"""What readers report, and what authors appeal against; a moderator decides both, and both sides are told."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import ForeignKey, Index, Select, func, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsapp import outbox
from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.accounts.notifications import notify, take_back
from newsapp.comments.models import Comment, NotAllowed
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock

MAX_WORDS = 2000  # characters of a report or an appeal
UNDO_WITHIN = timedelta(minutes=2)  # a decision that is taken back so soon is told to nobody by mail
LETTERS_A_DAY = 10  # about decided reports, to one address: anybody can type anybody's
APPEAL_WITHIN = timedelta(days=180)  # Source: Regulation (EU) 2022/2065, article 20(1): at least six months
REASONS = {
    "abuse": "It insults or threatens somebody",
    "hate": "It is hateful towards a group of people",
    "spam": "It is spam or an advertisement",
    "private": "It tells something private about somebody",
    "false": "It is false in a way that does harm",
    "topic": "It has nothing to do with the story",
    "illegal": "It breaks the law",
    "other": "Something else",
}
_LETTERS = "23456789CDFGHJKMNPQRTVWX"  # that are not mistaken for each other, and spell no word


class Report(Base):
    """What one reader says is wrong with one comment. The reference is for whoever asks what became of it."""

    __table_args__ = (
        Index("ix_report_open", "comment_id", sqlite_where=text("decided_at IS NULL"), postgresql_where=text("decided_at IS NULL")),
        Index("ix_report_comment_id", "comment_id"),
    )  # fmt: skip

    id: Mapped[pk]
    reference: Mapped[str] = mapped_column(unique=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey(Comment.id, ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="SET NULL"), index=True)
    email: Mapped[str | None]  # of somebody without an account who wants to be told
    reason: Mapped[str]  # a key of REASONS
    words: Mapped[str] = mapped_column(default="")
    law: Mapped[str] = mapped_column(default="")  # which, where the reason is "illegal"
    made_at: Mapped[moment] = mapped_column(default=clock.now)
    decided_at: Mapped[moment | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    decision: Mapped[str | None]  # "upheld" or "declined"
    decision_words: Mapped[str] = mapped_column(default="")  # to who reported it
    told_at: Mapped[moment | None]  # when who made it was first told; a letter's is the moment at which it leaves

    comment: Mapped[Comment] = relationship()

    @classmethod
    def open(cls) -> Select[Report]:
        """Select what waits for a decision, the oldest first."""
        return select(cls).where(cls.decided_at.is_(None)).order_by(cls.made_at, cls.id)

    @classmethod
    def by(cls, account: Account) -> Select[Report]:
        """Select what somebody has reported, the newest first."""
        return select(cls).where(cls.account_id == account.id).order_by(cls.id.desc())

    @classmethod
    def about(cls, comment: Comment) -> Select[Report]:
        """Select the reports of one comment, the oldest first."""
        return select(cls).where(cls.comment_id == comment.id).order_by(cls.made_at, cls.id)

    @property
    def called(self) -> str:
        """Name what it says is wrong."""
        return REASONS.get(self.reason, self.reason)

    @property
    def outcome(self) -> str:
        """Say what was decided, to who reported it."""
        return (
            "We have taken the comment off the page." if self.decision == "upheld" else "We leave the comment as it is."
        )

    def decide(self, *, upheld: bool, by: Account, words: str = "") -> None:
        """Close the report, or decide it anew, and tell who made it, by mail who has no account. ``words`` are to them.

        What becomes of the comment is its own verb. The caller commits.
        """
        self.decided_at, self.decided_by_id = clock.now(), by.id
        self.decision, self.decision_words = "upheld" if upheld else "declined", words
        record("report.decide", f"report:{self.reference}", by, self.decision, reported_for=self.reason)
        if self.account_id is not None:
            told = f"Your report {self.reference} was looked at. {self.outcome} {words}".strip()
            notify(self.account_id, "report", f"report:{self.reference}", told, self.comment.url)
            self.told_at = self.decided_at
        elif self.email is not None:
            lately = outbox.count_written("report-decided", self.email, clock.now() - timedelta(days=1))
            if lately < LETTERS_A_DAY:
                about = {"report": self.id, "decided": self.decided_at.isoformat(), "again": self._knows}
                leaves_at = self.decided_at + UNDO_WITHIN
                outbox.post("report-decided", self.email, about=about, at=leaves_at)
                self.told_at = self.told_at if self._knows else leaves_at

    def reopen(self, by: Account) -> None:
        """Let the report wait again, as the decision that closed it is taken back. The caller commits."""
        record("report.reopen", f"report:{self.reference}", by, reported_for=self.reason)
        take_back("report", f"report:{self.reference}")
        if self.account_id is not None or not self._knows:
            self.told_at = None
        self.decided_at = self.decided_by_id = self.decision = None
        self.decision_words = ""

    @property
    def _knows(self) -> bool:
        """Tell whether a decision has reached who made the report: a letter may still be held back."""
        return self.told_at is not None and self.told_at <= clock.now()


class Appeal(Base):
    """What an author says against a decision about a comment: once for each comment."""

    __table_args__ = (
        Index("ix_appeal_open", "comment_id", sqlite_where=text("decided_at IS NULL"), postgresql_where=text("decided_at IS NULL")),
    )  # fmt: skip

    comment_id: Mapped[int] = mapped_column(ForeignKey(Comment.id, ondelete="CASCADE"), primary_key=True)
    words: Mapped[str]
    made_at: Mapped[moment] = mapped_column(default=clock.now)
    decided_at: Mapped[moment | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    granted_at: Mapped[moment | None]
    answer: Mapped[str] = mapped_column(default="")

    comment: Mapped[Comment] = relationship()

    @classmethod
    def open(cls) -> Select[Appeal]:
        """Select what waits for a decision, the oldest first."""
        return select(cls).where(cls.decided_at.is_(None)).order_by(cls.made_at, cls.comment_id)

    def decide(self, *, granted: bool, by: Account, answer: str = "") -> None:
        """Answer the appeal; where it is granted, the comment appears. The caller commits."""
        self.decided_at, self.decided_by_id, self.answer = clock.now(), by.id, answer
        record("appeal.decide", self.comment.about, by, "granted" if granted else "declined")
        if granted:
            self.granted_at = self.decided_at
            self.comment.approve(by)
        else:
            self.comment.decline(by)
        if self.comment.account_id is not None:
            outcome = "Your comment is back." if granted else "The decision stands."
            told = f"Your appeal was looked at again. {outcome} {answer}".strip()
            notify(
                self.comment.account_id,
                "appeal",
                self.comment.about,
                told,
                f"/account/comments#comment-{self.comment_id}",
            )

    def reopen(self, by: Account) -> None:
        """Take the answer back, with the decision that went with it. The caller commits."""
        record("appeal.reopen", self.comment.about, by)
        take_back("appeal", self.comment.about)
        self.decided_at = self.decided_by_id = self.granted_at = None
        self.answer = ""


def report(
    comment: Comment,
    reason: str,
    words: str = "",
    *,
    by: Account | None = None,
    email: str | None = None,
    law: str = "",
) -> Report:
    """Report a comment; a second report by the same account is the first, with the new words. The caller commits.

    Raises:
        NotAllowed: it is their own, or readers do not see it.
        ValueError: the reason is none of REASONS, or the words are too long.
    """
    if comment.is_by(by):
        raise NotAllowed("You cannot report your own comment. You can delete it.")
    if not comment.is_visible:
        raise NotAllowed("This comment is not on the page any more.")
    if reason not in REASONS:
        raise ValueError("Choose what is wrong with it.")
    if len(words) > MAX_WORDS or len(law) > MAX_WORDS:
        raise ValueError(f"A report has at most {MAX_WORDS:,} characters.")
    made = None
    if by is not None:
        mine = Report.about(comment).where(Report.account_id == by.id, Report.decided_at.is_(None))
        made = db.session.scalar(mine)
    if made is None:
        made = Report(comment_id=comment.id, account_id=by.id if by else None, email=email, reference=_reference())
        db.session.add(made)
    made.reason, made.words, made.law, made.made_at = reason, words, law, clock.now()
    made.comment = comment
    db.session.flush()
    return made


def appeal(comment: Comment, words: str, *, by: Account) -> Appeal:
    """Ask for a decision to be looked at again, once. The caller commits.

    Raises:
        NotAllowed: it is not theirs, was appealed before, or there is no decision against it.
        ValueError: no words, or too many.
    """
    if not comment.is_by(by):
        raise NotAllowed("Only who wrote a comment can appeal.")
    if comment.state not in ("rejected", "spam", "hidden"):
        raise NotAllowed("There is no decision against this comment.")
    if db.session.get(Appeal, comment.id) is not None:
        raise NotAllowed("You have appealed already; each comment has one appeal.")
    if clock.now() - comment.posted_at > APPEAL_WITHIN:
        raise NotAllowed("An appeal can be made for half a year.")
    if not words.strip():
        raise ValueError("Write why the comment should appear.")
    if len(words) > MAX_WORDS:
        raise ValueError(f"An appeal has at most {MAX_WORDS:,} characters.")
    made = Appeal(comment_id=comment.id, words=words.strip(), made_at=clock.now())
    made.comment = comment
    db.session.add(made)
    record("appeal.make", comment.about, by)
    db.session.flush()
    return made


def reported(at_least: int = 1) -> Select[Comment, int]:
    """Select the comments with open reports, and how many, the most reported first."""
    n = func.count(Report.id)
    return (
        select(Comment, n)
        .join(Report, Report.comment_id == Comment.id)
        .where(Report.decided_at.is_(None))
        .group_by(Comment.id)
        .having(n >= at_least)
        .order_by(n.desc(), Comment.id)
    )


def _reference() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"R-{letters[:4]}-{letters[4:]}"
