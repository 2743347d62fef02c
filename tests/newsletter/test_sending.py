"""An issue reaches everybody once, and what nobody knows is said."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsapp import newsletter, outbox
from newsapp.db import db
from newsapp.lib import clock, leases
from newsapp.newsletter import Delivery, Issue, sending
from newsapp.newsletter.sending import JOB, LEASE, REFUSED_IN_A_ROW, UNSURE_AFTER
from newsapp.outbox import Refused, Smtp, Unreachable, Unsure
from newsapp.outbox.carriers import NotNow
from tests.newsletter.subscribers import EDIT, subscribed
from tests.outbox.mailserver import mail_server


class Post:
    """A carrier that keeps whom it carried to, and fails as the test wants."""

    def __init__(self, fails=lambda to: None) -> None:
        self.carried: list[str] = []
        self.letters = []
        self.senders: list[str] = []
        self.fails = fails

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def carry(self, message, sender, to, name):
        why = self.fails(to)
        if isinstance(why, BaseException):
            raise why
        self.carried.append(to)
        self.senders.append(sender)
        self.letters.append(message)


class Killed(BaseException):
    """The process ends here and now."""


@pytest.fixture
def people(app):
    app.config["NEWSLETTER_PER_MINUTE"] = 0
    return subscribed(app, 7)


@pytest.fixture
def issue(people, article) -> Issue:
    issue = newsletter.begin(EDIT.id, "Barges & bridges")
    issue.write("Barges & bridges", "Good morning.\n\nIt rains.", [article.id])
    issue.schedule(clock.now())
    db.session.commit()
    return issue


def everybody(people) -> list[str]:
    return sorted(people.known.values())


def test_an_issue_reaches_everybody_once_and_is_then_sent(issue, people):
    post = Post()

    assert newsletter.send_due(post) == 7
    assert newsletter.send_due(post) == 0

    assert sorted(post.carried) == everybody(people)
    assert issue.state == "sent" and newsletter.progress(issue).sent == 7 and newsletter.progress(issue).per_cent == 100


def test_what_is_scheduled_for_later_waits_for_its_moment(issue, people):
    issue.schedule(clock.now() + timedelta(hours=1))
    db.session.commit()
    assert newsletter.send_due(post := Post()) == 0

    clock.advance(timedelta(hours=1))
    assert newsletter.send_due(post) == 7


def test_the_letter_is_whole(issue, people, app):
    app.config["BASE_URL"] = "https://paper.example"
    newsletter.send_due(post := Post())

    letter = post.letters[0]
    html, text = (letter.get_body((kind,)).get_content() for kind in ("html", "plain"))
    assert letter["List-Id"] == "<morning.paper.example>"
    assert letter["List-Unsubscribe"] == "<https://paper.example/newsletter/unsubscribe/1>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Subject"] == "Barges & bridges" and letter["From"] == "The Morning Edit <no-reply@localhost>"
    assert "Barges return to the Ostrel" in html and "Barges return to the Ostrel" in text
    assert 'href="https://paper.example/articles/barges-return-to-the-ostrel"' in html
    assert "https://paper.example/newsletter/unsubscribe/1" in html and "invalid" not in html + text
    assert "reader1@example.org" in html and len(html.encode()) < 100_000
    assert "prefers-color-scheme: dark" in html and 'style="' in html and "class=" in html
    assert 'href="/' not in html and 'src="/' not in html


def test_a_killed_worker_goes_on_with_nobody_missed_and_nobody_mailed_twice(issue, people):
    def dies_at_the_third(to):
        return (
            Killed()
            if len(post.carried) == 3
            and not db.session.scalar(select(Delivery.id).where(Delivery.unsure_at.is_not(None)))
            else None
        )

    post = Post(dies_at_the_third)
    with pytest.raises(Killed):
        newsletter.send_due(post)
    db.session.rollback()
    post.fails = lambda to: None

    clock.advance(LEASE)
    assert newsletter.send_due(post) == 3
    assert issue.state == "sending"  # one of which nobody knows

    clock.advance(UNSURE_AFTER + timedelta(seconds=1))
    newsletter.send_due(post)
    (unsure,) = db.session.scalars(Delivery.unsure()).all()
    assert set(everybody(people)) - set(post.carried) == {unsure.address}
    assert max(Counter(post.carried).values()) == 1 and issue.state == "sent"

    clock.advance(timedelta(days=30))
    assert newsletter.send_due(post) == 0  # never by itself

    unsure.send_again()
    db.session.commit()
    assert newsletter.send_due(post) == 1 and sorted(post.carried) == everybody(people)


def test_a_killed_worker_goes_on_making_deliveries_where_it_stopped(issue, people, monkeypatch):
    monkeypatch.setattr(sending, "BATCH", 3)
    assert sending._begin(issue.id)
    assert sending.fill(issue.id)
    people.known[0] = "too-late@example.org"  # an id that is behind: never the case, and never a duplicate

    assert newsletter.send_due(post := Post()) == 7 and len(set(post.carried)) == 7


def test_a_line_that_breaks_after_the_last_dot_leaves_the_delivery_unsure(issue, people):
    post = Post(lambda to: Unsure("lost") if to == "reader2@example.org" else None)
    newsletter.send_due(post)
    clock.advance(timedelta(minutes=2))
    newsletter.send_due(post)

    assert sorted({*everybody(people)} - {*post.carried}) == ["reader2@example.org"]
    assert [one.address for one in db.session.scalars(Delivery.unsure())] == ["reader2@example.org"]

    db.session.scalars(Delivery.unsure()).one().let_be()
    db.session.commit()
    assert newsletter.progress(issue).sent == 7


def test_a_server_that_is_away_costs_nobody_a_letter_and_no_try(issue, people):
    away = Post(lambda to: Unreachable("no route"))
    assert newsletter.send_due(away) == 0
    assert issue.trouble == "no route" and newsletter.send_due(Post()) == 0  # it rests

    clock.advance(timedelta(minutes=1))
    assert newsletter.send_due(Post()) == 7
    assert issue.trouble == "" and {one.tries for one in db.session.scalars(select(Delivery))} == {1}


def test_what_the_server_does_not_take_now_is_tried_again_and_what_it_never_takes_is_given_up(issue, people):
    says = {"reader1@example.org": NotNow("451 4.3.0 later"), "reader2@example.org": Refused("550 5.1.1 unknown"),
            "reader3@example.org": Refused("554 5.7.1 not this letter")}  # fmt: skip
    post = Post(says.get)
    assert newsletter.send_due(post) == 4
    assert newsletter.progress(issue).waiting == 1 and newsletter.progress(issue).failed == 2
    assert set(people.suppressed) == {"reader2@example.org"}  # the address itself; the other only refused this letter

    post.fails = lambda to: None
    clock.advance(timedelta(minutes=1))
    assert newsletter.send_due(post) == 1 and issue.state == "sent"


def test_a_server_that_refuses_everything_stops_the_issue_and_somebody_looks(issue, people):
    people.known = {i: f"reader{i}@example.org" for i in range(1, REFUSED_IN_A_ROW + 10)}
    newsletter.send_due(Post(lambda to: Refused("550 who are you?")))

    assert issue.state == "paused" and "in a row were refused" in issue.trouble
    assert newsletter.progress(issue).waiting == 9 and not people.suppressed
    assert newsletter.send_due(Post()) == 0

    issue.go_on()
    db.session.commit()
    assert newsletter.send_due(Post()) == 9


def test_who_stops_the_newsletter_while_it_leaves_gets_no_letter(issue, people):
    def fails(to):
        people.stopped.add(5)

    newsletter.send_due(post := Post(fails))

    assert "reader5@example.org" not in post.carried and newsletter.progress(issue).skipped == 1


def test_only_one_process_sends_at_a_time(issue, people):
    assert leases.hold(JOB, LEASE)
    assert newsletter.send_due(post := Post()) == 0

    clock.advance(LEASE)
    assert newsletter.send_due(post) == 7


def test_two_senders_who_both_think_it_is_their_turn_carry_each_letter_once(app, issue, people, monkeypatch):
    people.known = {i: f"reader{i}@example.org" for i in range(1, 41)}
    monkeypatch.setattr(leases, "hold", lambda job, length: clock.now())
    monkeypatch.setattr(leases, "keep", lambda job, until, length: until)
    sending._begin(issue.id)
    while sending.fill(issue.id):
        pass
    post = Post()

    def send():
        with app.app_context():
            newsletter.send_due(post)
            db.session.remove()

    both = [threading.Thread(target=send) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)

    assert sorted(post.carried) == sorted(people.known.values())


def test_a_throttle_holds_letters_to_their_minute(app, issue, people, monkeypatch):
    app.config["NEWSLETTER_PER_MINUTE"] = 60
    waited = []
    monkeypatch.setattr(sending.time, "monotonic", lambda: float(sum(waited)))
    monkeypatch.setattr(sending.time, "sleep", waited.append)

    newsletter.send_due(Post())

    assert sum(waited) == pytest.approx(6)


def test_a_letter_names_its_number_to_the_mailbox_for_bounces(app, issue, people):
    app.config["BOUNCES_TO"] = "bounces@paper.example"
    newsletter.send_due(post := Post())

    numbers = db.session.scalars(select(Delivery.number).order_by(Delivery.id)).all()
    assert post.senders == [f"bounces+{number}@paper.example" for number in numbers]
    assert [letter["Message-ID"] for letter in post.letters] == [f"<{number}@localhost>" for number in numbers]


def test_a_real_server_gets_every_letter_and_a_broken_line_is_told_from_a_refusal(issue, people):
    with mail_server() as (server, address):
        assert newsletter.send_due(Smtp(address, timeout=5)) == 7
        assert sorted(to for _, (to,) in server.envelopes) == everybody(people)

    with pytest.raises(Unreachable) as away:
        Smtp(address, timeout=1).carry(server.letters[0], "a@example.org", "b@example.org", "x")
    assert not isinstance(away.value, Unsure)


def test_a_server_that_goes_away_after_the_last_dot_is_unsure(app):
    with mail_server() as (server, address):
        server.waits = 2.0
        message = outbox.written(outbox.Letter("x", "y\n"), "b@example.org", "n", clock.now())
        with pytest.raises(Unsure):
            Smtp(address, timeout=0.5).carry(message, "a@example.org", "b@example.org", "x")


def test_an_issue_that_has_begun_says_what_it_says(issue, people):
    newsletter.send_due(Post())
    for change in (lambda: issue.write("x", "", []), lambda: issue.schedule(clock.now()), issue.call_off, issue.drop):
        with pytest.raises(newsletter.CannotChange):
            change()
