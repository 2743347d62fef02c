"""What the rich editor asks for: its text and what the text names, clean source of what was pasted, pictures to choose from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from typing import Any

from flask import abort, request
from sqlalchemy import or_, select

from newsapp.articles import Source
from newsapp.articles.body import clean_body
from newsapp.articles.documents import Document
from newsapp.db import db
from newsapp.desk.frame import bp
from newsapp.desk.sources import with_words
from newsapp.desk.stories import story
from newsapp.lib.forms import plain
from newsapp.lib.text import WORDS_A_MINUTE
from newsapp.lib.web import page
from newsapp.media import Picture

MOST_PASTED = 2 * 1024 * 1024  # bytes: Word writes ten times as much as somebody has written
MOST_TOLD = 12  # sentences on what was lost of it
OFFERED = 24  # pictures
WIDTH = 704  # pixels
_PICTURE = re.compile(r'data-picture="(\d{1,9})"')
_LIKE = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})
# A source that the newsroom has, by its number: as somebody types it, and as the text keeps it.
_TYPED = re.compile(r"\[\[s(\d{1,9})\]\]")
_KEPT = re.compile(r'<sup data-source="s(\d{1,9})"(?: data-source-label="\d{1,3}")?></sup>')
_BY_ADDRESS = re.compile(r'<sup(?: data-source-label="(\d{1,3})")? data-source-url="([^"()\s]+)"></sup>')
_NAMED = re.compile(r'<sup data-source="s(\d{1,9})"')
_MARK = re.compile(r'data-source(-url)?="([^"]*)"')
_TAG = re.compile(r"(<[^<>]*>)")


@bp.post("/articles/<int(max=2147483647):article_id>/clean", endpoint="clean")
def clean(article_id: int):
    """Answer what was pasted, HTML of Word, Google Docs or a web page: {html: clean source, told: what was lost, a sentence each}.

    Nothing is written.
    """
    story(article_id)
    if (request.content_length or 0) > MOST_PASTED:
        abort(413)
    pasted = request.get_data(cache=False, as_text=False)
    if len(pasted) > MOST_PASTED:
        abort(413)
    told: list[str] = []
    return {"html": clean_body(pasted.decode("utf-8", "replace"), told), "told": told[:MOST_TOLD]}


@bp.get("/articles/<int(max=2147483647):article_id>/pictures", endpoint="offer_pictures")
def pictures(article_id: int):
    """Show pictures of the library that a text can have: the newest, or those of which the words are said."""
    article = story(article_id)
    words = request.args.get("q", "").strip()[:100]
    return page(
        "desk/story-pictures.html",
        fragment="pictures",
        article=article,
        words=words,
        found=pictures_with(words),
        data=_shown,
    )


def pictures_with(words: str) -> list[Picture]:
    """Give pictures of the library: the newest, or those of which all the words are said."""
    query = select(Picture).order_by(Picture.id.desc()).limit(OFFERED)
    for word in words.split()[:5]:
        like = f"%{word.translate(_LIKE)}%"
        names = (Picture.title, Picture.alt, Picture.caption, Picture.creator, Picture.credit)
        query = query.where(or_(*(name.ilike(like, escape="\\") for name in names)))
    return list(db.session.scalars(query))


@bp.get("/articles/<int(max=2147483647):article_id>/sources", endpoint="offer_sources")
def sources(article_id: int):
    """Show sources that a text can cite: the newest, or those of which the words are said."""
    article = story(article_id)
    words = plain(request.args.get("q"))[:100]
    query = select(Source).where(Source.merged_into_id.is_(None), *with_words(words)).order_by(Source.id.desc())
    found = db.session.scalars(query.limit(OFFERED)).all()
    picks = request.args.get("pick") == "1"  # from the editor's dialog
    return page("desk/story-sources.html", fragment="sources", article=article, words=words, found=found, picks=picks)


def cite(body: str, ids: dict[str, int]) -> tuple[str, dict[str, int]]:
    """Make source marks of ``[[s12]]`` in a text; give it with the sources that its marks name by their keys.

    A number that no source has stays as it was typed, for the proof to tell of. What is cited in two ways (two that
    were merged, or a number and its address) is cited as it was first, so that it has one number.
    """
    wanted = {int(n) for n in (*_TYPED.findall(body), *_NAMED.findall(body))}
    known = {n for n in Source.by_ids(wanted) if f"s{n}" not in ids or ids[f"s{n}"] == n}

    def mark(found: re.Match[str]) -> str:
        return f'<sup data-source="s{int(found[1])}"></sup>' if int(found[1]) in known else found[0]

    parts = _TAG.split(body)
    body = "".join(part if n % 2 else _TYPED.sub(mark, part) for n, part in enumerate(parts))
    cited = {int(n) for n in _NAMED.findall(body)} & known
    ids = {**ids, **{f"s{n}": n for n in cited}}
    return _in_one_way(body, ids), ids


def _in_one_way(body: str, ids: dict[str, int]) -> str:
    marks = [(is_address, unescape(name)) for is_address, name in _MARK.findall(body)]
    there = Source.by_addresses({name for is_address, name in marks if is_address})
    rows = Source.by_ids({ids[name] for is_address, name in marks if not is_address and name in ids})
    first: dict[int, str] = {}

    def as_first(mark: re.Match[str]) -> str:
        name = unescape(mark[2])
        source = there.get(name) if mark[1] else rows.get(ids.get(name, 0))
        return first.setdefault(source.id, mark[0]) if source else mark[0]

    return _MARK.sub(as_first, body)


def typed(markdown: str) -> str:
    """Give a text for its field: a source by its number or its address, as somebody types it."""
    labels = {unescape(address): int(label) for label, address in _BY_ADDRESS.findall(markdown) if label}

    def cited(found: re.Match[str]) -> str:
        address = unescape(found[2])
        label = labels.setdefault(address, max(labels.values(), default=0) + 1)
        return f"[[{found[1] or label}]]({address})"

    return _BY_ADDRESS.sub(cited, _KEPT.sub(r"[[s\1]]", markdown))


def source_of(body: str, document: Document, language: str) -> dict[str, Any]:
    """Give what the editor begins with: clean source, its pictures and sources by their keys, words read a minute."""
    html = clean_body(body)
    keys = {int(key) for key in _PICTURE.findall(html)}
    return {
        "html": html,
        "pictures": {str(p.id): _shown(p) for p in _all(Picture, keys)},
        "sources": _cited(document["sources"]),
        "pace": WORDS_A_MINUTE.get(language.split("-")[0], 220),
    }


def _cited(ids: dict[str, int]) -> dict[str, dict[str, str]]:
    rows = Source.by_ids(ids.values())
    return {key: {"title": rows[i].title, "url": rows[i].url or ""} for key, i in ids.items() if i in rows}


def _all(model: Any, ids: Iterable[int]) -> Iterable[Any]:
    wanted = set(ids)
    return db.session.scalars(select(model).where(model.id.in_(wanted))).all() if wanted else []


def _shown(picture: Picture) -> dict[str, str]:
    return {"src": picture.file(WIDTH, "jpg"), "alt": picture.alt, "credit": picture.credit_line}
