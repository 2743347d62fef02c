"""What counts as a word: the same rules for what is written into the index, what is asked, and what is marked on the page.

A word is folded: case, accents and other differences that a reader does not type are taken away. Scripts that set no
spaces are cut into pairs of characters that overlap, so a name of two characters is found anywhere in a line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST_WORD = 64  # characters; nobody looks for a longer one, and PostgreSQL refuses words of 2 kB

_MARKS = "".join(chr(n) for n in range(0x300, 0x1F000) if unicodedata.category(chr(n))[0] == "M")
_WORD = re.compile(rf"[^\W_]+(?:[{_MARKS}]+[^\W_]*)*")
_POSSESSIVE = re.compile(r"(?<=\w)['’][sS](?!\w)")  # "Rosalind's" is found by "Rosalind" and the other way round
# Accents that only say how a letter sounds: Latin, Greek and Cyrillic accents, Hebrew and Arabic points, the tatweel. The
# vowel signs of India and the voicing marks of Japan make other words, and stay.
_SILENT = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")
_LETTERS = str.maketrans({
    "ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h", "ı": "i", "ŧ": "t",
    "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه",
})  # fmt: skip
# Han, kana, Hangul, Thai, Lao, Burmese, Khmer.
_UNSPACED = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\uac00-\ud7a3"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_RUNS = re.compile(rf"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")


class Word(NamedTuple):
    """A folded word and where in the text it stands."""

    text: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """Give the words of ``text``, folded, in their order; of a script without spaces, pairs and then the last character."""
    for run in runs(text):
        if not is_unspaced(run.text):
            yield run
            continue
        # Folding may change the number of characters (a half-width voiced kana is two); then a pair's place is the run's.
        kept = len(run.text) == run.end - run.start
        for n in range(len(run.text) - 1):
            start, end = (run.start + n, run.start + n + 2) if kept else (run.start, run.end)
            yield Word(run.text[n : n + 2], start, end)
        yield Word(run.text[-1], run.end - 1 if kept else run.start, run.end)


def runs(text: str) -> Iterator[Word]:
    """Give the words of ``text``, folded; a script without spaces comes in whole runs."""
    for found in _WORD.finditer(_POSSESSIVE.sub(_blank, text)):
        original = found[0]
        parts = fold(original)
        if len(parts) == 1:
            yield Word(parts[0], found.start(), found.end())
            continue
        pieces = _RUNS.findall(original)
        if len(pieces) == len(parts):
            start = found.start()
            for piece, part in zip(pieces, parts, strict=True):
                yield Word(part, start, start + len(piece))
                start += len(piece)
        else:
            for part in parts:
                yield Word(part, found.start(), found.end())


@lru_cache(maxsize=8192)
def fold(word: str) -> tuple[str, ...]:
    """Fold one word. It may turn out to be several: two scripts, or a sign that stands for more."""
    if word.isascii():
        return (word.lower()[:LONGEST_WORD],)
    text = unicodedata.normalize("NFKD", word.casefold()).casefold()
    text = unicodedata.normalize("NFC", _SILENT.sub("", text).translate(_LETTERS))
    found = []
    for part in _WORD.findall(text):
        for run in _RUNS.findall(part):
            found.append(run if is_unspaced(run) else run[:LONGEST_WORD])
    return tuple(found)


def is_unspaced(word: str) -> bool:
    """Tell whether a folded word is of a script that sets no spaces."""
    return _IS_UNSPACED.match(word) is not None


def index_text(text: str, max_bytes: int) -> str:
    """Give ``text`` as the index takes it: folded words with a space between, at most ``max_bytes`` of UTF-8."""
    found: list[str] = []
    for word in _WORD.findall(_POSSESSIVE.sub(_blank, text)):
        if word.isascii():
            found.append(word.lower()[:LONGEST_WORD])
            continue
        for part in fold(word):
            if is_unspaced(part):
                found += [part[n : n + 2] for n in range(len(part) - 1)]
                found.append(part[-1])
            else:
                found.append(part)
    return _cut(" ".join(found), max_bytes)


def _blank(gone: re.Match[str]) -> str:
    return " " * len(gone[0])


def _cut(text: str, max_bytes: int) -> str:
    encoded = text.encode()
    if len(encoded) <= max_bytes:
        return text
    return encoded[:max_bytes].decode(errors="ignore").rpartition(" ")[0]
