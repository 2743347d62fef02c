"""Section pages: paging that never loses its place, and nothing beyond the end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from newsapp import articles
from newsapp.articles.lists import LAST_PAGE, PER_PAGE, TOGETHER
from newsapp.db import db
from newsapp.lib import clock

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def long_section(world):
    for n in range(40):
        articles.write(f"Story {n:02d}", world).publish(at=clock.now() - timedelta(minutes=n))
    db.session.commit()
    return world


def named(html: str) -> list[str]:
    return re.findall(r'<h[23]><a href="/articles/(story-\d\d)"', html.split("<aside")[0])


def test_every_story_stands_on_exactly_one_page(client, long_section):
    seen: list[str] = []
    for number in range(1, 5):
        seen += named(client.get(f"/sections/world?page={number}").text)

    assert sorted(seen) == [f"story-{n:02d}" for n in range(40)]


def test_the_button_leads_on_by_a_real_address_and_ends_at_the_end(client, long_section):
    address, seen = "/sections/world", []
    for _ in range(10):
        html = client.get(address).text
        seen += named(html)
        found = re.search(r'href="(/sections/world\?page=\d+)" rel="next"', html)
        if not found:
            break
        address = found[1]

    assert len(seen) == 40
    assert "Stories 37–40 of 40" in html


def test_htmx_gets_the_items_and_the_next_button_and_nothing_else(client, long_section):
    part = client.get("/sections/world?page=2", headers=PART).text

    assert "<html" not in part and "<nav" not in part
    assert len(named(part)) == PER_PAGE
    assert '<hx-partial hx-target="#more"' in part and "?page=3" in part


def test_several_pages_in_one_are_the_list_that_the_button_has_made_longer(client, long_section):
    apart = [named(client.get(f"/sections/world?page={number}").text) for number in range(1, 5)]

    assert sorted(named(client.get("/sections/world?page=1-3").text)) == sorted(apart[0] + apart[1] + apart[2])
    assert named(client.get("/sections/world?page=2-3").text) == apart[1] + apart[2]
    assert named(client.get("/sections/world?page=3-9").text) == apart[2] + apart[3], "what there is"

    html = client.get("/sections/world?page=1-3").text
    assert "Showing 36 of 40 stories" in html and 'href="/sections/world?page=4" rel="next"' in html
    assert re.search(r'rel="canonical" href="[^"]*/sections/world"', html)
    html = client.get("/sections/world?page=2-3").text
    assert "Stories 13–36 of 40" in html and 'href="/sections/world" rel="prev"' in html
    assert re.search(r'rel="canonical" href="[^"]*/sections/world\?page=2"', html)


def test_going_on_by_time_from_the_last_page_misses_nothing(client, world, monkeypatch):
    for n in range(40):
        articles.write(f"Story {n:02d}", world).publish(at=clock.now() - timedelta(minutes=n // 3))  # ties on purpose
    db.session.commit()
    monkeypatch.setattr("newsapp.articles.lists.LAST_PAGE", 2)
    address, seen = "/sections/world", []
    for _ in range(6):
        html = client.get(address).text
        seen += named(html)
        found = re.search(r'href="(/sections/world\?[^"]+)" rel="next"', html)
        if not found:
            break
        address = found[1].replace("&amp;", "&")

    assert "before=" in address
    assert sorted(seen) == [f"story-{n:02d}" for n in range(40)]


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        f"page={LAST_PAGE + 1}",
        "page=9",
        "page=1e3",
        "page=²",
        "before=x",
        "before=2026-01-01",
        "page=99999999999999999999",
        "page=1-1",
        "page=3-2",
        "page=1-",
        "page=-2",
        "page=1-2-3",
        "page=1-51",
        "page=8-9",
        f"page=1-{TOGETHER + 1}",
    ],
)
def test_an_address_that_leads_nowhere_is_404(client, long_section, query):
    assert client.get(f"/sections/world?{query}").status_code == 404


def test_an_empty_section_says_so_and_leads_on(client, world):
    page = client.get("/sections/world")

    assert page.status_code == 200
    assert "No stories in World yet" in page.text


def test_a_parent_lists_its_childrens_stories_and_a_child_only_its_own(client, world, asia):
    articles.write("Above", world).publish()
    articles.write("Below", asia).publish()
    db.session.commit()

    assert {"Above", "Below"} <= set(re.findall(r">(\w+)</a></h2>", client.get("/sections/world").text))
    page = client.get("/sections/world/asia-pacific").text.split("<aside")[0]
    assert ">Below</a>" in page and ">Above</a>" not in page


def test_a_count_beyond_a_thousand_is_said_as_such(client, world, monkeypatch):
    monkeypatch.setattr("newsapp.articles.shelves.COUNTED_AT_MOST", 10)
    monkeypatch.setattr("newsapp.articles.lists.COUNTED_AT_MOST", 10)
    for n in range(14):
        articles.write(f"Story {n:02d}", world).publish()
    db.session.commit()

    assert "Showing 12 of 10+ stories" in client.get("/sections/world").text
