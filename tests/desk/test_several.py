"""Doing one thing with several stories of the list: what is done, what is not and why, and who may."""

from __future__ import annotations

import re

import pytest

from newsapp.accounts import Role
from newsapp.articles import Article, drafting, presence
from newsapp.db import db
from tests.conftest import signed_in
from tests.desk.stories import account, alert, begun


@pytest.fixture
def people(app, world):
    return {role: account(role) for role in Role}


@pytest.fixture
def browser(app, people):
    return signed_in(app, people[Role.EDITOR])


def seen(story):
    return f"{story.id}~{drafting.working_document(story)[1]}"


def do(browser, act, *stories, at="/desk/articles/several", **said):
    """Send what was chosen; give the page that follows."""
    chosen = [one if isinstance(one, str) else seen(one) for one in stories]
    answer = browser.post(at, data={"act": act, "chosen": chosen, **said})
    assert answer.status_code == 303
    return browser.get(answer.headers["Location"].partition("#")[0]).text


def document(story):
    return drafting.working_document(story)[0]


def test_each_of_several_gets_what_was_chosen_for_all(browser, world, asia, people, rosalind):
    stories = [begun(world, people[Role.AUTHOR], headline=f"Story {n}") for n in range(3)]
    page = do(browser, "section", *stories, section_id=asia.id)
    assert "3 articles were filed under the section." in alert(page)
    do(browser, "topic", *stories, topic="  River  trade ")
    do(browser, "byline", *stories[:2], byline="rosalind ACHTERBERG")
    do(browser, "byline", stories[2], byline="An <b>agency</b>")
    assert "3 articles were given to review" in alert(do(browser, "review", *stories))
    for story in stories:
        assert document(story)["section_id"] == asia.id and document(story)["topics"] == ["River trade"]
        assert db.session.get(Article, story.id).submitted_at
    assert document(stories[0])["bylines"] == [
        {"author_id": rosalind.id, "name": "", "role": "Europe correspondent", "part": "by"}
    ]
    assert document(stories[2])["bylines"][0]["name"] == "An <b>agency</b>"
    assert "An <b>agency" not in browser.get("/desk/articles").text


def test_what_readers_see_is_not_changed(browser, client, asia, article):
    before = client.get(article.url).text
    do(browser, "section", article, section_id=asia.id)
    do(browser, "topic", article, topic="Rails")
    assert client.get(article.url).text == before
    assert "Changes not released yet" in browser.get("/desk/articles").text
    assert document(article)["topics"] == ["Rivers", "Rails"]


def test_what_could_not_be_done_is_told_of_with_the_reason_and_the_rest_is_done(browser, world, asia, people, article):
    author = people[Role.AUTHOR]
    fine, newer, open_, there = (begun(world, author, headline=f"The {n}") for n in ("fine", "newer", "open", "there"))
    chosen = [seen(one) for one in (fine, newer, open_)]
    drafting.save(newer, {**document(newer), "place": "Marisel"}, author, 2)
    drafting.save(there, {**document(there), "section_id": asia.id}, author, 2)
    presence.is_here(open_, author)
    db.session.commit()

    page = do(browser, "section", *chosen, "999~1", there, section_id=asia.id)

    said = alert(page)
    assert "1 article was filed under the section. 4 were not:" in said
    for line in (
        "The newer : Somebody has saved it since",
        "The open : Somebody else is writing",
        "The there : It was so already",
        "Article 999: It is no longer there",
    ):
        assert line in said, line
    assert document(fine)["section_id"] == asia.id and document(newer)["section_id"] == world.id


def test_to_review_goes_what_is_new_and_nothing_twice(browser, world, people, article):
    draft = begun(world, people[Role.AUTHOR], headline="A draft")
    taken = begun(world, people[Role.AUTHOR], headline="Taken back")
    taken.publish()
    taken.withdraw("x")
    db.session.commit()
    said = alert(do(browser, "review", draft, article, taken))
    assert "1 article was given to review. 2 were not:" in said
    assert "Barges return to the Ostrel : There is nothing new" in said and "Taken back : It is withdrawn" in said
    said = alert(do(browser, "review", draft))
    assert "0 articles were given to review. 1 was not: A draft : It was so already." in said


def test_nothing_is_done_twice_by_a_second_press(browser, world, people):
    story = begun(world, people[Role.AUTHOR])
    chosen = seen(story)
    do(browser, "topic", chosen, topic="Rails")
    assert "It was so already" in alert(do(browser, "topic", chosen, topic="rails"))
    assert document(story)["topics"] == ["Rails"] and drafting.working_document(story)[1] == 3


def test_a_colleague_s_story_is_left_alone_and_its_headline_is_not_told(app, world, people):
    theirs = begun(world, people[Role.EDITOR], headline="Zqsecret")
    mine = begun(world, people[Role.CONTRIBUTOR], headline="Mine")
    browser = signed_in(app, people[Role.CONTRIBUTOR])
    page = do(browser, "topic", theirs, mine, topic="Rails")
    assert "1 article was marked with the topic. 1 was not:" in alert(page) and "Zqsecret" not in page
    assert f"Article {theirs.id}: It is not yours to change" in alert(page)
    assert document(theirs)["topics"] == [] and document(mine)["topics"] == ["Rails"]


@pytest.mark.parametrize(
    ("said", "fault"),
    [({"act": "withdraw"}, "what is to be done"), ({}, "what is to be done"), ({"act": "review", "chosen": []}, "Choose an article first"),
     ({"act": "review", "chosen": ["x", "1e9~", "99999999999999999999"]}, "Choose an article first"), ({"act": "section"}, "Choose the section"),
     ({"act": "section", "section_id": "99"}, "Choose the section"), ({"act": "topic", "topic": " \x00 "}, "Write the topic"),
     ({"act": "topic", "topic": "x" * 101}, "Write the topic"), ({"act": "byline"}, "whose name"),
     ({"act": "review", "chosen": [f"{n}~1" for n in range(1, 102)]}, "at most 100 at once")],
)  # fmt: skip
def test_what_is_not_enough_does_nothing_and_loses_nothing(browser, world, people, said, fault):
    story = begun(world, people[Role.AUTHOR], headline="Boats")
    begun(world, people[Role.AUTHOR], headline="Trains")
    sent = {"chosen": [seen(story)], "byline": "", "topic": "", **said}
    answer = browser.post("/desk/articles/several?q=boats", data=sent)
    assert answer.status_code == 422 and fault in alert(answer.text)
    assert "Trains" not in answer.text and (f'value="{seen(story)}" form="several" checked' in answer.text) == (
        seen(story) in sent["chosen"]
    )
    if said.get("section_id") is None and "act" in said and said["act"] != "withdraw":
        assert f'value="{said["act"]}" selected' in answer.text
    assert db.session.get(Article, story.id).submitted_at is None and drafting.working_document(story)[1] == 2


def test_one_comes_back_to_the_list_as_it_was_asked_for(browser, world, people):
    story = begun(world, people[Role.AUTHOR], headline="Boats")
    begun(world, people[Role.AUTHOR], headline="Trains")
    at = re.search(r'action="(/desk/articles/several[^"]*)"', browser.get("/desk/articles?tab=draft&q=boats").text)[1]
    page = do(browser, "topic", story, topic="Rails", at=at.replace("&amp;", "&"))
    assert "Boats" in page and "Trains" not in page
    again = re.search(r'action="(/desk/articles/several[^"]*)"', page)[1]
    assert again == at


@pytest.mark.parametrize(
    "query", ["act=review&done=x", "act=zz&done=1", "act=review&done=1&left=1-zz,,x-gone,1", "act=review"]
)
def test_an_address_that_somebody_has_made_up_says_nothing_wrong(browser, query):
    assert browser.get(f"/desk/articles?{query}").status_code == 200
