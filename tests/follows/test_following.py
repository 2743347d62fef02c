"""Following sections, authors and topics: the button, the list, and the news of what one follows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from newsapp import articles, follows, sections
from newsapp.accounts import holdings
from newsapp.articles import Byline, Topic
from newsapp.articles.lists import PER_PAGE
from newsapp.authors import create as create_author
from newsapp.db import db
from newsapp.follows import MOST_FOLLOWED, Follow, NotThere, TooMany
from newsapp.lib import clock
from tests.conftest import _account, signed_in
from tests.site.test_headers import PART


@pytest.fixture
def me(app, reader):
    return signed_in(app, reader)


@pytest.fixture
def rivers(article) -> Topic:
    return db.session.scalars(select(Topic)).one()


def shelves(account) -> list[str]:
    db.session.expire_all()
    found = [row.shelf for row in db.session.scalars(Follow.by(account))]
    db.session.rollback()
    return found


def titles(page: str) -> list[str]:
    return re.findall(r'<h3><a href="/articles/[^"]+">([^<]+)</a></h3>', page)


@pytest.mark.parametrize("what", ["section", "author", "topic"])
def test_one_follows_and_stops_by_a_plain_form_on_its_page(me, reader, article, world, rosalind, rivers, what):
    thing = {"section": world, "author": rosalind, "topic": rivers}[what]
    url, shelf = thing.url, f"{what}:{thing.id}"
    page = me.get(url).text
    form = re.search(r'<form class="followbtn".*?</form>', page, re.S)[0]
    assert f'value="{shelf}"' in form and 'value="follow"' in form and ">Follow<" in form

    answer = me.post("/account/follows", data={"shelf": shelf, "act": "follow", "next": url})
    assert (answer.status_code, answer.headers["Location"]) == (303, url)
    assert shelves(reader) == [shelf]
    form = re.search(r'<form class="followbtn".*?</form>', me.get(url).text, re.S)[0]
    assert ">Following<" in form and 'value="unfollow"' in form

    for _ in range(2):
        assert me.post("/account/follows", data={"shelf": shelf, "act": "unfollow", "next": url}).status_code == 303
    assert shelves(reader) == []


def test_htmx_gets_the_button_as_it_stands_now(me, world):
    said = {"shelf": f"section:{world.id}", "act": "follow", "name": "<World>", "next": world.url}
    answer = me.post("/account/follows", data=said, headers=PART)

    assert answer.status_code == 200 and "<html" not in answer.text
    assert ">Following<" in answer.text and 'data-said="You follow &lt;World&gt;."' in answer.text


def test_the_shared_page_is_the_same_for_everybody_and_leads_to_the_door(client, me, world):
    first = client.get(world.url)
    me.post("/account/follows", data={"shelf": f"section:{world.id}", "act": "follow"})
    again = client.get(world.url)

    assert first.data == again.data and "Set-Cookie" not in again.headers
    assert f'<a class="btn btn--line btn--s followbtn" href="/account/sign-in?next={world.url}%23follow"' in first.text
    assert "You need an account to follow an author" in client.get(f"/account/sign-in?next={world.url}%23follow").text


def test_a_press_twice_is_once_and_following_outlives_a_second_window(me, reader, world):
    for _ in range(3):
        assert me.post("/account/follows", data={"shelf": f"section:{world.id}", "act": "follow"}).status_code == 303
    assert shelves(reader) == [f"section:{world.id}"]


@pytest.mark.parametrize("shelf", ["section:999", "author:0", "topic:77", "kind:1", "all", "", "section:x", "section:²", "topic:" + "9" * 30, "section:-1"])  # fmt: skip
def test_what_is_not_there_cannot_be_followed(me, reader, world, shelf):
    for act in ("follow", "unfollow"):
        assert me.post("/account/follows", data={"shelf": shelf, "act": act}).status_code in (303, 404)
    assert shelves(reader) == []


def test_a_topic_of_an_embargoed_story_is_as_unknown_as_none_and_is_not_named(me, reader, article, rivers):
    follows.follow(reader, f"topic:{rivers.id}")
    secret = articles.write("Embargoed", db.session.get(sections.Section, article.section_id), topics=["A secret deal"])
    secret.publish(at=clock.now() + timedelta(hours=1))
    article.withdraw("It was wrong.")
    db.session.commit()
    hidden = db.session.scalars(select(Topic).where(Topic.name == "A secret deal")).one()

    with pytest.raises(NotThere):
        follows.follow(reader, f"topic:{hidden.id}")
    page = me.get("/account/follows").text
    assert "No public story at the moment" in page and "Rivers" not in page and "secret" not in page


def test_the_list_names_what_is_followed_and_lets_it_go(me, reader, article, world, rosalind, rivers):
    for shelf in (f"section:{world.id}", f"author:{rosalind.id}", f"topic:{rivers.id}"):
        follows.follow(reader, shelf)
    db.session.commit()

    page = me.get("/account/follows").text
    assert "You follow 3" in page
    for name in ("World", "Rosalind Achterberg", "Rivers"):
        assert f"<b>{name}</b>" in page
    assert titles(page) == ["Barges return to the Ostrel"], "a story on three shelves stands there once"

    me.post("/account/follows", data={"shelf": f"author:{rosalind.id}", "act": "unfollow"})
    assert "You follow 2" in me.get("/account/follows").text


def test_who_follows_nothing_is_told_how_to(me, article):
    page = me.get("/account/follows").text
    assert "Press <b>Follow</b>" in page and "New there" not in page


def test_news_come_the_newest_first_over_all_shelves_and_go_on_page_by_page(me, reader, world, asia, rosalind):
    other = sections.create("Elsewhere")
    for n in range(PER_PAGE * 2 + 3):
        story = articles.write(
            f"Story {n:02}",
            [world, asia, other][n % 3],
            bylines=[Byline(author=rosalind, author_id=rosalind.id)] if n % 5 == 0 else [],
        )
        story.publish(at=clock.now() - timedelta(minutes=n // 2))  # two at the same moment
    db.session.commit()
    follows.follow(reader, f"section:{world.id}")  # and so its children
    follows.follow(reader, f"author:{rosalind.id}")
    db.session.commit()
    wanted = [f"Story {n:02}" for n in range(PER_PAGE * 2 + 3) if n % 3 < 2 or n % 5 == 0]

    found, address = [], "/account/follows"
    while address:
        page = me.get(address).text
        some = titles(page)
        assert 0 < len(some) <= PER_PAGE
        found += some
        older = re.search(r'href="(/account/follows\?before=[^"]+)"', page)
        address = older and older[1]
    assert sorted(found) == sorted(wanted) and len(set(found)) == len(found)
    assert found[:2] == ["Story 01", "Story 00"]


def test_a_story_that_is_not_public_is_no_news(me, reader, article, world):
    follows.follow(reader, f"section:{world.id}")
    articles.write("A draft", world)
    articles.write("Scheduled", world).publish(at=clock.now() + timedelta(hours=1))
    db.session.commit()

    assert titles(me.get("/account/follows").text) == ["Barges return to the Ostrel"]


def test_news_cost_as_many_queries_for_a_hundred_as_for_one_and_walk_along_an_index(app, me, reader, article, postgres):
    def count() -> list[tuple[str, object]]:
        said = []

        def note(connection, cursor, statement, parameters, context, many):
            if statement.startswith(("SELECT", "WITH")):
                said.append((statement, parameters))

        event.listen(db.engine, "before_cursor_execute", note)
        assert me.get("/account/follows").status_code == 200
        event.remove(db.engine, "before_cursor_execute", note)
        return said

    follows.follow(reader, f"section:{article.section_id}")
    db.session.commit()
    count()
    one = len(count())
    for n in range(MOST_FOLLOWED - 1):
        follows.follow(reader, f"author:{create_author(f'Author {n}').id}")
    db.session.commit()
    count()  # menus are read anew after a change
    many = count()

    assert len(many) <= one + 1 <= 9
    with pytest.raises(TooMany):
        follows.follow(reader, f"author:{create_author('One more').id}")
    db.session.rollback()
    if not postgres:
        statement, parameters = next(pair for pair in many if pair[0].count("UNION ALL") > 50)
        with db.engine.connect() as connection:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        walks = [step for step in plan if "listing" in step]
        assert len(walks) == MOST_FOLLOWED and all("SEARCH" in step and "ix_listing_order" in step for step in walks)
        assert not any("TEMP B-TREE" in step for step in plan)


def test_the_hundred_and_first_is_refused_with_its_reason_and_nothing_is_lost(me, reader, article, monkeypatch):
    monkeypatch.setattr("newsapp.follows.models.MOST_FOLLOWED", 1)
    section, author = f"section:{article.section_id}", f"author:{create_author('Another').id}"
    db.session.commit()
    me.post("/account/follows", data={"shelf": section, "act": "follow"})

    answer = me.post("/account/follows", data={"shelf": author, "act": "follow", "name": "Another"})
    assert answer.status_code == 422 and "more do not fit" in answer.text
    part = me.post("/account/follows", data={"shelf": author, "act": "follow", "name": "Another"}, headers=PART)
    assert "more do not fit" in part.text and ">Follow<" in part.text
    assert shelves(reader) == [section]


def test_a_section_that_is_removed_is_followed_by_nobody_even_when_its_number_comes_back(me, reader, article, world):
    gone = sections.create("Short-lived")
    follows.follow(reader, f"section:{gone.id}")
    db.session.commit()
    articles.remove_section(gone, world)
    db.session.commit()

    assert shelves(reader) == []


def test_what_one_follows_and_saves_comes_along_and_goes_with_the_account(app, reader, article, rosalind, rivers):
    follows.follow(reader, f"author:{rosalind.id}")
    follows.follow(reader, f"topic:{rivers.id}")
    follows.save(reader, article)
    db.session.commit()

    held = holdings.gather(reader)
    assert [{k: v for k, v in record.items() if k != "since"} for record in held["What you follow"]] == [
        {"author": "Rosalind Achterberg"}, {"topic": "Rivers"},
    ]  # fmt: skip
    assert held["Stories that you saved"][0]["story"] == "Barges return to the Ostrel"
    holdings.erase(reader, keep_words=True)
    db.session.commit()
    assert not db.session.scalars(select(Follow)).all() and not db.session.scalars(select(follows.SavedStory)).all()


def test_nobody_sees_or_ends_what_somebody_else_follows(app, me, reader, article, world):
    other = _account("Ottoline Other", "reader")
    follows.follow(other, f"section:{world.id}")
    db.session.commit()

    me.post("/account/follows", data={"shelf": f"section:{world.id}", "act": "unfollow"})
    assert shelves(other) == [f"section:{world.id}"] and "<b>World</b>" not in me.get("/account/follows").text
