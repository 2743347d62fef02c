"""A feed written as RSS 2.0, as Atom and as JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from flask import Response, current_app, render_template

from newsapp.feeds import icons
from newsapp.feeds.entries import Entry, Feed, Person
from newsapp.lib import dates

TYPES = {"xml": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
# What XML 1.0 cannot hold, escaped or not. Source: https://www.w3.org/TR/xml/#charsets
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean_xml(text: str) -> str:
    """Take out the characters that would make the whole document unreadable."""
    return _NOT_IN_XML.sub("", text)


def answer(feed: Feed, form: str, base: str) -> Response:
    """Write the feed in one of the forms: xml, atom or json."""
    text = _json(feed, base) if form == "json" else _xml(feed, "rss" if form == "xml" else "atom", base)
    response = Response(text, mimetype=TYPES[form])
    response.access_control_allow_origin = "*"  # a reader in a browser may fetch it, too
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _xml(feed: Feed, name: str, base: str) -> str:
    return clean_xml(
        render_template(f"feeds/{name}.xml", feed=feed, icon=base + icons.url(64), hub=current_app.config["WEBSUB_HUB"])
    )


def _json(feed: Feed, base: str) -> str:
    """Source: https://www.jsonfeed.org/version/1.1/"""
    data = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.url,
        "feed_url": f"{feed.address}.json",
        **({"hubs": [{"type": "WebSub", "url": hub}]} if (hub := current_app.config["WEBSUB_HUB"]) else {}),
        **({"description": feed.description} if feed.description else {}),
        "icon": base + icons.url(512),
        "favicon": base + icons.url(64),
        "authors": [_person(feed.publisher)],
        "language": feed.language,
        "items": [_item(entry, feed.language) for entry in feed.entries],
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _item(entry: Entry, language: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        **({"summary": entry.summary} if entry.summary else {}),
        **({"image": entry.image.url} if entry.image else {}),
        "date_published": dates.machine(entry.published_at),
        "date_modified": dates.machine(entry.updated_at),
        "authors": [_person(author) for author in entry.authors],
        **({"tags": entry.tags} if entry.tags else {}),
        "language": entry.language or language,
    }


def _person(person: Person) -> dict[str, str]:
    return {"name": person.name, **({"url": person.url} if person.url else {})}


def rfc822(at: datetime) -> str:
    """Sat, 14 Mar 2026 12:00:00 GMT"""
    return format_datetime(at, usegmt=True)
