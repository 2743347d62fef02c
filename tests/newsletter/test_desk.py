"""Issues at the desk: written from stories, seen before they leave, watched while they do."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsapp import articles, newsletter, outbox
from newsapp.db import db
from newsapp.desk.newsletter import FRAMING_POLICY, LETTER_POLICY
from newsapp.lib import clock
from newsapp.lib.web import CONTENT_SECURITY_POLICY
from newsapp.newsletter import Delivery, Issue, Returned, sending
from newsapp.outbox import Mail
from tests.conftest import signed_in
from tests.newsletter.subscribers import EDIT, subscribed
from tests.newsletter.test_sending import Post


@pytest.fixture
def people(app):
    app.config["NEWSLETTER_PER_MINUTE"] = 0
    return subscribed(app, 3)


@pytest.fixture
def browser(app, editor, people):
    return signed_in(app, editor)


@pytest.fixture
def others(article, world):
    made = []
    for headline in ("The mill opens", "The rail closes"):
        story = articles.write(headline, world, "<p>So.</p>")
        story.publish(at=clock.now() - timedelta(minutes=5))
        made.append(story)
    db.session.commit()
    return made


@pytest.fixture
def issue(browser, article) -> Issue:
    issue = newsletter.begin(EDIT.id, "The morning")
    issue.write("The morning", "Hello.", [article.id])
    db.session.commit()
    return issue


def press(browser, issue, act, **fields):
    said = {"subject": issue.subject, "introduction": issue.introduction, "story": list(issue.stories), **fields}
    answer = browser.post(issue.desk_url, data={**said, "act": act})
    db.session.refresh(issue)
    return answer


def sure(browser, issue, act):
    """Press the button of the question whether one is sure."""
    answer = browser.post(f"{issue.desk_url}/{act}")
    db.session.expire_all()
    return answer


def test_an_issue_is_begun_for_a_newsletter(browser, site):
    answer = browser.post("/desk/newsletter", data={"newsletter": EDIT.id, "subject": "Monday <b>morning</b>"})

    issue = db.session.scalar(select(Issue))
    assert answer.headers["Location"] == issue.desk_url and issue.subject == "Monday <b>morning</b>"
    assert "Monday &lt;b&gt;" in browser.get("/desk/newsletter").text
    assert browser.post("/desk/newsletter", data={"newsletter": 99, "subject": ""}).status_code == 422


def test_stories_are_found_added_ordered_and_removed(browser, issue, article, others):
    mill, rail = (story.id for story in others)
    found = browser.get(f"{issue.desk_url}?q=mill").text
    assert f"add:{mill}" in found and f"add:{rail}" not in found and f"add:{article.id}" not in found

    press(browser, issue, f"add:{mill}", introduction="Typed meanwhile")
    press(browser, issue, f"add:{rail}")
    assert issue.stories == [article.id, mill, rail] and issue.introduction == "Typed meanwhile"
    press(browser, issue, f"up:{rail}")
    press(browser, issue, f"down:{article.id}")
    assert issue.stories == [rail, article.id, mill]
    press(browser, issue, f"remove:{article.id}")
    assert issue.stories == [rail, mill]


def test_an_order_that_was_dragged_is_kept(browser, issue, article, others):
    order = [others[1].id, article.id, others[0].id]
    press(browser, issue, "save", story=[*order, "x", order[0]])
    assert issue.stories == order


def test_the_letter_is_seen_before_it_leaves_under_its_own_policy(browser, issue):
    framing, letter = browser.get(f"{issue.desk_url}/preview"), browser.get(f"{issue.desk_url}/letter")

    assert (
        framing.headers["Content-Security-Policy"] == FRAMING_POLICY == f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    )
    assert letter.headers["Content-Security-Policy"] == LETTER_POLICY
    assert framing.text.count(f'src="{issue.desk_url}/letter"') == 2 and "* Barges return" in framing.text
    assert "edda@example.org" in letter.text and "invalid" not in letter.text + framing.text
    assert "Barges return to the Ostrel" in letter.text and letter.headers["Cache-Control"] == "private, no-store"


def test_a_test_goes_to_whoever_asks_for_it_and_to_nobody_else(browser, issue, editor):
    assert f"Send a test to {editor.email}" in browser.get(issue.desk_url).text
    assert press(browser, issue, "test", to="boss@example.org").status_code == 303

    mail = db.session.scalars(select(Mail)).one()
    assert (
        mail.address == editor.email and mail.subject == "Test: The morning" and "invalid" not in mail.html + mail.text
    )


def test_it_is_scheduled_called_off_sent_and_thrown_away(browser, issue):
    press(browser, issue, "schedule", send_at="2026-03-15T06:00")
    assert issue.state == "scheduled" and issue.send_at.isoformat() == "2026-03-15T06:00:00+00:00"
    press(browser, issue, "call-off")
    assert issue.state == "draft"
    for wrong in ("", "yesterday", "2020-01-01T06:00", "9999-12-31T23:59x"):
        answer = press(browser, issue, "schedule", send_at=wrong, introduction="Typed")
        assert answer.status_code == 422 and "Typed" in answer.text and issue.state == "draft"
    asked = browser.get(press(browser, issue, "ask-send", introduction="Typed before").headers["Location"]).text
    assert "to 3 readers now?" in asked and "Typed before" in asked and issue.state == "draft"
    sure(browser, issue, "send")
    assert issue.state == "scheduled" and newsletter.send_due(Post()) == 3
    assert sure(browser, issue, "drop").status_code == 422

    assert press(browser, issue, "save", subject="Other").status_code == 422
    other = newsletter.begin(EDIT.id, "Another")
    db.session.commit()
    assert sure(browser, other, "send").status_code == 422  # nothing stands in it
    assert "away?" in browser.get(press(browser, other, "ask-drop").headers["Location"]).text
    assert len(db.session.scalars(select(Issue.id)).all()) == 2
    sure(browser, other, "drop")
    assert db.session.scalars(select(Issue.subject)).all() == ["The morning"]


def test_progress_is_a_part_that_asks_again_until_it_is_over(browser, issue):
    issue.schedule(clock.now())
    db.session.commit()
    sending._begin(issue.id)
    sending.fill(issue.id)
    part = browser.get(issue.desk_url, headers={"HX-Request": "true", "HX-Request-Type": "partial"}).text
    assert "0 of 3 sent" in part and "every 3s" in part and "<html" not in part

    press(browser, issue, "pause")
    assert newsletter.send_due(Post()) == 0 and issue.state == "paused"
    press(browser, issue, "go-on")
    newsletter.send_due(Post())
    page = browser.get(issue.desk_url).text
    assert "3 of 3 sent" in page and "every 3s" not in page


def test_corrections_since_the_last_issue_add_themselves(browser, issue, article):
    issue.schedule(clock.now())
    db.session.commit()
    newsletter.send_due(Post())
    clock.advance(timedelta(days=1))
    article.correct("A figure", "<p>It was <b>11</b> centimetres, <a href='/about'>we</a> say.</p>")
    later = newsletter.begin(EDIT.id, "Next")
    later.write("Next", "", [article.id])
    db.session.commit()

    letter = newsletter.compose(later)
    assert "What we got wrong" in letter.html and "<strong>11</strong> centimetres" in letter.html
    assert 'href="http://127.0.0.1:8000/about"' in letter.html
    assert "It was 11 centimetres, we say." in letter.text and "What we got wrong" not in newsletter.compose(issue).html


def test_a_past_issue_is_a_page_that_says_what_was_corrected_since(browser, client, issue, article):
    assert client.get(issue.url).status_code == 404
    issue.schedule(clock.now())
    db.session.commit()
    newsletter.send_due(Post())
    assert "Corrected since" not in client.get(issue.url).text

    clock.advance(timedelta(hours=1))
    article.correct("A figure", "<p>Eleven.</p>")
    db.session.commit()
    page = client.get(issue.url).text
    assert "Barges return" in page and "Corrected since" in page and "reader1@" not in page
    assert issue.url in client.get("/newsletter/issues").text


def test_what_went_wrong_is_listed_and_settled(browser, issue, people):
    unsure = Delivery(
        issue_id=issue.id, receiver_id=1, address="reader1@example.org", unsure_at=clock.now(), reason="The line broke"
    )
    returned = Returned(message="m-0", outcome="hard", address="lost@example.org", reason="<i>550</i>")
    mail = outbox.post("reset", "late@example.org", subject="x", text="x", at=clock.now() + timedelta(hours=1))
    mail.reason, mail.tries = "451 later", 1
    db.session.add_all([unsure, returned])
    db.session.commit()

    page = browser.get("/desk/newsletter/queue").text
    assert "The line broke" in page and "&lt;i&gt;550" in page and "451 later" in page
    assert "reader1@example.org" not in page and "r…@example.org" in page  # an editor sees no addresses

    browser.post(f"/desk/newsletter/deliveries/{unsure.id}", data={"act": "let-be"})
    browser.post(f"/desk/newsletter/returned/{returned.id}", data={"act": "suppress"})
    browser.post(f"/desk/newsletter/mail/{mail.id}", data={"act": "again"})
    db.session.expire_all()
    assert unsure.sent_at and list(people.suppressed) == ["lost@example.org"] and mail.next_try_at == clock.now()


def test_a_large_issue_stays_under_what_mail_programs_show(app, people, world):
    stories = [
        articles.write(f"Story {n} " + "long " * 20, world, "<p>So.</p>", standfirst="word " * 150) for n in range(40)
    ]
    for story in stories:
        story.publish(at=clock.now() - timedelta(minutes=1))
    issue = newsletter.begin(EDIT.id, "All of it")
    issue.write("All of it", "", [story.id for story in stories])
    db.session.commit()

    letter = newsletter.compose(issue)
    assert (
        len(letter.html.encode()) <= 100_000 and len(re.findall("<h2", letter.html)) == 40
    ) or "The rest of this letter" in letter.html


def test_an_issue_that_is_sent_says_that_it_leaves_and_can_be_written_no_more(browser, issue, article):
    press(browser, issue, f"add:{article.id}")
    shown = browser.get(sure(browser, issue, "send").headers["Location"]).text
    assert "It is leaving." in shown and "On its way" in shown and 'id="issue-form"' not in shown

    stopped = browser.get(browser.post(issue.desk_url, data={"act": "stop"}).headers["Location"]).text
    assert 'id="issue-form"' in stopped and "On its way" not in stopped


def test_nobody_is_asked_whether_an_empty_issue_is_to_leave(browser, issue):
    answer = press(browser, issue, "ask-send", introduction="", story=[])
    assert answer.status_code == 422 and "Nothing stands in it yet." in answer.text
