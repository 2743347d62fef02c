"""Sources: a page for each, and what a change of one does to the stories that print it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsapp import articles
from newsapp.articles import Source, drafting, releasing, sourcing, versions
from newsapp.articles.documents import document_of, printed_story
from newsapp.articles.versions import Version
from newsapp.db import db
from newsapp.lib import clock
from tests.conftest import NOON


def cited(section, headline, source, at=NOON - timedelta(hours=1), key="a"):
    story = articles.write(headline, section, f'<p>So.<sup data-source="{key}"></sup></p>', sources={key: source})
    if at:
        releasing_at(story, at)
    return story


def releasing_at(story, at):
    story.publish(at=at)
    versions.keep(story, "published", at=at)
    db.session.commit()


def versions_of(story):
    return db.session.scalars(select(Version).where(Version.article_id == story.id).order_by(Version.number)).all()


@pytest.fixture
def source(app):
    made = sourcing.add({"title": "The accord", "url": "https://example.org/accord", "publisher": "The registry"})
    db.session.commit()
    return made


def test_a_source_s_page_lists_every_public_story_that_rests_on_it_and_no_other(client, world, source):
    cited(world, "Zqpublic", source)
    later = cited(world, "Zqlater", source, at=NOON + timedelta(hours=1))
    cited(world, "Zqdraft", source, at=None)

    page = client.get(source.address).text
    assert "The accord" in page and "The registry" in page and "Zqpublic" in page
    assert "Zqlater" not in page and "Zqdraft" not in page
    assert f'href="{source.address}"' in client.get("/articles/zqpublic").text

    clock.advance(timedelta(hours=2))
    assert "Zqlater" in client.get(source.address).text
    releasing.withdraw(later, "No", None)
    db.session.commit()
    assert "Zqlater" not in client.get(source.address).text


def test_a_source_that_no_public_story_cites_has_no_page(client, world, source):
    assert client.get(source.address).status_code == 404
    story = cited(world, "Later", source, at=NOON + timedelta(hours=1))
    assert client.get(source.address).status_code == 404
    clock.advance(timedelta(hours=2))
    assert client.get(source.address).status_code == 200
    story.set_body("<p>Nothing any more.</p>")
    db.session.commit()
    assert client.get(source.address).status_code == 404


def test_describing_a_source_makes_a_version_of_each_public_story_that_prints_it(client, world, source):
    first, second = cited(world, "One", source), cited(world, "Two", source)
    draft = cited(world, "Three", source, at=None)

    made = sourcing.amend(source, {"title": "The <accord> of 1998"}, reason="Its full title")
    db.session.commit()

    assert [v.article_id for v in made] == [first.id, second.id] and versions_of(draft) == []
    before, now = versions_of(first)
    assert (now.kind, now.reason, first.versions) == ("minor", "Its full title", 2)
    assert before.story(first).citations[0].source.title == "The accord"
    assert now.story(first).citations[0].source.title == "The <accord> of 1998"
    history = client.get(f"{first.url}/versions/2").text
    assert "Its full title" in history and "&lt;accord&gt;" in history and "<accord>" not in history
    assert "&lt;accord&gt; of 1998" in client.get(first.url).text


def test_a_story_from_before_there_were_versions_keeps_what_it_printed(world, source):
    story = articles.write("Old", world, '<p>So.<sup data-source="a"></sup></p>', sources={"a": source})
    story.publish(at=NOON - timedelta(days=9))
    db.session.commit()

    sourcing.amend(source, {"title": "Another"}, reason="Why")

    assert [v.story(story).citations[0].source.title for v in versions_of(story)] == ["The accord", "Another"]


def test_a_story_that_waits_for_its_time_shows_the_source_as_it_is_then_in_its_first_version(world, source):
    at = NOON + timedelta(hours=1)
    story = cited(world, "Later", source, at=at)

    assert sourcing.amend(source, {"title": "Another"}, reason="Why") == []
    db.session.commit()

    (only,) = versions_of(story)
    assert (only.kind, only.at, only.number) == ("published", at, 1)
    assert only.story(story).citations[0].source.title == "Another"


def test_no_public_word_changes_without_a_reason_and_saying_the_same_makes_nothing(world, source):
    story = cited(world, "One", source)
    with pytest.raises(sourcing.CannotChange):
        sourcing.amend(source, {"title": "Another"})
    assert source.title == "The accord"
    assert sourcing.amend(source, {"title": "The accord"}) == [] and len(versions_of(story)) == 1


def test_more_stories_than_one_change_may_print_anew_are_refused(world, source, monkeypatch):
    monkeypatch.setattr(sourcing, "MOST_STORIES", 1)
    cited(world, "One", source), cited(world, "Two", source)
    with pytest.raises(sourcing.CannotChange, match="2 stories"):
        sourcing.amend(source, {"title": "Another"}, reason="Why")


def test_of_two_that_are_merged_the_stories_cite_one_and_its_address_leads_there(client, world, source, editor):
    twin = sourcing.add({"title": "Accord", "url": "https://www.example.org/accord/?utm_source=x"})
    first, second = cited(world, "One", source), cited(world, "Two", twin)
    document, number = drafting.working_document(second)
    drafting.save(second, {**document, "headline": "Two, again"}, editor, number)
    db.session.commit()

    sourcing.merge(twin, source, editor, reason="They are one")
    db.session.commit()

    assert client.get(twin.address).headers["Location"] == source.address
    page = client.get(source.address).text
    assert "One" in page and "Two" in page
    assert [len(versions_of(s)) for s in (first, second)] == [1, 2]
    assert "Two, again" not in client.get(second.url).text
    copy, _ = drafting.working_document(second)
    assert printed_story(second, copy).citations[0].source.title == "The accord"
    old = versions_of(second)[0]
    assert old.story(second).citations[0].source.title == "Accord"
    assert printed_story(second, old.document).citations[0].source.title == "The accord"
    with pytest.raises(sourcing.CannotChange):
        sourcing.merge(source, twin, editor, reason="Again")


def test_merging_on_leads_what_was_merged_before_along(world, source):
    second, third = sourcing.add({"title": "Second"}), sourcing.add({"title": "Third"})
    sourcing.merge(source, second, reason="One")
    sourcing.merge(second, third, reason="One")
    db.session.commit()
    assert source.itself is third and Source.by_ids([source.id])[source.id] is third


def test_an_address_that_leads_to_the_page_of_a_source_cites_that_source(world, source):
    story = articles.write(
        "One",
        world,
        "<p>A [[1]](http://www.example.org/accord/?utm_source=x) and [[2]](https://example.org/accord).</p>",
    )
    assert [c.source for c in story.citations] == [source]
    assert story.body.count(">1</a>") == 2
    assert document_of(story)["sources"] == {}
