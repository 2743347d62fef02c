"""The letters about newsletters. None carries a word that a visitor typed: anybody can type anybody's address."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from newsapp import outbox
from newsapp.db import db
from newsapp.lib import clock
from newsapp.newsletter import links
from newsapp.newsletter.subscribers import (
    ASKED_FOR,
    Newsletter,
    Subscriber,
    Suppression,
    confirmed_since,
    subscriptions,
)
from newsapp.outbox import Letter, Mail

KINDS = ("newsletter-confirm", "newsletter-known")
A_DAY = 3  # letters of one kind to one mailbox
AT_LEAST = 12  # letters an hour, whoever asks
PER_YES = 4  # more for each mailbox that said yes in the hour: forged requests never do


def has_room() -> bool:
    """Tell whether one more letter may leave in this hour.

    Readers who sign up say yes, and so open the way for the next ones. A flood of forged requests is never answered.
    """
    hour_ago = clock.now() - timedelta(hours=1)
    written = select(func.count()).select_from(Mail).where(Mail.kind.in_(KINDS), Mail.posted_at > hour_ago)
    return (db.session.scalar(written) or 0) < AT_LEAST + PER_YES * confirmed_since(hour_ago)


def to_confirm(who: Subscriber, *, is_new: bool) -> Mail | None:
    """Ask the owner of a mailbox, or tell them that they get it already. The caller commits.

    Nothing leaves to a mailbox that is suppressed, or that had its letters for today.
    """
    kind = KINDS[0] if is_new else KINDS[1]
    lately = outbox.count_written(kind, who.address, clock.now() - timedelta(days=1))
    if lately >= A_DAY or db.session.get(Suppression, who.address) is not None:
        return None
    return outbox.post(kind, who.address, about={"who": who.id})


@outbox.composes("newsletter-confirm")
def _confirm(mail: Mail) -> Letter | None:
    who = db.session.get(Subscriber, mail.about["who"])
    names = _names(who, "asked") if who else []
    if who is None or not names:
        return None
    return outbox.render("newsletter-confirm", names=names, link=links.confirm(who), days=ASKED_FOR.days)


@outbox.composes("newsletter-known")
def _known(mail: Mail) -> Letter | None:
    who = db.session.get(Subscriber, mail.about["who"])
    names = _names(who, "confirmed") if who else []
    if who is None or not names:
        return None
    return outbox.render("newsletter-known", names=names, link=links.mine(who))


def _names(who: Subscriber, state: str) -> list[str]:
    wanted = {newsletter_id for newsletter_id, row in subscriptions(who).items() if row.state == state}
    return [one.name for one in db.session.scalars(Newsletter.in_order()) if one.id in wanted]
