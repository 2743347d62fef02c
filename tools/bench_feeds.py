"""What machines ask for, made anew: ``python -m tools.bench_feeds INSTANCE``.

It prints, for each of the largest feeds and sitemaps, the CPU seconds of the first time in a process and of the times after
it (no page cache, no socket), its length, and by how much it lets the process's memory grow at most. Each is asked for
in a process of its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

from newsapp import create_app

ADDRESSES = (
    "/feed.xml", "/feed.atom", "/feed.json", "/sections/world/feed.xml", "/corrections", "/corrections/feed.xml", "/sitemap.xml",
    "/sitemaps/pages.xml", "/sitemaps/stories-1.xml", "/sitemaps/stories-2.xml", "/news-sitemap.xml",
)  # fmt: skip
AGAIN = 3


def table(instance: Path) -> None:
    print(f"{'made anew':<28}{'first, CPU s':>14}{'later, CPU s':>14}{'kB':>10}{'memory, MB':>12}")
    for address in ADDRESSES:
        run = subprocess.run(
            [sys.executable, "-m", "tools.bench_feeds", str(instance), address], check=True, capture_output=True, text=True
        )  # fmt: skip
        print(run.stdout, end="", flush=True)


def one(instance: Path, address: str) -> None:
    browser = create_app({"PAGE_CACHE": False}, instance=instance).test_client()
    browser.get("/healthz")
    browser.get("/about")  # the frame and the templates are there, as in a process that serves
    before = _peak()
    times = []
    for _ in range(1 + AGAIN):
        started = time.process_time()
        answer = browser.get(address)
        times.append(time.process_time() - started)
        if answer.status_code == 404:
            return  # a paper of so few stories has no second part
    print(
        f"{address:<28}{times[0]:>14.3f}{min(times[1:]):>14.3f}{len(answer.data) / 1000:>10.0f}{_peak() - before:>12.0f}"
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if len(sys.argv) > 2:
        one(Path(sys.argv[1]), sys.argv[2])
    else:
        table(Path(sys.argv[1]))
