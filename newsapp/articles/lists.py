"""A page of a list, the newest first: what a section's, an author's and a topic's page have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from flask import abort, request
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import Session

from newsapp.articles.printed import Card, cards
from newsapp.articles.shelves import COUNTED_AT_MOST, Listing, count
from newsapp.lib import tags
from newsapp.lib.text import whole_number

PER_PAGE = 12
LAST_PAGE = 50  # further back a list goes by time: an offset costs what it skips
TOGETHER = 20  # pages at most that one address gives in one: ?page=1-20
ARGUMENTS = ("page", "before")  # of the query, known to every list
Cut = TypeVar("Cut", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True)
class Part:
    """The part of a list that a request's query asks for: a page, several in one, or what is older than a place."""

    first: int
    last: int
    before: tuple[datetime, int] | None
    per_page: int

    @classmethod
    def asked(cls, per_page: int) -> Part:
        """Read it from the query; what nobody can mean is 404."""
        return cls(*page_numbers(), asked_place(), per_page)

    @property
    def is_first(self) -> bool:
        return self.first == 1 and not self.before

    @property
    def size(self) -> int:
        return (self.last - self.first + 1) * self.per_page

    def of(self, query: Cut, at: Any, number: Any) -> Cut:
        """Cut the part out of a query that falls by these two columns, with one row more: it tells of older ones."""
        if self.before:
            return query.where(tuple_(at, number) < self.before).limit(self.size + 1)
        return query.offset((self.first - 1) * self.per_page).limit(self.size + 1)

    def must_be_there(self, rows: Sequence[Any]) -> None:
        """Answer 404 for a page of a list that ends before it."""
        if not rows and not self.is_first:
            abort(404)


@dataclass
class Paged:
    """One page of a list by time."""

    NOUNS: ClassVar[tuple[str, str]]  # of what stands in it: one, many
    url: str  # the list's own address
    number: int = 1  # of the first page that stands here
    is_first: bool = True
    older: str | None = None  # the query that leads to the next page
    total: int = 0  # of the whole list, counted to one more than COUNTED_AT_MOST
    shown_so_far: int | None = None  # None: the list was entered somewhere by time

    @property
    def shown(self) -> int:
        """How many stand on this page."""
        raise NotImplementedError

    @property
    def address(self) -> str | None:
        """The one address under which search engines are to know what stands here; ``None``: that which was asked for."""
        if self.is_first:
            return self.url
        return f"{self.url}?page={self.number}" if self.number > 1 else None

    def where(self, goes_on: bool = False) -> str:
        """Say which part of the list stands here; ``goes_on``: below those of the pages before."""
        noun = self.NOUNS[self.total != 1]
        if self.shown_so_far is None or (self.is_first and self.older is None):
            return f"{self.figure} {noun}"
        if goes_on or self.is_first:
            return f"Showing {self.shown_so_far} of {self.figure} {noun}"
        return f"{noun.capitalize()} {self.shown_so_far - self.shown + 1}–{self.shown_so_far} of {self.figure}"

    @property
    def figure(self) -> str:
        """The number of all as it is printed: 412, or 1,000+."""
        return f"{COUNTED_AT_MOST:,}+" if self.total > COUNTED_AT_MOST else f"{self.total:,}"

    def lies_at(self, part: Part, rows: Sequence[Any]) -> None:
        """Note where in the list this page stands, from the rows that were read for it; each begins with moment and number."""
        self.number, self.is_first = part.first, part.is_first
        if len(rows) > part.size:
            at, number = rows[part.size - 1][:2]
            self.older = by_time(at, number) if part.before or part.last == LAST_PAGE else f"?page={part.last + 1}"
        if not part.before:
            self.shown_so_far = (part.first - 1) * part.per_page + self.shown


@dataclass
class StoryList(Paged):
    """One page of a shelf."""

    NOUNS = ("story", "stories")
    stories: list[Card] = field(default_factory=list)

    @property
    def shown(self) -> int:
        return len(self.stories)


def story_list(session: Session, shelf: str, url: str) -> StoryList:
    """Read the page of ``shelf`` that the request's query asks for, or several in one; one beyond the end is 404."""
    at, part = tags.moment(), Part.asked(PER_PAGE)
    tags.shows(shelf)
    query = Listing.on(shelf, at).with_only_columns(Listing.published_at, Listing.article_id)
    rows = session.execute(part.of(query, Listing.published_at, Listing.article_id)).all()
    part.must_be_there(rows)
    page = StoryList(url, total=count(session, shelf, at))
    page.stories = in_order(session, [row[1] for row in rows[: part.size]])
    page.lies_at(part, rows)
    return page


def by_time(at: datetime, number: int) -> str:
    """Give the query that leads on behind a row, found by its moment and its number."""
    return f"?before={at:%Y-%m-%dT%H:%M:%S.%f}%2B00:00~{number}"


def in_order(session: Session, ids: list[int]) -> list[Card]:
    """Give the stories with these ids, in this order."""
    stories = cards(session, ids)
    return [stories[i] for i in ids if i in stories]


def newest(session: Session, shelf: str, limit: int) -> list[Card]:
    """Give the newest public stories of a shelf."""
    tags.shows(shelf)
    return in_order(session, list(session.scalars(Listing.on(shelf, tags.moment()).limit(limit))))


def opener(stories: list[Card]) -> Card | None:
    """Give the story that opens a list by itself: of the four newest, the first with a picture."""
    return next((story for story in stories[:4] if story.picture), stories[0] if stories else None)


def page_number() -> int:
    """Read ``page`` from the request's query, 1 to 50; anything else is 404."""
    return _number(request.args.get("page", "1"))


def page_numbers() -> tuple[int, int]:
    """Read ``page`` from the request's query, where it may name several that follow each other: 1-3.

    This is the address of a list that "Load more" has made longer: whoever comes back to it, or is sent it, finds the
    same stories. More pages than TOGETHER in one are 404.
    """
    first_text, dash, last_text = request.args.get("page", "1").partition("-")
    first = _number(first_text)
    last = _number(last_text) if dash else first
    if dash and not first < last < first + TOGETHER:
        abort(404)
    return first, last


def _number(text: str) -> int:
    return whole_number(text, LAST_PAGE) or abort(404)


def asked_place() -> tuple[datetime, int] | None:
    """Read ``before``, the place in a list that the page goes on from: a moment and a story's number."""
    text = request.args.get("before")
    if not text:
        return None
    moment, _, number = text.partition("~")
    try:
        at, story = datetime.fromisoformat(moment), int(number[:12] or 0)
    except ValueError:
        abort(404)
    if at.tzinfo is None:
        abort(404)
    return at, story
