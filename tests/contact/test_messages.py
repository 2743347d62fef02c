"""A message to the newsroom: kept before it is mailed, to the role's own address, and to nobody else a word of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsapp import comments, contact, outbox, pages
from newsapp.accounts import Role
from newsapp.contact import Message, Settled, forms
from newsapp.contact.messages import KEPT, SPAM_KEPT
from newsapp.db import db
from newsapp.lib import clock
from newsapp.outbox import Mail
from tests.conftest import _account, signed_in
from tests.outbox.mailserver import mail_server

WORDS = "The bridge at Varrow\nhas been shut since Monday."
ADDRESSES = {"newsroom": "news@example.org", "tips": "tips@example.org", "privacy": "privacy@example.org"}
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture(autouse=True)
def roles(site):
    """The publisher has given three roles an address."""
    site.set(contact_addresses=ADDRESSES)
    db.session.commit()


@pytest.fixture
def admin(app):
    return _account("Ada Admin", Role.ADMIN)


def send(client, *, seconds=20.0, headers=None, **fields):
    opened = forms.opened()
    clock.set_to(clock.now() + timedelta(seconds=seconds))
    data = {"to": "newsroom", "words": WORDS, "opened": opened, "website": "", **fields}
    return client.post("/contact", data=data, headers=headers)


def the_messages() -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(select(Message).order_by(Message.id)))


def letters(kind) -> list[Mail]:
    db.session.rollback()
    return list(db.session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)))


def test_a_message_waits_at_the_desk_and_is_mailed_to_its_role(app, client, editor):
    answer = send(client, name="Ida", email="Ida@Example.org", subject="The bridge")

    [message] = the_messages()
    assert answer.headers["Location"] == f"/contact?reference={message.reference}"
    assert message.reference in client.get(answer.headers["Location"]).text
    [mail] = letters("message")
    letter = outbox.letters.compose(mail)
    assert mail.address == "news@example.org" and letter.headers == {"Reply-To": message.email}
    assert "The bridge at Varrow" in letter.text and "The bridge" in letter.subject
    page = signed_in(app, editor).get("/desk/messages").text
    assert "has been shut since Monday." in page and "mailto:" in page and "Ida" in page


def test_who_wrote_gets_a_receipt_without_a_word_of_theirs(client):
    send(client, name="Marker-name", email="ida@example.org", subject="Marker-subject", words="Marker-words")

    [mail] = letters("message-received")
    letter = outbox.letters.compose(mail)
    assert mail.address == "ida@example.org" and the_messages()[0].reference in letter.subject
    assert "Marker" not in f"{letter.subject} {letter.text} {letter.html} {letter.headers}"


def test_the_form_has_the_roles_that_have_an_address_and_no_other(client, site):
    page = client.get("/contact")
    assert page.status_code == 200 and "Set-Cookie" not in page.headers
    assert 'value="privacy"' in page.text and 'value="advertising"' not in page.text
    assert send(client, to="advertising").status_code == 422 and not the_messages()


def test_without_any_address_there_is_no_form_and_without_a_page_no_address(client, site):
    site.set(contact_addresses={})
    db.session.commit()
    assert client.get("/contact").status_code == 404 and send(client).status_code == 404

    pages.write("contact", "How to reach us", "<p>By the side door.</p>")
    db.session.commit()
    page = client.get("/contact").text
    assert "By the side door." in page and "<textarea" not in page
    assert send(client).status_code == 404


def test_the_newsrooms_words_stand_over_the_form(client):
    pages.write("contact", "How to reach us", "<p>By the side door.</p>")
    db.session.commit()
    page = client.get("/contact").text
    assert page.index("By the side door.") < page.index("<textarea")


def test_the_operators_address_for_corrections_counts_until_the_desk_gives_one(app, client):
    app.config["CORRECTIONS_TO"] = "old@example.org"
    assert 'value="corrections"' in client.get("/contact").text
    send(client, to="corrections")
    assert letters("message")[0].address == "old@example.org"


def test_a_tip_is_told_to_be_unsafe_and_its_words_are_mailed_to_nobody(client):
    assert "do not use this form" in client.get("/contact?to=tips").text
    send(client, to="tips", email="ida@example.org", subject="Marker", words="Marker-words", name="Marker-name")

    [mail] = letters("message")
    letter = outbox.letters.compose(mail)
    assert mail.address == "tips@example.org" and letter.headers == {}
    assert "Marker" not in letter.subject + letter.text + letter.html
    assert letters("message-received") == []


def test_who_leaves_no_address_is_not_known_signed_in_or_not(app, reader):
    browser = signed_in(app, reader)
    assert f'value="{reader.email}"' in browser.get("/contact").text
    send(browser, name="", email="", to="tips")
    [message] = the_messages()
    assert (message.account_id, message.email, message.name, message.finding) == (None, None, "", "")


def test_who_is_signed_in_has_their_messages_among_their_data(app, reader):
    send(signed_in(app, reader), email=reader.email)
    assert the_messages()[0].account_id == reader.id


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"words": " \n"}, "Write your message."),
        ({"words": "x" * 5001}, "these are 5,001"),
        ({"to": ""}, "Choose who is to read it."),
        ({"name": "x" * 81}, "At most 80 characters"),
        ({"subject": "x" * 151}, "At most 150 characters"),
        ({"email": "ida@example.org\r\nBcc: all@example.org"}, "address"),
        ({"email": "no address"}, "address"),
    ],
)
def test_bad_input_is_told_and_keeps_all_that_was_typed(client, fields, says):
    typed = {
        "words": "Kept words",
        "name": "Kept name",
        "subject": "Kept subject",
        "email": "kept@example.org",
    } | fields
    answer = send(client, **typed)
    assert answer.status_code == 422 and says in answer.text and not the_messages()
    kept = {"words", "name", "subject", "email"} - set(fields)
    assert all(f"ept {name}" in answer.text or name == "email" for name in kept)
    assert "email" in fields or "kept@example.org" in answer.text


def test_a_subject_of_several_lines_makes_no_header(client):
    send(client, subject="Hello\r\nBcc: all@example.org", email="ida@example.org")
    with mail_server() as (server, url):
        outbox.send_due(outbox.Smtp(url))
    taken = next(letter for letter in server.letters if letter["To"] == "news@example.org")
    assert taken["Bcc"] is None and taken["Reply-To"] == "ida@example.org" and "\n" not in taken["Subject"]


def test_without_a_mail_server_the_message_is_here_and_its_letter_waits(client):
    send(client)
    outbox.send_due(outbox.Smtp("smtp://127.0.0.1:9"))
    assert the_messages()[0].words == WORDS
    [mail] = letters("message")
    assert mail.sent_at is None and mail.next_try_at is not None


@pytest.mark.parametrize(
    ("fields", "seconds", "finding"),
    [
        ({"website": "https://spam.example"}, 20, "trap"),
        ({}, 1, "speed"),
        ({"opened": "forged"}, 20, "opened"),
        ({"words": "http://a.example http://b.example http://c.example"}, 20, "links"),
        ({"words": "Cheap wombats!"}, 20, "words"),
    ],
)
def test_spam_is_kept_apart_and_mails_nobody(app, client, editor, fields, seconds, finding):
    comments.add_word("wombats", by=editor)
    db.session.commit()
    send(client, seconds=seconds, email="victim@example.org", **fields)

    [message] = the_messages()
    assert message.finding == finding and letters("message") == letters("message-received") == []
    desk = signed_in(app, editor)
    assert message.reference not in desk.get("/desk/messages").text
    assert message.reference in desk.get("/desk/messages?show=spam").text


def test_the_same_twice_is_one_message_to_the_role(client):
    for _ in range(2):
        assert send(client, email="ida@example.org").status_code == 303
    assert [message.finding for message in the_messages()] == ["", "repeat"]
    assert len(letters("message")) == len(letters("message-received")) == 1


def test_a_flood_is_stopped_and_its_last_words_are_kept(client):
    for n in range(12):
        last = send(client, words=f"Number {n}")
    assert last.status_code == 429 and "Number 11" in last.text and len(the_messages()) == 10


def test_receipts_flood_nobody(app):
    for n in range(9):
        made = contact.send_message("newsroom", f"Words {n}", email="victim@example.org")
        contact.letters.receipt(made)
    db.session.commit()
    assert len(letters("message-received")) == 3


def test_with_script_the_form_and_its_answer_change_places(client):
    answer = send(client, headers=PART)
    part = client.get(answer.headers["Location"], headers=PART).text
    assert part.lstrip().startswith('<section id="write-to-us"') and "has arrived" in part and "<html" not in part
    wrong = send(client, headers=PART, words="").text
    assert wrong.lstrip().startswith('<section id="write-to-us"') and "Write your message." in wrong


def test_what_is_typed_is_shown_as_text(app, client, editor):
    send(client, words="<script>alert(1)</script>", subject="<b>x</b>", name="<i>y</i>")
    page = signed_in(app, editor).get("/desk/messages").text
    assert "&lt;script&gt;" in page and "<script>alert" not in page and "<b>x" not in page and "<i>y" not in page
    letter = outbox.letters.compose(letters("message")[0])
    assert "<script>" not in letter.html and "<b>x" not in letter.html


# At the desk


def test_who_reads_what(app, client, reader, moderator, editor, admin):
    send(client, to="privacy", words="What do you hold about me?")
    [message] = the_messages()
    assert client.get("/desk/messages").status_code == 303
    for account in (reader, moderator):
        assert signed_in(app, account).get("/desk/messages").status_code == 403
    desk = signed_in(app, editor)
    assert message.reference not in desk.get("/desk/messages").text
    assert desk.get("/desk/messages?to=privacy").status_code == 404
    assert desk.post(f"/desk/messages/{message.id}", data={"act": "spam"}).status_code == 404
    assert message.reference in signed_in(app, admin).get("/desk/messages?to=privacy").text


@pytest.mark.parametrize("act", ["answered", "settled", "spam"])
def test_a_message_is_done_with_once_and_can_wait_again(app, client, editor, act):
    send(client)
    desk, address = signed_in(app, editor), f"/desk/messages/{the_messages()[0].id}"

    done = desk.post(address, data={"act": act})
    assert done.status_code == 303 and "alert--ok" in desk.get(done.headers["Location"]).text
    late = desk.post(address, data={"act": "answered"})
    assert late.status_code == 409 and "Somebody was quicker" in late.text
    assert the_messages()[0].outcome == act
    with pytest.raises(Settled):
        the_messages()[0].settle("spam", by=editor)

    desk.post(address, data={"act": "reopen"})
    [message] = the_messages()
    assert message.settled_at is None and message.reference in desk.get("/desk/messages").text
    assert desk.post(address, data={"act": "x"}).status_code == 422
    assert "is done with message" in desk.get("/desk/log").text


def test_the_menu_counts_messages_beside_comments(app, editor):
    contact.send_message("newsroom", "One.")
    db.session.commit()
    page = signed_in(app, editor).get("/desk/messages").text
    assert re.search(r'Messages <span class="n">1<', page) and page.count('id="waits"') == 1


def test_what_was_put_aside_by_mistake_is_taken_out_again(app, client, editor):
    send(client, seconds=1)
    desk = signed_in(app, editor)
    desk.post(f"/desk/messages/{the_messages()[0].id}", data={"act": "reopen"})
    assert the_messages()[0].reference in desk.get("/desk/messages").text


def test_a_settled_message_is_not_mailed_any_more(client, editor):
    send(client)
    the_messages()[0].settle("answered", by=editor)
    db.session.commit()
    assert outbox.letters.compose(letters("message")[0]) is None


def test_messages_are_found_by_words_address_and_reference(app, editor):
    for n in range(3):
        contact.send_message("newsroom", f"About 100% of boat {n}", email=f"r{n}@example.org")
    db.session.commit()
    desk, [_, second, _] = signed_in(app, editor), the_messages()
    for typed in ("boat 1", "R1@example", second.reference):
        page = desk.get("/desk/messages", query_string={"q": typed}).text
        assert second.reference in page and page.count('class="desk__part"') == 1
    assert desk.get("/desk/messages?q=100%25").text.count('class="desk__part"') == 3
    assert "Nothing is found." in desk.get("/desk/messages?q=100_").text


def test_the_list_is_paged(app, editor):
    for n in range(60):
        contact.send_message("newsroom", f"Number {n}.")
    db.session.commit()
    desk = signed_in(app, editor)
    first = desk.get("/desk/messages").text
    older = the_messages()[10].id
    assert first.count('class="desk__part"') == 50 and f"before={older}" in first
    assert desk.get(f"/desk/messages?before={older}").text.count('class="desk__part"') == 10


def test_messages_are_forgotten_when_their_time_is_over(editor):
    done = contact.send_message("newsroom", "Done")
    done.settle("answered", by=editor)
    contact.send_message("newsroom", "Waits")
    contact.send_message("newsroom", "Buy boats", finding="trap")
    db.session.commit()

    clock.advance(SPAM_KEPT + timedelta(hours=1))
    contact.tidy()
    assert [message.words for message in the_messages()] == ["Done", "Waits"]
    clock.advance(KEPT)
    contact.tidy()
    assert [message.words for message in the_messages()] == ["Waits"]


def test_the_publisher_gives_the_addresses_at_the_desk(app, admin, client, site):
    desk = signed_in(app, admin)
    page = desk.get("/desk/settings").text
    assert 'value="tips@example.org"' in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    data = {"name": "P", "language": "en-GB", "zone": "Europe/London", "top_writers_days": "30", "comments_first_held": "1",
            "comments_close_days": "0", "seen": seen, "contact_advertising": "Ads@example.org"}  # fmt: skip
    assert "Nothing is saved yet." in desk.post("/desk/settings", data={**data, "contact_tips": "nobody"}).text

    assert desk.post("/desk/settings", data=data).status_code == 303
    form = client.get("/contact").text
    assert 'value="advertising"' in form and 'value="tips"' not in form
