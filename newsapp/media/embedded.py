"""What a picture's file says of itself: who made it, what it shows, whose it is. And the file without it.

The child process reads it (``cutter.py``), because the file may be hostile. It uses nothing of the site.
Sources: IPTC Photo Metadata Standard 2023.1; XMP part 1 (ISO 16684-1); Exif 2.32.
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import ElementTree  # type: ignore[import-untyped]
from PIL import ExifTags, Image, IptcImagePlugin

MOST = 2000  # characters of one value
MOST_CARRIED = 300  # of those that every rendition carries
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
RIGHTS = "{http://ns.adobe.com/xap/1.0/rights/}"
CORE = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
EXIF = "{http://ns.adobe.com/exif/1.0/}"
EXT = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
# What we keep, and where it may stand: XMP's names, IPTC's numbers in record 2, EXIF's tag. The first that is there counts.
PLACES: dict[str, tuple[tuple[str, ...], tuple[int, ...], int | None]] = {
    "creator": ((f"{DC}creator",), (80,), ExifTags.Base.Artist),
    "credit": ((f"{PHOTOSHOP}Credit",), (110,), None),
    "caption": ((f"{DC}description",), (120,), ExifTags.Base.ImageDescription),
    "title": ((f"{PHOTOSHOP}Headline", f"{DC}title"), (105, 5), None),
    "rights": ((f"{DC}rights", f"{RIGHTS}UsageTerms"), (116,), ExifTags.Base.Copyright),
    "licence_url": ((f"{RIGHTS}WebStatement",), (), None),
    "source": ((f"{PHOTOSHOP}Source",), (115,), None),
    "alt": ((f"{CORE}AltTextAccessibility",), (), None),
    "made_by": ((f"{EXT}DigitalSourceType",), (), None),  # a camera, a drawing hand, a trained machine
    "taken_on": ((f"{PHOTOSHOP}DateCreated", f"{EXIF}DateTimeOriginal"), (55,), ExifTags.Base.DateTimeOriginal),
}
BY_CAMERAS = re.compile(r"OLYMPUS DIGITAL CAMERA|SONY DSC|MINOLTA DIGITAL CAMERA|DCIM.*|default|untitled", re.I)
XMP_IN_JPEG = (b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0")


def read(picture: Image.Image) -> dict[str, str]:
    """Give what an opened picture says of itself, as plain text. What cannot be read is not there."""
    xmp, iptc, exif = _xmp(picture), _iptc(picture), _exif(picture)
    found = {}
    for name, (names, numbers, tag) in PLACES.items():
        said = [*(xmp.get(place, "") for place in names), *(iptc.get(n, "") for n in numbers), exif.get(tag or 0, "")]
        if name == "taken_on":
            value = next((day for text in said if (day := _day(text))), "")
        else:
            value = next((text for text in map(_tidy, said) if text and not BY_CAMERAS.fullmatch(text)), "")
        if value:
            found[name] = value
    return found


def without(data: bytes, kind: str) -> bytes | None:
    """Give the file without EXIF and XMP, its pixels byte for byte the same; nothing where that cannot be done.

    Where a photograph was taken stands in those two. A JPEG keeps how it was held, its colours and its IPTC.
    """
    take_out = {"jpg": _jpeg_without, "png": _png_without, "webp": _webp_without}.get(kind)
    with contextlib.suppress(ValueError, struct.error, IndexError):
        return take_out(data) if take_out else None
    return None


def packet_of(said: dict[str, str]) -> bytes:
    """Give an XMP packet for what is cut of a picture: who made it, whose it is, what it shows, what made it; none of nothing.

    Search engines and picture desks read these, wherever a copy of the picture goes. The place is not among them.
    """
    plain = [
        ("photoshop:Credit", "credit"),
        ("xmpRights:WebStatement", "licence_url"),
        ("ext:DigitalSourceType", "made_by"),
    ]
    attributes = "".join(f' {name}="{escape(said[key])}"' for name, key in plain if key in said)
    parts = "".join(
        f"<dc:{name}><rdf:{kind}><rdf:li{language}>{escape(said[key][:MOST_CARRIED])}</rdf:li></rdf:{kind}></dc:{name}>"
        for name, key, kind, language in (
            ("creator", "creator", "Seq", ""), ("rights", "rights", "Alt", ' xml:lang="x-default"'),
            ("description", "caption", "Alt", ' xml:lang="x-default"'),
        )
        if key in said
    )  # fmt: skip
    if not (attributes or parts):
        return b""
    spaces = "".join(
        f' xmlns:{name}="{space[1:-1]}"'
        for name, space in (("dc", DC), ("photoshop", PHOTOSHOP), ("xmpRights", RIGHTS), ("ext", EXT))
        if f"{name}:" in attributes + parts
    )
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF[1:-1]}">'
        f'<rdf:Description rdf:about=""{spaces}{attributes}>{parts}</rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()


# Reading


def _xmp(picture: Image.Image) -> dict[str, str]:
    packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp")
    if packet is None and picture.format == "TIFF":
        packet = picture.tag_v2.get(700)  # type: ignore[attr-defined]
    found: dict[str, str] = {}
    with contextlib.suppress(Exception):  # damaged, or full of entities: no reason to refuse the picture
        if isinstance(packet, bytes):
            packet = packet.strip(b"\0 \r\n\t")
        for said in ElementTree.fromstring(packet).iter(f"{RDF}Description"):
            for name, text in [*said.attrib.items(), *((part.tag, _text(part)) for part in said)]:
                found.setdefault(name, text)
    return found


def _text(part: Element) -> str:
    """Give a value: plain, in the default language, or several after each other."""
    lines = [
        (line.get("{http://www.w3.org/XML/1998/namespace}lang"), line.text or "") for line in part.iter(f"{RDF}li")
    ]
    if not lines:
        return part.text or ""
    by_default = [text for language, text in lines if language == "x-default"]
    return by_default[0] if by_default else ", ".join(text for _, text in lines)


def _iptc(picture: Image.Image) -> dict[int, str]:
    with contextlib.suppress(Exception):
        said: dict[Any, Any] = IptcImagePlugin.getiptcinfo(picture) or {}  # type: ignore[arg-type]
        return {
            number: ", ".join(_decoded(one) for one in (value if isinstance(value, list) else [value]))
            for (record, number), value in said.items()
            if record == 2
        }
    return {}


def _exif(picture: Image.Image) -> dict[int, str]:
    with contextlib.suppress(Exception):
        exif = picture.getexif()
        tags = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
        return {tag: _decoded(value) for tag, value in tags.items() if isinstance(value, str | bytes)}
    return {}


def _decoded(value: str | bytes) -> str:
    """Give text: most programs write UTF-8 whatever the standard says, older ones Latin-1."""
    data = value.encode("latin-1", "ignore") if isinstance(value, str) and value.isascii() is False else value
    if isinstance(data, str):
        return data
    try:
        return data.decode()
    except UnicodeDecodeError:
        return value if isinstance(value, str) else value.decode("latin-1")


def _tidy(text: str) -> str:
    plain = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(plain.split())[:MOST]


def _day(text: str) -> str:
    match = re.match(r"\s*(\d{4})[:-]?(\d\d)[:-]?(\d\d)", text)
    with contextlib.suppress(ValueError):
        return date(*map(int, match.groups())).isoformat() if match else ""
    return ""


# Taking out


def _jpeg_without(data: bytes) -> bytes:
    kept, at, held = [data[:2]], 2, b""
    if data[:2] != b"\xff\xd8":
        raise ValueError
    while True:
        if data[at] != 0xFF:
            raise ValueError
        kind = data[at + 1]
        if kind == 0xFF:  # padding
            at += 1
            continue
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        segment, at = data[at : at + 2 + length], at + 2 + length
        if kind == 0xE1 and segment[4:10] == b"Exif\0\0":
            held = held or _how_it_was_held(segment[10:])
        elif (kind == 0xE1 and segment[4:].startswith(XMP_IN_JPEG)) or (kind == 0xE2 and segment[4:8] == b"MPF\0"):
            pass
        else:
            kept.append(segment)
        if kind == 0xDA:
            break
    if held:
        kept.insert(1, b"\xff\xe1" + struct.pack(">H", len(held) + 8) + b"Exif\0\0" + held)
    # Behind the end may lie a second picture, with its own EXIF: telephones keep a preview or a film there.
    end = _end_of_scans(data, at)
    return b"".join(kept) + data[at:end]


def _end_of_scans(data: bytes, at: int) -> int:
    """Give where the picture ends. Between two scans may stand tables, and nothing else that we know."""
    while True:
        at = data.index(b"\xff", at)
        kind = data[at + 1]
        if kind == 0xD9:
            return at + 2
        if kind in (0, 0xFF) or 0xD0 <= kind <= 0xD7:
            at += 1 if kind == 0xFF else 2
        else:
            at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])


def _how_it_was_held(tiff: bytes) -> bytes:
    with contextlib.suppress(Exception):
        exif = Image.Exif()
        exif.load(tiff)
        turn = exif.get(ExifTags.Base.Orientation, 1)
        if turn in range(2, 9):
            return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, ExifTags.Base.Orientation, 3, 1, turn, 0, 0)
    return b""


def _png_without(data: bytes) -> bytes:
    kept, at = [data[:8]], 8
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind not in (b"eXIf", b"tEXt", b"zTXt", b"iTXt"):
            kept.append(data[at : at + 12 + length])
        at += 12 + length
        if kind == b"IEND":
            break
    return b"".join(kept)


def _webp_without(data: bytes) -> bytes:
    kept = []
    for name, content in _riff(data):
        if name == b"VP8X":
            content = bytes([content[0] & ~0b1100]) + content[1:]  # neither EXIF nor XMP follows
        if name not in (b"EXIF", b"XMP "):
            kept.append(name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        name, length = struct.unpack("<4sI", data[at : at + 8])
        yield name, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
