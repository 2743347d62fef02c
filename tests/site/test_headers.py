"""What every answer carries, whatever asks for it."""

from __future__ import annotations

import re

import pytest

from newsapp import newsletter
from newsapp.db import db
from newsapp.lib.web import CONTENT_SECURITY_POLICY
from tests.conftest import NOON, Browser, signed_in
from tests.newsletter.subscribers import subscribed
from tests.small_paper import addresses, plant

VALUES = {
    "path": "world",
    "slug": "rivers",
    "comment_id": "1",
    "form": "xml",
    "article_id": "1",
    "number": "1",
    "picture_id": "1",
    "section_id": "1",
    "topic_id": "1",
    "page_id": "1",
    "column_id": "1",
    "item_id": "1",
    "author_id": "1",
    "size": "192",
    "token": "no-such-token",
    "sign_in_id": "1",
    "who": "1",
    "note_id": "1",
    "sanction_id": "1",
    "word_id": "1",
    "reason_id": "1",
    "report_id": "1",
    "message_id": "1",
    "n": "1",
    "link_id": "1",
    "source_id": "1",
    "slot": "lead",
    "issue_id": "1",
    "newsletter_id": "1",
    "subscriber_id": "1",
    "delivery_id": "1",
    "returned_id": "1",
    "mail_id": "1",
    "key": "0" * 20 + "-176.jpg",
}
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def browser(app) -> Browser:
    plant(NOON)
    return Browser(app, app.response_class)


def every_rule(app) -> list[tuple[str, str]]:
    """Give every address that the application knows, filled in, with each of its methods."""
    found = []
    for rule in app.url_map.iter_rules():
        address = app.url_map.bind("").build(rule.endpoint, {name: VALUES[name] for name in rule.arguments})
        found += [(method, address) for method in sorted((rule.methods or set()) - {"OPTIONS"})]
    return found


def test_every_answer_has_the_strict_policy_fragments_and_errors_included(app, browser):
    asked = 0
    extra = [("GET", "/nothing-here"), ("GET", "/articles/nothing"), ("POST", "/"), ("GET", "/sections/world?page=99")]
    for method, address in every_rule(app) + extra:
        for headers in ({}, PART, {"Sec-Fetch-Site": "cross-site"}):
            answer = browser.open(address, method=method, headers=headers)
            asked += 1
            assert answer.headers.get("Content-Security-Policy") == CONTENT_SECURITY_POLICY, (method, address)
            assert answer.headers["X-Content-Type-Options"] == "nosniff", (method, address)
            assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin", (method, address)
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", (method, address)
            assert answer.status_code < 500, (method, address)
    assert asked > 40


def test_assets_carry_the_policy_and_are_kept_for_ever(app, browser):
    address = app.jinja_env.globals["asset"]("site.css")
    for encoding in ("br", "gzip", "identity"):
        answer = browser.get(address, headers={"Accept-Encoding": encoding})
        assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers.get("Content-Encoding", "identity") == encoding
        assert answer.headers["Content-Type"] == "text/css; charset=utf-8"


def test_no_anonymous_get_sets_a_cookie(app, browser):
    db.session.rollback()
    for address in [*addresses(), *(a for m, a in every_rule(app) if m == "GET")]:
        assert "Set-Cookie" not in browser.get(address).headers, address


def test_no_page_has_an_inline_script_style_or_handler(app, browser):
    for address in [*addresses(), "/preferences", "/nothing-here"]:
        html = browser.get(address).text
        scripts = re.findall(r"<script\b[^>]*>", html)
        assert all("src=" in tag or "application/ld+json" in tag for tag in scripts), address
        assert not re.search(r"<style\b|\sstyle=|\son\w+=|javascript:", html), address


def test_every_page_names_no_other_host_for_what_it_loads(app, browser):
    for address in [*addresses(), "/preferences"]:
        answer = browser.get(address)
        if answer.mimetype != "text/html":  # a feed has full addresses: it is read elsewhere
            continue
        html = answer.text
        loaded = re.findall(
            r'<(?:script|img|source|iframe|link rel="(?:stylesheet|preload|icon)")[^>]*?(?:src|href|srcset)="([^"]+)"',
            html,
        )
        assert loaded, address
        assert all(url.startswith("/") for url in loaded), address


def test_only_the_letters_preview_has_another_policy_and_only_the_desk_frames_it(app, browser, editor):
    audience = subscribed(app, 1)
    issue = newsletter.begin(audience.newsletters()[0].id, "The morning")
    db.session.commit()
    desk, exceptions = signed_in(app, editor), {}
    for method, address in every_rule(app):
        if method == "GET":
            policy = desk.get(address).headers["Content-Security-Policy"]
            if policy != CONTENT_SECURITY_POLICY:
                exceptions[address] = policy
    letter = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'"
    assert exceptions == {
        f"{issue.desk_url}/preview": f"{CONTENT_SECURITY_POLICY}; frame-src 'self'", f"{issue.desk_url}/letter": letter,
    }  # fmt: skip
