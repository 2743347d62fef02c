from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, g, jsonify, redirect, request
from sqlalchemy import select

from newsapp import follows
from newsapp.accounts import Account, reader, readers_only
from newsapp.articles import Article, Card, StoryList, Topic, cards, newest_over
from newsapp.articles.lists import PER_PAGE, asked_place, by_time, in_order
from newsapp.authors import Author
from newsapp.db import db
from newsapp.follows import MOST, Follow, NotThere, SavedStory, TooMany
from newsapp.layout import layout
from newsapp.lib import tags
from newsapp.lib.text import whole_number
from newsapp.lib.web import one_click, own_path, page, shared, wants_part

bp = Blueprint("follows", __name__)


@dataclass(frozen=True)
class Followed:
    """One thing that somebody follows, as the page names it. Without a name, readers see it no more."""

    row: Follow
    kind: str
    name: str = ""
    url: str = ""


@dataclass
class Saved:
    """What is to be said of one story that a browser has saved."""

    id: int
    story: Card | None = None  # where it can be read
    is_withdrawn: bool = False  # its page tells why


# Following


@bp.get("/account/follows")
@readers_only
def followed():
    """What one follows, and what has appeared there: the newest first."""
    layout()
    account, at, before = _me(), tags.moment(), asked_place()
    rows = db.session.scalars(Follow.by(account)).all()
    shelves = [row.shelf for row in rows]
    found = newest_over(db.session(), shelves, at, PER_PAGE + 1, before)
    news = StoryList("/account/follows", is_first=not before)
    news.stories = in_order(db.session(), [article_id for article_id, _ in found[:PER_PAGE]])
    if len(found) > PER_PAGE:
        article_id, moment = found[PER_PAGE - 1]
        news.older = by_time(moment, article_id)
    return page("follows/follows.html", followed=_named(rows) if not before else [], news=news)


@bp.post("/account/follows")
@readers_only
def follow():
    """Follow a section, an author or a topic, or follow it no longer."""
    account, shelf, is_wanted = _me(), request.form.get("shelf", ""), request.form.get("act") != "unfollow"
    fault = ""
    try:
        if is_wanted:
            follows.follow(account, shelf)
        elif row := follows.followed(account, shelf):
            row.end()
        db.session.commit()
    except NotThere:
        abort(404)
    except TooMany as why:
        db.session.rollback()
        fault, is_wanted = str(why), False
    name, target = request.form.get("name", "")[:200], own_path(request.form.get("next"), "/account/follows")
    if wants_part():
        return page(
            "follows/button.html", fragment="button", shelf=shelf, followed=is_wanted, name=name, url=target,
            said=fault or (f"You follow {name}." if is_wanted else f"You no longer follow {name}."),
        )  # fmt: skip
    if fault:
        return page("follows/button.html", status=422, shelf=shelf, followed=False, name=name, url=target, said=fault)
    return redirect(target, 303)


def _named(rows) -> list[Followed]:
    """Give what is followed by its name. A topic that no public story is about is not named: it may be an embargoed one's."""
    tree, at = layout().tree.by_id, tags.moment()
    authors = {a.id: a for a in db.session.scalars(select(Author).where(Author.id.in_([r.author_id for r in rows])))}
    topics = {t.id: t for t in db.session.scalars(Topic.in_use(at).where(Topic.id.in_([r.topic_id for r in rows])))}
    found = []
    for row in rows:
        kind, thing = next(
            (kind, places.get(number))
            for kind, places, number in (
                ("Section", tree, row.section_id), ("Author", authors, row.author_id), ("Topic", topics, row.topic_id),
            )
            if number is not None
        )  # fmt: skip
        found.append(Followed(row, kind, thing.name, thing.url) if thing else Followed(row, kind))
    return found


# What the link in a letter leads to


@bp.get("/letters/follows/<token>")
def stop_follow_letters_page(token: str):
    return _letters("stop" if follows.letters.whose_stop(token) else "gone")


@bp.post("/letters/follows/<token>")
@one_click
def stop_follow_letters(token: str):
    """Stop letters about what one follows, or undo that. Answered at once and not by a redirect (RFC 8058, section 3.2)."""
    chosen = follows.letters.whose_stop(token)
    if chosen is None:
        return _letters("gone", 410)
    is_undone = request.form.get("again") == "yes"
    if is_undone:
        chosen.resume()
    else:
        chosen.stop()
    db.session.commit()
    return _letters("again" if is_undone else "stopped")


def _letters(what: str, status: int = 200) -> Response:
    return page("follows/letters.html", status=status, what=what, send_to=request.path)


# Saving


@bp.get("/saved")
@shared()
def saved():
    """The reader's saved stories: of the account, or, for who has none, a page that the browser fills from its own list.

    The browser asks with ``s``, once for each story, how the stories are today. Who asks, and for what, is kept nowhere.
    """
    layout()
    account, asked = reader(), request.args.getlist("s")
    if account is not None and not asked:
        return _of_account(account)
    response = page("follows/saved.html", fragment="rows", saved=_as_they_are(asked), most=MOST)
    if asked:
        g.shared = None
        response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/account/saved")
@readers_only
def saved_of_account():
    return redirect("/saved", 303)


@bp.post("/saved")
@readers_only
def save():
    """Keep a story in the account, keep it no longer, or take in what the browser has kept.

    A script is answered by what is so now, as JSON; a form by the page that it stood on.
    """
    account, act, fault = _me(), request.form.get("act"), ""
    ids = [_number(said) for said in request.form.getlist("story")[:MOST]]
    left: set[int] = set()
    try:
        if act == "merge":
            left = follows.merge(account, zip(ids, request.form.getlist("title"), strict=False))
        elif act == "remove" and ids and (row := db.session.get(SavedStory, (account.id, ids[0]))):
            row.remove()
        elif act == "save" and ids:
            follows.save(account, db.get_or_404(Article, ids[0]))
    except NotThere:
        abort(404)
    except TooMany as why:
        db.session.rollback()
        fault = str(why)
    else:
        db.session.commit()
    if request.accept_mimetypes.best == "application/json":
        return jsonify(saved=act == "save" and not fault, fault=fault, left=sorted(left)), 422 if fault else 200
    target = own_path(request.form.get("next"), "/saved")
    if fault:
        target = "/saved?done=full"
    elif act == "remove" and target == "/saved" and ids:
        target = f"/saved?done=removed-{ids[0]}"
    return redirect(target, 303)


def _of_account(account: Account):
    rows = db.session.scalars(SavedStory.of(account)).all()
    told = {one.id: one for one in _as_they_are([str(row.article_id) for row in rows])}
    done, _, number = request.args.get("done", "").partition("-")
    removed = cards(db.session(), [_number(number)]).get(_number(number)) if done == "removed" and number else None
    return page(
        "follows/account.html",
        saved=[(row, told[row.article_id]) for row in rows],
        removed=removed if removed and removed.is_public(tags.moment()) and removed.id not in told else None,
        is_full=done == "full" and f"{MOST} stories are saved, and more do not fit. Remove some first.",
        notice="Removed." if done == "removed" else None,
    )


def _number(said: str) -> int:
    return whole_number(said) or 0  # of no story


def _as_they_are(asked: list[str]) -> list[Saved]:
    """Look the stories up, in the order asked for. A draft is as unknown as a story that never was."""
    ids = [int(text) for text in dict.fromkeys(asked) if text.isascii() and text.isdigit() and len(text) < 10][:MOST]
    at, stories = tags.moment(), cards(db.session(), ids)
    found = []
    for i in ids:
        story = stories.get(i)
        if story is not None and story.is_public(at):
            found.append(Saved(i, story=story))
        elif story is not None and story.withdrawn_at and story.is_gone(at):
            found.append(Saved(i, is_withdrawn=True))
        else:
            found.append(Saved(i))
    return found


def _me() -> Account:
    """Give who is signed in, on a view that only they reach."""
    account = reader()
    assert account is not None
    return account
