"""Subscribing and leaving, on the site: the form, and what the links in letters lead to."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, request
from sqlalchemy import select

from newsapp.accounts import Account, reader, readers_only
from newsapp.db import db
from newsapp.lib import throttles
from newsapp.lib.throttles import Limit, TooOften, network
from newsapp.lib.web import lead_to, one_click, page, wants_part
from newsapp.newsletter import letters, links, subscribers
from newsapp.newsletter.forms import SignUpForm
from newsapp.newsletter.issues import Issue
from newsapp.newsletter.subscribers import REASONS, Newsletter, Subscriber, Suppression, subscriptions

bp = Blueprint("newsletters", __name__)
ASKED = Limit("newsletters asked for, one network", 10, timedelta(hours=1))


@bp.get("/newsletter")
def newsletters():
    return _offer(SignUpForm(formdata=None), done=request.args.get("done") == "asked")


@bp.post("/newsletter")
def sign_up():
    """Ask for newsletters. The answer is the same whether the mailbox gets them already, or is written to no more."""
    form = SignUpForm()
    if not form.validate():
        return _offer(form, 422)
    if not form.website.data:  # a machine is told the same, and nothing is kept
        try:
            throttles.take(ASKED, network())
        except TooOften as wait:
            return _offer(form, 429, wait=wait.words)
        if not letters.has_room():
            return _offer(form, 429, wait="an hour")
        who, is_new = subscribers.ask(form.email.data or "", form.newsletter.data or [], form.where)
        letters.to_confirm(who, is_new=is_new)
        db.session.commit()
    if wants_part():
        return _offer(form, done=True)
    return lead_to("/newsletter?done=asked")


@bp.get("/newsletter/confirm/<token>")
def confirm_page(token: str):
    who = links.who_confirms(token)
    return _answer("confirm" if who else "gone", who=who)


@bp.post("/newsletter/confirm/<token>")
def confirm(token: str):
    who = links.who_confirms(token)
    if who is None:
        return _answer("gone")
    subscribers.confirm(who)
    db.session.commit()
    return _answer("confirmed", who=who)


@bp.get("/newsletter/mine/<token>")
def own_page(token: str):
    who = links.whose(token)
    return _answer("mine" if who else "gone", who=who)


@bp.post("/newsletter/mine/<token>")
def choose(token: str):
    who = links.whose(token)
    if who is None:
        return _answer("gone")
    subscribers.choose(who, _chosen(who), "page")
    db.session.commit()
    return _answer("mine", who=who, done=True)


@bp.get("/newsletter/stop/<token>")
def stop_page(token: str):
    found = links.who_stops(token)
    return _answer("stop", *found) if found else _answer("gone")


@bp.post("/newsletter/stop/<token>")
@one_click
def stop(token: str):
    """Stop one newsletter; twice is as well. Answered at once and not by a redirect (RFC 8058, section 3.2)."""
    found = links.who_stops(token)
    if found is None:
        return _answer("gone")
    row = subscriptions(found[0]).get(found[1].id)
    reason = request.form.get("reason", "")
    if row is not None:
        row.end(reason if reason in REASONS else "")
        db.session.commit()
    return _answer("stopped", *found, done=reason in REASONS)


@bp.post("/newsletter/back/<token>")
def go_on(token: str):
    """Take back that somebody has left."""
    found = links.who_stops(token)
    if found is None:
        return _answer("gone")
    row = subscriptions(found[0]).get(found[1].id)
    if row is not None:
        row.go_on()
        db.session.commit()
    return _answer("back", *found)


@bp.get("/account/newsletters")
@readers_only
def own_newsletters():
    account = _me()
    who = db.session.scalar(select(Subscriber).where(Subscriber.address == account.email))
    return _account(who, is_done=request.args.get("done") == "saved")


@bp.post("/account/newsletters")
@readers_only
def choose_own():
    who = subscribers.subscriber(_me().email)
    subscribers.choose(who, _chosen(who), "account")
    db.session.commit()
    return lead_to("/account/newsletters?done=saved")


# Helpers


def _got(who: Subscriber | None) -> set[int]:
    mine = subscriptions(who) if who else {}
    return {newsletter_id for newsletter_id, row in mine.items() if row.state == "confirmed"}


def _shown(got: set[int]) -> list[Newsletter]:
    """Give what somebody can choose: what is offered, and what they get already."""
    every = db.session.scalars(Newsletter.in_order())
    return [one for one in every if one.closed_at is None or one.id in got]


def _chosen(who: Subscriber) -> set[int]:
    sent = {int(said) for said in request.form.getlist("newsletter") if said.isascii() and said.isdigit()}
    return sent & {one.id for one in _shown(_got(who))}


def _offer(form: SignUpForm, status: int = 200, *, wait: str = "", done: bool = False) -> Response:
    chosen = form.newsletter.data or [one.id for one in subscribers.offers()][:1]
    past = db.session.scalars(Issue.past().limit(5)).all() if not wants_part() else []
    return page(
        "newsletter/newsletters.html", fragment="sign_up", status=status, form=form, chosen=chosen, wait=wait, done=done,
        offers=subscribers.offers(), past=past, source=form.where,
    )  # fmt: skip


def _answer(
    state: str, who: Subscriber | None = None, newsletter: Newsletter | None = None, *, done: bool = False
) -> Response:
    got = _got(who)
    mine = subscriptions(who) if who else {}
    every = _shown(set(mine)) if who else []
    return page(
        "newsletter/answer.html", status=410 if state == "gone" else 200, state=state, who=who, newsletter=newsletter,
        asked=[one for one in every if one.id in mine and mine[one.id].state == "asked"], got=got,
        every=[one for one in every if one.closed_at is None or one.id in got], send_to=request.path,
        back=request.path.replace("/stop/", "/back/"), mine=links.mine(who) if who else "", reasons=REASONS, done=done,
        is_suppressed=bool(who and db.session.get(Suppression, who.address)),
    )  # fmt: skip


def _account(who: Subscriber | None, *, is_done: bool) -> Response:
    got = _got(who)
    return page(
        "newsletter/account.html", got=got, every=_shown(got), notice="Saved." if is_done else "", address=_me().email,
        is_suppressed=db.session.get(Suppression, _me().email) is not None,
    )  # fmt: skip


def _me() -> Account:
    found = reader()
    assert found is not None
    return found
