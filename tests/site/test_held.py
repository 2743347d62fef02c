"""A session that ends while a form is open costs no word of what was typed into it."""

from __future__ import annotations

import html
import re

import pytest

from newsapp import accounts
from newsapp.db import db
from tests.conftest import signed_in


@pytest.fixture
def writer(app, article, editor):
    """An editor's browser with a story's form open, and the form's fields."""
    browser = signed_in(app, editor)
    page = browser.get(f"/desk/articles/{article.id}").text
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(r'name="(number|format|section_id|csrf_token)" value="([^"]*)"', page)
    }
    return browser, fields | {
        "headline": "A “headline” <b>",
        "body": "One.\r\n\r\nTwo & three.",
        "act": "save",
        "section_id": "1",
    }


def held(page: str) -> dict[str, str]:
    form = page[page.index('<form method="post" action="/desk/articles/') :]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    fields += re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n([^<]*)</textarea>', form)  # which can be gone on with
    return {n: html.unescape(v) for n, v in fields}


def test_what_was_typed_is_held_until_its_writer_has_signed_in_again(app, article, editor, writer):
    browser, fields = writer
    accounts.end_all(editor)
    db.session.commit()

    answer = browser.post(f"/desk/articles/{article.id}", data=fields)

    assert answer.status_code == 409 and "Sign in to go on" in answer.text
    kept = held(answer.text)
    assert kept == {name: value for name, value in fields.items() if name != "csrf_token"}
    again = signed_in(app, editor)  # in another tab of the same browser
    token, again.token = again.token, None
    asked = again.post(f"/desk/articles/{article.id}", data=kept)
    assert asked.status_code == 409 and "Send it once more" in asked.text and "What you wrote</label>" in asked.text
    again.token = token
    done = again.post(
        f"/desk/articles/{article.id}",
        data=held(asked.text) | {"section_id": str(article.section_id), "kind": "news", "language": "en-GB"},
    )
    assert done.status_code == 303
    assert "Two &amp; three." in again.get(f"/desk/articles/{article.id}").text


def test_nothing_is_held_for_another_site_nor_a_password(app, article, editor, writer):
    browser, fields = writer
    browser.token = fields["csrf_token"] = "made up"

    foreign = browser.post(
        f"/desk/articles/{article.id}",
        data=fields,
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    )
    assert foreign.status_code == 400 and "A “headline”" not in foreign.text
    secret = browser.post("/account/security/password", data={"password": "Zqsecret", "new": "x"})
    assert "Zqsecret" not in secret.text


def test_a_part_of_a_page_is_led_to_the_door_as_before(article, editor, writer):
    browser, fields = writer
    accounts.end_all(editor)
    db.session.commit()

    answer = browser.post(f"/desk/articles/{article.id}", data=fields, headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"].startswith("/account/sign-in")
