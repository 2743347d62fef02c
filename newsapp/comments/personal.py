"""What the comments hold about a person: what they wrote."""

from __future__ import annotations

from sqlalchemy import select

from newsapp.accounts import Account
from newsapp.accounts.holdings import Holding, Record
from newsapp.articles import Article
from newsapp.comments.models import Comment
from newsapp.db import db

LEFT = "A reader who has left"


def _gather(account: Account) -> list[Record]:
    rows = db.session.execute(
        select(Comment, Article.slug, Article.headline)
        .join(Article, Article.id == Comment.article_id)
        .where(Comment.account_id == account.id)
        .order_by(Comment.id)
    )
    return [
        {
            "story": headline, "address": f"/articles/{slug}#comment-{comment.id}", "posted_at": comment.posted_at,
            "approved_at": comment.approved_at, "hidden_at": comment.hidden_at, "deleted_at": comment.deleted_at,
            "recommended": comment.recommended, "text": comment.body,
        }
        for comment, slug, headline in rows
    ]  # fmt: skip


def _erase(account: Account, keep_words: bool) -> None:
    """Take the name off what they wrote or, unless the words may stay, the words as well; a stub stays where it was answered."""
    for comment in db.session.scalars(select(Comment).where(Comment.account_id == account.id)):
        comment.account_id, comment.guest_name = None, LEFT
        if not keep_words:
            comment.body = ""
            comment.delete()


HOLDING = Holding("Your comments", (Comment,), _gather, _erase)
