"""A picture in the paper: one row for one file, what is said of it, and its addresses."""

from __future__ import annotations

import re
import threading

import pytest
from PIL import Image
from sqlalchemy import func, select

from newsapp import ROOT, articles, media
from newsapp.articles import Article
from newsapp.db import db
from newsapp.media import NotAPicture, Picture, renditions
from newsapp.sections import Section
from tests.media.files import corners, saved


@pytest.fixture
def picture(app) -> Picture:
    picture = media.upload(
        saved(corners(900, 600)),
        alt="A barge under a bridge",
        caption="The <em>Ostrel</em> on Friday.",
        creator="Harrison Keely",
        credit="Keely for The Test Paper",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
    )
    db.session.commit()
    return picture


@pytest.fixture
def illustrated(article, picture) -> Article:
    """The story with the picture at its head and in its text."""
    article.edit(picture_id=picture.id)
    article.set_body(f'<p>The river rose.</p><figure data-picture="{picture.id}"></figure>')
    db.session.commit()
    return article


def test_an_uploaded_picture_says_who_made_it_who_sent_it_and_how_large_it_is(editor):
    picture = media.upload(saved(corners(900, 600)), by=editor, alt="A barge")

    assert (picture.width, picture.height, picture.widths) == (900, 600, [176, 352, 704, 900])
    assert picture.uploaded_by_id == editor.id
    assert picture.alt == "A barge"


def test_the_same_file_twice_is_one_picture_and_keeps_what_was_said_of_it(picture):
    again = media.upload(saved(corners(900, 600)), alt="Something else")
    db.session.commit()

    assert again.id == picture.id
    assert again.alt == "A barge under a bridge"
    assert db.session.scalar(select(func.count()).select_from(Picture)) == 1


def test_two_who_send_the_same_file_at_once_get_one_picture(app, monkeypatch):
    both_are_cut = threading.Barrier(2, timeout=30)
    cut = renditions.cut

    def cut_and_wait(data, folder):
        made = cut(data, folder)
        both_are_cut.wait()
        return made

    monkeypatch.setattr(renditions, "cut", cut_and_wait)
    ids: list[int] = []
    failures: list[BaseException] = []

    def send():
        try:
            with app.app_context():
                picture = media.upload(saved(corners()))
                db.session.commit()
                ids.append(picture.id)
        except BaseException as why:
            failures.append(why)

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert failures == []
    assert len(ids) == 2 and len(set(ids)) == 1


def test_nothing_is_locked_while_a_picture_is_cut(app, monkeypatch):
    """SQLite has one writer; a picture takes a second."""
    under_way: list[bool] = []
    cut = renditions.cut

    def watched(data, folder):
        under_way.append(db.session().in_transaction())
        return cut(data, folder)

    monkeypatch.setattr(renditions, "cut", watched)
    media.upload(saved(corners()))

    assert under_way == [False]


def test_a_file_that_is_refused_makes_no_picture(app):
    with pytest.raises(NotAPicture):
        media.upload(b"not a picture")

    assert db.session.scalar(select(func.count()).select_from(Picture)) == 0


def test_an_address_is_the_rendition_nearest_above_or_the_widest(picture):
    assert picture.file(704, "jpg") == f"/media/{picture.stem}-704.jpg"
    assert picture.file(705, "webp") == f"/media/{picture.stem}-900.webp"
    assert picture.file(1, "avif") == f"/media/{picture.stem}-176.avif"
    assert picture.file(1400, "jpg") == f"/media/{picture.stem}-900.jpg"


def test_the_choices_of_a_layout_end_where_the_layout_does(picture):
    def widths(at_most):
        return [choice.rsplit(" ", 1)[1] for choice in picture.srcset("avif", at_most).split(", ")]

    assert widths(1800) == ["176w", "352w", "704w", "900w"]
    assert widths(704) == ["176w", "352w", "704w"]
    assert widths(100) == ["176w"]
    assert picture.srcset("webp", 352) == f"/media/{picture.stem}-176.webp 176w, /media/{picture.stem}-352.webp 352w"


def test_the_height_at_a_width_is_that_of_the_file(picture):
    for width in picture.widths:
        with Image.open(media.models.folder() / picture.file(width, "jpg").removeprefix("/media/")) as file:
            assert file.size == (width, picture.height_at(width))


@pytest.mark.parametrize(
    ("x", "y", "classes"),
    [
        (50, 50, ""),
        (0, 100, "fx-0 fy-100"),
        (62, 50, "fx-60"),
        (63, 48, "fx-65"),
        (50, 52, ""),
        (50, 53, "fy-55"),
    ],
)
def test_the_focal_point_goes_in_steps_of_five_and_the_middle_is_not_said(x, y, classes, picture):
    picture.describe(focal_x=x, focal_y=y)

    assert picture.focus_class == classes


def test_every_step_of_the_focal_point_has_a_rule_in_the_stylesheet():
    sheet = (ROOT / "static" / "css" / "focal.css").read_text(encoding="utf-8")
    for step in range(0, 101, 5):
        assert f".fx-{step} " in sheet and f".fy-{step} " in sheet


@pytest.mark.parametrize("outside", [-1, 101, "50", 49.5])
def test_a_focal_point_outside_the_picture_is_refused(outside, picture):
    with pytest.raises(ValueError, match="between 0 and 100"):
        picture.describe(focal_x=outside)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//example.org/", "http://", "example.org", 'https://a"b'])
def test_a_licence_or_source_that_is_no_web_address_is_refused(address, picture):
    for name in ("licence_url", "source_url"):
        with pytest.raises(ValueError, match="is not a web address"):
            picture.describe(**{name: address})


def test_an_address_may_be_taken_away_again(picture):
    picture.describe(licence_url="")

    assert picture.licence_url == ""


def test_a_caption_keeps_its_links_and_loses_its_scripts(picture):
    picture.describe(
        caption='By <a href="https://example.org/">Ann</a> & Bo<script>alert(1)</script><img src=x onerror=x>'
    )

    assert picture.caption == 'By <a href="https://example.org/">Ann</a> &amp; Boalert(1)'


def test_what_is_not_said_of_pictures_cannot_be_said(picture):
    for act in (picture.describe, lambda **said: media.upload(saved(corners()), **said)):
        with pytest.raises(AttributeError):
            act(stem="../../etc/passwd")


def test_the_credit_is_the_creator_where_no_line_is_given(picture):
    assert picture.credit_line == "Keely for The Test Paper"

    picture.describe(credit="")

    assert picture.credit_line == "Harrison Keely"


def test_a_picture_is_shown_with_its_alt_caption_credit_and_linked_licence(client, illustrated):
    page = client.get(illustrated.url).text

    figure = page[page.index('<figure class="fig art__hero') :].split("</figure>")[0]
    in_the_text = page[page.index('<figure class="fig fig--natural"') :].split("</figure>")[0]
    for shown in (figure, in_the_text):
        assert 'alt="A barge under a bridge"' in shown
        assert "The <em>Ostrel</em> on Friday." in shown
        assert "Keely for The Test Paper" in shown
        assert '<a href="https://creativecommons.org/licenses/by/4.0/" rel="license noopener">CC BY 4.0</a>' in shown


def test_a_page_names_only_files_that_are_there(client, illustrated):
    page = client.get(illustrated.url).text
    named = set(re.findall(r"/media/[\w.-]+", page))

    assert len(named) >= 9
    for address in named:
        with client.get(address) as answer:
            assert answer.status_code == 200, address


def test_a_story_is_printed_anew_when_the_words_of_a_picture_in_its_text_change(client, illustrated, picture):
    client.get(illustrated.url)

    db.session.get(Picture, picture.id).describe(
        alt="A barge over a bridge", credit="Somebody else", credit_language="uk"
    )
    db.session.commit()

    page = client.get(illustrated.url).text
    assert page.count('alt="A barge over a bridge"') == 2
    assert page.count('<span lang="uk">Somebody else</span>') == 2
    assert "A barge under a bridge" not in page
    assert "Keely for The Test Paper" not in page


def test_a_storys_own_caption_stays_when_the_pictures_changes(client, article, picture):
    article.set_body(f'<figure data-picture="{picture.id}"><figcaption>Our own words.</figcaption></figure>')
    db.session.commit()

    db.session.get(Picture, picture.id).describe(caption="Other words.")
    db.session.commit()

    page = client.get(article.url).text
    assert "Our own words." in page and "Other words." not in page


def test_a_picture_in_many_stories_is_printed_anew_in_each_without_preparing_any_again(
    client, article, picture, monkeypatch
):
    monkeypatch.setattr(articles.models, "PRINTED_AT_ONCE", 2)
    world = db.session.get(Section, article.section_id)
    body = f'<p>Before.</p><figure data-picture="{picture.id}"></figure><p>After.</p>'
    stories = [articles.write(f"Story {n}", world, body) for n in range(5)]
    db.session.commit()
    monkeypatch.setattr(articles.models, "prepare", lambda *args: pytest.fail("a body was prepared"))

    db.session.get(Picture, picture.id).describe(alt="New words", caption="New <em>caption</em>")
    db.session.commit()

    for story in stories:
        assert 'alt="New words"' in story.body and "New <em>caption</em>" in story.body
        assert story.body.startswith("<p>Before.</p>") and story.body.endswith("<p>After.</p>")
        assert story.body.count("<figure") == story.body.count("</figure>") == 1
