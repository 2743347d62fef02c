"""The tree of sections at the desk: every change is in the menus and at its new address at once, and the old one leads there."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from newsapp import articles, follows, sections
from newsapp.accounts import Role
from newsapp.accounts.log import LogEntry
from newsapp.articles import Article, Listing, drafting
from newsapp.db import db
from newsapp.sections import Section
from newsapp.site import Redirect
from tests.conftest import signed_in
from tests.desk.stories import account, alert, begun, fields

AWKWARD = ["اقتصاد", "R&D <b>now</b>", "50% off", "Ελλάδα"]


@pytest.fixture
def browser(app, editor):
    return signed_in(app, editor)


def say(browser, section, **said):
    at = f"/desk/sections/{section.id}"
    return browser.post(at, data={**fields(browser.get(at).text, f"form[action='{at}']"), **said})


def leads(client, old: str) -> str | None:
    answer = client.get(old)
    return answer.headers["Location"] if answer.status_code == 301 else None


def names(html: str) -> list[str]:
    return [part.split("<")[0] for part in html.split(' dir="auto">')[1:] if "</a><small" in part[:200]]


def found_in(client, path: str) -> bool:
    return "No stories match" not in client.get(f"/search?q=barges&section={path}").text


def acts() -> set[str]:
    return set(db.session.scalars(select(LogEntry.act)))


def test_only_who_edits_the_paper_changes_its_sections(app, world):
    for role in Role:
        answer = signed_in(app, account(role)).get("/desk/sections")
        assert answer.status_code == (200 if role in (Role.EDITOR, Role.ADMIN) else 403), role


def test_a_section_is_added_below_another_and_stands_in_the_menus(browser, client, world):
    client.get("/")
    form = browser.get(f"/desk/sections/new?under={world.id}").text
    assert f'<option selected value="{world.id}">' in form
    answer = browser.post(
        "/desk/sections", data={"name": "Africa", "slug": "", "parent_id": world.id, "description": "South of it"}
    )

    assert answer.status_code == 303
    assert '<a href="/sections/world/africa">Africa</a>' in client.get("/").text
    assert "South of it" in client.get("/sections/world/africa").text
    assert acts() == {"section.add"}


@pytest.mark.parametrize("name", AWKWARD)
def test_a_name_may_be_anything_that_people_write(browser, world, name):
    assert (
        browser.post("/desk/sections", data={"name": name, "slug": "", "parent_id": 0, "description": name}).status_code
        == 303
    )
    made = db.session.scalars(select(Section).order_by(Section.id.desc())).first()
    page = browser.get("/desk/sections").text
    assert made.name == name and "<b>now" not in page
    assert browser.get(f"/desk/sections/{made.id}").status_code == 200


@pytest.mark.parametrize(
    ("said", "fault"),
    [({"name": " "}, "Say what it is called"), ({"name": "x" * 61}, "At most 60"), ({"slug": "!!!"}, "letters or digits"), ({"slug": "World"}, "/sections/world already"),
     ({"parent_id": "999"}, "Not a valid choice"), ({"description": "x" * 301}, "At most 300")],
)  # fmt: skip
def test_what_cannot_be_a_section_is_told_of_and_nothing_is_lost(browser, world, said, fault):
    answer = browser.post(
        "/desk/sections", data={"name": "Worlds", "slug": "", "parent_id": 0, "description": "Zqwords", **said}
    )
    assert answer.status_code == 422 and fault in answer.text
    assert "Zqwords" in answer.text or "description" in said
    assert len(db.session.scalars(select(Section)).all()) == 1


def test_another_address_leads_on_from_the_old_ones_of_all_below_and_their_feeds(browser, client, world, asia, article):
    assert say(browser, world, slug="Abroad").status_code == 303

    assert client.get("/sections/abroad").status_code == client.get("/sections/abroad/asia-pacific").status_code == 200
    assert leads(client, "/sections/world") == "/sections/abroad"
    assert leads(client, "/sections/world/asia-pacific?page=2") == "/sections/abroad/asia-pacific?page=2"
    for feed in ("feed.xml", "feed.atom", "feed.json"):
        assert leads(client, f"/sections/world/asia-pacific/{feed}") == f"/sections/abroad/asia-pacific/{feed}"
    assert '"/sections/abroad"' in client.get("/").text and "/sections/world" not in client.get("/").text
    assert "/sections/abroad" in client.get(article.url).text


def test_addresses_that_go_back_and_forth_lead_nobody_in_a_circle(browser, client, world):
    for slug in ("abroad", "globe", "world", "abroad", "world"):
        assert say(browser, db.session.get(Section, world.id), slug=slug).status_code == 303

    assert client.get("/sections/world").status_code == 200
    assert [leads(client, f"/sections/{old}") for old in ("abroad", "globe")] == ["/sections/world"] * 2
    targets = set(db.session.scalars(select(Redirect.new_address)))
    assert targets.isdisjoint(db.session.scalars(select(Redirect.old_path)))


def test_a_new_section_may_have_the_address_that_another_one_had(browser, client, world):
    say(browser, world, slug="abroad")
    browser.post("/desk/sections", data={"name": "World", "slug": "", "parent_id": 0, "description": ""})
    made = db.session.scalar(select(Section).where(Section.path == "world"))
    assert say(browser, made, slug="globe").status_code == 303

    assert leads(client, "/sections/world") == "/sections/globe"


def test_the_stories_of_a_section_that_is_put_elsewhere_stand_in_the_sections_above(
    browser, client, world, asia, article
):
    science = sections.create("Science")
    story = db.session.get(Article, article.id)
    story.file_under(asia)
    both = articles.write("Both at home", asia, also_in=[db.session.get(Section, world.id)])
    both.publish()
    db.session.commit()
    assert "Barges" in client.get("/sections/world").text and "Barges" not in client.get("/sections/science").text
    assert found_in(client, "world") and not found_in(client, "science")

    assert say(browser, asia, parent_id=science.id).status_code == 303

    assert "Barges" not in client.get("/sections/world").text and "Both at home" in client.get("/sections/world").text
    assert (
        "Barges" in client.get("/sections/science").text
        and "Barges" in client.get("/sections/science/asia-pacific").text
    )
    assert leads(client, "/sections/world/asia-pacific") == "/sections/science/asia-pacific"
    shelves = set(db.session.scalars(select(Listing.shelf).where(Listing.article_id == article.id)))
    assert {f"section:{science.id}", f"section:{asia.id}"} <= shelves and f"section:{world.id}" not in shelves
    assert found_in(client, "science") and not found_in(client, "world")
    entry = db.session.scalars(LogEntry.concerning(f"section:{asia.id}")).first()
    assert (
        entry.act == "section.move" and entry.reason == "/sections/world/asia-pacific is /sections/science/asia-pacific"
    )


def test_a_section_stands_neither_below_itself_nor_where_another_one_stands(browser, world, asia):
    assert f'value="{asia.id}"' not in browser.get(f"/desk/sections/{world.id}").text
    assert say(browser, world, parent_id=asia.id).status_code == 422
    sections.create("Asia Pacific")
    db.session.commit()
    answer = say(browser, asia, parent_id=0)
    assert answer.status_code == 422 and "There is a section at /sections/asia-pacific already." in alert(answer.text)
    with pytest.raises(sections.NoSuchPlace, match="below itself"):
        db.session.get(Section, world.id).put(db.session.get(Section, asia.id), "world")


def test_siblings_are_put_in_order_by_buttons_and_the_menus_follow(browser, client, world):
    for name in ("Sport", "Science"):
        sections.create(name)
    db.session.commit()
    assert names(browser.get("/desk/sections").text) == ["World", "Sport", "Science"]
    page = browser.get("/desk/sections").text
    up = page.split('id="up-3"')[1].split('value="')[1].split('"')[0]
    assert browser.post("/desk/sections/order", data={"seen": "1,2,3", "order": up}).status_code == 303

    assert names(browser.get("/desk/sections").text) == ["World", "Science", "Sport"]
    bar = client.get("/").text
    assert bar.index("/sections/science") < bar.index("/sections/sport")


@pytest.mark.parametrize("order", ["", "x", "2,1", "1,2,3,3", "1,2,9", "3,2,1,4"])
def test_an_order_that_is_none_changes_nothing(browser, world, order):
    for name in ("Sport", "Science"):
        sections.create(name)
    db.session.commit()
    assert browser.post("/desk/sections/order", data={"seen": "1,2,3", "order": order}).status_code == 409
    assert browser.post("/desk/sections/order", data={"seen": "", "order": order}).status_code == 409
    assert names(browser.get("/desk/sections").text) == ["World", "Sport", "Science"]


def test_two_editors_at_once_lose_nothing(app, browser, world):
    sections.create("Sport")
    db.session.commit()
    other = signed_in(app, account(Role.EDITOR, "Otto"))
    at = f"/desk/sections/{world.id}"
    mine = fields(browser.get(at).text, f"form[action='{at}']")
    assert say(other, world, name="Abroad", slug="abroad").status_code == 303
    other.post("/desk/sections/order", data={"seen": "1,2", "order": "2,1"})

    late = browser.post(at, data={**mine, "name": "The globe"})
    assert late.status_code == 409 and 'value="The globe"' in late.text
    assert "Otto has changed it meanwhile" in alert(late.text) and "It says now: Abroad , at /sections/abroad" in alert(
        late.text
    )
    again = browser.post(at, data={**fields(late.text, f"form[action='{at}']")})
    assert again.status_code == 303
    assert db.session.get(Section, world.id).name == "The globe" and db.session.get(Section, world.id).path == "world"

    order = browser.post("/desk/sections/order", data={"seen": "1,2", "order": "1,2"})
    assert order.status_code == 409 and "you wanted: The globe, Sport" in alert(order.text)
    assert names(order.text) == ["Sport", "The globe"]


def test_a_hidden_section_says_so_and_comes_back(browser, client, world, asia):
    browser.post(f"/desk/sections/{world.id}/hide", data={"act": "hide"})
    page = browser.get("/desk/sections").text
    assert "Hidden with World" in page and "/sections/world" not in client.get("/").text
    browser.post(f"/desk/sections/{world.id}/hide", data={"act": "show"})
    assert "/sections/world" in client.get("/").text
    assert acts() == {"section.hide", "section.show"}


def test_an_empty_section_is_removed_and_a_full_one_asks_where_to(
    browser, client, world, asia, article, reader, editor
):
    sport = sections.create("Sport")
    follows.follow(reader, f"section:{sport.id}")
    db.session.get(Article, article.id).file_under(sport)
    draft = begun(world, editor)
    document, number = drafting.working_document(draft)
    drafting.save(draft, {**document, "section_id": sport.id}, editor, number)
    db.session.commit()
    at = f"/desk/sections/{sport.id}/remove"
    assert "2 stories stand in it" in browser.get(at).text
    refused = browser.post(at, data={"into_id": "0"})
    assert refused.status_code == 422 and "2 stories stand in Sport" in alert(refused.text)
    assert browser.post(f"/desk/sections/{world.id}/remove", data={"into_id": "0"}).status_code == 422

    assert browser.post(at, data={"into_id": str(asia.id)}).status_code == 303
    assert leads(client, "/sections/sport") == "/sections/world/asia-pacific"
    assert leads(client, "/sections/sport/feed.xml") == "/sections/world/asia-pacific/feed.xml"
    assert "Barges" in client.get("/sections/world/asia-pacific").text
    assert follows.is_followed(reader, f"section:{asia.id}")

    empty = sections.create("Empty")
    db.session.commit()
    assert browser.post(f"/desk/sections/{empty.id}/remove", data={"into_id": "0"}).status_code == 303
    assert client.get("/sections/empty").status_code == 404
