"""What crawlers, browsers and those who find a hole are told."""

from __future__ import annotations

import re
import struct
import zlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.robotparser import RobotFileParser

import pytest
from PIL import Image

from newsapp.feeds import crawlers, icons
from newsapp.lib import clock
from tests.conftest import NOON

BASE = "http://127.0.0.1:8000"


def rules(client) -> RobotFileParser:
    parser = RobotFileParser()
    parser.parse(client.get("/robots.txt").text.splitlines())
    return parser


def test_robots_are_shown_the_sitemaps_and_kept_from_what_is_private(client, site):
    found = rules(client)

    assert found.site_maps() == [f"{BASE}/sitemap.xml", f"{BASE}/news-sitemap.xml"]
    assert found.can_fetch("Googlebot", "/articles/a") and found.can_fetch("Googlebot", "/feed.xml")
    assert not any(found.can_fetch("Googlebot", path) for path in ("/desk/articles", "/preferences", "/account"))
    assert "Disallow: /articles/*/share\n" in client.get("/robots.txt").text


def test_crawlers_of_language_models_are_welcome_only_where_the_operator_says_so(client, app, site):
    found = rules(client)
    assert not any(found.can_fetch(name, "/articles/a") for name in crawlers.AI_CRAWLERS)

    app.config["ROBOTS_AI"] = True
    app.extensions["pagecache"]._pages.clear()  # a setting changes with a new start
    found = rules(client)
    assert all(found.can_fetch(name, "/articles/a") for name in crawlers.AI_CRAWLERS)
    assert not found.can_fetch("GPTBot", "/desk")


def test_security_txt_is_never_out_of_date(client, site):
    def expires() -> datetime:
        fields = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").text.splitlines())
        assert fields["Contact"] == f"{BASE}/contact"
        assert fields["Preferred-Languages"] == "en"
        return datetime.fromisoformat(fields["Expires"])

    assert expires() == datetime(2027, 3, 15, tzinfo=UTC)
    clock.set_to(NOON + timedelta(days=1))
    assert expires() == datetime(2027, 3, 16, tzinfo=UTC)


def test_the_manifest_names_the_paper_and_pictures_that_are_there(client, site):
    site.name = "The Update Desk"
    data = client.get("/site.webmanifest").json

    assert client.get("/site.webmanifest").mimetype == "application/manifest+json"
    assert data["start_url"] == "/" and data["theme_color"] and data["background_color"]
    assert {icon["sizes"] for icon in data["icons"]} == {"192x192", "512x512"}
    for icon in data["icons"]:
        image = Image.open(BytesIO(client.get(icon["src"]).data))
        assert f"{image.width}x{image.height}" == icon["sizes"]


def test_a_name_too_long_for_a_home_screen_gives_its_end(client, site):
    assert client.get("/site.webmanifest").json["short_name"] == "Test Paper"


@pytest.mark.parametrize("size", icons.SIZES)
def test_an_icon_is_the_navy_square_with_the_caret(client, size):
    answer = client.get(icons.url(size))
    image = Image.open(BytesIO(answer.data)).convert("RGB")

    assert answer.mimetype == "image/png" and "immutable" in answer.headers["Cache-Control"]
    assert image.size == (size, size)
    assert image.getpixel((0, 0)) == image.getpixel((size // 2, size - 2)) == icons.NAVY
    assert image.getpixel((size // 2, size * 11 // 32)) == icons.VERMILION


def test_an_icon_is_drawn_without_pillow_and_every_chunk_is_sound():
    data = icons.draw(32)
    place = 8
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        body = data[place + 4 : place + 8 + length]
        assert struct.unpack(">I", data[place + 8 + length : place + 12 + length]) == (zlib.crc32(body),)
        place += 12 + length
    assert place == len(data)


def test_an_icon_under_another_name_is_not_kept_for_ever_and_other_sizes_are_not_drawn(client, site):
    assert "immutable" not in client.get("/icons/192.png").headers["Cache-Control"]
    assert "immutable" not in client.get("/icons/192.png?old").headers["Cache-Control"]
    assert client.get("/icons/100000.png").status_code == 404


def test_every_page_names_the_icons_and_the_manifest(client, site):
    html = client.get("/").text

    assert '<link rel="manifest" href="/site.webmanifest">' in html
    for address in re.findall(r'<link rel="(?:icon|apple-touch-icon)" href="(/icons/[^"]+)"', html):
        assert client.get(address).mimetype == "image/png"
    assert f'<link rel="apple-touch-icon" href="{icons.url(180)}">' in html
