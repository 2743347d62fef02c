"""An error that a reader found: it reaches the desk whatever becomes of the mail, and its reader hears the outcome."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsapp import contact, outbox
from newsapp.accounts.notifications import Notification
from newsapp.contact import ErrorReport, Settled, forms
from newsapp.db import db
from newsapp.lib import clock
from newsapp.outbox import Mail
from tests.conftest import signed_in

WRONG = "It was twelve centimetres."


@pytest.fixture
def told(app):
    """The newsroom has an address for corrections."""
    app.config["CORRECTIONS_TO"] = "corrections@example.org"


def send(client, article, *, seconds=20.0, **fields):
    opened = forms.opened()
    clock.set_to(clock.now() + timedelta(seconds=seconds))
    return client.post(f"{article.url}/report-error", data={"words": WRONG, "opened": opened, "website": "", **fields})


def the_report() -> ErrorReport:
    db.session.rollback()
    return db.session.scalars(select(ErrorReport)).one()


def letters(kind) -> list[Mail]:
    db.session.rollback()
    return list(db.session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)))


def test_every_story_leads_to_the_form(client, article):
    assert f'href="{article.url}/report-error"' in client.get(article.url).text
    form = client.get(f"{article.url}/report-error")
    assert form.status_code == 200
    assert "Set-Cookie" not in form.headers


def test_a_report_waits_at_the_desk_and_the_newsroom_is_told(app, client, article, editor, told):
    answer = send(client, article, quote="Eleven centimetres", email="Reader@Example.org")

    report = the_report()
    assert answer.headers["Location"].endswith(f"reference={report.reference}")
    assert report.reference in client.get(answer.headers["Location"]).text
    [mail] = letters("error-reported")
    assert mail.address == "corrections@example.org"
    letter = outbox.letters.compose(mail)
    assert WRONG in letter.text and letter.headers["Reply-To"] == report.email
    page = signed_in(app, editor).get("/desk/reports").text
    assert WRONG in page and "Eleven centimetres" in page and f"/desk/articles/{article.id}" in page


def test_a_report_is_there_without_any_mail(client, article):
    send(client, article)
    assert the_report().words == WRONG
    assert letters("error-reported") == []


def test_who_left_an_address_hears_the_outcome_and_none_of_the_words_that_were_typed(app, client, article, editor):
    send(client, article, quote="Eleven", email="reader@example.org")
    report = the_report()

    data = {"outcome": "corrected", "answer": "It says twelve now."}
    done = signed_in(app, editor).post(f"/desk/reports/{report.id}", data=data)

    assert done.status_code == 303
    [mail] = letters("error-settled")
    assert mail.address == "reader@example.org"
    letter = outbox.letters.compose(mail)
    assert "We have corrected the story." in letter.text and "It says twelve now." in letter.text
    assert WRONG not in letter.text + letter.html
    assert "The error" in letter.subject
    listed = signed_in(app, editor).get("/desk/reports?show=settled").text
    assert report.reference in listed and "Its reader was told" in listed


def test_somebody_signed_in_is_told_in_their_account(app, article, reader, editor):
    signed_in(app, reader).post(f"{article.url}/report-error", data={"words": WRONG})
    report = the_report()
    assert (report.account_id, report.email, report.finding) == (reader.id, None, "")

    report.settle("nothing", "The gauge says eleven.", by=editor)
    db.session.commit()

    assert "The gauge says eleven." in db.session.scalars(Notification.to(reader)).one().words
    assert letters("error-settled") == []


def test_a_report_is_answered_once(app, client, article, editor):
    send(client, article, email="reader@example.org")
    report = the_report()
    report.settle("already", "", by=editor)
    db.session.commit()

    late = signed_in(app, editor).post(f"/desk/reports/{report.id}", data={"outcome": "nothing"})

    assert late.status_code == 409 and "Somebody was quicker" in late.text
    assert the_report().outcome == "already" and len(letters("error-settled")) == 1
    with pytest.raises(Settled):
        the_report().settle("nothing", "", by=editor)


def test_an_answer_without_an_outcome_keeps_its_words(app, client, article, editor):
    send(client, article)
    answer = signed_in(app, editor).post(f"/desk/reports/{the_report().id}", data={"answer": "We wonder."})
    assert answer.status_code == 422
    assert "Choose what became of it." in answer.text and "We wonder." in answer.text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"words": ""}, "Write what is wrong."),
        ({"words": "  \n"}, "Write what is wrong."),
        ({"words": "x" * 2001}, "At most 2,000 characters"),
        ({"quote": "x" * 501}, "At most 500 characters"),
        ({"email": "no address", "words": "Kept words"}, "Kept words"),
    ],
)
def test_what_is_wrong_with_the_form_is_said_and_nothing_is_lost(client, article, fields, says):
    answer = send(client, article, **fields)
    assert answer.status_code == 422 and says in answer.text
    assert db.session.scalars(select(ErrorReport)).all() == []


@pytest.mark.parametrize(
    ("fields", "seconds", "finding"),
    [({"website": "https://spam.example"}, 20, "trap"), ({}, 1, "speed"), ({"opened": "forged"}, 20, "opened")],
)
def test_what_a_machine_sends_is_kept_apart_and_mails_nobody(
    app, client, article, editor, told, fields, seconds, finding
):
    send(client, article, seconds=seconds, **fields)

    assert the_report().finding == finding
    assert letters("error-reported") == []
    desk = signed_in(app, editor)
    assert WRONG not in desk.get("/desk/reports").text
    assert WRONG in desk.get("/desk/reports?show=suspected").text


def test_a_flood_fills_neither_the_queue_nor_the_mailbox(client, article, told):
    for n in range(30):
        last = send(client, article, seconds=4, words=f"Number {n}")
    assert last.status_code == 429 and "Number 29" in last.text
    db.session.rollback()
    assert len(db.session.scalars(select(ErrorReport)).all()) == 20
    assert len(letters("error-reported")) == 10


def test_letters_about_outcomes_flood_no_one(article, editor):
    for _ in range(12):
        contact.report_error(article, WRONG, email="victim@example.org").settle("nothing", "", by=editor)
    db.session.commit()
    assert len(letters("error-settled")) == 10


def test_what_a_reader_types_is_shown_as_text(app, client, article, editor):
    send(client, article, words="<script>alert(1)</script>", quote="<b>bold</b>")
    page = signed_in(app, editor).get("/desk/reports").text
    assert "&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page and "<b>bold</b>" not in page


def test_only_who_edits_sees_the_queue(app, client, article, reader, moderator):
    assert signed_in(app, reader).get("/desk/reports").status_code == 403
    assert signed_in(app, moderator).get("/desk/reports").status_code == 403
    assert client.get("/desk/reports").status_code == 303


def test_a_story_that_is_not_public_takes_no_report(client, article):
    article.withdraw("It was not so.")
    db.session.commit()
    assert client.get(f"{article.url}/report-error").status_code == 404
    assert send(client, article).status_code == 404
