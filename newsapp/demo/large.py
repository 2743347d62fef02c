"""Making a large site for measuring: stories and comments by the hundred thousand, in minutes."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import selectinload, undefer

from newsapp import search
from newsapp.accounts import Account
from newsapp.articles import (
    ALL,
    Article,
    Byline,
    Change,
    Citation,
    Kind,
    Listing,
    NewslistLine,
    NewslistPerson,
    Topic,
    TopicMark,
)
from newsapp.authors import Author
from newsapp.comments import Comment, CommentText, Report, Sanction, Thread
from newsapp.comments.index import entry, words_of
from newsapp.comments.models import path_step
from newsapp.db import Base, db
from newsapp.lib import clock
from newsapp.lib.tags import raise_tags
from newsapp.media import Picture
from newsapp.sections import Section

AT_ONCE = 2000
PER_PERSON = 200  # comments
# Parts of all comments: by guests, decided otherwise than approved, reported, of the longest discussion, of the busiest person.
GUESTS, DECIDED, REPORTED, LONGEST, BUSIEST = 0.3, 0.05, 0.001, 0.01, 0.005
YEARS = 10  # over which the stories are spread, so that a day has as many as a paper's day
WHO = [
    "Council",
    "Harbour board",
    "Rail union",
    "School inspectors",
    "Farmers",
    "Engineers",
    "Auditors",
    "Pilots",
    "Nurses",
    "Bakers",
]
DOES = ["publishes", "rejects", "delays", "reopens", "maps", "counts", "repairs", "approves", "measures", "questions"]
WHAT = ["its winter timetable", "the flood barrier", "a shared register", "the night shift", "the north bridge", "new tariffs",
        "the reading list", "the spare parts", "the weather record", "the ferry contract"]  # fmt: skip
WHERE = [
    "in Varrow",
    "at Marisel",
    "near Dunmarrow",
    "on the Ostrel",
    "at Port Ansel",
    "in the uplands",
    "on the coast road",
]


def enlarge(stories: int, comments: int, say: Callable[[str], None]) -> None:
    """Add ``stories`` and ``comments`` to a filled site, and commit after each two thousand.

    The rows go past the verbs, in bulk, and raise the tags of everything at the end. The stories are for reading:
    they are kept ready to print, without the source that an editor would need.
    """
    chance = random.Random(stories * 31 + comments)
    if stories:
        _stories(stories, chance, say)
        search.rebuild(say)
    if comments:
        _comments(comments, chance, say)
    shelves = db.session.scalars(select(Listing.shelf).distinct())
    raise_tags(db.session(), *shelves, ALL, "site", "authors", "log", "clock", *(f"kind:{kind.value}" for kind in Kind))
    db.session.commit()


def _stories(wanted: int, chance: random.Random, say: Callable[[str], None]) -> None:
    models = db.session.scalars(
        select(Article)
        .where(Article.words > 300, Article.body_source != "")  # not those that an earlier call has made
        .options(undefer(Article.body), selectinload(Article.citations))
    ).all()
    bodies = [
        (a.body, a.contents, a.words, a.minutes, a.standfirst, a.key_points,
         [{"number": c.number, "source_id": c.source_id, "key": c.key} for c in a.citations])
        for a in models
    ]  # fmt: skip
    sections = db.session.execute(select(Section.id, Section.parent_id)).all()
    parents = {row.id: row.parent_id for row in sections}
    authors = list(db.session.scalars(select(Author.id)))
    topics = list(db.session.scalars(select(Topic.id)))
    pictures = list(db.session.scalars(select(Picture.id)))
    first = (db.session.scalar(select(func.max(Article.id))) or 0) + 1
    now = clock.now()
    step = timedelta(days=365 * YEARS) / wanted
    db.session.commit()
    for start in range(0, wanted, AT_ONCE):
        rows: dict[type[Base], list[dict[str, Any]]] = {
            table: [] for table in (Article, Byline, Change, Citation, TopicMark, Listing, NewslistLine, NewslistPerson)
        }
        for n in range(start, min(start + AT_ONCE, wanted)):
            number = first + n
            at = now - timedelta(days=4) - step * (wanted - n)
            body, contents, words, minutes, standfirst, key_points, citations = chance.choice(bodies)
            section_id = chance.choice(sections).id
            author_id = chance.choice(authors)
            marks = chance.sample(topics, k=min(3, len(topics)))
            kind = chance.choices(["news", "analysis", "opinion", "explainer"], [80, 8, 8, 4])[0]
            headline = f"{chance.choice(WHO)} {chance.choice(DOES)} {chance.choice(WHAT)} {chance.choice(WHERE)}"
            rows[Article].append(
                {
                    "id": number, "slug": f"measured-{number}", "kind": kind, "section_id": section_id, "also_in": [],
                    "headline": f"{headline}, report {number}", "standfirst": standfirst, "standfirst_is_own": True,
                    "language": "en-GB", "key_points": key_points,
                    "picture_id": chance.choice(pictures) if chance.random() < 0.6 else None, "is_evergreen": False,
                    "words": words, "minutes": minutes, "versions": 0, "created_at": at, "ready_at": at, "published_at": at,
                    "withdrawn_reason": "", "contents": contents, "warnings": [], "body": body, "body_source": "",
                }
            )  # fmt: skip
            rows[NewslistLine].append(
                {
                    "article_id": number, "headline": rows[Article][-1]["headline"], "section_id": section_id, "stage": "ready",
                    "published_at": at, "changed_at": at, "words": words, "is_stuck": False, "has_changes": False,
                }
            )  # fmt: skip
            rows[NewslistPerson].append({"article_id": number, "author_id": author_id})
            rows[Byline].append(
                {"article_id": number, "author_id": author_id, "role": "Reporter", "part": "by", "position": 0}
            )
            rows[Change].append({"article_id": number, "at": at, "kind": "published", "note": "", "text": ""})
            rows[Citation] += [{"article_id": number, **citation} for citation in citations]
            rows[TopicMark] += [
                {"article_id": number, "topic_id": topic, "position": place} for place, topic in enumerate(marks)
            ]
            shelves = {ALL, f"kind:{kind}", f"author:{author_id}", *(f"topic:{topic}" for topic in marks)}
            shelves |= {f"source:{citation['source_id']}" for citation in citations}
            here: int | None = section_id
            while here:
                shelves.add(f"section:{here}")
                here = parents[here]
            rows[Listing] += [{"shelf": shelf, "article_id": number, "published_at": at} for shelf in sorted(shelves)]
        _write(rows)
        if start // AT_ONCE % 10 == 9:
            say(f"{start + AT_ONCE:,} stories ...")
    _number_on(Article)
    say(f"{wanted:,} stories are in.")


def _comments(wanted: int, chance: random.Random, say: Callable[[str], None]) -> None:
    now = clock.now()
    stories = db.session.execute(
        select(Article.id, Article.published_at)
        .join(Listing, (Listing.article_id == Article.id) & (Listing.shelf == ALL))
        .where(Listing.is_public(now), Article.comments_closed_at.is_(None))
    ).all()
    texts = list(db.session.scalars(select(Comment.body).order_by(Comment.id).limit(200))) or ["<p>A comment.</p>"]
    folded = [words_of(words) for words in texts]
    people = _people(max(20, wanted // PER_PERSON))
    first = (db.session.scalar(select(func.max(Comment.id))) or 0) + 1
    db.session.commit()
    threads: dict[int, list[int]] = {}
    n = 0
    while n < wanted:
        rows: list[dict[str, Any]] = []
        found_by: list[dict[str, Any]] = []
        reports: list[dict[str, Any]] = []
        while n < wanted and len(rows) < AT_ONCE:
            story = stories[0] if chance.random() < LONGEST else chance.choice(stories)
            size = min(chance.choice([1, 2, 3, 5, 8, 20]), wanted - n)
            opened: dict[int, dict[str, Any]] = {}
            for _ in range(size):
                number = first + n
                n += 1
                parent = chance.choice(list(opened.values())) if opened and chance.random() < 0.5 else None
                at = min(story.published_at + timedelta(minutes=number % 3000), now)
                at = max(at, parent["posted_at"]) if parent else at
                of_whom, own = chance.randrange(len(texts)), _own_words(chance)
                account_id: int | None
                account_id, name = people[0 if chance.random() < BUSIEST else chance.randrange(len(people))]
                if chance.random() < GUESTS:
                    account_id, name = None, f"Reader {number % 997}"
                comment = {
                    "id": number, "article_id": story.id, "parent_id": parent["id"] if parent else None,
                    "root_id": parent["root_id"] if parent else number, "depth": parent["depth"] + 1 if parent else 0,
                    "path": (f"{parent['path']}." if parent else "") + path_step(number),
                    "account_id": account_id, "guest_name": None if account_id else name,
                    "guest_email": None if account_id else f"guest{number % 997}@example.org",
                    "mailbox": None if account_id else f"guest{number % 997}@example.org", "body": f"{texts[of_whom]}<p>{own}</p>",
                    "posted_at": at, "recommended": number % 17, "answers": 0, "approved_at": at,
                    "held_at": None, "held_for": None, "rejected_at": None, "rejected_for": None, "spam_at": None, "hidden_at": None,
                }  # fmt: skip
                state = _state(chance) if chance.random() < DECIDED else "approved"
                comment |= _IN_STATE[state](at)
                rows.append(comment)
                found_by.append(entry(number, story.id, state, name, f"{folded[of_whom]} {own}"))
                count = threads.setdefault(story.id, [0, 0])
                if state != "approved":
                    continue  # nothing hangs on it
                opened[number] = comment
                count[0] += 1
                count[1] += parent is None
                if chance.random() < REPORTED:
                    reports.append(
                        {"reference": f"R-{number}", "comment_id": number, "reason": "spam", "words": own, "law": "",
                         "made_at": now, "decision_words": ""}
                    )  # fmt: skip
                while parent:
                    parent["answers"] += 1
                    parent = opened.get(parent["parent_id"])
        _write({Comment: rows, CommentText: found_by, Report: reports})
        if n // AT_ONCE % 25 == 24:
            say(f"{n:,} comments ...")
    _number_on(Comment)
    known = set(db.session.scalars(select(Thread.article_id)))
    quiet = {"raises_tags": True}
    for story_id, (visible, roots) in threads.items():
        if story_id in known:
            db.session.execute(
                update(Thread)
                .where(Thread.article_id == story_id)
                .values(visible=Thread.visible + visible, roots=Thread.roots + roots),
                execution_options=quiet,
            )
        else:
            db.session.execute(
                insert(Thread).values(article_id=story_id, visible=visible, roots=roots), execution_options=quiet
            )
    raise_tags(db.session(), *(f"comments:{story_id}" for story_id in threads))
    db.session.commit()
    say(f"{wanted:,} comments are in.")


def _people(n: int) -> list[tuple[int, str]]:
    """Add so many readers, and let something bind every hundredth; give their numbers and names."""
    first = (db.session.scalar(select(func.max(Account.id))) or 0) + 1
    now, ids = clock.now(), range(first, first + n)
    _write({
        Account: [
            {"id": i, "username": f"measured-{i}", "email": f"measured{i}@example.org", "mailbox": f"measured{i}@example.org", "name": f"Measured Reader {i}",
             "role": "reader", "bio": "", "created_at": now, "totp_step": 0}
            for i in ids
        ],
        Sanction: [
            {"measure": "suspend", "account_id": i, "reason": "Measured.", "begun_at": now, "ends_at": now + timedelta(days=30)}
            for i in ids[::100]
        ],
    })  # fmt: skip
    _number_on(Account)
    return [(i, f"Measured Reader {i}") for i in ids]


def _own_words(chance: random.Random) -> str:
    """Give three words out of some ten thousand, so that a search has rare ones to find."""
    return " ".join("".join(chance.choices(_SYLLABLES, k=3)) for _ in range(3))


def _state(chance: random.Random) -> str:
    return chance.choices(["waiting", "rejected", "spam", "hidden"], [30, 40, 20, 10])[0]


_SYLLABLES = [c + v for c in "bdfgklmnrstv" for v in "aeiou"][::3]
_IN_STATE: dict[str, Callable[[datetime], dict[str, Any]]] = {
    "approved": lambda at: {},
    "waiting": lambda at: {"approved_at": None, "held_at": at, "held_for": "first"},
    "rejected": lambda at: {"approved_at": None, "rejected_at": at, "rejected_for": "Advertising"},
    "spam": lambda at: {"approved_at": None, "spam_at": at},
    "hidden": lambda at: {"hidden_at": at},
}


def _number_on(table: type[Article] | type[Comment] | type[Account]) -> None:
    """Let the next row get the number after those that were given here. SQLite sees to it by itself."""
    if db.engine.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.__tablename__, "id")
        db.session.execute(select(func.setval(sequence, select(func.max(table.id)).scalar_subquery())))
        db.session.commit()


def _write(rows: dict[type[Base], list[dict[str, Any]]]) -> None:
    for table, values in rows.items():
        if values:
            db.session.execute(insert(table), values, execution_options={"raises_tags": True})
    db.session.commit()
