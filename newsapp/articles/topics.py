"""Topics as a whole: calling one otherwise everywhere, making one of two, taking one out that no story has."""

from __future__ import annotations

import re

from sqlalchemy import String, cast, func, select

from newsapp.articles.documents import Document
from newsapp.articles.drafting import WorkingCopy, copy_saved
from newsapp.articles.models import Article, Topic, TopicMark, topic_changed
from newsapp.articles.releasing import WaitingChange
from newsapp.db import db
from newsapp.lib.tags import raise_tags
from newsapp.site import page_moved

MOST_AT_ONCE = 3000  # stories that are marked anew when two topics become one


class CannotChange(ValueError):
    """What cannot be done with a topic; the message is a sentence for the desk."""


def rename_topic(topic: Topic, name: str) -> None:
    """Call a topic otherwise, in what is being written and waits for its time, too. The caller commits.

    Raises:
        CannotChange: another topic has the name.
    """
    if name == topic.name:
        return
    if db.session.scalar(select(Topic.id).where(Topic.name == name, Topic.id != topic.id)):
        raise CannotChange(f"There is a topic called {name} already. Merge the two if they are one.")
    was = topic.name
    topic.rename(name)
    _say_instead(was, name)


def merge_topics(topic: Topic, into: Topic, by_id: int | None = None) -> int:
    """Make one of two topics: the stories of ``topic`` are about ``into``, its address leads there. Give how many stories.

    ``by_id`` is the account of who did it. The caller commits.

    Raises:
        CannotChange: they are one already, or the stories are too many.
    """
    if topic.id == into.id:
        raise CannotChange("That is the same topic.")
    n = stories_about(topic)
    if n > MOST_AT_ONCE:
        raise CannotChange(
            f"{n:,} stories are about {topic.name}; more than {MOST_AT_ONCE:,} are not marked anew at once."
        )
    marks = db.session.scalars(select(TopicMark).where(TopicMark.topic_id == topic.id)).all()
    ids = [mark.article_id for mark in marks]
    there = (
        {m.article_id: m for m in db.session.scalars(select(TopicMark).where(TopicMark.topic_id == into.id))}
        if ids
        else {}
    )
    for mark in marks:
        if mark.article_id in there:
            same = there[mark.article_id]
            same.position = min(same.position, mark.position)
        else:
            db.session.add(TopicMark(article_id=mark.article_id, topic_id=into.id, position=mark.position))
        db.session.delete(mark)
    db.session.flush()
    for article_id in ids:
        story = db.session.get_one(Article, article_id)
        db.session.expire(story, ["topics"])
        story.shelve()
    _say_instead(topic.name, into.name)
    old = topic.url
    db.session.delete(topic)
    db.session.flush()
    page_moved(old, into.url, by_id)
    raise_tags(db.session(), "topics")
    return n


def remove_topic(topic: Topic) -> None:
    """Take out a topic that no story has. The caller commits.

    Raises:
        CannotChange: a story has it.
    """
    if n := stories_about(topic):
        raise CannotChange(
            f"{n:,} {'story is' if n == 1 else 'stories are'} about {topic.name}. Merge it into another one."
        )
    db.session.delete(topic)
    db.session.flush()


def stories_about(topic: Topic) -> int:
    """Count the stories that are marked with a topic, public or not."""
    return db.session.scalar(select(func.count()).where(TopicMark.topic_id == topic.id)) or 0


def _say_instead(was: str, name: str) -> None:
    """Let what is being written, and what waits, name a topic as it is called now; otherwise a release would bring the old one back."""

    def anew(document: Document) -> Document:
        return {**document, "topics": list(dict.fromkeys(name if one == was else one for one in document["topics"]))}

    letters = max(re.findall(r"[A-Za-z0-9]+", was), key=len, default="")  # as every way to write JSON has them
    for copy in db.session.scalars(select(WorkingCopy).where(cast(WorkingCopy.document, String).contains(letters))):
        if was in copy.document["topics"]:
            copy.document, copy.number = anew(copy.document), copy.number + 1
            copy_saved.send(db.session.get_one(Article, copy.article_id))
    for waiting in db.session.scalars(select(WaitingChange)):
        if was in (*waiting.document["topics"], *waiting.base["topics"]):
            waiting.document, waiting.base = anew(waiting.document), anew(waiting.base)
    db.session.flush()


__all__ = ["CannotChange", "merge_topics", "remove_topic", "rename_topic", "stories_about", "topic_changed"]
