"""What is held about one person: all of it to take along, and all of it to be erased.

Each room whose tables hold something of people enters a Holding at start-up, because this room knows none above it.
What hangs on an account by a foreign key that may be empty (who published, who uploaded) needs none: it is counted
for the person and cut off from them here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask import render_template
from sqlalchemy import Column, Table, delete, func, select, update

from newsapp import outbox
from newsapp.accounts.models import Account, RecoveryCode, Registration, SignIn
from newsapp.accounts.notifications import Notification
from newsapp.accounts.standing import StandingLetter
from newsapp.db import Base, db
from newsapp.lib import clock, dates
from newsapp.outbox import Mail

Record = dict[str, Any]


@dataclass(frozen=True)
class Holding:
    """What one room holds about people, in its ``tables``."""

    heading: str
    tables: tuple[type[Base], ...]
    gather: Callable[[Account], list[Record]]
    erase: Callable[[Account, bool], None]  # the second says whether the words that others answered may stay
    move: Callable[[Account, str], None] = lambda _account, _email: (
        None
    )  # to another mail address, before it is the account's


_holdings: dict[str, Holding] = {}


def enter(holding: Holding) -> None:
    """Have a room's holding in every download and every erasure from now on."""
    _holdings[holding.heading] = holding


def all_holdings() -> list[Holding]:
    return list(_holdings.values())


def gather(account: Account) -> dict[str, list[Record]]:
    """Give everything that is held about the person, by heading."""
    held = {holding.heading: holding.gather(account) for holding in all_holdings()}
    acts = [
        {
            "what": f"{column.table.name.replace('_', ' ')}: {column.name.removesuffix('_id').replace('_', ' ')}",
            "how many": n,
        }
        for column in pointing_here()
        if (n := db.session.scalar(select(func.count()).select_from(column.table).where(column == account.id)))
    ]
    return {**held, "What hangs on your account in the newsroom": acts}


def download(account: Account) -> bytes:
    """Give everything that is held as a zip file: once for machines, once to be read."""
    held = gather(account)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as files:
        files.writestr("data.json", json.dumps(held, ensure_ascii=False, indent=2, default=_plain) + "\n")
        files.writestr(
            "data.html",
            render_template("accounts/held.html", held=held, account=account, now=clock.now(), plain=_plain),
        )
    return out.getvalue()


def move(account: Account, email: str, keep: SignIn | None = None) -> None:
    """Give the account another mail address, shown to be its owner's, and take along what they get at the old one.

    All sign-ins but ``keep`` end. The caller commits.
    """
    for holding in all_holdings():
        holding.move(account, email)
    account.move_to(email, keep)


def erase(account: Account, *, keep_words: bool) -> None:
    """Delete the account and all that is held about the person.

    With ``keep_words`` what they wrote stays where others answered it, without their name. A last letter says that
    it is done. The caller commits.
    """
    letter, address = outbox.render("farewell", name=account.name, keep_words=keep_words), account.email
    for holding in reversed(all_holdings()):
        holding.erase(account, keep_words)
    db.session.flush()
    for column in pointing_here(everywhere=True):
        db.session.execute(update(column.table).where(column == account.id).values({column.name: None}))
    db.session.expire_all()
    db.session.delete(account)
    db.session.flush()
    outbox.post("farewell", address, subject=letter.subject, text=letter.text, html=letter.html)


def pointing_here(*, everywhere: bool = False) -> Iterator[Column[Any]]:
    """Give each column that names an account and may be empty, of tables that no holding answers for, or of all."""
    covered = {table.__table__ for holding in all_holdings() for table in holding.tables}
    for table in Base.metadata.sorted_tables:
        if everywhere or table not in covered:
            yield from (column for column in columns_to_accounts(table) if column.nullable)


def columns_to_accounts(table: Table) -> list[Column[Any]]:
    return [c for c in table.columns if any(key.column.table is Account.__table__ for key in c.foreign_keys)]


def _plain(value: Any) -> str:
    return dates.machine(value) if isinstance(value, datetime) else str(value)


# This room's own


def _profile(account: Account) -> list[Record]:
    names = (
        "username",
        "name",
        "email",
        "bio",
        "role",
        "created_at",
        "confirmed_at",
        "consent",
        "consented_at",
        "reply_mail_at",
    )
    return [{name: getattr(account, name) for name in names} | {"second step since": account.totp_at}]


def _sign_ins(account: Account) -> list[Record]:
    names = ("browser", "begun_at", "used_at", "expires_at", "is_remembered")
    return [{name: getattr(row, name) for name in names} for row in db.session.scalars(SignIn.of(account))]


def _erase_own(account: Account, _keep_words: bool) -> None:
    for table in (SignIn, RecoveryCode):
        db.session.execute(delete(table).where(table.account_id == account.id))


def _letters(account: Account) -> list[Record]:
    names = ("kind", "address", "posted_at", "sent_at", "failed_at", "reason")
    rows = db.session.scalars(select(Mail).where(Mail.address == account.email).order_by(Mail.id))
    return [{name: getattr(row, name) for name in names} for row in rows]


def _erase_letters(account: Account, _keep_words: bool) -> None:
    db.session.execute(delete(Mail).where(Mail.address == account.email))


def _registrations(account: Account) -> list[Record]:
    rows = db.session.scalars(select(Registration).where(Registration.email == account.email))
    return [{"name": row.name, "username": row.username, "email": row.email, "begun_at": row.begun_at} for row in rows]


def _erase_registrations(account: Account, _keep_words: bool) -> None:
    db.session.execute(delete(Registration).where(Registration.email == account.email))


def _told(account: Account) -> list[Record]:
    names = ("words", "address", "at", "read_at")
    return [{name: getattr(row, name) for name in names} for row in db.session.scalars(Notification.to(account))]


def _erase_told(account: Account, _keep_words: bool) -> None:
    db.session.execute(delete(Notification).where(Notification.account_id == account.id))


def _standing(account: Account) -> list[Record]:
    names = ("kind", "rhythm", "chosen_at", "told_until", "next_at", "stopped_at")
    rows = db.session.scalars(select(StandingLetter).where(StandingLetter.account_id == account.id))
    return [{name: getattr(row, name) for name in names} for row in rows]


def _erase_standing(account: Account, _keep_words: bool) -> None:
    db.session.execute(delete(StandingLetter).where(StandingLetter.account_id == account.id))


enter(Holding("Your account", (Account, RecoveryCode), _profile, _erase_own))
enter(Holding("Where you are signed in", (SignIn,), _sign_ins, _erase_own))
enter(Holding("Registrations with your address", (Registration,), _registrations, _erase_registrations))
enter(Holding("Letters to you", (Mail,), _letters, _erase_letters))
enter(Holding("Letters that you chose", (StandingLetter,), _standing, _erase_standing))
enter(Holding("What you were told", (Notification,), _told, _erase_told))
