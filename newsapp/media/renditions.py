"""Cutting a picture to the sizes that the layouts need.

A child process does it (``cutter.py``): decoding takes memory that a serving process would not give back, and
what a hostile file does to a decoder, it does to the child.
"""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

CUTTER = Path(__file__).with_name("cutter.py")
FORMATS = ("avif", "webp", "jpg")
MAX_BYTES = 25 * 1024 * 1024


class NotAPicture(Exception):
    """A file that the site cannot use as a picture; the message is a sentence for the person who sent it."""


@dataclass(frozen=True)
class Cut:
    """What was made of one original: files named ``<stem>-<width>.<format>`` and the original itself."""

    stem: str
    original: str  # its key
    width: int  # of the original, upright, in pixels
    height: int
    widths: list[int]  # ascending; each in every format
    sha256: str  # of the file as it was sent
    said: dict[str, str] = field(default_factory=dict)  # what the file says of itself: names of columns, plain text

    @property
    def files(self) -> list[str]:
        return [self.original, *(f"{self.stem}-{width}.{kind}" for width in self.widths for kind in FORMATS)]


def cut(data: bytes, folder: Path) -> Cut:
    """Cut one picture and write its files into ``folder``. What was cut before is not cut again.

    Raises:
        NotAPicture: too large, not a picture, damaged, too small, or more pixels than memory should hold.
    """
    return cut_many([data], folder)[0]


def cut_many(originals: list[bytes], folder: Path, processes: int = 1) -> list[Cut]:
    """Cut several pictures, ``processes`` at a time; give them in the order of ``originals``.

    Raises:
        NotAPicture: as ``cut()``, of the first that cannot be used; the others may have been cut.
    """
    if any(len(data) > MAX_BYTES for data in originals):
        raise NotAPicture(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    made = {number: found for number, data in enumerate(originals) if (found := _cut_before(data, folder))}
    # The largest first, so that no child is left with a long one when the others are done.
    waiting = sorted(set(range(len(originals))) - set(made), key=lambda number: -len(originals[number]))
    count = min(processes, len(waiting))
    if not count:
        return [made[number] for number in range(len(originals))]

    idle: SimpleQueue[_Child] = SimpleQueue()

    def cut_one(number: int) -> Cut:
        child = idle.get()
        try:
            return child.cut(originals[number])
        finally:
            idle.put(child)

    with ExitStack() as children, ThreadPoolExecutor(count) as pool:
        for _ in range(count):
            idle.put(children.enter_context(_Child(folder)))
        made |= dict(zip(waiting, pool.map(cut_one, waiting), strict=True))
    return [made[number] for number in range(len(originals))]


def _cut_before(data: bytes, folder: Path) -> Cut | None:
    """Give what an earlier cut of the same bytes has left in ``folder``, where all of it is there."""
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        found = Cut(**json.loads((folder / f"{sha256[:20]}-made.json").read_text(encoding="ascii")))
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found if all((folder / name).exists() for name in found.files) else None


class _Child:
    """A process that cuts one picture after the other."""

    def __init__(self, folder: Path) -> None:
        program = [sys.executable, "-I", str(CUTTER), str(folder)]
        self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # closes its standard input, which ends it

    def cut(self, data: bytes) -> Cut:
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(len(data).to_bytes(8, "big") + data)
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = b""
        if not answer and self._process.wait() == -signal.SIGALRM:
            raise NotAPicture("The picture takes too long to open.")
        if not answer:  # the disk is full, or the system has ended the child because memory was
            raise NotAPicture("The picture could not be cut; the site’s log says why.")
        made = json.loads(answer)
        if "refused" in made:
            raise NotAPicture(made["refused"])
        return Cut(**made)
