"""The links of one story: each address is asked once, on demand, and what came of it stays with a way on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from newsapp.accounts import Role
from newsapp.articles import LinkCheck, linkcheck, sourcing
from newsapp.db import db
from newsapp.desk import links
from newsapp.lib import clock, reaching
from tests.conftest import signed_in
from tests.desk.stories import account, begun

SLOW = threading.Event()  # set when a test ends: nothing sleeps


class Answers(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self):
        self.asked.append(self.path)
        what, _, onward = self.path[1:].partition("/")
        if what == "slow":
            SLOW.wait(20)
            return
        if what == "endless-head":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not SLOW.is_set():
                self.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")
            return
        if what == "rubbish":
            self.wfile.write(b"\x00\x01 not the web\r\n\r\n")
            return
        self.send_response(int(what) if what.isdigit() else 200)
        if what == "pdf":
            self.send_header("Content-Type", "application/pdf")
        if onward:
            self.send_header("Location", onward if "://" in onward else f"/{onward}")
        self.end_headers()
        try:
            self.wfile.write(b"x")
            while what == "endless" and not SLOW.is_set():
                self.wfile.write(b"x" * 65536)
        except OSError:
            pass

    def log_message(self, *_):
        pass


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


@pytest.fixture
def port(monkeypatch) -> Iterator[int]:
    """A server of the test's own. Its names alone may lead to it; every other address is looked at as it always is."""
    Answers.asked = []
    SLOW.clear()
    server = Quiet(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    here: dict[int, bool] = {}

    def resolver(host: str, at: int) -> list[str]:
        here[threading.get_ident()] = is_ours = host.endswith("paper.example")
        return ["127.0.0.1"] if is_ours else reaching.resolve(host, at)

    def allowed(address: str) -> bool:
        return here[threading.get_ident()] or reaching.is_public(address)

    monkeypatch.setattr(linkcheck, "reach", partial(reaching.reach, resolver=resolver, allowed=allowed))
    yield server.server_port
    SLOW.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def editor(app, world):
    return account(Role.EDITOR)


def with_links(world, editor, *addresses: str, more: str = ""):
    text = "".join(f'<p><a href="{address}">Words {n}</a></p>' for n, address in enumerate(addresses))
    return begun(world, editor, body=text + more or "<p>x</p>")


def check(browser, story, **said):
    answer = browser.post(f"/desk/articles/{story.id}/links/check", data=said)
    return browser.get(answer.headers["Location"]) if answer.status_code == 303 else answer


def state_of(address: str) -> tuple[str, int]:
    row = db.session.scalars(select(LinkCheck).where(LinkCheck.address == address)).one()
    return row.state, row.status


def test_what_each_kind_of_server_answers_is_kept_and_shown(app, world, editor, port, monkeypatch):
    monkeypatch.setattr(reaching, "MOST_SECONDS", 0.5)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = taken.getsockname()[1]
        at = f"http://paper.example:{port}"
        said = {
            f"{at}/200": ("ok", 200), f"{at}/301/302/308/200": ("moved", 200), f"{at}/404": ("gone", 404), f"{at}/410": ("gone", 410),
            f"{at}/500": ("unreachable", 500), f"{at}/403": ("refuses", 403), f"{at}/slow": ("unreachable", 0), f"{at}/endless": ("ok", 200),
            f"{at}/endless-head": ("ok", 200), f"{at}/pdf": ("ok", 200), f"{at}/rubbish": ("unreachable", 0),
            f"http://paper.example:{closed}/": ("unreachable", 0), f"{at}/302/http://127.0.0.1:{port}/200": ("not public", 0),
            f"{at}/302/http://169.254.169.254/": ("not public", 0), f"http://localhost:{port}/200": ("not public", 0),
            f"http://127.0.0.1:{port}/200": ("not public", 0), f"{at}/301/http://paper.example:{port}/": ("front page", 200),
            f"{at}/301/301/301/301/301/301/200": ("unreachable", 0), f"{at}/größe": ("ok", 200),
            f"http://bücher.paper.example:{port}/200": ("ok", 200), f"{at}/{'a' * 1900}": ("ok", 200),
        }  # fmt: skip
        story = with_links(world, editor, *said)
        browser = signed_in(app, editor)
        page = check(browser, story)
        while "still open" in page.text:
            page = check(
                browser, story, since=BeautifulSoup(page.text, "html.parser").find("input", {"name": "since"})["value"]
            )

    assert {address: state_of(address) for address in said} == said
    assert (
        page.status_code == 200 and "It refused the connection." in page.text and "did not answer in time" in page.text
    )
    table = BeautifulSoup(page.text, "html.parser").select(".grid-table--links tbody tr")
    assert len(table) == len(said)
    assert all(row.select_one(".links__ways a") for row in table)
    assert Answers.asked.count("/200") == 3  # itself, the end of a chain, the other host; never by an address within


def test_a_request_waits_so_long_and_says_what_is_still_open(app, world, editor, port, monkeypatch):
    monkeypatch.setattr(links, "WAITS", 0.3)
    good, slow = f"http://paper.example:{port}/200", f"http://slow.paper.example:{port}/slow"
    story = with_links(world, editor, good, slow)
    browser = signed_in(app, editor)

    page = check(browser, story)

    assert "1 of 2 is still open." in page.text and state_of(good) == ("ok", 200)
    since = BeautifulSoup(page.text, "html.parser").find("input", {"name": "since"})["value"]
    check(browser, story, since=since)
    assert Answers.asked.count("/200") == 1 and Answers.asked.count("/slow") == 2  # only what is open is asked again
    clock.advance(timedelta(minutes=1))
    check(browser, story)
    assert Answers.asked.count("/200") == 2


def test_a_host_that_is_not_there_is_looked_for_once(app, world, editor, monkeypatch):
    looked = []

    def nowhere(host, at):
        looked.append(host)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(linkcheck, "reach", partial(reaching.reach, resolver=nowhere))
    story = with_links(world, editor, *(f"https://gone.example/{n}" for n in range(30)))
    page = check(signed_in(app, editor), story).text
    assert looked == ["gone.example"] and "30 of 30 need a look." in page
    assert page.count("There is no such host.") == 30


def test_sources_their_archived_copies_and_cards_are_asked_too(app, world, editor, port):
    at = f"http://paper.example:{port}"
    source = sourcing.add({"title": "The <accord>", "url": f"{at}/404", "archive_url": f"{at}/200"})
    db.session.commit()
    story = with_links(
        world, editor, "mailto:a@example.org", "/about", "#here",
        more=f'<p>a<sup data-source-url="{at}/404/"></sup></p><p data-embed="{at}/410">A film</p><p>b<sup data-source-url="{at}/500"></sup></p>',
    )  # fmt: skip
    page = check(signed_in(app, editor), story).text
    assert sorted(Answers.asked) == ["/200", "/404", "/410", "/500"]
    assert f"/desk/sources/{source.id}" in page and "&lt;accord&gt;" in page and "Archived copy" in page
    assert "3 of 4 need a look." in page


def test_only_who_may_edit_the_story_has_it_checked_and_not_for_ever(app, world, editor, port, monkeypatch):
    story = with_links(world, editor, f"http://paper.example:{port}/200")
    other = signed_in(app, account(Role.AUTHOR))
    assert other.post(f"/desk/articles/{story.id}/links/check").status_code == 403
    assert other.get(f"/desk/articles/{story.id}/links").status_code == 403 and Answers.asked == []

    browser = signed_in(app, editor)
    monkeypatch.setattr(links, "OFTEN", links.Limit("links", 2, timedelta(minutes=10)))
    for _ in range(2):
        assert check(browser, story).status_code == 200
    page = check(browser, story)
    assert page.status_code == 429 and "Please wait 10 minutes" in page.text and len(Answers.asked) <= 2


def test_a_story_that_leads_nowhere_has_nothing_to_ask(app, world, editor, port):
    story = begun(world, editor)
    page = check(signed_in(app, editor), story)
    assert "It leads nowhere" in page.text and Answers.asked == []


def test_more_addresses_than_one_story_may_have_asked_are_told_of(app, world, editor, port, monkeypatch):
    monkeypatch.setattr(links, "MOST_ADDRESSES", 3)
    story = with_links(world, editor, *(f"http://paper.example:{port}/200?{n}" for n in range(5)))
    page = check(signed_in(app, editor), story).text
    assert len(Answers.asked) == 3 and "2 more are not asked" in page


def test_a_round_that_nobody_can_have_begun_is_none(app, world, editor, port):
    story = with_links(world, editor, f"http://paper.example:{port}/200")
    browser = signed_in(app, editor)
    for since in ("", "yesterday", "2026-03-14", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"):
        assert browser.get(f"/desk/articles/{story.id}/links", query_string={"since": since}).status_code == 200
    assert check(browser, story, since="9999-12-31T23:59:59+00:00").status_code == 200
