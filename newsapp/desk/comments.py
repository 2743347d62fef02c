"""The queue of comments: reading it, deciding, and taking a decision back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Response, abort, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from newsapp import comments
from newsapp.accounts.log import LogEntry
from newsapp.articles import Article
from newsapp.comments import STATES, Appeal, Comment, DecidedMeanwhile, RejectionReason, Report, Sanction
from newsapp.comments.reports import MAX_WORDS
from newsapp.db import db
from newsapp.desk import queue as lists
from newsapp.desk.find import find
from newsapp.desk.frame import bp, me, sees_addresses
from newsapp.desk.queue import PER_PAGE, SHORT, TABS, Listed
from newsapp.lib import clock, tags
from newsapp.lib.text import whole_number
from newsapp.lib.web import own_path, page

MOST_AT_ONCE = 100
LEAVES = ("keep", "approve", "show")  # after these the comment is on the page
MAKES = {"reject": "rejected", "spam": "spam", "hide": "hidden", "hold": "waiting"}  # nothing is made what it is
SITTING = timedelta(hours=1)  # how far back one goes through one's own decisions
ANCESTORS = 10  # shown above a reply
CALLED = {
    "approve": "Approved", "hold": "Held", "reject": "Rejected", "spam": "Marked as spam", "hide": "Hidden", "show": "Put back",
    "feature": "Featured", "unfeature": "No longer featured", "pin": "Pinned", "unpin": "No longer pinned", "undo": "Taken back",
    "keep": "Left as it is", "grant": "Appeal granted", "decline": "Appeal declined",
}  # fmt: skip

# What was done elsewhere, as the list that it led back to says it, by the word in its address.
DONE = {
    "warn": "Warned: they read it on the site.", "premoderate": "From now on everything of this person is read first.",
    "suspend": "Suspended: they read on the site until when, and why.", "ban": "Banned: they read on the site why.",
    "premoderate-guest": "From now on everything from this address is read first.", "suspend-guest": "Suspended: a guest is told when they try to comment.",
    "ban-guest": "Banned: a guest is told when they try to comment.", "lifted": "Lifted: they read it on the site.", "lifted-guest": "Lifted.",
    "closed": "The discussion is closed.", "opened": "The discussion takes comments.", "said": "The message stands above the discussion.",
    "read": "A moderator reads each comment there first from now on.", "unread": "Comments there are treated as everywhere again.",
    "unsaid": "There is no message above the discussion any more.",
}  # fmt: skip


class CannotDecide(Exception):
    """What was sent is not enough to decide on; the message says what is missing."""


@bp.get("/comments", endpoint="queue")
def show_queue():
    return _queue()


@bp.get("/comments/arrived")
def arrived():
    """Say how many have begun to wait since a list was shown; the list asks for it while it is looked at."""
    article = _article(request.args.get("article", ""))
    try:
        since = datetime.fromisoformat(request.args.get("since", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        since = tags.moment()
    return page(
        "desk/comments-arrived.html",
        fragment="arrived",
        n=lists.arrived_since(since, article),
        since=since,
        article=article,
    )


@bp.post("/comments/decide")
def decide():
    """Decide about one comment or many, each on the state that its row showed."""
    chosen = _chosen(request.form.getlist("chosen"))
    act, words, to_reporters = (request.form.get(name, "").strip() for name in ("act", "words", "to_reporters"))
    words = words or (request.form.get("to_authors", "").strip() if act == "reject" else "")
    try:
        reason = _reason(act, chosen, words, to_reporters)
    except CannotDecide as why:
        return _again(str(why), 422)
    done, moved = [], []
    for comment in _locked(chosen):
        try:
            comment.expect(chosen[comment.id])
            if comment.state == MAKES.get(act) or (comment.deleted_at and act not in ("keep", "decline")):
                raise DecidedMeanwhile(comment)
            _act_on(comment, act, reason, words, to_reporters)
        except DecidedMeanwhile:
            moved.append(comment.id)
        else:
            db.session.flush()
            done.append(
                db.session.scalars(LogEntry.concerning(comment.about).with_only_columns(LogEntry.id).limit(1)).first()
            )
    db.session.commit()
    told = f"{act}-{len(done)}" if act in ("keep", "grant", "decline") else ""
    return _back({"done": [str(n) for n in done if n], "moved": moved, "told": told})


@bp.post("/comments/undo")
def undo():
    """Take decisions back, as far as nobody has decided anew."""
    ids = _numbers(request.form.getlist("entry"))
    entries = db.session.scalars(
        select(LogEntry).where(LogEntry.id.in_(ids), LogEntry.act.like("comment.%")).order_by(LogEntry.id)
    ).all()
    about = {whole_number(entry.about.removeprefix("comment:")) or 0: entry for entry in entries}
    undone, moved = 0, []
    for comment in _locked(dict.fromkeys(about, 0)):
        try:
            comment.undo(about[comment.id], me())
            appeal = db.session.get(Appeal, comment.id)
            was_granted = appeal is not None and appeal.granted_at and appeal.granted_at <= about[comment.id].at
            if appeal is not None and (was_granted or about[comment.id].act == "comment.decline"):
                appeal.reopen(me())  # it was answered with the decision that is taken back
            with_it = Report.about(comment).where(Report.decided_at >= about[comment.id].at)
            for report in db.session.scalars(with_it):
                report.reopen(me())  # likewise
            undone += 1
        except DecidedMeanwhile:
            moved.append(comment.id)
    db.session.commit()
    return _back({"moved": moved, "told": f"undo-{undone}"})


@bp.get("/comments/<int(max=2147483647):comment_id>/thread")
def thread(comment_id: int):
    """Show what a comment answers, up to the beginning of its thread."""
    comment = db.get_or_404(Comment, comment_id)
    above = [int(step, 36) for step in comment.path.split(".")[:-1]][-ANCESTORS:]
    found = db.session.scalars(
        select(Comment).where(Comment.id.in_(above)).options(joinedload(Comment.account)).order_by(Comment.path)
    ).all()
    return page(
        "desk/thread.html", fragment="above", comment=comment, above=found, missing=comment.depth - len(found),
        article=db.session.get_one(Article, comment.article_id),
    )  # fmt: skip


@bp.get("/comments/<int(max=2147483647):comment_id>")
def one(comment_id: int):
    """Show one comment with everything that was decided about it."""
    comment = db.get_or_404(Comment, comment_id)
    entries = db.session.scalars(LogEntry.concerning(comment.about).limit(MOST_AT_ONCE)).all()
    return page(
        "desk/comment.html",
        fragment="queue",
        comment=comment,
        rows=lists.rows([comment]),
        entries=entries,
        names=lists.names({entry.by_id for entry in entries}),
        did=lists.did,
        fault="",
        older="",
        kept=MultiDict(),
        **forms(),
        **outcome(request.args),
    )


# Helpers


def _queue(status: int = 200, fault: str = "", kept: MultiDict[str, str] | None = None) -> Response:
    asked = _asked()
    tab_key = asked.get("tab", "waiting")
    article = _article(asked.get("article", ""))
    words = asked.get("q", "").strip()[:200]
    state = asked.get("state", "") if asked.get("state") in STATES else ""
    shown: Listed | None = None
    banned: list[Sanction] = []
    older = ""
    if words:
        tab_key = "search"
        shown = find(words, state, asked.get("after", ""), article, with_addresses=sees_addresses())
        older = shown.older
    elif tab_key == "banned":
        banned, older = _banned(asked.get("after", ""))
    elif tab_key in TABS:
        shown = lists.page_of(TABS[tab_key], article, asked.get("after", ""))
        older = shown.older
    else:
        abort(404)
    counts = lists.counts(article)
    return page(
        "desk/comments.html",
        fragment="queue",
        status=status,
        tabs=[(key, TABS[key].label if key in TABS else "Measures", counts[key]) for key in (*TABS, "banned")],
        tab=tab_key,
        what=TABS[tab_key].what if tab_key in TABS else "",
        rows=shown.rows if shown else [],
        banned=banned,
        names=lists.names({who for one in banned for who in (one.account_id, one.begun_by_id)}),
        short=SHORT,
        older=older,
        is_first=not asked.get("after"),
        n=counts.get(tab_key),
        article=article,
        words=words,
        state=state,
        states=STATES,
        fault=fault,
        waited=_waited(shown) if tab_key == "waiting" and not asked.get("after") else "",
        since=(lists.newest_waiting(article) or tags.moment()) if tab_key == "waiting" else None,
        known=[row for row in shown.rows if row.tally.is_known and not row.bound_by]
        if shown and tab_key == "waiting"
        else [],
        kept=kept or MultiDict(),
        for_several=lists.for_several(tab_key),
        takes_comments=article is not None and comments.is_open(article),
        **forms(),
        **outcome(asked),
    )


def forms() -> dict[str, Any]:
    """Give what the rows of every list of comments need for their forms."""
    return {"reasons": db.session.scalars(RejectionReason.all()).all(), "per_page": PER_PAGE, "called": CALLED}


def outcome(asked: MultiDict[str, str]) -> dict[str, Any]:
    """Give what the decisions before have come to: what can be undone, and what somebody else was quicker with."""
    done = _numbers(asked.get("done", "").split("-"))
    moved = _numbers(asked.get("moved", "").split("-"))
    entries = db.session.scalars(
        select(LogEntry).where(LogEntry.id.in_(done), LogEntry.about.like("comment:%"), LogEntry.by_id == me().id)
    ).all()
    said = asked.get("told", "")
    act, _, n = said.partition("-")
    told = _plural(CALLED[act], whole_number(n) or 0) if act in CALLED else DONE.get(said, "")
    if entries and act not in CALLED:
        told = _plural(CALLED.get(entries[0].act.removeprefix("comment."), "Decided"), len(entries))
    earlier = _earlier() if act == "undo" else None
    if earlier is not None:
        entries = [earlier]
    found = db.session.scalars(select(Comment).where(Comment.id.in_(moved)).options(joinedload(Comment.account))).all()
    return {
        "told": told,
        "undoable": [entry.id for entry in entries if entry.details.get("before") is not None],
        "earlier": CALLED.get(earlier.act.removeprefix("comment."), "") if earlier is not None else "",
        "moved": [(row, lists.what_happened(row.comment, me().id)) for row in lists.rows(found)],
    }


def _earlier() -> LogEntry | None:
    """Give one's own newest decision of the last hour that can still be taken back."""
    lately = select(LogEntry).where(
        LogEntry.by_id == me().id, LogEntry.act.like("comment.%"), LogEntry.act != "comment.undo", LogEntry.at > clock.now() - SITTING
    )  # fmt: skip
    for entry in db.session.scalars(lately.order_by(LogEntry.id.desc()).limit(MOST_AT_ONCE)):
        comment = db.session.get(Comment, whole_number(entry.about.removeprefix("comment:")) or 0)
        if comment is not None and entry.details.get("decision") == comment.decisions:
            return entry
    return None


def _plural(said: str, n: int) -> str:
    return f"{said}: {n} comment{'' if n == 1 else 's'}." if n else f"{said}: nothing."


def _asked() -> MultiDict[str, str]:
    """Give what the address asks for; of a form that comes back with a fault, what its page was asked for."""
    if request.method == "GET":
        return request.args
    return MultiDict(parse_qsl(urlsplit(own_path(request.form.get("back"), "/desk/comments")).query))


def with_told(path: str, word: str) -> str:
    """Give the address of a list at the desk that says what has just been done; ``word`` is one of DONE, or nothing."""
    parts = urlsplit(path)
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in ("done", "moved", "told")]
    query = urlencode(kept + ([("told", word)] if word else []))
    return parts.path + (f"?{query}" if query else "")


def _again(fault: str, status: int) -> Response:
    """Show the list once more with what was typed, and what is missing."""
    db.session.rollback()
    return _queue(status, fault, request.form)


def _back(outcome: dict[str, Any]) -> Response:
    """Lead back to the list that the decision was made on."""
    parts = urlsplit(own_path(request.form.get("back"), "/desk/comments"))
    path = parts.path if parts.path.startswith("/desk/") else "/desk/comments"
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("done", "moved", "told")]
    kept += [
        (name, "-".join(str(n) for n in value) if isinstance(value, list) else str(value))
        for name, value in outcome.items()
        if value
    ]
    return redirect(path + (f"?{urlencode(kept)}" if kept else ""), 303)  # type: ignore[return-value]


def _numbers(said: Iterable[str]) -> list[int]:
    return [found for found in map(whole_number, list(said)[:MOST_AT_ONCE]) if found is not None]


def _chosen(said: Iterable[str]) -> dict[int, int]:
    """Read which comments were chosen, and at which decision each was seen."""
    found = {}
    for pair in list(said)[:MOST_AT_ONCE]:
        one, _, at = pair.partition(":")
        comment_id, seen = whole_number(one), whole_number(at)
        if comment_id is not None and seen is not None:
            found[comment_id] = seen
    return found


def _reason(act: str, chosen: dict[int, int], words: str, to_reporters: str) -> RejectionReason | None:
    """Check that what was sent is enough to decide on; give the reason of a rejection or a hiding.

    Raises:
        CannotDecide: it is not.
    """
    if act not in CALLED or act == "undo":
        abort(400)
    if not chosen:
        raise CannotDecide("Choose at least one comment first.")
    if max(len(words), len(to_reporters)) > MAX_WORDS:
        raise CannotDecide(f"Write at most {MAX_WORDS:,} characters to a person.")
    if act == "decline" and not words:
        raise CannotDecide("Write an answer to the appeal; its author has only this one.")
    if act not in ("reject", "hide"):
        return None
    found = db.session.get(RejectionReason, whole_number(request.form.get("reason")) or 0)
    if found is None and act == "reject":
        raise CannotDecide("Choose a reason for the rejection; its author is told.")
    return found


def _locked(chosen: dict[int, int]) -> list[Comment]:
    """Fetch comments to decide about, in one order for everybody, and let nobody else decide meanwhile."""
    for article_id in db.session.scalars(
        select(Comment.article_id).where(Comment.id.in_(chosen)).distinct().order_by(Comment.article_id)
    ):
        comments.take_turn(article_id)
    query = select(Comment).where(Comment.id.in_(chosen)).order_by(Comment.id)
    return list(db.session.scalars(query.with_for_update(of=Comment).execution_options(populate_existing=True)))


def _act_on(comment: Comment, act: str, reason: RejectionReason | None, words: str, to_reporters: str) -> None:
    by = me()
    appeal = db.session.get(Appeal, comment.id)
    is_open = appeal is not None and appeal.decided_at is None
    if act in ("grant", "decline") and not is_open:
        raise DecidedMeanwhile(comment)
    if appeal is not None and is_open and act in ("grant", "decline", "approve", "show"):  # what is put back is granted
        appeal.decide(granted=act != "decline", by=by, answer=words)
        return
    if act == "approve" and comment.is_visible:
        act = "keep"  # it is on the page: whoever approves a comment that was reported leaves it there
    if act == "reject":
        assert reason is not None
        comment.reject(by, reason.title, words or reason.words)
    elif act == "hide":
        comment.hide(by, reason.title if reason else "", words or (reason.words if reason else ""))
    elif act == "hold":
        comment.hold("moderator", by, comment.findings)
    else:
        getattr(comment, act)(by)
    if act in ("reject", "hide", "spam", "hold", *LEAVES):
        _close_reports(comment, upheld=act not in LEAVES, words=words if act == "keep" else to_reporters)


def _close_reports(comment: Comment, *, upheld: bool, words: str) -> None:
    """Decide what readers reported about a comment with it, and tell them; they also hear when it is decided otherwise later."""
    for report in db.session.scalars(Report.about(comment)):
        if report.decision != ("upheld" if upheld else "declined"):
            report.decide(upheld=upheld, by=me(), words=words)


def _article(said: str) -> Article | None:
    if not said:
        return None
    return db.get_or_404(Article, whole_number(said) or 0)


def _banned(after: str) -> tuple[list[Sanction], str]:
    """Give a page of the people that something binds now, and the mark of the next one."""
    query = Sanction.all_in_force()
    if (before := whole_number(after)) is not None:
        query = query.where(Sanction.id < before)
    found = list(db.session.scalars(query.limit(PER_PAGE + 1)))
    return found[:PER_PAGE], str(found[PER_PAGE - 1].id) if len(found) > PER_PAGE else ""


def _waited(shown: Listed | None) -> str:
    """Say how long the oldest of the list has waited."""
    if not shown or not shown.rows or shown.rows[0].comment.held_at is None:
        return ""
    return for_how_long(tags.moment() - shown.rows[0].comment.held_at)


def for_how_long(span: timedelta) -> str:
    """Say a span of time in its largest unit: ``38 minutes``."""
    minutes = max(0, int(span.total_seconds() // 60))
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            return f"{minutes // size:,} {unit}{'' if minutes // size == 1 else 's'}"
    return "less than a minute"
