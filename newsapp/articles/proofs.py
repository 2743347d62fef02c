"""Proofs: what a second pair of eyes would mark in a story before it goes out, each with its place and how to mend it.

Most marks are advice; a few, which no reader should meet, keep a story from being released (``is_blocking``).
``proof()`` reads a document and what is ``given`` beside it and asks nothing, so it can run at every save.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag
from sqlalchemy import select

from newsapp.articles.documents import BLANK, Document, faults_of
from newsapp.articles.kinds import Kind
from newsapp.articles.models import Article, Source
from newsapp.db import db
from newsapp.lib import clock
from newsapp.lib.markup import is_web_address
from newsapp.lib.text import shorten, whole_number
from newsapp.lib.webaddress import same_page
from newsapp.media import Picture

# What each mark is called, and what mends it.
MENDS = {
    "whole": "Fill it in.",
    "alt": "Describe the picture, or say that it says nothing that the text does not.",
    "credit": "Write at the picture who made it.",
    "rights": "Take another picture, or write at the picture until when it may be shown.",
    "licence": "Write at the picture under which licence or agreement it may be used.",
    "language": "Mark the words with their language, or write them as the paper does.",
    "label": "Leave the label empty, or write one short word or two.",
    "sponsor": "Write under “How we made this” who paid for it.",
    "byline": "Name who wrote it.",
    "role": "Say what the person is here: “Asia correspondent”, “Photographs”.",
    "heading order": "Begin with a heading of the second level; the third stands under one of the second.",
    "heading cut off": "Write the heading to its end.",
    "heading in capitals": "Write it in small letters: capitals are slow to read and are spelled out aloud.",
    "heading twice": "Give each heading words of its own.",
    "table headers": "Make the first row, or the first column, headers.",
    "table caption": "Write a line over the table that says what it shows.",
    "markdown": "Use the heading, list or emphasis that the marks stand for.",
    "source marks": "Make it a source mark, or take it out.",
    "source numbers": "Find the source that was lost on the way, or take the number out of the text.",
    "source twice": "Cite it in the same way at each place.",
    "source described": "Describe it on the page of sources: title, date, address.",
    "link words": "Link words that say where the link leads.",
    "link address": "Write the whole address, beginning with https://, or take the link out.",
    "day": "Name the day: readers come later than the story was written.",
    "breaking": "Take the word out; the story is older than a day.",
    "headline and text": "Say in the headline what the text is about, in its words.",
    "headline length": "Shorten it, or write a shorter headline for cards and search.",
    "standfirst length": "Keep to a sentence or two.",
    "standfirst": "Write a sentence that says what is new.",
    "furniture": "Take it out: it came with the page that was copied.",
    "paragraph twice": "Take one of the two out.",
    "placeholder": "Write what is to stand there.",
    "list": "Take the paragraph out of the list: what follows a list is not its last point.",
    "empty text": "Write the text.",
}  # fmt: skip
BLOCKING = {
    "whole",
    "alt",
    "credit",
    "rights",
    "sponsor",
    "source marks",
    "link address",
    "furniture",
    "placeholder",
    "empty text",
}

MOST_HEADLINE = 110  # characters
MOST_STANDFIRST = 320
MOST_LABEL = 30
LONG_POINT = 40  # words that a paragraph within a list has when it belongs to the text
MOST_MARKS = 200  # that anybody reads
OLD = timedelta(days=1)

_BLOCKS = ("p", "h2", "h3", "li", "td", "th", "figcaption", "caption", "dt", "dd", "pre")
_CITED = re.compile(r"\[\[s\d{1,9}\]\]|\[{1,2}\d{1,3}\]{1,2}(?:\([^)\s]{0,2000}\)?)?")
_MARKDOWN = re.compile(
    r"^#{1,6} \S|^>\s|^[-*+] \S|^\|.*\||^```|\*\*[^*\s][^*]{0,500}\*\*|(?<!\w)__[^_\s][^_]{0,500}__(?!\w)|!?\[[^\[\]\n]{1,300}\]\([^()\s]{1,2000}\)"
)
_PLACEHOLDER = re.compile(
    r"\bTK\b|\bTKTK\b|\bTODO\b|\bFIXME\b|\bXXX+\b|\bxxx+\b|(?i:\blorem ipsum\b|\binsert \w+ here\b|\bdolor sit amet\b)|\?{3,}"
)
_FURNITURE = re.compile(
    r"^(?:share(?: this(?: article| story| post)?)?|subscribe(?: (?:now|to our newsletters?.*))?|sign up (?:to|for) (?:our|the) .*|font resizer(?:aa)?|"
    r"(?:email )?copy link(?: print)?|leave a (?:comment|reply)|you might also like|related (?:articles|stories|posts)|read more:?|"
    r"previous article.*|next article.*|advertisement|sponsored|follow us.*|\d+ min(?:ute)? read|last updated:?.*|"
    r".* avatar|all rights reserved.*|your email address will not be published.*|editor[’']s picks?|table of contents|contents)[.!]?$",
    re.I,
)  # fmt: skip
_SOON = re.compile(
    r"\b(upcoming|impending|forthcoming|tomorrow|yesterday|tonight|later today|earlier today|this (?:morning|afternoon|evening)|next week|last week)\b",
    re.I,
)
_NO_WORDS = re.compile(
    r"(?:click |tap |read |see |go )?(?:here|more|this|link|this (?:link|page|article|story)|read more|learn more|details)\W*",
    re.I,
)
_DANGLING = re.compile(
    r"(?:…|\.\.\.|[-–—,:;&/]|\b(?:a|an|the|and|or|but|of|in|on|at|to|for|from|with|by|behind|between|into|over|under|as|its|their|his|her)|"
    r"\b[A-Za-z]+(?:itical|omical|ological|torical|egional|ational))$", re.I,
)  # fmt: skip
_PAIR = re.compile(r"\b([A-Z][\w.]*[-–][A-Z][\w.]*)$")
_GLUED = re.compile(r"[a-z][A-Z][a-z]")
_WORD = re.compile(r"[^\W\d_][\w’'-]+")
_SCRIPTS = {
    "Cyrillic": r"\u0400-\u052f", "Greek": r"\u0370-\u03ff", "Arabic": r"\u0600-\u06ff\u0750-\u077f", "Hebrew": r"\u0590-\u05ff",
    "Chinese or Japanese": r"\u3040-\u30ff\u3400-\u9fff", "Korean": r"\uac00-\ud7af", "Devanagari": r"\u0900-\u097f", "Thai": r"\u0e00-\u0e7f",
}  # fmt: skip
_WRITTEN_IN = {
    "ru": "Cyrillic", "uk": "Cyrillic", "bg": "Cyrillic", "sr": "Cyrillic", "be": "Cyrillic", "mk": "Cyrillic", "kk": "Cyrillic", "el": "Greek",
    "ar": "Arabic", "fa": "Arabic", "ur": "Arabic", "he": "Hebrew", "yi": "Hebrew", "zh": "Chinese or Japanese", "ja": "Chinese or Japanese",
    "ko": "Korean", "hi": "Devanagari", "mr": "Devanagari", "ne": "Devanagari", "th": "Thai",
}  # fmt: skip
_FOREIGN = {name: re.compile(f"[{letters}]{{2,}}(?:[^\\w<]*[{letters}]+)*") for name, letters in _SCRIPTS.items()}
_COMMON = {
    "about", "after", "again", "against", "also", "been", "before", "being", "could", "desire", "does", "each", "every", "from", "have",
    "into", "just", "know", "like", "make", "many", "more", "most", "much", "must", "only", "other", "over", "said", "says", "should",
    "some", "such", "than", "that", "their", "them", "then", "there", "these", "they", "this", "those", "through", "under", "until",
    "very", "want", "were", "what", "when", "where", "which", "while", "whom", "will", "with", "would", "your",
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """Something to mend, and where it stands."""

    name: str  # a key of MENDS
    says: str
    field: str = "body"  # the id of the desk's field
    words: str = ""  # as they stand there
    block: int = 0  # of the text, from 1; 0: no one block
    source_id: int = 0  # the source that it is about, where the newsroom has it
    picture_id: int = 0  # the picture that it is about, where its own page is the place to mend it

    @property
    def is_blocking(self) -> bool:
        return self.name in BLOCKING

    @property
    def mend(self) -> str:
        return MENDS[self.name]


@dataclass(frozen=True)
class Given:
    """What a proof needs beside the document."""

    at: datetime  # when readers will see it first, or now
    published_at: datetime | None = None
    pictures: Mapping[int, Picture] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)  # by the key or the address that the text cites
    lacks: tuple[str, ...] = ()  # what faults_of() says


@dataclass
class _Block:
    """A paragraph, a heading, a point or a cell."""

    number: int
    element: Tag
    said: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)  # what has no language of its own
    links: list[Tag] = field(default_factory=list)


@dataclass
class _Text:
    """The body, read once."""

    soup: BeautifulSoup
    blocks: list[tuple[int, Tag, str]]  # number, element, words without what stands in blocks within it
    plain: str
    parts: list[_Block]


def proof(document: Document, given: Given) -> list[Mark]:
    """Give what is to be mended in a document, what blocks first, each in the order of the text."""
    document = {**BLANK, **document}
    text = _read(document["body"])
    marks = [
        *(Mark("whole", says, _field_of(says)) for says in given.lacks),
        *_heads(document, text, given), *_people(document), *_pictures(document, text, given), *_headings(text), *_tables(text),
        *_words(document, text), *_sources(document, text, given), *_links(text), *_lists(text), *_twice(text),
    ]  # fmt: skip
    found = list(dict.fromkeys(marks))[:MOST_MARKS]
    return sorted(found, key=lambda mark: not mark.is_blocking)


def given_for(article: Article, document: Document, at: datetime | None = None) -> Given:
    """Look up what a proof of ``document`` needs."""
    soup = BeautifulSoup(document["body"], "html.parser")
    ids = {whole_number(str(f["data-picture"])) for f in soup.find_all("figure", attrs={"data-picture": True})}
    ids = {i for i in (*ids, document["picture_id"]) if i}
    cited = {str(m["data-source-url"]) for m in soup.find_all("sup", attrs={"data-source-url": True})}
    cited |= {str(m["data-source"]) for m in soup.find_all("sup", attrs={"data-source": True})}
    by_id = Source.by_ids(document["sources"].values())
    sources = Source.by_addresses(cited)
    sources |= {key: by_id[i] for key, i in document["sources"].items() if i in by_id}
    pictures = {row.id: row for row in _rows(Picture, Picture.id, ids)}
    return Given(at or clock.now(), article.published_at, pictures, sources, tuple(faults_of(document)))


def _rows(table: Any, column: Any, wanted: set[Any]) -> list[Any]:
    return list(db.session.scalars(select(table).where(column.in_(wanted)).order_by(table.id.desc()))) if wanted else []


def _field_of(says: str) -> str:
    """Give the field that a sentence of faults_of() speaks of."""
    for words, name in (
        ("headline", "headline"),
        ("section", "section_id"),
        ("picture", "picture_id"),
        ("byline", "byline-0-name"),
    ):
        if words in says.lower():
            return name
    return "story"


def _read(html: str) -> _Text:
    """Read a body in one walk: with each block the words that stand in it and in no block within it."""
    soup = BeautifulSoup(html, "html.parser")
    blocks: list[_Block] = []
    walk: list[tuple[PageElement, _Block | None, bool]] = [(soup, None, False)]
    while walk:
        node, block, is_marked = walk.pop()
        if isinstance(node, NavigableString):
            if block is not None:
                block.said.append(str(node))
                if not is_marked:
                    block.unmarked.append(str(node))
        elif isinstance(node, Tag) and not (node.name == "sup" and len(node.attrs)):
            if node.name in _BLOCKS:
                block = _Block(len(blocks) + 1, node)
                blocks.append(block)
            if node.name == "a" and block is not None:
                block.links.append(node)
            is_marked = is_marked or node.has_attr("lang")
            walk.extend((child, block, is_marked) for child in reversed(node.contents))
    found = [(block.number, block.element, " ".join("".join(block.said).split())) for block in blocks]
    return _Text(soup, found, " ".join(words for _, _, words in found), blocks)


# The checks


def _heads(document: Document, text: _Text, given: Given) -> Iterator[Mark]:
    headline, standfirst = document["headline"], document["standfirst"]
    if len(headline) > MOST_HEADLINE:
        yield Mark("headline length", f"The headline has {len(headline)} characters.", "headline")
    if not standfirst:
        yield Mark("standfirst", "There is no standfirst: lists show the first sentence.", "standfirst")
    if len(standfirst) > MOST_STANDFIRST:
        yield Mark("standfirst length", f"The standfirst has {len(standfirst)} characters.", "standfirst")
    if not text.plain and not text.soup.find(["figure", "table"]):
        yield Mark("empty text", "There is no text.", "body")
    told = {_stem(word) for word in _telling(f"{text.plain} {standfirst}")}
    names = list(_telling(headline))
    if text.plain and len(names) > 1 and not any(_stem(name) in told for name in names):
        yield Mark("headline and text", "No word of the headline stands in the text.", "headline", headline)
    label = document["label"]
    if label and (_GLUED.search(label) or len(label) > MOST_LABEL or (label.isupper() and len(label) > 4)):
        yield Mark(
            "label",
            f"“{shorten(label, 40)}” is no label: words run together, too long, or all capitals.",
            "label",
            label,
        )
    if given.published_at and given.at - given.published_at > OLD:
        for name in ("headline", "label"):
            if found := re.search(r"\bbreaking\b", document[name], re.I):
                yield Mark("breaking", "It still says “breaking”.", name, found[0])


def _stem(word: str) -> str:
    return word.casefold().removesuffix("’s").removesuffix("'s")[:5]


def _telling(text: str) -> Iterator[str]:
    return (word for word in _WORD.findall(text) if len(word) > 3 and word.casefold() not in _COMMON)


def _people(document: Document) -> Iterator[Mark]:
    if document["kind"] == Kind.SPONSORED and not document["making"].get("funding"):
        yield Mark("sponsor", "It is sponsored, and does not say who paid for it.", "making_funding")
    if not document["bylines"]:
        yield Mark("byline", "Nobody is named over it.", "byline-0-name")
    for n, line in enumerate(document["bylines"]):
        if not line["role"]:
            said = f"“{line['name']}”" if line["name"] else f"Byline {n + 1}"
            yield Mark("role", f"{said} has no role.", f"byline-{n}-role")


def _pictures(document: Document, text: _Text, given: Given) -> Iterator[Mark]:
    used = [(document["picture_id"], document["picture_alt"], document["picture_caption"], "picture_id", 0)]
    for figure in text.soup.find_all("figure", attrs={"data-picture": True}):
        number = next((n for n, element, _ in text.blocks if element.find_parent("figure") is figure), 0)
        used.append((whole_number(str(figure["data-picture"])), None, "", "body", number))
    told = set[int]()
    for id_, alt, _caption, place, block in used:
        picture = given.pictures.get(id_) if id_ else None
        if picture is None:
            continue
        what = f"Picture {picture.id}"
        if not picture.alt and alt is None:
            yield Mark(
                "alt", f"{what} has no description.", "picture_alt" if place == "picture_id" else place, "", block
            )
        if picture.id in told:  # what is said of the picture itself is said once
            continue
        told.add(picture.id)
        credit = picture.credit or picture.creator
        lacks = []
        if not credit:
            lacks.append(("credit", f"{what} does not say who made it."))
        if picture.rights_end_on is not None and picture.rights_end_on < given.at.date():
            lacks.append(("rights", f"The rights in picture {picture.id} ended on {picture.rights_end_on:%-d %B %Y}."))
        if not picture.licence:
            lacks.append(("licence", f"{what} does not say how it may be used."))
        yield from (Mark(name, says, place, "", block, picture_id=picture.id) for name, says in lacks)
        if not picture.credit_language:
            for script, found in _foreign(credit, document["language"]):
                yield Mark(
                    "language",
                    f"The credit of picture {picture.id} has {script} words, and no language is marked.",
                    place,
                    found,
                    block,
                )


def _headings(text: _Text) -> Iterator[Mark]:
    before, seen = 1, Counter[str]()
    for number, element, words in text.blocks:
        if element.name not in ("h2", "h3") or not words:
            continue
        said, level = f"The heading “{shorten(words, 60)}”", int(element.name[1])
        if level > before + 1:
            yield Mark("heading order", f"{said} stands under none of the second level.", "body", words, number)
        before = level
        if words.isupper() and len(words) > 5:
            yield Mark("heading in capitals", f"{said} is all capitals.", "body", words, number)
        if _is_cut_off(words, text.plain):
            yield Mark("heading cut off", f"{said} breaks off.", "body", words, number)
        seen[words.casefold()] += 1
        if seen[words.casefold()] == 2:
            yield Mark("heading twice", f"{said} stands there twice.", "body", words, number)


def _is_cut_off(heading: str, text: str) -> bool:
    """Tell whether a heading ends in the middle: in a sign or a word that asks for another, or in half of a name.

    Half of a name: “the Alaska” where the text never stops there, but says “the Alaska summit” each time.
    """
    if _DANGLING.search(heading):
        return True
    half = re.search(r"\bthe [A-Z]\w+$", heading) or _PAIR.search(heading)
    if half is None:
        return False
    uses = re.findall(rf"{re.escape(half[0])}(\W*)(\w?)", text, re.I)
    going_on = [blank == " " and bool(letter) for blank, letter in uses]
    return sum(going_on) >= 1 and sum(not on for on in going_on) <= 1  # the heading itself is in the text, once


def _tables(text: _Text) -> Iterator[Mark]:
    for n, table in enumerate(text.soup.find_all("table"), 1):
        number = next((i for i, element, _ in text.blocks if element.find_parent("table") is table), 0)
        first = " ".join(table.get_text(" ").split())[:40]
        if not table.find("th"):
            yield Mark("table headers", f"Table {n} has no headers.", "body", first, number)
        if not table.caption or not table.caption.get_text(strip=True):
            yield Mark("table caption", f"Table {n} has no caption.", "body", first, number)


def _words(document: Document, text: _Text) -> Iterator[Mark]:
    pieces = [("headline", document["headline"], 0, None), ("standfirst", document["standfirst"], 0, None)]
    pieces += [("key_points", point, 0, None) for point in document["key_points"]]
    pieces += [(f"making_{name}", said, 0, None) for name, said in document["making"].items()]
    for place, words, number, element in [*pieces, *(("body", words, n, e) for n, e, words in text.blocks)]:
        for held in _PLACEHOLDER.finditer(words):
            yield Mark("placeholder", f"“{held[0]}” holds a place for words.", place, held[0], number)
        if found := _CITED.search(words):
            yield Mark(
                "source marks",
                f"“{shorten(found[0], 60)}” is a source that was not read as one.",
                place,
                found[0],
                number,
            )
        elif (
            element is not None
            and not element.find_parent("pre")
            and element.name != "pre"
            and (found := _MARKDOWN.search(words))
        ):
            yield Mark(
                "markdown", f"“{shorten(found[0], 60)}” is Markdown that was not read as such.", place, found[0], number
            )
        if (
            element is not None
            and element.name in ("p", "li", "h2", "h3")
            and _FURNITURE.match(words)
            and len(words) < 120
        ):
            yield Mark(
                "furniture", f"“{shorten(words, 60)}” is of a page’s frame, not of the story.", place, words, number
            )
        for said in dict.fromkeys(m.lower() for m in _SOON.findall(words)):
            if place in ("headline", "standfirst", "body") and not (
                element is not None and element.find_parent("blockquote")
            ):
                yield Mark("day", f"“{said}” is true for a day.", place, said, number)
        if element is None:
            for script, said in _foreign(words, document["language"]):
                yield Mark("language", f"{_quoted(said)} is in {script} letters.", place, said, number)
    for part in text.parts:
        for script, said in _foreign("".join(part.unmarked), document["language"]):
            says = f"{_quoted(said)} is in {script} letters, and no language is marked."
            yield Mark("language", says, "body", said, part.number)


def _quoted(words: str) -> str:
    """Quote words that may run from right to left: isolated, they leave the marks around them where they are."""
    return f"“\u2068{shorten(words, 60)}\u2069”"


def _foreign(words: str, language: str) -> Iterator[tuple[str, str]]:
    """Find words in letters that the paper's language is not written in."""
    own = _WRITTEN_IN.get(language.split("-")[0].lower(), "Latin")
    if words.isascii():
        return
    for script, pattern in _FOREIGN.items():
        if script != own and (found := pattern.search(words)):
            yield script, found[0].strip()


def _sources(document: Document, text: _Text, given: Given) -> Iterator[Mark]:
    cited: dict[str, int] = {}
    labels: dict[int, str] = {}
    for mark in text.soup.find_all("sup"):
        key = str(mark.get("data-source") or mark.get("data-source-url") or "")
        if not key:
            continue
        block = mark.find_parent(_BLOCKS)
        number = next((n for n, element, _ in text.blocks if element is block), 0)
        cited.setdefault(key, number)
        label = whole_number(str(mark.get("data-source-label", "")))
        if label and labels.setdefault(label, key) != key:
            yield Mark("source numbers", f"The number {label} stands for two sources.", "body", "", number)
    missing = [n for n in range(1, max(labels, default=0)) if n not in labels]
    if missing and len(cited) < max(labels):  # otherwise something else is cited where it was
        yield Mark(
            "source numbers",
            f"Source {', '.join(map(str, missing[:9]))} is missing: the text cites {', '.join(map(str, sorted(labels)))}.",
        )
    first: dict[int, str] = {}
    for key, number in cited.items():
        source = given.sources.get(key)
        if source is not None and first.setdefault(source.id, same_page(key)) != same_page(key) and key != source.url:
            says = f"The source “{shorten(source.title, 60)}” is cited in two ways, and stands under two numbers."
            yield Mark("source twice", says, "body", "", number)
        if source is None:
            said = key.partition("://")[2].removeprefix("www.") if is_web_address(key) else key
            yield Mark(
                "source described",
                f"The source “{shorten(said, 80)}” has no title and no date.",
                "sources",
                key,
                number,
            )
            continue
        lacks = [what for what, there in (("title", source.title), ("date", source.published_on or source.accessed_on), ("address", source.url or source.is_private)) if not there]  # fmt: skip
        if lacks:
            yield Mark(
                "source described",
                f"The source “{shorten(source.title or key, 60)}” has no {' and no '.join(lacks)}.",
                "sources",
                key,
                number,
                source.id,
            )


def _links(text: _Text) -> Iterator[Mark]:
    for part in text.parts:
        number = part.number
        for link in part.links:
            said, address = " ".join(link.get_text().split()), str(link.get("href", ""))
            if (
                not address
                or " " in address
                or "." not in (urlsplit(address).hostname or "." if is_web_address(address) else ".")
            ):
                yield Mark("link address", f"The link “{shorten(said, 60)}” leads nowhere.", "body", said, number)
            elif not said and not link.find("img"):
                yield Mark("link words", f"A link to {shorten(address, 60)} has no words.", "body", "", number)
            elif _NO_WORDS.fullmatch(said) or re.match(r"(https?://|www\.)\S+$", said):
                yield Mark(
                    "link words", f"“{shorten(said, 60)}” does not say where the link leads.", "body", said, number
                )


def _lists(text: _Text) -> Iterator[Mark]:
    for number, element, words in text.blocks:
        item = element.find_parent("li")
        if (
            element.name == "p"
            and item is not None
            and len(words.split()) >= LONG_POINT
            and next((c for c in item.contents if str(c).strip()), None) is not element
        ):
            yield Mark(
                "list", f"“{shorten(words, 60)}” stands within the last point of a list.", "body", words[:60], number
            )


def _twice(text: _Text) -> Iterator[Mark]:
    seen = Counter[str]()
    for number, element, words in text.blocks:
        if element.name in ("p", "li") and len(words) > 60:
            seen[words.casefold()] += 1
            if seen[words.casefold()] == 2:
                yield Mark("paragraph twice", f"“{shorten(words, 60)}” stands there twice.", "body", words[:60], number)


__all__ = ["BLOCKING", "MENDS", "Given", "Mark", "given_for", "proof"]
