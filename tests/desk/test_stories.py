"""Stories at the desk: who may do what, the list, the form, two at one story, and where a story goes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import undefer

from newsapp.accounts import Role
from newsapp.articles import Article, drafting
from newsapp.articles.documents import document_of
from newsapp.articles.preview import PreviewLink
from newsapp.articles.releasing import release_due, waiting_change
from newsapp.articles.versions import Version
from newsapp.db import db
from newsapp.lib import clock
from tests.conftest import NOON, Browser, signed_in
from tests.desk.stories import account, alert, begun, fields

PEOPLE = (Role.CONTRIBUTOR, Role.AUTHOR, Role.EDITOR, Role.ADMIN)


@pytest.fixture
def people(app, world):
    return {role: account(role) for role in Role}


def save(browser, article, **said):
    at = f"/desk/articles/{article.id}"
    return browser.post(at, data={**fields(browser.get(at).text), **said})


def publish(browser, article, **said):
    at = f"/desk/articles/{article.id}/release"
    number = fields(browser.get(at).text, f"form[action='{at}']")["number"]
    return browser.post(at, data={"number": number, "when": "now", **said})


# Who may


def test_each_role_may_do_at_its_own_story_what_it_may_and_no_more(app, world, people):
    for role, person in people.items():
        browser = signed_in(app, person)
        mine = begun(world, person)
        at = f"/desk/articles/{mine.id}"
        writes, releases = role in PEOPLE, role in PEOPLE[1:]
        for address in (
            "/desk/articles",
            "/desk/articles/new",
            at,
            f"{at}/preview",
            f"{at}/history",
            f"{at}/submit",
            f"{at}/send-back",
        ):
            assert browser.get(address).status_code == (200 if writes else 403), (role, address)
        for address in (f"{at}/release", f"{at}/withdraw"):
            assert browser.get(address).status_code == (200 if releases else 403), (role, address)
        assert browser.post("/desk/articles", data={"headline": "New", "section_id": world.id}).status_code == (
            303 if writes else 403
        )
        for address in ("embargo", "end", "release", "withdraw", "call-off", "versions/1/withhold"):
            status = browser.post(f"{at}/{address}", data={}).status_code
            assert (status != 403) == releases, (role, address, status)
        for address in ("", "/here", "/submit", "/send-back", "/links", "/links/1/revoke"):
            assert (browser.post(f"{at}{address}", data={}).status_code != 403) == writes, (role, address)


def test_nobody_but_editors_comes_to_other_people_s_stories(app, world, people, article):
    theirs = begun(world, people[Role.EDITOR], headline="Zqsecret")
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if "<int(max=2147483647):article_id>" in rule.rule and rule.rule.startswith("/desk/articles")
    ]
    assert len(rules) >= 20
    for role in (Role.CONTRIBUTOR, Role.AUTHOR):
        browser = signed_in(app, people[role])
        for rule in rules:
            values = {name: {"article_id": theirs.id}.get(name, 1) for name in rule.arguments}
            address = app.url_map.bind("").build(
                rule.endpoint, values, method=next(iter(rule.methods - {"HEAD", "OPTIONS"}))
            )
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                answer = browser.open(address, method=method)
                assert answer.status_code == 403 and "Zqsecret" not in answer.text, (role, method, address)
        assert "Zqsecret" not in browser.get("/desk/articles?q=zqsecret").text.replace('value="zqsecret"', "")
    assert "Zqsecret" in signed_in(app, people[Role.ADMIN]).get("/desk/articles").text


def test_a_story_bears_the_name_of_who_only_writes_from_the_beginning(app, people, world):
    for role, names in ((Role.CONTRIBUTOR, [people[Role.CONTRIBUTOR].name]), (Role.EDITOR, [])):
        browser = signed_in(app, people[role])
        at = browser.post("/desk/articles", data={"headline": "New", "section_id": world.id}).headers["Location"]
        shown = fields(browser.get(at).text)
        assert [shown[f"byline-{n}-name"] for n in range(1) if shown[f"byline-{n}-name"]] == names


def test_a_byline_makes_a_story_one_s_own(app, people, article, rosalind):
    browser = signed_in(app, people[Role.AUTHOR])
    assert browser.get(f"/desk/articles/{article.id}").status_code == 403

    rosalind.account_id = people[Role.AUTHOR].id
    db.session.commit()

    assert browser.get(f"/desk/articles/{article.id}").status_code == 200
    assert "Barges return to the Ostrel" in browser.get("/desk/articles").text


def test_the_menu_names_to_everybody_what_is_theirs(app, people):
    for role in (Role.CONTRIBUTOR, Role.MODERATOR, Role.EDITOR):
        menu = signed_in(app, people[role]).get("/desk").text
        assert ('href="/desk/words"' in menu) == (role != Role.CONTRIBUTOR)
        assert ('href="/desk/articles"' in menu) == (role != Role.MODERATOR)


# The list


def test_the_list_has_each_story_where_it_stands(app, world, asia, people, article):
    editor = people[Role.EDITOR]
    browser = signed_in(app, editor)
    _, review, timed = (begun(world, editor, headline=f"The {name} one") for name in ("first", "second", "third"))
    drafting.submit(review, editor)
    db.session.commit()
    publish(browser, timed, when="at", at="2026-03-14T20:00")
    for tab, there in {
        "all": 4, "mine": 3, "draft": 1, "review": 1, "scheduled": 1, "published": 1, "withdrawn": 0,
    }.items():  # fmt: skip
        page = browser.get(f"/desk/articles?tab={tab}").text
        assert page.count('class="hl"') == there, tab
        assert (
            f'{ {"all": "All", "mine": "Mine", "draft": "Draft", "review": "In review", "scheduled": "Scheduled", "published": "Published", "withdrawn": "Withdrawn"}[tab] } <span class="n">{there}<'
            in page
        )
    clock.advance(timedelta(hours=9))
    assert "The third one" in browser.get("/desk/articles?tab=published").text
    assert browser.get("/desk/articles?tab=nothing").status_code == 404


def test_the_list_is_searched_by_headline_section_and_author(app, world, asia, people, article, rosalind):
    browser = signed_in(app, people[Role.EDITOR])
    begun(asia, people[Role.EDITOR], headline="50% of <b>boats</b>")

    def found(query):
        return browser.get(f"/desk/articles?{query}").text.count('class="hl"')

    assert found("q=BOATS") == found("q=50%25") == 1 and found("q=%25%25") == 0 and found("q=5_%25") == 0
    assert (found(f"section={world.id}"), found(f"section={asia.id}"), found("section=99")) == (2, 1, 0)
    assert (found(f"author={rosalind.id}"), found("author=99")) == (1, 0)
    assert "&lt;b&gt;boats" in browser.get("/desk/articles").text


def test_the_list_goes_on_from_page_to_page_without_a_gap(app, world, people):
    browser = signed_in(app, people[Role.EDITOR])
    for n in range(65):
        begun(world, people[Role.EDITOR], headline=f"Story {n:02}.")
        clock.advance(timedelta(seconds=n % 2))
    address, seen = "/desk/articles", []
    while address:
        page = browser.get(address).text
        seen += [f"Story {n:02}." for n in range(65) if f"Story {n:02}." in page]
        address = next((part.split('"')[0].replace("&amp;", "&") for part in page.split('rel="next" href="')[1:]), "")
    assert sorted(seen) == [f"Story {n:02}." for n in range(65)]


# The form


def test_a_story_is_begun_and_written(app, world, asia, people, rosalind):
    browser = signed_in(app, people[Role.CONTRIBUTOR])
    answer = browser.post("/desk/articles", data={"headline": "  Barges return ", "section_id": world.id})
    story = db.session.scalars(select(Article).order_by(Article.id.desc())).first()
    assert answer.headers["Location"] == f"/desk/articles/{story.id}"

    said = {
        "headline": "Barges <i>return</i>", "standfirst": "At last.", "body": "## Why\r\n\r\nRain, *much* of it.\r\n\r\n- a\r\n- b",
        "key_points": "One\r\n\r\nTwo", "topics": "Rivers\r\nRails\r\nRivers", "kind": "analysis", "label": "Rivers", "section_id": world.id,
        "also_in": [asia.id], "byline-0-name": "rosalind achterberg", "byline-0-role": "Rivers", "byline-1-name": "An agency",
        "byline-1-part": "help", "byline-1-role": "", "making_methods": " Two of us\r\n counted. ", "making_checked": "", "place": "Marisel", "is_evergreen": "y", "slug": "The Barges!", "is_decorative": "y",
    }  # fmt: skip
    assert save(browser, story, **said).headers["Location"] == f"/desk/articles/{story.id}?saved=1&tidied=1"

    document, _ = drafting.working_document(story)
    assert document["headline"] == "Barges <i>return</i>" and document["also_in"] == [asia.id]
    assert document["body"] == "<h2>Why</h2>\n<p>Rain, <em>much</em> of it.</p>\n<ul>\n<li>a</li>\n<li>b</li></ul>"
    assert (document["key_points"], document["topics"]) == (["One", "Two"], ["Rivers", "Rails"])
    assert [(b["author_id"], b["name"], b["part"]) for b in document["bylines"]] == [
        (rosalind.id, "", "by"),
        (None, "An agency", "help"),
    ]
    assert document["making"] == {"methods": "Two of us counted."}
    assert document["slug"] == "the-barges" and document["picture_alt"] == ""
    shown = fields(browser.get(f"/desk/articles/{story.id}").text)
    assert shown["byline-0-name"] == "Rosalind Achterberg" and shown["body"].startswith("## Why")
    assert "Rosalind Achterberg, An agency" in browser.get("/desk/articles").text
    assert save(browser, story).status_code == 303 and drafting.working_document(story) == (document, 2)


def test_what_cannot_be_saved_comes_back_whole(app, world, people):
    browser = signed_in(app, people[Role.AUTHOR])
    story = begun(world, people[Role.AUTHOR])
    at = f"/desk/articles/{story.id}"
    for said, complaint in (
        ({"headline": "x" * 301}, "At most 300"), ({"section_id": "99"}, "Not a valid choice"), ({"kind": "gossip"}, "Not a valid choice"),
        ({"language": "<b>"}, "A language like"), ({"picture_id": "many"}, "Not a valid integer"), ({"also_in": ["x"]}, "Invalid"),
    ):  # fmt: skip
        answer = browser.post(
            at, data={**fields(browser.get(at).text), "body": "Zqmine & “this”", "byline-1-name": "Zqname", **said}
        )
        assert answer.status_code == 422 and complaint in answer.text, said
        assert "Nothing is lost" in alert(answer.text)
        kept = fields(answer.text)
        assert kept["body"] == "Zqmine & “this”" and kept["byline-1-name"] == "Zqname"
    assert drafting.working_document(story)[1] == 2


def test_a_text_that_markdown_cannot_say_is_not_touched_by_saving(app, people, article):
    article.set_body(
        "<table><caption>C</caption><tr><th scope='col'>a</th></tr></table><blockquote class='pull'><p>Q</p></blockquote>"
    )
    db.session.commit()
    before = document_of(article)
    save(signed_in(app, people[Role.EDITOR]), article, place="Marisel")

    assert drafting.working_document(article)[0] == {**before, "place": "Marisel"}


def test_two_editors_at_one_story_see_both_texts_and_lose_none(app, world, people):
    first, second = (signed_in(app, people[role]) for role in (Role.EDITOR, Role.ADMIN))
    story = begun(world, people[Role.EDITOR])
    at = f"/desk/articles/{story.id}"
    opened = fields(first.get(at).text)
    save(second, story, headline="Theirs <b>", body="Their text.")

    answer = first.post(at, data={**opened, "headline": "Mine <b>", "body": "My text."})

    assert answer.status_code == 409
    assert "A admin" in alert(answer.text) and "Theirs &lt;b&gt;" in answer.text and "Their text." in answer.text
    kept = fields(answer.text)
    assert (kept["headline"], kept["body"]) == ("Mine <b>", "My text.")
    assert drafting.working_document(story)[0]["headline"] == "Theirs <b>"
    assert first.post(at, data=kept).status_code == 303
    assert drafting.working_document(story)[0]["headline"] == "Mine <b>"
    assert "Their text." in first.get(f"{at}/history?from=s1&to=s2").text


def test_saving_by_itself_answers_with_the_number_alone(app, world, people):
    browser = signed_in(app, people[Role.AUTHOR])
    story = begun(world, people[Role.AUTHOR])
    at = f"/desk/articles/{story.id}"
    sent = {**fields(browser.get(at).text), "headline": "Another"}

    assert browser.post(at, data=sent, headers={"Accept": "application/json"}).json["number"] == 3


def test_who_else_is_writing_is_shown_and_looking_notes_nothing(app, world, people):
    editor, admin = (signed_in(app, people[role]) for role in (Role.EDITOR, Role.ADMIN))
    story = begun(world, people[Role.EDITOR])
    at = f"/desk/articles/{story.id}"
    editor.get(at)
    assert "editing" not in admin.get(at).text

    editor.post(f"{at}/here")
    assert "<bdi>A editor</bdi></b> is editing" in admin.get(at).text and "A editor" in admin.post(f"{at}/here").text
    clock.advance(timedelta(minutes=2))
    assert "is editing" not in admin.get(at).text


# Where it goes


def test_from_the_contributor_s_pen_to_the_public_history(app, client, world, people):
    writer, editor = signed_in(app, people[Role.CONTRIBUTOR]), signed_in(app, people[Role.EDITOR])
    writer.post("/desk/articles", data={"headline": "Barges return", "section_id": world.id})
    story = db.session.scalars(select(Article).order_by(Article.id.desc())).first()
    at = f"/desk/articles/{story.id}"
    assert save(writer, story, body="The river rose by 11 cm.", act="submit").headers["Location"] == f"{at}/submit"
    writer.post(f"{at}/submit")
    assert editor.post(f"{at}/send-back", data={"reason": ""}).status_code == 422
    editor.post(f"{at}/send-back", data={"reason": "By how much?"})
    assert "By how much?" in writer.get(at).text
    writer.post(f"{at}/submit")

    assert publish(editor, story, when="at", at="2026-03-14T13:00").headers["Location"] == f"{at}?done=timed"
    assert client.get(story.url).status_code == 404
    clock.advance(timedelta(hours=1, minutes=1))
    assert "11 cm" in client.get(story.url).text and "/versions" not in client.get(story.url).text

    save(editor, story, body="The river rose by 12 cm.")
    page = editor.get(f"{at}/release").text
    assert "<del>" in page and "11" in page
    answer = publish(editor, story, kind="correction", reason="The height", notice="It was <del>11</del> 12.")
    assert answer.headers["Location"] == f"{at}?done=public"

    public = client.get(story.url).text
    assert "12 cm" in public and "It was <del>11</del> 12." in public and f'href="{story.url}/versions"' in public
    assert "It was <del>11</del> 12." in client.get("/corrections").text
    history = client.get(f"{story.url}/versions").text
    assert "The height" in history and "Correction" in history and "A editor" not in history
    difference = client.get(f"{story.url}/versions/2").text
    assert ">11<" in difference and ">12<" in difference
    assert "11 cm" in client.get(f"{story.url}/versions/1").text


def test_a_release_without_class_reason_or_time_comes_back_with_what_was_typed(app, people, article):
    browser = signed_in(app, people[Role.EDITOR])
    save(browser, article, headline="Barges stay")
    for said, complaint in (
        ({}, "what kind of change"), ({"kind": "minor"}, "in a line what was changed"), ({"kind": "nonsense", "reason": "x"}, "what kind"),
        ({"kind": "correction", "reason": "x"}, "Write the notice"), ({"kind": "correction"}, "readers see it. Write the notice"), ({"kind": "minor", "reason": "x", "when": "at"}, "Say when"),
        ({"kind": "minor", "reason": "x", "when": "now", "at": "2030-01-01T00:00"}, "Choose “At a time”, or empty them"),
        ({"kind": "minor", "reason": "x", "when": "at", "at": "yesterday"}, "Write a day"),
        ({"kind": "minor", "reason": "x", "when": "at", "at": "2020-01-01T00:00"}, "has passed"),
    ):  # fmt: skip
        answer = publish(browser, article, **{"notice": "", **said})
        assert answer.status_code == 422 and complaint in answer.text, said
        assert "reason" not in said or 'value="x"' in answer.text
    assert article.headline == "Barges return to the Ostrel"


def test_a_release_of_what_was_saved_meanwhile_shows_it_first(app, people, article):
    browser = signed_in(app, people[Role.EDITOR])
    save(browser, article, headline="Barges stay")
    number = drafting.working_document(article)[1]
    save(browser, article, headline="Zqother")

    answer = browser.post(
        f"/desk/articles/{article.id}/release", data={"number": number, "kind": "minor", "reason": "x", "when": "now"}
    )

    assert answer.status_code == 409 and "Zqother" in answer.text
    assert Version.of(article.id, clock.now()) is not None and db.session.scalars(select(Version)).all() == []


def test_an_embargo_is_shown_and_asks_twice(app, client, world, people):
    browser = signed_in(app, people[Role.AUTHOR])
    story = begun(world, people[Role.AUTHOR])
    at = f"/desk/articles/{story.id}"
    browser.post(f"{at}/embargo", data={"at": "2026-03-15T00:01", "note": "The board’s report"})
    assert "The board’s report" in alert(browser.get(at).text) and "Under embargo" in browser.get("/desk/articles").text

    answer = publish(browser, story)
    assert answer.status_code == 422 and "embargo has not ended" in answer.text
    assert client.get("/articles/barges-return").status_code == 404
    assert publish(browser, story, despite="y").status_code == 303
    browser.post(f"{at}/embargo", data={"at": ""})
    assert "Embargo until <" not in browser.get(at).text


def test_a_change_at_a_time_waits_can_be_called_off_and_is_released_by_the_job(app, client, people, article):
    browser = signed_in(app, people[Role.EDITOR])
    at = f"/desk/articles/{article.id}"
    save(browser, article, headline="Barges stay")
    assert (
        publish(browser, article, kind="update", reason="News", when="at", at="2026-03-14T12:05")
        .headers["Location"]
        .endswith("waits")
    )
    assert "A change waits until" in alert(browser.get(at).text)
    browser.post(f"{at}/call-off", data={"keep": "yes"})
    assert waiting_change(article) is None and drafting.working_document(article)[0]["headline"] == "Barges stay"

    publish(browser, article, kind="update", reason="News", when="at", at="2026-03-14T12:05")
    clock.advance(timedelta(minutes=6))
    app.extensions["scheduler"].release()
    assert "Barges stay" in client.get(article.url).text


def test_withdrawing_takes_a_reason_and_takes_the_story_away_everywhere(app, client, people, article):
    browser = signed_in(app, people[Role.EDITOR])
    at = f"/desk/articles/{article.id}/withdraw"
    assert browser.post(at, data={"reason": " "}).status_code == 422
    browser.post(at, data={"reason": "It was not so."})

    assert client.get(article.url).status_code == 410 and "It was not so." in client.get(article.url).text
    assert (
        client.get(f"{article.url}/versions").status_code == 410
        and client.get(f"{article.url}/versions/1").status_code == 410
    )
    assert article.headline not in client.get("/").text
    shown = browser.get(f"/desk/articles/{article.id}").text
    assert f"<strong>Withdrawn</strong> by <bdi>{people[Role.EDITOR].name}</bdi>" in shown and "It was not so." in shown


def test_an_end_is_set_and_comes(app, client, people, article):
    browser = signed_in(app, people[Role.EDITOR])
    browser.post(f"/desk/articles/{article.id}/end", data={"at": "2026-03-14T13:00"})
    assert client.get(article.url).status_code == 200
    clock.advance(timedelta(hours=2))
    gone = client.get(article.url)
    assert gone.status_code == 410
    assert (
        "It was published for a time, which has ended." in gone.text
        and "withdrawn" not in gone.text.partition("<main")[2]
    )


def test_an_end_in_the_past_takes_no_story_from_its_readers(app, client, people, article):
    browser = signed_in(app, people[Role.EDITOR])
    answer = browser.post(f"/desk/articles/{article.id}/end", data={"at": "2025-03-14T13:00"})

    assert answer.status_code == 422 and "That time has passed." in answer.text and "2025-03-14T13:00" in answer.text
    assert client.get(article.url).status_code == 200


def test_an_embargo_that_is_taken_back_is_told_as_that(app, people, article):
    browser = signed_in(app, people[Role.EDITOR])
    at = f"/desk/articles/{article.id}"
    for typed, says in (("2026-03-20T13:00", "The embargo is noted."), ("", "There is no embargo.")):
        answer = browser.post(f"{at}/embargo", data={"at": typed})
        assert says in browser.get(answer.headers["Location"]).text


def test_a_withheld_version_says_why_and_not_what(app, client, people, article):
    browser = signed_in(app, people[Role.EDITOR])
    at = f"/desk/articles/{article.id}"
    for headline in ("Zqsecret name", "Barges stay"):
        save(browser, article, headline=headline)
        publish(browser, article, kind="minor", reason="Put right")
    assert "Zqsecret" in client.get(f"{article.url}/versions/3").text
    assert browser.post(f"{at}/versions/3/withhold", data={"reason": "x"}).status_code == 422
    assert browser.post(f"{at}/versions/2/withhold", data={"reason": ""}).status_code == 422

    browser.post(f"{at}/versions/2/withhold", data={"reason": "A name that has no place here"})

    for address in ("", "/1", "/2", "/3"):
        page = client.get(f"{article.url}/versions{address}").text
        assert "Zqsecret" not in page
        assert ("no place here" in page) == (address in ("", "/2"))
    assert "since version 1" in client.get(f"{article.url}/versions/3").text


def test_an_old_version_can_be_written_on_from_and_nothing_is_released_by_it(app, client, people, article):
    browser = signed_in(app, people[Role.EDITOR])
    save(browser, article, headline="Barges stay")
    publish(browser, article, kind="minor", reason="x")
    browser.post(f"/desk/articles/{article.id}/restore", data={"from": "v1"})

    assert drafting.working_document(article)[0]["headline"] == "Barges return to the Ostrel"
    assert "Barges stay" in client.get(article.url).text
    for state in ("v9", "s99", "x", "", "copy"):
        assert browser.post(f"/desk/articles/{article.id}/restore", data={"from": state}).status_code in (303, 404)


# A link for outsiders


def test_a_preview_link_shows_the_story_to_whoever_has_it_until_it_ends_or_is_taken_back(app, client, world, people):
    browser = signed_in(app, people[Role.CONTRIBUTOR])
    story = begun(world, people[Role.CONTRIBUTOR], headline="Zqsecret")
    at = f"/desk/articles/{story.id}"
    browser.post(f"{at}/links", data={"note": "Counsel", "days": "1"})
    browser.post(f"{at}/links", data={"note": "The source", "days": "14"})
    one, other = db.session.scalars(select(PreviewLink).order_by(PreviewLink.id))
    address, longer = one.url, other.url
    db.session.rollback()

    answer = client.get(address)
    assert answer.status_code == 200 and "Zqsecret" in answer.text and "The river rose." in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store" and "noindex" in answer.headers["X-Robots-Tag"]
    assert (
        '<meta name="robots" content="noindex, nofollow">' in answer.text
        and answer.headers["Referrer-Policy"] == "no-referrer"
    )
    for forged in (address[:-4], address + "x", "/preview/x", address.replace(".", "", 1)):
        assert client.get(forged).status_code == 410

    clock.advance(timedelta(days=1, minutes=1))
    assert client.get(address).status_code == 410 and client.get(longer).status_code == 200
    signed_in(app, people[Role.EDITOR]).post(f"{at}/links/{other.id}/revoke")
    assert client.get(longer).status_code == 410


def test_nobody_takes_back_another_story_s_link(app, world, people):
    mine, theirs = begun(world, people[Role.CONTRIBUTOR]), begun(world, people[Role.EDITOR])
    editor = signed_in(app, people[Role.EDITOR])
    editor.post(f"/desk/articles/{theirs.id}/links", data={})
    link = db.session.scalars(select(PreviewLink)).one()
    signed_in(app, people[Role.CONTRIBUTOR]).post(f"/desk/articles/{mine.id}/links/{link.id}/revoke")
    assert db.session.get(PreviewLink, link.id).revoked_at is None


# No silent edits


OF_THE_PAPER = ("/desk/sections", "/desk/menus", "/desk/topics", "/desk/authors", "/desk/redirects")


def test_no_address_of_the_desk_changes_a_public_text_without_a_version(app, client, people, article):
    """Whatever is posted to whichever address of a story: while there is no new version, the page stays as it was."""
    browser = signed_in(app, people[Role.ADMIN])
    release_due()
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("desk.") and "POST" in rule.methods]
    sent = {
        "headline": "Zqsilent", "standfirst": "Zqsilent", "body": "Zqsilent", "number": "0", "section_id": "1", "language": "en",
        "topics": "Zqsilent", "byline-0-name": "Zqsilent", "slug": "zqsilent", "notice": "Zqsilent", "when": "now", "days": "1", "from": "copy",
        "note": "Zqsilent", "at": "2026-03-20T12:00", "act": "save", "words": "Zqsilent", "title": "Zqsilent", "chosen": "1:0", "keep": "yes",
    }  # fmt: skip
    asked = 0
    for rule in sorted(rules, key=lambda rule: rule.rule):
        values = dict.fromkeys(rule.arguments, 1)
        address = app.url_map.bind("").build(rule.endpoint, values, method="POST")
        if "withdraw" in address or address.startswith(
            OF_THE_PAPER
        ):  # it takes the story away whole; or it is no story's
            continue
        before = client.get(article.url)
        browser.post(
            address, data={**sent, "kind": "news" if address.endswith("/1") else "minor", "reason": "Zqsilent"}
        )
        after = client.get(article.url)
        assert after.status_code == 200 and after.text == before.text and "Zqsilent" not in after.text, address
        asked += 1
    assert asked >= 20
    assert db.session.scalars(select(Version).where(Version.number > 1)).all() == []
    assert drafting.working_document(article)[0]["headline"] == "Zqsilent"


def test_a_stranger_is_asked_to_sign_in_wherever_something_is_posted(app, article):
    stranger = Browser(app, app.response_class)
    for address in ("", "/release", "/withdraw", "/here", "/links"):
        answer = stranger.post(f"/desk/articles/{article.id}{address}", data={"headline": "x"})
        assert answer.status_code == 409 and 'href="/account/sign-in' in answer.text  # and what was typed is kept there
        unasked = stranger.post(f"/desk/articles/{article.id}{address}")
        assert unasked.status_code == 303 and unasked.headers["Location"].startswith("/account/sign-in")


def test_the_newsroom_s_clock_is_the_one_that_counts(app, client, world, people):
    """A time is typed in the newsroom's zone: in July, London is an hour ahead of UTC."""
    clock.set_to(NOON.replace(month=7))
    browser = signed_in(app, people[Role.EDITOR])
    story = begun(world, people[Role.EDITOR])
    publish(browser, story, when="at", at="2026-07-14T13:30")
    assert db.session.get(Article, story.id).published_at == NOON.replace(month=7) + timedelta(minutes=30)


def test_what_was_written_beside_another_text_begins_a_line_of_the_history_of_its_own(app, world, people):
    """One person at two windows: what was saved over is in the history, as the page has promised."""
    browser = signed_in(app, people[Role.EDITOR])
    story = begun(world, people[Role.EDITOR])
    at = f"/desk/articles/{story.id}"
    sent = {"section_id": str(world.id), "kind": "news", "language": "en-GB", "act": "save"}
    browser.post(at, data={**sent, "headline": "H", "body": "Alpha.", "number": "2"})

    refused = browser.post(at, data={**sent, "headline": "H", "body": "Beta.", "number": "2"})
    assert refused.status_code == 409 and 'name="over" value="1"' in refused.text
    number = re.search(r'name="number" value="(\d+)"', refused.text)[1]
    browser.post(at, data={**sent, "headline": "H", "body": "Beta.", "number": number, "over": "1"})

    kept = [
        s.document["body"]
        for s in db.session.scalars(drafting.Sitting.of(story).options(undefer(drafting.Sitting.document)))
    ]
    assert kept == ["<p>Beta.</p>", "<p>Alpha.</p>"]


def test_a_story_without_a_text_is_not_published(app, world, people):
    browser = signed_in(app, people[Role.EDITOR])
    story = begun(world, people[Role.EDITOR], body="")

    assert "There is no text." in publish(browser, story).text
    assert db.session.get(Article, story.id).published_at is None


def test_a_notice_that_no_reader_would_see_is_not_thrown_away_without_a_word(app, article, people):
    browser = signed_in(app, people[Role.EDITOR])
    drafting.save(article, {**drafting.working_document(article)[0], "body": "<p>New.</p>"}, people[Role.EDITOR], 0)
    db.session.commit()

    answer = publish(browser, article, kind="update", reason="More", notice="It was wrong.")

    assert answer.status_code == 422 and "only with a correction" in answer.text and "It was wrong." in answer.text


def test_words_written_after_a_time_was_set_are_told_of_where_they_are_written(app, world, people):
    browser = signed_in(app, people[Role.EDITOR])
    story = begun(world, people[Role.EDITOR])
    publish(browser, story, when="at", at="2026-03-14T18:00")
    at = f"/desk/articles/{story.id}"
    assert "does not appear with it" not in browser.get(at).text and "Scheduled, " in browser.get(at).text

    document, number = drafting.working_document(story)
    drafting.save(story, {**document, "standfirst": "Since then."}, people[Role.EDITOR], number)
    db.session.commit()

    assert "does not appear with it" in browser.get(at).text


def test_a_picture_that_is_not_there_is_told_at_its_field(app, world, people):
    browser = signed_in(app, people[Role.EDITOR])
    story = begun(world, people[Role.EDITOR])

    answer = browser.post(
        f"/desk/articles/{story.id}",
        data={"headline": "H", "section_id": world.id, "kind": "news", "language": "en-GB", "picture_id": "99999", "number": "1", "body": "Typed."},
    )  # fmt: skip

    assert answer.status_code == 422 and "There is no picture 99999" in answer.text and "Typed." in answer.text


def test_an_end_is_told_at_the_head_of_the_story(app, article, people):
    browser = signed_in(app, people[Role.EDITOR])
    browser.post(f"/desk/articles/{article.id}/end", data={"at": "2026-03-20T09:00"})

    assert "It is public until" in browser.get(f"/desk/articles/{article.id}").text


def test_what_is_given_to_review_has_its_checks_and_a_line_for_its_reader(app, world, people):
    writer, reader = signed_in(app, people[Role.CONTRIBUTOR]), signed_in(app, people[Role.EDITOR])
    story = begun(world, people[Role.CONTRIBUTOR], headline="")
    at = f"/desk/articles/{story.id}"
    asked = writer.get(f"{at}/submit").text
    assert "This keeps it back" in asked and 'name="note"' in asked
    long = writer.post(f"{at}/submit", data={"note": "<b>x</b>" * 200})
    assert long.status_code == 422 and "At most 1,000 characters; these are" in long.text and "&lt;b&gt;x" in long.text

    writer.post(f"{at}/submit", data={"note": "Mind the <i>second</i> name."})

    said = alert(reader.get(at).text)
    assert "In review. Given by A contributor : Mind the <i>second</i> name." in said
    assert "<i>second" not in reader.get(at).text
    assert 'value="submit">Give to review…' not in writer.get(at).text
    reader.post(f"{at}/send-back", data={"reason": "Not yet."})
    assert "In review." not in reader.get(at).text


def test_a_change_that_waits_can_be_read_and_stands_among_what_is_scheduled(app, people, article):
    browser = signed_in(app, people[Role.EDITOR])
    at = f"/desk/articles/{article.id}"
    assert "Changes of public articles" not in browser.get("/desk/articles?tab=scheduled").text
    browser.post(at, data={**fields(browser.get(at).text), "headline": "Quite another headline"})
    form = fields(browser.get(f"{at}/release").text, f"form[action='{at}/release']")
    browser.post(
        f"{at}/release", data={**form, "kind": "minor", "reason": "Why", "when": "at", "at": "2026-03-20T10:00"}
    )

    listed = browser.get("/desk/articles?tab=scheduled").text
    assert "Changes of public articles" in listed and f"{at}/history?from=public&amp;to=waiting" in listed
    assert f"{at}/history?from=public&amp;to=waiting" in browser.get(at).text
    assert "Quite another" in browser.get(f"{at}/history?from=public&to=waiting").text
    theirs = signed_in(app, people[Role.CONTRIBUTOR]).get("/desk/articles?tab=scheduled").text
    assert "Changes of public articles" not in theirs


def test_the_history_offers_two_states_that_differ_and_calls_them_by_their_names(app, world, people):
    browser = signed_in(app, people[Role.EDITOR])
    story = begun(world, people[Role.CONTRIBUTOR])
    at = f"/desk/articles/{story.id}"
    clock.advance(timedelta(hours=2))
    browser.post(at, data={**fields(browser.get(at).text), "headline": "Barges return at last"})

    page = BeautifulSoup(browser.get(f"{at}/history").text, "html.parser")
    chosen = [page.select_one(f"#{name} option[selected]")["value"] for name in ("from", "to")]
    assert chosen[1] == "copy" and chosen[0].startswith("s")
    compared = browser.get(f"{at}/history?from={chosen[0]}&to=copy").text
    assert "to “What is being written”" in compared and "at last" in compared
    assert "Choose two that are not the same." in browser.get(f"{at}/history?from=copy&to=copy").text


def test_an_address_that_had_to_be_tidied_is_said(app, world, people):
    browser = signed_in(app, people[Role.EDITOR])
    story = begun(world, people[Role.EDITOR])

    answer = save(browser, story, slug="Größe & Höhe!")
    assert "The address reads" in (page := browser.get(answer.headers["Location"]).text)
    assert drafting.working_document(story)[0]["slug"] in page
    answer = save(browser, story, slug="the-address")
    assert "The address reads" not in browser.get(answer.headers["Location"]).text
