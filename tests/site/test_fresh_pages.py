"""A kept page is the page as it would be made now, byte for byte, whatever was changed and whoever changed it."""

from __future__ import annotations

import difflib
import json
import random
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from newsapp import create_app
from newsapp.accounts import Account
from newsapp.articles import Change, Listing, Placement
from newsapp.articles.breaking import Banner
from newsapp.db import db
from newsapp.lib import clock
from tests import changes
from tests.conftest import NOON, Browser, signed_in
from tests.small_paper import addresses, plant

CHANGES = 300
CLOCK_STEPS = 60  # among them
ROUNDS = 18  # where each costs a page three times
# Rooms whose verbs print nothing in the paper: what they do is looked for with the next change.
QUIET = {
    "accounts",
    "contact",
    "outbox",
    "newsletter",
    "follows",
    "Issue",
    "Returned",
    "Delivery",
    "Subscription",
    "SignIn",
}
VARIANTS = ({}, {"Cookie": "prefs=dark.xl"}, {"HX-Request": "true", "HX-Request-Type": "partial"})


def test_every_verb_is_among_the_changes():
    assert changes.verbs_in_the_code() == set(changes.VERBS) | set(changes.SAME_AS)


def test_every_column_is_changed_or_has_a_verb():
    known = set(changes.columns()) | changes.BY_VERB_ONLY
    tables = {row.class_.__table__ for row in changes.Base.registry.mappers if issubclass(row.class_, changes.Tagged)}
    values = {f"{t.name}.{c.name}" for t in tables for c in t.columns if not c.primary_key and not c.foreign_keys}

    assert values <= known
    assert {name.split(".")[0] for name in changes.BY_VERB_ONLY} <= {table.name for table in tables}


@pytest.fixture
def paper(app):
    plant(NOON)
    return app


@pytest.fixture
def oracle(paper):
    """The same site with the page cache off; what it holds in memory is forgotten after each change."""
    bare = create_app(
        {"DATABASE_URL": paper.config["DATABASE_URL"], "TESTING": True, "PAGE_CACHE": False},
        instance=Path(paper.config["INSTANCE"]),
    )
    yield bare
    with bare.app_context():
        db.engine.dispose()


def test_after_each_of_300_changes_every_kept_page_is_as_if_made_anew(paper, oracle):
    chance = random.Random(20260314)
    todo = list(changes.VERBS.items()) + list(changes.columns().items())
    everything = todo + [("clock", step_clock)] * CLOCK_STEPS
    quiet = [one for one in everything if one[0].partition(".")[0] in QUIET]
    everything = [one for one in everything if one not in quiet]
    everything += [chance.choice(todo) for _ in range(CHANGES - len(everything))]
    chance.shuffle(everything)
    everything, more = everything[:CHANGES], everything[CHANGES:]
    quiet += more  # each goes before another change, as the quiet ones do
    kept = Browser(paper, paper.response_class)
    assert len(everything) >= CHANGES

    for n, (name, change) in enumerate(everything):
        before = [quiet.pop()] if quiet else []
        for one in (*before, (name, change)):
            one[1](chance)
            db.session.commit()
        compare(
            kept, oracle, VARIANTS[n % len(VARIANTS)], after=f"change {n}, {' and '.join(o[0] for o in before)} {name}",
            kept_only=n % 4 > 0,  # an answer that is never kept is made anew here as well; only its parts can be old
        )  # fmt: skip
    assert not quiet


def test_time_alone_shows_and_hides_what_is_due(paper, oracle):
    kept = Browser(paper, paper.response_class)
    compare(kept, oracle, {}, after="nothing")

    for _ in range(12):
        step_clock(random.Random(1), to_next=True)
        compare(kept, oracle, {}, after=f"the clock at {clock.now()}")


def test_two_processes_see_each_others_changes_at_once(paper, oracle, tmp_path):
    chance = random.Random(7)
    here = Browser(paper, paper.response_class)
    verbs = [name for name in changes.VERBS if name != "articles.rank"]  # counts are each process's own until written
    with other_process(paper) as ask:
        for n in range(ROUNDS):
            name = verbs[n * 7 % len(verbs)]
            if n % 2:
                changes.VERBS[name](chance)
                db.session.commit()
            else:
                ask(change=name, seed=n)
            bare = fresh(oracle)
            paper_now = {address: body(bare, address) for address in addresses()}
            for address, page in paper_now.items():
                same(body(here, address), page, f"{address} here, after {name}")
            if paper.config["DATABASE_URL"].startswith("postgresql") and n % 2:
                clock_is_asked_at_most_once_a_second = 1.05
                subprocess.run(["sleep", str(clock_is_asked_at_most_once_a_second)], check=True)
            for address, page in ask(addresses=list(paper_now)).items():
                same(page, paper_now[address], f"{address} there, after {name}")


def test_people_signed_in_get_pages_of_their_own_and_leave_nothing_behind(paper, oracle):
    chance = random.Random(11)
    stranger = Browser(paper, paper.response_class)
    mine = signed_in(paper, a_reader())
    theirs = signed_in(oracle, a_reader())
    todo = [*changes.VERBS.items()]
    for n in range(ROUNDS):
        name, change = todo[n * 11 % len(todo)]
        if name in changes.SIGNS_OUT:
            continue
        change(chance)
        db.session.commit()
        bare = fresh(oracle)
        for address in addresses():
            own = mine.get(address)
            same(body(stranger, address), body(bare, address), f"{address} for a stranger, after {name}")
            assert "Sign out" in own.text or own.mimetype != "text/html" or own.location, (
                f"{address}: the reader is not known, after {name}"
            )
            assert as_said(own) == as_said(theirs.get(address)), f"{address} for a reader, after {name}"
            if own.status_code == 200:
                assert "private" in own.headers["Cache-Control"]


def step_clock(chance: random.Random, *, to_next: bool = False) -> None:
    """Move to a moment at which something begins or ends, or past midnight, or a little."""
    now = clock.now()
    begins = select(func.min(Listing.published_at)).where(Listing.published_at > now)
    moments = [
        db.session.scalar(begins),
        db.session.scalar(select(func.min(Listing.ends_at)).where(Listing.ends_at > now)),
        db.session.scalar(select(func.min(Placement.starts_at)).where(Placement.starts_at > now)),
        db.session.scalar(select(func.min(Placement.ends_at)).where(Placement.ends_at > now)),
        db.session.scalar(select(func.min(Banner.ends_at)).where(Banner.ends_at > now)),
        db.session.scalar(select(func.min(Change.at)).where(Change.at > now)),
    ]
    db.session.rollback()
    ahead = sorted(m for m in moments if m is not None)
    if ahead and (to_next or chance.random() < 0.6):
        clock.set_to(ahead[0])
    elif to_next or chance.random() < 0.1:
        clock.advance(timedelta(hours=13))
    else:
        clock.advance(timedelta(seconds=chance.randint(1, 600)))


def compare(kept: Browser, oracle, headers: dict[str, str], after: str, *, kept_only: bool = False) -> None:
    bare = fresh(oracle)  # nothing is changed between these requests, so what one of them keeps is new for the next
    for address in addresses():
        seen = kept.get(address, headers=headers)
        if kept_only and "no-store" in seen.headers["Cache-Control"]:
            continue
        made = bare.get(address, headers=headers)
        same([seen.status_code, seen.text], [made.status_code, made.text], f"{address} after {after} at {clock.now()}")


def same(kept: list[Any], made: list[Any], where: str) -> None:
    """Fail with the lines that differ."""
    if kept != made:
        lines = difflib.unified_diff(kept[1].splitlines(), made[1].splitlines(), "kept", "made", n=0, lineterm="")
        pytest.fail(f"{where}: {kept[0]}, {made[0]}\n" + "\n".join(lines), pytrace=False)


def body(browser: Browser, address: str) -> list[Any]:
    answer = browser.get(address)
    return [answer.status_code, answer.text]


def fresh(oracle) -> Browser:
    forget_parts(oracle)
    return Browser(oracle, oracle.response_class)


def forget_parts(oracle) -> None:
    for kept in ("parts", "printed comments"):
        oracle.extensions.pop(kept, None)


def a_reader() -> Account:
    return db.session.scalars(select(Account).where(Account.username == "reader1")).one()


def as_said(answer) -> str:
    """Give a page without the forms' tokens, which are new each second."""
    return re.sub(r'(name="csrf_token" value=")[^"]*', r"\1", answer.text)


class other_process:
    """The same site in another Python process, driven line by line."""

    def __init__(self, app) -> None:
        settings = {"database": app.config["DATABASE_URL"], "instance": app.config["INSTANCE"]}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.site.other_process", json.dumps(settings)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip

    def __enter__(self):
        return self._ask

    def _ask(self, **question):
        assert self._process.stdin and self._process.stdout
        db.session.rollback()
        self._process.stdin.write(json.dumps({"now": clock.now().isoformat(), **question}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the other process has died"
        return json.loads(answer)

    def __exit__(self, *_):
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()
