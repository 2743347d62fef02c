"""The newsroom's log: who decided what. It can be read here and changed nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

from flask import request
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from newsapp.accounts import Account
from newsapp.accounts.log import LogEntry
from newsapp.articles import NewslistLine, Topic
from newsapp.authors import Author
from newsapp.comments import Comment, Report, Sanction
from newsapp.comments.wordlist import plain_text
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.desk.front import place_called
from newsapp.desk.queue import CHECKS, names
from newsapp.layout import layout
from newsapp.lib.text import shorten, whole_number
from newsapp.lib.web import page
from newsapp.pages import Page
from newsapp.sections import Section

PER_PAGE = 50
OF_MODERATION = ("comment", "report", "appeal", "person", "word", "rules", "story")
# What can be asked for: its name, and the beginnings of its acts.
KINDS = {
    "comments": ("Comments", ("comment",)), "reports": ("Reports and appeals", ("report", "appeal")), "people": ("People", ("person",)),
    "discussions": ("Discussions, words and rules", ("story", "word", "rules")), "articles": ("Stories", ("article", "version", "preview")),
    "sources": ("Sources", ("source",)), "site": ("The paper", ("site", "front", "banner", "section", "topic", "author", "page", "redirect", "menu")),
    "letters": ("Newsletters", ("newsletter", "issue", "delivery", "returned", "suppression")),
}  # fmt: skip
MEASURES = {"warn": "warned", "premoderate": "read first", "suspend": "suspended", "ban": "banned"}
CALLED_WAS = {
    "comment.approve": "approved", "comment.hold": "held", "comment.reject": "rejected", "comment.spam": "spam", "comment.hide": "hidden",
    "comment.show": "put back", "comment.feature": "featured", "comment.unfeature": "no longer featured", "comment.pin": "pinned",
    "comment.unpin": "no longer pinned", "comment.keep": "left as it is", "comment.decline": "appeal declined", "comment.undo": "taken back",
}  # fmt: skip
SAYS = {
    "comment.approve": "approved", "comment.hold": "held", "comment.reject": "rejected", "comment.spam": "marked as spam",
    "comment.hide": "hid", "comment.show": "put back", "comment.feature": "featured", "comment.unfeature": "stopped featuring",
    "comment.pin": "pinned", "comment.unpin": "unpinned", "comment.undo": "took back the decision about",
    "report.decide": "decided report", "error.settle": "settled reported error", "message.settle": "is done with message", "message.reopen": "let wait again message", "appeal.make": "appealed for", "appeal.decide": "decided the appeal for", "appeal.reopen": "opened again the appeal for",
    "story.message": "wrote a message above the discussion of", "story.open": "opened the discussion of", "story.close": "closed the discussion of",
    "story.read_first": "reads first what is written under", "story.read_after": "stopped reading first what is written under",
    "person.warn": "warned", "person.premoderate": "reads first what is written by", "person.suspend": "suspended",
    "person.ban": "banned", "page.add": "added", "page.edit": "changed", "page.move": "gave another address to", "page.remove": "removed", "person.note": "wrote a note about", "person.unnote": "removed a note about", "comment.keep": "left as it is", "comment.decline": "let the decision stand about", "report.reopen": "opened again report", "person.lift": "lifted a measure about", "word.add": "listed", "rules.set": "changed", "site.set": "changed", "site.logo": "changed", "word.remove": "took off the list",
    "article.begin": "began", "article.submit": "gave to review", "article.send_back": "sent back", "article.embargo": "set the embargo of",
    "article.publish": "published", "article.correction": "corrected", "article.clarification": "clarified", "article.update": "updated",
    "article.minor": "changed", "article.schedule_change": "scheduled a change of", "article.call_off_change": "called off the change of",
    "article.call_off": "called off the publication of", "article.withdraw": "withdrew", "article.end": "set the end of", "article.move": "gave another address to",
    "topic.edit": "described anew", "topic.move": "gave another address to", "topic.merge": "merged", "topic.remove": "removed",
    "author.add": "added", "author.edit": "described anew", "author.move": "gave another address to", "author.leave": "noted the leaving of", "author.come_back": "noted the return of",
    "menu.add": "added to the menus:", "menu.edit": "changed in the menus:", "menu.order": "put in order", "menu.remove": "took out of the menus:",
    "redirect.set": "led on from", "redirect.remove": "removed the redirect of", "section.add": "added", "section.edit": "described anew", "section.move": "moved", "section.order": "put in order what stands below", "section.hide": "hid",
    "section.show": "put back", "section.remove": "removed",
    "newsletter.add": "began", "newsletter.close": "closed", "newsletter.reopen": "opened again", "newsletter.import": "took over subscribers of", "suppression.lift": "wrote again to",
    "issue.schedule": "scheduled", "issue.call_off": "called off", "issue.pause": "stopped", "issue.go_on": "let go on",
    "delivery.send_again": "sent again a letter of", "delivery.let_be": "let be a letter of", "returned.suppress": "stopped letters after", "returned.ignore": "passed over",
    "source.add": "added", "source.amend": "described anew", "source.merge": "merged", "version.withhold": "withheld a version of", "preview.make": "made a preview link to", "preview.revoke": "took back a preview link to",
    "front.place": "placed a story in", "front.take_out": "took a story out of", "front.move": "put into another order", "front.limit": "set the times of a story in",
    "front.undo": "took back a change of", "banner.set": "set", "banner.take_down": "took down",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One entry, in words."""

    entry: LogEntry
    by: str
    does: str
    about: str
    url: str
    why: str


@bp.get("/log")
def log():
    """Show the log, the newest first; perhaps of one person, of one thing, of one kind, or of some days only."""
    asked = request.args
    by, about, kind, before = (asked.get(name, "") for name in ("by", "about", "kind", "before"))
    by_id, before_id = whole_number(by), whole_number(before)
    since, until = _day(asked.get("from", "")), _day(asked.get("to", ""), days=1)
    query = select(LogEntry).order_by(LogEntry.id.desc())
    if not me().can_edit:  # whoever moderates has no business with drafts
        query = query.where(or_(*(LogEntry.act.startswith(f"{act}.") for act in OF_MODERATION)))
    if by_id is not None:
        query = query.where(LogEntry.by_id == by_id)
    if about:
        query = query.where(LogEntry.about == about[:100])
    if kind in KINDS:
        query = query.where(or_(*(LogEntry.act.startswith(f"{act}.") for act in KINDS[kind][1])))
    if since is not None:
        query = query.where(LogEntry.at >= since)
    if until is not None:
        query = query.where(LogEntry.at < until)
    if before_id is not None:
        query = query.where(LogEntry.id < before_id)
    found = db.session.scalars(query.limit(PER_PAGE + 1)).all()
    shown = found[:PER_PAGE]
    given = _given(shown)
    kept = {"by": by, "about": about, "kind": kind, "from": asked.get("from", ""), "to": asked.get("to", "")}
    return page(
        "desk/log.html",
        fragment="log",
        lines=[_line(entry, given) for entry in shown],
        older=str(shown[-1].id) if len(found) > PER_PAGE else "",
        kept=kept,
        query=urlencode({name: value for name, value in kept.items() if value}),
        kinds=[
            (key, words) for key, (words, acts) in KINDS.items() if me().can_edit or set(acts) <= set(OF_MODERATION)
        ],
        people=_people(),
        about=about,
    )


@dataclass(frozen=True)
class Given:
    """What is looked up for a page of the log, in one query each."""

    names: dict[int, str]
    comments: dict[int, Comment]
    reports: dict[str, int]  # the comment of each reference
    sanctions: dict[int, Sanction]
    stories: dict[int, str]  # their working headlines


def _given(shown: Sequence[LogEntry]) -> Given:
    def ids(kind: str) -> set[int]:
        return {_number(entry) or 0 for entry in shown if entry.about.startswith(f"{kind}:")}

    references = {entry.about.removeprefix("report:") for entry in shown if entry.about.startswith("report:")}
    reports = dict(db.session.execute(select(Report.reference, Report.comment_id).where(Report.reference.in_(references))).all())  # fmt: skip
    comment_ids = ids("comment") | set(reports.values())
    comments = db.session.scalars(
        select(Comment).where(Comment.id.in_(comment_ids)).options(joinedload(Comment.account))
    )
    sanction_ids = {entry.details["sanction"] for entry in shown if "sanction" in entry.details}
    stories = ids("article") | ids("story")
    headlines = select(NewslistLine.article_id, NewslistLine.headline).where(NewslistLine.article_id.in_(stories))
    return Given(
        names({entry.by_id for entry in shown} | ids("account")),
        {comment.id: comment for comment in comments},
        reports,
        {one.id: one for one in db.session.scalars(select(Sanction).where(Sanction.id.in_(sanction_ids)))},
        dict(db.session.execute(headlines).all()) if me().can_write or me().can_moderate else {},
    )


def _line(entry: LogEntry, given: Given) -> Line:
    by = given.names.get(entry.by_id, "Somebody who has left") if entry.by_id else "The site’s checks"
    does = SAYS.get(entry.act, entry.act)
    about, url = _about(entry, given)
    return Line(entry, by, does, about, url, why(entry, given))


def _about(entry: LogEntry, given: Given) -> tuple[str, str]:
    """Name what an entry is about, and give its address at the desk, where it is still there."""
    kind, _, rest = entry.about.partition(":")
    n = _number(entry) or 0
    if kind in ("comment", "report"):
        comment = given.comments.get(given.reports.get(rest, 0) if kind == "report" else n)
        what = f"comment {rest}" if kind == "comment" else rest
        if comment is None:
            return f"{what}, which is gone", ""
        words = shorten(unescape(plain_text(comment.body)).strip(), 50)
        return f"{what if kind == 'report' else ''} “{words}” by {comment.name}".strip(), f"/desk/comments/{comment.id}"
    if kind in ("article", "story"):
        at = f"/desk/comments/stories/{n}" if kind == "story" else f"/desk/articles/{n}" if me().can_write else ""
        return f"“{given.stories[n]}”" if n in given.stories else f"story {rest}", at
    if kind == "source":
        return f"source {rest}", f"/desk/sources/{rest}" if me().can_write else ""
    if kind == "error":
        return rest, "/desk/reports?show=settled" if me().can_edit else ""
    if kind == "message":
        return rest, "/desk/messages?show=settled" if me().can_edit else ""
    if kind == "account":
        return given.names.get(n, "somebody who has left"), f"/desk/comments/people/{n}" if n in given.names else ""
    if kind == "guest":
        made = given.sanctions.get(entry.details.get("sanction", 0))
        return "a guest", f"/desk/comments/people/sanction-{made.id}" if made else ""
    return (
        _of_the_paper(kind, rest)
        if me().can_edit
        else (_CALLED.get(kind, f"“{rest}”" if kind == "word" else entry.about), "")
    )


_PARTS = {
    "section": (Section, "/desk/sections"),
    "topic": (Topic, "/desk/topics"),
    "author": (Author, "/desk/authors"),
    "page": (Page, "/desk/pages"),
}
_CALLED = {
    "rules": "the rules for comments", "site": "the paper’s settings", "banner": "the line of breaking news", "sections": "the top of the paper",
    "menus": "the footer’s columns",
}  # fmt: skip


def _of_the_paper(kind: str, rest: str) -> tuple[str, str]:
    """Name a part of the paper, and give its page at the desk; of one that is gone, its number."""
    if kind in _PARTS:
        table, at = _PARTS[kind]
        row: Any = db.session.get(table, whole_number(rest) or 0)
        name = row.title if isinstance(row, Page) else row.name if row is not None else ""
        return (f"{kind} “{name}”", f"{at}/{row.id}") if row is not None else (f"{kind} {rest}", "")
    if kind == "slot":
        return place_called(rest), f"/desk/front/slots/{rest}"
    if kind == "menu":
        return f"column {rest}", "/desk/menus"
    if kind == "redirect":
        return rest, "/desk/redirects?" + urlencode({"q": rest})
    if kind == "word":
        return f"“{rest}”", ""
    return _CALLED.get(kind, f"{kind}:{rest}"), ""


def _people() -> list[tuple[int, str]]:
    """Give those who can decide something, or could."""
    rows = db.session.execute(Account.newsroom().with_only_columns(Account.id, Account.name))
    return sorted(((row.id, row.name) for row in rows), key=lambda one: (one[1].casefold(), one[0]))


def _day(said: str, days: int = 0) -> datetime | None:
    """Read where a day begins as the newsroom's clocks have it, or the day after it; nothing where it is none."""
    try:
        day = date.fromisoformat(said) + timedelta(days=days)
        return datetime.combine(day, time(), layout().site.timezone).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def why(entry: LogEntry, given: Given) -> str:
    """Give an entry's reason in words; the checks write theirs as a key."""
    made = given.sanctions.get(entry.details.get("sanction", 0))
    if made is not None and not entry.act.endswith(".lift"):
        return made.reason
    if made is not None:
        return f"it had been: {MEASURES[made.measure]}"
    if entry.act == "comment.undo":
        return f"it had been decided: {CALLED_WAS.get(entry.reason, entry.reason)}"
    if entry.act == "report.decide":
        return {"upheld": "it was acted on", "declined": "the comment stays"}.get(entry.reason, entry.reason)
    if entry.reason in CHECKS and (entry.by_id is None or entry.act == "comment.hold"):
        return CHECKS[entry.reason]
    return entry.reason


def _number(entry: LogEntry) -> int | None:
    return whole_number(entry.about.partition(":")[2])
