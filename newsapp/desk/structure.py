"""What the pages of the paper's structure have in common: addresses that are typed, and two editors at one thing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from wtforms import StringField, ValidationError

from newsapp.accounts.log import LogEntry
from newsapp.db import db
from newsapp.desk.queue import names
from newsapp.lib.text import slugify, whole_number

MOST_SLUG = 80  # characters
LIKE = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


class SlugField(StringField):
    """The last part of an address, in the form that addresses have: ``Asia & Pacific`` is ``asia-pacific``."""

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        said = str(self.data or "").strip()
        if not said or self.errors:
            self.data = said
            return
        if not any(c.isalnum() for c in said):
            raise ValidationError("Write letters or digits, such as asia-pacific.")
        self.data = slugify(said, MOST_SLUG)


def mark_of(*values: object) -> str:
    """Give a mark of what a form was made from, for the form to carry."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def orders(ids: list[int]) -> dict[int, tuple[str, str]]:
    """Give, for each of some siblings, their order if it is put one up, and one down, for its buttons to carry."""
    found = {}
    for n, one in enumerate(ids):
        rest = ids[:n] + ids[n + 1 :]
        up, down = ([*rest[:to], one, *rest[to:]] for to in (max(n - 1, 0), n + 1))
        found[one] = (",".join(map(str, up)), ",".join(map(str, down)))
    return found


def read_order(sent: Mapping[str, str]) -> tuple[list[int], list[int]]:
    """Give the order that a page was made from, and the one that is wanted."""
    seen, wanted = ([whole_number(one) for one in sent.get(name, "").split(",")] for name in ("seen", "order"))
    return [i for i in seen if i is not None], [i for i in wanted if i is not None]


def who_changed(*about: str) -> str:
    """Give the name of who changed something last, by the log."""
    query = select(LogEntry.by_id).where(LogEntry.about.in_(about)).order_by(LogEntry.id.desc()).limit(1)
    by_id = db.session.scalar(query)
    return names({by_id}).get(by_id, "Somebody") if by_id else "Somebody"
