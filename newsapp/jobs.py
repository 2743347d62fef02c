"""What runs by itself beside the pages: the scheduler of recurring jobs, and the postman.

Every process has both; a lease says whose turn a job is, and each letter is claimed by one sender. They run in the
serving processes, or, where the setting JOBS is ``no``, in ``newsapp worker``.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from newsapp import accounts, articles, comments, contact, feeds, follows, layout, newsletter, outbox, search
from newsapp.db import db, reading
from newsapp.lib import clock, leases, throttles

EVERY = timedelta(minutes=10)
SEARCH_AT_ONCE = 300  # documents: on SQLite nobody else writes for the half second that they take
LOOKS_EVERY = 20  # seconds between two looks at what is due
COLLECTS_EVERY = timedelta(minutes=2)  # what came back is read
LAST_LETTER = 25  # seconds that a letter under way has to be answered, when the process ends
RELEASES_EVERY = 2  # seconds between two looks for a change of a public story whose time has come


class Scheduler:
    """Does what is due, in a thread of its own. Every serving process has one; a lease says whose turn it is."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopped = threading.Event()
        self._newsletter = threading.Thread(target=self._send_issues, name="newsletter", daemon=True)

    def start(self) -> None:
        """Begin, and write the view counts when the process ends."""
        atexit.register(self._app.extensions["counts"].write)
        if self._app.config["JOBS"]:
            self.work()

    def work(self) -> None:
        """Do what is due from now on, and send the mail, in threads of their own."""
        threading.Thread(target=self._run, name="scheduler", daemon=True).start()
        threading.Thread(target=self._deliver, name="postman", daemon=True).start()
        self._newsletter.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """End all, once each has done what it is at; waits for a newsletter's letter, which would be unsure."""
        self._stopped.set()
        outbox.waiting.set()
        if self._newsletter.is_alive():
            self._newsletter.join(LAST_LETTER)

    def _run(self) -> None:
        looks = 0
        while not self._stopped.wait(RELEASES_EVERY):
            self._try(self.release, "A change could not be released; whoever made it is told.")
            looks += 1
            if looks * RELEASES_EVERY >= LOOKS_EVERY:
                looks = 0
                self._try(self.tick, "A recurring job failed; it is tried again.")

    def _deliver(self) -> None:
        """Send what this process has just written, and look for what others wrote or what must be tried again."""
        while not self._stopped.is_set():
            self._try(self.deliver, "The outbox could not be read; it is tried again.")
            outbox.waiting.wait(LOOKS_EVERY)
            outbox.waiting.clear()

    def _send_issues(self) -> None:
        """Send the newsletters that are due: this process alone, or another."""
        while not self._stopped.wait(RELEASES_EVERY):
            self._try(self.send_issues, "A newsletter could not be sent; it goes on where it stopped.")

    def _try(self, work: Callable[[], object], complaint: str) -> None:
        try:
            work()
        except Exception:
            self._app.logger.exception(complaint)

    def deliver(self) -> int:
        """Send the mail that is due; tells how many letters have left."""
        with self._app.app_context():
            return outbox.send_due()

    def send_issues(self) -> int:
        """Go on with the newsletters that are due; tells how many letters have left."""
        with self._app.app_context():
            return newsletter.send_due(is_over=self._stopped.is_set)

    def release(self) -> int:
        """Put the changes on public stories whose time has come; tells how many. Any process may: each is done once."""
        with self._app.app_context():
            return articles.release_due()

    def tick(self) -> bool:
        """Do what is due, if it is this process's turn; tells whether it was."""
        with self._app.app_context():
            self._catch_up_search()
            if hub := self._app.config["WEBSUB_HUB"]:
                feeds.tell_hub(hub)
            follows.letters.look_for_news()
            if leases.take("waiting", comments.waiting.LOOKS_EVERY):
                comments.waiting.look()
            accounts.standing.post_due()
            newsletter.digests.write_due()
            if self._app.config["BOUNCES_FROM"] and leases.take("bounces", COLLECTS_EVERY):
                self._try(newsletter.collect, "The mailbox of returned letters could not be read.")
            if not leases.take("most-read", EVERY):
                return False
            self._app.extensions["counts"].write()
            for tidy in (
                outbox.tidy,
                accounts.tidy,
                throttles.tidy,
                comments.forget_networks,
                contact.tidy,
                newsletter.tidy,
                newsletter.forget_unanswered,
            ):
                tidy()
            articles.rank(clock.now(), [branch.shelf for branch in layout.layout().tree.top])
            db.session.commit()
            return True

    def _catch_up_search(self) -> None:
        """Write search documents that a change of many stories left for later: a renamed author's old ones."""
        with reading():
            is_behind = search.is_stale(db.session())
        if is_behind and leases.take("search", timedelta(seconds=LOOKS_EVERY / 2)):
            search.refresh(db.session(), SEARCH_AT_ONCE)
            db.session.commit()


def init_app(app: Flask) -> None:
    app.extensions["scheduler"] = Scheduler(app)
