"""What the address of a search says. Whatever is in it, it is read as far as it makes sense."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from newsapp.articles import Kind, Topic
from newsapp.authors import Author
from newsapp.lib import tags
from newsapp.lib.terms import Terms, parse
from newsapp.search.asked import Filters
from newsapp.search.index import ORDERS
from newsapp.sections import Branch, Tree

PASTS = {"day": ("Past 24 hours", 1), "week": ("Past week", 7), "year": ("Past year", 365)}  # and their days
MOST_SECTIONS = 20
Row = TypeVar("Row", Author, Topic)


@dataclass
class Form:
    """One search, as its form and its address have it."""

    typed: str = ""
    terms: Terms = field(default_factory=Terms)
    sections: list[Branch] = field(default_factory=list)
    author: Author | None = None
    topic: Topic | None = None
    kind: Kind | None = None
    past: str = ""  # a key of PASTS
    since_on: date | None = None  # days of the newsroom's zone
    until_on: date | None = None
    sort: str = ORDERS[0]
    notes: list[str] = field(default_factory=list)  # what could not be read, a sentence each

    @property
    def is_filtered(self) -> bool:
        return bool(
            self.sections or self.author or self.topic or self.kind or self.past or self.since_on or self.until_on
        )

    @property
    def is_reversed(self) -> bool:
        """Whether the first day asked for is later than the last."""
        return bool(self.since_on and self.until_on and self.since_on > self.until_on)

    @property
    def place(self) -> str:
        """Where is looked, in words: "World and Tech"."""
        names = [branch.name for branch in self.sections]
        return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))

    def filters(self, at: datetime, zone: ZoneInfo, *, everywhere: bool = False) -> Filters:
        """Give the filters as they are at ``at``; ``everywhere`` leaves the sections out."""
        moments = [at - timedelta(days=PASTS[self.past][1])] if self.past else []
        if self.since_on:
            moments.append(_midnight(self.since_on, zone))
        return Filters(
            sections=() if everywhere else tuple(branch.id for branch in self.sections),
            authors=(self.author.id,) if self.author else (),
            topics=(self.topic.id,) if self.topic else (),
            kinds=(self.kind.value,) if self.kind else (),
            since=max(moments, default=None),
            until=_midnight(self.until_on, zone, days=1) if self.until_on else None,
        )

    @property
    def address_of_words(self) -> str:
        """The address of the same words without a filter."""
        return Form(terms=self.terms).address()

    def address(self, **changed: str | int) -> str:
        """Give the address of this search, without what says nothing, with ``changed`` arguments."""
        said: list[tuple[str, str | int]] = [("q", self.terms.text)]
        said += [("section", branch.path) for branch in self.sections]
        said += [
            ("author", self.author.slug if self.author else ""),
            ("topic", self.topic.slug if self.topic else ""),
            ("kind", self.kind.value if self.kind else ""),
            ("past", self.past),
            ("from", self.since_on.isoformat() if self.since_on else ""),
            ("to", self.until_on.isoformat() if self.until_on else ""),
            ("sort", self.sort if self.sort != ORDERS[0] else ""),
        ]
        kept = [(name, value) for name, value in said if value and name not in changed]
        kept += [(name, value) for name, value in changed.items() if value]
        return f"/search?{urlencode(kept)}" if kept else "/search"


def _midnight(day: date, zone: ZoneInfo, days: int = 0) -> datetime:
    return datetime.combine(day, time(), zone) + timedelta(days=days)


def read(args: MultiDict[str, str], tree: Tree, session: Session) -> Form:
    """Read a search from an address's query. What nobody offered is left out, and a note says so."""
    form = Form(typed=args.get("q", ""))
    form.terms = parse(form.typed)
    if form.terms.was_cut:
        form.notes.append("The question was long: only its beginning was looked for.")
    if form.typed.strip() and not form.terms:
        form.notes.append("There is no word in what you typed. Type a name, a place or a subject.")
    unknown = []
    for path in dict.fromkeys(args.getlist("section")[:MOST_SECTIONS]):
        branch = tree.by_path.get(path.strip("/"))
        if branch:
            form.sections.append(branch)
        elif path:
            unknown.append("section")
    form.author = _row(
        session, args.get("author"), lambda slug: select(Author).where(Author.slug == slug), unknown, "author"
    )
    form.topic = _row(session, args.get("topic"), lambda slug: Topic.at(slug, tags.moment()), unknown, "topic")
    if kind := args.get("kind"):
        if kind in {known.value for known in Kind}:
            form.kind = Kind(kind)
        else:
            unknown.append("kind of story")
    if past := args.get("past"):
        if past in PASTS:
            form.past = past
        else:
            unknown.append("period")
    form.since_on = _date(args.get("from"), unknown)
    form.until_on = _date(args.get("to"), unknown)
    if form.is_reversed:
        form.notes.append("“From” is a later day than “To”, so there is no day between them.")
    form.sort = args["sort"] if args.get("sort") in ORDERS else ORDERS[0]
    form.notes += [
        f"The {what} in the address is not known here, so it was left out." for what in dict.fromkeys(unknown)
    ]
    return form


def _row(
    session: Session, slug: str | None, query: Callable[[str], Select[Row]], unknown: list[str], name: str
) -> Row | None:
    if not slug:
        return None
    found = session.scalar(query(slug)) if slug.isprintable() else None
    if found is None:
        unknown.append(name)
    return found


def _date(text: str | None, unknown: list[str]) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        if 1900 <= day.year <= 2999:
            return day
    except ValueError:
        pass
    unknown.append("date")
    return None
