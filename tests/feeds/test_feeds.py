"""What feed readers get."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from sqlalchemy import select

from newsapp import articles, comments, sections
from newsapp.articles import Article, Byline, Source, Topic
from newsapp.authors import Author
from newsapp.db import db
from newsapp.feeds.entries import MOST
from newsapp.feeds.fulltext import for_elsewhere
from newsapp.lib import clock
from newsapp.media import Picture
from newsapp.sections import Section
from tests.conftest import NOON, Browser
from tests.site.test_queries import queries_of

BASE = "http://127.0.0.1:8000"
FORMS = {"xml": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
ARABIC = "الفيضان يبلغ ذروته"


@pytest.fixture
def picture(site) -> Picture:
    row = Picture(
        sha256="a" * 64, stem="a" * 20, original="a.jpg", width=3000, height=2000, widths=[704, 1400, 2100],
        alt="A barge", caption="The first barge", creator="Ana Ro", licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    return row


def read(client, address: str):
    """Read a feed as a feed reader does, and fail where it finds something to complain of."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    found = feedparser.parse(answer.data, response_headers={"content-type": answer.headers["Content-Type"]})
    assert not found.bozo, (address, found.get("bozo_exception"))
    return found


def publish(headline: str, section: Section, body: str = "<p>Text.</p>", **values) -> Article:
    story = articles.write(headline, section, body, **values)
    story.publish(at=clock.now() - timedelta(minutes=1))
    db.session.commit()
    return story


def demo_addresses() -> list[str]:
    found = ["", "/corrections"]
    found += [f"/sections/{path}" for path in db.session.scalars(select(Section.path))]
    found += [f"/authors/{slug}" for slug in db.session.scalars(select(Author.slug))]
    found += [f"/topics/{slug}" for slug in db.session.scalars(select(Topic.slug))]
    db.session.rollback()
    return found


# What the formats demand


def test_a_feed_reader_has_nothing_to_complain_of_on_the_whole_demo_site(demo_app):
    browser, entries = Browser(demo_app, demo_app.response_class), 0
    for address in demo_addresses():
        for form in ("xml", "atom"):
            found = read(browser, f"{address}/feed.{form}")
            entries += len(found.entries)
            assert found.feed.title and found.feed.link.startswith(BASE)
            assert len({entry.id for entry in found.entries}) == len(found.entries)
            for entry in found.entries:
                assert entry.title and entry.link.startswith(BASE) and entry.content[0].value, entry.link
                assert entry.published_parsed and entry.authors, entry.link
    assert entries > 500


def test_a_json_feed_has_every_required_field_in_its_type(demo_app):
    browser, items = Browser(demo_app, demo_app.response_class), 0
    for address in demo_addresses():
        data = json.loads(browser.get(f"{address}/feed.json").data)
        assert data["version"] == "https://jsonfeed.org/version/1.1"
        assert data["feed_url"] == f"{BASE}{address}/feed.json"
        assert data["home_page_url"] == BASE + (address or "/")
        assert all(data[name] and isinstance(data[name], str) for name in ("title", "description", "language", "icon"))
        assert [set(author) for author in data["authors"]] == [{"name", "url"}]
        for item in data["items"]:
            items += 1
            for name in ("id", "url", "title", "content_html", "date_published", "date_modified", "language"):
                assert item[name] and isinstance(item[name], str), (address, name)
            assert datetime.fromisoformat(item["date_published"]) <= datetime.fromisoformat(item["date_modified"])
            assert item["authors"] and all(author["name"] for author in item["authors"])
            assert all(isinstance(tag, str) for tag in item.get("tags", ()))
            assert item.get("image", BASE).startswith(BASE)
    assert items > 300


def test_the_demo_sites_texts_lead_to_full_addresses_only(demo_app):
    browser = Browser(demo_app, demo_app.response_class)
    for address in demo_addresses():
        for item in json.loads(browser.get(f"{address}/feed.json").data)["items"]:
            for value in re.findall(r'\s(?:href|src)="([^"]*)"', item["content_html"]):
                assert re.match(r"(https?://[^/]|mailto:|tel:)", value), (item["url"], value)
            assert not re.search(
                r"\s(class|id|srcset|role|style|data-\w+)=|<(script|source|picture)\b", item["content_html"]
            )


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_what_it_is(client, article, form):
    answer = client.get(f"/feed.{form}", headers={"Accept-Encoding": "gzip"})

    assert answer.mimetype == FORMS[form]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_feed_is_a_feed(client, world, rosalind, form):
    for address in ("", "/sections/world", "/authors/rosalind-achterberg", "/corrections"):
        answer = client.get(f"{address}/feed.{form}")
        assert answer.status_code == 200
        if form == "json":
            assert answer.json["items"] == []
        else:
            assert read(client, f"{address}/feed.{form}").entries == []


# What an entry says


def test_an_entry_names_its_story_its_people_its_subjects_and_its_picture(client, article, picture):
    article.edit(picture_id=picture.id, kind="opinion")
    db.session.commit()

    for form in ("xml", "atom"):
        entry = read(client, f"/feed.{form}").entries[0]
        assert entry.title == "Opinion: Barges return to the Ostrel"
        assert entry.link == BASE + article.url
        assert [author.name for author in entry.authors] == ["Rosalind Achterberg"]
        assert [tag.term for tag in entry.tags] == ["World", "Rivers", "Opinion"]
        assert entry.summary == "Eleven centimetres made the difference."
        assert "The river rose." in entry.content[0].value

    entry = read(client, "/feed.xml").entries[0]
    assert entry.media_content[0]["url"] == f"{BASE}/media/{'a' * 20}-1400.jpg"
    assert (entry.media_content[0]["width"], entry.media_content[0]["height"]) == ("1400", "933")
    assert entry.media_credit[0]["content"] == "Ana Ro"
    assert '<media:description type="plain">A barge</media:description>' in client.get("/feed.xml").text
    item = client.get("/feed.json").json["items"][0]
    assert item["image"] == f"{BASE}/media/{'a' * 20}-1400.jpg"
    assert item["authors"] == [{"name": "Rosalind Achterberg", "url": f"{BASE}/authors/rosalind-achterberg"}]


def test_a_story_signed_by_nobody_is_the_papers(client, world):
    publish("Unsigned", world)

    assert read(client, "/feed.xml").entries[0].author == "The Test Paper"
    assert read(client, "/feed.atom").entries[0].author == "The Test Paper"


def test_source_marks_become_numbers_and_the_sources_stand_below(client, world):
    source = Source(kind="document", title="The accord", publisher="The ministry", url="https://example.org/a?b=1&c=2")
    publish("Sources", world, '<p>It says so.<sup data-source="a"></sup></p>', sources={"a": source})

    text = client.get("/feed.json").json["items"][0]["content_html"]

    assert "<p>It says so.[1]</p>" in text
    assert '<li value="1"><a href="https://example.org/a?b=1&amp;c=2">The accord</a>, The ministry</li>' in text


def test_what_only_our_pages_can_use_stays_with_them():
    html = (
        '<h2 id="why">Why</h2><p class="x" lang="fr">Voir <a href="#why">là</a>, <a rel="noopener" href="/about">ici</a>, '
        '<a href="mailto:a@b.example">écrire</a></p><picture><source type="image/avif" srcset="/media/a.avif 176w">'
        '<img src="/media/a.jpg" alt=\'Say "yes"\' width="3" height="2" loading="lazy"></picture>'
        '<ol reversed start="3"><li>x</li></ol>'
    )

    assert for_elsewhere(html, "https://p.example/articles/a") == (
        '<h2>Why</h2><p lang="fr">Voir <a href="https://p.example/articles/a#why">là</a>, '
        '<a href="https://p.example/about">ici</a>, <a href="mailto:a@b.example">écrire</a></p>'
        '<img src="https://p.example/media/a.jpg" alt="Say &quot;yes&quot;" width="3" height="2">'
        '<ol reversed start="3"><li>x</li></ol>'
    )


def test_a_correction_shows_at_the_top_with_the_moment_of_the_change(client, article):
    before = read(client, "/feed.atom").entries[0]
    assert before.updated_parsed == before.published_parsed

    clock.advance(timedelta(minutes=10))
    article.correct("A figure", "<p>It was <del>9</del> <ins>11</ins> centimetres.</p>")
    db.session.commit()

    for form in ("atom", "xml"):
        entry = read(client, f"/feed.{form}").entries[0]
        assert datetime(*entry.updated_parsed[:6], tzinfo=UTC) == NOON + timedelta(minutes=10)
        assert entry.content[0].value.startswith("<p><strong>Correction, 14 March 2026, 12:10 GMT:</strong></p>")
        assert "<ins>11</ins>" in entry.content[0].value
        assert entry.id == before.id
    assert client.get("/feed.json").json["items"][0]["date_modified"] == "2026-03-14T12:10:00Z"
    entry = read(client, "/corrections/feed.xml").entries[0]
    assert entry.title == "Correction: Barges return to the Ostrel"
    assert entry.link.startswith(BASE + article.url)
    assert "12:10 GMT" in entry.content[0].value and "<del>9</del>" in entry.content[0].value


def test_an_id_survives_a_new_headline_a_new_address_and_a_new_domain(client, app, article):
    before = read(client, "/feed.xml").entries[0]
    assert before.id.startswith("urn:uuid:") and before.guidislink is False

    article.edit(headline="Another headline")
    article.slug = "another-address"
    app.config["BASE_URL"] = "https://elsewhere.example"
    article.update("More")
    db.session.commit()

    after = read(client, "/feed.xml").entries[0]
    assert after.link == "https://elsewhere.example/articles/another-address"
    assert after.id == before.id == read(client, "/feed.atom").entries[0].id
    assert after.id == client.get("/feed.json").json["items"][0]["id"]


def test_hostile_words_break_no_feed_and_arrive_as_they_were_written(client, world, rosalind):
    word = "Rindfleischetikettierungsueberwachungsaufgabenuebertragungsgesetzesbeschlussvorlagen"
    headline = f"]]> <script>alert(1)</script> & 🛶 {ARABIC} {word}x \x0b\x1f\ufffe"
    publish(
        headline, world, f"<p>]]> &lt;b&gt; &amp;amp; 🛶 {ARABIC} {word}\x08</p>", standfirst="Less < more & \x01]]>"
    )

    for form in ("xml", "atom"):
        text = client.get(f"/feed.{form}").text
        assert "]]>" not in text and "<script" not in text
        entry = read(client, f"/feed.{form}").entries[0]
        assert "&lt;script&gt;alert(1)" in text
        assert f"🛶 {ARABIC} {word}x" in entry.title
        assert "]]&gt; &lt;b&gt; &amp;amp; 🛶" in entry.content[0].value and word in entry.content[0].value
        assert entry.summary in ("Less < more & ]]>", "Less &lt; more &amp; ]]&gt;")
    assert client.get("/feed.json").json["items"][0]["title"] == headline


def test_a_story_in_another_language_says_so_and_runs_its_own_way(client, world):
    publish(ARABIC, world, f"<p>{ARABIC}</p>", language="ar")

    assert 'xml:lang="ar"' in client.get("/feed.atom").text
    assert "<dc:language>ar</dc:language>" in client.get("/feed.xml").text
    item = client.get("/feed.json").json["items"][0]
    assert item["language"] == "ar"
    assert item["content_html"].startswith('<div lang="ar" dir="rtl">')


# Which stories


def test_no_feed_betrays_what_is_not_public(client, world, rosalind, article):
    def write(headline: str) -> Article:
        return articles.write(
            headline, world, "<p>secret</p>", topics=["Rivers"],
            bylines=[Byline(author=rosalind, author_id=rosalind.id)],
        )  # fmt: skip

    write("A draft secret")
    write("A scheduled secret").publish(at=NOON + timedelta(hours=1))
    withdrawn = write("A withdrawn secret")
    withdrawn.publish(at=NOON - timedelta(hours=1))
    withdrawn.correct("Secretly", "<p>secret</p>", at=NOON - timedelta(minutes=5))
    withdrawn.withdraw("It was wrong")
    ended = write("An ended secret")
    ended.publish(at=NOON - timedelta(hours=1))
    ended.end(NOON - timedelta(minutes=1))
    db.session.commit()

    for place in ("", "/sections/world", "/authors/rosalind-achterberg", "/topics/rivers", "/corrections"):
        for form in FORMS:
            text = client.get(f"{place}/feed.{form}").text
            assert "secret" not in text.lower(), (place, form)
            assert place == "/corrections" or article.slug in text
    for story in (withdrawn, ended):
        assert client.get(f"{story.url}/comments/feed.xml").status_code == 404


def test_a_scheduled_story_is_in_the_feed_the_moment_it_is_public(client, world):
    articles.write("Tomorrow's", world, "<p>x</p>").publish(at=NOON + timedelta(minutes=5))
    db.session.commit()
    assert read(client, "/feed.xml").entries == []

    clock.advance(timedelta(minutes=5))

    assert [entry.title for entry in read(client, "/feed.xml").entries] == ["Tomorrow's"]


def test_a_feed_has_the_newest_thirty_of_its_own_place(client, world, asia):
    other = sections.create("Sport")
    for n in range(MOST + 3):
        articles.write(f"Story {n}", other if n == 0 else asia, "<p>x</p>").publish(at=NOON - timedelta(minutes=n + 1))
    db.session.commit()

    assert [e.title for e in read(client, "/feed.xml").entries] == [f"Story {n}" for n in range(MOST)]
    assert [e.title for e in read(client, "/sections/world/feed.xml").entries] == [
        f"Story {n}" for n in range(1, MOST + 1)
    ]
    assert len(read(client, "/sections/world/asia-pacific/feed.atom").entries) == MOST
    assert [e.title for e in read(client, "/sections/sport/feed.xml").entries] == ["Story 0"]


def test_a_feeds_address_is_no_sections_and_a_sections_is_no_feeds(client, world):
    sections.create("Feed", parent=world)
    db.session.commit()

    assert client.get("/sections/world").mimetype == "text/html"
    assert client.get("/sections/world/feed").mimetype == "text/html"
    assert client.get("/sections/world/feed/feed.xml").mimetype == "application/rss+xml"
    assert client.get("/sections/world/feed.xml").mimetype == "application/rss+xml"
    for missing in (
        "/sections/nowhere/feed.xml",
        "/sections/world/feed.rss",
        "/authors/nobody/feed.json",
        "/feed.html",
    ):
        assert client.get(missing).status_code == 404


@pytest.mark.parametrize("place", ["", "/sections/world", "/authors/rosalind-achterberg", "/topics/rivers"])
def test_pages_name_their_feeds(client, article, place):
    html = client.get(place or "/").text

    for form, kind in FORMS.items():
        assert re.search(
            rf'<link rel="alternate" type="{re.escape(kind)}" title="[^"]+" href="{place}/feed\.{form}">', html
        )
        assert f'href="/feed.{form}"' in html


# Comments


def test_the_comments_feed_has_what_readers_see_the_newest_first(client, article, reader, moderator):
    first = comments.post(article, "The first & best", account=reader, at=NOON - timedelta(minutes=9))
    comments.post(article, "An answer", guest_name="Guest", parent=first, at=NOON - timedelta(minutes=8))
    comments.post(article, "It waits", account=reader, approved=False)
    comments.post(article, "Buy my boats", account=reader).hide(by=moderator)
    db.session.commit()

    found = read(client, f"{article.url}/comments/feed.xml")

    assert found.feed.title == "Comments on Barges return to the Ostrel | The Test Paper"
    assert [entry.author for entry in found.entries] == ["Guest", "Tamsin Kerrigold"]
    assert "The first &amp; best" in found.entries[1].content[0].value
    assert found.entries[1].link == f"{BASE}/comments/{first.id}"

    first.hide(by=moderator)
    db.session.commit()
    assert [entry.author for entry in read(client, f"{article.url}/comments/feed.xml").entries] == ["Guest"]


def test_a_story_and_its_thread_name_the_feed_of_the_comments(client, article):
    for address in (article.url, f"{article.url}/comments"):
        html = client.get(address).text
        assert re.search(
            rf'<link rel="alternate" type="application/rss\+xml" title="[^"]+" href="{article.url}/comments/feed.xml">',
            html,
        )
        assert f'<a class="comments__feed" href="{article.url}/comments/feed.xml">' in html


# The hub


@pytest.mark.parametrize("form", FORMS)
def test_a_hub_is_named_where_the_operator_has_one(app, client, article, form):
    assert "hub" not in client.get(f"/feed.{form}").text

    app.config["WEBSUB_HUB"] = "https://hub.example.org/?a=1&b=2"
    app.extensions["pagecache"]._pages.clear()

    if form == "json":
        assert json.loads(client.get("/feed.json").text)["hubs"] == [
            {"type": "WebSub", "url": "https://hub.example.org/?a=1&b=2"}
        ]
    else:
        links = read(client, f"/feed.{form}").feed.links
        assert [link.href for link in links if link.rel == "hub"] == ["https://hub.example.org/?a=1&b=2"]


# What it costs


@pytest.mark.parametrize("form", FORMS)
def test_who_has_the_feed_already_gets_304_until_it_changes(client, article, form):
    first = client.get(f"/feed.{form}", headers={"Accept-Encoding": "gzip"})
    asked = {"If-None-Match": first.headers["ETag"], "Accept-Encoding": "gzip"}

    again = client.get(f"/feed.{form}", headers=asked)
    assert again.status_code == 304 and again.data == b""

    article.edit(headline="Another headline")
    db.session.commit()
    assert client.get(f"/feed.{form}", headers=asked).status_code == 200


def test_a_feed_costs_as_many_queries_with_thirty_stories_as_with_two(app, client, world, rosalind, picture):
    def write(number: int) -> None:
        for n in range(number):
            story = articles.write(
                f"Story {n}", world, f'<p>x<sup data-source-url="https://example.org/{n}"></sup></p>', topics=[f"T{n}", "All"],
                bylines=[Byline(author=rosalind, author_id=rosalind.id)], picture_id=picture.id,
            )  # fmt: skip
            story.publish(at=clock.now() - timedelta(minutes=n + 1))
            story.correct("A figure", "<p>x</p>")
        db.session.commit()

    app.extensions["pagecache"]._keeps = False
    write(2)
    addresses = ["/feed.xml", "/feed.json", "/topics/all/feed.atom", "/corrections/feed.xml"]
    before = [len(queries_of(app, address)) for address in addresses]
    write(40)

    assert [len(queries_of(app, address)) for address in addresses] == before
