"""The desk's first page: what it tells each role, in every state, and what it asks the database for that."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from newsapp import accounts, comments
from newsapp.accounts import Role
from newsapp.articles import Article, drafting, releasing
from newsapp.contact import report_error
from newsapp.db import db
from newsapp.desk.today import how_long, scale
from newsapp.lib import clock
from newsapp.sections import Section
from tests.conftest import NOON, signed_in
from tests.desk.stories import account, begun
from tests.small_paper import plant


@pytest.fixture
def paper(app):
    plant(NOON)
    made = {role: accounts.create(f"A {role}", f"the-{role}", f"{role}@example.org", role=role) for role in Role}
    db.session.commit()
    return made


@pytest.fixture
def today(app, paper):
    return lambda role: signed_in(app, paper[role]).get("/desk").text


def a_story(headline, by, *, ago=None, ahead=None):
    """Begin a story; let it have appeared, or appear at a time."""
    story = begun(db.session.get_one(Section, 1), by, headline)
    if ago is not None or ahead is not None:
        story.edit(standfirst="Why it matters.")
        story.publish(clock.now() - ago if ago is not None else clock.now() + ahead, by)
        db.session.commit()
    return story


def test_an_editor_sees_what_appeared_what_is_due_and_the_line_between(today, paper):
    editor = paper[Role.EDITOR]
    a_story("Appeared this morning", editor, ago=timedelta(hours=1))
    a_story("Due in the afternoon", editor, ahead=timedelta(hours=3))
    a_story("Due in three days", editor, ahead=timedelta(days=3))

    page = today(Role.EDITOR)

    order = [
        page.index(words) for words in ("Appeared this morning", "is now", "Due in the afternoon", "Due in three days")
    ]
    assert order == sorted(order)
    assert "<small>17 Mar</small>" in page
    assert 'href="/desk/articles?tab=scheduled"><b>' in page


def test_what_waits_for_review_stands_with_how_long_the_longest_first(today, paper):
    writer = paper[Role.CONTRIBUTOR]
    for headline, minutes in (("Waits for an hour", 65), ("Waits a little", 5)):
        clock.set_to(NOON - timedelta(minutes=minutes))
        drafting.submit(a_story(headline, writer), writer)
        db.session.commit()
    clock.set_to(NOON)

    page = today(Role.EDITOR)

    assert page.index("Waits for an hour") < page.index("1 h 05") < page.index("Waits a little") < page.index("5 min")


def test_a_contributor_sees_what_is_their_own_and_nothing_of_others(today, paper):
    a_story("Of somebody else", paper[Role.EDITOR], ahead=timedelta(hours=2))
    a_story("My own draft", paper[Role.CONTRIBUTOR])

    page = today(Role.CONTRIBUTOR)

    assert "My own draft" in page and "Of somebody else" not in page
    assert "Comments waiting" not in page and "Waiting longest" not in page


def test_a_writer_sees_why_a_story_came_back_until_it_is_given_again(today, paper):
    story = a_story("Came back", paper[Role.CONTRIBUTOR])
    drafting.submit(story, paper[Role.CONTRIBUTOR])
    clock.advance(timedelta(minutes=7))
    drafting.send_back(story, paper[Role.EDITOR], "Who says so? <b>Name</b> them.")
    db.session.commit()
    shown = re.sub("</?time[^>]*>", "", today(Role.CONTRIBUTOR))
    assert "<b>Sent back 12:07:</b> Who says so? &lt;b&gt;Name&lt;/b&gt; them." in shown
    assert "Changed 12:00" in shown

    drafting.submit(story, paper[Role.CONTRIBUTOR])
    db.session.commit()
    assert "<b>Sent back" not in today(Role.CONTRIBUTOR)


def test_a_moderator_sees_the_comments_and_no_story(today, paper):
    a_story("Under embargo", paper[Role.EDITOR], ahead=timedelta(hours=2))
    comments.post(db.session.get_one(Article, 1), "<b>Read</b> me & tell", guest_name="Gus", approved=False)
    db.session.commit()

    page = today(Role.MODERATOR)

    assert "“Read me &amp; tell”" in page and "Comments waiting" in page
    assert "Under embargo" not in page and "Schedule" not in page and "New article" not in page


def test_a_new_paper_says_that_there_is_nothing_yet(app):
    page = signed_in(app, account(Role.EDITOR)).get("/desk").text

    for words in (
        "Nothing is scheduled.",
        "Nothing waits to be read.",
        "No comments are waiting.",
        "Nobody has been counted",
    ):
        assert words in page


def test_what_was_read_since_midnight_is_ranked_and_drawn_by_the_hour(app, today):
    counted = app.extensions["counts"]
    counted.add_many("1", 40)
    counted.add_many("2", 10)
    counted.add_many("front", 500)  # no story
    counted.write()
    clock.set_to(NOON - timedelta(hours=13))
    counted.add_many("2", 3000)  # yesterday
    counted.write()
    clock.set_to(NOON)

    page = today(Role.EDITOR)

    ranked = page.partition("Most read")[2].partition("</ol>")[0]
    assert [part.partition("<")[0] for part in ranked.split('class="v">')[1:]] == ["40", "10"]
    assert '<rect width="100" height="8"/>' in ranked and '<rect width="25" height="8"/>' in ranked
    assert "3,050 in the last 24 hours, most of them, 3,000, from 23:00 on" in page
    assert page.count('class="hour"') == 2
    assert 'class="l" href="/desk/articles/1"' in ranked
    assert 'class="l" href="/desk/articles/' not in today(Role.CONTRIBUTOR)  # what is not theirs leads to its page


def test_an_editor_is_told_of_errors_that_readers_report(today):
    assert '<a href="/desk/reports"><b>0</b>Reported errors</a>' in today(Role.EDITOR)
    report_error(db.session.get_one(Article, 1), "The year is wrong.")
    db.session.commit()

    assert '<a class="is-hot" href="/desk/reports"><b>1</b>Reported error</a>' in today(Role.EDITOR)
    assert "Reported error" not in today(Role.CONTRIBUTOR)


def test_a_change_that_waits_for_its_time_stands_in_the_schedule(today, paper):
    editor = paper[Role.EDITOR]
    story = db.session.get_one(Article, 1)
    document, number = drafting.working_document(story)
    drafting.save(story, {**document, "standfirst": "Another reason."}, editor, number)
    releasing.release(story, editor, "update", "New figures", at=clock.now() + timedelta(hours=2))
    db.session.commit()

    page = today(Role.EDITOR).partition("is now")[2]

    assert (
        f'href="/desk/articles/{story.id}"' in page and '<span class="status status--scheduled">Change</span>' in page
    )


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CONTRIBUTOR, Role.MODERATOR])
def test_the_page_costs_as_much_for_fourteen_stories_as_for_two(app, paper, role):
    asked: list[str] = []
    browser = signed_in(app, paper[role])
    browser.get("/desk")

    def note(connection, cursor, statement, parameters, context, many):
        asked.append(statement)

    def queries() -> int:
        event.listen(db.engine, "before_cursor_execute", note)
        asked.clear()
        browser.get("/desk")
        event.remove(db.engine, "before_cursor_execute", note)
        return len(asked)

    for n in range(2):
        a_story(f"Own {n}", paper[role] if role != Role.MODERATOR else paper[Role.EDITOR], ahead=timedelta(hours=1 + n))
    few = queries()
    for n in range(12):
        a_story(f"More {n}", paper[Role.CONTRIBUTOR], ahead=timedelta(hours=n + 1))
    assert queries() <= few <= 29  # with the counts, which are in a file of their own on SQLite, two more


def test_a_very_long_headline_is_there_whole(today, paper):
    a_story("W" * 300, paper[Role.EDITOR])

    assert "W" * 300 in today(Role.EDITOR)


@pytest.mark.parametrize(
    ("waited", "words"),
    [
        (timedelta(seconds=20), "0 min"), (timedelta(minutes=59), "59 min"), (timedelta(hours=3, minutes=10), "3 h 10"),
        (timedelta(days=1), "1 day"), (timedelta(days=9, hours=5), "9 days"), (timedelta(seconds=-5), "0 min"),
    ],
)  # fmt: skip
def test_how_long_something_has_waited(waited, words):
    assert how_long(NOON - waited, NOON) == words


@pytest.mark.parametrize(
    ("most", "end"), [(0, 10), (10, 10), (11, 20), (21, 50), (51, 100), (3000, 5000), (48210, 50000)]
)
def test_a_scale_ends_at_an_even_number(most, end):
    assert scale(most) == end
