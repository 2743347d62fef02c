"""The blocks that many pages share beside their own story: picks, top writers, opinion, the log, most read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsapp.articles.front import SLOTS, LogLine, Placement, latest_log
from newsapp.articles.mostread import MostRead
from newsapp.articles.printed import Card, Story, cards
from newsapp.articles.shelves import ALL, Listing, newest_of_each
from newsapp.authors import Author
from newsapp.lib.tags import shows

PICKS, WRITERS, RANKED, LOG_LINES = 3, 4, 5, 6
# The rail's blocks, and how long a story must be for each, in pixels of a screen 1280 wide. Picks and Most read stand
# beside every story.
BLOCKS = {"writers": 2000, "opinion": 2000, "log": 2500}
EVERY_BLOCK = frozenset(BLOCKS)
# About how long a story's parts are there.
HEAD_LENGTH = 850  # headline, topics, sharing, the neighbours
WORD_LENGTH = 3
PICTURE_LENGTH = 600
AUTHOR_LENGTH = 400
COMMENT_LENGTH = 180


@dataclass
class Writer:
    author: Author
    stories: int


@dataclass
class Rail:
    picks: list[Card] = field(default_factory=list)
    writers: list[Writer] = field(default_factory=list)
    opinion: Card | None = None
    log: list[LogLine] = field(default_factory=list)
    most_read: list[Card] = field(default_factory=list)


def blocks_beside(story: Story, comments: int) -> frozenset[str]:
    """Give the blocks of the rail that a story is long enough for: a rail that is longer leaves a hole under the text."""
    length = HEAD_LENGTH + WORD_LENGTH * story.words + COMMENT_LENGTH * comments
    length += PICTURE_LENGTH * bool(story.picture)
    length += AUTHOR_LENGTH * sum(1 for byline in story.by if byline.author and byline.author.bio)
    return frozenset(name for name, needed in BLOCKS.items() if length >= needed)


def rail(session: Session, at: datetime, zone: ZoneInfo, days: int, without: int | None, ranked_on: str = ALL) -> Rail:
    """Compose the rail. ``without`` is the story beside it, which it does not name again."""
    shows("slot:pick", "kind:opinion", "slot:opinion", ALL, "most-read")
    placed = list(
        session.scalars(
            select(Placement.article_id)
            .where(Placement.slot == "pick", Placement.is_open(at))
            .order_by(Placement.position, Placement.id)
            .limit(SLOTS["pick"])
        )
    )
    waiting = newest_of_each(session, {ALL: PICKS + 8, "kind:opinion": 2}, at)
    ranked = list(session.scalars(MostRead.on(ranked_on)))
    wanted = {*placed, *waiting[ALL], *waiting["kind:opinion"], *ranked}
    found = cards(session, wanted)
    stories = {i: story for i, story in found.items() if story.is_public(at) and i != without}
    picks = [stories[i] for i in placed if i in stories]
    picks += [stories[i] for i in waiting[ALL] if i in stories and stories[i] not in picks and stories[i].picture]
    opinion = [stories[i] for i in waiting["kind:opinion"] if i in stories and stories[i] not in picks[:PICKS]]
    return Rail(
        picks=picks[:PICKS],
        writers=top_writers(session, at, zone, days),
        opinion=opinion[0] if opinion else None,
        log=latest_log(session, at, LOG_LINES),
        most_read=[stories[i] for i in ranked if i in stories][:RANKED],
    )


def top_writers(session: Session, at: datetime, zone: ZoneInfo, days: int, limit: int = WRITERS) -> list[Writer]:
    """Give the staff who published most in the last ``days`` days, most first; who has left is not named.

    The period begins at a midnight, so that the figures stay true for a day.
    """
    shows("authors", ALL)
    today = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=days)
    writers = []
    for author in session.scalars(select(Author).where(Author.left_at.is_(None)).order_by(Author.name, Author.id)):
        stories = session.scalar(
            select(func.count())
            .select_from(Listing)
            .where(Listing.shelf == author.shelf, Listing.published_at >= since, Listing.is_public(at))
        )
        if stories:
            writers.append(Writer(author, stories))
    writers.sort(key=lambda writer: -writer.stories)  # a tie stays in the order of names
    return writers[:limit]
