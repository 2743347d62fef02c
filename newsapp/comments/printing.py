"""A comment as pages print it: once, for as long as nothing of it changes.

A page has hundreds of comments, and a template takes longer over each than reading it from the database does. What a
comment looks like rests on its own values and on a few of its reader's, so what was printed from these is used again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import current_app, render_template
from markupsafe import Markup

from newsapp.comments.threads import Shown, Takes, ThreadPage, Viewer

MOST_KEPT = 2000  # comments; some 2 kB each


class Drawn(NamedTuple):
    """One step of drawing a discussion: a comment ready to print, and the lists that begin or end behind it (Step)."""

    html: Markup
    answers: int
    folds: bool
    closes: tuple[bool, ...]


def drawn(discussion: ThreadPage, takes: Takes, zone: ZoneInfo) -> Iterator[Drawn]:
    """Give a discussion's comments in the order of reading, as whoever reads it is to see them; ``zone`` is the paper's."""
    viewer = discussion.viewer
    printed = current_app.extensions.setdefault("printed comments", lru_cache(MOST_KEPT)(_print))
    decides = viewer is not None and viewer.account.can_moderate
    for comment, answers, answers_to, folds, closes in discussion.steps():
        stands = _stands(comment, viewer, takes) if viewer else ""
        html = printed(comment, stands, comment.author_id in takes.writers, takes.open, answers_to, zone, decides)
        yield Drawn(html, answers, folds, closes)


def _stands(comment: Shown, viewer: Viewer, takes: Takes) -> str:
    """Say how a comment stands to somebody signed in: that decides what they can do with it."""
    if comment.account_id is not None and comment.account_id == viewer.account.id:
        return "young" if comment.posted_at > takes.editable_from else "own"
    if comment.account_id in viewer.muted:
        return "muted"
    return "recommended" if comment.id in viewer.recommended else "other"


def _print(
    comment: Shown, stands: str, is_writer: bool, is_open: bool, answers_to: str | None, zone: ZoneInfo, decides: bool
) -> Markup:
    """``zone``: the template prints moments in the paper's, so what was printed for another does not count."""
    return Markup(  # a template escapes
        render_template(
            "comments/_comment.html",
            comment=comment,
            stands=stands,
            is_writer=is_writer,
            is_open=is_open,
            answers_to=answers_to,
            decides=decides,
        )
    )
