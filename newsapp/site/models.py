from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from newsapp.db import Base, Json, pk
from newsapp.lib.tags import Tagged


class Site(Base, Tagged):
    """The one row of what the publisher sets. Every page shows some of it."""

    __tags__ = ("site",)

    id: Mapped[pk]
    name: Mapped[str]
    tagline: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en-GB")
    zone: Mapped[str] = mapped_column(default="Europe/London")  # a name of the IANA time zone database
    founded_on: Mapped[str | None]  # ISO 8601, a year or a date
    copyright_from: Mapped[int | None]  # the first year of the footer's span
    copyright_line: Mapped[str] = mapped_column(default="All rights reserved.")
    social_links: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)  # [{label, url}]
    share_networks: Mapped[list[str]] = mapped_column(Json, default=list)  # keys of articles.sharing.NETWORKS
    top_writers_days: Mapped[int] = mapped_column(default=30)
    comment_rules: Mapped[str] = mapped_column(default="")  # in short, a line each, over the form for a comment
    stay_informed: Mapped[bool] = mapped_column(default=False)  # the newsletter's form in a window: stay.js
    # None: as the settings of the same names say, see policy.py
    comments_guests: Mapped[bool | None]
    comments_first_held: Mapped[int | None]
    comments_close_days: Mapped[int | None]
    contact_addresses: Mapped[dict[str, str] | None] = mapped_column(Json)  # {role: mail address}, see addressees.py
    # {file, width, height} in the folder of the pictures: for light grounds, and for dark ones
    logo: Mapped[dict[str, Any] | None] = mapped_column(Json)
    logo_dark: Mapped[dict[str, Any] | None] = mapped_column(Json)

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def show_logo(self, light: dict[str, Any] | None, dark: dict[str, Any] | None = None) -> None:
        """Set the logo as ``media.keep_logo()`` gave it; ``None``: the name stands there as words. The caller commits."""
        self.logo, self.logo_dark = light, dark

    def set(self, **values: object) -> None:
        """Change what the publisher sets. The caller commits.

        Raises:
            ValueError: the time zone is not one of the IANA database.
            AttributeError: there is no such setting.
        """
        if "zone" in values:
            try:
                ZoneInfo(str(values["zone"]))
            except (KeyError, OSError, ValueError):
                raise ValueError(f"{values['zone']} is not a time zone like Europe/London") from None
        for name, value in values.items():
            if name not in Site.__table__.columns or name in ("logo", "logo_dark"):
                raise AttributeError(name)
            setattr(self, name, value)


def current(session: Session) -> Site:
    """Give the site's row; a new one with neutral words where nobody has set anything yet."""
    return session.scalar(select(Site).order_by(Site.id).limit(1)) or Site(
        id=1, name="A news site", tagline="", description="", language="en-GB", zone="Europe/London",
        copyright_line="All rights reserved.", social_links=[], share_networks=[], top_writers_days=30, comment_rules="", stay_informed=False,
    )  # fmt: skip
