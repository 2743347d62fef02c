"""Where a picture is used: on stories as they are public, and in all that the desk has written and keeps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, exists, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.articles.documents import Document
from newsapp.articles.drafting import WorkingCopy, copy_of, copy_saved
from newsapp.articles.models import Article, PictureUse
from newsapp.articles.newslist import NewslistLine
from newsapp.articles.versions import version_kept
from newsapp.authors import Author
from newsapp.db import Base, db
from newsapp.lib import tags
from newsapp.media import Picture

_IN_TEXT = re.compile(r"data-picture=[\"']?(\d{1,9})")
MOST_USES = 200  # stories that are named; a picture with more is used all the same


class PictureMention(Base):
    """That a story was ever saved with a picture: its history can be brought back, so the picture must stay."""

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    picture_id: Mapped[int] = mapped_column(ForeignKey(Picture.id), primary_key=True, index=True)


@dataclass(frozen=True)
class Use:
    """One story that uses a picture, as the desk names it."""

    article_id: int
    headline: str
    how: str
    is_public: bool

    @property
    def url(self) -> str:
        return f"/desk/articles/{self.article_id}"


def pictures_in(document: Document) -> set[int]:
    """Give the numbers of the pictures that a document names: its own and those in its text."""
    return {int(n) for n in [document["picture_id"] or 0, *_IN_TEXT.findall(document["body"])]} - {0}


def uses_of(picture: Picture) -> list[Use]:
    """Give the stories that use a picture, the newest first, each with where it stands in it."""
    at = tags.moment()
    leads = set(_ids(select(Article.id).where(Article.picture_id == picture.id)))
    texts = set(_ids(select(PictureUse.article_id).where(PictureUse.picture_id == picture.id)))
    kept = set(_ids(select(PictureMention.article_id).where(PictureMention.picture_id == picture.id)))
    ids = sorted(leads | texts | kept, reverse=True)[:MOST_USES]
    copies = {copy.article_id: copy.document for copy in db.session.scalars(
        select(WorkingCopy).where(WorkingCopy.article_id.in_(ids)))} if ids else {}  # fmt: skip
    lines = db.session.scalars(select(NewslistLine).where(NewslistLine.article_id.in_(ids))) if ids else ()
    heads = {line.article_id: line.headline for line in lines}
    found = []
    for article in (
        db.session.scalars(select(Article).where(Article.id.in_(ids)).order_by(Article.id.desc())) if ids else ()
    ):
        document = copies.get(article.id)
        how = [
            words
            for words, holds in (
                ("its picture", article.id in leads), ("in its text", article.id in texts),
                ("its picture, not released yet", document and article.id not in leads and document["picture_id"] == picture.id),
                ("in its text, not released yet", document and article.id not in texts and str(picture.id) in _IN_TEXT.findall(document["body"])),
            )
            if holds
        ]  # fmt: skip
        is_public = article.is_public(at) and article.id in leads | texts
        found.append(
            Use(article.id, heads.get(article.id) or article.headline, ", ".join(how) or "in its history", is_public)
        )
    return found


def faces_of(picture: Picture) -> list[str]:
    """Name the people whose portrait a picture is."""
    return list(db.session.scalars(select(Author.name).where(Author.portrait_id == picture.id).order_by(Author.name)))


def is_used() -> ColumnElement[bool]:
    """Test, in a query of pictures, whether anything uses the picture."""
    return or_(
        exists().where(Article.picture_id == Picture.id), exists().where(PictureUse.picture_id == Picture.id),
        exists().where(PictureMention.picture_id == Picture.id), exists().where(Author.portrait_id == Picture.id),
    )  # fmt: skip


def _ids(query: Any) -> list[int]:
    return list(db.session.scalars(query.limit(MOST_USES)))


def _mention(article_id: int, document: Document) -> None:
    wanted = pictures_in(document)
    if not wanted:
        return
    here = set(db.session.scalars(select(PictureMention.picture_id).where(PictureMention.article_id == article_id)))
    there = set(db.session.scalars(select(Picture.id).where(Picture.id.in_(wanted - here)))) if wanted - here else set()
    for picture_id in sorted(there):
        db.session.add(PictureMention(article_id=article_id, picture_id=picture_id))
    db.session.flush()


@copy_saved.connect
def _mention_in_copy(article: Article) -> None:
    if copy := copy_of(article):
        _mention(article.id, copy.document)


@version_kept.connect
def _mention_in_version(article: Article, document: Document) -> None:
    _mention(article.id, document)


__all__ = ["PictureMention", "Use", "faces_of", "is_used", "pictures_in", "uses_of"]
