"""The letter about what is new in the sections, by the authors and on the topics that somebody follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import groupby
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import ColumnElement, String, cast, func, literal, select

from newsapp import outbox
from newsapp.accounts import Account, links
from newsapp.accounts.standing import AT_ONCE, SETTLES, StandingLetter, span, standing_letter, wake
from newsapp.articles import ALL, Card, Listing, cards
from newsapp.db import db, reading
from newsapp.follows.models import Follow
from newsapp.lib import clock
from newsapp.outbox import Letter, Mail

KIND = "follows"
MOST_LISTED = 30  # stories in one letter


def look_for_news() -> bool:
    """Wake the letters of those who follow what has appeared, and commit; tells whether there was anything to look at.

    Looks only where the newest story is another than at the last look of this process, and once after its start.
    """
    until = clock.now() - SETTLES
    newest = select(func.max(Listing.published_at)).where(Listing.shelf == ALL, Listing.published_at <= until)
    with reading():
        seen = db.session.scalar(newest)
    if seen is None or current_app.extensions.get("follows_looked_at") == seen:
        return False
    oldest = (
        select(func.min(Listing.published_at))
        .select_from(Follow)
        .where(Follow.account_id == StandingLetter.account_id, *_news_of(StandingLetter.told_until, until))
        .correlate(StandingLetter)
        .scalar_subquery()
    )
    asleep = select(StandingLetter.account_id, oldest.label("at")).where(
        StandingLetter.kind == KIND, StandingLetter.stopped_at.is_(None), StandingLetter.next_at.is_(None)
    ).subquery()  # fmt: skip
    with reading():
        found = db.session.execute(select(asleep).where(asleep.c.at.is_not(None))).all()
    for at, ids in groupby(sorted(found, key=lambda row: (row.at, row.account_id)), key=lambda row: row.at):
        accounts = [row.account_id for row in ids]
        for n in range(0, len(accounts), AT_ONCE):
            wake(KIND, accounts[n : n + AT_ONCE], at)
    db.session.commit()
    current_app.extensions["follows_looked_at"] = seen
    return True


def _news_of(since: object, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Give the tests that join a Follow to the Listings that are news to its account."""
    shelf = func.coalesce(
        literal("section:") + cast(Follow.section_id, String), literal("author:") + cast(Follow.author_id, String),
        literal("topic:") + cast(Follow.topic_id, String),
    )  # fmt: skip
    return (
        Listing.shelf == shelf, Listing.published_at > since, Listing.published_at > Follow.since,
        Listing.published_at <= until, Listing.is_public(clock.now()),
    )  # fmt: skip


def _new_stories(account: Account, since: datetime, until: datetime) -> tuple[list[Card], int]:
    """Give the newest stories of a span that are new to an account and still public, and how many there are in all."""
    theirs = select(Listing.article_id, Listing.published_at).where(
        Follow.account_id == account.id, *_news_of(since, until)
    )
    moments: dict[int, datetime] = dict(db.session.execute(theirs).all())
    newest = sorted(moments, key=lambda article_id: (moments[article_id], article_id), reverse=True)
    known = cards(db.session(), newest[:MOST_LISTED])
    return [known[article_id] for article_id in newest[:MOST_LISTED] if article_id in known], len(newest)


@outbox.composes(KIND)
def _follows(mail: Mail) -> Letter | None:
    account = db.session.get(Account, mail.about["account"])
    if account is None or not account.is_active or account.email != mail.address:
        return None
    chosen = standing_letter(account, KIND)
    if chosen is None or not chosen.is_wanted:
        return None
    stories, n = _new_stories(account, *span(mail.about))
    if not stories:
        return None
    stop = stop_address(account)
    letter = outbox.render(
        "follows", stories=stories, n=n, rhythm=chosen.rhythm, stop=stop, base=_address(""),
        page=_address("/account/follows"), choices=_address("/account#letters"),
    )  # fmt: skip
    host = urlsplit(_address("")).hostname or "localhost"
    return replace(
        letter,
        headers={  # Source: RFC 8058, section 3.1, and RFC 2919
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"What you follow <follows.{host}>",
        },
    )


def stop_address(account: Account) -> str:
    """Give the address that stops these letters, for ever good and without a sign-in."""
    return _address(f"/letters/follows/{links.sign('stop-follows', {'account': account.id}, rests_on=account.email)}")


def whose_stop(token: str) -> StandingLetter | None:
    """Give the letters that a link stops."""
    said = links.read("stop-follows", token, None) or {}
    account = db.session.get(Account, said["account"]) if "account" in said else None
    if account is None or not links.still_rests_on(said, account.email):
        return None
    return standing_letter(account, KIND)


def _address(path: str) -> str:
    base: str = current_app.config["BASE_URL"]
    return base + path
