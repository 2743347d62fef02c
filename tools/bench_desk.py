"""What the desk costs at 1,000,000 comments: each list, a story's and a person's history, searches, a page of 10,000 comments.

python -m tools.bench_desk [--comments 1000000]. The site is made once, in .cache/bench-desk; that takes some minutes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, func, select

from newsapp import create_app
from newsapp.accounts import Role
from newsapp.accounts import create as create_account
from newsapp.articles import Article
from newsapp.comments import Comment, CommentText, Thread
from newsapp.db import db
from newsapp.demo import large
from tests.conftest import Browser, signed_in
from tests.newsroom import fill_demo
from tests.servers import ROOT

CACHE = ROOT / ".cache" / "bench-desk"
ROUNDS = 7


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--comments", type=int, default=1_000_000)
    wanted = arguments.parse_args().comments
    app = site_of(wanted)
    with app.app_context():
        pages = addresses(wanted)
        moderator = create_account(
            "Measuring", f"m{time.time_ns()}", f"m{time.time_ns()}@example.org", None, Role.MODERATOR
        )
        browser = signed_in(app, moderator)
        load = os.getloadavg()[0]
        print(f"{wanted:,} comments, SQLite, made fresh; load before: {load:.1f}")
        print(f"{'page':<44}{'queries':>8}{'CPU ms':>9}{'ms':>9}{'worst':>9}{'kB':>8}")
        for name, address in pages.items():
            measure(app, browser, name, address)
        db.session.delete(moderator)
        db.session.commit()


def site_of(comments: int) -> Flask:
    """Give the application on a demo newsroom with so many comments more, made once."""
    folder = CACHE / f"{comments}"
    settings = {"PAGE_CACHE": False, "TESTING": True}
    if not (folder / ".made").exists():
        print(f"Making a site of {comments:,} comments, once ...", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "news.db").unlink(missing_ok=True)
        fill_demo(folder)
        app = create_app({"DATABASE_URL": f"sqlite:///{folder}/news.db", **settings}, instance=folder)
        with app.app_context():
            upgrade()
            large.enlarge(2000, comments, lambda said: print(said, flush=True))
            db.session.remove()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()
        (folder / ".made").touch()
    app = create_app({"DATABASE_URL": f"sqlite:///{folder}/news.db", **settings}, instance=folder)
    with app.app_context():
        upgrade()  # an older one takes the migrations since
    return app


def addresses(comments: int) -> dict[str, str]:
    """Give the pages to measure, by name."""
    longest = db.session.execute(
        select(Thread.article_id, Thread.visible).order_by(Thread.visible.desc()).limit(1)
    ).one()
    story = db.session.get_one(Article, longest.article_id)
    busiest, wrote = db.session.execute(
        select(Comment.account_id, func.count())
        .where(Comment.account_id.is_not(None))
        .group_by(Comment.account_id)
        .order_by(func.count().desc())
        .limit(1)
    ).one()
    guest = db.session.scalar(select(func.max(Comment.id)).where(Comment.guest_email.is_not(None)))
    rare = db.session.scalar(select(CommentText.words).where(CommentText.comment_id == comments // 2)).split()[-1]
    common = db.session.scalar(select(CommentText.words).where(CommentText.comment_id == comments // 2)).split()[0]
    desk = "/desk/comments"
    deep = db.session.scalar(
        select(Comment.id).where(Comment.approved_at.is_not(None)).order_by(Comment.id).offset(1000).limit(1)
    )
    return {
        **{f"desk: {tab}": f"{desk}?tab={tab}" for tab in ("waiting", "reported", "appeals", "approved", "rejected", "hidden", "spam", "banned")},
        "desk: approved, the last pages": f"{desk}?tab=approved&after={deep}",
        **{f"desk: {tab} under a story of {longest.visible:,}": f"{desk}?tab={tab}&article={story.id}" for tab in ("waiting", "approved", "rejected")},
        "desk: reported under a story": f"{desk}?tab=reported&article={story.id}",
        f"desk: a person of {wrote:,}": f"{desk}/people/{busiest}",
        "desk: a guest": f"{desk}/people/guest-{guest}",
        f"search: a rare word ({rare})": f"{desk}?q={rare}+",
        f"search: a common word ({common})": f"{desk}?q={common}+",
        "search: a common word, in spam": f"{desk}?q={common}+&state=spam",
        "search: a common word, in the story": f"{desk}?q={common}+&article={story.id}",
        "search: a name": f"{desk}?q=Measured+Reader+{busiest}+",
        "search: an address": f"{desk}?q=guest5@example.org",
        "search: nothing": f"{desk}?q=zzzzzz",
        "desk: today": "/desk",
        "desk: log": "/desk/log",
        "words tried on the last 1,000": "POST",
        f"article, {longest.visible:,} comments": story.url,
        "its third page": f"{story.url}/comments?page=3",
        "its last page": f"{story.url}/comments?page={-(-db.session.get_one(Thread, story.id).roots // 50)}",
        "its newest first": f"{story.url}/comments?sort=newest",
        "its most helpful": f"{story.url}/comments?sort=helpful",
    }  # fmt: skip


def measure(app: Flask, browser: Browser, name: str, address: str) -> None:
    """Print what a page costs, the second time that it is asked for and later."""
    said: list[str] = []

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        said.append(statement)

    def ask() -> bytes:
        if address == "POST":
            answer = browser.post(
                "/desk/words", data={"words": "\n".join(f"word{n}" for n in range(50)), "kind": "look", "act": "try"}
            )
        else:
            answer = (browser if address.startswith("/desk") else Browser(app, app.response_class)).get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.data

    ask()
    event.listen(db.engine, "before_cursor_execute", note)
    ask()
    event.remove(db.engine, "before_cursor_execute", note)
    took, spent = [], []
    for _ in range(ROUNDS):
        began, at_work = time.perf_counter(), time.process_time()
        body = ask()
        took.append((time.perf_counter() - began) * 1000)
        spent.append((time.process_time() - at_work) * 1000)
    queries = sum(statement.startswith(("SELECT", "WITH")) for statement in said)
    print(
        f"{name:<44}{queries:>8}{statistics.median(spent):>9.1f}{statistics.median(took):>9.1f}{max(took):>9.1f}{len(body) / 1000:>8.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
