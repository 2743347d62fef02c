"""Which stories go with a story: the one before, the one after, and those that readers might also like."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from newsapp.articles.models import Article
from newsapp.articles.shelves import Listing, newest
from newsapp.lib.tags import Seen, shows

SHOWN = 4
TOO_OLD = timedelta(days=365)
HALF_LIFE = timedelta(days=21)
PER_TOPIC, PER_SECTION = 12, 16
TOPIC_COUNTS, SECTION_COUNTS, TOP_SECTION_COUNTS = 3.0, 1.5, 1.0


@dataclass
class Neighbours:
    previous: Article | None = None
    next: Article | None = None
    related: list[Article] = field(default_factory=list)


def neighbours(session: Session, article: Article, shelves: list[str], at: datetime, seen: Seen | None) -> Neighbours:
    """Find the stories round ``article``, in two queries. ``shelves`` are its section's and those above it, nearest first.

    A story's liking is what it shares, halved for every three weeks of its age. That order is the same at any time,
    so a kept page stays true; only the age limit is a moment, and it is noted as the page's expiry.
    """
    section = shelves[0]
    topics = [topic.shelf for topic in article.topics]
    weights = dict.fromkeys(topics, TOPIC_COUNTS) | {section: SECTION_COUNTS, shelves[-1]: TOP_SECTION_COUNTS}
    shows(*topics, section, shelves[-1])

    here = (article.published_at, article.id)
    place = tuple_(Listing.published_at, Listing.article_id)
    on_shelf = select(Listing.article_id, Listing.published_at).where(Listing.shelf == section, Listing.is_public(at))
    before = on_shelf.where(place < here).order_by(Listing.published_at.desc(), Listing.article_id.desc()).limit(1)
    after = on_shelf.where(place > here).order_by(Listing.published_at, Listing.article_id).limit(1)
    parts = {"before": before.subquery(), "after": after.subquery()}
    parts |= {shelf: newest(shelf, at, PER_TOPIC if shelf in topics else PER_SECTION) for shelf in weights}
    rows = session.execute(
        union_all(*(select(literal(name).label("why"), p.c.article_id, p.c.published_at) for name, p in parts.items()))
    ).all()

    beside = {why: article_id for why, article_id, _ in rows if why in ("before", "after")}
    liking: dict[int, float] = {}
    for why, article_id, published_at in rows:
        if why in weights and article_id != article.id and article_id not in beside.values():
            age = (published_at - at) / HALF_LIFE
            liking[article_id] = liking.get(article_id, 0.0) + weights[why] * 2.0**age
    best = sorted(liking, key=lambda i: (-liking[i], -i))[: SHOWN * 3]
    stories = {a.id: a for a in session.scalars(Article.cards([*best, *beside.values()])).unique()}

    found = Neighbours(stories.get(beside.get("before", 0)), stories.get(beside.get("after", 0)))
    for article_id in best:
        story = stories[article_id]
        assert story.published_at is not None
        if not story.is_evergreen:
            if story.published_at + TOO_OLD <= at:
                continue
            if seen is not None:
                seen.note_expiry(story.published_at + TOO_OLD)
        if len(found.related) < SHOWN:
            found.related.append(story)
    return found
