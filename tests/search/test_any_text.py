"""Whatever is typed or hung on the address: a page, and a bounded amount of work."""

from __future__ import annotations

import random
from collections.abc import Iterator
from urllib.parse import quote_from_bytes, urlencode

import pytest
from sqlalchemy import event

from newsapp.db import db
from newsapp.lib.terms import LONGEST, MOST_TERMS
from newsapp.search import parse
from tests.conftest import NOON
from tests.small_paper import plant

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
STRINGS = 500
MOST_QUERIES = 40  # of one page: filters, tally, four corrected words, what leads on
LONGEST_STATEMENT = 20_000  # letters, with its values: the question is cut long before it grows this
FILTERS = ("section", "author", "topic", "kind", "past", "from", "to", "sort", "page")
OPERATORS = ['"', "'", "(", ")", "*", "^", ":", "-", "+", "|", "&", "!", "<->", "NEAR(", " AND ", " OR ", " NOT ", "{headline}:", "\\", "%", "_",
             ";", "--", "/*", "$$", "?", "#", "<b>", "&lt;", "\t", "\n", "\r", "\x00", "\x1b", "\x7f", "\u2028",
             "NEAR/2", "marks:", "section:1", "<->", ":*", "&&", "'; DROP TABLE article;--", "{{x}}", "((((((", "a" * 3000, "北" * 500]  # fmt: skip
PLANES = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x400, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF), (0x0E00, 0x0FFF), (0x1100, 0x11FF),
          (0x2000, 0x206F), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7FF), (0xE000, 0xF8FF), (0xFE00, 0xFFFF), (0x10000, 0x107FF),
          (0x1F000, 0x1FAFF), (0x20000, 0x2A6DF), (0xE0000, 0xE01EF), (0x10FF00, 0x10FFFF)]  # fmt: skip
WORDS = [
    "story",
    "number",
    "rivers",
    "text",
    "stroy",
    "world",
    "1e9999",
    "NaN",
    "0",
    "-1",
    "2026-02-30",
    "9999-12-31",
    "١٢",
    "ß",
    "İ",
    "ﬃ",
]


def strings() -> Iterator[bytes]:
    """Give 500 questions as bytes of an address: words, operators, all planes, broken encodings, up to 10,000 letters."""
    chance = random.Random(20260314)
    for n in range(STRINGS):
        length = chance.choice([0, 1, 2, 3, 12, 40, 200, 201] + [10_000] * (n % 25 == 0))
        pieces: list[str] = []
        while sum(map(len, pieces)) < length:
            kind = chance.randrange(4)
            if kind == 0:
                pieces.append(chance.choice(OPERATORS))
            elif kind == 1:
                pieces.append(chance.choice(WORDS) + " ")
            else:
                first, last = chance.choice(PLANES)
                pieces.append("".join(chr(chance.randint(first, last)) for _ in range(1 if length < 1000 else 50)))
        text = "".join(pieces)[:length]
        if n % 7 == 3:
            text += chr(chance.randint(0xD800, 0xDFFF))  # half a character, encoded by itself below
        data = text.encode("utf-8", "surrogatepass")
        if n % 5 == 4:
            data += bytes(chance.randrange(256) for _ in range(6))  # no UTF-8
        yield data


@pytest.fixture
def paper(app, client):
    plant(NOON)
    return client


@pytest.fixture
def work(app) -> Iterator[list[int]]:
    """The length of each statement with its values, as the pages ask them."""
    done: list[int] = []
    engine = db.engine

    def note(connection, cursor, statement, parameters, context, many):
        done.append(len(statement) + len(repr(parameters)))

    event.listen(engine, "before_cursor_execute", note)
    yield done
    event.remove(engine, "before_cursor_execute", note)


def ask(paper, query: str, work: list[int]) -> int:
    work.clear()
    status: int = paper.get(f"/search?{query}", headers=PART if len(query) % 3 == 0 else {}).status_code
    assert status in (200, 404), query[:300]
    assert len(work) <= MOST_QUERIES, (len(work), query[:300])
    assert max(work, default=0) <= LONGEST_STATEMENT, query[:300]
    return status


def test_500_random_questions_are_answered_with_bounded_work(paper, work):
    for data in strings():
        assert ask(paper, f"q={quote_from_bytes(data)}", work) == 200, data[:100]


@pytest.mark.parametrize("name", FILTERS)
def test_500_random_values_of_a_filter_change_no_more_than_the_filter(paper, work, name):
    for n, data in enumerate(strings()):
        if n % len(FILTERS) == FILTERS.index(name) or len(data) > 1000:
            status = ask(paper, f"q=story&{name}={quote_from_bytes(data)}", work)
            assert status == 200 or name == "page", data[:100]


def test_every_filter_at_once_and_each_many_times(paper, work):
    some = list(strings())
    for start in range(0, STRINGS, 50):
        fields = [(name, some[(start + n) % STRINGS][:200]) for n, name in enumerate((*FILTERS[:-1], "q", "unknown"))]
        ask(paper, "&".join(f"{name}={quote_from_bytes(value)}" for name, value in fields), work)
    for name in (*FILTERS, "q"):
        ask(paper, urlencode([(name, f"value {n}") for n in range(900)]), work)
    ask(paper, urlencode([("section", "world")] * 400 + [("section", "world/asia")] * 400), work)


def test_addresses_that_no_form_makes_are_answered(paper, work):
    for query in (
        "q",
        "q=",
        "&&&",
        "=x",
        "q=%",
        "q=%zz&section=%",
        "q=%C3%28",
        "q=%ED%A0%80",
        "q[]=x",
        "q=a;b",
        "%00=%00",
        "q=" + "%20" * 3000,
    ):
        ask(paper, query, work)


def test_a_question_is_at_most_so_many_terms_of_so_many_letters():
    for data in strings():
        terms = parse(data.decode("utf-8", "replace"))
        assert len(terms.all) <= MOST_TERMS
        assert len(terms.text) <= LONGEST
        # A sign may stand for several letters, but not for a book.
        assert sum(len(term.text) for term in terms.all) <= 20 * LONGEST
