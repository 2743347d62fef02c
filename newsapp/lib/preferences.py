"""The reader's two preferences, theme and text size, and the one functional cookie that keeps them."""

from __future__ import annotations

from dataclasses import dataclass

THEMES = ("auto", "light", "dark")
SIZES = ("s", "m", "l", "xl", "xxl")
SIZE_NAMES = {"s": "Small", "m": "Standard", "l": "Large", "xl": "Larger", "xxl": "Largest"}
COOKIE = "prefs"
KEPT_FOR = 365 * 24 * 3600  # seconds


@dataclass(frozen=True)
class Preference:
    """How one reader wants the pages: one of 15."""

    theme: str = "auto"
    size: str = "m"

    @property
    def cookie(self) -> str:
        return f"{self.theme}.{self.size}"


DEFAULT = Preference()
ALL = {p.cookie: p for p in (Preference(theme, size) for theme in THEMES for size in SIZES)}


def read(cookie: str | None) -> Preference:
    """Give what the cookie says; what it does not say is as nobody had chosen."""
    return ALL.get(cookie or "", DEFAULT)


def choose(before: Preference, theme: str | None, size: str | None) -> Preference:
    """Change a preference by what a form sent; unknown values leave it as it was."""
    return Preference(
        theme if theme in THEMES else before.theme, size if size in SIZES else before.size
    )  # fmt: skip
