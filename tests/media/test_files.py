"""What /media/ gives to whom: the renditions, for ever, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from sqlalchemy import event

from newsapp import media
from newsapp.db import db
from newsapp.media import Picture
from newsapp.media.models import folder
from tests.media.files import corners, saved


@pytest.fixture
def picture(app) -> Picture:
    picture = media.upload(saved(corners(400, 300)))
    db.session.commit()
    return picture


@pytest.mark.parametrize(("kind", "mimetype"), [("avif", "image/avif"), ("webp", "image/webp"), ("jpg", "image/jpeg")])
def test_a_rendition_is_given_with_its_type_and_may_be_kept_for_ever(kind, mimetype, client, picture):
    address = picture.file(400, kind)
    with client.get(address) as answer:
        assert answer.status_code == 200
        assert answer.mimetype == mimetype
        assert answer.data == (folder() / address.removeprefix("/media/")).read_bytes()
        assert {"public", "immutable", "max-age=31536000"} == set(answer.headers["Cache-Control"].split(", "))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
        assert "attachment" not in answer.headers.get("Content-Disposition", "")


def test_head_gives_the_same_without_the_picture(client, picture):
    with client.get(picture.file(400, "jpg")) as whole, client.head(picture.file(400, "jpg")) as head:
        assert head.status_code == 200
        assert head.data == b""
        assert head.headers["Content-Length"] == str(len(whole.data))
        assert head.headers["Cache-Control"] == whole.headers["Cache-Control"]


def test_who_has_the_picture_already_is_told_so(client, picture):
    with client.get(picture.file(400, "avif")) as first:
        made_at = first.headers["Last-Modified"]
    with client.get(picture.file(400, "avif"), headers={"If-Modified-Since": made_at}) as again:
        assert again.status_code == 304
        assert again.data == b""
        assert "immutable" in again.headers["Cache-Control"]
    earlier = format_datetime(parsedate_to_datetime(made_at) - timedelta(days=1), usegmt=True)
    with client.get(picture.file(400, "avif"), headers={"If-Modified-Since": earlier}) as changed:
        assert changed.status_code == 200


def test_a_part_of_a_picture_may_be_asked_for(client, picture):
    with client.get(picture.file(400, "jpg"), headers={"Range": "bytes=0-9"}) as part:
        assert part.status_code == 206
        assert part.data[:3] == b"\xff\xd8\xff" and len(part.data) == 10


NOT_GIVEN = [
    "{stem}-original.jpg",
    "{stem}-made.json",
    "{stem}-401.jpg",
    "{stem}-400.png",
    "{stem}-400.jpg.html",
    "{stem}-400.JPG",
    "{stem}-400.jpg%0a",
    "{stem}-400.jpg%00",
    "{stem}-٤٠٠.jpg",
    "{stem}",
    "",
    "../news.db",
    "..%2fnews.db",
    "%2e%2e/news.db",
    "..%5cnews.db",
    ".cut-abc/{stem}-400.jpg",
    "//etc/passwd",
    "0123456789abcdef0123-400.jpg",
]


@pytest.mark.parametrize("name", NOT_GIVEN)
def test_nothing_but_a_rendition_is_given(name, client, picture):
    with client.get("/media/" + name.format(stem=picture.stem)) as answer:
        assert answer.status_code == 404
        assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_nothing_can_be_sent_to_a_rendition(client, picture):
    for act in (client.post, client.put, client.delete):
        with act(picture.file(400, "jpg")) as answer:
            assert answer.status_code == 405


def test_a_rendition_costs_no_query(client, picture):
    """A page has a dozen of them."""
    address, asked = picture.file(400, "jpg"), []
    event.listen(db.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))

    with client.get(address) as answer:
        assert answer.status_code == 200

    assert asked == []
