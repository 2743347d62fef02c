"""The library at the desk: who comes in, finding, sending, words, use, deleting, and the choice for a story."""

from __future__ import annotations

import io
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import event, func, select

from newsapp import media
from newsapp.accounts import Role
from newsapp.articles import drafting
from newsapp.db import db
from newsapp.desk.media import PER_PAGE
from newsapp.lib import clock
from newsapp.media import Picture
from newsapp.media.models import keep
from newsapp.media.renditions import Cut
from tests.conftest import NOON, signed_in
from tests.desk.stories import account, alert, begun, fields
from tests.media.files import corners, gif, saved

JSON = {"Accept": "application/json"}


@pytest.fixture
def desk(app, world, editor):
    return signed_in(app, editor)


@pytest.fixture
def picture(app, world) -> Picture:
    return kept(1, alt="A barge", creator="Ada Gull", caption="The Ostrel at noon.", licence="CC BY 4.0")


def kept(n: int, **said: object) -> Picture:
    made = keep(Cut(f"{n:020x}", f"{n:020x}-original.jpg", 800, 600, [176, 352, 704], f"{n:064x}"), **said)
    db.session.commit()
    return made


def send(browser, *files: bytes, headers=None, **more):
    sent = [(io.BytesIO(data), f"file-{n}.jpg") for n, data in enumerate(files)]
    return browser.post(
        "/desk/media", data={"files": sent, **more}, headers=headers or {}, content_type="multipart/form-data"
    )


def describe(browser, picture, **said):
    at = f"/desk/media/{picture.id}"
    return browser.post(at, data={**fields(browser.get(at).text, "#words"), **said})


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Picture)) or 0


# Finding


def test_the_library_shows_the_newest_first_a_page_at_a_time(desk):
    for n in range(30):
        kept(n, title=f"Title {n:02}")

    first = desk.get("/desk/media").text
    second = desk.get("/desk/media?after=7").text

    assert [n for n in range(30) if f"Title {n:02}" in first] == list(range(6, 30))
    assert "after=7" in first
    assert [n for n in range(30) if f"Title {n:02}" in second] == list(range(6))


@pytest.mark.parametrize("words", ["gull", "OSTREL noon", "barge", "100%"])
def test_words_of_caption_credit_creator_and_description_find_it(desk, words):
    kept(1, title="Wanted", alt="A barge at 100%", creator="Ada Gull", caption="The Ostrel at noon.")
    kept(2, title="Another", alt="1000 gnats")

    found = desk.get("/desk/media", query_string={"q": words}).text

    assert "Wanted" in found
    assert "Another" not in found


def test_filters_show_what_is_unused_what_lacks_words_and_whose_rights_end(desk, world, editor, article):
    used = kept(1, title="Used", alt="a", creator="b", licence="c")
    kept(2, title="Ending", alt="a", creator="b", licence="c", rights_end_on=date(2026, 3, 9))
    kept(3, title="Later", alt="a", creator="b", rights_end_on=date(2029, 3, 9))
    article.edit(picture_id=used.id)
    db.session.commit()
    clock.set_to(NOON.replace(year=2026, month=3, day=1))

    shown = {
        show: [t for t in ("Used", "Ending", "Later") if t in desk.get(f"/desk/media?show={show}").text]
        for show in ("unused", "ending", "lacking")
    }

    assert shown == {"unused": ["Ending", "Later"], "ending": ["Ending"], "lacking": ["Later"]}
    assert desk.get("/desk/media?show=nonsense").status_code == 404


def test_a_page_of_the_library_costs_the_same_however_many_there_are(desk):
    def cost() -> int:
        said = []
        event.listen(db.engine, "before_cursor_execute", note := lambda *a: said.append(a[2]))
        for show in ("all", "unused", "ending", "lacking"):
            assert desk.get(f"/desk/media?show={show}").status_code == 200
        event.remove(db.engine, "before_cursor_execute", note)
        return len(said)

    kept(1, rights_end_on=date(2000, 1, 1))
    before = cost()
    for n in range(2, 20):
        kept(n, rights_end_on=date(2000, 1, 1))
    assert cost() <= before + 1, "what the test's own session reads again"


@pytest.mark.parametrize(
    "asked", ["", "show=unused", "show=ending", "show=lacking", "q=barge", "after=150", "show=ending&q=barge"]
)
def test_no_query_of_the_library_scans_or_sorts_what_grows_beyond_a_page(desk, asked, postgres):
    for n in range(1, 200):
        kept(n, alt="A barge", rights_end_on=date(2000, 1, 1))
    said: list[tuple[str, object]] = []
    event.listen(db.engine, "before_cursor_execute", note := lambda *a: said.append((a[2], a[3])))
    assert desk.get(f"/desk/media?{asked}").text.count("library__one") == PER_PAGE or asked == "show=unused"
    event.remove(db.engine, "before_cursor_execute", note)

    asks = [(statement, values) for statement, values in said if "FROM picture" in statement]
    assert len(asks) == 1
    assert "LIMIT" in asks[0][0]
    if postgres:
        return  # it plans by its statistics
    with db.engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asks[0][0]}", asks[0][1])]
    assert not [step for step in plan if "TEMP B-TREE" in step], plan
    # Along the key, newest first, and no further than a page; nothing else is walked.
    assert [step for step in plan if step.startswith("SCAN") and step != "SCAN picture"] == [], plan


# Sending


def test_a_picture_that_is_sent_is_kept_and_its_page_asks_for_the_rest(app, desk, editor):
    answer = send(desk, saved(corners()))

    picture = db.session.scalars(select(Picture)).one()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/desk/media/{picture.id}?new=1")
    assert picture.uploaded_by_id == editor.id
    assert "is in the library" in alert(desk.get(answer.headers["Location"]).text)
    assert all((media.folder() / name).exists() for name in picture.files)


def test_of_several_each_is_kept_or_refused_on_its_own(desk):
    answer = send(desk, saved(corners()), b"<svg xmlns='http://www.w3.org/2000/svg'/>", saved(corners(500, 300)))

    assert answer.status_code == 422
    assert count() == 2
    assert answer.text.count("was added:") == 2
    assert "file-1.jpg</b> The file is not a picture that the site can use" in " ".join(answer.text.split())


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (lambda: b"", "empty"), (lambda: b"<svg/>", "not a picture"), (lambda: saved(corners(1200, 900))[:4000], "damaged"),
        (lambda: gif((65535, 65535), (300, 200)), "too many pixels"),
        (lambda: saved(corners(100, 100)), "at least 200 pixels"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_a_sentence_and_leaves_nothing(desk, data, why):
    answer = send(desk, data(), headers=JSON)

    assert why in answer.json[0]["refused"]
    assert answer.json[0]["refused"].endswith(".")
    assert count() == 0
    assert not media.folder().exists() or list(media.folder().iterdir()) == []


def test_a_file_with_too_many_bytes_is_refused_before_it_is_read(desk, monkeypatch):
    monkeypatch.setattr("newsapp.desk.media.MAX_BYTES", 1000)
    assert "larger than" in send(desk, saved(corners()), headers=JSON).json[0]["refused"]
    assert count() == 0


def test_the_same_file_again_is_offered_instead(desk):
    first = send(desk, saved(corners()), headers=JSON).json[0]
    again = send(desk, saved(corners()), headers=JSON).json[0]

    assert (first["was_there"], again["was_there"]) == (False, True)
    assert again["url"] == first["url"]
    assert "was in the library already" in send(desk, saved(corners())).text
    assert count() == 1


def test_what_a_colleague_has_sent_meanwhile_is_offered_too(desk, monkeypatch):
    cut = media.cut

    def slowly(data, folder):
        made = cut(data, folder)
        keep(made, alt="Theirs")
        db.session.commit()
        return made

    monkeypatch.setattr(media, "cut", slowly)
    answer = send(desk, saved(corners()), headers=JSON)

    assert (answer.status_code, answer.json[0]["was_there"], answer.json[0]["alt"]) == (200, True, "Theirs")
    assert count() == 1


def test_a_picture_without_a_title_of_its_own_is_found_by_its_file_s_name(desk):
    name = "../صورة <b>النهر.JPG"
    desk.post("/desk/media", data={"files": [(io.BytesIO(saved(corners())), name)]})

    found = desk.get("/desk/media", query_string={"q": "النهر"}).text
    assert "&lt;b&gt;النهر" in found
    assert "<b>النهر" not in found
    assert send(desk, saved(corners()), headers=JSON).json[0]["src"].endswith(".jpg")


def test_no_file_and_too_many_are_said(desk):
    assert "No file was chosen." in send(desk).text
    few = [b"no picture %d" % n for n in range(11)]
    assert send(desk, *few).text.count("At most 10 files at once.") == 1


def test_nothing_is_held_in_the_database_while_a_picture_is_cut(desk, monkeypatch):
    held = []
    cut = media.cut

    def look(data, folder):
        held.append(db.session().in_transaction())
        return cut(data, folder)

    monkeypatch.setattr(media, "cut", look)
    send(desk, saved(corners()))
    assert held == [False]


# Words


def test_words_are_changed_and_kept_when_one_is_wrong(desk, picture):
    assert describe(desk, picture, alt="A tug", rights_end_on="2026-05-01", focal_x="20").status_code == 303
    wrong = describe(desk, picture, caption="New words", licence_url="javascript:alert(1)", focal_y="101")

    db.session.refresh(picture)
    assert (picture.alt, picture.rights_end_on, picture.focal_x, picture.caption) == (
        "A tug",
        date(2026, 5, 1),
        20,
        "The Ostrel at noon.",
    )
    assert wrong.status_code == 422
    assert "New words" in wrong.text
    assert "An address that begins with https://" in wrong.text


def test_a_story_that_shows_it_says_the_new_words(client, desk, picture, article):
    article.edit(picture_id=picture.id)
    article.publish()
    db.session.commit()

    describe(desk, picture, creator="Bo Tern", caption='Seen <script>alert(1)</script><em onclick="x">late</em>')

    page = client.get(article.url).text
    assert "Bo Tern" in page
    assert "<em>late</em>" in page
    assert "<script>alert(1)" not in page


def test_who_is_no_editor_changes_nothing_that_readers_see(app, world, picture, article):
    browser = signed_in(app, account(Role.CONTRIBUTOR))
    assert describe(browser, picture, alt="Mine").status_code == 303
    article.edit(picture_id=picture.id)
    article.publish()
    db.session.commit()

    refused = describe(browser, picture, alt="Not mine")

    assert refused.status_code == 409
    assert "only an editor" in alert(refused.text)
    assert "Not mine" in refused.text
    db.session.refresh(picture)
    assert picture.alt == "Mine"


@pytest.mark.parametrize(
    ("days", "said"),
    [(15, None), (14, "end in 14 days"), (1, "end tomorrow"), (0, "end today"), (-1, "have ended")],
)
def test_the_desk_is_warned_before_rights_end(desk, world, editor, picture, days, said):
    story = begun(world, editor)
    document, number = drafting.working_document(story)
    drafting.save(story, {**document, "picture_id": picture.id}, editor, number)
    picture.describe(rights_end_on=clock.now().date() + timedelta(days=days))
    db.session.commit()

    for address in (f"/desk/media/{picture.id}", f"/desk/articles/{story.id}", "/desk/media"):
        text = desk.get(address).text
        assert (said in text) if said else ("The rights" not in text), address


# Use


def test_a_picture_names_where_it_is_used_and_is_not_deleted_there(desk, world, editor, picture, article):
    article.edit(picture_id=picture.id)
    draft = begun(world, editor, headline="Zqdraft", body=f'<figure data-picture="{picture.id}"></figure>')
    db.session.commit()

    for answer in (desk.get(f"/desk/media/{picture.id}"), desk.post(f"/desk/media/{picture.id}/delete")):
        assert f'href="/desk/articles/{article.id}"' in answer.text
        assert f'href="/desk/articles/{draft.id}"' in answer.text
        assert "Zqdraft" in answer.text
    assert answer.status_code == 409
    assert count() == 1


def test_a_picture_that_a_story_s_history_holds_stays(desk, world, editor, picture):
    story = begun(world, editor, body=f'<figure data-picture="{picture.id}"></figure>')
    document, number = drafting.working_document(story)
    drafting.save(story, {**document, "body": "<p>None.</p>"}, editor, number)
    db.session.commit()

    assert "in its history" in desk.post(f"/desk/media/{picture.id}/delete").text
    assert count() == 1


def test_an_unused_picture_is_deleted_with_its_files(app, desk, world):
    send(desk, saved(corners()))
    picture = db.session.scalars(select(Picture)).one()
    at, files = f"/desk/media/{picture.id}/delete", [media.folder() / name for name in picture.files]
    stranger = signed_in(app, account(Role.AUTHOR))

    assert stranger.post(at).status_code == 409, "neither an editor's nor its sender's"
    assert desk.post(at).status_code == 303
    assert count() == 0
    assert not any(file.exists() for file in files)
    assert desk.post(at).status_code == 404


def test_files_that_somebody_has_sent_anew_meanwhile_stay(app, desk, monkeypatch):
    send(desk, saved(corners()))
    picture = db.session.scalars(select(Picture)).one()
    remove, made = media.remove, Cut(picture.stem, picture.original, 400, 300, picture.widths, picture.sha256)

    def and_send(picture):
        files = remove(picture)
        keep(made)
        return files

    monkeypatch.setattr(media, "remove", and_send)
    desk.post(f"/desk/media/{picture.id}/delete")

    again = db.session.scalars(select(Picture)).one()
    assert all((media.folder() / name).exists() for name in again.files)


def test_a_picture_is_chosen_for_a_story_and_kept_when_it_is_saved(desk, world, editor, picture):
    story = begun(world, editor)
    at = f"/desk/articles/{story.id}"
    typed = {**fields(desk.get(at).text), "headline": "Typed before", "act": "picture"}

    led = desk.post(at, data=typed).headers["Location"]
    library = desk.get(led).text
    back = desk.get(f"{at}?picture={picture.id}").text
    desk.post(at, data={**fields(back), "is_decorative": "y"})

    assert led == f"/desk/media?for={story.id}"
    assert f'href="{at}?picture={picture.id}"' in library
    document, _ = drafting.working_document(story)
    assert (document["headline"], document["picture_id"], document["picture_alt"]) == ("Typed before", picture.id, "")


def test_nobody_chooses_for_a_story_that_is_not_theirs(app, world, editor, picture):
    story = begun(world, editor)
    assert signed_in(app, account(Role.AUTHOR)).get(f"/desk/media?for={story.id}").status_code == 403


def test_every_view_of_the_library_still_chooses_for_the_story(desk, world, editor, picture):
    story = begun(world, editor)
    shown = BeautifulSoup(desk.get(f"/desk/media?for={story.id}").text, "html.parser")
    ways = [link["href"] for link in shown.select(".views a")]
    assert len(ways) > 3
    for way in ways:
        assert parse_qs(urlsplit(way).query)["for"] == [str(story.id)], way
