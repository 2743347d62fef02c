"""People who comment, as the moderators know them: what they may not do for a while, and notes about them.

Somebody is an account or, without one, a mail address.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from newsapp import site
from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.accounts.notifications import notify, take_back
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock, dates
from newsapp.lib.addresses import mailbox


class Measure(StrEnum):
    """What a moderator may do about a person, from the mildest."""

    WARN = "warn"  # told, nothing else
    PREMODERATE = "premoderate"  # everything waits
    SUSPEND = "suspend"  # cannot comment until a day
    BAN = "ban"  # cannot comment


SAYS = {
    Measure.WARN: "A moderator has warned you.",
    Measure.PREMODERATE: "Your comments are read by a moderator before they appear.",
    Measure.SUSPEND: "You cannot comment for a while.",
    Measure.BAN: "You cannot comment here any more.",
}
OBJECTING = " If you think that this is wrong, write to the newsroom: see Contact, at the foot of the page."

LIFTED = {
    Measure.WARN: "A moderator has taken a warning back.",
    Measure.PREMODERATE: "Your comments are treated like everybody’s again.",
    Measure.SUSPEND: "You can comment again: your suspension is lifted.",
    Measure.BAN: "You can comment again: your ban is lifted.",
}


class Sanction(Base):
    """Something that a moderator has done about a person, with its reason and its end."""

    __table_args__ = (
        Index("ix_sanction_account_id", "account_id", "id"),
        Index("ix_sanction_email", "email", "id"),
        Index(
            "ix_sanction_open", "id", sqlite_where=text("lifted_at IS NULL"), postgresql_where=text("lifted_at IS NULL")
        ),
    )

    id: Mapped[pk]
    measure: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"))
    email: Mapped[str | None]  # a guest's mailbox(), or with "@example.org" everybody's of that domain
    reason: Mapped[str]  # for the person to read
    begun_at: Mapped[moment] = mapped_column(default=clock.now)
    begun_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    ends_at: Mapped[moment | None]  # None: when a moderator lifts it
    lifted_at: Mapped[moment | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))

    @classmethod
    def history_of(cls, account: Account | None, email: str | None = None) -> Select[Sanction]:
        """Select everything that was ever done about a person, the newest first."""
        return select(cls).where(_is_about(cls, account, email)).order_by(cls.id.desc())

    @classmethod
    def in_force(cls, account: Account | None, email: str | None = None) -> Select[Sanction]:
        """Select what binds a person now, warnings left out."""
        return cls.history_of(account, email).where(
            cls.measure != Measure.WARN,
            cls.lifted_at.is_(None),
            or_(cls.ends_at.is_(None), cls.ends_at > clock.now()),
        )

    @classmethod
    def all_in_force(cls) -> Select[Sanction]:
        """Select everybody's that bind now, the newest first."""
        return (
            select(cls)
            .where(
                cls.measure != Measure.WARN,
                cls.lifted_at.is_(None),
                or_(cls.ends_at.is_(None), cls.ends_at > clock.now()),
            )
            .order_by(cls.id.desc())
        )

    @property
    def says(self) -> str:
        """Tell the person, in a sentence or two, and until when it holds."""
        zone = site.current(db.session()).timezone
        until = f" This holds until {dates.until(self.ends_at, zone)}." if self.ends_at else ""
        objecting = OBJECTING if self.measure in (Measure.SUSPEND, Measure.BAN) else ""
        return f"{SAYS[Measure(self.measure)]} {self.reason}".strip() + until + objecting

    def lift(self, by: Account) -> None:
        """End it before its time. The caller commits."""
        self.lifted_at, self.lifted_by_id = clock.now(), by.id
        record("person.lift", _about(self.account_id, self.email), by, sanction=self.id)
        if self.account_id is not None:
            take_back("warning", f"sanction:{self.id}")
            notify(
                self.account_id, "warning", f"sanction:{self.id}", LIFTED[Measure(self.measure)], "/account/comments"
            )


class PersonNote(Base):
    """What moderators tell each other about a person."""

    __table_args__ = (
        Index("ix_person_note_account_id", "account_id", "id"),
        Index("ix_person_note_email", "email", "id"),
    )

    id: Mapped[pk]
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"))
    email: Mapped[str | None]
    words: Mapped[str]
    written_at: Mapped[moment] = mapped_column(default=clock.now)
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))

    @classmethod
    def on(cls, account: Account | None, email: str | None = None) -> Select[PersonNote]:
        """Select the notes on a person, the newest first."""
        return select(cls).where(_is_about(cls, account, email)).order_by(cls.id.desc())

    def remove(self, by: Account | None = None) -> None:
        """Throw the note away. The caller commits."""
        record("person.unnote", _about(self.account_id, self.email), by)
        db.session.delete(self)


def warn(*, account: Account, by: Account, reason: str) -> Sanction:
    """Warn a person; nothing is taken from them. The caller commits."""
    return _sanction(Measure.WARN, account, None, by, reason, None)


def premoderate(
    *, by: Account, reason: str, account: Account | None = None, email: str | None = None, until: datetime | None = None
) -> Sanction:
    """Read everything of a person before it appears. The caller commits."""
    return _sanction(Measure.PREMODERATE, account, email, by, reason, until)


def suspend(
    *, by: Account, reason: str, until: datetime, account: Account | None = None, email: str | None = None
) -> Sanction:
    """Keep a person from commenting until a day. The caller commits."""
    return _sanction(Measure.SUSPEND, account, email, by, reason, until)


def ban(*, by: Account, reason: str, account: Account | None = None, email: str | None = None) -> Sanction:
    """Keep a person from commenting. The caller commits."""
    return _sanction(Measure.BAN, account, email, by, reason, None)


def note(words: str, *, by: Account, account: Account | None = None, email: str | None = None) -> PersonNote:
    """Write a note on a person, for the other moderators. The caller commits."""
    written = PersonNote(
        account_id=account.id if account else None, email=_folded(email), words=words.strip(), written_by_id=by.id
    )
    db.session.add(written)
    db.session.flush()
    record("person.note", _about(written.account_id, written.email), by)
    return written


def strictest(account: Account | None, email: str | None) -> Sanction | None:
    """Give what binds a person most, if anything."""
    found: Sequence[Sanction] = db.session.scalars(Sanction.in_force(account, email)).all()
    order = list(Measure)
    return max(found, key=lambda one: order.index(Measure(one.measure)), default=None)


def _sanction(
    measure: Measure, account: Account | None, email: str | None, by: Account, reason: str, until: datetime | None
) -> Sanction:
    if account is None and not email:
        raise ValueError("A sanction is about somebody: an account or a mail address.")
    made = Sanction(
        measure=measure, account_id=account.id if account else None, email=_folded(email) if account is None else None,
        reason=reason.strip(), begun_at=clock.now(), begun_by_id=by.id, ends_at=until,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    # The reason is the person's to read and goes with the row; the log, which is never changed, leads to it.
    record(
        f"person.{measure}",
        _about(made.account_id, made.email),
        by,
        until=until.isoformat() if until else None,
        sanction=made.id,
    )
    if account is not None:
        notify(account.id, "warning", f"sanction:{made.id}", made.says, "/account/comments")
    return made


def _is_about(
    table: type[Sanction] | type[PersonNote], account: Account | None, email: str | None
) -> ColumnElement[bool]:
    # A guest may type anybody's address, so what was decided about a guest does not bind the account that has it. What
    # was decided about an account binds whoever writes as a guest from its mailbox.
    if account is not None:
        return table.account_id.in_(_accounts_of(account.mailbox))
    if not email:
        return table.id.is_(None)
    folded = mailbox(email)
    domain = "@" + folded.rpartition("@")[2]
    return or_(table.email.in_([folded, domain]), table.account_id.in_(_accounts_of(folded)))


def _accounts_of(box: str) -> Select[int]:
    return select(Account.id).where(Account.mailbox == box)


def _about(account_id: int | None, email: str | None) -> str:
    # The log names no address: it is never changed, and people may ask to be forgotten.
    return f"account:{account_id}" if account_id else "guest"


def _folded(email: str | None) -> str | None:
    return mailbox(email) if email else None
