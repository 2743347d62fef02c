"""Pages of the paper about itself at the desk: written, changed, moved and removed; nothing lost, nothing overwritten, nothing unsafe."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from newsapp import pages
from newsapp.accounts import Role
from newsapp.articles.body import prepare
from newsapp.articles.markdown import to_html, to_markdown
from newsapp.db import db
from newsapp.pages import Page
from tests.conftest import signed_in
from tests.desk.stories import account, fields


@pytest.fixture
def about(app, article) -> Page:
    made = pages.write("about", "About us", "<h2>Who</h2><p>We are <em>few</em>.</p><ul><li>One</li></ul>", "In short.")
    db.session.commit()
    return made


@pytest.fixture
def editor(app):
    return signed_in(app, account(Role.EDITOR))


def said(browser, address="/desk/pages/1", **more):
    return {**fields(browser.get(address).text, "form.desk__form--text"), **more}


def test_a_page_is_written_and_stands_where_it_was_said(editor, client, about):
    answer = editor.post(
        "/desk/pages", data={"title": "Our ethics", "slug": "", "standfirst": "", "body": "## Fair\n\nWe *ask*."}
    )

    assert answer.status_code == 303
    page = client.get("/our-ethics").text
    assert "<em>ask</em>" in page and ">Fair</h2>" in page
    assert "Our ethics" in editor.get("/desk/pages").text


def test_what_is_changed_is_what_readers_see_at_once(editor, client, about):
    assert "few" in client.get("/about").text
    assert editor.post("/desk/pages/1", data=said(editor, body="Many.")).status_code == 303

    page = client.get("/about").text
    assert "Many." in page and "few" not in page


def test_saving_a_page_as_it_stands_changes_nothing_of_its_text(editor, about):
    before = about.body
    editor.post("/desk/pages/1", data=said(editor))

    assert db.session.get_one(Page, about.id).body == before


def test_a_preview_shows_what_is_typed_and_keeps_nothing(editor, client, about):
    shown = editor.post(
        "/desk/pages/preview", data=said(editor, title="About them", body="Not *yet*. <script>x</script>")
    )

    assert shown.status_code == 200 and ">About them</h1>" in shown.text and "<em>yet</em>" in shown.text
    assert "<script>x" not in shown.text and "noindex" in shown.text and "Nothing of it is saved" in shown.text
    assert "About them" not in client.get("/about").text and len(db.session.scalars(select(Page)).all()) == 1


def test_another_address_leads_on_from_the_old_one(editor, client, about):
    editor.post("/desk/pages/1", data=said(editor, slug="Who we are"))

    assert client.get("/who-we-are").status_code == 200
    assert client.get("/about").headers["Location"].endswith("/who-we-are")


@pytest.mark.parametrize("slug", ["search", "desk", "account", "feed.xml", "ethics"])
def test_an_address_that_something_has_is_refused_and_nothing_typed_is_lost(editor, about, slug):
    pages.write("ethics", "Ethics", "<p>Ours</p>")
    db.session.commit()
    answer = editor.post(
        "/desk/pages", data={"title": "Another", "slug": slug, "standfirst": "", "body": "Typed words"}
    )

    is_taken = slug != "feed.xml"  # which becomes feed-xml
    assert (answer.status_code == 422) is is_taken
    if is_taken:
        assert f"There is a page at /{slug} already." in answer.text and "Typed words" in answer.text
        assert db.session.scalar(select(Page).where(Page.title == "Another")) is None


@pytest.mark.parametrize(("name", "words"), [("title", "A page needs a title."), ("body", "Write something.")])
def test_what_is_missing_is_told_beside_its_field(editor, about, name, words):
    answer = editor.post("/desk/pages/1", data=said(editor, standfirst="Kept", **{name: " "}))

    assert answer.status_code == 422 and words in answer.text and "Kept" in answer.text


def test_two_editors_at_one_page_do_not_overwrite_each_other_silently(app, editor, about):
    other = signed_in(app, account(Role.EDITOR, "Other"))
    mine = said(editor, body="My words")
    other.post("/desk/pages/1", data=said(other, body="Their words"))

    answer = editor.post("/desk/pages/1", data=mine)
    assert answer.status_code == 409
    assert "has changed it meanwhile" in answer.text and "Their words" in answer.text and "My words" in answer.text
    assert "Their words" in db.session.get_one(Page, 1).body

    again = editor.post("/desk/pages/1", data=fields(answer.text, "form.desk__form--text"))
    assert again.status_code == 303 and "My words" in db.session.get_one(Page, 1).body


def test_a_page_is_removed_only_by_who_is_sure(editor, client, about):
    assert editor.post("/desk/pages/1/remove").status_code == 422
    assert client.get("/about").status_code == 200
    assert editor.post("/desk/pages/1/remove", data={"sure": "yes"}).status_code == 303
    assert client.get("/about").status_code == 404


def test_hostile_words_do_nothing(editor, client, about):
    editor.post(
        "/desk/pages/1",
        data=said(
            editor,
            title="<script>x</script>",
            body="<script>alert(1)</script><img src=x onerror=alert(1)>[a](javascript:alert(1))",
        ),
    )

    page = client.get("/about").text.partition("<main")[2]
    for bad in ("<script>x", "onerror", 'href="javascript:', "<script>alert"):
        assert bad not in page, bad


def test_every_page_of_the_demo_comes_through_the_desk_as_it_is(demo_app):
    for found in db.session.scalars(select(Page)):
        assert prepare(to_html(to_markdown(found.body))).html == found.body, found.slug


def test_a_page_that_readers_look_for_and_is_not_there_is_named(editor, about):
    shown = editor.get("/desk/pages").text
    assert "/ethics</b>: the rules you work by" in shown and "/about</b>" not in shown
    assert said(editor, "/desk/pages/new?slug=ethics")["slug"] == "ethics"
    assert said(editor, "/desk/pages/new?slug=<b>")["slug"] == ""

    for slug in ("ethics", "ownership", "privacy"):
        pages.write(slug, slug.capitalize(), "<p>Words</p>")
    db.session.commit()
    assert "Readers look for" not in editor.get("/desk/pages").text
