"""What is not plain news says so, in words, wherever it is listed: what a joke or an advertisement is must not be guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup, Tag

from newsapp import articles
from newsapp.articles import Article, Byline, Kind, MostRead
from newsapp.db import db
from newsapp.lib import clock

LISTS = [
    "/", "/sections/world", "/sections/world?page=2", "/log", "/corrections", "/search", "/search?q=river",
    "/search?kind=satire", "/search?q=zeppelin", "/authors/rosalind-achterberg", "/topics/rivers", "/missing",
]  # fmt: skip


@pytest.fixture
def one_of_each(world, rosalind) -> list[Article]:
    """A story of every kind, twice: each has been read, put right, and placed where the opinion stands."""
    stories = []
    for n, kind in enumerate([*Kind, *Kind, Kind.NEWS]):
        story = articles.write(
            f"River number {n}", world, "<p>Water.</p>", kind=kind, topics=["Rivers"],
            bylines=[Byline(author=rosalind, author_id=rosalind.id)],
        )  # fmt: skip
        story.publish(at=clock.now() - timedelta(hours=n + 1))
        stories.append(story)
    db.session.flush()
    for n, story in enumerate(stories[: len(Kind)], 1):
        story.correct("A figure", "<p>It was 1.</p>", at=clock.now() - timedelta(minutes=n))
        for shelf in ("all", f"section:{world.id}"):
            db.session.add(MostRead(shelf=shelf, rank=n, article_id=story.id, views=50, as_of=clock.now()))
    articles.place(stories[list(Kind).index(Kind.SATIRE)], "opinion")
    db.session.commit()
    return stories


def listed(html: str, stories: list[Article]) -> list[tuple[Article, Tag]]:
    """Give every item of the page that names one of the stories, with its story."""
    by_url = {story.url: story for story in stories}
    found = []
    for link in BeautifulSoup(html, "html.parser").select("main a[href^='/articles/']"):
        story = by_url.get(str(link["href"]).partition("#")[0])
        if story is not None and story.headline in link.get_text():
            item = link.find_parent("li") or link.find_parent("article", class_=["story", "col"])
            found.append((story, item or link.find_parent(class_="live") or link))
    return found


def unlabelled(html: str, stories: list[Article]) -> list[str]:
    wrong = []
    for story, item in listed(html, stories):
        says = item.get_text(" ")
        if "col" in (item.get("class") or []):
            says += item.find_parent("section").select_one("h2").get_text(" ")  # a column's heading says Opinion
        is_labelled = Kind(story.kind).label in says
        if is_labelled == (story.kind == Kind.NEWS):
            wrong.append(f"{story.kind}: {says}")
    return wrong


@pytest.mark.parametrize("address", LISTS)
def test_every_list_says_what_is_not_plain_news(client, one_of_each, address):
    html = client.get(address).text

    assert listed(html, one_of_each), "the list names stories"
    assert unlabelled(html, one_of_each) == []


def test_what_stands_round_a_story_says_what_is_not_plain_news(client, one_of_each):
    for story in one_of_each:
        html = client.get(story.url).text
        named = [other for other in one_of_each if other is not story]
        assert listed(html, named) and unlabelled(html, named) == [], story.kind


def test_most_read_names_every_kind(client, one_of_each):
    ranked = BeautifulSoup(client.get("/").text, "html.parser").select_one("main ol.ranked")

    lines = [" ".join(small.get_text().split()) for small in ranked.select("small")]
    assert lines == ["World · 1 min read" if kind is Kind.NEWS else
                     f"{kind.label} · World" + " · 1 min read" * (kind is not Kind.LIVE) for kind in Kind]  # fmt: skip


def test_saved_stories_say_what_is_not_plain_news(client, one_of_each):
    part = {"HX-Request": "true", "HX-Request-Type": "partial"}
    rows = client.get("/saved?" + "&".join(f"s={story.id}" for story in one_of_each), headers=part).text
    page = BeautifulSoup(f"<main>{rows}</main>", "html.parser")

    assert len(listed(str(page), one_of_each)) == len(one_of_each)
    assert unlabelled(str(page), one_of_each) == []


def test_the_button_tells_the_browser_the_label_of_what_is_saved(client, one_of_each):
    for story in one_of_each[: len(Kind)]:
        button = BeautifulSoup(client.get(story.url).text, "html.parser").select_one("[data-save][data-url]")
        assert button.get("data-kind") == (None if story.kind == Kind.NEWS else Kind(story.kind).label)
