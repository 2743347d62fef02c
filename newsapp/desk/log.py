"""The newsroom's log: who decided what. It can be read here and changed nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request
from sqlalchemy import select

from newsapp.accounts.log import LogEntry
from newsapp.articles import Topic
from newsapp.authors import Author
from newsapp.comments import Comment, Report
from newsapp.comments.models import WHY_HELD, WHY_REJECTED
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.desk.front import place_called
from newsapp.desk.queue import CHECKS, names
from newsapp.lib.text import whole_number
from newsapp.lib.web import page
from newsapp.sections import Section

PER_PAGE = 50
SAYS = {
    "comment.approve": "approved", "comment.hold": "held", "comment.reject": "rejected", "comment.spam": "marked as spam",
    "comment.hide": "hid", "comment.show": "put back", "comment.feature": "featured", "comment.unfeature": "stopped featuring",
    "comment.pin": "pinned", "comment.unpin": "unpinned", "comment.undo": "took back the decision about",
    "report.decide": "decided report", "appeal.make": "appealed for", "appeal.decide": "decided the appeal for", "appeal.reopen": "opened again the appeal for",
    "story.message": "wrote a message above the discussion of", "story.open": "opened the discussion of", "story.close": "closed the discussion of",
    "person.warn": "warned", "person.premoderate": "reads first what is written by", "person.suspend": "suspended",
    "person.ban": "banned", "person.lift": "lifted a measure about", "word.add": "listed", "rules.set": "changed", "site.set": "changed", "site.logo": "changed", "word.remove": "took off the list",
    "article.begin": "began", "article.submit": "gave to review", "article.send_back": "sent back", "article.embargo": "set the embargo of",
    "article.publish": "published", "article.correction": "corrected", "article.clarification": "clarified", "article.update": "updated",
    "article.minor": "changed", "article.schedule_change": "scheduled a change of", "article.call_off_change": "called off the change of",
    "article.call_off": "called off the publication of", "article.withdraw": "withdrew", "article.end": "set the end of", "article.move": "gave another address to",
    "topic.edit": "described anew", "topic.move": "gave another address to", "topic.merge": "merged", "topic.remove": "removed",
    "author.add": "added", "author.edit": "described anew", "author.move": "gave another address to", "author.leave": "noted the leaving of", "author.come_back": "noted the return of",
    "menu.add": "added to the menus:", "menu.edit": "changed in the menus:", "menu.order": "put in order", "menu.remove": "took out of the menus:",
    "redirect.set": "led on from", "redirect.remove": "removed the redirect of", "section.add": "added", "section.edit": "described anew", "section.move": "moved", "section.order": "put in order what stands below", "section.hide": "hid",
    "section.show": "put back", "section.remove": "removed",
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
    url: str = ""

    @property
    def why(self) -> str:
        return why(self.entry)


@bp.get("/log")
def log():
    """Show the log, the newest first, perhaps of one person or of one thing only."""
    query = select(LogEntry).order_by(LogEntry.id.desc())
    by, about, before = (request.args.get(name, "") for name in ("by", "about", "before"))
    by_id, before_id = whole_number(by), whole_number(before)
    if by_id is not None:
        query = query.where(LogEntry.by_id == by_id)
    if about:
        query = query.where(LogEntry.about == about[:100])
    if before_id is not None:
        query = query.where(LogEntry.id < before_id)
    found = db.session.scalars(query.limit(PER_PAGE + 1)).all()
    shown = found[:PER_PAGE]
    known = names(
        {entry.by_id for entry in shown} | {_number(entry) for entry in shown if entry.about.startswith("account:")}
    )
    there = set(db.session.scalars(select(Comment.id).where(Comment.id.in_({_number(e) for e in shown if e.about.startswith("comment:")}))))  # fmt: skip
    references = {entry.about.removeprefix("report:") for entry in shown if entry.about.startswith("report:")}
    reports = db.session.execute(select(Report.reference, Report.comment_id).where(Report.reference.in_(references)))
    reported = {row.reference: row.comment_id for row in reports}
    return page(
        "desk/log.html",
        fragment="log",
        lines=[_line(entry, known, there, reported) for entry in shown],
        older=str(shown[-1].id) if len(found) > PER_PAGE else "",
        by=by,
        about=about,
        of=names({by_id}).get(by_id, "somebody who has left") if by_id is not None else "",
    )


def _line(entry: LogEntry, known: dict[int, str], there: set[int], reported: dict[str, int]) -> Line:
    by = known.get(entry.by_id, "Somebody who has left") if entry.by_id else "The site’s checks"
    kind, _, rest = entry.about.partition(":")
    does = SAYS.get(entry.act, entry.act)
    if kind == "comment":
        return Line(entry, by, does, f"comment {rest}", f"/desk/comments/{rest}" if _number(entry) in there else "")
    if kind == "article":
        return Line(entry, by, does, f"story {rest}", f"/desk/articles/{rest}" if me().can_write else "")
    if kind == "slot":
        return Line(entry, by, does, place_called(rest), f"/desk/front/slots/{rest}" if me().can_edit else "")
    if kind == "source":
        return Line(entry, by, does, f"source {rest}", f"/desk/sources/{rest}" if me().can_write else "")
    if kind in _OF_THE_PAPER:
        known_name, url = _named(kind, rest)
        return Line(entry, by, does, known_name, url if me().can_edit else "")
    if kind in ("menu", "menus"):
        words = f"column {rest}" if rest else "the footer’s columns"
        return Line(entry, by, does, words, "/desk/menus" if me().can_edit else "")
    if kind == "redirect":
        return Line(entry, by, does, rest, "/desk/redirects?" + urlencode({"q": rest}) if me().can_edit else "")
    if kind == "account":
        n = _number(entry)
        return Line(
            entry,
            by,
            does,
            known.get(n or 0, "somebody who has left"),
            f"/desk/comments/people/{n}" if n in known else "",
        )
    if kind == "story":
        return Line(entry, by, does, f"story {rest}", f"/desk/comments/stories/{rest}")
    if kind == "report":
        return Line(entry, by, does, rest, f"/desk/comments/{reported[rest]}" if rest in reported else "")
    return Line(
        entry,
        by,
        does,
        "a guest"
        if kind == "guest"
        else f"“{rest}”"
        if kind == "word"
        else "the rules for comments"
        if kind == "rules"
        else "the paper’s settings"
        if kind == "site"
        else "the line of breaking news"
        if kind == "banner"
        else "the top of the paper"
        if kind == "sections"
        else entry.about,
    )


_OF_THE_PAPER = {
    "section": (Section, "/desk/sections"),
    "topic": (Topic, "/desk/topics"),
    "author": (Author, "/desk/authors"),
}


def _named(kind: str, rest: str) -> tuple[str, str]:
    """Give the name of a part of the paper, and its page at the desk; of one that is gone, its number."""
    table, at = _OF_THE_PAPER[kind]
    row: Any = db.session.get(table, whole_number(rest) or 0)
    return (f"{kind} “{row.name}”", f"{at}/{row.id}") if row is not None else (f"{kind} {rest}", "")


def why(entry: LogEntry) -> str:
    """Give an entry's reason in words; the checks write theirs as a key."""
    if entry.act == "comment.undo":
        return f"it had been {SAYS.get(entry.reason, entry.reason)}"
    if entry.by_id is None and (entry.reason in WHY_HELD or entry.reason in WHY_REJECTED):
        return CHECKS.get(entry.reason, entry.reason)
    return entry.reason


def _number(entry: LogEntry) -> int | None:
    return whole_number(entry.about.partition(":")[2])
