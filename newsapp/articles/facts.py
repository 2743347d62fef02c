"""What can be told of a story from its columns, whether it was read as a mapped row or as plain values."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newsapp.articles.making import told
from newsapp.lib import clock
from newsapp.lib.text import direction

# A change within a minute of publication is the story settling, not news about the story.
SETTLING = timedelta(seconds=60)
NOTICES = ("correction", "clarification")  # the kinds of change that a story carries a notice of

_USE = re.compile(r'id="ref-(\d+)(?:-\d+)?"')  # a mark of a source in a text ready to print


@dataclass(frozen=True)
class Post:
    """One post of a live story."""

    at: datetime
    headline: str
    says: str  # plain words
    url: str


def posts_of(contents: list[dict[str, object]], url: str) -> list[Post]:
    """Give the posts that a live story's list of contents names; ``url`` is the story's."""
    return [
        Post(datetime.fromisoformat(str(entry["at"])), str(entry["text"]), str(entry["says"]), f"{url}#{entry['id']}")
        for entry in contents
        if "at" in entry
    ]


class About:
    """A topic's address and the list of its stories."""

    @property
    def url(self: Any) -> str:
        return f"/topics/{self.slug}"

    @property
    def shelf(self: Any) -> str:
        return f"topic:{self.id}"


class Signed:
    """The name that a byline prints: an author's, or one without a page."""

    @property
    def name(self: Any) -> str:
        return self.author.name if self.author else self.free_text or ""


class Happened:
    """What kind of change it was."""

    @property
    def is_notice(self: Any) -> bool:
        return self.kind in NOTICES


class Facts:
    """The questions that every story answers. Whoever has these facts has the columns that they rest on."""

    @property
    def told_of_making(self: Any) -> list[tuple[str, str]]:
        """Give what is said of how it was made, as readers read it."""
        return told(self.making)

    @property
    def url(self: Any) -> str:
        return f"/articles/{self.slug}"

    @property
    def title(self: Any) -> str:
        """The headline as cards print it."""
        return str(self.short_headline or self.headline)

    @property
    def direction(self: Any) -> str:
        return direction(self.language)

    @property
    def state(self: Any) -> str:
        """Draft, in review, ready or withdrawn; the clock does the rest."""
        if self.withdrawn_at:
            return "withdrawn"
        if self.ready_at:
            return "ready"
        return "in review" if self.submitted_at else "draft"

    def is_public(self: Any, at: datetime | None = None) -> bool:
        at = at or clock.now()
        return (
            self.state == "ready"
            and self.published_at is not None
            and self.published_at <= at
            and (self.unpublish_at is None or self.unpublish_at > at)
        )

    def is_gone(self: Any, at: datetime) -> bool:
        """Tell whether it was public and has been taken back or has ended: readers are told so, and why."""
        was_public = self.published_at is not None and self.published_at <= at and self.ready_at is not None
        return was_public and not self.is_public(at) and bool(self.withdrawn_at or self.unpublish_at)

    @property
    def by(self: Any) -> list[Any]:
        """The bylines proper, without helpers and photographers."""
        return [byline for byline in self.bylines if byline.part == "by"]

    @property
    def visibly_updated_at(self: Any) -> datetime | None:
        """When the story last changed, where readers should know."""
        updated: datetime | None = self.updated_at
        return updated if updated and self.published_at and updated - self.published_at >= SETTLING else None

    @property
    def comments_open(self: Any) -> bool:
        return self.comments_closed_at is None

    @property
    def posts(self: Any) -> list[Post]:
        """A live story's posts, newest first."""
        return posts_of(self.contents, self.url)

    @property
    def uses(self: Any) -> dict[int, int]:
        """How often the text cites each of its sources, by their numbers."""
        return Counter(map(int, _USE.findall(self.body)))

    @property
    def outline(self: Any) -> list[tuple[dict[str, object], list[dict[str, object]]]]:
        """The headings of the text, each of the first level with those of the second below it."""
        found: list[tuple[dict[str, object], list[dict[str, object]]]] = []
        for heading in self.contents:
            if heading["level"] == 2 or not found:
                found.append((heading, []))
            else:
                found[-1][1].append(heading)
        return found
