from __future__ import annotations

import re
from datetime import timedelta

from flask import Blueprint, Response, abort, redirect, request, url_for
from sqlalchemy import select

from newsapp import contact
from newsapp.accounts import reader
from newsapp.articles import Article
from newsapp.contact import forms, letters
from newsapp.contact.forms import ErrorForm
from newsapp.db import db
from newsapp.layout import layout
from newsapp.lib import tags, throttles
from newsapp.lib.throttles import Limit, TooOften, network
from newsapp.lib.web import page

bp = Blueprint("contact", __name__)

SENT = Limit("errors reported, one network", 20, timedelta(hours=1))
NAMED = Limit("errors reported, one address", 20, timedelta(days=1))
TOLD = Limit("letters about errors, one story", 10, timedelta(hours=1))


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
    has_room = _has_room(slug)
    article = _article(slug)
    made = contact.report_error(
        article, form.words.data or "", form.quote.data or "", by=account, email=email,
        finding="" if account else form.finding,
    )  # fmt: skip
    if has_room:
        letters.to_the_newsroom(made)
    db.session.commit()
    return redirect(url_for(".error_form", slug=slug, reference=made.reference), 303)


def _has_room(slug: str) -> bool:
    """Tell whether the newsroom is mailed of one more: all stand at the desk, and a flood is not to fill its mailbox."""
    try:
        throttles.take(TOLD, slug)
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
