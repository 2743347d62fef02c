"""What was changed between two texts, word by word, for people to read.

In two steps: first the blocks that belong together, then the words inside them. One comparison of all words takes
twenty times as long and pairs words that have nothing to do with each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

MOST_COMPARED = 4_000_000  # words times words in one block; beyond, the block is shown taken out and put in whole
MOST_PAIRED = 2_500  # blocks times blocks that are paired by their likeness
ALIKE = 0.35  # of the words of two blocks that are the same: then one has become the other

# A number with its points and commas is one word: 15.1 becomes 11.5, and not 15 and 1 become 11 and 5.
_TOKEN = re.compile(
    r"\s+|\d+(?:[.,:]\d+)+|[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f]|[\w’'\-]+|[^\w\s]"
)


@dataclass(frozen=True)
class Run:
    """Words that stayed (``same``), were taken out (``out``) or were put in (``in``)."""

    what: str
    text: str


@dataclass(frozen=True)
class Block:
    """A paragraph, a heading, an item of a list. ``what`` says whether the whole is new, gone, changed or the same."""

    kind: str
    what: str
    runs: list[Run] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def words(before: str, now: str) -> list[Run]:
    """Give two texts as one, with what was taken out and what was put in."""
    if before == now:
        return [Run("same", now)] if now else []
    old, new = _TOKEN.findall(before), _TOKEN.findall(now)
    start = _same_from_the_start(old, new)
    end = _same_from_the_start(old[start:][::-1], new[start:][::-1])
    found: list[tuple[str, list[str]]] = [("same", old[:start])]
    middle, new_middle = old[start : len(old) - end], new[start : len(new) - end]
    if len(middle) * len(new_middle) > MOST_COMPARED:
        found += [("out", middle), ("in", new_middle)]
    else:
        for tag, i, j, a, b in SequenceMatcher(None, middle, new_middle).get_opcodes():
            if tag == "equal":
                found.append(("same", middle[i:j]))
            else:
                found += [("out", middle[i:j]), ("in", new_middle[a:b])]
    found.append(("same", old[len(old) - end :]))
    return _joined(found)


def blocks(before: Sequence[tuple[str, str]], now: Sequence[tuple[str, str]]) -> list[Block]:
    """Compare two texts given as blocks, each a kind and its words."""
    old, new = list(before), list(now)
    start = _same_from_the_start(old, new)
    end = _same_from_the_start(old[start:][::-1], new[start:][::-1])
    found = [Block(kind, "same", [Run("same", text)]) for kind, text in old[:start]]
    middle, new_middle = old[start : len(old) - end], new[start : len(new) - end]
    for tag, i, j, a, b in SequenceMatcher(None, middle, new_middle).get_opcodes():
        if tag == "equal":
            found += [Block(kind, "same", [Run("same", text)]) for kind, text in middle[i:j]]
        else:
            found += _paired(middle[i:j], new_middle[a:b])
    found += [Block(kind, "same", [Run("same", text)]) for kind, text in old[len(old) - end :]]
    return found


def _same_from_the_start(old: Sequence[object], new: Sequence[object]) -> int:
    n = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        n += 1
    return n


def _joined(found: list[tuple[str, list[str]]]) -> list[Run]:
    """Put runs of one kind together; a blank between two changes goes with them, so that they read as one."""
    runs: list[list[str]] = []
    out, put_in = "", ""

    def close() -> None:
        nonlocal out, put_in
        runs.extend([what, text] for what, text in (("out", out), ("in", put_in)) if text)
        out = put_in = ""

    last = len(found) - 1
    for n, (what, tokens) in enumerate(found):
        text = "".join(tokens)
        if not text:
            continue
        if what == "same" and not (
            text.isspace() and (out or put_in) and n < last and any(t for _, t in found[n + 1 :])
        ):
            close()
            if runs and runs[-1][0] == "same":
                runs[-1][1] += text
            else:
                runs.append(["same", text])
        elif what == "same":
            out, put_in = out + text, put_in + text
        elif what == "out":
            out += text
        else:
            put_in += text
    close()
    return [Run(what, text) for what, text in runs]


def _paired(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> list[Block]:
    """Pair the blocks of a changed passage by their likeness, in their order."""
    found, i, j = [], 0, 0
    for a, b in [*_alike(old, new), (len(old), len(new))]:
        found += [Block(kind, "gone", [Run("out", text)]) for kind, text in old[i:a]]
        found += [Block(kind, "new", [Run("in", text)]) for kind, text in new[j:b]]
        if a < len(old):
            found.append(Block(new[b][0], "changed", words(old[a][1], new[b][1])))
        i, j = a + 1, b + 1
    return found


def _alike(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> list[tuple[int, int]]:
    """Choose pairs of blocks, in order, whose likeness adds up to the most."""
    if not old or not new:
        return []
    if len(old) * len(new) > MOST_PAIRED:
        return list(zip(range(len(old)), range(len(new)), strict=False))
    of_old, of_new = ([set(_TOKEN.findall(text)) for _, text in blocks] for blocks in (old, new))
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    like = [[_likeness(one, other) for other in of_new] for one in of_old]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            pair = like[i][j] + best[i + 1][j + 1] if like[i][j] >= ALIKE else 0.0
            best[i][j] = max(pair, best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if like[i][j] >= ALIKE and best[i][j] == like[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _likeness(one: set[str], other: set[str]) -> float:
    one, other = ({token for token in tokens if not token.isspace()} for tokens in (one, other))
    return len(one & other) / max(1, len(one | other))
