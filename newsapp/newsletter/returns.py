"""What comes back is taken in: whose letter it was, and whether the address is written to again.

Only a message that names one of our letters by its number decides anything: the number is known to who got the letter,
so nobody else can have an address dropped. All others that are no noise are listed, for somebody to look at.
"""

from __future__ import annotations

import hashlib
import imaplib
import mailbox
import ssl
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from flask import current_app
from sqlalchemy import Index, Select, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock
from newsapp.newsletter.audience import audience
from newsapp.newsletter.bounces import Outcome, Report, read
from newsapp.newsletter.issues import Delivery
from newsapp.outbox import Mail

SOFT_IN_A_ROW = 5  # issues that came back one after the other: nobody reads that mailbox
KEPT = timedelta(days=90)
MOST_BYTES = 2_000_000  # of one message; a report brings back a letter of ours, and none is as large
AT_ONCE = 200  # messages of a mailbox, in one look
PATIENCE = 30  # seconds for each answer of the mailbox's server


class CannotRead(Exception):
    """The mailbox cannot be read; the message is one line for the operator."""


class Returned(Base):
    """What one message said about one letter. It is kept for a while, so that the same message counts once."""

    __table_args__ = (Index("ix_returned_open", "settled_at", "id"),)

    id: Mapped[pk]
    message: Mapped[str] = mapped_column(unique=True)  # hash of the message, and the report's place in it
    received_at: Mapped[moment] = mapped_column(default=clock.now, index=True)
    outcome: Mapped[str]
    address: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(default="")
    delivery_id: Mapped[int | None]
    settled_at: Mapped[moment | None]  # None: nobody has said what it means

    @classmethod
    def unclear(cls) -> Select[Returned]:
        """Select what waits for somebody to look at it, the oldest first."""
        return select(cls).where(cls.settled_at.is_(None)).order_by(cls.id)

    def settle(self, suppress: bool, by: Account | None = None) -> None:
        """Say what it meant: that the address takes no mail, or nothing. The caller commits."""
        if self.settled_at:
            return
        self.settled_at = clock.now()
        if suppress and self.address:
            audience().suppress(self.address, self.reason)
        record("returned.suppress" if suppress else "returned.ignore", f"returned:{self.id}", by)


@dataclass
class Taken:
    """What was done with messages."""

    hard: int = 0
    soft: int = 0
    complaint: int = 0
    nothing: int = 0
    unclear: int = 0
    again: int = 0  # known already

    def __str__(self) -> str:
        words = {"hard": "hard", "soft": "soft", "complaint": "complaints", "nothing": "of no account",
                 "unclear": "listed", "again": "known already"}  # fmt: skip
        return ", ".join(f"{getattr(self, name)} {word}" for name, word in words.items() if getattr(self, name)) or "nothing"  # fmt: skip


def take_in(raw: bytes, taken: Taken | None = None) -> Taken:
    """Read a message and do what it says, and commit."""
    taken = taken or Taken()
    digest = hashlib.sha256(raw.replace(b"\r\n", b"\n").strip()).hexdigest()[:32]
    for place, report in enumerate(read(raw[:MOST_BYTES])[:50]):
        what = _take(report, f"{digest}-{place}")
        try:
            db.session.commit()
        except IntegrityError:  # another process has read the same message
            db.session.rollback()
            what = "again"
        setattr(taken, what, getattr(taken, what) + 1)
    return taken


def _take(report: Report, message: str) -> str:
    if db.session.scalar(select(Returned.id).where(Returned.message == message)) is not None:
        return "again"
    if report.outcome is Outcome.NOTHING:
        return "nothing"
    delivery = db.session.scalar(select(Delivery).where(Delivery.number == report.number)) if report.number else None
    mail = (
        db.session.scalar(select(Mail).where(Mail.number == report.number)) if report.number and not delivery else None
    )
    ours = delivery or mail
    is_clear = ours is not None and report.outcome is not Outcome.UNCLEAR
    address = ours.address if ours else report.address
    db.session.add(
        Returned(
            message=message, outcome=report.outcome.value, address=address, reason=report.reason,
            delivery_id=delivery.id if delivery else None, settled_at=clock.now() if is_clear else None,
        )
    )  # fmt: skip
    if not is_clear:
        return "unclear"
    if delivery is not None:
        delivery.returned_at, delivery.returned = clock.now(), report.outcome.value
        db.session.flush()
    if report.outcome is not Outcome.SOFT or _came_back_in_a_row(address):
        audience().suppress(address, report.reason)
    return report.outcome.value


def _came_back_in_a_row(address: str) -> bool:
    """Tell whether the last letters to an address all came back."""
    last = (
        select(Delivery.returned)
        .where(Delivery.address == address, Delivery.sent_at.is_not(None))
        .order_by(Delivery.id.desc())
        .limit(SOFT_IN_A_ROW)
    )
    found = db.session.scalars(last).all()
    return len(found) == SOFT_IN_A_ROW and all(found)


def collect() -> Taken | None:
    """Read the mailbox that the settings name, as far as it goes at once, and commit; ``None`` where they name none.

    A message leaves the mailbox once it is taken in: from a Maildir to its folder of read mail, by IMAP with the mark
    that it was read.

    Raises:
        CannotRead: the mailbox cannot be opened.
    """
    where: str = current_app.config["BOUNCES_FROM"]
    if not where:
        return None
    return _from_maildir(urlsplit(where).path) if where.startswith("maildir:") else _from_imap(where)


def _from_maildir(folder: str) -> Taken:
    taken = Taken()
    try:
        box = mailbox.Maildir(unquote(folder), create=False)
        for key in [key for key, message in box.items() if message.get_subdir() == "new"][:AT_ONCE]:
            take_in(box.get_bytes(key), taken)
            message = box.get_message(key)
            message.set_subdir("cur")
            message.add_flag("S")
            box[key] = message
    except (OSError, mailbox.Error) as why:
        raise CannotRead(f"{folder}: {why}") from None
    return taken


def _from_imap(where: str) -> Taken:
    parts, taken = urlsplit(where), Taken()
    host, user, password = parts.hostname or "", unquote(parts.username or ""), unquote(parts.password or "")
    secure = ssl.create_default_context()
    server: imaplib.IMAP4
    try:
        if parts.scheme == "imaps":
            server = imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=secure, timeout=PATIENCE)
        else:
            server = imaplib.IMAP4(host, parts.port or 143, timeout=PATIENCE)
            if host not in ("localhost", "127.0.0.1", "::1"):
                server.starttls(secure)  # a password is never said on an open line
        with server:
            server.login(user, password)
            chosen, _ = server.select(f'"{unquote(parts.path.strip("/")) or "INBOX"}"')
            if chosen != "OK":
                raise CannotRead(f"{host}: there is no such folder")
            _, found = server.uid("SEARCH", "UNSEEN")
            for uid in (found[0] or b"").split()[:AT_ONCE]:
                _, got = server.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
                raw = next((part[1] for part in got if isinstance(part, tuple)), None)
                if raw is not None:
                    take_in(raw, taken)
                server.uid("STORE", uid.decode(), "+FLAGS", r"(\Seen)")
    except (imaplib.IMAP4.error, OSError) as why:
        raise CannotRead(f"{host}: {why}"[:300]) from None
    return taken


def tidy() -> None:
    """Forget what came back long ago, and commit."""
    db.session.execute(
        delete(Returned).where(Returned.received_at < clock.now() - KEPT, Returned.settled_at.is_not(None))
    )
    db.session.commit()
