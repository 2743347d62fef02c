from __future__ import annotations

from newsapp.desk import (  # noqa: F401  # each adds its views to the blueprint
    banner,
    comments,
    discussions,
    editor,
    front,
    history,
    links,
    lists,
    log,
    media,
    people,
    preview,
    releases,
    rules,
    settings,
    sources,
    stories,
    today,
    writing,
)
from newsapp.desk.frame import bp

__all__ = ["bp"]
