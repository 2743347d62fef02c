"""A WebSub hub is told of the feeds with something new, once, and again where it did not answer."""

from __future__ import annotations

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

import pytest

from newsapp import articles
from newsapp.articles import Byline
from newsapp.db import db
from newsapp.feeds import tell_hub
from newsapp.feeds.hub import BACK_OFF
from newsapp.lib import clock, leases

BASE = "http://127.0.0.1:8000"
A_LEASE = timedelta(minutes=1)


class Hub:
    """A real hub, as far as a publisher sees it: what it was sent, and what it answers."""

    def __init__(self) -> None:
        self.heard: list[list[tuple[str, str]]] = []
        self.answer = 204
        outer = self

        class Ear(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.heard.append(parse_qsl(said))
                self.send_response(outer.answer)
                self.end_headers()

            def log_message(self, *words: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Ear)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def feeds(self) -> set[str]:
        """The feeds that it was told of last, without their forms."""
        return {value.removeprefix(BASE).rpartition("/")[0] for name, value in self.heard[-1] if name == "hub.url"}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def hub(app, article):
    made = Hub()
    assert tell_hub(made.url) == 0  # from now on
    yield made
    made.close()


def later(by: timedelta = A_LEASE) -> None:
    db.session.rollback()
    clock.advance(by)


def published(world, rosalind, **when):
    story = articles.write("Ferries", world, "<p>x</p>", bylines=[Byline(author=rosalind, author_id=rosalind.id)])
    story.mark_topics(["Boats"])
    story.publish(**when)
    db.session.commit()
    return story


def test_what_was_there_before_the_hub_is_not_told(hub):
    later()

    assert tell_hub(hub.url) == 0 and hub.heard == []


def test_a_story_is_told_once_with_all_the_feeds_that_have_it(hub, world, rosalind):
    later()
    published(world, rosalind)

    assert tell_hub(hub.url) == 12
    assert hub.heard[-1][0] == ("hub.mode", "publish")
    assert ("hub.url", f"{BASE}/feed.xml") in hub.heard[-1]
    assert hub.feeds == {"", "/sections/world", "/authors/rosalind-achterberg", "/topics/boats"}
    later()
    assert tell_hub(hub.url) == 0 and len(hub.heard) == 1


def test_a_correction_is_told_with_the_corrections(hub, article):
    later()
    article.correct("A figure", "<p>It was nine.</p>")
    db.session.commit()

    tell_hub(hub.url)

    assert "/corrections" in hub.feeds and "/sections/world" in hub.feeds


def test_a_scheduled_story_is_told_at_its_time_and_a_draft_never(hub, world, rosalind):
    later()
    articles.write("A draft", world, "<p>x</p>")
    published(world, rosalind, at=clock.now() + timedelta(hours=1))
    assert tell_hub(hub.url) == 0

    later(timedelta(hours=1))
    assert tell_hub(hub.url) == 12


@pytest.mark.parametrize("trouble", ["an error", "no answer"])
def test_a_hub_that_fails_is_tried_again_later_and_nothing_is_left_out(hub, world, rosalind, trouble):
    later()
    published(world, rosalind)
    hub.answer = 500
    where = hub.url if trouble == "an error" else "http://127.0.0.1:9/"
    assert tell_hub(where) == 0
    later(timedelta(seconds=50))
    tries = len(hub.heard)
    assert tell_hub(where) == 0 and len(hub.heard) == tries  # not yet

    later()
    hub.answer = 204
    assert tell_hub(hub.url) == 12


def test_a_hub_that_fails_for_hours_is_given_up_until_the_next_story(hub, world, rosalind):
    later()
    published(world, rosalind)
    hub.answer = 503
    for minutes in (*BACK_OFF, 1):
        tell_hub(hub.url)
        later(timedelta(minutes=minutes))
    heard = len(hub.heard)
    assert heard == len(BACK_OFF) + 1
    later(timedelta(hours=9))
    assert tell_hub(hub.url) == 0 and len(hub.heard) == heard


def test_two_processes_tell_once(hub, world, rosalind):
    later()
    published(world, rosalind)

    assert leases.take("hub", A_LEASE)  # the other one's turn

    assert tell_hub(hub.url) == 0 and hub.heard == []


def test_the_scheduler_tells_the_hub_that_the_operator_has_named(hub, app, world, rosalind):
    app.config["WEBSUB_HUB"] = hub.url
    later()
    published(world, rosalind)

    app.extensions["scheduler"].tick()

    assert len(hub.heard) == 1
