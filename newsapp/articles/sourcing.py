"""Sources as the newsroom keeps them: adding one, describing it anew, making one of two that are the same.

What is said of a source is printed under every story that cites it, so a change of it changes public text. Each public
story that prints it gets a numbered version, a minor change, with the reason that was given; one that waits for its
time has what it will show kept anew. What was printed before is kept first, of stories that were taken back as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select

from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.articles.models import DESCRIBED, Article, Citation, Source, source_changed
from newsapp.articles.versions import Version, keep, keep_first
from newsapp.db import db
from newsapp.lib import clock
from newsapp.lib.tags import raise_tags

MOST_STORIES = 150  # that one change prints anew: some 10 ms each, in which nobody else can write


class CannotChange(ValueError):
    """A change of a source that cannot be made; the message is a sentence for the desk."""


def add(values: Mapping[str, Any], by: Account | None = None) -> Source:
    """Keep a source that no story cites yet. ``values`` as in ``Source.describe()``. The caller commits."""
    source = Source(title="")
    source.describe(**values)
    db.session.add(source)
    db.session.flush()
    record("source.add", f"source:{source.id}", by)
    return source


def amend(source: Source, values: Mapping[str, Any], by: Account | None = None, reason: str = "") -> list[Version]:
    """Describe a source anew, and give the versions of the public stories that print it. The caller commits.

    ``reason`` stands in the history of each of these stories. Saying what is said already does nothing.

    Raises:
        CannotChange: public stories print it and the reason is missing, or there are too many of them.
        ValueError: an address is not a full http or https one.
    """
    if all(getattr(source, name) == value for name, value in values.items()):
        return []
    made = _print_anew([source.id], reason, by, lambda: source.describe(**values))
    record("source.amend", f"source:{source.id}", by, reason)
    return made


def merge(source: Source, into: Source, by: Account | None = None, reason: str = "") -> list[Version]:
    """Let every story that cites ``source`` cite ``into``; its own page leads there. The caller commits.

    The row stays, because working copies and old versions name it by its number.

    Raises:
        CannotChange: they are one already, or as for amend().
    """
    into = into.itself
    if source.merged_into_id or source.id == into.id:
        raise CannotChange("They are one source already.")

    def point() -> None:
        source.merged_into = into
        for older in db.session.scalars(select(Source).where(Source.merged_into_id == source.id)):
            older.merged_into = into
        for citation in db.session.scalars(select(Citation).where(Citation.source_id == source.id)):
            citation.source = into
        db.session.flush()
        source_changed.send(into)

    made = _print_anew([source.id], reason, by, point)
    record("source.merge", f"source:{source.id}", by, reason, into=into.id)
    return made


def stories_with(source: Source) -> int:
    """Count the stories, public or not, that cite a source."""
    return db.session.scalar(select(func.count()).select_from(Citation).where(Citation.source_id == source.id)) or 0


def printed_in(source: Source) -> list[Article]:
    """Give the stories in which a change of the source changes what readers see, or will see at their time."""
    return [story for story in _stories([source.id]) if _is_shown(story)]


def _stories(ids: list[int]) -> list[Article]:
    query = select(Article).where(Article.id.in_(select(Citation.article_id).where(Citation.source_id.in_(ids))))
    return list(db.session.scalars(query.order_by(Article.id)))


def _is_shown(story: Article) -> bool:
    """Tell whether readers see it, or will see it without anybody doing anything more."""
    now = clock.now()
    return story.is_public(now) or (
        story.state == "ready" and story.published_at is not None and story.published_at > now
    )


def _print_anew(ids: list[int], reason: str, by: Account | None, change: Callable[[], None]) -> list[Version]:
    stories = _stories(ids)
    shown = [story for story in stories if _is_shown(story)]
    if len(stories) > MOST_STORIES:
        raise CannotChange(
            f"{len(stories):,} stories print it. A change of more than {MOST_STORIES} at once is not made here: add a "
            "source of its own, and cite that from now on."
        )
    if shown and not reason:
        raise CannotChange(
            "Say in a line what was changed, and why: it stands in the history of the stories that print it."
        )
    now = clock.now()
    unseen = {story.id: _unseen(story) for story in shown if not story.is_public(now)}
    for story in stories:
        keep_first(story)
    change()
    db.session.flush()
    for story in stories:
        story.shelve()
        raise_tags(db.session(), f"article:{story.id}")
    made = []
    for story in shown:
        waits = unseen.get(story.id)
        if waits is None:
            made.append(keep(story, "minor", reason, by))
        else:  # nobody has seen it: what it will show is kept in its place
            keep(story, *waits)
    return made


def _unseen(story: Article) -> tuple[Any, ...]:
    """Give the class, the line, who and when of the version that waits for its time."""
    waits = db.session.scalar(select(Version).where(Version.article_id == story.id, Version.at > clock.now()).limit(1))
    by = db.session.get(Account, waits.made_by_id) if waits and waits.made_by_id else None
    return ("published", waits.reason if waits else "", by, story.published_at)


__all__ = ["DESCRIBED", "MOST_STORIES", "CannotChange", "add", "amend", "merge", "printed_in", "stories_with"]
