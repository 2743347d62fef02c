from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import ForeignKey, Index, Select, func, select, text
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from newsapp import outbox
from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.accounts.notifications import notify
from newsapp.articles import Article
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock

MAX_WORDS = 2000  # characters of a report or an answer
MAX_QUOTE = 500  # characters of the story that a report is about
LETTERS_A_DAY = 10  # about settled reports, to one address: anybody can type anybody's
OUTCOMES = {
    "corrected": "We have corrected the story.",
    "nothing": "We have looked into it and found nothing to correct.",
    "already": "It had been corrected already.",
}
_LETTERS = "23456789CDFGHJKMNPQRTVWX"  # that are not mistaken for each other, and spell no word
_OPEN = "settled_at IS NULL AND finding = ''"


class Settled(Exception):
    """Somebody was quicker: the report has its answer."""


class ErrorReport(Base):
    """An error that a reader found in a story. The reference is for whoever asks what became of it."""

    __table_args__ = (
        Index("ix_error_report_open", "id", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        Index("ix_error_report_settled_at", "settled_at", "id"),
        Index("ix_error_report_finding", "finding", "id"),
    )

    id: Mapped[pk]
    reference: Mapped[str] = mapped_column(unique=True)
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="SET NULL"), index=True)
    email: Mapped[str | None] = mapped_column(index=True)  # of somebody without an account who wants to be told
    quote: Mapped[str] = mapped_column(default="")  # the words of the story that are wrong
    words: Mapped[str]  # what is wrong with them
    finding: Mapped[str] = mapped_column(default="")  # why it is taken for a machine's; empty for a person's
    made_at: Mapped[moment] = mapped_column(default=clock.now)
    settled_at: Mapped[moment | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id), index=True)
    outcome: Mapped[str | None]  # a key of OUTCOMES
    answer: Mapped[str] = mapped_column(default="")  # a sentence to who reported it
    told_at: Mapped[moment | None]

    article: Mapped[Article] = relationship()

    @property
    def about(self) -> str:
        return f"error:{self.reference}"

    @property
    def says(self) -> str:
        """Say what became of it, to who reported it."""
        return OUTCOMES[self.outcome or "nothing"]

    @classmethod
    def open(cls) -> Select[ErrorReport]:
        """Select what waits for an answer, the oldest first."""
        return cls._with_story().where(cls.settled_at.is_(None), cls.finding == "").order_by(cls.id)

    @classmethod
    def settled(cls) -> Select[ErrorReport]:
        """Select what has its answer, the newest answer first."""
        return cls._with_story().where(cls.settled_at.is_not(None)).order_by(cls.settled_at.desc(), cls.id.desc())

    @classmethod
    def suspected(cls) -> Select[ErrorReport]:
        """Select what waits and was probably sent by a machine, the newest first."""
        return cls._with_story().where(cls.finding != "", cls.settled_at.is_(None)).order_by(cls.id.desc())

    @classmethod
    def count_open(cls) -> int:
        """Count what waits for an answer."""
        return db.session.scalar(cls.open().with_only_columns(func.count(cls.id)).order_by(None)) or 0

    @classmethod
    def _with_story(cls) -> Select[ErrorReport]:
        return select(cls).options(joinedload(cls.article))

    def settle(self, outcome: str, answer: str, *, by: Account) -> None:
        """Answer the report, and tell who made it, by mail who has no account. The caller commits.

        Raises:
            Settled: it has its answer.
            ValueError: the outcome is none of OUTCOMES, or the answer is too long.
        """
        if self.settled_at is not None:
            raise Settled(self.reference)
        if outcome not in OUTCOMES:
            raise ValueError("Choose what became of it.")
        if len(answer) > MAX_WORDS:
            raise ValueError(f"An answer has at most {MAX_WORDS:,} characters.")
        self.settled_at, self.settled_by_id = clock.now(), by.id
        self.outcome, self.answer = outcome, answer
        record("error.settle", self.about, by, self.says, article=self.article_id)
        if self.account_id is not None:
            told = f"You reported an error in “{self.article.headline}”. {self.says} {answer}".strip()
            notify(self.account_id, "error", self.about, told, self.article.url)
            self.told_at = self.settled_at
        elif self.email is not None:
            lately = outbox.count_written("error-settled", self.email, clock.now() - timedelta(days=1))
            if lately < LETTERS_A_DAY:
                outbox.post("error-settled", self.email, about={"report": self.id})
                self.told_at = self.settled_at


def report_error(
    article: Article, words: str, quote: str = "", *, by: Account | None = None, email: str | None = None,
    finding: str = "",
) -> ErrorReport:  # fmt: skip
    """Tell the newsroom of an error in a story; it waits at the desk until somebody answers. The caller commits.

    Raises:
        ValueError: no words, or too many.
    """
    if not words.strip():
        raise ValueError("Write what is wrong.")
    if len(words) > MAX_WORDS or len(quote) > MAX_QUOTE:
        raise ValueError(f"A report has at most {MAX_WORDS:,} characters.")
    made = ErrorReport(
        article_id=article.id, account_id=by.id if by else None, email=email, quote=quote, words=words, finding=finding,
        reference=new_reference("E"),
    )  # fmt: skip
    made.article = article
    db.session.add(made)
    db.session.flush()
    return made


def new_reference(kind: str) -> str:
    """Give a reference for whoever asks later what became of something: ``E-2FGH-9KMN``."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{kind}-{letters[:4]}-{letters[4:]}"
