"""The front page as it will be: for the desk alone, and never kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsapp import articles
from newsapp.accounts import Role
from newsapp.articles import breaking
from newsapp.db import db
from newsapp.lib import clock
from tests.conftest import signed_in
from tests.desk.stories import account

AT = "/desk/front/preview"


@pytest.fixture
def people(app, world):
    return {role: account(role) for role in Role}


@pytest.fixture
def browser(app, people):
    return signed_in(app, people[Role.EDITOR])


@pytest.fixture
def stories(world):
    made = []
    for n in range(4):
        story = articles.write(f"Story {n}", world)
        story.publish(at=clock.now() - timedelta(minutes=10 + n))
        made.append(story)
    later = articles.write("Zq later", world)
    later.publish(at=clock.now() + timedelta(hours=3))
    articles.place(later, "lead")
    articles.place(
        made[3], "lead", starts_at=clock.now() + timedelta(hours=1), ends_at=clock.now() + timedelta(hours=2)
    )
    made[0].end(clock.now() + timedelta(hours=4))
    db.session.commit()
    return made


def at(hours, minutes=0):
    return f"{AT}?at={clock.now() + timedelta(hours=hours, minutes=minutes):%Y-%m-%dT%H:%M}"


def body(answer):
    """The page below the bar and the menus."""
    return answer.text.split('<main id="main"')[1].split("</main>")[0]


def leads(answer):
    return body(answer).split("top__lead")[1].split("</h2>")[0]


def test_only_editors_see_it_and_nobody_keeps_it(app, people, stories, client):
    assert client.get(at(3)).status_code in (302, 303)
    for role, person in people.items():
        answer = signed_in(app, person).get(at(3))
        edits = role in (Role.EDITOR, Role.ADMIN)
        assert answer.status_code == (200 if edits else 403), role
        assert ("Zq later" in answer.text) == edits
        assert answer.headers["Cache-Control"] == "private, no-store"
        if edits:
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow" and "application/ld+json" not in answer.text


def test_it_shows_slots_and_stories_as_they_will_be(browser, stories):
    for hours, lead in ((0, "Story 0"), (1, "Story 3"), (2, "Story 0"), (3, "Zq later")):
        assert lead in leads(browser.get(at(hours))), hours
    assert "Zq later" not in body(browser.get(at(2, 59)))
    assert "Story 0" in body(browser.get(at(3, 59))) and "Story 0" not in body(browser.get(at(4)))


def test_it_is_the_page_that_readers_get_then(browser, stories, client):
    for hours in (1, 3, 4, 40):
        before = clock.now()
        seen = body(browser.get(at(hours)))
        clock.advance(timedelta(hours=hours))
        assert seen == body(client.get("/"))
        clock.set_to(before)


def test_looking_ahead_changes_nothing_for_readers(browser, stories, client):
    pages = [client.get(address).text for address in ("/", "/sections/world")]
    browser.get(at(5))

    assert [client.get(address).text for address in ("/", "/sections/world")] == pages
    clock.advance(timedelta(hours=3))
    assert "Zq later" in client.get("/").text


def test_the_banner_is_as_it_will_be(browser, stories, people):
    breaking.announce("The bridge is closed", None, clock.now() + timedelta(hours=2), people[Role.EDITOR])
    db.session.commit()

    assert "The bridge is closed" in browser.get(at(1)).text and "The bridge is closed" not in browser.get(at(2)).text


@pytest.mark.parametrize(
    ("said", "fault"),
    [("soon", "Write a day and a time"), ("2020-01-01T10:00", "That time has passed"), ("2099-01-01T10:00", "more than a year"),
     ("9999-12-31T23:59:59-12:00", "no time"), ("<b>", "Write a day")],
)  # fmt: skip
def test_a_time_that_cannot_be_is_said_and_the_page_is_that_of_now(browser, stories, said, fault):
    answer = browser.get(AT, query_string={"at": said})

    assert answer.status_code == 200 and fault in answer.text and "<b>&" not in answer.text
    assert "Story 0" in leads(answer)


def test_a_bar_says_which_time_it_shows_with_the_way_back(browser, stories):
    text = browser.get(at(3)).text
    when = clock.now() + timedelta(hours=3)

    assert f"the front page on {when:%-d %B %Y, %H:%M}" in text and 'href="/desk/front"' in text
