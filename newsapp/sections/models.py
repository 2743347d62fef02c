from __future__ import annotations

from sqlalchemy import ForeignKey, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from newsapp.accounts import Account
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.tags import Tagged
from newsapp.lib.text import slugify


class Section(Base, Tagged):
    """A part of the paper: World, or Asia Pacific in World.

    Every page's menus show the tree, so a change of any section is a change of the site.
    """

    __tags__ = ("site",)

    id: Mapped[pk]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"), index=True)
    path: Mapped[str] = mapped_column(unique=True)  # the slugs from the root: world/asia-pacific
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)  # among its siblings
    rhythm: Mapped[str | None]  # how its front on the front page is set; see articles.front.RHYTHMS
    hidden_at: Mapped[moment | None]  # not in the menus; its address still answers
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))

    @property
    def url(self) -> str:
        return f"/sections/{self.path}"

    @classmethod
    def all(cls) -> Select[Section]:
        """Select every section, parents before their children, siblings in their order."""
        return select(cls).order_by(cls.parent_id.is_not(None), cls.parent_id, cls.position, cls.id)

    def edit(self, *, name: str | None = None, description: str | None = None, rhythm: str | None = None) -> None:
        """Change the section's words. Its address stays. The caller commits."""
        if name is not None:
            self.name = name
        if description is not None:
            self.description = description
        if rhythm is not None:
            self.rhythm = rhythm

    def move_to(self, position: int) -> None:
        """Set the section's place among its siblings. The caller commits."""
        self.position = position

    def hide(self, by: Account | None = None) -> None:
        """Take the section out of the menus. The caller commits."""
        self.hidden_at, self.hidden_by_id = clock.now(), by.id if by else None

    def show(self) -> None:
        """Put a hidden section back into the menus. The caller commits."""
        self.hidden_at = self.hidden_by_id = None


def create(name: str, parent: Section | None = None, *, slug: str | None = None, **values: object) -> Section:
    """Add a section at the end of its siblings and give it its id. The caller commits."""
    own = slug or slugify(name)
    siblings = db.session.scalars(select(Section).where(Section.parent_id == (parent.id if parent else None))).all()
    section = Section(
        name=name,
        parent_id=parent.id if parent else None,
        path=f"{parent.path}/{own}" if parent else own,
        position=max((sibling.position for sibling in siblings), default=-1) + 1,
        **values,
    )
    db.session.add(section)
    db.session.flush()
    return section


class MenuColumn(Base, Tagged):
    """One of the footer's columns."""

    __tags__ = ("site",)

    id: Mapped[pk]
    heading: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)

    items: Mapped[list[MenuItem]] = relationship(
        order_by="MenuItem.position, MenuItem.id", cascade="all, delete-orphan", back_populates="column"
    )

    @classmethod
    def all(cls) -> Select[MenuColumn]:
        """Select the columns from left to right, with their items."""
        return select(cls).options(selectinload(cls.items)).order_by(cls.position, cls.id)

    def edit(self, heading: str) -> None:
        """Change the column's heading. The caller commits."""
        self.heading = heading


class MenuItem(Base, Tagged):
    """A line of a footer column: a section, or another address with a label."""

    __tags__ = ("site",)

    id: Mapped[pk]
    column_id: Mapped[int] = mapped_column(ForeignKey(MenuColumn.id), index=True)
    section_id: Mapped[int | None] = mapped_column(ForeignKey(Section.id))
    label: Mapped[str | None]  # None: the section's name
    address: Mapped[str | None]  # where there is no section: a path of ours, or a full address
    position: Mapped[int] = mapped_column(default=0)

    column: Mapped[MenuColumn] = relationship(back_populates="items")
