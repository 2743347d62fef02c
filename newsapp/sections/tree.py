"""The tree of sections as pages use it: read once, kept in memory, the same for header, mobile menu and footer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from newsapp.sections.models import Section


@dataclass
class Branch:
    """A section in the tree."""

    id: int
    name: str
    path: str
    description: str
    rhythm: str | None
    is_hidden: bool
    parent: Branch | None = field(repr=False)
    children: list[Branch] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"/sections/{self.path}"

    @property
    def shelf(self) -> str:
        return f"section:{self.id}"

    @property
    def top(self) -> Branch:
        return self.parent.top if self.parent else self

    @property
    def line(self) -> list[Branch]:
        """The branches from the root to this one."""
        return [*self.parent.line, self] if self.parent else [self]

    @property
    def shown(self) -> list[Branch]:
        """Its children that the menus show."""
        return [child for child in self.children if not child.is_hidden]

    def below(self) -> Iterator[Branch]:
        """Give the branch and all that hangs on it."""
        yield self
        for child in self.children:
            yield from child.below()


class Tree:
    """All sections. ``shown`` are the top ones that the menus show."""

    def __init__(self, sections: list[Section]) -> None:
        self.by_id: dict[int, Branch] = {}
        self.top: list[Branch] = []
        waiting = list(sections)
        while waiting:
            later = []
            for section in waiting:
                parent = self.by_id.get(section.parent_id) if section.parent_id else None
                if section.parent_id and parent is None:
                    later.append(section)
                    continue
                branch = Branch(
                    section.id, section.name, section.path, section.description, section.rhythm,
                    section.hidden_at is not None or bool(parent and parent.is_hidden), parent,
                )  # fmt: skip
                self.by_id[section.id] = branch
                (parent.children if parent else self.top).append(branch)
            if len(later) == len(waiting):
                break  # parents that are not there: a broken import; the rest of the tree still stands
            waiting = later
        self.by_path = {branch.path: branch for branch in self.by_id.values()}

    @property
    def shown(self) -> list[Branch]:
        return [branch for branch in self.top if not branch.is_hidden]


def tree(session: Session) -> Tree:
    """Read the tree of sections."""
    return Tree(list(session.scalars(Section.all())))
