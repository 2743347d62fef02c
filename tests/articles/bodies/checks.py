"""What can be asserted of any HTML that leaves this house, whatever went in."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib

from newsapp.articles.body import TAGS, Body
from newsapp.comments.formatting import TAGS as COMMENT_TAGS

VOID = {"br", "hr", "wbr"}
_EVERYWHERE = {"lang", "dir", "title"}
_ATTRIBUTES = {
    "a": {"href", "hreflang", "class", "id", "aria-label", "rel"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "td": {"colspan", "rowspan", "class"},
    "th": {"colspan", "rowspan", "class", "scope", "abbr"},
    "time": {"datetime"},
    "del": {"datetime", "cite"},
    "ins": {"datetime", "cite"},
    "q": {"cite"},
    "blockquote": {"cite", "class"},
    "h2": {"id"},
    "h3": {"id"},
    "p": {"class"},
    "span": {"class"},
    "small": {"class"},
    "table": {"class"},
    "div": {"class", "tabindex", "role", "aria-label"},
}
_CLASSES = {"ref", "tab", "tablewrap", "embed", "embed__link", "embed__title", "embed__host", "pull", "r"}


def assert_clean_body(body: Body) -> None:
    """Only our elements, attributes, classes, ids and schemes; and a browser sees the tree that we wrote."""
    root = parsed(body.html)
    ids = []
    for element in root.iter():
        if element is root:
            continue
        assert element.tag in TAGS | {"div"}, f"<{element.tag}> in {body.html}"
        for name, value in element.items():
            assert name in _EVERYWHERE | _ATTRIBUTES.get(element.tag, set()), f"{name} in {body.html}"
            if name in ("href", "cite"):
                assert_safe_address(value)
            if name == "class":
                assert set(value.split()) <= _CLASSES, value
            if name == "id":
                ids.append(value)
    ours = {str(entry["id"]) for entry in body.contents}
    assert len(ids) == len(set(ids)), ids
    assert all(name in ours or re.fullmatch(r"ref-\d+(-\d+)?", name) for name in ids), ids
    assert_same_tree(body.html)


def assert_clean_comment(html: str) -> None:
    root = parsed(html)
    for element in root.iter():
        if element is root:
            continue
        assert element.tag in COMMENT_TAGS, f"<{element.tag}> in {html}"
        if element.tag == "a":
            assert set(element.keys()) == {"href", "rel"}, html
            assert element.get("rel") == "nofollow ugc noopener"
            assert_safe_address(element.get("href", ""))
            assert not element.get("href", "").startswith(("/", "#"))
        else:
            assert not element.keys(), html
    assert_same_tree(html)


def assert_safe_address(address: str) -> None:
    # A browser drops tabs and newlines from an address, and spaces and control characters from its ends.
    seen = re.sub(r"[\t\n\r]", "", address).strip("".join(map(chr, range(33))))
    assert seen == address, repr(address)
    if seen.startswith(("#", "/")):
        assert not re.match(r"/[/\\]", seen), seen
        return
    parts = urlsplit(seen)
    assert parts.scheme in ("http", "https", "mailto", "tel"), address
    if parts.scheme in ("http", "https"):
        assert parts.hostname, address
        assert "\\" not in address


def assert_same_tree(html: str) -> None:
    """The tags are all closed in order, and html5lib, which reads as browsers do, mends nothing."""
    assert _shape(parsed(html)) == strict_tree(html), html


def parsed(html: str) -> Element:
    return html5lib.parseFragment(html, container="div", namespaceHTMLElements=False)


def strict_tree(html: str) -> list:
    reader = _Strict()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.names[-1]}> is not closed in {html}"
    return reader.open[0]


class _Strict(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[list] = [[]]
        self.names: list[str] = []

    def handle_starttag(self, tag, attrs):
        children: list = []
        self.open[-1].append((tag, dict(attrs), children))
        if tag not in VOID:
            self.open.append(children)
            self.names.append(tag)

    def handle_endtag(self, tag):
        assert self.names and self.names[-1] == tag, f"</{tag}> closes {self.names}"
        self.names.pop()
        self.open.pop()

    def handle_data(self, data):
        here = self.open[-1]
        if here and isinstance(here[-1], str):
            here[-1] += data
        else:
            here.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment


def _shape(element: Element) -> list:
    shape: list = [element.text] if element.text else []
    for child in element:
        shape.append((child.tag, dict(child.items()), _shape(child)))
        if child.tail:
            shape.append(child.tail)
    return shape


def outline(html: str) -> str:
    """Give HTML on one line, without the newlines that it is laid out with."""
    return re.sub(r"\s*\n\s*", "", html)
