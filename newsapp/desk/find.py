"""Searching comments: words, names and, for who may see them, mail addresses; in every state, or in one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from newsapp.accounts import Account
from newsapp.articles import Article
from newsapp.comments import Comment, Report
from newsapp.comments.index import index_now
from newsapp.db import db
from newsapp.desk.queue import PER_PAGE, Listed, listed
from newsapp.lib.addresses import mailbox
from newsapp.lib.terms import parse
from newsapp.lib.text import MAX_ID, whole_number


def find(words: str, state: str, after: str, article: Article | None, *, with_addresses: bool) -> Listed:
    """Give a page of the comments that have the words, or are by somebody of that name, the newest first.

    ``state`` is one of ``comments.STATES``, or empty for all of them. The reference of a report stands for its comment.
    """
    before = whole_number(after) or MAX_ID
    reported = select(Report.comment_id).where(Report.reference == words.strip().upper())
    whose = (
        _of_address(words) if "@" in words and with_addresses
        else Comment.id.in_(reported) if db.session.scalar(reported)
        else None
    )  # fmt: skip
    if whose is not None:
        query = select(Comment).where(whose, Comment.id < before)
        if state:
            query = query.where(Comment.is_in_state(state))
        if article is not None:
            query = query.where(Comment.article_id == article.id)
    else:
        marks = ([f"state:{state}"] if state else []) + ([f"story:{article.id}"] if article else [])
        terms = parse(words) if "@" not in words else parse("")  # who may not see addresses cannot ask for them, either
        ids = index_now().find(terms, marks, before, PER_PAGE + 1)
        query = select(Comment).where(Comment.id.in_(ids))
    return listed(query.order_by(Comment.id.desc()), lambda comment: str(comment.id))


def _of_address(words: str) -> ColumnElement[bool]:
    box = mailbox(words)
    accounts = db.session.scalars(select(Account.id).where(Account.mailbox == box)).all()
    theirs = Comment.mailbox == box
    return or_(theirs, Comment.account_id.in_(accounts)) if accounts else theirs
