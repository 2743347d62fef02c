"""Links that show an unpublished story to an outsider: signed, for a while, and until somebody takes them back."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ForeignKey, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts import Account
from newsapp.accounts import links as signed
from newsapp.accounts.log import record
from newsapp.articles.models import Article
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock

LASTS = {"1": timedelta(days=1), "3": timedelta(days=3), "14": timedelta(days=14)}  # by the number of days
LONGEST = max(LASTS.values())


class PreviewLink(Base):
    """A link to a story's working copy."""

    id: Mapped[pk]
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    note: Mapped[str] = mapped_column(default="")  # whom it is for
    made_at: Mapped[moment]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    expires_at: Mapped[moment]
    revoked_at: Mapped[moment | None]

    @property
    def url(self) -> str:
        return f"/preview/{signed.sign('preview', {'link': self.id}, self.made_at)}"

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > clock.now()

    @classmethod
    def open_of(cls, article: Article) -> Select[PreviewLink]:
        """Select the links that still show a story, the newest first."""
        return (
            select(cls)
            .where(cls.article_id == article.id, cls.revoked_at.is_(None), cls.expires_at > clock.now())
            .order_by(cls.id.desc())
        )

    def revoke(self, by: Account) -> None:
        """Let the link lead nowhere from now on. The caller commits."""
        self.revoked_at = clock.now()
        record("preview.revoke", f"article:{self.article_id}", by)


def make_link(article: Article, days: str, note: str, by: Account) -> PreviewLink:
    """Make a link for somebody outside; ``days`` is a key of LASTS. The caller commits."""
    now = clock.now()
    link = PreviewLink(
        article_id=article.id, note=note, made_at=now, made_by_id=by.id, expires_at=now + LASTS.get(days, LASTS["3"])
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    record("preview.make", f"article:{article.id}", by)
    return link


def opened(token: str) -> PreviewLink | None:
    """Give the link that a token belongs to, while it shows something."""
    said = signed.read("preview", token, LONGEST)
    link = db.session.get(PreviewLink, said["link"]) if said and isinstance(said.get("link"), int) else None
    if link is None or said is None or not link.is_open or not signed.still_rests_on(said, link.made_at):
        return None
    return link
