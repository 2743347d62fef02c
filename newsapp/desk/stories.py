"""The newsroom's stories: the list of them, and beginning a new one; whose they are, and who may do what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, redirect, request
from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from wtforms import SelectChoice, SelectField, StringField  # type: ignore[attr-defined]
from wtforms.validators import DataRequired

from newsapp.accounts import Role
from newsapp.articles import Article, NewslistLine, NewslistPerson, Topic, drafting, newslist
from newsapp.articles.drafting import WorkingCopy
from newsapp.articles.releasing import WaitingChange
from newsapp.authors import Author
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.desk.queue import names
from newsapp.layout import layout
from newsapp.lib import tags
from newsapp.lib.forms import AtMost, Form, plain
from newsapp.lib.text import whole_number
from newsapp.lib.web import page
from newsapp.sections import Branch, Section

PER_PAGE = 30
MOST_HEADLINE = 300  # characters
# What each state is called in the list, and the shape of its mark.
STATUS = {
    "draft": ("Draft", "draft"), "review": ("In review", "review"), "scheduled": ("Scheduled", "scheduled"),
    "public": ("Published", "live"), "ended": ("Ended", "held"), "withdrawn": ("Withdrawn", "held"),
}  # fmt: skip
TABS = {
    "all": "All", "mine": "Mine", "draft": "Draft", "review": "In review", "scheduled": "Scheduled",
    "published": "Published", "withdrawn": "Withdrawn",
}  # fmt: skip
# What can be done with several at once: how the choice is called, and what is said when it was done.
ACTS = {
    "review": ("Give to review", "given to review"), "section": ("Change the section", "filed under the section"),
    "topic": ("Add a topic", "marked with the topic"), "byline": ("Set the byline", "given the byline"),
}  # fmt: skip
WHY_NOT = {
    "gone": "It is no longer there.", "theirs": "It is not yours to change.", "so": "It was so already.",
    "newer": "Somebody has saved it since the list was shown. Look at it, and choose it again.", "open": "Somebody else is writing at it now.",
    "nothing": "There is nothing new in it to be read.", "withdrawn": "It is withdrawn. Publish it again from its own page.",
}  # fmt: skip
MOST_SUGGESTED = 400  # topics
Line = NewslistLine


class NewStoryForm(Form):
    """What a story needs to be begun."""

    headline = StringField(
        "Working headline", filters=[plain],
        validators=[DataRequired("Write a headline; it can be changed."), AtMost(MOST_HEADLINE)],
    )  # fmt: skip
    section_id = SelectField("Section", coerce=int)


@dataclass(frozen=True)
class Row:
    """A line of the list with what is looked up for it."""

    line: NewslistLine
    status: str
    section: str
    people: str
    remarks: list[str]

    @property
    def label(self) -> str:
        return STATUS[self.status][0]

    @property
    def shape(self) -> str:
        return STATUS[self.status][1]


def story(article_id: int) -> Article:
    """Give a story that whoever is signed in may work on; 404 where there is none, 403 where it is not theirs."""
    article = db.get_or_404(Article, article_id)
    if not me().can_edit and not newslist.is_own(article, me()):
        abort(403)
    return article


def may_release() -> bool:
    """Tell whether who is signed in may publish: authors what is their own, editors everything."""
    return me().acts_as in (Role.AUTHOR, Role.EDITOR, Role.ADMIN)


def must_release() -> None:
    """Turn away who may not publish."""
    if not may_release():
        abort(403)


@bp.get("/articles", endpoint="stories")
def show_list():
    return show()


@bp.get("/articles/new")
def new_story():
    return _new(_new_form(formdata=None))


@bp.post("/articles")
def begin_story():
    """Begin a story that only the desk knows."""
    form = _new_form()
    if not form.validate():
        return _new(form, 422)
    section = db.session.get_one(Section, form.section_id.data)
    article = drafting.begin(section, form.headline.data or "", me())
    newslist.began(article, me())
    db.session.commit()
    return redirect(f"/desk/articles/{article.id}", 303)


def show(status: int = 200, fault: str = "", kept: Mapping[str, str] | None = None) -> Response:
    """Show the list that the address asks for, with what came of doing something with several."""
    asked = request.args
    tab = asked.get("tab", "all")
    if tab not in TABS:
        abort(404)
    now = tags.moment()
    words = plain(asked.get("q"))[:200]
    section_id, author_id = whole_number(asked.get("section")), whole_number(asked.get("author"))
    query = select(Line).where(*_tab(tab, now), *_asked(words, section_id, author_id), *theirs(tab))
    columns, is_falling = _order(tab)
    if (after := _read_mark(asked.get("after", ""))) is not None:
        here = tuple_(*columns)
        query = query.where(here < after if is_falling else here > after)
    query = query.order_by(*(column.desc() for column in columns) if is_falling else columns)
    found = db.session.scalars(query.limit(PER_PAGE + 1)).all()
    shown = found[:PER_PAGE]
    address = {"tab": tab if tab != "all" else "", "q": words, "section": section_id or "", "author": author_id or ""}
    return page(
        "desk/stories.html",
        fragment="stories",
        status=status,
        tabs=[(key, label, count) for (key, label), count in zip(TABS.items(), _counts(now), strict=True)],
        tab=tab,
        rows=rows(shown, now),
        older=_mark(shown[-1], columns[0].key) if len(found) > PER_PAGE else "",
        is_first=not asked.get("after"),
        words=words,
        section_id=section_id,
        author_id=author_id,
        sections=branches(),
        authors=db.session.execute(select(Author.id, Author.name).order_by(Author.name, Author.id)).all(),
        query=urlencode({name: value for name, value in address.items() if value}),
        is_all=me().can_edit,
        names=names({row.changed_by_id for row in shown}),
        after=asked.get("after", ""),
        seen=_seen(shown),
        acts=ACTS,
        topics=db.session.scalars(select(Topic.name).order_by(Topic.name).limit(MOST_SUGGESTED)).all() if shown else [],
        outcome=_outcome(),
        fault=fault,
        waiting=_waiting() if tab == "scheduled" and not asked.get("after") else [],
        kept=kept or {},
        chosen=request.form.getlist("chosen"),
    )


def _waiting() -> Sequence[NewslistLine]:
    """Give the public stories of which a change waits for its time, the next first."""
    lines = select(Line).join(WaitingChange, WaitingChange.article_id == Line.article_id).where(*theirs("all"))
    return db.session.scalars(lines.order_by(WaitingChange.at).limit(PER_PAGE)).all()


def _seen(shown: Sequence[NewslistLine]) -> dict[int, str]:
    """Name each story and what its working copy is now, for a choice to be made on."""
    ids = [line.article_id for line in shown]
    found = select(WorkingCopy.article_id, WorkingCopy.number).where(WorkingCopy.article_id.in_(ids))
    numbers: dict[int, int] = dict(db.session.execute(found).all()) if ids else {}
    return {one: f"{one}~{numbers.get(one, 0)}" for one in ids}


def _outcome() -> dict[str, Any] | None:
    """Give what came of the last thing that was done with several, as the address has it: how many, and which not."""
    did, done = ACTS.get(request.args.get("act", "")), whole_number(request.args.get("done", ""))
    if did is None or done is None:
        return None
    left: dict[int, str] = {}
    for one in request.args.get("left", "").split(",")[:100]:
        article_id, _, why = one.partition("-")
        if (id_ := whole_number(article_id)) is not None and why in WHY_NOT:
            left[id_] = WHY_NOT[why]
    known = select(Line.article_id, Line.headline).where(Line.article_id.in_(left), *theirs("all"))
    headlines: dict[int, str] = dict(db.session.execute(known).all()) if left else {}
    return {"did": did[1], "done": done, "left": [(id_, headlines.get(id_), why) for id_, why in left.items()]}


def _new_form(**how: None) -> NewStoryForm:
    form = NewStoryForm(**how)
    form.section_id.choices = [SelectChoice(branch.id, label) for branch, label in branches()]
    return form


def _new(form: NewStoryForm, status: int = 200) -> Response:
    return page("desk/story-new.html", status=status, form=form)


def branches() -> list[tuple[Branch, str]]:
    """Give every section with its way from the top: "World › Asia Pacific"."""
    found = [branch for top in layout().tree.top for branch in top.below()]
    return [(branch, " › ".join(step.name for step in branch.line)) for branch in found]


def _tab(tab: str, now: datetime) -> list[ColumnElement[bool]]:
    tests: dict[str, list[ColumnElement[bool]]] = {
        "all": [],
        "mine": [Line.article_id.in_(NewslistPerson.stories_of(me()))],
        "draft": [Line.stage == "draft"],
        "review": [Line.submitted_at.is_not(None), Line.stage != "withdrawn"],
        "scheduled": [Line.stage == "ready", Line.published_at > now],
        # Said so that the list walks along the order it is shown in, and not along the times of publication.
        "published": [Line.stage == "ready", func.coalesce(Line.published_at, now) <= now],
        "withdrawn": [Line.stage == "withdrawn"],
    }
    return tests[tab]


def _order(tab: str) -> tuple[list[ColumnElement[datetime | int]], bool]:
    """Give what a tab is ordered by, and whether the newest come first. Each has an index in this order."""
    if tab == "scheduled":
        return [Line.published_at, Line.article_id], False  # type: ignore[list-item]
    if tab == "review":
        return [Line.submitted_at, Line.article_id], False  # type: ignore[list-item]
    return [Line.changed_at, Line.article_id], True  # type: ignore[list-item]


def _asked(words: str, section_id: int | None, author_id: int | None) -> list[ColumnElement[bool]]:
    tests = Line.says(words)
    if section_id is not None:
        branch = layout().tree.by_id.get(section_id)
        below = [one.id for one in branch.below()] if branch else [section_id]
        tests.append(Line.section_id.in_(below) if len(below) > 1 else Line.section_id == below[0])
    if author_id is not None:
        tests.append(
            Line.article_id.in_(select(NewslistPerson.article_id).where(NewslistPerson.author_id == author_id))
        )
    return tests


def theirs(tab: str) -> list[ColumnElement[bool]]:
    """Keep the list to somebody's own stories, unless they edit everybody's."""
    if me().can_edit or tab == "mine":
        return []
    return [Line.article_id.in_(NewslistPerson.stories_of(me()))]


def _counts(now: datetime) -> list[int]:
    """Count what stands on each tab."""
    wanted: list[Select[int]] = []
    for tab in TABS:
        wanted.append(select(func.count()).select_from(Line).where(and_(True, *_tab(tab, now), *theirs(tab))))
    return list(db.session.execute(select(*(query.scalar_subquery() for query in wanted))).one())


def _mark(line: NewslistLine, column: str | None) -> str:
    at: datetime = getattr(line, column or "changed_at")
    return f"{at.isoformat()}~{line.article_id}"


def _read_mark(said: str) -> tuple[datetime, int] | None:
    at, _, last = said.partition("~")
    article_id = whole_number(last)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, article_id) if article_id is not None and moment.tzinfo else None


def rows(shown: Sequence[NewslistLine], now: datetime) -> list[Row]:
    """Look up what a list shows beside its lines."""
    tree = layout().tree
    ids = [line.article_id for line in shown]
    signed: dict[int, list[str]] = {}
    people = (
        select(NewslistPerson.article_id, Author.name)
        .join(Author, Author.id == NewslistPerson.author_id)
        .where(NewslistPerson.article_id.in_(ids))
        .order_by(NewslistPerson.id)
    )
    for article_id, name in db.session.execute(people) if ids else ():
        signed.setdefault(article_id, []).append(name)
    return [
        Row(
            line, line.status(now), tree.by_id[line.section_id].name if line.section_id in tree.by_id else "",
            ", ".join([*signed.get(line.article_id, []), *filter(None, [line.other_names])]), _remarks(line, now),
        )
        for line in shown
    ]  # fmt: skip


def _remarks(line: NewslistLine, now: datetime) -> list[str]:
    found = []
    if line.stage == "ready" and line.submitted_at:
        found.append("A change is in review")
    elif line.has_changes and line.stage in ("ready", "withdrawn"):
        found.append("Changes not released yet")
    if line.is_stuck:
        found.append("A scheduled change could not be released")
    elif line.change_at:
        found.append("A change waits for its time")
    if line.returned_at:
        found.append("Sent back from review")
    if line.embargo_until and line.embargo_until > now:
        found.append("Under embargo")
    return found
