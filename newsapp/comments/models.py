from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, and_, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsapp.accounts import Account
from newsapp.articles import Article
from newsapp.authors import Author
from newsapp.comments.formatting import clean
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.tags import Tagged
from newsapp.lib.text import hue, initials

MAX_LENGTH = 5000  # characters, as the reader sent them
DRAWN_LEVELS = 4  # deeper replies stand on the fourth level and say whom they answer


class CommentsClosed(Exception):
    """The desk has closed the discussion."""


class Comment(Base, Tagged):
    """What one reader wrote under one story.

    ``path`` sorts a thread as it is read: each comment's is its parent's with its own number behind.
    """

    __tags__ = ("comments:{article_id}",)
    __table_args__ = (
        Index("ix_comment_roots", "article_id", "parent_id", "posted_at", "id"),
        Index("ix_comment_thread", "root_id", "path"),
    )

    id: Mapped[pk]
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"), index=True)
    root_id: Mapped[int | None]  # the comment that its thread began with; its own id for that one
    path: Mapped[str] = mapped_column(default="")
    depth: Mapped[int] = mapped_column(default=0)  # 0 for the first of a thread
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id), index=True)  # None: a guest
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Author.id))  # the byline that answers under its name
    guest_name: Mapped[str | None]
    body: Mapped[str]  # HTML, cleaned by post()
    posted_at: Mapped[moment] = mapped_column(default=clock.now)
    approved_at: Mapped[moment | None]  # None: it waits
    hidden_at: Mapped[moment | None]
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    deleted_at: Mapped[moment | None]  # by who wrote it
    featured_at: Mapped[moment | None]
    featured_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    recommended: Mapped[int] = mapped_column(default=0)
    answers: Mapped[int] = mapped_column(default=0)  # visible comments anywhere below

    account: Mapped[Account | None] = relationship(foreign_keys=account_id)
    author: Mapped[Author | None] = relationship()

    @classmethod
    def is_visible_in_sql(cls) -> ColumnElement[bool]:
        return and_(cls.approved_at.is_not(None), cls.hidden_at.is_(None), cls.deleted_at.is_(None))

    @classmethod
    def holds_a_place(cls) -> ColumnElement[bool]:
        """What a thread shows: the comment itself, or a stub that its answers hang on."""
        return and_(cls.approved_at.is_not(None), or_(cls.is_visible_in_sql(), cls.answers > 0))

    @property
    def is_visible(self) -> bool:
        return bool(self.approved_at) and not self.hidden_at and not self.deleted_at

    @property
    def url(self) -> str:
        return f"/comments/{self.id}"

    @property
    def name(self) -> str:
        if self.author:
            return self.author.name
        return self.account.name if self.account else self.guest_name or "A reader"

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def hue(self) -> int:
        return self.author.hue if self.author else hue(self.name)

    def hide(self, by: Account | None = None) -> None:
        """Take the comment off the page; it stays in the file. The caller commits."""
        self._change(hidden_at=clock.now(), hidden_by_id=by.id if by else None)

    def show(self) -> None:
        """Put a hidden comment back. The caller commits."""
        self._change(hidden_at=None, hidden_by_id=None)

    def approve(self) -> None:
        """Let readers see a comment that waits. The caller commits."""
        self._change(approved_at=clock.now())

    def delete(self) -> None:
        """Take back one's own comment; a stub stays where it was answered. The caller commits."""
        self._change(deleted_at=clock.now())

    def feature(self, by: Account | None = None) -> None:
        """Show the comment above the thread as well. The caller commits."""
        self.featured_at, self.featured_by_id = clock.now(), by.id if by else None

    def unfeature(self) -> None:
        """Stop showing the comment above the thread. The caller commits."""
        self.featured_at = self.featured_by_id = None

    def recommend(self) -> None:
        """Count one more reader who found it helpful. The caller commits."""
        self.recommended += 1

    @property
    def has_place(self) -> bool:
        """Tell whether a thread shows the comment, or a stub that its answers hang on."""
        return self.approved_at is not None and (self.is_visible or self.answers > 0)

    def _change(self, **values: datetime | int | None) -> None:
        """Change the comment's state, and with it the figures of its thread."""
        root = self if self.parent_id is None else db.session.get_one(Comment, self.root_id)
        was_visible, had_place = self.is_visible, root.has_place
        for name, value in values.items():
            setattr(self, name, value)
        step = self.is_visible - was_visible
        above = self
        while step and above.parent_id is not None:
            above = db.session.get_one(Comment, above.parent_id)
            above.answers += step
        thread = db.session.get(Thread, self.article_id)
        if thread is None:
            thread = Thread(article_id=self.article_id, visible=0, roots=0)
            db.session.add(thread)
        thread.visible += step
        thread.roots += root.has_place - had_place


class Thread(Base, Tagged):
    """The discussion under one story: how many comments readers see."""

    __tags__ = ("comments:{article_id}",)

    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"), primary_key=True)
    visible: Mapped[int] = mapped_column(default=0)
    roots: Mapped[int] = mapped_column(default=0)  # threads that hold a place


def post(
    article: Article, body: str, *, account: Account | None = None, author: Author | None = None,
    guest_name: str | None = None, parent: Comment | None = None, at: datetime | None = None, approved: bool = True,
) -> Comment:  # fmt: skip
    """Add a comment to an article.

    ``body`` is HTML as the reader sent it, at most 5,000 characters; what is stored has been cleaned. The caller commits.

    Raises:
        CommentsClosed: the desk has closed the discussion.
        ValueError: the body is too long, or empty when cleaned.
    """
    if not article.comments_open:
        raise CommentsClosed(article.slug)
    if len(body) > MAX_LENGTH:
        raise ValueError(f"A comment has at most {MAX_LENGTH} characters.")
    cleaned = clean(body)
    if not cleaned:
        raise ValueError("The comment is empty.")
    comment = Comment(
        article_id=article.id, parent_id=parent.id if parent else None, depth=parent.depth + 1 if parent else 0,
        account_id=account.id if account else None, author_id=author.id if author else None, guest_name=guest_name,
        body=cleaned, posted_at=at or clock.now(), recommended=0, answers=0,
    )  # fmt: skip
    comment.account, comment.author = account, author
    db.session.add(comment)
    db.session.flush()
    comment.root_id = parent.root_id if parent else comment.id
    comment.path = (f"{parent.path}." if parent else "") + path_step(comment.id)
    if approved:
        comment._change(approved_at=comment.posted_at)
    db.session.flush()
    return comment


def path_step(number: int) -> str:
    """Write a comment's number so that text sorts as the number does."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    out = ""
    for _ in range(7):
        number, digit = divmod(number, 36)
        out = digits[digit] + out
    return out
