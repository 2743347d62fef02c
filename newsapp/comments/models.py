from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, and_, case, event, func, or_, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from newsapp import outbox
from newsapp.accounts import Account
from newsapp.accounts.log import LogEntry, record
from newsapp.accounts.notifications import notify, take_back
from newsapp.accounts.standing import NOW, standing_letter, wake
from newsapp.articles import Article
from newsapp.authors import Author
from newsapp.comments.formatting import clean, from_typed
from newsapp.db import Base, Json, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.addresses import mailbox
from newsapp.lib.tags import Tagged
from newsapp.lib.text import hue, initials

MAX_LENGTH = 5000  # characters, as the reader sent them
DRAWN_LEVELS = 4  # deeper replies stand on the fourth level and say whom they answer
EDIT_WINDOW = timedelta(minutes=15)
DIGEST = "replies"  # the letter of a day or a week
REPLY_MAIL_WAITS = timedelta(minutes=2)  # a slip at the desk, or one's own second thought, is undone by then
REPLY_MAILS_A_DAY = 10  # about the replies to one comment; the others stand on the page
ASKED_A_DAY = 3  # guests' mailboxes are asked so often whether they want replies

# Why a comment waits, as its author is told. The keys are the checks' names (checks.py) and what a moderator may do.
WHY_HELD = {
    "guest": "An editor reads every guest’s comment before it appears.",
    "first": "An editor reads a person’s first comments before they appear.",
    "premoderated": "A moderator has decided to read your comments before they appear.",
    "story": "A moderator reads each comment under this story before it appears.",
    "section": "A moderator reads each comment in this section before it appears.",
    "repeat": "The same words were posted here before.",
    "words": "It has a word that our moderators look at first.",
    "links": "A moderator looks at comments with links before they appear.",
    "mail": "The email address is of a kind that is made to be thrown away.",
    "speed": "It was sent sooner than one can write.",
    "trap": "It filled in a field that people do not see.",
    "moderator": "A moderator wants to look at it again.",
}
WHY_REJECTED = {
    "words": "It has a word that is not printed here.",
    "trap": "It filled in a field that people do not see, as programs do.",
}


class CommentsClosed(Exception):
    """The desk has closed the discussion."""


class NotAllowed(Exception):
    """Somebody may not do this; the message says why, to them."""


class DecidedMeanwhile(Exception):
    """Somebody else has decided about the comment since the page was made; ``comment`` is as it is now."""

    def __init__(self, comment: Comment) -> None:
        super().__init__(f"comment {comment.id} is {comment.state} now")
        self.comment = comment


class Comment(Base, Tagged):
    """What one reader wrote under one story.

    ``path`` sorts a thread as it is read: each comment's is its parent's with its own number behind.

    It is in one state: *waiting* (held_at), *rejected*, *spam*, or *approved*, and then perhaps *hidden*; and whatever
    it is, its author may have *deleted* it. What was once approved keeps ``approved_at``: readers have seen it, and where
    it was answered a stub holds its place.
    """

    __tags__ = ("comments:{article_id}",)
    __table_args__ = (
        Index("ix_comment_roots", "article_id", "parent_id", "posted_at", "id"),
        Index("ix_comment_roots_recommended", "article_id", "parent_id", "recommended", "posted_at", "id"),
        Index("ix_comment_roots_answers", "article_id", "parent_id", "answers", "posted_at", "id"),
        Index("ix_comment_thread", "root_id", "path"),
        Index("ix_comment_account_id", "account_id", "posted_at"),
        *(
            Index(f"ix_comment_{name}", *columns, sqlite_where=text(where), postgresql_where=text(where))
            for name, columns, where in (
                # What the desk's counts ask of a row stands in the index behind its order, so that no row is looked up.
                ("held_at", ["held_at", "id", "deleted_at"], "held_at IS NOT NULL"),
                ("rejected_at", ["rejected_at", "id"], "rejected_at IS NOT NULL"),
                ("spam_at", ["spam_at", "id"], "spam_at IS NOT NULL"),
                (
                    "hidden_at",
                    ["hidden_at", "id", "held_at", "rejected_at", "spam_at", "deleted_at"],
                    "hidden_at IS NOT NULL",
                ),
                ("story_held", ["article_id", "held_at", "id", "deleted_at"], "held_at IS NOT NULL"),
                ("story_rejected", ["article_id", "rejected_at", "id"], "rejected_at IS NOT NULL"),
                ("story_spam", ["article_id", "spam_at", "id"], "spam_at IS NOT NULL"),
                (
                    "story_hidden",
                    ["article_id", "hidden_at", "id", "held_at", "rejected_at", "spam_at", "deleted_at"],
                    "hidden_at IS NOT NULL",
                ),
                ("featured", ["article_id", "root_id"], "featured_at IS NOT NULL"),
                ("guest_email", ["guest_email", "posted_at"], "guest_email IS NOT NULL"),
                ("mailbox", ["mailbox", "posted_at", "id"], "mailbox IS NOT NULL"),
                ("network", ["network", "posted_at"], "network IS NOT NULL"),
            )
        ),
    )

    id: Mapped[pk]
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"), index=True)
    root_id: Mapped[int | None]  # the comment that its thread began with; its own id for that one
    path: Mapped[str] = mapped_column(default="")
    depth: Mapped[int] = mapped_column(default=0)  # 0 for the first of a thread
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))  # None: a guest
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Author.id))  # the byline that answers under its name
    guest_name: Mapped[str | None]
    guest_email: Mapped[str | None]  # for the desk only: on no page, in no feed
    mailbox: Mapped[str | None]  # what mailbox() makes of a guest's address: one for everybody who has one
    network: Mapped[str | None]  # a keyed hash of where it came from, for the throttles; forgotten after some days
    body: Mapped[str]  # HTML, cleaned by post()
    body_source: Mapped[str | None]  # as the reader sent it, to edit; None: as ``body``
    posted_at: Mapped[moment] = mapped_column(default=clock.now)
    approved_at: Mapped[moment | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))  # None: by the checks alone
    held_at: Mapped[moment | None]  # it waits for a moderator
    held_for: Mapped[str | None]  # a key of WHY_HELD
    findings: Mapped[list[str]] = mapped_column(Json, default=list)  # what each check found, for the desk
    rejected_at: Mapped[moment | None]
    rejected_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    rejected_for: Mapped[str | None]  # a RejectionReason's title, or a key of WHY_REJECTED
    rejected_words: Mapped[str | None]  # to its author
    replaced_for: Mapped[str | None]  # the two above as they were before the newest rejection or hiding, for undo()
    replaced_words: Mapped[str | None]
    spam_at: Mapped[moment | None]
    spam_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    hidden_at: Mapped[moment | None]
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    deleted_at: Mapped[moment | None]  # by who wrote it
    edited_at: Mapped[moment | None]  # by who wrote it
    featured_at: Mapped[moment | None]
    featured_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    pinned_at: Mapped[moment | None]
    pinned_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    decisions: Mapped[int] = mapped_column(default=0)  # how often its state was changed: what a moderator has seen
    reply_mail_asked_at: Mapped[
        moment | None
    ]  # a guest wants replies by mail; the mailbox's owner is asked at approval
    reply_mail_offered_at: Mapped[moment | None]  # when that letter was written: there is never a second
    reply_mail_at: Mapped[moment | None]  # since when replies are mailed to a guest: the owner has said yes
    mailed_at: Mapped[moment | None]  # when a letter about it was written to whom it answers: there is never a second
    recommended: Mapped[int] = mapped_column(default=0)
    answers: Mapped[int] = mapped_column(default=0)  # visible comments anywhere below

    parent: Mapped[Comment | None] = relationship(remote_side="Comment.id", viewonly=True)
    account: Mapped[Account | None] = relationship(foreign_keys=account_id)
    author: Mapped[Author | None] = relationship()

    @classmethod
    def is_visible_in_sql(cls) -> ColumnElement[bool]:
        return and_(cls.approved_at.is_not(None), cls.hidden_at.is_(None), cls.deleted_at.is_(None))

    @classmethod
    def holds_a_place(cls) -> ColumnElement[bool]:
        """What a thread shows: the comment itself, or a stub that its answers hang on."""
        return and_(cls.approved_at.is_not(None), or_(cls.is_visible_in_sql(), cls.answers > 0))

    @classmethod
    def is_in_state(cls, state: str) -> ColumnElement[bool]:
        """Ask the database for what ``state`` says of a comment."""
        signs = {
            "deleted": cls.deleted_at, "waiting": cls.held_at, "rejected": cls.rejected_at, "spam": cls.spam_at,
            "hidden": cls.hidden_at, "approved": cls.approved_at,
        }  # fmt: skip
        return case(*((column.is_not(None), name) for name, column in signs.items()), else_="waiting") == state

    @classmethod
    def waiting(cls) -> Select[Comment]:
        """Select what waits for a moderator, the oldest first."""
        return select(cls).where(cls.held_at.is_not(None), cls.deleted_at.is_(None)).order_by(cls.held_at, cls.id)

    @classmethod
    def rejected(cls) -> Select[Comment]:
        """Select what was rejected, the newest first."""
        return select(cls).where(cls.rejected_at.is_not(None)).order_by(cls.rejected_at.desc(), cls.id.desc())

    @classmethod
    def spam_found(cls) -> Select[Comment]:
        """Select what was found to be spam, the newest first."""
        return select(cls).where(cls.spam_at.is_not(None)).order_by(cls.spam_at.desc(), cls.id.desc())

    @classmethod
    def by(cls, account: Account) -> Select[Comment]:
        """Select what an account wrote, in whatever state, the newest first."""
        return select(cls).where(cls.account_id == account.id).order_by(cls.posted_at.desc(), cls.id.desc())

    @classmethod
    def by_guests_with(cls, address: str) -> Select[Comment]:
        """Select what guests wrote with a mail address, in whatever state, the newest first."""
        return (
            select(cls)
            .where(cls.guest_email == address, cls.account_id.is_(None), cls.deleted_at.is_(None))
            .order_by(cls.posted_at.desc())
        )

    @property
    def is_visible(self) -> bool:
        return bool(self.approved_at) and not self.hidden_at and not self.deleted_at

    @property
    def state(self) -> str:
        """Name the state, as the desk and its author call it."""
        if self.deleted_at:
            return "deleted"
        if self.held_at:
            return "waiting"
        if self.rejected_at:
            return "rejected"
        if self.spam_at:
            return "spam"
        if self.hidden_at:
            return "hidden"
        return "approved" if self.approved_at else "waiting"

    @property
    def answers_to(self) -> str | None:
        """Give the name over the comment that it answers, where readers see that."""
        if self.parent is None:
            return None
        return self.parent.name if self.parent.is_visible else "a deleted comment"

    @property
    def why(self) -> str:
        """Tell its author, in a sentence, why readers do not see it; empty where they do."""
        if self.held_at:
            return WHY_HELD.get(self.held_for or "", WHY_HELD["moderator"])
        if self.rejected_at or (self.hidden_at and self.rejected_for):
            reason = WHY_REJECTED.get(self.rejected_for or "", f"{self.rejected_for or 'House rules'}.")
            return f"{reason} {self.rejected_words or ''}".strip()
        if self.spam_at:
            return "It was taken for spam."
        return "A moderator has taken it down." if self.hidden_at else ""

    @property
    def url(self) -> str:
        return f"/comments/{self.id}"

    @property
    def about(self) -> str:
        """Name the comment in the log and in notifications."""
        return f"comment:{self.id}"

    @property
    def name(self) -> str:
        if self.author:
            return self.author.name
        return self.account.name if self.account else self.guest_name or "A reader"

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def hue(self) -> int:
        return self.author.hue if self.author else hue(self.name)

    @property
    def source(self) -> str:
        """Give the words as they were typed, for who edits them."""
        return self.body if self.body_source is None else self.body_source

    def can_be_edited_by(self, account: Account | None) -> bool:
        """Tell whether ``account`` wrote it, and so lately that the words may still be changed."""
        return self.is_by(account) and not self.deleted_at and clock.now() - self.posted_at <= EDIT_WINDOW

    def is_by(self, account: Account | None) -> bool:
        return account is not None and self.account_id is not None and self.account_id == account.id

    @property
    def reply_address(self) -> str | None:
        """Give where replies to it are mailed; nothing where its author has not asked for that, or has left."""
        if self.account_id is not None:
            account = self.account
            return account.email if account and account.is_active and account.reply_mail_at else None
        return self.guest_email if self.reply_mail_at else None

    @classmethod
    def answering(cls, account: Account, since: datetime, until: datetime) -> Select[Comment]:
        """Select the visible replies to an account's comments that were approved behind ``since`` and up to ``until``."""
        theirs = select(cls.id).where(cls.account_id == account.id)
        return (
            select(cls)
            .where(
                cls.parent_id.in_(theirs), cls.approved_at > since, cls.approved_at <= until, cls.is_visible_in_sql()
            )
            .options(joinedload(cls.account))
            .order_by(cls.id)
        )

    def is_news_to(self, parent: Comment) -> bool:
        """Tell whether who wrote ``parent`` is told of this reply: not of one's own, and not of somebody muted."""
        if parent.deleted_at:
            return False
        if parent.account_id is None:
            own_address = self.account.email if self.account else self.guest_email
            return own_address is None or own_address != parent.guest_email
        if self.account_id == parent.account_id or (parent.account and self.guest_email == parent.account.email):
            return False
        return not (self.account_id and db.session.get(Mute, (parent.account_id, self.account_id)))

    # What its author does

    def edit(self, body: str) -> None:
        """Change the words, as its author sends them; the checks are run again by who calls. The caller commits.

        Raises:
            NotAllowed: the fifteen minutes are over.
            ValueError: the body is too long, or empty when cleaned.
        """
        take_turn(self.article_id)
        if self.deleted_at or clock.now() - self.posted_at > EDIT_WINDOW:
            raise NotAllowed("A comment can be changed for fifteen minutes after it was posted.")
        cleaned = cleaned_body(body)
        if cleaned != self.body and self.approved_at:
            self.edited_at = clock.now()
        self.body, self.body_source = cleaned, body
        self.decisions += 1  # a moderator who has read the old words decides anew

    def ask_for_reply_mail(self) -> None:
        """Note that a guest wants replies by mail. Nothing is sent before the mailbox has said yes. The caller commits."""
        self.reply_mail_asked_at = clock.now()

    def mail_replies(self) -> None:
        """Mail replies to the guest who wrote it: the mailbox was shown to be theirs. The caller commits."""
        self.reply_mail_at = self.reply_mail_at or clock.now()

    def claim(self, account: Account) -> None:
        """Make a guest's comment the account's: its mailbox was shown to be theirs. The caller commits.

        Raises:
            NotAllowed: it is no guest's.
        """
        if self.account_id is not None or self.guest_email is None:
            raise NotAllowed("This comment is no guest’s.")
        self.unrecommend(account)  # nobody recommends what is their own
        self.account_id, self.account = account.id, account
        self.guest_name = self.guest_email = None
        self.reply_mail_asked_at = self.reply_mail_offered_at = self.reply_mail_at = None

    def delete(self) -> None:
        """Take back one's own comment; a stub stays where it was answered. The caller commits."""
        self._change(deleted_at=clock.now(), featured_at=None, pinned_at=None)
        take_back("reply", self.about)

    # What other readers do

    def recommend(self, by: Account) -> None:
        """Count one more reader who found it helpful; each counts once. The caller commits.

        Raises:
            NotAllowed: it is their own, or readers do not see it.
        """
        take_turn(self.article_id)
        if self.is_by(by):
            raise NotAllowed("You cannot recommend your own comment.")
        if not self.is_visible:
            raise NotAllowed("This comment is not on the page any more.")
        if db.session.get(Recommendation, (self.id, by.id)) is None:
            db.session.add(Recommendation(comment_id=self.id, account_id=by.id))
            self.recommended += 1

    def unrecommend(self, by: Account) -> None:
        """Take one's recommendation back. The caller commits."""
        take_turn(self.article_id)
        given = db.session.get(Recommendation, (self.id, by.id))
        if given is not None:
            db.session.delete(given)
            self.recommended = max(0, self.recommended - 1)

    # What a moderator does. ``by`` is None for the site's own checks.

    def approve(self, by: Account | None = None, at: datetime | None = None) -> None:
        """Let readers see the comment, whatever it was before. The caller commits."""
        take_turn(self.article_id)
        is_first = self.approved_at is None
        self._decide(
            "approve",
            by,
            approved_at=self.approved_at or at or clock.now(),
            approved_by_id=by.id if by else None,
            **_CLEAR,
        )
        if is_first:
            self._tell_whom_it_answers()
            self._ask_the_guest()
            if by:
                self._tell(f"Your comment on {self._headline()} was approved.")

    def hold(self, reason: str = "moderator", by: Account | None = None, findings: Iterable[str] = ()) -> None:
        """Let the comment wait for a moderator, off the page. ``reason`` is a key of WHY_HELD. The caller commits."""
        take_turn(self.article_id)
        self.held_for, self.findings = reason, list(findings)
        self._take_off("hold", by, reason, held_at=clock.now())
        if by:
            self._tell(f"Your comment on {self._headline()} waits for a moderator. {self.why}")

    def reject(self, by: Account | None = None, reason: str = "", words: str = "") -> None:
        """Keep the comment off the page; its author is told ``reason`` and ``words``. The caller commits."""
        take_turn(self.article_id)
        self._give_reason(reason, words)
        self._take_off("reject", by, reason, rejected_at=clock.now(), rejected_by_id=by.id if by else None)
        self._tell(f"Your comment on {self._headline()} was rejected. {self.why}")

    def spam(self, by: Account | None = None) -> None:
        """Keep the comment off the page, as spam. The caller commits."""
        self._take_off("spam", by, "spam", spam_at=clock.now(), spam_by_id=by.id if by else None)

    def hide(self, by: Account | None = None, reason: str = "", words: str = "") -> None:
        """Take the comment off the page; it stays in the file. The caller commits."""
        take_turn(self.article_id)
        self._give_reason(reason or None, words or None)
        self._decide("hide", by, reason, hidden_at=clock.now(), hidden_by_id=by.id if by else None)
        take_back("reply", self.about)
        if by:
            self._tell(f"Your comment on {self._headline()} was taken down. {self.why}")

    def show(self, by: Account | None = None) -> None:
        """Put a hidden comment back. The caller commits."""
        self._decide("show", by, **(_CLEAR if self.approved_at else {"hidden_at": None, "hidden_by_id": None}))

    def keep(self, by: Account | None = None) -> None:
        """Leave the comment as it is, after somebody has asked for something else. The caller commits."""
        self._decide("keep", by)

    def decline(self, by: Account | None = None) -> None:
        """Let the decision about the comment stand that was appealed against. The caller commits."""
        self._decide("decline", by)

    def feature(self, by: Account | None = None) -> None:
        """Show the comment above the thread as well. The caller commits."""
        self._decide("feature", by, featured_at=clock.now(), featured_by_id=by.id if by else None)

    def unfeature(self, by: Account | None = None) -> None:
        """Stop showing the comment above the thread. The caller commits."""
        self._decide("unfeature", by, featured_at=None, featured_by_id=None)

    def pin(self, by: Account | None = None) -> None:
        """Let the comment stand first, in the place of the one that did. The caller commits."""
        thread = self._thread()
        if thread.pinned_id and thread.pinned_id != self.id:
            db.session.get_one(Comment, thread.pinned_id).unpin(by)
        self._decide("pin", by, pinned_at=clock.now(), pinned_by_id=by.id if by else None)
        thread.pinned_id = self.id

    def unpin(self, by: Account | None = None) -> None:
        """Let the comment stand where it was posted. The caller commits."""
        thread = self._thread()
        if thread.pinned_id == self.id:
            thread.pinned_id = None
        self._decide("unpin", by, pinned_at=None, pinned_by_id=None)

    def undo(self, entry: LogEntry, by: Account | None = None) -> None:
        """Put the comment back into the state before the decision ``entry``, its newest. The caller commits.

        Raises:
            DecidedMeanwhile: that is no longer the newest decision about it.
        """
        before = entry.details.get("before")
        if entry.about != self.about or before is None or entry.details.get("decision") != self.decisions:
            raise DecidedMeanwhile(self)
        if "approved_at" in before and before["approved_at"] is None and self.answers and self.approved_at:
            # It was answered meanwhile; a stub must keep its place.
            before = before | {"approved_at": self.approved_at.isoformat(), "hidden_at": clock.now().isoformat()}
        moments = {name: datetime.fromisoformat(at) if at else None for name, at in before.items() if name in _MOMENTS}
        self._decide("undo", by, entry.act, **(before | moments))
        if {entry.act, entry.reason} & _GIVES_A_REASON:
            self._give_reason(self.replaced_for, self.replaced_words)
        take_back("decision", self.about, since=entry.at)
        if not self.is_visible:
            self._unwrite()
        thread = self._thread()
        if self.pinned_at:
            thread.pinned_id = self.id
        elif thread.pinned_id == self.id:
            thread.pinned_id = None

    def expect(self, seen: int) -> None:
        """Refuse to go on where the comment was decided about since a page showed it as it was at ``decisions == seen``.

        Raises:
            DecidedMeanwhile: it was.
        """
        if self.decisions != seen:
            raise DecidedMeanwhile(self)

    # How the figures stay true

    @property
    def has_place(self) -> bool:
        """Tell whether a thread shows the comment, or a stub that its answers hang on."""
        return self.approved_at is not None and (self.is_visible or self.answers > 0)

    def _give_reason(self, reason: str | None, words: str | None) -> None:
        """Keep what the author was told before beside it, and not in the log: words are erased with their author."""
        self.replaced_for, self.replaced_words = self.rejected_for, self.rejected_words
        self.rejected_for, self.rejected_words = reason, words

    def _take_off(self, act: str, by: Account | None, reason: str, **values: Any) -> None:
        """Decide that readers do not see it; what they have seen is hidden, so that its answers keep their place."""
        hidden = {"hidden_at": clock.now(), "hidden_by_id": by.id if by else None} if self.approved_at else {}
        self._decide(act, by, reason, **(_CLEAR | hidden | values))
        take_back("reply", self.about)

    def _decide(self, act: str, by: Account | None, reason: str = "", **values: Any) -> None:
        take_turn(self.article_id)
        before = {name: getattr(self, name) for name in values}
        self._change(**values)
        self.decisions += 1
        kept = {name: at.isoformat() if isinstance(at, datetime) else at for name, at in before.items()}
        record(f"comment.{act}", self.about, by, reason, decision=self.decisions, before=kept)

    def _change(self, **values: Any) -> None:
        """Change the comment's state, and with it the figures of its thread."""
        take_turn(self.article_id)
        root = self if self.parent_id is None else db.session.get_one(Comment, self.root_id)
        was_visible, had_place = self.is_visible, root.has_place
        for name, value in values.items():
            setattr(self, name, value)
        step = self.is_visible - was_visible
        above = self
        while step and above.parent_id is not None:
            above = db.session.get_one(Comment, above.parent_id)
            above.answers += step
        thread = self._thread()
        thread.visible += step
        thread.roots += root.has_place - had_place

    def _thread(self) -> Thread:
        thread = db.session.get(Thread, self.article_id)
        if thread is None:
            thread = Thread(article_id=self.article_id, visible=0, roots=0, message="")
            db.session.add(thread)
        return thread

    def _tell(self, words: str) -> None:
        if self.account_id is not None:
            notify(self.account_id, "decision", self.about, words, f"/account/comments#comment-{self.id}")

    def _tell_whom_it_answers(self) -> None:
        parent = db.session.get(Comment, self.parent_id) if self.parent_id else None
        if parent is None or not self.is_news_to(parent):
            return
        if parent.account_id is not None:
            words = f"{self.name} replied to your comment on {self._headline()}."
            notify(parent.account_id, "reply", self.about, words, self.url)
        self._mail_whom_it_answers(parent)

    def _mail_whom_it_answers(self, parent: Comment) -> None:
        address, now = parent.reply_address, clock.now()
        if address is None or self.mailed_at is not None:
            return
        chosen = standing_letter(parent.account, DIGEST) if parent.account else None
        if chosen is not None and chosen.is_wanted and chosen.rhythm != NOW:
            wake(DIGEST, [chosen.account_id])
            return
        lately = select(func.count()).where(Comment.parent_id == parent.id, Comment.mailed_at > now - timedelta(days=1))
        if (db.session.scalar(lately) or 0) < REPLY_MAILS_A_DAY:
            outbox.post("reply", address, about={"comment": self.id, "by": self.account_id}, at=now + REPLY_MAIL_WAITS)
            self.mailed_at = now

    def _ask_the_guest(self) -> None:
        """Ask the owner of a guest's mailbox about replies: anybody can type anybody's address."""
        email = self.guest_email
        if (
            self.account_id
            or not email
            or not self.reply_mail_asked_at
            or self.reply_mail_at
            or self.reply_mail_offered_at
        ):
            return
        now = clock.now()
        if outbox.count_written("replies-asked", email, now - timedelta(days=1)) < ASKED_A_DAY:
            outbox.post("replies-asked", email, about={"comment": self.id}, at=now + REPLY_MAIL_WAITS)
            self.reply_mail_offered_at = now

    def _unwrite(self) -> None:
        """Take back what was told of the comment when readers saw it, as far as it has not left: it may be approved anew."""
        take_back("reply", self.about)
        answered = db.session.get(Comment, self.parent_id) if self.parent_id else None
        to = answered.reply_address if answered is not None else None
        if to and outbox.withdraw("reply", to, comment=self.id):
            self.mailed_at = None
        if self.guest_email and outbox.withdraw("replies-asked", self.guest_email, comment=self.id):
            self.reply_mail_offered_at = None

    def _headline(self) -> str:
        return f"“{db.session.get_one(Article, self.article_id).headline}”"


# What an approval, or a new decision, takes back of the decisions before.
_CLEAR: dict[str, Any] = dict.fromkeys(
    ("held_at", "rejected_at", "rejected_by_id", "spam_at", "spam_by_id", "hidden_at", "hidden_by_id")
)
_GIVES_A_REASON = {"comment.reject", "comment.hide"}
_MOMENTS = {"approved_at", "held_at", "rejected_at", "spam_at", "hidden_at", "featured_at", "pinned_at"}


class Thread(Base, Tagged):
    """The discussion under one story: how many comments readers see."""

    __tags__ = ("comments:{article_id}",)

    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"), primary_key=True)
    visible: Mapped[int] = mapped_column(default=0)
    roots: Mapped[int] = mapped_column(default=0)  # threads that hold a place
    pinned_id: Mapped[int | None] = mapped_column(ForeignKey(Comment.id, ondelete="SET NULL"))  # what stands first
    message: Mapped[str] = mapped_column(default="")  # the newsroom's, above the discussion
    kept_open_at: Mapped[moment | None]  # it does not close by itself
    read_first_at: Mapped[moment | None]  # since when a moderator reads every comment here first

    @classmethod
    def under(cls, article: Article) -> Thread:
        """Give the discussion under a story, a new one where nobody has written yet, with the turn to change it."""
        take_turn(article.id)
        found = db.session.get(cls, article.id)
        if found is None:
            found = cls(article_id=article.id, visible=0, roots=0, message="")
            db.session.add(found)
        return found

    def say(self, message: str, by: Account | None = None) -> None:
        """Set the newsroom's message above the discussion; empty takes it away. The caller commits."""
        self.message = " ".join(message.split())
        record("story.message", f"story:{self.article_id}", by, self.message)

    def read_first(self, by: Account | None = None) -> None:
        """Let every comment here wait for a moderator from now on. The caller commits."""
        self.read_first_at = clock.now()
        record("story.read_first", f"story:{self.article_id}", by)

    def read_after(self, by: Account | None = None) -> None:
        """Let comments here be treated as under other stories again. The caller commits."""
        self.read_first_at = None
        record("story.read_after", f"story:{self.article_id}", by)

    def keep_open(self, by: Account | None = None) -> None:
        """Let the discussion be open however old its story is. The caller commits."""
        self.kept_open_at = clock.now()
        record("story.open", f"story:{self.article_id}", by)

    def let_close(self, by: Account | None = None) -> None:
        """Let the discussion close by itself again, as others do. The caller commits."""
        self.kept_open_at = None
        record("story.close", f"story:{self.article_id}", by)


class Recommendation(Base):
    """One reader found one comment helpful."""

    comment_id: Mapped[int] = mapped_column(ForeignKey(Comment.id, ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[moment] = mapped_column(default=clock.now)


class Mute(Base):
    """Somebody does not want to read what somebody else writes."""

    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), primary_key=True)
    muted_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), primary_key=True)
    at: Mapped[moment] = mapped_column(default=clock.now)

    def end(self) -> None:
        """Let their comments be read again. The caller commits."""
        db.session.delete(self)


def mute(account: Account, muted: Account) -> Mute:
    """Show ``account`` no more of what ``muted`` writes. The caller commits.

    Raises:
        NotAllowed: nobody mutes themselves, or the newsroom.
    """
    if account.id == muted.id:
        raise NotAllowed("You cannot mute yourself.")
    if muted.is_newsroom:
        raise NotAllowed("The newsroom cannot be muted.")
    found = db.session.get(Mute, (account.id, muted.id))
    if found is None:
        found = Mute(account_id=account.id, muted_id=muted.id)
        db.session.add(found)
        db.session.flush()
    return found


def take_turn(article_id: int) -> None:
    """Let nobody else write in this discussion until the commit; what was read of it before is read anew.

    Its figures are counted on from those before, and a twin is looked for before a comment is written: two who do so
    at once would both see the state before. SQLite has one writer at a time by itself; on PostgreSQL it is whoever
    has the thread's row. Whoever writes in several discussions takes their turns in the order of their numbers.
    """
    session = db.session()
    mine: set[int] = session.info.setdefault("turns", set())
    if article_id in mine or session.connection().dialect.name == "sqlite":
        return
    new = postgresql.insert(Thread).values(article_id=article_id, visible=0, roots=0, message="")
    session.execute(new.on_conflict_do_nothing(), execution_options={"raises_tags": True})
    session.execute(select(Thread.article_id).where(Thread.article_id == article_id).with_for_update())
    mine.add(article_id)
    for row in list(session.identity_map.values()):
        if isinstance(row, Comment | Thread) and row.article_id == article_id and not session.is_modified(row):
            session.expire(row)


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _give_turn_back(session: Session) -> None:
    session.info.pop("turns", None)


def post(
    article: Article, body: str, *, account: Account | None = None, author: Author | None = None,
    guest_name: str | None = None, guest_email: str | None = None, network: str | None = None,
    parent: Comment | None = None, at: datetime | None = None, approved: bool = True,
) -> Comment:  # fmt: skip
    """Add a comment to an article; with a ``parent``, a reply.

    ``body`` is HTML as the reader sent it, at most 5,000 characters; what is stored has been cleaned. No check is made of
    who writes and what: ``submit()`` is for what comes from outside. The caller commits.

    Raises:
        CommentsClosed: the desk has closed the discussion.
        ValueError: the body is too long, or empty when cleaned.
    """
    if not article.comments_open:
        raise CommentsClosed(article.slug)
    cleaned = cleaned_body(body)
    take_turn(article.id)
    comment = Comment(
        article_id=article.id, parent_id=parent.id if parent else None, depth=parent.depth + 1 if parent else 0,
        account_id=account.id if account else None, author_id=author.id if author else None, guest_name=guest_name,
        guest_email=guest_email, mailbox=mailbox(guest_email) if guest_email else None, network=network, body=cleaned, body_source=None if cleaned == body else body,
        posted_at=at or clock.now(), findings=[], decisions=0, recommended=0, answers=0,
    )  # fmt: skip
    comment.account, comment.author = account, author
    db.session.add(comment)
    db.session.flush()
    comment.root_id = parent.root_id if parent else comment.id
    comment.path = (f"{parent.path}." if parent else "") + path_step(comment.id)
    if approved:
        comment._change(approved_at=comment.posted_at)
        comment._tell_whom_it_answers()
    else:
        comment.held_at, comment.held_for = comment.posted_at, "moderator"
    db.session.flush()
    return comment


def stop_reply_mail(address: str) -> None:
    """Mail no more replies to a guest's address, whatever it was given under. The caller commits."""
    asked = or_(Comment.reply_mail_at.is_not(None), Comment.reply_mail_asked_at.is_not(None))
    for comment in db.session.scalars(select(Comment).where(Comment.guest_email == address, asked)):
        comment.reply_mail_at = comment.reply_mail_asked_at = None


def cleaned_body(body: str) -> str:
    """Give a comment's body, as it was typed, as it may be shown.

    Raises:
        ValueError: it is too long, or empty when cleaned; the message is for who wrote it.
    """
    if len(body) > MAX_LENGTH:
        raise ValueError(f"A comment has at most {MAX_LENGTH:,} characters; this one has {len(body):,}.")
    cleaned = clean(from_typed(body))
    if not cleaned:
        raise ValueError("Write something first.")
    return cleaned


def path_step(number: int) -> str:
    """Write a comment's number so that text sorts as the number does."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    out = ""
    for _ in range(7):
        number, digit = divmod(number, 36)
        out = digits[digit] + out
    return out
