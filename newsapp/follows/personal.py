"""What is held here about a person: whom they follow and what they keep for later."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from newsapp.accounts import Account
from newsapp.accounts.holdings import Holding, Record
from newsapp.articles import Article, Topic
from newsapp.authors import Author
from newsapp.db import db
from newsapp.follows.models import Follow, SavedStory
from newsapp.sections import Section


def _follows(account: Account) -> list[Record]:
    records: list[Record] = []
    for kind, table, column in (
        ("section", Section, Follow.section_id), ("author", Author, Follow.author_id), ("topic", Topic, Follow.topic_id),
    ):  # fmt: skip
        rows: Any = db.session.execute(
            select(table.name, Follow.since).join(Follow, column == table.id).where(Follow.account_id == account.id)
        )
        records += [{kind: name, "since": since} for name, since in rows]
    return records


def _erase_follows(account: Account, _keep_words: bool) -> None:
    db.session.execute(delete(Follow).where(Follow.account_id == account.id))


def _saved(account: Account) -> list[Record]:
    rows = db.session.execute(
        SavedStory.of(account).join(Article, Article.id == SavedStory.article_id).add_columns(Article.slug)
    )
    return [{"story": row.title, "address": f"/articles/{slug}", "saved_at": row.saved_at} for row, slug in rows]


def _erase_saved(account: Account, _keep_words: bool) -> None:
    db.session.execute(delete(SavedStory).where(SavedStory.account_id == account.id))


HOLDINGS = (
    Holding("What you follow", (Follow,), _follows, _erase_follows),
    Holding("Stories that you saved", (SavedStory,), _saved, _erase_saved),
)
