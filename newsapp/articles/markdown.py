"""A story's text as Markdown, for who writes without the rich editor, and back.

What Markdown cannot say (a table with a caption, a pull quote, a picture, an embed) stays in the text as a block of
HTML. Nothing is lost on the way: each block that is written as Markdown is read back at once, and where that does not
give the same block again, it is left as HTML.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag
from markdown_it import MarkdownIt

from newsapp.articles.body import HTML, clean_body, clean_inline

_SPECIAL = re.compile(r"([\\`*_\[\]<>~])")
_ENTITY = re.compile(r"&(?=#|\w+;)")
_AT_THE_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[-+](?=\s|$)|=+\s*$|-{3,}\s*$|\|)")
_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)])(?=\s|$)")
_NOTE = re.compile(r"^ {0,3}\[\^([\w-]{1,30})\]:[ \t]*<?(https?://[^\s<>]+)>?[ \t]*$\n?", re.M)
_NOTE_MARK = re.compile(r"\[\^([\w-]{1,30})\]")
_BLANK_LINE = re.compile(r"\n([ \t]*)(?=\n)")
_NEEDS_BRACKETS = re.compile(r"[()\\*_&]")
_INLINE = {"em": "*", "strong": "**", "s": "~~"}


def to_markdown(html: str) -> str:
    """Write a body, HTML as the desk keeps it, as Markdown that to_html() makes the same body of."""
    clean = clean_body(html)
    nodes = [
        node for node in BeautifulSoup(clean, "html.parser").contents if isinstance(node, Tag) or str(node).strip()
    ]
    parts = [_block(node) for node in nodes]
    if _is_same(parts, clean):
        return _text(parts)
    parts = [part if clean_body(to_html(part)) == clean_body(str(node)) else _raw(node) for part, node in zip(parts, nodes, strict=True)]  # fmt: skip
    if _is_same(parts, clean):
        return _text(parts)
    return _text([_raw(node) for node in nodes])


def to_html(markdown: str) -> str:
    """Make HTML of Markdown; what is HTML in it stays. It is as its writer wrote it: whoever keeps it cleans it.

    A footnote that is a web address (``[^1]`` and below ``[^1]: https://…``) is a source, as ``[[1]](https://…)`` is.
    """
    return str(_reader().render(_without_notes(markdown.replace("\r\n", "\n").replace("\r", "\n"))))


def line_to_markdown(html: str) -> str:
    """Write a short text, such as a caption, HTML as the desk keeps it, for its field; what Markdown cannot say stays HTML."""
    clean = clean_inline(html)
    words = "".join(_piece(node) for node in BeautifulSoup(clean, "html.parser").contents)
    return words if clean_inline(_line_to_html(words)) == clean else clean


def line_typed(markdown: str, before: str) -> str:
    """Make HTML of a short text that was typed in place of ``before``; one that was not touched stays byte for byte. Clean it."""
    return before if markdown == line_to_markdown(before) else _line_to_html(markdown)


def _line_to_html(markdown: str) -> str:
    return str(_reader().renderInline(markdown.replace("\r\n", "\n")))


def _without_notes(markdown: str) -> str:
    notes: dict[str, str] = dict(_NOTE.findall(markdown))
    if not notes:
        return markdown
    numbers = {label: n for n, label in enumerate(notes, 1)}
    return _NOTE_MARK.sub(
        lambda mark: f"[[{numbers[mark[1]]}]]({notes[mark[1]]})" if mark[1] in notes else mark[0],
        _NOTE.sub("", markdown),
    )


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _is_same(parts: list[str], clean: str) -> bool:
    return clean_body(to_html(_text(parts))) == clean


def _text(parts: list[str]) -> str:
    return "\n\n".join(parts) + "\n" if parts else ""


def _block(node: PageElement) -> str:
    if not isinstance(node, Tag):
        return _escaped(str(node).strip())
    if node.attrs and not (node.name == "ol" and set(node.attrs) == {"start"}):
        return _raw(node)
    match node.name:
        case "p":
            return _line(node)
        case "h2" | "h3":
            return "#" * int(node.name[1]) + " " + _inline(node).strip()
        case "ul" | "ol":
            return _list(node)
        case "blockquote" if all(
            not isinstance(child, Tag) or child.name in ("p", "ul", "ol") for child in node.contents
        ):
            inner = "\n\n".join(
                _block(child) for child in node.contents if isinstance(child, Tag) or str(child).strip()
            )
            return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
        case "hr":
            return "---"
        case _:
            return _raw(node)


def _list(node: Tag) -> str:
    lines = []
    number = int(str(node.get("start", "1")))
    for item in node.find_all("li", recursive=False):
        mark = "- " if node.name == "ul" else f"{number}. "
        number += 1
        if item.attrs or any(
            isinstance(c, Tag) and c.name in ("p", "pre", "blockquote", "figure", "table", "dl") for c in item.contents
        ):
            return _raw(node)
        inner = [c for c in item.contents if isinstance(c, Tag) and c.name in ("ul", "ol")]
        if any(c.attrs for c in inner):
            return _raw(node)
        words = "".join(_piece(c) for c in item.contents if c not in inner).strip()
        lines.append(mark + _guarded(words))
        for nested in inner:
            lines += [" " * len(mark) + line for line in _list(nested).split("\n")]
    return "\n".join(lines)


def _line(node: Tag) -> str:
    return _guarded(_inline(node).strip())


def _guarded(words: str) -> str:
    """Keep the beginning of a line from being taken for a heading or an item of a list."""
    words = _AT_THE_START.sub(r"\1\\\2", words)
    return _NUMBERED.sub(r"\1\\\2", words)


def _inline(node: Tag) -> str:
    return "".join(_piece(child) for child in node.contents)


def _piece(node: PageElement) -> str:
    if isinstance(node, NavigableString):
        return _escaped(str(node))
    assert isinstance(node, Tag)
    inner = _inline(node)
    if node.name in _INLINE and not node.attrs and inner.strip() == inner and inner:
        return f"{_INLINE[node.name]}{inner}{_INLINE[node.name]}"
    if node.name == "a" and set(node.attrs) == {"href"}:
        address = str(node["href"])
        return f"[{inner}](<{address}>)" if _NEEDS_BRACKETS.search(address) else f"[{inner}]({address})"
    if node.name == "br":
        return "<br>"
    opening = str(node)[: str(node).index(">") + 1]
    return opening if node.name == "wbr" else f"{opening}{inner}</{node.name}>"


def _escaped(text: str) -> str:
    return _ENTITY.sub("&amp;", _SPECIAL.sub(r"\\\1", " ".join(re.split(r"[ \t\n]+", text))))


def _raw(node: PageElement) -> str:
    """Give a block as HTML. An empty line would end it for a reader of Markdown."""
    html = node.decode(formatter=HTML) if isinstance(node, Tag) else str(node)
    return _BLANK_LINE.sub(r"&#10;\1" if isinstance(node, Tag) and "<pre" in html else "", html)
