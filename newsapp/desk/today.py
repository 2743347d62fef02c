"""The desk's first page: what goes out today, what waits for somebody, what is being read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from sqlalchemy import and_, func, select

from newsapp.articles import Article, NewslistLine, NewslistPerson
from newsapp.articles.drafting import WorkingCopy
from newsapp.articles.releasing import WaitingChange
from newsapp.comments.wordlist import plain_text
from newsapp.contact import ErrorReport
from newsapp.db import db
from newsapp.desk.frame import bp, me, waiting_messages
from newsapp.desk.queue import TABS
from newsapp.desk.queue import counts as comments_on_each_tab
from newsapp.desk.stories import Row, rows, theirs
from newsapp.layout import layout
from newsapp.lib import counts, dates, tags
from newsapp.lib.text import shorten
from newsapp.lib.web import page

BEHIND, AHEAD = 4, 8  # lines of the schedule before now, and after
IN_REVIEW, OWN, WAITING, RANKED = 6, 5, 3, 6
HOURS = 24
# The chart of the hours, in its own units: where the bars stand, and how high the highest scale is.
LEFT, TOP, HIGH, STEP = 36, 14, 96, 13.25
Line = NewslistLine


@dataclass(frozen=True)
class Step:
    """A line of the schedule."""

    at: datetime
    row: Row
    label: str
    shape: str


@dataclass(frozen=True)
class Bar:
    """An hour of the chart."""

    begins: datetime
    views: int
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Chart:
    """How many stories were read in each of the last hours; ``most`` is the scale's end."""

    bars: list[Bar]
    most: int

    @property
    def ticks(self) -> list[tuple[int, str]]:
        """Give the scale's lines: how far down, and what stands beside it."""
        return [(TOP, _short(self.most)), (TOP + HIGH // 2, _short(self.most // 2)), (TOP + HIGH, "0")]

    @property
    def total(self) -> int:
        return sum(bar.views for bar in self.bars)

    @property
    def busiest(self) -> Bar:
        return max(self.bars, key=lambda bar: bar.views)


@bp.get("")
def home():
    now, zone, account = tags.moment(), layout().site.timezone, me()
    midnight, tomorrow = dates.next_midnight(now - timedelta(days=1), zone), dates.next_midnight(now, zone)
    values: dict[str, Any] = {"now": now, "tally": _tally(now, midnight), "tomorrow": tomorrow}
    if account.can_write:
        values |= _stories(now, midnight)
        values |= {"ranked": _ranked(now, midnight), "chart": _chart(now)}
    if account.can_moderate:
        values["waiting"] = [
            (comment, shorten(unescape(plain_text(comment.body)).strip(), 90))
            for comment in db.session.scalars(TABS["waiting"].query().limit(WAITING))
        ]
    return page("desk/today.html", how_long=lambda since: how_long(since, now), **values)


def how_long(since: datetime, now: datetime) -> str:
    """Give how long something has waited: 38 min, 3 h 10, 4 days."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02}"
    days = minutes // (24 * 60)
    return f"{days} day{'s' if days > 1 else ''}"


def _tally(now: datetime, midnight: datetime) -> list[tuple[str, str, int, bool]]:
    """Count what the first line shows: (address, what it is, how many, whether that calls for somebody)."""
    found: list[tuple[str, str, int, bool]] = []
    if me().can_write:
        tests = {
            "published": [Line.stage == "ready", Line.published_at.between(midnight, now)],
            "scheduled": [Line.stage == "ready", Line.published_at > now],
            "review": [Line.submitted_at.is_not(None), Line.stage != "withdrawn"],
        }
        counted = [
            select(func.count()).select_from(Line).where(and_(*test, *theirs(""))).scalar_subquery()
            for test in tests.values()
        ]
        published, scheduled, review = db.session.execute(select(*counted)).one()
        found += [
            ("/desk/articles?tab=published", "Published today", published, False),
            ("/desk/articles?tab=scheduled", "Scheduled", scheduled, False),
            ("/desk/articles?tab=review", "In review", review, False),
        ]
    if me().can_moderate:
        tabs = comments_on_each_tab()
        for tab, words in (("waiting", "waiting"), ("reported", "reported")):
            what = f"{'Comment' if tabs[tab] == 1 else 'Comments'} {words}"
            found.append((f"/desk/comments?tab={tab}", what, tabs[tab], tabs[tab] > 0))
    if me().can_edit:
        n = ErrorReport.count_open()
        found.append(("/desk/reports", "Reported error" if n == 1 else "Reported errors", n, n > 0))
        if n := waiting_messages():
            found.append(("/desk/messages", "Message" if n == 1 else "Messages", n, True))
    return found


def _stories(now: datetime, midnight: datetime) -> dict[str, Any]:
    """Give the schedule on both sides of now, what is in review, and what is one's own and not done."""
    ready, of_today = Line.stage == "ready", Line.published_at.between(midnight, now)
    lists = {
        "behind": select(Line).where(ready, of_today).order_by(Line.published_at.desc(), Line.article_id.desc()).limit(BEHIND),
        "ahead": select(Line).where(ready, Line.published_at > now).order_by(Line.published_at, Line.article_id).limit(AHEAD),
        "changes": select(Line).join(WaitingChange, WaitingChange.article_id == Line.article_id).order_by(WaitingChange.at).limit(AHEAD),
        "in_review": select(Line).where(Line.submitted_at.is_not(None), Line.stage != "withdrawn").order_by(Line.submitted_at, Line.article_id).limit(IN_REVIEW),
        "own": select(Line).where(Line.article_id.in_(NewslistPerson.stories_of(me())), Line.stage != "withdrawn", Line.has_changes | ~ready)
        .order_by(Line.changed_at.desc(), Line.article_id.desc()).limit(OWN),
    }  # fmt: skip
    found = {name: db.session.scalars(query.where(*theirs(""))).all() for name, query in lists.items()}
    every = {line.article_id: line for lines in found.values() for line in lines}
    known = {row.line.article_id: row for row in rows(list(every.values()), now)}
    shown = {name: [known[line.article_id] for line in lines] for name, lines in found.items()}
    steps = [*_steps(shown["ahead"]), *_changes(shown["changes"])]
    return {
        "behind": _steps(reversed(shown["behind"])), "ahead": sorted(steps, key=lambda step: step.at)[:AHEAD],
        "in_review": shown["in_review"], "own": shown["own"], "returned": _returned(shown["own"]),
    }  # fmt: skip


def _returned(found: list[Row]) -> dict[int, str]:
    """Give why stories came back from review, by their ids."""
    returned = select(WorkingCopy.article_id, WorkingCopy.returned_note).where(
        WorkingCopy.article_id.in_([row.line.article_id for row in found]), WorkingCopy.returned_at.is_not(None)
    )
    return {key: shorten(note, 160) for key, note in db.session.execute(returned)} if found else {}


def _steps(found: Iterable[Row]) -> list[Step]:
    return [Step(row.line.published_at, row, row.label, row.shape) for row in found if row.line.published_at]


def _changes(found: Iterable[Row]) -> list[Step]:
    """Give the changes of public stories that wait for their time, or could not be made at it."""
    due = [(row.line.change_at, row) for row in found if row.line.change_at]
    return [
        Step(at, row, "Could not be released", "held") if row.line.is_stuck else Step(at, row, "Change", "scheduled")
        for at, row in due
    ]


def _ranked(now: datetime, midnight: datetime) -> list[tuple[NewslistLine, str, int, int]]:
    """Give the stories that were read most since midnight: (line, where it leads, views, per cent of the first one's)."""
    views = {int(key): n for key, n in counts.totals(midnight, now).items() if key.isdigit()}
    first = sorted(views, key=lambda key: (-views[key], -key))[: RANKED * 2]
    query = select(Line, Article.slug).join(Article, Article.id == Line.article_id).where(Line.article_id.in_(first))
    there = {line.article_id: (line, slug) for line, slug in db.session.execute(query)}
    ranked = [(*there[key], views[key]) for key in first if key in there][:RANKED]
    own = {line.article_id for line, _, _ in ranked}
    if not me().can_edit:
        own = set(db.session.scalars(select(Line.article_id).where(Line.article_id.in_(own), *theirs(""))))
    return [
        (line, line.url if line.article_id in own else f"/articles/{slug}", n, max(1, round(100 * n / ranked[0][2])))
        for line, slug, n in ranked
    ]


def _chart(now: datetime) -> Chart:
    this_hour = int(now.timestamp() // 3600)
    views = counts.by_the_hour(now - timedelta(hours=HOURS - 1), now)
    most = scale(max(views.values(), default=0))
    bars = []
    for n in range(HOURS):
        hour = this_hour - HOURS + 1 + n
        height = round(HIGH * views.get(hour, 0) / most, 1)
        begins = datetime.fromtimestamp(hour * 3600, UTC)
        bars.append(Bar(begins, views.get(hour, 0), round(LEFT + n * STEP, 1), round(TOP + HIGH - height, 1), height))
    return Chart(bars, most)


def _short(n: int) -> str:
    return f"{n:,}" if n < 10_000 else f"{n / 1000:g}k"


def scale(most: int) -> int:
    """Give the even number at which a scale for as much ends: 10, 20, 50, 100 and so on."""
    end = 10
    while end < most:
        end = end * 5 // 2 if str(end).startswith("2") else end * 2
    return end
