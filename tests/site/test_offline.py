"""The service worker as the site serves it, and how an operator switches it off."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from newsapp import create_app
from newsapp.db import db
from tests.conftest import Browser


@pytest.fixture
def without(app, world):
    """The same site where nothing is kept for reading without a network."""
    made = create_app(
        {"DATABASE_URL": app.config["DATABASE_URL"], "TESTING": True, "OFFLINE_READING": False},
        instance=Path(app.config["INSTANCE"]),
    )
    yield Browser(made, made.response_class)
    with made.app_context():
        db.engine.dispose()


def test_the_worker_stands_at_the_root_and_is_asked_for_anew_each_time(client):
    answer = client.get("/service-worker.js")

    assert answer.status_code == 200 and answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_new_build_makes_it_another_file(client):
    named = json.loads(re.match(r"const SHELL = (\[.*?\]);", client.get("/service-worker.js").text)[1])

    assert len(named) == 3
    assert all(client.get(path).status_code == 200 for path in named)
    assert "immutable" in client.get(named[0]).headers["Cache-Control"]


def test_pages_name_the_worker_and_the_page_for_want_of_a_network_is_everybodys(client, world):
    assert '<body data-worker="/service-worker.js">' in client.get("/").text
    answer = client.get("/offline")
    assert answer.headers["Cache-Control"] == "no-cache" and "Set-Cookie" not in answer.headers
    assert '<meta name="robots" content="noindex">' in answer.text


def test_switched_off_nothing_is_installed_and_what_is_there_goes(client, without):
    assert "data-worker" not in without.get("/").text
    assert without.get("/offline").status_code == 404
    script = without.get("/service-worker.js")
    assert script.status_code == 200 and script.text != client.get("/service-worker.js").text
    assert "unregister" in script.text and "caches.delete" in script.text
    assert script.headers["Cache-Control"] == "no-cache"
