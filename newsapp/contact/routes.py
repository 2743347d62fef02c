from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, request, url_for
from sqlalchemy import select

from newsapp import comments, contact, site
from newsapp.accounts import Account, reader
from newsapp.articles import Article, structured
from newsapp.contact import forms, letters
from newsapp.contact.forms import ErrorForm, MessageForm
from newsapp.contact.messages import KEPT
from newsapp.db import db
from newsapp.layout import layout
from newsapp.lib import tags, throttles
from newsapp.lib.tags import shows
from newsapp.lib.throttles import Limit, TooOften, network
from newsapp.lib.web import page, shared
from newsapp.pages import Page
from newsapp.site import ADDRESSEES

bp = Blueprint("contact", __name__)

SENT = Limit("errors reported, one network", 20, timedelta(hours=1))
NAMED = Limit("errors reported, one address", 20, timedelta(days=1))
TOLD = Limit("letters about errors, one story", 10, timedelta(hours=1))

WRITTEN = Limit("messages, one network", 10, timedelta(hours=1))
WRITTEN_AS = Limit("messages, one address", 10, timedelta(days=1))
PASSED_ON = Limit("messages mailed on, one role", 30, timedelta(hours=1))
RECEIPTS = Limit("receipts for messages", 60, timedelta(hours=1))  # to all addresses together
MOST_LINKS = 2  # in a message of somebody without an account


@bp.get("/contact")
@shared()
def message_form():
    """Show the newsroom's page about itself and, where a role has an address, the form. Neither: there is no page."""
    reference = request.args.get("reference", "")
    is_done = bool(re.fullmatch(r"M-\w{4}-\w{4}", reference))
    account, asked = reader(), request.args.get("to")
    form = _message_form(formdata=None, data={"to": asked, **_known(account)})
    return _write(form, reference=reference if is_done else "")


@bp.post("/contact")
def send_message():
    """Keep a message to a role of the newsroom, and have it mailed there."""
    account, form = reader(), _message_form()
    if not form.roles:
        abort(404)
    if not form.validate():
        return _write(form, 422)
    email = form.email.data or None
    try:
        throttles.take(WRITTEN, network())
        if email:
            throttles.take(WRITTEN_AS, email)
    except TooOften as wait:
        return _write(form, 429, wait=wait.words)
    finding = "" if account else form.finding or _spam_in(form)
    is_mailed, is_told = (not finding and _may(PASSED_ON, form.to.data)), (email and not finding and _may(RECEIPTS, ""))
    made = contact.send_message(
        form.to.data, form.words.data or "", name=form.name.data or "", email=email, subject=form.subject.data or "",
        by=account, finding=finding,
    )  # fmt: skip
    if is_mailed:
        letters.of_message(made)
    if is_told:
        letters.receipt(made)
    db.session.commit()
    return redirect(url_for(".message_form", reference=made.reference), 303)


def _message_form(**named: Any) -> MessageForm:
    return MessageForm({role: ADDRESSEES[role] for role in site.addressees()}, **named)


def _known(account: Account | None) -> dict[str, str]:
    return {"name": account.name, "email": account.email} if account else {}


def _spam_in(form: MessageForm) -> str:
    """Say what in a stranger's words looks like an advertisement; nothing where they look like a message."""
    text = "\n".join((form.name.data or "", form.subject.data or "", form.words.data or ""))
    if text.lower().count("://") > MOST_LINKS:
        return "links"
    return (
        "words" if comments.found_in(text, [row.word for row in db.session.scalars(comments.ListedWord.all())]) else ""
    )


def _write(form: MessageForm, status: int = 200, *, reference: str = "", wait: str = "") -> Response:
    frame = layout()
    shows("page:contact")
    found = db.session.scalar(Page.at("contact"))
    if found is None and not form.roles:
        abort(404)
    if form.roles:
        g.shared = None  # the form says when it was opened
        if len(form.roles) == 1:
            form.to.data = next(iter(form.roles))
    return page(
        "contact/contact.html", fragment="write", status=status, page=found or Page(slug="contact", title="Contact", standfirst="", body=""),
        form=form, reference=reference, wait=wait, account=reader(), opened=form.opened.data or forms.opened(),
        takes_tips=site.TIPS in form.roles, kept=KEPT.days,
        data=[structured.breadcrumb(frame.base, [("Contact", "/contact")])],
    )  # fmt: skip


@bp.get("/articles/<slug>/report-error")
def error_form(slug: str):
    reference = request.args.get("reference", "")
    is_done = bool(re.fullmatch(r"E-\w{4}-\w{4}", reference))
    return _ask(_article(slug), ErrorForm(formdata=None), reference=reference if is_done else "")


@bp.post("/articles/<slug>/report-error")
def report_error(slug: str):
    article, account = _article(slug), reader()
    form = ErrorForm()
    if not form.validate():
        return _ask(article, form, 422)
    email = None if account else form.email.data or None
    try:
        throttles.take(SENT, network())
        if email:
            throttles.take(NAMED, email)
    except TooOften as wait:
        return _ask(_article(slug), form, 429, wait=wait.words)
    has_room = _may(TOLD, slug)  # all stand at the desk, and a flood is not to fill the newsroom's mailbox
    article = _article(slug)
    made = contact.report_error(
        article, form.words.data or "", form.quote.data or "", by=account, email=email,
        finding="" if account else form.finding,
    )  # fmt: skip
    if has_room:
        letters.to_the_newsroom(made)
    db.session.commit()
    return redirect(url_for(".error_form", slug=slug, reference=made.reference), 303)


def _may(limit: Limit, who: str) -> bool:
    """Tell whether one more letter may be written, and count it."""
    try:
        throttles.take(limit, who)
    except TooOften:
        return False
    return True


def _article(slug: str) -> Article:
    article = db.session.scalar(select(Article).where(Article.slug == slug))
    if article is None or not article.is_public(tags.moment()):
        abort(404)
    return article


def _ask(article: Article, form: ErrorForm, status: int = 200, *, reference: str = "", wait: str = "") -> Response:
    layout()
    return page(
        "contact/error.html", fragment="error", status=status, article=article, form=form, reference=reference,
        wait=wait, account=reader(), opened=form.opened.data or forms.opened(),
    )  # fmt: skip
