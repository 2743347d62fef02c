"""A feed and its entries, before they are written in one of the formats."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from newsapp.articles import ALL, Article, Byline, Change, Citation, Kind, Listing
from newsapp.feeds.fulltext import correction_text, full_text
from newsapp.lib import tags
from newsapp.media import Picture
from newsapp.sections import Tree
from newsapp.site import Site

MOST = 30  # entries of a feed
PICTURE_WIDTH = 1400  # pixels
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# What must not be taken for reporting says so in its title: few feed readers show categories.
_LABELLED = {Kind.OPINION, Kind.SPONSORED, Kind.SATIRE, Kind.PRESS_RELEASE}


@dataclass(frozen=True)
class Person:
    name: str
    url: str | None = None


@dataclass(frozen=True)
class Image:
    """A picture beside an entry."""

    url: str
    width: int
    height: int
    description: str
    credit: str
    licence_url: str


@dataclass(frozen=True)
class Entry:
    """One entry of a feed. Its texts are plain but for ``html``; its addresses are absolute."""

    id: str
    url: str
    title: str
    html: str
    published_at: datetime
    updated_at: datetime  # its last material change
    summary: str = ""
    authors: list[Person] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    language: str = ""
    image: Image | None = None
    comments_url: str | None = None
    comments_feed: str | None = None


@dataclass(frozen=True)
class Feed:
    """A feed. ``url`` is the page that it belongs to, ``address`` its own without the format's ending."""

    title: str
    description: str
    url: str
    address: str
    language: str
    publisher: Person
    rights: str
    entries: list[Entry]

    @property
    def updated_at(self) -> datetime:
        return max((entry.updated_at for entry in self.entries), default=NEVER)


def absolute(base: str, path: str) -> str:
    """Give the full address of one of our paths. Source: RFC 3986, section 2; letters of other scripts are encoded."""
    return base + quote(path)


def lasting_id(what: str, number: int, born_at: datetime) -> str:
    """Give an entry's id, the same for ever.

    It is made of what never changes: the row's number, and when it was made, by which it is another than the same
    number of another site. An address would not do: stories get new slugs and papers new domains.
    """
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{what}:{number}:{born_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}").urn


def newest_entries(session: Session, shelf: str, site: Site, tree: Tree, base: str) -> list[Entry]:
    """Give the newest public stories of a shelf, whole."""
    tags.shows(shelf)
    ids = list(session.scalars(Listing.on(shelf, tags.moment()).limit(MOST)))
    stories = {story.id: story for story in session.scalars(_whole(ids)).unique()}
    return [story_entry(stories[i], site, tree, base) for i in ids if i in stories]


def _whole(ids: Iterable[int]) -> Select[Article]:
    """Select stories with all that a feed prints, in no order: so many queries however many."""
    return (
        select(Article)
        .where(Article.id.in_(list(ids)))
        .options(
            undefer(Article.body),
            joinedload(Article.picture),
            selectinload(Article.bylines).joinedload(Byline.author),
            selectinload(Article.topics),
            selectinload(Article.citations).joinedload(Citation.source),
            selectinload(Article.changes),
        )
    )


def story_entry(story: Article, site: Site, tree: Tree, base: str) -> Entry:
    """Make the entry of a public story."""
    assert story.published_at is not None  # it stands on a shelf
    url, kind = absolute(base, story.url), Kind(story.kind)
    branch = tree.by_id.get(story.section_id)
    filed = [tree.by_id[i].name for i in story.also_in if i in tree.by_id]
    names = [
        *(step.name for step in (branch.line if branch else [])),
        *filed,
        *(topic.name for topic in story.topics),
        *([] if kind is Kind.NEWS else [kind.label]),
    ]
    image = picture_of(story.picture, base, story.picture_alt) if story.picture else None
    return Entry(
        id=lasting_id("article", story.id, story.created_at),
        url=url,
        title=f"{kind.label}: {story.headline}" if kind in _LABELLED else story.headline,
        html=full_text(story, image.url if image else None, site, url),
        published_at=story.published_at,
        updated_at=story.visibly_updated_at or story.published_at,
        summary=story.standfirst,
        authors=[
            Person(byline.name, absolute(base, byline.author.url) if byline.author else None) for byline in story.by
        ]
        or [Person(site.name, f"{base}/")],
        tags=list(dict.fromkeys(names)),
        language=story.language,
        image=image,
        comments_url=f"{url}#comments",
        comments_feed=f"{url}/comments/feed.xml",
    )


def picture_of(picture: Picture, base: str, alt: str | None = None) -> Image:
    width = min((w for w in picture.widths if w >= PICTURE_WIDTH), default=max(picture.widths))
    return Image(
        url=base + picture.file(width, "jpg"),
        width=width,
        height=picture.height_at(width),
        description=picture.alt if alt is None else alt,
        credit=picture.credit_line,
        licence_url=picture.licence_url,
    )


def correction_entries(session: Session, site: Site, base: str) -> list[Entry]:
    """Give the newest corrections and clarifications of public stories."""
    tags.shows("log", ALL)
    entries: list[Entry] = []
    for change in session.scalars(Change.notices(tags.moment()).limit(MOST)):
        story = change.article
        url = absolute(base, story.url)
        entries.append(
            Entry(
                id=lasting_id("change", change.id, story.created_at),
                url=f"{url}#corr-{change.id}",
                title=f"{change.kind.capitalize()}: {story.headline}",
                html=correction_text(change, story, site, url),
                published_at=change.at,
                updated_at=change.at,
                summary=change.note,
                authors=[Person(site.name, f"{base}/")],
                tags=[change.kind.capitalize()],
                language=story.language,
            )
        )
    return entries
