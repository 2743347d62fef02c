"""Finding comments by their words, for the desk: one row of text for each, and an index of each engine's own.

Every comment has its row, whatever its state: a row bears its state and its story as marks, so what is asked for in one
state costs what is found, and not what is there. It is written in the transaction that changed the comment.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from sqlalchemy import ForeignKey, and_, event, func, inspect, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column

from newsapp.accounts import Account
from newsapp.authors import Author
from newsapp.comments.models import Comment
from newsapp.db import Base, db
from newsapp.lib.terms import Terms
from newsapp.lib.words import index_text

STATES = ("waiting", "approved", "hidden", "rejected", "spam", "deleted")
MAX_BYTES = 20_000  # of one comment's words, in UTF-8
CHUNK = 1000  # rows in memory while the whole index is made anew


class CommentText(Base):
    """What a comment is found by: its words and its author's names, folded, and the marks of its state and its story.

    The index hangs on this table: on SQLite ``comment_fts``, kept by triggers; on PostgreSQL the generated column
    ``vector``. Both are the migration's.
    """

    comment_id: Mapped[int] = mapped_column(ForeignKey(Comment.id, ondelete="CASCADE"), primary_key=True)
    marks: Mapped[str]  # "state:waiting story:12"; no text can hold one, because a colon never stands in a word
    name: Mapped[str]
    words: Mapped[str]


def entry(comment_id: int, article_id: int, state: str, name: str, words: str) -> dict[str, Any]:
    """Give the values of a comment's row; ``words`` as ``words_of()`` gives them."""
    return {
        "comment_id": comment_id, "marks": f"state:{state} story:{article_id}", "words": words,
        "name": index_text(name, MAX_BYTES),
    }  # fmt: skip


def words_of(body: str) -> str:
    """Give the words of a comment as the index takes them, the addresses of its links included."""
    seen = html.unescape(_TAG.sub("", _BLOCK.sub(" ", body)))
    links = " ".join(html.unescape(address) for address in _LINK.findall(body))
    return index_text(f"{seen} {links}", MAX_BYTES)


_REST = r"""(?:[^>"']|"[^"]*"|'[^']*')*>"""
_BLOCK = re.compile(rf"</?(?:p|li|ul|ol|blockquote|br|pre)\b{_REST}")
_TAG = re.compile(rf"<[a-zA-Z/!]{_REST}")
_LINK = re.compile(r'\shref="([^"]*)"')


# What is asked


class CommentIndex(Protocol):
    """What can be asked of an index."""

    def find(self, terms: Terms, marks: Sequence[str], before: int, at_most: int) -> list[int]:
        """Give the numbers below ``before`` of comments that have all of ``terms`` and ``marks``, the newest first.

        Where no word is asked for, nothing is found.
        """


class SQLiteIndex:
    """FTS5, whose rows have their comments' numbers: the newest first is the index's own order, walked only as far as needed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, terms: Terms, marks: Sequence[str], before: int, at_most: int) -> list[int]:
        if not terms:
            return []
        match = " AND ".join([*(term.fts5 for term in terms.all), *(f'"{mark}"' for mark in marks)])
        asked = text(
            "SELECT rowid FROM comment_fts WHERE comment_fts MATCH :match AND rowid < :before ORDER BY rowid DESC LIMIT :n"
        )
        return list(self._session.scalars(asked, {"match": match, "before": before, "n": at_most}))


class PostgreSQLIndex:
    """A tsvector with a GIN index."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, terms: Terms, marks: Sequence[str], before: int, at_most: int) -> list[int]:
        if not terms:
            return []
        asked = text(
            "SELECT comment_id FROM comment_text WHERE vector @@ (to_tsquery('simple', :match) && CAST(:marks AS tsquery)) "
            "AND comment_id < :before ORDER BY comment_id DESC LIMIT :n"
        )
        match = " & ".join(term.tsquery for term in terms.all)
        quoted = " & ".join(f"'{mark}'" for mark in marks)
        return list(self._session.scalars(asked, {"match": match, "marks": quoted, "before": before, "n": at_most}))


def index(session: Session) -> CommentIndex:
    """Give the adapter for the engine that the session speaks to."""
    return SQLiteIndex(session) if session.connection().dialect.name == "sqlite" else PostgreSQLIndex(session)


# What is written


def fill(session: Session) -> int:
    """Write every comment's row anew, and commit after each thousand; give how many there are."""
    last = done = 0
    while ids := session.scalars(select(Comment.id).where(Comment.id > last).order_by(Comment.id).limit(CHUNK)).all():
        _write(session, ids)
        last, done = ids[-1], done + len(ids)
        session.commit()
        session.expunge_all()
    return done


def _write(session: Session, ids: Iterable[int]) -> None:
    found = session.scalars(
        select(Comment)
        .where(Comment.id.in_(ids))
        .options(joinedload(Comment.account), joinedload(Comment.author))
        .order_by(Comment.id)
    )
    rows = [entry(c.id, c.article_id, c.state, _names(c), words_of(c.body)) for c in found]
    if not rows:
        return
    dialect = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    new = dialect.insert(CommentText).values(rows)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[CommentText.comment_id],
            set_={name: new.excluded[name] for name in ("marks", "name", "words")},
        )
    )


def _names(comment: Comment) -> str:
    byline = [comment.author.name] if comment.author else []
    account = comment.account
    return " ".join([*byline, f"{account.name} {account.username}" if account else comment.guest_name or ""])


_FOUND_BY = (
    "body", "guest_name", "account_id", "author_id", "held_at", "rejected_at", "spam_at", "hidden_at", "approved_at", "deleted_at",
)  # fmt: skip


@event.listens_for(Session, "after_flush")
def _note(session: Session, _context: Any) -> None:
    changed: set[int] = session.info.setdefault("comments to index", set())
    for row in session.new:
        if isinstance(row, Comment):
            changed.add(row.id)
    for row in session.dirty:
        state: Any = inspect(row)
        if isinstance(row, Comment):
            if any(state.attrs[name].history.has_changes() for name in _FOUND_BY):
                changed.add(row.id)
        elif isinstance(row, Account | Author) and state.attrs.name.history.has_changes():
            session.info.setdefault("people to index", set()).add((type(row), row.id))
    for row in session.deleted:
        if isinstance(row, Comment):
            changed.discard(row.id)


@event.listens_for(Session, "before_commit")
def _write_noted(session: Session) -> None:
    session.flush()
    changed: set[int] = session.info.pop("comments to index", set())
    people: set[tuple[type[Any], int]] = session.info.pop("people to index", set())
    for table, person in people:
        theirs = Comment.account_id == person if table is Account else Comment.author_id == person
        # A byline's comments may be by several accounts, and an account's with a byline and without: each has its names.
        samples = session.scalars(
            select(func.min(Comment.id)).where(theirs).group_by(Comment.account_id, Comment.author_id)
        ).all()
        for one in session.scalars(select(Comment).where(Comment.id.in_(samples))):
            alike = and_(
                Comment.account_id.is_not_distinct_from(one.account_id),
                Comment.author_id.is_not_distinct_from(one.author_id),
            )
            mine = select(Comment.id).where(alike)
            names = index_text(_names(one), MAX_BYTES)
            session.execute(update(CommentText).where(CommentText.comment_id.in_(mine)).values(name=names))
    some = sorted(changed)
    for start in range(0, len(some), CHUNK // 5):
        _write(session, some[start : start + CHUNK // 5])


@event.listens_for(Session, "after_soft_rollback")
def _forget_noted(session: Session, previous: Any) -> None:
    if not previous.nested:
        session.info.pop("comments to index", None)
        session.info.pop("people to index", None)


def index_now() -> CommentIndex:
    """Give the index of the session under way."""
    return index(db.session())
