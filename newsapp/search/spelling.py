"""Did you mean: the question again, with words that the paper has."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from newsapp.lib.terms import Terms, parse
from newsapp.lib.words import is_unspaced
from newsapp.search.asked import Filters
from newsapp.search.index import SearchIndex
from newsapp.search.models import SearchWord, skeleton

WORDS_CORRECTED = 4  # of one question
LOOKED_AT = 1500  # words for each
TRIED = 3  # corrections that are looked up, so that nothing is suggested that finds nothing


def did_you_mean(session: Session, index: SearchIndex, terms: Terms, filters: Filters) -> str | None:
    """Give the nearest question that finds something.

    Its words are those of the paper's headlines, standfirsts and bylines. A story that is not public yet may have
    brought one, so every suggestion is looked up among what is public before it is named.
    """
    choices: list[list[str]] = []
    corrected = 0
    for term in terms.all:
        mine = [term.text]
        if len(term.words) == 1 and corrected < WORDS_CORRECTED and not index.has(Terms((term,)), Filters()):
            mine = _nearest(session, term.text)
            corrected += 1
        if not mine:
            return None
        choices.append(mine)
    if not corrected:
        return None
    for n in range(TRIED):
        words = [mine[min(n, len(mine) - 1)] for mine in choices]
        again = " ".join(words)
        if (n == 0 or any(n < len(mine) for mine in choices)) and index.has(parse(f"{again} "), filters):
            return again
    return None


def _nearest(session: Session, word: str) -> list[str]:
    """Give the paper's words nearest to ``word``, the nearest and then the most used first."""
    if not 3 <= len(word) <= 40 or is_unspaced(word):
        return []
    allowed = 1 if len(word) <= 4 else 2
    near = func.length(SearchWord.word).between(len(word) - allowed, len(word) + allowed)
    found: dict[str, int] = {}
    for condition, order in _places_to_look(word):
        rows = session.execute(
            select(SearchWord.word, SearchWord.stories)
            .where(condition, near, SearchWord.stories > 0)
            .order_by(order)
            .limit(LOOKED_AT)
        )
        for other, stories in rows:
            found[other] = stories
    ranked = []
    for other, stories in found.items():
        steps = distance(word, other, allowed)
        if 0 < steps <= allowed:
            ranked.append((steps, -stories, other))
    return [other for _, _, other in sorted(ranked)[:TRIED]]


def _places_to_look(word: str) -> list[tuple[ColumnElement[bool], ColumnElement[Any]]]:
    begin = word[:2]
    bare = skeleton(word)
    return [
        ((SearchWord.skeleton == bare), SearchWord.stories.desc()),
        ((SearchWord.word >= begin) & (SearchWord.word < begin[:-1] + chr(ord(begin[-1]) + 1)), SearchWord.word.asc()),
    ]


def distance(one: str, other: str, at_most: int) -> int:
    """Count the letters that were forgotten, added, mistaken or swapped; one more than ``at_most`` where they are more."""
    if abs(len(one) - len(other)) > at_most:
        return at_most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for n, letter in enumerate(one, 1):
        row = [n]
        for m, mine in enumerate(other, 1):
            steps = min(last[m] + 1, row[m - 1] + 1, last[m - 1] + (letter != mine))
            if n > 1 and m > 1 and letter == other[m - 2] and one[n - 2] == mine:
                steps = min(steps, before[m - 2] + 1)
            row.append(steps)
        if min(row) > at_most:
            return at_most + 1
        before, last = last, row
    return last[-1]
