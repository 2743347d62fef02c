from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from blinker import Namespace
from sqlalchemy import ForeignKey, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsapp.accounts import Account
from newsapp.db import Base, Json, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.tags import Tagged, shows
from newsapp.lib.text import hue, initials, slugify
from newsapp.media import Picture
from newsapp.site import AddressTaken, must_be_free, page_moved

author_changed = Namespace().signal("author-changed")  # sent with the author, inside the transaction


class Named:
    """What can be told of a person from the columns, whether read as a mapped row or as plain values."""

    @property
    def url(self: Any) -> str:
        return f"/authors/{self.slug}"

    @property
    def shelf(self: Any) -> str:
        return f"author:{self.id}"

    @property
    def initials(self: Any) -> str:
        return initials(self.name)

    @property
    def hue(self: Any) -> int:
        return hue(self.slug)


class Author(Base, Tagged, Named):
    """A person whose name stands over stories. Name and job are two things; the job of the day is the byline's."""

    __tags__ = ("author:{id}", "authors")

    id: Mapped[pk]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    bio: Mapped[str] = mapped_column(default="")  # plain text
    beats: Mapped[list[str]] = mapped_column(Json, default=list)
    languages: Mapped[list[str]] = mapped_column(Json, default=list)
    email: Mapped[str] = mapped_column(default="")  # a working address that readers may see
    links: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)  # [{label, url}]
    disclosure: Mapped[str] = mapped_column(default="")
    portrait_id: Mapped[int | None] = mapped_column(ForeignKey(Picture.id), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    left_at: Mapped[moment | None]  # no longer of the staff; the page and the bylines stay

    portrait: Mapped[Picture | None] = relationship()

    @classmethod
    def by_name(cls) -> Select[Author]:
        """Select everybody who has a byline, by name."""
        return select(cls).order_by(cls.name, cls.id)

    def edit(self, **values: object) -> None:
        """Change what the paper says of the person. The address stays. The caller commits.

        Raises:
            AttributeError: there is no such field.
        """
        for name, value in values.items():
            if name in ("id", "slug", "left_at") or name not in Author.__table__.columns:
                raise AttributeError(name)
            setattr(self, name, value)
        author_changed.send(self)

    def readdress(self, slug: str, by_id: int | None = None) -> None:
        """Give the person's page another address. The old one leads there, and its feeds. The caller commits.

        Raises:
            AddressTaken: another author has the address, or had it.
        """
        if slug == self.slug:
            return
        if db.session.scalar(select(Author.id).where(Author.slug == slug)):
            raise AddressTaken(f"There is an author at /authors/{slug} already.")
        old = self.url
        must_be_free(f"/authors/{slug}", own=old)
        self.slug = slug
        db.session.flush()
        page_moved(old, self.url, by_id)
        author_changed.send(self)

    def leave(self) -> None:
        """Note that the person has left the staff. The caller commits."""
        self.left_at = clock.now()

    def come_back(self) -> None:
        """Note that the person is of the staff again. The caller commits."""
        self.left_at = None


@dataclass(slots=True)
class PrintedAuthor(Named):
    """A person as the pages of stories print it."""

    id: int
    slug: str
    name: str
    role: str
    place: str
    bio: str
    email: str
    links: list[dict[str, str]]
    disclosure: str

    @classmethod
    def of(cls, values: Sequence[Any]) -> PrintedAuthor | None:
        """Make a person of the columns, and note whom the page shows; nothing where the row has nobody."""
        if values[0] is None:
            return None
        shows(f"author:{values[0]}")
        return cls(*values)


def create(name: str, *, slug: str | None = None, **values: object) -> Author:
    """Add a byline and give it its id. The caller commits."""
    author = Author(name=name, slug=slug or slugify(name), **values)
    db.session.add(author)
    db.session.flush()
    return author
