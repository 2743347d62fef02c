from __future__ import annotations

import hashlib
import re
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum

from flask import current_app, g
from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, Select, select, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock
from newsapp.lib.addresses import mailbox, normalise
from newsapp.lib.tags import Tagged
from newsapp.lib.text import hue, initials

NAME_LENGTH = 60  # characters
BIO_LENGTH = 1000
USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{1,28})[a-z0-9]")
# Names that readers would take for the paper's own.
RESERVED = {"admin", "administrator", "moderator", "editor", "newsroom", "staff", "support", "system", "root", "anonymous", "guest"}  # fmt: skip
CONSENT = "2026-11"  # the version of the words beside the box that one ticks when registering
SESSION = timedelta(hours=24)
REMEMBERED = timedelta(days=60)
CONFIRM_WITHIN = timedelta(days=3)
NOTED_EVERY = timedelta(minutes=10)  # how exactly a sign-in's last use is known


class Role(StrEnum):
    """What an account may do."""

    READER = "reader"
    CONTRIBUTOR = "contributor"  # writes
    AUTHOR = "author"  # publishes what is their own
    EDITOR = "editor"  # publishes and moderates everything
    MODERATOR = "moderator"  # comments only
    ADMIN = "admin"


# Written out and not as a value: only so an engine sees that the index of the newsroom has all that a query wants.
IN_NEWSROOM = text("role <> 'reader'")


class Account(Base, Tagged, UserMixin):  # type: ignore[misc]  # flask_login has no types
    """Somebody who signs in. Readers see the name beside a comment."""

    __tags__ = ("account:{id}",)
    # An id is never given again: the log and the limits know people by it.
    __table_args__ = (
        Index("ix_account_newsroom", "role", "id", sqlite_where=IN_NEWSROOM, postgresql_where=IN_NEWSROOM),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[pk]
    username: Mapped[str] = mapped_column(unique=True)  # lower case
    email: Mapped[str] = mapped_column(unique=True)  # as normalise() gives it
    mailbox: Mapped[str] = mapped_column(index=True)  # what mailbox() makes of the address: one for all of its aliases
    name: Mapped[str]
    bio: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(default=Role.READER)
    password_hash: Mapped[str | None]  # None: cannot sign in, an author whom the importer made, say
    created_at: Mapped[moment] = mapped_column(default=clock.now)
    confirmed_at: Mapped[moment | None]  # when the mailbox was shown to be theirs
    consent: Mapped[str | None]  # the version of the words that they agreed to
    consented_at: Mapped[moment | None]
    disabled_at: Mapped[moment | None]
    totp_secret: Mapped[str | None]  # base 32; the second factor counts from totp_at on
    totp_at: Mapped[moment | None]
    totp_step: Mapped[int] = mapped_column(default=0)  # of the last code that was used; no code is used twice
    linked_in_at: Mapped[moment | None]  # when a link in a letter last signed it in: no link counts twice
    reply_mail_at: Mapped[moment | None]  # since when replies come by mail as well; None: on their pages only

    @validates("email")
    def _keep_mailbox(self, _key: str, email: str) -> str:
        self.mailbox = mailbox(email)
        return email

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    @property
    def is_newsroom(self) -> bool:
        return self.role != Role.READER

    @property
    def has_second_factor(self) -> bool:
        return self.totp_at is not None

    @property
    def acts_as(self) -> Role:
        """Give the role that counts now: a reader's, while the newsroom's second factor is required and not set up."""
        needs = current_app.config["SECOND_FACTOR"] and self.is_newsroom and not self.has_second_factor
        return Role.READER if needs else Role(self.role)

    @property
    def can_moderate(self) -> bool:
        return self.acts_as in (Role.EDITOR, Role.MODERATOR, Role.ADMIN)

    @property
    def can_edit(self) -> bool:
        """Tell whether the account may change and publish everybody's stories."""
        return self.acts_as in (Role.EDITOR, Role.ADMIN)

    @property
    def can_write(self) -> bool:
        return self.acts_as in (Role.CONTRIBUTOR, Role.AUTHOR, Role.EDITOR, Role.ADMIN)

    def is_last_admin(self) -> bool:
        """Tell whether nobody could look after the accounts any more without this one."""
        others = select(Account.id).where(
            Account.role == Role.ADMIN, Account.disabled_at.is_(None), Account.id != self.id
        )  # fmt: skip
        return self.role == Role.ADMIN and db.session.scalar(others.limit(1)) is None

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def hue(self) -> int:
        return hue(self.name)

    def get_id(self) -> str:
        """Give what Flask-Login keeps in the cookie: the token of the sign-in that has just begun, not the row's id."""
        token: str = g.sign_in_token
        return token

    @classmethod
    def newsroom(cls) -> Select[Account]:
        """Select the accounts of the newsroom, in no order, however many readers there are."""
        return select(cls).where(text(f"account.{IN_NEWSROOM}"), cls.disabled_at.is_(None))

    @classmethod
    def known_as(cls, identifier: str) -> Select[Account]:
        """Select the account with this username or mail address, as somebody typed it."""
        typed = identifier.strip().lower()
        if "@" not in typed:
            return select(cls).where(cls.username == typed)
        with suppress(ValueError):
            typed = normalise(typed)
        return select(cls).where(cls.email == typed)

    def rename(self, name: str) -> None:
        """Change the name that readers see. The caller commits."""
        self.name = " ".join(name.split())

    def describe(self, bio: str) -> None:
        """Change what the person says of themselves, as plain text. The caller commits."""
        self.bio = bio.strip()

    def use_link(self) -> None:
        """Let no link that was sent to sign in count any more. The caller commits."""
        self.linked_in_at = clock.now()

    def mail_replies(self, is_wanted: bool) -> None:
        """Tell of replies by mail as well, or on the account's own pages only. The caller commits."""
        self.reply_mail_at = (self.reply_mail_at or clock.now()) if is_wanted else None

    def give_role(self, role: Role) -> None:
        """Change what the account may do. The caller commits."""
        self.role = role

    def set_password(self, password_hash: str, keep: SignIn | None = None) -> None:
        """Change the password, and end all sign-ins but ``keep``. The caller commits."""
        self.password_hash = password_hash
        end_all(self, keep)

    def move_to(self, email: str, keep: SignIn | None = None) -> None:
        """Change the mail address, shown to be theirs, and end all sign-ins but ``keep``. The caller commits."""
        self.email, self.confirmed_at = email, clock.now()
        end_all(self, keep)

    def disable(self, at: datetime | None = None) -> None:
        """Keep the account from signing in, from now on. The caller commits."""
        self.disabled_at = at or clock.now()
        end_all(self)

    def enable(self) -> None:
        """Let the account sign in again. The caller commits."""
        self.disabled_at = None


class SignIn(Base):
    """One browser that an account is signed in on. Whoever ends the row ends the session."""

    id: Mapped[pk]
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    browser: Mapped[str]  # "Firefox on Linux"
    is_remembered: Mapped[bool]
    begun_at: Mapped[moment] = mapped_column(default=clock.now)
    used_at: Mapped[moment] = mapped_column(default=clock.now)  # the last time that something was sent from it
    expires_at: Mapped[moment] = mapped_column(index=True)

    @classmethod
    def of(cls, account: Account) -> Select[SignIn]:
        """Select the sign-ins of an account that still count, the newest first."""
        return (
            select(cls)
            .where(cls.account_id == account.id, cls.expires_at > clock.now())
            .order_by(cls.begun_at.desc(), cls.id.desc())
        )

    @classmethod
    def known_by(cls, token: str) -> Select[SignIn, Account]:
        """Select the sign-in that a cookie's token is of, with its account, while it counts."""
        return (
            select(cls, Account)
            .join(Account, Account.id == cls.account_id)
            .where(cls.token_hash == _hash(token), cls.expires_at > clock.now(), Account.disabled_at.is_(None))
        )

    def end(self) -> None:
        """Sign this browser out. The caller commits."""
        db.session.delete(self)

    def note_use(self) -> None:
        """Remember that something was sent from it, so exactly as its owner needs. The caller commits."""
        if clock.now() - self.used_at > NOTED_EVERY:
            self.used_at = clock.now()


class RecoveryCode(Base):
    """A code that signs its owner in once, in place of the phone that has the second factor."""

    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[moment | None]


class Registration(Base):
    """What somebody asked for who has not yet shown that the mailbox is theirs. Confirmed, it becomes an account."""

    id: Mapped[pk]
    name: Mapped[str]
    username: Mapped[str]
    email: Mapped[str] = mapped_column(index=True)
    password_hash: Mapped[str]
    consent: Mapped[str]
    next: Mapped[str]  # the page that they came from
    begun_at: Mapped[moment] = mapped_column(default=clock.now, index=True)


class Taken(Exception):
    """Somebody else has this username or this mail address."""


def register(
    name: str, username: str, email: str, password_hash: str, consent: str = CONSENT, next: str = "/"
) -> Registration:
    """Keep what somebody registers with until the mailbox is confirmed. The caller commits."""
    registration = Registration(
        name=" ".join(name.split()), username=username.lower(), email=email, password_hash=password_hash,
        consent=consent, next=next, begun_at=clock.now(),
    )  # fmt: skip
    db.session.add(registration)
    db.session.flush()
    return registration


def confirm(registration: Registration, username: str | None = None) -> Account:
    """Make the account that was asked for; ``username`` in place of one taken meanwhile. The caller commits.

    Raises:
        Taken: the mail address, ``email``, or the username has an account already.
    """
    if db.session.scalar(select(Account.id).where(Account.email == registration.email)):
        raise Taken("email")
    username = username or registration.username
    if is_taken(username):
        raise Taken("username")
    account = create(
        registration.name, username, registration.email, registration.password_hash, consent=registration.consent,
        consented_at=registration.begun_at,
    )  # fmt: skip
    for other in db.session.scalars(select(Registration).where(Registration.email == registration.email)):
        db.session.delete(other)  # the other letters' links have had their day
    return account


def create(
    name: str, username: str, email: str, password_hash: str | None = None, role: Role = Role.READER,
    consent: str | None = None, consented_at: datetime | None = None,
) -> Account:  # fmt: skip
    """Add an account whose mailbox is known to be theirs. The caller commits."""
    account = Account(
        name=" ".join(name.split()), username=username.lower(), email=email, password_hash=password_hash, role=role,
        confirmed_at=clock.now(), consent=consent, consented_at=consented_at,
    )  # fmt: skip
    db.session.add(account)
    db.session.flush()
    return account


def is_taken(username: str) -> bool:
    """Tell whether nobody else may have this username."""
    username = username.lower()
    return username in RESERVED or bool(db.session.scalar(select(Account.id).where(Account.username == username)))


def begin(account: Account, browser: str = "", *, is_remembered: bool = False) -> str:
    """Sign the account in on one more browser and give its token, which is kept nowhere else. The caller commits."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(
        SignIn(
            account_id=account.id,
            token_hash=_hash(token),
            browser=browser,
            is_remembered=is_remembered,
            begun_at=now,
            used_at=now,
            expires_at=now + (REMEMBERED if is_remembered else SESSION),
        )
    )
    return token


def end_all(account: Account, keep: SignIn | None = None) -> None:
    """Sign the account out everywhere but in ``keep``. The caller commits."""
    for sign_in in db.session.scalars(select(SignIn).where(SignIn.account_id == account.id)):
        if sign_in is not keep:
            db.session.delete(sign_in)


def tidy() -> None:
    """Forget registrations that nobody confirmed and sign-ins that have run out, and commit."""
    now = clock.now()
    for sign_in in db.session.scalars(select(SignIn).where(SignIn.expires_at <= now).limit(1000)):
        db.session.delete(sign_in)
    late = select(Registration).where(Registration.begun_at <= now - CONFIRM_WITHIN).limit(1000)
    for registration in db.session.scalars(late):
        db.session.delete(registration)
    db.session.commit()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
