"""What the tests of the search plant and ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from newsapp import articles, search
from newsapp.articles import Article, Byline, Source
from newsapp.authors import Author
from newsapp.db import db
from newsapp.lib import clock
from newsapp.media import Picture
from newsapp.search import Filters, index, parse
from newsapp.sections import Section


def story(section: Section, headline: str, body: str = "", *, hours: float = 1, **values: Any) -> Article:
    """Publish a story some hours ago, and commit."""
    names = values.pop("names", ())
    authors: Iterable[Author] = values.pop("authors", ())
    bylines = [Byline(free_text=name) for name in names] + [Byline(author=a, author_id=a.id) for a in authors]
    values.setdefault("standfirst", "Nothing of note.")
    made = articles.write(headline, section, f"<p>{body}</p>" if body else "", bylines=bylines, **values)
    made.publish(at=clock.now() - timedelta(hours=hours))
    db.session.commit()
    return made


def picture(**values: Any) -> Picture:
    row = Picture(
        sha256=str(values) * 2, stem="0" * 20, original="0.jpg", width=800, height=600, widths=[176], **values
    )
    db.session.add(row)
    db.session.flush()
    return row


def source(title: str) -> Source:
    row = Source(title=title)
    db.session.add(row)
    db.session.flush()
    return row


def found(typed: str, order: str = "best", page: int = 1, **filters: Any) -> list[str]:
    """Give the headlines of what is found."""
    return headlines(hits(typed, order, page, **filters).ids)


def hits(typed: str, order: str = "best", page: int = 1, **filters: Any) -> search.Hits:
    made = index(db.session()).query(parse(typed), Filters(**filters), order, page)
    db.session.rollback()
    return made


def headlines(ids: list[int]) -> list[str]:
    rows = {row.id: row.headline for row in db.session.execute(select(Article.id, Article.headline))}
    db.session.rollback()
    return [rows[i] for i in ids]
