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
