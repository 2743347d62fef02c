"""Everything that can be wrong with a file is said in a sentence to whoever sent it, and leaves nothing behind."""

from __future__ import annotations

import signal

import pytest
from PIL import Image

from newsapp.media import NotAPicture, renditions
from tests.media.files import corners, gif, png_bomb, saved
from tests.media.program import ask, start

NOT_USABLE = "The file is not a picture that the site can use: JPEG, PNG, WebP, AVIF, GIF or TIFF."
DAMAGED = "The picture is damaged and cannot be opened."
TOO_MANY_PIXELS = "The picture has too many pixels: a JPEG may have 64 million, any other 24 million."
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><script>alert(1)</script></svg>'
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 800 600\n%%EndComments\n(x) print\n%%EOF\n"

REFUSED = {
    "an empty file": (lambda: b"", "The file is empty."),
    "a text": (lambda: b"Minutes of the harbour board.\n" * 100, NOT_USABLE),
    "a page named photo.jpg": (lambda: b"<!doctype html><title>Not found</title><p>404</p>", NOT_USABLE),
    "a drawing in SVG": (lambda: SVG, NOT_USABLE),
    "a drawing in PostScript, which would start another program": (lambda: EPS, NOT_USABLE),
    "a Photoshop file": (lambda: b"8BPS\0\1" + bytes(2000), NOT_USABLE),
    "a photograph straight from an iPhone": (
        lambda: b"\0\0\0\x24ftypheic" + bytes(2000),
        "The picture is a HEIC file, which few browsers show. Send it as JPEG, PNG, WebP, AVIF, GIF or TIFF.",
    ),
    "half a JPEG": (lambda: _half(saved(corners(1200, 900))), DAMAGED),
    "half a PNG": (lambda: _half(saved(_noise(), "png")), DAMAGED),
    "half a WebP": (lambda: _half(saved(_noise(), "webp")), DAMAGED),
    "half an AVIF": (lambda: _half(saved(_noise(), "avif")), DAMAGED),
    "the first bytes of a JPEG": (lambda: saved(corners())[:20], DAMAGED),
    "a PNG of 40,000 × 40,000 pixels": (png_bomb, TOO_MANY_PIXELS),
    "a GIF that claims 65,535 × 65,535 pixels": (lambda: gif((65535, 65535), (300, 200)), TOO_MANY_PIXELS),
    "a GIF that claims little and holds much": (lambda: gif((300, 200), (65535, 65535)), TOO_MANY_PIXELS),
    "a JPEG of 8,001 × 8,001 pixels": (lambda: saved(Image.new("L", (8001, 8001))), TOO_MANY_PIXELS),
    "a PNG of 5,000 × 5,000 pixels": (lambda: saved(Image.new("1", (5000, 5000)), "png"), TOO_MANY_PIXELS),
    "a file of 26 MB": (lambda: saved(corners()) + bytes(26 * 1024 * 1024), "The file is larger than 25 MB."),
    "a single pixel": (
        lambda: saved(Image.new("RGB", (1, 1)), "png"),
        "The picture is 1 × 1 pixels; it must be at least 200 pixels wide.",
    ),
    "a picture 199 pixels wide": (
        lambda: saved(Image.new("RGB", (199, 400))),
        "The picture is 199 × 400 pixels; it must be at least 200 pixels wide.",
    ),
    "a line": (
        lambda: saved(Image.new("RGB", (900, 100)), "png"),
        "The picture is 900 × 100 pixels; no side may be more than 8 times the other.",
    ),
    "a column": (
        lambda: saved(Image.new("RGB", (200, 1601)), "png"),
        "The picture is 200 × 1601 pixels; no side may be more than 8 times the other.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(name, tmp_path):
    make, sentence = REFUSED[name]

    with pytest.raises(NotAPicture) as refused:
        renditions.cut(make(), tmp_path)

    assert str(refused.value) == sentence
    assert list(tmp_path.iterdir()) == []


def test_one_bad_file_among_several_is_refused_and_the_program_ends(tmp_path):
    with pytest.raises(NotAPicture, match="not a picture"):
        renditions.cut_many([saved(corners()), b"text", saved(corners(500))], tmp_path, processes=2)

    assert not list(tmp_path.glob(".cut-*"))


def test_whatever_bytes_are_changed_in_a_file_the_program_lives_on_and_answers(tmp_path):
    program = start(tmp_path)
    for kind in ("jpeg", "png", "webp", "avif", "gif", "tiff"):
        data = saved(_noise(210), kind)
        for step in range(8):
            broken = bytearray(data)
            for at in range(step * 3, len(broken), 41 + 97 * step):
                broken[at] ^= 0xA5
            answer = ask(program, bytes(broken))
            assert answer.get("refused", "").endswith(".") or answer["width"] >= 200, (kind, step)
    program.communicate()

    assert program.returncode == 0


def test_when_the_program_fails_the_person_is_told_and_the_log_says_why(tmp_path, capfd):
    occupied = tmp_path / "media"
    occupied.write_text("a file where the folder should be")

    with pytest.raises(NotAPicture, match="could not be cut; the site’s log says why"):
        renditions.cut(saved(corners()), occupied)

    assert "FileExistsError" in capfd.readouterr().err


def test_a_picture_that_takes_too_long_is_refused(tmp_path):
    with renditions._Child(tmp_path) as child:
        child._process.send_signal(signal.SIGALRM)  # what the program sets itself for each picture

        with pytest.raises(NotAPicture, match="takes too long to open"):
            child.cut(saved(corners()))


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _noise(width: int = 600) -> Image.Image:
    return Image.effect_noise((width, width), 90).convert("RGB")
