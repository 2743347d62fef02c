"""The discussion as a page shows it: whole threads, however many comments there are, in one query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Select, bindparam, literal, select, union_all
from sqlalchemy.orm import Session, aliased, joinedload

from newsapp.accounts import Account, Role
from newsapp.articles import Story
from newsapp.authors import Author
from newsapp.comments.checks import closes_at, is_open
from newsapp.comments.models import DRAWN_LEVELS, EDIT_WINDOW, Comment, Mute, Recommendation, Thread
from newsapp.db import columns, plain_rows
from newsapp.lib import tags
from newsapp.lib.tags import shows
from newsapp.lib.text import hue, initials

PER_PAGE = 50  # threads
OPEN_ANSWERS = 3  # a thread with more than these begins folded
SORTS = {
    "oldest": "Oldest first",
    "newest": "Newest first",
    "helpful": "Most helpful",
    "replies": "Most replies",
    "featured": "Picked by the editor",
}


class Shown(NamedTuple):
    """A comment as a page prints it: plain values, because a page has hundreds of them."""

    id: int
    parent_id: int | None
    path: str
    depth: int
    body: str
    posted_at: datetime
    hidden_at: datetime | None
    held_at: datetime | None
    deleted_at: datetime | None
    edited_at: datetime | None
    featured_at: datetime | None
    pinned_at: datetime | None
    recommended: int
    account_id: int | None
    author_id: int | None
    guest_name: str | None
    account_name: str | None
    account_role: str | None
    author_name: str | None
    author_slug: str | None

    @property
    def url(self) -> str:
        return f"/comments/{self.id}"

    @property
    def is_visible(self) -> bool:
        return self.hidden_at is None and self.deleted_at is None

    @property
    def is_staff(self) -> bool:
        return self.author_id is not None or (self.account_role or Role.READER) != Role.READER

    @property
    def stub(self) -> str:
        """Say what stands in the place of a comment that readers do not see."""
        if self.deleted_at:
            return "This comment was deleted by its author."
        return "This comment waits for a moderator." if self.held_at else "This comment was taken down by a moderator."

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
class Viewer:
    """Somebody signed in, who reads a page of their own: what they recommended, whom they do not want to read."""

    account: Account
    recommended: set[int] = field(default_factory=set)
    muted: set[int] = field(default_factory=set)
    own: list[Comment] = field(default_factory=list)  # what they wrote here that readers do not see, the newest first
    asked: set[str] = field(default_factory=set)  # of what a page asked besides, what was answered with a row


@dataclass(frozen=True)
class Takes:
    """What a discussion takes, and how it is drawn, as of one moment."""

    open: bool
    writers: frozenset[int]  # the authors of the story itself
    editable_from: datetime  # one's own comments that are younger can be changed
    sorts: dict[str, str] = field(default_factory=lambda: SORTS)


def takes(article: Story) -> Takes:
    """Tell what the discussion under a story takes; the page changes when it closes by itself."""
    at, seen = tags.moment(), tags.seen_so_far()
    ends = closes_at(article)
    if seen is not None and ends is not None and ends > at:
        seen.note_expiry(ends)
    writers = frozenset(byline.author.id for byline in article.by if byline.author)
    return Takes(is_open(article, at), writers, at - EDIT_WINDOW)


@dataclass
class ThreadPage:
    """One page of a discussion."""

    visible: int = 0  # comments in the whole discussion
    roots: int = 0  # threads in the whole discussion
    number: int = 1
    sort: str = "oldest"
    nodes: list[Node] = field(default_factory=list)
    featured: list[Shown] = field(default_factory=list)
    pinned: Shown | None = None
    viewer: Viewer | None = None
    message: str = ""  # the newsroom's, above the discussion

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


def thread_page(
    session: Session, article: Story, number: int = 1, sort: str = "oldest", viewer: Account | None = None,
    asks: Select[str, int] | None = None,
) -> ThreadPage:  # fmt: skip
    """Read one page of the discussion under ``article``, 50 threads with all that hangs on them.

    ``asks`` is what the page wants to know of its viewer besides, about ``:account`` and ``:article``: a name and a
    number for each row. It is answered by the same query, in ``viewer.asked``.
    """
    shows(f"comments:{article.id}")
    page = ThreadPage(number=number, sort=sort)
    rows = plain_rows(
        session, _comments(sort), {"article": article.id, "skip": (number - 1) * PER_PAGE, "most": PER_PAGE}
    )
    pinned_id = None
    if rows:
        page.visible, page.roots, pinned_id, page.message = rows[0][-4:]
    elif sort == "oldest":  # nobody has written yet, and the newsroom may have something to say
        page.message = session.scalar(select(Thread.message).where(Thread.article_id == article.id)) or ""
    comments = sorted((Shown._make(row[:-4]) for row in rows), key=attrgetter("path"))
    if pinned_id and number == 1:
        page.pinned = next((c for c in comments if c.id == pinned_id), None)
        if page.pinned is None and (found := plain_rows(session, _one(), {"id": pinned_id})):
            page.pinned = Shown._make(found[0])  # it stands on another page of a long discussion
        if page.pinned and not page.pinned.is_visible:
            page.pinned = None
    shows(*{f"account:{c.account_id}" for c in comments if c.account_id})
    shows(*{f"author:{c.author_id}" for c in comments if c.author_id})
    page.nodes = _draw(comments)
    if sort == "newest":
        page.nodes.reverse()
    elif sort == "helpful":
        page.nodes.sort(key=lambda node: (-node.comment.recommended, -node.comment.id))
    elif sort == "replies":
        replies = Counter(c.path.partition(".")[0] for c in comments if c.parent_id is not None and c.is_visible)
        page.nodes.sort(key=lambda node: (-replies[node.comment.path.partition(".")[0]], -node.comment.id))
    page.featured = (
        [c for c in comments if c.featured_at and c.is_visible][:1] if number == 1 and not page.pinned else []
    )
    if sort == "featured":
        page.roots = number * PER_PAGE + (len(page.nodes) == PER_PAGE)  # how many there are is not counted
        page.featured = []
    if viewer is not None:
        page.viewer = _viewer(session, article, viewer, asks)
    return page


def _viewer(session: Session, article: Story, account: Account, asks: Select[str, int] | None) -> Viewer:
    found = Viewer(account)
    mine: list[int] = []
    known = {"liked": found.recommended.add, "muted": found.muted.add, "own": mine.append}
    for kind, number in plain_rows(session, _of_viewer(asks), {"account": account.id, "article": article.id}):
        if kind in known:
            known[kind](number)
        else:
            found.asked.add(kind)
    if mine:
        rows = select(Comment).where(Comment.id.in_(mine)).order_by(Comment.id.desc())
        answered = joinedload(Comment.parent)
        rows = rows.options(answered.joinedload(Comment.account), answered.joinedload(Comment.author))
        found.own = list(session.scalars(rows))
    return found


@lru_cache
def _of_viewer(asks: Select[str, int] | None) -> CompoundSelect[Any]:
    liked = (
        select(literal("liked"), Recommendation.comment_id)
        .join(Comment, Comment.id == Recommendation.comment_id)
        .where(Recommendation.account_id == bindparam("account"), Comment.article_id == bindparam("article"))
    )
    muted = select(literal("muted"), Mute.muted_id).where(Mute.account_id == bindparam("account"))
    own = select(literal("own"), Comment.id).where(Comment.account_id == bindparam("account"))
    own = own.where(
        Comment.article_id == bindparam("article"), ~Comment.is_visible_in_sql(), Comment.deleted_at.is_(None)
    )
    return union_all(liked, muted, own, *([asks] if asks is not None else []))


@lru_cache
def _comments(sort: str) -> Select[*tuple[Any, ...]]:
    order: dict[str, tuple[Any, ...]] = {
        "newest": (Comment.posted_at.desc(), Comment.id.desc()),
        "helpful": (Comment.recommended.desc(), Comment.posted_at.desc(), Comment.id.desc()),
        "replies": (Comment.answers.desc(), Comment.posted_at.desc(), Comment.id.desc()),
    }
    here = (Comment.article_id == bindparam("article"), Comment.parent_id.is_(None), Comment.holds_a_place())
    roots = select(Comment.id).where(*here).order_by(*order.get(sort, (Comment.posted_at, Comment.id)))
    if sort == "featured":
        picked = aliased(Comment)
        roots = roots.where(
            Comment.id.in_(
                select(picked.root_id).where(picked.article_id == bindparam("article"), picked.featured_at.is_not(None))
            )
        )
    some = roots.limit(bindparam("most")).offset(bindparam("skip")).subquery()
    # No ORDER BY: the page's comments are sorted here, by their path, so the database needs no temporary sort.
    return (
        _whole([*columns(Thread, ["visible", "roots", "pinned_id", "message"])])
        .join(some, Comment.root_id == some.c.id)
        .join(Thread, Thread.article_id == Comment.article_id)
        .where(Comment.holds_a_place())
    )


@lru_cache
def _one() -> Select[*tuple[Any, ...]]:
    return _whole([]).where(Comment.id == bindparam("id"))


def _whole(further: list[Any]) -> Select[*tuple[Any, ...]]:
    names = columns(Account, ["name", "role"]) + columns(Author, ["name", "slug"])
    own = Shown._fields[: Shown._fields.index("account_name")]
    return (
        select(*columns(Comment, own), *names, *further)
        .select_from(Comment)
        .outerjoin(Account, Account.id == Comment.account_id)
        .outerjoin(Author, Author.id == Comment.author_id)
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
