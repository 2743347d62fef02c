"""Where pages have gone: followed when nothing else answers, by every process at once, never in a circle."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from newsapp import articles, create_app, pages, sections, site
from newsapp.articles import Article
from newsapp.db import db
from newsapp.sections import MenuColumn, MenuItem, Section
from newsapp.site import NoRedirect, Redirect
from tests.conftest import Browser


def redirect(old: str, new: str) -> None:
    site.redirect(old, new)
    db.session.commit()


def leads(client, old: str) -> str | None:
    answer = client.get(old)
    return answer.headers["Location"] if answer.status_code == 301 else None


@pytest.mark.parametrize(
    "old", ["/imprint", "/2019/05/flood.html", "/articles/gone", "/sections/gone", "/authors/gone", "/topics/gone"]
)
def test_an_address_that_nothing_answers_leads_on(client, article, old):
    assert client.get(old).status_code == 404

    redirect(old, "/articles/barges-return-to-the-ostrel")

    assert leads(client, old) == "/articles/barges-return-to-the-ostrel"
    head = client.head(old)
    assert (head.status_code, head.headers["Location"]) == (301, "/articles/barges-return-to-the-ostrel")
    assert client.get(old).headers["Cache-Control"] == "no-cache"


def test_what_answers_is_never_led_away(client, article):
    redirect("/articles/barges-return-to-the-ostrel", "/sections/world")
    redirect("/about", "/imprint")
    assert leads(client, "/about") == "/imprint"

    pages.write("about", "About", "<p>Who we are.</p>")
    db.session.commit()

    assert client.get("/articles/barges-return-to-the-ostrel").status_code == 200
    assert client.get("/about").status_code == 200


def test_a_withdrawn_story_is_gone_and_not_moved(client, article):
    redirect("/articles/barges-return-to-the-ostrel", "/sections/world")
    db.session.get(Article, article.id).withdraw("It rested on a forged letter.")
    db.session.commit()

    assert client.get("/articles/barges-return-to-the-ostrel").status_code == 410


def test_the_query_comes_along(client, site):
    redirect("/old", "/new")
    redirect("/found", "/search?q=river#results")
    redirect("/letter", "https://example.org/letter?list=1")

    assert leads(client, "/old?a=1&b=%20x") == "/new?a=1&b=%20x"
    assert leads(client, "/found?page=2") == "/search?q=river&page=2#results"
    assert leads(client, "/letter?x=1") == "https://example.org/letter?list=1&x=1"


def test_what_stands_below_a_story_goes_where_the_story_has_gone(client, site):
    redirect("/articles/old", "/articles/new")
    redirect("/articles/short", "/articles/new?page=2")
    redirect("/articles/away", "/sections/world")
    redirect("/articles/far", "https://example.org/articles/far")

    assert leads(client, "/articles/old/versions/3?a=1") == "/articles/new/versions/3?a=1"
    for below in (
        "/articles/short/versions",
        "/articles/away/comments",
        "/articles/far/share",
        "/articles/oldest/share",
    ):
        assert client.get(below).status_code == 404, below


def test_an_address_has_one_spelling(client, site):
    redirect("/caf%C3%A9/menü/", "/heiß?q=é")

    for asked in ("/caf%C3%A9/men%C3%BC", "/café/menü", "/café/menü/"):
        assert leads(client, asked) == "/hei%C3%9F?q=%C3%A9"


def test_a_form_is_not_sent_elsewhere(client, site):
    redirect("/old", "/new")

    assert client.post("/old").status_code in (404, 405)


def test_chains_are_made_short_when_they_are_written(client, site):
    redirect("/a", "/b?x=1#y")
    redirect("/b", "/c")
    redirect("/z", "/a")

    assert leads(client, "/a") == "/c?x=1#y"
    assert leads(client, "/z") == "/c?x=1#y"
    targets = set(db.session.scalars(select(Redirect.new_address)))
    assert targets.isdisjoint(db.session.scalars(select(Redirect.old_path)))


def test_the_second_redirect_of_a_path_takes_the_first_ones_place(client, site):
    redirect("/a", "/b")
    redirect("/a", "/c")

    assert leads(client, "/a") == "/c"
    assert db.session.scalar(select(func.count()).select_from(Redirect)) == 1


@pytest.mark.parametrize(
    "steps",
    [
        [("/a", "/a")],
        [("/a", "/a/")],
        [("/a", "/a?x=1")],
        [("/a", "/b"), ("/b", "/a")],
        [("/a", "/b"), ("/b", "/c"), ("/c", "/a#x")],
        [("/a", "/b"), ("/b", "http://127.0.0.1:8000/a")],
        [("/%61", "/a")],
    ],
)
def test_nobody_goes_in_a_circle(site, steps):
    *before, last = steps
    for old, new in before:
        redirect(old, new)

    with pytest.raises(NoRedirect, match="itself"):
        redirect(*last)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "/b"), ("a", "/b"), ("/", "/b"), ("//evil.example/a", "/b"), ("https://evil.example/a", "/b"), ("/a?p=1", "/b"),
        ("/a#x", "/b"), ("/a\n", "/b"), ("/" + "a" * 2000, "/b"),
        ("/a", ""), ("/a", "b"), ("/a", "//evil.example"), ("/a", "/%2Fevil.example"), ("/a", "javascript:alert(1)"),
        ("/a", "ftp://example.org/"), ("/a", "https://"), ("/a", "https://a:b@example.org/"), ("/a", "/b\r\nX: y"),
        ("/a", "http://["), ("/a", "mailto:a@example.org"), ("/a", "\\\\evil.example"),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused(site, old, new):
    with pytest.raises(NoRedirect):
        redirect(old, new)
    assert db.session.scalars(select(Redirect)).all() == []


@pytest.mark.parametrize(
    "asked",
    [
        "/%00",
        "/articles/%00",
        "/sections/%00",
        "/authors/a%00",
        "/topics/%00",
        "/comments/%00",
        "/media/%00",
        "/%ff%fe",
        "/a%0d%0aX:%20y",
        "/" + "a" * 9000,
        "/%F0%9F%92%A9",
        "/%25",
        "/a%5C",
    ],
)
def test_any_path_can_be_asked_for(client, site, asked):
    redirect("/somewhere", "/else")

    assert client.get(asked).status_code == 404
    assert leads(client, "/somewhere?" + asked[1:200]) is not None


def test_a_backslash_leads_to_no_other_host(client, site):
    redirect("/a", "/\\evil.example")

    assert leads(client, "/a") == "/%5Cevil.example"


def test_a_page_of_ours_asked_for_with_a_slash_at_its_end_stands_without_it(client, article):
    assert leads(client, f"{article.url}/") == article.url
    assert leads(client, f"{article.url}/?page=2") == f"{article.url}?page=2"
    for nowhere in (
        "/nothing/of/ours/",
        "/\\evil.example/",
        "/articles/no-such-story/",
        "/desk/articles/",
    ):
        answer = client.get(nowhere)
        assert answer.status_code == 404 or answer.location.startswith("/account/sign-in"), nowhere


def test_the_router_leads_on_with_301_too(client, article):
    assert leads(client, "/articles//barges-return-to-the-ostrel").endswith("/articles/barges-return-to-the-ostrel")


def test_every_process_follows_a_redirect_at_once(app, client, article):
    other = create_app(
        {"DATABASE_URL": app.config["DATABASE_URL"], "TESTING": True}, instance=Path(app.config["INSTANCE"])
    )
    there = Browser(other, other.response_class)
    for browser in (client, there):
        assert browser.get("/articles/old").status_code == 404

    redirect("/articles/old", "/articles/barges-return-to-the-ostrel")
    assert [leads(browser, "/articles/old") for browser in (client, there)] == [
        "/articles/barges-return-to-the-ostrel"
    ] * 2

    db.session.get(Redirect, "/articles/old").remove()
    db.session.commit()
    assert [browser.get("/articles/old").status_code for browser in (client, there)] == [404, 404]
    with other.app_context():
        db.engine.dispose()


def test_neither_a_404_nor_a_redirect_is_kept(app, client, site):
    redirect("/old", "/new")
    for address in ("/old", "/new", "/sections/none"):
        client.get(address)

    assert not [key for key in app.extensions["pagecache"]._pages if "/old" in key or "/new" in key or "none" in key]


def test_a_removed_section_leads_to_the_one_that_took_its_stories(client, asia, world, article):
    rivers = sections.create("Rivers")
    story = db.session.get(Article, article.id)
    story.file_under(rivers, [asia])
    draft = articles.write("A draft", asia, also_in=[rivers, asia])
    column = MenuColumn(heading="News")
    column.items = [MenuItem(section_id=rivers.id, position=0), MenuItem(section_id=asia.id, position=1)]
    db.session.add(column)
    db.session.commit()
    assert "Barges" in client.get("/sections/rivers").text

    articles.remove_section(rivers, db.session.get(Section, world.id))
    db.session.commit()

    assert leads(client, "/sections/rivers?page=1") == "/sections/world?page=1"
    assert leads(client, "/sections/rivers/feed.atom") == "/sections/world/feed.atom"
    assert "Barges" in client.get("/sections/world").text
    assert "Rivers</a>" not in client.get("/").text
    assert db.session.get(Article, draft.id).also_in == [world.id]


def test_a_section_with_others_below_it_stays(asia, world):
    with pytest.raises(articles.HasSubsections, match="World has subsections"):
        articles.remove_section(world, asia)
    with pytest.raises(ValueError, match="into itself"):
        articles.remove_section(asia, asia)


def test_the_operator_makes_and_lists_redirects(app, monkeypatch):
    from newsapp.cli import newsapp

    monkeypatch.setenv("NEWSAPP_INSTANCE", app.config["INSTANCE"])
    monkeypatch.setenv("NEWSAPP_DATABASE_URL", app.config["DATABASE_URL"])
    run = CliRunner().invoke

    made = run(newsapp, ["redirect", "/caf%C3%A9", "/über"])
    refused = run(newsapp, ["redirect", "/a", "/a"])

    assert made.output == "/café -> /über\n"
    assert (refused.exit_code, refused.output) == (2, "newsapp: /a would lead to itself.\n")
    assert run(newsapp, ["redirects"]).output.endswith("/café -> /über\n")
