"""The footer's columns at the desk, and their lines: sections, pages, addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from flask import Response, redirect, request
from wtforms import SelectChoice, SelectField, StringField, ValidationError  # type: ignore[attr-defined]
from wtforms.validators import DataRequired

from newsapp import sections, site
from newsapp.accounts.log import record
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.desk.stories import branches
from newsapp.desk.structure import mark_of, orders, read_order, who_changed
from newsapp.layout import is_answered, layout
from newsapp.lib.forms import AtMost, Form, plain
from newsapp.lib.markup import web_address
from newsapp.lib.web import lead_to, own_path, page
from newsapp.sections import MenuColumn, MenuItem, Section

HERE = "/desk/menus"
MOST_COLUMNS = 6
MOST_LINES = 20  # of one column
ELSEWHERE = 0  # in the form: no section
DONE = {
    "added": "It is there.", "saved": "Saved.", "order": "The new order is kept.", "removed": "It is gone.", "none": "It stands there already.",
}  # fmt: skip


class ColumnForm(Form):
    """A column's heading."""

    heading = StringField("Heading", [DataRequired("Say what stands over it."), AtMost(60)], [plain])


class ItemForm(Form):
    """Where a line leads."""

    section_id = SelectField("Section", coerce=int)
    label = StringField("Words of the line", [AtMost(60)], [plain])
    address = StringField("Address", [AtMost(2000)], [plain])

    def validate_label(self, field: StringField) -> None:
        if not self.section_id.data and not field.data:
            raise ValidationError("Say what the line is called.")

    def validate_address(self, field: StringField) -> None:
        if self.section_id.data:
            return
        said = field.data or ""
        found = own_path(said, "") if said.startswith("/") else web_address(said)
        if not found:
            raise ValidationError(
                "Write a path of this site, such as /about, or a full address, like https://example.org/."
            )
        field.data = found


@dataclass(frozen=True)
class Line:
    """A line as it stands, and why readers do not see it."""

    item: MenuItem
    label: str
    leads_to: str
    fault: str


@bp.get("/menus", endpoint="menus")
def show_menus():
    return _menus(ColumnForm(formdata=None))


@bp.post("/menus")
def add_menu_column():
    """Add a column at the footer's end."""
    form, columns = ColumnForm(), _columns()
    if not form.validate():
        return _menus(form, 422)
    if len(columns) >= MOST_COLUMNS:
        form.heading.errors = [f"The footer has room for {MOST_COLUMNS} columns. Remove one first."]
        return _menus(form, 422)
    made = sections.add_column(form.heading.data or "")
    record("menu.add", f"menu:{made.id}", me())
    db.session.commit()
    return lead_to(f"{HERE}?done=added")


@bp.post("/menus/order")
def order_menu_columns():
    """Set the order of the columns; ``seen`` is the order that it was made from."""
    return _order(_columns(locked=True), "menus")


@bp.get("/menus/<int(max=2147483647):column_id>")
def menu_column(column_id: int):
    column = db.get_or_404(MenuColumn, column_id)
    return _column(column, ColumnForm(formdata=None, obj=column))


@bp.post("/menus/<int(max=2147483647):column_id>")
def change_menu_column(column_id: int):
    """Change a column's heading."""
    column, form = db.get_or_404(MenuColumn, column_id, with_for_update=True), ColumnForm()
    if not form.validate():
        return _column(column, form, 422)
    if request.form.get("seen") != mark_of(column.heading) and form.heading.data != column.heading:
        return _column(column, form, 409, _meanwhile(column_id, f"It is called {column.heading} now."))
    if form.heading.data != column.heading:
        column.edit(form.heading.data or "")
        record("menu.edit", f"menu:{column_id}", me())
        db.session.commit()
    return lead_to(f"{HERE}?done=saved")


@bp.post("/menus/<int(max=2147483647):column_id>/remove")
def remove_menu_column(column_id: int):
    """Take a column out of the footer, if its lines are those that were seen."""
    column = db.session.get(MenuColumn, column_id, with_for_update=True)
    if column is not None:
        if request.form.get("lines") != _of(column):
            form = ColumnForm(formdata=None, obj=column)
            return _column(column, form, 409, _meanwhile(column_id, "Look at its lines again before it goes."))
        column.remove()
        record("menu.remove", f"menu:{column_id}", me())
        db.session.commit()
    return lead_to(f"{HERE}?done=removed")


@bp.post("/menus/<int(max=2147483647):column_id>/order")
def order_menu_items(column_id: int):
    """Set the order of a column's lines; ``seen`` is the order that it was made from."""
    column = db.get_or_404(MenuColumn, column_id, with_for_update=True)
    return _order(list(column.items), f"menu:{column_id}")


@bp.get("/menus/<int(max=2147483647):column_id>/new")
def new_menu_item(column_id: int):
    column = db.get_or_404(MenuColumn, column_id)
    return page("desk/menu-item.html", form=_item_form(formdata=None), column=column, item=None)


@bp.post("/menus/<int(max=2147483647):column_id>/items")
def add_menu_item(column_id: int):
    """Add a line at a column's end."""
    column, form = db.get_or_404(MenuColumn, column_id, with_for_update=True), _item_form()
    fault = f"A column has room for {MOST_LINES} lines." if len(column.items) >= MOST_LINES else ""
    if not form.validate() or fault:
        return page("desk/menu-item.html", status=422, form=form, column=column, item=None, fault=fault)
    column.add(_section(form), form.label.data, form.address.data)
    record("menu.edit", f"menu:{column_id}", me())
    db.session.commit()
    return lead_to(f"{HERE}?done=added")


@bp.get("/menus/items/<int(max=2147483647):item_id>")
def menu_item(item_id: int):
    item = db.get_or_404(MenuItem, item_id)
    return _item(item, _item_form(formdata=None, data=_says(item)))


@bp.post("/menus/items/<int(max=2147483647):item_id>")
def change_menu_item(item_id: int):
    """Change where a line leads, or its words."""
    item, form = db.get_or_404(MenuItem, item_id, with_for_update=True), _item_form()
    if not form.validate():
        return _item(item, form, 422)
    before = _says(item)
    if request.form.get("seen") != mark_of(before):
        line = _line(item)
        return _item(item, form, 409, _meanwhile(item.column_id, f"It is {line.label}, {line.leads_to}, now."))
    item.say(_section(form), form.label.data, form.address.data)
    if _says(item) != before:
        record("menu.edit", f"menu:{item.column_id}", me())
    db.session.commit()
    return lead_to(f"{HERE}?done=saved")


@bp.post("/menus/items/<int(max=2147483647):item_id>/remove")
def remove_menu_item(item_id: int):
    """Take a line out of its column, if it is the one that was seen."""
    item = db.session.get(MenuItem, item_id, with_for_update=True)
    if item is not None:
        if request.form.get("seen") != mark_of(_says(item)):
            return _item(
                item,
                _item_form(formdata=None, data=_says(item)),
                409,
                _meanwhile(item.column_id, "It has not been removed."),
            )
        record("menu.edit", f"menu:{item.column_id}", me())
        item.remove()
        db.session.commit()
    return lead_to(f"{HERE}?done=removed")


# Helpers


def _columns(*, locked: bool = False) -> list[MenuColumn]:
    query = MenuColumn.all()
    return list(db.session.scalars(query.with_for_update() if locked else query))


def _order(rows: list[Any], about: str) -> Response:
    """Set the order of rows as it was sent; answer with the page, or say that somebody was quicker."""
    seen, wanted = read_order(request.form)
    now = [row.id for row in rows]
    if wanted == now:
        return redirect(f"{HERE}?done=none", 303)  # type: ignore[return-value]
    if seen != now or sorted(wanted) != sorted(now):
        fault = f"{who_changed(about)} has changed the menus meanwhile. They stand below as they are now."
        return _menus(ColumnForm(formdata=None), 409, fault)
    for row in rows:
        row.move_to(wanted.index(row.id))
    record("menu.order", about, me())
    db.session.commit()
    return redirect(f"{HERE}?done=order", 303)  # type: ignore[return-value]


def _meanwhile(column_id: int, now: str) -> str:
    return f"{who_changed(f'menu:{column_id}')} has changed it meanwhile. {now} Save again to replace that with yours."


def _item_form(**how: Any) -> ItemForm:
    form = ItemForm(**how)
    form.section_id.choices = [
        SelectChoice(ELSEWHERE, "None: the address below"),
        *(SelectChoice(b.id, label) for b, label in branches()),
    ]
    return form


def _section(form: ItemForm) -> Section | None:
    return db.session.get(Section, form.section_id.data) if form.section_id.data else None


def _says(item: MenuItem) -> dict[str, Any]:
    return {"section_id": item.section_id or ELSEWHERE, "label": item.label or "", "address": item.address or ""}


def _of(column: MenuColumn) -> str:
    return mark_of(column.heading, [_says(item) for item in column.items])


def _line(item: MenuItem) -> Line:
    frame = layout()
    branch = frame.tree.by_id.get(item.section_id) if item.section_id else None
    if branch is not None:
        return Line(item, item.label or branch.name, branch.url, "the section is hidden" if branch.is_hidden else "")
    address = item.address or ""
    fault = "" if address and item.label and is_answered(address, frame.written) else "the page is not there"
    return Line(item, item.label or "?", address, fault)


def _is_dead(line: Line) -> bool:
    """Tell whether a line that readers see leads to no page."""
    path = line.leads_to.split("?")[0].split("#")[0]
    return not line.fault and path.startswith("/") and not line.item.section_id and not site.answers(unquote(path))


def _menus(form: ColumnForm, status: int = 200, fault: str = "") -> Response:
    columns = [(column, [_line(item) for item in column.items]) for column in _columns()]
    asks = request.method == "GET"  # a page is asked only where nothing can be written
    return page(
        "desk/menus.html", fragment="menus", status=status, form=form, columns=columns, fault=fault, most=MOST_COLUMNS,
        dead={line.item.id for _, lines in columns for line in lines if asks and _is_dead(line)},
        moved=orders([column.id for column, _ in columns]), moved_items=[orders([line.item.id for line in lines]) for _, lines in columns],
        done=DONE.get(request.args.get("done", "")) if status == 200 else None,
    )  # fmt: skip


def _column(column: MenuColumn, form: ColumnForm, status: int = 200, fault: str = "") -> Response:
    return page(
        "desk/menu-column.html", status=status, column=column, form=form, fault=fault, seen=mark_of(column.heading), lines=_of(column),
        shown=[_line(item) for item in column.items],
    )  # fmt: skip


def _item(item: MenuItem, form: ItemForm, status: int = 200, fault: str = "") -> Response:
    return page(
        "desk/menu-item.html", status=status, form=form, column=item.column, item=item, fault=fault, seen=mark_of(_says(item)), line=_line(item),
    )  # fmt: skip
