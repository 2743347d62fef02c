"""The moderators' own lists: words that are not printed, words to look at, and reasons for a rejection."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from html import unescape

from sqlalchemy import Select, select
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.comments.models import Comment
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock

MAX_WORD = 100  # characters
TRIED_ON = 1000  # comments
# Letters that look like others, as far as people use them to get past a list.
_LOOKS_LIKE = str.maketrans("0134578@$€аеорсхуіѕ", "oieastb" + "ase" + "aeopcxyis")
# What is stored was written by cleaned_body(): every tag is closed, and a "<" that is none is an entity. To have it cleaned once more
# took most of the time of a trial.
_TAG = re.compile(r"""<[^<>"]*(?:"[^"]*"[^<>"]*)*>""")
_BREAK = re.compile(r"</(?:p|li|blockquote)>|<br>")
_INVISIBLE = re.compile(r"[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")


class ListedWord(Base):
    """A word, or words, that comments are searched for. A star stands for any further letters: ``spam*``."""

    id: Mapped[pk]
    word: Mapped[str] = mapped_column(unique=True)
    banned_at: Mapped[moment | None]  # not printed; None: a moderator looks at it
    added_at: Mapped[moment] = mapped_column(default=clock.now)
    added_by_id: Mapped[int | None]

    @classmethod
    def all(cls) -> Select[ListedWord]:
        """Select the lists, by the alphabet."""
        return select(cls).order_by(cls.word)

    def remove(self, by: Account | None = None) -> None:
        """Take the word off its list. The caller commits."""
        record("word.remove", f"word:{self.word}", by)
        db.session.delete(self)


class RejectionReason(Base):
    """A reason that a moderator gives with a rejection, and what its author is told."""

    id: Mapped[pk]
    title: Mapped[str] = mapped_column(unique=True)
    words: Mapped[str]  # the sentence that the moderator begins with
    position: Mapped[int] = mapped_column(default=0)

    @classmethod
    def all(cls) -> Select[RejectionReason]:
        """Select the reasons in their order."""
        return select(cls).order_by(cls.position, cls.id)

    def edit(self, title: str, words: str, position: int | None = None) -> None:
        """Change a reason; what was rejected for it keeps the old words. The caller commits."""
        self.title, self.words = title.strip(), words.strip()
        if position is not None:
            self.position = position

    def remove(self) -> None:
        """Take a reason off the list. The caller commits."""
        db.session.delete(self)


def add_word(word: str, *, banned: bool = False, by: Account | None = None) -> ListedWord:
    """Put a word on one of the lists; a word is on one of them only. The caller commits.

    Raises:
        ValueError: it is no word, or too long.
    """
    word = " ".join(word.split()).lower()
    if len(word) > MAX_WORD or not re.search(r"\w", word):
        raise ValueError(f"Write a word of at most {MAX_WORD} characters.")
    listed = db.session.scalar(select(ListedWord).where(ListedWord.word == word))
    if listed is None:
        listed = ListedWord(word=word, added_by_id=by.id if by else None)
        db.session.add(listed)
    elif (listed.banned_at is not None) == banned:
        return listed  # nothing has changed that the log would tell of
    listed.banned_at = clock.now() if banned else None
    record("word.add", f"word:{word}", by, "banned" if banned else "to look at")
    db.session.flush()
    return listed


def add_reason(title: str, words: str, position: int = 0) -> RejectionReason:
    """Add a reason for rejections. The caller commits."""
    reason = RejectionReason(title=title.strip(), words=words.strip(), position=position)
    db.session.add(reason)
    db.session.flush()
    return reason


def found_in(text: str, words: Iterable[str]) -> list[str]:
    """Give those of ``words`` that stand in a text, however they are dressed up."""
    plain = " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower().split())
    bare = _folded(plain)
    return [word for word in words if any(map(_stands_in, (plain, bare), _looked_for(word.lower())))]


def tried(words: list[str]) -> list[tuple[Comment, list[str]]]:
    """Give those of the last 1,000 comments that would be found by a list, each with the words found."""
    latest = db.session.scalars(select(Comment).order_by(Comment.id.desc()).limit(TRIED_ON))
    hits = ((comment, found_in(plain_text(comment.body), words)) for comment in latest)
    return [(comment, found) for comment, found in hits if found]


def plain_text(body: str) -> str:
    """Give the words of a comment, as it is stored, without its mark-up."""
    return unescape(_TAG.sub("", _BREAK.sub(" ", body)))


def _folded(text: str) -> str:
    stripped = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return stripped.translate(_LOOKS_LIKE)


@lru_cache(maxsize=5000)
def _looked_for(word: str) -> tuple[tuple[list[str], re.Pattern[str]], ...]:
    """Give what a listed word is looked for by, as it is written and folded: its parts, and how they must stand."""
    return tuple((form.rstrip("*").split(), _pattern(form)) for form in (word, _folded(word)))


def _stands_in(text: str, looked_for: tuple[list[str], re.Pattern[str]]) -> bool:
    parts, pattern = looked_for
    # A pattern costs 50 times what it costs to see that its letters are not there at all; most are not.
    return all(part in text for part in parts) and pattern.search(text) is not None


def _pattern(word: str) -> re.Pattern[str]:
    starred = word.endswith("*")
    escaped = r"\s+".join(re.escape(part) for part in word.rstrip("*").split())
    return re.compile(rf"(?<!\w){escaped}" + ("" if starred else r"(?!\w)"))
