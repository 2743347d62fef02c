"""Sources at the desk: the list, describing one, where it is used, making one of two that are the same."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, request
from sqlalchemy import ColumnElement, func, or_, select
from wtforms import BooleanField, DateField, SelectChoice, SelectField, StringField, TextAreaField, ValidationError  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Optional

from newsapp.articles import Article, Citation, Source, newslist, sourcing
from newsapp.articles.models import DESCRIBED
from newsapp.articles.sourcing import CannotChange
from newsapp.db import db
from newsapp.desk.frame import SOURCES, bp, me
from newsapp.desk.stories import may_release
from newsapp.lib.forms import AtMost, Form, plain
from newsapp.lib.markup import web_address
from newsapp.lib.text import whole_number
from newsapp.lib.web import lead_to, page

PER_PAGE = 30
MOST_ADDRESS = 2000  # characters
SHOWN = 50  # stories that a source's page at the desk names
KINDS = {
    "document": "Document", "interview": "Interview", "data": "Data", "news": "News report", "law": "Law", "video": "Video",
}  # fmt: skip
_LIKE = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


class Day(DateField):
    """A day, as a browser's field writes it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Write a day such as 2026-03-14.") from None


class AddressField(StringField):
    """A web address, kept in its safe form."""

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if not self.data or self.errors:
            return
        found = web_address(str(self.data))
        if found is None or len(found) > MOST_ADDRESS:
            raise ValidationError("Write a full address, like https://example.org/page.")
        self.data = found


class SourceForm(Form):
    """All that is said of a source."""

    kind = SelectField("Kind", choices=[SelectChoice(key, label) for key, label in KINDS.items()])
    title = StringField("Title", [DataRequired("Say what it is called."), AtMost(500)], [plain])
    author = StringField("By whom", [AtMost(300)], [plain])
    publisher = StringField("Published by", [AtMost(300)], [plain])
    published_on = Day("Date", [Optional()])
    url = AddressField("Address", [AtMost(MOST_ADDRESS)], [plain])
    archive_url = AddressField("Address of an archived copy", [AtMost(MOST_ADDRESS)], [plain])
    accessed_on = Day("Seen by us on", [Optional()])
    note = TextAreaField("Note: a page, a table, what readers should know", [AtMost(1000)], [plain])
    is_private = BooleanField("Not public; the newsroom has seen it")
    reason = StringField("What was changed, and why, in a line", [AtMost(300)], [plain])
    despite = BooleanField("Add it all the same")

    @property
    def says(self) -> dict[str, Any]:
        return {name: " ".join(value.split()) if isinstance(value := getattr(self, name).data, str) else value for name in DESCRIBED}  # fmt: skip


class MergeForm(Form):
    """Which source stays, and why."""

    into = StringField(
        "The source that stays: its number, its address or words of it", [DataRequired("Say which one stays.")], [plain]
    )
    reason = StringField("Why, in a line", [AtMost(300)], [plain])


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    source: Source
    n: int  # stories that cite it, public or not

    @property
    def kind(self) -> str:
        return KINDS.get(self.source.kind, "Source")


@bp.get("/sources")
def sources():
    """Show the sources, the newest first, perhaps those with certain words, of a kind, or told twice."""
    words, kind = plain(request.args.get("q"))[:200], request.args.get("kind", "")
    is_twice, before = request.args.get("twice") == "1", whole_number(request.args.get("before", ""))
    query = select(Source).where(Source.merged_into_id.is_(None), *with_words(words)).order_by(Source.id.desc())
    if kind in KINDS:
        query = query.where(Source.kind == kind)
    if is_twice:
        twice = select(Source.page_key).where(Source.page_key != "", Source.merged_into_id.is_(None))
        query = query.where(Source.page_key.in_(twice.group_by(Source.page_key).having(func.count() > 1)))
        query = query.order_by(None).order_by(Source.page_key, Source.id).limit(200)
    elif before:
        query = query.where(Source.id < before)
    found = db.session.scalars(query if is_twice else query.limit(PER_PAGE + 1)).all()
    shown = found if is_twice else found[:PER_PAGE]
    kept = {"q": words, "kind": kind if kind in KINDS else ""}
    return page(
        "desk/sources.html", fragment="sources", rows=_rows(shown), words=words, kind=kind, kinds=KINDS, is_twice=is_twice,
        query=urlencode({name: value for name, value in kept.items() if value}), is_first=not before,
        older=shown[-1].id if len(found) > len(shown) else None,
    )  # fmt: skip


@bp.get("/sources/new")
def new_source():
    """Show the form: empty, or for an address that a story cites, which is a source by itself once it is released."""
    form = SourceForm(formdata=None, data={"url": web_address(request.args.get("url", "")) or "", "kind": "document"})
    return page("desk/source-new.html", form=form, twins=[], cited_in=whole_number(request.args.get("for", "")))


@bp.post("/sources")
def add_source():
    """Keep a source that no story cites yet."""
    form, cited_in = SourceForm(), whole_number(request.form.get("for", ""))
    twins = [] if not form.validate() or form.despite.data else _twins(form.url.data or "")
    if form.errors or twins:
        return page("desk/source-new.html", status=422, form=form, twins=twins, cited_in=cited_in)
    source = sourcing.add(form.says, me())
    db.session.commit()
    if cited_in:  # the mark that stands there already names it by its address
        return lead_to(f"/desk/articles/{cited_in}?done=described#proof")
    return lead_to(f"{SOURCES}/{source.id}?done=added")


@bp.get("/sources/<int(max=2147483647):source_id>")
def source(source_id: int):
    found = db.get_or_404(Source, source_id)
    if found.merged_into_id:
        return lead_to(f"{SOURCES}/{found.merged_into_id}?done=merged")
    return _source(found, SourceForm(formdata=None, obj=found))


@bp.post("/sources/<int(max=2147483647):source_id>", endpoint="amend_source")
def amend(source_id: int):
    """Describe a source anew: a version of each public story that prints it."""
    found, form = _to_change(source_id), SourceForm()
    if not form.validate():
        return _source(found, form, 422)
    if request.form.get("seen") != _seen(found) and any(getattr(found, k) != v for k, v in form.says.items()):
        fault = "Somebody has changed it meanwhile. What it says now stands below your words; save again to replace it."
        return _source(found, form, 409, fault)
    try:
        made = sourcing.amend(found, form.says, me(), form.reason.data or "")
    except CannotChange as fault:
        db.session.rollback()
        return _source(_to_change(source_id), form, 422, str(fault))
    db.session.commit()
    return lead_to(f"{SOURCES}/{source_id}?done=saved&n={len(made)}")


@bp.get("/sources/<int(max=2147483647):source_id>/merge", endpoint="merge_source_form")
def show_merge(source_id: int):
    found = _to_change(source_id)
    return _merge(found, MergeForm(formdata=None, data={"into": request.args.get("into", "")}))


@bp.post("/sources/<int(max=2147483647):source_id>/merge")
def merge_source(source_id: int):
    """Let the stories that cite a source cite another one."""
    found, form = _to_change(source_id), MergeForm()
    if not form.validate():
        return _merge(found, form, 422)
    into = _named(form.into.data or "")
    if into is None:  # words: those that have them are offered
        return _merge(found, form, 422)
    if whole_number(request.form.get("shown", "")) != into.id:
        return _merge(found, form)  # both are looked at before they become one
    try:
        made = sourcing.merge(found, into, me(), form.reason.data or "")
    except CannotChange as fault:
        db.session.rollback()
        return _merge(_to_change(source_id), form, 422, str(fault))
    db.session.commit()
    return lead_to(f"{SOURCES}/{into.itself.id}?done=merged&n={len(made)}")


# Helpers


def with_words(words: str) -> list[ColumnElement[bool]]:
    """Give tests for sources in which all of the words are; ``s91`` is the one of that number."""
    if numbered := re.fullmatch(r"\[*s(\d{1,9})\]*", words.strip()):
        return [Source.id == int(numbered[1])]
    said = (Source.title, Source.publisher, Source.author, Source.url, Source.note)
    return [
        or_(*(column.ilike(f"%{word.translate(_LIKE)}%", escape="\\") for column in said)) for word in words.split()[:6]
    ]


def may_change(source: Source) -> bool:
    """Tell whether who is signed in may change a source: editors any; others what no story of somebody else prints."""
    if me().can_edit:
        return True
    printed = sourcing.printed_in(source)
    return not printed or (may_release() and all(newslist.is_own(story, me()) for story in printed))


def _to_change(source_id: int) -> Source:
    found = db.get_or_404(Source, source_id, with_for_update=True) if request.method == "POST" else db.get_or_404(Source, source_id)  # fmt: skip
    if found.merged_into_id:
        abort(404)
    if not may_change(found):
        abort(403)
    return found


def _named(said: str) -> Source | None:
    """Give the source that a number, or an address, names."""
    number = whole_number(said.removeprefix("s"))
    if number is not None:
        row = db.session.get(Source, number)
        return row.itself if row else None
    address = web_address(said) or ""
    return Source.by_addresses([address]).get(address)


def _twins(address: str, but: int = 0) -> list[Source]:
    """Give the sources that lead to the same page."""
    key = Source(title="", url=address).page_key
    if not key:
        return []
    same = select(Source).where(Source.page_key == key, Source.merged_into_id.is_(None), Source.id != but)
    return list(db.session.scalars(same.order_by(Source.id).limit(SHOWN)))


def _seen(source: Source) -> str:
    """Give a mark of what is said of a source, for a form to carry."""
    return hashlib.sha256(repr([getattr(source, name) for name in DESCRIBED]).encode()).hexdigest()[:16]


def _rows(shown: Any) -> list[Row]:
    ids = [row.id for row in shown]
    counted = select(Citation.source_id, func.count()).where(Citation.source_id.in_(ids)).group_by(Citation.source_id)
    n: dict[int, int] = dict(db.session.execute(counted).all()) if ids else {}
    return [Row(row, n.get(row.id, 0)) for row in shown]


def _source(found: Source, form: SourceForm, status: int = 200, fault: str = "") -> Response:
    used = (
        select(Article, Citation.number)
        .join(Citation, Citation.article_id == Article.id)
        .where(Citation.source_id == found.id)
        .order_by(Article.published_at.desc(), Article.id.desc())
    )
    stories = [(story, n) for story, n in db.session.execute(used.limit(SHOWN)) if _may_know(story)]
    printed = sourcing.printed_in(found)
    return page(
        "desk/source.html", status=status, source=found, form=form, fault=fault, stories=stories, printed=len(printed),
        n=sourcing.stories_with(found), seen=_seen(found), may_change=may_change(found), twins=_twins(found.url, found.id),
        is_public=any(story.is_public() for story in printed), made=whole_number(request.args.get("n", "")) or 0, kinds=KINDS,
        moved=status == 409,
    )  # fmt: skip


def _may_know(story: Article) -> bool:
    """Tell whether who is signed in may know of a story: of one that is not public, only whose it is, and editors."""
    return story.is_public() or me().can_edit or newslist.is_own(story, me())


def _headlines(ids: set[int]) -> list[Article]:
    stories = select(Article).where(Article.id.in_(ids)).order_by(Article.id).limit(SHOWN)
    return [story for story in db.session.scalars(stories) if _may_know(story)] if ids else []


def _merge(found: Source, form: MergeForm, status: int = 200, fault: str = "") -> Response:
    into = _named(form.into.data) if form.into.data else None
    if into is not None and into.id == found.id:
        into, form.into.errors = None, ["That is this very one. Say which other one stays."]
        status = 422 if request.method == "POST" else status
    offered = []
    if into is None and form.into.data and not form.into.errors:
        words = with_words(form.into.data)
        query = select(Source).where(Source.merged_into_id.is_(None), Source.id != found.id, *words)
        offered = list(db.session.scalars(query.order_by(Source.id.desc()).limit(10)))
    both = set(db.session.scalars(select(Citation.article_id).where(Citation.source_id == found.id)))
    if into is not None:
        both &= set(db.session.scalars(select(Citation.article_id).where(Citation.source_id == into.id)))
    return page(
        "desk/source-merge.html", status=status, source=found, into=into, form=form, fault=fault, kinds=KINDS,
        printed=len(sourcing.printed_in(found)), both=_headlines(both) if into else [], twins=_twins(found.url, found.id),
        offered=offered, words=(form.into.data or "") if into is None and not form.into.errors else "",
    )  # fmt: skip
