"""What a picture's file says of itself is read and offered; the place where it was taken is kept nowhere."""

from __future__ import annotations

import struct
from datetime import date

import pytest
from PIL import ExifTags, Image

from newsapp.media import embedded, renditions, words_of
from tests.media.files import corners, opened, saved

XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:r="http://ns.adobe.com/xap/1.0/rights/" xmlns:c="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
 photoshop:Credit="Gull Agency" photoshop:DateCreated="2026-03-04T05:06:07" exif:GPSLatitude="51,30.12345N" r:WebStatement="https://gull.example/terms">
<dc:creator><rdf:Seq><rdf:li>Ada Gull</rdf:li><rdf:li>Bo Tern</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="de">Ein Kahn</rdf:li><rdf:li xml:lang="x-default">A barge &lt;b&gt; &amp; a bridge</rdf:li></rdf:Alt></dc:description>
<c:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="x-default">A barge</rdf:li></rdf:Alt></c:AltTextAccessibility>
</rdf:Description></rdf:RDF></x:xmpmeta>"""  # fmt: skip
BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'


def located() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "Ada Gull"
    exif[ExifTags.Base.Copyright] = "(c) 2026 Ada Gull"
    exif[ExifTags.Base.ImageDescription] = "OLYMPUS DIGITAL CAMERA"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:03:04 05:06:07"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSDateStamp] = "1999:12:31"
    return exif


def with_iptc(data: bytes, **said: str) -> bytes:
    numbers = {"creator": 80, "credit": 110, "caption": 120, "rights": 116, "source": 115, "day": 55, "title": 105}
    records = b"".join(
        b"\x1c\x02" + struct.pack(">BH", numbers[name], len(text.encode())) + text.encode()
        for name, text in said.items()
    )
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(records)) + records + b"\0" * (len(records) % 2)
    content = b"Photoshop 3.0\0" + block
    return data[:2] + b"\xff\xed" + struct.pack(">H", len(content) + 2) + content + data[2:]


def test_the_words_of_xmp_are_read(tmp_path):
    said = renditions.cut(saved(corners(), xmp=XMP), tmp_path).said

    assert said == {
        "creator": "Ada Gull, Bo Tern", "credit": "Gull Agency", "caption": "A barge <b> & a bridge", "alt": "A barge",
        "licence_url": "https://gull.example/terms", "taken_on": "2026-03-04",
    }  # fmt: skip


def test_the_words_of_iptc_are_read(tmp_path):
    data = with_iptc(
        saved(corners()), creator="Zoë Gull", credit="Gull Agency", caption="A barge", rights="© Gull", source="Gull", day="20260304", title="Barge"
    )  # fmt: skip
    assert renditions.cut(data, tmp_path).said == {
        "creator": "Zoë Gull", "credit": "Gull Agency", "caption": "A barge", "rights": "© Gull", "source": "Gull",
        "taken_on": "2026-03-04", "title": "Barge",
    }  # fmt: skip


def test_the_words_of_exif_are_read_and_a_camera_s_own_words_are_not(tmp_path):
    said = renditions.cut(saved(corners(), exif=located()), tmp_path).said

    assert said == {"creator": "Ada Gull", "rights": "(c) 2026 Ada Gull", "taken_on": "2026-03-04"}


def test_words_become_columns_escaped_and_checked(app, tmp_path):
    made = renditions.Cut(
        "s", "o", 1, 1, [1], "h", {"caption": "<b> & a", "taken_on": "2026-03-04", "licence_url": "javascript:alert(1)"}
    )
    assert words_of(made) == {"caption": "&lt;b&gt; &amp; a", "taken_on": date(2026, 3, 4)}


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif"])
def test_where_it_was_taken_is_kept_nowhere(kind, tmp_path):
    data = saved(corners(), kind, exif=located(), **({"xmp": XMP} if kind in ("jpeg", "webp") else {}))
    assert b"1999:12:31" in data

    made = renditions.cut(data, tmp_path)

    assert made.said["creator"]
    for file in tmp_path.iterdir():
        assert b"1999:12:31" not in file.read_bytes(), file.name
        assert b"GPS" not in file.read_bytes(), file.name
        if file.suffix != ".json":
            assert not opened(file.read_bytes()).getexif().get_ifd(ExifTags.IFD.GPSInfo), file.name


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_the_kept_original_has_the_same_pixels_and_says_how_it_was_held(kind, tmp_path):
    data = saved(corners(), kind, exif=located(), progressive=True)

    made = renditions.cut(data, tmp_path)

    kept = opened((tmp_path / made.original).read_bytes())
    assert kept.tobytes() == opened(data).tobytes()
    if kind == "jpeg":
        assert kept.getexif().get(ExifTags.Base.Orientation) == 6


def test_every_rendition_carries_who_made_it_and_whose_it_is_and_never_where(tmp_path):
    data = with_iptc(
        saved(corners(), exif=located()), credit='Gull & "Sons" <Agency>', rights="© Gull", caption="A barge " * 99
    )
    made = renditions.cut(data, tmp_path)

    for kind in renditions.FORMATS:
        file = (tmp_path / f"{made.stem}-{made.widths[-1]}.{kind}").read_bytes()
        with opened(file) as picture:
            said = embedded.read(picture)
        assert (said["creator"], said["credit"], said["rights"]) == ("Ada Gull", 'Gull & "Sons" <Agency>', "© Gull")
        assert len(said["caption"]) <= 300
        assert "taken_on" not in said
        assert b"GPS" not in file


def test_a_picture_that_says_nothing_carries_nothing(tmp_path):
    made = renditions.cut(saved(corners()), tmp_path)
    assert all(b"xmpmeta" not in (tmp_path / name).read_bytes() for name in made.files)


def test_what_a_machine_has_made_says_so_in_its_rights_and_in_its_renditions(app, tmp_path):
    machine = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    xmp = XMP.replace(
        b" exif:GPS", f' xmlns:ext="{embedded.EXT[1:-1]}" ext:DigitalSourceType="{machine}" exif:GPS'.encode()
    )

    made = renditions.cut(saved(corners(), xmp=xmp), tmp_path)

    assert words_of(made)["rights"] == "Digital source type: trainedAlgorithmicMedia"
    with opened((tmp_path / f"{made.stem}-400.webp").read_bytes()) as picture:
        assert embedded.read(picture)["made_by"] == machine


def test_what_lies_behind_a_photograph_is_cut_off(tmp_path):
    data = saved(corners()) + saved(corners(), exif=located())

    made = renditions.cut(data, tmp_path)

    assert (tmp_path / made.original).read_bytes() == saved(corners())


@pytest.mark.parametrize("packet", [BOMB, b"<x", b"\xff\xfe\0", b"", XMP[:300]])
def test_a_hostile_packet_is_not_read_and_refuses_no_picture(packet, tmp_path):
    assert renditions.cut(saved(corners(), xmp=packet), tmp_path).said == {}


def test_no_cut_through_the_file_does_more_than_fail(tmp_path):
    for data, kind in (
        (saved(corners(60, 40), exif=located()), "jpg"),
        (saved(corners(60, 40), "webp", exif=located()), "webp"),
    ):
        for length in range(0, len(data), 7):
            embedded.without(data[:length], kind)
