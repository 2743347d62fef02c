"""The database, the recurring column kinds, the connection's settings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from flask import Flask, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, Executable, MetaData, Row, TypeDecorator, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, declared_attr, mapped_column

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from sqlalchemy.sql.elements import KeyedColumnElement


class Base(DeclarativeBase):
    """What every table has in common: its name comes from its class, its constraints have names.

    SQLite's batch migrations find a constraint by its name only.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__).lstrip("_")


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. Aware in Python; a moment without a zone is refused, because nobody can say when it is."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


pk = Annotated[int, mapped_column(primary_key=True)]
moment = Annotated[datetime, mapped_column(Moment)]
Json = JSON().with_variant(JSONB(), "postgresql")

db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def columns(table: type[Base], names: Iterable[str]) -> list[KeyedColumnElement[Any]]:
    """Give columns of a table by their names, for a query that reads plain values and no mapped rows."""
    return [table.__table__.c[name] for name in names]


def names_of(plain: type[DataclassInstance]) -> list[str]:
    """Give the names of a dataclass's fields: the columns that it is made of."""
    return [field.name for field in fields(plain)]


def plain_rows(session: Session, query: Executable, given: dict[str, Any]) -> list[Row[*tuple[Any, ...]]]:
    """Read rows of plain values with a query that is built once; ``given`` are its parameters.

    Past the mapper, which looks at every value of every row in case it is a mapped one: that costs as much as reading.
    """
    session.flush()
    return list(session.connection().execute(query, given).all())


# What the full-text index of each engine is made of. Its migration knows it, the models do not.
_OF_THE_INDEX = ("search_fts", "comment_fts", "vector", "ix_search_document_vector", "ix_comment_text_vector")


def is_mapped(_object: Any, name: str | None, _kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Tell whether something in the database is described by the models, and to be compared with them (Alembic)."""
    return name is None or not name.startswith(_OF_THE_INDEX)


_only_reads: ContextVar[bool] = ContextVar("only_reads", default=False)


def is_reading() -> bool:
    """Tell whether this unit of work only reads: a GET, or what stands under reading(). Everything else may write."""
    return _only_reads.get() or (has_request_context() and request.method in ("GET", "HEAD", "OPTIONS"))


@contextmanager
def reading() -> Iterator[None]:
    """Look something up outside a request without taking the writer's place on SQLite, in a transaction of its own.

    What has not been committed before is given up, and what was read is let go at the end.
    """
    db.session.rollback()
    before = _only_reads.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        _only_reads.reset(before)


def init_app(app: Flask) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = app.config["DATABASE_URL"]
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def prepare(engine: Engine) -> None:
    """Give the engine's connections the site's settings and its two kinds of transaction."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Begin a snapshot for reading, or take the writer's lock at once.

    A deferred transaction that reads and then writes fails with "database is locked" as soon as
    somebody else has written meanwhile, whatever the busy timeout; an immediate one waits its turn.
    query_only keeps the promise that a GET never writes.
    """
    reading = is_reading()
    if connection.info.get("reads") is not reading:  # what this connection was last told
        connection.exec_driver_sql(f"PRAGMA query_only={int(reading)}")
        connection.info["reads"] = reading
    connection.exec_driver_sql("BEGIN DEFERRED" if reading else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if is_reading():
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "busy_timeout=5000",
    "foreign_keys=ON",
    "cache_size=-8192",  # kB for each connection: a serving process has 150 MB in all
    "temp_store=MEMORY",
    "journal_size_limit=67108864",
)
