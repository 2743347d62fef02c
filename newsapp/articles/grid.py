"""What a pasted table says of itself: its rows, which of them are the header, and what each cell is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from xml.etree.ElementTree import Element

PARTS = ("thead", "tbody", "tfoot")
_SCOPES = ("col", "row", "colgroup", "rowgroup")
# What a cell can hold without words.
_MEDIA = {"img", "iframe", "video", "audio", "sup", "hr"}


@dataclass
class Cell:
    element: Element
    name: str  # td or th
    attributes: dict[str, str]


@dataclass
class Part:
    name: str  # thead, tbody or tfoot
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass
class Grid:
    parts: list[Part]
    header_is_guessed: bool
    is_layout: bool  # a box that only puts things in their place

    @property
    def cells(self) -> Iterator[Cell]:
        return (cell for part in self.parts for row in part.rows for cell in row)


def read(table: Element) -> Grid:
    """Read a table. Rows with nothing in them are left out where no cell from above reaches into them."""
    rows = _rows(table)
    if not rows:
        return Grid([], header_is_guessed=False, is_layout=True)
    is_layout = table.get("role") in ("presentation", "none") or (len(rows) == 1 and len(rows[0][1]) == 1)
    has_headers = any(cell.tag == "th" for _, row in rows for cell in row) or rows[0][0].tag == "thead"
    head = _head(rows, has_headers)
    parts = [Part("thead", [[_head_cell(cell, head - n) for cell in row] for n, (_, row) in enumerate(rows[:head])])]
    for section, found in groupby(rows[head:], key=lambda row: row[0]):
        body = [row for _, row in found]
        name = "tfoot" if section.tag == "tfoot" else "tbody"
        parts.append(Part(name, [[_body_cell(cell, row, len(body) - n) for cell in row] for n, row in enumerate(body)]))
    parts.sort(key=lambda part: PARTS.index(part.name))
    return Grid([part for part in parts if part.rows], bool(head) and not has_headers, is_layout)


def is_empty(cell: Element) -> bool:
    """Tell whether a cell says and shows nothing."""
    return not "".join(cell.itertext()).strip() and not any(inner.tag in _MEDIA for inner in cell.iter())


def _rows(table: Element) -> list[tuple[Element, list[Element]]]:
    rows = []
    reach = 0  # how many rows more the cells above span
    for section in table:
        for row in section if section.tag in PARTS else ():
            cells = [cell for cell in row if cell.tag in ("td", "th")]
            if cells and (reach > 0 or not all(map(is_empty, cells))):
                rows.append((section, cells))
                reach = max(reach, *map(_span, cells))
            reach -= 1
    return rows


def _head(rows: list[tuple[Element, list[Element]]], has_headers: bool) -> int:
    """Give how many rows are the header: what is marked so, or a first row of header cells, or on a guess the first."""
    marked = sum(1 for section, _ in rows if section.tag == "thead")
    if marked:
        return marked
    first = rows[0][1]
    filled = [cell for cell in first if not is_empty(cell)]
    if has_headers and not (filled and all(cell.tag == "th" for cell in filled)):
        return 0
    if not has_headers and len(rows) == 1:
        return 0
    reached = max(map(_span, first))  # a cell cannot span from the header into the body
    return reached if reached < len(rows) or (has_headers and len(rows) == 1) else 0


def _head_cell(cell: Element, rows_left: int) -> Cell:
    return _cell(cell, "td" if is_empty(cell) else "th", "col", rows_left)


def _body_cell(cell: Element, row: list[Element], rows_left: int) -> Cell:
    is_heading = all(other.tag == "th" or is_empty(other) for other in row) and len(row) > 1
    return _cell(cell, "td" if is_empty(cell) else cell.tag, "col" if is_heading else "row", rows_left)


def _cell(cell: Element, name: str, scope: str, rows_left: int) -> Cell:
    attributes = {}
    if (columns := _number(cell.get("colspan"))) > 1:
        attributes["colspan"] = str(columns)
    if (rows := min(_number(cell.get("rowspan")), rows_left)) > 1:
        attributes["rowspan"] = str(rows)
    if name == "th":
        attributes["scope"] = cell.get("scope", "") if cell.get("scope") in _SCOPES else scope
        if cell.get("abbr"):
            attributes["abbr"] = cell.get("abbr", "")
    if "r" in cell.get("class", "").split() or any(map(_is_right, [cell, *cell.findall("p")])):
        attributes["class"] = "r"
    return Cell(cell, name, attributes)


def _is_right(element: Element) -> bool:
    return element.get("align") == "right" or re.search(r"text-align:\s*right", element.get("style", "")) is not None


def _span(cell: Element) -> int:
    return _number(cell.get("rowspan"))


def _number(value: str | None) -> int:
    """Give a span: 1 to 100, and 1 for what is none."""
    found = re.fullmatch(r"\s*(\d{1,5})\s*", value or "", re.A)
    return min(max(int(found[1]), 1), 100) if found else 1
