"""Finding anything at the desk: stories in any state, people, comments, topics, sections, sources, pictures, its pages, what to do.

Everybody finds what is theirs to see: each kind asks as its own page at the desk would, and kinds whose pages are not
somebody's business are not asked for at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

from flask import request
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from newsapp.accounts import Account
from newsapp.articles import Article, Source, Topic
from newsapp.authors import Author
from newsapp.comments import Comment, Report
from newsapp.comments.index import index_now
from newsapp.comments.wordlist import plain_text
from newsapp.db import db
from newsapp.desk import media, sources
from newsapp.desk.frame import LIBRARY, MENU, SOURCES, STORIES, Business, bp, me, sees_addresses
from newsapp.desk.stories import Line, branches, rows, theirs
from newsapp.layout import layout
from newsapp.lib import dates, tags
from newsapp.lib.forms import plain
from newsapp.lib.terms import parse
from newsapp.lib.text import MAX_ID, shorten, whole_number
from newsapp.lib.web import page
from newsapp.media import Picture
from newsapp.search import Filters, index

MOST = 5  # of a kind
MOST_WORDS = 8
LOOKED_THROUGH = 50  # comments, for the names over them
SHOWN_AT_MOST = 100  # characters of what has no title
# What can be done, whose business it is, and what else it may be called.
DEEDS = (
    ("New article", f"{STORIES}/new", Business.WRITE, "write begin a story draft"),
    ("New section", "/desk/sections/new", Business.EDIT, "add"),
    ("New author", "/desk/authors/new", Business.EDIT, "add person byline"),
    ("Breaking news", "/desk/front/breaking", Business.EDIT, "banner alert"),
    ("New source", f"{SOURCES}/new", Business.WRITE, "add interview document"),
    ("Add pictures", LIBRARY, Business.WRITE, "upload send new photo image"),
    ("Articles in review", f"{STORIES}?tab=review", Business.WRITE, "stories to check"),
    ("Scheduled articles", f"{STORIES}?tab=scheduled", Business.WRITE, "stories planned"),
    ("Reported comments", "/desk/comments?tab=reported", Business.MODERATE, "reports complaints"),
    ("Your account", "/account", Business.ANY, "profile password security"),
    ("View site", "/", Business.ANY, "front page home readers"),
)
# What else the desk's pages may be called.
ALSO = {
    "/desk": "home start dashboard", STORIES: "stories list", SOURCES: "documents references", LIBRARY: "photos images library media",
    "/desk/front": "home slots lead picks", "/desk/menus": "footer links", "/desk/authors": "people bylines", "/desk/topics": "tags",
    "/desk/redirects": "404 missing addresses moved", "/desk/comments": "queue moderation waiting", "/desk/words": "banned blocked list", "/desk/reasons": "rejection",
    "/desk/rules": "policy", "/desk/log": "audit history who did what", "/desk/settings": "name logo zone options",
}  # fmt: skip


@dataclass(frozen=True)
class Hit:
    """Something that was found, and where it is."""

    title: str
    url: str
    says: str = ""  # what tells it from others
    state: str = ""  # a story's, and the shape of its mark
    shape: str = ""


@dataclass(frozen=True)
class Group:
    """What was found of one kind."""

    name: str
    hits: list[Hit]


@bp.get("/find")
def find_anything():
    """Find what has all of the words; without any, give the desk's pages and what can be done."""
    words = plain(request.args.get("q"))[:200]
    groups = [Group(name, hits) for name, hits in _kinds(words) if hits]
    return page("desk/find.html", fragment="found", words=words, asked=request.args.get("q", ""), groups=groups)


def _kinds(words: str) -> Iterable[tuple[str, list[Hit]]]:
    account = me()
    yield "Do", [Hit(name, url) for name, url, whose, also in DEEDS if whose.is_of(account) and _is(name, also, words)]
    lines = [line for group in MENU for line in group]
    yield (
        "Pages",
        [Hit(name, url) for url, name, whose in lines if whose.is_of(account) and _is(name, ALSO.get(url, ""), words)],
    )
    if not words:
        return
    written = _written(words) if account.can_moderate else []
    people = [*(_authors(words) if account.can_write else []), *_commenters(words, written)]
    called = set(words.casefold().split())
    if is_name := any(called <= set(one.title.casefold().split()) for one in people):  # of a name, the person first
        yield "People", people
    if account.can_write:
        yield "Articles", _stories(words)
    elif account.can_moderate:
        yield "Discussions", _discussions(words)
    if not is_name:
        yield "People", people
    yield "Sections", _sections(words)
    if account.can_write:
        yield "Topics", _topics(words)
        yield "Sources", _sources(words)
        yield "Pictures", _pictures(words)
    yield "Comments", [_comment(one) for one in written[:MOST]]


def _stories(words: str) -> list[Hit]:
    number = whole_number(words)
    named = select(Line).where(Line.article_id == number, *theirs("all"))
    found = [*db.session.scalars(named)] if number else []
    like = select(Line).where(*_has(Line.headline, words), *theirs("all"))
    like = like.order_by(Line.changed_at.desc(), Line.article_id.desc()).limit(MOST)
    found += [line for line in db.session.scalars(like) if line not in found]
    return [
        Hit(row.line.headline, row.line.url, _joined(row.section, row.people), row.label, row.shape)
        for row in rows(found[:MOST], tags.moment())
    ]


def _discussions(words: str) -> list[Hit]:
    """Give public stories, for somebody who has to do with what is said under them only."""
    if not (terms := parse(words)):
        return []
    ids = index(db.session()).query(terms, Filters(), "newest", 1).ids[:MOST]
    found = db.session.execute(select(Article.id, Article.headline).where(Article.id.in_(ids)))
    headlines: dict[int, str] = dict(found.all())
    return [Hit(headlines[one], f"/desk/comments/stories/{one}") for one in ids if one in headlines]


def _authors(words: str) -> list[Hit]:
    found = db.session.scalars(Author.by_name().where(*_has(Author.name, words)).limit(MOST))
    edits = me().can_edit
    return [Hit(one.name, f"/desk/authors/{one.id}" if edits else one.url, one.role or "Author") for one in found]


def _written(words: str) -> list[Comment]:
    """Give the newest comments that have the words, or are by somebody of that name."""
    if "@" in words:
        return []
    if reported := db.session.scalars(select(Comment).join(Report).where(Report.reference == words.upper())).all():
        return list(reported)
    ids = index_now().find(parse(words), [], MAX_ID, LOOKED_THROUGH)
    found = select(Comment).where(Comment.id.in_(ids)).options(joinedload(Comment.account)).order_by(Comment.id.desc())
    return list(db.session.scalars(found)) if ids else []


def _commenters(words: str, written: list[Comment]) -> list[Hit]:
    """Give the people who comment: by what they sign in with, which may be a mail address, or by name, if they have written."""
    if not me().can_moderate:
        return []
    found: dict[str, Hit] = {}
    if "@" not in words or sees_addresses():
        account = db.session.scalar(Account.known_as(words))
        if account is not None:
            found[f"{account.id}"] = _person(f"{account.id}", account.name)
    for one in written:
        key = str(one.account_id) if one.account_id else f"guest-{one.id}"
        twin = one.account_id is None and any(hit.title == one.name for hit in found.values())
        if not twin and _is(one.name, "", words):
            found.setdefault(key, _person(key, one.name))
    return list(found.values())[:MOST]


def _person(key: str, name: str) -> Hit:
    return Hit(name, f"/desk/comments/people/{key}", "Guest" if key.startswith("guest") else "Comments here")


def _sections(words: str) -> list[Hit]:
    found = [(branch, way) for branch, way in branches() if _is(branch.name, way, words)][:MOST]
    where = "/desk/sections/{0.id}" if me().can_edit else f"{STORIES}?section={{0.id}}" if me().can_write else "{0.url}"
    return [Hit(way, where.format(branch)) for branch, way in found]


def _topics(words: str) -> list[Hit]:
    edits = me().can_edit  # others go to the topic's page, which is there while a public story has it
    known = select(Topic).order_by(Topic.slug) if edits else Topic.in_use(tags.moment())
    found = db.session.scalars(known.where(*_has(Topic.name, words)).limit(MOST))
    return [Hit(topic.name, f"/desk/topics/{topic.id}" if edits else f"/topics/{topic.slug}") for topic in found]


def _sources(words: str) -> list[Hit]:
    number = whole_number(words.lower().removeprefix("s"))
    named = db.session.get(Source, number) if number else None
    like = select(Source).where(Source.merged_into_id.is_(None), *sources.with_words(words))
    found = dict.fromkeys(
        [*([named.itself] if named else []), *db.session.scalars(like.order_by(Source.id.desc()).limit(MOST))]
    )
    return [
        Hit(one.title, f"{SOURCES}/{one.id}", _joined(f"s{one.id}", sources.KINDS.get(one.kind, ""), one.publisher))
        for one in list(found)[:MOST]
    ]


def _pictures(words: str) -> list[Hit]:
    like = select(Picture).where(*media.with_words(words)).order_by(Picture.id.desc()).limit(MOST)
    return [
        Hit(one.title or _text(one.caption) or one.alt or f"Picture {one.id}", f"{LIBRARY}/{one.id}", one.credit_line)
        for one in db.session.scalars(like)
    ]


def _comment(one: Comment) -> Hit:
    at = dates.short(one.posted_at, layout().site.timezone)
    return Hit(_text(one.body) or "No words", f"/desk/comments/{one.id}", _joined(one.name, at, one.state.capitalize()))


def _is(name: str, also: str, words: str) -> bool:
    """Tell whether each of the words begins one that something is called by."""
    called = f"{name} {also}".casefold().split()
    return all(any(one.startswith(word) for one in called) for word in words.casefold().split())


def _has(column: InstrumentedAttribute[str], words: str) -> list[ColumnElement[bool]]:
    return [column.icontains(word, autoescape=True) for word in words.split()[:MOST_WORDS]]


def _text(html: str) -> str:
    return shorten(" ".join(unescape(plain_text(html)).split()), SHOWN_AT_MOST)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
