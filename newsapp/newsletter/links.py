"""The links in the newsletters' letters: signed, each for one purpose, and dead once the mailbox is forgotten."""

from __future__ import annotations

from typing import Any

from flask import current_app

from newsapp.accounts import links
from newsapp.db import db
from newsapp.newsletter.subscribers import ASKED_FOR, Newsletter, Subscriber


def confirm(who: Subscriber) -> str:
    """Give the address at which somebody says yes."""
    return _address("confirm", links.sign("newsletter-confirm", {"who": who.id}, rests_on=who.address))


def mine(who: Subscriber) -> str:
    """Give the address of somebody's own newsletters; it counts for ever."""
    return _address("mine", links.sign("newsletter-mine", {"who": who.id}, rests_on=who.address))


def stop(who: Subscriber, newsletter_id: int) -> str:
    """Give the address that stops one newsletter; it counts for ever."""
    said = {"who": who.id, "what": newsletter_id}
    return _address("stop", links.sign("newsletter-stop", said, rests_on=who.address))


def who_confirms(token: str) -> Subscriber | None:
    return _who(links.read("newsletter-confirm", token, ASKED_FOR))


def whose(token: str) -> Subscriber | None:
    return _who(links.read("newsletter-mine", token, None))


def who_stops(token: str) -> tuple[Subscriber, Newsletter] | None:
    said = links.read("newsletter-stop", token, None)
    who = _who(said)
    what = db.session.get(Newsletter, said["what"]) if said and who else None
    return (who, what) if who and what else None


def _who(said: dict[str, Any] | None) -> Subscriber | None:
    who = db.session.get(Subscriber, said["who"]) if said else None
    return who if said and who and links.still_rests_on(said, who.address) else None


def _address(kind: str, token: str) -> str:
    base: str = current_app.config["BASE_URL"]
    return f"{base}/newsletter/{kind}/{token}"
