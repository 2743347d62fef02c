"""The newsroom's list of stories: a line for each, with what the desk's list shows and is searched by.

A line is narrow and its indexes have the list's order, so that a page of the list costs the same at a hundred stories
and at a hundred thousand. It is written with the story and with its working copy, in their transactions.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, event, func, or_, select
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from newsapp.accounts import Account
from newsapp.articles.documents import Document, document_of
from newsapp.articles.drafting import WorkingCopy, copy_of, copy_saved
from newsapp.articles.models import Article, article_changed
from newsapp.articles.releasing import WaitingChange
from newsapp.authors import Author
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock
from newsapp.sections import Section

MOST_WORDS = 6  # of a headline that are looked for


class NewslistLine(Base):
    """A story as the newsroom's list has it: as it is being written, where somebody writes."""

    __table_args__ = (
        Index("ix_newslist_line_changed", "changed_at", "article_id"),
        Index("ix_newslist_line_stage", "stage", "changed_at", "article_id"),
        Index("ix_newslist_line_published", "stage", "published_at", "article_id"),
        Index("ix_newslist_line_section", "section_id", "changed_at", "article_id"),
        Index("ix_newslist_line_review", "submitted_at", "article_id"),
    )

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    headline: Mapped[str]
    section_id: Mapped[int] = mapped_column(ForeignKey(Section.id))
    stage: Mapped[str]  # draft, review, ready or withdrawn; the clock does the rest
    submitted_at: Mapped[moment | None]
    published_at: Mapped[moment | None]
    ends_at: Mapped[moment | None]
    change_at: Mapped[moment | None]  # when a change of it is due that waits
    is_stuck: Mapped[bool] = mapped_column(default=False)  # the change could not be released
    has_changes: Mapped[bool] = mapped_column(default=False)  # what is written is not what readers see
    embargo_until: Mapped[moment | None]
    returned_at: Mapped[moment | None]
    changed_at: Mapped[moment]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    begun_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    words: Mapped[int] = mapped_column(default=0)
    other_names: Mapped[str] = mapped_column(default="")  # in the byline, without a page: an agency, a guest

    @classmethod
    def says(cls, words: str) -> list[ColumnElement[bool]]:
        """Give the conditions that a working headline has each of some words, or a part of one."""
        escaped = (
            word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words.split()[:MOST_WORDS]
        )
        return [cls.headline.ilike(f"%{word}%", "\\") for word in escaped]

    @property
    def url(self) -> str:
        return f"/desk/articles/{self.article_id}"

    def status(self, at: datetime) -> str:
        """Say where the story is: draft, review, scheduled, public, ended or withdrawn."""
        if self.stage != "ready":
            return self.stage
        if self.published_at and self.published_at > at:
            return "scheduled"
        return "ended" if self.ends_at and self.ends_at <= at else "public"


class NewslistPerson(Base):
    """Who a story is by: an author in its bylines, or the account that has begun it."""

    __table_args__ = (
        Index("ix_newslist_person_author_id", "author_id", "article_id"),
        Index("ix_newslist_person_account_id", "account_id", "article_id"),
    )

    id: Mapped[pk]
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Author.id))
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))

    @classmethod
    def stories_of(cls, account: Account) -> Select[int]:
        """Select the ids of the stories that are somebody's own: begun by them, or with their name over them."""
        theirs = select(Author.id).where(Author.account_id == account.id)
        return select(cls.article_id).where(or_(cls.account_id == account.id, cls.author_id.in_(theirs)))

    @classmethod
    def owners_of(cls, article: Article) -> Select[int | None]:
        """Select the ids of the accounts whose own a story is, and nothing for an author without one."""
        owner = func.coalesce(cls.account_id, Author.account_id)
        return (
            select(owner)
            .outerjoin(Author, Author.id == cls.author_id)
            .where(cls.article_id == article.id, owner.is_not(None))
        )


def is_own(article: Article, account: Account) -> bool:
    """Tell whether a story is somebody's own."""
    found = NewslistPerson.stories_of(account).where(NewslistPerson.article_id == article.id).limit(1)
    return db.session.scalar(found) is not None


def began(article: Article, by: Account) -> None:
    """Note who has begun a story. The caller commits."""
    write_line(article)
    line = db.session.get_one(NewslistLine, article.id)
    line.begun_by_id = line.changed_by_id = by.id
    db.session.add(NewslistPerson(article_id=article.id, account_id=by.id))
    db.session.flush()


def write_line(article: Article) -> None:
    """Write a story's line anew. The caller commits."""
    db.session.flush()
    copy = copy_of(article)
    found = db.session.get(NewslistLine, article.id)
    line = found or NewslistLine(article_id=article.id)
    document = copy.document if copy else None
    waiting = db.session.get(WaitingChange, article.id)
    line.headline = (document["headline"] if document else article.headline) or "Untitled"
    line.section_id = document["section_id"] if document and _is_there(document["section_id"]) else article.section_id
    line.stage = "review" if article.state == "in review" else article.state
    line.submitted_at, line.published_at, line.ends_at = (
        article.submitted_at,
        article.published_at,
        article.unpublish_at,
    )
    line.change_at, line.is_stuck = (waiting.at, waiting.stuck_at is not None) if waiting else (None, False)
    line.has_changes = copy is not None and _as_released(article, copy.document) != document_of(article)
    line.embargo_until, line.returned_at = (copy.embargo_until, copy.returned_at) if copy else (None, None)
    line.words = article.words
    line.changed_at = _changed_at(article, copy)
    line.changed_by_id = copy.saved_by_id if copy else line.changed_by_id
    if found is None:
        db.session.add(line)
    bylines: list[dict[str, Any]] = (
        document["bylines"] if document else [{"author_id": b.author_id, "name": b.free_text} for b in article.bylines]
    )
    line.other_names = ", ".join(b["name"] for b in bylines if b["name"] and not b["author_id"])
    _name_people(article, {b["author_id"] for b in bylines if b["author_id"]})
    db.session.flush()


@article_changed.connect
@copy_saved.connect
def _note(article: Article) -> None:
    if article.id is not None:  # otherwise it is being made, and another signal follows
        db.session().info.setdefault("newslist", set()).add(article.id)


@event.listens_for(Session, "before_commit")
def _write_noted(session: Session) -> None:
    """Write the lines of all that was changed, once each: a story that is written sends half a dozen signals."""
    for article_id in sorted(session.info.pop("newslist", ())):
        article = session.get(Article, article_id)
        if article is not None:
            write_line(article)


@event.listens_for(Session, "after_soft_rollback")
def _forget_noted(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested:
        session.info.pop("newslist", None)


def _as_released(article: Article, document: Document) -> Document:
    """Give a document as the story would say it; a story that was never public gets its address with its release."""
    own = document["slug"] if article.published_at else ""
    return {**document, "slug": own or article.slug}


def _changed_at(article: Article, copy: WorkingCopy | None) -> datetime:
    now = clock.now()
    moments = [
        article.submitted_at, article.withdrawn_at, article.updated_at, copy.saved_at if copy else None,
        article.published_at if article.published_at and article.published_at <= now else article.ready_at,
    ]  # fmt: skip
    return max((at for at in moments if at is not None), default=article.created_at or now)


def _name_people(article: Article, author_ids: set[int]) -> None:
    rows = db.session.scalars(
        select(NewslistPerson).where(NewslistPerson.article_id == article.id, NewslistPerson.author_id.is_not(None))
    )
    kept = set()
    for row in rows:
        if row.author_id in author_ids:
            kept.add(row.author_id)
        else:
            db.session.delete(row)
    there = set(db.session.scalars(select(Author.id).where(Author.id.in_(author_ids - kept))))
    for author_id in sorted(there):
        db.session.add(NewslistPerson(article_id=article.id, author_id=author_id))


def _is_there(section_id: int | None) -> bool:
    return section_id is not None and db.session.get(Section, section_id) is not None
