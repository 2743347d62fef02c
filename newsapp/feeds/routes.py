from __future__ import annotations

import json

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from newsapp import pages
from newsapp.articles import ALL, Article, Topic
from newsapp.authors import Author
from newsapp.comments import Comment
from newsapp.db import db
from newsapp.feeds import crawlers, icons, sitemaps
from newsapp.feeds.entries import (
    MOST,
    Entry,
    Feed,
    Person,
    absolute,
    correction_entries,
    lasting_id,
    newest_entries,
)
from newsapp.feeds.formats import answer, clean_xml, rfc822
from newsapp.feeds.fulltext import for_elsewhere
from newsapp.layout import Layout, layout
from newsapp.lib import dates, tags
from newsapp.lib.assets import IMMUTABLE
from newsapp.lib.text import direction
from newsapp.lib.web import shared

bp = Blueprint("feeds", __name__)
bp.add_app_template_filter(rfc822)
bp.add_app_template_global(icons.url, "icon_url")

FEED = "feed.<any(xml, atom, json):form>"


@bp.get(f"/{FEED}")
@shared()
def paper(form: str):
    frame = layout()
    return _stories(frame, form, ALL, "/", frame.site.name, frame.site.description or frame.site.tagline)


# More parts that are plain text than /sections/<path>, so the router asks this rule first.
@bp.get(f"/sections/<path:path>/{FEED}")
@shared()
def section(path: str, form: str):
    frame = layout()
    branch = frame.tree.by_path.get(path.strip("/"))
    if branch is None:
        abort(404)
    return _stories(frame, form, branch.shelf, branch.url, branch.name, branch.description)


@bp.get(f"/authors/<slug>/{FEED}")
@shared()
def author(slug: str, form: str):
    frame = layout()
    person = db.session.scalar(select(Author).where(Author.slug == slug))
    if person is None:
        abort(404)
    return _stories(frame, form, person.shelf, person.url, person.name, person.bio)


@bp.get(f"/topics/<slug>/{FEED}")
@shared()
def topic(slug: str, form: str):
    frame = layout()
    found = db.session.scalar(Topic.at(slug, tags.moment()))
    if found is None:
        abort(404)
    return _stories(frame, form, found.shelf, found.url, found.name, found.description)


@bp.get(f"/corrections/{FEED}")
@shared()
def corrections(form: str):
    frame = layout()
    entries = correction_entries(db.session(), frame.site, frame.base)
    return answer(
        _feed(frame, "/corrections", "Corrections", f"What {frame.site.name} has put right.", entries), form, frame.base
    )


@bp.get("/articles/<slug>/comments/feed.xml")
@shared()
def comments(slug: str):
    frame = layout()
    story = db.session.scalar(select(Article).where(Article.slug == slug))
    if story is None or not story.is_public(tags.moment()):
        abort(404)
    tags.shows(f"comments:{story.id}")
    newest = (
        select(Comment)
        .where(Comment.article_id == story.id, Comment.is_visible_in_sql())
        .options(joinedload(Comment.account), joinedload(Comment.author))
        .order_by(Comment.posted_at.desc(), Comment.id.desc())
        .limit(MOST)
    )
    entries = [_comment(comment, story, frame) for comment in db.session.scalars(newest)]
    title, description = f"Comments on {story.headline}", "What readers say, the newest first."
    return answer(_feed(frame, f"{story.url}/comments", title, description, entries), "xml", frame.base)


def _comment(comment: Comment, story: Article, frame: Layout) -> Entry:
    url = frame.base + comment.url
    by = Person(comment.name, absolute(frame.base, comment.author.url) if comment.author else None)
    return Entry(
        id=lasting_id("comment", comment.id, comment.posted_at),
        url=url,
        title=f"{comment.name} on {story.headline}",
        html=for_elsewhere(comment.body, url),
        published_at=comment.posted_at,
        updated_at=comment.posted_at,
        authors=[by],
    )


def _stories(frame: Layout, form: str, shelf: str, path: str, name: str, description: str) -> Response:
    entries = newest_entries(db.session(), shelf, frame.site, frame.tree, frame.base)
    return answer(_feed(frame, path, name, description, entries), form, frame.base)


def _feed(frame: Layout, path: str, name: str, description: str, entries: list[Entry]) -> Feed:
    site = frame.site
    year = tags.moment().astimezone(site.timezone).year
    years = f"{site.copyright_from}–{year}" if site.copyright_from and site.copyright_from < year else f"{year}"
    title = name if path == "/" else f"{name} | {site.name}"
    return Feed(
        title=title,
        description=description or title,
        url=absolute(frame.base, path),
        address=absolute(frame.base, f"{path.rstrip('/')}/feed"),
        language=site.language,
        publisher=Person(site.name, f"{frame.base}/"),
        rights=f"© {years} {site.name}. {site.copyright_line}".strip(),
        entries=entries,
    )


@bp.get("/sitemap.xml")
@shared()
def sitemap():
    frame = layout()
    return _xml(sitemaps.index(db.session(), frame.base))


@bp.get("/sitemaps/pages.xml")
@shared()
def sitemap_of_pages():
    frame = layout()
    own = {"/corrections", *(f"/{slug}" for slug in pages.slugs(db.session()))}
    return _xml(sitemaps.pages(db.session(), frame.tree, own, frame.base))


@bp.get("/sitemaps/stories-<int(min=1, max=20000):number>.xml")  # a thousand million stories: PostgreSQL counts to two
@shared()
def sitemap_of_stories(number: int):
    # The frame is not asked for: it would end this page's life at midnight, and the history does not change with the day.
    pieces = sitemaps.stories(db.session(), number, current_app.config["BASE_URL"])
    if not pieces:
        abort(404)
    return Response(pieces, mimetype="application/xml")


@bp.get("/news-sitemap.xml")
@shared()
def news_sitemap():
    frame = layout()
    return _xml(sitemaps.news(db.session(), frame.site.name, frame.base))


def _xml(text: str) -> Response:
    return Response(clean_xml(text), mimetype="application/xml")


@bp.get("/robots.txt")
@shared()
def robots():
    frame = layout()
    return Response(crawlers.robots(frame.base, ai=current_app.config["ROBOTS_AI"]), mimetype="text/plain")


@bp.get("/.well-known/security.txt")
@shared()
def security():
    frame = layout()
    midnight = dates.next_midnight(tags.moment(), frame.site.timezone)  # this page's life ends then, too
    return Response(crawlers.security(frame.base, frame.site.language, midnight), mimetype="text/plain")


@bp.get("/site.webmanifest")
@shared()
def manifest():
    site = layout().site
    data = {
        "name": site.name,
        "short_name": site.name if len(site.name) <= 12 else _short(site.name),
        **({"description": site.description} if site.description else {}),
        "lang": site.language,
        "dir": direction(site.language),
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "theme_color": "#0d2148",
        "background_color": "#fdfdfc",
        "icons": [
            {"src": icons.url(size), "sizes": f"{size}x{size}", "type": "image/png"}
            for size in icons.SIZES
            if size >= 192
        ],
    }
    return Response(json.dumps(data, ensure_ascii=False), mimetype="application/manifest+json")


def _short(name: str) -> str:
    """Give what fits under an icon on a home screen: the last words of the name, about a dozen letters."""
    short = ""
    for word in reversed(name.split()):
        if short and len(word) + len(short) + 1 > 12:
            break
        short = f"{word} {short}".strip()
    return short


@bp.get("/icons/<int:size>.png")
def icon(size: int):
    if size not in icons.SIZES:
        abort(404)
    response = Response(icons.draw(size), mimetype="image/png")
    is_named_fully = request.query_string.decode("latin-1") == icons.VERSION
    response.headers["Cache-Control"] = IMMUTABLE if is_named_fully else "public, max-age=86400"
    return response
