"""What is held about a person: all of it can be taken along, and when it is deleted nothing of it is left."""

from __future__ import annotations

import json
import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from newsapp import accounts, comments, contact, follows, newsletter, outbox
from newsapp.accounts import Account, Role, SignIn, holdings
from newsapp.accounts.models import RecoveryCode
from newsapp.articles import colleagues
from newsapp.comments import Comment
from newsapp.db import Base, db
from newsapp.newsletter import Delivery, Returned
from newsapp.outbox import Mail
from tests.accounts.people import PASSWORD, account, is_in, sign_in
from tests.conftest import Browser, signed_in

# Tables with a column that looks like somebody's, and what it is instead.
NOT_PERSONAL = {
    "author": "a byline is part of the paper; its person asks the newsroom",
    "byline": "the paper's own record of who wrote a story",
    "picture": "a picture's maker, named because the licence asks for it",
    "section": "a section's name", "newsletter": "a newsletter's name", "site": "the paper's name", "topic": "a topic's name", "source": "who wrote a source",
    "article": "what the newsroom did", "search_document": "the words of a story", "search_word": "a word",
    "menu_item": "an address on the site", "newslist_person": "whose byline a story has",
    "redirect": "an address on the site", "link_check": "an address that a story names",
}  # fmt: skip
LOOKS_PERSONAL = re.compile(
    r"(^|_)(e?mail|address|name|username|guest|reader|ip|agent|browser|phone|bio)(_|$)|^(name|author)"
)


@pytest.fixture
def tamsins_life(app, tamsin, article) -> Account:
    """Something of Tamsin in every table that holds something of people."""
    first = comments.post(article, "My first & best", account=tamsin)
    comments.post(article, "An answer to Tamsin", guest_name="Guest", parent=first)
    comments.post(article, "Nobody answers this", account=tamsin)
    comments.post(article, "As a guest", guest_name="Tamsin", guest_email=tamsin.email, network="hash")
    other = accounts.create("Another", "another", "another@example.org")
    theirs = comments.post(article, "By somebody else", account=other, parent=first)
    theirs.recommend(tamsin)
    comments.report(theirs, "spam", "Tamsin says so", by=tamsin)
    contact.report_error(article, "Tamsin found an error", by=tamsin).settle("nothing", "No.", by=tamsin)
    contact.send_message("newsroom", "Tamsin asks something", email=tamsin.email, name="Tamsin Kerrigold", by=tamsin)
    comments.mute(tamsin, other)
    comments.warn(account=tamsin, by=other, reason="Calm down, Tamsin.")
    comments.note("Tamsin is quick", by=other, account=tamsin)
    rejected = comments.post(article, "Rejected words", account=tamsin)
    rejected.reject(by=other, reason="Advertising")
    comments.appeal(rejected, "Tamsin says why", by=tamsin)
    follows.follow(tamsin, f"section:{article.section_id}")
    follows.save(tamsin, article)
    accounts.standing.choose_letter(tamsin, "follows", "weekly")
    colleagues.leave(article, "Tamsin asks for the source", tamsin)
    article.close_comments(by=tamsin)
    accounts.secondfactor.new_recovery_codes(tamsin)
    accounts.register("Tamsin", "tamsin2", tamsin.email, "hashed")
    outbox.post("told", tamsin.email, subject="x", text="x")
    accounts.begin(tamsin, "Firefox on Linux")
    issue = newsletter.begin(1, "The morning")
    newsletter.ask(tamsin.email, [newsletter.found_newsletter("The Edit").id], "page")
    newsletter.subscribers.suppress(tamsin.email, "it came back")
    db.session.add(Delivery(issue_id=issue.id, receiver_id=1, address=tamsin.email, reason=f"451 {tamsin.email} later"))
    db.session.add(Returned(message="hash-0", outcome="soft", address=tamsin.email, reason=f"452 {tamsin.email} full"))
    db.session.commit()
    return tamsin


def test_no_table_with_something_of_people_is_missing(app):
    covered = {table.__tablename__ for holding in holdings.all_holdings() for table in holding.tables}
    for table in Base.metadata.sorted_tables:
        must = [c.name for c in holdings.columns_to_accounts(table) if not c.nullable]
        looks = [c.name for c in table.columns if LOOKS_PERSONAL.search(c.name)]
        if must or looks:
            assert table.name in covered | set(NOT_PERSONAL), f"{table.name} ({must or looks}) is in no Holding"
    assert not covered & set(NOT_PERSONAL)


def test_everything_comes_in_one_file_for_machines_and_to_be_read(app, tamsins_life):
    browser = signed_in(app, tamsins_life)

    answer = browser.post("/account/data")

    assert answer.mimetype == "application/zip" and answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tamsin.zip"'
    files = ZipFile(BytesIO(answer.get_data()))
    held = json.loads(files.read("data.json"))
    assert set(held) >= {holding.heading for holding in holdings.all_holdings()}
    assert all(held.values()), held  # each table that is covered has something of hers
    written = [c["text"] for c in held["Your comments"]]
    assert written == ["My first & best", "Nobody answers this", "As a guest", "Rejected words"]
    assert held["What hangs on your account in the newsroom"] == [
        {"what": "article: comments closed by", "how many": 1}
    ]
    assert "password" not in files.read("data.json").decode() and "hash" not in files.read("data.json").decode()
    page = files.read("data.html").decode()
    assert "tamsin@example.org" in page and "Firefox on Linux" in page and "<script" not in page


def test_a_person_with_nothing_gets_a_file_all_the_same(app, tamsin):
    files = ZipFile(BytesIO(signed_in(app, tamsin).post("/account/data").get_data()))
    assert json.loads(files.read("data.json"))["Your comments"] == []


def test_the_file_is_asked_for_only_so_often(app, tamsin):
    browser = signed_in(app, tamsin)
    said = [browser.post("/account/data") for _ in range(6)]
    assert [answer.status_code for answer in said] == [200] * 5 + [429] and "Please wait 1 hour" in said[-1].text


def everything_written() -> str:
    """Give every text in the database."""
    found = []
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            found += [str(value) for value in row if isinstance(value, (str, dict, list))]
    return "\n".join(found)


@pytest.mark.parametrize("choice", ["keep", "delete"])
def test_nothing_of_the_person_is_left(app, client, tamsins_life, article, choice):
    browser, elsewhere = signed_in(app, tamsins_life), signed_in(app, tamsins_life)
    account_id = tamsins_life.id

    answer = browser.post("/account/delete", data={"current": PASSWORD, "comments": choice})

    assert answer.headers["Location"] == "/account/sign-in?done=gone"
    assert "Your account is deleted" in browser.get(answer.headers["Location"]).text
    assert not is_in(browser) and not is_in(elsewhere) and sign_in(client).status_code == 422
    (farewell,) = db.session.scalars(select(Mail))
    assert farewell.address == "tamsin@example.org" and "is deleted" in farewell.subject
    db.session.delete(farewell)
    db.session.flush()
    left = everything_written()
    assert "tamsin@example.org" not in left and "Kerrigold" not in left
    for table in Base.metadata.sorted_tables:
        for column in holdings.columns_to_accounts(table):
            assert not db.session.execute(select(table).where(column == account_id)).all(), column
    assert [account.username for account in db.session.scalars(select(Account))] == ["another"]
    for table in (SignIn, RecoveryCode):
        assert not db.session.scalars(select(table)).all()
    db.session.rollback()

    page = client.get(article.url).text
    assert "Tamsin Kerrigold" not in page and "An answer to Tamsin" in page
    assert ("My first &amp; best" in page) is (choice == "keep")
    assert ("A reader who has left" in page) is (choice == "keep")
    assert ("deleted by its author" in page) is (choice == "delete")
    assert ("Nobody answers this" in left) is (choice == "keep")


def test_it_takes_the_password_and_loses_nothing_without(app, tamsin):
    browser = signed_in(app, tamsin)
    for sent in ({}, {"current": "wrong", "comments": "delete"}):
        answer = browser.post("/account/delete", data=sent)
        assert answer.status_code == 422 and is_in(browser)
    assert re.search(r'value="delete" checked', answer.text)


def test_the_only_admin_stays_until_there_is_another(app, site):
    admin = account("ada", Role.ADMIN)
    browser = signed_in(app, admin)
    assert "only admin" in browser.post("/account/delete", data={"current": PASSWORD}).text

    account("bea", Role.ADMIN)
    assert browser.post("/account/delete", data={"current": PASSWORD}).status_code == 303


def test_a_story_stays_when_who_published_it_is_deleted(app, client, article, site):
    editor = account("edda", Role.EDITOR)
    article.submitted_by_id = editor.id
    db.session.commit()

    holdings.erase(editor, keep_words=True)
    db.session.commit()

    assert client.get(article.url).status_code == 200 and article.submitted_by_id is None
    assert db.session.scalars(select(Comment)).all() == []
    assert Browser(app, app.response_class).get("/").status_code == 200


def test_nobody_is_given_the_number_of_somebody_who_has_left(app):
    left = accounts.create("Lea Left", "lea", "lea@example.org")
    db.session.commit()
    number = left.id
    holdings.erase(left, keep_words=False)
    db.session.commit()

    newcomer = accounts.create("Nora New", "nora", "nora@example.org")
    db.session.commit()

    assert newcomer.id > number  # else the log would say that Nora has done what Lea did
