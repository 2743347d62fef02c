"""The line of breaking news: set at the desk, over every reader's page, gone by the clock."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsapp import articles
from newsapp.accounts import Role
from newsapp.accounts.log import LogEntry
from newsapp.articles.breaking import LASTS, MAX_TEXT, Banner
from newsapp.db import db
from newsapp.lib import clock
from tests.conftest import signed_in
from tests.desk.stories import account, fields

AT = "/desk/front/breaking"


@pytest.fixture
def people(app, world):
    return {role: account(role) for role in Role}


@pytest.fixture
def browser(app, people):
    return signed_in(app, people[Role.EDITOR])


def say(browser, **said):
    begun = fields(browser.get(AT).text, "form.desk__form")
    return browser.post(AT, data={**begun, "act": "set", "text": "The bridge is closed", **said})


def banner(client, at="/"):
    found = re.search(r'<aside class="breaking".*?</aside>', client.get(at).text, re.S)
    return found[0] if found else None


def test_editors_set_it_and_nobody_else_does(app, people):
    for role, person in people.items():
        edits = role in (Role.EDITOR, Role.ADMIN)
        assert signed_in(app, person).get(AT).status_code == (200 if edits else 403), role


def test_it_stands_over_every_page_for_two_hours(browser, client, article):
    assert banner(client) is None
    assert say(browser).status_code == 303

    for at in ("/", "/sections/world", article.url, "/nothing-here", "/account/sign-in"):
        page = client.get(at).text
        assert page.count("The bridge is closed") == 1, at
        assert page.index('class="skip"') < page.index('class="breaking"') < page.index('class="masthead"')
    assert 'role="alert"' not in banner(client)
    clock.advance(LASTS - timedelta(minutes=1))
    assert banner(client)
    clock.advance(timedelta(minutes=2))
    assert banner(client) is None


def test_it_leads_to_its_story_as_long_as_the_story_is_public(browser, client, world):
    story = articles.write("Bridge closed", world)
    story.publish(at=clock.now() + timedelta(minutes=30))
    db.session.commit()
    say(browser, story=f"https://our.paper{story.url}?utm=x")

    assert story.slug not in banner(client), "not before it is public"
    assert "is not public" in browser.get(AT).text
    clock.advance(timedelta(minutes=30))
    assert f'href="{story.url}"' in banner(client)
    story.withdraw("It was open")
    db.session.commit()
    assert story.slug not in banner(client) and "The bridge is closed" in banner(client)


@pytest.mark.parametrize(
    "name", ["/articles/{slug}", "/desk/articles/{id}", "{id}", "https://x.org/articles/{slug}#more"]
)
def test_its_story_is_named_by_any_of_its_addresses(browser, article, client, name):
    say(browser, story=name.format(slug=article.slug, id=article.id))

    assert f'href="{article.url}"' in banner(client)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"text": "  "}, "Say what has happened."),
        ({"text": "x" * (MAX_TEXT + 1)}, "At most 120 characters; these are 121."),
        ({"story": "/articles/none"}, "There is no such story."),
        ({"story": "no headline says this"}, "There is no such story."),
        ({"story": "/articles/"}, "There is no such story."),
        ({"story": "http://["}, "There is no such story."),
        ({"story": "²"}, "There is no such story."),
        ({"ends": ""}, "Say until when."),
        ({"ends": "soon"}, "Write a day and a time"),
        ({"ends": "2020-01-01T10:00"}, "That time has passed."),
        ({"ends": "2099-01-01T10:00"}, "at most 7 days"),
    ],
)
def test_what_cannot_be_is_refused_and_stays_in_the_form(browser, client, said, fault):
    answer = say(browser, **said)

    assert answer.status_code == 422 and fault in answer.text
    assert all(f'value="{value}"' in answer.text for value in said.values() if value.strip())
    assert banner(client) is None


def test_another_takes_its_place_and_it_can_be_taken_down(browser, client, people):
    say(browser)
    say(browser, text="The bridge is <b>open</b> & safe")
    assert "The bridge is &lt;b&gt;open&lt;/b&gt; &amp; safe" in banner(client)
    assert len(db.session.scalars(select(Banner)).all()) == 1

    seen = fields(browser.get(AT).text, "form.desk__form")["seen"]
    browser.post(AT, data={"act": "take_down", "seen": seen})
    assert banner(client) is None
    acts = list(db.session.execute(select(LogEntry.act, LogEntry.by_id).where(LogEntry.about == "banner").order_by(LogEntry.id)))  # fmt: skip
    assert acts == [(f"banner.{act}", people[Role.EDITOR].id) for act in ("set", "set", "take_down")]


def test_what_somebody_has_changed_meanwhile_is_not_overwritten(browser, client, app, people):
    old = fields(browser.get(AT).text, "form.desk__form")
    say(signed_in(app, people[Role.ADMIN]), text="The river rises")

    answer = browser.post(AT, data={**old, "act": "set", "text": "Mine"})
    assert answer.status_code == 409 and "Somebody has changed the banner meanwhile" in answer.text
    assert 'value="Mine"' in answer.text and "The river rises" in banner(client)
    assert browser.post(AT, data={**old, "act": "take_down"}).status_code == 409
    assert "The river rises" in banner(client)


def test_no_page_of_the_desk_has_it_over_it(browser):
    say(browser)

    assert 'class="breaking"' not in browser.get("/desk/articles").text


def test_its_story_is_found_by_words_of_its_headline(browser, client, article, world):
    assert say(browser, story="barges ostrel").status_code == 303
    assert article.url in banner(client)

    for headline in ("The ferry is late", "The ferry is on time"):
        articles.write(headline, world, "<p>Late.</p>").publish()
    db.session.commit()
    several = say(browser, story="ferry")
    assert several.status_code == 422 and "Several stories have these words" in several.text
    assert "“The ferry is late” is" in several.text and 'value="ferry"' in several.text
    assert say(browser, story="the ferry is late").status_code == 303
