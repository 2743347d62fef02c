"""What the desk's stories cost: comparing a long text, writing it as Markdown, each list over as many stories as there
are, and describing anew a source that hundreds of them cite.

    .venv/bin/python -m tools.bench_stories [database]

Without a database, only the texts are measured. Medians of CPU time, in milliseconds.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from newsapp.articles.body import clean_body
from newsapp.articles.compare import _text
from newsapp.articles.markdown import to_html, to_markdown
from newsapp.demo.fill import HERE, read_story
from newsapp.lib.difference import blocks

WORDS = 3000
LISTS = (
    "", "?tab=mine", "?tab=draft", "?tab=review", "?tab=scheduled", "?tab=published", "?q=harbour", "?q=zzznothing", "?section=1", "?author=1",
    "?tab=published&section=1&author=1",
)  # fmt: skip


def median(act: Callable[[], object], times: int = 9) -> float:
    taken = []
    for _ in range(times):
        begun = time.process_time()
        act()
        taken.append((time.process_time() - begun) * 1000)
    return statistics.median(taken)


def a_long_text() -> str:
    text = ""
    for path in sorted((HERE / "stories").glob("*.html")):
        text += read_story(path)[1]
        if len(text.split()) >= WORDS:
            break
    return text


def changed(html: str, chance: random.Random) -> str:
    """Change one word in thirty, take out a paragraph and put one in."""
    words = [
        chance.choice(["river", "rail", ""]) if word.isalpha() and chance.random() < 1 / 30 else word
        for word in html.split(" ")
    ]
    return " ".join(words).replace("<p>", "<p>A paragraph that is new.</p><p>", 1)


def measure_texts() -> None:
    html = a_long_text()
    before, now = _text(html), _text(changed(html, random.Random(1)))
    n = sum(len(text.split()) for _, text in before)
    print(f"comparing {n:,} words                      {median(lambda: blocks(before, now)):8.1f} ms")
    markdown = to_markdown(html)
    print(f"writing them as Markdown                {median(lambda: to_markdown(html), 5):8.1f} ms")
    print(f"reading the Markdown, and cleaning it   {median(lambda: clean_body(to_html(markdown)), 5):8.1f} ms")


def measure_lists(database: str) -> None:
    from sqlalchemy import func, select

    from newsapp import accounts, create_app
    from newsapp.articles import NewslistLine
    from newsapp.db import db
    from tests.conftest import signed_in

    app = create_app({"DATABASE_URL": f"sqlite:///{database}", "TESTING": True}, instance=Path(database).parent)
    with app.app_context():
        print(f"{db.session.scalar(select(func.count()).select_from(NewslistLine)):,} stories")
        account = accounts.create(
            "Bench", f"bench{time.time_ns()}", f"{time.time_ns()}@example.org", role=accounts.Role.EDITOR
        )
        browser = signed_in(app, account)
        for query in LISTS:
            said = browser.get(f"/desk/articles{query}")
            assert said.status_code == 200
            print(f"/desk/articles{query:<40} {median(lambda: browser.get(f'/desk/articles{query}'), 5):8.1f} ms")  # noqa: B023


def measure_a_source(database: str) -> None:
    """Describe anew a source that as many stories cite as one change may print; nothing of it is kept."""
    from sqlalchemy import select

    from newsapp import create_app
    from newsapp.articles import Article, sourcing
    from newsapp.articles.models import Citation
    from newsapp.db import db

    app = create_app({"DATABASE_URL": f"sqlite:///{database}", "TESTING": True}, instance=Path(database).parent)
    with app.app_context():
        source = sourcing.add({"title": "A report", "publisher": "An office"})
        newest = (
            select(Article)
            .where(Article.ready_at.is_not(None))
            .order_by(Article.id.desc())
            .limit(sourcing.MOST_STORIES)
        )
        for story in db.session.scalars(newest):
            db.session.add(Citation(article_id=story.id, number=99, key="a-report", source=source))
        db.session.flush()
        begun = time.process_time()
        made = sourcing.amend(source, {"title": "The report"}, reason="A typing error in its title")
        print(f"a source of {len(made)} stories described anew   {(time.process_time() - begun) * 1000:8.1f} ms")
        db.session.rollback()


if __name__ == "__main__":
    measure_texts()
    if len(sys.argv) > 1:
        measure_lists(sys.argv[1])
        measure_a_source(sys.argv[1])
