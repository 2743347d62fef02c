"""What the demo newsroom's moderators have decided and what waits for them, so that the desk shows life."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from newsapp import comments
from newsapp.accounts import Account, Role
from newsapp.accounts.log import record
from newsapp.articles import Article
from newsapp.comments import Comment, RejectionReason
from newsapp.contact import report_error, send_message
from newsapp.db import db
from newsapp.lib import clock

FILE = Path(__file__).parent / "moderation.toml"
GONE = 1_000_000  # numbers of comments from before, which are no longer kept


def moderate(stories: list[Article], reader: Callable[[str], Account], now: datetime) -> None:
    """Write what waits, what was reported and decided, and the decisions of the months before. The caller commits.

    ``stories`` take the comments in turn; ``reader`` gives the account of somebody by their name.
    """
    plan = tomllib.loads(FILE.read_text(encoding="utf-8"))
    moderator = Account(
        username="imogen-tarrant", email="imogen.tarrant@example.org", name="Imogen Tarrant", role=Role.MODERATOR
    )
    db.session.add(moderator)
    db.session.flush()
    reasons = {row.title: row for row in db.session.scalars(RejectionReason.all())}
    for word, banned in WORDS:
        comments.add_word(word, banned=banned, by=moderator)
    # The oldest first, so that the log tells it in the order in which it happened.
    _months(plan["months"], moderator, now)
    events: list[tuple[datetime, Callable[[], object]]] = []
    for n, entry in enumerate(sorted(plan["comments"], key=lambda entry: -entry["hours_ago"])):
        at = _at(entry, stories[n % len(stories)], now)
        events.append((at, partial(_comment, entry, stories[n % len(stories)], at, reader, moderator, reasons, now)))
    for person in plan["people"]:
        at = now - timedelta(days=person["days_ago"])
        events.append((at, partial(_person, person, at, reader, moderator, now)))
    with clock.kept():
        for _, happen in sorted(events, key=lambda event: event[0]):
            happen()
        for hours, nth, words in ERRORS:
            clock.set_to(now - timedelta(hours=hours))
            report_error(stories[nth % len(stories)], words, email="a.reader@example.org")
        for hours, role, name, subject, words in MESSAGES:
            clock.set_to(now - timedelta(hours=hours))
            send_message(role, words, name=name, subject=subject, email="a.reader@example.org" if name else None)


WORDS = (("idiot", False), ("free coins*", True))  # what a comment is held for, and what is not printed

# What readers have told the newsroom and nobody has answered yet: hours ago, which story, their words.
ERRORS = (
    (30, 1, "The second paragraph gives the distance in miles and the table in kilometres, and the two do not agree."),
    (3, 4, "The name of the harbour is spelt in two ways."),
)
# Hours ago, the role, who, what it is about, the words.
MESSAGES = (
    (26, "newsroom", "Bettina Hallam", "The harbour fair", "The harbour fair is on Saturday, from ten until dusk.\nThere is a drawing of the first lighthouse that nobody has seen for ninety years. Would you send somebody?"),
    (5, "tips", "", "", "Look at who owns the field that the new depot is to stand on. The register of the county shows it."),
)  # fmt: skip


def _at(entry: dict[str, Any], story: Article, now: datetime) -> datetime:
    return max(now - timedelta(hours=entry["hours_ago"]), (story.published_at or now) + timedelta(minutes=20))


def _person(
    person: dict[str, Any], at: datetime, reader: Callable[[str], Account], moderator: Account, now: datetime
) -> None:
    clock.set_to(at)
    account, by = reader(person["name"]), {"by": moderator, "reason": person["reason"]}
    until = at + timedelta(days=person["days"])
    (comments.suspend if person["measure"] == "suspend" else comments.premoderate)(account=account, until=until, **by)
    if person["note"]:
        comments.note(person["note"], by=moderator, account=account)


def _comment(
    entry: dict[str, Any], story: Article, at: datetime, reader: Callable[[str], Account], moderator: Account,
    reasons: dict[str, RejectionReason], now: datetime,
) -> Comment:  # fmt: skip
    who = (
        {"guest_name": entry["name"], "guest_email": entry["guest"]}
        if "guest" in entry
        else {"account": reader(entry["name"])}
    )
    state = entry["state"]
    clock.set_to(at)
    comment = comments.post(story, entry["body"], approved=state in ("approved", "hidden"), **who)
    clock.set_to(min(now, at + timedelta(minutes=25)))
    if state == "waiting":
        clock.set_to(at)
        comment.hold(entry["held_for"], findings=entry.get("findings", [entry["held_for"]]))
    elif state == "rejected":
        comment.reject(moderator, entry["reason"], reasons[entry["reason"]].words)
    elif state == "spam":
        comment.spam(moderator)
    elif state == "hidden":
        comment.hide(moderator, entry["reason"], reasons[entry["reason"]].words)
    for by, reason, words in entry.get("reports", []):
        comments.report(comment, reason, words, by=reader(by))
    if "appeal" in entry and comment.account is not None:
        clock.set_to(min(now, at + timedelta(hours=5)))
        comments.appeal(comment, entry["appeal"], by=comment.account)
    return comment


def _months(months: list[dict[str, Any]], moderator: Account, now: datetime) -> None:
    """Add to the log what was decided in the months before, for the public figures."""
    chance = random.Random(2026)
    gone, decided = GONE, []
    for month in months:
        begins = (now.replace(day=1) - timedelta(days=30 * (month["back"] - 1) + 1)).replace(day=1)
        for reason, n in month.items():
            if reason == "back":
                continue
            act = {"spam": "comment.spam", "approved": "comment.approve"}.get(reason, "comment.reject")
            for _ in range(n):
                at = begins + timedelta(days=chance.randrange(28), minutes=chance.randrange(8 * 60))
                decided.append((at, act, "" if act == "comment.approve" else reason))
    for at, act, reason in sorted(decided):
        gone += 1
        record(act, f"comment:{gone}", moderator, reason, at=at)
