"""Another address for what readers know: the old one leads there, with all that stands below it, and nobody goes in a circle."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsapp import articles, authors
from newsapp.accounts.log import LogEntry
from newsapp.articles import Article, drafting, releasing
from newsapp.articles.releasing import CannotRelease
from newsapp.authors import Author
from newsapp.db import db
from newsapp.lib import clock
from newsapp.site import AddressTaken, Redirect
from tests.conftest import signed_in
from tests.desk.stories import fields

OLD = "/articles/barges-return-to-the-ostrel"


def release(story: Article, by, slug: str, *, at=None, **more):
    document, number = drafting.working_document(story)
    drafting.save(story, {**document, "slug": slug, **more}, by, number)
    found = releasing.release(story, by, "minor", "Another address", at=at)
    db.session.commit()
    return found


def leads(client, old: str) -> str | None:
    answer = client.get(old)
    return answer.headers["Location"] if answer.status_code == 301 else None


def test_a_story_s_old_address_leads_to_the_new_one_with_all_below_it(client, article, editor):
    client.get(OLD), client.get("/"), client.get("/sections/world")
    release(db.session.get(Article, article.id), editor, "barges-are-back")

    new = "/articles/barges-are-back"
    assert client.get(new).status_code == 200
    for below in ("", "/versions", "/versions/1", "/comments", "/comments/feed.xml", "/share"):
        assert leads(client, f"{OLD}{below}?a=1") == f"{new}{below}?a=1", below
        assert client.get(f"{new}{below}").status_code == 200, below
    for page in ("/", "/sections/world", "/feed.xml", "/sitemaps/stories-1.xml", "/search?q=barges"):
        assert new in client.get(page).text and f'{OLD}"' not in client.get(page).text, page
    assert f'rel="canonical" href="http://127.0.0.1:8000{new}"' in client.get(new).text
    entry = db.session.scalars(LogEntry.concerning(f"article:{article.id}").where(LogEntry.act == "article.move")).one()
    assert entry.reason == f"{OLD} is {new}" and entry.by_id == editor.id


def test_the_social_card_needs_no_redirect(client, article, editor):
    card = client.get(OLD).text.split('property="og:image" content="http://127.0.0.1:8000')[1].split('"')[0]
    release(db.session.get(Article, article.id), editor, "barges-are-back")

    assert card.startswith("/cards/") and card in client.get("/articles/barges-are-back").text


def test_back_and_forth_makes_one_step_and_no_circle(client, article, editor):
    story = db.session.get(Article, article.id)
    for slug in ("b", "c", "barges-return-to-the-ostrel", "c", "b"):
        release(db.session.get(Article, article.id), editor, slug)

    assert client.get("/articles/b").status_code == 200
    assert leads(client, OLD) == leads(client, "/articles/c") == "/articles/b"
    targets = set(db.session.scalars(select(Redirect.new_address)))
    assert targets.isdisjoint(db.session.scalars(select(Redirect.old_path)))
    assert story.url == "/articles/b"


def test_an_address_that_another_story_has_or_had_is_refused(article, world, editor):
    other = articles.write("Other", world)
    other.publish()
    db.session.commit()
    for wanted in ("other",):
        with pytest.raises(CannotRelease, match="There is a story at /articles/other already"):
            release(db.session.get(Article, article.id), editor, wanted)
    db.session.rollback()
    release(db.session.get(Article, other.id), editor, "another")
    with pytest.raises(CannotRelease, match="an old address, which leads to /articles/another"):
        release(db.session.get(Article, article.id), editor, "other")
    db.session.rollback()
    assert articles.write("Other", world).slug == "other-2", "a new story takes nobody's readers away"


def test_a_change_at_a_time_moves_the_story_at_its_time(client, article, editor):
    release(db.session.get(Article, article.id), editor, "later", at=clock.now() + timedelta(hours=1))
    assert client.get(OLD).status_code == 200 and client.get("/articles/later").status_code == 404

    clock.advance(timedelta(hours=2))
    assert releasing.release_due() == 1
    assert leads(client, OLD) == "/articles/later"


def test_a_story_that_nobody_has_seen_leaves_no_redirect(world, editor):
    story = drafting.begin(world, "A draft", editor)
    document, number = drafting.working_document(story)
    drafting.save(story, {**document, "slug": "one", "body": "<p>So.</p>"}, editor, number)
    releasing.release(story, editor)
    db.session.commit()

    assert story.slug == "one" and db.session.scalar(select(Redirect)) is None


def test_a_text_from_before_does_not_bring_its_address_back(app, client, article, editor):
    release(db.session.get(Article, article.id), editor, "new-one")
    browser = signed_in(app, editor)
    assert browser.post(f"/desk/articles/{article.id}/restore", data={"from": "v1", "number": "0"}).status_code in (
        303,
        409,
    )
    document, _ = drafting.working_document(db.session.get(Article, article.id))
    assert document["slug"] == "new-one"


def test_an_editor_sees_where_a_story_moves_before_it_does(app, article, editor):
    browser, at = signed_in(app, editor), f"/desk/articles/{article.id}"
    said = {**fields(browser.get(at).text), "slug": "Elsewhere now"}
    browser.post(at, data=said)

    page = browser.get(f"{at}/release").text
    assert f"<del><bdi>{OLD}</bdi></del> <ins><bdi>/articles/elsewhere-now</bdi></ins>" in page
    assert "Changes not released yet" in browser.get("/desk/articles").text
    said = {**fields(page, f"form[action='{at}/release']"), "kind": "minor", "reason": "Shorter"}
    assert browser.post(f"{at}/release", data=said).status_code == 303
    assert browser.get("/articles/elsewhere-now").status_code == 200


def test_an_author_s_old_address_leads_to_the_new_one_with_the_feeds(client, article, rosalind):
    client.get("/authors/rosalind-achterberg")
    person = db.session.get(Author, rosalind.id)
    person.readdress("r-achterberg")
    db.session.commit()

    assert client.get("/authors/r-achterberg").status_code == 200
    assert leads(client, "/authors/rosalind-achterberg") == "/authors/r-achterberg"
    assert leads(client, "/authors/rosalind-achterberg/feed.atom") == "/authors/r-achterberg/feed.atom"
    assert "/authors/r-achterberg" in client.get(OLD).text
    authors.create("Another", slug="taken")
    with pytest.raises(AddressTaken):
        person.readdress("taken")
