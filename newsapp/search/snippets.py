"""Snippets: the few words round what was found, with the found ones marked."""

from __future__ import annotations

from collections.abc import Iterable

from newsapp.lib.terms import Term, Terms
from newsapp.lib.words import Word, words

AT_MOST = 180  # characters
STRETCH = 1500  # characters that are looked through at once: most often the first has it
STOPS = ".!?…:;,”’)。！？"
READ_AT_MOST = 60_000  # characters of one text in which the best place is looked for

Snippet = list[tuple[str, bool]]  # pieces of text, to be escaped by whoever prints them; True: found


def snippet(texts: Iterable[str], terms: Terms) -> Snippet:
    """Give the piece of the first of ``texts`` that has something of ``terms``, where most of it stands together.

    Where none has, it is the beginning of the first.
    """
    first = ""
    best: tuple[int, str, list[tuple[int, int]]] | None = None
    for text in texts:
        text = _in_one_line(text[:READ_AT_MOST])
        if not text:
            continue
        first = first or text
        for begins in range(0, len(text), STRETCH):
            spans = _found(_stretch(text, begins), terms)
            kinds = len({n for n, _, _ in spans})
            if kinds and (best is None or kinds > best[0]):
                best = (kinds, text, _window(spans))
                if kinds == len(terms.all):
                    return _pieces(text, best[2])
    if best is None:
        return [(_cut(first, 0, AT_MOST), False)] if first else []
    return _pieces(best[1], best[2])


def _in_one_line(text: str) -> str:
    """Put what stands in lines of its own (a heading, an item) into one, and a mark between where no stop is."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    joined = ""
    for line in filter(None, lines):
        joined += ("" if not joined else " " if joined[-1] in STOPS else " · ") + line
    return joined


def _stretch(text: str, begins: int) -> list[Word]:
    """Give the words of a stretch of ``text`` and of a little more, in case something stands across its end."""
    if begins:
        begins = text.find(" ", begins) + 1 or begins
    ends = text.find(" ", begins + STRETCH + AT_MOST)
    piece = text[begins : ends if ends != -1 else None]
    return [Word(word.text, word.start + begins, word.end + begins) for word in words(piece)]


def _found(standing: list[Word], terms: Terms) -> list[tuple[int, int, int]]:
    """Give what is found of each term: its number, and where it stands."""
    spans = []
    for number, term in enumerate(terms.all):
        spans += [(number, start, end) for start, end in _places(standing, term)]
    return sorted(spans, key=lambda span: (span[1], -span[2]))


def _places(standing: list[Word], term: Term) -> Iterable[tuple[int, int]]:
    length = len(term.words)
    whole = term.words[:-1]
    for n in range(len(standing) - length + 1):
        here = standing[n + length - 1]
        if not term.is_said_by(here.text):
            continue
        if all(standing[n + k].text == word for k, word in enumerate(whole)):
            yield standing[n].start, here.end


def _window(spans: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Give the places that stand together in one snippet: of most different terms, then most, then first."""
    best: tuple[int, int] = (0, 0)
    chosen: list[tuple[int, int, int]] = []
    for n, (_, start, _) in enumerate(spans):
        inside = [span for span in spans[n : n + 40] if span[2] <= start + AT_MOST - 20]
        score = (len({number for number, _, _ in inside}), len(inside))
        if score > best:
            best, chosen = score, inside
    return [(start, end) for _, start, end in chosen or spans[:1]]


def _pieces(text: str, places: list[tuple[int, int]]) -> Snippet:
    merged: list[list[int]] = []
    for start, end in places:
        if merged and (start <= merged[-1][1] or not text[merged[-1][1] : start].strip(" ")):
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    spare = max(AT_MOST - (merged[-1][1] - merged[0][0]), 20)
    begins = max(0, merged[0][0] - spare // 3)
    if begins:  # at the beginning of a word, where there is one
        begins = text.find(" ", begins, merged[0][0]) + 1 or begins
    ends = max(begins + AT_MOST, merged[-1][1])
    pieces: Snippet = [("…" if begins else "", False)]
    here = begins
    for start, end in merged:
        pieces += [(text[here:start], False), (text[start:end], True)]
        here = end
    pieces.append((_cut(text, here, max(ends, here)), False))
    return [(piece, is_found) for piece, is_found in pieces if piece]


def _cut(text: str, begins: int, ends: int) -> str:
    """Give a piece of text up to about ``ends``, cut at the end of a word."""
    if ends >= len(text):
        return text[begins:]
    cut = text.rfind(" ", begins, ends)
    return text[begins : cut if cut > begins else ends].rstrip(" ,;:–-") + "…"
