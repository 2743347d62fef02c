"""The one clock. Everything that asks for the time asks here, so tests can set it."""

import time
from datetime import UTC, datetime, timedelta

_set_to: float | None = None


def now() -> datetime:
    """Give the present moment, aware, in UTC."""
    return datetime.fromtimestamp(timestamp(), UTC)


def timestamp() -> float:
    """Give the present moment in seconds since 1970."""
    return time.time() if _set_to is None else _set_to


def set_to(moment: datetime | None) -> None:
    """Stop the clock at ``moment`` (tests only); ``None`` lets it go again."""
    global _set_to
    _set_to = None if moment is None else moment.timestamp()


def advance(by: timedelta) -> None:
    """Move a stopped clock (tests only)."""
    global _set_to
    assert _set_to is not None, "the clock is not stopped"
    _set_to += by.total_seconds()
