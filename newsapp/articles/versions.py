"""Versions: every state in which a story was put before readers, numbered, kept whole and never changed.

A version holds the document that the desk released and what was printed of it, so that its words can be shown again
byte for byte whatever has become of its pictures, authors and sources. It can be withheld, with a public reason; it
cannot be changed or dropped: the database refuses.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

from blinker import Namespace
from sqlalchemy import ForeignKey, Select, UniqueConstraint, event, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, undefer

from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.articles.documents import Document, document_of
from newsapp.articles.models import Article, Change
from newsapp.articles.printed import (
    PrintedByline,
    PrintedCitation,
    PrintedSource,
    PrintedTopic,
    Story,
    story_to_read,
)
from newsapp.authors import PrintedAuthor
from newsapp.db import Base, Json, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.tags import Tagged
from newsapp.media import PrintedPicture

# What a change of a public story may be, and how it is called.
CLASSES = {
    "correction": "Correction", "clarification": "Clarification", "update": "Update", "minor": "Minor change",
}  # fmt: skip
LABELS = {"published": "Published", **CLASSES}
# What a version keeps of a story as it was printed. Its times and its notices are the story's own.
_PRINTED = (
    "kind", "section_id", "label", "headline", "short_headline", "standfirst", "language", "minutes", "is_evergreen", "picture", "bylines",
    "also_in", "search_headline", "social_headline", "standfirst_is_own", "place", "key_points", "making", "picture_caption", "picture_alt", "words",
    "contents", "body", "topics", "citations",
)  # fmt: skip
_MADE_OF = {name: (tuple(f.name for f in fields(made)), made) for name, made in
            (("picture", PrintedPicture), ("author", PrintedAuthor), ("source", PrintedSource), ("topic", PrintedTopic))}  # fmt: skip


version_kept = Namespace().signal("version-kept")  # sent with the story and its document, inside the transaction


class CannotWithhold(ValueError):
    """A version that must stay open; the message is a sentence for the desk."""


class Version(Base, Tagged):
    """A story as readers were shown it from ``at`` on."""

    __tags__ = ("article:{article_id}",)
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: Mapped[pk]
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[moment]
    kind: Mapped[str]  # a key of LABELS
    reason: Mapped[str] = mapped_column(default="")
    change_id: Mapped[int | None] = mapped_column(ForeignKey(Change.id), index=True)  # its line in the update log
    made_at: Mapped[moment]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    withheld_at: Mapped[moment | None]
    withheld_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    withheld_reason: Mapped[str] = mapped_column(default="")
    document: Mapped[Document] = mapped_column(Json, deferred=True, deferred_group="words")
    printed: Mapped[dict[str, Any]] = mapped_column(Json, deferred=True, deferred_group="words")

    change: Mapped[Change | None] = relationship(viewonly=True)

    @property
    def label(self) -> str:
        return LABELS[self.kind]

    @property
    def is_withheld(self) -> bool:
        return self.withheld_at is not None

    @classmethod
    def of(cls, article_id: int, at: datetime) -> Select[Version]:
        """Select the versions that were public by ``at``, the newest first, without their words."""
        return select(cls).where(cls.article_id == article_id, cls.at <= at).order_by(cls.number.desc())

    @classmethod
    def whole(cls, article_id: int, at: datetime) -> Select[Version]:
        """Select them with their words."""
        return cls.of(article_id, at).options(undefer(cls.document), undefer(cls.printed))

    def story(self, article: Article | Story) -> Story:
        """Give the story as this version printed it; ``article`` has its address and its times."""
        return unpacked(self.printed, article)

    def withhold(self, reason: str, by: Account) -> None:
        """Keep its words from readers; that it was there, and the reason, stay public. The caller commits.

        Raises:
            CannotWithhold: it is what the story says now, or the reason is missing.
        """
        newest = db.session.scalar(Version.of(self.article_id, clock.now()).limit(1))
        if newest is self:
            raise CannotWithhold("This is what the story says now. Release another version first, or withdraw it.")
        if not reason:
            raise CannotWithhold("Give a reason: readers are told it.")
        self.withheld_at, self.withheld_by_id, self.withheld_reason = clock.now(), by.id, reason
        record("version.withhold", f"article:{self.article_id}", by, reason, number=self.number)


@event.listens_for(Version, "before_delete")
def _refuse_to_drop(_mapper: Any, _connection: Any, version: Version) -> None:
    if version.at <= clock.now():
        raise ValueError(f"version {version.number} of story {version.article_id} was public: it cannot be dropped")


def keep(
    article: Article, kind: str, reason: str = "", by: Account | None = None, at: datetime | None = None,
    change: Change | None = None,
) -> Version:  # fmt: skip
    """Keep the story as it stands as its next version. The caller commits.

    One that was to become public and has not yet is replaced: nobody has seen it.
    """
    now = clock.now()
    drop_unseen(article)
    last = db.session.scalar(select(func.max(Version.number)).where(Version.article_id == article.id)) or 0
    story = story_to_read(db.session(), article.slug)
    assert story is not None
    version = Version(
        article_id=article.id, number=last + 1, at=at or now, kind=kind, reason=reason, made_at=now, made_by_id=by.id if by else None,
        change_id=change.id if change else None, document=document_of(article), printed=packed(story),
    )  # fmt: skip
    db.session.add(version)
    article.versions = version.number
    db.session.flush()
    version_kept.send(article, document=version.document)
    return version


def keep_first(article: Article) -> None:
    """Keep what is public and was never kept: a story from before there were versions. The caller commits."""
    was_public = article.published_at is not None and article.published_at <= clock.now() and article.ready_at
    if was_public and not db.session.scalar(select(Version.id).where(Version.article_id == article.id).limit(1)):
        keep(article, "published", at=article.published_at)


def drop_unseen(article: Article) -> None:
    """Drop the version that waits for its time, if there is one. The caller commits."""
    db.session.flush()
    unseen = select(Version).where(Version.article_id == article.id, Version.at > clock.now())
    for version in db.session.scalars(unseen):
        db.session.delete(version)
    db.session.flush()


def packed(story: Story) -> dict[str, Any]:
    """Write what was printed of a story as JSON. Of an author only the name and the way to the page are the story's."""
    found = {name: _plain(getattr(story, name)) for name in _PRINTED}
    for byline in found["bylines"]:
        if byline["author"]:
            byline["author"] = {name: byline["author"][name] for name in ("id", "slug", "name")}
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return _plain(asdict(value)) if hasattr(value, "__dataclass_fields__") else value


def unpacked(printed: dict[str, Any], article: Article | Story) -> Story:
    """Read back what packed() wrote."""
    values = {name: printed[name] for name in _PRINTED if name in printed}  # an old one has not every name
    values["picture"] = _made("picture", printed["picture"])
    values["bylines"] = [
        PrintedByline(b["role"], b["part"], b["free_text"], _made("author", b["author"])) for b in printed["bylines"]
    ]
    values["topics"] = [_made("topic", topic) for topic in printed["topics"]]
    values["citations"] = [PrintedCitation(c["number"], _made("source", c["source"])) for c in printed["citations"]]
    own = ("id", "slug", "submitted_at", "ready_at", "published_at", "unpublish_at", "updated_at", "withdrawn_at")
    return Story(**values, **{name: getattr(article, name) for name in own})


def _made(of: str, values: dict[str, Any] | None) -> Any:
    if values is None:
        return None
    names, made = _MADE_OF[of]
    found = {name: values.get(name, [] if name == "links" else "") for name in names}
    for name in ("published_on", "accessed_on"):
        if found.get(name):
            found[name] = date.fromisoformat(found[name])
    return made(**found)
