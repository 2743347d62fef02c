"""Stories as pages print them: plain values.

A page prints dozens of stories, pictures and names, and a mapped row costs ten times what its values cost. What is
read here cannot be changed; whoever changes a story reads the row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from newsapp.articles.facts import About, Facts, Happened, Signed
from newsapp.articles.models import Article, Byline, Change, Citation, Source, Topic, TopicMark
from newsapp.authors import Author, PrintedAuthor
from newsapp.db import columns, names_of, plain_rows
from newsapp.lib.tags import shows
from newsapp.media import Picture, PrintedPicture


@dataclass(slots=True)
class PrintedByline(Signed):
    """Whose name stands over a story, and as what."""

    role: str
    part: str
    free_text: str | None
    author: PrintedAuthor | None


@dataclass(slots=True)
class Card(Facts):
    """A story as lists show it."""

    id: int
    slug: str
    kind: str
    section_id: int
    label: str | None
    headline: str
    short_headline: str | None
    standfirst: str
    language: str
    minutes: int
    is_evergreen: bool
    submitted_at: datetime | None
    ready_at: datetime | None
    published_at: datetime | None
    unpublish_at: datetime | None
    updated_at: datetime | None
    withdrawn_at: datetime | None
    picture: PrintedPicture | None = None
    bylines: list[PrintedByline] = field(default_factory=list)


@dataclass(slots=True)
class PrintedTopic(About):
    """What a story is about."""

    id: int
    slug: str
    name: str


@dataclass(slots=True)
class PrintedSource:
    id: int
    kind: str
    title: str
    publisher: str
    author: str
    published_on: date | None
    accessed_on: date | None
    url: str
    archive_url: str
    note: str
    is_private: bool


@dataclass(slots=True)
class PrintedCitation:
    number: int
    source: PrintedSource


@dataclass(slots=True)
class PrintedChange(Happened):
    """Something that happened to a public story."""

    id: int
    at: datetime
    kind: str
    note: str
    text: str


@dataclass(slots=True)
class Story(Card):
    """A story as its own page shows it."""

    also_in: list[int] = field(default_factory=list)
    search_headline: str | None = None
    social_headline: str | None = None
    standfirst_is_own: bool = True
    place: str | None = None
    key_points: list[str] = field(default_factory=list)
    making: dict[str, str] = field(default_factory=dict)  # see making.py
    picture_caption: str | None = None
    picture_alt: str | None = None
    words: int = 0
    versions: int = 0
    withdrawn_reason: str = ""
    comments_closed_at: datetime | None = None
    contents: list[dict[str, object]] = field(default_factory=list)
    body: str = ""
    topics: list[PrintedTopic] = field(default_factory=list)
    citations: list[PrintedCitation] = field(default_factory=list)
    changes: list[PrintedChange] = field(default_factory=list)


def cards(session: Session, ids: Iterable[int]) -> dict[int, Card]:
    """Give stories by their ids, as lists show them, public or not: two queries however many."""
    wanted = list(ids)
    if not wanted:
        return {}
    found: dict[int, Card] = {}
    for row in plain_rows(session, _cards(), {"ids": wanted}):
        values = [*row[: len(_CARD)], PrintedPicture.of(row[len(_CARD) :])]
        found[row[0]] = Card(*values)
    _sign(session, found)
    return found


def story_to_read(session: Session, slug: str) -> Story | None:
    """Give one story whole, public or not: five queries."""
    rows = plain_rows(session, _story(), {"slug": slug})
    if not rows:
        return None
    row = rows[0]
    card, own = len(_CARD), len(_CARD) + len(_OWN)
    values = [*row[:card], PrintedPicture.of(row[own:]), [], *row[card:own]]
    story = Story(*values)
    _sign(session, {story.id: story})
    here = {"id": story.id}
    marks = sorted(plain_rows(session, _topics(), here), key=lambda row: row[:2])
    story.topics = [PrintedTopic(*values) for _, *values in marks]
    story.citations = [
        PrintedCitation(n, PrintedSource(*values)) for n, *values in plain_rows(session, _citations(), here)
    ]
    story.changes = [PrintedChange(*values) for values in plain_rows(session, _changes(), here)]
    story.changes.sort(key=lambda change: (change.at, change.id))
    shows(*(topic.shelf for topic in story.topics), *(f"source:{c.source.id}" for c in story.citations))
    return story


def _sign(session: Session, stories: dict[int, Any]) -> None:
    """Put the names over the stories, and note whom and what the page shows with them."""
    rows = plain_rows(session, _bylines(), {"ids": list(stories)})
    for article_id, _, _, role, part, free_text, *author in sorted(rows, key=lambda row: row[1:3]):
        signed = PrintedByline(role, part, free_text, PrintedAuthor.of(author))
        stories[article_id].bylines.append(signed)
    shows(*(f"article:{i}" for i in stories))


# The statements are built once: building one costs more than running it. What has few rows is put in order here, so
# that the database needs no temporary sort.

_CARD = [f.name for f in fields(Card) if f.default_factory is MISSING and f.default is MISSING]
_OWN = [f.name for f in fields(Story) if f.name not in Card.__dataclass_fields__][:-3]  # the last three are hung on


@lru_cache
def _cards() -> Select[Any]:
    return _whole(_CARD).where(_article.c.id.in_(bindparam("ids", expanding=True)))


@lru_cache
def _story() -> Select[Any]:
    return _whole([*_CARD, *_OWN]).where(_article.c.slug == bindparam("slug"))


def _whole(names: list[str]) -> Select[Any]:
    chosen = [*columns(Article, names), *columns(Picture, names_of(PrintedPicture))]
    return select(*chosen).select_from(_article.outerjoin(_picture, _picture.c.id == _article.c.picture_id))


@lru_cache
def _bylines() -> Select[Any]:
    own = columns(Byline, ["article_id", "position", "id", "role", "part", "free_text"])
    return (
        select(*own, *columns(Author, names_of(PrintedAuthor)))
        .select_from(_byline.outerjoin(_author, _author.c.id == _byline.c.author_id))
        .where(_byline.c.article_id.in_(bindparam("ids", expanding=True)))
    )


@lru_cache
def _topics() -> Select[Any]:
    return (
        select(_mark.c.position, *columns(Topic, names_of(PrintedTopic)))
        .join_from(_mark, Topic.__table__)
        .where(_mark.c.article_id == bindparam("id"))
    )


@lru_cache
def _citations() -> Select[Any]:
    return (
        select(_citation.c.number, *columns(Source, names_of(PrintedSource)))
        .join_from(_citation, Source.__table__)
        .where(_citation.c.article_id == bindparam("id"))
        .order_by(_citation.c.number)
    )


@lru_cache
def _changes() -> Select[Any]:
    return select(*columns(Change, names_of(PrintedChange))).where(_change.c.article_id == bindparam("id"))


_article, _picture, _byline, _author = (table.__table__ for table in (Article, Picture, Byline, Author))
_mark, _citation, _change = (table.__table__ for table in (TopicMark, Citation, Change))
