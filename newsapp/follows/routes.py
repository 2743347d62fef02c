from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, g, request

from newsapp.articles import Card, cards
from newsapp.db import db
from newsapp.layout import layout
from newsapp.lib import tags
from newsapp.lib.text import whole_number
from newsapp.lib.web import page, shared

bp = Blueprint("follows", __name__)

MOST = 100  # stories that one browser keeps, as MOST in static/js/saved.js


@dataclass
class Saved:
    """What is to be said of one story that a browser has saved."""

    id: int
    story: Card | None = None  # where it can be read
    is_withdrawn: bool = False  # its page tells why


@bp.get("/saved")
@shared()
def saved():
    """The reader's saved stories: a page that the browser fills from its own list.

    It asks with ``s``, once for each story, how the stories are today. Who asks, and for what, is kept nowhere.
    """
    layout()
    asked = request.args.getlist("s")
    response = page("follows/saved.html", fragment="rows", saved=_as_they_are(asked), most=MOST)
    if asked:
        g.shared = None
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _as_they_are(asked: list[str]) -> list[Saved]:
    """Look the stories up, in the order asked for. A draft is as unknown as a story that never was."""
    numbers = (whole_number(text) for text in dict.fromkeys(asked))
    ids = [number for number in numbers if number is not None][:MOST]
    at, stories = tags.moment(), cards(db.session(), ids)
    found = []
    for i in ids:
        story = stories.get(i)
        if story is not None and story.is_public(at):
            found.append(Saved(i, story=story))
        elif story is not None and story.withdrawn_at and story.is_gone(at):
            found.append(Saved(i, is_withdrawn=True))
        else:
            found.append(Saved(i))
    return found
