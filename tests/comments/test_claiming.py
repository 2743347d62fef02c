"""What somebody wrote as a guest becomes their account's, once the mailbox is shown to be theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsapp import accounts, comments
from newsapp.accounts import Account
from newsapp.comments import Comment, NotAllowed
from newsapp.db import db
from newsapp.lib import clock
from newsapp.outbox import Mail
from tests.accounts.people import Mailbox
from tests.conftest import signed_in

OLD = "old.address@example.org"
ASK = "/account/comments/claim/address"


@pytest.fixture
def tamsin(app) -> Account:
    made = accounts.create("Tamsin Kerrigold", "tamsin", "tamsin@example.org", "hashed")
    db.session.commit()
    return made


@pytest.fixture
def me(app, tamsin):
    return signed_in(app, tamsin)


@pytest.fixture
def mailbox(app) -> Mailbox:
    return Mailbox()


def guests(article, email, *bodies) -> list[Comment]:
    rows = [comments.post(article, body, guest_name="Old Tam", guest_email=email) for body in bodies]
    db.session.commit()
    return rows


def owners() -> list[int | None]:
    db.session.expire_all()
    found = list(db.session.scalars(select(Comment.account_id).order_by(Comment.id)))
    db.session.rollback()
    return found


def test_comments_with_ones_own_address_are_offered_and_made_ones_own_by_a_button(me, client, tamsin, article):
    first, _, third = guests(article, tamsin.email, "One <b>bold</b>", "Two", "Three")
    tamsins, url = tamsin.id, article.url
    page = me.get("/account/comments").text
    assert "3 comments were written as a guest with your address." in page and "One bold" in page

    answer = me.post("/account/comments/claim", data={"comment": [first.id, third.id]})

    assert answer.headers["Location"] == "/account/comments?done=claimed"
    assert owners() == [tamsins, None, tamsins]
    page = me.get(answer.headers["Location"]).text
    assert "One comment was written as a guest" in page and "Make them mine" in page
    story = client.get(url).text
    assert story.count("Tamsin Kerrigold") >= 2 and "Old Tam" in story


def test_nobody_claims_with_an_address_that_nobody_has_shown_to_be_theirs(app, reader, article):
    (row,) = guests(article, reader.email, "By somebody")
    assert reader.confirmed_at is None
    browser = signed_in(app, reader)

    assert "written as a guest with your address" not in browser.get("/account/comments").text
    browser.post("/account/comments/claim", data={"comment": row.id})
    assert owners() == [None]


def test_nobody_claims_what_is_not_theirs_by_its_number(me, tamsin, article, editor):
    theirs = guests(article, "other@example.org", "By another guest")[0]
    account = comments.post(article, "By an account", account=editor)
    db.session.commit()

    for sent in ([theirs.id, account.id], ["x", "-1", "9" * 40, "²"], []):
        assert me.post("/account/comments/claim", data={"comment": sent}).status_code == 303
    assert owners() == [None, editor.id]
    with pytest.raises(NotAllowed):
        account.claim(tamsin)


def test_another_address_is_proven_by_the_link_in_a_letter(me, tamsin, article, mailbox):
    (row,) = guests(article, OLD, "From my old address")
    number, tamsins = row.id, tamsin.id
    assert "From my old address" not in me.get("/account/comments").text

    answer = me.post(ASK, data={"email": OLD.upper()})
    assert answer.headers["Location"] == "/account/comments?done=claim-asked"
    assert mailbox.fetch() == [(OLD, "Your comments as a guest at The Test Paper")]
    assert "From my old" not in mailbox.text() and "Tamsin Kerrigold" not in mailbox.text()
    link = mailbox.link()
    assert "From my old address" in me.get(link).text
    assert owners() == [None], "a look changes nothing"

    assert me.post(link, data={"comment": number}).status_code == 303
    assert owners() == [tamsins]
    assert "no comment left" in me.get(link).text


def test_nobody_learns_with_which_address_somebody_has_commented(me, article, mailbox):
    guests(article, OLD, "Words")
    said = [me.post(ASK, data={"email": email}) for email in (OLD, "never@example.org")]

    assert said[0].headers["Location"] == said[1].headers["Location"] and said[0].data == said[1].data
    assert len(db.session.scalars(select(Mail)).all()) == 2, "the same work"
    assert [to for to, _ in mailbox.fetch()] == [OLD]


def test_the_link_counts_for_the_account_that_asked_and_for_a_day(app, client, me, tamsin, article, mailbox, editor):
    (row,) = guests(article, OLD, "Words")
    number = row.id
    me.post(ASK, data={"email": OLD})
    mailbox.fetch()
    link = mailbox.link()

    assert client.get(link).headers["Location"].startswith("/account/sign-in?next=/account/comments/claim/")
    other = signed_in(app, editor)
    assert "no longer counts" in other.get(link).text and "Words" not in other.get(link).text
    assert other.post(link, data={"comment": number}).status_code == 410
    clock.advance(timedelta(hours=25))
    late = signed_in(app, tamsin)
    assert late.post(link, data={"comment": number}).status_code == 410
    assert owners() == [None]


@pytest.mark.parametrize("change", ["password", "disabled"])
def test_the_link_dies_with_the_password(app, me, tamsin, article, mailbox, change):
    guests(article, OLD, "Words")
    me.post(ASK, data={"email": OLD})
    tamsin.set_password("another") if change == "password" else tamsin.disable()
    db.session.commit()
    if change == "disabled":
        assert mailbox.fetch() == []
        return
    token = mailbox.fetch() and mailbox.link()
    tamsin.set_password("a third")
    db.session.commit()
    assert signed_in(app, tamsin).post(token).status_code == 410


def test_a_wrong_address_comes_back_and_too_many_have_to_wait(me):
    answer = me.post(ASK, data={"email": "not an address"})
    assert answer.status_code == 422 and 'value="not an address"' in answer.text

    said = [me.post(ASK, data={"email": f"a{n}@example.org"}) for n in range(7)]
    assert [answer.status_code for answer in said] == [303] * 5 + [429] * 2
    assert "Please wait" in said[-1].text


def test_what_hangs_on_a_claimed_comment_stays_true(article, tamsin, editor):
    (row,) = guests(article, OLD, "Words")
    row.mail_replies()
    row.recommend(tamsin)
    row.recommend(editor)
    reply = comments.post(article, "An answer", account=editor, parent=row)

    row.claim(tamsin)
    db.session.commit()

    assert row.recommended == 1 and row.answers == 1 and row.is_visible and row.name == "Tamsin Kerrigold"
    assert row.guest_email is None and row.guest_name is None and row.reply_address is None
    assert comments.letters.who_stops("x") is None and reply.is_visible


def test_one_who_deletes_the_account_takes_the_claimed_ones_along(me, tamsin, article):
    (row,) = guests(article, OLD, "My words")
    row.claim(tamsin)
    accounts.holdings.erase(tamsin, keep_words=False)
    db.session.commit()

    assert db.session.scalar(select(Comment.body)) == ""
