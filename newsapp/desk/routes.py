from __future__ import annotations

from flask import redirect, url_for

from newsapp.desk import (  # noqa: F401  # each adds its views to the blueprint
    comments,
    discussions,
    editor,
    history,
    links,
    lists,
    log,
    media,
    people,
    releases,
    rules,
    sources,
    stories,
    writing,
)
from newsapp.desk.frame import bp, me


@bp.get("")
def home():
    """Lead to the page of the desk that is somebody's own."""
    return redirect(url_for("desk.queue" if me().can_moderate else "desk.stories"), 303)
