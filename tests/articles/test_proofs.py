"""Proofs: what is marked before a story goes out, where, and what keeps it from going out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from newsapp.articles import Article, Source
from newsapp.articles.documents import BLANK, document_of, tidied
from newsapp.articles.proofs import BLOCKING, MENDS, Given, given_for, proof
from newsapp.media import Picture
from tests.conftest import NOON

# A page that was copied whole, told in words of our own: each of its faults is one that such pages have.
COPIED = {
    "headline": "What bake Ada and Boris every wish from meeting in Norland?",
    "standfirst": "The upcoming meeting in Norland between Ada and Boris is a turn in their towns’ dealings. " * 5,
    "label": "HarbourWorld",
    "bylines": [{"author_id": None, "name": "Lena Moss", "role": "", "part": "by"}],
    "picture_id": 7,
    "body": """
<p>Lena Moss Avatar</p><p>Last updated: 15 January 11:59 pm</p><p>Font ResizerAa</p>
<p>The impending meeting in Norland is a mirror of power[[1]](https://news.example.org/a)[[2]](https://news.example.org/b)[[4]](https://news.example.org/d).</p>
<h2>Understanding Aims Behind the Norland</h2>
<p>At the heart of the Norland Meeting lies a web of aims, says <a href="summit notes.html">our note</a>. The Norland meeting is a board.</p>
<h2>Weighing Outcomes and Geopolitical</h2>
<ul><li>Signal openness within bounds that guard the towns.
<p>Through measured words and careful acts he seeks to gain a hold without a promise, keeping to a bearing that blends working
together with keeping everyone in the dark, which is what he has always done when others came to talk with him about the harbour.</p></li></ul>
<table><tr><td>Likely outcome</td><td>What follows</td></tr><tr><td>Agreement</td><td>Calm</td></tr></table>
<p>Much was said in <a href="https://news.example.org/c">click here</a>.</p>
<p>Subscribe to Our Newsletter</p><p>Share This Article</p>""",
}


def photo(**said) -> Picture:
    return Picture(**{"id": 7, "alt": "", "credit": "", "creator": "", "licence": "", **said})


def marks(given: Given | None = None, **said):
    sent = {
        "headline": "The river rose", "standfirst": "It rose.", "body": "<p>The river rose by a metre.</p>",
        "bylines": [{"author_id": 1, "name": "", "role": "Rivers", "part": "by"}],
    }  # fmt: skip
    return proof({**BLANK, **sent, **said}, given or Given(NOON))  # as an import may have left it: nothing tidied


def names(given: Given | None = None, **said) -> set[str]:
    return {mark.name for mark in marks(given, **said)}


def test_a_page_copied_whole_raises_at_least_twelve_named_faults():
    press = photo(creator="Пресс-служба")
    found = proof(tidied({**BLANK, **COPIED}), Given(NOON, pictures={7: press}))

    assert {mark.name for mark in found} >= {
        "alt", "licence", "language", "label", "role", "standfirst length", "heading cut off", "table caption", "source numbers",
        "source described", "link words", "day", "furniture",
    }  # fmt: skip
    assert len({mark.name for mark in found}) >= 12
    assert all(mark.says and mark.mend and mark.field for mark in found)


def test_each_mark_has_its_place_in_the_text():
    body = "<p>One.</p><h2>Two</h2><p>See <a href='https://example.org/'>here</a>.</p>"
    (mark,) = marks(body=body, headline="One two")
    assert (mark.name, mark.words, mark.block, mark.field) == ("link words", "here", 3, "body")


def test_what_blocks_stands_first():
    found = marks(body="<p>See <a href='https://example.org/'>here</a>. The river rose TK.</p>")
    assert [mark.is_blocking for mark in found] == [True, False]


def test_a_clean_story_raises_nothing():
    source = Source(title="The accord", url="https://example.org/a", published_on=date(2026, 1, 1))
    body = (
        "<p>The river rose.<sup data-source='a'></sup></p><h2>One</h2><h3>Under it</h3><p><a href='https://example.org/'>The agency’s figures</a></p>"
        "<table><caption>Levels</caption><tr><th>Day</th></tr><tr><td>1</td></tr></table><p>She said <span lang='ru'>да здравствует</span>.</p>"
    )
    assert marks(Given(NOON, sources={"a": source}), body=body) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("byline", {"bylines": []}),
        ("standfirst", {"standfirst": ""}),
        ("headline length", {"headline": "The river " * 20}),
        ("headline and text", {"headline": "Bakers strike over flour"}),
        ("empty text", {"body": ""}),
        ("placeholder", {"body": "<p>The river rose by XXX metres.</p>"}),
        ("placeholder", {"standfirst": "Lorem ipsum dolor."}),
        ("markdown", {"body": "<p>The river **rose** fast.</p>"}),
        ("markdown", {"body": "<p>## The river</p>"}),
        ("source marks", {"body": "<p>The river rose [3].</p>"}),
        ("heading order", {"body": "<p>The river.</p><h3>Rose</h3>"}),
        ("table headers", {"body": "<table><caption>The river</caption><tr><td>1</td></tr></table>"}),
        ("list", {"body": f"<ul><li>The river<p>{'It rose and fell. ' * 12}</p></li></ul>"}),
        ("heading in capitals", {"body": "<h2>THE RIVER ROSE</h2>"}),
        ("heading cut off", {"body": "<h2>The river rose and</h2>"}),
        ("heading cut off", {"body": "<h2>The river rose…</h2>"}),
        ("heading twice", {"body": "<h2>The river</h2><p>a</p><h2>The River</h2>"}),
        ("link words", {"body": "<p>The river: <a href='https://example.org/'>https://example.org/</a></p>"}),
        ("link address", {"body": "<p>The river: <a href='example dot org'>the agency</a></p>"}),
        ("day", {"body": "<p>The river rises tomorrow.</p>"}),
        ("language", {"body": "<p>The river: Пресс-служба.</p>"}),
        ("furniture", {"body": "<p>The river.</p><p>Share this article</p>"}),
        ("paragraph twice", {"body": "<p>The river rose by a metre in the night, and everyone who lives there saw it.</p>" * 2}),
        ("source described", {"body": "<p>The river.<sup data-source-url='https://example.org/a'></sup></p>"}),
    ],
)  # fmt: skip
def test_a_fault_is_marked_under_its_name(name, said):
    assert names(**said) == {name}


def test_breaking_is_marked_when_the_story_is_older_than_a_day():
    said = {"headline": "Breaking: the river rose"}
    assert names(Given(NOON, NOON - timedelta(hours=2)), **said) == set()
    assert names(Given(NOON, NOON - timedelta(days=2)), **said) == {"breaking"}


@pytest.mark.parametrize(("ends", "is_marked"), [(date(2026, 3, 13), True), (date(2026, 3, 14), False), (None, False)])
def test_a_picture_whose_rights_have_ended_is_not_printed(ends, is_marked):
    picture = photo(alt="A barge", credit="A", licence="CC0", rights_end_on=ends)
    marks = proof({**BLANK, "body": "<p>Words.</p>", "picture_id": 7}, Given(NOON, pictures={7: picture}))

    rights = [mark for mark in marks if mark.name == "rights"]
    assert bool(rights) is is_marked and all(mark.is_blocking for mark in rights)


def test_a_picture_may_be_said_to_be_decorative():
    given = Given(NOON, pictures={7: photo(credit="A", licence="CC0")})
    assert names(given, picture_id=7) == {"alt"}
    assert names(given, picture_id=7, picture_alt="") == set()
    assert names(given, picture_id=7, picture_alt="A river") == set()


def test_every_name_has_a_way_to_mend_it():
    assert set(MENDS) >= BLOCKING


def test_hostile_text_is_read_in_time_and_without_a_fault():
    for piece in ("[[1](", "**a", "[a](", "<h2>the A", "П ", "see here ", "__", "| a |", "- "):
        proof({**BLANK, "headline": "A", "body": f"<p>{piece * 300}</p>"}, Given(NOON))


def test_no_story_of_the_demo_has_a_fault_that_blocks(demo_app):
    with demo_app.app_context():
        from newsapp.db import db

        found = {}
        for article in db.session.scalars(select(Article)):
            said = document_of(article)
            if blocked := [mark for mark in proof(said, given_for(article, said)) if mark.is_blocking]:
                found[article.slug] = blocked
        assert found == {}


def test_a_source_that_is_cited_in_two_ways_is_told_of():
    one = Source(id=3, title="The accord", url="https://example.org/a", accessed_on=date(2026, 1, 1))
    given = Given(NOON, sources={"a": one, "b": one})
    text = '<p>So.<sup data-source="a"></sup> And so.<sup data-source="{}"></sup></p>'
    assert "source twice" in names(given, body=text.format("b"))
    assert "source twice" not in names(given, body=text.format("a"))


def test_a_source_that_was_added_in_place_of_a_lost_one_is_not_missed():
    lost = "<p>The river{}.<sup data-source-url='https://example.org/{}' data-source-label='{}'></sup></p>"
    body = lost.format("", "a", 1) + lost.format(" rose", "c", 3)
    assert "source numbers" in names(body=body)
    added = "<p>It fell.<sup data-source-url='https://example.org/b'></sup></p>"
    assert "source numbers" not in names(body=body + added)
