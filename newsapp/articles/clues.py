"""What an element of a paste means: by its name, its style, or the marks of the program that wrote it."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

from newsapp.lib.markup import BLANKS
from newsapp.lib.wellformed import LISTS

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
DIVISIONS = {
    "address", "article", "aside", "center", "details", "dialog", "div", "fieldset", "figcaption", "figure", "footer",
    "form", "header", "hgroup", "legend", "main", "nav", "p", "section", "summary",
}  # fmt: skip
BLOCKS = {*DIVISIONS, *HEADINGS, *LISTS, "blockquote", "dd", "dl", "dt", "hr", "li", "pre", "table"}
_EMBEDS = {"iframe", "video", "audio", "embed", "object"}
_IN_NO_PARAGRAPH = BLOCKS | _EMBEDS
_MEDIA = {*_EMBEDS, "img", "hr"}
_GOOGLE = re.compile(r"(?:www\.)?google\.[a-z.]{2,6}")
_YOUTUBE = re.compile(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{11})(?:[?#].*)?")
_VIMEO = re.compile(r"https?://player\.vimeo\.com/video/(\d+)(?:[?#].*)?")
WORD_ITEM = re.compile(r"mso-list:\s*(l\d+)\s+level(\d)", re.I)
WORD_MARKER = re.compile(r"mso-list:\s*ignore", re.I)
_ATTRIBUTE = re.compile(r"(?!(?:style|class|id|href|role|on.*)$)[a-z]+")  # of the others bleach decides


def words(element: Element) -> str:
    return "".join(element.itertext())


def is_blank(element: Element) -> bool:
    return not words(element).strip(BLANKS) and not any(
        inner.tag in _MEDIA or inner.get("data-source") or inner.get("data-source-url") for inner in element.iter()
    )


def is_paragraph(element: Element) -> bool:
    """Tell whether an element is one paragraph: <p>, or anything like <div> with no block in it."""
    if element.tag == "p":
        return not element.get("data-embed") and not WORD_ITEM.search(element.get("style", ""))
    return element.tag in DIVISIONS - {"figure"} and not any(child.tag in _IN_NO_PARAGRAPH for child in element)


def is_classic(root: Element) -> bool:
    """Tell whether a text sets its paragraphs by empty lines, as WordPress did before it had blocks."""
    return re.search(r"\n[ \t]*\n", words(root)) is not None and not any(
        element.tag in ("p", "div", "br") for element in root.iter()
    )


def drop_languages(root: Element, source: str) -> None:
    """Take away the marks of the language that the whole document is in.

    A document of Word's in British English has <span lang=EN-US> all over; a screen reader would change its voice.
    """
    found = re.search(r"<(?:html|body)\b[^<>]*\blang=[\"']?([a-z]+)", source, re.I)
    language = found[1].lower() if found else ""
    for element in root.iter() if language else ():
        if element.get("lang", "").lower().split("-")[0] == language:
            del element.attrib["lang"]


def counts_readers(image: Element) -> bool:
    """Tell whether a picture is too small to see, and so there to be fetched."""
    return (image.get("width") or image.get("height")) in ("0", "1")


def attributes_of(element: Element) -> dict[str, str]:
    return {name: value for name, value in element.items() if _ATTRIBUTE.fullmatch(name)}


def _style(element: Element) -> dict[str, str]:
    rules = (rule.partition(":") for rule in element.get("style", "").lower().split(";"))
    return {name.strip(): value.strip() for name, _, value in rules}


def meanings(element: Element, name: str) -> list[str]:
    """Give the elements that say what an inline element and its style say: Docs and Word write spans with styles."""
    if name not in ("span", "strong", "em"):
        return [name]
    style = _style(element)
    weight = style.get("font-weight", "")
    # Google Docs wraps a whole paste in <b style="font-weight:normal">.
    is_light = re.fullmatch("normal|[1-5]00", weight)
    meanings = {
        "span": name == "span" and (element.get("lang") or element.get("dir")),
        "strong": re.fullmatch("bold|bolder|[6-9]00", weight) or (name == "strong" and not is_light),
        "em": style.get("font-style") == "italic" or (name == "em" and style.get("font-style") != "normal"),
        "s": style.get("text-decoration") == "line-through",
        "sup": style.get("vertical-align") == "super",
        "sub": style.get("vertical-align") == "sub",
    }
    return [meaning for meaning, is_so in meanings.items() if is_so]


def level_of(heading: Element) -> str:
    if heading.tag in HEADINGS:
        return str(heading.tag)
    level = heading.get("aria-level", "")
    return f"h{level}" if f"h{level}" in HEADINGS else "h2"


def levels_of(root: Element) -> dict[str, str]:
    """Give the level in a story, h2 or h3, of each level in the source: the highest is h2, all below it h3."""
    found = Counter(
        level_of(e) for e in root.iter() if (e.tag in HEADINGS or e.get("role") == "heading") and not is_blank(e)
    )
    levels = sorted(found)
    if found["h1"] == 1 and len(levels) > 1:  # the headline, copied with its story
        levels.remove("h1")
    return {level: "h2" if level <= levels[0] else "h3" for level in found}


def numbering(marker: str) -> tuple[str, dict[str, str]]:
    """Give the list that an item of Word's stands in, by the number or bullet that Word has written out before it."""
    found = re.match(r"\(?(\w{1,4})[.)]", marker)
    if not found:
        return "ul", {}
    number = found[1]
    if number.isdecimal():
        return "ol", {"start": str(int(number))} if int(number) != 1 else {}
    if re.fullmatch(r"i|[ivx]{2,}", number, re.I):
        return "ol", {"type": "i" if number.islower() else "I"}
    return "ol", {"type": "a" if number.islower() else "A"} if number.isascii() else {}


def is_quotation(element: Element) -> bool:
    """Tell whether a paragraph has one of Word's two styles for what somebody else has said."""
    return bool({"MsoQuote", "MsoIntenseQuote"} & set(element.get("class", "").split())) and not is_blank(element)


def led_on(address: str) -> str:
    """Give where a link of Google Docs leads: it wraps each in an address of its own that follows who comes by."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    if not _GOOGLE.fullmatch(parts.netloc) or parts.path != "/url":
        return address
    asked = parse_qs(parts.query)
    return next((said for name in ("q", "url") for said in asked.get(name, []) if said.startswith("http")), address)


def watched_at(address: str) -> str:
    """Give the page of a film for the address of its player."""
    if found := _YOUTUBE.fullmatch(address):
        return f"https://www.youtube.com/watch?v={found[1]}"
    if found := _VIMEO.fullmatch(address):
        return f"https://vimeo.com/{found[1]}"
    return address
