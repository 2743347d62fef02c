from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import count
from urllib.parse import urlsplit

from blinker import Namespace
from bs4 import BeautifulSoup
from flask import render_template
from sqlalchemy import ForeignKey, Index, Select, String, cast, exists, select, text
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, undefer, validates

from newsapp.accounts import Account
from newsapp.articles.body import Body, clean_inline, is_web_address, prepare
from newsapp.articles.facts import About, Facts, Happened, Signed
from newsapp.articles.kinds import Kind
from newsapp.articles.shelves import ALL, Listing
from newsapp.authors import Author
from newsapp.db import Base, Json, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.tags import Tagged, raise_tags
from newsapp.lib.text import named_address, reading_minutes, shorten, slugify, whole_number
from newsapp.lib.webaddress import page_key
from newsapp.media import Picture, picture_changed
from newsapp.sections import Section
from newsapp.site import AddressTaken, must_be_free, page_moved
from newsapp.site import current as current_site

PRINTED_AT_ONCE = 200  # stories whose texts are in memory at once, where a picture in them has changed
# In a body ready to print: a picture's figure, whose caption ends with its credit.
_FIGURE = re.compile(
    r'(?P<tag><figure\b[^>]*\bdata-picture="(?P<key>\d+)"[^>]*>)(?:(?!</figure>).)*?'
    r'<figcaption>(?P<caption>.*?)\s*(?:<span class="credit">(?:(?!</figure>).)*)?</figcaption>\s*</figure>',
    re.S,
)

# Sent inside the transaction, with the row, after something that readers are shown of it was changed.
_signals = Namespace()
article_changed = _signals.signal("article-changed")
source_changed = _signals.signal("source-changed")
topic_changed = _signals.signal("topic-changed")


class Topic(Base, Tagged, About):
    """What a story is about, across sections."""

    __tags__ = ("topic:{id}", "topics")

    id: Mapped[pk]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")

    @classmethod
    def in_use(cls, at: datetime) -> Select[Topic]:
        """Select the topics that a public story is marked with, from A to Z."""
        public = exists().where(Listing.shelf == "topic:" + cast(cls.id, String), Listing.is_public(at))
        return select(cls).where(public).order_by(cls.slug)  # its index has them in this order

    @classmethod
    def at(cls, slug: str, at: datetime) -> Select[Topic]:
        """Select the topic with this address, if a public story is marked with it: its name may be an embargoed one's."""
        return cls.in_use(at).where(cls.slug == slug)

    def rename(self, name: str) -> None:
        """Change the name that readers see. The address stays. The caller commits."""
        self.name = name
        topic_changed.send(self)

    def describe(self, description: str) -> None:
        """Change what the topic's page says of it. The caller commits."""
        self.description = description

    def readdress(self, slug: str, by_id: int | None = None) -> None:
        """Give the topic's page another address. The old one leads there, and its feeds. The caller commits.

        Raises:
            AddressTaken: another topic has the address, or had it.
        """
        if slug == self.slug:
            return
        if db.session.scalar(select(Topic.id).where(Topic.slug == slug)):
            raise AddressTaken(f"There is a topic at /topics/{slug} already.")
        old = self.url
        must_be_free(f"/topics/{slug}", own=old)
        self.slug = slug
        db.session.flush()
        page_moved(old, self.url, by_id)
        topic_changed.send(self)


class TopicMark(Base, Tagged):
    """That a story is about a topic; the first mark is the main one."""

    __tags__ = ("article:{article_id}",)

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey(Topic.id), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)


class Byline(Base, Tagged, Signed):
    """Whose name stands over a story, and as what."""

    __tags__ = ("article:{article_id}",)

    id: Mapped[pk]
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Author.id), index=True)
    free_text: Mapped[str | None]  # a name without a page: an agency, a guest
    role: Mapped[str] = mapped_column(default="")  # for this story
    part: Mapped[str] = mapped_column(default="by")  # a key of PARTS
    position: Mapped[int] = mapped_column(default=0)

    author: Mapped[Author | None] = relationship()


PARTS = {"by": "By", "help": "With reporting by", "pictures": "Photographs by"}


class Source(Base, Tagged):
    """What a story rests on: a document, an interview, data.

    One that was found to be another told twice stays as a row that leads there: documents and old versions name it.
    """

    __tags__ = ("source:{id}",)

    id: Mapped[pk]
    kind: Mapped[str] = mapped_column(default="document")  # one of SOURCE_KINDS
    title: Mapped[str]
    publisher: Mapped[str] = mapped_column(default="")
    author: Mapped[str] = mapped_column(default="")
    published_on: Mapped[date | None]
    accessed_on: Mapped[date | None]
    url: Mapped[str] = mapped_column(default="", index=True)
    archive_url: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    is_private: Mapped[bool] = mapped_column(default=False)  # not public; the newsroom has seen it
    page_key: Mapped[str] = mapped_column(default="", index=True)  # what addresses of one page share
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"), index=True)

    merged_into: Mapped[Source | None] = relationship(remote_side="Source.id")

    @validates("url")
    def _note_page(self, _name: str, url: str) -> str:
        self.page_key = page_key(url)
        return url

    @property
    def address(self) -> str:
        """Where readers find what the source is, and which stories rest on it."""
        return f"/sources/{self.id}"

    @property
    def shelf(self) -> str:
        return f"source:{self.id}"

    @property
    def itself(self) -> Source:
        """This source, or the one that it was merged into."""
        return self.merged_into or self

    @classmethod
    def by_ids(cls, ids: Iterable[int]) -> dict[int, Source]:
        """Give sources by the numbers that documents have for them, each the one that it was merged into."""
        wanted = set(ids)
        query = select(cls).where(cls.id.in_(wanted)).options(joinedload(cls.merged_into))
        return {row.id: row.itself for row in db.session.scalars(query)} if wanted else {}

    @classmethod
    def by_addresses(cls, addresses: Iterable[str]) -> dict[str, Source]:
        """Give sources by web addresses: the one that has the very address, else the first that has the same page."""
        keys = {address: page_key(address) for address in addresses if is_web_address(address)}
        query = select(cls).where(cls.page_key.in_(set(keys.values()))).options(joinedload(cls.merged_into))
        rows = db.session.scalars(query.order_by(cls.id)).all() if keys else []
        found = {}
        for address, key in keys.items():
            here = [row for row in rows if row.page_key == key]
            if here:
                found[address] = next((row for row in here if row.url == address), here[0]).itself
        return found

    def describe(self, **values: object) -> None:
        """Change what is said of the source. The caller commits.

        Raises:
            ValueError: an address is not a full http or https one.
            AttributeError: there is no such field.
        """
        for name, value in values.items():
            if name not in DESCRIBED:
                raise AttributeError(name)
            if name in ("url", "archive_url") and value and not is_web_address(str(value)):
                raise ValueError(f"{value} is not a web address")
            setattr(self, name, value)
        source_changed.send(self)


SOURCE_KINDS = ("document", "interview", "data", "news", "law", "video")
# What is said of a source, all of it printed under each story that cites it.
DESCRIBED = (
    "kind", "title", "publisher", "author", "published_on", "accessed_on", "url", "archive_url", "note", "is_private",
)  # fmt: skip


class Citation(Base, Tagged):
    """That a story cites a source, and under which number."""

    __tags__ = ("article:{article_id}",)

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_id: Mapped[int] = mapped_column(ForeignKey(Source.id), index=True)
    key: Mapped[str]  # how the body names it

    source: Mapped[Source] = relationship()


# Written out and not as values: only so an engine sees that the index of notices has all that a query wants.
IS_NOTICE = text("kind IN ('correction', 'clarification')")


class Change(Base, Tagged, Happened):
    """Something that happened to a public story: it appeared, was updated, was put right."""

    __tags__ = ("article:{article_id}", "log", "clock")
    __table_args__ = (
        Index("ix_change_at", "at", "id"),
        Index("ix_change_notices", "at", "id", sqlite_where=IS_NOTICE, postgresql_where=IS_NOTICE),
    )

    id: Mapped[pk]
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    at: Mapped[moment]
    kind: Mapped[str]  # published, update, correction or clarification
    note: Mapped[str] = mapped_column(default="")  # one plain line for the update log
    text: Mapped[str] = mapped_column(default="")  # a correction's notice, clean HTML
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))

    article: Mapped[Article] = relationship(back_populates="changes")

    @classmethod
    def notices(cls, at: datetime) -> Select[Change]:
        """Select the corrections and clarifications of public stories, newest first: a walk along their own index."""
        public = exists().where(Listing.shelf == ALL, Listing.article_id == cls.article_id, Listing.is_public(at))
        return (
            select(cls)
            .where(text(f"change.{IS_NOTICE}"), cls.at <= at, public)
            .options(joinedload(cls.article))
            .order_by(cls.at.desc(), cls.id.desc())
        )

    @property
    def url(self) -> str:
        """Where a notice stands on its story."""
        return f"{self.article.url}#corr-{self.id}"


class PictureUse(Base, Tagged):
    """That a picture stands in a story's text. The body is printed anew when the picture's words change."""

    __tags__ = ("article:{article_id}",)

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    picture_id: Mapped[int] = mapped_column(ForeignKey(Picture.id), primary_key=True, index=True)


class Article(Base, Tagged, Facts):
    """A story.

    It is public when ``published_at <= now`` and somebody has made it ready: nothing has to run for it to appear.
    The body's columns stand last and are read only where the story itself is shown.
    """

    __tags__ = ("article:{id}",)

    id: Mapped[pk]
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(default=Kind.NEWS)
    section_id: Mapped[int] = mapped_column(ForeignKey(Section.id), index=True)
    also_in: Mapped[list[int]] = mapped_column(Json, default=list)  # further sections; Listing has their rows
    label: Mapped[str | None]  # a word or two over the headline on cards
    headline: Mapped[str]
    short_headline: Mapped[str | None]  # for cards
    search_headline: Mapped[str | None]  # for the page's title
    social_headline: Mapped[str | None]  # for cards on other sites
    standfirst: Mapped[str] = mapped_column(default="")
    standfirst_is_own: Mapped[bool] = mapped_column(default=True)  # False: taken from the first sentence
    language: Mapped[str] = mapped_column(default="en-GB")
    place: Mapped[str | None]  # the dateline
    key_points: Mapped[list[str]] = mapped_column(Json, default=list)
    making: Mapped[dict[str, str]] = mapped_column(Json, default=dict, server_default="{}")  # see making.py
    picture_id: Mapped[int | None] = mapped_column(ForeignKey(Picture.id), index=True)
    picture_caption: Mapped[str | None]  # in place of the picture's own, clean HTML
    picture_alt: Mapped[str | None]
    is_evergreen: Mapped[bool] = mapped_column(default=False)
    words: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[int] = mapped_column(default=0)  # reading time; 0: nothing to read
    versions: Mapped[int] = mapped_column(
        default=0
    )  # the number of the newest one; 0: kept since before there were any

    created_at: Mapped[moment] = mapped_column(default=clock.now)
    submitted_at: Mapped[moment | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    ready_at: Mapped[moment | None]
    ready_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    published_at: Mapped[moment | None]
    unpublish_at: Mapped[moment | None]
    updated_at: Mapped[moment | None]  # the last material change
    withdrawn_at: Mapped[moment | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    comments_closed_at: Mapped[moment | None]
    comments_closed_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))

    contents: Mapped[list[dict[str, object]]] = mapped_column(
        Json, default=list, deferred=True, deferred_group="reading"
    )
    warnings: Mapped[list[str]] = mapped_column(Json, default=list, deferred=True, deferred_group="writing")
    body: Mapped[str] = mapped_column(default="", deferred=True, deferred_group="reading")  # ready to print
    body_source: Mapped[str] = mapped_column(default="", deferred=True, deferred_group="writing")

    picture: Mapped[Picture | None] = relationship()
    bylines: Mapped[list[Byline]] = relationship(
        order_by="Byline.position, Byline.id", cascade="all, delete-orphan", passive_deletes=True
    )
    topics: Mapped[list[Topic]] = relationship(
        secondary=TopicMark.__table__, order_by=[TopicMark.position, TopicMark.topic_id], viewonly=True
    )
    citations: Mapped[list[Citation]] = relationship(order_by=Citation.number, viewonly=True)
    changes: Mapped[list[Change]] = relationship(
        order_by="Change.at, Change.id", cascade="all, delete-orphan", passive_deletes=True, back_populates="article"
    )

    # Verbs

    def edit(self, **values: object) -> None:
        """Change fields that need nothing else done: headlines, standfirst, label, place, pictures, key points.

        The caller commits.

        Raises:
            AttributeError: there is no such field, or it has a verb of its own.
        """
        was_live = self.kind == Kind.LIVE
        for name, value in values.items():
            if name not in EDITABLE:
                raise AttributeError(name)
            if name == "picture_caption" and value:
                value = clean_inline(str(value))
            if name == "kind":
                value = Kind(str(value))
            setattr(self, name, value)
        if "standfirst" in values:
            self.standfirst_is_own = bool(self.standfirst)
        if "kind" in values:
            self._shelve()
            if (self.kind == Kind.LIVE) != was_live and self.body_source:
                self.set_body(self.body_source)  # only a live story has posts
        article_changed.send(self)

    def set_body(self, html: str, sources: Mapping[str, Source] | None = None) -> None:
        """Make ``html`` the story's text. ``sources`` are those that it cites, by the keys of its marks.

        An address cited as text becomes a source of its own, or the one there already is with that address.
        In a live story, a heading that begins with ``<time datetime="2026-03-14T12:41Z">12:41</time>`` begins a post.
        The caller commits.
        """
        known = dict(sources or {})
        for citation in self.citations if self.id else ():
            known.setdefault(citation.key, citation.source)
        self.body_source = html
        keys = {source.url: key for key, source in known.items() if source.url and key != source.url}
        body = prepared(html, self.kind, keys)
        self.body, self.contents = body.html, body.contents
        self.words = body.words
        self.minutes = reading_minutes(
            body.words, len(body.pictures) + bool(self.picture_id), self.language
        )  # fmt: skip
        if not self.standfirst or not self.standfirst_is_own:
            self.standfirst, self.standfirst_is_own = first_sentence(body.html), False
        self._cite(body.citations, known)
        undescribed = [c.key for c in self.citations if c.source.title == _undescribed(c.key)]
        self.warnings = body.warnings + [
            f"The source “{shorten(key, 60)}” is not described yet." for key in undescribed
        ]
        self._use_pictures({int(key) for key in body.pictures})
        article_changed.send(self)

    def _cite(self, keys: list[str], known: Mapping[str, Source]) -> None:
        db.session.flush()
        kept = {row.number: row for row in db.session.scalars(select(Citation).where(Citation.article_id == self.id))}
        for number, key in enumerate(keys, 1):
            source = known.get(key) or _source_at(key)
            row = kept.pop(number, None)
            if row is None:
                db.session.add(Citation(article_id=self.id, number=number, source=source, key=key))
            elif row.source_id != source.id or row.key != key:
                row.source, row.key = source, key
        for row in kept.values():
            db.session.delete(row)
        db.session.flush()
        db.session.expire(self, ["citations"])
        if self.published_at is not None:  # a source's page lists it
            self._shelve()

    def _use_pictures(self, ids: set[int]) -> None:
        rows = db.session.scalars(select(PictureUse).where(PictureUse.article_id == self.id)).all()
        for row in rows:
            if row.picture_id not in ids:
                db.session.delete(row)
        for picture_id in sorted(ids - {row.picture_id for row in rows}):
            db.session.add(PictureUse(article_id=self.id, picture_id=picture_id))

    def print_again(self) -> None:
        """Print the body anew from its source: something that it shows says something else now. The caller commits."""
        self.set_body(self.body_source)

    def sign(self, bylines: Iterable[Byline]) -> None:
        """Set whose names stand over the story, in their order. The caller commits."""
        self.bylines = list(bylines)
        for position, byline in enumerate(self.bylines):
            byline.position = position
        self._shelve()

    def file_under(self, section: Section, also_in: Iterable[Section] = ()) -> None:
        """Put the story into a section, and into further ones. The caller commits."""
        self.section_id = section.id
        self.also_in = [other.id for other in also_in if other.id != section.id]
        self._shelve()

    def readdress(self, slug: str, by_id: int | None = None) -> None:
        """Give a story that readers know another address. The old one leads there, with the versions and comments below it.

        ``by_id`` is the account of who did it. The caller commits.

        Raises:
            AddressTaken: another story has the address, or had it.
        """
        if slug == self.slug:
            return
        if db.session.scalar(select(Article.id).where(Article.slug == slug)):
            raise AddressTaken(f"There is a story at /articles/{slug} already.")
        old = self.url
        must_be_free(f"/articles/{slug}", own=old)
        self.slug = slug
        db.session.flush()
        page_moved(old, self.url, by_id)
        article_changed.send(self)

    def mark_topics(self, names: Iterable[str]) -> None:
        """Say what the story is about, the main topic first; topics that are new are made. The caller commits."""
        topics = [topic_named(name) for name in dict.fromkeys(names)]
        for row in db.session.scalars(select(TopicMark).where(TopicMark.article_id == self.id)):
            db.session.delete(row)
        db.session.flush()
        for position, topic in enumerate(topics):
            db.session.add(TopicMark(article_id=self.id, topic_id=topic.id, position=position))
        db.session.flush()
        db.session.expire(self, ["topics"])
        self._shelve()
        raise_tags(db.session(), "topics")  # a topic may have got its first story, or lost its last

    def submit(self, by: Account | None = None) -> None:
        """Give a draft to review. The caller commits."""
        self.submitted_at, self.submitted_by_id = clock.now(), by.id if by else None

    def publish(self, at: datetime | None = None, by: Account | None = None) -> None:
        """Make the story ready, to be public from ``at`` (now where not given). The caller commits."""
        now = clock.now()
        self.ready_at, self.ready_by_id = now, by.id if by else None
        self.published_at = at or now
        self.withdrawn_at = self.withdrawn_by_id = None
        self.withdrawn_reason = ""
        first = next((change for change in self.changes if change.kind == "published"), None)
        if first is None:
            self.changes.append(Change(at=self.published_at, kind="published", made_by_id=self.ready_by_id))
        else:
            first.at = self.published_at
        self._shelve()

    def end(self, at: datetime | None) -> None:
        """Set when the story stops being public; ``None``: never. The caller commits."""
        self.unpublish_at = at
        self._shelve()

    def withdraw(self, reason: str, by: Account | None = None) -> None:
        """Take the story back. Its address answers 410 with the reason. The caller commits."""
        self.withdrawn_at, self.withdrawn_by_id = clock.now(), by.id if by else None
        self.withdrawn_reason = reason
        self._shelve()

    def update(self, note: str, by: Account | None = None, at: datetime | None = None) -> Change:
        """Note a material change in the update log. The caller commits."""
        return self._change("update", note, "", by, at)

    def correct(
        self, note: str, text: str, by: Account | None = None, at: datetime | None = None, *, clarifies: bool = False
    ) -> Change:
        """Put a correction, or a clarification, on the story. ``text`` is its notice, HTML. The caller commits."""
        return self._change("clarification" if clarifies else "correction", note, clean_inline(text), by, at)

    def _change(self, kind: str, note: str, text: str, by: Account | None, at: datetime | None) -> Change:
        change = Change(at=at or clock.now(), kind=kind, note=note, text=text, made_by_id=by.id if by else None)
        self.changes.append(change)
        self.updated_at = max(change.at, self.updated_at or change.at)
        return change

    def close_comments(self, by: Account | None = None) -> None:
        """Close the discussion. The caller commits."""
        self.comments_closed_at, self.comments_closed_by_id = clock.now(), by.id if by else None

    def open_comments(self) -> None:
        """Open the discussion again. The caller commits."""
        self.comments_closed_at = self.comments_closed_by_id = None

    def _shelve(self) -> None:
        """Put the story on its shelves, with its times; take it off those that it has left."""
        db.session.flush()
        wanted = self._shelves() if self.state == "ready" and self.published_at else set()
        for row in db.session.scalars(select(Listing).where(Listing.article_id == self.id)):
            if row.shelf not in wanted:
                db.session.delete(row)
            else:
                assert self.published_at is not None
                row.published_at, row.ends_at = self.published_at, self.unpublish_at
                wanted.discard(row.shelf)
        for shelf in sorted(wanted):
            db.session.add(
                Listing(shelf=shelf, article_id=self.id, published_at=self.published_at, ends_at=self.unpublish_at)
            )
        article_changed.send(self)

    def shelve(self) -> None:
        """Put the story on its shelves anew: what it rests on is another row now. The caller commits."""
        db.session.expire(self, ["citations"])
        self._shelve()

    def _shelves(self) -> set[str]:
        sections = {row.id: row.parent_id for row in db.session.execute(select(Section.id, Section.parent_id))}
        shelves = {ALL, f"kind:{Kind(self.kind).value}"}
        for section_id in (self.section_id, *self.also_in):
            here: int | None = section_id
            while here is not None:
                shelves.add(f"section:{here}")
                here = sections.get(here)
        marks = select(TopicMark.topic_id).where(TopicMark.article_id == self.id)
        rests_on = select(Citation.source_id).where(Citation.article_id == self.id)
        shelves |= {f"source:{source_id}" for source_id in db.session.scalars(rests_on)}
        shelves |= {f"topic:{topic_id}" for topic_id in db.session.scalars(marks)}
        shelves |= {f"author:{byline.author_id}" for byline in self.bylines if byline.author_id}
        return shelves


EDITABLE = {
    "kind", "label", "headline", "short_headline", "search_headline", "social_headline", "standfirst", "language",
    "place", "key_points", "making", "picture_id", "picture_caption", "picture_alt", "is_evergreen",
}  # fmt: skip


def write(
    headline: str,
    section: Section,
    body: str = "",
    *,
    slug: str | None = None,
    sources: Mapping[str, Source] | None = None,
    also_in: Iterable[Section] = (),
    topics: Iterable[str] = (),
    bylines: Iterable[Byline] = (),
    **values: object,
) -> Article:
    """Begin a story: a draft with its id, its text prepared. ``values`` as in ``Article.edit()``. The caller commits."""
    article = Article(headline=headline, section_id=section.id, slug=free_slug(slug or headline), also_in=[])
    article.edit(**values)
    db.session.add(article)
    db.session.flush()
    article.file_under(section, also_in)
    article.mark_topics(topics)
    article.sign(bylines)
    article.set_body(body, sources)
    return article


def free_slug(wanted: str) -> str:
    """Give an address's last part made of ``wanted`` that no story has, and none had: who asks for that is led on."""
    slug = base = slugify(wanted)
    number = 1
    while not _is_free(slug):
        number += 1
        slug = f"{base}-{number}"
    return slug


def _is_free(slug: str) -> bool:
    return not db.session.scalar(select(Article.id).where(Article.slug == slug)) and not _leads_on(f"/articles/{slug}")


def _leads_on(address: str) -> bool:
    try:
        must_be_free(address)
    except AddressTaken:
        return True
    return False


def topic_named(name: str) -> Topic:
    """Give the topic of this name; a new one where there is none."""
    topic = db.session.scalar(select(Topic).where(Topic.name == name))
    if topic is None:
        slug = slugify(name)
        number = 1
        while db.session.scalar(select(Topic.id).where(Topic.slug == slug)) or _leads_on(f"/topics/{slug}"):
            number += 1
            slug = f"{slugify(name)}-{number}"
        topic = Topic(name=name, slug=slug)
        db.session.add(topic)
        db.session.flush()
    return topic


def _source_at(address: str) -> Source:
    """Give the source at ``address``; a new one, named after its host, where there is none."""
    source = Source.by_addresses([address]).get(address)
    if source is None:
        if is_web_address(address):
            host = (urlsplit(address).hostname or "").removeprefix("www.")
            source = Source(kind="news", title=named_address(address), publisher=host, url=address)
        else:
            source = Source(kind="document", title=_undescribed(address))
        db.session.add(source)
        db.session.flush()
    return source


def _undescribed(key: str) -> str:
    return f"Source “{shorten(key, 60)}” is not described yet"


def prepared(source: str, kind: str, keys: Mapping[str, str]) -> Body:
    """Make a story's text ready to print. ``keys`` are those of its sources, by their addresses."""
    live_in = current_site(db.session()).timezone if kind == Kind.LIVE else None
    return prepare(source, _print_picture, live_in, keys)


def first_sentence(html: str) -> str:
    """Give the first sentence of a text ready to print: a standfirst where nobody has written one."""
    paragraph = BeautifulSoup(html, "html.parser").find("p")
    if paragraph is None:
        return ""
    for mark in paragraph.find_all("a", class_="ref"):
        mark.decompose()
    text = " ".join(paragraph.get_text(" ", strip=True).split())
    end = next((n + 1 for n, c in enumerate(text) if c in ".!?。؟" and text[n + 1 : n + 2] in ("", " ")), len(text))
    return shorten(text[:end], 220)


def _print_picture(key: str, caption: str) -> str | None:
    number = whole_number(key)
    picture = db.session.get(Picture, number) if number is not None else None
    if picture is None:
        return None
    return _print_figure(picture, caption)


def _print_figure(picture: Picture, own: str) -> str:
    return render_template(
        "articles/_body_figure.html", picture=picture, caption=own or picture.caption, is_own=bool(own)
    ).strip()


@picture_changed.connect
def _print_stories_with(picture: Picture) -> None:
    """Print a picture's figures anew in every text that it stands in.

    Only the figures: to prepare 5,000 long bodies again would take minutes, in which nobody else could write; this
    takes 3 seconds of CPU. Whoever keeps an index of stories hears of the picture itself.
    """
    plain = _print_figure(picture, "")
    for start in count(step=PRINTED_AT_ONCE):
        some = select(Article).join(PictureUse).where(PictureUse.picture_id == picture.id).order_by(Article.id)
        some = some.options(undefer(Article.body)).limit(PRINTED_AT_ONCE).offset(start)
        found = db.session.scalars(some).all()
        for article in found:
            if f'data-picture="{picture.id}"' not in article.body:  # a text from before figures named their picture
                article.print_again()
            article.body = _FIGURE.sub(lambda figure: _printed_again(figure, picture, plain), article.body)
        db.session.flush()
        if len(found) < PRINTED_AT_ONCE:
            return


def _printed_again(figure: re.Match[str], picture: Picture, plain: str) -> str:
    if int(figure["key"]) != picture.id:
        return figure[0]
    return _print_figure(picture, figure["caption"]) if "data-own" in figure["tag"] else plain


__all__ = ["PARTS", "SOURCE_KINDS", "Article", "Byline", "Change", "Citation", "PictureUse", "Source"]
__all__ += [
    "Topic",
    "TopicMark",
    "article_changed",
    "first_sentence",
    "free_slug",
    "prepared",
    "source_changed",
    "topic_changed",
    "topic_named",
]
__all__ += ["write"]
