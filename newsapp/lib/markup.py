"""Reading mark-up that anybody may have sent: any text becomes a tree of bounded depth, any address safe or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from html5lib._tokenizer import HTMLTokenizer
from html5lib.constants import tokenTypes
from html5lib.html5parser import HTMLParser

# What is nested deeper keeps its words and loses its tags. Word and Docs nest some 20 deep; browsers stop at 512, but
# who walks the tree calls itself once or more a level, and Python stops at 1,000 calls.
MAX_OPEN = 64
# The parser repeats unclosed <b>, <font> and the like in every paragraph that follows: 300 of them and 800 <p>, which
# fit into one comment, would make 240,000 elements.
MAX_FORMATTING = 12
_FORMATTING = {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
# These nest nothing, or switch the tokenizer to raw text, which it must not miss.
_ALWAYS_READ = {
    "br", "hr", "img", "wbr", "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext",
}  # fmt: skip

# Taken out with what is in them: none of it is text that somebody wrote for readers.
DROPPED = {
    "applet", "base", "basefont", "bgsound", "button", "canvas", "col", "colgroup", "datalist", "frame", "frameset", "head",
    "input", "link", "math", "meta", "noembed", "noframes", "noscript", "option", "optgroup", "param", "plaintext",
    "progress", "meter", "script", "select", "style", "svg", "template", "textarea", "title", "track", "xml", "xmp",
}  # fmt: skip

# What looks like nothing: Unicode's spaces, and marks of no width that are no letters either.
BLANKS = " \t\n\r\f\v\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
_SURROGATE = re.compile("[\ud800-\udfff]")
# Control characters and non-characters: no page and no feed may hold them (XML 1.0, section 2.2).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_LINE_END = re.compile("\r\n|[\r\x0c\x85\u2028\u2029]")
# html5lib gives the digits to int(), which refuses more than 4,300 of them. No character's number has more than seven.
_HUGE_NUMBER = re.compile(r"&#\d{1000,};?")
_IN_ADDRESS = str.maketrans({c: f"%{ord(c):02X}" for c in ' "<>`{|}^'})
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\xa0\\<>\"`\s]")
_MAIL_OR_PHONE = re.compile(r"mailto:[^\s<>\"\\]+|tel:[+\d][\d().-]*", re.I)


def tidy(text: str) -> str:
    """Give ``text`` without what no page may hold, its lines ended by one newline each.

    Halves of surrogate pairs become one character where they fit together, and U+FFFD where they do not.
    """
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _FORBIDDEN.sub("", _LINE_END.sub("\n", text))


def parse(source: str) -> Element:
    """Read ``source`` as a browser would and give an element that holds what is in its body."""
    return _Parser(namespaceHTMLElements=False).read(_HUGE_NUMBER.sub("\ufffd", tidy(source)))


def take_out_foreign(root: Element) -> list[tuple[str, str]]:
    """Take comments, DROPPED, and elements of other languages than HTML out of a tree; give what, and its words."""
    taken = []
    parents = [root]
    while parents:
        parent = parents.pop()
        before: Element | None = None
        for child in list(parent):
            if isinstance(child.tag, str) and child.tag not in DROPPED and not child.tag.startswith("{"):
                before = child
                parents.append(child)
                continue
            if isinstance(child.tag, str):  # a comment has a function there
                taken.append((child.tag.rpartition("}")[2], " ".join("".join(child.itertext()).split())))
            parent.remove(child)
            if before is None:
                parent.text = (parent.text or "") + (child.tail or "")
            else:
                before.tail = (before.tail or "") + (child.tail or "")
    return taken


class _Parser(HTMLParser):
    def read(self, source: str) -> Element:
        self.innerHTMLMode, self.container, self.scripting = True, "div", False
        self.tokenizer = _Tokenizer(source, parser=self)
        self.reset()
        self.mainLoop()
        fragment: Element = self.tree.getFragment()
        return fragment

    innerHTMLMode: bool
    scripting: bool


class _Tokenizer(HTMLTokenizer):
    def __iter__(self) -> Iterator[Any]:
        tree = self.parser.tree
        for token in super().__iter__():
            if token["type"] == tokenTypes["StartTag"] and token["name"] not in _ALWAYS_READ:
                if len(tree.openElements) > MAX_OPEN:
                    continue
                if token["name"] in _FORMATTING and len(tree.activeFormattingElements) > MAX_FORMATTING:
                    continue
            yield token


def is_web_address(address: str) -> bool:
    """Tell whether ``address`` is a full http or https address."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and not _NOT_IN_ADDRESS.search(address)


def web_address(address: str) -> str | None:
    """Give what somebody wrote as a web address in its safe form, or ``None`` where it is none."""
    address = re.sub(r"[\t\n]", "", tidy(address)).strip(BLANKS).translate(_IN_ADDRESS)
    if address.startswith("//"):
        address = f"https:{address}"
    return address if is_web_address(address) else None


def link_address(address: str) -> str | None:
    """Give the safe form of what a link may lead to: the web, a mailbox, a telephone, a place on this site.

    ``None`` for everything else, paths that hang on the page they were copied from included.
    """
    if web := web_address(address):
        return web
    address = re.sub(r"[\t\n]", "", tidy(address)).strip(BLANKS).translate(_IN_ADDRESS)
    if _MAIL_OR_PHONE.fullmatch(address):
        return address
    if re.match(r"/(?!/)|#.", address) and not _NOT_IN_ADDRESS.search(address):
        return address
    return None
