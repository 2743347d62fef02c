"""The way out: who sends which letter when, and what becomes of one that cannot leave.

A letter is claimed by moving its next try ahead, in a transaction of its own that only one process can win, and sent
outside any transaction. What a process leaves undone when it dies is due again when its claim has run out.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy, default
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, current_app
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from newsapp.db import db, reading
from newsapp.lib import clock
from newsapp.outbox.carriers import Carrier, Folder, NotNow, Refused, Smtp, Unreachable
from newsapp.outbox.letters import Letter, compose
from newsapp.outbox.models import Mail

CLAIM = timedelta(minutes=10)  # longer than the slowest server is waited for
# Minutes until the next try, after the first, the second, ... failure: four days in all, then it is given up.
BACK_OFF = (1, 5, 15, 60, 180, 360, 720, 1440, 1440, 1440)
KEPT = timedelta(days=30)  # how long the outbox remembers that a letter has left


def send_due(carrier: Carrier | None = None, at_most: int = 100) -> int:
    """Send what is due, and commit; tells how many letters have left."""
    carrier = carrier or current_app.extensions["carrier"]
    sent = 0
    with carrier:
        for _ in range(at_most):
            mail_id = _claim()
            if mail_id is None:
                break
            try:
                sent += _send(mail_id, carrier)
            except Unreachable:
                break  # the others would fare the same; this one's next try will tell
    return sent


def _claim() -> int | None:
    """Take the letter that has been due longest, so that nobody else sends it."""
    while True:
        now = clock.now()
        due = (
            select(Mail.id, Mail.next_try_at)
            .where(Mail.next_try_at <= now)
            .order_by(Mail.next_try_at, Mail.id)
            .limit(1)
        )
        with reading():
            if db.session.execute(due).first() is None:
                return None
        found = db.session.execute(due.with_for_update(skip_locked=True)).first()
        if found is None:  # others have taken what there was
            db.session.rollback()
            return None
        claimed = db.session.execute(
            update(Mail)
            .where(Mail.id == found.id, Mail.next_try_at == found.next_try_at)
            .values(next_try_at=now + CLAIM, tries=Mail.tries + 1, reason="")
        )
        db.session.commit()
        if claimed.rowcount == 1:  # type: ignore[attr-defined]  # an UPDATE's result has one
            return int(found.id)


def _send(mail_id: int, carrier: Carrier) -> bool:
    mail = db.session.get(Mail, mail_id)
    if mail is None:  # its account was deleted meanwhile
        db.session.rollback()
        return False
    tries, address, name = mail.tries, mail.address, f"{mail.posted_at:%Y%m%d-%H%M%S}-{mail.id}-{mail.kind}"
    try:
        letter = compose(mail)
        message = written(letter, mail.address, mail.number, mail.posted_at) if letter else None
    except Exception as why:
        db.session.rollback()
        current_app.logger.exception("A letter of the kind %s could not be written.", mail.kind)
        _note(mail_id, _put_off(tries, f"{type(why).__name__} while it was written"))
        return False
    if message is None:
        db.session.delete(mail)
        db.session.commit()
        return False
    db.session.commit()  # nothing is locked while the server is waited for

    try:
        carrier.carry(message, current_app.config["MAIL_FROM"], address, name)
    except Refused as why:
        current_app.logger.warning("A letter was refused for good: %s", why)
        _note(mail_id, {"failed_at": clock.now(), "next_try_at": None, "reason": str(why)})
        return False
    except NotNow as why:
        _note(mail_id, _put_off(tries, str(why)))
        if isinstance(why, Unreachable):
            current_app.logger.warning("Mail cannot leave; it waits: %s", why)
            raise
        return False
    _note(mail_id, {"sent_at": clock.now(), "next_try_at": None, "reason": ""})
    return True


def _put_off(tries: int, reason: str) -> dict[str, datetime | str | None]:
    now = clock.now()
    if tries > len(BACK_OFF):
        return {"failed_at": now, "next_try_at": None, "reason": f"Given up after {tries} tries. {reason}"}
    return {"next_try_at": now + timedelta(minutes=BACK_OFF[tries - 1]), "reason": reason}


def _note(mail_id: int, values: dict[str, datetime | str | None]) -> None:
    """Write what became of a letter. A database that is busy is asked again: what has left must not leave twice."""
    for attempt in range(5):
        try:
            mail = db.session.get(Mail, mail_id)
            if mail is not None:
                for name, value in values.items():
                    setattr(mail, name, value)
                if mail.next_try_at is None:
                    mail._forget_words()
            db.session.commit()
            return
        except OperationalError:
            db.session.rollback()
            if attempt == 4:
                raise
            time.sleep(attempt + 1)


class _OnOneLine(UnstructuredHeader):
    """A header whose value is an address. Python would fold a long one into encoded words, which no mail program undoes."""

    name: str  # comes with the class that the registry makes of this one

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


LETTER = "X-Letter"  # the header that brings a letter's number back
_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("List-Unsubscribe", _OnOneLine)  # type: ignore[arg-type]  # as the library's own are
_POLICY = default.clone(header_factory=_HEADERS)


def written(letter: Letter, to: str, number: str, at: datetime) -> EmailMessage:
    """Give a letter as it goes over the line. ``number`` makes its Message-ID, the same at each try."""
    sender: str = current_app.config["MAIL_FROM"]
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(letter.sender, addr_spec=sender)
    message["To"] = to
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{number}@{sender.partition('@')[2]}>"
    message[LETTER] = number  # once more: some services put a Message-ID of their own in its place
    message["Auto-Submitted"] = "auto-generated"
    for name, value in letter.headers.items():
        message[name] = value
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message


def tidy() -> None:
    """Forget the letters that left or failed long ago, and commit."""
    db.session.execute(delete(Mail).where(Mail.next_try_at.is_(None), Mail.posted_at < clock.now() - KEPT))
    db.session.commit()


def init_app(app: Flask) -> None:
    url = app.config["MAIL_URL"]
    app.extensions["carrier"] = Smtp(url) if url else Folder(Path(app.config["INSTANCE"]) / "outbox")
    if not app.config["MAIL_FROM"]:
        host = urlsplit(app.config["BASE_URL"]).hostname or "localhost"
        is_number = host.replace(".", "").isdigit() or ":" in host
        app.config["MAIL_FROM"] = f"no-reply@{'localhost' if is_number else host}"
