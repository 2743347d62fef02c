"""A story's states, and what the clock makes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from newsapp import articles, sections
from newsapp.articles import ALL, Article, Byline, Listing, Source, newest
from newsapp.db import db
from newsapp.lib import clock


def shelves(story: Article) -> set[str]:
    return set(db.session.scalars(select(Listing.shelf).where(Listing.article_id == story.id)))


@pytest.fixture
def story(world):
    return articles.write("A story", world, "<p>Its text.</p>", topics=["Rivers"])


def test_a_story_begins_as_a_draft_and_goes_to_review(story, editor):
    assert story.state == "draft" and not story.is_public()

    story.submit(by=editor)

    assert story.state == "in review" and story.submitted_by_id == editor.id
    assert shelves(story) == set()


def test_a_published_story_stands_on_every_shelf_that_it_belongs_to(story, world, asia, rosalind):
    story.file_under(asia, [world])
    story.sign([Byline(author=rosalind, author_id=rosalind.id)])
    story.publish()
    db.session.commit()

    topic = story.topics[0]
    assert shelves(story) == {
        ALL, "kind:news", f"section:{asia.id}", f"section:{world.id}", f"author:{rosalind.id}", topic.shelf,
    }  # fmt: skip


def test_a_scheduled_story_appears_by_the_clock_alone(story, client):
    story.publish(at=clock.now() + timedelta(minutes=10))
    db.session.commit()
    assert client.get("/articles/a-story").status_code == 404
    assert "A story" not in client.get("/sections/world").text

    clock.advance(timedelta(minutes=10))

    assert client.get("/articles/a-story").status_code == 200
    assert "A story" in client.get("/sections/world").text
    assert "A story" in client.get("/").text


def test_a_story_with_an_end_goes_by_the_clock_alone(story, client):
    story.publish()
    story.end(clock.now() + timedelta(minutes=10))
    db.session.commit()
    assert client.get("/articles/a-story").status_code == 200

    clock.advance(timedelta(minutes=10))

    assert client.get("/articles/a-story").status_code == 410
    assert "A story" not in client.get("/").text


def test_a_withdrawn_story_leaves_every_list_and_can_come_back(story, client, editor):
    story.publish(by=editor)
    db.session.commit()
    story.withdraw("It was wrong.", by=editor)
    db.session.commit()

    assert story.withdrawn_by_id == editor.id and shelves(story) == set()
    assert "A story" not in client.get("/").text

    story.publish()
    db.session.commit()
    assert "A story" in client.get("/").text


def test_a_story_that_moves_leaves_the_shelves_behind(story, world, asia):
    story.publish()
    story.file_under(asia)
    db.session.flush()
    other = sections.create("Tech")
    story.file_under(other)
    db.session.flush()

    assert f"section:{other.id}" in shelves(story)
    assert f"section:{world.id}" not in shelves(story) and f"section:{asia.id}" not in shelves(story)


def test_publishing_again_at_another_time_moves_the_story_and_its_log(story):
    story.publish()
    later = clock.now() + timedelta(hours=2)
    story.publish(at=later)
    db.session.flush()

    assert [change.at for change in story.changes] == [later]
    assert set(db.session.scalars(select(Listing.published_at))) == {later}


def test_an_update_within_the_first_minute_is_the_story_settling(story):
    story.publish()
    clock.advance(timedelta(seconds=59))
    story.update("A comma")
    assert story.visibly_updated_at is None

    clock.advance(timedelta(seconds=1))
    story.update("A figure")
    assert story.visibly_updated_at == clock.now()


def test_a_correction_stands_on_the_story_as_it_was_written_and_cleaned(story, client):
    story.publish()
    clock.advance(timedelta(minutes=5))
    story.correct("The year", "<p>It was <del>1999</del> <ins>2001</ins>.<script>alert(1)</script></p>")
    db.session.commit()

    page = client.get("/articles/a-story").text
    assert "<del>1999</del> <ins>2001</ins>" in page
    assert "Correction," in page and "The year" in page and "alert(1)" not in page


def test_two_stories_of_one_name_have_two_addresses(story, world):
    assert articles.write("A story", world).slug == "a-story-2"
    assert articles.write("A story", world).slug == "a-story-3"
    assert articles.write("", world).slug == "untitled"


def test_a_standfirst_that_nobody_wrote_is_the_first_sentence_and_is_marked(world):
    story = articles.write("X", world, "<h2>H</h2><p>First one. Second one.</p>")
    assert (story.standfirst, story.standfirst_is_own) == ("First one.", False)

    story.edit(standfirst="Written by hand.")
    story.set_body("<p>Another.</p>")
    assert (story.standfirst, story.standfirst_is_own) == ("Written by hand.", True)


def test_a_field_with_a_verb_of_its_own_cannot_be_edited_past_it(story):
    for name in ("slug", "published_at", "withdrawn_at", "body", "section_id", "nonsense"):
        with pytest.raises(AttributeError):
            story.edit(**{name: "x"})
    with pytest.raises(ValueError):
        story.edit(kind="gossip")


def test_sources_are_shared_between_stories_and_numbered_in_each(world):
    one = articles.write("One", world, '<p>a<sup data-source-url="https://example.org/a"></sup></p>')
    two = articles.write(
        "Two", world,
        '<p>b<sup data-source-url="https://example.org/b"></sup>a<sup data-source-url="https://example.org/a"></sup></p>',
    )  # fmt: skip

    assert [c.number for c in two.citations] == [1, 2]
    assert one.citations[0].source is two.citations[1].source


def test_a_source_that_is_no_longer_cited_is_no_longer_listed(world):
    story = articles.write(
        "One", world,
        '<p>a<sup data-source-url="https://example.org/a"></sup>b<sup data-source-url="https://example.org/b"></sup></p>',
    )  # fmt: skip
    story.set_body('<p>b<sup data-source-url="https://example.org/b"></sup></p>')
    db.session.commit()

    assert [(c.number, c.source.url) for c in story.citations] == [(1, "https://example.org/b")]


def test_a_list_is_read_newest_first_and_a_tie_has_an_order(world):
    at = clock.now()
    for n in range(5):
        articles.write(f"S{n}", world).publish(at=at)
    db.session.commit()

    assert [story.slug for story in newest(db.session(), ALL, 3)] == ["s4", "s3", "s2"]


def test_a_source_cited_by_its_key_and_by_its_address_is_one_source(world):
    accord = Source(title="The accord", url="https://example.org/accord")
    db.session.add(accord)
    body = '<p>a<sup data-source-url="https://example.org/accord"></sup> b<sup data-source="accord"></sup></p>'

    story = articles.write("One", world, body, sources={"accord": accord})

    assert [(c.number, c.source.title) for c in story.citations] == [(1, "The accord")]
    assert story.uses == {1: 2}
    story.print_again()
    assert story.uses == {1: 2} and len(story.citations) == 1


def test_a_source_has_a_way_back_to_every_place_that_cites_it(world, client):
    body = "".join(f'<p>x<sup data-source-url="https://example.org/{name}"></sup></p>' for name in "abaa")
    articles.write("One", world, body).publish()
    db.session.commit()

    page = BeautifulSoup(client.get("/articles/one").text, "html.parser")
    ways = [(link.get_text(), link["href"], link["aria-label"]) for link in page.select("#sources .back")]
    assert ways == [
        ("a", "#ref-1", "Back to reference 1, 1 of 3"),
        ("b", "#ref-1-2", "Back to reference 1, 2 of 3"),
        ("c", "#ref-1-3", "Back to reference 1, 3 of 3"),
        ("↑", "#ref-2", "Back to reference 2"),
    ]
    assert all(page.select_one(href) for _, href, _ in ways)


def test_a_mark_of_a_source_that_nobody_has_described_is_told_of_until_somebody_has(world):
    story = articles.write("One", world, '<p>a<sup data-source="minutes"></sup></p>')
    assert story.warnings == ["The source “minutes” is not described yet."]

    story.set_body(story.body_source)
    assert story.warnings == ["The source “minutes” is not described yet."]

    story.citations[0].source.describe(title="Minutes of the council")
    story.set_body(story.body_source)
    assert story.warnings == []
