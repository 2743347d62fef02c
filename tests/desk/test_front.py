"""The front page at the desk: placing, ordering, times, what fills itself; two editors at once; taking it back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from newsapp import articles, sections
from newsapp.accounts import Role
from newsapp.accounts.log import LogEntry
from newsapp.articles import Placement, slots
from newsapp.db import db
from newsapp.lib import clock
from tests.conftest import signed_in
from tests.desk.stories import account, alert, begun

FRONT = "/desk/front"


@pytest.fixture
def people(app, world):
    return {role: account(role) for role in Role}


@pytest.fixture
def browser(app, people):
    return signed_in(app, people[Role.EDITOR])


@pytest.fixture
def stories(world):
    """Six stories, the newest first."""
    made = []
    for n in range(6):
        story = articles.write(f"Story {n}", world)
        story.publish(at=clock.now() - timedelta(minutes=10 + n))
        made.append(story)
    db.session.commit()
    return made


def seen(browser, slot):
    page = browser.get(f"{FRONT}/slots/{slot}").text
    return re.search(r'name="seen" value="(\w+)"', page)[1]


def press(browser, slot, act, story=None, *, mark=None, **said):
    data = {"act": act, "seen": mark or slots.mark(slot, slots.held(slot)), **said}
    if story is not None:
        data["story"] = story.id
    answer = browser.post(f"{FRONT}/slots/{slot}", data=data)
    return browser.get(answer.location) if answer.status_code == 303 else answer


def order(slot):
    db.session.rollback()
    rows = db.session.execute(select(Placement.position, Placement.article_id).where(Placement.slot == slot).order_by(Placement.position)).all()  # fmt: skip
    assert [position for position, _ in rows] == list(range(len(rows))), "positions never double and leave no hole"
    return [article_id for _, article_id in rows]


def local(at):
    return at.strftime("%Y-%m-%dT%H:%M")  # the tests' paper is in London, in winter


def test_editors_see_the_front_page_and_nobody_else_does(app, people, stories):
    for role, person in people.items():
        browser = signed_in(app, person)
        edits = role in (Role.EDITOR, Role.ADMIN)
        for address in (FRONT, f"{FRONT}/sections", f"{FRONT}/slots/lead"):
            assert browser.get(address).status_code == (200 if edits else 403), (role, address)


def test_a_story_is_found_placed_moved_and_taken_out_without_script(browser, stories, client):
    page = browser.get(f"{FRONT}/slots/second?q=story+3").text
    assert re.findall(r'name="story" value="(\d+)">Place', page) == [str(stories[3].id)]

    for n in (3, 1, 5):
        assert "The story is placed." in press(browser, "second", "place", stories[n]).text
    assert order("second") == [stories[n].id for n in (3, 1, 5)]
    press(browser, "second", "up", stories[5])
    press(browser, "second", "down", stories[3])
    assert order("second") == [stories[n].id for n in (5, 3, 1)]
    press(browser, "second", "order", order=",".join(str(stories[n].id) for n in (1, 5, 3)))
    assert order("second") == [stories[n].id for n in (1, 5, 3)]
    assert re.findall(r"/articles/story-(\d)", client.get("/").text.split("top__lead")[1])[1] == "1"
    press(browser, "second", "remove", stories[1])
    assert order("second") == [stories[n].id for n in (5, 3)]


def test_at_the_end_of_the_order_a_story_stays_where_it_is(browser, stories):
    press(browser, "second", "place", stories[0])
    press(browser, "second", "place", stories[1])
    n = db.session.query(LogEntry).count()

    press(browser, "second", "up", stories[0])
    press(browser, "second", "down", stories[1])

    assert order("second") == [stories[0].id, stories[1].id]
    assert db.session.query(LogEntry).count() == n, "nothing was done, nothing is logged"


def test_what_fills_a_place_by_itself_is_named(browser, stories):
    press(browser, "second", "place", stories[4])
    page = BeautifulSoup(browser.get(FRONT).text, "html.parser")

    lead = page.select_one("#slot-lead .slot__fills").get_text(" ", strip=True)
    assert lead.startswith("Fills itself") and "Story 0" in lead
    rest = page.select_one("#slot-second .slot__fills").get_text(" ", strip=True)
    assert "Story 1" in rest and "Story 4" not in rest


def test_times_are_the_newsrooms_and_said_in_words(browser, stories, client):
    later, end = clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=2)
    said = press(browser, "lead", "place", stories[5], starts=local(later), ends=local(end)).text

    assert f"Begins {later:%-d %b, %H:%M}, until {end:%-d %b, %H:%M}" in said
    clock.set_to(later)
    assert "Story 5" in client.get("/").text.split("top__lead")[1].split("</h2>")[0]
    assert f"Until {end:%-d %b, %H:%M}" in browser.get(FRONT).text
    clock.set_to(end)
    assert "Story 5" not in client.get("/").text.split("top__lead")[1].split("</h2>")[0]
    assert f"Ended {end:%-d %b, %H:%M}" in browser.get(FRONT).text
    press(browser, "lead", "place", stories[2])
    assert order("lead") == [stories[2].id], "what has ended goes with the next change"


def test_what_has_ended_can_be_placed_again(browser, stories):
    end = clock.now() + timedelta(hours=1)
    press(browser, "lead", "place", stories[5], ends=local(end))
    clock.set_to(end)

    assert press(browser, "lead", "place", stories[5]).status_code == 200
    assert slots.held("lead") == [slots.Held(stories[5].id)]


@pytest.mark.parametrize(
    ("times", "fault"),
    [
        ({"starts": "tomorrow"}, "Write a day and a time"),
        ({"ends": "2020-01-01T10:00"}, "That time has passed."),
        ({"starts": "2031-01-02T10:00", "ends": "2031-01-01T10:00"}, "It would end before it begins."),
        ({"ends": "9999-12-31T23:59:59-12:00"}, "no time"),
    ],
)
def test_times_that_cannot_be_are_refused_and_stay_in_the_form(browser, stories, times, fault):
    answer = press(browser, "lead", "place", stories[5], **times)
    assert answer.status_code == 422 and fault in answer.text and all(v in answer.text for v in times.values())
    assert order("lead") == []

    press(browser, "lead", "place", stories[5])
    answer = press(browser, "lead", "limit", stories[5], **times)
    assert answer.status_code == 422 and fault in answer.text and all(v in answer.text for v in times.values())
    assert slots.held("lead") == [slots.Held(stories[5].id)]


def test_a_change_of_an_older_order_is_not_done_and_the_new_one_is_shown(browser, stories, app, people):
    press(browser, "second", "place", stories[0])
    press(browser, "second", "place", stories[1])
    old = seen(browser, "second")
    other = signed_in(app, people[Role.ADMIN])
    press(other, "second", "up", stories[1])

    for act, more in (
        ("remove", {}),
        ("limit", {}),
        ("down", {}),
        ("order", {"order": f"{stories[0].id},{stories[1].id}"}),
    ):
        answer = press(browser, "second", act, stories[0], mark=old, **more)
        assert answer.status_code == 409 and "Somebody has changed this place meanwhile" in alert(answer.text)
        assert answer.text.index("Story 1</a>") < answer.text.index("Story 0</a>"), "the new order is shown"
        assert order("second") == [stories[1].id, stories[0].id]


def test_every_change_can_be_taken_back_until_the_next(browser, stories, people, app):
    press(browser, "second", "place", stories[0])
    press(browser, "second", "place", stories[1], ends=local(clock.now() + timedelta(hours=3)))
    before = slots.held("second")
    for act, story, more in (
        ("remove", stories[1], {}), ("up", stories[1], {}), ("place", stories[2], {}),
        ("limit", stories[0], {"ends": local(clock.now() + timedelta(hours=1))}),
    ):  # fmt: skip
        page = press(browser, "second", act, story, **more).text
        entry = re.search(r'name="entry" value="(\d+)"', page)[1]
        assert "It is as it was before." in press(browser, "second", "undo", entry=entry).text
        assert slots.held("second") == before

    entry = re.search(r'name="entry" value="(\d+)"', press(browser, "second", "remove", stories[0]).text)[1]
    press(browser, "second", "place", stories[3])
    assert press(browser, "second", "undo", entry=entry).status_code == 422
    other = signed_in(app, people[Role.ADMIN])
    assert press(other, "second", "undo", entry=entry).status_code == 422, "somebody else's"
    assert press(browser, "lead", "undo", entry=entry).status_code == 422, "of another place"


def test_a_story_that_readers_do_not_see_is_marked_and_does_not_show(browser, stories, people, world, client):
    draft = begun(world, people[Role.EDITOR], "Zq draft")
    later = articles.write("Zq later", world)
    later.publish(at=clock.now() + timedelta(hours=4))
    db.session.commit()
    press(browser, "lead", "place", draft)
    press(browser, "lead", "place", later)
    press(browser, "lead", "place", stories[4])
    stories[4].withdraw("It was wrong")
    db.session.commit()

    page = BeautifulSoup(browser.get(FRONT).text, "html.parser").select_one("#slot-lead").get_text(" ", strip=True)
    assert "Draft: readers do not see it" in page and "Withdrawn: readers do not see it" in page
    assert f"Public from {later.published_at:%-d %b, %H:%M}" in page
    shown = client.get("/").text
    assert "Zq" not in shown and "Story 4" not in shown and "Story 0" in shown
    assert press(browser, "second", "place", stories[4]).status_code == 422, "withdrawn"


def test_the_same_story_in_two_places_is_told_and_twice_in_one_is_refused(browser, stories):
    press(browser, "lead", "place", stories[4])
    press(browser, "pick", "place", stories[4])

    page = BeautifulSoup(browser.get(FRONT).text, "html.parser")
    assert "Also in: Editor’s picks" in page.select_one("#slot-lead").get_text(" ", strip=True)
    assert "Also in: Lead" in page.select_one("#slot-pick").get_text(" ", strip=True)
    again = press(browser, "lead", "place", stories[4])
    assert again.status_code == 422 and "stands there already" in alert(again.text)


def test_more_than_fit_are_marked_and_too_many_are_refused(browser, stories, world):
    press(browser, "lead", "place", stories[4])
    assert "More than fit" in press(browser, "lead", "place", stories[5]).text

    for n in range(slots.MOST - 2):
        story = articles.write(f"More {n}", world)
        db.session.commit()
        press(browser, "lead", "place", story)
    answer = press(browser, "lead", "place", stories[0])
    assert answer.status_code == 422 and f"at most {slots.MOST} stories" in alert(answer.text)


def test_a_new_lead_takes_the_place_of_the_old_one_which_comes_back_behind_it(browser, stories, client):
    press(browser, "lead", "place", stories[4])
    press(browser, "lead", "place", stories[5], ends=local(clock.now() + timedelta(hours=1)))

    def leading():
        return re.search(r"/articles/story-(\d)", client.get("/").text.split("top__lead")[1])[1]

    assert leading() == "5"
    clock.advance(timedelta(hours=1))
    assert leading() == "4"


def test_the_desk_places_the_lead_of_a_section(browser, stories, world, client):
    asia = sections.create("Asia", parent=world)
    tech = sections.create("Tech")
    db.session.commit()
    slot = f"section-{world.id}"
    assert f"{FRONT}/slots/{slot}" in browser.get(f"{FRONT}/sections").text

    press(browser, slot, "place", stories[5], ends=local(clock.now() + timedelta(hours=1)))
    assert leads(client, world) == "5" and "Story 5" in browser.get(f"{FRONT}/sections").text
    stories[5].withdraw("x")
    db.session.commit()
    assert leads(client, world) == "0", "what is withdrawn gives its place to the next"
    press(browser, slot, "place", stories[3], ends=local(clock.now() + timedelta(hours=1)))
    assert leads(client, world) == "3"
    clock.advance(timedelta(hours=1))
    assert leads(client, world) == "0"

    press(browser, f"section-{asia.id}", "place", stories[2])
    articles.remove_section(asia, tech)
    db.session.commit()
    assert browser.get(f"{FRONT}/slots/section-{asia.id}").status_code == 404
    assert not db.session.scalars(select(Placement).where(Placement.slot == f"section-{asia.id}")).all()


def test_an_old_story_leads_a_section_and_stands_there_once(browser, world, client):
    for n in range(14):
        articles.write(f"Story {n}", world).publish(at=clock.now() - timedelta(minutes=10 + n))
    db.session.commit()
    old = db.session.scalar(select(articles.Article).where(articles.Article.slug == "story-13"))

    press(browser, f"section-{world.id}", "place", old)

    page = client.get("/sections/world").text.split("split__rail")[0]
    assert leads(client, world) == "13" and page.count('<a href="/articles/story-13"') == 1


def leads(client, section):
    return re.search(r'story--major.*?href="/articles/story-(\d+)"', client.get(section.url).text, re.S)[1]


@pytest.mark.parametrize("slot", ["basement", "section-999", "section-01", "section-x", "section-"])
def test_no_place_of_another_name(browser, stories, slot):
    assert browser.get(f"{FRONT}/slots/{slot}").status_code == 404
    assert browser.post(f"{FRONT}/slots/{slot}", data={"act": "place", "story": stories[0].id}).status_code == 404


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"act": "place", "story": "999999"}, 422), ({"act": "place", "story": "x"}, 422), ({"act": "up", "story": "7"}, 422),
        ({"act": "order", "order": "1,2,zq"}, 422), ({"act": "order", "order": "," * 5000}, 422), ({"act": "nothing"}, 422),
        ({"act": "undo", "entry": "99"}, 422), ({}, 422),
    ],
)  # fmt: skip
def test_what_no_form_of_ours_sends_changes_nothing(browser, stories, said, status):
    answer = browser.post(f"{FRONT}/slots/lead", data={"seen": slots.mark("lead", []), **said})

    assert answer.status_code == status
    assert order("lead") == []


def test_htmx_gets_the_place_alone(browser, stories):
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    part = browser.get(f"{FRONT}/slots/lead?q=story", headers=headers).text

    assert "<html" not in part and 'id="place-lead"' in part and 'id="found-lead"' in part


def test_awkward_words_are_shown_as_they_are(browser, stories, world):
    story = articles.write("50% <b>off</b> & اتفاق “x”", world)
    story.publish()
    db.session.commit()
    press(browser, "lead", "place", story)

    page = browser.get(f"{FRONT}/slots/second", query_string={"q": "50% <b>"}).text
    assert page.count("50% &lt;b&gt;off&lt;/b&gt; &amp; اتفاق “x”") >= 1 and "<b>off" not in page
    assert "No headline has these words." in browser.get(f"{FRONT}/slots/second?q=%25%25zq").text


def test_the_log_says_who_placed_what_where(browser, stories, people, app):
    press(browser, "lead", "place", stories[0])

    entry = db.session.scalars(select(LogEntry).where(LogEntry.act == "front.place")).one()
    assert (entry.about, entry.by_id) == ("slot:lead", people[Role.EDITOR].id)
    assert "the place “Lead” of the front page" in browser.get("/desk/log").text
