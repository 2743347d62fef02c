"""The checks that every comment passes before readers see it, an edited one again.

They run in the order of CHECKS. A refusal stores nothing and gives the words back; everything else is stored, and what
each check found is kept with the comment, for the desk. Its author is always told why.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from disposable_email_domains import blocklist
from flask import current_app
from sqlalchemy import ColumnElement, Select, false, func, or_, select

from newsapp import site
from newsapp.accounts import Account
from newsapp.articles import Article, Story
from newsapp.authors import Author
from newsapp.comments.models import MAX_LENGTH, Comment, NotAllowed, Thread, cleaned_body, post, take_turn
from newsapp.comments.people import Measure, strictest
from newsapp.comments.wordlist import ListedWord, found_in, plain_text
from newsapp.db import db
from newsapp.lib import clock
from newsapp.lib.addresses import mailbox
from newsapp.sections import Section

MOST_LINKS = 2  # an account's comment may have; a guest's waits in any case
BURST = ((5, timedelta(minutes=2)), (30, timedelta(hours=1)))  # at most so many comments in so much time
SAME_WITHIN = timedelta(days=1)  # the same words again
LEAST_SECONDS = 3  # between the form's opening and its sending
NETWORK_KEPT = timedelta(days=7)
# Domains that are made to be thrown away and that the list of disposable-email-domains leaves out.
ALSO_DISPOSABLE = {"burnermail.io", "spamgourmet.com", "temp-mail.io", "33mail.com", "tempmail.com"}


class Verdict(IntEnum):
    """What a check asks for, from the mildest."""

    HOLD = 1
    SPAM = 2
    REJECT = 3
    REFUSE = 4


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    check: str
    verdict: Verdict
    says: str = ""  # to its author, where nothing is stored; WHY_HELD and WHY_REJECTED have the words for the rest
    detail: str = ""  # to the desk
    wait: timedelta | None = None

    def __str__(self) -> str:
        return f"{self.check}: {self.detail}" if self.detail else self.check


@dataclass(frozen=True)
class Sender:
    """Who sends a comment, and what is known of how."""

    account: Account | None = None
    name: str | None = None  # a guest's, like the address
    email: str | None = None
    network: str | None = None  # as hashed_network() gives it
    fell_for_trap: bool = False
    seconds: float | None = None  # since the form was opened, where it says so

    @property
    def is_newsroom(self) -> bool:
        return self.account is not None and self.account.is_newsroom


@dataclass(frozen=True)
class Draft:
    """A comment on its way through the checks."""

    article: Article
    sender: Sender
    body: str
    cleaned: str
    edits: Comment | None = None  # the comment that it is to take the words' place of


class Refused(Exception):
    """A check does not let the comment in; nothing is stored."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.says)
        self.finding = finding


class Twin(Exception):
    """The same words are there already, from the same person, under the same story."""

    def __init__(self, comment: Comment) -> None:
        super().__init__(comment.id)
        self.comment = comment


def submit(article: Article, sender: Sender, body: str, parent: Comment | None = None) -> Comment:
    """Take a comment from outside: check it, and add it in the state that the checks give it. The caller commits.

    Raises:
        Refused: a check does not let it in.
        Twin: it was sent twice; the first is there.
        NotAllowed: what it answers is not there any more.
    """
    take_turn(article.id)
    if parent is not None and not parent.has_place:
        raise NotAllowed("The comment that you answer is no longer there. You can post your words as a new comment.")
    findings = examine(article, sender, body)
    comment = post(
        article, body, account=sender.account, author=_byline_of(sender.account), parent=parent,
        guest_name=sender.name, guest_email=sender.email, network=sender.network, approved=not findings,
    )  # fmt: skip
    _act_on(comment, findings)
    return comment


def revise(comment: Comment, article: Article, sender: Sender, body: str) -> None:
    """Change one's own comment, and run all checks again. The caller commits.

    Raises:
        Refused: a check does not let the new words in; the old ones stay.
        NotAllowed: it is too late.
    """
    take_turn(article.id)
    findings = examine(article, sender, body, comment)
    comment.edit(body)
    if findings:
        _act_on(comment, findings)
    elif comment.state in ("rejected", "spam", "hidden"):
        comment.hold("moderator")  # nobody edits themselves back onto the page


def examine(article: Article, sender: Sender, body: str, edits: Comment | None = None) -> list[Finding]:
    """Run the checks over a comment, and give what they found.

    Raises:
        Refused: a check does not let it in.
        Twin: it was sent twice.
    """
    refuse_length(body)
    draft = Draft(article, sender, body, cleaned_body(body), edits)
    findings: list[Finding] = []
    for check in CHECKS:
        for finding in check(draft):
            if finding.verdict is Verdict.REFUSE:
                raise Refused(finding)
            findings.append(finding)
    return findings


def is_open(article: Article | Story, at: datetime | None = None) -> bool:
    """Tell whether a story's discussion takes comments."""
    ends = closes_at(article)
    return article.comments_open and (ends is None or ends > (at or clock.now()))


def closes_at(article: Article | Story) -> datetime | None:
    """Give when the discussion closes by itself, so many days after its story's beginning as the policy says.

    Never, where a moderator keeps it open.
    """
    days = site.comment_policy().close_days
    if not days or article.published_at is None:
        return None
    thread = db.session.get(Thread, article.id)
    return None if thread and thread.kept_open_at else article.published_at + timedelta(days=days)


def is_disposable(domain: str) -> bool:
    """Tell whether a mail domain, or one above it, gives out addresses that are made to be thrown away.

    The setting DISPOSABLE_MAIL adds domains to the list and, with a minus before them, takes some off.
    """
    said: frozenset[str] = current_app.config["DISPOSABLE_MAIL"]
    parts = domain.lower().split(".")
    for above in (".".join(parts[n:]) for n in range(len(parts) - 1)):
        if f"-{above}" in said:
            return False
        if above in said or above in ALSO_DISPOSABLE or above in blocklist:
            return True
    return False


def hashed_network(network: str) -> str:
    """Give a network as it is kept with a comment for some days: a keyed hash."""
    secret: str = current_app.config["SECRET_KEY"]
    return hmac.new(secret.encode(), f"comment\0{network}".encode(), hashlib.sha256).hexdigest()[:32]


def forget_networks() -> None:
    """Forget where comments came from that are older than a week, and commit."""
    old = (
        select(Comment.id)
        .where(Comment.network.is_not(None), Comment.posted_at < clock.now() - NETWORK_KEPT)
        .limit(1000)
    )
    for comment in db.session.scalars(select(Comment).where(Comment.id.in_(old))):
        comment.network = None
    db.session.commit()


def refuse_length(body: str) -> None:
    """Refuse too much, and nothing, before anything else is done with it."""
    try:
        if len(body) > MAX_LENGTH or not body.strip():
            cleaned_body(body[: MAX_LENGTH + 1] if len(body) > 10 * MAX_LENGTH else body)
        elif not cleaned_body(body):
            raise ValueError("Write something first.")
    except ValueError as why:
        raise Refused(Finding("length", Verdict.REFUSE, str(why))) from None


def _closed(draft: Draft) -> Iterator[Finding]:
    if not is_open(draft.article):
        yield Finding("closed", Verdict.REFUSE, "The discussion is closed. It takes no more comments.")


def _sanctions(draft: Draft) -> Iterator[Finding]:
    found = strictest(draft.sender.account, draft.sender.email)
    if found is None:
        return
    if found.measure == Measure.PREMODERATE:
        yield Finding("premoderated", Verdict.HOLD, detail=found.reason)
        return
    yield Finding("sanctions", Verdict.REFUSE, found.says)


def _repeat(draft: Draft) -> Iterator[Finding]:
    theirs = _by(draft).where(Comment.body == draft.cleaned, Comment.posted_at > clock.now() - SAME_WITHIN)
    for found in db.session.scalars(theirs.order_by(Comment.id)):
        if found.article_id == draft.article.id and not found.deleted_at:
            raise Twin(found)
        yield Finding("repeat", Verdict.HOLD, detail=f"as comment {found.id}")
        return


def _burst(draft: Draft) -> Iterator[Finding]:
    if draft.edits or draft.sender.is_newsroom:
        return
    for most, per in BURST:
        since = clock.now() - per
        times = db.session.scalars(
            _by_person(draft)
            .with_only_columns(Comment.posted_at)
            .where(Comment.posted_at > since)
            .order_by(Comment.posted_at)
        ).all()
        if len(times) >= most:
            wait = times[len(times) - most] - since
            yield Finding("burst", Verdict.REFUSE, "That was too many comments in a short time.", wait=wait)


def _words(draft: Draft) -> Iterator[Finding]:
    listed = {row.word: row.banned_at is not None for row in db.session.scalars(ListedWord.all())}
    text = f"{plain_text(draft.cleaned)} {draft.sender.name or ''}"
    for word in found_in(text, listed):
        yield Finding("words", Verdict.REJECT if listed[word] else Verdict.HOLD, detail=word)


def _links(draft: Draft) -> Iterator[Finding]:
    n = draft.cleaned.count("<a ")
    if n > MOST_LINKS or (n and draft.sender.account is None):
        yield Finding("links", Verdict.HOLD, detail=f"{n} link{'' if n == 1 else 's'}")


def _first(draft: Draft) -> Iterator[Finding]:
    sender = draft.sender
    if sender.account is None:
        yield Finding("guest", Verdict.HOLD)  # anybody can type anybody's address
        return
    if sender.is_newsroom:
        return
    wanted = site.comment_policy().first_held
    approved = Comment.by(sender.account).where(Comment.approved_at.is_not(None)).limit(wanted).order_by(None)
    if db.session.scalar(select(func.count()).select_from(approved.subquery())) < wanted:  # type: ignore[operator]
        yield Finding("first", Verdict.HOLD)


def read_first(article: Article) -> str:
    """Tell what lets every comment under a story wait: ``story``, ``section`` (its own or one above it), or nothing."""
    thread = db.session.get(Thread, article.id)
    if thread is not None and thread.read_first_at is not None:
        return "story"
    tree = {
        row.id: row for row in db.session.execute(select(Section.id, Section.parent_id, Section.comments_read_first))
    }
    here: int | None = article.section_id
    while here is not None:
        if tree[here].comments_read_first:
            return "section"
        here = tree[here].parent_id
    return ""


def _place(draft: Draft) -> Iterator[Finding]:
    if not draft.sender.is_newsroom and (why := read_first(draft.article)):
        yield Finding(why, Verdict.HOLD)


def _mail(draft: Draft) -> Iterator[Finding]:
    account = draft.sender.account
    domain = (draft.sender.email or (account.email if account else "")).rpartition("@")[2].lower()
    if is_disposable(domain):
        yield Finding("mail", Verdict.HOLD, detail=domain)


def _trap(draft: Draft) -> Iterator[Finding]:
    if draft.sender.fell_for_trap:
        yield Finding("trap", Verdict.SPAM)
    seconds = draft.sender.seconds
    if seconds is not None and seconds < LEAST_SECONDS:
        yield Finding("speed", Verdict.HOLD, detail=f"{seconds:.1f} seconds")


# Length is looked at before (refuse_length): nothing else is done with a text of any length.
CHECKS: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    _closed, _sanctions, _repeat, _burst, _words, _links, _first, _place, _mail, _trap,
)  # fmt: skip


def _act_on(comment: Comment, findings: list[Finding]) -> None:
    if not findings:
        return
    worst = max(findings, key=lambda finding: finding.verdict)
    kept = [str(finding) for finding in findings]
    if worst.verdict is Verdict.HOLD:
        comment.hold(findings[0].check, findings=kept)
        return
    comment.findings = kept
    if worst.verdict is Verdict.SPAM:
        comment.spam()
    else:
        comment.reject(reason=worst.check)


def _by(draft: Draft) -> Select[Comment]:
    """Select what the same person wrote: the account, or else the guests of that network."""
    account, network = draft.sender.account, draft.sender.network
    who: ColumnElement[bool] = false()
    if account is not None:
        who = Comment.account_id == account.id
    elif network is not None:
        who = Comment.network == network
    query = select(Comment).where(who)
    return query.where(Comment.id != draft.edits.id) if draft.edits else query


def _by_person(draft: Draft) -> Select[Comment]:
    """Select what the same person wrote, whatever address of their mailbox they go by."""
    account, email = draft.sender.account, draft.sender.email
    if account is not None:
        return select(Comment).where(
            Comment.account_id.in_(select(Account.id).where(Account.mailbox == account.mailbox))
        )
    if email is None:
        return _by(draft)
    return select(Comment).where(or_(Comment.network == draft.sender.network, Comment.mailbox == mailbox(email)))


def _byline_of(account: Account | None) -> Author | None:
    if account is None or not account.is_newsroom:
        return None
    return db.session.scalar(select(Author).where(Author.account_id == account.id).limit(1))
