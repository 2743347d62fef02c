from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, g, render_template, request
from markupsafe import Markup
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from newsapp import comments
from newsapp.articles import structured
from newsapp.articles.front import RHYTHMS, front_page
from newsapp.articles.kinds import Kind
from newsapp.articles.models import Article
from newsapp.articles.mostread import MostRead
from newsapp.articles.rails import rail
from newsapp.articles.related import neighbours
from newsapp.articles.sharing import share
from newsapp.articles.shelves import ALL, COUNTED_AT_MOST, Listing, count
from newsapp.db import db
from newsapp.layout import layout
from newsapp.lib import tags
from newsapp.lib.parts import part
from newsapp.lib.tags import shows
from newsapp.lib.web import page, shared
from newsapp.sections import Branch

bp = Blueprint("articles", __name__)

PER_PAGE = 12
LAST_PAGE = 50  # further back a list goes by time: an offset costs what it skips


@bp.get("/")
@shared()
def front():
    frame, at = layout(), tags.moment()
    return page(
        "articles/front.html",
        front=front_page(db.session(), frame.tree, at),
        most_read=part(("most read", ALL), lambda session: _most_read(session, ALL, 10)),
        at=at,
        rhythms=RHYTHMS,
        data=[structured.organization(frame.site, frame.base), structured.website(frame.site, frame.base)],
    )


@bp.get("/sections/<path:path>")
@shared("page", "before")
def section(path: str):
    frame = layout()
    branch = frame.tree.by_path.get(path.strip("/"))
    if branch is None:
        abort(404)
    at, number = tags.moment(), _page_number()
    ids, older = _page_of(branch.shelf, number, _before(), at)
    if not ids and (number > 1 or _before()):
        abort(404)
    stories = _in_order(ids)
    is_first = number == 1 and not _before()
    if is_first:  # the block at the top opens with a picture, where one of its stories has one
        opener = next((story for story in stories[:4] if story.picture), None)
        stories.sort(key=lambda story: story is not opener)
    return page(
        "articles/section.html",
        fragment="stories",
        branch=branch,
        stories=stories,
        number=number,
        is_first=is_first,
        older=older,
        total=count(db.session(), branch.shelf, at),
        counted_at_most=COUNTED_AT_MOST,
        shown_so_far=(number - 1) * PER_PAGE + len(stories) if not _before() else None,
        rail_html=_rail(branch.top.shelf, branch.top),
        data=[
            structured.collection(branch.name, frame.base + branch.url, branch.description, frame.base, stories),
            structured.breadcrumb(frame.base, [(step.name, step.url) for step in branch.line]),
        ],
    )


@bp.get("/articles/<slug>")
@shared()
def article(slug: str):
    frame, at = layout(), tags.moment()
    story = _public(slug, at)
    branch = frame.tree.by_id[story.section_id]
    shelves = [step.shelf for step in reversed(branch.line)]
    discussion = comments.thread_page(db.session(), story)
    found = neighbours(db.session(), story, shelves, at, tags.seen_so_far())
    return page(
        "articles/article.html",
        counts=str(story.id),
        article=story,
        kind=Kind(story.kind),
        branch=branch,
        also_in=[frame.tree.by_id[i] for i in story.also_in if i in frame.tree.by_id],
        share=_share(story),
        neighbours=found,
        discussion=discussion,
        rail_html=_rail(ALL, None, story.id),
        data=structured.article(story, frame.site, frame.base, branch.line, discussion.visible),
    )


@bp.get("/articles/<slug>/share")
@shared()
def share_panel(slug: str):
    story = _public(slug, tags.moment())
    return page("articles/share.html", fragment="panel", article=story, share=_share(story))


def _public(slug: str, at: datetime) -> Article:
    """Give the story if it is public; 410 with its reason where it was and is no longer."""
    story = db.session.scalars(Article.to_read(slug)).unique().first()
    if story is None:
        abort(404)
    if not story.is_public(at):
        was_public = story.published_at is not None and story.published_at <= at and story.ready_at is not None
        if was_public and (story.withdrawn_at or story.unpublish_at):
            g.withdrawn_reason = story.withdrawn_reason
            abort(410)
        abort(404)
    return story


def _share(story: Article) -> Any:
    frame = layout()
    return share(frame.base + story.url, story.social_headline or story.headline, frame.site.share_networks)


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not text.isdigit() or not 1 <= int(text) <= LAST_PAGE:
        abort(404)
    return int(text)


def _before() -> tuple[datetime, int] | None:
    """Read ``before``, the place in a list that the page goes on from: a moment and a story's number."""
    text = request.args.get("before")
    if not text:
        return None
    moment, _, number = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        place = at, int(number or 0)
    except ValueError:
        abort(404)
    if at.tzinfo is None:
        abort(404)
    return place


def _page_of(
    shelf: str, number: int, before: tuple[datetime, int] | None, at: datetime
) -> tuple[list[int], str | None]:
    """Give the ids of one page of a shelf, and the query that leads to the next page."""
    shows(shelf)
    query = Listing.on(shelf, at).add_columns(Listing.published_at)
    if before:
        query = query.where(tuple_(Listing.published_at, Listing.article_id) < before)
    else:
        query = query.offset((number - 1) * PER_PAGE)
    rows = db.session.execute(query.limit(PER_PAGE + 1)).all()
    older = None
    if len(rows) > PER_PAGE:
        last_id, last_at = rows[PER_PAGE - 1]
        if before or number == LAST_PAGE:
            older = f"?before={last_at:%Y-%m-%dT%H:%M:%S.%f}%2B00:00~{last_id}"
        else:
            older = f"?page={number + 1}"
    return [row[0] for row in rows[:PER_PAGE]], older


def _in_order(ids: list[int]) -> list[Article]:
    stories = {story.id: story for story in db.session.scalars(Article.cards(ids)).unique()}
    return [stories[i] for i in ids]


def _most_read(session: Session, shelf: str, limit: int) -> list[Article]:
    at = tags.moment()
    shows("most-read")
    ids = list(session.scalars(MostRead.on(shelf)))
    stories = {a.id: a for a in session.scalars(Article.cards(ids)).unique() if a.is_public(at)}
    return [stories[i] for i in ids if i in stories][:limit]


def _rail(ranked_on: str, branch: Branch | None, beside: int | None = None) -> Markup:
    """Print the rail. It is the same beside every story but those that it names itself."""
    frame = layout()

    def make(session: Session, without: int | None) -> tuple[Markup, frozenset[int]]:
        found = rail(session, tags.moment(), frame.site.timezone, frame.site.top_writers_days, without, ranked_on)
        named = [*found.picks, *found.most_read, *(line.article for line in found.log)]
        html = render_template("articles/_rail.html", rail=found, branch=branch, days=frame.site.top_writers_days)
        return Markup(html), frozenset(  # a template escapes
            story.id for story in [*named, found.opinion] if story
        )

    html, named = part(("rail", ranked_on), lambda session: make(session, None))
    if beside in named:
        html, _ = part(("rail", ranked_on, beside), lambda session: make(session, beside))
    return html


def newest_stories(limit: int) -> list[Article]:
    """Give the newest stories, for pages that lead on from an error."""
    shows(ALL)
    return _in_order(list(db.session.scalars(select(Listing.on(ALL, tags.moment()).limit(limit).subquery()))))
