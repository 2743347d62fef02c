"""What a comment may look like: paragraphs, emphasis, quotes and links that search engines do not follow."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element

import bleach
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, emphasis

from newsapp.lib.markup import DROPPED, parse, take_out_foreign, web_address
from newsapp.lib.wellformed import Writer

TAGS = {"p", "br", "em", "strong", "a", "blockquote", "code", "ul", "ol", "li"}
PROTOCOLS = {"http", "https", "mailto"}
REL = "nofollow ugc noopener"
_RENAMED = {"b": "strong", "i": "em", "tt": "code", "samp": "code", "kbd": "code"}
_KEPT = TAGS - {"a", "br"}
# What stands on lines of its own in a browser; we keep the words and the line.
_APART = {
    "address", "article", "aside", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "legend",
    "main", "menu", "nav", "pre", "section", "summary", "table", "td", "th", "tr",
}  # fmt: skip
_OTHER_TAGS = {
    "abbr", "acronym", "area", "audio", "bdi", "bdo", "big", "blink", "body", "cite", "data", "del", "dfn", "embed", "font",
    "html", "iframe", "img", "image", "ins", "label", "map", "mark", "marquee", "nobr", "object", "output", "picture", "q",
    "rp", "rt", "ruby", "s", "slot", "small", "source", "span", "strike", "sub", "sup", "tbody", "tfoot", "thead", "time", "u", "var",
    "video", "wbr",
}  # fmt: skip
_HTML = TAGS | _RENAMED.keys() | _APART | _OTHER_TAGS | DROPPED
_LEFT_OPEN = re.compile(r"<(?=/?([A-Za-z][^\s/<>]*)([^<>]*>)?)")
_ADDRESS = re.compile(
    r"(?<![\w@/.])(?:https?://|www\.)(?:\([^\s<>()]*\)|[^\s<>()\"])*(?:\([^\s<>()]*\)|[\w/=&#%+~$-])", re.I
)
_SPOKEN = re.compile(r"\s+[^\s=/>][^=>]*>")  # words, as in <b and c>, where a tag has attributes
# Marks that take no ink: a comment of nothing else says nothing.
_NO_INK = re.compile(
    r"<[^>]*>|[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
# Rules of Markdown that would take something from what a reader typed: a heading's #, a backslash, an address that is nowhere used.
_NO_RULES = ["heading", "lheading", "hr", "code", "fence", "reference", "escape", "image", "autolink"]
_FACE = re.compile(r"^( {0,3})>(?=[:;.,^=_<()-])", re.M)  # >:( is no quote
_ANSWERED = re.compile(r"^( {0,3}>.*)\n(?! {0,3}>|\s*$)", re.M)  # what is said below a quote is no part of it
_NUMBERED = re.compile(r"^(\s*)(\d{1,9})([.)])(?=\s)", re.M)


def from_typed(body: str) -> str:
    """Make HTML of what a reader typed: emphasis, quotes, lists, links and code as in Markdown; what is HTML stays. Clean it.

    Of Markdown only what takes no sign away that somebody meant: ``snake_case``, ``5*3``, ``# 1``, ``1986. A good year`` and
    ``¯\\_(ツ)_/¯`` stay as they are.
    """
    last = 0

    def guard(line: re.Match[str]) -> str:
        nonlocal last
        is_item = int(line[2]) in (1, last + 1)
        last = int(line[2]) if is_item else last
        return line[0] if is_item else f"{line[1]}{line[2]}&#{ord(line[3])};"

    lines = body.replace("\r\n", "\n").replace("\r", "\n")
    quotes = _ANSWERED.sub(r"\1\n\n", _FACE.sub(r"\1&gt;", lines))
    return str(_reader().render(_NUMBERED.sub(guard, quotes)))


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": True, "breaks": True}).disable(_NO_RULES)
    reader.inline.ruler.at("emphasis", _emphasis)
    return reader


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Take ``*`` for emphasis, unless it stands within a word, and never ``_``."""
    at, src = state.pos, state.src
    if src[at] != "*" or (0 < at < len(src) - 1 and src[at - 1].isalnum() and src[at + 1].isalnum()):
        return False
    return emphasis.tokenize(state, silent)


def clean(body: str) -> str:
    """Give a comment's HTML as it may be shown. Plain lines become paragraphs; what is forbidden is dropped."""
    root = parse(_LEFT_OPEN.sub(_keep_typed, body))
    take_out_foreign(root)
    out = Writer(TAGS, lines=True)
    _write(out, root)
    cleaned: str = bleach.clean(out.finish(), tags=TAGS, attributes=_is_allowed, protocols=PROTOCOLS, strip=True)
    return cleaned.strip() if _NO_INK.sub("", unescape(cleaned)) else ""


def _keep_typed(found: re.Match[str]) -> str:
    """Keep a ``<`` that begins no tag, as in ``x<y``, ``<b and c>`` and ``<me@example.org>``: a parser would drop what follows."""
    is_tag = found[1].lower() in _HTML and found[2] and not (len(found[1]) == 1 and _SPOKEN.fullmatch(found[2]))
    return "<" if is_tag else "&lt;"


def _write(out: Writer, element: Element, *, links: bool = True) -> None:
    _write_text(out, element.text or "", links)
    for child in element:
        _write_element(out, child, links)
        _write_text(out, child.tail or "", links)


def _write_element(out: Writer, element: Element, links: bool) -> None:
    name = _RENAMED.get(element.tag, element.tag)
    holder: AbstractContextManager[None] | None = None
    if name == "br":
        out.line_break()
    elif name == "a" and (address := _link_address(element.get("href", ""))):
        holder, links = out.inline("a", {"href": address, "rel": REL}), False
    elif name in ("em", "strong", "code"):
        holder, links = out.inline(name), links and name != "code"
    elif name in _KEPT:
        holder = out.block(name)
    elif name in _APART:
        holder = out.apart()
    if holder is None:
        _write(out, element, links=links)
        return
    with holder:
        _write(out, element, links=links)


def _write_text(out: Writer, text: str, links: bool) -> None:
    end = 0
    for found in _ADDRESS.finditer(text) if links else ():
        written = found[0]
        address = web_address(written if "://" in written else f"http://{written}")
        if address:
            out.text(text[end : found.start()])
            with out.inline("a", {"href": address, "rel": REL}):
                out.text(written)
            end = found.end()
    out.text(text[end:])


def _link_address(written: str) -> str | None:
    if re.fullmatch(r"mailto:[^\s<>\"\\]+", written, re.I):
        return written
    return web_address(written)


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if (tag, name) == ("a", "href"):
        return _link_address(unescape(value)) == unescape(value)
    return (tag, name, value) == ("a", "rel", REL)
