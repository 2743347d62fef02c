"""The words that somebody types into a search field, of readers' or of the desk's: words, and phrases between quotation marks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from newsapp.lib.text import shorten
from newsapp.lib.words import is_unspaced, runs

LONGEST = 200  # characters that are read
SHOWN_AT_MOST = 60  # characters of it that a heading repeats
MOST_TERMS = 12
NUMBERED_FROM = 3  # letters: of a shorter word the ending says little
PREFIX_FROM = 3  # letters: a shorter beginning stands for half the dictionary

_QUOTED = re.compile('["“”„«»]([^"“”„«»]*)["“”„«»]')


@dataclass(frozen=True)
class Term:
    """One word, or several that stand side by side. With ``is_begun`` the last may go on.

    ``other`` is the same word in the other number, as English has it: who remembers barges also means a barge.
    """

    words: tuple[str, ...]
    is_begun: bool = False
    other: str = ""

    @property
    def text(self) -> str:
        return " ".join(self.words)

    @property
    def fts5(self) -> str:
        """Give the term as SQLite's full-text index is asked for it."""
        # Nothing but letters, digits and marks stands in a word, so no quotation mark ends the string early. A word
        # that is only begun counts twice where it is whole: what was typed exactly comes first.
        ways = [f'"{self.text}"'] + [f'"{self.text}"*'] * self.is_begun + [f'"{other}"' for other in self._others]
        return ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})"

    @property
    def tsquery(self) -> str:
        """Give the term as PostgreSQL's full-text index is asked for it."""
        asked = self.whole + ":*" * self.is_begun
        ways = [asked] + [f"'{other}'" for other in self._others]
        return asked if len(ways) == 1 else f"({' | '.join(ways)})"

    @property
    def whole(self) -> str:
        """Give the same, its last word as it was typed and not only begun."""
        return " <-> ".join(f"'{word}'" for word in self.words)  # binds closer than &

    @property
    def _others(self) -> list[str]:
        """Give what else may stand for the word and is not found with it anyway."""
        return [self.other] if self.other and not (self.is_begun and self.other.startswith(self.text)) else []

    def is_said_by(self, word: str) -> bool:
        """Tell whether a folded word of a text is the last word of this term."""
        last = self.words[-1]
        return word == last or (self.is_begun and word.startswith(last)) or (self.other != "" and word == self.other)


@dataclass(frozen=True)
class Terms:
    """The parsed words of a question; all must be found."""

    all: tuple[Term, ...] = ()
    text: str = ""  # as typed, tidied
    was_cut: bool = False

    @property
    def shown(self) -> str:
        """What was typed, as headings and messages repeat it."""
        return shorten(self.text.strip(), SHOWN_AT_MOST)

    def __bool__(self) -> bool:
        return bool(self.all)


def parse(typed: str) -> Terms:
    """Read what was typed: words, and phrases between quotation marks. Nothing in it is an operator."""
    was_cut = len(typed) > LONGEST
    text = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp") else c for c in typed[:LONGEST]
    )
    found: list[Term] = []
    begins = 0
    for quoted in _QUOTED.finditer(text):
        found += _loose(text[begins : quoted.start()])
        phrase = tuple(word for part in runs(quoted[1]) for word in pairs(part.text))
        if phrase:
            found.append(Term(phrase))
        begins = quoted.end()
    rest = _loose(text[begins:])
    if rest and not text[-1:].isspace() and len(rest[-1].words[-1]) >= PREFIX_FROM:
        rest[-1] = replace(rest[-1], is_begun=True)
    terms = tuple(dict.fromkeys(found + rest))
    tidy = " ".join(text.split())
    if tidy and text[-1].isspace():
        tidy += " "  # it says that the last word is whole
    return Terms(terms[:MOST_TERMS], tidy, was_cut or len(terms) > MOST_TERMS)


def _loose(text: str) -> list[Term]:
    """Give a term for each word; what hangs together ("covid-19", "example.org") stays together."""
    found = []
    for chunk in text.split():
        words: list[str] = []
        for part in runs(chunk):
            words += pairs(part.text)
        if words:
            # The index has pairs of such characters; one alone is the beginning of a pair.
            is_begun = len(words[-1]) == 1 and is_unspaced(words[-1])
            found.append(Term(tuple(words), is_begun, other_number(words[0]) if len(words) == 1 else ""))
    return found


def other_number(word: str) -> str:
    """Give the plural of an English word, or the singular of a plural, by its ending alone; ``""`` where it is too short."""
    if len(word) < NUMBERED_FROM + word.endswith("s") or not (word.isascii() and word.isalpha()):
        return ""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    if word.endswith(("ss", "us", "is")):
        return f"{word}es" if word.endswith("ss") else ""
    if word.endswith("s"):
        return word[:-1]
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("sh", "ch", "x")) else f"{word}s"


def pairs(run: str) -> list[str]:
    """Give the words that the index has for a run of characters without spaces; another word is itself."""
    if not is_unspaced(run) or len(run) == 1:
        return [run]
    return [run[n : n + 2] for n in range(len(run) - 1)]
