"""A body's one way from HTML to the page.

Whatever it comes from (editor, paste, import), a body is repaired, cleaned by bleach with one allow-list, and then
made ready to print: headings with ids, numbered sources, tables in scroll boxes, pictures, cards for embeds.
What can only be guessed at is kept and told of in ``warnings``, never dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import bleach
from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, NavigableString, PreformattedString

from newsapp.articles import repair
from newsapp.lib.text import count_words, slugify

TAGS = {
    "a", "abbr", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "dd", "del", "dl", "dt", "em", "figcaption",
    "figure", "footer", "h2", "h3", "hr", "ins", "kbd", "li", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "small",
    "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "wbr",
}  # fmt: skip
PROTOCOLS = {"http", "https", "mailto", "tel"}
BLOCKS = ["p", "ul", "ol", "h2", "h3", "blockquote", "figure", "table", "pre", "dl", "hr"]
_EVERYWHERE = {"lang", "dir", "title"}
_BY_TAG = {
    "a": {"href", "hreflang"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope", "abbr"},
    "time": {"datetime"},
    "del": {"datetime", "cite"},
    "ins": {"datetime", "cite"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "sup": {"data-source", "data-source-url", "data-source-label"},
    "figure": {"data-picture"},
    "p": {"data-embed"},
}
_CLASSES = {"blockquote": {"pull"}, "td": {"r"}, "th": {"r"}}
# Ids that the page itself uses; a heading of that name gets another one.
_RESERVED_ID = re.compile(r"(main|share|sources|comments?|reply|status|prefs|toc|menu|(src|ref|comment|[ir])-.*)")
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass
class Body:
    """A body made ready to print."""

    html: str
    contents: list[dict[str, object]] = field(default_factory=list)  # [{id, text, level: 2 or 3}] in order
    citations: list[str] = field(default_factory=list)  # keys or addresses of sources, by their number from 1
    words: int = 0
    pictures: list[str] = field(default_factory=list)  # keys as written in the source
    warnings: list[str] = field(default_factory=list)


def prepare(source: str, print_picture: Callable[[str, str], str | None] = lambda key, caption: None) -> Body:
    """Make ``source``, HTML of any origin, ready to print.

    ``print_picture`` takes a picture's key and its own caption (clean HTML) and gives a whole figure, or ``None``
    where there is no such picture.
    """
    warnings: list[str] = []
    repaired = repair.repair(source, warnings)
    cleaned = bleach.clean(
        repaired, tags=TAGS, attributes=_is_allowed, protocols=PROTOCOLS, strip=True, strip_comments=True
    )
    soup = BeautifulSoup(cleaned, "html5lib")
    root = soup.body
    assert root is not None  # html5lib always makes one
    body = Body(html="", warnings=warnings)
    _wrap_loose_text(soup, root)
    _drop_empty(root)
    _set_direction(root)
    _number_sources(soup, root, body)
    body.words = count_words(" ".join(root.stripped_strings))
    _name_headings(root, body)
    _box_tables(soup, root, body)
    _print_pictures(soup, root, body, print_picture)
    _make_cards(soup, root)
    body.html = root.decode_contents(formatter="minimal").strip()
    return body


def clean_inline(html: str) -> str:
    """Clean a short text, such as a caption or a correction: links, emphasis, insertions and deletions."""
    allowed = {
        "a",
        "abbr",
        "bdi",
        "br",
        "cite",
        "code",
        "del",
        "em",
        "ins",
        "p",
        "q",
        "s",
        "span",
        "strong",
        "sub",
        "sup",
    }
    return bleach.clean(
        html, tags=allowed, attributes=_is_allowed, protocols=PROTOCOLS, strip=True, strip_comments=True
    ).strip()


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return value in _CLASSES.get(tag, ())
    if name == "dir":
        return value in ("rtl", "ltr", "auto")
    if name in ("data-embed", "data-source-url"):
        return name in _BY_TAG.get(tag, ()) and is_web_address(value)
    return name in _EVERYWHERE or name in _BY_TAG.get(tag, ())


def is_web_address(address: str) -> bool:
    """Tell whether ``address`` is a full http or https address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s<>\"]", address)


def _wrap_loose_text(soup: BeautifulSoup, root: Tag) -> None:
    """Put text and inline elements that stand between blocks into paragraphs of their own."""
    paragraph: Tag | None = None
    for child in list(root.children):
        if isinstance(child, PreformattedString):
            child.extract()
        elif isinstance(child, Tag) and child.name in BLOCKS:
            paragraph = None
        elif isinstance(child, NavigableString) and not child.strip() and paragraph is None:
            continue
        else:
            if paragraph is None:
                paragraph = soup.new_tag("p")
                child.insert_before(paragraph)
            paragraph.append(child.extract())


def _drop_empty(root: Tag) -> None:
    """Drop paragraphs, items and emphasis with nothing in them, from the inside out."""
    names = ["span", "em", "strong", "a", "p", "li", "ul", "ol", "h2", "h3", "blockquote", "footer", "figcaption"]
    for element in reversed(root.find_all(names)):
        if element.name == "p" and element.get("data-embed"):
            continue
        holds = element.find(["sup", "figure", "table", "img", "hr"])
        if holds is None and not element.get_text().replace("\xa0", " ").strip():
            element.replace_with(" ") if element.name in ("span", "em", "strong", "a") else element.decompose()


def _set_direction(root: Tag) -> None:
    """Mark blocks written from right to left, where nobody has."""
    for block in root.find_all(["p", "li", "h2", "h3", "blockquote", "td", "th", "figcaption", "caption"]):
        if block.get("dir"):
            continue
        text = block.get_text()
        if _RTL.search(text) and len(_RTL.findall(text)) * 2 > len(_LETTER.findall(text)):
            block["dir"] = "rtl"


def _number_sources(soup: BeautifulSoup, root: Tag, body: Body) -> None:
    labels: list[int] = []
    used: dict[str, int] = {}
    for mark in root.find_all("sup"):
        key = mark.get("data-source") or mark.get("data-source-url")
        if not key:
            for name in ("data-source", "data-source-url", "data-source-label"):
                mark.attrs.pop(name, None)
            continue
        if str(mark.get("data-source-label", "")).isdigit():
            labels.append(int(str(mark["data-source-label"])))
        if key not in body.citations:
            body.citations.append(str(key))
        number = body.citations.index(str(key)) + 1
        used[str(key)] = used.get(str(key), 0) + 1
        nth = f"-{used[str(key)]}" if used[str(key)] > 1 else ""
        link = soup.new_tag("a", attrs={
            "class": "ref", "href": f"#src-{number}", "id": f"ref-{number}{nth}", "aria-label": f"Source {number}",
        })  # fmt: skip
        link.string = str(number)
        _stick_to_sentence(mark)
        mark.replace_with(link)
    missing = sorted(set(range(1, max(labels, default=0) + 1)) - set(labels))
    if missing:
        body.warnings.append(
            f"Source {', '.join(map(str, missing))} is missing: the text cites {', '.join(map(str, sorted(set(labels))))}."
        )


def _stick_to_sentence(mark: Tag) -> None:
    """Take the space before a source's number away, so that no line begins with it."""
    before = mark.previous_sibling
    if isinstance(before, NavigableString) and not isinstance(before, Comment) and before != before.rstrip():
        before.replace_with(before.rstrip())


def _name_headings(root: Tag, body: Body) -> None:
    taken: dict[str, int] = {}
    for heading in root.find_all(["h2", "h3"]):
        text = " ".join(
            "".join(str(s) for s in heading.find_all(string=True) if s.find_parent("a", class_="ref") is None).split()
        )
        name = slugify(text, at_most=60)
        if _RESERVED_ID.fullmatch(name) or name[0].isdigit():
            name = f"on-{name}"
        taken[name] = taken.get(name, 0) + 1
        heading["id"] = name if taken[name] == 1 else f"{name}-{taken[name]}"
        body.contents.append({"id": heading["id"], "text": text, "level": int(heading.name[1])})


def _box_tables(soup: BeautifulSoup, root: Tag, body: Body) -> None:
    for number, table in enumerate(root.find_all("table"), 1):
        if table.find_parent("table"):
            continue
        table["class"] = "tab"
        label = table.caption.get_text(" ", strip=True) if table.caption else f"Table {number}"
        if not table.caption:
            body.warnings.append(f"Table {number} has no caption.")
        box = soup.new_tag("div", attrs={
            "class": "tablewrap", "tabindex": "0", "role": "region", "aria-label": f"Table: {label}, scrollable",
        })  # fmt: skip
        if table.parent is not None and table.parent.name == "figure":
            table.parent.unwrap()
        table.wrap(box)


def _print_pictures(
    soup: BeautifulSoup, root: Tag, body: Body, print_picture: Callable[[str, str], str | None]
) -> None:
    for figure in root.find_all("figure"):
        key = str(figure.attrs.pop("data-picture", ""))
        caption = figure.figcaption.decode_contents() if figure.figcaption else ""
        printed = print_picture(key, caption) if key else None
        if printed:
            body.pictures.append(key)
            figure.replace_with(BeautifulSoup(printed, "html.parser"))
        elif key:
            body.warnings.append(f"The picture {key} is not in the library.")
            paragraph = soup.new_tag("p")
            paragraph.append(BeautifulSoup(caption, "html.parser"))
            figure.replace_with(paragraph) if caption else figure.decompose()


def _make_cards(soup: BeautifulSoup, root: Tag) -> None:
    """Turn embeds into cards that link: no page of anybody else's loads in ours."""
    for paragraph in root.find_all("p", attrs={"data-embed": True}):
        address = str(paragraph.attrs.pop("data-embed"))
        host = (urlsplit(address).hostname or "").removeprefix("www.")
        link = soup.new_tag("a", attrs={"class": "embed__link", "href": address, "rel": "noopener"})
        title = soup.new_tag("span", attrs={"class": "embed__title"})
        title.string = paragraph.get_text(" ", strip=True) or address
        source = soup.new_tag("small", attrs={"class": "embed__host"})
        source.string = host
        link.extend([title, source])
        paragraph.clear()
        paragraph["class"] = "embed"
        paragraph.append(link)
