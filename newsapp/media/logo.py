"""The publisher's own logo: a file that is checked and served as it is, because a logo is not cut to sizes.

Source of what an SVG may hold: https://www.w3.org/TR/SVG2/conform.html, "secure static mode".
"""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, fromstring

from newsapp.media.renditions import NotAPicture

MAX_BYTES = 300 * 1024
MAX_SIDE = 4000  # pixels
KINDS = {"PNG": "png", "WEBP": "webp", "JPEG": "jpg"}
_MOVES_OR_RUNS = {"animate", "animatemotion", "animatetransform", "foreignobject", "handler", "iframe", "script", "set"}
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)(?:px)?\s*")


def keep_logo(data: bytes, folder: Path) -> dict[str, object]:
    """Write a logo into ``folder`` under a name of its own; give its file's name and its sides in pixels.

    Raises:
        NotAPicture: the file cannot be a logo; the message says why, in a sentence.
    """
    if not data:
        raise NotAPicture("The file is empty.")
    if len(data) > MAX_BYTES:
        raise NotAPicture(f"The logo is larger than {MAX_BYTES // 1024} kB.")
    ending, width, height = _read_svg(data) if b"<svg" in data[:4000] else _read_pixels(data)
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise NotAPicture(f"The logo is {width} × {height} pixels; a side has from 1 to {MAX_SIDE}.")
    name = f"logo-{hashlib.sha256(data).hexdigest()[:20]}.{ending}"
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{name}"
    unfinished.write_bytes(data)
    unfinished.replace(folder / name)
    return {"file": name, "width": width, "height": height}


def _read_pixels(data: bytes) -> tuple[str, int, int]:
    from PIL import Image, UnidentifiedImageError  # 15 MB that no serving process needs

    try:
        with Image.open(io.BytesIO(data), formats=list(KINDS)) as picture:
            if max(picture.size) <= MAX_SIDE:
                picture.load()
            return KINDS[str(picture.format)], *picture.size
    except UnidentifiedImageError:
        raise NotAPicture("The file is not a picture that can be a logo: SVG, PNG, WebP or JPEG.") from None
    except Exception:  # a damaged file makes decoders raise whatever there is
        raise NotAPicture("The picture is damaged and cannot be opened.") from None


def _read_svg(data: bytes) -> tuple[str, int, int]:
    if b"<!ENTITY" in data or b"<!DOCTYPE" in data:  # entities can grow without end
        raise NotAPicture("The SVG has a document type; save it as plain SVG.")
    try:
        root = fromstring(data)  # noqa: S314  # without entities there is nothing to expand
    except (ParseError, ValueError, LookupError):
        raise NotAPicture("The SVG is damaged and cannot be opened.") from None
    if _name(root.tag) != "svg":
        raise NotAPicture("The file is not an SVG picture.")
    for element in root.iter():
        if _name(element.tag) in _MOVES_OR_RUNS or any(_leads_out(*pair) for pair in element.attrib.items()):
            raise NotAPicture("The SVG holds a script, a link or a part from elsewhere; save it as plain SVG.")
        if _name(element.tag) == "style" and re.search(r"@import|url\(\s*['\"]?(?!#)", element.text or ""):
            raise NotAPicture("The SVG holds a script, a link or a part from elsewhere; save it as plain SVG.")
    return ("svg", *_sides(root))


def _sides(root: Element) -> tuple[int, int]:
    written = [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    if all(written):
        return tuple(max(1, round(float(found[1]))) for found in written if found)  # type: ignore[return-value]
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    try:
        width, height = float(box[2]), float(box[3])
        return max(1, round(width)), max(1, round(height))
    except (IndexError, OverflowError, ValueError):
        raise NotAPicture("The SVG says no size: it needs width and height, or a viewBox.") from None


def _name(name: object) -> str:
    return str(name).rsplit("}", 1)[-1].lower()


def _leads_out(name: str, value: str) -> bool:
    if _name(name) == "href":
        return not value.strip().startswith(("#", "data:image/png", "data:image/jpeg"))
    return _name(name).startswith("on") or re.search(r"url\(\s*['\"]?(?!#)", value) is not None
