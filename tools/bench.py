"""What a page costs: requests for each CPU-second of the server, beside Flask's hello and a bare WSGI function.

Only the server's own CPU time counts, so a slow client or a busy machine shifts the figures little; the ratios are
what the budgets are written in. Sites of 1,000 and 100,000 stories are made once, in .cache/bench.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from newsapp.lib.assets import PREFIX, Assets
from tests.servers import free_port, once_for_all_workers
from tools import bench_feeds

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "bench"
STORY = "undersea-cables-treaty"
PAGES = {"article, 100 comments": f"/articles/{STORY}", "front page": "/", "section": "/sections/world"}
ROUNDS = 5
READERS = 16  # connections at once


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--large", action="store_true", help="also on a site of 100,000 stories")
    arguments.add_argument("--requests", type=int, default=4000, help="for each measured figure and round")
    options = arguments.parse_args()
    sizes = [1_000, 100_000] if options.large else [1_000]
    misses: list[str] = []

    hello = yardstick("hello", options.requests)
    for size in sizes:
        settings = site_of(size)
        print(f"\n{size:,} stories")
        print(
            f"{'page':<24}{'kept: req per CPU-s':>20}{'x hello':>9}{'of bare':>9}{'fresh: CPU ms':>15}{'queries':>9}{'kB (br)':>9}"
        )
        for name, path in PAGES.items():
            with serving(settings) as server:
                body = fetch(server.port, path)
                kept = server.rate(path, options.requests)
            bare = yardstick("bare", options.requests, body)
            with serving(settings | {"NEWSAPP_PAGE_CACHE": "no"}) as server:
                fresh = 1000 / server.rate(path, max(50, options.requests // 40))
            queries = count_queries(settings, path)
            print(
                f"{name:<24}{kept:>20,.0f}{kept / hello:>9.2f}{kept / bare:>9.2f}{fresh:>15.2f}{queries:>9}{len(body) / 1000:>9.1f}"
            )
            if name.startswith("article"):
                misses += [f"{name}, {size:,}: {what}" for what, bad in (
                    ("kept page under 3 times hello", kept < 3 * hello), ("kept page under 0.70 of bare", kept < 0.7 * bare),
                    ("fresh page over 6 ms", fresh > 6), ("over 10 queries", queries > 10)) if bad]  # fmt: skip
        misses += memory(settings)
        print("\nFeeds and sitemaps:", flush=True)
        bench_feeds.table(Path(settings["NEWSAPP_INSTANCE"]))
    misses += wire(site_of(1_000))
    print(f"\nFlask hello: {hello:,.0f} requests per CPU-second")
    for miss in misses:
        print(f"over budget: {miss}")
    return 1 if misses else 0


class Server:
    """A server process under measurement, on core 0; its client runs on the other core."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = psutil.Process(process.pid), port

    def cpu(self) -> float:
        return sum(sum(p.cpu_times()[:2]) for p in [self.process, *self.process.children(recursive=True)])

    def rss(self) -> int:
        return max(p.memory_info().rss for p in [self.process, *self.process.children(recursive=True)])

    def rate(self, path: str, requests: int) -> float:
        """Give the median of requests for each CPU-second over some rounds, after a warm-up."""
        ask_often(self.port, path, max(20, requests // 10))
        rates = []
        for _ in range(ROUNDS):
            before = self.cpu()
            ask_often(self.port, path, requests)
            rates.append(requests / max(self.cpu() - before, 0.01))
        return statistics.median(rates)


@contextmanager
def serving(settings: dict[str, str], application: str | None = None) -> Iterator[Server]:
    port = free_port()
    if application:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1",
                   "--blocking-threads", "1", "--log-level", "error", application]  # fmt: skip
    else:
        command = [sys.executable, "-m", "newsapp.cli", "serve", "--port", str(port)]
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    pin = (lambda: os.sched_setaffinity(0, {cores[0]})) if len(cores) > 1 else None
    environment = {**os.environ, "NEWSAPP_WORKERS": "1", "NEWSAPP_THREADS": "1", **settings}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, preexec_fn=pin)
    if len(cores) > 1:
        os.sched_setaffinity(0, set(cores[1:]))
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        time.sleep(0.3)
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
        if len(cores) > 1:
            os.sched_setaffinity(0, set(cores))


def ask_often(port: int, path: str, times: int) -> None:
    """Ask for one page again and again, as sixteen browsers do: a server that sleeps between two requests pays for waking."""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip, deflate, br\r\nAccept: text/html\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0\r\nAccept-Language: en-GB\r\n\r\n"
    ).encode()
    with ExitStack() as open_ones:
        readers = [open_ones.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(READERS)]
        for reader in readers:
            reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, times, READERS):
            asking = readers[: times - start]
            for reader in asking:
                reader.sendall(request)
            for reader in asking:
                read_answer(reader)


def read_answer(connection: socket.socket) -> bytes:
    data = connection.recv(262144)
    while b"\r\n\r\n" not in data:
        data += connection.recv(262144)
    head, _, body = data.partition(b"\r\n\r\n")
    assert b" 200 " in head[:20], head[:200]
    length = int(
        next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split(b":")[1]
    )
    while len(body) < length:
        body += connection.recv(262144)
    return body


def fetch(port: int, path: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\n\r\n".encode())
        return read_answer(connection)


def yardstick(name: str, requests: int, body: bytes = b"") -> float:
    file = CACHE / "body"
    CACHE.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    with serving({"BENCH_BODY": str(file)}, f"tools.yardsticks:{name}") as server:
        return server.rate("/", requests)


def site_of(size: int) -> dict[str, str]:
    """Make a site of this size once, with a story that has 100 comments."""

    def make(folder: Path) -> None:
        print(f"Making a site of {size:,} stories, once ...", flush=True)
        environment = {**os.environ, "NEWSAPP_INSTANCE": str(folder)}
        subprocess.run(
            [sys.executable, "-m", "newsapp.cli", "demo", "--articles", str(size), "--comments", str(5 * size)],
            cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        subprocess.run([sys.executable, "-m", "tools.bench_comments", STORY], cwd=ROOT, env=environment, check=True)

    return {"NEWSAPP_INSTANCE": str(once_for_all_workers(CACHE / f"site-{size}", make))}


def count_queries(settings: dict[str, str], path: str) -> int:
    """Count the queries of a page made anew in a process that has made it before."""
    code = (
        "import sys; from sqlalchemy import event; from newsapp import create_app; from newsapp.db import db\n"
        "app = create_app({'PAGE_CACHE': False}); c = app.test_client(); c.get(sys.argv[1]); said = []\n"
        "with app.app_context(): engine = db.engine\n"
        "event.listen(engine, 'before_cursor_execute', lambda a, b, s, *r: said.append(s) if s[:6] == 'SELECT' else None)\n"
        "c.get(sys.argv[1]); print(len(said))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, path],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(run.stdout)


def memory(settings: dict[str, str]) -> list[str]:
    """Measure a serving process idle and after 10,000 pages of many addresses."""
    with serving(settings) as server:
        fetch(server.port, "/")
        idle = server.rss() / 2**20
        paths = [
            *PAGES.values(),
            *(f"/sections/{path}?page={n}" for path in ("world", "tech", "climate") for n in range(1, 6)),
        ]
        for path in paths:
            ask_often(server.port, path, 10_000 // len(paths))
        after = server.rss() / 2**20
    print(f"memory of the serving process: {idle:.0f} MB idle, {after:.0f} MB after 10,000 pages")
    return [
        f"memory: {what}"
        for what, bad in (("over 150 MB idle", idle > 150), ("over 180 MB after 10,000 pages", after > 180))
        if bad
    ]


def wire(settings: dict[str, str]) -> list[str]:
    """Add up what the article page sends over the wire, photographs left out."""
    assets = Assets([])
    with serving(settings) as server:
        parts = {"HTML": len(fetch(server.port, PAGES["article, 100 comments"]))}
    folder = ROOT / "static" / "dist"
    for name in ("site.css", "site.js", "img/favicon.svg", "fonts/piazzolla.woff2"):
        file = folder / assets.url(name).removeprefix(PREFIX)
        packed = file.with_name(file.name + ".br")
        parts[name] = (packed if packed.exists() else file).stat().st_size
    text = sum(size for name, size in parts.items() if not name.startswith("fonts/"))
    print(
        "\nThe article over the wire, compressed, in kB: " + ", ".join(f"{n} {s / 1000:.1f}" for n, s in parts.items())
    )
    print(f"together without the font {text / 1000:.1f} kB, {len(parts)} requests")
    misses = []
    if text > 60_000:
        misses.append("the article is over 60 kB without photographs and font")
    if parts["fonts/piazzolla.woff2"] > 52_000:
        misses.append("the preloaded font is over 52 kB")
    return misses


if __name__ == "__main__":
    shutil.rmtree(CACHE / "body", ignore_errors=True)
    sys.exit(main())
