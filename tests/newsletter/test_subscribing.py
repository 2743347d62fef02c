"""Subscribing and leaving: nobody is written to without a yes from their own mailbox, and one press ends it."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from click.testing import CliRunner
from sqlalchemy import MetaData, func, select

from newsapp import newsletter, outbox
from newsapp.accounts import Role, holdings
from newsapp.cli import newsapp
from newsapp.db import db
from newsapp.lib import clock
from newsapp.newsletter import Newsletter, Subscriber, Subscription, Suppression, audience, links
from newsapp.newsletter.subscribers import ASKED_FOR, CONSENT, subscriptions
from newsapp.outbox import Mail, Smtp
from tests.conftest import Browser, signed_in
from tests.desk.stories import account, fields
from tests.outbox.mailserver import mail_server

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def edit(app, world) -> Newsletter:
    made = newsletter.found_newsletter("The Morning Edit", "Five stories.", "Weekdays at 06:30")
    db.session.commit()
    return made


@pytest.fixture
def sport(edit) -> Newsletter:
    made = newsletter.found_newsletter("The Touchline")
    db.session.commit()
    return made


def ask(client, edit, address="Wren@Example.org", **more):
    said = {"email": address, "newsletter": str(edit.id), "source": "article", **more}
    return client.post("/newsletter", data=said)


def posted() -> list[tuple[str, str]]:
    """Send all mail; give (kind, words) of what was waiting."""
    waits = db.session.scalars(select(Mail).where(Mail.next_try_at.is_not(None)).order_by(Mail.id)).all()
    kinds = [mail.kind for mail in waits]
    db.session.rollback()
    with mail_server() as (server, address):
        outbox.send_due(Smtp(address))
        return list(zip(kinds, (said(letter) for letter in server.letters), strict=False))


def said(letter) -> str:
    message = letter if isinstance(letter, EmailMessage) else message_from_bytes(letter, policy=policy.default)
    return message["Subject"] + "\n" + message.get_body(("plain",)).get_content()


def path_in(words: str, kind: str) -> str:
    return re.search(rf"http://[^/]+(/newsletter/{kind}/\S+)", words)[1]


def who() -> Subscriber:
    db.session.expire_all()
    return db.session.scalars(select(Subscriber)).one()


def state(edit) -> str:
    return subscriptions(who())[edit.id].state


def test_a_reader_subscribes_and_says_yes_in_the_mailbox(client, edit):
    answer = ask(client, edit)
    assert answer.status_code == 303 and answer.location == "/newsletter?done=asked"
    assert "Look into your mailbox." in client.get(answer.location).text
    assert state(edit) == "asked" and audience().count(edit.id) == 0
    [(kind, words)] = posted()
    assert kind == "newsletter-confirm" and "The Morning Edit" in words

    link = path_in(words, "confirm")
    assert "Yes, subscribe me" in client.get(link).text and state(edit) == "asked"
    assert "You are subscribed" in client.post(link).text

    row = subscriptions(who())[edit.id]
    assert (row.source, row.consent, who().address) == ("article", CONSENT, "wren@example.org")
    assert audience().count(edit.id) == 1 and [one.address for one in audience().receivers(edit.id, 0, 9)] == [
        "wren@example.org"
    ]
    assert client.post(link).status_code == 200 and audience().count(edit.id) == 1  # twice is as well


def test_the_answer_tells_nobody_who_is_subscribed_already(client, edit):
    first = ask(client, edit)
    newsletter.confirm(who())
    db.session.commit()
    posted()
    second = ask(client, edit)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    [(kind, words)] = posted()
    assert kind == "newsletter-known" and path_in(words, "mine") and state(edit) == "confirmed"


@pytest.mark.parametrize("address", ["", "wren", "wren@", "w ren@example.org", "x" * 250 + "@example.org"])
def test_a_bad_address_comes_back_as_it_was_typed(client, edit, address):
    answer = ask(client, edit, address)
    assert answer.status_code == 422 and "You are not subscribed yet." in answer.text
    assert not address or f'value="{address}"' in answer.text
    assert db.session.scalars(select(Subscriber)).all() == [] and posted() == []


def test_what_is_sent_by_a_script_is_answered_in_place(client, edit):
    right = client.post("/newsletter", data={"email": "a@example.org", "newsletter": edit.id}, headers=PART)
    wrong = client.post("/newsletter", data={"email": "no", "newsletter": edit.id}, headers=PART)
    assert right.status_code == 200 and "<html" not in right.text and "Look into your mailbox." in right.text
    assert wrong.status_code == 422 and "<html" not in wrong.text and 'value="no"' in wrong.text


def test_a_machine_that_fills_every_field_is_told_the_same_and_gets_nothing(client, edit):
    assert ask(client, edit, website="https://spam.example").location == "/newsletter?done=asked"
    assert db.session.scalars(select(Subscriber)).all() == [] and posted() == []


def test_nothing_to_subscribe_to_draws_nothing_and_takes_nothing(client, world, article):
    assert 'action="/newsletter"' not in client.get("/").text + client.get(article.url).text
    assert "no newsletter to subscribe to" in client.get("/newsletter").text
    assert client.post("/newsletter", data={"email": "a@example.org", "newsletter": "7"}).status_code == 422


def test_the_form_stands_in_stories_and_at_the_foot_until_the_newsletter_is_closed(client, edit, article):
    for address in ("/", article.url):
        assert "Subscribe to our newsletter" in client.get(address).text
    assert 'value="article"' in client.get(article.url).text
    edit.close()
    db.session.commit()
    assert "Subscribe to our newsletter" not in client.get("/").text + client.get(article.url).text
    assert ask(client, edit).status_code == 422
    edit.reopen()
    db.session.commit()
    assert "Subscribe to our newsletter" in client.get("/").text


def test_the_link_counts_for_a_week_and_only_for_its_mailbox(client, edit):
    ask(client, edit)
    link = path_in(posted()[0][1], "confirm")
    for wrong in (
        link[:-3],
        f"{link}x",
        link.replace("/confirm/", "/mine/"),
        "/newsletter/confirm/x",
        "/newsletter/stop/x",
    ):
        assert client.get(wrong).status_code == 410 and client.post(wrong).status_code == 410
    clock.advance(ASKED_FOR + timedelta(seconds=2))
    assert client.get(link).status_code == 410 and client.post(link).status_code == 410
    assert newsletter.forget_unanswered() == 1
    assert db.session.scalars(select(Subscriber)).all() == []


def test_one_press_stops_it_without_cookie_or_sender_and_undo_brings_it_back(app, client, edit, sport):
    ask(client, edit, newsletter=[str(edit.id), str(sport.id)])
    newsletter.confirm(who())
    db.session.commit()
    stop = "/" + links.stop(who(), edit.id).split("/", 3)[3]
    assert "Stop it" in client.get(stop).text and state(edit) == "confirmed"

    stranger = app.test_client()  # a mail program: no Origin, no cookie
    answer = stranger.post(stop, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert stranger.post(stop).status_code == 200
    assert (state(edit), state(sport)) == ("ended", "confirmed") and audience().count(edit.id) == 0

    assert client.post(stop, data={"reason": "Too often"}).status_code == 200
    assert subscriptions(who())[edit.id].end_reason == "Too often"
    client.post(stop, data={"reason": "<script>"})
    assert subscriptions(who())[edit.id].end_reason == "Too often"
    assert stranger.post(stop.replace("/stop/", "/back/")).status_code == 403  # this one is a form of ours
    assert "You get it again" in client.post(stop.replace("/stop/", "/back/")).text
    assert state(edit) == "confirmed" and audience().count(edit.id) == 1


def test_the_own_page_changes_what_comes_and_nothing_that_is_not_offered(client, edit, sport):
    ask(client, edit)
    newsletter.confirm(who())
    db.session.commit()
    mine = "/" + links.mine(who()).split("/", 3)[3]
    page = client.get(mine).text
    assert "The Touchline" in page and "wren@example.org" in page
    client.post(mine, data={"newsletter": [str(sport.id), "999", "x", "²"]})
    assert (state(edit), state(sport)) == ("ended", "confirmed")
    client.post(mine)
    assert (state(edit), state(sport)) == ("ended", "ended")


def test_whoever_has_an_account_chooses_there(app, edit):
    reader = signed_in(app, account(Role.READER))
    assert "The Morning Edit" in reader.get("/account/newsletters").text
    reader.post("/account/newsletters", data={"newsletter": str(edit.id)})
    assert "Saved." in reader.get("/account/newsletters?done=saved").text
    row = subscriptions(who())[edit.id]
    assert (row.state, row.source, who().address) == ("confirmed", "account", "reader@example.org")
    reader.post("/account/newsletters")
    assert state(edit) == "ended"
    assert "nl-footer" in reader.get("/about").text
    footer = reader.get("/").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', footer)[1]
    assert (
        reader.post(
            "/newsletter", data={"email": "other@example.org", "newsletter": edit.id, "csrf_token": token}
        ).status_code
        == 303
    )


def test_what_an_account_gets_goes_with_it_to_a_new_address(app, edit, sport):
    reader = account(Role.READER)
    newsletter.subscribers.choose(newsletter.subscribers.subscriber(reader.email), [edit.id], "account")
    holdings.move(reader, "new@example.org")
    db.session.commit()
    assert (state(edit), who().address) == ("confirmed", "new@example.org")

    newsletter.subscribers.choose(newsletter.subscribers.subscriber("third@example.org"), [sport.id], "front")
    holdings.move(reader, "third@example.org")
    db.session.commit()
    assert (state(edit), state(sport), who().address) == ("confirmed", "confirmed", "third@example.org")


def test_what_was_stopped_for_a_mailbox_does_not_begin_at_another(app, edit):
    reader = account(Role.READER)
    newsletter.subscribers.choose(newsletter.subscribers.subscriber(reader.email), [edit.id], "account")
    newsletter.subscribers.suppress(reader.email, "a complaint")
    holdings.move(reader, "new@example.org")
    db.session.commit()
    assert who().address == "reader@example.org"


def test_a_mailbox_that_is_suppressed_gets_nothing_and_nobody_is_told(client, edit):
    newsletter.subscribers.suppress("wren@example.org", "550 no such user")
    db.session.commit()
    assert ask(client, edit).location == "/newsletter?done=asked"
    assert posted() == []
    newsletter.confirm(who())
    db.session.commit()
    assert audience().count(edit.id) == 0


def test_a_flood_of_forged_requests_sends_next_to_nothing(app, edit):
    for n in range(1000):
        stranger = Browser(app, app.response_class)
        stranger.environ_base["REMOTE_ADDR"] = f"203.0.{n % 250}.{n // 250 + 1}"
        ask(stranger, edit, f"victim{n}@example.org")
    assert db.session.scalar(select(func.count()).select_from(Mail)) <= 20
    late = ask(Browser(app, app.response_class), edit, "late@example.org")
    assert late.status_code == 429 and 'value="late@example.org"' in late.text and "nothing is lost" in late.text
    clock.advance(timedelta(hours=1, seconds=1))
    assert ask(Browser(app, app.response_class), edit, "late@example.org").status_code == 303


def test_readers_who_say_yes_open_the_way_for_the_next(app, edit):
    for n in range(60):
        stranger = Browser(app, app.response_class)
        stranger.environ_base["REMOTE_ADDR"] = f"203.0.113.{n + 1}"
        assert ask(stranger, edit, f"reader{n}@example.org").status_code == 303, n
        newsletter.confirm(
            db.session.scalars(select(Subscriber).where(Subscriber.address == f"reader{n}@example.org")).one()
        )
        db.session.commit()


def test_one_network_and_one_mailbox_are_held_back(app, client, edit):
    kinds = []
    for _ in range(5):
        ask(client, edit)
        kinds += [kind for kind, _ in posted()]
    assert kinds == ["newsletter-confirm"] * 3
    codes = [ask(client, edit, f"a{n}@example.org").status_code for n in range(8)]
    assert codes[0] == 303 and codes[-1] == 429


def contents(app) -> dict[str, list]:
    with db.engine.connect() as connection:
        meta = MetaData()
        meta.reflect(connection)
        return {name: sorted(map(repr, connection.execute(table.select()))) for name, table in meta.tables.items()}


def test_a_scanner_that_follows_every_link_of_our_letters_changes_nothing(app, client, edit, article):
    ask(client, edit)
    letters = [words for _, words in posted()]
    newsletter.confirm(who())
    issue = newsletter.begin(edit.id, "The morning")
    issue.write("The morning", "Good morning.", [article.id])
    issue.schedule(clock.now())
    db.session.commit()
    ask(client, edit)
    letters += [words for _, words in posted()]
    with mail_server() as (server, address):
        newsletter.send_due(Smtp(address))
        [letter] = server.letters
    message = letter if isinstance(letter, EmailMessage) else message_from_bytes(letter, policy=policy.default)
    assert (
        message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        and message["List-Id"] == "<the-morning-edit.127.0.0.1>"
    )
    html = message.get_body(("html",)).get_content()
    letters += [html, said(letter), message["List-Unsubscribe"]]
    assert len(html.encode()) < 100_000 and not re.search(r'(?:href|src)="/', html)
    found = {path for words in letters for path in re.findall(r"http://127\.0\.0\.1:8000(/[^\s\"<>)]*)", words)}
    assert {path.split("/")[2] for path in found if path.startswith("/newsletter/")} >= {
        "confirm",
        "mine",
        "stop",
        "issues",
    }
    before = contents(app)
    for path in found:
        for method in (client.get, client.head):
            assert method(path).status_code < 500, path
    after = contents(app)
    assert {name for name in after if after[name] != before.get(name)} <= {"missing_page"}
    assert state(edit) == "confirmed"


# At the desk


def test_an_editor_begins_describes_and_closes_a_newsletter(app, world, client):
    editor = signed_in(app, account(Role.EDITOR))
    assert editor.post("/desk/newsletters", data={"name": ""}).status_code == 422
    editor.post("/desk/newsletters", data={"name": "Tides & tales", "description": "<b>x</b>", "frequency": "Fridays"})
    made = db.session.scalars(select(Newsletter)).one()
    assert made.slug == "tides-tales" and "&lt;b&gt;x" in client.get("/newsletter").text
    at = f"/desk/newsletters/{made.id}"
    editor.post(at, data={**fields(editor.get(at).text, f"form[action='{at}']"), "name": "Tides"})
    assert "Tides" in client.get("/newsletter").text and "tales" not in client.get("/newsletter").text
    editor.post(at, data={"act": "close"})
    assert "no newsletter to subscribe to" in client.get("/newsletter").text
    assert editor.get("/desk/subscribers").status_code == 403


def test_a_list_is_taken_over_with_proof_or_not_at_all(app, edit):
    admin = signed_in(app, account(Role.ADMIN))

    def send(text, **more):
        data = {
            "newsletter": str(edit.id),
            "sure": "y",
            "file": (io.BytesIO(text if isinstance(text, bytes) else text.encode()), "a.csv"),
            **more,
        }
        return admin.post("/desk/subscribers/import", data=data, content_type="multipart/form-data")

    good = '\ufeffEmail,Source,Date\nA@example.org,Old site,2024-02-03\nb@example.org,"Fair, Ostrel",2025-01-01T10:00\na@example.org,Old site,2024-02-03\n'
    wrong = "email,source,date\nc@example.org,Old site,2024-02-03\nnobody,Old site,2024-02-03\nd@example.org,,2024-02-03\ne@example.org,x,soon\nf@example.org,x,2099-01-01\n"
    answer = send(wrong)
    assert answer.status_code == 422 and all(f"line {n}:" in answer.text for n in (3, 4, 5, 6))
    assert "line 3: “nobody”: " in answer.text
    assert "no column source" in send("email\na@example.org\n").text and "UTF-8" in send(b"\xff\xfe").text
    assert (
        "Tick this" in send(good, sure="").text
        and "Choose a file." in admin.post("/desk/subscribers/import", data={"newsletter": edit.id}).text
    )
    assert db.session.scalars(select(Subscriber)).all() == []
    assert send(good).location == "/desk/subscribers?done=imported&n=2&of=2"
    assert audience().count(edit.id) == 2
    row = db.session.scalars(select(Subscription).order_by(Subscription.id)).first()
    assert (row.source, row.consent) == ("import", "import: Old site") and row.confirmed_at.year == 2024
    row.end()
    db.session.commit()
    send(good)
    assert audience().count(edit.id) == 1  # who has left stays away

    written = list(csv.DictReader(io.StringIO(admin.get("/desk/subscribers/export.csv").text)))
    assert [(one["email"], one["state"]) for one in written] == [
        ("a@example.org", "ended"),
        ("b@example.org", "confirmed"),
    ]
    page = admin.get("/desk/subscribers?q=b@exa").text
    assert "b@example.org" in page and "a@example.org" not in page.replace("data@example", "")
    found = db.session.scalars(select(Subscriber).where(Subscriber.address == "b@example.org")).one()
    newsletter.subscribers.suppress(found.address, "550 no such user")
    db.session.commit()
    assert "550 no such user" in admin.get("/desk/subscribers?q=b@exa").text
    admin.post(f"/desk/subscribers/{found.id}", data={"act": "lift"})
    assert db.session.scalars(select(Suppression)).all() == [] and audience().count(edit.id) == 1
    admin.post(f"/desk/subscribers/{found.id}", data={"act": "end"})
    assert audience().count(edit.id) == 0


def test_wrong_lines_are_left_out_where_that_is_asked_for_and_each_is_named(app, edit):
    admin = signed_in(app, account(Role.ADMIN))
    text = (
        "email,source,date\nc@example.org,Old site,2024-02-03\nnobody,Old site,2024-02-03\nd@example.org,,2024-02-03\n"
    )
    nothing = "email,source,date\nnobody,Old site,2024-02-03\n"

    def send(text):
        data = {
            "newsletter": str(edit.id),
            "sure": "y",
            "without_wrong": "y",
            "file": (io.BytesIO(text.encode()), "a.csv"),
        }
        return admin.post("/desk/subscribers/import", data=data, content_type="multipart/form-data")

    answer = send(text)
    assert answer.status_code == 200 and "1 taken over of 1 that could be read" in answer.text
    assert "line 3: “nobody”" in answer.text and "line 4: “d@example.org”" in answer.text
    assert audience().count(edit.id) == 1
    assert "0 taken over of 1" in send(text).text  # twice
    answer = send(nothing)
    assert answer.status_code == 422 and "Nothing has been taken over." in answer.text


def test_what_a_spreadsheet_would_run_is_words_in_the_file(app, edit):
    newsletter.take_over([("=cmd@example.org", "=1+1", clock.now())], edit)
    db.session.commit()
    [row] = csv.DictReader(io.StringIO(newsletter.lists.written()))
    assert row["email"] == "'=cmd@example.org" and row["consent"] == "'=1+1"


def test_the_command_names_the_file_and_the_line_and_ends_with_2(app, edit, tmp_path, monkeypatch):
    monkeypatch.setattr("newsapp.cli.create_app", lambda: app)
    file = tmp_path / "list.csv"
    file.write_text("email,source,date\nnobody,x,2024-01-01\n")
    slug = edit.slug
    db.session.rollback()
    run = CliRunner().invoke(newsapp, ["subscribers", "import", str(file), "--newsletter", slug])
    assert run.exit_code == 2 and f"{file}: line 2:" in run.output
    assert CliRunner().invoke(newsapp, ["subscribers", "import", str(file), "--newsletter", "none"]).exit_code == 2
    file.write_text("email,source,date\na@example.org,x,2024-01-01\n")
    run = CliRunner().invoke(newsapp, ["subscribers", "import", str(file), "--newsletter", slug])
    assert run.exit_code == 0 and run.output == "1 taken over, 0 were known.\n"
    assert "a@example.org,the-morning-edit,confirmed" in CliRunner().invoke(newsapp, ["subscribers", "export"]).output


def test_the_first_newsletter_stands_across_the_front_page_where_there_is_one(client, site, article):
    assert "nlband" not in client.get("/").text

    newsletter.found_newsletter("The Edit", "Five stories.", "Weekdays")
    db.session.commit()
    page = client.get("/").text

    assert page.count('class="nlband"') == 1 and "Five stories. Weekdays" in page
    assert 'name="source" value="front"' in page
