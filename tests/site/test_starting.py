"""Starting the site: the first time, and every time after it."""

from __future__ import annotations

from newsapp.db import db
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
