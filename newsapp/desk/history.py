"""What a story has been: its versions and what was written at it, for the desk; compared word by word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Response, abort, request
from sqlalchemy.orm import undefer

from newsapp.articles import Article, drafting, releasing
from newsapp.articles.compare import Difference, compare
from newsapp.articles.documents import Document, document_of, printed_story
from newsapp.articles.drafting import SavedMeanwhile, Sitting
from newsapp.articles.printed import Story
from newsapp.articles.versions import CannotWithhold, Version
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.desk.queue import names
from newsapp.desk.state import state_of
from newsapp.desk.stories import branches, must_release, story
from newsapp.layout import layout
from newsapp.lib import clock, dates
from newsapp.lib.forms import plain
from newsapp.lib.text import whole_number
from newsapp.lib.web import lead_to, page

MOST_SHOWN = 200


@bp.get("/articles/<int(max=2147483647):article_id>/history", endpoint="story_history")
def history(article_id: int):
    return _history(story(article_id))


@bp.post("/articles/<int(max=2147483647):article_id>/versions/<int(max=2147483647):n>/withhold")
def withhold(article_id: int, n: int):
    """Keep an old version's words from readers, with a reason that they see."""
    article = story(article_id)
    must_release()
    version = _version(article, n)
    try:
        version.withhold(plain(request.form.get("reason"))[:1000], me())
    except CannotWithhold as fault:
        db.session.rollback()
        return _history(story(article_id), 422, str(fault))
    db.session.commit()
    return lead_to(f"/desk/articles/{article_id}/history?done={n}")


@bp.post("/articles/<int(max=2147483647):article_id>/restore")
def restore(article_id: int):
    """Put what was once written or public into the working copy, but for the address; nothing is released."""
    article = story(article_id)
    document, _ = _state(article, request.form.get("from", ""))
    now, at = drafting.working_document(article)
    try:
        drafting.save(article, {**document, "slug": now["slug"]}, me(), whole_number(request.form.get("number")) or at)
    except SavedMeanwhile:
        db.session.rollback()
        return _history(story(article_id), 409, "Somebody has saved meanwhile. Look at it, and try again.")
    db.session.commit()
    return lead_to(f"/desk/articles/{article_id}?saved=1")


def _history(article: Article, status: int = 200, fault: str = "") -> Response:
    versions = db.session.scalars(Version.of(article.id, clock.now()).limit(MOST_SHOWN)).all()
    sittings = db.session.scalars(Sitting.of(article).limit(MOST_SHOWN)).all()
    _, at = drafting.working_document(article)
    before, now = request.args.get("from", ""), request.args.get("to", "")
    who = names({v.made_by_id for v in versions} | {s.by_id for s in sittings})
    state = state_of(article)
    called = (
        {"copy": "What is being written", "public": "What readers see"}
        if state.is_public
        else {"copy": "What is being written"}
    )
    if state.waiting:
        called["waiting"] = f"The change for {dates.short(state.waiting.at, layout().site.timezone)}"
    called |= {f"v{v.number}": f"Version {v.number}, {_short(v.at)}" for v in versions}
    called |= {f"s{s.id}": f"Written {_short(s.saved_at)}, {who.get(s.by_id or 0, 'somebody')}" for s in sittings}
    return page(
        "desk/story-history.html", status=status, state=state, versions=versions, sittings=sittings, number=at, fault=fault,
        names=who, called=called, before=before or _usual(versions, sittings), now=now or "copy",
        difference=_compared(article, before, now) if before and now and before != now else None, is_same=bool(before) and before == now,
    )  # fmt: skip


def _usual(versions: Sequence[Version], sittings: Sequence[Sitting]) -> str:
    """Name what one wants to see the working copy beside: what readers see, else what was written before."""
    if versions:
        return f"v{versions[0].number}"
    return f"s{sittings[min(1, len(sittings) - 1)].id}" if sittings else "copy"


def _short(at: datetime) -> str:
    return dates.short(at, layout().site.timezone)


def _compared(article: Article, before: str, now: str) -> Difference:
    sections = {branch.id: label for branch, label in branches()}
    return compare(_state(article, before)[1], _state(article, now)[1], sections)


def _state(article: Article, name: str) -> tuple[Document, Story]:
    """Give a state of a story by its name.

    ``v3`` is a version, ``s12`` a sitting, ``copy`` what is being written, ``public`` what the story says, ``waiting``
    the change that waits for its time.
    """
    kind, n = name[:1], whole_number(name[1:])
    waits = releasing.waiting_change(article) if name == "waiting" else None
    if name == "public" or waits:
        document = waits.document if waits else document_of(article)
        return document, printed_story(article, document)
    if name == "copy":
        document, _ = drafting.working_document(article)
        return document, printed_story(article, document)
    if kind == "v" and n is not None:
        version = _version(article, n)
        return version.document, version.story(article)
    sitting = db.session.get(Sitting, n, options=[undefer(Sitting.document)]) if kind == "s" and n is not None else None
    if sitting is None or sitting.article_id != article.id:
        abort(404)
    return sitting.document, printed_story(article, sitting.document)


def _version(article: Article, n: int) -> Version:
    version: Version = db.one_or_404(Version.whole(article.id, clock.now()).where(Version.number == n))
    return version
