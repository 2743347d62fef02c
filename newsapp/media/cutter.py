"""The program of the child process that cuts pictures; ``renditions`` starts it and says why.

It uses nothing of the site, only Pillow and ``embedded.py``: a child that imported the site would take a second and 85 MB before its
first picture. For each picture it reads eight bytes with the length, then the file, and answers with a line of JSON.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
import signal
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

sys.path.insert(0, str(Path(__file__).parent))  # Python's -I leaves out the folder of the program itself
import embedded  # type: ignore[import-not-found]

del sys.path[0]

WIDTHS = (176, 352, 704, 1056, 1400, 1800)  # pixels; rows, cards, cards on fine screens, heroes
# What most readers load is made with care. Above, care costs AVIF three times the seconds for 7 % of the bytes, and
# WebP twice for 3 %. One thread each: two children fill two cores, and one child leaves a core to the readers.
CAREFUL_UP_TO = 704  # pixels
CAREFULLY: dict[str, dict[str, Any]] = {
    "avif": {"quality": 55, "speed": 8, "max_threads": 1},
    "webp": {"quality": 76, "method": 4},
    "jpg": {"quality": 80, "progressive": True},
}
QUICKLY = {**CAREFULLY, "avif": {**CAREFULLY["avif"], "speed": 9}, "webp": {**CAREFULLY["webp"], "method": 2}}
MIN_WIDTH = 200  # pixels
# A full-frame camera has 61 million. What is not a JPEG must be decoded whole: 24 million take up to 400 MB.
MAX_PIXELS = {"jpg": 64_000_000, "other": 24_000_000}
MAX_SECONDS = 120  # for one picture; a JPEG can be made of thousands of layers
MAX_RATIO = 8  # of the sides; a rendition 1,800 pixels wide must be lower than WebP's 16,383
KINDS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif", "GIF": "gif", "TIFF": "tif"}
USABLE = "JPEG, PNG, WebP, AVIF, GIF or TIFF"
NOT_USABLE = f"The file is not a picture that the site can use: {USABLE}."
BEGINNINGS = re.compile(rb"\xff\xd8\xff|\x89PNG|RIFF....WEBP|....ftypavi[fs]|GIF8|II\*\0|MM\0\*", re.S)
DAMAGED = "The picture is damaged and cannot be opened."
TOO_MANY_PIXELS = (
    f"The picture has too many pixels: a JPEG may have {MAX_PIXELS['jpg'] // 1_000_000} million, "
    f"any other {MAX_PIXELS['other'] // 1_000_000} million."
)

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
SIDEWAYS = {TURNS[5], TURNS[6], TURNS[7], TURNS[8]}
SRGB = ImageCms.createProfile("sRGB")

# Pillow refuses only what is twice as large, and warns of the rest.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS["jpg"]
warnings.simplefilter("error", Image.DecompressionBombWarning)


class Refused(Exception):
    """The picture cannot be used; the message is a sentence for the person who sent it."""


def serve(asked: BinaryIO, answers: TextIO, folder: Path) -> None:
    """Cut what comes, one picture after the other, until nothing more comes."""
    while length := asked.read(8):
        signal.alarm(MAX_SECONDS)  # ends the program, whatever it is doing
        try:
            answer = cut(asked.read(int.from_bytes(length, "big")), folder)
        except Refused as why:
            answer = {"refused": str(why)}
        signal.alarm(0)
        answers.write(f"{json.dumps(answer)}\n")
        answers.flush()


def cut(data: bytes, folder: Path) -> dict[str, Any]:
    """Write the original and its renditions into ``folder``; give what was made.

    The files are written beside their place and moved there when all are finished, so whatever happens meanwhile
    leaves no half picture.

    Raises:
        Refused: the file cannot be used.
    """
    picture, kind, size, said, original = _read(data)
    sha256 = hashlib.sha256(data).hexdigest()
    stem = sha256[:20]
    made = {
        "stem": stem, "original": f"{stem}-original.{kind}", "width": size[0], "height": size[1],
        "widths": _widths(size[0]), "sha256": sha256,
        "said": said,
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".cut-", dir=folder) as name:
        desk = Path(name)
        (desk / f"{stem}-original.{kind}").write_bytes(original)
        packet = embedded.packet_of(said)
        carried = {"xmp": packet} if packet else {}
        for width in reversed(_widths(size[0])):
            picture = _resized(picture, size, width)  # each from the one before: cheaper, and as sharp
            for ending, settings in (CAREFULLY if width <= CAREFUL_UP_TO else QUICKLY).items():
                picture.save(desk / f"{stem}-{width}.{ending}", **settings, **carried)
        (desk / f"{stem}-made.json").write_text(json.dumps(made))
        # What was made goes last: where it lies, all the rest does.
        for file in sorted(desk.iterdir(), key=lambda file: file.suffix == ".json"):
            file.replace(folder / file.name)
    return made


def _widths(original: int) -> list[int]:
    """Give the widths to cut: none wider than the original, and its own where that is not wider than the widest."""
    widest = min(WIDTHS[-1], original)
    return [width for width in WIDTHS if width < 0.9 * widest] + [widest]


def _resized(picture: Image.Image, size: tuple[int, int], width: int) -> Image.Image:
    """Give the picture in one width; ``size`` is that of the original, so that every rendition has its shape."""
    height = max(1, round(size[1] * width / size[0]))
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)


def _read(data: bytes) -> tuple[Image.Image, str, tuple[int, int], dict[str, str], bytes]:
    """Give the picture as it is to be shown, at most as wide as the widest rendition; the original's kind and size.

    With them, what the file says of itself, and the original as it is kept: without the place where it was taken.
    """
    if not data:
        raise Refused("The file is empty.")
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        raise Refused(f"The picture is a HEIC file, which few browsers show. Send it as {USABLE}.")
    try:
        # Named formats only: Pillow knows forty more, and some of them start other programs.
        with Image.open(io.BytesIO(data), formats=list(KINDS)) as opened:
            kind = KINDS.get(str(opened.format), "jpg")  # MPO: what many telephones make of a JPEG
            if opened.width * opened.height > MAX_PIXELS.get(kind, MAX_PIXELS["other"]):
                raise Refused(TOO_MANY_PIXELS)
            if kind != "jpg":
                opened.load()  # a PNG may say only at its end how it was held
            said = embedded.read(opened)
            turn = _turn(opened)
            size = opened.size[::-1] if turn in SIDEWAYS else opened.size
            _check_sides(*size)
            if kind == "jpg":  # decodes straight to a smaller size, but not to less than twice what is needed
                opened.draft(None, (1, 2 * WIDTHS[-1]) if turn in SIDEWAYS else (2 * WIDTHS[-1], 1))
            original, kind = _kept(data, opened, kind)
            return _plain(opened, size, turn), kind, size, said, original
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        raise Refused(DAMAGED if BEGINNINGS.match(data) else NOT_USABLE) from None
    except Refused:
        raise
    except Exception as why:  # a damaged file makes decoders raise whatever there is; the log has what
        sys.stderr.write(f"A picture was refused as damaged: {why!r}\n")
        raise Refused(DAMAGED) from None


def _kept(data: bytes, opened: Image.Image, kind: str) -> tuple[bytes, str]:
    """Give the original without EXIF and XMP, and its kind; a kind that we cannot take apart is written anew as PNG."""
    bare = embedded.without(data, kind)
    if bare is not None:
        return bare, kind
    if not (opened.getexif() or opened.info.get("xmp")):
        return data, kind
    opened.load()
    mode = opened.mode if opened.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16") else "RGB"
    copy = opened.convert(mode)
    profile = opened.info.get("icc_profile") if mode == opened.mode else None
    copy.info = {}
    file = io.BytesIO()
    copy.save(file, "PNG", compress_level=3, **({"icc_profile": profile} if profile else {}))
    return file.getvalue(), "png"


def _check_sides(width: int, height: int) -> None:
    if width < MIN_WIDTH:
        raise Refused(f"The picture is {width} × {height} pixels; it must be at least {MIN_WIDTH} pixels wide.")
    if max(width, height) > MAX_RATIO * min(width, height):
        raise Refused(
            f"The picture is {width} × {height} pixels; no side may be more than {MAX_RATIO} times the other."
        )


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """Give what turns the picture upright: cameras say in EXIF how they were held."""
    if picture.format == "TIFF":  # Pillow has turned it
        return None
    with contextlib.suppress(Exception):  # damaged EXIF is no reason to refuse a picture
        return TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    return None


def _plain(opened: Image.Image, size: tuple[int, int], turn: Image.Transpose | None) -> Image.Image:
    """Give an upright sRGB picture without metadata: a camera's place and number stay out.

    It is made small first, so that colours are converted where there are few pixels.
    """
    picture = opened
    if picture.mode.startswith("I"):  # 16 bits of grey; Pillow's own way to 8 cuts off all above 255
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    elif picture.has_transparency_data:
        picture = picture.convert("RGBA")
    elif picture.mode not in ("L", "RGB", "CMYK"):
        picture = picture.convert("RGB")
    if turn is not None:
        picture = picture.transpose(turn)
    if size[0] > WIDTHS[-1]:
        picture = _resized(picture, size, WIDTHS[-1])
    if picture.mode == "RGBA":
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=picture.getchannel("A"))
        picture = paper
    profile = opened.info.get("icc_profile")
    if profile:
        # A damaged profile, or one of another kind of picture: the colours as they are, rather than no picture.
        with contextlib.suppress(ImageCms.PyCMSError):
            picture = ImageCms.profileToProfile(picture, io.BytesIO(profile), SRGB, outputMode="RGB") or picture
    picture = picture.convert("RGB")
    picture.info = {}
    return picture


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started this, and who will then close the pipe
    serve(sys.stdin.buffer, sys.stdout, Path(sys.argv[1]))
