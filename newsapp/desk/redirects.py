"""Where pages have gone, at the desk: every redirect, and what readers ask for in vain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from urllib.parse import quote, unquote, urlencode, urlsplit

from flask import Response, request
from sqlalchemy import or_, select
from wtforms import StringField
from wtforms.validators import DataRequired

from newsapp import sections, site
from newsapp.accounts.log import record
from newsapp.articles import ALL, Article, Listing, Topic
from newsapp.authors import Author
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.desk.queue import names
from newsapp.desk.structure import LIKE
from newsapp.lib import tags
from newsapp.lib.counts import OTHERS, PROBES, missing_pages
from newsapp.lib.forms import AtMost, Form, plain
from newsapp.lib.text import whole_number
from newsapp.lib.web import lead_to, page
from newsapp.pages import Page
from newsapp.site import NoRedirect, Redirect

HERE = "/desk/redirects"
PER_PAGE = 50
MOST_LOGGED = 200  # letters of a path in the log
MOST_NEAR = 4  # addresses that are offered
NEAR = 0.6  # how much of a name must be as it was asked for; 1 is all
_LOOKED_THROUGH = 200  # names of one kind that begin as what was asked for
DONE = {"set": "The redirect is kept.", "removed": "The redirect is gone."}


class RedirectForm(Form):
    """From where to where."""

    old = StringField("Old address", [DataRequired("Say which address is no more."), AtMost(2000)], [plain])
    new = StringField("New address", [DataRequired("Say where it leads."), AtMost(2000)], [plain])


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    redirect: Redirect
    by: str

    @property
    def old(self) -> str:
        return unquote(self.redirect.old_path)

    @property
    def new(self) -> str:
        return _shown(self.redirect.new_address)


@dataclass(frozen=True)
class Missing:
    """A line of what is asked for in vain."""

    path: str
    n: int
    first_at: datetime
    last_at: datetime
    leads_to: str  # since it was asked for
    is_one: bool  # an address, and not a line for many


@bp.get("/redirects", endpoint="redirects")
def show_redirects():
    """Show every redirect, from A to Z, perhaps those with certain letters."""
    words, after = plain(request.args.get("q"))[:200], request.args.get("after", "")
    query = Redirect.all()
    if words:
        ways = {words, quote(words, safe="/:@!$&'()*+,;=~-._%")}
        alike = [f"%{way.translate(LIKE)}%" for way in ways]
        columns = (Redirect.old_path, Redirect.new_address)
        query = query.where(or_(*(column.ilike(way, escape="\\") for column in columns for way in alike)))
    if after:
        query = query.where(Redirect.old_path > after)
    found = db.session.scalars(query.limit(PER_PAGE + 1)).all()
    shown = found[:PER_PAGE]
    by = names({row.made_by_id for row in shown})
    done, old = request.args.get("done", ""), request.args.get("old", "")
    return page(
        "desk/redirects.html", fragment="redirects", tab="redirects", words=words, is_first=not after, query=urlencode({"q": words}) if words else "",
        rows=[Row(row, by.get(row.made_by_id or 0, "")) for row in shown], done=DONE.get(done), notes=_notes(old) if done == "set" else [],
        older=urlencode({"after": shown[-1].old_path}) if len(found) > PER_PAGE else "",
    )  # fmt: skip


@bp.get("/redirects/missing")
def missing():
    """Show what was asked for and is not there, most often first."""
    words, at = plain(request.args.get("q"))[:200], whole_number(request.args.get("from")) or 0
    found = [one for one in missing_pages() if words.lower() in one.path.lower()]
    shown = found[at : at + PER_PAGE]
    query = select(Redirect).where(Redirect.old_path.in_({_encoded(one.path) for one in shown}))
    led = {row.old_path: _shown(row.new_address) for row in db.session.scalars(query)}
    lines = [
        Missing(
            one.path, one.n, datetime.fromtimestamp(one.first_at, UTC), datetime.fromtimestamp(one.last_at, UTC),
            led.get(_encoded(one.path), ""), one.path not in (OTHERS, PROBES) and "…" not in one.path and "\N{REPLACEMENT CHARACTER}" not in one.path,
        )
        for one in shown
    ]  # fmt: skip
    return page(
        "desk/redirects.html", fragment="redirects", tab="missing", words=words, is_first=not at, lines=lines, total=len(found),
        query=urlencode({"q": words}) if words else "", older=f"from={at + PER_PAGE}" if len(found) > at + PER_PAGE else "",
    )  # fmt: skip


@bp.get("/redirects/edit")
def redirect_form():
    """Show the form, perhaps for an address that is asked for in vain, or for a redirect that is there."""
    old = plain(request.args.get("old"))[:2000]
    row = _row(old)
    return _form(RedirectForm(formdata=None, data={"old": old, "new": _shown(row.new_address) if row else ""}))


@bp.post("/redirects")
def set_redirect():
    """Keep a redirect; ``seen`` is where it led when the form was made."""
    form = RedirectForm()
    if not form.validate():
        return _form(form, 422)
    row = _row(form.old.data or "")
    if (
        row is not None
        and request.form.get("seen") != row.new_address
        and form.new.data not in (row.new_address, _shown(row.new_address))
    ):
        who = names({row.made_by_id}).get(row.made_by_id or 0, "The site")
        return _form(
            form, 409, f"{who} has made it lead to {_shown(row.new_address)}. Save again to replace that with yours."
        )
    try:
        made = site.redirect(form.old.data or "", form.new.data or "", me().id)
    except NoRedirect as fault:
        db.session.rollback()
        form.new.errors = [str(fault)]
        return _form(form, 422)
    record("redirect.set", f"redirect:{made.old_path[:MOST_LOGGED]}", me(), _shown(made.new_address))
    db.session.commit()
    return lead_to(f"{HERE}?{urlencode({'done': 'set', 'old': made.old_path})}")


@bp.post("/redirects/remove")
def remove_redirect():
    """Forget a redirect, unless it leads elsewhere by now."""
    row = _row(request.form.get("old", ""))
    if row is None:
        return lead_to(f"{HERE}?done=removed")
    if request.form.get("seen") != row.new_address:
        form = RedirectForm(formdata=None, data={"old": unquote(row.old_path), "new": _shown(row.new_address)})
        return _form(form, 409, "It leads elsewhere by now, and has not been removed.")
    record("redirect.remove", f"redirect:{row.old_path[:MOST_LOGGED]}", me(), _shown(row.new_address))
    row.remove()
    db.session.commit()
    return lead_to(f"{HERE}?done=removed")


# Helpers


def _row(old: str) -> Redirect | None:
    """Give the redirect of an address as it was typed, or as it is kept."""
    if not old.startswith("/") or len(old) > site.redirects.MAX_LENGTH:
        return None
    return db.session.get(Redirect, _encoded(unquote(old)))


def _encoded(path: str) -> str:
    return quote(path, safe="/:@!$&'()*+,;=~-._", errors="replace").rstrip("/") or "/"


def _shown(address: str) -> str:
    """Give an address as people read it; one that could be read otherwise stays as it is."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or re.search("%(25|3F|23|2F|5C|0|1|7F)", address, re.I):
        return address
    said = unquote(address)
    return said if said.isprintable() else address


def _notes(old: str) -> list[str]:
    """Say what may surprise whoever has made a redirect."""
    row = _row(old)
    if row is None:
        return []
    notes = []
    if site.answers(unquote(row.old_path)):
        notes.append(f"A page answers at {unquote(row.old_path)}. As long as it does, nobody is led away from it.")
    target = urlsplit(row.new_address)
    if not target.netloc and target.path != "/" and not site.answers(unquote(target.path)):
        notes.append(f"There is no page at {_shown(row.new_address)} now.")
    return notes


def _form(form: RedirectForm, status: int = 200, fault: str = "") -> Response:
    row = _row(form.old.data or "")
    return page(
        "desk/redirect.html", status=status, form=form, fault=fault, row=row, seen=row.new_address if row else "",
        near=nearest(form.old.data or "") if not form.new.data else [],
    )  # fmt: skip


def nearest(path: str) -> list[str]:
    """Give our addresses that are most like one that is not there, by the last part of it."""
    last = re.sub(r"\.\w{2,5}$", "", path.rstrip("/").rpartition("/")[2])
    name = re.sub(r"^[\d\W_]+", "", re.sub(r"[\s_]+", "-", last.lower()))[:80]
    if len(name) < 3:
        return []
    offered: dict[str, list[str]] = {}
    for url in _alike(name):
        offered.setdefault(url.rpartition("/")[2], []).append(url)
    close = get_close_matches(name, offered, MOST_NEAR, NEAR)
    return [url for one in close for url in offered[one]][:MOST_NEAR]


def _alike(name: str) -> list[str]:
    found = [branch.url for branch in sections.tree(db.session()).by_id.values() if not branch.is_hidden]
    found += [f"/{slug}" for slug in db.session.scalars(select(Page.slug).order_by(Page.slug))]
    found += [f"/authors/{slug}" for slug in db.session.scalars(select(Author.slug).order_by(Author.slug).limit(2000))]
    begins, ends = name[:4], name[:4] + "\uffff"
    topics = Topic.in_use(tags.moment()).with_only_columns(Topic.slug).where(Topic.slug.between(begins, ends))
    found += [f"/topics/{slug}" for slug in db.session.scalars(topics.limit(_LOOKED_THROUGH))]
    public = select(Listing.article_id).where(
        Listing.shelf == ALL, Listing.article_id == Article.id, Listing.is_public(tags.moment())
    )
    stories = select(Article.slug).where(Article.slug.between(begins, ends), public.exists()).order_by(Article.slug)
    return found + [f"/articles/{slug}" for slug in db.session.scalars(stories.limit(_LOOKED_THROUGH))]
