"""What the rich editor asks the desk for: clean source of what was pasted, pictures, its text; and a save that it makes by itself."""

from __future__ import annotations

import json
import re

import pytest

from newsapp.accounts import Role
from newsapp.articles import Article, drafting
from newsapp.db import db
from newsapp.desk import editor
from tests.conftest import signed_in
from tests.desk.stories import account, begun, fields


@pytest.fixture
def edda(app, world):
    return account(Role.EDITOR, "Edda")


@pytest.fixture
def browser(app, edda):
    return signed_in(app, edda)


@pytest.fixture
def at(world, edda):
    return f"/desk/articles/{begun(world, edda).id}"


def source(browser, at):
    return json.loads(re.search(r'id="story-source">(.*?)</script>', browser.get(at).text, re.S)[1])


def test_what_is_pasted_comes_back_clean_and_is_written_nowhere(browser, at):
    pasted = '<p class="MsoNormal" style="color:red" onclick="x()">Rain<script>alert(1)</script> [[2]](https://example.org/a)</p>'

    answer = browser.post(f"{at}/clean", data=pasted)

    assert answer.json == {
        "html": '<p>Rain<sup data-source-url="https://example.org/a" data-source-label="2"></sup></p>', "told": []
    }  # fmt: skip
    assert source(browser, at)["html"] == "<p>The river rose.</p>"


def test_what_was_lost_of_what_was_pasted_is_told(browser, at):
    pasted = (
        '<p>Rain <img src="file:///C:/a.png" alt="A gauge"> fell. <a href="file:///C:/notes.docx">Notes</a></p>'
        + "<p><math><mi>x</mi></math></p>"
        + "".join(f'<img src="https://example.org/{n}.jpg">' for n in range(editor.MOST_TOLD))
    )

    told = browser.post(f"{at}/clean", data=pasted).json["told"]

    assert "A picture without a web address was left out: A gauge" in told
    assert "A link without a full web address was taken away: file:///C:/notes.docx" in told
    assert len(told) == editor.MOST_TOLD


def test_more_than_anybody_pastes_is_refused(browser, at, monkeypatch):
    monkeypatch.setattr(editor, "MOST_PASTED", 100)

    assert browser.post(f"{at}/clean", data="x" * 101).status_code == 413
    assert browser.post(f"{at}/clean", data=b"\xff\xfe\x00<b>ok").status_code == 200


def test_nothing_is_cleaned_for_another_site_or_somebody_else_s_story(app, browser, at, world):
    author = signed_in(app, account(Role.AUTHOR))

    assert author.post(f"{at}/clean", data="<p>x</p>").status_code == 403
    assert author.get(f"{at}/pictures").status_code == 403
    browser.token = None
    assert browser.post(f"{at}/clean", data="<p>x</p>").status_code == 400


def test_pictures_are_found_by_what_is_said_of_them(browser, at, picture):
    assert f'data-picture="{picture.id}"' in browser.get(f"{at}/pictures").text
    assert f'data-picture="{picture.id}"' in browser.get(f"{at}/pictures?q={picture.alt.split()[0].upper()}").text
    assert "Nothing was found." in browser.get(f"{at}/pictures?q=100%25_").text


def test_the_editor_begins_with_clean_source_and_what_it_names(browser, at, edda, picture):
    said = fields(browser.get(at).text)
    body = f'<figure data-picture="{picture.id}"></figure><p onclick="x()">Text &lt;/script&gt;</p>'
    browser.post(at, data={**said, "format": "html", "body": body})

    found = source(browser, at)

    assert "onclick" not in found["html"] and "&lt;/script&gt;" in found["html"]
    assert found["pictures"][str(picture.id)]["src"].startswith("/media/")


def test_a_save_by_itself_says_when_and_leaves_the_page_alone(browser, at):
    said = fields(browser.get(at).text)

    answer = browser.post(at, data={**said, "headline": "Anew"}, headers={"Accept": "application/json"})

    assert answer.json["number"] == int(said["number"]) + 1
    assert answer.json["said"] == "14 Mar, 12:00"


def test_what_the_editor_sent_comes_back_in_the_words_of_the_page(app, browser, at, world):
    """A page that shows both texts, or a fault, holds Markdown in its field, whoever has written what."""
    said = fields(browser.get(at).text)
    other = account(Role.ADMIN, "Ada")
    story = db.session.get_one(Article, int(at.rpartition("/")[2]))
    document, number = drafting.working_document(story)
    drafting.save(story, {**document, "body": "<p>Theirs</p>"}, other, number)
    db.session.commit()

    answer = browser.post(at, data={**said, "format": "html", "body": "<h2>Mine</h2><p><em>Own</em></p>"})

    assert answer.status_code == 409
    assert fields(answer.text)["body"] == "## Mine\r\n\r\n*Own*\r\n"
    assert fields(answer.text)["format"] == "markdown"
    found = json.loads(re.search(r'id="story-source">(.*?)</script>', answer.text, re.S)[1])
    assert "<h2>Mine</h2>" in found["html"]


def test_a_source_stands_in_the_field_as_one_types_it(browser, at, world):
    said = fields(browser.get(at).text)
    body = "One.[[1]](https://example.org/a?b=1&c=2) Two.[[7]](https://example.org/x_y)"
    browser.post(at, data={**said, "body": body})

    assert fields(browser.get(at).text)["body"].strip() == body
    browser.post(at, data={**fields(browser.get(at).text), "body": f"{body} And on."})
    assert fields(browser.get(at).text)["body"].strip() == f"{body} And on."
