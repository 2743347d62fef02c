from __future__ import annotations

import secrets
import threading
from datetime import datetime
from typing import Any

from sqlalchemy import Index, event, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from newsapp.db import Base, Json, db, moment, pk
from newsapp.lib import clock

waiting = threading.Event()  # set after each commit that left mail behind; wakes this process's postman


class Mail(Base):
    """One letter to one address. Its words are kept only until it has left.

    A letter has its words in the row, or it is written when it leaves: then ``about`` says what of, and the composer
    of its ``kind`` writes it. So no link that opens an account ever lies in the database.
    """

    __table_args__ = (Index("ix_mail_due", "next_try_at", "id"),)

    id: Mapped[pk]
    kind: Mapped[str]
    address: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    html: Mapped[str] = mapped_column(default="")
    headers: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    about: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    number: Mapped[str] = mapped_column(default=lambda: secrets.token_hex(12))  # its Message-ID, the same at each try
    posted_at: Mapped[moment] = mapped_column(default=clock.now)
    next_try_at: Mapped[moment | None] = mapped_column(default=clock.now)  # None: it has left, or was given up
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[moment | None]
    failed_at: Mapped[moment | None]
    reason: Mapped[str] = mapped_column(default="")  # of the last failure, as the server told it

    def try_now(self) -> bool:
        """Try a letter that was put off, as soon as may be; tells whether it waits. The caller commits."""
        if self.next_try_at is None or not self.reason:
            return False  # it has left, was given up, or somebody is at it
        self.next_try_at = clock.now()
        db.session().info["has_mail"] = True
        return True

    def _forget_words(self) -> None:
        self.subject = self.text = self.html = ""
        self.headers, self.about = {}, {}


def post(
    kind: str, address: str, *, subject: str = "", text: str = "", html: str = "",
    headers: dict[str, str] | None = None, about: dict[str, Any] | None = None, at: datetime | None = None,
) -> Mail:  # fmt: skip
    """Put a letter into the outbox; it leaves after the commit, or ``at`` a later moment. The caller commits.

    Give its words, or ``about``, from which the composer of its kind writes it when it leaves.
    """
    mail = Mail(
        kind=kind, address=address, subject=subject, text=text, html=html, headers=headers or {}, about=about or {},
        next_try_at=at or clock.now(),
    )  # fmt: skip
    db.session.add(mail)
    db.session().info["has_mail"] = True
    return mail


def withdraw(kind: str, address: str, **about: Any) -> bool:
    """Take back what waits to leave and has not been tried yet; tells whether anything did. The caller commits."""
    untried = select(Mail).where(
        Mail.address == address, Mail.kind == kind, Mail.next_try_at.is_not(None), Mail.tries == 0
    )
    found = [mail for mail in db.session.scalars(untried) if about.items() <= mail.about.items()]
    for mail in found:
        db.session.delete(mail)
    return bool(found)


def count_written(kind: str, address: str, since: datetime) -> int:
    """Count the letters of a kind that were written to an address, sent or not: nobody is to be flooded."""
    written = select(func.count()).where(Mail.address == address, Mail.kind == kind, Mail.posted_at > since)
    return db.session.scalar(written) or 0


@event.listens_for(Session, "after_commit")
def _wake_the_postman(session: Session) -> None:
    if session.info.pop("has_mail", False):
        waiting.set()
