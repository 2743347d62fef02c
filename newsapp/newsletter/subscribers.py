"""Newsletters and who gets them: asking, saying yes from one's own mailbox, leaving, and coming back.

Nobody is written to before the owner of the mailbox has said yes there. What a link does takes a POST: mail scanners
follow links with GET.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, Select, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.db import Base, db, moment, pk
from newsapp.lib import clock, tags
from newsapp.lib.parts import part
from newsapp.lib.tags import Tagged
from newsapp.lib.text import slugify

# What somebody agrees to, with the version that is kept with their yes. A change of the words is a new version.
CONSENT = "1: Send me this newsletter by email. I can stop it at any time, with one press in each letter."
FORMS = ("article", "front", "footer", "page", "dialog")
SOURCES = (*FORMS, "account", "import")
ASKED_FOR = timedelta(days=7)  # so long the link in the letter counts, and who never said yes is remembered
REASONS = ("Too often", "Not what I expected", "I never signed up", "Something else")


class Newsletter(Base, Tagged):
    """What readers can subscribe to."""

    __tags__ = ("site",)

    id: Mapped[pk]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    frequency: Mapped[str] = mapped_column(default="")  # in words: "Weekdays at 06:30"
    position: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[moment | None]  # nobody new; who gets it is written to still

    @classmethod
    def in_order(cls) -> Select[Newsletter]:
        """Select all of them, as readers see them."""
        return select(cls).order_by(cls.position, cls.id)

    def edit(self, name: str, description: str, frequency: str, position: int) -> None:
        """Say what it is. The caller commits."""
        self.name, self.description, self.frequency, self.position = name, description, frequency, position

    def close(self, by: Account | None = None) -> None:
        """Take no new subscribers. The caller commits."""
        self.closed_at = self.closed_at or clock.now()
        record("newsletter.close", f"newsletter:{self.id}", by)

    def reopen(self, by: Account | None = None) -> None:
        """Take subscribers again. The caller commits."""
        self.closed_at = None
        record("newsletter.reopen", f"newsletter:{self.id}", by)


class Subscriber(Base):
    """A mailbox whose owner has asked for letters. Its id is never given again: deliveries name it."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[pk]
    address: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[moment] = mapped_column(default=clock.now)


class Subscription(Base):
    """That somebody wants a newsletter: where they said so, to what, and when."""

    __table_args__ = (
        UniqueConstraint("newsletter_id", "subscriber_id"),
        Index("ix_subscription_confirmed", "confirmed_at"),
        Index("ix_subscription_asked", "asked_at"),
    )

    id: Mapped[pk]
    newsletter_id: Mapped[int] = mapped_column(ForeignKey(Newsletter.id, ondelete="CASCADE"))
    subscriber_id: Mapped[int] = mapped_column(ForeignKey(Subscriber.id, ondelete="CASCADE"), index=True)
    source: Mapped[str]  # one of SOURCES
    consent: Mapped[str] = mapped_column(default=CONSENT)  # or, of one that was imported, where the yes was given
    asked_at: Mapped[moment] = mapped_column(default=clock.now)
    confirmed_at: Mapped[moment | None]
    ended_at: Mapped[moment | None]
    end_reason: Mapped[str] = mapped_column(default="")

    @property
    def state(self) -> str:
        if self.ended_at:
            return "ended"
        return "confirmed" if self.confirmed_at else "asked"

    def end(self, reason: str = "") -> None:
        """Stop it. The caller commits."""
        self.ended_at, self.end_reason = self.ended_at or clock.now(), reason or self.end_reason

    def go_on(self) -> None:
        """Take its end back: it was confirmed once. The caller commits."""
        if self.confirmed_at:
            self.ended_at, self.end_reason = None, ""


class Suppression(Base):
    """A mailbox that is written to no more, whatever anybody asks for."""

    address: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    at: Mapped[moment] = mapped_column(default=clock.now)


@dataclass(frozen=True)
class Offer:
    """A newsletter that readers can subscribe to, as a page prints it."""

    id: int
    slug: str
    name: str
    description: str
    frequency: str


def offers() -> list[Offer]:
    """Give the newsletters that take subscribers, in their order; kept until one of them changes."""
    return part("newsletters", _read)


def _read(session: Session) -> list[Offer]:
    tags.shows("site")
    open_ones = session.scalars(Newsletter.in_order().where(Newsletter.closed_at.is_(None)))
    return [Offer(one.id, one.slug, one.name, one.description, one.frequency) for one in open_ones]


def found_newsletter(name: str, description: str = "", frequency: str = "", by: Account | None = None) -> Newsletter:
    """Begin a newsletter, with an address made of its name. The caller commits."""
    base, n = slugify(name, 60), 1
    slug = base
    while db.session.scalar(select(Newsletter.id).where(Newsletter.slug == slug)):
        n += 1
        slug = f"{base}-{n}"
    last = db.session.scalar(select(func.max(Newsletter.position))) or 0
    made = Newsletter(slug=slug, name=name, description=description, frequency=frequency, position=last + 1)
    db.session.add(made)
    db.session.flush()
    record("newsletter.add", f"newsletter:{made.id}", by)
    return made


def subscriber(address: str) -> Subscriber:
    """Give who has this mailbox; somebody new where nobody has. ``address`` is normalised. The caller commits."""
    found = db.session.scalar(select(Subscriber).where(Subscriber.address == address))
    if found is None:
        found = Subscriber(address=address)
        db.session.add(found)
        db.session.flush()
    return found


def subscriptions(who: Subscriber) -> dict[int, Subscription]:
    """Give somebody's subscriptions by the newsletters' ids."""
    rows = db.session.scalars(select(Subscription).where(Subscription.subscriber_id == who.id))
    return {row.newsletter_id: row for row in rows}


def ask(address: str, newsletters: Collection[int], source: str) -> tuple[Subscriber, bool]:
    """Note that somebody asks for newsletters; nothing is sent before they say yes from the mailbox. The caller commits.

    Tells beside whom whether there is something to say yes to: what they get already needs none.
    """
    who = subscriber(address)
    mine, is_new = subscriptions(who), False
    for newsletter_id in newsletters:
        row = mine.get(newsletter_id)
        if row is None:
            row = Subscription(newsletter_id=newsletter_id, subscriber_id=who.id, source=source)
            db.session.add(row)
        elif row.state == "confirmed":
            continue
        elif row.ended_at:
            row.confirmed_at = row.ended_at = None
            row.source, row.consent, row.end_reason = source, CONSENT, ""
        row.asked_at, is_new = clock.now(), True
    db.session.flush()
    return who, is_new


def confirm(who: Subscriber) -> list[int]:
    """Say yes to what was asked for lately; give the newsletters' ids. The caller commits."""
    said = []
    for newsletter_id, row in subscriptions(who).items():
        if row.state == "asked" and row.asked_at > clock.now() - ASKED_FOR:
            row.confirmed_at = clock.now()
            said.append(newsletter_id)
    return said


def choose(who: Subscriber, newsletters: Collection[int], source: str) -> None:
    """Let somebody, whose mailbox it is known to be, get these newsletters and no others. The caller commits."""
    mine = subscriptions(who)
    for newsletter_id in newsletters:
        row = mine.get(newsletter_id)
        if row is None:
            row = Subscription(newsletter_id=newsletter_id, subscriber_id=who.id, source=source)
            db.session.add(row)
        if row.state != "confirmed":
            row.source, row.asked_at, row.confirmed_at, row.ended_at = source, clock.now(), clock.now(), None
    for newsletter_id, row in mine.items():
        if newsletter_id not in newsletters and row.state == "confirmed":
            row.end()
    db.session.flush()


def suppress(address: str, reason: str) -> None:
    """Write to a mailbox no more. The caller commits."""
    if address and db.session.get(Suppression, address) is None:
        db.session.add(Suppression(address=address, reason=reason[:300]))
        db.session.flush()


def lift(address: str, by: Account | None = None) -> None:
    """Write to a mailbox again. The caller commits."""
    found = db.session.get(Suppression, address)
    if found is not None:
        db.session.delete(found)
        record("suppression.lift", "suppression", by)


def forget_unanswered() -> int:
    """Forget what nobody has said yes to, and mailboxes without anything, and commit; gives how many rows went."""
    old = Subscription.asked_at < clock.now() - ASKED_FOR
    gone = db.session.execute(
        delete(Subscription).where(Subscription.confirmed_at.is_(None), Subscription.ended_at.is_(None), old)
    )
    has_any = select(Subscription.id).where(Subscription.subscriber_id == Subscriber.id).exists()
    db.session.execute(delete(Subscriber).where(~has_any))
    db.session.commit()
    return int(gone.rowcount)  # type: ignore[attr-defined]


def getting(newsletter_id: int) -> Select[Subscriber]:
    """Select who gets a newsletter now: said yes, has not left, is not suppressed."""
    return (
        select(Subscriber)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(
            Subscription.newsletter_id == newsletter_id,
            Subscription.confirmed_at.is_not(None),
            Subscription.ended_at.is_(None),
            Subscriber.address.not_in(select(Suppression.address)),
        )
    )


def confirmed_since(at: datetime) -> int:
    """Count the mailboxes that were signed up on the site and have said yes since a moment."""
    query = select(func.count()).select_from(Subscription).where(Subscription.confirmed_at > at)
    return db.session.scalar(query.where(Subscription.source.in_(FORMS))) or 0


def take_over(rows: Iterable[tuple[str, str, datetime]], newsletter: Newsletter, by: Account | None = None) -> int:
    """Take over who has said yes elsewhere: (address, where the yes was given, when). The caller commits.

    Who has left here stays away, and who is suppressed as well. Gives how many are new.
    """
    n = 0
    for address, proof, at in rows:
        who = subscriber(address)
        if newsletter.id in subscriptions(who):
            continue
        made = Subscription(newsletter_id=newsletter.id, subscriber_id=who.id, source="import", consent=proof)
        made.asked_at = made.confirmed_at = at
        db.session.add(made)
        n += 1
    db.session.flush()
    record("newsletter.import", f"newsletter:{newsletter.id}", by, n=n)
    return n


def everybody() -> Sequence[tuple[Subscriber, Subscription, str, str | None]]:
    """Give all subscribers with what they asked for, the newsletter's address, and why they are suppressed."""
    query = (
        select(Subscriber, Subscription, Newsletter.slug, Suppression.reason)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .join(Newsletter, Newsletter.id == Subscription.newsletter_id)
        .outerjoin(Suppression, Suppression.address == Subscriber.address)
        .order_by(Subscriber.id, Newsletter.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in db.session.execute(query)]
