"""Authors at the desk: who has a page, with an account or without one, and what readers see of it at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from newsapp import authors
from newsapp.accounts import Role
from newsapp.accounts.log import LogEntry
from newsapp.articles import Article, newslist
from newsapp.authors import Author
from newsapp.db import db
from newsapp.media.models import keep
from newsapp.media.renditions import Cut
from tests.conftest import signed_in
from tests.desk.stories import account, alert, fields

HERE = "/desk/authors"


@pytest.fixture
def browser(app, editor):
    return signed_in(app, editor)


def say(browser, of: Author, **said):
    at = f"{HERE}/{of.id}"
    return browser.post(at, data={**fields(browser.get(at).text, f"form[action='{at}']"), **said})


def leads(client, old: str) -> str | None:
    answer = client.get(old)
    return answer.headers["Location"] if answer.status_code == 301 else None


def test_an_author_is_added_without_an_account_and_readers_see_all_of_it(browser, client, world):
    said = {
        "name": "Ånne <O'Neill>", "slug": "", "role": "Reporter", "place": "Oslo", "bio": "She writes.\nWell.", "beats": "Rivers\nRain & snow\n\nRivers",
        "languages": "Norsk\nEnglish", "email": "Anne@Example.org", "links": "On Mastodon https://example.social/@anne\nhttps://www.example.org/anne",
        "disclosure": "Owns a boat", "account_id": "0",
    }  # fmt: skip
    assert browser.post(HERE, data=said).status_code == 303

    made = db.session.scalars(select(Author)).one()
    assert made.beats == ["Rivers", "Rain & snow"] and made.account_id is None
    assert made.links == [
        {"label": "On Mastodon", "url": "https://example.social/@anne"},
        {"label": "example.org", "url": "https://www.example.org/anne"},
    ]
    page = client.get("/authors/anne-oneill").text
    for words in (
        "&lt;O",
        "Reporter, Oslo",
        "Rivers, Rain &amp; snow",
        "Norsk, English",
        "anne@example.org",
        'href="https://example.social/@anne"',
        "Owns a boat",
    ):
        assert words in page, words
    assert "anne-oneill" in client.get("/authors").text


@pytest.mark.parametrize(
    ("said", "fault"),
    [({"name": ""}, "what they are called"), ({"name": "x" * 101}, "At most 100"), ({"email": "nobody"}, "mail"), ({"links": "here"}, "full address"),
     ({"links": "Me javascript:alert(1)"}, "full address"), ({"beats": "\n".join("abcdefghijklmno")}, "At most 12 lines"), ({"languages": "x" * 201}, "At most 200"),
     ({"slug": "rosalind-achterberg"}, "/authors/rosalind-achterberg already"), ({"account_id": "999"}, "Not a valid choice"), ({"slug": "was"}, "an old address")],
)  # fmt: skip
def test_what_cannot_be_an_author_is_told_of_and_nothing_is_lost(browser, rosalind, said, fault):
    authors.create("Was").readdress("is")
    db.session.commit()
    typed = {
        "name": "Anne",
        "slug": "",
        "role": "Zqrole",
        "place": "",
        "bio": "Zqbio",
        "beats": "",
        "languages": "",
        "email": "",
        "links": "",
        "disclosure": "",
        "account_id": "0",
    }
    answer = browser.post(HERE, data={**typed, **said})
    assert answer.status_code == 422 and fault in alert(answer.text), alert(answer.text)
    assert "Zqrole" in answer.text and "Zqbio" in answer.text
    assert len(db.session.scalars(select(Author)).all()) == 2


def test_another_name_and_address_are_on_every_story_at_once(browser, client, article, rosalind):
    client.get(article.url), client.get("/authors")
    assert say(browser, rosalind, name="R. Achterberg", slug="r achterberg").status_code == 303

    assert "R. Achterberg" in client.get(article.url).text and "/authors/r-achterberg" in client.get(article.url).text
    assert leads(client, "/authors/rosalind-achterberg") == "/authors/r-achterberg"
    assert "No stories match" not in client.get("/search?q=achterberg").text
    acts = set(db.session.scalars(select(LogEntry.act).where(LogEntry.about == f"author:{rosalind.id}")))
    assert acts == {"author.edit", "author.move"}


def test_an_account_is_one_author_s_and_the_stories_are_its_own(app, browser, article, rosalind):
    writer = account(Role.CONTRIBUTOR, "Rosa")
    at = f"/desk/articles/{article.id}"
    assert signed_in(app, writer).get(at).status_code == 403
    db.session.get(Article, article.id).shelve()
    db.session.commit()

    assert say(browser, rosalind, account_id=str(writer.id)).status_code == 303
    newslist.write_line(db.session.get(Article, article.id))
    db.session.commit()
    assert signed_in(app, writer).get(at).status_code == 200
    other = authors.create("Other")
    db.session.commit()
    answer = say(browser, other, account_id=str(writer.id))
    assert answer.status_code == 422 and "Rosalind Achterberg’s already" in alert(answer.text)
    reader = account(Role.READER, "Ray")
    assert f'value="{reader.id}"' not in browser.get(f"{HERE}/{rosalind.id}").text


def test_who_has_left_keeps_the_page_and_the_bylines(browser, client, article, rosalind):
    browser.post(f"{HERE}/{rosalind.id}/left", data={"act": "leave"})
    assert "No longer with" in client.get("/authors/rosalind-achterberg").text
    assert "Rosalind Achterberg" in client.get(article.url).text
    assert "Rosalind" not in browser.get(HERE).text.split('id="found-authors"')[1]
    assert "Rosalind" in browser.get(f"{HERE}?left=1").text
    browser.post(f"{HERE}/{rosalind.id}/left", data={"act": "back"})
    assert "No longer with" not in client.get("/authors/rosalind-achterberg").text


def test_a_portrait_is_a_picture_of_the_library(browser, client, rosalind):
    picture = keep(Cut("a" * 20, "face.jpg", 800, 800, [176, 352], "b" * 64), alt="A zqface")
    db.session.commit()
    at = f"{HERE}/{rosalind.id}/portrait"
    assert "A zqface" in browser.get(f"{at}?q=zqface").text and "Nothing was found" in browser.get(f"{at}?q=zz").text
    for wrong in ("", "999", "x"):
        browser.post(at, data={"picture": wrong})
    assert db.session.get(Author, rosalind.id).portrait_id is None

    browser.post(at, data={"picture": str(picture.id)})
    assert picture.file(352, "jpg") in client.get("/authors/rosalind-achterberg").text
    browser.post(at, data={"picture": "0"})
    assert picture.file(352, "jpg") not in client.get("/authors/rosalind-achterberg").text


def test_two_editors_at_once_lose_nothing(app, browser, rosalind):
    other, at = signed_in(app, account(Role.EDITOR, "Otto")), f"{HERE}/{rosalind.id}"
    mine = fields(browser.get(at).text, f"form[action='{at}']")
    say(other, rosalind, role="Theirs")

    late = browser.post(at, data={**mine, "role": "Mine"})
    assert (
        late.status_code == 409
        and "Otto has changed it meanwhile" in alert(late.text)
        and "Role: Theirs" in alert(late.text)
    )
    assert 'value="Mine"' in late.text
    assert browser.post(at, data=fields(late.text, f"form[action='{at}']")).status_code == 303
    assert db.session.get(Author, rosalind.id).role == "Mine"


def test_authors_are_found_by_name_role_and_place_page_by_page(browser, rosalind, article):
    for n in range(60):
        authors.create(f"Person {n:02d}", role="100% desk", place="Oslo")
    db.session.commit()
    first = browser.get(HERE).text
    assert first.count('class="hl"') == 50
    assert browser.get(f"{HERE}?from=50").text.count('class="hl"') == 11
    for words, n in (("rosalind europe", 1), ("100%", 50), ("oslo 07", 1), ("zz", 0)):
        assert browser.get(HERE, query_string={"q": words}).text.count('class="hl"') == n, words
