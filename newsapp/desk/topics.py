"""Topics at the desk: the list, calling one otherwise, making one of two, taking out what no story has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from sqlalchemy import func, select
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired

from newsapp import articles, follows
from newsapp.accounts.log import record
from newsapp.articles import Article, Topic, TopicMark
from newsapp.articles.topics import CannotChange
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.desk.structure import LIKE, SlugField, mark_of, who_changed
from newsapp.lib.forms import AtMost, Form, plain
from newsapp.lib.text import slugify, whole_number
from newsapp.lib.web import lead_to, page
from newsapp.site import AddressTaken

HERE = "/desk/topics"
PER_PAGE = 50
SHOWN = 30  # stories that a topic's page at the desk names
DONE = {"saved": "Saved.", "removed": "The topic is gone.", "merged": "They are one topic now."}


class TopicForm(Form):
    """All that is said of a topic."""

    name = StringField("Name", [DataRequired("Say what it is called."), AtMost(100)], [plain])
    slug = SlugField("Last part of its address", [AtMost(80)])
    description = TextAreaField("What readers find here, in a line or two", [AtMost(300)], [plain])


class MergeForm(Form):
    """Which topic stays."""

    into = StringField(
        "Name or address of the topic that stays", [DataRequired("Say which one stays."), AtMost(300)], [plain]
    )


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    topic: Topic
    n: int  # stories that have it, public or not


@bp.get("/topics", endpoint="topics")
def show_topics():
    """Show the topics in the order of their addresses, perhaps those with certain words, or that no story has."""
    words, after, is_unused = (
        plain(request.args.get("q"))[:200],
        request.args.get("after", ""),
        request.args.get("unused") == "1",
    )
    query = select(Topic).order_by(Topic.slug)
    for word in words.split()[:6]:
        query = query.where(Topic.name.ilike(f"%{word.translate(LIKE)}%", escape="\\"))
    if is_unused:
        query = query.where(~select(TopicMark.topic_id).where(TopicMark.topic_id == Topic.id).exists())
    if after:
        query = query.where(Topic.slug > after)
    found = db.session.scalars(query.limit(PER_PAGE + 1)).all()
    shown = found[:PER_PAGE]
    counted = (
        select(TopicMark.topic_id, func.count())
        .where(TopicMark.topic_id.in_([t.id for t in shown]))
        .group_by(TopicMark.topic_id)
    )
    n: dict[int, int] = dict(db.session.execute(counted).all()) if shown else {}
    kept = {"q": words, "unused": "1" if is_unused else ""}
    return page(
        "desk/topics.html", fragment="topics", rows=[Row(topic, n.get(topic.id, 0)) for topic in shown], words=words, is_unused=is_unused,
        query=urlencode({name: value for name, value in kept.items() if value}), is_first=not after, done=DONE.get(request.args.get("done", "")),
        older=urlencode({"after": shown[-1].slug}) if len(found) > PER_PAGE else "",
    )  # fmt: skip


@bp.get("/topics/<int(max=2147483647):topic_id>", endpoint="topic")
def show_topic(topic_id: int):
    found = db.get_or_404(Topic, topic_id)
    return _topic(found, TopicForm(formdata=None, data=_says(found)))


@bp.post("/topics/<int(max=2147483647):topic_id>")
def change_topic(topic_id: int):
    """Call a topic otherwise, describe it anew, give it another address."""
    found, form = db.get_or_404(Topic, topic_id, with_for_update=True), TopicForm()
    if not form.validate():
        return _topic(found, form, 422)
    before, says = _says(found), {name: form[name].data or "" for name in _says(found)}
    says["slug"] = says["slug"] or slugify(says["name"], 80)
    if request.form.get("seen") != _seen(found) and says != before:
        fault = f"{who_changed(_about(topic_id))} has changed it meanwhile. What it says now stands below your words; save again to replace it."
        return _topic(found, form, 409, fault)
    try:
        articles.rename_topic(found, says["name"])
        if says["description"] != before["description"]:
            found.describe(says["description"])
        found.readdress(says["slug"], me().id)
    except (CannotChange, AddressTaken) as fault:
        db.session.rollback()
        (form.name if isinstance(fault, CannotChange) else form.slug).errors = [str(fault)]
        return _topic(db.session.get_one(Topic, topic_id), form, 422)
    if says["slug"] != before["slug"]:
        record("topic.move", _about(topic_id), me(), f"/topics/{before['slug']} is /topics/{says['slug']}")
    if (says["name"], says["description"]) != (before["name"], before["description"]):
        record(
            "topic.edit",
            _about(topic_id),
            me(),
            f"It was called {before['name']}." if says["name"] != before["name"] else "",
        )
    db.session.commit()
    return lead_to(f"{HERE}/{topic_id}?done=saved")


@bp.post("/topics/<int(max=2147483647):topic_id>/remove")
def remove_topic(topic_id: int):
    """Take out a topic that no story has."""
    found = db.get_or_404(Topic, topic_id, with_for_update=True)
    try:
        articles.remove_topic(found)
    except CannotChange as fault:
        db.session.rollback()
        return _topic(db.session.get_one(Topic, topic_id), None, 422, str(fault))
    record("topic.remove", _about(topic_id), me(), f"It was called {found.name}.")
    db.session.commit()
    return lead_to(f"{HERE}?done=removed")


@bp.get("/topics/<int(max=2147483647):topic_id>/merge", endpoint="merge_topic_form")
def show_merge(topic_id: int):
    found = db.get_or_404(Topic, topic_id)
    return _merge(found, MergeForm(formdata=None, data={"into": request.args.get("into", "")}))


@bp.post("/topics/<int(max=2147483647):topic_id>/merge")
def merge_topic(topic_id: int):
    """Let the stories of a topic, and who follows it, have another one."""
    found, form = db.get_or_404(Topic, topic_id, with_for_update=True), MergeForm()
    if not form.validate():
        return _merge(found, form, 422)
    into = _named(form.into.data or "")
    if into is None:
        form.into.errors = ["There is no such topic."]
        return _merge(found, form, 422)
    if whole_number(request.form.get("shown", "")) != into.id:
        return _merge(found, form)  # both are looked at before they become one
    try:
        name = found.name
        if found.id != into.id:
            follows.lead_on(f"topic:{found.id}", f"topic:{into.id}")
        n = articles.merge_topics(found, into, me().id)
    except CannotChange as fault:
        db.session.rollback()
        return _merge(db.session.get_one(Topic, topic_id), form, 422, str(fault))
    record("topic.merge", _about(into.id), me(), f"{name} is {into.name} now.", stories=n)
    db.session.commit()
    return lead_to(f"{HERE}/{into.id}?done=merged")


# Helpers


def _about(topic_id: int) -> str:
    return f"topic:{topic_id}"


def _says(topic: Topic) -> dict[str, str]:
    return {"name": topic.name, "slug": topic.slug, "description": topic.description}


def _seen(topic: Topic) -> str:
    return mark_of(*_says(topic).values())


def _named(said: str) -> Topic | None:
    """Give the topic of a name, whatever its capitals, or of an address."""
    slug = said.rstrip("/").rpartition("/")[2] if "/topics/" in said else said
    query = select(Topic).where((Topic.name == said) | (Topic.slug == slug) | (func.lower(Topic.name) == said.lower()))
    found = db.session.scalars(query.limit(20)).all()
    return next((one for one in found if one.name == said), found[0] if found else None)


def _alike(topic: Topic) -> list[Row]:
    """Give the topics whose addresses begin as this one's."""
    begins = topic.slug[:5]
    query = (
        select(Topic)
        .where(Topic.slug.between(begins, f"{begins}\uffff"), Topic.id != topic.id)
        .order_by(Topic.slug)
        .limit(12)
    )
    return [Row(one, articles.stories_about(one)) for one in db.session.scalars(query)]


def _topic(found: Topic, form: TopicForm | None, status: int = 200, fault: str = "") -> Response:
    stories: Any = db.session.scalars(
        select(Article).join(TopicMark, TopicMark.article_id == Article.id).where(TopicMark.topic_id == found.id).order_by(Article.id.desc()).limit(SHOWN)
    ).all()  # fmt: skip
    return page(
        "desk/topic.html", status=status, topic=found, form=form or TopicForm(formdata=None, data=_says(found)), fault=fault, moved=status == 409,
        seen=_seen(found), n=articles.stories_about(found), stories=stories, alike=_alike(found), done=DONE.get(request.args.get("done", "")) if status == 200 else None,
        is_public=any(story.is_public() for story in stories),
    )  # fmt: skip


def _merge(found: Topic, form: MergeForm, status: int = 200, fault: str = "") -> Response:
    into = _named(form.into.data) if form.into.data else None
    both = [Row(one, articles.stories_about(one)) for one in (found, into) if one is not None]
    return page("desk/topic-merge.html", status=status, both=both, form=form, fault=fault, alike=_alike(found))
