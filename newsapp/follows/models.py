from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, UniqueConstraint, bindparam, func, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts import Account
from newsapp.articles import Article, Topic
from newsapp.authors import Author
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.text import shorten, whole_number
from newsapp.sections import Section

MOST = 100  # stories that one browser or one account keeps, as MOST in static/js/saved.js
MOST_FOLLOWED = 100  # sections, authors and topics of one account: its news walk along as many shelves
LONGEST_TITLE = 300  # characters
Row = TypeVar("Row", bound=Base)


class TooMany(Exception):
    """The account has as many as one may have; the message says so."""


class NotThere(Exception):
    """There is no such thing, or readers do not see it."""


class Follow(Base):
    """Somebody wants to read what appears in a section, by an author or about a topic: one of the three."""

    __table_args__ = (
        UniqueConstraint("account_id", "section_id"),
        UniqueConstraint("account_id", "author_id"),
        UniqueConstraint("account_id", "topic_id"),
        CheckConstraint(
            "(CASE WHEN section_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN author_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN topic_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_thing",
        ),
    )

    id: Mapped[pk]
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"))
    section_id: Mapped[int | None] = mapped_column(ForeignKey(Section.id, ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Author.id, ondelete="CASCADE"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey(Topic.id, ondelete="CASCADE"), index=True)
    since: Mapped[moment] = mapped_column(default=clock.now)

    @classmethod
    def by(cls, account: Account) -> Select[Follow]:
        """Select what an account follows, in the order in which it began to."""
        return select(cls).where(cls.account_id == account.id).order_by(cls.id)

    @property
    def shelf(self) -> str:
        """Give the shelf that what is followed stands on."""
        kind, number = next((kind, n) for kind in _KINDS if (n := getattr(self, f"{kind}_id")) is not None)
        return f"{kind}:{number}"

    def end(self) -> None:
        """Follow it no longer. The caller commits."""
        db.session.delete(self)


_KINDS: dict[str, type[Section | Author | Topic]] = {"section": Section, "author": Author, "topic": Topic}


class SavedStory(Base):
    """A story that an account keeps for later."""

    __table_args__ = (Index("ix_saved_story_order", "account_id", "saved_at", "article_id"),)

    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"), primary_key=True, index=True)
    title: Mapped[str]  # as it was when it was saved: what is gone has no other name for its reader
    saved_at: Mapped[moment] = mapped_column(default=clock.now)

    @classmethod
    def of(cls, account: Account) -> Select[SavedStory]:
        """Select what an account has saved, the newest first."""
        return (
            select(cls)
            .where(cls.account_id == account.id)
            .order_by(cls.saved_at.desc(), cls.article_id.desc())
            .limit(MOST)
        )

    def remove(self) -> None:
        """Keep it no longer. The caller commits."""
        db.session.delete(self)


# Following


def follow(account: Account, shelf: str) -> Follow:
    """Follow what stands on a shelf, ``section:3``; twice is once. The caller commits.

    Raises:
        NotThere: there is no such section or author, or no public story about the topic.
        TooMany: the account follows MOST_FOLLOWED already.
    """
    found = followed(account, shelf)
    if found is not None:
        return found
    kind, number = _parts(shelf)
    thing: Any = db.session.get(_KINDS[kind], number)
    if isinstance(thing, Topic):
        thing = db.session.scalar(Topic.at(thing.slug, clock.now()))
    if thing is None:
        raise NotThere(shelf)
    if _count(Follow, account) >= MOST_FOLLOWED:
        raise TooMany(f"You follow {MOST_FOLLOWED} already, and more do not fit. Stop following one first.")
    return _add(Follow(account_id=account.id, **{f"{kind}_id": number}, since=clock.now())) or follow(account, shelf)


def lead_on(old: str, new: str) -> None:
    """Let everybody who follows what stands on the shelf ``old`` follow ``new``: the two are one now. The caller commits."""
    (kind, before), (_, after) = _parts(old), _parts(new)
    column = getattr(Follow, f"{kind}_id")
    there = set(db.session.scalars(select(Follow.account_id).where(column == after)))
    for row in db.session.scalars(select(Follow).where(column == before)):
        if row.account_id in there:
            db.session.delete(row)
        else:
            setattr(row, f"{kind}_id", after)
    db.session.flush()


def followed(account: Account, shelf: str) -> Follow | None:
    """Give the row of what an account follows."""
    kind, number = _parts(shelf)
    query = select(Follow).where(Follow.account_id == account.id, getattr(Follow, f"{kind}_id") == number)
    return db.session.scalar(query)


def is_followed(account: Account | None, shelf: str) -> bool | None:
    """Tell whether an account follows what stands on a shelf; ``None`` where nobody is signed in."""
    return None if account is None else followed(account, shelf) is not None


def _parts(shelf: str) -> tuple[str, int]:
    kind, _, said = shelf.partition(":")
    number = whole_number(said)
    if kind not in _KINDS or number is None:
        raise NotThere(shelf)
    return kind, number


# Saving


def save(account: Account, article: Article, title: str = "", at: datetime | None = None) -> SavedStory:
    """Keep a story for later; twice is once. ``title`` is the one under which it was saved before. The caller commits.

    Raises:
        NotThere: readers do not see the story, and never did.
        TooMany: the account keeps MOST already.
    """
    found = db.session.get(SavedStory, (account.id, article.id))
    if found is not None:
        return found
    now = clock.now()
    if not article.is_public(now) and not (title and article.is_gone(now)):
        raise NotThere(article.id)
    if _count(SavedStory, account) >= MOST:
        raise TooMany(f"{MOST} stories are saved, and more do not fit. Remove some first.")
    called = article.title if article.is_public(now) else title
    made = SavedStory(
        account_id=account.id, article_id=article.id, title=shorten(called, LONGEST_TITLE), saved_at=at or now
    )
    return _add(made) or save(account, article)


def merge(account: Account, listed: Iterable[tuple[int, str]]) -> set[int]:
    """Add a browser's list, its ids and titles, the newest first; give the ids for which there was no room.

    What there never was is passed over. The caller commits.
    """
    told = dict(listed)
    rows = db.session.scalars(select(Article).where(Article.id.in_(told)))
    stories, left, now = {story.id: story for story in rows}, set(), clock.now()
    for n, (number, title) in enumerate(told.items()):
        try:
            if number in stories:
                save(account, stories[number], title, at=now - timedelta(milliseconds=n))
        except TooMany:
            left.add(number)
        except NotThere:
            continue
    return left


@lru_cache
def saved_here() -> Select[str, int]:
    """Give what asks whether ``:account`` keeps ``:article``: the row ``saved``. One object, because it is part of a kept query."""
    return select(literal("saved"), SavedStory.article_id).where(
        SavedStory.account_id == bindparam("account"), SavedStory.article_id == bindparam("article")
    )


def _count(table: type[Follow | SavedStory], account: Account) -> int:
    return db.session.scalar(select(func.count()).where(table.account_id == account.id)) or 0


def _add(row: Row) -> Row | None:
    """Add a row; give nothing where a second press of the same button was quicker."""
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return None
    return row
