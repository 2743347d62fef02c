"""Mail leaves after the commit, once, and a server's fault is nobody else's."""

from __future__ import annotations

import stat
import threading
import time
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from newsapp import outbox
from newsapp.db import db
from newsapp.lib import clock
from newsapp.outbox import Folder, Mail, Smtp
from newsapp.outbox.sending import BACK_OFF, CLAIM
from tests.outbox.mailserver import mail_server
from tests.servers import free_port


@pytest.fixture(scope="module")
def running():
    with mail_server() as (server, address):
        yield server, address


@pytest.fixture
def server(running):
    running[0].__init__()
    return running[0]


@pytest.fixture
def smtp(running, server):
    return Smtp(running[1], timeout=5)


def post(address="reader@example.org", **words) -> Mail:
    mail = outbox.post("test", address, **{"subject": "Grüße", "text": "Hello.\n", "html": "<p>Hello.</p>", **words})
    db.session.commit()
    return mail


def test_a_letter_is_taken_back_only_while_nothing_has_tried_it(app, smtp):
    for n in (1, 2):
        post(about={"n": n, "more": True})
    assert not outbox.withdraw("other", "reader@example.org", n=1) and not outbox.withdraw("test", "x@example.org", n=1)

    assert outbox.withdraw("test", "reader@example.org", n=1)
    assert not outbox.withdraw("test", "reader@example.org", n=1), "it is gone"
    db.session.commit()
    assert outbox.send_due(smtp) == 1
    assert not outbox.withdraw("test", "reader@example.org", n=2), "it has left"


def test_a_letter_arrives_as_it_was_written_and_its_words_are_forgotten(app, server, smtp):
    mail = post(headers={"List-Id": "<news.example.org>"})

    assert outbox.send_due(smtp) == 1

    letter = server.letters[0]
    assert (
        letter["Subject"] == "Grüße" and letter["To"] == "reader@example.org" and letter["From"] == "no-reply@localhost"
    )
    assert letter["List-Id"] == "<news.example.org>" and letter["Auto-Submitted"] == "auto-generated" and letter["Date"]
    assert letter.get_body(("plain",)).get_content().splitlines() == ["Hello."]
    assert "<p>Hello.</p>" in letter.get_body(("html",)).get_content()
    assert server.envelopes == [("no-reply@localhost", ["reader@example.org"])]
    assert mail.sent_at == clock.now() and mail.next_try_at is None
    assert not (mail.subject or mail.text or mail.html or mail.headers)


def test_a_letter_that_has_left_does_not_leave_again(app, server, smtp):
    post()

    assert [outbox.send_due(smtp), outbox.send_due(smtp)] == [1, 0]
    assert len(server.letters) == 1


def test_what_is_rolled_back_is_never_sent(app, server, smtp):
    outbox.post("test", "reader@example.org", subject="x", text="x")
    db.session.rollback()

    assert outbox.send_due(smtp) == 0


def test_a_commit_wakes_the_postman_and_a_rollback_does_not(app):
    outbox.waiting.clear()
    outbox.post("test", "reader@example.org", subject="x", text="x")
    db.session.flush()
    assert not outbox.waiting.is_set()

    db.session.commit()
    assert outbox.waiting.is_set()


def test_many_senders_at_once_send_each_letter_once(app, server, running):
    for n in range(12):
        outbox.post("test", f"reader{n}@example.org", subject="x", text="x")
    db.session.commit()

    def send():
        with app.app_context():
            outbox.send_due(Smtp(running[1]))
            db.session.remove()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert sorted(to for _, (to,) in server.envelopes) == sorted(f"reader{n}@example.org" for n in range(12))


def test_a_letter_that_somebody_is_sending_is_left_alone_until_its_claim_runs_out(app, server, smtp):
    from newsapp.outbox.sending import _claim

    post()
    assert _claim() is not None  # and its process dies

    assert outbox.send_due(smtp) == 0
    clock.advance(CLAIM)
    assert outbox.send_due(smtp) == 1


def test_without_a_server_mail_waits_longer_each_time_and_is_given_up_after_four_days(app):
    nowhere = Smtp(f"smtp://127.0.0.1:{free_port()}")
    mail = post()
    waits = []
    while mail.next_try_at is not None:
        assert outbox.send_due(nowhere) == 0
        if mail.next_try_at is not None:
            waits.append((mail.next_try_at - clock.now()) // timedelta(minutes=1))
            assert "refused" in mail.reason.lower()
            clock.set_to(mail.next_try_at)

    assert waits == list(BACK_OFF)
    assert mail.failed_at and mail.reason.startswith("Given up after 11 tries")
    assert mail.text == ""


def test_a_server_that_is_down_is_asked_once_a_round_and_not_for_every_letter(app):
    nowhere = Smtp(f"smtp://127.0.0.1:{free_port()}")
    first, second = post(), post()

    outbox.send_due(nowhere)

    assert (first.tries, second.tries) == (1, 0)


def test_a_letter_that_is_refused_is_given_up_with_the_servers_reason_and_others_leave(app, server, smtp):
    server.says_to = lambda to: "550 No such mailbox" if to.startswith("gone") else "250 OK"
    gone, fine = post("gone@example.org"), post()

    assert outbox.send_due(smtp) == 1

    assert gone.failed_at and gone.reason == "550 No such mailbox" and gone.next_try_at is None and gone.text == ""
    assert fine.sent_at


@pytest.mark.parametrize("says", ["451 Greylisted, try later", "452 The disk is full"])
def test_a_server_that_says_later_is_tried_later(app, server, smtp, says):
    server.says = says
    mail = post()
    outbox.send_due(smtp)
    assert mail.reason == says and mail.failed_at is None and mail.text

    server.says = "250 OK"
    assert outbox.send_due(smtp) == 0  # not yet
    clock.advance(timedelta(minutes=BACK_OFF[0]))
    assert outbox.send_due(smtp) == 1


def test_a_server_that_does_not_answer_is_not_waited_for(app, server, running):
    server.waits = 0.6
    mail = post()

    outbox.send_due(Smtp(running[1], timeout=0.2))

    assert mail.sent_at is None and mail.next_try_at is not None and "timed out" in mail.reason.lower()


def test_a_password_is_said_to_the_server_and_to_nobody_else(app, caplog):
    with mail_server(asks_who=True) as (server, address):
        host = address.removeprefix("smtp://")
        wrong, right = Smtp(f"smtp://desk:secret-word@{host}"), Smtp(f"smtp://desk:right%2Fone@{host}")
        mail = post()
        outbox.send_due(wrong)
        assert mail.reason.startswith("535") and mail.failed_at is None  # the operator's mistake, not the letter's

        clock.advance(timedelta(minutes=1))
        assert outbox.send_due(right) == 1
        assert server.signed_in[-1] == (b"desk", b"right/one")
    assert "secret-word" not in caplog.text + repr(wrong) + mail.reason


def test_no_password_is_sent_over_an_open_line(app, monkeypatch, running):
    monkeypatch.setattr("newsapp.outbox.carriers.LOOPBACK", ())  # as if it stood somewhere else
    mail = post()

    outbox.send_due(Smtp(running[1].replace("smtp://", "smtp://desk:secret-word@")))

    assert mail.sent_at is None and "STARTTLS" in mail.reason


def test_without_a_mail_server_letters_are_files_that_only_their_owner_reads(app, tmp_path):
    folder = Folder(tmp_path / "letters")
    post()

    assert outbox.send_due(folder) == 1

    (file,) = folder.path.glob("*.eml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert letter["Subject"] == "Grüße"


def test_the_folder_is_where_the_manual_says(app):
    assert app.extensions["carrier"].path == Path(app.config["INSTANCE"]) / "outbox"


def test_a_folder_that_cannot_be_written_keeps_the_letter(app, tmp_path):
    (tmp_path / "file").write_text("in the way")
    mail = post()

    outbox.send_due(Folder(tmp_path / "file"))

    assert mail.sent_at is None and mail.next_try_at is not None and mail.reason


def test_nothing_typed_by_anybody_becomes_a_header(app, server, smtp):
    post(subject="Hello\r\nBcc: everybody@example.org")

    outbox.send_due(smtp)

    assert server.letters[0]["Bcc"] is None
    assert server.letters[0]["Subject"] == "Hello Bcc: everybody@example.org"


def test_a_letter_that_cannot_be_written_is_put_off_and_does_not_stop_the_others(app, server, smtp):
    @outbox.composes("broken")
    def _(mail):
        raise KeyError("what")

    broken = outbox.post("broken", "reader@example.org")
    post()

    assert outbox.send_due(smtp) == 1
    assert broken.reason == "KeyError while it was written" and broken.next_try_at is not None


def test_a_letter_with_nothing_to_say_is_dropped(app, server, smtp):
    @outbox.composes("silent")
    def _(mail):
        return None

    outbox.post("silent", "reader@example.org")
    db.session.commit()

    assert outbox.send_due(smtp) == 0
    assert db.session.scalars(select(Mail)).all() == []


def test_the_outbox_forgets_letters_after_a_month(app, server, smtp):
    post()
    outbox.send_due(smtp)
    waiting = post()
    clock.advance(timedelta(days=31))

    outbox.tidy()

    assert db.session.scalars(select(Mail)).all() == [waiting]


def test_a_letters_text_is_made_from_its_html():
    from newsapp.outbox.letters import as_text

    html = '<p>Hello   <b>you</b>,</p>\n<p>press:</p><p><a href="https://example.org/x?a=1&amp;b=2">Confirm</a></p><p>one<br>two</p>'
    assert as_text(html) == "Hello you,\n\npress:\n\nConfirm:\nhttps://example.org/x?a=1&b=2\n\none\ntwo\n"


def test_the_postman_sends_what_was_committed_without_being_asked(app, tmp_path):
    folder = app.extensions["carrier"] = Folder(tmp_path / "letters")
    clock.set_to(None)  # the postman's thread sees the real one
    scheduler = app.extensions["scheduler"]
    scheduler.work()
    try:
        post()
        for _ in range(200):
            if list(folder.path.glob("*.eml")):
                break
            time.sleep(0.05)
        assert len(list(folder.path.glob("*.eml"))) == 1
    finally:
        scheduler.stop()
        for thread in threading.enumerate():
            if thread.name in ("scheduler", "postman"):
                thread.join(10)
