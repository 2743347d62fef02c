"""What a reader asks beside the words: the filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Filters:
    """What the hits are limited to. Ids of the same kind widen, different kinds narrow."""

    sections: tuple[int, ...] = ()  # each with all below it
    authors: tuple[int, ...] = ()
    topics: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None  # exclusive

    @property
    def marks(self) -> list[list[str]]:
        """The marks that a document must have: one of each list."""
        groups = [
            [f"section:{i}" for i in self.sections],
            [f"author:{i}" for i in self.authors],
            [f"topic:{i}" for i in self.topics],
            [kind_mark(kind) for kind in self.kinds],
        ]
        return [group for group in groups if group]


def kind_mark(kind: str) -> str:
    return f"kind:{kind.replace(' ', '')}"
