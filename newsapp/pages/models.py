from __future__ import annotations

import re

from sqlalchemy import ForeignKey, Select, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from newsapp.accounts import Account
from newsapp.articles.body import prepare
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.tags import Tagged

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Page(Base, Tagged):
    """A page of the paper about itself. Menus name it only while it is there, so a change of it is one of the site."""

    __tags__ = ("page:{slug}", "site")

    id: Mapped[pk]
    slug: Mapped[str] = mapped_column(unique=True)  # its address: /about
    title: Mapped[str]
    standfirst: Mapped[str] = mapped_column(default="")
    body: Mapped[str]  # HTML, cleaned
    updated_at: Mapped[moment] = mapped_column(default=clock.now)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))

    @property
    def url(self) -> str:
        return f"/{self.slug}"

    @classmethod
    def at(cls, slug: str) -> Select[Page]:
        """Select the page with this address."""
        return select(cls).where(cls.slug == slug)

    def edit(self, title: str, body: str, standfirst: str = "", by: Account | None = None) -> None:
        """Change what the page says. ``body`` is HTML; what is stored has been cleaned. The caller commits."""
        self.title, self.standfirst, self.body = title, standfirst, prepare(body).html
        self.updated_at, self.updated_by_id = clock.now(), by.id if by else None

    def move_to(self, slug: str) -> None:
        """Give the page another address; whoever does leads readers on from the old one. The caller commits.

        Raises:
            ValueError: the address is not made of lower case, digits and hyphens.
        """
        if not SLUG.fullmatch(slug):
            raise ValueError(f"{slug!r} is no address for a page: take lower case, digits and hyphens")
        self.slug = slug

    def remove(self) -> None:
        """Take the page away. The caller commits."""
        db.session.delete(self)


def write(slug: str, title: str, body: str, standfirst: str = "", by: Account | None = None) -> Page:
    """Add a page. ``body`` is HTML; what is stored has been cleaned. The caller commits.

    Raises:
        ValueError: the address is not made of lower case, digits and hyphens.
    """
    if not SLUG.fullmatch(slug):
        raise ValueError(f"{slug!r} is no address for a page: take lower case, digits and hyphens")
    page = Page(slug=slug, title=title, body="")
    page.edit(title, body, standfirst, by)
    db.session.add(page)
    db.session.flush()
    return page


def slugs(session: Session) -> set[str]:
    """Give the addresses of all pages, without their slash: a newsroom has a dozen."""
    return set(session.scalars(select(Page.slug)))
