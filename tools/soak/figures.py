"""Counting anew what the site has counted while everybody wrote at once."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from newsapp.articles import Article
from newsapp.comments import Comment, Recommendation, Thread
from newsapp.db import db
from tools.soak.people import Done
from tools.soak.site import SLUG


def faults(everybody: Iterable[Done]) -> list[str]:
    """Say what is missing, and which figure of the site is not the one that a fresh count gives."""
    db.session.rollback()
    db.session.expire_all()
    article = db.session.scalars(select(Article).where(Article.slug == SLUG)).one()
    there = {one.id: one for one in db.session.scalars(select(Comment).where(Comment.article_id == article.id))}
    found: list[str] = []
    posted: dict[int, str] = {}
    deleted: set[int] = set()
    for done in everybody:
        posted |= done.posted
        deleted |= done.deleted
    missing = [number for number, words in posted.items() if number not in there or there[number].body != words]
    found += [f"{len(missing)} comments that were answered with a place are not there"] if missing else []
    strange = there.keys() - posted.keys()
    found += [f"{len(strange)} comments are there that nobody was told of"] if strange else []
    found += [
        f"comment {number} is not {state}"
        for number in posted.keys() - set(missing)
        if there[number].state != (state := "deleted" if number in deleted else "approved")
    ]
    answers = dict.fromkeys(there, 0)
    for comment in there.values():
        above = there.get(comment.parent_id or 0)
        while comment.is_visible and above is not None:
            answers[above.id] += 1
            above = there.get(above.parent_id or 0)
    wrong = [n for n, comment in there.items() if comment.answers != answers[n]]
    found += [f"{len(wrong)} comments have a wrong count of answers: {wrong[:5]}"] if wrong else []
    likes = dict(
        db.session.execute(select(Recommendation.comment_id, func.count()).group_by(Recommendation.comment_id)).all()  # type: ignore[arg-type]
    )
    wrong = [n for n, comment in there.items() if comment.recommended != likes.get(n, 0)]
    found += [f"{len(wrong)} comments have a wrong count of recommendations: {wrong[:5]}"] if wrong else []
    thread = db.session.get(Thread, article.id)
    visible = sum(comment.is_visible for comment in there.values())
    roots = sum(comment.parent_id is None and comment.has_place for comment in there.values())
    if thread is None or (thread.visible, thread.roots) != (visible, roots):
        has = (thread.visible, thread.roots) if thread else None
        found.append(f"the thread says {has} comments and threads; there are {(visible, roots)}")
    return found
