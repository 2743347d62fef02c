from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.db import Base, db, moment, pk
from newsapp.extensions import login
from newsapp.lib import clock
from newsapp.lib.tags import Tagged


class Role(StrEnum):
    """What an account may do, from least to most."""

    READER = "reader"
    CONTRIBUTOR = "contributor"
    AUTHOR = "author"
    EDITOR = "editor"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Account(Base, Tagged, UserMixin):  # type: ignore[misc]  # flask_login has no types
    """Somebody who signs in. Readers see the name beside a comment."""

    __tags__ = ("account:{id}",)

    id: Mapped[pk]
    username: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(default=Role.READER)
    created_at: Mapped[moment] = mapped_column(default=clock.now)
    disabled_at: Mapped[moment | None]

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    @property
    def is_newsroom(self) -> bool:
        return self.role != Role.READER

    def rename(self, name: str) -> None:
        """Change the name that readers see. The caller commits."""
        self.name = name

    def disable(self, at: datetime | None = None) -> None:
        """Keep the account from signing in. The caller commits."""
        self.disabled_at = at or clock.now()


@login.user_loader  # type: ignore[untyped-decorator]  # as above
def _load(account_id: str) -> Account | None:
    return db.session.get(Account, int(account_id))
