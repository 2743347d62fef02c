from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import bleach
from blinker import Namespace
from flask import current_app
from markupsafe import escape
from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts import Account
from newsapp.db import Base, Json, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.markup import is_web_address
from newsapp.lib.tags import Tagged, shows
from newsapp.media import renditions

picture_changed = Namespace().signal("picture-changed")  # sent with the picture, inside the transaction


class Renditions:
    """What can be told of a picture from its columns, whether it was read as a mapped row or as plain values."""

    def file(self: Any, width: int, kind: str) -> str:
        """Give the address of the rendition nearest to ``width`` pixels, not smaller where there is one."""
        return f"/media/{self.stem}-{self.nearest(width)}.{kind}"

    def nearest(self: Any, width: int) -> int:
        """Give the width of the rendition that ``file()`` names."""
        return int(min((w for w in self.widths if w >= width), default=max(self.widths)))

    def srcset(self: Any, kind: str, at_most: int = 1800) -> str:
        """Give the ``srcset`` of one format, up to ``at_most`` pixels wide."""
        widths = [w for w in self.widths if w <= at_most] or self.widths[:1]
        return ", ".join(f"/media/{self.stem}-{w}.{kind} {w}w" for w in widths)

    def height_at(self: Any, width: int) -> int:
        return int(max(1, round(self.height * width / self.width)))

    @property
    def credit_line(self: Any) -> str:
        return str(self.credit or self.creator)

    @property
    def focus_class(self: Any) -> str:
        """The focal point in the steps that the stylesheet knows: style attributes are forbidden."""
        x, y = (5 * round(value / 5) for value in (self.focal_x, self.focal_y))
        return " ".join(name for name in (f"fx-{x}" * (x != 50), f"fy-{y}" * (y != 50)) if name)


ENDS = text("rights_end_on IS NOT NULL")
WARN_BEFORE = timedelta(days=14)


class Picture(Base, Tagged, Renditions):
    """A photograph or drawing with the people and the licence behind it."""

    __tags__ = ("picture:{id}",)
    __table_args__ = (
        Index("ix_picture_rights_end_on", "rights_end_on", "id", sqlite_where=ENDS, postgresql_where=ENDS),
    )

    id: Mapped[pk]
    sha256: Mapped[str] = mapped_column(unique=True)  # of the original: the same file twice is one picture
    stem: Mapped[str]  # its files are /media/<stem>-<width>.<format>
    original: Mapped[str]
    width: Mapped[int]  # of the original, in pixels
    height: Mapped[int]
    widths: Mapped[list[int]] = mapped_column(Json)  # of its files, ascending; each is there in every format
    title: Mapped[str] = mapped_column(default="")
    alt: Mapped[str] = mapped_column(default="")
    caption: Mapped[str] = mapped_column(default="")  # HTML, cleaned
    creator: Mapped[str] = mapped_column(default="")
    credit: Mapped[str] = mapped_column(default="")  # the line that is printed; empty: the creator
    credit_language: Mapped[str | None]  # where the credit is not in the paper's language
    licence: Mapped[str] = mapped_column(default="")
    licence_url: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    source_url: Mapped[str] = mapped_column(default="")
    rights: Mapped[str] = mapped_column(default="", server_default="")  # what its file says; for the newsroom only
    rights_end_on: Mapped[date | None]  # the last day on which it may be shown
    taken_on: Mapped[date | None]
    focal_x: Mapped[int] = mapped_column(default=50)  # per cent from the left
    focal_y: Mapped[int] = mapped_column(default=50)  # per cent from the top
    uploaded_at: Mapped[moment] = mapped_column(default=clock.now)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))

    def rights_left(self, today: date) -> int | None:
        """Give how many days the rights still last, where that is something to warn of; less than 0: they have ended."""
        if self.rights_end_on is None or self.rights_end_on - today > WARN_BEFORE:
            return None
        return (self.rights_end_on - today).days

    @property
    def files(self) -> list[str]:
        """Name all files of the picture, what says that they are whole first."""
        cut = [f"{self.stem}-{width}.{kind}" for width in self.widths for kind in renditions.FORMATS]
        return [f"{self.stem}-made.json", self.original, *cut]

    def describe(self, **values: object) -> None:
        """Change what is said of the picture: alt, caption, creator, credit, licence, focal point. The caller commits.

        The caption is HTML; what is stored has been cleaned. The focal point is in per cent.

        Raises:
            AttributeError: there is no such thing to say.
            ValueError: an address is not a full http or https one, or the focal point lies outside the picture.
        """
        for name, value in _checked(values).items():
            setattr(self, name, value)
        picture_changed.send(self)


@dataclass(slots=True)
class PrintedPicture(Renditions):
    """A picture as pages print it."""

    id: int
    stem: str
    width: int
    height: int
    widths: list[int]
    alt: str
    caption: str
    creator: str
    credit: str
    credit_language: str | None
    licence: str
    licence_url: str
    source_url: str
    focal_x: int
    focal_y: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> PrintedPicture | None:
        """Make a picture of its columns, and note that the page shows it; nothing where the row has none."""
        if values[0] is None:
            return None
        shows(f"picture:{values[0]}")
        return cls(*values)


DESCRIPTION = {
    "title", "alt", "caption", "creator", "credit", "credit_language", "licence", "licence_url", "source", "source_url",
    "focal_x", "focal_y", "rights", "rights_end_on", "taken_on",
}  # fmt: skip
CAPTION_TAGS = {"a", "abbr", "bdi", "br", "cite", "em", "q", "s", "small", "span", "strong", "sub", "sup"}
CAPTION_ATTRIBUTES = {"*": ["lang", "dir", "title"], "a": ["href", "hreflang"]}


def _checked(values: dict[str, object]) -> dict[str, object]:
    for name, value in values.items():
        if name not in DESCRIPTION:
            raise AttributeError(name)
        if name.endswith("_url") and value and not is_web_address(str(value)):
            raise ValueError(f"{value} is not a web address")
        if name in ("focal_x", "focal_y") and not (isinstance(value, int) and 0 <= value <= 100):
            raise ValueError("The focal point lies between 0 and 100 per cent.")
    if "caption" in values:
        caption = bleach.clean(
            str(values["caption"]), tags=CAPTION_TAGS, attributes=CAPTION_ATTRIBUTES, protocols={"http", "https"}, strip=True
        )  # fmt: skip
        values = {**values, "caption": caption.strip()}
    return values


def upload(data: bytes, by: Account | None = None, **described: object) -> Picture:
    """Keep a picture, or give the one there already is of the same bytes. The caller commits.

    The cutting takes a second: do it before anything is written, because SQLite has one writer.

    Raises:
        NotAPicture: the file cannot be used; the message says why, in a sentence.
        AttributeError, ValueError: as ``Picture.describe()``.
    """
    return keep(renditions.cut(data, folder()), by, **described)


def keep(made: renditions.Cut, by: Account | None = None, **described: object) -> Picture:
    """Make the row for renditions that are already cut; a picture that has one keeps what is said of it.

    Two who send the same file at once get the same row: the database settles it. The caller commits.
    """
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    row = dialect.insert(Picture).values(
        sha256=made.sha256, stem=made.stem, original=made.original, width=made.width, height=made.height,
        widths=made.widths, uploaded_by_id=by.id if by else None, **_checked(described),
    )  # fmt: skip
    # No tags to raise: a new picture stands on no page.
    db.session.execute(
        row.on_conflict_do_nothing(index_elements=[Picture.sha256]), execution_options={"raises_tags": True}
    )
    return db.session.scalars(select(Picture).where(Picture.sha256 == made.sha256)).one()


def same_as(data: bytes) -> Picture | None:
    """Give the picture that was made of the same bytes, where there is one."""
    sha256 = hashlib.sha256(data).hexdigest()
    return db.session.scalars(select(Picture).where(Picture.sha256 == sha256)).one_or_none()


def words_of(made: renditions.Cut) -> dict[str, object]:
    """Give what a file says of itself as ``keep()`` takes it: its caption as HTML, its day as a date."""
    said: dict[str, object] = {name: words for name, words in made.said.items() if words}
    if "caption" in said:
        said["caption"] = str(escape(str(said["caption"])))
    if "taken_on" in said:
        said["taken_on"] = date.fromisoformat(str(said["taken_on"]))
    if not is_web_address(str(said.get("licence_url", ""))):
        said.pop("licence_url", None)
    if made_by := str(said.pop("made_by", "")):
        source = f"Digital source type: {made_by.rsplit('/', 1)[-1]}"
        said["rights"] = "\n".join([str(said["rights"]), source] if "rights" in said else [source])
    return said


def remove(picture: Picture) -> list[Path]:
    """Take a picture out of the library; give its files, to be removed after the commit. The caller commits.

    Whoever calls has seen that nothing uses it; the database refuses where a story does.
    """
    files = [folder() / name for name in picture.files]
    db.session.delete(picture)
    db.session.flush()
    return files


def folder() -> Path:
    return Path(current_app.config["MEDIA_URL"])
