"""What commenters may do: as the publisher has set it at the desk, and where that is open, as the operator has."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from sqlalchemy.orm import Session

from newsapp.lib import tags
from newsapp.lib.parts import part
from newsapp.site.models import current


@dataclass(frozen=True)
class CommentPolicy:
    """Who may comment, whose comments are read first, and for how long a discussion is open."""

    guests: bool  # people without an account may comment; a moderator reads each first
    first_held: int  # so many first comments of an account wait for a moderator
    close_days: int  # a discussion closes so many days after its story appeared; 0: never


def comment_policy() -> CommentPolicy:
    """Give what holds now."""
    guests, first_held, close_days = part("comment policy", _set_at_the_desk)
    config = current_app.config
    return CommentPolicy(
        config["COMMENTS_GUESTS"] if guests is None else guests,
        config["COMMENTS_FIRST_HELD"] if first_held is None else first_held,
        config["COMMENTS_CLOSE_DAYS"] if close_days is None else close_days,
    )


def _set_at_the_desk(session: Session) -> tuple[bool | None, int | None, int | None]:
    tags.shows("site")
    found = current(session)
    return found.comments_guests, found.comments_first_held, found.comments_close_days
