"""Redirects at the desk: all of them, and what readers ask for in vain, with the way to lead them on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from newsapp import pages, site
from newsapp.accounts import Role
from newsapp.accounts.log import LogEntry
from newsapp.db import db
from newsapp.site import Redirect
from tests.conftest import signed_in
from tests.desk.stories import account, alert, fields

HERE = "/desk/redirects"
pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def browser(app, editor):
    return signed_in(app, editor)


def made(*pairs: tuple[str, str]) -> None:
    for old, new in pairs:
        site.redirect(old, new)
    db.session.commit()


def kept() -> dict[str, str]:
    return dict(db.session.execute(select(Redirect.old_path, Redirect.new_address)).all())


def say(browser, old: str, **said):
    form = fields(browser.get(f"{HERE}/edit", query_string={"old": old}).text, f"form[action='{HERE}'].desk__form")
    return browser.post(HERE, data={**form, **said})


def test_a_redirect_is_added_changed_and_removed(browser, client, article):
    assert say(browser, "/flood.html", new=article.url).status_code == 303
    assert client.get("/flood.html").headers["Location"] == article.url

    assert say(browser, "/flood.html", new="/sections/world").status_code == 303
    assert client.get("/flood.html").headers["Location"] == "/sections/world"

    form = fields(browser.get(HERE).text, f"form[action='{HERE}/remove']")
    assert browser.post(f"{HERE}/remove", data=form).status_code == 303
    assert client.get("/flood.html").status_code == 404
    acts = db.session.execute(select(LogEntry.act, LogEntry.about).order_by(LogEntry.id)).all()
    assert acts == [("redirect.set", "redirect:/flood.html")] * 2 + [("redirect.remove", "redirect:/flood.html")]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [("", "/b", "no more"), ("/a", "", "Say where"), ("a", "/b", "begins with a slash"), ("/", "/b", "front page"), ("/a?x=1", "/b", "query"), ("/a", "/a", "itself"),
     ("/a", "javascript:alert(1)", "neither"), ("/a", "//evil.example", "neither"), ("/" + "a" * 2100, "/b", "2,000")],
)  # fmt: skip
def test_what_cannot_lead_on_is_told_of_and_nothing_is_lost(browser, old, new, fault):
    answer = browser.post(HERE, data={"old": old, "new": new, "seen": ""})
    assert answer.status_code == 422 and fault in alert(answer.text)
    assert f'value="{new}"' in answer.text or not new
    assert kept() == {}


def test_a_circle_is_refused_and_a_chain_made_short(browser):
    made(("/a", "/b"))
    assert say(browser, "/b", new="/a").status_code == 422
    assert say(browser, "/b", new="/c").status_code == 303
    assert kept() == {"/a": "/c", "/b": "/c"}


def test_two_editors_at_once_lose_nothing(app, browser):
    other = signed_in(app, account(Role.EDITOR, "Otto"))
    mine = fields(browser.get(f"{HERE}/edit?old=/a").text, f"form[action='{HERE}'].desk__form")
    say(other, "/a", new="/theirs")

    late = browser.post(HERE, data={**mine, "new": "/mine"})
    assert (
        late.status_code == 409
        and "Otto has made it lead to /theirs" in alert(late.text)
        and 'value="/mine"' in late.text
    )
    assert kept() == {"/a": "/theirs"}
    listed = fields(browser.get(HERE).text, f"form[action='{HERE}/remove']")
    assert browser.post(HERE, data=fields(late.text, f"form[action='{HERE}'].desk__form")).status_code == 303
    assert kept() == {"/a": "/mine"}

    gone = other.post(f"{HERE}/remove", data=listed)
    assert gone.status_code == 409 and "leads elsewhere by now" in alert(gone.text)
    assert kept() == {"/a": "/mine"}


def test_who_makes_a_redirect_is_told_that_a_page_answers_or_none_does(browser, article):
    pages.write("about", "About", "<p>Us.</p>")
    db.session.commit()
    answer = say(browser, "/about", new="/nowhere")
    said = alert(browser.get(answer.headers["Location"]).text)
    assert "A page answers at /about" in said and "There is no page at /nowhere now" in said
    answer = say(browser, "/gone", new=article.url)
    assert "page" not in alert(browser.get(answer.headers["Location"]).text).replace("The redirect is kept.", "")


def test_all_are_listed_page_by_page_and_found_by_a_part_of_either_address(browser):
    made(
        *((f"/old/{n:03d}", "/new") for n in range(60)),
        ("/menü", "/über?a=1#b"),
        ("/100%25", "https://example.org/<b>"),
    )
    first = browser.get(HERE).text
    assert first.count("<tr><td>") == 50 and "&lt;b&gt;" in first and '<b>"' not in first
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert browser.get(older).text.count("<tr><td>") == 12
    for words, n in (("old/00", 10), ("menü", 1), ("über", 1), ("ÜBER", 0), ("%", 2), ("example.org", 1), ("zz", 0)):
        assert browser.get(HERE, query_string={"q": words}).text.count("<tr><td>") == n, words


def test_what_is_asked_for_in_vain_can_be_led_on_in_two_steps(app, browser, client, article):
    for _ in range(3):
        client.get("/2019/05/barges-return-to-ostrel.html")
    for path in ("/wp-login.php", "/<b>x", "/café", "/a@b.example/x"):
        client.get(path)
    app.extensions["counts"].write()
    page = browser.get(f"{HERE}/missing").text
    assert page.index("barges-return") < page.index("café") and "many in one line" in page and "<b>x" not in page
    assert "1 address" in browser.get(f"{HERE}/missing?q=CAF").text

    link = page.split('href="/desk/redirects/edit?old=')[1].split('"')[0]
    form = browser.get(f"{HERE}/edit?old={link}").text
    assert 'value="/2019/05/barges-return-to-ostrel.html"' in form and f'name="new" value="{article.url}"' in form
    assert (
        browser.post(
            HERE, data={"old": "/2019/05/barges-return-to-ostrel.html", "new": article.url, "seen": ""}
        ).status_code
        == 303
    )
    assert f"leads to <bdi>{article.url}</bdi> now" in browser.get(f"{HERE}/missing").text


@pytest.mark.parametrize(
    "old", ["", "x", "/", "//x", "/" + "a" * 3000, "/%00", "/\u202e", "/%", "/a/b/c.html?x", "/1234", "/ab"]
)
def test_any_address_can_be_asked_about(browser, old):
    assert browser.get(f"{HERE}/edit", query_string={"old": old}).status_code == 200
    assert browser.get(f"{HERE}", query_string={"q": old, "after": old}).status_code == 200
    assert browser.get(f"{HERE}/missing", query_string={"q": old, "from": old}).status_code == 200


def test_a_section_an_author_and_a_topic_are_offered_and_nothing_that_is_hidden(browser, world, article):
    from newsapp.desk.redirects import nearest

    assert nearest("/category/worlds/") == ["/sections/world"]
    assert nearest("/people/Rosalind_Achterberg") == ["/authors/rosalind-achterberg"]
    assert nearest("/tag/river") == ["/topics/rivers"]
    db.session.get(type(article), article.id).withdraw("x")
    db.session.commit()
    assert nearest("/2019/barges-return-to-the-ostrel") == nearest("/tag/rivers") == []
