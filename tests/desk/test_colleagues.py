"""Notes to colleagues: left on a story or on words of it, answered, settled; readers never get one."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from newsapp.accounts import Role, notifications
from newsapp.articles import drafting, preview
from newsapp.articles.colleagues import StoryNote
from newsapp.db import db
from tests.conftest import signed_in
from tests.desk.stories import account, begun, fields

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def editor(app):
    return account(Role.EDITOR)


@pytest.fixture
def writer(app):
    return account(Role.CONTRIBUTOR)


@pytest.fixture
def story(world, writer):
    return begun(world, writer, body="<p>The river <b>ro</b>se by\u00a0a foot.</p>")


def leave(browser, story, words="Is that so?", headers=None, **said):
    return browser.post(f"/desk/articles/{story.id}/notes", data={"words": words, "tell": "0", **said}, headers=headers)


def notes_of(answer) -> str:
    return " ".join(BeautifulSoup(answer.text, "html.parser").select_one("#notes").get_text(" ").split())


def told(account) -> list[str]:
    return [told.words for told in db.session.scalars(notifications.Notification.to(account))]


def only() -> StoryNote:
    return db.session.scalars(select(StoryNote)).one()


def test_a_note_stands_below_the_text_with_the_words_it_is_about(app, story, editor, writer):
    answer = leave(signed_in(app, editor), story, quote=" rose  by a foot ")

    assert answer.status_code == 303 and answer.headers["Location"] == f"{story_url(story)}#notes"
    page = signed_in(app, writer).get(story_url(story))
    assert "An editor" in notes_of(page) or editor.name in notes_of(page)
    assert "rose by a foot" in notes_of(page) and "Is that so?" in notes_of(page)
    link = BeautifulSoup(page.text, "html.parser").select_one("#notes blockquote a")
    assert link["data-find"] == "rose by a foot" and link["href"] == f"{story_url(story)}#body"
    assert '<a href="#notes">1 note</a>' in page.text
    assert "longer in the text" not in page.text


def test_words_that_were_changed_since_say_so_and_lead_nowhere(app, story, editor):
    leave(signed_in(app, editor), story, quote="rose by an ell")

    page = BeautifulSoup(signed_in(app, editor).get(story_url(story)).text, "html.parser")

    assert "(no longer in the text)" in page.select_one("#notes blockquote").get_text()
    assert page.select_one("#notes blockquote a") is None and page.select_one("[data-noted]") is None


def test_the_page_stays_where_it_is_for_who_has_a_script(app, story, editor):
    answer = leave(signed_in(app, editor), story, headers=PART)

    assert answer.status_code == 200 and answer.text.lstrip().startswith("<section") and "Is that so?" in answer.text


def test_who_works_at_a_story_is_told_and_who_wrote_the_note_is_not(app, story, editor, writer):
    leave(signed_in(app, editor), story)

    assert told(writer) == [f"{editor.name} about “Barges return”: Is that so?"]
    assert told(editor) == []
    note = only()
    assert (
        db.session.scalars(notifications.Notification.to(writer)).one().address == f"{story_url(story)}#note-{note.id}"
    )

    signed_in(app, writer).post(f"{story_url(story)}/notes/{note.id}/answer", data={"words": "Yes."})
    assert told(editor) == [f"{writer.name} about “Barges return”: Yes."]


def test_a_colleague_who_is_named_is_told_and_nobody_who_may_not_open_it(app, story, editor, writer):
    second, stranger = account(Role.EDITOR, "Second"), account(Role.CONTRIBUTOR, "Stranger")
    browser = signed_in(app, editor)
    options = BeautifulSoup(browser.get(story_url(story)).text, "html.parser").select("#note-tell option")
    assert {option.get_text() for option in options} == {"Nobody more", writer.name, second.name}

    assert leave(browser, story, tell=str(second.id)).status_code == 303
    assert leave(browser, story, words="Zq typed", tell=str(stranger.id)).status_code == 422

    assert told(second) == [f"{editor.name} about “Barges return”: Is that so?"]
    assert told(stranger) == []


def test_a_moderator_a_reader_and_a_stranger_to_the_story_neither_see_nor_leave_notes(app, story, editor):
    leave(signed_in(app, editor), story, words="Zqsecret")
    note = only()

    for role, name in ((Role.MODERATOR, ""), (Role.READER, ""), (Role.CONTRIBUTOR, "Stranger"), (Role.AUTHOR, "Other")):
        browser = signed_in(app, account(role, name))
        assert browser.get(f"{story_url(story)}/notes").status_code == 403
        assert leave(browser, story).status_code == 403
        assert browser.post(f"{story_url(story)}/notes/{note.id}", data={"act": "done"}).status_code == 403
        assert browser.post(f"{story_url(story)}/notes/{note.id}/answer", data={"words": "x"}).status_code == 403
    assert db.session.scalars(select(StoryNote.words)).all() == ["Zqsecret"] and note.done_at is None


def test_a_note_of_another_story_is_out_of_reach_from_here(app, story, world, editor, writer):
    leave(signed_in(app, editor), story)
    note, other = only(), begun(world, writer, "Another")

    for act in ("done", "remove"):
        signed_in(app, editor).post(f"{story_url(other)}/notes/{note.id}", data={"act": act})
    signed_in(app, writer).post(f"{story_url(other)}/notes/{note.id}/answer", data={"words": "Mine"})

    assert db.session.get(StoryNote, note.id).done_at is None
    answer = db.session.scalars(select(StoryNote).where(StoryNote.words == "Mine")).one()
    assert (answer.article_id, answer.answers_id) == (other.id, None)


def test_what_is_done_folds_away_and_an_answer_opens_it_again(app, story, editor, writer):
    browser = signed_in(app, writer)
    leave(signed_in(app, editor), story)
    at = f"{story_url(story)}/notes/{only().id}"

    assert browser.post(at, data={"act": "done"}).status_code == 303
    page = browser.get(story_url(story))
    assert "1 done" in notes_of(page) and f"Done: {writer.name}" in notes_of(page) and "1 note</a>" not in page.text

    browser.post(at, data={"act": "open"})
    assert "1 done" not in notes_of(browser.get(story_url(story)))
    browser.post(at, data={"act": "done"})
    browser.post(f"{at}/answer", data={"words": "Not yet."})
    assert only_root().done_at is None and "Not yet." in notes_of(browser.get(story_url(story)))


def test_only_who_wrote_a_note_throws_it_away_with_its_answers_and_what_was_told(app, story, editor, writer):
    leave(signed_in(app, editor), story)
    note = only()
    at = f"{story_url(story)}/notes/{note.id}"
    signed_in(app, writer).post(f"{at}/answer", data={"words": "Yes."})

    signed_in(app, writer).post(at, data={"act": "remove"})
    assert db.session.get(StoryNote, note.id) is not None

    signed_in(app, editor).post(at, data={"act": "remove"})
    assert db.session.scalars(select(StoryNote)).all() == []
    assert told(writer) == [] and told(editor) == []
    assert signed_in(app, editor).post(at, data={"act": "remove"}).status_code == 303  # twice


def test_a_note_without_words_or_with_too_many_comes_back_with_what_was_typed(app, story, editor):
    browser = signed_in(app, editor)

    empty = leave(browser, story, words="  ", quote="rose")
    long = leave(browser, story, words="Zq" * 1001)
    answer = browser.post(f"{story_url(story)}/notes/1/answer", data={"words": ""}, headers=PART)

    assert empty.status_code == 422 and "Write something first." in notes_of(empty) and 'value="rose"' in empty.text
    assert long.status_code == 422 and "At most 2,000 characters" in notes_of(long) and "Zq" * 1001 in long.text
    assert answer.status_code == 422
    assert db.session.scalars(select(StoryNote)).all() == []


def test_an_empty_answer_opens_its_form_and_says_what_is_missing(app, story, editor):
    browser = signed_in(app, editor)
    leave(browser, story)

    page = BeautifulSoup(
        browser.post(f"{story_url(story)}/notes/{only().id}/answer", data={"words": ""}).text, "html.parser"
    )

    assert page.select_one("details.note__answer[open] .field__error").get_text() == "Write something first."
    assert page.select_one("#note-words").get("aria-invalid") is None


def test_nothing_that_leaves_the_newsroom_has_a_note(app, client, story, editor, writer):
    leave(signed_in(app, editor), story, words="Zqsecret", quote="rose by a foot")
    preview.make_link(story, "3", "A guest", editor)
    db.session.commit()
    link = db.session.scalars(preview.PreviewLink.open_of(story)).one()

    assert "Zqsecret" not in client.get(link.url).text
    assert "Zqsecret" not in signed_in(app, editor).get(f"{story_url(story)}/preview").text
    form = fields(signed_in(app, editor).get(f"{story_url(story)}/release").text, "form.release")
    assert signed_in(app, editor).post(f"{story_url(story)}/release", data={**form, "when": "now"}).status_code == 303
    db.session.refresh(story)
    assert story.published_at is not None
    for address in (
        story.url,
        f"{story.url}/versions",
        "/",
        "/rss.xml",
        "/atom.xml",
        "/feed.json",
        "/search?q=zqsecret",
    ):
        assert "Zqsecret" not in client.get(address).text


def test_notes_are_no_part_of_what_is_written(app, story, editor):
    before = drafting.copy_of(story).number

    leave(signed_in(app, editor), story)

    assert drafting.copy_of(story).number == before


def only_root() -> StoryNote:
    return db.session.scalars(select(StoryNote).where(StoryNote.answers_id.is_(None))).one()


def story_url(story) -> str:
    return f"/desk/articles/{story.id}"
