"""The moderators' lists: which comments stand on which tab, how many, and what a row says about one.

Every list is a walk along one index from the last row of the page before; none counts rows away (OFFSET), so the last
page of a million comments costs what the first does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from newsapp.accounts import Account
from newsapp.accounts.log import LogEntry
from newsapp.articles import Article
from newsapp.comments import Appeal, Comment, Measure, Report, Sanction, Thread
from newsapp.db import db
from newsapp.lib.text import MAX_ID, whole_number

PER_PAGE = 25
KNOWN_FROM = 3  # approved comments, and none rejected: «known readers»
# What a check has found, as a moderator reads it. WHY_HELD has the sentences for the comment's author.
CHECKS = {
    "guest": "Guest", "first": "First comments", "premoderated": "Everything of this person is read first", "story": "Everything under this story is read first", "section": "Everything in this section is read first", "repeat": "Sent before",
    "words": "Listed word", "links": "Links", "mail": "Throw-away address", "speed": "Sent too quickly", "trap": "Filled in the trap",
    "moderator": "Held by a moderator",
}  # fmt: skip
USUAL = {"guest", "first", "story", "section"}  # no sign that anything is wrong
ACTS = {
    "approve": "approved {}", "hold": "held {}", "reject": "rejected {}", "spam": "marked {} as spam", "hide": "hid {}", "show": "put {} back",
    "feature": "featured {}", "unfeature": "stopped featuring {}", "pin": "pinned {}", "unpin": "unpinned {}",
    "undo": "took back a decision about {}", "keep": "left {} as it is", "decline": "declined the appeal for {}",
}  # fmt: skip

SHORT = {
    Measure.WARN: "Warned", Measure.PREMODERATE: "Read first", Measure.SUSPEND: "Suspended", Measure.BAN: "Banned",
}  # fmt: skip


@dataclass(frozen=True)
class Tab:
    """One of the lists: what it is called, what belongs to it, and the order that its pages follow."""

    key: str
    label: str
    what: str  # in a sentence: "No comments are waiting."
    test: ColumnElement[bool]
    order: Sequence[Any]  # the columns that the list walks along, an id last
    is_falling: bool = True  # the newest first

    def query(self, after: Any = None) -> Select[Comment]:
        """Select the list's comments from behind ``after`` on, the values of its order's columns."""
        found = select(Comment).where(self.test)
        if after is not None:
            here = tuple_(*self.order) if len(self.order) > 1 else self.order[0]
            after = after if len(after) > 1 else after[0]
            found = found.where(here < after if self.is_falling else here > after)
        elif self.order == (Comment.id,):
            found = found.where(Comment.id <= MAX_ID)  # a walk along the key, and said so
        return found.order_by(*(column.desc() for column in self.order) if self.is_falling else self.order)

    def mark(self, comment: Comment) -> str:
        """Write where a page ends, for the link to the next one."""
        values = [getattr(comment, column.key) for column in self.order]
        return "~".join(value.isoformat() if isinstance(value, datetime) else str(value) for value in values)

    def read_mark(self, said: str) -> tuple[Any, ...] | None:
        """Read what mark() wrote; nothing where it is anything else."""
        parts = said.split("~")
        try:
            last = whole_number(parts[-1])
            if len(parts) != len(self.order) or last is None:
                return None
            moments = [datetime.fromisoformat(part) for part in parts[:-1]]
        except ValueError:
            return None
        return None if any(moment.tzinfo is None for moment in moments) else (*moments, last)


_OPEN_REPORT = select(Report.comment_id).where(Report.decided_at.is_(None))
_OPEN_APPEAL = select(Appeal.comment_id).where(Appeal.decided_at.is_(None))
_DECIDED_OTHERWISE = or_(
    Comment.held_at.is_not(None), Comment.rejected_at.is_not(None), Comment.spam_at.is_not(None), Comment.deleted_at.is_not(None)
)  # fmt: skip
TABS = {
    tab.key: tab
    for tab in (
        Tab("waiting", "Waiting", "are waiting", and_(Comment.held_at.is_not(None), Comment.deleted_at.is_(None)), (Comment.held_at, Comment.id), False),
        Tab("reported", "Reported", "are reported", Comment.id.in_(_OPEN_REPORT), (Comment.id,)),
        Tab("appeals", "Appeals", "are appealed for", Comment.id.in_(_OPEN_APPEAL), (Comment.id,)),
        Tab("approved", "Approved", "are approved", Comment.is_visible_in_sql(), (Comment.id,)),
        Tab("rejected", "Rejected", "are rejected", Comment.rejected_at.is_not(None), (Comment.rejected_at, Comment.id)),
        Tab("hidden", "Hidden", "are hidden", and_(Comment.hidden_at.is_not(None), ~_DECIDED_OTHERWISE), (Comment.hidden_at, Comment.id)),
        Tab("spam", "Spam", "are spam", Comment.spam_at.is_not(None), (Comment.spam_at, Comment.id)),
    )
}  # fmt: skip


@dataclass
class Tally:
    """What has become of a person's comments so far."""

    approved: int = 0
    rejected: int = 0
    spam: int = 0

    @property
    def is_known(self) -> bool:
        return self.approved >= KNOWN_FROM and not self.rejected and not self.spam

    def __str__(self) -> str:
        if not (self.approved or self.rejected or self.spam):
            return "Nothing approved so far"
        return f"{self.approved:,} approved, {self.rejected:,} rejected" + (
            f", {self.spam:,} spam" if self.spam else ""
        )


@dataclass
class Row:
    """A comment as the desk shows it, with all that a decision needs."""

    comment: Comment
    headline: str
    address: str
    tally: Tally
    reports: list[Report] = field(default_factory=list)
    settled: list[Report] = field(default_factory=list)  # what was reported and decided before
    appeal: Appeal | None = None
    bound_by: Sanction | None = None
    answers: str = ""  # whom it answers
    decided: str = ""

    @property
    def seen(self) -> str:
        """Name the comment and the state that a decision about it is made on."""
        return f"{self.comment.id}:{self.comment.decisions}"

    @property
    def who(self) -> str:
        """Name the person in the desk's addresses; no mail address stands in one."""
        return str(self.comment.account_id) if self.comment.account_id else f"guest-{self.comment.id}"

    @property
    def email(self) -> str:
        account = self.comment.account
        return account.email if account else self.comment.guest_email or ""

    @property
    def is_within_reach(self) -> bool:
        """Tell whether something can be done about the person: not about the newsroom's own, nor about nobody in particular."""
        account = self.comment.account
        return not account.is_newsroom if account else bool(self.comment.guest_email)

    @property
    def is_own(self) -> bool:
        """Tell whether it is by somebody of the newsroom."""
        account = self.comment.account
        return self.comment.author_id is not None or (account is not None and account.is_newsroom)

    @property
    def bound(self) -> str:
        """Name what binds the person now."""
        return SHORT[Measure(self.bound_by.measure)] if self.bound_by else ""

    @property
    def flags(self) -> list[tuple[str, bool, int | None]]:
        """Say why it stands here: what each check found, whether that is a warning, and which other comment it is about."""
        found = []
        for finding in self.comment.findings or ([self.comment.held_for] if self.comment.held_for else []):
            check, _, detail = finding.partition(": ")
            words = CHECKS.get(check, check)
            other = whole_number(detail.removeprefix("as comment ")) if check == "repeat" else None
            found.append((f"{words}: {detail}" if detail and not other else words, check not in USUAL, other))
        return found

    @property
    def told_author(self) -> str:
        """Give what its author reads beside it, where somebody decided against it."""
        return self.comment.why if self.comment.state in ("rejected", "hidden") and self.comment.rejected_words else ""

    @property
    def tried(self) -> tuple[str, str]:
        """Give the reason and the words of a rejection that was taken back: the next one begins with them."""
        comment = self.comment
        if comment.state in ("rejected", "hidden"):
            return "", ""
        if comment.rejected_for:
            return comment.rejected_for, comment.rejected_words or ""
        return comment.replaced_for or "", comment.replaced_words or ""

    @property
    def can(self) -> list[str]:
        """Give what may be done about it, in the order of the buttons."""
        state = self.comment.state
        if state == "deleted":
            return ["keep"] if self.reports else []  # who reported it is told all the same
        acts = {
            "waiting": ["approve", "reject", "spam"],
            "approved": ["hide", "reject", "spam", "hold"],
            "hidden": ["show", "reject", "spam"],
            "rejected": ["approve", "spam"],
            "spam": ["approve", "reject"],
        }[state]
        if state == "approved":
            acts += [
                "unfeature" if self.comment.featured_at else "feature",
                "unpin" if self.comment.pinned_at else "pin",
            ]
        if self.is_appealed:  # granting it is the way to put it back
            acts = [act for act in acts if act not in ("approve", "show")]
        return (["keep"] if self.reports else []) + acts

    @property
    def is_appealed(self) -> bool:
        return self.appeal is not None and self.appeal.decided_at is None


def for_several(tab: str) -> tuple[str, ...]:
    """Give what may be done about everything that was chosen on a tab, in the order of the buttons: never what it is already."""
    return {
        "reported": ("keep", "spam", "reject"), "hidden": ("show", "spam", "reject"), "approved": ("spam", "reject"),
        "rejected": ("approve", "spam"), "spam": ("approve", "reject"), "appeals": (),
    }.get(tab, ("approve", "spam", "reject"))  # fmt: skip


def counts(article: Article | None = None) -> dict[str, int]:
    """Count what stands on each tab, on the whole site or under one story."""
    wanted: dict[str, Any] = {}
    for key, tab in TABS.items():
        test = tab.test if article is None else and_(tab.test, Comment.article_id == article.id)
        wanted[key] = select(func.count()).select_from(Comment).where(test).scalar_subquery()
    # A million rows need not be counted: each thread knows how many readers see.
    visible = select(func.coalesce(func.sum(Thread.visible), 0))
    wanted["approved"] = (
        visible if article is None else visible.where(Thread.article_id == article.id)
    ).scalar_subquery()
    if article is None:
        wanted["reported"] = (
            select(func.count(Report.comment_id.distinct())).where(Report.decided_at.is_(None)).scalar_subquery()
        )
    wanted["banned"] = (
        select(func.count()).select_from(Sanction.all_in_force().order_by(None).subquery()).scalar_subquery()
    )
    found = db.session.execute(select(*(count.label(key) for key, count in wanted.items()))).one()
    return dict(found._mapping)


@dataclass
class Listed:
    """One page of a list."""

    rows: list[Row]
    older: str = ""  # the mark that the next page begins behind


def newest_waiting(article: Article | None = None) -> datetime | None:
    """Give the moment since when the newest of those that wait has waited."""
    newest: datetime | None = db.session.scalar(_waiting(func.max(Comment.held_at), article))
    return newest


def arrived_since(since: datetime, article: Article | None = None) -> int:
    """Count what has begun to wait after ``since``."""
    n: int | None = db.session.scalar(_waiting(func.count(), article).where(Comment.held_at > since))
    return n or 0


def _waiting(what: Any, article: Article | None) -> Select[Any]:
    query = select(what).select_from(Comment).where(TABS["waiting"].test)
    return query.where(Comment.article_id == article.id) if article is not None else query


def page_of(tab: Tab, article: Article | None = None, after: str = "") -> Listed:
    """Give a page of a tab, of one story only or of all."""
    query = tab.query(tab.read_mark(after))
    if article is not None:
        query = query.where(Comment.article_id == article.id)
    return listed(query, tab.mark)


def listed(query: Select[Comment], mark: Callable[[Comment], str]) -> Listed:
    """Give the first page of a query, and the mark of the next one where there is one."""
    found = db.session.scalars(query.options(joinedload(Comment.account)).limit(PER_PAGE + 1)).all()
    shown = found[:PER_PAGE]
    return Listed(rows(shown), mark(shown[-1]) if len(found) > PER_PAGE else "")


def rows(found: Sequence[Comment]) -> list[Row]:
    """Give comments as the desk shows them: so many queries however many they are."""
    if not found:
        return []
    ids = [comment.id for comment in found]
    stories = {
        id_: (headline, f"/articles/{slug}")
        for id_, headline, slug in db.session.execute(
            select(Article.id, Article.headline, Article.slug).where(Article.id.in_({c.article_id for c in found}))
        )
    }
    by_account = tallies(Comment.account_id, {c.account_id for c in found if c.account_id})
    by_mail = tallies(Comment.mailbox, {c.mailbox for c in found if c.mailbox and not c.account_id})
    reports: dict[int, list[Report]] = {}
    settled: dict[int, list[Report]] = {}
    for report in db.session.scalars(select(Report).where(Report.comment_id.in_(ids)).order_by(Report.id)):
        (settled if report.decided_at else reports).setdefault(report.comment_id, []).append(report)
    appeals = {
        appeal.comment_id: appeal for appeal in db.session.scalars(select(Appeal).where(Appeal.comment_id.in_(ids)))
    }
    binding = _binding(found)
    parents = {
        comment.id: comment.name
        for comment in db.session.scalars(
            select(Comment)
            .where(Comment.id.in_({c.parent_id for c in found if c.parent_id}))
            .options(joinedload(Comment.account))
        )
    }
    deciders = names(
        {id_ for c in found for id_ in (c.approved_by_id, c.rejected_by_id, c.spam_by_id, c.hidden_by_id) if id_}
    )
    return [
        Row(
            comment, *stories[comment.article_id],
            tally=(by_account.get(comment.account_id) if comment.account_id else by_mail.get(comment.mailbox)) or Tally(),
            reports=reports.get(comment.id, []), settled=settled.get(comment.id, []), appeal=appeals.get(comment.id),
            bound_by=binding.get(comment.account_id or comment.mailbox or ""),
            answers=parents.get(comment.parent_id or 0, ""), decided=_decided(comment, deciders),
        )
        for comment in found
    ]  # fmt: skip


def tallies(column: Any, keys: Iterable[Any]) -> dict[Any, Tally]:
    """Count what became of the comments of some people: ``column`` holds who they are."""
    found = db.session.execute(
        select(
            column,
            func.count(case((Comment.approved_at.is_not(None) & Comment.hidden_at.is_(None), 1))),
            func.count(case((Comment.rejected_at.is_not(None), 1))),
            func.count(case((Comment.spam_at.is_not(None), 1))),
        )
        .where(column.in_(set(keys)))
        .group_by(column)
    )
    return {key: Tally(*numbers) for key, *numbers in found}


def what_happened(comment: Comment, by_id: int | None = None) -> str:
    """Say who has decided what about a comment last, for a moderator, ``by_id``, who decided at the same time."""
    if comment.deleted_at:
        return "Its author has deleted it"
    last = db.session.scalars(LogEntry.concerning(comment.about).limit(1)).first()
    if last is None or last.details.get("decision") != comment.decisions:
        return "Its author has changed the words"
    by = names({last.by_id}).get(last.by_id or 0, "The site’s checks") if last.by_id else "The site’s checks"
    by = "You have decided already: you" if by_id and last.by_id == by_id else by
    reason = f" ({last.reason})" if last.reason and last.act == "comment.reject" else ""
    return f"{by} {did(last.act)}{reason}"


def did(act: str) -> str:
    """Say of an entry of the log what was done to the comment: ``rejected it``."""
    return ACTS.get(act.removeprefix("comment."), "decided about an appeal for {}").format("it")


def _decided(comment: Comment, deciders: dict[int, str]) -> str:
    state = comment.state
    by_id = {"approved": comment.approved_by_id, "rejected": comment.rejected_by_id, "spam": comment.spam_by_id, "hidden": comment.hidden_by_id}.get(state)  # fmt: skip
    if state == "deleted":
        return "Deleted by its author"
    if state == "waiting":
        return f"Rejected before: {comment.rejected_for}" if comment.edited_at and comment.rejected_for else ""
    words = {"approved": "Approved", "rejected": "Rejected", "spam": "Spam", "hidden": "Hidden"}[state]
    if state == "approved" and by_id is None:
        return "Passed the checks"
    reason = f": {comment.rejected_for}" if state in ("rejected", "hidden") and comment.rejected_for else ""
    return f"{words} by {deciders.get(by_id or 0, 'the checks')}{reason}"


def names(ids: set[Any]) -> dict[int, str]:
    """Give the names of accounts by their ids."""
    ids = ids - {None}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(ids))) if ids else ()
    return {row.id: row.name for row in rows}


def _binding(found: Sequence[Comment]) -> dict[Any, Sanction]:
    """Give what binds these people now, by account and by mail address."""
    accounts = {c.account_id for c in found if c.account_id}
    mails = {c.mailbox for c in found if c.mailbox and not c.account_id}
    theirs = or_(Sanction.account_id.in_(accounts), Sanction.email.in_(mails))
    return {
        one.account_id or one.email: one
        for one in db.session.scalars(Sanction.all_in_force().where(theirs).order_by(None).order_by(Sanction.id))
    }
