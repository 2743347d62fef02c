"""Releasing: putting what was written before readers, now or at a time, and taking it back.

Every way to change a public text leads through release(), which keeps a version of it. A first publication at a time
is public by the clock: nothing has to run. A change of a story that is public already waits as a row of its own, and
the scheduler's job puts it on the story at its time, once, whatever the number of processes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.accounts.notifications import notify
from newsapp.articles.documents import NAMES, Document, NotWhole, document_of, faults_of, merged, put_on
from newsapp.articles.drafting import SavedMeanwhile, copy_of, copy_saved, start_again, working_document
from newsapp.articles.models import Article, Change, free_slug
from newsapp.articles.proofs import given_for, proof
from newsapp.articles.versions import CLASSES, Version, drop_unseen, keep, keep_first
from newsapp.db import Base, Json, db, moment, reading
from newsapp.lib import clock
from newsapp.site import AddressTaken


class CannotRelease(ValueError):
    """What is asked for cannot be done; the message is a sentence for the desk."""


class Embargoed(CannotRelease):
    """It would be public before its embargo ends: it takes a second yes."""


class WaitingChange(Base):
    """A change of a public story that waits for its time, as it was when somebody said so."""

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[moment] = mapped_column(index=True)
    document: Mapped[Document] = mapped_column(Json)
    base: Mapped[Document] = mapped_column(Json)  # what readers saw when it was made
    kind: Mapped[str]  # a key of CLASSES
    reason: Mapped[str]
    notice: Mapped[str] = mapped_column(default="")
    made_at: Mapped[moment]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    stuck_at: Mapped[moment | None]  # when it could not be put on the story, and why
    stuck_because: Mapped[str] = mapped_column(default="")


def waiting_change(article: Article) -> WaitingChange | None:
    """Give the change that waits for its time, if there is one."""
    return db.session.get(WaitingChange, article.id, populate_existing=True)


def release(
    article: Article,
    by: Account | None = None,
    kind: str = "",
    reason: str = "",
    notice: str = "",
    at: datetime | None = None,
    *,
    number: int | None = None,
    despite_embargo: bool = False,
) -> Version | WaitingChange:
    """Put the working copy before readers: now, or from ``at`` on. The caller commits.

    Of a story that is public, ``kind`` says what the change is (a key of CLASSES) and ``reason`` why, in a line that
    readers see; ``notice`` is the text of a correction or clarification, HTML. ``number`` is the working copy's that
    was looked at.

    Raises:
        SavedMeanwhile: the working copy has another number.
        NotWhole: something is missing that readers need.
        Embargoed: it would be public before the embargo ends, and nobody has said that it may.
        CannotRelease: the class or the reason is missing, or nothing was changed.
    """
    now = clock.now()
    copy = copy_of(article, locked=True)
    document, current = working_document(article)
    if number is not None and number != current:
        assert copy is not None
        raise SavedMeanwhile(copy)
    if copy and copy.embargo_until and not despite_embargo and (at or now) < copy.embargo_until:
        raise Embargoed("It would be public before its embargo ends.")
    at = at if at and at > now else None
    if faults := kept_back(article, document):
        raise NotWhole(faults)
    if not article.is_public(now):
        return _publish(article, document, by, reason, at)
    _check(article, document, kind, reason, notice)
    if at is not None:
        return _let_wait(article, document, by, kind, reason, notice, at)
    return _change(article, document, by, kind, reason, notice)


def kept_back(article: Article, document: Document) -> list[str]:
    """Give the marks that keep a document from being released, as sentences.

    What readers of a public story see already does not hold back a change: a correction need not wait for an old fault.
    """
    blocking = [mark for mark in proof(document, given_for(article, document)) if mark.is_blocking]
    if not blocking or not article.is_public(clock.now()):
        return [mark.says for mark in blocking]
    now = document_of(article)
    seen = {(mark.name, mark.words, mark.field) for mark in proof(now, given_for(article, now))}
    return [m.says for m in blocking if m.name == "whole" or (m.name, m.words, m.field) not in seen]


def _publish(article: Article, document: Document, by: Account | None, reason: str, at: datetime | None) -> Version:
    keep_first(article)
    seen = db.session.scalar(
        select(Version).where(Version.article_id == article.id, Version.at <= clock.now()).limit(1)
    )
    if seen is None and article.slug != document["slug"]:
        article.slug = free_slug(document["slug"] or document["headline"])
    elif seen is not None:
        _readdress(article, document, by)
    put_on(article, {**document, "slug": article.slug})
    if article.unpublish_at and article.unpublish_at <= (at or clock.now()):
        article.end(None)
    article.publish(at, by)
    _has_been_released(article, by)
    version = keep(article, "published", reason, by, article.published_at)
    record("article.publish", f"article:{article.id}", by, reason, number=version.number)
    return version


def _check(article: Article, document: Document, kind: str, reason: str, notice: str) -> None:
    if faults := faults_of(document):
        raise NotWhole(faults)
    lacks = [
        words
        for words, is_missing in (
            ("Say what kind of change it is.", kind not in CLASSES),
            ("Say in a line what was changed, and why: readers see it.", not reason),
            ("Write the notice that stands under the story.", kind in ("correction", "clarification") and not notice),
        )
        if is_missing
    ]
    if lacks:
        raise CannotRelease(" ".join(lacks))
    if {**document, "slug": document["slug"] or article.slug} == document_of(article) and kind == "minor":
        raise CannotRelease("Nothing was changed.")


def _change(
    article: Article, document: Document, by: Account | None, kind: str, reason: str, notice: str,
    at: datetime | None = None,
) -> Version:  # fmt: skip
    keep_first(article)
    _readdress(article, document, by)
    put_on(article, {**document, "slug": article.slug})
    line = None
    if kind == "update":
        line = article.update(reason, by, at)
    elif kind != "minor":
        line = article.correct(reason, notice, by, at, clarifies=kind == "clarification")
    db.session.flush()
    _has_been_released(article, by)
    version = keep(article, kind, reason, by, at, line)
    record(f"article.{kind}", f"article:{article.id}", by, reason, number=version.number)
    return version


def _readdress(article: Article, document: Document, by: Account | None) -> None:
    """Give a story that readers know the address that its document has; one without any leaves it where it is."""
    was, wanted = article.slug, document["slug"]
    if not wanted or wanted == was:
        return
    try:
        article.readdress(wanted, by.id if by else None)
    except AddressTaken as fault:
        raise CannotRelease(str(fault)) from None
    record("article.move", f"article:{article.id}", by, f"/articles/{was} is /articles/{wanted}")


def _has_been_released(article: Article, by: Account | None) -> None:
    """What was in review is done with, and the working copy says what the story says."""
    article.submitted_at = article.submitted_by_id = None
    db.session.flush()
    start_again(article, by)


def _let_wait(
    article: Article, document: Document, by: Account | None, kind: str, reason: str, notice: str, at: datetime
) -> WaitingChange:
    """Keep a change for its time. The working copy begins again at what readers see, so that a correction can go first."""
    drop_waiting(article)
    waiting = WaitingChange(
        article_id=article.id, at=at, document=document, base=document_of(article), kind=kind, reason=reason, notice=notice,
        made_at=clock.now(), made_by_id=by.id if by else None,
    )  # fmt: skip
    db.session.add(waiting)
    article.submitted_at = article.submitted_by_id = None
    db.session.flush()
    start_again(article, by)
    record("article.schedule_change", f"article:{article.id}", by, reason)
    return waiting


def drop_waiting(article: Article, by: Account | None = None, *, into_copy: bool = False) -> None:
    """Call off the change that waits; ``into_copy``: its words go back into the working copy. The caller commits.

    Raises:
        CannotRelease: the working copy has other changes, which would be lost.
    """
    waiting = waiting_change(article)
    if waiting is None:
        return
    copy = copy_of(article, locked=True)
    if into_copy and copy is not None:
        found, conflicts = merged(waiting.base, copy.document, waiting.document)
        if conflicts:
            fields = ", ".join(NAMES[name] for name in conflicts)
            raise CannotRelease(f"The working copy has been changed as well: {fields}. Put that right first.")
        copy.document, copy.number = found, copy.number + 1
        copy.saved_at, copy.saved_by_id = clock.now(), by.id if by else None
    db.session.delete(waiting)
    if by is not None:
        record("article.call_off_change", f"article:{article.id}", by)
    db.session.flush()
    copy_saved.send(article)


def call_off(article: Article, by: Account) -> None:
    """Take back a time of publication that has not come yet: the story is a draft again. The caller commits.

    Raises:
        CannotRelease: it is public already, or has no time.
    """
    now = clock.now()
    if article.published_at is None or article.published_at <= now or article.state != "ready":
        raise CannotRelease("Its time has come already, or it has none.")
    drop_unseen(article)
    copy = copy_of(article, locked=True)
    before = db.session.scalar(Version.of(article.id, now).limit(1))
    first = next((change for change in article.changes if change.kind == "published"), None)
    article.ready_at = article.ready_by_id = article.published_at = None
    if before is not None:  # it has been public, and was taken back: it stays so
        article.ready_at = article.withdrawn_at = now
        article.published_at = before.at
        if first is not None:
            first.at = before.at
    elif first is not None:
        article.changes.remove(first)
    if copy is None:
        raise AssertionError("what was scheduled has a working copy")
    article.end(article.unpublish_at)
    record("article.call_off", f"article:{article.id}", by)
    copy_saved.send(article)


def withdraw(article: Article, reason: str, by: Account) -> None:
    """Take a story back, everywhere at once; its address gives the reason. The caller commits."""
    keep_first(article)
    article.withdraw(reason, by)
    record("article.withdraw", f"article:{article.id}", by, reason)
    copy_saved.send(article)


def end(article: Article, at: datetime | None, by: Account) -> None:
    """Set when a story stops being public. The caller commits."""
    keep_first(article)
    article.end(at)
    record("article.end", f"article:{article.id}", by)
    copy_saved.send(article)


# What waits for its time


def next_due() -> datetime | None:
    """Give when the next change is due."""
    return db.session.scalar(
        select(WaitingChange.at).where(WaitingChange.stuck_at.is_(None)).order_by(WaitingChange.at).limit(1)
    )


def release_due() -> int:
    """Put the changes on their stories whose time has come, each in a transaction of its own, and commit them.

    Tells how many. Whoever deletes the waiting row has the change: another process finds none and does nothing.
    """
    due = select(WaitingChange.article_id).where(WaitingChange.at <= clock.now(), WaitingChange.stuck_at.is_(None))
    with reading():
        ids = list(db.session.scalars(due.order_by(WaitingChange.at)))
    done = 0
    for article_id in ids:
        why = ""
        try:
            done += _release_one(article_id)
            db.session.commit()
        except CannotRelease as fault:
            why = str(fault)
        except Exception:
            db.session.rollback()
            _stick(article_id, "It failed; the server's log says why.")
            raise
        if why:
            db.session.rollback()
            _stick(article_id, why)
    return done


def _release_one(article_id: int) -> bool:
    now = clock.now()
    row = db.session.execute(
        delete(WaitingChange)
        .where(WaitingChange.article_id == article_id, WaitingChange.at <= now, WaitingChange.stuck_at.is_(None))
        .returning(*WaitingChange.__table__.columns)
    ).first()
    if row is None:
        return False
    waiting: Any = row._mapping
    article = db.session.get_one(Article, article_id)
    if not article.is_public(now):
        raise CannotRelease("The story is not public any more.")
    document, conflicts = merged(waiting["base"], document_of(article), waiting["document"])
    if conflicts:
        fields = ", ".join(NAMES[name] for name in conflicts)
        raise CannotRelease(f"Something else was released meanwhile in the same place: {fields}.")
    by = db.session.get(Account, waiting["made_by_id"]) if waiting["made_by_id"] else None
    copy = copy_of(article, locked=True)
    written = (document_of(article), copy.document) if copy else None
    try:
        version = _change(
            article, document, by, waiting["kind"], waiting["reason"], waiting["notice"], at=waiting["at"]
        )  # fmt: skip
    except NotWhole as fault:
        raise CannotRelease(str(fault)) from None
    if copy is not None and written is not None:  # what somebody was writing meanwhile goes on upon the new text
        base, mine = written
        copy.document, _ = merged(base, mine, document_of(article))
        db.session.flush()
        copy_saved.send(article)
    return version is not None


def _stick(article_id: int, why: str) -> None:
    """Leave a change that could not be released for somebody to look at, and tell who made it; commits."""
    waiting = db.session.get(WaitingChange, article_id, populate_existing=True)
    if waiting is not None:
        waiting.stuck_at, waiting.stuck_because = clock.now(), why
        if waiting.made_by_id:
            words = f"A change that was to be released by itself could not be: {why}"
            notify(waiting.made_by_id, "desk", f"article:{article_id}", words, f"/desk/articles/{article_id}")
        copy_saved.send(db.session.get_one(Article, article_id))
    db.session.commit()


__all__ = [
    "CannotRelease", "Change", "Embargoed", "WaitingChange", "call_off", "drop_waiting", "end", "kept_back", "next_due", "release", "release_due",
    "waiting_change", "withdraw",
]  # fmt: skip
