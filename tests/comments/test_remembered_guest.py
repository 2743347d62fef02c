"""A guest's name and address on their own browser: kept only when asked for, and forgotten at once."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from newsapp.comments import Comment
from newsapp.db import db
from tests.comments.test_writing import guest
from tests.conftest import Browser


@pytest.fixture
def address(article) -> str:
    return article.url


def guest_cookies(answer) -> list[str]:
    return [cookie for cookie in answer.headers.getlist("Set-Cookie") if cookie.startswith("guest=")]


def filled(browser, address) -> tuple[str, str, bool]:
    form = browser.get(f"{address}/comments/new").text
    values = [re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', form) for name in ("name", "email")]
    return *(value[1] if value else "" for value in values), bool(
        re.search(r'<input checked[^>]*name="remember"', form)
    )


def test_nothing_is_kept_unless_it_is_asked_for(client, address):
    assert guest_cookies(guest(client, address)) == []
    assert filled(client, address) == ("", "", False)


def test_the_form_is_filled_in_the_next_time_also_for_a_reply(client, address, moderator):
    answer = guest(client, address, remember="yes", name="Guy & Co")
    cookies = guest_cookies(answer)
    assert [re.search(r"Path=([^;]+)", cookie)[1] for cookie in cookies] == ["/articles", "/comments"]
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=31536000" in cookie for cookie in cookies)

    assert filled(client, address) == ("Guy &amp; Co", "guy@example.org", True)
    row = db.session.scalars(select(Comment)).one()
    row.approve(by=moderator)
    number = row.id
    db.session.commit()
    assert 'value="guy@example.org"' in client.get(f"/comments/{number}/reply").text


def test_forget_empties_the_fields_and_loses_no_word(client, address):
    guest(client, address, remember="yes")
    sent = {
        "body": "Half a thought",
        "name": "Guy Guest",
        "email": "guy@example.org",
        "remember": "yes",
        "forget": "yes",
    }

    answer = client.post(f"{address}/comments", data=sent)

    assert answer.status_code == 200 and "Half a thought" in answer.text and "guy@example.org" not in answer.text
    assert all("Max-Age=0" in cookie for cookie in guest_cookies(answer)) and len(guest_cookies(answer)) == 2
    assert filled(client, address) == ("", "", False)
    assert len(db.session.scalars(select(Comment)).all()) == 1, "nothing was posted"


def test_unticked_at_the_next_comment_it_is_forgotten(client, address):
    guest(client, address, remember="yes")
    guest(client, address, body="Another")

    assert filled(client, address) == ("", "", False)


@pytest.mark.parametrize("cookie", ["x", "", "WyJhIl0.forged", "a" * 3000])
def test_a_cookie_that_is_not_ours_fills_in_nothing(app, address, cookie):
    browser = Browser(app, app.response_class)
    browser.set_cookie("guest", cookie, path="/articles")

    assert filled(browser, address) == ("", "", False)


def test_a_faulty_form_keeps_the_box_and_sets_no_cookie(client, address):
    answer = guest(client, address, body="", remember="yes")

    assert answer.status_code == 422 and guest_cookies(answer) == []
    assert re.search(r'<input checked[^>]*name="remember"', answer.text)


def test_the_shared_page_is_the_same_with_it(client, app, address):
    before = Browser(app, app.response_class).get(address).data
    guest(client, address, remember="yes")

    answer = client.get(address)
    assert answer.data == before and "Set-Cookie" not in answer.headers
