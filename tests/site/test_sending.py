"""Who may send, and what a form that anybody may send can do."""

from __future__ import annotations

import pytest

from newsapp.lib.web import own_path
from tests.conftest import signed_in

FORM = {"theme": "dark", "size": "l", "next": "/sections/world"}


def test_a_choice_is_kept_in_one_functional_cookie_and_leads_back(client, world):
    answer = client.post("/preferences", data=FORM)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/sections/world")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("prefs=dark.l;")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    page = client.get("/sections/world").text
    assert 'data-theme="dark" data-size="l"' in page


def test_htmx_gets_the_part_instead_of_a_redirect(client, site):
    answer = client.post("/preferences", data=FORM, headers={"HX-Request": "true", "HX-Request-Type": "partial"})

    assert answer.status_code == 200
    assert "<html" not in answer.text and 'id="preferences"' in answer.text


@pytest.mark.parametrize("sent", [{"theme": "neon", "size": "huge"}, {}, {"theme": "", "size": "m' OR 1=1"}])
def test_what_nobody_offered_changes_nothing(client, site, sent):
    client.post("/preferences", data={"theme": "dark", "size": "xl"})

    answer = client.post("/preferences", data=sent)

    assert answer.headers["Set-Cookie"].startswith("prefs=dark.xl;")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_a_form_on_another_site_is_refused(client, site, headers):
    assert client.post("/preferences", data=FORM, headers=headers).status_code == 403


def test_an_older_browser_is_known_by_its_origin(app, site):
    from flask.testing import FlaskClient

    plain = FlaskClient(app, app.response_class)
    ours, foreign, silent = {"Origin": "http://localhost"}, {"Origin": "https://evil.example"}, {}

    assert plain.post("/preferences", data=FORM, headers=ours).status_code == 303
    assert plain.post("/preferences", data=FORM, headers=foreign).status_code == 403
    assert plain.post("/preferences", data=FORM, headers={"Origin": "null"}).status_code == 403
    assert plain.post("/preferences", data=FORM, headers=silent).status_code == 403


def test_somebody_signed_in_needs_the_forms_token(app, site, reader):
    browser = signed_in(app, reader)
    browser.token = None

    answer = browser.post("/preferences", data=FORM)

    assert answer.status_code == 409 and "Send it once more" in answer.text  # held, and nothing done
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "",
        None,
        "x",
        "/a\nb",
    ],
)
def test_a_form_leads_only_to_paths_of_ours(target):
    assert own_path(target) == "/"


def test_a_path_of_ours_keeps_its_query():
    assert own_path("/sections/world?page=2") == "/sections/world?page=2"
