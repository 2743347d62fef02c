"""Doing several things at once, each in a process of its own, so that no client waits for another's turn."""

from __future__ import annotations

import multiprocessing
import queue
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tools.soak.people import Done

# Spawned and not forked: a process that has threads, or a database open, is not to be forked.
fresh = multiprocessing.get_context("spawn")


def together(acts: list[Callable[[], Done]], meanwhile: Callable[[], None] = lambda: None) -> list[Done]:
    """Do all acts at once, and give what each has done.

    Raises:
        RuntimeError: a process has left without a word.
    """
    answers: Any = fresh.Queue()
    processes = [fresh.Process(target=_tell, args=(act, answers), daemon=True) for act in acts]
    for process in processes:
        process.start()
    meanwhile()
    found: list[Done] = []
    while len(found) < len(acts):
        try:
            found.append(answers.get(timeout=1))
        except queue.Empty:
            if any(process.exitcode for process in processes):
                raise RuntimeError(
                    "a process that was to post or to read has failed; its own words stand above"
                ) from None
    for process in processes:
        process.join()
    return found


def for_a_while(seconds: float, acts: list[Callable[..., Done]]) -> list[Done]:
    """Do all acts at once for so many seconds. Each is given a barrier to begin at, and the event that ends it."""
    start, end = fresh.Barrier(len(acts) + 1), fresh.Event()

    def stop() -> None:
        start.wait(300)  # a busy machine takes its time to begin
        time.sleep(seconds)
        end.set()

    return together([partial(act, start, end) for act in acts], stop)


def _tell(act: Callable[[], Done], answers: Any) -> None:
    answers.put(act())
