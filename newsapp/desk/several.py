"""Doing one thing with several stories of the list: one after the other, and what could not be done is told of, with the reason.

Nothing here changes what readers see: it is the working copies that are changed, or given to review.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import request
from sqlalchemy import func, select

from newsapp.articles import Article, NewslistLine, drafting, newslist, presence
from newsapp.articles.drafting import SavedMeanwhile
from newsapp.authors import Author
from newsapp.db import db
from newsapp.desk import stories
from newsapp.desk.frame import STORIES, bp, me
from newsapp.layout import layout
from newsapp.lib.forms import plain
from newsapp.lib.text import whole_number
from newsapp.lib.web import lead_to

MOST_AT_ONCE = 100
MOST_NAME = 100  # characters of a topic, and of a byline


class CannotDo(Exception):
    """What was sent is not enough to do anything; the message says what is missing."""


@bp.post("/articles/several")
def do_to_several():
    """Do one thing with each of the chosen stories, as its row showed it."""
    chosen, act = _chosen(request.form.getlist("chosen")), request.form.get("act", "")
    try:
        change = _change(act, request.form)
        if not chosen:
            raise CannotDo("Choose an article first.")
        if len(chosen) > MOST_AT_ONCE:
            raise CannotDo(f"Choose at most {MOST_AT_ONCE} at once; these are {len(chosen)}.")
    except CannotDo as why:
        return stories.show(422, fault=str(why), kept=request.form)
    done, left = 0, []
    for article_id, number in chosen.items():
        if why_not := _do(article_id, number, act, change):
            db.session.rollback()
            left.append(f"{article_id}-{why_not}")
        else:
            db.session.commit()
            done += 1
    asked = {key: value for key, value in request.args.items() if key not in ("act", "done", "left")}
    return lead_to(f"{STORIES}?{urlencode({**asked, 'act': act, 'done': done, 'left': ','.join(left)})}#done")


def _chosen(said: list[str]) -> dict[int, int]:
    """Read which stories were chosen, and on which number of their working copies."""
    found = {}
    for one in said:
        article_id, _, number = one.partition("~")
        if (id_ := whole_number(article_id)) is not None:
            found[id_] = whole_number(number) or 0
    return found


def _change(act: str, sent: Mapping[str, str]) -> dict[str, Any]:
    """Give what is to be changed in each document; nothing for a review."""
    if act == "review":
        return {}
    if act == "section":
        section_id = whole_number(sent.get("section_id", ""))
        if section_id not in layout().tree.by_id:
            raise CannotDo("Choose the section that they are to be in.")
        return {"section_id": section_id}
    if act == "topic":
        return {"topic": _name(sent.get("topic"), "Write the topic that they are to have")}
    if act == "byline":
        return {"bylines": [_byline(_name(sent.get("byline"), "Write whose name is to stand over them"))]}
    raise CannotDo("Choose what is to be done with them.")


def _name(said: str | None, wanted: str) -> str:
    name = " ".join(plain(said).split())
    if not name or len(name) > MOST_NAME:
        raise CannotDo(f"{wanted}, in at most {MOST_NAME} characters.")
    return name


def _byline(name: str) -> dict[str, Any]:
    """Give the byline of this name: an author's, if it is one, or the name as it was typed."""
    known = select(Author).where(func.lower(Author.name) == name.lower())
    author = db.session.scalar(known.order_by(Author.left_at.is_not(None), Author.id).limit(1))
    if author is None:
        return {"author_id": None, "name": name, "role": "", "part": "by"}
    return {"author_id": author.id, "name": "", "role": author.role, "part": "by"}


def _do(article_id: int, number: int, act: str, change: dict[str, Any]) -> str:
    """Do it with one story, and give nothing; or give why not, one of ``stories.WHY_NOT``."""
    article = db.session.get(Article, article_id)
    if article is None:
        return "gone"
    if not me().can_edit and not newslist.is_own(article, me()):
        return "theirs"
    copy = drafting.copy_of(article, locked=True)
    document, at = drafting.working_document(article)
    if act == "review":
        return _submit(article, number, copy.number if copy else 0)
    wanted = _changed(document, change)
    if wanted == document:
        return "so"
    if at != number:
        return "newer"
    if presence.others_at(article, me()):
        return "open"
    try:
        drafting.save(article, wanted, me(), number)
    except SavedMeanwhile:
        return "newer"
    return ""


def _changed(document: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    if topic := change.get("topic"):
        has = topic.casefold() in (name.casefold() for name in document["topics"])
        return {**document, "topics": document["topics"] if has else [*document["topics"], topic]}
    if change.get("bylines"):
        (now,) = change["bylines"]
        is_so = [(b["author_id"], b["name"], b["part"]) for b in document["bylines"]] == [
            (now["author_id"], now["name"], now["part"])
        ]
        return dict(document) if is_so else {**document, **change}
    return {**document, **change}


def _submit(article: Article, number: int, at: int) -> str:
    line = db.session.get(NewslistLine, article.id)
    if article.submitted_at is not None:
        return "so"
    if line is not None and line.stage == "withdrawn":
        return "withdrawn"
    if line is not None and line.stage == "ready" and not line.has_changes:
        return "nothing"
    if at != number:
        return "newer"
    drafting.submit(article, me())
    return ""
