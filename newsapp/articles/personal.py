"""What is held about a person who works at stories."""

from __future__ import annotations

from sqlalchemy import select, update

from newsapp.accounts import Account
from newsapp.accounts.holdings import Holding, Record
from newsapp.articles.colleagues import StoryNote
from newsapp.db import db


def _notes(account: Account) -> list[Record]:
    rows = db.session.scalars(select(StoryNote).where(StoryNote.written_by_id == account.id).order_by(StoryNote.id))
    names = ("article_id", "quote", "words", "written_at", "done_at")
    return [{name: getattr(row, name) for name in names} for row in rows]


def _erase_notes(account: Account, _keep_words: bool) -> None:
    """Forget who wrote them: they are the newsroom's work, and stay with the story."""
    for column in (StoryNote.written_by_id, StoryNote.done_by_id):
        db.session.execute(update(StoryNote).where(column == account.id).values({column: None}))


HOLDINGS = (Holding("Notes that you left on stories", (StoryNote,), _notes, _erase_notes),)
