from __future__ import annotations

from flask import Blueprint, abort, redirect, request
from sqlalchemy import func, select

from newsapp import comments
from newsapp.articles import Article, story_to_read
from newsapp.comments.models import Comment
from newsapp.comments.threads import PER_PAGE, SORTS
from newsapp.db import db
from newsapp.layout import layout
from newsapp.lib import tags
from newsapp.lib.web import page, shared

bp = Blueprint("comments", __name__)


@bp.get("/articles/<slug>/comments")
@shared("sort", "page")
def thread(slug: str):
    article = story_to_read(db.session(), slug)
    if article is None or not article.is_public(tags.moment()):
        abort(404)
    sort = request.args.get("sort", "oldest")
    number = request.args.get("page", "1")
    if sort not in SORTS or not number.isdigit() or not 1 <= int(number) <= 10_000:
        abort(404)
    discussion = comments.thread_page(db.session(), article, int(number), sort)
    if int(number) > 1 and not discussion.nodes:
        abort(404)
    branch = layout().tree.by_id[article.section_id]
    return page(
        "comments/thread.html", fragment="thread", article=article, discussion=discussion, branch=branch, sorts=SORTS
    )


@bp.get("/comments/<int(max=2147483647):comment_id>")
def permalink(comment_id: int):
    """Lead to the comment where it stands: on its story's page, or on its page of a long discussion."""
    comment = db.session.get(Comment, comment_id)
    if comment is None or not comment.is_visible:
        abort(404)
    article = db.session.get(Article, comment.article_id)
    if article is None or not article.is_public(tags.moment()):
        abort(404)
    root = comment if comment.parent_id is None else db.session.get(Comment, comment.root_id)
    assert root is not None
    before = db.session.scalar(
        select(func.count()).where(
            Comment.article_id == article.id,
            Comment.parent_id.is_(None),
            Comment.holds_a_place(),
            (Comment.posted_at < root.posted_at) | ((Comment.posted_at == root.posted_at) & (Comment.id < root.id)),
        )
    )
    number = (before or 0) // PER_PAGE + 1
    place = article.url if number == 1 else f"{article.url}/comments?page={number}"
    return redirect(f"{place}#comment-{comment.id}", 302)
