"""What readers are told of how a story was made."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import update

from newsapp import articles
from newsapp.articles import drafting, versions
from newsapp.articles.compare import compare
from newsapp.articles.documents import BLANK, document_of, merged, printed_story
from newsapp.articles.drafting import WorkingCopy
from newsapp.articles.making import MAKING, made
from newsapp.articles.proofs import Given, proof
from newsapp.articles.versions import packed, unpacked
from newsapp.db import db
from newsapp.lib import clock

SAID = {"edited": "Edda Lind", "methods": "We <counted> & asked.", "funding": "Our own means"}


def box(client, address):
    found = BeautifulSoup(client.get(address).text, "html.parser").select_one(".made")
    return found and {row.dt.text: " ".join(row.dd.text.split()) for row in found.select("dl > div")}


def test_readers_find_who_edited_it_how_and_who_paid(client, article):
    assert box(client, article.url) is None, "nothing is said, and nothing is drawn"

    article.edit(making=SAID)
    db.session.commit()

    assert box(client, article.url) == {
        "Reported by": "Rosalind Achterberg", "Edited by": "Edda Lind", "How we found out": "We <counted> & asked.",
        "Paid for by": "Our own means",
    }  # fmt: skip


def test_what_is_no_report_was_written(client, article):
    article.edit(making=SAID, kind="opinion")
    db.session.commit()
    assert box(client, article.url)["Written by"] == "Rosalind Achterberg"


def test_machines_and_feed_readers_are_told_too(client, article):
    article.edit(making=SAID)
    db.session.commit()

    soup = BeautifulSoup(client.get(article.url).text, "html.parser")
    data = json.loads(soup.find("script", type="application/ld+json").string)
    story = next(one for one in (data if isinstance(data, list) else [data]) if "headline" in one)
    assert (
        story["backstory"]
        == "Edited by: Edda Lind. How we found out: We <counted> & asked. Paid for by: Our own means."
    )
    assert "Edited by: Edda Lind" in client.get("/feed.json").json["items"][0]["content_html"]


def test_what_has_no_words_or_no_name_is_not_kept():
    assert made({"methods": "  Two\n of us. ", "checked": " ", "secret": "x"}) == {"methods": "Two of us."}
    assert list(made(dict.fromkeys(reversed(MAKING), "x"))) == list(MAKING)


def test_a_sponsored_story_is_kept_back_until_it_says_who_paid(article):
    document = {**document_of(article), "kind": "sponsored"}
    (mark,) = [mark for mark in proof(document, Given(clock.now())) if mark.name == "sponsor"]
    assert mark.is_blocking and mark.field == "making_funding"

    document["making"] = {"funding": "Harbour Soap Works"}
    assert "sponsor" not in {mark.name for mark in proof(document, Given(clock.now()))}


def test_its_words_are_proofread_like_any(article):
    document = {**document_of(article), "making": {"methods": "We asked TK people."}}
    assert "making_methods" in {
        mark.field for mark in proof(document, Given(clock.now())) if mark.name == "placeholder"
    }


def test_a_change_of_it_stands_in_the_comparison(article):
    before = document_of(article)
    found = compare(printed_story(article, before), printed_story(article, {**before, "making": SAID}))
    assert [part.name for part in found.parts] == ["How we made this"]


@pytest.fixture
def older():
    """What a document, a version, was before there was such a field."""

    def older(of):
        return {name: value for name, value in of.items() if name != "making"}

    return older


def test_what_was_kept_before_it_could_be_said_still_opens(client, article, editor, older):
    document = document_of(article)
    copy = drafting.save(article, {**document, "headline": "Barges come back"}, editor, 0)
    db.session.flush()
    db.session.execute(
        update(WorkingCopy).where(WorkingCopy.article_id == article.id).values(document=older(copy.document))
    )
    db.session.expire_all()

    found, _ = drafting.working_document(article)
    assert found["making"] == {} and found["headline"] == "Barges come back"
    story = printed_story(article, older(document))
    assert story.making == {} and unpacked(older(packed(story)), article).making == {}
    both, conflicts = merged(older(document), older(document), {**BLANK, **document, "making": SAID})
    assert both["making"] == SAID and conflicts == []
    assert versions.keep_first(article) is None


def test_nobody_reads_it_before_its_time(client, world):
    story = articles.write("Later", world, "<p>Words.</p>", making={"methods": "Zqsecret"})
    story.publish(at=clock.now() + timedelta(hours=1))
    db.session.commit()

    assert "Zqsecret" not in client.get(story.url).text + client.get("/feed.json").text
