"""A story's text as feeds carry it: whole, with full addresses, without what only our pages can use."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from flask import render_template

from newsapp.articles import Article, Change, Kind
from newsapp.lib.text import direction
from newsapp.site import Site

# A body is what our own printer wrote: every tag is closed, every value quoted, and < and > stand only round tags.
_TAG = re.compile(r"<([a-z][a-z0-9]*)((?:\s[^>]*)?)>")
_ATTRIBUTE = re.compile(r"""([a-z-]+)=(?:"([^"]*)"|'([^']*)')|([a-z]+)(?=[\s/]|$)""")
_SOURCE_MARK = re.compile(r'<a\b[^>]*\bclass="ref"[^>]*>(\d+)</a>')
_FORMATS = re.compile(r"</?picture>|<source\b[^>]*>")
_ADDRESSES = {"href", "src", "cite"}
_KEPT = _ADDRESSES | {
    "abbr", "alt", "colspan", "datetime", "dir", "height", "hreflang", "lang", "reversed", "rowspan", "scope", "start",
    "title", "type", "value", "width",
}  # fmt: skip


def full_text(story: Article, picture_url: str | None, site: Site, url: str) -> str:
    """Give the story's text: corrections first, then what it is, picture, key points, text and sources."""
    html = render_template(
        "feeds/_story.html",
        story=story,
        kind=None if story.kind == Kind.NEWS else Kind(story.kind).label,
        notices=[change for change in reversed(story.changes) if change.is_notice],
        picture_url=picture_url,
        site=site,
    )
    return _in_language(for_elsewhere(html, url), story.language, site)


def correction_text(change: Change, story: Article, site: Site, url: str) -> str:
    """Give a correction as it stands on the story, with the way to it."""
    html = render_template("feeds/_correction.html", change=change, story=story)
    return _in_language(for_elsewhere(html, url), story.language, site)


def for_elsewhere(html: str, url: str) -> str:
    """Make HTML of the page at ``url`` fit for being read anywhere else.

    Addresses become absolute, source marks plain numbers, pictures plain ones; classes, ids and roles go.
    """

    def rewrite(tag: re.Match[str]) -> str:
        kept = []
        for name, double, single, bare in _ATTRIBUTE.findall(tag[2]):
            if bare:
                kept += [bare] * (bare in _KEPT)
            elif name in _KEPT:
                value = double or single.replace('"', "&quot;")
                kept.append(f'{name}="{_absolute(url, value) if name in _ADDRESSES else value}"')
        return f"<{' '.join([tag[1], *kept])}>"

    html = _SOURCE_MARK.sub(r"[\1]", html).replace("<small class=", " <small class=")
    return _TAG.sub(rewrite, _FORMATS.sub("", html)).strip()


def _absolute(url: str, address: str) -> str:
    try:
        return urljoin(url, address)
    except ValueError:  # such as http://[: it leads nowhere here either
        return address


def _in_language(html: str, language: str, site: Site) -> str:
    if language == site.language and direction(language) == "ltr":
        return html
    return f'<div lang="{language}" dir="{direction(language)}">{html}</div>'
