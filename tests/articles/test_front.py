"""The front page: what the desk placed, and what fills the places that it left."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from newsapp import articles, sections
from newsapp.articles import Article, Byline, front_page
from newsapp.articles.related import neighbours
from newsapp.db import db
from newsapp.lib import clock, counts
from newsapp.media import Picture
from newsapp.sections import tree


@pytest.fixture
def stories(world) -> list[Article]:
    """Twelve stories, the newest first; the third has a picture."""
    picture = Picture(sha256="a" * 64, stem="a" * 20, original="a.jpg", width=900, height=600, widths=[176, 704])
    db.session.add(picture)
    db.session.flush()
    made = []
    for n in range(12):
        story = articles.write(f"Story {n:02d}", world, picture_id=picture.id if n == 2 else None)
        story.publish(at=clock.now() - timedelta(minutes=10 + n))
        made.append(story)
    db.session.commit()
    return made


def front():
    return front_page(db.session(), tree(db.session()), clock.now())


def test_an_empty_paper_says_so(client, site):
    page = client.get("/")

    assert page.status_code == 200
    assert "Nothing has been published yet" in page.text


def test_what_the_desk_placed_leads(stories):
    articles.place(stories[7], "lead")
    articles.place(stories[9], "second")

    assert front().lead.id == stories[7].id
    assert front().seconds[0].id == stories[9].id


def test_without_a_placement_the_newest_with_a_picture_leads(stories):
    assert front().lead.id == stories[2].id


def test_a_placement_begins_and_ends_by_the_clock(stories):
    articles.place(
        stories[7], "lead", starts_at=clock.now() + timedelta(minutes=5), ends_at=clock.now() + timedelta(minutes=9)
    )
    assert front().lead is not stories[7]
    clock.advance(timedelta(minutes=5))
    assert front().lead.id == stories[7].id
    clock.advance(timedelta(minutes=4))
    assert front().lead is not stories[7]


def test_a_placed_story_that_is_withdrawn_gives_its_place_to_the_next(stories):
    articles.place(stories[7], "lead")
    stories[7].withdraw("x")
    db.session.flush()

    assert front().lead.id == stories[2].id


def test_a_story_stands_once_but_for_the_log(stories, client):
    articles.place(stories[0], "lead")
    articles.place(stories[0], "second")
    made = front()
    named = [made.lead, *made.seconds, *made.opinion, *(s for f in made.fronts for s in f.stories)]

    assert len(named) == len({story.id for story in named if story})
    assert len(made.log) == 12


def test_a_section_front_opens_with_a_picture(stories):
    stories[10].edit(picture_id=stories[2].picture_id)
    db.session.commit()

    assert front().fronts[0].stories[0].id == stories[10].id


def test_opinion_and_live_stay_in_their_own_places(world):
    for kind in ("opinion", "live", "news"):
        articles.write(kind, world, kind=kind).publish()
    db.session.flush()
    made = front()

    assert [story.slug for story in made.opinion] == ["opinion"]
    assert made.live and made.live.slug == "live"
    assert made.lead and made.lead.slug == "news"


def test_the_log_names_a_story_once_with_what_happened_last(stories, client):
    clock.advance(timedelta(minutes=2))
    stories[5].update("More")
    clock.advance(timedelta(minutes=2))
    stories[5].update("And more")
    stories[6].correct("Figure", "<p>2</p>")
    db.session.commit()
    lines = front().log

    assert [(line.article.slug, line.mark) for line in lines[:2]] == [
        ("story-06", "Figure"),
        ("story-05", "Updated twice"),
    ]
    assert len({line.article.id for line in lines}) == len(lines)


def test_no_slot_of_another_name(stories):
    with pytest.raises(ValueError, match="no slot"):
        articles.place(stories[0], "basement")


def test_what_has_ended_is_cleared_from_its_slot(stories):
    from sqlalchemy import func, select

    from newsapp.articles import Placement

    for n in range(5):
        articles.place(stories[n], "lead", ends_at=clock.now() + timedelta(minutes=1))
        clock.advance(timedelta(minutes=2))

    assert db.session.scalar(select(func.count()).select_from(Placement)) == 1


def around(story):
    return neighbours(db.session(), story, [f"section:{story.section_id}"], clock.now(), None)


def test_before_and_after_are_the_neighbours_in_the_section(stories):
    found = around(stories[5])
    assert (found.previous.slug, found.next.slug) == ("story-06", "story-04")

    assert around(stories[0]).next is None
    assert around(stories[11]).previous is None


def test_related_stories_share_a_topic_first_and_are_never_the_story_itself(stories, world):
    tech = sections.create("Tech")
    for n in (3, 8):
        stories[n].mark_topics(["Peat"])
    far = articles.write("Far", tech, topics=["Peat"])
    far.publish(at=clock.now() - timedelta(days=2))
    db.session.commit()
    found = around(stories[3])
    related = [story.id for story in found.related]

    assert {stories[8].id, far.id} <= set(related[:2])
    assert stories[3].id not in related
    assert not {found.previous.id, found.next.id} & set(related)


def test_what_is_too_old_is_not_offered_unless_it_does_not_age(world):
    old = articles.write("Old", world, topics=["Peat"])
    old.publish(at=clock.now() - timedelta(days=400))
    evergreen = articles.write("Evergreen", world, topics=["Peat"], is_evergreen=True)
    evergreen.publish(at=clock.now() - timedelta(days=401))
    middle = articles.write("Middle", world)
    middle.publish(at=clock.now() - timedelta(days=399))
    story = articles.write("New", sections.create("Tech"), topics=["Peat"])
    story.publish()
    db.session.commit()

    assert [other.slug for other in around(story).related] == ["evergreen"]


def test_top_writers_are_counted_truly_and_who_left_is_not_named(app, world, rosalind, client):
    from newsapp.authors import create

    busy, gone = create("Busy"), create("Gone")
    for n, author in enumerate([busy, busy, busy, gone, rosalind]):
        articles.write(f"S{n}", world, bylines=[Byline(author=author, author_id=author.id)]).publish(
            at=clock.now() - timedelta(days=n)
        )
    articles.write("Long ago", world, bylines=[Byline(author=busy, author_id=busy.id)]).publish(
        at=clock.now() - timedelta(days=60)
    )
    gone.leave()
    db.session.commit()

    rail = client.get("/sections/world").text.split("Top Writers")[1].split("</ul>")[0]
    assert re.findall(r"<b>(\d+)</b>(articles?)", rail) == [("3", "articles"), ("1", "article")]
    assert "Gone" not in rail


def test_most_read_is_what_was_read_in_the_last_day(app, stories, client):
    counted = app.extensions["counts"]
    for story, readers in ((stories[4], 30), (stories[1], 50), (stories[2], 3)):
        counted.add_many(str(story.id), readers)
    counted.write()
    assert articles.rank(clock.now(), [f"section:{stories[0].section_id}"])
    db.session.commit()

    page = client.get("/").text.split("Most read")[1]
    assert [f"story-{n:02d}" for n in (1, 4)] == re.findall(r"/articles/(story-\d\d)", page)
    assert "story-02" not in page, "three readers are too few to be ranked"

    assert not articles.rank(clock.now(), [f"section:{stories[0].section_id}"]), "nothing changed, nothing is raised"
    clock.advance(timedelta(days=2))
    assert articles.rank(clock.now(), [])


def test_a_reader_who_opens_a_story_is_counted_by_the_hour_and_by_nothing_else(app, stories, client):
    client.get("/articles/story-03", headers={"User-Agent": "Mozilla/5.0", "X-Forwarded-For": "203.0.113.7"})
    app.extensions["counts"].write()

    assert counts.totals(clock.now(), clock.now()) == {str(stories[3].id): 1}
    if app.config["DATABASE_URL"].startswith("sqlite"):
        kept = (app.extensions["counts"].file).read_bytes()
        assert b"203.0.113.7" not in kept and b"Mozilla" not in kept
