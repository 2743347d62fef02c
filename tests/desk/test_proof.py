"""The proof at the desk: shown with its places, keeps back what no reader should meet, and nothing else."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from newsapp.accounts import Role
from newsapp.articles import drafting
from newsapp.db import db
from tests.conftest import signed_in
from tests.desk.stories import account, begun, fields

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def who(app, world):
    return account(Role.EDITOR)


@pytest.fixture
def browser(app, who):
    return signed_in(app, who)


def publish(browser, story, **said):
    at = f"/desk/articles/{story.id}/release"
    number = fields(browser.get(at).text, f"form[action='{at}']")["number"]
    return browser.post(at, data={"number": number, "when": "now", **said})


def rewrite(story, by, body):
    document, number = drafting.working_document(story)
    drafting.save(story, {**document, "body": body}, by, number)
    db.session.commit()


def test_each_mark_leads_to_its_field_and_names_its_words(browser, world, who):
    story = begun(
        world, who, "The river rose", "<p>The river rose by TK metres, see <a href='https://example.org/'>here</a>.</p>"
    )

    soup = BeautifulSoup(browser.get(f"/desk/articles/{story.id}").text, "html.parser")

    links = {link["data-find"]: link for link in soup.select("#proof a[data-find]")}
    assert set(links) == {"TK", "here"}
    assert all(soup.find(id=link["href"].split("#")[1]) for link in soup.select("#proof a"))


def test_what_a_picture_lacks_leads_to_the_pictures_own_page(browser, world, who, picture):
    story = begun(world, who)
    document, number = drafting.working_document(story)
    drafting.save(story, {**document, "picture_id": picture.id}, who, number)
    db.session.commit()

    soup = BeautifulSoup(browser.get(f"/desk/articles/{story.id}").text, "html.parser")

    (credit,) = [link for link in soup.select("#proof a") if "does not say who made it" in link.text]
    assert credit["href"] == f"/desk/media/{picture.id}"
    assert soup.select_one(f"aside a[href='/desk/media/{picture.id}']")


def test_many_sources_without_a_word_of_their_own_take_one_line(browser, world, who):
    marks = "".join(f'<sup data-source-url="https://example.org/{n}"></sup>' for n in range(8))
    story = begun(world, who, body=f"<p>The river rose.{marks}</p>")

    soup = BeautifulSoup(browser.get(f"/desk/articles/{story.id}").text, "html.parser")

    assert soup.select_one("#proof details summary").text == "8 sources are not described yet"
    assert len(soup.select("#proof details li")) == 8
    assert not any("has no title" in line.text for line in soup.select("#proof > ul li"))


def test_what_blocks_keeps_a_story_back_and_says_so_at_the_top(browser, client, world, who):
    story = begun(world, who, body="<p>The river rose by TK metres.</p>")

    answer = publish(browser, story)

    assert answer.status_code == 422 and "“TK” holds a place for words." in answer.text
    assert story.published_at is None


def test_advice_can_be_released_over(browser, world, who):
    story = begun(world, who, body="<p>The barges return tomorrow.</p>")
    assert "“tomorrow” is true for a day." in browser.get(f"/desk/articles/{story.id}/release").text

    assert publish(browser, story).status_code == 303


def test_an_old_fault_holds_back_no_correction_but_a_new_one_does(browser, world, who):
    story = begun(world, who, body="<p>The barges return.</p>")
    publish(browser, story)
    story.set_body("<p>The barges return TK.</p>", {})  # from before there were proofs
    drafting.start_again(story, who)
    db.session.commit()

    rewrite(story, who, "<p>The barges return TK. All of them XXX.</p>")
    assert publish(browser, story, kind="minor", reason="Spelling").status_code == 422
    rewrite(story, who, "<p>The barges return TK. All of them.</p>")
    assert publish(browser, story, kind="minor", reason="Spelling").status_code == 303


def test_the_list_alone_is_given_to_a_page_that_has_saved(browser, world, who):
    story = begun(world, who, body="<p>The barges return TK.</p>")

    answer = browser.get(f"/desk/articles/{story.id}/proof", headers=PART)

    assert answer.text.strip().startswith("<section") and "“TK”" in answer.text
    assert "<h1" in browser.get(f"/desk/articles/{story.id}/proof").text


def test_marks_are_escaped(browser, world, who):
    story = begun(
        world,
        who,
        body="<p>See <a href='https://example.org/'>&lt;script&gt;x</a> xxx&lt;img src=x&gt;</p>",
        headline="<img src=x>",
    )
    assert "<img src=x" not in browser.get(f"/desk/articles/{story.id}").text
