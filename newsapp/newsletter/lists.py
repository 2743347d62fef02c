"""Subscribers as a file: taken over with the proof of their yes, and handed out whole."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from newsapp.lib import clock
from newsapp.lib.addresses import normalise
from newsapp.newsletter.subscribers import Newsletter, everybody, take_over

NEEDS = ("email", "source", "date")
Row = tuple[str, str, datetime]  # address, where the yes was given, when
MOST = 200_000  # lines
MOST_TOLD = 20  # faults


class WrongList(ValueError):
    """The file cannot be taken over; ``faults`` are sentences, each with its line. ``rows`` is what could be read of it."""

    def __init__(self, faults: list[str], rows: list[Row] | None = None) -> None:
        super().__init__("\n".join(faults))
        self.faults, self.rows = faults, rows or []


def read(text: str) -> list[Row]:
    """Read a CSV whose first line names ``email``, ``source`` (where the yes was given) and ``date`` (when).

    Raises:
        WrongList: a column or a value is missing or wrong; nothing of it is to be taken over.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), skipinitialspace=True)
    named = {(name or "").strip().lower(): name for name in rows.fieldnames or []}
    if lacks := [name for name in NEEDS if name not in named]:
        raise WrongList([f"line 1: there is no column {' and no column '.join(lacks)}. It needs {', '.join(NEEDS)}."])
    found: dict[str, Row] = {}
    faults: list[str] = []
    try:
        for row in rows:
            line = rows.line_num
            if line > MOST:
                faults.append(f"line {line:,}: a file has at most {MOST:,} lines.")
                break
            said = {name: (row.get(named[name]) or "").strip() for name in NEEDS}
            try:
                address = normalise(said["email"])
                at = _moment(said["date"])
                if not said["source"]:
                    raise ValueError("source is empty: say where they have said yes.")
            except ValueError as why:
                faults.append(f"line {line}: “{said['email'][:60]}”: {why}")
                continue
            found.setdefault(address, (address, f"import: {said['source'][:200]}", at))
    except csv.Error as why:
        faults.append(f"line {rows.line_num}: {why}")
    if faults:
        left = len(faults) - MOST_TOLD
        raise WrongList(faults[:MOST_TOLD] + ([f"and {left:,} more"] if left > 0 else []), list(found.values()))
    return list(found.values())


def _moment(said: str) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise ValueError(f"“{said[:40]}” is no date such as 2026-03-14.") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if at > clock.now():
        raise ValueError(f"the date {said[:40]} has not come yet.")
    return at.astimezone(UTC)


def written() -> str:
    """Write everybody as a CSV. What a spreadsheet would take for a formula is written as words."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["email", "newsletter", "state", "source", "date", "confirmed", "ended", "reason", "consent", "suppressed"]
    )
    for who, row, slug, reason in everybody():
        times = [at.isoformat() if at else "" for at in (row.asked_at, row.confirmed_at, row.ended_at)]
        line = [who.address, slug, row.state, row.source, *times, row.end_reason, row.consent, reason or ""]
        writer.writerow([f"'{value}" if value[:1] in "=+-@\t\r" and value else value for value in line])
    return out.getvalue()


__all__ = ["Newsletter", "WrongList", "read", "take_over", "written"]
