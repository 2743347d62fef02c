"""A page of a list of stories, the newest first: what a section's, an author's and a topic's page have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flask import abort, request
from sqlalchemy import tuple_
from sqlalchemy.orm import Session

from newsapp.articles.printed import Card, cards
from newsapp.articles.shelves import COUNTED_AT_MOST, Listing, count
from newsapp.lib import tags

PER_PAGE = 12
LAST_PAGE = 50  # further back a list goes by time: an offset costs what it skips
ARGUMENTS = ("page", "before")  # of the query, known to every list


@dataclass
class StoryList:
    """One page of a shelf."""

    url: str  # the list's own address
    stories: list[Card] = field(default_factory=list)
    number: int = 1
    is_first: bool = True
    older: str | None = None  # the query that leads to the next page
    total: int = 0  # public stories on the shelf, counted to one more than COUNTED_AT_MOST
    shown_so_far: int | None = None  # None: the list was entered somewhere by time

    def where(self, goes_on: bool = False) -> str:
        """Say which part of the list stands here; ``goes_on``: below those of the pages before."""
        stories = "story" if self.total == 1 else "stories"
        if self.shown_so_far is None or (self.is_first and self.older is None):
            return f"{self.figure} {stories}"
        if goes_on or self.is_first:
            return f"Showing {self.shown_so_far} of {self.figure} {stories}"
        return f"Stories {self.shown_so_far - len(self.stories) + 1}–{self.shown_so_far} of {self.figure}"

    @property
    def figure(self) -> str:
        """The number of stories as it is printed: 412, or 1,000+."""
        return f"{COUNTED_AT_MOST:,}+" if self.total > COUNTED_AT_MOST else f"{self.total:,}"


def story_list(session: Session, shelf: str, url: str) -> StoryList:
    """Read the page of ``shelf`` that the request's query asks for; one beyond the end is 404."""
    at, number, before = tags.moment(), page_number(), _before()
    tags.shows(shelf)
    query = Listing.on(shelf, at).add_columns(Listing.published_at)
    if before:
        query = query.where(tuple_(Listing.published_at, Listing.article_id) < before)
    else:
        query = query.offset((number - 1) * PER_PAGE)
    rows = session.execute(query.limit(PER_PAGE + 1)).all()
    if not rows and (number > 1 or before):
        abort(404)
    page = StoryList(url, number=number, is_first=number == 1 and not before, total=count(session, shelf, at))
    if len(rows) > PER_PAGE:
        last_id, last_at = rows[PER_PAGE - 1]
        by_time = f"?before={last_at:%Y-%m-%dT%H:%M:%S.%f}%2B00:00~{last_id}"
        page.older = by_time if before or number == LAST_PAGE else f"?page={number + 1}"
    page.stories = in_order(session, [row[0] for row in rows[:PER_PAGE]])
    if not before:
        page.shown_so_far = (number - 1) * PER_PAGE + len(page.stories)
    return page


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
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:4]) <= LAST_PAGE or len(text) > 2:
        abort(404)
    return int(text)


def _before() -> tuple[datetime, int] | None:
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
