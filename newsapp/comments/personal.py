"""What the comments hold about a person: what they wrote, and what was said and decided about it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select

from newsapp.accounts import Account
from newsapp.accounts.holdings import Holding, Record
from newsapp.accounts.notifications import take_back
from newsapp.articles import Article
from newsapp.comments.index import CommentText
from newsapp.comments.models import Comment, Mute, Recommendation, take_turn
from newsapp.comments.people import PersonNote, Sanction
from newsapp.comments.reports import Appeal, Report
from newsapp.db import db

LEFT = "A reader who has left"


def _gather(account: Account) -> list[Record]:
    rows = db.session.execute(
        select(Comment, Article.slug, Article.headline)
        .join(Article, Article.id == Comment.article_id)
        .where(_theirs(account))
        .order_by(Comment.id)
    )
    return [
        {
            "story": headline, "address": f"/articles/{slug}#comment-{comment.id}", "state": comment.state, "why": comment.why,
            "posted_at": comment.posted_at, "approved_at": comment.approved_at, "edited_at": comment.edited_at,
            "hidden_at": comment.hidden_at, "deleted_at": comment.deleted_at, "recommended": comment.recommended,
            "as": comment.guest_name or account.name, "text": comment.source, "replies_by_mail_since": comment.reply_mail_at,
        }
        for comment, slug, headline in rows
    ]  # fmt: skip


def _erase(account: Account, keep_words: bool) -> None:
    """Take the name off what they wrote or, unless the words may stay, the words as well; a stub stays where it was answered."""
    discussions = select(Comment.article_id).where(_theirs(account)).distinct().order_by(Comment.article_id)
    for article_id in db.session.scalars(discussions).all():
        take_turn(article_id)
    for comment in db.session.scalars(select(Comment).where(_theirs(account))):
        comment.account_id, comment.guest_name = None, LEFT
        comment.guest_email = comment.mailbox = comment.network = None
        comment.body_source = None
        comment.reply_mail_asked_at = comment.reply_mail_at = None
        take_back("reply", comment.about)  # it says their name
        if not keep_words:
            comment.body, comment.findings = "", []
            comment.rejected_words = comment.replaced_words = None
            if not comment.deleted_at:
                comment.delete()


def _theirs(account: Account) -> Any:
    """What they wrote, signed in or as a guest with the same address."""
    return or_(Comment.account_id == account.id, Comment.guest_email == account.email)


def _appeals(account: Account) -> list[Record]:
    rows = db.session.scalars(select(Appeal).join(Comment).where(Comment.account_id == account.id))
    return [_values(row, "words", "made_at", "decided_at", "granted_at", "answer") for row in rows]


def _erase_appeals(account: Account, _keep_words: bool) -> None:
    theirs = select(Comment.id).where(Comment.account_id == account.id)
    db.session.execute(delete(Appeal).where(Appeal.comment_id.in_(theirs)))


def _reports(account: Account) -> list[Record]:
    names = ("reference", "reason", "words", "law", "made_at", "decided_at", "decision", "decision_words", "told_at")
    return [_values(row, *names) for row in db.session.scalars(select(Report).where(_reported_by(account)))]


def _erase_reports(account: Account, _keep_words: bool) -> None:
    """Take the name off; that something was reported, and what became of it, stays with the comment."""
    for row in db.session.scalars(select(Report).where(_reported_by(account))):
        row.account_id, row.email, row.words = None, None, ""


def _reported_by(account: Account) -> Any:
    return or_(Report.account_id == account.id, Report.email == account.email)


def _recommendations(account: Account) -> list[Record]:
    rows = db.session.scalars(select(Recommendation).where(Recommendation.account_id == account.id))
    return [{"comment": f"/comments/{row.comment_id}", "at": row.at} for row in rows]


def _erase_recommendations(account: Account, _keep_words: bool) -> None:
    for row in db.session.scalars(select(Recommendation).where(Recommendation.account_id == account.id)):
        db.session.get_one(Comment, row.comment_id).unrecommend(account)


def _mutes(account: Account) -> list[Record]:
    rows = db.session.execute(
        select(Account.name, Mute.at).join(Account, Account.id == Mute.muted_id).where(Mute.account_id == account.id)
    )
    return [{"muted": name, "at": at} for name, at in rows]


def _erase_mutes(account: Account, _keep_words: bool) -> None:
    db.session.execute(delete(Mute).where(or_(Mute.account_id == account.id, Mute.muted_id == account.id)))


def _sanctions(account: Account) -> list[Record]:
    found = [_values(row, "measure", "reason", "begun_at", "ends_at", "lifted_at") for row in _about(Sanction, account)]
    return found + [_values(row, "words", "written_at") for row in _about(PersonNote, account)]


def _erase_sanctions(account: Account, _keep_words: bool) -> None:
    for table in (Sanction, PersonNote):
        for row in _about(table, account):
            db.session.delete(row)


def _about(table: type[Any], account: Account) -> list[Any]:
    return list(
        db.session.scalars(select(table).where(or_(table.account_id == account.id, table.email == account.mailbox)))
    )


def _values(row: object, *names: str) -> Record:
    return {name: getattr(row, name) for name in names}


# Erased from the last to the first: what hangs on a comment before the comment.
HOLDINGS = (
    Holding("Your comments", (Comment, CommentText), _gather, _erase),
    Holding("Your appeals", (Appeal,), _appeals, _erase_appeals),
    Holding("Your reports", (Report,), _reports, _erase_reports),
    Holding("What you found helpful", (Recommendation,), _recommendations, _erase_recommendations),
    Holding("Whom you have muted", (Mute,), _mutes, _erase_mutes),
    Holding("What moderators decided and noted about you", (Sanction, PersonNote), _sanctions, _erase_sanctions),
)
