"""Searching comments: words, names and, for who may see them, mail addresses."""

from __future__ import annotations

from sqlalchemy import false, func, or_, select

from newsapp.accounts import Account
from newsapp.articles import Article
from newsapp.comments import Comment
from newsapp.db import db
from newsapp.desk.queue import Listed, listed
from newsapp.lib.text import MAX_ID, whole_number

MOST_PEOPLE = 50  # whose name is like what was typed


def find(words: str, after: str, article: Article | None, *, with_addresses: bool) -> Listed:
    """Give a page of the comments that have the words, or are by somebody of that name, the newest first."""
    before = whole_number(after) or MAX_ID
    if "@" in words:
        test = _of_address(words) if with_addresses else false()
    else:
        like = f"%{_escaped(words)}%"
        people = db.session.scalars(
            select(Account.id)
            .where(or_(Account.name.ilike(like, "\\"), Account.username == words.lower()))
            .limit(MOST_PEOPLE)
        ).all()
        test = or_(Comment.body.ilike(like, "\\"), Comment.guest_name.ilike(like, "\\"), Comment.account_id.in_(people))
    query = select(Comment).where(test, Comment.id < before).order_by(Comment.id.desc())
    if article is not None:
        query = query.where(Comment.article_id == article.id)
    return listed(query, lambda comment: str(comment.id))


def _of_address(words: str):
    address = words.lower()
    account = db.session.scalar(select(Account.id).where(func.lower(Account.email) == address))
    return or_(Comment.guest_email == address, Comment.account_id == account)


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
