"""The discussion as a page shows it: whole threads, however many comments there are, in one query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from newsapp.accounts import Account
from newsapp.articles import Story
from newsapp.authors import Author
from newsapp.comments.models import DRAWN_LEVELS, Comment, Thread
from newsapp.db import columns
from newsapp.lib.tags import shows
from newsapp.lib.text import hue, initials

PER_PAGE = 50  # threads
OPEN_ANSWERS = 3  # a thread with more than these begins folded
SORTS = {"oldest": "Oldest first", "newest": "Newest first"}


class Shown(NamedTuple):
    """A comment as a page prints it: plain values, because a page has hundreds of them."""

    id: int
    parent_id: int | None
    path: str
    depth: int
    body: str
    posted_at: datetime
    hidden_at: datetime | None
    deleted_at: datetime | None
    featured_at: datetime | None
    recommended: int
    account_id: int | None
    author_id: int | None
    guest_name: str | None
    account_name: str | None
    author_name: str | None
    author_slug: str | None

    @property
    def url(self) -> str:
        return f"/comments/{self.id}"

    @property
    def is_visible(self) -> bool:
        return self.hidden_at is None and self.deleted_at is None

    @property
    def name(self) -> str:
        return self.author_name or self.account_name or self.guest_name or "A reader"

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def hue(self) -> int:
        return hue(self.author_slug or self.name)


@dataclass(slots=True)
class Node:
    """A comment with those that answer it, as they are drawn."""

    comment: Shown
    answers: list[Node] = field(default_factory=list)
    answers_to: str | None = None  # whom it answers, where the drawing cannot show it


class Step(NamedTuple):
    """One step of drawing a discussion: a comment, how a list begins under it, and which lists end behind it."""

    comment: Shown
    answers: int  # directly under it, in a list that begins behind it
    answers_to: str | None  # whom it answers, where the drawing cannot show it
    folds: bool  # the list that begins is folded: «Show 5 replies»
    closes: tuple[bool, ...]  # the lists that end, the innermost first; True for a folded one


@dataclass
class ThreadPage:
    """One page of a discussion."""

    visible: int = 0  # comments in the whole discussion
    roots: int = 0  # threads in the whole discussion
    number: int = 1
    sort: str = "oldest"
    nodes: list[Node] = field(default_factory=list)
    featured: list[Shown] = field(default_factory=list)

    @property
    def has_more(self) -> bool:
        return self.number * PER_PAGE < self.roots

    def steps(self) -> Iterator[Step]:
        """Give the comments in the order of reading; a template draws nested lists from it without recursion."""
        stack: list[tuple[Node, tuple[bool, ...]]] = [(node, ()) for node in reversed(self.nodes)]
        while stack:
            node, closes = stack.pop()
            folds = node.comment.parent_id is None and len(node.answers) > OPEN_ANSWERS
            if node.answers:
                # The lists that end behind this comment end behind its last answer instead, and its own list before.
                last = len(node.answers) - 1
                inner = (folds, *closes)
                stack += [(n, inner if i == last else ()) for i, n in reversed(list(enumerate(node.answers)))]
                yield Step(node.comment, len(node.answers), node.answers_to, folds, ())
            else:
                yield Step(node.comment, 0, node.answers_to, False, closes)


def thread_page(session: Session, article: Story, number: int = 1, sort: str = "oldest") -> ThreadPage:
    """Read one page of the discussion under ``article``, 50 threads with all that hangs on them."""
    shows(f"comments:{article.id}")
    page = ThreadPage(number=number, sort=sort)
    rows = session.execute(
        _comments(sort), {"article": article.id, "skip": (number - 1) * PER_PAGE, "most": PER_PAGE}
    ).all()
    if rows:
        page.visible, page.roots = rows[0][-2:]
    comments = sorted((Shown._make(row[:-2]) for row in rows), key=attrgetter("path"))
    shows(*{f"account:{c.account_id}" for c in comments if c.account_id})
    shows(*{f"author:{c.author_id}" for c in comments if c.author_id})
    page.nodes = _draw(comments)
    if sort == "newest":
        page.nodes.reverse()
    page.featured = [c for c in comments if c.featured_at and c.is_visible][:1] if number == 1 else []
    return page


@lru_cache
def _comments(sort: str) -> Select[*tuple[Any, ...]]:
    order = (Comment.posted_at, Comment.id)
    roots = (
        select(Comment.id)
        .where(Comment.article_id == bindparam("article"), Comment.parent_id.is_(None), Comment.holds_a_place())
        .order_by(*(column.desc() for column in order) if sort == "newest" else order)
        .limit(bindparam("most"))
        .offset(bindparam("skip"))
        .subquery()
    )
    # No ORDER BY: the page's comments are sorted here, by their path, so the database needs no temporary sort.
    names = columns(Account, ["name"]) + columns(Author, ["name", "slug"])
    return (
        select(*columns(Comment, Shown._fields[:13]), *names, *columns(Thread, ["visible", "roots"]))
        .join(roots, Comment.root_id == roots.c.id)
        .join(Thread, Thread.article_id == Comment.article_id)
        .outerjoin(Account, Account.id == Comment.account_id)
        .outerjoin(Author, Author.id == Comment.author_id)
        .where(Comment.holds_a_place())
    )


def _draw(comments: list[Shown]) -> list[Node]:
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
