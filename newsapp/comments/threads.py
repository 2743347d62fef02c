"""The discussion as a page shows it: whole threads, however many comments there are, in two queries."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from newsapp.articles import Article
from newsapp.comments.models import DRAWN_LEVELS, Comment, Thread
from newsapp.lib.tags import shows

PER_PAGE = 50  # threads
OPEN_REPLIES = 3  # more than that fold under «Show more replies»
SORTS = {"oldest": "Oldest first", "newest": "Newest first"}


@dataclass
class Node:
    """A comment with those that answer it, as they are drawn."""

    comment: Comment
    answers: list[Node] = field(default_factory=list)
    answers_to: str | None = None  # whom it answers, where the drawing cannot show it


@dataclass
class ThreadPage:
    """One page of a discussion."""

    visible: int = 0  # comments in the whole discussion
    roots: int = 0  # threads in the whole discussion
    number: int = 1
    sort: str = "oldest"
    nodes: list[Node] = field(default_factory=list)
    featured: list[Comment] = field(default_factory=list)

    @property
    def has_more(self) -> bool:
        return self.number * PER_PAGE < self.roots


def thread_page(session: Session, article: Article, number: int = 1, sort: str = "oldest") -> ThreadPage:
    """Read one page of the discussion under ``article``, 50 threads with all that hangs on them."""
    shows(f"comments:{article.id}")
    page = ThreadPage(number=number, sort=sort)
    rows = session.execute(_comments(article, number, sort)).unique().all()
    if rows:
        page.visible, page.roots = rows[0][1], rows[0][2]
    comments = sorted((row[0] for row in rows), key=lambda c: c.path)
    page.nodes = _draw(comments)
    if sort == "newest":
        page.nodes.reverse()
    page.featured = [c for c in comments if c.featured_at and c.is_visible][:1] if number == 1 else []
    return page


def _comments(article: Article, number: int, sort: str) -> Select[Comment, int, int]:
    order = (Comment.posted_at, Comment.id)
    roots = (
        select(Comment.id)
        .where(Comment.article_id == article.id, Comment.parent_id.is_(None), Comment.holds_a_place())
        .order_by(*(column.desc() for column in order) if sort == "newest" else order)
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
        .subquery()
    )
    # No ORDER BY: the page's comments are sorted here, by their path, so the database needs no temporary sort.
    return (
        select(Comment, Thread.visible, Thread.roots)
        .join(roots, Comment.root_id == roots.c.id)
        .join(Thread, Thread.article_id == Comment.article_id)
        .where(Comment.holds_a_place())
        .options(joinedload(Comment.account), joinedload(Comment.author))
    )


def _draw(comments: list[Comment]) -> list[Node]:
    """Hang each comment under the one that it answers; below the fourth level they stand side by side."""
    top: list[Node] = []
    nodes: dict[int, Node] = {}
    holders: dict[int, Node] = {}  # under which node a comment's answers are drawn
    for comment in comments:
        node = nodes[comment.id] = Node(comment)
        if comment.parent_id is None:
            top.append(node)
            holders[comment.id] = node
            continue
        holder = holders.get(comment.parent_id)
        if holder is None:
            continue
        holder.answers.append(node)
        parent = nodes[comment.parent_id]
        if comment.depth < DRAWN_LEVELS - 1:
            holders[comment.id] = node
        else:
            holders[comment.id] = holder
            if parent is not holder:
                node.answers_to = parent.comment.name if parent.comment.is_visible else "a deleted comment"
    return top
