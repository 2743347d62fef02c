"""How the stories that a browser has saved are today: told to whoever asks, kept of nobody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from newsapp import articles
from newsapp.db import db
from newsapp.follows.routes import MOST
from newsapp.lib import clock

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def stories(world):
    stories = [articles.write(f"Story {n}", world, standfirst=f"Standfirst {n}") for n in range(3)]
    for story in stories:
        story.publish()
    db.session.commit()
    return stories


def told(client, *asked) -> list[tuple[str, str]]:
    """Give the id and the words of each row."""
    html = client.get("/saved?" + "&".join(f"s={one}" for one in asked), headers=PART).text
    rows = re.findall(r'<li data-id="(\d+)"[^>]*>(.*?)</li>', html, re.S)
    return [(number, " ".join(re.sub(r"<[^>]+>", " ", row).split())) for number, row in rows]


def test_the_page_is_the_same_for_everybody_and_says_what_it_needs(client, world):
    answer = client.get("/saved")

    assert answer.headers["Cache-Control"] == "no-cache" and "ETag" in answer.headers
    assert "<noscript>" in answer.text and "This list needs JavaScript" in answer.text
    assert '<meta name="robots" content="noindex">' in answer.text


def test_stories_are_told_in_the_order_asked_for_as_they_are_today(client, stories):
    first, second, _ = stories
    first.edit(headline="A better headline", standfirst="And a better standfirst")
    db.session.commit()

    rows = told(client, second.id, first.id)

    assert [number for number, _ in rows] == [str(second.id), str(first.id)]
    assert "Story 1" in rows[0][1] and "Standfirst 1" in rows[0][1] and "World" in rows[0][1]
    assert "A better headline" in rows[1][1] and "Story 0" not in rows[1][1]


def test_a_withdrawn_story_says_so_and_tells_nothing_more_to_who_guesses_its_number(client, stories):
    stories[0].withdraw("It was wrong.")
    db.session.commit()

    html = client.get(f"/saved?s={stories[0].id}", headers=PART).text

    assert "This story has been withdrawn." in html and "data-gone" in html
    assert "Story 0" not in html and stories[0].slug not in html


def test_a_draft_and_a_scheduled_story_are_as_unknown_as_one_that_never_was(client, world, stories):
    draft = articles.write("A secret", world)
    scheduled = articles.write("An embargo", world)
    scheduled.publish(at=clock.now() + timedelta(hours=1))
    db.session.commit()

    rows = told(client, draft.id, scheduled.id, 999_999)

    assert {words for _, words in rows} == {"This story is no longer available. Remove"}
    assert len(rows) == 3


def test_the_answer_is_nobodys_it_is_not_kept_and_not_counted(app, client, stories):
    address = f"/saved?s={stories[0].id}"
    kept_before = set(app.extensions["pagecache"]._pages)

    for headers in ({}, PART):
        answer = client.get(address, headers=headers)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in answer.headers and "ETag" not in answer.headers
    assert not any("s=" in key for key in set(app.extensions["pagecache"]._pages) - kept_before)


@pytest.mark.parametrize("asked", ["", "x", "-1", "1e3", "²", "9" * 40, "1;drop", "%00", "1" * 5000])
def test_what_is_no_number_is_passed_over(client, stories, asked):
    answer = client.get("/saved", query_string={"s": [asked, stories[0].id]}, headers=PART)

    assert answer.status_code == 200
    assert answer.text.count("<li data-id=") in (1, 2)
    assert "Story 0" in answer.text


def test_only_so_many_are_answered_and_each_once(client, stories):
    assert len(told(client, *range(1, 2 * MOST))) == MOST
    assert len(told(client, *[stories[0].id] * 5)) == 1


def test_an_article_offers_to_save_it_and_tells_what_the_list_shows(client, stories):
    html = client.get(stories[0].url).text

    buttons = re.findall(r'<button class="iconbtn save"[^>]*>', html)
    assert len(buttons) == 2 and all(f'data-save="{stories[0].id}"' in button for button in buttons)
    assert sum('data-title="Story 0"' in button for button in buttons) == 1
    assert "aria-pressed" not in html, "the script draws it: without one it would do nothing"
