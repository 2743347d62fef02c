"""The letter that tells a moderator that comments wait, and the link in it: to a page where they are decided without a sign-in.

The letter has no word of a comment. The link is one moderator's, about what waited when the letter was written; it
counts for three days, and dies with the password, the address and the role. Whoever has a second step at sign-in gets
a link to the desk, which asks for it: a mailbox alone is no second step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from flask import current_app
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from newsapp import outbox
from newsapp.accounts import Account, Role, links
from newsapp.accounts.standing import StandingLetter, span, standing_letter, wake
from newsapp.articles import Article
from newsapp.comments.models import Comment
from newsapp.comments.reports import Report
from newsapp.db import db, reading
from newsapp.outbox import Letter, Mail

KIND = "waiting"
LOOKS_EVERY = timedelta(minutes=10)  # so there is at most one letter in this time, however much comes
LINK_WITHIN = timedelta(days=3)
MOST_LINKED = 20  # comments
ACTS = ("approve", "reject", "spam")  # what can be done behind the link


def look() -> None:
    """Wake the letters of the moderators who want them, if something has begun to wait since their last, and commit."""
    newest = select(func.max(Comment.held_at)).where(Comment.held_at.is_not(None), Comment.deleted_at.is_(None))
    with reading():
        since = db.session.scalar(newest)
        ids = db.session.scalars(_asleep().where(StandingLetter.told_until < since)).all() if since else []
    if ids:
        wake(KIND, ids, since)
        db.session.commit()


def _asleep() -> Select[int]:
    return (
        select(StandingLetter.account_id)
        .join(Account, Account.id == StandingLetter.account_id)
        .where(StandingLetter.kind == KIND, StandingLetter.stopped_at.is_(None), StandingLetter.next_at.is_(None))
        .where(Account.role.in_((Role.EDITOR, Role.MODERATOR, Role.ADMIN)))
    )


@outbox.composes(KIND)
def _waiting(mail: Mail) -> Letter | None:
    account = db.session.get(Account, mail.about["account"])
    if account is None or not account.is_active or account.email != mail.address or not account.can_moderate:
        return None
    chosen = standing_letter(account, KIND)
    if chosen is None or not chosen.is_wanted:
        return None
    since, until = span(mail.about)
    found = db.session.scalars(Comment.waiting().where(Comment.held_at <= until)).all()
    new = [comment for comment in found if comment.held_at and comment.held_at > since]
    if not new:
        return None  # somebody has decided about them
    headlines = {n: db.session.get_one(Article, n).headline for n in {comment.article_id for comment in new}}
    stories = Counter(headlines[comment.article_id] for comment in new).most_common(MOST_LINKED)
    return outbox.render(
        "waiting", n=len(new), older=len(found) - len(new), stories=stories, rhythm=chosen.rhythm, link=_link(account, new),
        desk=_address("/desk/comments"), choices=_address("/account#letters"),
    )  # fmt: skip


def _link(account: Account, found: Sequence[Comment]) -> str:
    if account.has_second_factor:
        return _address("/desk/comments")
    said = {"account": account.id, "comments": [comment.id for comment in found[:MOST_LINKED]]}
    return _address(f"/letters/waiting/{links.sign('waiting', said, rests_on=_rests_on(account))}")


def behind(token: str) -> tuple[Account, Select[Comment]] | None:
    """Give whose link this is, while it counts, and select what still waits of what it is about.

    What readers have reported is decided at the desk, where the reports stand beside it.
    """
    said = links.read("waiting", token, LINK_WITHIN)
    account = db.session.get(Account, said["account"]) if said else None
    if (
        said is None
        or account is None
        or not account.is_active
        or not account.can_moderate
        or account.has_second_factor
    ):
        return None
    if not links.still_rests_on(said, _rests_on(account)):
        return None
    reported = select(Report.comment_id).where(Report.decided_at.is_(None))
    return account, Comment.waiting().where(
        Comment.id.in_(said["comments"]), Comment.id.not_in(reported)
    ).options(joinedload(Comment.account))  # fmt: skip


def _rests_on(account: Account) -> tuple[str | None, str, str]:
    return account.password_hash, account.email, account.role


def _address(path: str) -> str:
    base: str = current_app.config["BASE_URL"]
    return base + path
