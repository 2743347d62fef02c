"""The front page at the desk: what stands in its slots, and at the top of each section's page."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from flask import Response, abort, redirect, request
from sqlalchemy import Select, func, select
from werkzeug.wrappers import Response as AnyResponse
from wtforms import ValidationError

from newsapp.accounts.log import LogEntry
from newsapp.articles import Article, Card, NewslistLine, Placement, front_page, newest, slots
from newsapp.articles.front import SLOTS, section_slot
from newsapp.articles.lists import opener
from newsapp.articles.rails import PICKS, rail
from newsapp.articles.slots import CannotArrange, Held
from newsapp.db import db
from newsapp.desk.frame import FRONT, bp, me
from newsapp.desk.releases import Local
from newsapp.layout import layout
from newsapp.lib import clock
from newsapp.lib.forms import Form, plain
from newsapp.lib.text import whole_number
from newsapp.lib.web import page, wants_part
from newsapp.sections import Branch

OFFERED = 8  # stories at once, to be placed
MAX_WORDS = 200  # characters
CALLED = {
    "lead": ("Lead", "The one story at the top."),
    "second": ("Beside and below the lead", "In reading order."),
    "live": ("Live", "The strip under the menu, with the last posts of the story."),
    "opinion": ("Opinion", "The four columns in the middle of the page."),
    "pick": ("Editor’s picks", "Beside stories and lists."),
}
HOLDS = SLOTS | {"pick": PICKS}
DID = {
    "front.place": "The story is placed.", "front.take_out": "The story is taken out.", "front.move": "The order is changed.",
    "front.limit": "The times are set.", "front.undo": "It is as it was before.",
}  # fmt: skip
CHANGED = "Somebody has changed this place meanwhile. It stands here as it is now; nothing of yours was done. Look, and press again."


class TimesForm(Form):
    """From when until when a story stands in a slot."""

    starts = Local("From (empty: at once)")
    ends = Local("Until (empty: until it is taken out)")

    def validate_ends(self, field: Local) -> None:
        if field.moment and field.moment <= clock.now():
            raise ValidationError("That time has passed.")
        if field.moment and self.starts.moment and field.moment <= self.starts.moment:
            raise ValidationError("It would end before it begins.")


@dataclass
class Row:
    """A story in a slot, or one that could be placed there."""

    line: NewslistLine
    kind: str
    at: datetime
    held: Held
    elsewhere: list[str] = field(default_factory=list)  # the other slots that it stands in
    is_beyond: bool = False  # the slot shows no more than are before it

    @property
    def id(self) -> int:
        return self.line.article_id

    @property
    def status(self) -> str:
        return self.line.status(self.at)

    @property
    def has_ended(self) -> bool:
        return self.held.has_ended(self.at)

    @property
    def begins(self) -> bool:
        return not self.has_ended and not self.held.is_open(self.at)


@dataclass
class Slot:
    """A slot as the desk draws it."""

    key: str
    name: str
    says: str
    holds: int
    rows: list[Row]
    mark: str
    fills: list[Card]  # what stands there by itself
    url: str = ""
    branch: Branch | None = None

    def __post_init__(self) -> None:
        self.url = f"{FRONT}/slots/{self.key}"


@bp.get("/front")
def front():
    """Show every slot of the front page."""
    entry = _entry()
    return page(
        "desk/front.html", slots=_slots(list(CALLED)), shown="front", entry=entry, undoes=_undoes(entry), did=DID,
        fault="", times=TimesForm(formdata=None), times_of=None,
    )  # fmt: skip


@bp.get("/front/sections")
def section_slots():
    """Show what leads the page of each section."""
    keys = [section_slot(branch.id) for top in layout().tree.top for branch in top.below()]
    return page("desk/front-sections.html", slots=_slots(keys, with_fills=False), shown="sections")


@bp.get("/front/slots/<slot>", endpoint="slot")
def show_slot(slot: str):
    return _slot(slot)


@bp.post("/front/slots/<slot>")
def arrange(slot: str):
    """Place a story in a slot, take one out, change the order or the times; or take back such a change."""
    _must_be_there(slot)
    now = slots.held(slot, to_change=True)
    if request.form.get("seen") != slots.mark(slot, now):
        return _refuse(slot, CHANGED, 409)
    act, story_id = request.form.get("act", ""), whole_number(request.form.get("story"))
    times = TimesForm()
    if act in ("place", "limit") and not times.validate():
        return _refuse(slot, "", 422, times, story_id if act == "limit" else None)
    try:
        wanted = _wanted(slot, act, story_id, now, times)
        if wanted == now:
            db.session.rollback()
            return _back(slot)
        kinds = {"place": "place", "remove": "take_out", "limit": "limit", "undo": "undo"}
        entry = slots.arrange(slot, wanted, me(), f"front.{kinds.get(act, 'move')}")
    except CannotArrange as fault:
        return _refuse(slot, str(fault), 422, times if act == "place" else None)
    db.session.commit()
    return _back(slot, entry)


# Helpers


def place_called(slot: str) -> str:
    """Give the name of a slot, as it stands in a sentence."""
    if slot in CALLED:
        return f"the place “{CALLED[slot][0]}” of the front page"
    branch = layout().tree.by_id.get(whole_number(slot.removeprefix("section-")) or 0)
    return f"the top of {branch.name}" if branch else "the top of a section that is gone"


def _wanted(slot: str, act: str, story_id: int | None, now: list[Held], times: TimesForm) -> list[Held]:
    """Give the order that is asked for."""
    if act == "undo":
        entry = _entry(request.form.get("entry"))
        if entry is None or not _undoes(entry) or entry.about != f"slot:{slot}":
            raise CannotArrange("That can no longer be taken back.")
        return slots.order_before(entry)
    if act == "order":
        asked = [whole_number(part) for part in request.form.get("order", "").split(",")]
        known = {one.article_id: one for one in now}
        if sorted(asked, key=lambda i: i or 0) != sorted(known):
            raise CannotArrange("That is not the order of these stories.")
        return [known[i] for i in asked if i is not None]
    if act == "place":
        story = db.session.get(Article, story_id) if story_id else None
        if story is None or story.state == "withdrawn":
            raise CannotArrange("There is no such story, or it has been withdrawn.")
        held = Held(story.id, times.starts.moment, times.ends.moment)
        # What has ended there makes room for the same story anew.
        others = [one for one in now if one.article_id != story.id or not one.has_ended(clock.now())]
        # Where one story stands, the new one takes its place, at once or when it begins; the other comes back behind it.
        return [held, *others] if HOLDS.get(slot, 1) == 1 else [*others, held]
    n = next((n for n, one in enumerate(now) if one.article_id == story_id), None)
    if n is None:
        raise CannotArrange("The story does not stand there.")
    order = list(now)
    if act == "remove":
        del order[n]
    elif act == "limit":
        order[n] = replace(order[n], starts_at=times.starts.moment, ends_at=times.ends.moment)
    elif act in ("up", "down"):
        to = max(0, n - 1) if act == "up" else n + 1
        order.insert(to, order.pop(n))
    else:
        abort(400)
    return order


def _must_be_there(slot: str) -> None:
    if slot not in CALLED and slot not in {section_slot(i) for i in layout().tree.by_id}:
        abort(404)


def _back(slot: str, entry: LogEntry | None = None) -> AnyResponse:
    """Lead to the page on which the button was pressed; HTMX takes the slot alone."""
    asked = f"?done={entry.id}" if entry else ""
    if request.form.get("back") == "front" and "HX-Request" not in request.headers:
        return redirect(f"{FRONT}{asked}#slot-{slot}", 303)
    return redirect(f"{FRONT}/slots/{slot}{asked}", 303)


def _refuse(
    slot: str, fault: str, status: int, times: TimesForm | None = None, times_of: int | None = None
) -> Response:
    db.session.rollback()
    return _slot(slot, status, fault, times, times_of)


def _slot(
    slot: str, status: int = 200, fault: str = "", times: TimesForm | None = None, times_of: int | None = None
) -> Response:
    _must_be_there(slot)
    words, entry = plain(request.values.get("q"))[:MAX_WORDS], _entry()
    if entry is not None and entry.about != f"slot:{slot}":
        entry = None
    found = _slots([slot])[0]
    # In place of a slot on the front page's own page, nothing is offered unasked.
    offers = bool(words) or not wants_part() or (times is not None and times_of is None)
    return page(
        "desk/front-slot.html", fragment="slot", status=status, slot=found, shown="sections" if found.branch else "front",
        entry=entry, undoes=_undoes(entry), did=DID, fault=fault, words=words, offered=_offered(found, words) if offers else [],
        times=times or TimesForm(formdata=None), times_of=times_of,
    )  # fmt: skip


def _entry(said: str | None = None) -> LogEntry | None:
    """Give the change of a slot that was made just now, or that is to be taken back."""
    number = whole_number(said if said is not None else request.args.get("done"))
    entry = db.session.get(LogEntry, number) if number else None
    return entry if entry is not None and entry.act in DID and entry.by_id == me().id else None


def _undoes(entry: LogEntry | None) -> bool:
    """Tell whether a change can be taken back: nothing has been changed in the slot since."""
    if entry is None or entry.act == "front.undo":
        return False
    return slots.made(entry) == slots.held(entry.about.removeprefix("slot:"))


def _slots(keys: list[str], *, with_fills: bool = True) -> list[Slot]:
    """Give slots with what they hold and what stands in them by itself."""
    at = clock.now()
    held = {key: slots.held(key) for key in keys}
    ids = {one.article_id for order in held.values() for one in order}
    lines = {line.article_id: (line, kind) for line, kind in db.session.execute(_lines().where(Article.id.in_(ids)))}
    places: dict[int, list[str]] = {}
    for slot, article_id, ends_at in db.session.execute(
        select(Placement.slot, Placement.article_id, Placement.ends_at).where(Placement.article_id.in_(ids))
    ):
        if ends_at is None or ends_at > at:
            places.setdefault(article_id, []).append(slot)
    made = _by_itself(keys, at) if with_fills else {}
    found = []
    for key in keys:
        branch = layout().tree.by_id.get(whole_number(key.removeprefix("section-")) or 0) if key not in CALLED else None
        name, says = CALLED.get(key) or (branch.name if branch else key, "The story at the top of this section’s page.")
        rows = [
            Row(*lines[one.article_id], at, one, [_short(p) for p in places.get(one.article_id, []) if p != key])
            for one in held[key]
            if one.article_id in lines
        ]
        shown = [row for row in rows if row.held.is_open(at) and row.status == "public"]
        for row in shown[HOLDS.get(key, 1) :]:
            row.is_beyond = True
        placed = {row.id for row in shown}
        fills = [card for card in made.get(key, []) if card.id not in placed]
        found.append(
            Slot(key, name, says, HOLDS.get(key, 1), rows, slots.mark(key, held[key]), fills, branch=branch)
        )  # fmt: skip
    return found


def _short(slot: str) -> str:
    if slot in CALLED:
        return CALLED[slot][0]
    branch = layout().tree.by_id.get(whole_number(slot.removeprefix("section-")) or 0)
    return f"the top of {branch.name}" if branch else "a section that is gone"


def _by_itself(keys: list[str], at: datetime) -> dict[str, list[Card]]:
    """Give what readers see in slots now, placed or not."""
    found: dict[str, list[Card]] = {}
    if set(keys) & set(CALLED):
        made = front_page(db.session(), layout().tree, at)
        found = {
            "lead": [made.lead] if made.lead else [], "second": made.seconds, "opinion": made.opinion,
            "live": [made.live] if made.live else [],
        }  # fmt: skip
    if "pick" in keys:
        site = layout().site
        found["pick"] = rail(db.session(), at, site.timezone, site.top_writers_days, None).picks
    for key in set(keys) - set(CALLED):
        branch = layout().tree.by_id[int(key.removeprefix("section-"))]
        first = opener(newest(db.session(), branch.shelf, 4))
        led = [one for one in slots.held(key) if one.is_open(at)]
        found[key] = [first] if first and not led else []
    return found


def _lines() -> Select[NewslistLine, str]:
    return select(NewslistLine, Article.kind).join(Article, Article.id == NewslistLine.article_id)


def _offered(slot: Slot, words: str) -> list[Row]:
    """Give stories that could be placed: those with the words, or the newest that readers see."""
    at = clock.now()
    query = _lines().where(NewslistLine.article_id.not_in([row.id for row in slot.rows if not row.has_ended]))
    if words:
        query = query.where(*NewslistLine.says(words))
        query = query.where(func.coalesce(NewslistLine.stage, "") != "withdrawn")
        query = query.order_by(NewslistLine.changed_at.desc(), NewslistLine.article_id.desc())
    else:
        query = query.where(NewslistLine.stage == "ready", NewslistLine.published_at <= at)
        query = query.order_by(NewslistLine.published_at.desc(), NewslistLine.article_id.desc())
    if slot.branch is not None:
        below = [one.id for one in slot.branch.below()]
        query = query.where(NewslistLine.section_id.in_(below)) if not words else query
    return [Row(line, kind, at, Held(line.article_id)) for line, kind in db.session.execute(query.limit(OFFERED))]
