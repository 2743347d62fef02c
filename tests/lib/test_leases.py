from __future__ import annotations

from datetime import timedelta

from newsapp.db import db
from newsapp.lib import clock, leases

TEN_MINUTES = timedelta(minutes=10)


def test_a_job_has_one_doer_until_its_lease_ends(app):
    assert leases.take("count", TEN_MINUTES)
    assert not leases.take("count", TEN_MINUTES)
    assert leases.take("other", TEN_MINUTES)

    clock.advance(TEN_MINUTES)
    assert leases.take("count", TEN_MINUTES)


def test_most_read_is_written_once_in_ten_minutes_whoever_ticks(app, article):
    app.extensions["counts"].add_many(str(article.id), 20)

    tick = app.extensions["scheduler"].tick
    db.session.rollback()  # a unit of work outside a request may write, so it holds the writer's lock

    assert tick()
    assert not tick()
    clock.advance(TEN_MINUTES)
    assert tick()


def test_who_holds_a_job_may_hold_it_for_longer_and_give_it_back(app):
    length = timedelta(seconds=20)
    until = leases.hold("send", length)
    assert until and leases.hold("send", length) is None

    clock.advance(timedelta(seconds=15))
    later = leases.keep("send", until, length)
    assert later and later > until
    clock.advance(timedelta(seconds=15))
    assert leases.hold("send", length) is None  # it would be free without keep()

    leases.leave("send", later)
    assert leases.hold("send", length)


def test_who_has_lost_a_job_cannot_keep_it(app):
    length = timedelta(seconds=20)
    until = leases.hold("send", length)
    clock.advance(timedelta(seconds=21))
    assert leases.hold("send", length)

    assert until and leases.keep("send", until, length) is None
