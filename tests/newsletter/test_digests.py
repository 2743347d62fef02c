"""A newsletter writes itself: each day or week the new stories, once, at the paper's own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from newsapp import articles, newsletter
from newsapp.db import db
from newsapp.lib import clock
from newsapp.newsletter import Issue, digests
from tests.conftest import signed_in
from tests.newsletter.subscribers import EDIT, SPORT, subscribed
from tests.newsletter.test_sending import Post

MORNING = datetime(2026, 3, 15, 6, 30, tzinfo=UTC)  # of the day after NOON, a Sunday
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def daily(app, article) -> digests.Digest:
    app.config["NEWSLETTER_PER_MINUTE"] = 0
    subscribed(app, 3)
    made = digests.set_digest(EDIT.id, None, "06:30", None)
    db.session.commit()
    return made


def published(headline, section, at):
    story = articles.write(headline, section, "<p>So.</p>")
    story.publish(at=at)
    db.session.commit()
    return story


def written(at) -> list[Issue]:
    """Let the moment come; give the issues there are then, the first first."""
    clock.set_to(at)
    digests.write_due()
    return list(db.session.scalars(select(Issue).order_by(Issue.id)))


def test_it_leaves_at_its_time_with_what_is_new_the_newest_first(daily, article, world):
    mill = published("The mill opens", world, MORNING - timedelta(hours=1))
    assert written(MORNING - MINUTE) == []

    (issue,) = written(MORNING + MINUTE)
    assert issue.stories == [mill.id, article.id] and issue.subject == "The mill opens, and 1 more"
    assert issue.made_by_id is None and issue.state == "scheduled"
    post = Post()
    newsletter.send_due(post)
    assert len(post.carried) == 3 and "The mill opens" in post.letters[0].as_string()


def test_it_is_written_once_however_often_somebody_looks(daily):
    assert len(written(MORNING + MINUTE)) == 1
    assert len(written(MORNING + 2 * MINUTE)) == 1
    assert digests._write(EDIT.id, clock.now()) is None  # by another process, which had seen that it was due


def test_where_nothing_is_new_nothing_is_sent_and_no_story_is_told_twice(daily, world):
    assert len(written(MORNING + MINUTE)) == 1
    assert len(written(MORNING + DAY + MINUTE)) == 1

    rail = published("The rail closes", world, MORNING + DAY + 2 * MINUTE)
    assert written(MORNING + 2 * DAY + MINUTE)[1].stories == [rail.id]


def test_a_weekly_one_waits_for_its_day_and_looks_a_week_back(app, article, world):
    subscribed(app, 1)
    old = published("The fair ends", world, MORNING - 6 * DAY)
    published("The fair begins", world, MORNING - 9 * DAY)
    digests.set_digest(EDIT.id, 1, "18:00", None)  # Tuesdays
    db.session.commit()

    assert written(MORNING + timedelta(hours=12)) == []  # a Sunday evening
    (issue,) = written(MORNING + 2 * DAY + timedelta(hours=12))
    assert issue.stories == [article.id, old.id]


def test_one_of_a_section_holds_its_stories_and_those_below_it_only(app, article, world, asia):
    subscribed(app, 1)
    digests.set_digest(SPORT.id, None, "06:30", asia.id)
    digests.set_digest(EDIT.id, None, "06:30", world.id)
    db.session.commit()
    port = published("The port opens", asia, MORNING - timedelta(hours=2))

    told = {issue.newsletter_id: issue.stories for issue in written(MORNING + MINUTE)}
    assert told == {SPORT.id: [port.id], EDIT.id: [port.id, article.id]}


def test_one_of_a_section_that_is_gone_is_not_written(daily):
    digests.set_digest(EDIT.id, None, "06:30", 999)
    db.session.commit()
    assert written(MORNING + MINUTE) == []


def test_what_a_standing_server_missed_comes_with_the_next_one_and_not_at_night(daily, article):
    assert written(MORNING + digests.LATEST + MINUTE) == []
    assert written(MORNING + DAY + MINUTE)[0].stories == [article.id]


def test_a_story_that_is_not_public_is_not_told_until_it_is(daily, article, world):
    later = published("The bridge falls", world, MORNING + timedelta(hours=2))
    articles.write("A draft", world, "<p>So.</p>")
    db.session.commit()

    assert written(MORNING + MINUTE)[0].stories == [article.id]
    assert written(MORNING + DAY + MINUTE)[1].stories == [later.id]


def test_its_time_is_the_papers_through_the_change_of_the_clocks(daily, site):
    zone = site.timezone
    last_of_winter = daily.next(datetime(2026, 3, 27, 12, tzinfo=UTC), zone)
    first_of_summer = daily.next(datetime(2026, 3, 28, 12, tzinfo=UTC), zone)
    assert (last_of_winter.hour, first_of_summer.hour) == (6, 5)  # UTC
    assert daily.last(first_of_summer - MINUTE, zone) == last_of_winter


def test_a_new_time_does_not_send_what_was_due_before_it_was_set(daily):
    clock.set_to(MORNING + 3 * MINUTE)
    digests.set_digest(EDIT.id, None, "06:31", None)
    db.session.commit()
    assert written(MORNING + 4 * MINUTE) == []


def test_the_scheduler_looks_for_what_is_due(app, daily):
    clock.set_to(MORNING + MINUTE)
    app.extensions["scheduler"].tick()
    assert db.session.scalar(select(Issue).where(Issue.newsletter_id == EDIT.id))


def test_the_desk_sets_it_says_when_the_next_one_leaves_and_stops_it(app, site, world, editor):
    letter = newsletter.found_newsletter("The Morning")
    db.session.commit()
    browser, at = signed_in(app, editor), f"/desk/newsletters/{letter.id}"

    assert "The next one" not in browser.get(at).text
    wrong = browser.post(f"{at}/digest", data={"every": "0", "at": "half past", "section": world.id})
    assert (
        wrong.status_code == 422 and "Write a time such as 06:30." in wrong.text and 'value="half past"' in wrong.text
    )
    assert digests.digest_of(letter.id) is None

    browser.post(f"{at}/digest", data={"every": "0", "at": "07:15", "section": world.id})
    page = browser.get(f"{at}?done=digest").text
    assert "The next one leaves at" in page and "Monday" in page and "16 March 2026" in page and "07:15" in page
    made = digests.digest_of(letter.id)
    assert (made.weekday, made.at, made.section_id) == (0, "07:15", world.id)

    browser.post(f"{at}/digest", data={"every": "", "at": "", "section": 0})
    db.session.expire_all()
    assert digests.digest_of(letter.id) is None
