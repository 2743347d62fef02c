from datetime import timedelta

from bs4 import BeautifulSoup

from newsapp import articles, sections
from newsapp.articles import Article
from newsapp.db import db
from newsapp.lib import clock


def test_a_public_story_is_read(client, article):
    page = client.get("/articles/barges-return-to-the-ostrel")

    assert page.status_code == 200
    assert "Barges return to the Ostrel" in page.text
    assert "Eleven centimetres made the difference." in page.text
    assert "Rosalind Achterberg" in page.text


def test_a_draft_has_no_page(client, article):
    draft = db.session.get(Article, article.id)
    draft.ready_at = None
    db.session.commit()

    assert client.get(article.url).status_code == 404


def rail_of(client, slug: str) -> list[str]:
    page = BeautifulSoup(client.get(f"/articles/{slug}").text, "html.parser")
    return [heading.find(string=True).strip() for heading in page.select(".art__rail .rail__head")]


def test_a_short_story_has_a_short_rail_and_a_long_one_the_whole(world, rosalind, client):
    long = articles.write("Long", world, f"<p>{'word ' * 900}</p>")
    short = articles.write("Short", world, f"<p>{'word ' * 90}</p>")
    column = articles.write(
        "Column", world, "<p>I think.</p>", kind="opinion",
        bylines=[articles.Byline(author=rosalind, author_id=rosalind.id)],
    )  # fmt: skip
    for story in (column, short, long):
        story.publish(at=clock.now() - timedelta(hours=1))
    db.session.commit()
    assert rail_of(client, "long") == ["Top Writers", "Opinion", "The log"]
    assert rail_of(client, "short") == []

    short.set_body(f"<p>{'word ' * 500}</p>")
    db.session.commit()
    assert rail_of(client, "short") == ["Top Writers", "Opinion"]


def test_the_further_sections_stand_apart_from_the_storys_own_line(world, asia, client):
    politics = sections.create(name="Politics", slug="politics")
    europe = sections.create(name="Europe", slug="europe", parent=politics)
    abroad = sections.create(name="Europe", slug="europe", parent=world)
    story = articles.write("Freight", europe, "<p>At night.</p>", also_in=[politics, abroad, asia])
    story.publish(at=clock.now() - timedelta(hours=1))
    db.session.commit()

    filed = BeautifulSoup(client.get(story.url).text, "html.parser").find("nav", class_="filed")

    assert [(link.text, link["href"]) for link in filed.select(".crumbs a")] == [
        ("Politics", "/sections/politics"), ("Europe", "/sections/politics/europe"),
    ]  # fmt: skip
    assert [(link.text, link["href"]) for link in filed.select(".also a")] == [
        ("Politics", "/sections/politics"), ("Europe (World)", "/sections/world/europe"), ("Asia Pacific (World)", "/sections/world/asia-pacific"),
    ]  # fmt: skip


def test_a_story_in_one_section_says_nothing_of_others(article, client):
    page = BeautifulSoup(client.get(article.url).text, "html.parser")

    assert page.find(class_="also") is None


def test_a_name_without_a_page_is_no_line_of_its_own(world, client):
    story = articles.write(
        "Wages", world, "<p>They rise.</p>",
        bylines=[articles.Byline(free_text="Harbour Soap Works", part="by", role="Sponsor"),
                 articles.Byline(free_text="Agency desk", part="help")],
    )  # fmt: skip
    story.publish(at=clock.now() - timedelta(hours=1))
    db.session.commit()

    who = BeautifulSoup(client.get(story.url).text, "html.parser").select_one(".byline__who p")

    assert [" ".join(line.text.split()) for line in who.select(".byline__line")] == [
        "Sponsor",
        "With reporting by Agency desk",
    ]
