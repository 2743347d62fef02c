"""Parts that many pages share (menus, rails), kept in memory under their own tags.

A part is made in the snapshot of the page that first needs it and is true for every page whose snapshot is as new:
one query for each page asks which generation that is, and a part whose tags were not raised since is used again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask import current_app
from sqlalchemy.orm import Session

from newsapp.db import db
from newsapp.lib import clock, tags

T = TypeVar("T")
MOST_KEPT = 512


@dataclass
class _Kept:
    value: object
    seen: tags.Seen
    generation: int


_lock = threading.Lock()


def part(key: Hashable, make: Callable[[Session], T], *, is_shown: bool = True) -> T:
    """Give the part ``key``; where there is none that is still true, ``make`` it with a session of its own.

    The session reads in the page's own snapshot but holds no row yet, so every row that the part is made of is noted.
    ``is_shown=False`` keeps the part's tags off the page.
    """
    mine = generation_here()
    outer = tags.seen_so_far()
    at = outer.at if outer is not None else clock.now()
    kept = _all().get(key)
    if kept is None or not _is_true(kept, mine, at):
        kept = _make(key, make, mine, at, outer if is_shown else None)
    if outer is not None and is_shown:
        outer.add(kept.seen)
    return kept.value  # type: ignore[return-value]  # what was made under this key


def generation_here() -> int:
    """Give the generation of this page's snapshot; asked once for a page."""
    seen = tags.seen_so_far()
    if seen is None:
        return tags.generation(db.session.connection())
    if seen.generation is None:
        seen.generation = tags.generation(db.session.connection())
    return seen.generation


def _all() -> dict[Hashable, _Kept]:
    kept: dict[Hashable, _Kept] = current_app.extensions.setdefault("parts", {})
    return kept


def _is_true(kept: _Kept, mine: int, at: datetime) -> bool:
    if kept.seen.expires_at is not None and kept.seen.expires_at <= at:
        return False
    if kept.generation == mine:
        return True
    if kept.generation > mine or tags.is_raised_since(db.session.connection(), kept.seen.tags, kept.generation):
        return False
    kept.generation = mine
    return True


def _make(key: Hashable, make: Callable[[Session], T], mine: int, at: datetime, page: tags.Seen | None) -> _Kept:
    with tags.watching(at) as seen:
        seen.generation = mine
        session = Session(bind=db.session.connection(), autoflush=False)
        try:
            value = make(session)
        finally:
            session.expunge_all()
    if page is not None:
        # What time alone changes on a page, it may change on a part of it: a part lives no longer than its page.
        seen.note_expiry(page.expires_at)
    kept = _Kept(value, seen, mine)
    with _lock:
        parts = _all()
        held = parts.get(key)
        if held is None or held.generation <= mine:  # an older snapshot must not push out a newer part
            while len(parts) >= MOST_KEPT:
                del parts[
                    next(iter(parts))
                ]  # the one made longest ago; if it is still wanted it comes back as the newest
            parts.pop(key, None)
            parts[key] = kept
    return kept
