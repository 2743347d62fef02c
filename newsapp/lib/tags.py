"""Tags: the names of what a page shows, and when each was last changed.

A page is made of rows (``article:12``) and of lists (``section:3``). A committed change raises the
tags of what it touched, in its own transaction: each raised tag is given the number of the newest
*generation*. A page made in generation 7 is still true while none of its tags has been raised in a
later one.

Rows name their tags themselves (``Tagged``). Whoever loads such a row while a page is made has
loaded its tag with it; only lists must be named, with ``shows()``.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from string import Formatter
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Connection, event, insert, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from newsapp.db import Base
from newsapp.lib import clock

EVERYTHING = "*"  # its row counts the generations; its lock makes their order the order of commits


class TagVersion(Base):
    """In which generation a tag was last raised."""

    tag: Mapped[str] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(BigInteger)


class Tagged:
    """A table whose rows readers see.

    ``__tags__`` names what a change of a row touches, as patterns over its columns: ``"comments:{article_id}"``.
    A row that moves raises the tags of the place that it left as well.
    """

    __tags__: ClassVar[tuple[str, ...]]


@dataclass
class Seen:
    """What a page, or a part of one, was made of, as the site was ``at`` one moment."""

    at: datetime = field(default_factory=clock.now)
    tags: set[str] = field(default_factory=set)
    expires_at: datetime | None = None
    generation: int | None = None

    def note_expiry(self, moment: datetime | None) -> None:
        if moment is not None and (self.expires_at is None or moment < self.expires_at):
            self.expires_at = moment

    def add(self, part: "Seen") -> None:
        self.tags |= part.tags
        self.note_expiry(part.expires_at)


_watching: ContextVar[Seen | None] = ContextVar("watching", default=None)


@contextmanager
def watching(at: datetime | None = None) -> Iterator[Seen]:
    """Note the tags of all rows that are loaded inside."""
    seen = Seen(at or clock.now())
    token = _watching.set(seen)
    try:
        yield seen
    finally:
        _watching.reset(token)


def shows(*tags: str) -> None:
    """Say that the page being made shows these lists."""
    seen = _watching.get()
    if seen is not None:
        seen.tags.update(tags)


def seen_so_far() -> Seen | None:
    return _watching.get()


def moment() -> datetime:
    """Give the moment as of which the page is made: one for the whole page, so that all its parts agree."""
    seen = _watching.get()
    return seen.at if seen is not None else clock.now()


def generation(connection: Connection) -> int:
    """Give the newest generation that this connection's snapshot has."""
    return connection.scalar(select(TagVersion.generation).where(TagVersion.tag == EVERYTHING)) or 0


def is_raised_since(connection: Connection, tags: Iterable[str], since: int) -> bool:
    """Tell whether one of ``tags`` was raised in a later generation than ``since``."""
    statement = select(1).where(TagVersion.tag.in_(sorted(tags)), TagVersion.generation > since).limit(1)
    return connection.scalar(statement) is not None


def raise_tags(session: Session, *tags: str) -> None:
    """Raise tags with the transaction under way, for a change that no row of ours tells of."""
    session.info.setdefault("raised", set()).update(tags)


def tags_of(row: Tagged) -> set[str]:
    """Give the tags of ``row`` as it stands and, where it was changed and not yet flushed, as it stood."""
    return {tag for pattern in row.__tags__ for tag in _fill(pattern, row)}


def _fill(pattern: str, row: Tagged) -> Iterator[str]:
    names = _COLUMNS.get(pattern)
    if names is None:
        names = _COLUMNS[pattern] = [name for _, name, _, _ in Formatter().parse(pattern) if name]
    if not names:
        yield pattern
        return
    yield pattern.format(**{name: getattr(row, name) for name in names})
    state: Any = inspect(row)
    before = {name: state.attrs[name].history.deleted for name in names}
    if any(before.values()):
        yield pattern.format(**{name: (before[name] or [getattr(row, name)])[0] for name in names})


_COLUMNS: dict[str, list[str]] = {}


@event.listens_for(Tagged, "load", propagate=True)
def _note_loaded(row: Tagged, _context: Any) -> None:
    seen = _watching.get()
    if seen is not None:
        for pattern in row.__tags__:
            names = _COLUMNS.get(pattern)
            if names is not None and len(names) == 1:  # the common case, without the history's cost
                seen.tags.add(pattern.format(**{names[0]: getattr(row, names[0])}))
            else:
                seen.tags.update(_fill(pattern, row))


@event.listens_for(Session, "after_flush")
def _note_changes(session: Session, _context: Any) -> None:
    raised: set[str] = session.info.setdefault("raised", set())
    for row in session.new:
        if isinstance(row, Tagged):
            raised |= tags_of(row)
    for row in session.deleted:
        if isinstance(row, Tagged):
            raised |= tags_of(row)
    for row in session.dirty:
        if isinstance(row, Tagged) and session.is_modified(row):
            raised |= tags_of(row)


@event.listens_for(Session, "do_orm_execute")
def _refuse_silent_changes(state: ORMExecuteState) -> None:
    """Refuse a bulk change of rows that readers see: it would raise no tag and leave stale pages."""
    if (state.is_update or state.is_delete or state.is_insert) and not state.execution_options.get("raises_tags"):
        mapper = state.bind_mapper
        if mapper is not None and issubclass(mapper.class_, Tagged):
            raise RuntimeError(
                f"a bulk change of {mapper.class_.__name__} raises no tags: change the rows, or raise the tags "
                "yourself and say execution_options(raises_tags=True)"
            )


@event.listens_for(Session, "before_commit")
def _write_raised(session: Session) -> None:
    session.flush()
    raised: set[str] = session.info.pop("raised", set())
    if raised:
        write_generation(session.connection(), raised)


@event.listens_for(Session, "after_soft_rollback")
def _forget_raised(session: Session, previous: Any) -> None:
    if not previous.nested:  # a savepoint undone leaves what the transaction round it has raised
        session.info.pop("raised", None)


def write_generation(connection: Connection, raised: Iterable[str]) -> None:
    """Begin a new generation in which ``raised`` were changed."""
    up = (
        update(TagVersion)
        .where(TagVersion.tag == EVERYTHING)
        .values(generation=TagVersion.generation + 1)
        .returning(TagVersion.generation)
    )
    number = connection.scalar(up)
    if number is None:
        connection.execute(insert(TagVersion).values(tag=EVERYTHING, generation=1))
        number = 1
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    rows = dialect.insert(TagVersion).values([{"tag": tag, "generation": number} for tag in sorted(raised)])
    connection.execute(
        rows.on_conflict_do_update(index_elements=[TagVersion.tag], set_={"generation": rows.excluded.generation})
    )


__all__ = [
    "EVERYTHING",
    "Seen",
    "TagVersion",
    "Tagged",
    "generation",
    "is_raised_since",
    "moment",
    "raise_tags",
    "seen_so_far",
    "shows",
    "tags_of",
    "watching",
    "write_generation",
]
