"""A body's one way from HTML to the page.

Whatever it comes from (editor, paste, import), a body is repaired, cleaned by bleach with one allow-list, and then
made ready to print: headings with ids, numbered sources, tables in scroll boxes, pictures, cards for embeds.
What can only be guessed at is kept and told of in ``warnings``, never dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import bleach
from bs4 import BeautifulSoup, Tag
from bs4.dammit import EntitySubstitution
from bs4.element import NavigableString, PageElement
from bs4.formatter import HTMLFormatter

from newsapp.articles.repair import repair
from newsapp.lib import dates
from newsapp.lib.markup import is_web_address, link_address
from newsapp.lib.text import count_words, shorten, slugify
from newsapp.lib.webaddress import same_page

__all__ = ["HTML", "PROTOCOLS", "TAGS", "Body", "clean_body", "clean_inline", "is_web_address", "prepare"]

TAGS = {
    "a", "abbr", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "dd", "del", "dl", "dt", "em", "figcaption",
    "figure", "footer", "h2", "h3", "hr", "ins", "kbd", "li", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "small",
    "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "wbr",
}  # fmt: skip
INLINE_TAGS = {
    "a", "abbr", "bdi", "br", "cite", "code", "del", "em", "ins", "p", "q", "s", "span", "strong", "sub", "sup",
}  # fmt: skip
PROTOCOLS = {"http", "https", "mailto", "tel"}

_LANGUAGE = r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"
_MOMENT = r"[\dT:.,+\-PYMDWHSZ ]{1,40}"
_NUMBER = r"-?\d{1,6}"
_SPAN = r"\d{1,3}"
# What each attribute may say; "*" stands for every element. Addresses are checked by _is_allowed().
_VALUES: dict[tuple[str, str], str] = {
    ("*", "lang"): _LANGUAGE, ("*", "dir"): "rtl|ltr|auto", ("*", "title"): ".*",
    ("a", "hreflang"): _LANGUAGE,
    ("ol", "start"): _NUMBER, ("ol", "reversed"): ".*", ("ol", "type"): "[1aAiI]", ("li", "value"): _NUMBER,
    ("td", "colspan"): _SPAN, ("td", "rowspan"): _SPAN, ("td", "class"): "r",
    ("th", "colspan"): _SPAN, ("th", "rowspan"): _SPAN, ("th", "class"): "r",
    ("th", "scope"): "(col|row)(group)?", ("th", "abbr"): ".*",
    ("time", "datetime"): _MOMENT, ("del", "datetime"): _MOMENT, ("ins", "datetime"): _MOMENT,
    ("blockquote", "class"): "pull",
    ("sup", "data-source"): ".+", ("sup", "data-source-label"): r"\d{1,3}",
    ("figure", "data-picture"): ".+",
}  # fmt: skip
_ADDRESSES = {
    ("blockquote", "cite"), ("q", "cite"), ("del", "cite"), ("ins", "cite"), ("p", "data-embed"),
    ("sup", "data-source-url"),
}  # fmt: skip
# Ids that the page itself uses; a heading of that name gets another one.
_RESERVED_ID = re.compile(
    r"main|dialog|stay|share|sources|comments?|reply|respond|status|prefs|preferences|toc|menu|more|river|updates|search|thread"
    r"|(act|form|mine|my|nl|offline|own|reply|saved|sort)(-.*)?|sh|yml|wordmark|share-(url|here)|[a-z]+-h|(src|ref|comment|corr|[b-z])-.*"
)
_ON_EVERY_PAGE = {"main", "share", "comments", "sources"}
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_LETTER = re.compile(r"[^\W\d_]")
_MARKS = ["ref", "post__at"]
_APART = ("ul", "ol", "dl", "div", "table", "blockquote")  # their words stand apart, with no blank between them
_BEHIND_TIME = re.compile(r"^[\s:,|–—-]+")
HTML = HTMLFormatter(entity_substitution=EntitySubstitution.substitute_xml, void_element_close_prefix="")


@dataclass
class Body:
    """A body made ready to print."""

    html: str
    # [{id, text, level: 2 or 3}] in order; a live story's posts have {at, says} too: their time and their words
    contents: list[dict[str, object]] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)  # keys or addresses of sources, by their number from 1
    words: int = 0
    pictures: list[str] = field(default_factory=list)  # keys as written in the source
    warnings: list[str] = field(default_factory=list)


def prepare(
    source: str,
    print_picture: Callable[[str, str], str | None] = lambda key, caption: None,
    live_in: ZoneInfo | None = None,
    keys: Mapping[str, str] | None = None,
) -> Body:
    """Make ``source``, HTML of any origin, ready to print.

    ``print_picture`` takes a picture's key and its own caption (clean HTML) and gives a whole figure, or ``None``
    where there is no such picture. ``live_in`` is the newsroom's zone where the story is live: then a heading that
    begins with a ``<time>`` begins a post, and posts are printed newest first, with their times in that zone.
    ``keys`` are the keys of sources by their addresses: a source cited by both has one number.
    """
    body = Body(html="")
    # What bleach gives is closed and quoted, so that the plain parser reads it as any other would, in half the time.
    soup = BeautifulSoup(_clean(repair(source, body.warnings, TAGS), TAGS), "html.parser")
    body.words = count_words(_words(soup))
    _set_direction(soup)
    if live_in:
        _set_posts(soup, body, live_in)
    _number_sources(soup, body, keys or {})
    _name_headings(soup, body)
    _unlink_lost_places(soup, body)
    _box_tables(soup, body)
    _print_pictures(soup, body, print_picture)
    _make_cards(soup)
    _tell_posts(soup, body)
    body.html = soup.decode_contents(formatter=HTML).strip()
    return body


def clean_body(source: str, warnings: list[str] | None = None) -> str:
    """Give ``source``, HTML of any origin, repaired and clean, and not yet made ready to print.

    What was left out, or changed on a guess, is added to ``warnings``, a sentence each.
    """
    return _clean(repair(source, [] if warnings is None else warnings, TAGS), TAGS)


def clean_inline(html: str) -> str:
    """Clean a short text, such as a caption or a correction: links, emphasis, insertions and deletions."""
    return _clean(repair(html, [], INLINE_TAGS, is_body=False), INLINE_TAGS)


def _clean(html: str, tags: Collection[str]) -> str:
    cleaned: str = bleach.clean(html, tags=tags, attributes=_is_allowed, protocols=PROTOCOLS, strip=True)
    return cleaned.strip()


def _is_allowed(tag: str, name: str, value: str) -> bool:
    value = unescape(value)  # bleach shows it as it is written in the source
    if (tag, name) == ("a", "href"):
        return link_address(value) == value
    if (tag, name) in _ADDRESSES:
        return is_web_address(value)
    pattern = _VALUES.get((tag, name)) or _VALUES.get(("*", name))
    return pattern is not None and re.fullmatch(pattern, value, re.A | re.S) is not None


def _words(soup: BeautifulSoup) -> str:
    return "".join(str(n) if isinstance(n, NavigableString) else " " for n in soup.descendants if _parts_words(n))


def _parts_words(node: object) -> bool:
    return isinstance(node, NavigableString) or (isinstance(node, Tag) and node.name == "br")


def _set_direction(soup: BeautifulSoup) -> None:
    """Mark blocks written from right to left, where nobody has; and in a body of such, those that are not.

    Google Docs marks every block; marks that say nothing new go.
    """
    names = ["p", "li", "h2", "h3", "blockquote", "td", "th", "dt", "dd", "figcaption", "caption"]
    found = [(block, _direction(block)) for block in soup.find_all(names)]
    directions = [direction for _, direction in found]
    usual = "" if directions.count("rtl") > directions.count("ltr") else "ltr"
    for block, direction in found:
        outer = block.find_parent(attrs={"dir": True})
        if not direction or block.get("dir", direction) != direction:
            continue
        if direction == (outer["dir"] if outer else usual):
            block.attrs.pop("dir", None)
        else:
            block["dir"] = direction


def _direction(block: Tag) -> str:
    text = block.get_text()
    letters = len(_LETTER.findall(text))
    if not letters:
        return ""
    return "rtl" if len(_RTL.findall(text)) * 2 > letters else "ltr"


def _set_posts(soup: BeautifulSoup, body: Body, zone: ZoneInfo) -> None:
    """Set the posts of a live story newest first, each headed by its time; what is no post keeps its place."""
    parts: list[list[PageElement]] = [[]]
    for node in list(soup.contents):
        if isinstance(node, Tag) and node.name == "h2":
            parts.append([])
        parts[-1].append(node)
    posts = [(at, part) for part in parts if (at := _post_time(part, body)) is not None]
    newest_first = iter(sorted(posts, key=lambda post: post[0], reverse=True))
    places = {id(part) for _, part in posts}
    is_one_day = len({at.astimezone(zone).date() for at, _ in posts}) == 1
    for node in list(soup.contents):
        node.extract()
    for part in parts:
        if id(part) in places:
            at, part = next(newest_first)
            _head_post(soup, part[0], at, (dates.clock_time if is_one_day else dates.short)(at, zone))
        soup.extend(part)


def _post_time(part: list[PageElement], body: Body) -> datetime | None:
    """Give the time that a post's heading begins with; it must have a date and a zone, for nobody can guess them."""
    heading = part[0] if part else None
    first = next((n for n in heading.contents if str(n).strip()), None) if isinstance(heading, Tag) else None
    if not isinstance(first, Tag) or first.name != "time" or heading is None:
        return None
    at = _moment(str(first.get("datetime", "")))
    if at is None:
        said = shorten(heading.get_text(" ", strip=True), 80)
        body.warnings.append(f"“{said}” is not a post: its time has no date or no zone.")
    return at


def _moment(written: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(written)
        return at.astimezone(UTC) if at.tzinfo else None
    except (OverflowError, ValueError):
        return None


def _head_post(soup: BeautifulSoup, heading: PageElement, at: datetime, shown: str) -> None:
    assert isinstance(heading, Tag) and heading.time is not None
    heading.time.decompose()
    if heading.contents and isinstance(heading.contents[0], NavigableString):
        heading.contents[0].replace_with(_BEHIND_TIME.sub("", heading.contents[0]))
    heading["class"] = "post"
    time = soup.new_tag("time", attrs={"class": "post__at", "datetime": dates.machine(at)})
    time.string = shown
    heading.insert(0, time)
    heading.insert(1, " ")


def _tell_posts(soup: BeautifulSoup, body: Body) -> None:
    """Note the words of each post with its heading, for who reads posts one by one."""
    for entry in body.contents:
        heading = soup.find(id=str(entry["id"]))
        if not isinstance(heading, Tag) or heading.get("class") != "post" or heading.time is None:
            continue
        said = []
        for node in heading.next_siblings:
            if isinstance(node, Tag) and node.name == "h2":
                break
            if isinstance(node, Tag) and node.name != "figure":
                said.append(_without_marks(node, " " if node.name in _APART else ""))
        entry |= {"at": str(heading.time["datetime"]), "says": " ".join(filter(None, said))}


def _number_sources(soup: BeautifulSoup, body: Body, keys: Mapping[str, str]) -> None:
    labels: set[int] = set()
    numbers: dict[str, int] = {}
    times: dict[int, int] = {}
    first = {same_page(address): key for address, key in keys.items()}  # how what leads to one page was cited first
    for mark in soup.find_all("sup"):
        key = str(mark.get("data-source") or mark.get("data-source-url") or "")
        if not key:
            continue
        key = first.setdefault(same_page(key), key)
        if label := mark.get("data-source-label"):
            labels.add(int(str(label)))
        number = numbers.setdefault(key, len(numbers) + 1)
        times[number] = times.get(number, 0) + 1
        nth = f"-{times[number]}" if times[number] > 1 else ""
        link = soup.new_tag("a", attrs={
            "class": "ref", "href": f"#src-{number}", "id": f"ref-{number}{nth}", "aria-label": f"Source {number}",
        })  # fmt: skip
        link.string = str(number)
        mark.replace_with(link)
    body.citations = list(numbers)
    missing = [str(n) for n in range(1, max(labels, default=0)) if n not in labels]
    if missing:
        cited = ", ".join(map(str, sorted(labels)))
        named = ", ".join(missing[:9]) + (" and more" if len(missing) > 9 else "")
        body.warnings.append(
            f"Source{'s' if len(missing) > 1 else ''} {named} {'are' if len(missing) > 1 else 'is'} missing: "
            f"the text cites {cited}."
        )


def _name_headings(soup: BeautifulSoup, body: Body) -> None:
    taken: set[str] = set()
    for heading in soup.find_all(["h2", "h3"]):
        text = _without_marks(heading) or (heading.time.get_text() if heading.time else "")
        if not text:  # the number of a source, and nothing that a list of contents could say
            heading.name = "p"
            continue
        base = slugify(text, at_most=60)
        if _RESERVED_ID.fullmatch(base) or base[0].isdigit():
            base = f"on-{base}"
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name)
        heading["id"] = name
        body.contents.append({"id": name, "text": text, "level": int(heading.name[1])})


def _without_marks(element: Tag, between: str = "") -> str:
    """Give an element's words without numbers of sources and times of posts, ``between`` where an element begins or ends."""
    strings = (str(string) for string in element.strings if string.find_parent(class_=_MARKS) is None)
    return " ".join(between.join(strings).split())


def _unlink_lost_places(soup: BeautifulSoup, body: Body) -> None:
    """Take away links to places in the text that are not there: the ids of what was pasted are gone."""
    places = {f"#{name}" for name in _ON_EVERY_PAGE} | {f"#{entry['id']}" for entry in body.contents}
    for link in soup.find_all("a", href=re.compile("^#")):
        if not link.get("class") and link["href"] not in places:
            body.warnings.append(
                f"A link to {shorten(str(link['href']), 80)} was taken away: no heading has that name."
            )
            link.unwrap()


def _box_tables(soup: BeautifulSoup, body: Body) -> None:
    taken: set[str] = set()
    for number, table in enumerate(soup.find_all("table"), 1):
        table["class"] = "tab"
        label = f"Table {number}"
        if table.caption:
            label = f"Table: {shorten(_without_marks(table.caption, ' '), 100)}"
        else:
            body.warnings.append(f"Table {number} has no caption.")
        if label in taken:  # two regions of one name are one too many for who jumps from region to region
            label = f"{label} ({number})"
        taken.add(label)
        box = soup.new_tag("div", attrs={
            "class": "tablewrap", "tabindex": "0", "role": "region", "aria-label": f"{label}, scrollable",
        })  # fmt: skip
        table.wrap(box)


def _print_pictures(soup: BeautifulSoup, body: Body, print_picture: Callable[[str, str], str | None]) -> None:
    for figure in soup.find_all("figure"):
        key = str(figure.get("data-picture", ""))
        caption = figure.figcaption
        printed = print_picture(key, caption.decode_contents(formatter=HTML) if caption else "")
        if printed:
            body.pictures.append(key)
            figure.replace_with(BeautifulSoup(printed, "html.parser"))
            continue
        body.warnings.append(f"The picture {shorten(key, 80)} is not in the library.")
        if caption:
            caption.name = "p"
            figure.replace_with(caption)
        else:
            figure.decompose()


def _make_cards(soup: BeautifulSoup) -> None:
    """Turn embeds into cards that link: no page of anybody else's loads in ours."""
    for paragraph in soup.find_all("p", attrs={"data-embed": True}):
        address = str(paragraph.attrs.pop("data-embed"))
        link = soup.new_tag("a", attrs={"class": "embed__link", "href": address, "rel": "noopener"})
        title = soup.new_tag("span", attrs={"class": "embed__title"})
        title.string = " ".join(paragraph.get_text().split()) or address
        source = soup.new_tag("small", attrs={"class": "embed__host"})
        source.string = (urlsplit(address).hostname or "").removeprefix("www.")
        link.extend([title, source])
        paragraph.clear()
        paragraph["class"] = "embed"
        paragraph.append(link)
