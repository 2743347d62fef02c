"""The program of the child process that draws a social card; ``socialcard`` starts it and says why.

It uses nothing of the site, only Pillow. It reads JSON from its standard input, {headline, section, site, byline,
faces: [[path, ranges]]}, and writes a PNG to its standard output. A face is asked only for characters in its ranges.
"""

from __future__ import annotations

import io
import json
import sys
import unicodedata
from functools import cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, MARGIN = 1200, 630, 64  # pixels
PAPER, INK, INK_2, RULE, BLUE, RED = "#fdfdfc", "#14171d", "#3f4653", "#d2d8e1", "#17438f", "#d93d17"
TOP, BOTTOM = 132, 508  # between them stands the headline
SIZES = (88, 80, 72, 64, 58, 52, 46, 42)  # pixels; the headline takes the largest that it fits in
BROKEN_FROM = 58  # at this size and below a word that is wider than the card is broken
LINE = 1.1  # of the size
MEASURED_AT = 100  # pixels: widths are measured once and scaled
SLACK = 0.97  # of the width: scaled widths are nearly true
CARET = ((5.0, 25.0), (16.0, 6.0), (27.0, 25.0), (21.4, 25.0), (16.0, 15.3), (10.6, 25.0))  # of 32, as the favicon's

Face = tuple[str, list[list[int]]]


class Pen:
    """Writes with several faces, each for the characters that it has."""

    def __init__(self, faces: list[Face]) -> None:
        self._faces = faces
        self._font = cache(self._open)

    def _open(self, path: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
        font = ImageFont.truetype(path, size)
        wanted = {b"Weight": weight, b"Optical Size": 30}
        font.set_variation_by_axes(
            [wanted.get(axis["name"]) or axis["default"] or 0 for axis in font.get_variation_axes()]
        )
        return font

    def _face_of(self, character: str) -> str | None:
        code = ord(character)
        return next((path for path, ranges in self._faces if any(a <= code <= b for a, b in ranges)), None)

    def can_write(self, text: str) -> bool:
        """Tell whether every letter and figure can be written. Signs that cannot are left out."""
        return any(c.isalnum() for c in text) and all(
            self._face_of(c) is not None for c in text if unicodedata.category(c)[0] in "LMN"
        )

    def _runs(self, text: str) -> list[tuple[str, str]]:
        runs: list[tuple[str, str]] = []
        for character in text:
            path = self._face_of(character)
            if path is None:
                continue
            if runs and runs[-1][0] == path:
                runs[-1] = (path, runs[-1][1] + character)
            else:
                runs.append((path, character))
        return runs

    def width(self, text: str, size: int, weight: int) -> float:
        runs = self._runs(text)
        whole = sum(self._font(path, MEASURED_AT, weight).getlength(run) for path, run in runs)
        return whole * size / MEASURED_AT

    def write(
        self, draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, weight: int, ink: str
    ) -> None:
        x, baseline = at
        for path, run in self._runs(text):
            font = self._font(path, size, weight)
            draw.text((x, baseline), run, font=font, fill=ink, anchor="ls")
            x += font.getlength(run)

    def cut(self, text: str, size: int, weight: int, width: float) -> str:
        """Give as much of the text as fits, with three dots where it does not."""
        if self.width(text, size, weight) <= width:
            return text
        while text and self.width(f"{text}…", size, weight) > width:
            text = text[:-1]
        return f"{text.rstrip()}…"


def plain(text: str) -> str:
    """Give the text in one line, composed, without characters that show nothing."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(c for c in text if unicodedata.category(c)[0] != "C")


def set_headline(pen: Pen, text: str, width: float, height: float) -> tuple[int, list[str]]:
    """Give the largest size that the text fits in, and its lines."""
    for size in SIZES:
        lines = _lines(pen, text, size, width, may_break=size <= BROKEN_FROM)
        if lines is not None and len(lines) * size * LINE <= height:
            return size, lines
    size, most = SIZES[-1], int(height / (SIZES[-1] * LINE))
    lines = _lines(pen, text, size, width, may_break=True) or []
    return size, [*lines[: most - 1], pen.cut(" ".join(lines[most - 1 :]), size, 800, width)]


def _lines(pen: Pen, text: str, size: int, width: float, *, may_break: bool) -> list[str] | None:
    """Break the text into lines; ``None`` where a word is too wide and must not be broken."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if pen.width(longer, size, 800) <= width:
            lines[-1] = longer
            continue
        if pen.width(word, size, 800) > width:
            if not may_break:
                return None
            for character in word:
                if pen.width(lines[-1] + character, size, 800) > width:
                    lines.append("")
                lines[-1] += character
            continue
        lines.append(word)
    return [line for line in lines if line]


def draw_card(asked: dict[str, Any]) -> bytes:
    """Draw the card; give it as PNG."""
    pen = Pen([(path, ranges) for path, ranges in asked["faces"]])
    card = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, 216, 13), fill=RED)
    draw.rectangle((217, 0, WIDTH, 13), fill=BLUE)
    inner = (WIDTH - 2 * MARGIN) * SLACK
    texts = {name: plain(asked[name]) for name in ("headline", "section", "site", "byline")}
    written = {name: text if pen.can_write(text) else "" for name, text in texts.items()}
    if written["section"]:
        pen.write(draw, (MARGIN, 96), pen.cut(written["section"], 32, 650, inner), 32, 650, BLUE)
    # A headline in a script that the paper's face has not: the paper's name, rather than boxes.
    size, lines = set_headline(pen, written["headline"] or written["site"], inner, BOTTOM - TOP)
    for number, line in enumerate(lines):
        pen.write(draw, (MARGIN, TOP + size * (0.86 + number * LINE)), line, size, 800, INK)
    draw.line((MARGIN, 534, WIDTH - MARGIN, 534), fill=RULE, width=2)
    draw.polygon([(MARGIN - 6 + x * 1.25, 554 + y * 1.25) for x, y in CARET], fill=RED)
    name = pen.cut(written["site"], 34, 800, inner * 0.55) if written["headline"] else ""
    pen.write(draw, (MARGIN + 44, 586), name, 34, 800, INK)
    left = inner - 84 - pen.width(name, 34, 800)
    by = pen.cut(written["byline"], 26, 500, left) if written["byline"] else ""
    pen.write(draw, (WIDTH - MARGIN - pen.width(by, 26, 500), 585), by, 26, 500, INK_2)
    out = io.BytesIO()
    card.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(draw_card(json.load(sys.stdin)))
