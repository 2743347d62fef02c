"""What runs by itself in a serving process: the scheduler of recurring jobs, one for the whole site.

The mail queue will bring a job runner of its own; until then the only recurring job is the Most read list.
"""

from __future__ import annotations

import atexit
import threading
from datetime import timedelta

from flask import Flask

from newsapp import articles, layout, search
from newsapp.db import db
from newsapp.lib import clock, leases

EVERY = timedelta(minutes=10)
SEARCH_AT_ONCE = 300  # documents: on SQLite nobody else writes for the half second that they take
LOOKS_EVERY = 20  # seconds between two looks at what is due


class Scheduler:
    """Does what is due, in a thread of its own. Every serving process has one; a lease says whose turn it is."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin, and write the view counts when the process ends."""
        atexit.register(self._app.extensions["counts"].write)
        threading.Thread(target=self._run, name="scheduler", daemon=True).start()

    def _run(self) -> None:
        while not self._stopped.wait(LOOKS_EVERY):
            try:
                self.tick()
            except Exception:
                self._app.logger.exception("A recurring job failed; it is tried again.")

    def tick(self) -> bool:
        """Do what is due, if it is this process's turn; tells whether it was."""
        with self._app.app_context():
            self._catch_up_search()
            if not leases.take("most-read", EVERY):
                return False
            self._app.extensions["counts"].write()
            articles.rank(clock.now(), [branch.shelf for branch in layout.layout().tree.top])
            db.session.commit()
            return True

    def _catch_up_search(self) -> None:
        """Write search documents that a change of many stories left for later: a renamed author's old ones."""
        is_behind = search.is_stale(db.session())
        db.session.rollback()
        if is_behind and leases.take("search", timedelta(seconds=LOOKS_EVERY / 2)):
            search.refresh(db.session(), SEARCH_AT_ONCE)
            db.session.commit()


def init_app(app: Flask) -> None:
    app.extensions["scheduler"] = Scheduler(app)
