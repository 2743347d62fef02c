"""The index: one protocol, and an adapter for each engine. The same words give the same hits on both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from newsapp.db import Moment
from newsapp.lib import tags
from newsapp.lib.terms import Terms
from newsapp.search.asked import Filters
from newsapp.search.models import first_place, last_place

RANKED_AT_MOST = 2000  # the newest hits among which the best are looked for: ranking costs what it ranks
COUNTED_AT_MOST = 1000
PER_PAGE = 12
ORDERS = ("best", "newest")
# How much a word counts where it stands; SQLite's in the order of the index's columns.
SQLITE_WEIGHTS = "0.0, 10.0, 4.0, 4.0, 1.0, 1.0, 1.5"
POSTGRESQL_WEIGHTS = "{0.05, 0.1, 0.4, 1.0}"  # D, C, B, A


@dataclass(frozen=True)
class Hits:
    """One page of hits, or several that follow each other."""

    ids: list[int]  # of stories, in their order
    total: int  # counted to one more than COUNTED_AT_MOST

    @property
    def figure(self) -> str:
        """The number of hits as it is printed: 31, or 1,000+."""
        return f"{COUNTED_AT_MOST:,}+" if self.total > COUNTED_AT_MOST else f"{self.total:,}"


class SearchIndex(Protocol):
    """What can be asked of an index. Only stories that are public at ``tags.moment()`` are found."""

    def query(self, terms: Terms, filters: Filters, order: str, page: int, pages: int = 1) -> Hits:
        """Find the stories that have all of ``terms``: a page of ``PER_PAGE``, or ``pages`` of them from it on."""

    def tally(self, terms: Terms, filters: Filters) -> dict[str, int] | None:
        """Count the hits that bear each mark; ``None`` where there are too many to count."""

    def has(self, terms: Terms, filters: Filters) -> bool:
        """Tell whether anything is found."""


class _Index:
    """What the adapters have in common: places in time, and pages cut from the newest hits."""

    match: str  # the condition that a document has all that is asked for, with :match
    rank: str  # how well, the best first in ascending order
    source = "search_document d"

    def __init__(self, session: Session) -> None:
        self._session = session

    def query(self, terms: Terms, filters: Filters, order: str, page: int, pages: int = 1) -> Hits:
        offset, size = (page - 1) * PER_PAGE, pages * PER_PAGE
        if not terms or order == "newest":
            rows = self._ids(terms, filters, "d.article_id", size, offset)
            counted = self._ids(terms, filters, "1", COUNTED_AT_MOST + 1)
            return Hits([row[0] for row in rows], len(counted))
        ranked = self._ids(terms, filters, f"d.article_id, {self.rank}", RANKED_AT_MOST)
        ranked.sort(key=lambda row: row[1])  # stable: equal ones stay newest first
        return Hits([row[0] for row in ranked[offset : offset + size]], min(len(ranked), COUNTED_AT_MOST + 1))

    def tally(self, terms: Terms, filters: Filters) -> dict[str, int] | None:
        rows = self._ids(terms, filters, "d.marks", COUNTED_AT_MOST + 1)
        if len(rows) > COUNTED_AT_MOST:
            return None
        counts: dict[str, int] = {}
        for (marks,) in rows:
            for mark in marks.split():
                counts[mark] = counts.get(mark, 0) + 1
        return counts

    def has(self, terms: Terms, filters: Filters) -> bool:
        return bool(self._ids(terms, filters, "1", 1))

    def _ids(self, terms: Terms, filters: Filters, columns: str, limit: int, offset: int = 0) -> list[Any]:
        at = tags.moment()
        lowest, highest = first_place(filters.since), last_place(at)
        if filters.until is not None:
            highest = min(highest, first_place(filters.until) - 1)
        values: dict[str, Any] = {"at": at, "lowest": lowest, "highest": highest}
        where = ["d.published_at <= :at", "(d.ends_at IS NULL OR d.ends_at > :at)"]
        source, place = "search_document d", "d.place"
        if terms or filters.marks:
            source, place = self.source, self.place
            where.insert(0, self.match)
            values |= self.asks(terms, filters)
        statement = (
            f"SELECT {columns} FROM {source} WHERE {' AND '.join(where)} AND {place} BETWEEN :lowest AND :highest "  # noqa: S608
            f"ORDER BY {place} DESC LIMIT {limit} OFFSET {offset}"
        )
        asked = text(statement).bindparams(bindparam("at", type_=Moment))
        used = {name: value for name, value in values.items() if f":{name}" in statement}
        return list(self._session.execute(asked, used).all())

    place = "d.place"

    def asks(self, terms: Terms, filters: Filters) -> dict[str, str]:
        raise NotImplementedError


class SQLiteIndex(_Index):
    """FTS5, whose rows are numbered by place: the newest first is the index's own order, walked only as far as needed."""

    # CROSS JOIN: the hits come first, then their documents. The planner may not turn it round.
    source = "search_fts CROSS JOIN search_document d ON d.place = search_fts.rowid"
    place = "search_fts.rowid"
    match = "search_fts MATCH :match"
    rank = f"bm25(search_fts, {SQLITE_WEIGHTS})"

    def asks(self, terms: Terms, filters: Filters) -> dict[str, str]:
        parts = [term.fts5 for term in terms.all]
        parts += ["(" + " OR ".join(f'"{mark}"' for mark in group) + ")" for group in filters.marks]
        return {"match": " AND ".join(parts)}


class PostgreSQLIndex(_Index):
    """A weighted tsvector with a GIN index."""

    match = "d.vector @@ (to_tsquery('simple', :match) && CAST(:marks AS tsquery))"
    # What was typed exactly counts twice, so it comes before what only begins so. One query of both would not do: a word
    # and its beginning are the same to ts_rank().
    rank = (
        f"-ts_rank('{POSTGRESQL_WEIGHTS}', d.vector, to_tsquery('simple', :match), 1) "
        f"- ts_rank('{POSTGRESQL_WEIGHTS}', d.vector, to_tsquery('simple', :whole), 1)"
    )

    def asks(self, terms: Terms, filters: Filters) -> dict[str, str]:
        words = " & ".join(term.tsquery for term in terms.all)
        whole = " & ".join(term.whole for term in terms.all)
        marks = " & ".join("(" + " | ".join(f"'{mark}'" for mark in group) + ")" for group in filters.marks)
        return {"match": words, "marks": marks, "whole": whole}


def index(session: Session) -> SearchIndex:
    """Give the adapter for the engine that the session speaks to."""
    return SQLiteIndex(session) if session.connection().dialect.name == "sqlite" else PostgreSQLIndex(session)
