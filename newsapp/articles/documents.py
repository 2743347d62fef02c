"""All that the desk edits of a story, as one document; how it is read off a story and put on it.

A document is plain JSON, so that a working copy and a version can hold it whole. Names of topics and numbers of
sections, authors, pictures and sources stand for themselves; what they lead to is looked up when it is put on a story.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag
from sqlalchemy import select

from newsapp.articles.body import clean_body, clean_inline
from newsapp.articles.kinds import Kind
from newsapp.articles.making import made
from newsapp.articles.models import PARTS, Article, Byline, Source, first_sentence, prepared
from newsapp.articles.printed import (
    PrintedByline,
    PrintedCitation,
    PrintedSource,
    PrintedTopic,
    Story,
)
from newsapp.authors import Author, PrintedAuthor
from newsapp.db import columns, db, names_of
from newsapp.lib.markup import is_web_address, tidy
from newsapp.lib.text import named_address, reading_minutes
from newsapp.media import Picture, PrintedPicture
from newsapp.sections import Section

Document = dict[str, Any]

BLANK: Document = {
    "headline": "", "short_headline": "", "search_headline": "", "social_headline": "", "standfirst": "", "body": "",
    "key_points": [], "making": {}, "bylines": [], "section_id": None, "also_in": [], "topics": [], "label": "", "kind": "news",
    "language": "en-GB", "place": "", "picture_id": None, "picture_caption": "", "picture_alt": None,
    "is_evergreen": False, "slug": "", "sources": {},
}  # fmt: skip
# What each field is called where people read of it.
NAMES = {
    "headline": "Headline", "short_headline": "Headline on cards", "search_headline": "Headline for search",
    "social_headline": "Headline on other sites", "standfirst": "Standfirst", "body": "Text", "key_points": "Key points",
    "making": "How we made this",
    "bylines": "Bylines", "section_id": "Section", "also_in": "Further sections", "topics": "Topics", "label": "Label",
    "kind": "Kind", "language": "Language", "place": "Place", "picture_id": "Picture", "picture_caption": "Caption",
    "picture_alt": "Description of the picture", "is_evergreen": "Evergreen", "slug": "Address", "sources": "Sources",
}  # fmt: skip
# Fields that Article.edit() takes as they are, and those of them where nothing is written as NULL.
_FIELDS = (
    "headline", "short_headline", "search_headline", "social_headline", "standfirst", "key_points", "making", "label", "language",
    "place", "picture_id", "picture_caption", "picture_alt", "is_evergreen", "kind",
)  # fmt: skip
_OR_NULL = {"short_headline", "search_headline", "social_headline", "label", "place", "picture_caption"}
_PRINTED_WITH = {"body", "sources", "standfirst", "picture_id", "kind", "language"}  # a change of these prints it anew


class NotWhole(ValueError):
    """A document that cannot be put before readers; ``faults`` are sentences for the desk."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


def document_of(article: Article) -> Document:
    """Read the document off a story as it stands."""
    return {
        **{name: getattr(article, name) for name in _FIELDS},
        **{name: getattr(article, name) or "" for name in _OR_NULL},
        "kind": Kind(article.kind).value,
        "key_points": list(article.key_points),
        "making": dict(article.making),
        "standfirst": article.standfirst if article.standfirst_is_own else "",
        "body": article.body_source or article.body,  # a story without its source: what was printed, then
        "bylines": [
            {"author_id": b.author_id, "name": b.free_text or "", "role": b.role, "part": b.part}
            for b in article.bylines
        ],
        "section_id": article.section_id,
        "also_in": list(article.also_in),
        "topics": [topic.name for topic in article.topics],
        "slug": article.slug,
        "sources": {c.key: c.source_id for c in article.citations if not is_web_address(c.key)},
    }


def tidied(document: Mapping[str, Any], before: Mapping[str, Any] = BLANK) -> Document:
    """Give a document with every field, its texts trimmed and its HTML clean; what is not sent stays as ``before``.

    A text that was not touched stays byte for byte, however it was written.
    """
    sent = {name: _fit(value) for name, value in document.items() if name in BLANK and value != before.get(name)}
    found = {**BLANK, **before, **sent}
    for name in ("headline", "short_headline", "search_headline", "social_headline", "standfirst", "label", "place"):
        found[name] = " ".join(str(found[name] or "").split())
    for name in ("key_points", "topics"):
        found[name] = list(dict.fromkeys(" ".join(str(one).split()) for one in found[name] if str(one).strip()))
    found["making"] = made(found["making"])
    found["kind"] = Kind(str(found["kind"])).value
    found["bylines"] = [
        {
            "author_id": line.get("author_id"),
            "name": "" if line.get("author_id") else " ".join(str(line.get("name") or "").split()),
            "role": " ".join(str(line.get("role") or "").split()),
            "part": line["part"] if line.get("part") in PARTS else "by",
        }
        for line in found["bylines"]
        if line.get("author_id") or str(line.get("name") or "").strip()
    ]
    found["also_in"] = [i for i in dict.fromkeys(found["also_in"]) if i != found["section_id"]]
    if found["body"] != before.get("body", ""):
        found["body"] = clean_body(str(found["body"]))
    if found["picture_caption"] != before.get("picture_caption", ""):
        found["picture_caption"] = clean_inline(str(found["picture_caption"] or ""))
    return found


def _fit(value: Any) -> Any:
    """Take out what no page may hold and no database keeps: control characters, halves of surrogate pairs."""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, list):
        return [_fit(one) for one in value]
    return {name: _fit(one) for name, one in value.items()} if isinstance(value, dict) else value


def faults_of(document: Document) -> list[str]:
    """Give what keeps a document from being put before readers, a sentence each."""
    faults = []
    if not document["headline"]:
        faults.append("Write a headline.")
    if not document["section_id"] or db.session.get(Section, document["section_id"]) is None:
        faults.append("Choose a section.")
    if document["picture_id"] and db.session.get(Picture, document["picture_id"]) is None:
        faults.append(f"There is no picture {document['picture_id']} in the library.")
    gone = {b["author_id"] for b in document["bylines"] if b["author_id"]}
    gone -= set(db.session.scalars(select(Author.id).where(Author.id.in_(gone))))
    if gone:
        faults.append("A byline names somebody who is no longer among the authors.")
    return faults


def put_on(article: Article, document: Document) -> None:
    """Put a document on a story, by the story's own verbs: only what differs is changed. The caller commits.

    The story's address is not touched.

    Raises:
        NotWhole: something is missing that readers need.
    """
    if faults := faults_of(document):
        raise NotWhole(faults)
    before, document = document_of(article), {**BLANK, **document}
    changed = {name for name in BLANK if before[name] != document[name]}
    fields = {name: document[name] for name in _FIELDS if name in changed}
    if fields:
        article.edit(**{name: value or None if name in _OR_NULL else value for name, value in fields.items()})
    if changed & {"section_id", "also_in"}:
        filed = {row.id: row for row in db.session.scalars(select(Section))}
        article.file_under(
            filed[document["section_id"]], [filed[i] for i in document["also_in"] if i in filed]
        )  # fmt: skip
    if "topics" in changed:
        article.mark_topics(document["topics"])
    if "bylines" in changed:
        article.sign(_byline(line) for line in document["bylines"])
    if changed & _PRINTED_WITH:
        article.set_body(document["body"], _sources(document))


def _byline(line: dict[str, Any]) -> Byline:
    author = db.session.get(Author, line["author_id"]) if line["author_id"] else None
    return Byline(
        author=author, author_id=author.id if author else None, free_text=None if author else line["name"],
        role=line["role"], part=line["part"],
    )  # fmt: skip


def _sources(document: Document) -> dict[str, Source]:
    ids = document["sources"]
    rows = Source.by_ids(ids.values())
    return {key: rows[i] for key, i in ids.items() if i in rows}


def merged(base: Document, ours: Document, theirs: Document) -> tuple[Document, list[str]]:
    """Put together what two people have changed of ``base``; give it with the fields that both changed otherwise.

    The text is put together block by block. A field on which they do not agree stays as ``ours``.
    """
    base, ours, theirs = ({**BLANK, **one} for one in (base, ours, theirs))  # one may be older than a field
    found, conflicts = dict(ours), []
    for name in BLANK:
        mine, other, was = ours[name], theirs[name], base[name]
        if other in (was, mine):
            continue
        if mine == was:
            found[name] = other
        elif name == "sources":
            found[name] = {**other, **mine}
        elif name == "body" and (body := _merged_blocks(was, mine, other)) is not None:
            found[name] = body
        else:
            conflicts.append(name)
    return found, conflicts


def blocks_of(html: str) -> list[str]:
    """Give the blocks that a body consists of, each as it is written."""
    soup = BeautifulSoup(html, "html.parser")
    return [str(node) for node in soup.contents if isinstance(node, Tag) or str(node).strip()]


def _merged_blocks(base: str, ours: str, theirs: str) -> str | None:
    """Put together two changes of one text, or give nothing where they touch the same block."""
    was, mine, other = (blocks_of(html) for html in (base, ours, theirs))
    edits = [(start, end, mine[a:b]) for start, end, a, b in _changes(was, mine)]
    for start, end, a, b in _changes(was, other):
        blocks = other[a:b]
        if any(start <= e and s <= end for s, e, _ in edits if (s, e, _) != (start, end, blocks)):
            return None
        if (start, end, blocks) not in edits:
            edits.append((start, end, blocks))
    for start, end, blocks in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        was[start:end] = blocks
    return "\n".join(was)


def _changes(was: list[str], now: list[str]) -> list[tuple[int, int, int, int]]:
    return [(i, j, a, b) for tag, i, j, a, b in SequenceMatcher(None, was, now, False).get_opcodes() if tag != "equal"]


# How it would be printed


def printed_story(article: Article, document: Document) -> Story:
    """Give a story as its page would print this document. Nothing is written: it may be a draft's."""
    document = {**BLANK, **document}
    sources = _sources(document)
    body = prepared(
        document["body"], document["kind"], {source.url: key for key, source in sources.items() if source.url}
    )  # fmt: skip
    own = document["standfirst"]
    return Story(
        id=article.id, slug=article.slug, kind=document["kind"], section_id=document["section_id"] or article.section_id,
        label=document["label"] or None, headline=document["headline"], short_headline=document["short_headline"] or None,
        standfirst=own or first_sentence(body.html), language=document["language"],
        minutes=reading_minutes(body.words, len(body.pictures) + bool(document["picture_id"]), document["language"]),
        is_evergreen=document["is_evergreen"], submitted_at=article.submitted_at, ready_at=article.ready_at,
        published_at=article.published_at, unpublish_at=article.unpublish_at, updated_at=article.updated_at,
        withdrawn_at=article.withdrawn_at, picture=_picture(document["picture_id"]),
        bylines=[_printed_byline(line) for line in document["bylines"]],
        also_in=document["also_in"], search_headline=document["search_headline"] or None,
        social_headline=document["social_headline"] or None, standfirst_is_own=bool(own), place=document["place"] or None,
        key_points=document["key_points"], making=document["making"], picture_caption=document["picture_caption"] or None,
        picture_alt=document["picture_alt"], words=body.words, contents=body.contents, body=body.html,
        topics=[PrintedTopic(0, "", name) for name in document["topics"]],
        citations=[PrintedCitation(n, _printed_source(key, sources)) for n, key in enumerate(body.citations, 1)],
    )  # fmt: skip


def _picture(picture_id: int | None) -> PrintedPicture | None:
    if not picture_id:
        return None
    row = db.session.execute(
        select(*columns(Picture, names_of(PrintedPicture))).where(Picture.id == picture_id)
    ).first()  # fmt: skip
    return PrintedPicture.of(row) if row else None


def _printed_byline(line: dict[str, Any]) -> PrintedByline:
    row = None
    if line["author_id"]:
        row = db.session.execute(
            select(*columns(Author, names_of(PrintedAuthor))).where(Author.id == line["author_id"])
        ).first()
    return PrintedByline(line["role"], line["part"], line["name"] or None, PrintedAuthor.of(row) if row else None)


def _printed_source(key: str, sources: Mapping[str, Source]) -> PrintedSource:
    source = sources.get(key)
    if source is None and is_web_address(key):
        source = Source.by_addresses([key]).get(key)
    if source is not None:
        return PrintedSource(*(getattr(source, name) for name in names_of(PrintedSource)))
    host = named_address(key) if is_web_address(key) else ""
    title = host or f"Source “{key}” is not described yet"
    return PrintedSource(0, "news", title, "", "", None, None, key if host else "", "", "", False)


__all__ = [
    "BLANK", "NAMES", "Document", "NotWhole", "blocks_of", "document_of", "faults_of", "merged", "printed_story", "put_on", "tidied",
]  # fmt: skip
