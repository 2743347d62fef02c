"""Small things about text."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote, urlsplit

MAX_ID = 2**31 - 1  # the largest number of a row that both databases take
WORDS_A_MINUTE = {"en": 220}
_WORD = re.compile(r"\w+(?:[’'\-]\w+)*")
# Scripts that set no spaces between words; a reader takes in about two characters as one word of ours.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f]")


def slugify(text: str, at_most: int = 80) -> str:
    """Turn ``text`` into the last part of an address: lower case, digits and hyphens.

    Accents go; letters of other scripts stay, because an address may hold them. Never empty.
    """
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("’", "").replace("'", "")
    plain = unicodedata.normalize("NFC", plain)
    slug = re.sub(r"[\W_]+", "-", plain).strip("-")
    if len(slug) > at_most:
        slug = slug[:at_most].rsplit("-", 1)[0] or slug[:at_most]
    return slug or "untitled"


def count_words(text: str) -> int:
    """Count the words of plain ``text``; two characters of a script without spaces count as one word."""
    unspaced = len(_UNSPACED.findall(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text))) + (unspaced + 1) // 2


def reading_minutes(words: int, pictures: int = 0, language: str = "en") -> int:
    """Give the minutes that a story takes to read; 0 for a story without words.

    Pictures take 12 seconds for the first, 11 for the second, never less than 3.
    """
    if not words:
        return 0
    seconds = words * 60 / WORDS_A_MINUTE.get(language.split("-")[0], 220)
    seconds += sum(max(12 - n, 3) for n in range(pictures))
    return max(1, round(seconds / 60))


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """Give one or two letters that stand for a person's portrait."""
    words = [word for word in re.split(r"[\s\-]+", name) if word and word[0].isalpha()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@lru_cache(maxsize=4096)
def hue(name: str) -> int:
    """Give the number, 0 to 11, of the colour behind a person's initials; the same for ever."""
    return sum((n + 1) * ord(c) for n, c in enumerate(name)) % 12


def whole_number(said: str | None, at_most: int = MAX_ID) -> int | None:
    """Read a number from an address or a form: plain digits, 0 to ``at_most``. Anything else is ``None``.

    Python's own int() takes more (spaces, signs, «1_0»), and str.isdigit() says yes to «²», which int() refuses.
    """
    if not said or not said.isascii() or not said.isdigit() or len(said) > len(str(at_most)):
        return None
    number = int(said)
    return number if number <= at_most else None


def shorten(text: str, at_most: int) -> str:
    """Cut ``text`` at the end of a word, with an ellipsis, to at most ``at_most`` characters."""
    if len(text) <= at_most:
        return text
    cut = text[: at_most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:–-") + "…"


def named_address(address: str, at_most: int = 80) -> str:
    """Name a web address for readers: ``example.org/papers``, without what only machines read; empty where it has no host."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    return shorten(f"{host}{unquote(parts.path).rstrip('/')}", at_most) if host else ""


_RTL_LANGUAGES = {"ar", "arc", "dv", "fa", "he", "ks", "ku", "ps", "sd", "ug", "ur", "yi"}


def direction(language: str) -> str:
    """Give ``rtl`` or ``ltr`` for a BCP 47 language tag."""
    return "rtl" if language.split("-")[0].lower() in _RTL_LANGUAGES else "ltr"
