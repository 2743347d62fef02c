"""How a story was made, as its readers are told: who edited and checked it, how it was found out, with which machines, who paid.

Source: the Trust Project's indicators "Methods", "Best practices" and "Type of work".
"""

from __future__ import annotations

from collections.abc import Mapping

# What can be said, in the order in which it is printed, and what stands before it.
MAKING = {
    "edited": "Edited by", "checked": "Checked by", "methods": "How we found out", "machines": "Use of AI",
    "funding": "Paid for by", "interests": "Interests",
}  # fmt: skip


def made(said: Mapping[str, object]) -> dict[str, str]:
    """Give what is said of a story's making, trimmed, without what is left empty or has no such name."""
    found = {name: " ".join(str(said.get(name) or "").split()) for name in MAKING}
    return {name: words for name, words in found.items() if words}


def told(making: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give it as readers read it: what it is, and the words."""
    return [(label, making[name]) for name, label in MAKING.items() if making.get(name)]
