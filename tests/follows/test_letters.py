"""What one follows and the replies to one's comments by mail: at once or gathered, once, and only what readers see."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from newsapp import articles, comments, follows, outbox
from newsapp.accounts import holdings, standing
from newsapp.accounts.standing import DAILY, NOW, WEEKLY, StandingLetter, next_letter
from newsapp.articles import Article
from newsapp.db import db
from newsapp.lib import clock
from newsapp.outbox import Mail
from tests.accounts.people import Mailbox
from tests.conftest import NOON, _account, signed_in
from tests.outbox.mailserver import mail_server

SEVEN = datetime(2026, 3, 15, 7, 0, 5, tzinfo=UTC)  # the next morning; London has winter time


@pytest.fixture
def mailbox(app) -> Mailbox:
    return Mailbox()


@pytest.fixture
def follower(reader, world, article):
    follows.follow(reader, f"section:{world.id}")
    db.session.commit()
    return reader


def chooses(account, rhythm, kind="follows") -> StandingLetter:
    row = standing.choose_letter(account, kind, rhythm)
    db.session.commit()
    clock.advance(timedelta(seconds=1))
    return row


def publish(world, headline="Tides turn", **when) -> Article:
    story = articles.write(headline, world, "<p>Water.</p>", standfirst=f"About {headline}.")
    story.publish(at=clock.now(), **when)
    db.session.commit()
    return story


def work(*, after: timedelta = timedelta(minutes=2)) -> None:
    """Let time pass, and the scheduler look."""
    clock.advance(after)
    db.session.rollback()
    follows.letters.look_for_news()
    standing.post_due()


def waiting() -> list[Mail]:
    db.session.rollback()
    return list(db.session.scalars(select(Mail).order_by(Mail.id)))


def test_nobody_is_mailed_who_did_not_choose_it(follower, world, mailbox):
    publish(world)
    work()
    assert mailbox.fetch() == []


def test_at_once_is_a_letter_for_each_story_as_it_appears(follower, world, mailbox):
    chooses(follower, NOW)
    story = publish(world, "Tides turn")
    work(after=timedelta(seconds=5))
    assert mailbox.fetch() == [], "whoever published has a minute"
    work()
    work()
    assert mailbox.fetch() == [("tamsin@example.org", "New: Tides turn")]
    assert "About Tides turn." in mailbox.text() and f"http://127.0.0.1:8000{story.url}" in mailbox.text()

    publish(world, "Tides return")
    work()
    assert [subject for _, subject in mailbox.fetch()] == ["New: Tides turn", "New: Tides return"]


@pytest.mark.parametrize(
    ("rhythm", "at"), [(DAILY, datetime(2026, 3, 15, 7, tzinfo=UTC)), (WEEKLY, datetime(2026, 3, 16, 7, tzinfo=UTC))]
)
def test_gathered_they_come_in_the_morning(follower, world, mailbox, rhythm, at):
    chooses(follower, rhythm)
    for n in range(3):
        publish(world, f"Story {n}")
        work(after=timedelta(hours=1))
    clock.set_to(at - timedelta(seconds=1))
    work(after=timedelta(0))
    assert mailbox.fetch() == []

    clock.set_to(at)
    work(after=timedelta(0))
    assert mailbox.fetch() == [("tamsin@example.org", "3 new stories in what you follow")]
    text = mailbox.text()
    assert text.index("Story 2") < text.index("Story 1") < text.index("Story 0")
    assert "Barges return" not in text, "what was there before the choice is no news"

    work(after=timedelta(days=8))
    assert len(mailbox.fetch()) == 1, "without news there is no letter"


def test_the_morning_is_the_papers(site):
    berlin, new_york = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
    assert next_letter(DAILY, NOON, berlin) == datetime(2026, 3, 15, 6, tzinfo=UTC)
    assert next_letter(DAILY, NOON.replace(hour=5, minute=59), berlin) == datetime(2026, 3, 14, 6, tzinfo=UTC)
    assert next_letter(DAILY, NOON, new_york) == datetime(2026, 3, 15, 11, tzinfo=UTC)
    # The night in which the clocks go forward.
    assert next_letter(DAILY, datetime(2026, 3, 28, 12, tzinfo=UTC), berlin) == datetime(2026, 3, 29, 5, tzinfo=UTC)


def withdrawn(story):
    story.withdraw("It was not so.")


def scheduled(story):
    story.publish(at=clock.now() + timedelta(days=3))


def ended(story):
    story.end(at=clock.now())


@pytest.mark.parametrize("become", [withdrawn, scheduled, ended])
def test_what_readers_do_not_see_any_more_is_in_no_letter(follower, world, mailbox, become):
    chooses(follower, DAILY)
    story = publish(world, "Gone by the morning")
    work()
    become(story)
    db.session.commit()
    clock.set_to(SEVEN)
    work(after=timedelta(0))
    assert mailbox.fetch() == [] and waiting() == []


def test_an_embargoed_story_is_told_of_when_it_is_public(follower, world, mailbox):
    chooses(follower, NOW)
    story = articles.write("Embargoed", world, "<p>x</p>")
    story.publish(at=clock.now() + timedelta(hours=1))
    db.session.commit()
    work(after=timedelta(minutes=50))
    assert mailbox.fetch() == []
    work(after=timedelta(minutes=12))
    assert mailbox.fetch() == [("tamsin@example.org", "New: Embargoed")]


def test_what_appeared_before_one_followed_is_no_news(reader, world, asia, mailbox):
    chooses(reader, DAILY)
    publish(asia, "Before")
    clock.advance(timedelta(minutes=1))
    follows.follow(reader, f"section:{asia.id}")
    db.session.commit()
    clock.advance(timedelta(minutes=1))
    publish(asia, "After")
    clock.set_to(SEVEN)
    work(after=timedelta(0))
    assert mailbox.fetch() == [("tamsin@example.org", "New: After")]


def test_a_story_in_two_things_that_one_follows_stands_there_once(follower, article, rosalind, world, mailbox):
    follows.follow(follower, f"author:{rosalind.id}")
    chooses(follower, NOW)
    clock.advance(timedelta(minutes=1))
    story = articles.write(
        "By both ways", world, "<p>x</p>", bylines=[articles.Byline(author=rosalind, author_id=rosalind.id)]
    )
    story.publish(at=clock.now())
    db.session.commit()
    work()
    assert mailbox.fetch() == [("tamsin@example.org", "New: By both ways")]


@pytest.mark.parametrize("gone", ["disabled", "deleted", "moved", "stopped"])
def test_who_has_gone_gets_nothing(app, follower, world, mailbox, gone):
    row = chooses(follower, DAILY)
    publish(world)
    work()
    clock.set_to(SEVEN)
    work(after=timedelta(0))
    if gone == "disabled":
        follower.disable()
    elif gone == "deleted":
        holdings.erase(follower, keep_words=False)
    elif gone == "moved":
        follower.move_to("new@example.org")
    else:
        row.stop()
    db.session.commit()
    assert [subject for _, subject in mailbox.fetch() if "deleted" not in subject] == []


# Once, whatever happens


def test_two_processes_at_once_make_one_letter(app, follower, world):
    chooses(follower, DAILY)
    publish(world)
    work()
    clock.set_to(SEVEN)
    db.session.rollback()
    start = threading.Barrier(4)

    def process() -> None:
        with app.app_context():
            start.wait()
            standing.post_due()

    threads = [threading.Thread(target=process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [mail.kind for mail in waiting()] == ["follows"]


def test_a_kill_before_the_commit_undoes_both_and_one_behind_it_neither(app, follower, world, monkeypatch):
    chooses(follower, DAILY)
    publish(world)
    work()
    clock.set_to(SEVEN)
    with monkeypatch.context() as patched:
        patched.setattr(standing.outbox, "post", lambda *_, **__: 1 / 0)
        with suppress(ZeroDivisionError):
            standing.post_due()
        db.session.rollback()
    assert waiting() == []

    standing.post_due()
    standing.post_due()
    with mail_server() as (server, url):
        for _ in range(3):
            outbox.send_due(outbox.Smtp(url))
    [letter] = server.letters
    assert letter["To"] == "tamsin@example.org"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_server_that_is_down_delays_the_letter_and_changes_nothing_in_it(follower, world, mailbox):
    chooses(follower, NOW)
    publish(world, "Told late")
    work()
    outbox.send_due(outbox.Smtp("smtp://127.0.0.1:9"))
    publish(world, "Later")
    clock.advance(timedelta(minutes=30))
    assert mailbox.fetch() == [("tamsin@example.org", "New: Told late")]


def test_what_comes_while_a_letter_is_claimed_is_in_the_next(follower, world, mailbox):
    chooses(follower, DAILY)
    publish(world, "Yesterday's")
    work()
    clock.set_to(SEVEN - timedelta(seconds=20))
    publish(world, "In the last minute")
    clock.set_to(SEVEN)
    work(after=timedelta(0))
    assert mailbox.fetch() == [("tamsin@example.org", "New: Yesterday's")]
    work(after=timedelta(minutes=5))
    work(after=timedelta(days=1))
    assert mailbox.fetch()[1:] == [("tamsin@example.org", "New: In the last minute")]


# Stopping


def stop_link(mailbox) -> str:
    said = mailbox.letters[-1][1]["List-Unsubscribe"]
    return re.fullmatch(r"<http://127\.0\.0\.1:8000(/letters/[\w/.-]+)>", said)[1]


def test_one_press_stops_them_and_another_undoes_it(app, client, follower, world, mailbox):
    chooses(follower, NOW)
    publish(world)
    work()
    mailbox.fetch()
    link = stop_link(mailbox)
    page = client.get(link)
    client.head(link)
    assert "Stop these letters" in page.text and standing.standing_letter(follower, "follows").is_wanted

    plain = FlaskClient(app, app.response_class, use_cookies=False)  # no cookie, no Origin, no Sec-Fetch-Site
    for _ in range(2):
        said = plain.post(link, data={"List-Unsubscribe": "One-Click"})
        assert said.status_code == 200 and "Set-Cookie" not in said.headers and "Location" not in said.headers
    clock.advance(timedelta(minutes=1))
    publish(world, "While stopped")
    work()
    assert len(mailbox.fetch()) == 1

    assert "come again" in client.post(link, data={"again": "yes"}).text
    clock.advance(timedelta(minutes=1))
    publish(world, "Afterwards")
    work()
    assert mailbox.fetch()[1:] == [("tamsin@example.org", "New: Afterwards")]


def test_a_link_that_is_not_ours_stops_nothing(client, follower, world, mailbox):
    chooses(follower, NOW)
    publish(world)
    work()
    mailbox.fetch()
    link = stop_link(mailbox)
    follower.move_to("new@example.org")
    db.session.commit()
    for address in (link, "/letters/follows/made-up"):
        assert "no longer counts" in client.get(address).text and client.post(address).status_code == 410
    assert standing.standing_letter(follower, "follows").is_wanted


# Choosing


@pytest.mark.parametrize("kind", ["replies", "follows"])
def test_one_chooses_on_ones_own_page(app, reader, kind):
    browser = signed_in(app, reader)

    def chosen():
        part = browser.get("/account").text.split(f'name="{kind}"', 1)[1]
        return re.search(r'value="(\w+)" checked', f'<input name="{kind}"{part}')[1]

    assert chosen() == "page"
    for said in ("mail", "daily", "weekly", "page", "weekly", "mail"):
        assert browser.post("/account/replies", data={kind: said}).status_code == 303
        assert chosen() == said
    wrong = browser.post("/account/replies", data={kind: "hourly"})
    assert wrong.status_code == 422 and "Nothing was changed." in wrong.text and chosen() == "mail"
    assert browser.post("/account/replies", data={}).status_code == 422


def test_a_quicker_rhythm_brings_what_waits(follower, world, mailbox):
    chooses(follower, WEEKLY)
    publish(world)
    work()
    chooses(follower, NOW)
    work()
    assert len(mailbox.fetch()) == 1


# Replies


@pytest.fixture
def other(app):
    return _account("Ottoline Other", "reader")


@pytest.fixture
def parent(article, reader):
    row = comments.post(article, "My view", account=reader)
    reader.mail_replies(True)
    db.session.commit()
    return row


def answers(article, parent, *accounts):
    for n, account in enumerate(accounts):
        comments.post(article, f"Marker {n}", parent=parent, account=account)
    db.session.commit()


def test_replies_come_gathered_without_a_word_of_theirs(article, reader, other, parent, mailbox):
    chooses(reader, DAILY, "replies")
    answers(article, parent, other, other)
    work()
    assert mailbox.fetch() == []
    clock.set_to(SEVEN)
    work(after=timedelta(0))
    assert mailbox.fetch() == [("tamsin@example.org", "2 replies to your comments at The Test Paper")]
    text = mailbox.text()
    assert "Marker" not in text and "Ottoline" not in text and "Barges return to the Ostrel" in text
    assert "/letters/stop/" in stop_link(mailbox)

    work(after=timedelta(days=2))
    assert len(mailbox.fetch()) == 1


def test_a_reply_that_was_told_of_is_not_told_of_again(article, reader, other, parent, moderator, mailbox):
    chooses(reader, DAILY, "replies")
    answers(article, parent, other)
    clock.set_to(SEVEN)
    work(after=timedelta(0))
    mailbox.fetch()
    reply = db.session.scalars(select(comments.Comment).where(comments.Comment.parent_id == parent.id)).one()
    reply.hold(findings=["moderator"])
    db.session.commit()
    reply.approve(moderator)
    db.session.commit()
    work(after=timedelta(days=2))
    chooses(reader, NOW, "replies")
    reply.hide(moderator)
    reply.show(moderator)
    db.session.commit()
    work(after=timedelta(hours=1))
    assert len(mailbox.fetch()) == 1


def test_a_reply_that_was_hidden_meanwhile_is_not_told_of(article, reader, other, parent, moderator, mailbox):
    chooses(reader, WEEKLY, "replies")
    answers(article, parent, other)
    db.session.scalars(select(comments.Comment).where(comments.Comment.parent_id == parent.id)).one().hide(moderator)
    db.session.commit()
    work(after=timedelta(days=8))
    assert mailbox.fetch() == []


def test_stopping_replies_stops_the_gathered_ones_and_can_be_undone(client, article, reader, other, parent, mailbox):
    chooses(reader, DAILY, "replies")
    answers(article, parent, other)
    clock.set_to(SEVEN)
    work(after=timedelta(0))
    mailbox.fetch()
    link = stop_link(mailbox)
    assert "Undo" in client.post(link).text
    answers(article, parent, other)
    work(after=timedelta(days=2))
    assert len(mailbox.fetch()) == 1

    assert "come again" in client.post(link, data={"again": "yes"}).text
    db.session.refresh(reader)
    assert reader.reply_mail_at is not None
    answers(article, parent, other)
    work(after=timedelta(days=2))
    assert len(mailbox.fetch()) == 2
