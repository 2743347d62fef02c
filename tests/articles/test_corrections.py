"""The page of corrections: every one of a public story, none of any other."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from newsapp import articles, pages
from newsapp.articles import Article
from newsapp.db import db
from newsapp.lib import clock


@pytest.fixture
def story(article) -> Article:
    return db.session.get(Article, article.id)


def correct(story: Article, note: str, **more) -> None:
    story.correct(note, f"<p>{note}: <del>1</del> <ins>2</ins></p>", **more)
    db.session.commit()


def test_a_correction_stands_there_with_class_text_story_and_date(client, story):
    correct(story, "The depth")
    correct(story, "The name", clarifies=True, at=clock.now() - timedelta(minutes=5))

    page = client.get("/corrections").text

    first, second = re.findall(r'<li class="correction.*?</li>', page, re.S)
    assert "<b>Correction</b>" in first and "<p>The depth: <del>1</del> <ins>2</ins></p>" in first
    assert "14 March 2026, 12:00 GMT" in first
    assert f'href="{story.url}#corr-' in first and story.headline in first
    assert "<b>Clarification</b>" in second
    assert re.search(r'#(corr-\d+)"', first)[1] in client.get(story.url).text


def test_nothing_to_put_right_yet_is_a_page_that_says_so(client, site):
    page = client.get("/corrections")

    assert page.status_code == 200 and "No corrections yet" in page.text


def test_the_policy_is_a_page_that_the_newsroom_writes_and_errors_go_to_contact(client, story):
    assert "/contact" not in client.get("/corrections").text

    pages.write("corrections", "Corrections", "<p>We put it right.</p>", "How we do it.")
    pages.write("contact", "Contact", "<p>Write to us.</p>")
    correct(story, "The depth")

    page = client.get("/corrections").text
    assert "<p>We put it right.</p>" in page and "How we do it." in page
    assert 'href="/contact"' in page
    assert "<loc>http://127.0.0.1:8000/corrections</loc>" in client.get("/sitemaps/pages.xml").text


@pytest.mark.parametrize("hide", ["withdraw", "schedule", "end"])
def test_what_is_not_public_is_not_corrected_in_public(client, story, hide):
    correct(story, "The depth")
    assert "The depth" in client.get("/corrections").text

    if hide == "withdraw":
        story.withdraw("It was wrong all through.")
    elif hide == "schedule":
        story.publish(at=clock.now() + timedelta(hours=1))
    else:
        story.end(clock.now())
    db.session.commit()

    for address in ("/corrections", "/corrections/feed.xml", "/corrections/feed.atom", "/corrections/feed.json"):
        assert "The depth" not in client.get(address).text
    if hide == "schedule":
        clock.advance(timedelta(hours=2))
        assert "The depth" in client.get("/corrections").text


def test_the_list_goes_on_page_by_page(client, story):
    for n in range(45):
        story.correct(f"Note {n:02}", "", at=clock.now() - timedelta(minutes=n))
    db.session.commit()

    first, second, third = (client.get(f"/corrections?page={n}").text for n in (1, 2, 3))

    assert "Note 00" in first and "Note 19" in first and "Note 20" not in first
    assert "Showing 20 of 45 corrections" in first and 'href="/corrections?page=2"' in first
    assert (
        "Note 20" in second and "Corrections and clarifications 21–40 of 45" in second and "Newer corrections" in second
    )
    assert "Note 44" in third and 'rel="next"' not in third
    assert client.get("/corrections?page=4").status_code == 404
    part = client.get("/corrections?page=2", headers={"HX-Request": "true", "HX-Request-Type": "partial"}).text
    assert "<html" not in part and part.count("<li") == 20
    assert '<li class="correction correction--row" data-page="2">' in part
    both = client.get("/corrections?page=1-2").text
    assert "Note 00" in both and "Note 39" in both and "Note 40" not in both and "?page=3" in both
    assert "Showing 40 of 45 corrections" in both
    before = (clock.now() - timedelta(minutes=39)).strftime("%Y-%m-%dT%H:%M:%S.%f") + "%2B00:00~0"
    assert client.get(f"/corrections?before={before}").text.count('<li class="correction') == 5


def test_feed_readers_and_readers_find_the_way(client, story):
    correct(story, "The depth")
    page = client.get("/corrections").text

    for form in ("xml", "atom", "json"):
        assert f'href="/corrections/feed.{form}"' in page
        assert "The depth" in client.get(f"/corrections/feed.{form}").text
    assert 'href="/corrections"' in client.get(story.url).text


def test_machines_read_them_too(client, story):
    correct(story, "The depth")

    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get("/corrections").text)
    item = json.loads(blocks[0])["mainEntity"]["itemListElement"][0]["item"]
    assert item["@type"] == "CorrectionComment" and item["text"] == "The depth: 1 2"
    assert item["url"].startswith(f"http://127.0.0.1:8000{story.url}#corr-")
    assert '"correctionsPolicy":"http://127.0.0.1:8000/corrections"' in client.get("/").text


def test_a_headline_in_another_script_says_so(client, world):
    story = articles.write("النهر يعود", world, "<p>نص</p>", language="ar")
    story.publish()
    correct(story, "رقم")

    assert '<li class="correction correction--row" lang="ar" dir="rtl"' in client.get("/corrections").text


def test_finding_them_reads_no_other_change(app, postgres):
    """An index has the notices alone, in their order: no scan, no sort, however many updates there are."""
    if postgres:
        return  # it plans by its statistics
    statement = articles.Change.notices(clock.now()).limit(20)
    with db.engine.connect() as connection:
        sql = statement.compile(connection, compile_kwargs={"literal_binds": True})
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]

    assert any("change USING INDEX ix_change_notices (at<?)" in step for step in plan), plan
    assert not any("SCAN" in step or "TEMP B-TREE" in step for step in plan), plan


def test_the_head_of_the_story_leads_to_what_was_put_right(client, story):
    correct(story, "The depth")
    page = client.get(story.url).text
    notice = next(change for change in story.changes if change.is_notice)
    assert f'<a href="#corr-{notice.id}">with a {notice.kind}</a>' in page and f'id="corr-{notice.id}"' in page
