"""The publisher's own logo: at the head of every page, for light ground and dark, or the name in words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from newsapp import cli, media
from newsapp.db import db
from newsapp.media import NotAPicture
from tests.media.files import saved

LIGHT = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 60"><path fill="#123" d="M0 0h300v60H0z"/></svg>'
DARK = LIGHT.replace(b"#123", b"#fff")


@pytest.fixture
def logo(site, app):
    site.show_logo(media.keep_logo(LIGHT, media.folder()), media.keep_logo(DARK, media.folder()))
    db.session.commit()
    return site


def mark(client, where: str = "header") -> BeautifulSoup:
    return BeautifulSoup(client.get("/").text, "html.parser").select_one(f"{where} .wordmark")


def test_a_logo_is_drawn_for_both_grounds_and_named_once(logo, client):
    images = mark(client).find_all("img")

    assert [image["src"] for image in images] == [f"/media/{logo.logo['file']}", f"/media/{logo.logo_dark['file']}"]
    assert all(image["alt"] == "" and (image["width"], image["height"]) == ("300", "60") for image in images)
    assert mark(client).get_text(strip=True) == logo.name
    assert mark(client, "footer").img["src"] == f"/media/{logo.logo_dark['file']}"  # it is dark by day, too


def test_a_logo_is_served_as_a_picture_that_can_run_nothing(logo, client):
    with client.get(f"/media/{logo.logo['file']}") as answer:
        assert answer.status_code == 200 and answer.mimetype == "image/svg+xml" and answer.data == LIGHT
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_machines_are_told_of_the_logo(logo, article, client):
    for address in ("/", article.url):
        page = client.get(address).text
        block = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)[0])
        told = block["publisher"]["logo"] if "publisher" in block else block["logo"]
        assert told["url"].endswith(f"/media/{logo.logo['file']}") and (told["width"], told["height"]) == (300, 60)


def test_without_a_file_the_name_stands_there_in_words(logo, client):
    (media.folder() / logo.logo["file"]).unlink()
    logo.show_logo(logo.logo, None)
    db.session.commit()

    assert mark(client).img is None and mark(client).get_text(strip=True) == logo.name


def test_a_dark_ground_without_a_logo_of_its_own_has_the_name_in_words(logo, client):
    logo.show_logo(logo.logo)
    db.session.commit()

    header = mark(client)
    assert header.select_one(".wordmark__light img") and not header.select_one(".wordmark__dark img")
    assert header.select_one(".wordmark__dark [aria-hidden=true]").get_text() == logo.name
    assert header.select_one(".vh").get_text() == logo.name


def test_a_new_logo_is_on_a_kept_page_at_once(logo, client):
    client.get("/")
    logo.show_logo(media.keep_logo(LIGHT.replace(b"#123", b"#456"), media.folder()))
    db.session.commit()

    assert mark(client).img["src"] == f"/media/{logo.logo['file']}"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"hello", "The file is not a picture that can be a logo: SVG, PNG, WebP or JPEG."),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 40, "The picture is damaged and cannot be opened."),
        (b"<svg" + b" " * 400_000, "The logo is larger than 300 kB."),
        (b"<svg><g></svg>", "The SVG is damaged and cannot be opened."),
        (b"<html><svg/></html>", "The file is not an SVG picture."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "The SVG says no size: it needs width and height, or a viewBox."),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>", "The SVG has a document type; save it as plain SVG."),
        (b"<svg viewBox='0 0 9 9'><script>alert(1)</script></svg>", "The SVG holds a script, a link or a part from elsewhere; save it as plain SVG."),
        (b"<svg viewBox='0 0 9 9' onload='alert(1)'/>", "The SVG holds a script, a link or a part from elsewhere; save it as plain SVG."),
        (b"<svg viewBox='0 0 9 9'><image href='https://example.org/x.png'/></svg>", "The SVG holds a script, a link or a part from elsewhere; save it as plain SVG."),
        (b"<svg viewBox='0 0 9 9'><path fill='url(https://example.org/x)'/></svg>", "The SVG holds a script, a link or a part from elsewhere; save it as plain SVG."),
        (b"<svg viewBox='0 0 9999 9'/>", "The logo is 9999 \u00d7 9 pixels; a side has from 1 to 4000."),
    ],
)  # fmt: skip
def test_what_cannot_be_a_logo_is_refused_with_a_sentence_and_leaves_nothing(tmp_path, data, sentence):
    with pytest.raises(NotAPicture) as why:
        media.keep_logo(data, tmp_path / "media")

    assert str(why.value) == sentence
    assert not (tmp_path / "media").exists()


def test_the_operator_sets_a_logo_and_takes_it_down(site, app, tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "create_app", lambda: app)
    (tmp_path / "light.png").write_bytes(saved(Image.new("RGBA", (400, 90)), "png"))
    (tmp_path / "dark.svg").write_bytes(DARK)
    run = app.test_cli_runner().invoke

    assert (
        run(cli.logo, [str(tmp_path / "light.png"), "--dark", str(tmp_path / "dark.svg")]).output
        == "The logo is set.\n"
    )
    assert Path(site.logo["file"]).suffix == ".png" and site.logo_dark["width"] == 300

    db.session.commit()  # the next command writes
    (tmp_path / "wrong.txt").write_text("words")
    refused = run(cli.logo, [str(tmp_path / "wrong.txt")])
    assert refused.exit_code == 2 and "The file is not a picture" in refused.output
    assert run(cli.logo, []).exit_code == 2
    assert site.logo is not None
    db.session.commit()
    assert run(cli.logo, ["--none"]).output == "The logo is taken down.\n"
    assert site.logo is None
