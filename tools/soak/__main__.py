"""The proofs. ``python -m tools.soak [--small] [--postgres] [posting] [reading] [signing-in] [newsletter] [scanner]``"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import inf

from tools.soak import figures, newsletter, people, scanner
from tools.soak.people import Done
from tools.soak.site import Person, Served, served
from tools.soak.together import for_a_while, fresh, together

PROCESSES = 4
READERS = 50
SIGNING_IN = 8
PATIENCE = 5.0  # seconds: no answer takes longer, whatever else goes on; SQLite's writers wait as long for their turn


@dataclass
class Size:
    """How much of everything."""

    comments: int  # of each process
    seconds: float  # of each measurement
    people: int  # who post while it is measured, for each process
    patience: float = PATIENCE
    readers: int = 5000  # of a newsletter
    kills: int = 20  # of who sends it
    letters: int = 1000  # that a mail scanner opens


FULL, SMALL = Size(1000, 15.0, 300), Size(40, 2.0, 60, readers=300, kills=4, letters=60)


@dataclass
class Proof:
    """What a proof has measured, and which promises it has seen broken."""

    title: str
    patience: float
    lines: list[tuple[str, str, list[float], float]] = field(default_factory=list)  # when, what, seconds, lasted
    broken: list[str] = field(default_factory=list)

    def note(self, when: str, everybody: list[Done]) -> None:
        """Take what everybody did into the table, and their errors among the broken promises."""
        for what in dict.fromkeys(what for done in everybody for what in done.seconds):
            took = sorted(second for done in everybody for second in done.seconds.get(what, []))
            self.lines.append((when, what, took, max(done.lasted for done in everybody if what in done.seconds)))
            if took[-1] > self.patience and what != "hash":
                self.broken.append(f"{when}: {what} took {took[-1]:.1f} s once")
        for done in everybody:
            self.broken += [f"{when}: {n} times {error}" for error, n in done.errors.items()]

    def mean(self, when: str, what: str) -> float:
        """Give the mean seconds of an act. A median would not do: most writers go straight through, and some wait long."""
        return next(sum(took) / len(took) for one, other, took, _ in self.lines if (one, other) == (when, what))

    def print(self) -> None:
        print(f"\n{self.title}\n{'':<26}{'':<12}{'n':>7}{'per s':>9}{'p50 ms':>9}{'p99 ms':>9}{'most ms':>9}")
        for when, what, took, lasted in self.lines:
            numbers = (_at(took, 0.5), _at(took, 0.99), took[-1])
            shown = "".join(f"{number * 1000:>9.1f}" for number in numbers)
            print(f"{when:<26}{what:<12}{len(took):>7,}{len(took) / lasted:>9.0f}{shown}")
        for words in self.broken:
            print(f"BROKEN: {words}")
        if not self.broken:
            print("Every promise held.")


def posting(size: Size, on_postgres: bool) -> Proof:
    """Four processes post at once: everything is there, every figure is true, no answer is an error."""
    proof = Proof(
        f"{PROCESSES} processes post {size.comments:,} comments each at once, {PROCESSES} serve", size.patience
    )
    each = -(-size.comments // people.EACH_POSTS)
    with served(each * PROCESSES, PROCESSES, on_postgres) as site:
        shares = [site.people[n * each : (n + 1) * each] for n in range(PROCESSES)]
        start = fresh.Barrier(PROCESSES)
        everybody = together(
            [
                partial(people.post_many, site.address, f"process {n}", share, size.comments, start)
                for n, share in enumerate(shares)
            ]
        )
        proof.note("at once", everybody)
        proof.broken += figures.faults(everybody)
        wanted = PROCESSES * size.comments
        if (got := sum(len(done.posted) for done in everybody)) != wanted:
            proof.broken.append(f"{got:,} of {wanted:,} comments were taken")
        left = wanted - sum(len(done.deleted) for done in everybody)
        with urllib.request.urlopen(f"{site.story}/comments/count", timeout=10) as answer:
            if (said := json.load(answer)["count"]) != left:
                proof.broken.append(f"the page says {said:,} comments; there are {left:,}")
    return proof


def reading(size: Size, on_postgres: bool) -> Proof:
    """Commenting goes on while many read, and reading while many comment."""
    proof = Proof(
        f"{PROCESSES} people comment without a pause while {READERS} readers read without a pause", size.patience
    )
    with served(size.people * PROCESSES * 2, 2, on_postgres) as site:
        read = partial(people.read_until, site.address, READERS // 2)
        alone, beside = _halves(site.people)
        proof.note("readers alone", for_a_while(size.seconds, [read, read]))
        written = for_a_while(size.seconds, _posters(site, alone, "alone"))
        proof.note("commenters alone", written)
        both = for_a_while(size.seconds, [*_posters(site, beside, "beside"), read, read])
        proof.note("both", both)
        proof.broken += figures.faults([*written, *both])
    return proof


def signing_in(size: Size, on_postgres: bool) -> Proof:
    """Signing in hashes a password slowly, and no writer waits for that: beside it, as beside other work of the cores."""
    proof = Proof(f"{PROCESSES} people comment while {SIGNING_IN} at once sign in", size.patience)
    with served(size.people * PROCESSES * 4, 2, on_postgres) as site:
        half, at_door = _halves(site.people)
        first, second = _halves(half)
        third, at_door = _halves(at_door)
        written = [for_a_while(size.seconds, _posters(site, first, "alone"))]
        proof.note("alone", written[-1])
        # Hashing as much beside the site tells what the cores cost: two at once, as the site's two processes have it.
        hashing = partial(people.hash_until, 2)
        written.append(for_a_while(size.seconds, [*_posters(site, second, "hashing"), hashing]))
        proof.note("beside hashing elsewhere", written[-1])
        sign_in = partial(people.sign_in_until, site.address, at_door, SIGNING_IN)
        written.append(for_a_while(size.seconds, [*_posters(site, third, "signing in"), sign_in]))
        proof.note("beside signing in", written[-1])
        proof.broken += figures.faults([done for part in written for done in part])
    elsewhere, here = (proof.mean(f"beside {what}", "post") for what in ("hashing elsewhere", "signing in"))
    if here > 3 * elsewhere:
        proof.broken.append(
            f"posting takes {here / elsewhere:.1f} times as long beside signing in as beside hashing elsewhere"
        )
    return proof


def sending_newsletter(size: Size, on_postgres: bool) -> Proof:
    """Whoever sends an issue is killed again and again: nobody is missed, and nobody gets it twice."""
    proof = Proof(f"An issue to {size.readers:,}, its sender killed {size.kills} times", inf)
    with newsletter.paper(size.readers, on_postgres) as (app, folder, database):
        gaps, took, memory, faults = newsletter.send(app, folder, database, size.readers, size.kills)
    print(f"the sender's memory: {memory / 2**20:.0f} MB at most")
    proof.lines.append(("deaths and starts included", "letter", sorted(gaps), took))
    proof.broken += faults
    return proof


def scanning(size: Size, on_postgres: bool) -> Proof:
    """A mail scanner opens every link of every letter: nothing is changed by it."""
    proof = Proof(f"A scanner opens all links of {size.letters:,} letters", size.patience)
    took, lasted, proof.broken = scanner.scan(size.letters, on_postgres)
    proof.lines.append(("GET and HEAD", "request", took, lasted))
    return proof


def _posters(site: Served, who: list[Person], name: str) -> list[Callable[..., Done]]:
    each = len(who) // PROCESSES
    return [
        partial(people.post_until, site.address, f"{name} {n}", who[n * each : (n + 1) * each])
        for n in range(PROCESSES)
    ]


def _halves(who: list[Person]) -> tuple[list[Person], list[Person]]:
    return who[: len(who) // 2], who[len(who) // 2 :]


def _at(sorted_numbers: list[float], part: float) -> float:
    return sorted_numbers[min(len(sorted_numbers) - 1, int(len(sorted_numbers) * part))]


PROOFS = {
    "posting": posting,
    "reading": reading,
    "signing-in": signing_in,
    "newsletter": sending_newsletter,
    "scanner": scanning,
}


def main() -> int:
    arguments = argparse.ArgumentParser(prog="bin/soak", description=__doc__)
    arguments.add_argument("proofs", nargs="*", help=f"which: {', '.join(PROOFS)}; all of them where none is named")
    arguments.add_argument("--small", action="store_true", help="some seconds of each")
    arguments.add_argument("--postgres", action="store_true", help="on PostgreSQL")
    options = arguments.parse_args()
    if unknown := set(options.proofs) - set(PROOFS):
        arguments.error(f"no such proof: {', '.join(unknown)}")
    load = os.getloadavg()
    engine = "PostgreSQL" if options.postgres else "SQLite"
    print(f"On {engine}, {os.cpu_count()} cores; load before: {load[0]:.1f}")
    is_broken = False
    for name in options.proofs or PROOFS:
        proof = PROOFS[name](SMALL if options.small else FULL, options.postgres)
        proof.print()
        is_broken |= bool(proof.broken)
    return 1 if is_broken else 0


if __name__ == "__main__":
    sys.exit(main())
