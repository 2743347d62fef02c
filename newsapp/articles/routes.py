from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from flask import Blueprint, abort, g, redirect, render_template, send_file
from markupsafe import Markup
from sqlalchemy.orm import Session

from newsapp import comments, follows
from newsapp.accounts import reader
from newsapp.articles import structured
from newsapp.articles.compare import compare, news_of
from newsapp.articles.corrections import correction_list
from newsapp.articles.documents import printed_story
from newsapp.articles.drafting import copy_of, working_document
from newsapp.articles.front import RHYTHMS, front_page, latest_log, section_lead
from newsapp.articles.kinds import Kind
from newsapp.articles.lists import ARGUMENTS, in_order, newest, opener, page_number, story_list
from newsapp.articles.models import Article, Source, Topic
from newsapp.articles.mostread import MostRead
from newsapp.articles.preview import opened
from newsapp.articles.printed import Card, Story, story_to_read
from newsapp.articles.rails import EVERY_BLOCK, blocks_beside, rail
from newsapp.articles.related import neighbours
from newsapp.articles.sharing import share
from newsapp.articles.shelves import ALL
from newsapp.articles.socialcard import CardFailed, social_card
from newsapp.articles.versions import Version
from newsapp.db import db
from newsapp.layout import layout
from newsapp.lib import tags
from newsapp.lib.parts import part
from newsapp.lib.tags import shows
from newsapp.lib.web import page, shared
from newsapp.pages import Page
from newsapp.sections import Branch

bp = Blueprint("articles", __name__)

TOPICS_AT_ONCE = 300
LOG_AT_ONCE = 60
Public = TypeVar("Public", Article, Story)


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
        data=[
            structured.organization(frame.site, frame.base, frame.written | {"authors", "corrections"}, frame.logo),
            structured.website(frame.site, frame.base),
        ],
    )


@bp.get("/sections/<path:path>")
@shared(*ARGUMENTS)
def section(path: str):
    frame = layout()
    branch = frame.tree.by_path.get(path.strip("/"))
    if branch is None:
        abort(404)
    listed = story_list(db.session(), branch.shelf, branch.url)
    if listed.is_first:
        listed.stories = _led(listed.stories, section_lead(db.session(), branch.id, tags.moment()))
    return page(
        "articles/section.html",
        fragment="stories",
        branch=branch,
        listed=listed,
        followed=follows.is_followed(reader(), branch.shelf),
        rail_html=_rail(branch.top.shelf, branch.top),
        data=[
            structured.collection(branch.name, frame.base + branch.url, branch.description, frame.base, listed.stories),
            structured.breadcrumb(frame.base, [(step.name, step.url) for step in branch.line]),
        ],
    )


@bp.get("/log")
@shared()
def log():
    """The log: what appeared and what was changed, newest first."""
    layout()
    return page("articles/log.html", lines=latest_log(db.session(), tags.moment(), LOG_AT_ONCE))


@bp.get("/corrections")
@shared(*ARGUMENTS)
def corrections():
    """What was put right, under what the paper says of how it does that."""
    frame = layout()
    shows("page:corrections")
    listed = correction_list(db.session(), "/corrections")
    return page(
        "articles/corrections.html",
        fragment="corrections",
        policy=db.session.scalar(Page.at("corrections")),
        listed=listed,
        data=[
            structured.corrections(frame.site, frame.base, listed.changes),
            structured.breadcrumb(frame.base, [("Corrections", "/corrections")]),
        ],
    )


@bp.get("/topics")
@shared("page")
def topics():
    """The index of topics: those that public stories are marked with."""
    layout()
    shows("topics", ALL)
    number = page_number()
    some = Topic.in_use(tags.moment()).limit(TOPICS_AT_ONCE + 1).offset((number - 1) * TOPICS_AT_ONCE)
    found = db.session.scalars(some).all()
    if number > 1 and not found:
        abort(404)
    return page("topics/index.html", topics=found[:TOPICS_AT_ONCE], number=number, has_more=len(found) > TOPICS_AT_ONCE)


@bp.get("/topics/<slug>")
@shared(*ARGUMENTS)
def topic(slug: str):
    frame = layout()
    found = db.session.scalar(Topic.at(slug, tags.moment()))
    if found is None:
        abort(404)
    listed = story_list(db.session(), found.shelf, found.url)
    return page(
        "topics/topic.html",
        fragment="stories",
        topic=found,
        followed=follows.is_followed(reader(), found.shelf),
        listed=listed,
        rail_html=_rail(ALL, None),
        data=[
            structured.collection(found.name, frame.base + found.url, found.description, frame.base, listed.stories),
            structured.breadcrumb(frame.base, [("Topics", "/topics"), (found.name, found.url)]),
        ],
    )


@bp.get("/sources/<int(max=2147483647):source_id>")
@shared(*ARGUMENTS)
def source(source_id: int):
    """What a source is, and every public story that rests on it. One that no public story cites is nobody's business."""
    frame = layout()
    found = db.session.get(Source, source_id)
    if found is None:
        abort(404)
    if found.merged_into_id:
        shows(f"source:{found.merged_into_id}")
    listed = story_list(db.session(), found.itself.shelf, found.itself.address)
    if not listed.stories:
        abort(404)
    if found.merged_into_id:
        return redirect(found.itself.address, 301)
    return page(
        "articles/source.html",
        fragment="stories",
        source=found,
        listed=listed,
        data=[
            structured.collection(found.title, frame.base + found.address, "", frame.base, listed.stories)
            | {"about": structured.source(found)},
            structured.breadcrumb(frame.base, [(found.title, found.address)]),
        ],
    )


@bp.get("/articles/<slug>")
@shared()
def article(slug: str):
    frame, at = layout(), tags.moment()
    story = _public(slug, at)
    branch = frame.tree.by_id[story.section_id]
    shelves = [step.shelf for step in reversed(branch.line)]
    discussion = comments.thread_page(db.session(), story, viewer=reader(), asks=follows.saved_here())
    taken = comments.takes(story)
    drawn = comments.drawn(discussion, taken, frame.site.timezone)
    pager_html, related_html = _beside(story, shelves)
    return page(
        "articles/article.html",
        counts=str(story.id),
        article=story,
        saved="saved" in discussion.viewer.asked if discussion.viewer else None,
        kind=Kind(story.kind),
        branch=branch,
        card=None if story.picture else social_card(story, frame.site.name, branch.name),
        also_in=[frame.tree.by_id[i] for i in story.also_in if i in frame.tree.by_id],
        share=_share(story),
        pager_html=pager_html,
        related_html=related_html,
        discussion=discussion,
        # Printed apart: inside the page, each of its thousands of pieces would pass through every template above.
        discussion_html=Markup(
            render_template("comments/_thread.html", article=story, discussion=discussion, takes=taken, drawn=drawn)
        ),
        rail_html=_rail(ALL, None, story.id, blocks_beside(story, len(discussion.nodes))),
        data=structured.article(story, frame.site, frame.base, branch.line, discussion.visible, frame.logo),
    )


@bp.get("/articles/<slug>/share")
@shared()
def share_panel(slug: str):
    story = _public(slug, tags.moment())
    return page("articles/share.html", fragment="panel", article=story, share=_share(story))


@bp.get("/articles/<slug>/versions")
@shared()
def version_list(slug: str):
    """The public history: every state in which the story was before readers, who released it as what, and why."""
    at = tags.moment()
    story = _public(slug, at)
    return page("articles/versions.html", article=story, versions=db.session.scalars(Version.of(story.id, at)).all())


@bp.get("/articles/<slug>/versions/<int(max=2147483647):number>")
@shared()
def version(slug: str, number: int):
    """One version: what it changed, and its words as they stood; of a withheld one, why it is."""
    at = tags.moment()
    story = _public(slug, at)
    known = db.session.scalars(Version.of(story.id, at)).all()
    found = next((one for one in known if one.number == number), None)
    if found is None:
        abort(404)
    before = next((one for one in known if one.number < number and not one.is_withheld), None)
    after = next((one for one in reversed(known) if one.number > number), None)
    shown = not found.is_withheld
    words = _words_of(story, [one for one in (found, before) if one is not None]) if shown else {}
    return page(
        "articles/version.html",
        article=story,
        version=found,
        before=before,
        after=after,
        newest=known[0],
        proof=words.get(number),
        difference=compare(words[before.number], words[number], _section_names()) if shown and before else None,
    )


@bp.get("/articles/<slug>/versions/<int(max=2147483647):number>/since")
@shared()
def since(slug: str, number: int):
    """What is new to whoever has read a version: a page, or the line that their browser asks for and puts over the story."""
    at = tags.moment()
    story = _public(slug, at)
    known = db.session.scalars(Version.of(story.id, at)).all()
    read, newest = next((one for one in known if one.number == number), None), known[0] if known else None
    if read is None or newest is None:
        abort(404)
    difference, news = None, []
    if not (read.is_withheld or newest.is_withheld) and read is not newest:
        words = _words_of(story, [read, newest])
        difference = compare(words[number], words[newest.number], _section_names())
        kinds = [one.kind for one in known if one.number > number]
        news = news_of(difference, words[number], words[newest.number], kinds)
    return page(
        "articles/since.html",
        fragment="news",
        article=story,
        read=read,
        newest=newest,
        difference=difference,
        news=news,
    )


@bp.get("/preview/<token>")
def preview(token: str):
    """A story that is not public, shown to somebody who was given the link. Nobody keeps a copy."""
    link = opened(token)
    if link is None:
        over = page("articles/preview-over.html", status=410)
        over.headers["Cache-Control"] = "private, no-store"
        return over
    story = db.session.get_one(Article, link.article_id)
    document, _ = working_document(story)
    response = page(
        "articles/preview.html", article=printed_story(story, document), link=link, copy=copy_of(story), at=tags.moment()
    )  # fmt: skip
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/cards/<int(max=2147483647):article_id>-<key>.png")
def card(article_id: int, key: str):
    """The story as a picture, for other sites. Its name says what is on it; an older name leads to what is true now."""
    frame, at = layout(), tags.moment()
    story = _must_be_public(db.session.get(Article, article_id), at)
    made = social_card(story, frame.site.name, frame.tree.by_id[story.section_id].name)
    if key != made.key:
        return redirect(made.url, 302)
    try:
        response = send_file(made.draw(), mimetype="image/png", etag=False, max_age=31536000)
    except CardFailed:
        abort(503)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # networks show it on their own pages
    response.cache_control.public = True
    response.cache_control.immutable = True
    return response


def _public(slug: str, at: datetime) -> Story:
    return _must_be_public(story_to_read(db.session(), slug), at)


def _must_be_public(story: Public | None, at: datetime) -> Public:
    """Give the story if it is public; 410 with its reason where it was and is no longer."""
    if story is None:
        abort(404)
    if not story.is_public(at):
        if story.is_gone(at):
            g.withdrawn_reason = story.withdrawn_reason
            # A headline can be what was wrong. Whoever gave a reason to readers has let them know what was here.
            g.withdrawn_headline = story.headline if story.withdrawn_reason else ""
            g.withdrawn_at, g.ended_at = story.withdrawn_at, story.unpublish_at
            abort(410)
        abort(404)
    return story


def _words_of(story: Story, wanted: list[Version]) -> dict[int, Story]:
    numbers = [one.number for one in wanted]
    found = db.session.scalars(Version.whole(story.id, tags.moment()).where(Version.number.in_(numbers)))
    return {one.number: one.story(story) for one in found}


def _section_names() -> dict[int, str]:
    return {branch.id: " › ".join(step.name for step in branch.line) for branch in layout().tree.by_id.values()}


def _led(stories: list[Card], placed: list[int]) -> list[Card]:
    """Put a section's lead in front: what the desk has placed there, or the newest with a picture."""
    here = {story.id: story for story in stories}
    missing = [i for i in placed if i not in here]
    known = here | {story.id: story for story in in_order(db.session(), missing) if story.is_public(tags.moment())}
    lead = next((known[i] for i in placed if i in known), None) or opener(stories)
    return [lead, *(story for story in stories if story is not lead)] if lead else stories


def _share(story: Story) -> Any:
    frame = layout()
    return share(frame.base + story.url, story.social_headline or story.headline, frame.site.share_networks)


def _most_read(session: Session, shelf: str, limit: int) -> list[Card]:
    at = tags.moment()
    shows("most-read")
    ids = list(session.scalars(MostRead.on(shelf)))
    return [story for story in in_order(session, ids) if story.is_public(at)][:limit]


def _beside(story: Story, shelves: list[str]) -> tuple[Markup, Markup]:
    """Print the way to the stories before and after, and those that readers might also like."""

    def make(session: Session) -> tuple[Markup, Markup]:
        found = neighbours(session, story, shelves, tags.moment(), tags.seen_so_far())
        names = ("articles/_pager.html", "articles/_related.html")
        first, second = (Markup(render_template(name, neighbours=found)) for name in names)  # a template escapes
        return first, second

    rests_on = (story.published_at, *shelves, *(topic.shelf for topic in story.topics))
    return part(("beside", story.id, *rests_on), make)


def _rail(
    ranked_on: str, branch: Branch | None, beside: int | None = None, blocks: frozenset[str] = EVERY_BLOCK
) -> Markup:
    """Print the rail. It is the same beside every story of about one length, but those that it names itself."""

    def make(session: Session, without: int | None) -> tuple[Markup, frozenset[int]]:
        site = layout().site
        found = rail(session, tags.moment(), site.timezone, site.top_writers_days, without, ranked_on)
        found.writers = found.writers if "writers" in blocks else []
        found.opinion = found.opinion if "opinion" in blocks else None
        found.log = found.log if "log" in blocks else []
        named = [*found.picks, *found.most_read, *(line.article for line in found.log)]
        html = render_template("articles/_rail.html", rail=found, branch=branch, days=site.top_writers_days)
        return Markup(html), frozenset(  # a template escapes
            story.id for story in [*named, found.opinion] if story
        )

    html, named = part(("rail", ranked_on, blocks), lambda session: make(session, None))
    if beside in named:
        html, _ = part(("rail", ranked_on, blocks, beside), lambda session: make(session, beside))
    return html


def newest_stories(limit: int) -> list[Card]:
    """Give the newest stories, for pages that lead on from an error."""
    return newest(db.session(), ALL, limit)
