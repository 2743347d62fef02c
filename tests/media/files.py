"""Files that people send, good and bad, made on the spot."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image, ImageCms

CORNERS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "black": (0, 0, 0)}


def saved(picture: Image.Image, kind: str = "jpeg", **settings: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **settings)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def corners(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    """A picture that shows how it is turned: red, green, blue and black from the upper left, as one reads."""
    four = Image.new("RGB", (2, 2))
    for place, colour in zip([(0, 0), (1, 0), (0, 1), (1, 1)], CORNERS.values(), strict=True):
        four.putpixel(place, colour)
    return four.resize((width, height), Image.Resampling.NEAREST).convert(mode)


def corners_of(picture: Image.Image) -> list[str]:
    """Name the colours of the four corners, as one reads."""
    left, upper = picture.width // 8, picture.height // 8
    right, lower = picture.width - 1 - left, picture.height - 1 - upper
    places = [(left, upper), (right, upper), (left, lower), (right, lower)]
    return [nearest(picture.convert("RGB").getpixel(place)) for place in places]


def nearest(colour: tuple[int, ...], names: dict[str, tuple[int, int, int]] = CORNERS) -> str:
    return min(names, key=lambda name: sum((a - b) ** 2 for a, b in zip(colour, names[name], strict=True)))


def swapped_profile() -> bytes:
    """A colour profile in which red means green and green red: what ignores it is found out."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"????", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"????", b"gXYZ", 1)


def png(width: int, height: int, depth: int, kind: int, rows: Iterator[bytes]) -> bytes:
    """A PNG written by hand: Pillow writes no 16-bit colours, and no bombs."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(b"\0" + row) for row in rows) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_bomb() -> bytes:
    """40,000 × 40,000 pixels of one colour in 200 kB."""
    return png(40_000, 40_000, 1, 0, (b"\0" * 5000 for _ in range(40_000)))


def gif(screen: tuple[int, int], frame: tuple[int, int]) -> bytes:
    """A GIF of two colours whose screen and whose frame have the sizes that it is told to claim."""
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + bytes(3) + b"\xff" * 3
    return head + b"," + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\x02\x02\x4c\x01\x00;"
