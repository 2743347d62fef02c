"""The one clock. Everything that asks for the time asks here, so tests can set it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_set_to: float | None = None


def now() -> datetime:
    """Give the present moment, aware, in UTC."""
    return datetime.fromtimestamp(timestamp(), UTC)


def timestamp() -> float:
    """Give the present moment in seconds since 1970."""
    return time.time() if _set_to is None else _set_to


def set_to(moment: datetime | None) -> None:
    """Stop the clock at ``moment`` (tests, and the demo's past); ``None`` lets it go again."""
    global _set_to
    _set_to = None if moment is None else moment.timestamp()


@contextmanager
def kept() -> Iterator[None]:
    """Put the clock back behind the block to what it was before."""
    global _set_to
    before = _set_to
    try:
        yield
    finally:
        _set_to = before


def advance(by: timedelta) -> None:
    """Move a stopped clock (tests only)."""
    global _set_to
    assert _set_to is not None, "the clock is not stopped"
    _set_to += by.total_seconds()
