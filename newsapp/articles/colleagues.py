"""Notes to colleagues: what those who work at a story tell each other about it, or about words of it.

They stand beside the text and never in it: nothing that a reader, a feed or an outsider's preview gets knows of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ForeignKey, Index, Select, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts import Account, Role
from newsapp.accounts.notifications import notify, take_back
from newsapp.articles.drafting import Sitting, working_document
from newsapp.articles.models import Article
from newsapp.articles.newslist import NewslistPerson
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock

MOST_QUOTED = 300  # characters
MOST_WORDS = 2000
_EDITORS = (Role.EDITOR, Role.ADMIN)
_WRITERS = (Role.CONTRIBUTOR, Role.AUTHOR)


class StoryNote(Base):
    """A note on a story, or an answer to one; ``quote`` is the words of the text that it is about."""

    __table_args__ = (Index("ix_story_note_article", "article_id", "id"),)

    id: Mapped[pk]
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("story_note.id", ondelete="CASCADE"), index=True)
    quote: Mapped[str] = mapped_column(default="")
    words: Mapped[str]
    written_at: Mapped[moment] = mapped_column(default=clock.now)
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    done_at: Mapped[moment | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))

    @classmethod
    def on(cls, article: Article) -> Select[StoryNote]:
        """Select the notes on a story with their answers, in the order in which they were written."""
        return select(cls).where(cls.article_id == article.id).order_by(cls.id)

    def settle(self, by: Account) -> None:
        """Note that what was asked is done. The caller commits."""
        self.done_at, self.done_by_id = self.done_at or clock.now(), self.done_by_id or by.id

    def reopen(self) -> None:
        """Note that what was asked is not done after all. The caller commits."""
        self.done_at = self.done_by_id = None

    def remove(self) -> None:
        """Throw the note away, with its answers and what was told of it. The caller commits."""
        for answer in db.session.scalars(select(StoryNote).where(StoryNote.answers_id == self.id)):
            answer.remove()
        take_back("desk", f"story-note:{self.id}")
        db.session.delete(self)
        db.session.flush()


def leave(
    article: Article, words: str, by: Account, *, quote: str = "", answers: StoryNote | None = None, tell: Account | None = None
) -> StoryNote:  # fmt: skip
    """Leave a note, and tell those who work at the story and ``tell``. The caller commits."""
    note = StoryNote(
        article_id=article.id, answers_id=answers.id if answers else None, quote=quote, words=words, written_by_id=by.id
    )
    if answers:
        answers.reopen()
    db.session.add(note)
    db.session.flush()
    headline = working_document(article)[0]["headline"] or "Untitled"
    told = {*_working_at(article), *({tell.id} if tell else ())} - {by.id}
    may_know = {colleague.id for colleague in colleagues_of(article)}
    for account_id in sorted(told & may_know):
        says = f"{by.name} about “{headline[:80]}”: {words}"
        notify(account_id, "desk", f"story-note:{note.id}", says, f"/desk/articles/{article.id}#note-{note.id}")
    return note


def colleagues_of(article: Article) -> Sequence[Account]:
    """Give who may open a story at the desk, by name."""
    may = or_(
        Account.role.in_(_EDITORS), Account.role.in_(_WRITERS) & Account.id.in_(NewslistPerson.owners_of(article))
    )
    return db.session.scalars(select(Account).where(Account.disabled_at.is_(None), may).order_by(Account.name)).all()


def _working_at(article: Article) -> Iterator[int]:
    """Give who has the story as their own, has written at it, or has left a note on it."""
    wrote = select(Sitting.by_id).where(Sitting.article_id == article.id)
    noted = select(StoryNote.written_by_id).where(StoryNote.article_id == article.id)
    for found in (NewslistPerson.owners_of(article), wrote.distinct(), noted.distinct()):
        yield from (account_id for account_id in db.session.scalars(found) if account_id)
