"""The social card: a story's headline as a picture, for networks that show one where a story has none.

It is drawn once for each headline, by a child process: importing Pillow would cost a serving process 15 MB for good.
What it says is in its name, so it may be kept for ever, and a file that is there is never wrong.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from flask import current_app

from newsapp.articles.models import Article
from newsapp.articles.printed import Story
from newsapp.lib import assets
from newsapp.media import folder

WIDTH, HEIGHT = 1200, 630  # pixels: what the networks ask for
MAX_SECONDS = 20  # for one card
LONGEST = 300  # letters of each text: more is never shown
WAIT = 5.0  # seconds for the card that another request is having drawn
PEN = Path(__file__).with_name("cardpen.py")
# The faces and what each has. Source: unicode.json of @fontsource-variable/piazzolla.
FACES: dict[str, list[list[int]]] = {
    "fonts/piazzolla.woff2": [
        [0x20, 0xFF], [0x131, 0x131], [0x152, 0x153], [0x2BB, 0x2BC], [0x2C6, 0x2C6], [0x2DA, 0x2DA], [0x2DC, 0x2DC],
        [0x304, 0x304], [0x308, 0x308], [0x2010, 0x2027], [0x2030, 0x205E], [0x20AC, 0x20AC], [0x2122, 0x2122], [0x2212, 0x2212],
    ],
    "fonts/piazzolla-ext.woff2": [[0x100, 0x2BA], [0x1E00, 0x1E9F], [0x1EF2, 0x1EFF], [0x2113, 0x2113], [0x2C60, 0x2C7F]],
    "fonts/card-vietnamese.woff2": [[0x300, 0x301], [0x303, 0x303], [0x309, 0x309], [0x323, 0x323], [0x1EA0, 0x1EF9], [0x20AB, 0x20AB]],
    "fonts/card-greek.woff2": [[0x370, 0x377], [0x37A, 0x37F], [0x384, 0x38A], [0x38C, 0x38C], [0x38E, 0x3A1], [0x3A3, 0x3FF]],
    "fonts/card-cyrillic.woff2": [[0x400, 0x45F], [0x490, 0x491], [0x4B0, 0x4B1], [0x2116, 0x2116]],
}  # fmt: skip

_drawing = threading.Lock()  # one card at a time in each process


class CardFailed(Exception):
    """The card could not be drawn; the log says why."""


@dataclass(frozen=True)
class SocialCard:
    """What stands on a story's card."""

    article_id: int
    headline: str
    section: str
    site: str
    byline: str

    @cached_property
    def key(self) -> str:
        """A name made of all that is seen of the card."""
        seen = json.dumps([_pen_version(), self.headline, self.section, self.site, self.byline])
        return hashlib.blake2b(seen.encode(), digest_size=10).hexdigest()

    @property
    def url(self) -> str:
        return f"/cards/{self.article_id}-{self.key}.png"

    @property
    def file(self) -> Path:
        return folder().resolve() / "cards" / f"{self.key}.png"

    def draw(self) -> Path:
        """Give the card's file, drawn if it is not there.

        Raises:
            CardFailed: it could not be drawn, or others are being drawn.
        """
        if self.file.exists():
            return self.file
        if not _drawing.acquire(timeout=WAIT):
            raise CardFailed("other cards are being drawn")
        try:
            if not self.file.exists():
                self._draw()
        finally:
            _drawing.release()
        return self.file

    def _draw(self) -> None:
        asset = current_app.jinja_env.globals["asset"]
        faces = [
            [str(assets.FOLDER / asset(name).removeprefix(assets.PREFIX)), ranges]  # type: ignore[operator]
            for name, ranges in FACES.items()
        ]
        asked = json.dumps({**asdict(self), "faces": faces})
        try:
            made = subprocess.run(  # noqa: S603
                [sys.executable, "-I", str(PEN)], input=asked.encode(), capture_output=True, timeout=MAX_SECONDS, check=True
            ).stdout  # fmt: skip
        except (subprocess.SubprocessError, OSError) as why:
            current_app.logger.exception("The card of story %s could not be drawn.", self.article_id)
            raise CardFailed(str(why)) from why
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # Under a name of its own first: another process may be drawing the same card.
        beside = self.file.with_suffix(f".{threading.get_ident():x}-{id(self):x}")
        beside.write_bytes(made)
        beside.replace(self.file)


def social_card(story: Article | Story, site_name: str, section_name: str) -> SocialCard:
    """Say what stands on the card of ``story``."""
    names = [byline.name for byline in story.by]
    by = f"By {' and '.join([', '.join(names[:-1]), names[-1]] if len(names) > 1 else names)}" if names else ""
    texts = (story.social_headline or story.headline, section_name, site_name, by)
    return SocialCard(story.id, *(text[:LONGEST] for text in texts))


@lru_cache
def _pen_version() -> str:
    return hashlib.blake2b(PEN.read_bytes(), digest_size=4).hexdigest()
