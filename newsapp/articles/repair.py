"""The pre-pass of a body: what Word, Google Docs and the web write is turned into plain, closed HTML.

Nothing here is a security measure: bleach cleans what comes out. What is here keeps meaning that cleaning would lose
(lists that Word writes as paragraphs, emphasis that Docs writes as styles, citations written as text). How elements
may nest is the business of newsapp/lib/wellformed.py; what an element means, that of clues.py, and of a table, grid.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from newsapp.articles import footnotes, grid
from newsapp.articles.clues import (
    BLOCKS,
    DIVISIONS,
    HEADINGS,
    WORD_ITEM,
    WORD_MARKER,
    attributes_of,
    counts_readers,
    drop_languages,
    is_blank,
    is_classic,
    is_paragraph,
    is_quotation,
    led_on,
    level_of,
    levels_of,
    meanings,
    numbering,
    watched_at,
    words,
)  # fmt: skip
from newsapp.lib.markup import BLANKS, link_address, parse, take_out_foreign, web_address
from newsapp.lib.text import shorten
from newsapp.lib.wellformed import LISTS, Writer

_CITATION = re.compile(rf"\[{{1,2}}(\d{{1,3}})\]{{1,2}}\(({footnotes.ADDRESS})\)")
_CITATION_BEGUN = re.compile(r"\[{1,2}\d{1,3}\]{1,2}\($")
_CITATION_LINKED = re.compile(r"\[{1,2}(\d{1,3})\]{1,2}")
_RENAMED = {
    "acronym": "abbr", "b": "strong", "dir": "ul", "font": "span", "i": "em", "menu": "ul", "samp": "code",
    "strike": "s", "tt": "code",
}  # fmt: skip
_INLINE = {
    "abbr", "bdi", "bdo", "cite", "code", "del", "em", "ins", "kbd", "q", "rp", "rt", "ruby", "s", "small", "span",
    "strong", "sub", "sup", "time", "u",
}  # fmt: skip
# Dropped without a word: nobody misses them.
_SILENT = {"noscript", "script", "style", "svg", "template", "xml"}
_WORD = "urn:schemas-microsoft-com:office"
_LOST_END = "Text was taken out of a list that was not closed."


def repair(source: str, warnings: list[str], tags: Collection[str], *, is_body: bool = True) -> str:
    """Give ``source`` as closed HTML of ``tags``; what was changed on a guess goes to ``warnings``.

    Not ``is_body``: a short text, whose words need no paragraph, and which has no sources and no embeds.
    """
    root = parse(source)
    taken = take_out_foreign(root)
    drop_languages(root, source)
    if is_body:
        footnotes.cite(root, warnings.append)
    out = Writer(tags, bare=not is_body, lines=is_classic(root))
    reader = _Reader(out, warnings, levels_of(root), is_body=is_body, is_words=_WORD in source)
    for name, text in taken:
        reader.tell_of(name, text)
    reader.children(root)
    reader.flush()
    return out.finish()


class _Reader:
    """Walks through what was parsed and writes it in our own small vocabulary."""

    def __init__(
        self, out: Writer, warnings: list[str], levels: Mapping[str, str], *, is_body: bool, is_words: bool
    ) -> None:  # fmt: skip
        self._is_words = is_words  # Word has written it
        self._out = out
        self._warnings = warnings
        self._levels = levels
        self._is_body = is_body
        self._held: list[str] = []  # words not written yet: a citation may go on in the next element
        self._has_heading = False
        self._in_code = 0
        self._in_picture = 0
        self._tables = 0
        self._alone: set[Element] = set()  # paragraphs that have their item or cell to themselves: they need no tag
        self._trapped: set[Element] = set()  # where a list's last item ends, if its end was forgotten
        self._captions: dict[Element, Element] = {}  # of tables that have theirs outside
        self._behind: list[list[Element]] = []  # tables in cells, by the table that they stand in

    def children(self, element: Element) -> None:
        self._plan_items(element)
        self._held.append(element.text or "")
        for child in element:
            self._element(child, element)
            self._held.append(child.tail or "")

    def tell_of(self, name: str, text: str) -> None:
        """Warn of something that was taken out, where its words may be missed."""
        if name == "math":
            self._warn(f"A formula was left out: {shorten(text, 80)}")
        elif len(text) > 100 and name not in _SILENT:  # less is a button, or a page's title
            self._warn(f"Text inside <{name}> was left out: {shorten(text, 80)}")

    def flush(self) -> None:
        """Write the words held back, citations among them as source marks."""
        text = "".join(self._held)
        self._held.clear()
        end = 0
        for found in _CITATION.finditer(text) if self._is_body and not self._in_code else ():
            if address := web_address(found[2]):
                self._out.text(text[end : found.start()])
                self._cite(address, found[1])
                end = found.end()
        self._out.text(text[end:])

    def _inside(self, element: Element, *holders: AbstractContextManager[None]) -> None:
        self.flush()
        with ExitStack() as stack:
            for holder in holders:
                stack.enter_context(holder)
            self.children(element)
            self.flush()

    def _inside_code(self, element: Element, *holders: AbstractContextManager[None]) -> None:
        self.flush()
        self._in_code += 1
        self._inside(element, *holders)
        self._in_code -= 1

    def _warn(self, warning: str) -> None:
        if warning not in self._warnings:
            self._warnings.append(warning)

    def _element(self, element: Element, parent: Element) -> None:
        name = _RENAMED.get(element.tag, element.tag)
        if element in self._trapped:
            self.flush()
            self._out.leave_item()
            self._warn(_LOST_END)
        elif parent.tag in LISTS and name in BLOCKS - LISTS - {"li"} and not is_blank(element):
            self._warn(_LOST_END)
        if name in HEADINGS or element.get("role") == "heading":
            self._heading(element)
        elif name in _INLINE:
            self._inline(element, name)
        elif name in DIVISIONS:
            self._division(element, name)
        else:
            self._other(element, name)

    def _other(self, element: Element, name: str) -> None:
        match name:
            case "a":
                self._link(element)
            case "br":
                self.flush()
                self._out.line_break()
            case "wbr":
                self.flush()
                self._out.wbr()
            case "img":
                self._picture(element)
            case "iframe" | "video" | "audio" | "embed" | "object":
                self._embed(element)
            case "ul" | "ol" | "dl" | "dt":
                self._inside(element, self._out.block(name, attributes_of(element)))
            case "li" | "dd":
                self._plan_paragraph(element)
                self._inside(element, self._out.block(name, attributes_of(element)))
            case "pre":
                self._inside_code(element, self._out.block(name))
            case "blockquote":
                kind = {"class": "pull"} if "pull" in element.get("class", "").split() else {}
                self._inside(element, self._out.block(name, attributes_of(element) | kind))
            case "hr":
                self._inside(element, self._out.block(name, at_once=True))
            case "table":
                self._table(element)
            case _:  # unknown, or without meaning for us: <o:p>, <st1:place>, <picture>
                self.children(element)

    # Words

    def _inline(self, element: Element, name: str) -> None:
        if name == "sup" and self._is_body and (element.get("data-source") or element.get("data-source-url")):
            self._mark(element)
            return
        if WORD_MARKER.search(element.get("style", "")):  # "1." or a bullet, written out
            return
        if name in ("del", "ins") and (self._is_words or element.get("cite", "").startswith("mailto:")):
            # A change that Word has tracked, with who made it: what its writer struck out is not for readers.
            if name == "ins":
                self.children(element)
            elif not is_blank(element):
                self._warn(f"What was struck out in Word was left out: {shorten(words(element), 80)}")
            return
        names = meanings(element, name)
        if not names or is_blank(element):
            self.children(element)
            return
        holders = [self._out.inline(name, attributes_of(element) if n == 0 else None) for n, name in enumerate(names)]
        if "code" in names:
            self._inside_code(element, *holders)
        else:
            self._inside(element, *holders)

    def _mark(self, element: Element) -> None:
        key, address = element.get("data-source", "").strip(), web_address(element.get("data-source-url", ""))
        label = element.get("data-source-label", "")
        self.flush()
        if key:
            self._out.mark("sup", {"data-source": key} | ({"data-source-label": label} if label else {}))
        elif address:
            self._cite(address, label)
        else:
            self._warn("A source mark with no web address was left out.")

    def _cite(self, address: str, label: str) -> None:
        self._out.mark("sup", {"data-source-url": address} | ({"data-source-label": label} if label else {}))

    def _link(self, element: Element) -> None:
        written, text = led_on(element.get("href", "")), words(element).strip()
        if self._is_body and _CITATION_BEGUN.search("".join(self._held)[-12:]):
            # An editor has linked the address inside the brackets by itself, sometimes with the bracket behind it.
            self._held.append(text if text.startswith("http") and "…" not in text else written)
            return
        address = link_address(written)
        label = _CITATION_LINKED.fullmatch(text)
        if self._is_body and label and (source := web_address(written)):
            self.flush()
            self._cite(source, label[1])
        elif address:
            self._inside(element, self._out.inline("a", attributes_of(element) | {"href": address}))
        else:
            if written and text:
                self._warn(f"A link without a full web address was taken away: {shorten(written, 120)}")
            self.children(element)

    def _picture(self, image: Element) -> None:
        """Put a link in place of a picture on another site: nothing is fetched from there, by us or by readers."""
        alt = " ".join(image.get("alt", "").split())
        addresses = (web_address(image.get(name, "")) for name in ("src", "data-src", "data-lazy-src"))
        if self._in_picture or counts_readers(image):
            return
        if alt and "emoji" in image.get("class", ""):
            self._held.append(alt)
        elif address := next(filter(None, addresses), None):
            self._link_to(address, alt or f"Picture at {urlsplit(address).hostname}")
            self._warn(f"A picture on another site was turned into a link: {shorten(address, 120)}")
        else:
            self._warn(f"A picture without a web address was left out{f': {shorten(alt, 80)}' if alt else '.'}")

    def _link_to(self, address: str, text: str) -> None:
        self.flush()
        self._out.space()
        with self._out.inline("a", {"href": address}):
            self._out.text(text)
        self._out.space()

    def _embed(self, element: Element) -> None:
        """Put a card that links in place of a frame or a film."""
        written = (inner.get(name, "") for inner in element.iter() for name in ("src", "data-src", "data"))
        address = next(filter(None, map(web_address, written)), None)
        if address is None:
            self._warn(f"An <{element.tag}> without a web address was left out.")
        else:
            self._card(address, element.get("title", ""))

    def _card(self, address: str, title: str) -> None:
        address = watched_at(address)
        title = title.strip(BLANKS) or address
        if not self._is_body or not self._out.can_hold("p"):
            self._link_to(address, title)
            return
        self.flush()
        with self._out.plain(), self._out.block("p", {"data-embed": address}, at_once=True):
            self._out.text(title)

    # Blocks

    def _heading(self, heading: Element) -> None:
        if self._out.inside in ("", *LISTS) and self._out.can_hold("h2"):
            level = level_of(heading)
            name = self._levels.get(level, "h2") if self._has_heading else "h2"
            self._has_heading = self._has_heading or not is_blank(heading)
            if name != level:
                self._warn("Headings were put on the two levels that a story has.")
            self._inside(heading, self._out.block(name, attributes_of(heading)))
        else:  # in an item, a cell, a quotation: it heads nothing that a list of contents could lead to
            holder = self._out.apart() if heading in self._alone else self._out.block("p", attributes_of(heading))
            self._inside(heading, holder, self._out.inline("strong"))

    def _division(self, element: Element, name: str) -> None:
        """Read a paragraph, a caption, or something that only divides, as a <div> does."""
        embedded = web_address(element.get("data-embed", "")) if name == "p" else None
        word = WORD_ITEM.search(element.get("style", "")) if name == "p" else None
        if element in self._captions.values():
            return
        if element in self._alone:
            self.children(element)
        elif embedded:
            self._card(embedded, words(element))
        elif is_quotation(element) and self._out.can_hold("blockquote"):
            self._inside(element, self._out.block("blockquote"), self._out.block("p", attributes_of(element)))
        elif word and self._out.can_hold("ul"):
            self._word_item(element, word[1], int(word[2]))
        elif name == "figure":
            self._figure(element)
        elif (name, self._out.inside) in (("figcaption", "figure"), ("footer", "blockquote")):
            self._inside(element, self._out.block(name, attributes_of(element)))
        elif not is_paragraph(element):
            self._inside(element, self._out.apart())
        elif not is_blank(element):  # Word sets empty ones between the items of a list
            self._inside(element, self._out.block("p", attributes_of(element)))

    def _figure(self, figure: Element) -> None:
        key = figure.get("data-picture", "").strip()
        if key and self._is_body:
            self._in_picture += 1
            self._inside(figure, self._out.block("figure", {"data-picture": key}, at_once=True))
            self._in_picture -= 1
            return
        table, caption = figure.find(".//table"), figure.find("figcaption")
        if table is not None and caption is not None and table.find("caption") is None:
            self._captions[table] = caption
        self._inside(figure, self._out.apart())

    def _word_item(self, paragraph: Element, list_id: str, level: int) -> None:
        """Read one of Word's list paragraphs (``mso-list:l0 level2``)."""
        marks = (inner for inner in paragraph.iter("span") if WORD_MARKER.search(inner.get("style", "")))
        kind, attributes = numbering("".join(words(mark) for mark in marks).strip(BLANKS))
        self._inside(paragraph, self._out.item(max(level, 1), kind, attributes, list_id))

    def _plan_items(self, element: Element) -> None:
        """Find what a lost </ul> has trapped: a paragraph behind the bare words of the last item, or a heading."""
        items = [item for item in element if item.tag == "li"]
        if not items:
            return
        # Where an item before has paragraphs too, they are meant.
        has_paragraph = any(is_paragraph(child) for item in items[:-1] for child in item)
        said = items[-1].text or ""
        for child in items[-1]:
            if said.strip(BLANKS) and (child.tag in HEADINGS or (is_paragraph(child) and not has_paragraph)):
                self._trapped.add(child)
                return
            has_paragraph = has_paragraph or child.tag in HEADINGS or is_paragraph(child)
            said += words(child) + (child.tail or "")

    def _plan_paragraph(self, holder: Element) -> None:
        """Find the paragraph that is alone in an item or a cell, but for lists."""
        found = [child for child in holder if child.tag in HEADINGS or is_paragraph(child)]
        bare = [holder.text or "", *(child.tail or "" for child in holder)]
        bare += [words(child) for child in holder if child.tag not in BLOCKS]
        if len(found) == 1 and not "".join(bare).strip(BLANKS):
            self._alone.add(found[0])

    def _table(self, table: Element) -> None:
        plan = grid.read(table)
        if not plan.is_layout and self._behind and not self._out.can_hold("table"):
            self._behind[-1].append(table)
            self._warn("A table inside a table was put behind it.")
        elif plan.is_layout or not self._out.can_hold("table"):
            for cell in plan.cells:
                self._inside(cell.element, self._out.apart())
        else:
            self._write_table(table, plan)

    def _write_table(self, table: Element, plan: grid.Grid) -> None:
        self._tables += 1
        if plan.header_is_guessed:
            self._warn(f"The first row of table {self._tables} was taken for its header.")
        caption = table.find("caption")
        caption = self._captions.get(table) if caption is None else caption
        self._behind.append([])
        self.flush()
        with self._out.block("table", attributes_of(table)):
            if caption is not None:
                self._inside(caption, self._out.block("caption", attributes_of(caption)))
            for part in plan.parts:
                with self._out.block(part.name):
                    for row in part.rows:
                        with self._out.block("tr"):
                            self._write_cells(row)
        for inner in self._behind.pop():
            self._table(inner)

    def _write_cells(self, row: Iterable[grid.Cell]) -> None:
        for cell in row:
            self._plan_paragraph(cell.element)
            attributes = {name: cell.element.get(name, "") for name in ("lang", "dir") if cell.element.get(name)}
            self._inside(cell.element, self._out.block(cell.name, attributes | cell.attributes, at_once=True))
