"""The social card: a headline as a picture, drawn once, in any script, of public stories only."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from PIL import Image

from newsapp import articles
from newsapp.articles import Article, socialcard
from newsapp.db import db
from newsapp.lib import clock
from newsapp.media import Picture

PAPER, INK = (253, 253, 252), 120  # darker than INK in the middle of its channels: something is written


@pytest.fixture
def story(article) -> Article:
    return db.session.get(Article, article.id)


def card_of(client, url: str) -> str:
    return re.search(r'property="og:image" content="http://127.0.0.1:8000([^"]+)"', client.get(url).text)[1]


def drawn(client, address: str) -> Image.Image:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return Image.open(io.BytesIO(answer.data)).convert("L")


def has_ink(card: Image.Image, box: tuple[int, int, int, int]) -> bool:
    return card.crop(box).getextrema()[0] < INK


def test_a_story_without_a_picture_is_shown_by_its_headline(client, story):
    page = client.get(story.url).text
    address = card_of(client, story.url)

    answer = client.get(address)

    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert Image.open(io.BytesIO(answer.data)).size == (1200, 630)
    assert len(answer.data) < 60_000
    assert 'property="og:image:width" content="1200"' in page and 'property="og:image:height" content="630"' in page
    assert f'property="og:image:alt" content="{story.headline}"' in page
    assert 'name="twitter:card" content="summary_large_image"' in page
    assert client.head(address).status_code == 200


def test_a_story_with_a_picture_is_shown_by_that(client, story):
    picture = Picture(
        sha256="1" * 64, stem="1" * 20, original="1.jpg", width=1600, height=900, widths=[704, 1400], alt="A barge"
    )
    db.session.add(picture)
    db.session.flush()
    story.edit(picture_id=picture.id)
    db.session.commit()

    page = client.get(story.url).text

    assert f"/media/{'1' * 20}-1400.jpg" in page and "/cards/" not in page
    assert 'og:image:width" content="1400"' in page and 'og:image:height" content="788"' in page


def test_it_is_drawn_once_for_each_headline(app, client, story, monkeypatch):
    times = []
    draw = socialcard.SocialCard._draw
    monkeypatch.setattr(socialcard.SocialCard, "_draw", lambda card: times.append(1) or draw(card))
    first = card_of(client, story.url)
    client.get(first)
    client.get(first)
    assert len(times) == 1

    story.edit(headline="Barges leave the Ostrel")
    db.session.commit()

    second = card_of(client, story.url)
    assert second != first
    old = client.get(first)
    assert (old.status_code, old.headers["Location"]) == (302, second)
    client.get(second)
    assert len(times) == 2
    assert not [file for file in (app.config["MEDIA_URL"] / "cards").iterdir() if file.suffix != ".png"]


@pytest.mark.parametrize("state", ["draft", "scheduled", "withdrawn", "ended"])
def test_a_story_that_is_not_public_has_none(client, world, state):
    story = articles.write("A secret headline", world, "<p>Secret.</p>")
    db.session.commit()
    address = socialcard.social_card(story, "The Test Paper", "World").url
    if state == "scheduled":
        story.publish(at=clock.now() + timedelta(hours=1))
    elif state != "draft":
        story.publish(at=clock.now() - timedelta(hours=1))
        db.session.commit()
        assert client.get(address).status_code == 200  # drawn, and kept as a file
        story.withdraw("It was wrong.") if state == "withdrawn" else story.end(clock.now())
    db.session.commit()

    answer = client.get(address)

    assert answer.status_code == (410 if state in ("withdrawn", "ended") else 404)
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize("key", ["0" * 20, "x", "..", "%2e%2e%2fnews.db"])
def test_only_a_card_of_ours_is_served(client, story, key):
    answer = client.get(f"/cards/{story.id}-{key}.png")

    assert answer.status_code in (302, 404)
    assert client.get(f"/cards/99999999999-{'0' * 20}.png").status_code == 404


@pytest.mark.parametrize(
    "headline",
    [
        "Rain",
        "The ministers who met in Qasr Wadin said on Tuesday that the water accounts of seven valleys had been counted twice and "
        "that nobody, least of all the valleys, had been told about it until the spring came",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsverw",
        "W" * 300,
        "Баржи возвращаются на Острел",
        "Łódź płynie — Việt Nam và Ελλάδα",
        "النهر يعود إلى مجراه بعد عام",
        "河流在一年后重返故道",
        "🎉🎉🎉",
        "a\u202eb\x01c\u200fd\n\te",
        "e\u0301" * 60,
    ],
)
def test_every_headline_stays_inside(client, world, headline):
    story = articles.write(headline, world, "<p>x</p>", slug="x")
    story.publish()
    db.session.commit()

    card = drawn(client, card_of(client, "/articles/x"))

    assert has_ink(card, (64, 120, 1136, 520)), "nothing is written"
    for margin in ((0, 20, 56, 630), (1140, 20, 1200, 630), (0, 516, 1200, 532), (0, 600, 1200, 630)):
        assert not has_ink(card, margin), margin


def test_what_the_face_has_not_is_left_out_and_not_drawn_as_boxes(client, world):
    for slug, headline in (("a", "河流"), ("b", "النهر")):
        articles.write(headline, world, "<p>x</p>", slug=slug).publish()
    db.session.commit()

    assert (
        drawn(client, card_of(client, "/articles/a")).tobytes()
        == drawn(client, card_of(client, "/articles/b")).tobytes()
    )


def test_a_card_that_cannot_be_drawn_is_asked_for_again_later(client, story, monkeypatch, tmp_path):
    monkeypatch.setattr(socialcard, "PEN", tmp_path / "no-such-program.py")

    answer = client.get(f"/cards/{story.id}-{socialcard.social_card(story, 'The Test Paper', 'World').key}.png")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "20")


def test_drawing_loads_nothing_into_the_serving_process():
    import subprocess
    import sys

    code = "import sys, newsapp.articles.socialcard; sys.exit('newsapp.articles.cardpen' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
