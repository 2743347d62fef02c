"""A page of a list, the newest first: what a section's, an author's and a topic's page have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from flask import abort, request
from sqlalchemy import tuple_
from sqlalchemy.orm import Session

from newsapp.articles.printed import Card, cards
from newsapp.articles.shelves import COUNTED_AT_MOST, Listing, count
from newsapp.lib import tags
from newsapp.lib.text import whole_number

PER_PAGE = 12
LAST_PAGE = 50  # further back a list goes by time: an offset costs what it skips
TOGETHER = 20  # pages at most that one address gives in one: ?page=1-20
ARGUMENTS = ("page", "before")  # of the query, known to every list


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

    def must_not_be_beyond_the_end(self) -> None:
        """Answer 404 for a page of a list that ends before it."""
        if not self.shown and not self.is_first:
            abort(404)


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
    at, (number, last), before = tags.moment(), page_numbers(), asked_place()
    size = (last - number + 1) * PER_PAGE
    tags.shows(shelf)
    query = Listing.on(shelf, at).add_columns(Listing.published_at)
    if before:
        query = query.where(tuple_(Listing.published_at, Listing.article_id) < before)
    else:
        query = query.offset((number - 1) * PER_PAGE)
    rows = session.execute(query.limit(size + 1)).all()
    if not rows and (number > 1 or before):
        abort(404)
    page = StoryList(url, number=number, is_first=number == 1 and not before, total=count(session, shelf, at))
    if len(rows) > size:
        last_id, last_at = rows[size - 1]
        page.older = by_time(last_at, last_id) if before or last == LAST_PAGE else f"?page={last + 1}"
    page.stories = in_order(session, [row[0] for row in rows[:size]])
    if not before:
        page.shown_so_far = (number - 1) * PER_PAGE + page.shown
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
