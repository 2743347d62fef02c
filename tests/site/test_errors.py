"""Errors in the site's dress, each with a way on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import abort
from sqlalchemy.exc import OperationalError

from newsapp.articles import Article
from newsapp.db import db
from newsapp.lib import clock
from newsapp.lib.web import ERRORS
from tests.conftest import Browser


@pytest.fixture
def browser(app, article):
    """A browser on a site that fails as it is told to."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/fail/<int:code>")
    def fail(code: int):
        abort(code)

    @app.get("/raise")
    def crash():
        raise ZeroDivisionError

    @app.get("/locked")
    def locked():
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    return Browser(app, app.response_class)


@pytest.mark.parametrize("code", [403, 404, 410, 413, 429, 451, 500, 503])
def test_an_error_says_what_happened_and_leads_on(browser, code):
    answer = browser.get(f"/fail/{code}")

    assert answer.status_code == code
    assert ERRORS[code][0] in answer.text
    assert 'href="/"' in answer.text and "Barges return to the Ostrel" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_that_is_for_others_says_who_decides_and_a_refused_form_what_to_do(browser):
    assert "administrators say who may" in browser.get("/fail/403").text
    refused = browser.post("/comments/1/delete", headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403 and "send it again" in refused.text


def test_a_crash_is_a_page_and_tells_nothing_of_the_inside(browser):
    answer = browser.get("/raise")

    assert answer.status_code == 500
    assert ERRORS[500][0] in answer.text and "ZeroDivisionError" not in answer.text


def test_a_locked_database_asks_to_try_again(browser):
    answer = browser.get("/locked")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "20"
    assert ERRORS[503][0] in answer.text


def test_a_part_of_a_page_gets_only_the_sentence(browser):
    answer = browser.get("/fail/404", headers={"HX-Request": "true", "HX-Request-Type": "partial"})

    assert answer.status_code == 404
    assert "<html" not in answer.text and ERRORS[404][0] in answer.text


def test_a_withdrawn_story_answers_410_with_its_reason(browser, article):
    story = db.session.get(Article, article.id)
    story.withdraw("It rested on a forged letter.")
    db.session.commit()

    answer = browser.get("/articles/barges-return-to-the-ostrel")

    assert answer.status_code == 410
    assert "It rested on a forged letter." in answer.text


def test_a_story_withdrawn_before_its_time_was_never_here(browser, article):
    story = db.session.get(Article, article.id)
    story.publish(at=clock.now() + timedelta(hours=1))
    story.withdraw("A secret reason.")
    db.session.commit()

    answer = browser.get("/articles/barges-return-to-the-ostrel")

    assert answer.status_code == 404
    assert "A secret reason." not in answer.text


def test_reading_goes_on_from_memory_when_the_database_is_gone(app, browser, monkeypatch):
    first = browser.get("/articles/barges-return-to-the-ostrel")
    cache = app.extensions["pagecache"]

    def gone():
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(cache._versions, "newest", gone)

    assert browser.get("/articles/barges-return-to-the-ostrel").text == first.text


@pytest.mark.parametrize("address", ["/sections/none", "/sections/world?page=0", "/sections/world?page=51",
                                     "/sections/world?page=2", "/sections/world?page=x", "/sections/world?before=never",
                                     "/articles/none", "/comments/99", "/media/../news.db", "/articles/none/share"])  # fmt: skip
def test_what_is_not_there_is_404(browser, address):
    assert browser.get(address).status_code == 404


def test_a_withdrawn_story_is_named_only_where_readers_are_told_why(browser, article):
    story = db.session.get(Article, article.id)
    story.withdraw("It rested on a forged letter.")
    db.session.commit()
    assert f'auto">{story.headline}<' in browser.get(article.url).text

    story.withdraw("")
    db.session.commit()
    assert f'auto">{story.headline}<' not in browser.get(article.url).text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/articles/undersea-cable-treaty", "undersea cable treaty"),
        ("/sections/wrld/", "wrld"),
        ("/articles/%D0%BC%D0%BE%D1%81%D1%82", "мост"),
        ("/articles/" + "a" * 300, "a" * 79 + "…"),
        ("/a/%22%3E%3Cscript%3E", "script"),
        ("/articles/12", ""),
    ],
)
def test_the_words_of_a_wrong_address_can_be_searched_for_at_once(client, address, words):
    field = re.search(r'<input id="q"[^>]*>', client.get(address).text)

    assert field
    assert (f'value="{words}"' in field[0]) if words else ("value=" not in field[0])
