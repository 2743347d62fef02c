"""What the publisher sets at the desk: kept, shown on every page, refused with the reason beside the field, never silently overwritten."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsapp import comments, site
from newsapp.accounts import Role
from newsapp.accounts.log import LogEntry
from newsapp.articles import Article
from newsapp.db import db
from newsapp.lib import clock
from tests.conftest import signed_in
from tests.desk.stories import account, fields

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><rect width="200" height="40"/></svg>'


@pytest.fixture
def admin(app, article):
    return signed_in(app, account(Role.ADMIN))


def said(browser, **more):
    """Give what a browser would send of the settings as they stand, with some of it changed."""
    return {**fields(browser.get("/desk/settings").text, 'form[action="/desk/settings"]'), **more}


def keep(browser, **more):
    return browser.post("/desk/settings", data=said(browser, **more))


def test_what_is_set_stands_on_every_page(admin, client, article):
    answer = keep(
        admin, name="The Ostrel Post", tagline="News of the river", copyright_line="Text: CC BY 4.0.",
        social_links="Mastodon https://example.social/@post\nA long name https://example.org/x?y=1", share_networks=["bluesky", "x"],
    )  # fmt: skip

    assert answer.status_code == 303
    page = client.get("/").text
    assert "The Ostrel Post" in page and "Text: CC BY 4.0." in page
    assert (
        '<a href="https://example.social/@post" rel="me noopener">Mastodon</a>' in page and ">A long name</a>" in page
    )
    share = client.get(f"{article.url}/share").text
    assert "bsky.app" in share and "facebook.com" not in share
    entry = db.session.scalars(select(LogEntry).where(LogEntry.act == "site.set")).one()
    assert "the name" in entry.reason and "Ostrel" not in entry.reason


def test_saving_what_stands_there_changes_nothing(admin):
    assert keep(admin).headers["Location"].endswith("done=same")
    assert db.session.scalar(select(LogEntry).where(LogEntry.act == "site.set")) is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("name", " ", "The paper needs a name."),
        ("zone", "Europe/Atlantis", "Europe/Atlantis is no time zone like Europe/London."),
        ("zone", "../etc/passwd", "is no time zone"),
        ("language", "English", "English is no language like en-GB"),
        ("founded_on", "last year", "Write a year or a day"),
        ("copyright_from", "MCMXC", "Not a valid integer value."),
        ("social_links", "Mastodon", "Line 1 is no name and address"),
        ("social_links", "A https://example.org\nB javascript:alert(1)", "Line 2 is no name and address"),
        (
            "social_links",
            "\n".join(f"N{n} https://example.org/{n}" for n in range(13)),
            "at most 12 lines; these are 13",
        ),
        ("top_writers_days", "0", "Write a number"),
        ("comments_first_held", "-1", "Write a number from 0 to 100."),
        ("comments_close_days", "soon", "Not a valid integer value."),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_everything_typed_is_kept(admin, name, value, words):
    answer = keep(admin, tagline="Typed with care", **{name: value})

    assert answer.status_code == 422
    assert words in answer.text and f'href="#{name}"' in answer.text
    assert 'value="Typed with care"' in answer.text
    assert site.current(db.session()).tagline != "Typed with care"


def test_two_admins_at_once_do_not_undo_each_other_silently(app, admin):
    other = signed_in(app, account(Role.ADMIN, "Other"))
    mine = said(admin, tagline="Mine")
    keep(other, tagline="Theirs", name="Their Paper")

    answer = admin.post("/desk/settings", data=mine)

    assert answer.status_code == 409
    assert "Somebody else has changed the settings" in answer.text and "<bdi>Theirs</bdi>" in answer.text
    assert 'value="Mine"' in answer.text
    assert site.current(db.session()).tagline == "Theirs"

    again = admin.post("/desk/settings", data=fields(answer.text, 'form[action="/desk/settings"]'))
    assert again.status_code == 303 and site.current(db.session()).tagline == "Mine"


def test_the_policy_for_comments_is_the_desks_where_it_is_set_there(app, admin, client, article):
    assert site.comment_policy() == site.CommentPolicy(guests=True, first_held=1, close_days=0)
    data = said(admin, comments_first_held="3", comments_close_days="2")
    del data["comments_guests"]
    assert admin.post("/desk/settings", data=data).status_code == 303

    assert site.comment_policy() == site.CommentPolicy(guests=False, first_held=3, close_days=2)
    clock.advance(timedelta(days=400))
    assert not comments.is_open(db.session.get_one(Article, article.id))
    assert "The discussion is closed." in client.get(article.url).text


def test_a_logo_is_sent_shown_and_taken_down(admin, client):
    answer = admin.post("/desk/settings/logo", data={"logo": (io.BytesIO(SVG), "logo.svg")})
    assert answer.status_code == 303
    kept = site.current(db.session()).logo
    assert f'src="/media/{kept["file"]}"' in client.get("/").text
    assert client.get(f"/media/{kept['file']}").status_code == 200

    assert admin.post("/desk/settings/logo", data={"no-logo": "yes"}).status_code == 303
    assert kept["file"] not in client.get("/").text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"no picture", "The file is not a picture that can be a logo"),
        (SVG.replace(b"<rect", b"<script/><rect"), "holds a script"),
        (b"<svg" + b" " * 400_000, "The logo is larger than 300 kB."),
    ],
)
def test_what_cannot_be_a_logo_is_refused_in_a_sentence(admin, data, words):
    answer = admin.post("/desk/settings/logo", data={"logo": (io.BytesIO(data), "logo.svg")})

    assert answer.status_code == 422 and words in answer.text
    assert site.current(db.session()).logo is None


@pytest.mark.parametrize("role", [Role.EDITOR, Role.MODERATOR, Role.AUTHOR, Role.CONTRIBUTOR])
def test_nobody_but_an_admin_sets_anything(app, article, role):
    browser = signed_in(app, account(role))
    assert browser.get("/desk/settings").status_code == 403
    assert browser.post("/desk/settings", data={"name": "Mine now"}).status_code == 403
    assert browser.post("/desk/settings/logo", data={"no-logo": "yes"}).status_code == 403
