"""What runs by itself in a serving process: the scheduler of recurring jobs, one for the whole site.

The mail queue will bring a job runner of its own; until then the only recurring job is the Most read list.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from newsapp import articles, layout
from newsapp.db import db
from newsapp.lib import clock, leases

EVERY = timedelta(minutes=10)


def start(app: Flask) -> Callable[[], None]:
    """Start the scheduler in a thread of its own; the answer stops it."""
    stopped = threading.Event()
    atexit.register(app.extensions["counts"].write)

    def run() -> None:
        while not stopped.wait(20):
            try:
                tick(app)
            except Exception:
                app.logger.exception("A recurring job failed; it is tried again.")

    threading.Thread(target=run, name="scheduler", daemon=True).start()
    return stopped.set


def tick(app: Flask) -> bool:
    """Do what is due, if it is this process's turn; tells whether it was."""
    with app.app_context():
        if not leases.take("most-read", EVERY):
            return False
        app.extensions["counts"].write()
        frame = layout.layout()
        articles.rank(clock.now(), [branch.shelf for branch in frame.tree.top])
        db.session.commit()
        return True
