"""Search documents: one row of text for each story that is ready, written in the transaction that changed the story."""

from __future__ import annotations

import html
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, Select, String, delete, event, insert, or_, select, text
from sqlalchemy import literal as sql_literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, selectinload, undefer

from newsapp.articles import (
    ALL,
    Article,
    Byline,
    Citation,
    Listing,
    PictureUse,
    Source,
    Topic,
    TopicMark,
    article_changed,
    source_changed,
    topic_changed,
)
from newsapp.authors import Author, author_changed
from newsapp.db import Base, db, moment
from newsapp.lib.tags import EVERYTHING, TagVersion
from newsapp.lib.words import index_text
from newsapp.media import Picture, picture_changed
from newsapp.search.asked import kind_mark
from newsapp.sections import Section, section_moved

# Of one story's text, in bytes of UTF-8: PostgreSQL takes 1 MB of distinct words, and the longest reports have 300 kB.
MAX_BODY_BYTES = 400_000
MAX_OTHER_BYTES = 20_000
AT_ONCE = 100  # documents written with a change that touches many stories; the scheduler writes the others
MERGED_AT_ONCE = 500  # pages of SQLite's index
CHUNK = 200  # documents in memory while the whole index is made anew

# How documents are written, as one of their marks. Whoever changes what stands in them changes it, too: those of before are
# then known, and written anew.
FORM = "form:2"

_PLACE_BITS = 28
_TEXTS = ("headline", "standfirst", "body", "byline", "captions", "sources")
_SPELLED = ("headline", "standfirst", "byline")  # whose words are suggested: an editor has read them
_GREATEST = 2**62


class SearchDocument(Base):
    """What is found of one story: its words, folded, and what the hits can be limited to.

    There is one for every story that is ready, scheduled ones included: who asks says which moment it is. The texts
    stand last, so that the columns before them are read without them. The full-text index hangs on this table: on
    SQLite ``search_fts``, kept by triggers; on PostgreSQL the generated column ``vector``. Both are the migration's.
    """

    __table_args__ = (Index("ix_search_document_ends_at", "ends_at"),)

    # The order of publication as one number, so that the newest hits, and those of a year, are read along the index.
    place: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"), unique=True)
    published_at: Mapped[moment]
    ends_at: Mapped[moment | None]
    marks: Mapped[
        str
    ]  # sections with those above them, authors, topics, kind, form: "section:3 author:5 kind:news form:2"
    headline: Mapped[str]
    standfirst: Mapped[str]
    byline: Mapped[str]
    captions: Mapped[str]
    sources: Mapped[str]
    body: Mapped[str]


class SearchWord(Base):
    """A word of headlines, standfirsts or bylines, for "Did you mean"."""

    __table_args__ = (Index("ix_search_word_skeleton", "skeleton", "stories"),)

    # Compared by code point on both engines, so that a range of words is a range of the index.
    word: Mapped[str] = mapped_column(String().with_variant(String(collation="C"), "postgresql"), primary_key=True)
    skeleton: Mapped[str]  # the word without its vowels: what slips of the pen leave alone
    stories: Mapped[int]


class SearchStale(Base):
    """A story whose document prints something that has changed elsewhere, and waits to be written anew."""

    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"), primary_key=True)


def place_of(published_at: datetime, article_id: int) -> int:
    """Give the place of a story in the order of publication: seconds, then its number."""
    seconds = math.floor(published_at.timestamp())
    return (max(seconds, 0) << _PLACE_BITS) + article_id % (1 << _PLACE_BITS)


def first_place(at: datetime | None) -> int:
    """Give the lowest place that a story of this second can have."""
    return max(math.floor(at.timestamp()), 0) << _PLACE_BITS if at is not None else 0


def last_place(at: datetime) -> int:
    """Give the highest place that a story of this second can have."""
    return min(first_place(at) + (1 << _PLACE_BITS) - 1, _GREATEST)


def skeleton(word: str) -> str:
    """Give a word's consonants, doubled ones once: "repair" and "repare" have the same."""
    bare = word[:1] + _VOWELS.sub("", word[1:])
    return _DOUBLED.sub(r"\1", bare)


_VOWELS = re.compile("[aeiouyаеиоуыэюяαεηιουω]")
_DOUBLED = re.compile(r"(.)\1+")


# What is written


def plain(markup: str) -> str:
    """Give the text of clean HTML as a reader sees it, without the numbers of its sources."""
    text = _HOST.sub("", _REFERENCE.sub("", markup))
    text = _BLOCK.sub("\n", text)
    return html.unescape(_TAG.sub("", text))


_ATTRIBUTES = r"""(?:[^>"']|"[^"]*"|'[^']*')*"""
_REFERENCE = re.compile(rf"""<a\b(?={_ATTRIBUTES}\sclass="ref")""" + _ATTRIBUTES + r">[^<]*</a>")
_HOST = re.compile(r'<small class="embed__host">[^<]*</small>')  # under a card's title, for the eye
_BLOCK = re.compile(
    rf"</?(?:p|div|h[1-6]|ul|ol|li|table|thead|tbody|tfoot|tr|td|th|caption|figure|figcaption|blockquote|pre|br|hr|dl|dt"
    rf"|dd|aside|section|picture|img|source|details|summary)\b{_ATTRIBUTES}>"
)  # fmt: skip
_TAG = re.compile(rf"<[a-zA-Z/!]{_ATTRIBUTES}>")


def texts_of(article: Article, topics: Iterable[str] = ()) -> dict[str, str]:
    """Give what a reader can find the story by, as it is printed, under the names of the document's columns.

    ``topics`` are the names of its topics: with the story's label they count as much as its standfirst.
    It needs the picture, the bylines with their authors, the citations with their sources, and the body loaded.
    """
    picture = article.picture
    sources = [citation.source for citation in article.citations]
    heads = [article.headline, article.short_headline or ""]
    return {
        "headline": "\n".join(dict.fromkeys(head for head in heads if head)),
        "standfirst": "\n".join([article.standfirst, *map(str, article.key_points), article.label or "", *topics]),
        "body": "\n".join(filter(None, [article.place, plain(article.body)])),
        "byline": "\n".join(byline.name for byline in article.bylines),
        "captions": "\n".join(
            [plain(article.picture_caption or picture.caption), article.picture_alt or picture.alt, picture.credit_line]
        )
        if picture
        else "",
        "sources": "\n".join(" ".join(filter(None, [s.author, s.title, s.publisher, s.note])) for s in sources),
    }


def whole(ids: Sequence[int]) -> Select[Article]:
    """Select stories with all that ``texts_of()`` needs."""
    return (
        select(Article)
        .where(Article.id.in_(ids))
        .options(
            undefer(Article.body),
            joinedload(Article.picture),
            selectinload(Article.bylines).joinedload(Byline.author),
            selectinload(Article.citations).joinedload(Citation.source),
        )
    )


def _documents(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Give the documents of those of the stories that are ready, as values for their rows."""
    stories = session.scalars(whole(ids).execution_options(populate_existing=True)).unique().all()
    parents = {row.id: row.parent_id for row in session.execute(select(Section.id, Section.parent_id))}
    topics: dict[int, dict[int, str]] = {}
    for article_id, topic_id, name in session.execute(
        select(TopicMark.article_id, TopicMark.topic_id, Topic.name)
        .join(Topic, Topic.id == TopicMark.topic_id)
        .where(TopicMark.article_id.in_(ids))
        .order_by(TopicMark.topic_id)
    ):
        topics.setdefault(article_id, {})[topic_id] = name
    found = {}
    for story in stories:
        if story.state != "ready" or story.published_at is None:
            continue
        its_topics = topics.get(story.id, {})
        texts = {
            name: index_text(text, MAX_BODY_BYTES if name == "body" else MAX_OTHER_BYTES)
            for name, text in texts_of(story, its_topics.values()).items()
        }
        found[story.id] = {
            "place": place_of(story.published_at, story.id),
            "article_id": story.id,
            "published_at": story.published_at,
            "ends_at": story.unpublish_at,
            "marks": " ".join(_marks(story, parents, its_topics)),
            **texts,
        }
    return found


def _marks(story: Article, parents: dict[int, int | None], topics: Iterable[int]) -> list[str]:
    sections: list[int] = []
    for section_id in (story.section_id, *story.also_in):
        here: int | None = section_id
        while here is not None and here not in sections:
            sections.append(here)
            here = parents.get(here)
    authors = dict.fromkeys(byline.author_id for byline in story.bylines if byline.author_id)
    return [
        *(f"section:{i}" for i in sections),
        *(f"author:{i}" for i in authors),
        *(f"topic:{i}" for i in topics),
        kind_mark(story.kind),
        FORM,
    ]


def write(session: Session, ids: Sequence[int]) -> None:
    """Bring the documents of these stories up to date, those of stories that are no longer ready away."""
    kept = {
        row.article_id: dict(row._mapping)
        for row in session.execute(select(*SearchDocument.__table__.columns).where(SearchDocument.article_id.in_(ids)))
    }
    made = _documents(session, ids)
    counts: Counter[str] = Counter()
    for article_id in sorted(set(ids)):
        old, new = kept.get(article_id), made.get(article_id)
        if old == new:
            continue
        if new is None:
            session.execute(delete(SearchDocument).where(SearchDocument.article_id == article_id))
        else:
            row = _insert(session, SearchDocument).values(new)
            session.execute(
                row.on_conflict_do_update(
                    index_elements=[SearchDocument.article_id],
                    set_={name: row.excluded[name] for name in new if name != "article_id"},
                )
            )
        counts.update(_spelled(new))
        counts.subtract(_spelled(old))
    session.execute(delete(SearchStale).where(SearchStale.article_id.in_(ids)))
    _count_words(session, {word: n for word, n in counts.items() if n})


def _spelled(document: dict[str, Any] | None) -> set[str]:
    """Give the words of a document that may be suggested."""
    if document is None:
        return set()
    found = {word for name in _SPELLED for word in document[name].split()}
    return {word for word in found if 3 <= len(word) <= 40 and not word.isdigit()}


def _count_words(session: Session, counts: dict[str, int]) -> None:
    # In their order, so that two who write at once never wait for each other crosswise.
    rows = [{"word": word, "skeleton": skeleton(word), "stories": counts[word]} for word in sorted(counts)]
    for start in range(0, len(rows), 500):
        row = _insert(session, SearchWord).values(rows[start : start + 500])
        session.execute(
            row.on_conflict_do_update(
                index_elements=[SearchWord.word], set_={"stories": SearchWord.stories + row.excluded.stories}
            )
        )


def _insert(session: Session, table: type[Base]) -> Any:
    dialect = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


# When it is written


@article_changed.connect
def _note_article(article: Article) -> None:
    db.session().info.setdefault("search articles", set()).add(article)


@author_changed.connect
def _note_author(author: Author) -> None:
    _note_stories(select(Byline.article_id).where(Byline.author_id == author.id))


@source_changed.connect
def _note_source(source: Source) -> None:
    _note_stories(select(Citation.article_id).where(Citation.source_id == source.id))


@topic_changed.connect
def _note_topic(topic: Topic) -> None:
    _note_stories(select(TopicMark.article_id).where(TopicMark.topic_id == topic.id))


@section_moved.connect
def _note_section(section: Section, above: list[int]) -> None:
    _note_stories(select(Listing.article_id).where(Listing.shelf == f"section:{section.id}"))


@picture_changed.connect
def _note_picture(picture: Picture) -> None:
    used = select(PictureUse.article_id).where(PictureUse.picture_id == picture.id)
    _note_stories(select(Article.id).where(or_(Article.picture_id == picture.id, Article.id.in_(used))))


def _note_stories(ids: Select[int]) -> None:
    """Note that the documents of these stories are stale; all of them in one statement, however many."""
    session = db.session()
    session.flush()
    subquery = ids.distinct().subquery()
    row = _insert(session, SearchStale).from_select(["article_id"], select(subquery.c[0]).where(sql_literal(True)))
    session.execute(row.on_conflict_do_nothing())
    session.info["search stale"] = True


@event.listens_for(Session, "before_commit")
def _write_noted(session: Session) -> None:
    articles: set[Article] = session.info.pop("search articles", set())
    is_stale = session.info.pop("search stale", False)
    if not articles and not is_stale:
        return
    session.flush()  # what is pending would be lost: the stories are read from the database below
    ids = sorted({article.id for article in articles if article.id is not None})
    for start in range(0, len(ids), CHUNK):
        write(session, ids[start : start + CHUNK])
    if is_stale:
        refresh(session, AT_ONCE)


@event.listens_for(Session, "after_soft_rollback")
def _forget_noted(session: Session, _previous: Any) -> None:
    session.info.pop("search articles", None)
    session.info.pop("search stale", None)


def refresh(session: Session, at_most: int) -> int:
    """Write the newest stale documents anew; give how many."""
    newest = select(SearchStale.article_id).order_by(SearchStale.article_id.desc()).limit(at_most)
    ids = list(session.scalars(newest))
    if ids:
        write(session, ids)
    return len(ids)


def rebuild(say: Callable[[str], None] = lambda sentence: None) -> int:
    """Write every document anew, and commit after each few hundred; give how many there are.

    The site can be read and searched meanwhile, and what is changed meanwhile is right, too.
    """
    session = db.session()
    last = done = 0
    counts: Counter[str] = Counter()
    while True:
        # Who changes a story raises its tags and so waits here: what is read now is what is written below.
        session.execute(select(TagVersion.generation).where(TagVersion.tag == EVERYTHING).with_for_update())
        ids = list(session.scalars(select(Article.id).where(Article.id > last).order_by(Article.id).limit(CHUNK)))
        if not ids:
            break
        made = _documents(session, ids)
        session.execute(
            delete(SearchDocument).where(SearchDocument.article_id > last, SearchDocument.article_id <= ids[-1])
        )
        if made:
            session.execute(insert(SearchDocument), list(made.values()))
        for document in made.values():
            counts.update(_spelled(document))
        session.commit()
        session.expunge_all()
        last, done = ids[-1], done + len(made)
        if done // CHUNK % 100 == 99:
            say(f"{done:,} stories ...")
    session.execute(delete(SearchStale))
    session.execute(delete(SearchWord))
    _count_words(session, counts)
    session.commit()
    _merge(session)
    say(f"{done:,} stories can be found.")
    return done


def _merge(session: Session) -> None:
    """Merge the parts of SQLite's index, and commit after each few: until then it holds what was deleted, too.

    Source: sqlite.org/fts5.html, "The 'merge' Command".
    """
    if session.connection().dialect.name != "sqlite":
        return
    pages = -MERGED_AT_ONCE  # the first time negative: all parts take part
    while True:
        raw: Any = session.connection().connection.dbapi_connection
        before = raw.total_changes
        session.execute(text("INSERT INTO search_fts (search_fts, rank) VALUES ('merge', :pages)"), {"pages": pages})
        has_merged = raw.total_changes - before >= 2
        session.commit()
        if not has_merged:
            return
        pages = MERGED_AT_ONCE


def is_stale(session: Session) -> bool:
    """Tell whether documents wait to be written anew."""
    return session.scalar(select(SearchStale.article_id).limit(1)) is not None


def is_behind(session: Session) -> bool:
    """Tell whether documents are wanting: the site has stories and none, or some are from a version that wrote others.

    The documents of the first and the last story tell: a rebuilding that was broken off has not come to the last.
    """
    document = select(SearchDocument.marks)
    first, last = SearchDocument.article_id.asc(), SearchDocument.article_id.desc()
    ends = [session.scalar(document.order_by(end).limit(1)) for end in (first, last)]
    if ends[0] is None:
        return session.scalar(select(Listing.article_id).where(Listing.shelf == ALL).limit(1)) is not None
    return any(FORM not in marks.split() for marks in ends if marks is not None)


__all__ = ["SearchDocument", "SearchStale", "SearchWord", "first_place", "is_behind", "is_stale", "last_place"]
__all__ += ["plain", "rebuild", "refresh", "skeleton", "texts_of", "whole", "write"]
