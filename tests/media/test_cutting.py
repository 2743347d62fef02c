"""What comes out of a file that can be used: upright, in sRGB, without a camera's memory, in every size promised."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image, features

from newsapp.demo.fill import HERE
from newsapp.media import cutter, renditions
from tests.media.files import CORNERS, corners, corners_of, nearest, opened, png, png_bomb, saved, swapped_profile
from tests.media.program import ask, send, start

PHOTOS = HERE / "photos"
ORIENTATIONS = {
    1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # fmt: skip
MODES = ["RGB", "L", "P", "CMYK", "RGBA"]


@pytest.fixture
def cut(tmp_path):
    """Cut a file and give what was made, with its renditions opened by their names' ends, such as ``400.webp``."""

    def cut(data: bytes) -> tuple[renditions.Cut, dict[str, Image.Image]]:
        made = renditions.cut(data, tmp_path)
        renditions_made = [tmp_path / name for name in made.files if name != made.original]
        return made, {path.name.split("-")[1]: opened(path.read_bytes()) for path in renditions_made}

    return cut


@pytest.mark.parametrize(
    ("original", "widths"),
    [
        (200, [176, 200]),
        (352, [176, 352]),
        (750, [176, 352, 750]),  # not 704 as well: nobody sees the difference
        (1600, [176, 352, 704, 1056, 1400, 1600]),
        (1800, [176, 352, 704, 1056, 1400, 1800]),
        (4000, [176, 352, 704, 1056, 1400, 1800]),
    ],
)
def test_what_is_written_are_the_widths_and_formats_promised_and_nothing_wider(original, widths, cut, tmp_path):
    made, files = cut(saved(corners(original, original // 2)))

    assert made.widths == widths
    assert set(files) == {f"{width}.{kind}" for width in widths for kind in ("avif", "webp", "jpg")}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*made.files, f"{made.stem}-made.json"])
    for name, file in files.items():
        assert file.size == (int(name.split(".")[0]), round(original // 2 * file.width / original))
        assert file.format == {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}[name.split(".")[1]]


def test_the_formats_promised_are_those_that_are_made():
    assert tuple(cutter.CAREFULLY) == tuple(cutter.QUICKLY) == renditions.FORMATS


def test_the_original_is_kept_as_it_was_sent(cut, tmp_path):
    data = saved(corners(), "png")

    made, _ = cut(data)

    assert (tmp_path / made.original).read_bytes() == data
    assert made.original.endswith(".png")


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_photograph_comes_out_upright_however_the_camera_was_held(orientation, cut):
    turned = ORIENTATIONS[orientation]
    held = corners().transpose(turned) if turned is not None else corners()
    exif = Image.Exif()
    exif[0x0112] = orientation

    made, files = cut(saved(held, exif=exif))

    assert (made.width, made.height) == (400, 300)
    for file in files.values():
        assert file.width / file.height == pytest.approx(4 / 3, abs=0.01)
        assert corners_of(file) == list(CORNERS)


@pytest.mark.parametrize("kind", ["png", "webp", "tiff", "avif"])
def test_other_formats_are_turned_upright_as_well(kind, cut):
    exif = Image.Exif()
    exif[0x0112] = 6

    made, files = cut(saved(corners().transpose(ORIENTATIONS[6]), kind, exif=exif))

    assert (made.width, made.height) == (400, 300)
    assert corners_of(files["400.webp"]) == list(CORNERS)


def test_a_large_photograph_keeps_its_true_size_in_the_file(cut):
    """A JPEG is decoded at a fraction of its size; what is noted is what was sent."""
    exif = Image.Exif()
    exif[0x0112] = 8

    made, files = cut(saved(corners(7600, 5700).transpose(ORIENTATIONS[8]), exif=exif))

    assert (made.width, made.height) == (7600, 5700)
    assert files["1800.avif"].size == (1800, 1350)
    assert corners_of(files["1800.jpg"]) == list(CORNERS)


def test_damaged_exif_is_no_reason_to_refuse_a_picture(cut):
    _, files = cut(saved(corners(), exif=b"Exif\0\0MM\0\x2a\0\0\xff\xff garbage"))

    assert corners_of(files["400.jpg"]) == list(CORNERS)


def test_nothing_that_a_camera_remembers_is_published(cut, tmp_path):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x8298] = "Camera", "Model", "Somebody"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    data = saved(corners(), exif=exif, xmp=b"<x:xmpmeta>secret</x:xmpmeta>", comment=b"secret", icc_profile=b"secret")
    assert opened(data).getexif().get_ifd(0x8825)[2] == (48.0, 51.0, 29.0)

    made, files = cut(data)

    for name, file in files.items():
        file.load()
        assert not dict(file.getexif()), name
        assert not {"exif", "comment", "icc_profile", "photoshop"} & set(file.info), name
        assert b"Somebody" in file.info["xmp"], "whose it is"
        assert not [word for word in (b"secret", b"Camera", b"Model", b"48") if word in file.info["xmp"]], name
    for name in made.files[1:]:
        assert b"secret" not in (tmp_path / name).read_bytes(), name
    assert len(files) == 9


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_are_converted_to_those_that_every_screen_shows(mode, cut):
    """The file says that its red is to be shown green."""
    _, files = cut(saved(corners(mode=mode), "png", icc_profile=swapped_profile()))

    for file in files.values():
        assert corners_of(file) == ["green", "red", "blue", "black"]


def test_a_damaged_profile_leaves_the_colours_as_they_are(cut):
    _, files = cut(saved(corners(), icc_profile=b"no profile at all"))

    assert corners_of(files["400.jpg"]) == list(CORNERS)


def test_the_profile_of_another_kind_of_picture_leaves_the_colours_as_they_are(cut):
    _, files = cut(saved(corners(mode="CMYK"), icc_profile=swapped_profile()))

    assert nearest(files["400.jpg"].getpixel((50, 50))) == "red"


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("CMYK", "jpeg"),
        ("CMYK", "tiff"),
        ("P", "png"),
        ("P", "gif"),
        ("RGBA", "png"),
        ("RGBA", "webp"),
        ("RGB", "avif"),
    ],
)
def test_whatever_way_colours_are_kept_they_are_shown(mode, kind, cut):
    _, files = cut(saved(corners(mode=mode), kind))

    assert corners_of(files["400.webp"]) == list(CORNERS)


@pytest.mark.parametrize(("mode", "kind"), [("L", "jpeg"), ("L", "png"), ("LA", "png"), ("1", "png"), ("1", "tiff")])
def test_grey_pictures_stay_grey(mode, kind, cut):
    grey = Image.new("L", (400, 300), 255)
    grey.paste(0, (0, 0, 200, 300))

    _, files = cut(saved(grey.convert(mode), kind))

    shown = files["400.jpg"].convert("RGB")
    assert max(shown.getpixel((50, 150))) < 10
    assert min(shown.getpixel((350, 150))) > 245


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_grey_of_16_bits_is_not_washed_out(kind, cut):
    deep = Image.frombytes("I;16", (400, 300), (b"\x00\x40" * 200 + b"\x00\xc0" * 200) * 300)

    _, files = cut(saved(deep, kind))

    assert files["400.jpg"].getpixel((50, 150))[0] == pytest.approx(0x40, abs=3)
    assert files["400.jpg"].getpixel((350, 150))[0] == pytest.approx(0xC0, abs=3)


def test_colours_of_16_bits_are_shown(cut):
    row = b"\x80\x00\x40\x00\x20\x00" * 400

    _, files = cut(png(400, 300, 16, 2, (row for _ in range(300))))

    assert files["400.jpg"].getpixel((200, 150)) == pytest.approx((0x80, 0x40, 0x20), abs=4)


@pytest.mark.parametrize("mode", ["P", "RGB", "RGBA", "LA"])
def test_what_is_transparent_is_shown_on_white_paper(mode, cut):
    if mode in ("P", "RGB"):  # one colour stands for nothing
        drawing = Image.new("RGB", (400, 300), (9, 9, 9))
        drawing = drawing.quantize(2) if mode == "P" else drawing
        data = saved(drawing, "png", transparency=drawing.getpixel((0, 0)))
    else:
        data = saved(Image.new(mode, (400, 300), 0), "png")

    _, files = cut(data)

    for file in files.values():
        assert min(file.convert("RGB").getpixel((file.width // 2, file.height // 2))) > 250


@pytest.mark.parametrize("kind", ["gif", "webp", "png", "avif", "tiff"])
def test_of_a_moving_picture_the_first_frame_is_shown(kind, cut):
    first, second = Image.new("RGB", (400, 300), CORNERS["red"]), Image.new("RGB", (400, 300), CORNERS["blue"])

    _, files = cut(
        saved(first, kind, save_all=True, append_images=[second], **({"lossless": True} if kind == "webp" else {}))
    )

    assert nearest(files["400.jpg"].getpixel((200, 150))) == "red"


def test_the_several_pictures_in_a_telephones_jpeg_are_one_photograph(cut):
    _, files = cut(saved(corners(), "mpo", save_all=True, append_images=[corners(200, 150)]))

    assert corners_of(files["400.jpg"]) == list(CORNERS)


def test_a_progressive_photograph_a_portrait_and_a_panorama_are_cut(cut):
    progressive, _ = cut(saved(corners(500), progressive=True))
    portrait, upright = cut(saved(corners(1200, 3000)))
    panorama, wide = cut(saved(corners(6000, 800)))

    assert progressive.widths == [176, 352, 500]
    assert portrait.widths == [176, 352, 704, 1056, 1200]
    assert upright["1200.webp"].size == (1200, 3000)
    assert panorama.widths[-1] == 1800
    assert wide["1800.avif"].size == (1800, 240)


def test_the_tallest_picture_that_is_taken_fits_every_format():
    assert cutter.WIDTHS[-1] * cutter.MAX_RATIO <= 16_383  # what WebP can hold


def test_the_same_file_is_not_cut_again(cut, tmp_path, monkeypatch):
    data = saved(corners())
    first, _ = cut(data)
    monkeypatch.setattr(renditions, "CUTTER", "nothing to be run")

    assert cut(data)[0] == first


def test_a_picture_of_which_a_file_was_lost_is_cut_again(cut, tmp_path):
    data = saved(corners())
    made, _ = cut(data)
    (tmp_path / made.files[3]).unlink()

    assert cut(data)[0] == made
    assert (tmp_path / made.files[3]).exists()


def test_several_pictures_come_back_in_the_order_in_which_they_were_given(tmp_path):
    sizes = [300, 900, 600, 1200, 400]

    made = renditions.cut_many([saved(corners(size)) for size in sizes], tmp_path, processes=2)

    assert [cut.width for cut in made] == sizes
    assert renditions.cut_many([], tmp_path) == []


def test_a_cut_that_fails_leaves_no_files_behind(tmp_path, monkeypatch):
    data, saves, write = saved(corners(900)), iter(range(99)), Image.Image.save

    def save_until_the_disk_is_full(*args, **settings):
        if next(saves) == 4:
            raise OSError(28, "No space left on device")
        write(*args, **settings)

    monkeypatch.setattr(Image.Image, "save", save_until_the_disk_is_full)

    with pytest.raises(OSError, match="No space left"):
        cutter.cut(data, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_program_that_is_killed_leaves_no_half_picture(tmp_path):
    data = (PHOTOS / "street-market.jpg").read_bytes()
    program = start(tmp_path)
    send(program, data)
    while not list(tmp_path.glob(".cut-*/*.avif")):  # the first rendition is being written
        time.sleep(0.002)

    program.kill()
    program.wait()

    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []
    assert len(renditions.cut(data, tmp_path).widths) == 6
    program.stdin.close()
    program.stdout.close()


def test_the_program_ends_when_who_started_it_is_gone_and_not_before(tmp_path):
    program = start(tmp_path)
    time.sleep(0.3)

    program.send_signal(signal.SIGINT)  # Ctrl-C goes to everything that the terminal runs
    time.sleep(0.1)
    assert program.poll() is None
    program.communicate(timeout=10)

    assert program.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory a process has used")
@pytest.mark.parametrize(
    ("what", "megabytes"),
    [("a demo photograph", 160), ("a bomb of 1,600 million pixels", 60), ("a photograph of 24 million pixels", 200)],
)
def test_a_child_stays_within_its_memory(what, megabytes, tmp_path):
    data = {
        "a demo photograph": lambda: (PHOTOS / "library-reading-room.jpg").read_bytes(),
        "a bomb of 1,600 million pixels": png_bomb,
        "a photograph of 24 million pixels": lambda: saved(corners(6000, 4000)),
    }[what]()
    program = start(tmp_path)
    assert ask(program, data)

    # Not getrusage(): between fork and exec it counts the memory of who forks.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{program.pid}/status").read_text(encoding="ascii"))
    program.communicate()
    assert int(peak[1]) / 1024 < megabytes


def test_pillow_has_the_formats_that_are_written():
    assert features.check("avif") and features.check("webp") and features.check("littlecms2")


def test_the_program_needs_nothing_of_the_site(tmp_path):
    """What it imports, each child pays for; the site would cost a second and 60 MB."""
    shown = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", renditions.CUTTER, tmp_path],
        input=b"",
        capture_output=True,
        check=True,
    ).stderr.decode()

    assert " PIL" in shown
    assert not {"newsapp", "flask", "sqlalchemy"} & {line.split("|")[-1].strip() for line in shown.splitlines()}


def test_the_serving_process_does_not_load_pillow():
    loaded = "import sys, newsapp.media.renditions, newsapp; newsapp.create_app; print('PIL' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, check=True).stdout.strip() == b"False"
