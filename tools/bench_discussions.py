"""What a long discussion costs beside a short one: queries, CPU and bytes of its page made fresh, at 100 and 10,000 comments.

python -m tools.bench_discussions
"""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path

import brotli
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event

from newsapp import articles, create_app, sections
from newsapp.comments import Comment, Thread
from newsapp.comments.models import path_step
from newsapp.db import db
from newsapp.lib import clock
from newsapp.site import Site

SIZES = (100, 10_000)
ROUNDS = 40


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    settings = {"DATABASE_URL": f"sqlite:///{folder}/news.db", "TESTING": True, "PAGE_CACHE": False}
    app = create_app(settings, instance=folder)
    with app.app_context():
        upgrade()
        db.session.add(Site(name="The Bench"))
        world = sections.create("World")
        addresses = {size: discussion(world, size) for size in SIZES}
        db.session.commit()
    print(f"{'comments':>9}  {'page':<12}{'queries':>8}{'CPU ms':>9}{'kB':>8}{'kB (br)':>9}")
    for size, address in addresses.items():
        for name, path in (
            ("article", address), ("page 3", f"{address}/comments?page=3"), ("newest", f"{address}/comments?sort=newest"),
            ("helpful", f"{address}/comments?sort=helpful"), ("count", f"{address}/comments/count"), ("form", f"{address}/comments/new"),
        ):  # fmt: skip
            measure(app, size, name, path)


def discussion(world: sections.Section, size: int) -> str:
    """Write a story with so many comments, four to a thread, as post() would have left them."""
    story = articles.write(f"A story with {size} comments", world, "<p>Words.</p>" * 12)
    story.publish(at=clock.now() - timedelta(days=2))
    db.session.flush()
    first = (db.session.scalar(db.select(db.func.max(Comment.id))) or 0) + 1
    rows, body = (
        [],
        "<p>" + "A comment of an ordinary length, as people write them about barges and rivers. " * 3 + "</p>",
    )
    for n in range(size):
        number, root = first + n, first + n - n % 4
        at = clock.now() - timedelta(days=1) + timedelta(seconds=n)
        rows.append({
            "id": number, "article_id": story.id, "parent_id": root if n % 4 else None, "root_id": root, "depth": 1 if n % 4 else 0,
            "path": path_step(root) + (f".{path_step(number)}" if n % 4 else ""), "guest_name": f"Reader {n % 900}", "body": body,
            "posted_at": at, "approved_at": at, "answers": 0 if n % 4 else 3, "recommended": n * 7 % 31,
        })  # fmt: skip
    db.session.execute(db.insert(Comment).execution_options(raises_tags=True), rows)
    db.session.add(Thread(article_id=story.id, visible=size, roots=size // 4))
    return story.url


def measure(app: Flask, size: int, name: str, path: str) -> None:
    browser = app.test_client()
    if browser.get(path).status_code != 200:
        return  # a short discussion has no third page
    said: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    answer = browser.get(path)
    event.remove(engine, "before_cursor_execute", note)
    began = time.process_time()
    for _ in range(ROUNDS):
        browser.get(path)
    spent = (time.process_time() - began) / ROUNDS * 1000
    queries = sum(statement.startswith(("SELECT", "WITH")) for statement in said)
    packed = len(brotli.compress(answer.data, quality=5))
    print(f"{size:>9,}  {name:<12}{queries:>8}{spent:>9.2f}{len(answer.data) / 1000:>8.1f}{packed / 1000:>9.1f}")


if __name__ == "__main__":
    main()
