"""The paper's mark as PNG, in the sizes that home screens and old browsers ask for.

The same shapes as ``static/img/favicon.svg``. Drawn here, without Pillow: importing it would cost a serving process
15 MB for good, and two polygons are little work.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from functools import lru_cache

SIZES = (32, 64, 180, 192, 512)  # pixels
VIEW = 32.0  # the side of the drawing
NAVY, VERMILION = (0x0D, 0x21, 0x48), (0xFF, 0x6A, 0x45)
CARET = ((5.0, 25.0), (16.0, 6.0), (27.0, 25.0), (21.4, 25.0), (16.0, 15.3), (10.6, 25.0))
SAMPLES = 4  # lines drawn for each line of pixels, so that slanted edges are smooth
VERSION = hashlib.blake2b(repr((NAVY, VERMILION, CARET)).encode(), digest_size=4).hexdigest()


def url(size: int) -> str:
    """Give the address of the mark; it changes when the drawing does, so it may be kept for ever."""
    return f"/icons/{size}.png?{VERSION}"


@lru_cache(maxsize=len(SIZES))
def draw(size: int) -> bytes:
    """Draw the mark as a PNG of ``size`` pixels each way. Source: https://www.w3.org/TR/png-3/"""
    lines = b"".join(b"\0" + _line(size, y) for y in range(size))  # 0: no filter
    palette = bytes(
        round(navy + (vermilion - navy) * step / 255)
        for step in range(256)
        for navy, vermilion in zip(NAVY, VERMILION, strict=True)
    )
    header = struct.pack(">IIBBBBB", size, size, 8, 3, 0, 0, 0)  # 8 bits a pixel: an index into the palette
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _line(size: int, y: int) -> bytes:
    """Give how much of each pixel of line ``y`` the caret covers, 0 to 255."""
    covered = [0.0] * size
    for sample in range(SAMPLES):
        height = (y + (sample + 0.5) / SAMPLES) * VIEW / size
        crossings = sorted(_crossings(height))
        for left, right in zip(crossings[::2], crossings[1::2], strict=True):
            left, right = left * size / VIEW, right * size / VIEW
            for x in range(int(left), min(size, int(right) + 1)):
                covered[x] += max(0.0, min(right, x + 1) - max(left, x)) / SAMPLES
    return bytes(min(255, round(255 * part)) for part in covered)


def _crossings(height: float) -> list[float]:
    """Give where a level line meets the caret's outline."""
    found = []
    for (x1, y1), (x2, y2) in zip(CARET, CARET[1:] + CARET[:1], strict=True):
        if (y1 <= height) != (y2 <= height):
            found.append(x1 + (height - y1) * (x2 - x1) / (y2 - y1))
    return found
