"""The links of one story: asking each address that it leads to or rests on, and what is to be done about each."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

from flask import Response, request

from newsapp.articles import Article, drafting, linkcheck
from newsapp.articles.linkcheck import MOST_ADDRESSES, Address
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.desk.state import state_of
from newsapp.desk.stories import story
from newsapp.lib import clock, tags
from newsapp.lib.throttles import Limit, TooOften, take
from newsapp.lib.web import lead_to, page

WAITS = 10.0  # seconds that one request asks for, at most
OFTEN = Limit(
    "links", 20, timedelta(minutes=10)
)  # requests of one person; a round of 200 slow addresses takes some ten
KEEPS_ROUND = timedelta(hours=1)
# What each state is called, and the shape of its mark.
STATES = {
    "ok": ("Answers", "live"), "moved": ("Has moved", "scheduled"), "front page": ("Leads to a front page", "review"),
    "gone": ("Is gone", "held"), "refuses": ("Refuses us", "review"), "unreachable": ("Does not answer", "held"),
    "not public": ("No public address", "held"), "": ("Not asked yet", "draft"),
}  # fmt: skip
# What is worth doing about it.
MENDS = {
    "moved": "Put the new address in its place.", "front page": "The page is likely gone. Look for it, or cite an archived copy.",
    "gone": "Cite an archived copy, or take it out.", "refuses": "It may open for people. Look yourself.",
    "unreachable": "Ask again later. If it stays so, cite an archived copy.", "not public": "Readers cannot reach it. Take it out.",
}  # fmt: skip


@bp.get("/articles/<int(max=2147483647):article_id>/links", endpoint="links")
def show_links(article_id: int):
    return _links(story(article_id), _round(request.args.get("since", "")))


@bp.post("/articles/<int(max=2147483647):article_id>/links/check")
def check_links(article_id: int):
    """Ask the story's addresses, or those of a round that are still open, for some seconds; note what came of it."""
    article, now = story(article_id), clock.now()
    since = _round(request.form.get("since", "")) or now
    try:
        take(OFTEN, f"account:{me().id}")
    except TooOften as fault:
        return _links(story(article_id), _round(request.form.get("since", "")), 429, fault.words)
    document, _ = drafting.working_document(article)
    wanted = [one.address for one in linkcheck.addresses_of(document)[:MOST_ADDRESSES] if _is_open(one, since)]
    db.session.rollback()  # nothing is asked while a transaction is open
    found = linkcheck.ask(wanted, WAITS)
    linkcheck.note(found)
    db.session.commit()
    return lead_to(f"/desk/articles/{article_id}/links?since={quote(since.isoformat())}")


def _links(article: Article, since: datetime | None, status: int = 200, wait: str = "") -> Response:
    document, _ = drafting.working_document(article)
    every = linkcheck.addresses_of(document)
    found = every[:MOST_ADDRESSES]
    n_open = sum(_is_open(one, since) for one in found) if since else 0
    return page(
        "desk/story-links.html", fragment="links", status=status, state=state_of(article), wait=wait,
        found=sorted(found, key=_urgency), left_out=len(every) - len(found), since=since, n_open=n_open,
        n_bad=sum(one.check is not None and not one.check.is_good for one in found),
        n_asked=sum(one.check is not None for one in found), states=STATES, mends=MENDS, seconds=int(WAITS), now=tags.moment(),
    )  # fmt: skip


def _urgency(one: Address) -> int:
    """What is broken stands first, then what is still open."""
    if one.check is None:
        return 1
    return 3 if one.check.state == "ok" else 2 if one.check.state == "moved" else 0


def _is_open(one: Address, since: datetime) -> bool:
    return one.check is None or one.check.checked_at < since


def _round(said: str) -> datetime | None:
    """Read when a round began; one that is too old, or has not begun, is none."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return None
    if at.tzinfo is None or not clock.now() - KEEPS_ROUND < at <= clock.now():
        return None
    return at
