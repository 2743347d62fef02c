"""Writing: a story's working copy, what a sitting at it has come to, and its way to review and back.

What is being written lives here and nowhere else: the story's own row holds what readers were shown last, and before
its first publication not a word. Whoever saves says on which number of the copy they have written; if somebody else
has saved meanwhile, nothing is overwritten.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from blinker import Namespace
from sqlalchemy import ForeignKey, Index, Select, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.accounts.notifications import notify
from newsapp.articles.documents import BLANK, Document, document_of, tidied
from newsapp.articles.models import Article, write
from newsapp.authors import Author
from newsapp.db import Base, Json, db, moment, pk
from newsapp.lib import clock
from newsapp.sections import Section

ONE_SITTING = timedelta(minutes=30)  # saves of one person that are no further apart are one line of the history
MOST_SITTINGS = 100  # of one story; older ones are forgotten

copy_saved = Namespace().signal("copy-saved")  # sent with the story, inside the transaction


class WorkingCopy(Base):
    """What a story is to say next. ``number`` rises with each save."""

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    document: Mapped[Document] = mapped_column(Json)
    number: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[moment]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    embargo_until: Mapped[moment | None]
    embargo_note: Mapped[str] = mapped_column(default="")
    returned_at: Mapped[moment | None]
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    returned_note: Mapped[str] = mapped_column(default="")
    submitted_note: Mapped[str] = mapped_column(default="")  # for whoever reads it in review


class Sitting(Base):
    """What one person's saves in a row have come to. Autosave goes on in the same line, so the history stays short."""

    __table_args__ = (Index("ix_sitting_article", "article_id", "id"),)

    id: Mapped[pk]
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    number: Mapped[int]  # the working copy's, at its last save
    begun_at: Mapped[moment]
    saved_at: Mapped[moment]
    by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    document: Mapped[Document] = mapped_column(Json, deferred=True)

    @classmethod
    def of(cls, article: Article) -> Select[Sitting]:
        """Select what was written at a story, the newest first."""
        return select(cls).where(cls.article_id == article.id).order_by(cls.id.desc())


class SavedMeanwhile(Exception):
    """Somebody else has saved since the page was opened; ``copy`` is what stands there now."""

    def __init__(self, copy: WorkingCopy) -> None:
        super().__init__(copy.number)
        self.copy = copy


def copy_of(article: Article, *, locked: bool = False) -> WorkingCopy | None:
    """Give the working copy, where anybody has written one; ``locked``: nobody else may change it meanwhile."""
    query = select(WorkingCopy).where(WorkingCopy.article_id == article.id)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def working_document(article: Article) -> tuple[Document, int]:
    """Give what the desk works on and its number; 0 where nobody has begun: then it is what readers see."""
    copy = copy_of(article)
    return ({**BLANK, **copy.document}, copy.number) if copy else (document_of(article), 0)


def begin(section: Section, headline: str, by: Account) -> Article:
    """Begin a story that only the desk knows: its row says nothing until it is published. The caller commits."""
    article = write("Untitled", section, slug=f"untitled-{secrets.token_hex(6)}")
    author = db.session.scalar(select(Author).where(Author.account_id == by.id, Author.left_at.is_(None)))
    lines = [{"author_id": author.id, "name": "", "role": author.role, "part": "by"}] if author else []
    if not lines and not by.can_edit:  # whoever only writes writes their own; an editor may begin it for somebody else
        lines = [{"author_id": None, "name": by.name, "role": "", "part": "by"}]
    document = {"headline": headline, "section_id": section.id, "bylines": lines}
    _write(article, tidied({**document, "language": article.language}), by)
    record("article.begin", f"article:{article.id}", by)
    return article


def save(article: Article, document: Document, by: Account | None, number: int, *, beside: bool = False) -> WorkingCopy:
    """Keep what was written, without a word of it before readers. ``number`` is the copy's that it was written on.

    ``beside``: it was written beside what stands there, and not on it, as when one person has it open twice. Then a new
    line of the history begins, and what stood there keeps its own. Saving what stands there already does nothing. The
    caller commits.

    Raises:
        SavedMeanwhile: the copy has another number by now, and says something else.
    """
    copy = copy_of(article, locked=True)
    before = copy.document if copy else document_of(article)
    wanted = tidied(document, before)
    if copy is not None and wanted == copy.document:
        return copy
    if copy is not None and copy.number != number:
        raise SavedMeanwhile(copy)
    return _write(article, wanted, by, beside=beside)


def start_again(article: Article, by: Account | None) -> None:
    """Let the working copy say what readers see: something was released, or what was written is not wanted.

    What was written stays in the history of sittings. The caller commits.
    """
    copy = copy_of(article, locked=True)
    if copy is not None:
        copy.document, copy.number = document_of(article), copy.number + 1
        copy.saved_at, copy.saved_by_id = clock.now(), by.id if by else None
        copy.returned_at = copy.returned_by_id = None
        copy.returned_note = ""
    db.session.flush()
    copy_saved.send(article)


def _write(article: Article, document: Document, by: Account | None, *, beside: bool = False) -> WorkingCopy:
    now, by_id = clock.now(), by.id if by else None
    copy = copy_of(article, locked=True)
    if copy is None:
        copy = WorkingCopy(article_id=article.id, document=document, number=1, saved_at=now, saved_by_id=by_id)
        db.session.add(copy)
    else:
        copy.document, copy.number, copy.saved_at, copy.saved_by_id = document, copy.number + 1, now, by_id
    last = db.session.scalar(Sitting.of(article).limit(1))
    if last is not None and not beside and last.by_id == by_id and now - last.saved_at < ONE_SITTING:
        last.document, last.number, last.saved_at = document, copy.number, now
    else:
        db.session.add(
            Sitting(
                article_id=article.id, number=copy.number, begun_at=now, saved_at=now, by_id=by_id, document=document
            )
        )
        _forget_old_sittings(article)
    db.session.flush()
    copy_saved.send(article)
    return copy


def _forget_old_sittings(article: Article) -> None:
    db.session.flush()
    old = db.session.scalars(Sitting.of(article).with_only_columns(Sitting.id).offset(MOST_SITTINGS)).all()
    if old:
        db.session.execute(delete(Sitting).where(Sitting.id.in_(old)))


# To review and back


def submit(article: Article, by: Account, note: str = "") -> None:
    """Give what was written to review: a draft, or a change of a public story. The caller commits.

    ``note`` is for whoever reads it next.
    """
    article.submit(by)
    copy = copy_of(article) or (_write(article, document_of(article), by) if note else None)
    if copy:
        copy.returned_at = copy.returned_by_id = None
        copy.returned_note = ""
        copy.submitted_note = note
    record("article.submit", f"article:{article.id}", by)
    copy_saved.send(article)


def send_back(article: Article, by: Account, note: str) -> None:
    """Give what is in review back to who wrote it, with a note. The caller commits."""
    author_id = article.submitted_by_id
    article.submitted_at = article.submitted_by_id = None
    copy = copy_of(article) or _write(article, document_of(article), by)
    copy.returned_at, copy.returned_by_id, copy.returned_note = clock.now(), by.id, note
    record("article.send_back", f"article:{article.id}", by, note)
    if author_id and author_id != by.id:
        words = f"“{copy.document['headline']}” came back from review: {note}"
        notify(author_id, "desk", f"article:{article.id}", words, f"/desk/articles/{article.id}")
    copy_saved.send(article)


def embargo(article: Article, until: datetime | None, note: str, by: Account) -> None:
    """Note until when a story is not to be public, and why; ``None`` takes it back. The caller commits."""
    copy = copy_of(article) or _write(article, document_of(article), by)
    copy.embargo_until, copy.embargo_note = until, note if until else ""
    record("article.embargo", f"article:{article.id}", by, copy.embargo_note)
    copy_saved.send(article)


__all__ = [
    "BLANK", "SavedMeanwhile", "Sitting", "WorkingCopy", "begin", "copy_of", "copy_saved", "embargo", "save", "send_back", "start_again",
    "submit", "working_document",
]  # fmt: skip
