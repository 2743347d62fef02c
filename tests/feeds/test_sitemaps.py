"""What search engines get."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from newsapp import articles, pages, sections
from newsapp.articles import Article
from newsapp.db import db
from newsapp.feeds import sitemaps
from newsapp.lib import clock
from newsapp.media import Picture
from newsapp.sections import Section
from tests.conftest import NOON, Browser
from tests.site.test_queries import queries_of

BASE = "http://127.0.0.1:8000"
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "schemas" / "sitemap.xsd"))
NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
}


def read(client, address: str):
    """Read a sitemap and fail where the protocol's schema does not allow what it says."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer.mimetype == "application/xml"
    tree = etree.fromstring(answer.data)
    SCHEMA.assertValid(tree)
    return tree


def locations(tree) -> list[str]:
    return [loc.removeprefix(BASE) for loc in tree.xpath("//s:loc/text()", namespaces=NAMES)]


def write(headline: str, section: Section, **values) -> Article:
    story = articles.write(headline, section, "<p>x</p>", **values)
    story.publish(at=clock.now() - timedelta(minutes=10))
    db.session.commit()
    return story


def test_every_sitemap_of_the_demo_site_keeps_to_the_protocol(demo_app):
    browser = Browser(demo_app, demo_app.response_class)
    parts = locations(read(browser, "/sitemap.xml"))
    assert parts == ["/sitemaps/pages.xml", "/sitemaps/stories-1.xml"]

    listed = [address for part in parts for address in locations(read(browser, part))]

    assert len(listed) == len(set(listed)) > 100
    for address in listed:
        assert browser.get(address).status_code == 200, address
    assert set(locations(read(browser, "/news-sitemap.xml"))) <= set(listed)


def test_the_schema_is_no_rubber_stamp():
    url = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>{}</url></urlset>'
    for wrong in ("<loc>/articles/a</loc>", "<lastmod>2026-01-01</lastmod>", "<loc>https://e.example/ü</loc>",
                  "<loc>https://e.example/a</loc><lastmod>yesterday</lastmod>"):  # fmt: skip
        assert not SCHEMA.validate(etree.fromstring(url.format(wrong))), wrong
    assert SCHEMA.validate(etree.fromstring(url.format("<loc>https://e.example/a</loc>")))


def test_a_story_stands_with_its_picture_and_its_last_material_change(client, world):
    picture = Picture(sha256="a" * 64, stem="a" * 20, original="a.jpg", width=3000, height=2000, widths=[704, 1400])
    db.session.add(picture)
    db.session.flush()
    write("Plain", world)
    changed = write("Ünïcode & über", world, picture_id=picture.id)
    changed.slug = "über-&-weiter"
    changed.update("More")
    db.session.commit()

    tree = read(client, "/sitemaps/stories-1.xml")

    assert locations(tree)[:2] == ["/articles/plain", "/articles/%C3%BCber-%26-weiter"]
    assert tree.xpath("//s:lastmod/text()", namespaces=NAMES) == ["2026-03-14T11:50:00Z", "2026-03-14T12:00:00Z"]
    assert tree.xpath("//image:loc/text()", namespaces=NAMES) == [f"{BASE}/media/{'a' * 20}-1400.jpg"]


def test_the_pages_are_the_papers_own_and_hidden_sections_are_not_among_them(client, world, article):
    sections.create("Hidden").hide()
    pages.write("about", "About", "<p>Us.</p>")
    db.session.commit()

    assert locations(read(client, "/sitemaps/pages.xml")) == [
        "/", "/sections/world", "/authors", "/authors/rosalind-achterberg", "/topics", "/topics/rivers", "/about", "/corrections",
    ]  # fmt: skip


def test_a_topic_stands_there_as_soon_as_a_story_has_it(client, world, article):
    from newsapp.articles.models import topic_named

    topic_named("Peat")
    db.session.commit()
    assert "/topics/peat" not in client.get("/sitemaps/pages.xml").text

    article.mark_topics(["Rivers", "Peat"])
    db.session.commit()

    assert "/topics/peat" in client.get("/sitemaps/pages.xml").text


def test_no_sitemap_betrays_what_is_not_public(client, world, article):
    articles.write("A draft secret", world, "<p>x</p>", topics=["Secret"])
    articles.write("A scheduled secret", world, "<p>x</p>").publish(at=NOON + timedelta(hours=1))
    write("A withdrawn secret", world).withdraw("It was wrong")
    write("An ended secret", world).end(NOON - timedelta(minutes=1))
    db.session.commit()

    for address in ("/sitemap.xml", "/sitemaps/pages.xml", "/sitemaps/stories-1.xml", "/news-sitemap.xml"):
        assert "secret" not in client.get(address).text.lower(), address
    assert locations(read(client, "/sitemaps/stories-1.xml")) == [article.url]


def test_a_kept_part_follows_the_clock_and_every_change_of_its_stories(client, world):
    story = articles.write("Soon", world, "<p>x</p>")
    story.publish(at=NOON + timedelta(minutes=5))
    story.end(NOON + timedelta(minutes=30))
    write("Now", world)
    address = "/sitemaps/stories-1.xml"
    assert locations(read(client, address)) == ["/articles/now"]

    clock.advance(timedelta(minutes=5))
    assert locations(read(client, address)) == ["/articles/soon", "/articles/now"]

    story.update("More", at=NOON + timedelta(minutes=8))
    db.session.commit()
    assert "2026-03-14T12:08:00Z" in client.get(address).text

    clock.advance(timedelta(minutes=25))
    assert locations(read(client, address)) == ["/articles/now"]


def test_stories_are_cut_into_parts_and_an_empty_part_is_not_named(client, world, monkeypatch):
    monkeypatch.setattr(sitemaps, "PART", 2)
    stories = [write(f"Story {n}", world) for n in range(7)]
    for story in stories[2:4]:
        story.withdraw("It was wrong")
    db.session.commit()

    assert locations(read(client, "/sitemap.xml")) == [
        "/sitemaps/pages.xml", "/sitemaps/stories-1.xml", "/sitemaps/stories-3.xml", "/sitemaps/stories-4.xml",
    ]  # fmt: skip
    assert locations(read(client, "/sitemaps/stories-3.xml")) == ["/articles/story-4", "/articles/story-5"]
    for number in ("0", "2", "5", "99999999999"):
        assert client.get(f"/sitemaps/stories-{number}.xml").status_code == 404


def test_the_index_says_when_each_part_last_changed(client, world, monkeypatch):
    monkeypatch.setattr(sitemaps, "PART", 2)
    stories = [write(f"Story {n}", world) for n in range(4)]

    def changed() -> list[str]:
        return [node.text for node in read(client, "/sitemap.xml").iterfind(".//s:lastmod", NAMES)]

    first = changed()
    clock.advance(timedelta(minutes=5))
    stories[3].update("More is known")
    stories[1].publish(at=clock.now() + timedelta(hours=1))
    db.session.commit()
    assert len(first) == 2 and changed() == [first[0], f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"]

    clock.advance(timedelta(hours=1))
    assert changed() == [f"{clock.now():%Y-%m-%dT%H:%M:%SZ}", f"{clock.now() - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"]


def test_a_new_story_leaves_the_parts_of_the_old_ones_as_they_are(app, client, world, monkeypatch):
    monkeypatch.setattr(sitemaps, "PART", 2)
    old = [write(f"Story {n}", world) for n in range(2)]
    tag = client.get("/sitemaps/stories-1.xml", headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    kept = dict(app.extensions["pagecache"]._pages)

    write("New", world)
    answer = client.get("/sitemaps/stories-1.xml", headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert answer.status_code == 304
    assert any("stories-1" in key and app.extensions["pagecache"]._pages[key] is page for key, page in kept.items())

    old[0].edit(headline="Changed")
    db.session.commit()
    client.get("/sitemaps/stories-1.xml")
    assert not any(
        "stories-1" in key and app.extensions["pagecache"]._pages.get(key) is page for key, page in kept.items()
    )


def test_the_news_sitemap_has_two_days_and_no_advertisement(client, world, monkeypatch):
    write("Barges & boats", world, language="zh-Hant-TW")
    write("Bought", world, kind="sponsored")
    write("Last week", world).publish(at=NOON - timedelta(days=2, minutes=1))
    write("Falls out soon", world, language="de-AT").publish(at=NOON - timedelta(days=2) + timedelta(minutes=1))
    db.session.commit()

    tree = read(client, "/news-sitemap.xml")
    assert tree.xpath("//news:title/text()", namespaces=NAMES) == ["Barges & boats", "Falls out soon"]
    assert set(tree.xpath("//news:name/text()", namespaces=NAMES)) == {"The Test Paper"}
    assert tree.xpath("//news:language/text()", namespaces=NAMES) == ["zh-tw", "de"]
    assert tree.xpath("//news:publication_date/text()", namespaces=NAMES)[0] == "2026-03-14T11:50:00Z"

    clock.advance(timedelta(minutes=2))
    assert locations(read(client, "/news-sitemap.xml")) == ["/articles/barges-boats"]
    monkeypatch.setattr(sitemaps, "NEWS", 1)
    write("Newest", world)
    assert locations(read(client, "/news-sitemap.xml")) == ["/articles/newest"]


def test_a_paper_without_a_story_has_sitemaps(client, site):
    assert locations(read(client, "/sitemap.xml")) == ["/sitemaps/pages.xml"]
    assert client.get("/sitemaps/stories-1.xml").status_code == 404
    assert client.get("/news-sitemap.xml").status_code == 200  # empty, which Google takes and the schema does not


def test_hostile_words_break_no_sitemap(client, site, world):
    site.set(name="News & <Views> ]]>")
    write("]]> <b>\x0b & 🛶", world)
    db.session.commit()

    tree = read(client, "/news-sitemap.xml")

    assert tree.xpath("//news:title/text()", namespaces=NAMES) == ["]]> <b> & 🛶"]
    assert tree.xpath("//news:name/text()", namespaces=NAMES) == ["News & <Views> ]]>"]


@pytest.mark.parametrize(
    "address", ["/sitemap.xml", "/sitemaps/pages.xml", "/sitemaps/stories-1.xml", "/news-sitemap.xml"]
)
def test_a_sitemap_costs_as_many_queries_with_forty_stories_as_with_one(app, world, address):
    app.extensions["pagecache"]._keeps = False
    write("First", world, topics=["T"])
    before = len(queries_of(app, address))
    for n in range(40):
        write(f"Story {n}", world, topics=[f"T{n}"])

    assert len(queries_of(app, address)) == before
