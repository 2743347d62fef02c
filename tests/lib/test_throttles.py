"""Throttles count tries in a window, tell how long to wait, and know networks, not people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsapp.db import db
from newsapp.lib import clock, throttles
from newsapp.lib.throttles import Limit, Throttle, TooOften

THREE = Limit("three", 3, timedelta(minutes=10))


def tries(n: int, who: str = "here") -> list[str]:
    """Try so often, and give what was said each time."""
    said = []
    for _ in range(n):
        try:
            throttles.take(THREE, who)
            said.append("go")
        except TooOften as wait:
            said.append(wait.words)
    return said


def test_the_fourth_try_of_three_is_told_how_long_to_wait(app):
    assert tries(3) == ["go"] * 3
    clock.advance(timedelta(minutes=4, seconds=10))

    assert tries(2) == ["6 minutes"] * 2
    assert tries(1, "elsewhere") == ["go"]


def test_waiting_out_the_window_helps_and_trying_meanwhile_does_not_make_it_longer(app):
    tries(9)
    clock.advance(timedelta(minutes=10))

    assert tries(4) == ["go", "go", "go", "10 minutes"]


def test_a_rightful_try_is_given_back(app):
    tries(3)
    throttles.give_back(THREE, "here")
    db.session.commit()

    assert tries(2)[0] == "go"
    throttles.forget(THREE, "here")
    assert tries(3) == ["go"] * 3


def test_who_tried_is_kept_as_a_keyed_hash_and_not_for_long(app):
    tries(1, "192.0.2.7")
    assert "192" not in db.session.scalars(select(Throttle)).one().key

    clock.advance(timedelta(minutes=10))
    throttles.tidy()
    assert db.session.scalars(select(Throttle)).all() == []


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "network"),
    [
        (0, "192.0.2.7", None, "192.0.2.7"),
        (0, "192.0.2.7", "203.0.113.9", "192.0.2.7"),  # anybody can write the header
        (1, "127.0.0.1", "203.0.113.9", "203.0.113.9"),
        (1, "127.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "127.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "192.0.2.7", "203.0.113.9", "192.0.2.7"),  # it did not come through both
        (0, "2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        (0, "::ffff:192.0.2.7", None, "192.0.2.7"),
        (1, "127.0.0.1", "unknown", "unknown"),
    ],
)
def test_the_network_is_the_one_that_our_own_proxies_saw(app, proxies, remote, forwarded, network):
    app.config["PROXIES"] = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with app.test_request_context(headers=headers, environ_base={"REMOTE_ADDR": remote}):
        assert throttles.network() == network


def test_the_waiting_time_is_said_as_people_say_it(app):
    said = [TooOften(timedelta(seconds=s)).words for s in (0.2, 1, 59, 60, 61, 3600, 7300)]
    assert said == ["1 second", "1 second", "59 seconds", "1 minute", "2 minutes", "1 hour", "3 hours"]


def test_where_no_view_says_it_better_a_page_does(app, client, site):
    @app.post("/too-often")
    def too_often():
        raise TooOften(timedelta(minutes=12))

    answer = client.post("/too-often")

    assert answer.status_code == 429 and answer.headers["Retry-After"] == "720"
    assert "Please wait 12 minutes" in answer.text
