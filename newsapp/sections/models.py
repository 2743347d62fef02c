from __future__ import annotations

from blinker import Namespace
from sqlalchemy import ForeignKey, Select, false, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from newsapp.accounts import Account
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.tags import Tagged
from newsapp.lib.text import slugify
from newsapp.site import FEEDS, page_came, page_moved

# Sent with the section and the ids of those that it stood below, inside the transaction, after it was put elsewhere.
section_moved = Namespace().signal("section-moved")


class NoSuchPlace(ValueError):
    """An address, or a place in the tree, that a section cannot have; the message is a sentence for the desk."""


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
    comments_read_first: Mapped[bool] = mapped_column(default=False, server_default=false())  # here and below
    hidden_at: Mapped[moment | None]  # not in the menus; its address still answers
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))

    @property
    def url(self) -> str:
        return f"/sections/{self.path}"

    @property
    def slug(self) -> str:
        """The last part of its address."""
        return self.path.rpartition("/")[2]

    @classmethod
    def all(cls) -> Select[Section]:
        """Select every section, parents before their children, siblings in their order."""
        return select(cls).order_by(cls.parent_id.is_not(None), cls.parent_id, cls.position, cls.id)

    def edit(
        self, *, name: str | None = None, description: str | None = None, rhythm: str | None = None,
        comments_read_first: bool | None = None,
    ) -> None:  # fmt: skip
        """Change the section's words. Its address stays. The caller commits."""
        if name is not None:
            self.name = name
        if description is not None:
            self.description = description
        if rhythm is not None:
            self.rhythm = rhythm
        if comments_read_first is not None:
            self.comments_read_first = comments_read_first

    def move_to(self, position: int) -> None:
        """Set the section's place among its siblings. The caller commits."""
        self.position = position

    def put(self, parent: Section | None, slug: str, by_id: int | None = None) -> None:
        """Give the section another address, and perhaps another place in the tree, at the end of its siblings there.

        All below it move along; their old addresses and feeds lead to the new ones. ``by_id`` is the account of who
        did it. The caller commits.

        Raises:
            NoSuchPlace: another section has the address, or the place is below the section itself.
        """
        rows = {row.id: row for row in db.session.scalars(select(Section))}
        above = _line_above(self, rows)
        if parent is not None and self.id in (parent.id, *_line_above(parent, rows)):
            raise NoSuchPlace(f"{self.name} cannot stand below itself.")
        old, new = self.path, f"{parent.path}/{slug}" if parent else slug
        below = [row for row in rows.values() if row is self or self.id in _line_above(row, rows)]
        moves = {row: new + row.path.removeprefix(old) for row in below}
        if {row.path for row in rows.values() if row not in moves} & set(moves.values()):
            raise NoSuchPlace(f"There is a section at /sections/{new} already.")
        parent_id = parent.id if parent else None
        if parent_id != self.parent_id:
            places = [row.position for row in rows.values() if row.parent_id == parent_id]
            self.parent_id, self.position = parent_id, max(places, default=-1) + 1
        if new != old:
            urls = {row: row.url for row in moves}
            for row, path in moves.items():
                row.path = path
            db.session.flush()
            for row, url in urls.items():
                page_moved(url, row.url, by_id, FEEDS)
        db.session.flush()
        if _line_above(self, rows) != above:
            section_moved.send(self, above=above)

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
    for part in ("", *FEEDS):
        page_came(f"{section.url}{part}")
    return section


def _line_above(section: Section, rows: dict[int, Section]) -> list[int]:
    """Give the ids of the sections that one stands below, the nearest first. A broken tree ends where it is broken."""
    found: list[int] = []
    here = section.parent_id
    while here is not None and here in rows and here not in found:
        found.append(here)
        here = rows[here].parent_id
    return found


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

    def move_to(self, position: int) -> None:
        """Set the column's place among the others. The caller commits."""
        self.position = position

    def add(self, section: Section | None, label: str | None, address: str | None) -> MenuItem:
        """Add a line at the column's end and give it its id. The caller commits."""
        item = MenuItem(position=max((one.position for one in self.items), default=-1) + 1)
        item.say(section, label, address)
        self.items.append(item)
        db.session.flush()
        return item

    def remove(self) -> None:
        """Take the column out of the footer, with all its lines. The caller commits."""
        db.session.delete(self)


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

    def say(self, section: Section | None, label: str | None, address: str | None) -> None:
        """Set where the line leads: to a section, or to an address under a label. The caller commits."""
        self.section_id = section.id if section else None
        self.label, self.address = label or None, None if section else address

    def move_to(self, position: int) -> None:
        """Set the line's place in its column. The caller commits."""
        self.position = position

    def remove(self) -> None:
        """Take the line out of its column. The caller commits."""
        self.column.items.remove(self)


def add_column(heading: str) -> MenuColumn:
    """Add a column at the footer's end and give it its id. The caller commits."""
    last = db.session.scalar(select(func.max(MenuColumn.position)))
    column = MenuColumn(heading=heading, position=0 if last is None else last + 1)
    db.session.add(column)
    db.session.flush()
    return column
