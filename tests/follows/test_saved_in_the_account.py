"""Stories that somebody signed in keeps for later: in the account, on every browser, with and without a script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from newsapp import articles, follows
from newsapp.db import db
from newsapp.follows import MOST, SavedStory
from newsapp.lib import clock
from tests.conftest import _account, signed_in

JSON = {"Accept": "application/json"}


@pytest.fixture
def me(app, reader):
    return signed_in(app, reader)


@pytest.fixture
def stories(world):
    stories = [articles.write(f"Story {n}", world, standfirst=f"Standfirst {n}") for n in range(3)]
    for story in stories:
        story.publish()
    db.session.commit()
    return stories


def kept(account) -> list[str]:
    db.session.expire_all()
    found = [row.title for row in db.session.scalars(SavedStory.of(account))]
    db.session.rollback()
    return found


def listed(browser) -> list[str]:
    return re.findall(r'<h2><a href="/articles/[^"]+">([^<]+)</a></h2>', browser.get("/saved").text)


def test_one_saves_and_removes_by_a_plain_form_and_sees_it_on_a_second_browser(app, me, reader, stories):
    url, number = stories[0].url, stories[0].id
    page = me.get(url).text
    assert len(re.findall(rf'<form class="saves" method="post" action="/saved" data-saves="{number}">', page)) == 2
    assert 'aria-pressed="false"' in page and "data-save=" not in page

    answer = me.post("/saved", data={"story": number, "act": "save", "next": url})
    assert (answer.status_code, answer.headers["Location"]) == (303, url)
    page = me.get(url).text
    assert (
        page.count('name="act" value="remove"') == 2
        and page.count('class="iconbtn save" type="submit" aria-pressed="true"') == 2
    )

    second = signed_in(app, reader)
    assert listed(second) == ["Story 0"]
    answer = second.post("/saved", data={"story": number, "act": "remove", "next": "/saved"})
    assert answer.headers["Location"] == f"/saved?done=removed-{number}"
    page = second.get(answer.headers["Location"]).text
    assert "Removed: Story 0" in page and "Undo" in page and "Nothing is saved yet" in page
    second.post("/saved", data={"story": number, "act": "save", "next": "/saved"})
    assert listed(me) == ["Story 0"]


def test_a_script_is_told_what_is_so_now(me, reader, stories):
    said = [
        me.post("/saved", data={"story": stories[0].id, "act": act}, headers=JSON).json
        for act in ("save", "save", "remove", "remove")
    ]

    assert [answer["saved"] for answer in said] == [True, True, False, False]
    assert kept(reader) == []


def test_the_newest_saved_stands_first(me, stories):
    for story in (stories[1], stories[0], stories[2]):
        clock.advance(timedelta(seconds=1))
        me.post("/saved", data={"story": story.id, "act": "save"})

    assert listed(me) == ["Story 2", "Story 0", "Story 1"]


def test_a_stranger_keeps_nothing_here_and_the_shared_page_stays_the_same(client, me, stories):
    before = client.get("/saved").data
    me.post("/saved", data={"story": stories[0].id, "act": "save"})

    assert client.get("/saved").data == before and b"This list needs JavaScript" in before
    answer = client.post("/saved", data={"story": stories[0].id, "act": "save"})
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/account/sign-in")


def test_the_page_is_one_persons_and_in_their_menu(me, client, stories):
    answer = me.get("/saved")
    assert answer.headers["Cache-Control"] == "private, no-cache" and 'href="/saved" aria-current="page"' in answer.text
    assert me.get("/account/saved").headers["Location"] == "/saved"
    assert client.get("/account/saved").headers["Location"].startswith("/account/sign-in")


def test_what_the_browser_kept_comes_along_at_sign_in_once_and_in_its_order(me, reader, stories):
    me.post("/saved", data={"story": stories[2].id, "act": "save"})
    clock.advance(timedelta(seconds=5))
    told = {
        "act": "merge",
        "story": [stories[1].id, stories[0].id, stories[2].id],
        "title": ["Older", "Older", "Older"],
    }

    for _ in range(2):
        assert me.post("/saved", data=told, headers=JSON).json == {"saved": False, "fault": "", "left": []}
    assert kept(reader) == ["Story 1", "Story 0", "Story 2"]


def test_what_does_not_fit_is_left_to_the_browser(me, reader, stories, monkeypatch):
    monkeypatch.setattr("newsapp.follows.models.MOST", 2)
    told = {"act": "merge", "story": [story.id for story in stories], "title": ["x"] * 3}

    assert me.post("/saved", data=told, headers=JSON).json["left"] == [stories[2].id]
    assert kept(reader) == ["Story 0", "Story 1"]
    full = me.post("/saved", data={"story": stories[2].id, "act": "save"}, headers=JSON)
    assert full.status_code == 422 and "more do not fit" in full.json["fault"]
    answer = me.post("/saved", data={"story": stories[2].id, "act": "save", "next": stories[2].url})
    assert "more do not fit" in me.get(answer.headers["Location"]).text


@pytest.mark.parametrize("sent", [{}, {"act": "save"}, {"act": "save", "story": "x"}, {"act": "save", "story": "999999"}, {"act": "eat", "story": "1"},
                                  {"act": "merge", "story": ["x", "²", "9" * 40, "-1"], "title": ["a", "b", "c", "d"]}, {"act": "merge", "story": ["1"]}])  # fmt: skip
def test_what_is_no_story_is_passed_over_or_refused(me, reader, stories, sent):
    assert me.post("/saved", data=sent).status_code in (303, 404)
    assert kept(reader) == []


def test_more_than_a_browser_keeps_is_not_taken_in_at_once(me, reader, world):
    ids = []
    for n in range(MOST + 5):
        story = articles.write(f"Story {n}", world)
        story.publish()
        ids.append(story.id)
    db.session.commit()

    me.post("/saved", data={"act": "merge", "story": ids, "title": ["x"] * len(ids)}, headers=JSON)
    assert len(kept(reader)) == MOST


def test_a_draft_is_not_saved_and_its_headline_not_told(me, reader, world, stories):
    draft = articles.write("A secret", world)
    scheduled = articles.write("An embargo", world)
    scheduled.publish(at=clock.now() + timedelta(hours=1))
    db.session.commit()

    for story in (draft, scheduled):
        assert me.post("/saved", data={"story": story.id, "act": "save"}).status_code == 404
        me.post("/saved", data={"act": "merge", "story": [story.id], "title": ["Guess"]}, headers=JSON)
    assert kept(reader) == [] and "secret" not in me.get("/saved").text


def test_a_story_that_is_gone_keeps_the_name_that_its_reader_knows(me, reader, stories):
    me.post("/saved", data={"story": stories[0].id, "act": "save"})
    stories[0].edit(headline="What nobody is to read")
    stories[0].withdraw("It was wrong.")
    stories[1].withdraw("So was this.")
    db.session.commit()
    me.post("/saved", data={"act": "merge", "story": [stories[1].id], "title": ["Known <b>before</b>"]}, headers=JSON)

    page = me.get("/saved").text
    assert page.count("This story has been withdrawn.") == 2
    assert "Story 0" in page and "What nobody" not in page and "Known &lt;b&gt;before&lt;/b&gt;" in page
    assert me.post("/saved", data={"story": stories[1].id, "act": "remove"}).status_code == 303


def test_a_story_that_has_ended_comes_along_from_the_browser_too(me, reader, stories):
    stories[0].end(clock.now() + timedelta(minutes=1))
    db.session.commit()
    clock.advance(timedelta(minutes=2))

    me.post("/saved", data={"act": "merge", "story": [stories[0].id], "title": ["Known"]}, headers=JSON)
    assert kept(reader) == ["Known"] and "This story is no longer available." in me.get("/saved").text


def test_a_new_headline_says_what_it_was(me, stories):
    me.post("/saved", data={"story": stories[0].id, "act": "save"})
    stories[0].edit(headline="A better headline")
    db.session.commit()

    page = me.get("/saved").text
    assert "A better headline" in page and "When you saved it: “Story 0”" in page


def test_nobody_removes_what_somebody_else_keeps(app, me, stories):
    other = _account("Ottoline Other", "reader")
    follows.save(other, stories[0])
    db.session.commit()

    me.post("/saved", data={"story": stories[0].id, "act": "remove"})
    assert kept(other) == ["Story 0"] and "Story 0" not in me.get("/saved").text
