"""The desk's frame: every address of it, asked by every role; what no cache keeps; what the menu names."""

from __future__ import annotations

import re

import pytest

from newsapp import accounts, comments
from newsapp.accounts import Role
from newsapp.articles import Article
from newsapp.db import db
from tests.conftest import NOON, Browser, signed_in
from tests.site.test_headers import PART, VALUES
from tests.small_paper import plant

MODERATES = {Role.MODERATOR, Role.EDITOR, Role.ADMIN}
WRITES = {Role.CONTRIBUTOR, Role.AUTHOR, Role.EDITOR, Role.ADMIN}
EDITS = {Role.EDITOR, Role.ADMIN}


def addresses(app) -> list[str]:
    """Give every address of the desk that a GET reaches."""
    build = app.url_map.bind("").build
    return sorted(
        build(rule.endpoint, {name: VALUES[name] for name in rule.arguments})
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("desk.") and "GET" in (rule.methods or ())
    )


@pytest.fixture
def people(app):
    plant(NOON)
    made = {role: accounts.create(f"A {role}", f"the-{role}", f"{role}@example.org", role=role) for role in Role}
    db.session.commit()
    return made


OF_THE_PAPER = (
    "/desk/pages",
    "/desk/front",
    "/desk/sections",
    "/desk/redirects",
    "/desk/topics",
    "/desk/authors",
    "/desk/menus",
)


def may_see(role: Role, address: str) -> bool:
    """Stories and sources are for those who write, the paper as a whole for those who edit; the rest for those who moderate."""
    if address in ("/desk", "/desk/find"):
        return role != Role.READER
    if address.startswith("/desk/settings"):
        return role == Role.ADMIN
    if address in ("/desk/articles", "/desk/articles/new") or address.startswith("/desk/media"):
        return role in WRITES
    if address in ("/desk/reports", "/desk/messages") or address.startswith("/desk/newsletter"):
        return role in EDITS
    if address.startswith("/desk/subscribers"):
        return role is Role.ADMIN
    if address.startswith("/desk/sources"):
        return role in (EDITS if address.endswith("/merge") else WRITES)
    if address.startswith(("/desk/articles/", *OF_THE_PAPER)):
        return role in EDITS
    return role in MODERATES


@pytest.mark.parametrize("role", Role)
def test_whoever_has_business_at_an_address_comes_in_and_nobody_else(app, people, role):
    browser = signed_in(app, people[role])
    asked = addresses(app)
    assert len(asked) >= 9
    for address in asked:
        answer = browser.get(address)
        assert answer.status_code in ((200, 303, 404) if may_see(role, address) else (403,)), address
        assert answer.headers["Cache-Control"] == "private, no-store", address


def test_a_stranger_is_led_to_sign_in_and_back(app, people):
    stranger = Browser(app, app.response_class)
    for address in addresses(app):
        answer = stranger.get(f"{address}?x=1")
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/account/sign-in?next={address}%3Fx%3D1"
        assert "no-store" in answer.headers["Cache-Control"]


def test_a_part_of_a_page_leads_a_stranger_to_a_whole_page(app, people):
    """The sign-in that has run out must not be swapped into the queue."""
    answer = Browser(app, app.response_class).get("/desk/comments", headers=PART)

    assert answer.text == ""
    assert answer.headers["HX-Redirect"].startswith("/account/sign-in")


def test_somebody_without_the_second_step_that_the_newsroom_asks_for_stays_outside(app, people):
    app.config["SECOND_FACTOR"] = True

    assert signed_in(app, people[Role.ADMIN]).get("/desk/comments").status_code == 403


def test_the_menu_names_nothing_that_is_not_there(app, people):
    browser = signed_in(app, people[Role.MODERATOR])
    menu = re.search(r'<nav class="desk__nav".*?</nav>', browser.get("/desk/comments").text, re.S)[0]
    links = re.findall(r'href="([^"]+)"', menu)

    assert links
    assert {browser.get(link).status_code for link in links} == {200}


def test_the_menu_tells_how_many_comments_wait(app, people):
    story = db.session.get(Article, 1)
    for n in range(3):
        comments.post(story, f"Waits {n}", guest_name="Gus", approved=False)
    db.session.commit()

    assert '<span class="n" id="waits">4<' in signed_in(app, people[Role.EDITOR]).get("/desk/log").text


def test_the_desks_style_and_script_are_loaded_at_the_desk_alone(app, people):
    style, script = (app.jinja_env.globals["asset"](f"desk.{kind}") for kind in ("css", "js"))
    browser = signed_in(app, people[Role.MODERATOR])

    for name in (style, script):
        assert name in browser.get("/desk/comments").text
        assert name not in browser.get("/").text


def test_the_desk_is_no_page_for_search_engines(app, people):
    browser = signed_in(app, people[Role.MODERATOR])
    for address in addresses(app):
        if browser.get(address).status_code == 200:
            assert '<meta name="robots" content="noindex">' in browser.get(address).text, address


def test_only_moderators_and_administrators_see_mail_addresses(app, people):
    story = db.session.get(Article, 1)
    row = comments.post(story, "Hello", guest_name="Gus", guest_email="gus@example.org", approved=False)
    db.session.commit()
    for role in MODERATES:
        browser = signed_in(app, people[role])
        pages = [
            "/desk/comments", f"/desk/comments/{row.id}", f"/desk/comments/people/guest-{row.id}", "/desk/comments?q=gus@example.org",
        ]  # fmt: skip
        seen = [
            "gus@example.org"
            in browser.get(page)
            .text.replace("q=gus@example.org", "")
            .replace('value="gus@example.org"', "")
            .replace('<q dir="auto">gus@example.org', "")
            for page in pages
        ]
        assert seen == [role != Role.EDITOR] * 4, role


def test_the_paper_leads_its_newsroom_to_the_desk_and_moderators_from_a_comment_to_its_page(
    app, client, article, reader, moderator
):
    row = comments.post(article, "The boats again.", guest_name="Gus")
    db.session.commit()
    account = re.compile(r'<a href="/desk">The newsroom’s desk</a>')
    page = f"/desk/comments/{row.id}", f"/desk/comments/stories/{article.id}"

    seen = signed_in(app, moderator).get(article.url).text
    assert account.search(seen) and all(f'href="{address}"' in seen for address in page)
    for browser in (client, signed_in(app, reader)):
        seen = browser.get(article.url).text
        assert "The boats again." in seen and "/desk" not in seen
