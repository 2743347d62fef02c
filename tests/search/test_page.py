"""The page of results: what a reader sees, types and is led on to."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from urllib.parse import quote, urlencode

import pytest
from bs4 import BeautifulSoup

from newsapp import articles
from newsapp.articles import MostRead
from newsapp.db import db
from newsapp.lib import clock
from tests.search.paper import source, story

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def page(client, address: str, **headers: str) -> BeautifulSoup:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.status_code
    return BeautifulSoup(answer.text, "html.parser")


def text_of(soup: BeautifulSoup, selector: str) -> str:
    found = soup.select_one(selector)
    assert found is not None, selector
    return " ".join(found.get_text().split())


def test_the_words_the_count_and_the_place_are_on_the_page(client, world, article):
    soup = page(client, "/search?q=barges&section=world")

    assert soup.select_one("#q")["value"] == "barges"
    assert text_of(soup, "#found-count") == "1 result for “barges” in World"
    assert soup.select_one("#found-count")["aria-live"] == "polite"
    assert soup.select_one("#found h2 a")["href"] == article.url
    assert soup.select_one("input[name=section][value=world]").has_attr("checked")
    assert text_of(soup, ".filters .n") == "1"
    assert soup.select_one("meta[name=robots]")["content"] == "noindex"
    assert "Search: barges" in soup.title.string


def test_results_are_kept_by_the_reader_s_own_browser_alone_and_asked_for_anew(client, article):
    answer = client.get("/search?q=barges")

    # Not no-store: with it a browser throws the page away, and Back would not find it as it was left.
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in answer.headers["Vary"]


def test_every_field_belongs_to_one_form_so_a_search_without_script_keeps_its_filters(client, article):
    soup = page(client, "/search?q=barges&section=world&past=week&sort=newest&kind=news")
    form = soup.select_one("form#search")
    fields = form.select("[name]") + soup.select('[form="search"][name]')

    sent = [
        (field["name"], field.get("value", "")) for field in fields
        if field.name != "select" and (field.get("type") not in ("checkbox", "radio") or field.has_attr("checked"))
    ]  # fmt: skip
    sent += [
        (menu["name"], menu.select_one("option[selected]")["value"])
        for menu in soup.select("select")
        if menu.select_one("option[selected]")
    ]
    assert form["action"] == "/search#found" and form.get("method", "get") == "get"
    assert dict(sent) == {
        "q": "barges", "section": "world", "past": "week", "sort": "newest", "kind": "news", "from": "", "to": "",
    }  # fmt: skip
    again = page(client, f"/search?{urlencode(sent)}")
    assert text_of(again, "#found") == text_of(soup, "#found")


def test_htmx_gets_the_results_and_the_filters_and_an_address_without_empty_fields(client, article):
    answer = client.get("/search?q=barg&author=&kind=&from=&to=&past=&section=world", headers=PART)

    assert answer.status_code == 200
    assert "<html" not in answer.text and 'id="search"' not in answer.text, "the field that has the focus stays"
    assert 'id="found-count"' in answer.text and 'hx-target="#filters"' in answer.text
    assert answer.headers["HX-Push-Url"] == "/search?q=barg&section=world"
    assert {"HX-Request", "HX-Request-Type"} <= set(answer.headers["Vary"].replace(" ", "").split(","))


def test_the_next_page_is_a_link_and_with_htmx_more_of_the_list(client, world):
    for n in range(15):
        story(world, f"River {n}", hours=n + 1)

    first = page(client, "/search?q=river&sort=newest")
    link = first.select_one("a[rel=next]")["href"]
    second = page(client, link)
    more = client.get(link, headers=PART).text

    assert link == "/search?q=river&sort=newest&page=2"
    assert len(first.select("#river > li")) == 12 and len(second.select("#river > li")) == 3
    assert text_of(second, "#more") == "Showing 15 of 15 results"
    assert more.count("<li") == 3 and 'hx-target="#more"' in more and "found-count" not in more
    assert "HX-Push-Url" not in client.get(link, headers=PART).headers


def test_what_is_asked_for_twice_is_one_step_back(client, article):
    here = {**PART, "HX-Current-URL": "http://localhost/search?q=barg"}
    again = client.get("/search?q=barg&author=", headers=here).headers
    assert "HX-Push-Url" not in again and again["HX-Replace-Url"] == "/search?q=barg"
    assert client.get("/search?q=barge", headers=here).headers["HX-Push-Url"] == "/search?q=barge"
    assert client.get("/search?q=river&page=3").status_code == 404
    for wrong in ("0", "51", "-1", "x", "1.5", "٣", "9999999999"):
        assert client.get(f"/search?q=river&page={quote(wrong)}").status_code == 404, wrong


@pytest.mark.parametrize("order", ["best", "newest"])
def test_several_pages_in_one_are_the_list_that_the_button_has_made_longer(client, world, order):
    for n in range(40):
        story(world, f"River {n}", hours=n + 1)
    address = f"/search?q=river&sort={order}"

    def named(number: str) -> list[str]:
        return [a["href"] for a in page(client, f"{address}&page={number}").select("#river h2 a")]

    both = page(client, f"{address}&page=1-2")
    assert named("1-2") == named("1") + named("2") and len(set(named("1-2"))) == 24
    assert named("2-4") == named("2") + named("3") + named("4")
    assert text_of(both, "#more small") == "Showing 24 of 40 results"
    assert both.select_one("a[rel=next]")["href"].endswith("&page=3")
    assert [li["data-page"] for li in both.select("#river > li[data-page]")] == ["1"]
    part = BeautifulSoup(client.get(f"{address}&page=3", headers=PART).text, "html.parser")
    assert [li["data-page"] for li in part.select("li[data-page]")] == ["3"], "what the address is made of"
    for wrong in ("2-1", "1-1", "1-", "-2", "1-21", "5-6", "1-2-3"):
        assert client.get(f"{address}&page={wrong}").status_code == 404, wrong


def test_a_snippet_shows_the_words_found_and_never_breaks_the_page(client, world):
    before = "Much is said first. " * 30
    story(
        world,
        "<script>alert(1)</script> ship",
        f"{before}A repair ship &lt;b&gt;&amp; crew&lt;/b&gt; sails “now”. {before}",
    )

    html = client.get('/search?q="repair+ship"+crew').text

    assert "<script>alert" not in html and "&lt;script&gt;alert(1)&lt;/script&gt; ship" in html
    assert "A <mark>repair ship</mark> &lt;b&gt;&amp; <mark>crew</mark>&lt;/b&gt; sails" in html
    assert "…" in html


def test_a_snippet_is_of_the_story_before_it_is_of_what_stands_round_it(client, world):
    cited = {"a": source("Storm Ottoline: bulletins"), "b": source("Line status")}
    marks = "<sup data-source='a'></sup><sup data-source='b'></sup>"
    story(world, "One", f"A storm is near.{marks}", sources=cited, standfirst="Trains stop.", hours=1)
    story(world, "Two", f"Rain.{marks}", sources=cited, standfirst="Trams stop.", hours=2)
    story(world, "Three", "Snow.", names=["Agence Bulletins"], standfirst="Ferries stop.", hours=3)

    def snippets(typed: str) -> list[str]:
        return [
            " ".join(p.get_text().split()) for p in page(client, f"/search?q={typed}&sort=newest").select("#river p")
        ]

    assert snippets("storm+ottoline") == ["A storm is near.", "Storm Ottoline: bulletins · Line status"]
    assert snippets("agence") == ["Ferries stop."], "the name stands below it anyway"


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title><b>x</b>"])
def test_what_is_typed_is_printed_as_text(client, article, typed):
    html = client.get(f"/search?q={quote(typed)}").text

    assert typed not in html
    assert not re.search(r"<img src=x|<script>alert", html)


def test_accents_and_pairs_are_marked_as_they_are_written(client, world):
    story(world, "One", "Ein Café an der Straße.")
    story(world, "Two", "北京的天气很好")

    assert "<mark>Café</mark> an der <mark>Straße</mark>" in client.get("/search?q=cafe+strasse").text
    assert "北京的<mark>天气</mark>很好" in client.get("/search?q=天气").text


def test_an_empty_question_leads_to_the_newest_and_the_sections(client, world, article):
    for address in ("/search", "/search?q=", "/search?q=+++"):
        soup = page(client, address)
        assert text_of(soup, "#found h2 ~ ol").startswith("Barges")
        assert soup.select_one(".found__sections a")["href"] == "/sections/world"


def test_a_question_without_a_word_says_so(client, article):
    assert "There is no word in what you typed." in client.get("/search?q=!!!").text


def test_no_hit_leads_to_the_nearest_spelling_the_sections_the_newest_and_the_most_read(client, world, article):
    db.session.add(MostRead(shelf="all", rank=1, article_id=article.id, views=50, as_of=clock.now()))
    db.session.commit()

    soup = page(client, "/search?q=bargs+retrun")

    assert text_of(soup, ".state h2") == "No stories match “bargs retrun”"
    assert soup.select_one(".state a")["href"] == "/search?q=barges+return"
    heads = [head.get_text() for head in soup.select("#found h2")]
    assert heads[1:] == ["Results for “barges return”", "Sections", "Most read today", "Newest stories"]
    assert [a["href"] for a in soup.select("#found h2 + ol")[0].select("a")] == [article.url]
    assert len(page(client, "/search?q=barges+return").select("#river > li")) == 1


def test_a_spelling_is_suggested_only_where_it_finds_something_public(client, world, article):
    scheduled = articles.write("Zanzibar resigns", world, "<p>Text</p>")
    scheduled.publish(at=clock.now() + timedelta(hours=2))
    db.session.commit()

    assert "anzibar" not in client.get("/search?q=zanzibr").text.replace("zanzibr", "")
    clock.advance(timedelta(hours=3))
    assert "/search?q=zanzibar" in client.get("/search?q=zanzibr").text


def test_nothing_in_a_filter_leads_to_a_search_everywhere(client, world, asia, article):
    soup = page(client, "/search?q=barges&section=world/asia-pacific")

    assert text_of(soup, ".state h2") == "No stories match “barges”"
    assert soup.select_one('.state a[href="/search?q=barges"]')


def test_dates_are_days_of_the_newsroom(client, site, world):
    site.set(zone="Asia/Tokyo")
    db.session.commit()
    story(world, "Morning river", hours=11)  # 14 March, 01:00 UTC: 10:00 in Tokyo
    story(world, "Night river", hours=22)  # 13 March, 14:00 UTC: 23:00 in Tokyo

    def on(since: str, until: str) -> list[str]:
        soup = page(client, f"/search?q=river&from={since}&to={until}")
        return [link.get_text() for link in soup.select("#river h2 a")]

    assert on("2026-03-14", "2026-03-14") == ["Morning river"]
    assert on("2026-03-13", "2026-03-13") == ["Night river"]
    assert len(on("2026-03-13", "")) == 2


def test_a_long_question_is_cut_and_says_so(client, article):
    soup = page(client, "/search?q=" + "barges+" * 1500)

    assert "only its beginning was looked for" in soup.get_text()
    assert len(soup.select_one("#q")["value"]) <= 200


def test_a_long_question_is_not_repeated_whole(client, article):
    for typed in ("x" * 300, "barges " * 30):
        soup = page(client, f"/search?q={quote(typed)}")
        repeated = [
            soup.title.string,
            *(tag.get_text() for tag in soup.select("#found h2, #found-count, .found__note")),
        ]
        assert not any(typed[:70] in text for text in repeated), typed
        assert any(typed[:50] in text and "…" in text for text in repeated), typed
        assert soup.select_one("#q")["value"] == typed.strip()[:200].strip(), "the field keeps what is looked for"


def test_who_finds_nothing_is_told_that_comments_are_not_searched(client, article):
    for address in ("/search", "/search?q=zeppelin"):
        assert "readers’ comments are not" in text_of(page(client, address), "#found"), address
    assert "comments are not" not in client.get("/search?q=barges").text


def test_what_nobody_offered_is_left_out_and_named(client, article):
    text = client.get("/search?q=barges&section=moon&author=nobody&topic=x&kind=poem&past=aeon&from=32&sort=worst").text

    for name in ("section", "author", "topic", "kind of story", "period", "date"):
        assert f"The {name} in the address is not known here" in text, name
    assert "1 result" in text


def test_the_field_stands_in_the_header_the_menu_and_on_the_404_page(client, article):
    front, lost = page(client, "/"), BeautifulSoup(client.get("/nothing").text, "html.parser")

    for soup in (front, lost):
        assert soup.select_one(".masthead .search-inline[action='/search'] input[name=q]")
        assert soup.select_one(".menu__search[action='/search'] input[name=q]")
    assert lost.select_one("main form[action='/search'] input[name=q]")
    labels = [form.get("aria-label") for form in lost.select("form[role=search]")]
    assert len(labels) == len(set(labels)), "each search has a name of its own"


def test_machines_are_told_of_the_search(client, article):
    blocks = [json.loads(s.string) for s in page(client, "/").select('script[type="application/ld+json"]')]
    action = next(b for b in blocks if b["@type"] == "WebSite")["potentialAction"]

    assert action["target"]["urlTemplate"].endswith("/search?q={search_term_string}")


def test_days_the_wrong_way_round_are_told(client, article):
    assert "“From” is a later day than “To”" in client.get("/search?q=barges&from=2026-11-23&to=2026-11-01").text
    assert "is a later day" not in client.get("/search?q=barges&from=2026-11-01&to=2026-11-01").text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", date.max.isoformat(), "2026-W11-6"])
def test_any_date_is_a_page(client, article, day):
    for name in ("from", "to"):
        assert client.get(f"/search?q=barges&{name}={day}").status_code == 200


def test_days_the_wrong_way_round_are_told_at_the_days_as_well(client, article):
    shown = client.get("/search?q=barges&from=2026-03-14&to=2026-03-01").text

    assert 'aria-describedby="f-reversed"' in shown
    assert "f-reversed" not in client.get("/search?q=barges&from=2026-03-01&to=2026-03-14").text


def test_where_nothing_is_found_no_section_counts_to_nought(client, article):
    assert 'class="n"' in client.get("/search?q=barges").text

    assert 'class="n"' not in client.get("/search?q=bargez").text
