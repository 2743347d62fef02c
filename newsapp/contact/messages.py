"""Messages to the newsroom: kept here before anything is mailed, and for a time only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, and_, delete, func, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.contact.models import Settled, new_reference
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock
from newsapp.site import ADDRESSEES

MOST = 5000  # characters of a message
LONGEST_NAME, LONGEST_SUBJECT = 80, 150
# How long one is kept after it was settled, or after it came where it is a machine's. The privacy page tells it.
KEPT, SPAM_KEPT = timedelta(days=180), timedelta(days=30)
REPEATED_WITHIN = timedelta(days=1)
ANSWERED, SETTLED, SPAM = "answered", "settled", "spam"
OUTCOMES = {ANSWERED: "Answered", SETTLED: "Settled without an answer", SPAM: "Spam"}
_OPEN = "settled_at IS NULL AND finding = ''"


class Message(Base):
    """What a visitor wrote to one role of the newsroom. Who left no address is not known, signed in or not."""

    __table_args__ = (
        Index("ix_message_open", "id", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        Index("ix_message_settled_at", "settled_at", "id"),
    )

    id: Mapped[pk]
    reference: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]  # a key of ADDRESSEES
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None] = mapped_column(index=True)  # where to answer
    subject: Mapped[str] = mapped_column(default="")
    words: Mapped[str]
    finding: Mapped[str] = mapped_column(default="")  # why it is taken for a machine's; empty for a person's
    made_at: Mapped[moment] = mapped_column(default=clock.now, index=True)
    settled_at: Mapped[moment | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id), index=True)
    outcome: Mapped[str | None]  # a key of OUTCOMES

    @property
    def about(self) -> str:
        return f"message:{self.reference}"

    @property
    def addressee(self) -> str:
        """Name the role that it was written to."""
        return ADDRESSEES[self.role]

    @property
    def says(self) -> str:
        """Say what became of it."""
        return OUTCOMES[self.outcome or SETTLED]

    @classmethod
    def open(cls, roles: Collection[str]) -> Select[Message]:
        """Select what waits for these roles, the newest first."""
        return cls._to(roles).where(cls.settled_at.is_(None), cls.finding == "")

    @classmethod
    def settled(cls, roles: Collection[str]) -> Select[Message]:
        """Select what these roles are done with, the newest first."""
        return cls._to(roles).where(cls.settled_at.is_not(None), cls.outcome != SPAM)

    @classmethod
    def spam(cls, roles: Collection[str]) -> Select[Message]:
        """Select what is spam, or looks like a machine's, the newest first."""
        return cls._to(roles).where(or_(cls.outcome == SPAM, and_(cls.finding != "", cls.settled_at.is_(None))))

    @classmethod
    def count_open(cls, roles: Collection[str]) -> int:
        """Count what waits for these roles."""
        return db.session.scalar(cls.open(roles).with_only_columns(func.count(cls.id)).order_by(None)) or 0

    @classmethod
    def _to(cls, roles: Collection[str]) -> Select[Message]:
        return select(cls).where(cls.role.in_(roles)).order_by(cls.id.desc())

    @classmethod
    def with_words(cls, typed: str) -> ColumnElement[bool]:
        """Give the test for messages in which ``typed`` stands: in their words, name, address, subject or reference."""
        columns = (cls.words, cls.subject, cls.name, cls.email, cls.reference)
        return or_(*(column.icontains(typed, autoescape=True) for column in columns))

    def settle(self, outcome: str, *, by: Account) -> None:
        """Note that it is done with, and how. The caller commits.

        Raises:
            Settled: somebody was quicker.
            ValueError: the outcome is none of OUTCOMES.
        """
        if outcome not in OUTCOMES:
            raise ValueError("Choose what became of it.")
        if self.settled_at is not None:
            raise Settled(self.reference)
        self.settled_at, self.settled_by_id, self.outcome = clock.now(), by.id, outcome
        record("message.settle", self.about, by, self.says)

    def reopen(self, *, by: Account) -> None:
        """Let it wait again, as a person's. The caller commits."""
        if self.settled_at is None and not self.finding:
            return
        self.settled_at = self.settled_by_id = self.outcome = None
        self.finding = ""
        record("message.reopen", self.about, by)


def send_message(
    role: str, words: str, *, name: str = "", email: str | None = None, subject: str = "", by: Account | None = None,
    finding: str = "",
) -> Message:  # fmt: skip
    """Keep a message to a role of the newsroom; it waits at the desk. ``email`` is one that may be answered.

    The caller commits.

    Raises:
        ValueError: no words, too many, or no such role.
    """
    if role not in ADDRESSEES:
        raise ValueError("Choose who is to read it.")
    if not words.strip():
        raise ValueError("Write your message.")
    if len(words) > MOST:
        raise ValueError(f"Write at most {MOST:,} characters.")
    made = Message(
        role=role, words=words, name=name, email=email, subject=subject, account_id=by.id if by and email else None,
        finding=finding or ("repeat" if _came_lately(role, words) else ""), reference=new_reference("M"),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def _came_lately(role: str, words: str) -> bool:
    """Tell whether the same has come already: a second press of the button, or one text sent again and again."""
    lately = select(Message.id).where(
        Message.made_at > clock.now() - REPEATED_WITHIN, Message.role == role, Message.words == words
    )
    return db.session.scalar(lately.limit(1)) is not None


def tidy() -> None:
    """Forget the messages whose time is over, and commit."""
    now = clock.now()
    is_spam = or_(Message.outcome == SPAM, Message.finding != "")
    is_old = or_(
        and_(is_spam, Message.made_at < now - SPAM_KEPT),
        and_(Message.settled_at.is_not(None), Message.settled_at < now - KEPT),
    )
    db.session.execute(delete(Message).where(is_old))
    db.session.commit()
