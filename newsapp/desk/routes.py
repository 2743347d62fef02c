from __future__ import annotations

from newsapp.desk import (  # noqa: F401  # each adds its views to the blueprint
    anything,
    authors,
    banner,
    colleagues,
    comments,
    discussions,
    editor,
    front,
    history,
    links,
    lists,
    log,
    media,
    menus,
    messages,
    newsletter,
    pages,
    people,
    preview,
    redirects,
    releases,
    reports,
    rules,
    sections,
    settings,
    several,
    sources,
    stories,
    subscribers,
    today,
    topics,
    writing,
)
from newsapp.desk.frame import bp

__all__ = ["bp"]
