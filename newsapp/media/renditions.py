"""Cutting a picture to the sizes that the layouts need. Runs in a child process: decoding takes memory, which
a serving process would not give back."""

from __future__ import annotations

import contextlib
import hashlib
import io
import multiprocessing
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

WIDTHS = (176, 352, 704, 1056, 1400, 1800)  # pixels; rows, cards, cards on fine screens, heroes
FORMATS = ("avif", "webp", "jpg")
MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 60_000_000
KINDS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif", "GIF": "gif", "TIFF": "tif"}


class NotAPicture(Exception):
    """A file that the site cannot use as a picture; the message is a sentence for the person who sent it."""


@dataclass(frozen=True)
class Cut:
    """What was made of one original: files named ``<stem>-<width>.<format>`` and the original itself."""

    stem: str
    original: str  # its key
    width: int  # of the original, upright, in pixels
    height: int
    widths: list[int]
    sha256: str


def cut(data: bytes, folder: Path) -> Cut:
    """Cut one picture in a child process and write its files into ``folder``.

    Raises:
        NotAPicture: too large, not a picture, damaged, or more pixels than memory should hold.
    """
    return cut_many([data], folder)[0]


def cut_many(originals: list[bytes], folder: Path, processes: int = 1) -> list[Cut]:
    """Cut several pictures, ``processes`` at a time."""
    for data in originals:
        if len(data) > MAX_BYTES:
            raise NotAPicture(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    # spawn: a forked child would inherit the server's threads' locks.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(originals)) or 1, mp_context=context) as pool:
        return [_raise_or_give(result) for result in pool.map(_cut_here, originals, [folder] * len(originals))]


def _raise_or_give(result: Cut | str) -> Cut:
    if isinstance(result, str):
        raise NotAPicture(result)
    return result


def _cut_here(data: bytes, folder: Path) -> Cut | str:
    """Do the work; gives a sentence where the file is refused, because exceptions lose their way between processes."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as opened:
                if opened.format not in KINDS:
                    return "The file is not a picture that the site can use: JPEG, PNG, WebP, AVIF, GIF or TIFF."
                kind = KINDS[opened.format]
                if opened.width * opened.height > MAX_PIXELS:
                    return f"The picture has more than {MAX_PIXELS // 1_000_000} million pixels."
                opened.draft("RGB", (WIDTHS[-1] * 2, WIDTHS[-1] * 2))  # JPEG decodes straight to a smaller size
                full_width, full_height = _upright(opened)
                image = _plain(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return f"The picture has more than {MAX_PIXELS // 1_000_000} million pixels."
    except UnidentifiedImageError:
        return "The file is not a picture."
    except (OSError, ValueError, SyntaxError, EOFError):
        return "The picture is damaged and cannot be opened."

    sha256 = hashlib.sha256(data).hexdigest()
    stem = sha256[:20]
    folder.mkdir(parents=True, exist_ok=True)
    original = f"{stem}-original.{kind}"
    (folder / original).write_bytes(data)
    widths = [width for width in WIDTHS if width < image.width] or []
    if image.width <= WIDTHS[-1]:
        widths.append(image.width)
    for width in reversed(widths):  # from large to small, each from the one before: cheaper, and as sharp
        image = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)
        image.save(folder / f"{stem}-{width}.avif", quality=55, speed=8)
        image.save(folder / f"{stem}-{width}.webp", quality=76, method=4)
        image.save(folder / f"{stem}-{width}.jpg", quality=80, optimize=True, progressive=True)
    return Cut(stem, original, full_width, full_height, widths, sha256)


def _upright(image: Image.Image) -> tuple[int, int]:
    """Give the size as it is looked at: cameras that were held upright say so in EXIF."""
    width, height = image.size
    scale = 1
    if image.getexif().get(0x0112) in (5, 6, 7, 8):
        width, height = height, width
    return width * scale, height * scale


def _plain(image: Image.Image) -> Image.Image:
    """Turn any picture into an upright sRGB one without metadata (a camera's place and number stay out)."""
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if profile and upright.mode in ("RGB", "CMYK", "L"):
        # A damaged profile: the colours as they are, rather than no picture.
        with contextlib.suppress(ImageCms.PyCMSError):
            srgb = ImageCms.createProfile("sRGB")
            upright = ImageCms.profileToProfile(upright, io.BytesIO(profile), srgb, outputMode="RGB") or upright
    if upright.mode in ("RGBA", "LA", "PA") or (upright.mode == "P" and "transparency" in upright.info):
        paper = Image.new("RGB", upright.size, "white")
        paper.paste(upright.convert("RGBA"), mask=upright.convert("RGBA").getchannel("A"))
        upright = paper
    result = upright.convert("RGB")
    result.info = {}
    return result
