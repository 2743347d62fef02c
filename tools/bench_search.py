"""Ask the search of an instance again and again: ``python -m tools.bench_search INSTANCE [--rebuild]``.

It prints, for each kind of question, the 50th and the 99th percentile in ms of the index alone and of the whole page
(no page cache, in this process, without a socket), the size of the index, and the time that a rebuild takes.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select, text

from newsapp import create_app, search
from newsapp.articles import Article
from newsapp.db import db
from newsapp.search import Filters, SearchDocument, index, parse
from newsapp.sections import Section

ROUNDS = 60


def main(instance: Path, rebuild: bool) -> None:
    app = create_app({"PAGE_CACHE": False}, instance=instance)
    with app.app_context():
        stories = db.session.query(SearchDocument).count()
        print(f"{stories:,} documents, {db.engine.dialect.name}")
        if rebuild:
            started = time.perf_counter()
            search.rebuild()
            print(f"rebuilt in {time.perf_counter() - started:.1f} s")
        for name, size in _sizes():
            print(f"{name:<24}{size / 1e6:10.1f} MB")
        common, rare = _words()
        section = db.session.scalars(select(Section.path).order_by(Section.id)).first()
        number = db.session.scalars(select(Section.id).order_by(Section.id)).first()
        db.session.rollback()
        chance = random.Random(1)
        kinds: dict[str, Callable[[], str]] = {
            "rare word": lambda: f"{chance.choice(rare)} ",
            "common word": lambda: f"{chance.choice(common)} ",
            "two common words": lambda: " ".join(chance.sample(common, 2)) + " ",
            "word being typed": lambda: chance.choice(common)[:3],
            "no such word": lambda: chance.choice(common)[:-1] + "zq",
        }
        print(f"{'':<32}{'index p50':>10}{'p99':>8}{'page p50':>10}{'p99':>8}   ms")
        browser = app.test_client()
        for name, typed in kinds.items():
            for where, filters, query in (
                ("", Filters(), ""),
                (", in a section", Filters(sections=(number,)), f"&section={section}"),
            ):
                alone, whole = [], []
                for _ in range(ROUNDS):
                    question = typed()
                    alone.append(_time(lambda q=question, f=filters: _ask(q, f)))
                    address = f"/search?q={question.replace(' ', '+')}{query}"
                    whole.append(_time(lambda a=address: browser.get(a)))
                print(
                    f"{name + where:<32}{_at(alone, 50):10.1f}{_at(alone, 99):8.1f}{_at(whole, 50):10.1f}{_at(whole, 99):8.1f}"
                )


def _ask(question: str, filters: Filters) -> None:
    index(db.session()).query(parse(question), filters, "best", 1)
    db.session.rollback()


def _words() -> tuple[list[str], list[str]]:
    """Give words that nearly every story has, and words that one has: the number in a measured story's headline."""
    bodies = db.session.scalars(select(SearchDocument.body).limit(40)).all()
    counts: dict[str, int] = {}
    for body in bodies:
        for word in set(body.split()):
            if len(word) > 3 and word.isascii():
                counts[word] = counts.get(word, 0) + 1
    common = sorted(counts, key=lambda word: -counts[word])[:20]
    rare = [str(number) for number in db.session.scalars(select(Article.id).order_by(Article.id.desc()).limit(200))]
    return common, rare


def _sizes() -> list[tuple[str, int]]:
    if db.engine.dialect.name != "sqlite":
        row = db.session.execute(
            text("SELECT pg_total_relation_size('search_document'), pg_relation_size('ix_search_document_vector')")
        ).one()
        return [("documents and index", row[0]), ("of it, the index", row[1])]
    pages = text("SELECT name, sum(pgsize) FROM dbstat WHERE name LIKE 'search_%' GROUP BY name ORDER BY 2 DESC")
    try:
        return [(name, size) for name, size in db.session.execute(pages)]
    except Exception:  # SQLite may be built without dbstat
        db.session.rollback()
        fts = db.session.scalar(text("SELECT sum(length(block)) FROM search_fts_data"))
        texts = db.session.scalar(
            text(
                "SELECT sum(length(headline) + length(standfirst) + length(byline) + length(captions) + length(sources) + length(body)) FROM search_document"
            )
        )
        return [("index (search_fts_data)", fts), ("texts (characters)", texts)]


def _time(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _at(times: list[float], percent: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--rebuild" in sys.argv)
