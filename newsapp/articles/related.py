"""Which stories go with a story: the one before, the one after, and those that readers might also like."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import CompoundSelect, bindparam, literal_column, select, tuple_, union_all
from sqlalchemy.orm import Session

from newsapp.articles.printed import Card, Story, cards
from newsapp.articles.shelves import Listing
from newsapp.db import Moment, plain_rows
from newsapp.lib.tags import Seen, shows

SHOWN = 4
TOO_OLD = timedelta(days=365)
HALF_LIFE = timedelta(days=21)
PER_SHELF = 12
TOPIC_COUNTS, SECTION_COUNTS, TOP_SECTION_COUNTS = 3.0, 1.5, 1.0


@dataclass
class Neighbours:
    previous: Card | None = None
    next: Card | None = None
    related: list[Card] = field(default_factory=list)


def neighbours(session: Session, article: Story, shelves: list[str], at: datetime, seen: Seen | None) -> Neighbours:
    """Find the stories round ``article``, in two queries.

    ``shelves`` are its section's and those of the sections above, nearest first. A story's liking is what it shares,
    halved for every three weeks of its age. That order is the same at any time, so a kept page stays true; only the
    age limit is a moment, and it is noted as the page's expiry.
    """
    section, top = shelves[0], shelves[-1]
    topics = [topic.shelf for topic in article.topics]
    weights = dict.fromkeys(topics, TOPIC_COUNTS) | {section: SECTION_COUNTS, top: TOP_SECTION_COUNTS}
    shows(*weights)
    names = {f"shelf{n}": shelf for n, shelf in enumerate(weights)}
    given = {"at": at, "section": section, "here_at": article.published_at, "here_id": article.id, **names}
    rows = plain_rows(session, _round(len(names)), given)

    beside = {why: article_id for why, article_id, _ in rows if why in ("before", "after")}
    liking: dict[int, float] = {}
    old: set[int] = set()
    for why, article_id, published_at in rows:
        if why in names and article_id != article.id and article_id not in beside.values():
            age = (published_at - at) / HALF_LIFE
            liking[article_id] = liking.get(article_id, 0.0) + weights[names[why]] * 2.0**age
            if published_at + TOO_OLD <= at:
                old.add(article_id)
    ranked = sorted(liking, key=lambda i: (-liking[i], -i))
    best = [i for i in ranked if i not in old][:SHOWN]
    if len(best) < SHOWN:  # what does not age may be old
        best += [i for i in ranked if i in old][: SHOWN * 2]
    stories = cards(session, [*best, *beside.values()])

    found = Neighbours(stories.get(beside.get("before", 0)), stories.get(beside.get("after", 0)))
    for article_id in best:
        story = stories[article_id]
        if article_id in old and not story.is_evergreen:
            continue
        if article_id not in old and seen is not None and story.published_at is not None:
            seen.note_expiry(story.published_at + TOO_OLD)
        if len(found.related) < SHOWN:
            found.related.append(story)
    return found


@lru_cache
def _round(shelves: int) -> CompoundSelect[str, int, datetime]:
    """Give the query for the stories before and after one, and for the newest of as many shelves. Built once."""
    at = bindparam("at", type_=Moment)
    here = tuple_(bindparam("here_at", type_=Moment), bindparam("here_id"))
    place = tuple_(Listing.published_at, Listing.article_id)
    columns = (Listing.article_id, Listing.published_at)
    on_shelf = select(*columns).where(Listing.shelf == bindparam("section"), Listing.is_public(at))
    newest_first = (Listing.published_at.desc(), Listing.article_id.desc())
    parts = {
        "before": on_shelf.where(place < here).order_by(*newest_first).limit(1),
        "after": on_shelf.where(place > here).order_by(Listing.published_at, Listing.article_id).limit(1),
    }
    for n in range(shelves):
        on_other = select(*columns).where(Listing.shelf == bindparam(f"shelf{n}"), Listing.is_public(at))
        parts[f"shelf{n}"] = on_other.order_by(*newest_first).limit(PER_SHELF)
    queries = [(name, part.subquery()) for name, part in parts.items()]
    return union_all(*(select(literal_column(f"'{name}'").label("why"), *q.c) for name, q in queries))
