"""Topics at the desk: one is called otherwise everywhere, two become one, and nobody loses what they follow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsapp import articles, follows
from newsapp.accounts import Role
from newsapp.accounts.log import LogEntry
from newsapp.articles import Article, Topic, drafting, releasing
from newsapp.db import db
from newsapp.lib import clock
from tests.conftest import signed_in
from tests.desk.stories import account, alert, begun, fields

HERE = "/desk/topics"


@pytest.fixture
def browser(app, editor):
    return signed_in(app, editor)


def topic(name: str = "Rivers") -> Topic:
    return db.session.scalars(select(Topic).where(Topic.name == name)).one()


def story(section, *topics: str, headline: str = "A story") -> Article:
    made = articles.write(headline, section, topics=topics)
    made.publish()
    db.session.commit()
    return made


def say(browser, of: Topic, **said):
    at = f"{HERE}/{of.id}"
    return browser.post(at, data={**fields(browser.get(at).text, f"form[action='{at}']"), **said})


def merge(browser, goes: Topic, into: str):
    at = f"{HERE}/{goes.id}/merge"
    looked = browser.post(at, data={"into": into})
    assert looked.status_code in (200, 422)
    return browser.post(at, data=fields(looked.text, f"form[action='{at}']")) if looked.status_code == 200 else looked


def leads(client, old: str) -> str | None:
    answer = client.get(old)
    return answer.headers["Location"] if answer.status_code == 301 else None


def test_topics_are_listed_with_their_counts_and_found_by_words(browser, world, article):
    for n in range(55):
        articles.topic_named(f"Topic <{n:02d}> 100%")
    db.session.commit()
    first = browser.get(HERE).text
    assert first.count('class="hl"') == 50 and "&lt;00&gt;" in first
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert browser.get(older).text.count('class="hl"') == 6
    for query, n in (
        ("q=RIVER", 1),
        ("q=100%25", 50),
        ("q=zz", 0),
        ("unused=1&q=rivers", 0),
        ("unused=1&q=%3C07%3E+topic", 1),
    ):
        assert browser.get(f"{HERE}?{query}").text.count('class="hl"') == n, query
    assert '1<span class="hide-wide"> story' in browser.get(f"{HERE}?q=river").text


def test_another_name_is_everywhere_at_once_and_in_what_is_being_written(browser, client, world, article, editor):
    draft = begun(world, editor)
    document, number = drafting.working_document(draft)
    drafting.save(draft, {**document, "topics": ["Rivers", "Rain"]}, editor, number)
    public = db.session.get(Article, article.id)
    document, number = drafting.working_document(public)
    drafting.save(public, {**document, "headline": "Later"}, editor, number)
    releasing.release(public, editor, "minor", "x", at=clock.now() + timedelta(hours=1))
    db.session.commit()
    client.get(article.url), client.get("/topics")

    assert say(browser, topic(), name="Waterways", slug="waterways", description="What flows").status_code == 303

    assert "Waterways" in client.get(article.url).text and "Waterways" in client.get("/topics").text
    assert leads(client, "/topics/rivers") == "/topics/waterways"
    assert leads(client, "/topics/rivers/feed.xml") == "/topics/waterways/feed.xml"
    assert client.get("/topics/waterways").status_code == 200
    assert "No stories match" not in client.get("/search?q=waterways").text
    assert drafting.working_document(db.session.get(Article, draft.id))[0]["topics"] == ["Waterways", "Rain"]
    clock.advance(timedelta(hours=2))
    assert releasing.release_due() == 1
    assert db.session.scalar(select(Topic).where(Topic.name == "Rivers")) is None
    acts = set(db.session.scalars(select(LogEntry.act).where(LogEntry.act.startswith("topic."))))
    assert acts == {"topic.move", "topic.edit"}


@pytest.mark.parametrize(
    ("said", "fault"),
    [({"name": ""}, "Say what it is called"), ({"name": "x" * 101}, "At most 100"), ({"slug": "?"}, "letters or digits"), ({"name": "Rain"}, "There is a topic called Rain already"),
     ({"slug": "rain"}, "There is a topic at /topics/rain already"), ({"slug": "was"}, "an old address, which leads to /topics/rain")],
)  # fmt: skip
def test_what_cannot_be_a_topic_is_told_of_and_nothing_is_lost(browser, article, said, fault):
    rain = articles.topic_named("Was")
    rain.rename("Rain")
    rain.readdress("rain")
    db.session.commit()
    answer = say(browser, topic(), **{"description": "Zqwords", **said})
    assert answer.status_code == 422 and fault in alert(answer.text) and "Zqwords" in answer.text
    assert topic().slug == "rivers"


def test_two_topics_become_one_with_their_stories_followers_and_addresses(
    browser, client, world, article, reader, editor
):
    both, one = story(world, "Streams", "Rivers", "Rain"), story(world, "Streams", headline="Only streams")
    draft = begun(world, editor)
    document, number = drafting.working_document(draft)
    drafting.save(draft, {**document, "topics": ["Streams", "Rivers"]}, editor, number)
    follows.follow(reader, f"topic:{topic('Streams').id}")
    follows.follow(editor, f"topic:{topic('Streams').id}")
    follows.follow(editor, f"topic:{topic().id}")
    db.session.commit()
    assert "Only streams" not in client.get("/topics/rivers/feed.xml").text

    answer = merge(browser, topic("Streams"), "rivers")
    assert answer.status_code == 303 and answer.headers["Location"] == f"{HERE}/{topic().id}?done=merged"

    assert "Only streams" in client.get("/topics/rivers/feed.xml").text
    assert leads(client, "/topics/streams") == "/topics/rivers"
    assert leads(client, "/topics/streams/feed.atom") == "/topics/rivers/feed.atom"
    assert [t.name for t in db.session.get(Article, both.id).topics] == ["Rivers", "Rain"]
    assert [t.name for t in db.session.get(Article, one.id).topics] == ["Rivers"]
    assert drafting.working_document(db.session.get(Article, draft.id))[0]["topics"] == ["Rivers"]
    assert follows.is_followed(reader, f"topic:{topic().id}") and follows.is_followed(editor, f"topic:{topic().id}")
    assert "Streams" not in client.get(both.url).text
    entry = db.session.scalars(select(LogEntry).where(LogEntry.act == "topic.merge")).one()
    assert (entry.reason, entry.details) == ("Streams is Rivers now.", {"stories": 2})


@pytest.mark.parametrize(
    ("into", "fault"), [("", "Say which one stays"), ("Nothing", "no such topic"), ("Rivers", "the same topic")]
)
def test_a_merge_that_cannot_be_changes_nothing(browser, article, into, fault):
    answer = merge(browser, topic(), into)
    assert answer.status_code == 422 and fault in alert(answer.text)
    assert topic().slug == "rivers"


def test_a_topic_is_named_by_its_name_its_capitals_or_its_address(browser, article):
    rain = articles.topic_named("Rain in Spain")
    db.session.commit()
    for said in (
        "Rain in Spain",
        "rain in spain",
        "rain-in-spain",
        "/topics/rain-in-spain",
        "http://127.0.0.1:8000/topics/rain-in-spain/",
    ):
        page = browser.post(f"{HERE}/{topic().id}/merge", data={"into": said}).text
        assert f'name="shown" value="{rain.id}"' in page, said


def test_only_what_no_story_has_is_removed(browser, article):
    empty = articles.topic_named("Empty")
    db.session.commit()
    refused = browser.post(f"{HERE}/{topic().id}/remove")
    assert refused.status_code == 422 and "1 story is about Rivers" in alert(refused.text)
    assert browser.post(f"{HERE}/{empty.id}/remove").status_code == 303
    assert [t.name for t in db.session.scalars(select(Topic))] == ["Rivers"]


def test_two_editors_at_once_lose_nothing(app, browser, article):
    other, at = signed_in(app, account(Role.EDITOR, "Otto")), f"{HERE}/{topic().id}"
    mine = fields(browser.get(at).text, f"form[action='{at}']")
    say(other, topic(), description="Theirs")

    late = browser.post(at, data={**mine, "description": "Mine"})
    assert late.status_code == 409 and "Otto has changed it meanwhile" in alert(late.text)
    assert "Theirs" in alert(late.text) and ">\r\nMine</textarea>" in late.text
    assert browser.post(at, data=fields(late.text, f"form[action='{at}']")).status_code == 303
    assert topic().description == "Mine"
