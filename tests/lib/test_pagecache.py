"""What the page cache promises, beside never being stale (``tests/site/test_fresh_pages.py``)."""

from __future__ import annotations

import gzip
import threading
import time
from io import BytesIO

import brotli
import pytest

from newsapp.articles import Article
from newsapp.db import db
from newsapp.lib import pagecache
from newsapp.lib.pagecache import Made, PageCache
from newsapp.sections import Section
from tests.conftest import Browser, signed_in


class Versions:
    """A database whose newness the test sets."""

    def __init__(self) -> None:
        self.generation = 1
        self.raised: dict[str, int] = {}

    def newest(self) -> int:
        return self.generation

    def is_raised(self, wanted, since):
        return any(self.raised.get(tag, 0) > since for tag in wanted)

    def change(self, tag: str) -> None:
        self.generation += 1
        self.raised[tag] = self.generation


class Application:
    """An application that counts how often it is asked and says of its page what the test wants."""

    def __init__(self, versions: Versions) -> None:
        self.asked = 0
        self.takes = 0.0
        self.status, self.headers = "200 OK", [("Content-Type", "text/html; charset=utf-8")]
        self.versions = versions
        self.may_keep = True
        self.text = "a page " * 200

    def __call__(self, environ, start_response):
        self.asked += 1
        generation = self.versions.generation
        time.sleep(self.takes)
        environ["newsapp.made"] = Made(frozenset({"article:1"}), generation, None, self.may_keep, "1")
        start_response(self.status, list(self.headers))
        return [f"{self.text}{self.asked}".encode()]


@pytest.fixture
def versions():
    return Versions()


@pytest.fixture
def inner(versions):
    return Application(versions)


@pytest.fixture
def counted():
    return []


@pytest.fixture
def cache(inner, versions, counted):
    return PageCache(inner, versions, 1024 * 1024, counted.append)


def ask(cache, path="/", method="GET", **headers):
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "wsgi.input": BytesIO()}
    if "?" in path:
        environ["PATH_INFO"], environ["QUERY_STRING"] = path.split("?")
    environ |= {f"HTTP_{name.upper()}": value for name, value in {"user_agent": "Mozilla/5.0", **headers}.items()}
    answer = {}

    def start_response(status, sent):
        answer["status"], answer["headers"] = status, dict(sent)

    return answer | {"body": b"".join(cache(environ, start_response))} | answer


def test_a_page_is_made_once_and_then_answered_from_memory(cache, inner):
    first, second = ask(cache), ask(cache)

    assert inner.asked == 1
    assert first["body"] == second["body"]


def test_a_change_of_what_it_shows_has_it_made_anew(cache, inner, versions):
    ask(cache)
    versions.change("article:1")
    ask(cache)

    assert inner.asked == 2


def test_a_change_of_something_else_leaves_it(cache, inner, versions):
    ask(cache)
    versions.change("article:2")
    ask(cache)

    assert inner.asked == 1


@pytest.mark.parametrize(
    ("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)]
)
def test_each_browser_gets_the_encoding_that_it_can_read(cache, inner, encoding, unpack):
    plain = ask(cache, accept_encoding="identity")["body"]

    answer = ask(cache, accept_encoding=f"{encoding};q=0.8")

    assert unpack(answer["body"]) == plain
    assert answer["headers"].get("Content-Encoding", "identity") == encoding
    assert answer["headers"]["Content-Length"] == str(len(answer["body"]))
    assert "Accept-Encoding" in answer["headers"]["Vary"]


def test_what_a_browser_has_already_is_not_sent_again(cache):
    etag = ask(cache, accept_encoding="br")["headers"]["ETag"]

    answer = ask(cache, accept_encoding="br", if_none_match=etag)

    assert answer["status"] == "304 Not Modified"
    assert answer["body"] == b"" and "Content-Length" not in answer["headers"]
    assert answer["headers"]["ETag"] == etag


def test_the_same_page_has_the_same_etag_in_another_process(versions):
    one, other = (PageCache(Application(versions), versions, 10**6) for _ in range(2))

    assert ask(one)["headers"]["ETag"] == ask(other)["headers"]["ETag"]


def test_a_head_request_has_the_headers_and_no_body(cache, inner):
    head, get = ask(cache, method="HEAD"), ask(cache)

    assert head["body"] == b""
    assert head["headers"] == get["headers"]
    assert inner.asked == 1


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "500 Internal Server Error", "302 Found"])
def test_an_error_is_never_kept(cache, inner, status):
    inner.status = status
    ask(cache)
    assert ask(cache)["status"] == status
    assert inner.asked == 2


def test_what_the_application_will_not_have_kept_is_not(cache, inner):
    inner.may_keep = False
    ask(cache)
    ask(cache)

    assert inner.asked == 2


@pytest.mark.parametrize("cookie", ["session=abc", "a=b; session=abc"])
def test_somebody_with_a_session_goes_past_the_cache(cache, inner, cookie):
    ask(cache)
    ask(cache, cookie=cookie)
    ask(cache, cookie=cookie)

    assert inner.asked == 3


def test_a_foreign_cookie_changes_nothing_and_a_preference_has_its_own_page(cache, inner):
    ask(cache)
    ask(cache, cookie="_ga=1; other=session")
    assert inner.asked == 1

    ask(cache, cookie="prefs=dark.xl")
    ask(cache, cookie='prefs="dark.xl"')
    assert inner.asked == 2

    ask(cache, cookie="prefs=neon.huge")
    assert inner.asked == 2, "nonsense is normalised to nothing chosen"


def test_a_part_and_its_page_are_kept_apart(cache, inner):
    ask(cache)
    ask(cache, hx_request="true", hx_request_type="partial")
    ask(cache, hx_request="true", hx_request_type="full")

    assert inner.asked == 2


def test_what_others_hang_on_our_addresses_makes_no_page_of_its_own(cache, inner):
    ask(cache, "/?page=2")
    ask(cache, "/?utm_source=x&page=2&fbclid=1")

    assert inner.asked == 1


def test_memory_is_bounded_and_the_least_used_goes_first(inner, versions):
    cache = PageCache(inner, versions, 30_000)
    for n in range(50):
        ask(cache, f"/page-{n}")
        ask(cache, "/always")

    assert cache._bytes <= 30_000
    made = inner.asked
    ask(cache, "/always")
    assert inner.asked == made
    ask(cache, "/page-0")
    assert inner.asked == made + 1


def test_the_figure_of_bytes_stays_true(inner, versions):
    cache = PageCache(inner, versions, 60_000)
    for n in range(40):
        ask(cache, f"/{n % 7}", accept_encoding=("br", "gzip", "identity")[n % 3])
        if n % 5 == 0:
            versions.change("article:1")

    assert cache._bytes == sum(kept.size for kept in cache._pages.values())


def test_a_crowd_waits_for_one_to_make_the_page(cache, inner):
    inner.takes = 0.3
    answers = []
    crowd = [threading.Thread(target=lambda: answers.append(ask(cache)["body"])) for _ in range(20)]
    for reader in crowd:
        reader.start()
    for reader in crowd:
        reader.join()

    assert inner.asked == 1
    assert len(answers) == 20 and len(set(answers)) == 1


def test_who_waited_for_a_page_that_was_changed_meanwhile_makes_it_anew(cache, inner, versions):
    inner.takes = 0.3
    answers = []
    crowd = [threading.Thread(target=lambda: answers.append(ask(cache)["body"])) for _ in range(3)]
    for reader in crowd:
        reader.start()
    time.sleep(0.1)  # the page is being made of what was before
    versions.change("article:1")
    for reader in crowd:
        reader.join()

    assert inner.asked >= 2
    assert ask(cache)["body"] != min(answers)


def test_a_crash_while_making_lets_the_next_one_try(cache, inner, monkeypatch):
    def crash(environ, start_response):
        raise ZeroDivisionError

    monkeypatch.setattr(cache, "_app", crash)
    with pytest.raises(ZeroDivisionError):
        ask(cache)
    monkeypatch.setattr(cache, "_app", inner)

    monkeypatch.setattr(pagecache, "WAIT", 0.0)  # nobody waits for who has crashed
    assert ask(cache)["status"] == "200 OK"


def test_readers_are_counted_and_machines_are_not(cache, inner, counted):
    ask(cache)
    ask(cache)
    etag = ask(cache)["headers"]["ETag"]
    ask(cache, if_none_match=etag)
    assert counted == ["1"] * 4

    ask(cache, user_agent="Googlebot/2.1")
    ask(cache, user_agent="")
    ask(cache, sec_purpose="prefetch;prerender")
    ask(cache, method="HEAD")
    assert counted == ["1"] * 4


def test_nobody_of_the_newsroom_is_counted(app, article, editor, reader):
    counts = app.extensions["counts"]
    address = article.url
    for account, expected in ((editor, 0), (reader, 1)):
        counts._waiting.clear()
        browser = signed_in(app, account)
        assert browser.get(address, headers={"User-Agent": "Mozilla/5.0"}).status_code == 200
        with counts._lock:
            counts._add_up()
        assert sum(counts._waiting.values()) == expected


def test_an_answer_that_sets_a_cookie_is_never_kept(app, site):
    from flask import make_response

    from newsapp.lib.web import shared

    @app.get("/sets")
    @shared()
    def sets():
        response = make_response("x")
        response.set_cookie("a", "b")
        return response

    browser = Browser(app, app.response_class)
    assert "Set-Cookie" in browser.get("/sets").headers
    assert "Set-Cookie" in browser.get("/sets").headers


def test_an_address_with_unknown_arguments_is_answered_and_not_kept(app, world):
    browser = Browser(app, app.response_class)
    pages = app.extensions["pagecache"]._pages
    browser.get("/sections/world")
    kept = len(pages)

    assert browser.get("/sections/world?tracking=1").status_code == 200
    assert len(pages) == kept


def test_a_change_that_is_rolled_back_leaves_the_page_kept(app, article):
    browser = Browser(app, app.response_class)
    before = browser.get("/articles/barges-return-to-the-ostrel").text
    story = db.session.get(Article, article.id)
    story.edit(headline="Never said")
    db.session.flush()
    db.session.rollback()

    assert browser.get("/articles/barges-return-to-the-ostrel").text == before


def test_a_bulk_change_that_would_raise_no_tag_is_refused(app, article):
    from sqlalchemy import update

    with pytest.raises(RuntimeError, match="raises no tags"):
        db.session.execute(update(Article).values(headline="x"))


def test_a_get_cannot_write(app, world):
    from sqlalchemy.exc import DBAPIError

    @app.get("/writes")
    def writes():
        db.session.add(Section(name="x", path="x"))
        db.session.commit()
        return "x"

    with pytest.raises(DBAPIError):
        Browser(app, app.response_class).get("/writes")
