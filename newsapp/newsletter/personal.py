"""What issues and returned letters hold about a person: which were sent to their address, and what came back."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from newsapp.accounts import Account
from newsapp.accounts.holdings import Holding, Record
from newsapp.db import db
from newsapp.lib import clock
from newsapp.newsletter.issues import Delivery, Issue
from newsapp.newsletter.returns import Returned
from newsapp.newsletter.subscribers import (
    Newsletter,
    Subscriber,
    Subscription,
    Suppression,
    choose,
    subscriptions,
)


def _gather(account: Account) -> list[Record]:
    sent = db.session.execute(
        select(Delivery, Issue.subject)
        .join(Issue, Issue.id == Delivery.issue_id)
        .where(Delivery.address == account.email)
        .order_by(Delivery.id)
    )
    return [
        {"issue": subject, "sent_at": row.sent_at, "failed_at": row.failed_at, "came_back_at": row.returned_at}
        for row, subject in sent
    ]


def _gather_returned(account: Account) -> list[Record]:
    came_back = select(Returned).where(Returned.address == account.email).order_by(Returned.id)
    return [
        {"at": row.received_at, "what": row.outcome, "the server's words": row.reason}
        for row in db.session.scalars(came_back)
    ]


def _erase(account: Account, _keep_words: bool) -> None:
    theirs = Delivery.address == account.email
    db.session.execute(update(Delivery).where(theirs, Delivery.due_at.is_not(None)).values(due_at=None, skipped_at=clock.now()))  # fmt: skip
    db.session.execute(update(Delivery).where(theirs).values(address="", reason=""))


def _erase_returned(account: Account, _keep_words: bool) -> None:
    db.session.execute(delete(Returned).where(Returned.address == account.email))


def _gather_subscriptions(account: Account) -> list[Record]:
    rows = db.session.execute(
        select(Newsletter.name, Subscription)
        .join(Subscription, Subscription.newsletter_id == Newsletter.id)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscriber.address == account.email)
        .order_by(Subscription.id)
    )
    names = ("source", "consent", "asked_at", "confirmed_at", "ended_at", "end_reason")
    return [{"newsletter": name, **{one: getattr(row, one) for one in names}} for name, row in rows]


def _erase_subscriptions(account: Account, _keep_words: bool) -> None:
    db.session.execute(delete(Subscriber).where(Subscriber.address == account.email))


def _move_subscriptions(account: Account, email: str) -> None:
    """Send to the new address what the old one gets; what letters were stopped for is not gone round."""
    who = db.session.scalar(select(Subscriber).where(Subscriber.address == account.email))
    if who is None or db.session.get(Suppression, account.email) is not None:
        return
    there = db.session.scalar(select(Subscriber).where(Subscriber.address == email))
    if there is None:
        who.address = email
        return
    got = {n for one in (who, there) for n, row in subscriptions(one).items() if row.state == "confirmed"}
    choose(there, got, "account")
    db.session.delete(who)


def _gather_suppressed(account: Account) -> list[Record]:
    found = db.session.get(Suppression, account.email)
    return [{"since": found.at, "why": found.reason}] if found else []


def _erase_suppressed(account: Account, _keep_words: bool) -> None:
    db.session.execute(delete(Suppression).where(Suppression.address == account.email))


HOLDINGS = (
    Holding(
        "Newsletters that you asked for",
        (Subscriber, Subscription),
        _gather_subscriptions,
        _erase_subscriptions,
        _move_subscriptions,
    ),
    Holding("Why no newsletter is sent to you", (Suppression,), _gather_suppressed, _erase_suppressed),
    Holding("Newsletters that were sent to you", (Delivery,), _gather, _erase),
    Holding("Letters to you that came back", (Returned,), _gather_returned, _erase_returned),
)
