"""What was asked for and is not there: counted, bounded, and nothing of who asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner

from newsapp.db import db
from newsapp.lib import clock, counts
from newsapp.lib.counts import OTHERS, PATHS_KEPT, PATHS_WAITING, PROBES
from tests.conftest import NOON


def written(app) -> dict[str, int]:
    app.extensions["counts"].write()
    db.session.rollback()
    return {page.path: page.n for page in counts.missing_pages()}


def test_what_is_not_there_is_counted_with_its_first_and_last_time(app, client, article):
    for _ in range(3):
        client.get("/articles/gone?token=secret", headers={"User-Agent": "Mozilla/5.0"})
    written(app)
    clock.advance(timedelta(days=2))
    client.get("/articles/gone")
    client.get("/caf%C3%A9")
    client.get("/articles/barges-return-to-the-ostrel")
    client.head("/headless")

    assert written(app) == {"/articles/gone": 4, "/café": 1}
    first = counts.missing_pages(1)[0]
    assert first.first_at == NOON.timestamp()
    assert first.last_at == (NOON + timedelta(days=2)).timestamp()


def test_nothing_is_written_while_a_page_is_read(app, client, site):
    client.get("/gone")

    assert counts.missing_pages() == []


def test_an_address_that_leads_on_is_not_missing(app, client, site):
    from newsapp.site import redirect

    redirect("/old", "/about")
    db.session.commit()
    client.get("/old")

    assert written(app) == {}


@pytest.mark.parametrize(
    "path",
    ["/wp-login.php", "/.env", "/.git/config", "/blog/xmlrpc.php", "/phpMyAdmin/index.php", "/cgi-bin/x", "/a/../../etc/passwd",
     "/vendor/phpunit/x", "/?x".replace("?", "%3Cscript%3E"), "/backup.sql", "/WP-ADMIN/"],
)  # fmt: skip
def test_what_programs_try_everywhere_is_one_line(app, client, site, path):
    client.get(path)
    client.get("/.well-known/acme-challenge/x")
    client.get("/2019/05/flood.html")

    assert written(app) == {PROBES: 1, "/.well-known/acme-challenge/x": 1, "/2019/05/flood.html": 1}


def test_nothing_of_a_person_is_kept(app, client, site):
    for path in ("/unsubscribe/tamsin@example.org/now", "/newsletter/confirm/secret", "/account/x", "/preview/token"):
        client.get(path)

    assert written(app) == {"/unsubscribe/…/now": 1}


def test_a_line_is_short_and_in_one_piece(app, client, site):
    client.get("/" + "x" * 5000)
    client.get("/a%0Ab%00c%1b[31m")
    client.get("/%ff%fe")

    paths = set(written(app))
    assert all(len(path) <= 200 and path.isprintable() for path in paths) and len(paths) == 3


def test_a_flood_of_random_paths_fills_neither_memory_nor_disk(app, monkeypatch):
    assert PATHS_KEPT <= 5000
    monkeypatch.setattr(counts, "PATHS_KEPT", 40)
    counter = app.extensions["counts"]
    for _ in range(2):
        counter.add_missing("/missed-by-readers")
    for wave in range(4):
        for n in range(PATHS_WAITING + 50):
            counter.add_missing(f"/{wave}/{n}")
        assert len(counter._missed) <= PATHS_WAITING + 1
        found = written(app)

    assert len(found) == 40
    assert found["/missed-by-readers"] == 2
    assert found[OTHERS] >= 4 * 50


def test_what_cannot_be_written_waits(app, monkeypatch):
    counter = app.extensions["counts"]
    counter.add_missing("/gone")
    with monkeypatch.context() as broken:
        name = "_write_file" if app.config["DATABASE_URL"].startswith("sqlite") else "_write_table"
        broken.setattr(counter, name, lambda *_: 1 / 0)
        counter.write()
    counter.add_missing("/gone")

    assert written(app) == {"/gone": 2}


def test_missing_pages_are_no_views(app, client, article):
    client.get("/gone")
    app.extensions["counts"].write()

    assert counts.totals(NOON - timedelta(days=1), NOON + timedelta(days=1)) == {}


def test_the_operator_reads_the_log(app, client, site, monkeypatch):
    from newsapp.cli import newsapp

    client.get("/gone")
    written(app)
    monkeypatch.setenv("NEWSAPP_INSTANCE", app.config["INSTANCE"])
    monkeypatch.setenv("NEWSAPP_DATABASE_URL", app.config["DATABASE_URL"])

    assert CliRunner().invoke(newsapp, ["missing"]).output == "       1  2026-03-14 12:00  2026-03-14 12:00  /gone\n"
