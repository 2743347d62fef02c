"""The front page: what the desk placed on it, and what fills the places that it left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, and_, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from newsapp.accounts import Account
from newsapp.articles.facts import posts_of
from newsapp.articles.models import Article, Change
from newsapp.articles.printed import Card, cards
from newsapp.articles.shelves import ALL, newest_of_each
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.tags import EVERYTHING, Tagged, TagVersion, shows
from newsapp.lib.text import whole_number
from newsapp.sections import Branch, Section, Tree

SLOTS = {"lead": 1, "second": 9, "pick": 4, "opinion": 4, "live": 1}  # and how many each holds
# How a section's front is set, and how many stories that takes.
LOG_LINES = 12
LIVE_LINES = 3
SHORT_NOTE = 30  # characters
NARROW = ("figures", "rows")  # two of them stand side by side
RHYTHMS = {"major": 5, "columns": 7, "feature": 4, "figures": 6, "rows": 4, "tiles": 4}


class Placement(Base, Tagged):
    """A story in a slot of the front page, or in that of a section's page, for a time."""

    __tags__ = ("slot:{slot}", "clock")
    __table_args__ = (Index("ix_placement_slot", "slot", "position"),)

    id: Mapped[pk]
    slot: Mapped[str]  # a key of SLOTS, or section-12: the lead of that section's page
    position: Mapped[int] = mapped_column(default=0)
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"), index=True)
    starts_at: Mapped[moment | None]
    ends_at: Mapped[moment | None]
    placed_at: Mapped[moment] = mapped_column(default=clock.now)
    placed_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))

    @classmethod
    def is_open(cls, at: datetime) -> ColumnElement[bool]:
        return and_(or_(cls.starts_at.is_(None), cls.starts_at <= at), or_(cls.ends_at.is_(None), cls.ends_at > at))

    @classmethod
    def standing(cls, at: datetime) -> Select[str, int]:
        """Select slot and story of every placement that holds at ``at``, in their order."""
        return select(cls.slot, cls.article_id).where(cls.is_open(at)).order_by(cls.slot, cls.position, cls.id)

    def move_to(self, position: int) -> None:
        """Set the place within the slot. The caller commits."""
        self.position = position

    def limit(self, starts_at: datetime | None, ends_at: datetime | None) -> None:
        """Set from when until when the placement holds. The caller commits."""
        self.starts_at, self.ends_at = starts_at, ends_at

    def clear(self) -> None:
        """Take the story out of the slot. The caller commits."""
        db.session.delete(self)


def place(
    article: Article, slot: str, *, starts_at: datetime | None = None, ends_at: datetime | None = None,
    by: Account | None = None,
) -> Placement:  # fmt: skip
    """Put a story behind those that the slot has already. The caller commits.

    Raises:
        ValueError: there is no such slot.
    """
    if not is_slot(slot):
        raise ValueError(f"There is no slot {slot}.")
    lock_slots()
    # What has ended is cleared away here, so that the table never grows beyond what a desk can look over.
    for ended in db.session.scalars(select(Placement).where(Placement.slot == slot, Placement.ends_at <= clock.now())):
        db.session.delete(ended)
    last = db.session.scalar(select(func.max(Placement.position)).where(Placement.slot == slot))
    placement = Placement(
        slot=slot, article_id=article.id, position=0 if last is None else last + 1,
        starts_at=starts_at, ends_at=ends_at, placed_by_id=by.id if by else None,
    )  # fmt: skip
    db.session.add(placement)
    db.session.flush()
    return placement


def section_slot(section_id: int) -> str:
    """Give the name of the slot at the top of a section's page."""
    return f"section-{section_id}"


def is_slot(slot: str) -> bool:
    """Tell whether there is a slot of this name."""
    kind, _, number = slot.partition("-")
    section_id = whole_number(number) if kind == "section" else None
    if section_id is None or slot != section_slot(section_id):
        return slot in SLOTS
    return db.session.get(Section, section_id) is not None


def lock_slots() -> None:
    """Let nobody else arrange a slot until this transaction ends. SQLite has one writer anyway."""
    db.session.execute(select(TagVersion.generation).where(TagVersion.tag == EVERYTHING).with_for_update())


def section_lead(session: Session, section_id: int, at: datetime) -> list[int]:
    """Give the stories that the desk has placed at the top of a section's page, in their order."""
    slot = section_slot(section_id)
    shows(f"slot:{slot}")
    return [article_id for _, article_id in session.execute(Placement.standing(at).where(Placement.slot == slot))]


def next_placement_change(session: Session, at: datetime) -> datetime | None:
    """Give the next moment at which a placement begins or ends by the clock."""
    begins = session.scalar(select(func.min(Placement.starts_at)).where(Placement.starts_at > at))
    ends = session.scalar(select(func.min(Placement.ends_at)).where(Placement.ends_at > at))
    changes = session.scalar(select(func.min(Change.at)).where(Change.at > at))
    return min((m for m in (begins, ends, changes) if m is not None), default=None)


@dataclass
class LogLine:
    """One line of the log: a story and what last happened to it."""

    at: datetime
    article: Card
    mark: str | None  # None: it appeared


@dataclass
class LiveLine:
    """One line of the strip of what is live: a post of the story, or where it has none, an update."""

    at: datetime
    text: str
    url: str


@dataclass
class SectionFront:
    branch: Branch
    rhythm: str
    stories: list[Card]


@dataclass
class Front:
    """The front page's stories. A story stands once, but for the log."""

    lead: Card | None = None
    seconds: list[Card] = field(default_factory=list)
    opinion: list[Card] = field(default_factory=list)
    live: Card | None = None
    live_lines: list[LiveLine] = field(default_factory=list)  # the last of the live story, newest first
    fronts: list[SectionFront] = field(default_factory=list)
    log: list[LogLine] = field(default_factory=list)

    @property
    def groups(self) -> list[list[SectionFront]]:
        """The fronts as they stand: the narrow ones two by two, the others alone."""
        groups: list[list[SectionFront]] = []
        for front in self.fronts:
            if front.rhythm in NARROW and groups and len(groups[-1]) == 1 and groups[-1][0].rhythm in NARROW:
                groups[-1].append(front)
            else:
                groups.append([front])
        return groups


def front_page(session: Session, tree: Tree, at: datetime) -> Front:
    """Compose the front page as it is at ``at``."""
    placed: dict[str, list[int]] = {slot: [] for slot in SLOTS}
    for slot, article_id in session.execute(Placement.standing(at).where(Placement.slot.in_(SLOTS))):
        placed.setdefault(slot, []).append(article_id)
    shows(ALL, "log", "kind:opinion", "kind:live", *(f"slot:{slot}" for slot in SLOTS))

    top = [branch for branch in tree.shown if branch.path != "opinion"]
    shows(*(branch.shelf for branch in top))
    # Enough of each that a front is still full when the top of the page has taken its stories from it.
    spare = SLOTS["lead"] + SLOTS["second"]
    waiting = newest_of_each(
        session,
        {ALL: 24, "kind:opinion": 8, "kind:live": 1}
        | {branch.shelf: RHYTHMS[_rhythm(branch, n)] + spare for n, branch in enumerate(top)},
        at,
    )
    log = _recent_changes(session, at)
    wanted = {i for ids in (*placed.values(), *waiting.values()) for i in ids} | {i for i, _, _ in log}
    stories = {i: story for i, story in cards(session, wanted).items() if story.is_public(at)}

    front = Front()
    used: set[int] = set()

    def take(ids: list[int], count: int, fits: Callable[[Card], bool] = lambda story: True) -> list[Card]:
        taken: list[Card] = []
        for article_id in ids:
            story = stories.get(article_id)
            if len(taken) == count:
                break
            if story and story.id not in used and fits(story):
                used.add(story.id)
                taken.append(story)
        return taken

    front.live = next((stories[i] for i in (*placed["live"], *waiting["kind:live"]) if i in stories), None)
    if front.live:
        used.add(front.live.id)
        front.live_lines = _live_lines(session, front.live, at)
    front.opinion = take(placed["opinion"], SLOTS["opinion"])
    front.opinion += take(waiting["kind:opinion"], SLOTS["opinion"] - len(front.opinion))
    lead = take(placed["lead"], 1) or take(waiting[ALL], 1, _can_lead) or take(waiting[ALL], 1)
    front.lead = lead[0] if lead else None
    front.seconds = take(placed["second"], SLOTS["second"])
    front.seconds += take(waiting[ALL], SLOTS["second"] - len(front.seconds), _is_report)
    for rhythm, branch in sorted(((_rhythm(b, n), b) for n, b in enumerate(top)), key=_loudest_first):
        ids = [i for i in waiting[branch.shelf] if i in stories and i not in used]
        # A story with a picture opens a section's front, where there is one among the newest.
        found = take(ids[: RHYTHMS[rhythm]], 1, lambda story: story.picture is not None) or take(ids, 1)
        found += take(ids, RHYTHMS[rhythm] - 1)
        if found:
            front.fronts.append(SectionFront(branch, rhythm, found))
    front.log = [LogLine(when, stories[i], mark) for i, when, mark in log if i in stories][:LOG_LINES]
    return front


def _live_lines(session: Session, story: Card, at: datetime) -> list[LiveLine]:
    contents = session.scalar(select(Article.contents).where(Article.id == story.id))
    if posts := posts_of(contents or [], story.url):
        return [LiveLine(post.at, post.headline, post.url) for post in posts[:LIVE_LINES]]
    updates = session.scalars(
        select(Change)
        .where(Change.article_id == story.id, Change.kind == "update", Change.at <= at)
        .order_by(Change.at.desc(), Change.id.desc())
        .limit(LIVE_LINES)
    )
    return [LiveLine(update.at, update.note, story.url) for update in updates]


def latest_log(session: Session, at: datetime, limit: int) -> list[LogLine]:
    """Give the newest lines of the log."""
    shows("log")
    log = _recent_changes(session, at)
    stories = {i: story for i, story in cards(session, [i for i, _, _ in log]).items() if story.is_public(at)}
    return [LogLine(when, stories[i], mark) for i, when, mark in log if i in stories][:limit]


def _recent_changes(session: Session, at: datetime) -> list[tuple[int, datetime, str | None]]:
    """Give the stories that moved last: id, when, and how."""
    rows = session.execute(
        select(Change.article_id, Change.at, Change.kind, Change.note)
        .where(Change.at <= at)
        .order_by(Change.at.desc(), Change.id.desc())
        .limit(60)
    ).all()
    lines: dict[int, tuple[int, datetime, str | None]] = {}
    for article_id, when, kind, note in rows:
        updates = sum(1 for i, _, k, _ in rows if i == article_id and k == "update")
        if article_id not in lines:
            lines[article_id] = (article_id, when, _mark(kind, updates, note))
    return list(lines.values())


def _mark(kind: str, updates: int, note: str) -> str | None:
    """Say what happened last: a correction by its own words, where they are few."""
    if kind == "update":
        return {1: "Updated", 2: "Updated twice"}.get(updates, f"Updated {updates} times")
    if kind in ("correction", "clarification") and 0 < len(note) <= SHORT_NOTE:
        return note.rstrip(".")
    return {"correction": "Corrected", "clarification": "Clarified"}.get(kind)


def _rhythm(branch: Branch, number: int) -> str:
    return branch.rhythm if branch.rhythm in RHYTHMS else ("major", "columns", "rows", "tiles")[number % 4]


def _loudest_first(front: tuple[str, Branch]) -> int:
    """Order fronts as RHYTHMS names them; equal ones stay in the order of the tree."""
    return list(RHYTHMS).index(front[0])


def _can_lead(story: Card) -> bool:
    return _is_report(story) and story.picture is not None


def _is_report(story: Card) -> bool:
    return story.kind not in ("opinion", "live", "sponsored", "press release")
