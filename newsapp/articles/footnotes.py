"""Footnotes of Word, Google Docs, WordPress and Markdown converters: a number that leads to a note, which leads back.

A note with a web address becomes a source. Its other words, if there are any, stay where they were: they may be meant for readers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from newsapp.articles.clues import is_blank, words
from newsapp.lib.markup import BLANKS, web_address

ADDRESS = r"https?://[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*"
_NUMBER = re.compile(r"\[?(\d{1,3}|[ivxlc]{1,7}|\*{1,3})\]?")
_BLOCKS = {"p", "li", "dd", "div", "aside"}
_NOTE_OF_WORD = re.compile(r"(ftn|edn)\d+")
_BESIDE_ADDRESS = re.compile(r"[\W\d_]+")  # what is left of a note that says nothing but its address


def cite(root: Element, warn: Callable[[str], None]) -> None:
    """Turn each number under ``root`` whose note has a web address into the mark of a source."""
    holders = {child: holder for holder in root.iter() for child in holder}
    places: dict[str, Element] = {}
    for element in root.iter():
        for name in _names(element):
            places.setdefault(name, element)
    made, kept = [], False
    for link in list(root.iter("a")):
        place = places.get(_leads_to(link))
        number = _NUMBER.fullmatch(words(link).strip(BLANKS))
        note = _note_of(place, holders) if place is not None and number else None
        back = _way_back(note, {*_names(link), *_names(holders.get(link))}) if note is not None else None
        if note is None or back is None or number is None or link in note.iter():
            continue
        if address := _address_in(note):
            _mark(link, holders.get(link), address, number[1])
            made.append(number[1])
            _unlink(back)
            if _BESIDE_ADDRESS.sub("", re.sub(ADDRESS, "", words(note))):
                kept = True
            else:
                _take_out(note, holders)
    if made:
        which = f"Footnote {made[0]} is a source" if len(made) == 1 else f"{len(made)} footnotes are sources"
        warn(f"{which} now.{' What else they say still stands at the end of the text.' if kept else ''}")


def _names(element: Element | None) -> Iterator[str]:
    if element is not None:
        found = element.get("id"), element.get("name") if element.tag == "a" else None
        yield from (name for name in found if name)


def _leads_to(link: Element) -> str:
    """Give the place in the same text that a link leads to; Word writes the path of its file before it."""
    try:
        parts = urlsplit(link.get("href", ""))
    except ValueError:
        return ""
    return parts.fragment if parts.scheme in ("", "file") else ""


def _note_of(place: Element, holders: dict[Element, Element]) -> Element | None:
    note: Element | None = place
    while note is not None and note.tag not in _BLOCKS:
        note = holders.get(note)
    above = holders.get(note) if note is not None else None
    return above if above is not None and _NOTE_OF_WORD.fullmatch(above.get("id", "")) else note


def _way_back(note: Element, to: set[str]) -> Element | None:
    return next((link for link in note.iter("a") if _leads_to(link) in to), None)


def _address_in(note: Element) -> str | None:
    linked = (link.get("href", "") for link in note.iter("a"))
    return next(filter(None, map(web_address, [*linked, *re.findall(ADDRESS, words(note))])), None)


def _mark(link: Element, holder: Element | None, address: str, number: str) -> None:
    if holder is not None and holder.tag == "sup":
        holder.tag = "span"
    tail = link.tail
    link.clear()
    link.tag, link.text, link.tail = "sup", number, tail
    link.set("data-source-url", address)
    if number.isdecimal():
        link.set("data-source-label", number)


def _unlink(back: Element) -> None:
    """Leave of the way back its number, and of an arrow nothing."""
    tail, text = back.tail, words(back).strip(BLANKS)
    back.clear()
    back.tag, back.text, back.tail = "span", text if _NUMBER.fullmatch(text) else "", tail


def _take_out(note: Element, holders: dict[Element, Element]) -> None:
    """Take out a note, and what is left of the list that it was the last one of."""
    gone: Element | None = note
    while gone is not None and gone in holders:
        holder, tail = holders[gone], gone.tail
        gone.clear()
        gone.tail = tail
        if gone.tag == "li":
            holder.remove(gone)
        gone = holder if is_blank(holder) else None
