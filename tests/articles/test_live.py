"""A live story is made of posts: each has its time, its anchor and its words."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from newsapp import articles
from newsapp.articles import Article
from newsapp.db import db
from newsapp.lib import clock

POSTS = """<p>What is known so far.</p>
<h2><time datetime="2026-03-14T10:05Z">10:05</time> The road closes</h2><p>Police shut it.<sup data-source="police"></sup></p>
<h2><time datetime="2026-03-14T11:40Z">11:40</time>: Power is <em>back</em><sup data-source="grid"></sup></h2>
<p>For some.</p><ul><li>North</li><li>South</li></ul>
<h2>Background</h2><p>An old wall.</p>"""


@pytest.fixture
def live(world, rosalind) -> Article:
    story = articles.write(
        "Storm", world, POSTS, kind="live", bylines=[articles.Byline(author=rosalind, author_id=rosalind.id)]
    )
    story.publish(at=clock.now() - timedelta(hours=1))
    db.session.commit()
    return story


def headings(story: Article) -> list[str]:
    return [" ".join(h.get_text().split()) for h in BeautifulSoup(story.body, "html.parser").find_all("h2")]


def described(client, slug: str) -> dict:
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(f"/articles/{slug}").text)
    return json.loads(blocks[0])


def test_posts_stand_newest_first_under_their_times_and_what_is_no_post_keeps_its_place(live):
    assert headings(live) == ["11:40 Power is back1", "10:05 The road closes", "Background"]
    assert "<p>What is known so far.</p>" in live.body.split("<h2", 1)[0]
    assert '<time class="post__at" datetime="2026-03-14T11:40:00Z">11:40</time>' in live.body
    assert [citation.key for citation in live.citations] == ["grid", "police"]  # numbered as they are read


def test_a_post_has_an_anchor_and_its_plain_words(live):
    newest, oldest = live.posts

    assert (newest.headline, newest.url, newest.says) == (
        "Power is back", f"{live.url}#power-is-back", "For some. North South"
    )  # fmt: skip
    assert (oldest.headline, oldest.says) == ("The road closes", "Police shut it.")


def test_times_of_more_than_one_day_have_their_dates_and_all_are_in_the_newsrooms_zone(live, site):
    site.set(zone="Asia/Tokyo")
    live.set_body(POSTS + '<h2><time datetime="2026-03-14T15:30:00+00:00">then</time> Sunday there</h2><p>a</p>')

    assert headings(live)[0] == "15 Mar, 00:30 Sunday there"
    assert "14 Mar, 19:05 The road closes" in headings(live)


@pytest.mark.parametrize("written", ["10:05", "2026-03-14T10:05", "2026-03-14", "soon", ""])
def test_a_time_without_date_or_zone_is_kept_as_words_and_told_of(live, written):
    live.set_body(f'<h2><time datetime="{written}">10:05</time> The road closes</h2><p>a</p>')

    assert headings(live) == ["10:05 The road closes"] and live.posts == []
    assert live.warnings == ["“10:05 The road closes” is not a post: its time has no date or no zone."]


def test_only_a_live_story_has_posts(live):
    live.edit(kind="news")
    assert headings(live)[0].startswith("10:05 The road closes") and live.posts == []

    live.edit(kind="live")
    assert headings(live)[0].startswith("11:40") and len(live.posts) == 2


def test_the_front_pages_strip_leads_to_each_post(live, client):
    strip = BeautifulSoup(client.get("/").text, "html.parser").select(".live__items li")

    assert [(li.time.get_text(), li.a.get_text(), li.a["href"]) for li in strip] == [
        ("11:40", "Power is back", "/articles/storm#power-is-back"),
        ("10:05", "The road closes", "/articles/storm#the-road-closes"),
    ]
    page = client.get("/articles/storm").text
    assert 'id="power-is-back"' in page and 'id="the-road-closes"' in page


def test_a_new_post_is_on_the_strip_at_once(live, client):
    client.get("/")
    live.set_body(POSTS + '<h2><time datetime="2026-03-14T11:59Z">11:59</time> Trains run</h2><p>a</p>')
    db.session.commit()

    assert "Trains run" in client.get("/").text


def test_a_live_story_without_posts_shows_its_updates_on_the_strip(live, client):
    live.set_body("<p>Nothing in posts.</p>")
    live.update("A gate opens", at=clock.now() - timedelta(minutes=5))
    db.session.commit()

    strip = BeautifulSoup(client.get("/").text, "html.parser").select(".live__items li")
    assert [(li.a.get_text(), li.a["href"]) for li in strip] == [("A gate opens", "/articles/storm")]
    assert described(client, "storm")["liveBlogUpdate"][0]["headline"] == "A gate opens"


def test_machines_are_told_each_post_with_headline_text_time_and_author(live, client):
    live.end(clock.now() + timedelta(hours=3))
    db.session.commit()

    data = described(client, "storm")

    assert data["@type"] == "LiveBlogPosting"
    assert data["coverageStartTime"] == "2026-03-14T10:05:00+00:00"  # the first post is older than the publication
    assert data["coverageEndTime"] == "2026-03-14T15:00:00+00:00"
    newest = data["liveBlogUpdate"][0]
    assert (newest["headline"], newest["articleBody"]) == ("Power is back", "For some. North South")
    assert newest["datePublished"] == "2026-03-14T11:40:00+00:00"
    assert newest["url"].endswith("/articles/storm#power-is-back")
    assert newest["author"][0]["name"] == "Rosalind Achterberg" and newest["author"][0]["url"].endswith(
        "/rosalind-achterberg"
    )
