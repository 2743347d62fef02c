"""Starting the site: the first time, and every time after it."""

from __future__ import annotations

import sqlite3

import pytest

from newsapp import demo, outbox
from newsapp.db import db, reading
from newsapp.lib import clock
from newsapp.lib.leases import Lease
from tests.servers import serving


def test_a_site_that_is_started_again_can_be_written_to(app, article):
    """The process that starts the serving ones has looked whether the site is empty; it must not hold the writer's place."""
    db.session.commit()
    settings = {
        "NEWSAPP_INSTANCE": str(app.config["INSTANCE"]),
        "NEWSAPP_DATABASE_URL": app.config["DATABASE_URL"],
        "NEWSAPP_JOBS": "no",
    }
    with serving(settings, "--set-up", "--demo"):
        article.edit(label="Later")
        db.session.commit()

    assert article.label == "Later"


@pytest.fixture
def writing(app, postgres):
    """Somebody who writes for a long time: the place of SQLite's one writer is taken."""
    if postgres:
        pytest.skip("PostgreSQL has many writers")
    db.session.rollback()
    other = sqlite3.connect(app.config["DATABASE_URL"].removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


@pytest.mark.parametrize(
    "look",
    [demo.is_empty, outbox.send_due],
    ids=["whether the site is empty", "whether mail is due"],
)
def test_looking_waits_for_nobody_who_writes(app, writing, look):
    look()  # it would fail after waiting for five seconds

    assert not db.session().in_transaction()


def test_who_looks_cannot_write(app):
    with reading(), pytest.raises(Exception, match=r"readonly|read-only"):
        db.session.add(Lease(job="x", until=clock.now()))
        db.session.flush()
