"""The tree of sections at the desk: adding, describing, putting elsewhere, hiding, removing; their order."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request
from sqlalchemy import select
from wtforms import BooleanField, SelectChoice, SelectField, StringField, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import DataRequired

from newsapp import articles, follows, sections
from newsapp.accounts.log import record
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.desk.stories import branches
from newsapp.desk.structure import SlugField, mark_of, orders, read_order, who_changed
from newsapp.lib.forms import AtMost, Form, plain
from newsapp.lib.text import slugify, whole_number
from newsapp.lib.web import lead_to, page
from newsapp.sections import NoSuchPlace, Section

HERE = "/desk/sections"
MOST_MOVED = 3000  # stories that are filed anew at once when their section goes
TOP = 0  # in the form: no parent
DONE = {
    "added": "The section is there.", "saved": "Saved.", "order": "The new order is kept.", "hidden": "It is in no menu now. Its address still answers.",
    "shown": "It is in the menus again.", "removed": "The section is gone.", "none": "It stands there already.",
}  # fmt: skip


class SectionForm(Form):
    """All that the desk says of a section."""

    name = StringField("Name", [DataRequired("Say what it is called."), AtMost(60)], [plain])
    slug = SlugField("Last part of its address", [AtMost(80)])
    parent_id = SelectField("Stands below", coerce=int)
    description = TextAreaField("What readers find here, in a line or two", [AtMost(300)], [plain])
    comments_read_first = BooleanField(
        "A moderator reads every comment here, and in the sections below, before it appears"
    )


class RemoveForm(Form):
    """Where the stories of a section go."""

    into_id = SelectField("Its stories, its address and its followers go to", coerce=int)


@bp.get("/sections", endpoint="sections")
def show_sections():
    return _tree()


@bp.get("/sections/new")
def new_section():
    form = _form(formdata=None, data={"parent_id": whole_number(request.args.get("under")) or TOP})
    return page("desk/section.html", form=form, section=None)


@bp.post("/sections")
def add_section():
    """Add a section at the end of its siblings."""
    form, rows = _form(), _locked()
    if not form.validate():
        return page("desk/section.html", status=422, form=form, section=None)
    parent, slug = rows.get(form.parent_id.data), form.slug.data or slugify(form.name.data or "", 80)
    if fault := _taken(f"{parent.path}/{slug}" if parent else slug, rows):
        form.slug.errors = [fault]
        return page("desk/section.html", status=422, form=form, section=None)
    made = sections.create(form.name.data or "", parent, slug=slug, description=form.description.data or "")
    made.edit(comments_read_first=form.comments_read_first.data)
    record("section.add", f"section:{made.id}", me())
    db.session.commit()
    return lead_to(f"{HERE}?done=added#section-{made.id}")


@bp.post("/sections/order")
def order_sections():
    """Set the order of siblings: all of them, as the page has it; ``seen`` is the order that it was made from."""
    seen, wanted = read_order(request.form)
    rows = _locked()
    parent_id = rows[seen[0]].parent_id if seen and seen[0] in rows else None
    siblings = sorted(
        (row for row in rows.values() if row.parent_id == parent_id), key=lambda row: (row.position, row.id)
    )
    now = [row.id for row in siblings]
    if wanted == now:
        return redirect(f"{HERE}?done=none", 303)
    if seen != now or sorted(wanted) != sorted(now):
        who = who_changed("sections", *(f"section:{i}" for i in {*seen, *now}))
        asked = ", ".join(rows[i].name for i in wanted if i in rows)
        fault = f"{who} has changed the sections meanwhile. They stand below as they are now; you wanted: {asked or 'another order'}."
        return _tree(fault, 409)
    for position, section_id in enumerate(wanted):
        rows[section_id].move_to(position)
    record("section.order", f"section:{parent_id}" if parent_id else "sections", me())
    db.session.commit()
    return redirect(f"{HERE}?done=order", 303)


@bp.post("/sections/<int(max=2147483647):section_id>/hide")
def hide_section(section_id: int):
    """Take a section out of the menus, or put it back: ``act`` is ``hide`` or ``show``."""
    section = db.get_or_404(Section, section_id)
    hides = request.form.get("act") != "show"
    if hides != (section.hidden_at is not None):
        section.hide(me()) if hides else section.show()
        record("section.hide" if hides else "section.show", f"section:{section_id}", me())
        db.session.commit()
    return redirect(f"{HERE}?done={'hidden' if hides else 'shown'}", 303)


@bp.get("/sections/<int(max=2147483647):section_id>", endpoint="section")
def show_section(section_id: int):
    section = db.get_or_404(Section, section_id)
    return _section(section, _form(formdata=None, data=_says(section)))


@bp.post("/sections/<int(max=2147483647):section_id>")
def change_section(section_id: int):
    """Describe a section anew, and put it elsewhere where its address or its parent is another one."""
    rows, form = _locked(), _form()
    section = rows.get(section_id) or db.get_or_404(Section, section_id)
    if not form.validate():
        return _section(section, form, 422)
    says = {name: form[name].data for name in _says(section)}
    says["slug"] = says["slug"] or slugify(says["name"], 80)
    if request.form.get("seen") != _seen(section) and says != _says(section):
        fault = f"{who_changed(f'section:{section_id}')} has changed it meanwhile. What it says now stands below your words; save again to replace it."
        return _section(section, form, 409, fault)
    before = _says(section)
    try:
        section.edit(
            name=says["name"], description=says["description"], comments_read_first=says["comments_read_first"]
        )  # fmt: skip
        if (says["parent_id"], says["slug"]) != (before["parent_id"], before["slug"]):
            was = section.path
            section.put(rows.get(says["parent_id"]), says["slug"], me().id)
            record("section.move", f"section:{section_id}", me(), f"/sections/{was} is /sections/{section.path}")
    except NoSuchPlace as fault:
        db.session.rollback()
        (form.parent_id if "itself" in str(fault) else form.slug).errors = [str(fault)]
        return _section(db.session.get_one(Section, section_id), form, 422)
    if any(says[name] != before[name] for name in ("name", "description", "comments_read_first")):
        record("section.edit", f"section:{section_id}", me())
    db.session.commit()
    return lead_to(f"{HERE}/{section_id}?done=saved")


@bp.get("/sections/<int(max=2147483647):section_id>/remove", endpoint="remove_section_form")
def show_remove(section_id: int):
    return _remove(db.get_or_404(Section, section_id))


@bp.post("/sections/<int(max=2147483647):section_id>/remove")
def remove_section(section_id: int):
    """Take a section out of the paper; its stories, its readers and its followers go to another one."""
    rows = _locked()
    section = rows.get(section_id) or db.get_or_404(Section, section_id)
    form = _remove_form(section)
    if not form.validate():
        return _remove(section, form, 422)
    into = rows.get(form.into_id.data)
    if into is not None and articles.stories_in(section) > MOST_MOVED:
        return _remove(section, form, 422, _too_many())
    try:
        if into is not None:
            follows.lead_on(f"section:{section_id}", f"section:{into.id}")
        articles.remove_section(section, into, me().id)
    except (articles.HasSubsections, articles.HasStories) as fault:
        db.session.rollback()
        section = db.session.get_one(Section, section_id)
        return _remove(section, _remove_form(section), 422, str(fault))
    record("section.remove", f"section:{section_id}", me(), f"/sections/{section.path}")
    db.session.commit()
    return lead_to(f"{HERE}?done=removed")


# Helpers


def _locked() -> dict[int, Section]:
    """Give every section, locked: a tree is changed by one at a time."""
    query = select(Section).with_for_update().execution_options(populate_existing=True)
    return {row.id: row for row in db.session.scalars(query)}


def _form(**how: Any) -> SectionForm:
    form = SectionForm(**how)
    form.parent_id.choices = _places(set())
    return form


def _places(but: set[int]) -> list[SelectChoice]:
    """Give where a section may stand; not in ``but``, itself and all below it."""
    others = [SelectChoice(i, label) for i, label in _labels() if i not in but]
    return [SelectChoice(TOP, "Nothing: at the top"), *others]


def _says(section: Section) -> dict[str, object]:
    return {
        "name": section.name, "slug": section.slug, "parent_id": section.parent_id or TOP, "description": section.description,
        "comments_read_first": section.comments_read_first,
    }  # fmt: skip


def _seen(section: Section) -> str:
    return mark_of(*_says(section).values(), section.path)


def _taken(path: str, rows: dict[int, Section]) -> str:
    return f"There is a section at /sections/{path} already." if path in {row.path for row in rows.values()} else ""


def _tree(fault: str = "", status: int = 200) -> Response:
    tree = sections.tree(db.session())
    hidden = set(db.session.scalars(select(Section.id).where(Section.hidden_at.is_not(None))))
    done = DONE.get(request.args.get("done", "")) if not fault else None
    return page(
        "desk/sections.html", fragment="sections", status=status, top=tree.top, hidden=hidden, fault=fault, done=done,
        moved={i: to for some in (tree.top, *(b.children for b in tree.by_id.values())) for i, to in orders([b.id for b in some]).items()},
    )  # fmt: skip


def _section(section: Section, form: SectionForm, status: int = 200, fault: str = "") -> Response:
    below = {branch.id for branch in sections.tree(db.session()).by_id[section.id].below()}
    form.parent_id.choices = _places(below)
    now = dict(_labels()).get(section.parent_id or TOP, "") if status == 409 else ""
    return page(
        "desk/section.html", status=status, form=form, section=section, seen=_seen(section), fault=fault, stands_below=now,
        done=DONE.get(request.args.get("done", "")) if status == 200 else None, moves=len(below),
    )  # fmt: skip


def _labels() -> list[tuple[int, str]]:
    """Give every section's number with its way from the top."""
    return [(branch.id, label) for branch, label in branches()]


def _remove_form(section: Section) -> RemoveForm:
    form = (
        RemoveForm()
        if request.method == "POST"
        else RemoveForm(formdata=None, data={"into_id": section.parent_id or TOP})
    )
    others = [SelectChoice(i, label) for i, label in _labels() if i != section.id]
    form.into_id.choices = [SelectChoice(TOP, "Nowhere: it is empty, and nobody is led on"), *others]
    return form


def _remove(section: Section, form: RemoveForm | None = None, status: int = 200, fault: str = "") -> Response:
    has_more = db.session.scalar(select(Section.id).where(Section.parent_id == section.id).limit(1)) is not None
    n = articles.stories_in(section)
    return page(
        "desk/section-remove.html", status=status, section=section, form=form or _remove_form(section), has_more=has_more, n=n,
        fault=fault or (_too_many() if n > MOST_MOVED else ""), is_too_many=n > MOST_MOVED,
    )  # fmt: skip


def _too_many() -> str:
    return f"More than {MOST_MOVED:,} stories are not filed anew at once. Hide the section instead: it leaves the menus, and its address answers."
