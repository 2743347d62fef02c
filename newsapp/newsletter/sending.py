"""Sending issues: a delivery for each receiver, claimed by one sender, handed over once.

One process at a time sends, by a lease that it renews; should two think that it is theirs, a delivery is still claimed
by one of them only. What a process has claimed when it dies is unsure. All else goes on where it stopped.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import insert, select, update
from sqlalchemy.exc import OperationalError

from newsapp import outbox
from newsapp.db import db, reading
from newsapp.lib import clock, leases
from newsapp.newsletter import composing
from newsapp.newsletter.audience import audience
from newsapp.newsletter.issues import Delivery, Issue, list_unsure
from newsapp.outbox.carriers import Carrier, NotNow, Refused, Unreachable, Unsure

JOB = "newsletter"
LEASE = timedelta(seconds=20)
RENEWED_AFTER = timedelta(seconds=5)
UNSURE_AFTER = timedelta(minutes=5)  # longer than the slowest server is waited for
BATCH = 500  # deliveries made in one transaction
REFUSED_IN_A_ROW = 25  # then it is the letter or the sender that is refused, and somebody must look
SERVER_REST = timedelta(minutes=1)
_GONE = re.compile(r"(?<![\d.])5\.1\.(1|2|3|6|10)(?![\d.])")  # Source: RFC 3463, section 3.2: the address itself


def is_anything_due() -> bool:
    """Tell whether there is an issue to go on with, or a claim that nobody has answered."""
    now = clock.now()
    with reading():
        if db.session.scalar(Issue.under_way(now).with_only_columns(Issue.id).limit(1)) is not None:
            return True
        stale = select(Delivery.id).where(Delivery.claimed_at < now - UNSURE_AFTER).limit(1)
        return db.session.scalar(stale) is not None


def send_due(carrier: Carrier | None = None, is_over: Callable[[], bool] = lambda: False) -> int:
    """Go on with every issue that is due, and commit, as long as this process's turn lasts; tells how many letters left."""
    if not is_anything_due():
        return 0
    held = leases.hold(JOB, LEASE)
    if held is None:
        return 0
    turn = _Turn(held, is_over)
    try:
        list_unsure(clock.now() - UNSURE_AFTER)
        db.session.commit()
        return _send_issues(carrier or current_app.extensions["carrier"], turn)
    finally:
        db.session.rollback()
        if turn.until:
            leases.leave(JOB, turn.until)


class _Turn:
    """How long this process may go on, and how fast."""

    def __init__(self, until: datetime, is_over: Callable[[], bool]) -> None:
        self.until: datetime | None = until
        self._is_over = is_over
        self._renewed_at = clock.now()
        self._next = time.monotonic()
        per_minute = current_app.config["NEWSLETTER_PER_MINUTE"]
        self._pause = 60 / per_minute if per_minute else 0.0

    def goes_on(self) -> bool:
        now = clock.now()
        if self.until and now - self._renewed_at > RENEWED_AFTER:
            self.until, self._renewed_at = leases.keep(JOB, self.until, LEASE), now
        return self.until is not None and not self._is_over()

    def wait(self) -> None:
        """Wait for the next letter's place in the minute."""
        now = time.monotonic()
        if self._next > now:
            time.sleep(min(self._next - now, RENEWED_AFTER.total_seconds()))
        self._next = max(self._next, now) + self._pause


def _send_issues(carrier: Carrier, turn: _Turn) -> int:
    sent = 0
    while turn.goes_on():
        with reading():
            found = db.session.scalars(Issue.under_way(clock.now()).with_only_columns(Issue.id)).all()
        went_on = False
        for issue_id in found:
            if _begin(issue_id):
                while turn.goes_on() and fill(issue_id):
                    pass
                n, is_idle = _send_issue(issue_id, carrier, turn)
                sent, went_on = sent + n, went_on or not is_idle
        if not went_on:
            break
    return sent


def _begin(issue_id: int) -> bool:
    """Write down what an issue says, for all who get it; tells whether it may leave."""
    issue = db.session.get(Issue, issue_id)
    if issue is None:
        db.session.rollback()
        return False
    if issue.begun_at is None:
        letter = composing.compose(issue)
        begun = db.session.execute(
            update(Issue)
            .where(Issue.id == issue_id, Issue.begun_at.is_(None), Issue.send_at <= clock.now())
            .values(begun_at=clock.now(), html=letter.html, text=letter.text)
            .execution_options(synchronize_session=False)
        )
        if not begun.rowcount:  # type: ignore[attr-defined]
            db.session.rollback()
            return False
    db.session.commit()
    return True


def fill(issue_id: int) -> bool:
    """Make the next deliveries of an issue, and commit; tells whether there may be more to make."""
    issue = db.session.get_one(Issue, issue_id, with_for_update=True, populate_existing=True)
    if issue.filled_at:
        db.session.commit()
        return False
    found = audience().receivers(issue.newsletter_id, issue.reached, BATCH)
    if found:
        now = clock.now()
        rows = [
            {"issue_id": issue_id, "receiver_id": one.id, "address": one.address, "due_at": now,
             "number": secrets.token_hex(12), "tries": 0, "reason": "", "returned": ""}
            for one in found
        ]  # fmt: skip
        db.session.execute(insert(Delivery), rows)
        issue.reached = found[-1].id
    else:
        issue.filled_at = clock.now()
    db.session.commit()
    return bool(found)


def _send_issue(issue_id: int, carrier: Carrier, turn: _Turn) -> tuple[int, bool]:
    """Send what is due of an issue; tells how many left, and whether there was nothing to do."""
    issue = db.session.get_one(Issue, issue_id)
    if issue.filled_at is None or issue.paused_at:
        db.session.rollback()
        return 0, False
    paper = composing.paper(issue)
    db.session.commit()
    sent, refused, is_idle = 0, 0, True
    with carrier:
        while turn.goes_on():
            claimed = _claim(issue_id)
            if claimed is None:
                _finish(issue_id)
                break
            is_idle = False
            if claimed.receiver_id is None:
                continue
            turn.wait()
            outcome = _send(claimed, paper, carrier)
            sent += outcome == "sent"
            refused = refused + 1 if outcome == "refused" else 0
            if outcome == "unreachable":
                break
            if refused >= REFUSED_IN_A_ROW:
                _pause(issue_id, f"{refused} letters in a row were refused. {claimed.reason}")
                break
    return sent, is_idle


class _Claimed:
    """A delivery that is this process's to hand over."""

    def __init__(self, row: Delivery, receives: bool) -> None:
        self.id, self.issue_id, self.address, self.number = row.id, row.issue_id, row.address, row.number
        self.tries = row.tries + 1
        self.receiver_id = row.receiver_id if receives else None
        self.reason = ""


def _claim(issue_id: int) -> _Claimed | None:
    """Take the delivery that has been due longest, or settle it where it is no longer wanted."""
    while True:
        now = clock.now()
        due = (
            select(Delivery)
            .join(Issue, Issue.id == Delivery.issue_id)
            .where(Delivery.issue_id == issue_id, Delivery.due_at <= now, Issue.paused_at.is_(None))
            .order_by(Delivery.due_at, Delivery.id)
            .limit(1)
            .with_for_update(of=Delivery, skip_locked=True)
        )
        row = db.session.scalar(due)
        if row is None:
            db.session.rollback()
            return None
        issue = db.session.get_one(Issue, issue_id)
        claimed = _Claimed(row, audience().receives(issue.newsletter_id, row.receiver_id))
        values = {"claimed_at": now, "tries": claimed.tries} if claimed.receiver_id else {"skipped_at": now}
        taken = db.session.execute(
            update(Delivery)
            .where(Delivery.id == claimed.id, Delivery.due_at.is_not(None), Delivery.claimed_at.is_(None))
            .values(due_at=None, **values)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()
        if taken.rowcount == 1:  # type: ignore[attr-defined]
            return claimed


def _send(claimed: _Claimed, paper: composing.Paper, carrier: Carrier) -> str:
    assert claimed.receiver_id is not None
    with reading():
        letter = paper.letter_to(claimed.address, audience().ways(paper.newsletter.id, claimed.receiver_id))
    message = outbox.written(letter, claimed.address, claimed.number, paper.begun_at)
    try:
        carrier.carry(message, sender(claimed.number), claimed.address, f"issue-{claimed.issue_id}-{claimed.id}")
    except Unsure as why:
        _note(claimed.id, {"unsure_at": clock.now(), "reason": f"The line broke after it was handed over. {why}"[:300]})
        _rest(claimed.issue_id, str(why))
        return "unreachable"
    except Unreachable as why:  # it was never handed over: this was no try
        _note(claimed.id, {"due_at": clock.now(), "tries": claimed.tries - 1, "reason": str(why)})
        _rest(claimed.issue_id, str(why))
        return "unreachable"
    except Refused as why:
        claimed.reason = str(why)
        _note(claimed.id, {"failed_at": clock.now(), "reason": str(why)})
        if _GONE.search(str(why)):
            audience().suppress(claimed.address, str(why))
            db.session.commit()
            return "gone"
        return "refused"
    except NotNow as why:
        _note(claimed.id, _put_off(claimed.tries, str(why)))
        return "put off"
    _note(claimed.id, {"sent_at": clock.now(), "reason": ""})
    return "sent"


def sender(number: str) -> str:
    """Give the envelope's sender: where there is a mailbox for bounces, it says which letter came back."""
    to: str = current_app.config["BOUNCES_TO"]
    if not to:
        return str(current_app.config["MAIL_FROM"])
    box, _, host = to.partition("@")
    return f"{box}+{number}@{host}"


def _put_off(tries: int, reason: str) -> dict[str, object]:
    if tries > len(outbox.BACK_OFF):
        return {"failed_at": clock.now(), "reason": f"Given up after {tries} tries. {reason}"}
    return {"due_at": clock.now() + timedelta(minutes=outbox.BACK_OFF[tries - 1]), "reason": reason}


def _note(delivery_id: int, values: dict[str, object]) -> None:
    """Write what became of a delivery. A database that is busy is asked again: what is not written is unsure."""
    for attempt in range(5):
        try:
            db.session.execute(
                update(Delivery)
                .where(Delivery.id == delivery_id)
                .values(**({"unsure_at": None, "claimed_at": None} | values))
            )
            db.session.commit()
            return
        except OperationalError:
            db.session.rollback()
            if attempt == 4:
                raise
            time.sleep(attempt + 1)


def _rest(issue_id: int, why: str) -> None:
    current_app.logger.warning("A newsletter cannot leave; it waits: %s", why)
    issue = db.session.get_one(Issue, issue_id)
    issue.resumes_at, issue.trouble = clock.now() + SERVER_REST, why
    db.session.commit()


def _pause(issue_id: int, why: str) -> None:
    db.session.get_one(Issue, issue_id).pause(why)
    db.session.commit()


def _finish(issue_id: int) -> None:
    """Say that an issue is sent, once nothing of it is under way."""
    open_still = select(Delivery.id).where(
        Delivery.issue_id == issue_id, Delivery.due_at.is_not(None) | Delivery.claimed_at.is_not(None)
    )
    issue = db.session.get_one(Issue, issue_id, populate_existing=True)
    if (
        issue.filled_at
        and not issue.finished_at
        and not issue.paused_at
        and db.session.scalar(open_still.limit(1)) is None
    ):
        issue.finished_at, issue.trouble = clock.now(), ""
    elif issue.trouble and not issue.paused_at:
        issue.trouble = ""
    db.session.commit()


def send_trial(issue: Issue, address: str) -> None:
    """Post an issue as it is now to somebody of the newsroom. The caller commits."""
    letter = composing.shown_to(composing.compose(issue), address)
    outbox.post("trial", address, subject=f"Test: {letter.subject}", text=letter.text, html=letter.html)
