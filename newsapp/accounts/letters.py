"""The letters that have to do with an account. Each is written when it leaves, so its link is as fresh as can be."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import select

from newsapp import outbox
from newsapp.accounts import links
from newsapp.accounts.models import CONFIRM_WITHIN, Account, Registration
from newsapp.db import db
from newsapp.lib import clock
from newsapp.outbox import Letter, Mail


def to_confirm(registration: Registration) -> Mail:
    """Ask the owner of the mailbox whether they have registered. The caller commits."""
    return outbox.post("confirm", registration.email, about={"registration": registration.id})


def to_confirm_again(email: str) -> Mail:
    """Send the confirmation's link once more, where somebody has registered. The caller commits."""
    return outbox.post("confirm-again", email)


def to_reset(email: str) -> Mail:
    """Send whoever has the mailbox a way to a new password, where there is an account. The caller commits."""
    return outbox.post("reset", email)


def to_let_in(email: str, target: str) -> Mail:
    """Send whoever has the mailbox a link that signs them in and leads to ``target``, where there is an account.

    The caller commits.
    """
    return outbox.post("let-in", email, about={"next": target})


def to_move(account: Account, email: str) -> Mail:
    """Ask the owner of the new mailbox whether the account is theirs. The caller commits."""
    return outbox.post("move", email, about={"account": account.id})


def tell(account: Account, what: str, *addresses: str, **about: Any) -> None:
    """Tell the owner what has been done to the account: at its address, or at ``addresses``. The caller commits."""
    for address in addresses or (account.email,):
        outbox.post("told", address, about={"account": account.id, "what": what, **about})


@outbox.composes("confirm")
def _confirm(mail: Mail) -> Letter | None:
    registration = db.session.get(Registration, mail.about["registration"])
    if registration is None or registration.begun_at <= clock.now() - CONFIRM_WITHIN:
        return None
    owner = db.session.scalar(select(Account).where(Account.email == registration.email))
    if owner is not None:
        db.session.delete(registration)  # the request looked the same; only the letter differs
        return _known(owner)
    return outbox.render(
        "confirm", registration=registration, link=confirm_address(registration), days=CONFIRM_WITHIN.days
    )


@outbox.composes("confirm-again")
def _confirm_again(mail: Mail) -> Letter | None:
    newest = select(Registration).where(Registration.email == mail.address).order_by(Registration.id.desc()).limit(1)
    registration = db.session.scalar(newest)
    if registration is not None:
        mail.about = {"registration": registration.id}
        return _confirm(mail)
    owner = db.session.scalar(select(Account).where(Account.email == mail.address))
    return _known(owner) if owner else None


@outbox.composes("reset")
def _reset(mail: Mail) -> Letter | None:
    account = db.session.scalar(select(Account).where(Account.email == mail.address))
    if account is None or not account.is_active:
        return None
    token = links.sign("reset", {"account": account.id}, rests_on=what_it_rests_on(account))
    return outbox.render("reset", account=account, link=_address(f"/account/reset-password/{token}"))


@outbox.composes("let-in")
def _let_in(mail: Mail) -> Letter | None:
    account = db.session.scalar(select(Account).where(Account.email == mail.address))
    if account is None or not account.is_active:
        return None
    said = {"account": account.id, "next": mail.about["next"]}
    token = links.sign("let-in", said, rests_on=what_letting_in_rests_on(account))
    return outbox.render("let-in", account=account, link=_address(f"/account/sign-in/link/{token}"))


@outbox.composes("move")
def _move(mail: Mail) -> Letter | None:
    account = db.session.get(Account, mail.about["account"])
    if account is None or not account.is_active:
        return None
    if db.session.scalar(select(Account.id).where(Account.email == mail.address)):
        return outbox.render("not-moved", account=account, sign_in=_address("/account/sign-in"))
    token = links.sign("move", {"account": account.id, "email": mail.address}, rests_on=what_it_rests_on(account))
    return outbox.render("move", account=account, link=_address(f"/account/email/{token}"))


@outbox.composes("told")
def _told(mail: Mail) -> Letter | None:
    account = db.session.get(Account, mail.about["account"])
    if account is None:
        return None
    about = {**mail.about, "account": account, "reset": _address("/account/forgot-password")}
    return outbox.render("told", **about, newsroom=_address("/contact"), is_left=mail.address == mail.about.get("old"))


def _known(owner: Account) -> Letter:
    reset, sign_in = _address("/account/forgot-password"), _address("/account/sign-in")
    return outbox.render("known", account=owner, reset=reset, sign_in=sign_in)


def what_it_rests_on(account: Account) -> tuple[str | None, str]:
    """Give what a link in a letter dies with: the password and the address."""
    return account.password_hash, account.email


def what_letting_in_rests_on(account: Account) -> tuple[object, ...]:
    """Give what a link that signs in dies with: those, and its own use."""
    return *what_it_rests_on(account), account.linked_in_at


def confirm_address(registration: Registration) -> str:
    return _address(f"/account/confirm/{links.sign('confirm', {'registration': registration.id}, registration.email)}")


def _address(path: str) -> str:
    base: str = current_app.config["BASE_URL"]
    return base + path
