"""What is held about a person who has told the newsroom something."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select, update

from newsapp.accounts import Account
from newsapp.accounts.holdings import Holding, Record
from newsapp.contact.messages import Message
from newsapp.contact.models import ErrorReport
from newsapp.db import db


def _gather(account: Account) -> list[Record]:
    names = ("reference", "quote", "words", "email", "made_at", "settled_at", "outcome", "answer", "told_at")
    rows = db.session.scalars(select(ErrorReport).where(_theirs(account)).order_by(ErrorReport.id))
    return [{name: getattr(row, name) for name in names} for row in rows]


def _erase(account: Account, _keep_words: bool) -> None:
    """Forget who reported it; what is wrong with a story stays wrong."""
    db.session.execute(update(ErrorReport).where(_theirs(account)).values(account_id=None, email=None))
    settled = update(ErrorReport).where(ErrorReport.settled_by_id == account.id).values(settled_by_id=None)
    db.session.execute(settled)


def _theirs(account: Account) -> Any:
    return or_(ErrorReport.account_id == account.id, ErrorReport.email == account.email)


def _messages(account: Account) -> list[Record]:
    names = ("reference", "role", "name", "email", "subject", "words", "made_at", "settled_at", "outcome")
    rows = db.session.scalars(select(Message).where(_written_by(account)).order_by(Message.id))
    return [{name: getattr(row, name) for name in names} for row in rows]


def _erase_messages(account: Account, _keep_words: bool) -> None:
    db.session.execute(delete(Message).where(_written_by(account)))


def _written_by(account: Account) -> Any:
    return or_(Message.account_id == account.id, Message.email == account.email)


HOLDINGS = (
    Holding("Errors that you reported", (ErrorReport,), _gather, _erase),
    Holding("Messages that you wrote to the newsroom", (Message,), _messages, _erase_messages),
)
