from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session

from newsapp.articles import ALL, Article, Card, Kind, Listing, MostRead, Source
from newsapp.articles.lists import LAST_PAGE, in_order, page_numbers
from newsapp.authors import Author
from newsapp.db import db
from newsapp.layout import layout
from newsapp.lib import tags
from newsapp.lib.parts import part
from newsapp.lib.terms import Terms, parse
from newsapp.lib.web import came_from, page, wants_part
from newsapp.search import forms
from newsapp.search.index import PER_PAGE, Hits, SearchIndex, index
from newsapp.search.models import texts_of, whole
from newsapp.search.snippets import Snippet, snippet
from newsapp.search.spelling import did_you_mean
from newsapp.sections import Branch

bp = Blueprint("search", __name__)

NAMED_AUTHORS = 500  # in the field of authors; the address takes any
HELP = 10  # stories that lead on from an empty list


@dataclass
class Found:
    """One page of results, or several in one, and what leads on where there is none."""

    hits: Hits
    rows: list[tuple[Article, Snippet]]
    number: int  # of the first page
    older: str | None = None
    suggestion: str | None = None
    suggestion_url: str = ""
    suggested: list[Card] = field(default_factory=list)  # what the suggestion finds
    newest: list[Card] = field(default_factory=list)
    most_read: list[Card] = field(default_factory=list)

    @property
    def shown_so_far(self) -> int:
        return (self.number - 1) * PER_PAGE + len(self.rows)


@bp.get("/search")
def search():
    frame, at, (number, last) = layout(), tags.moment(), page_numbers()
    form = forms.read(request.args, frame.tree, db.session())
    filters = form.filters(at, frame.site.timezone)
    answers = index(db.session())
    asks = bool(form.terms) or form.is_filtered
    pages = last - number + 1
    found = Found(answers.query(form.terms, filters, form.sort, number, pages) if asks else Hits([], 0), [], number)
    if number > 1 and not found.hits.ids:
        abort(404)

    found.rows = _rows(db.session(), found.hits.ids, form)
    if found.shown_so_far < found.hits.total and last < LAST_PAGE:
        found.older = form.address(page=last + 1)
    if not found.rows:
        _lead_on(found, form, answers)
    response = page(
        "search/search.html",
        fragment="more_rows" if number > 1 else "found",
        form=form,
        found=found,
        asks=asks,
        tally=_tally(answers, form, at) if asks else None,
        offered=_offered(frame.tree.shown, form.sections),
        people=part("search authors", _people),
        kinds=list(Kind),
        pasts=forms.PASTS,
    )
    # Nothing in it is of the reader, but what somebody has asked for is nobody else's to keep. The browser may keep the
    # page as it stands, so that Back finds it so.
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Cookie")
    if wants_part() and number == 1:
        address = form.address()  # without the fields that were left empty
        # What is asked for a second time is no step: Back would seem to do nothing.
        response.headers["HX-Replace-Url" if address == came_from() else "HX-Push-Url"] = address
    return response


def _tally(answers: SearchIndex, form: forms.Form, at: datetime) -> dict[str, int] | None:
    """Count what is found in each section; nothing where nothing is found in any: below may stand what a nearer spelling finds."""
    return answers.tally(form.terms, form.filters(at, layout().site.timezone, everywhere=True)) or None


def _rows(session: Session, ids: list[int], form: forms.Form) -> list[tuple[Article, Snippet]]:
    stories = {story.id: story for story in session.scalars(whole(ids)).unique()} if ids else {}
    rows = []
    for story in (stories[i] for i in ids if i in stories):
        rows.append((story, _snippet(story, form.terms)))
    return rows


def _snippet(story: Article, terms: Terms) -> Snippet:
    """Give a piece of what the story says; only where that has nothing of ``terms``, one of what stands round it.

    The names stand below it anyway, so what is found there alone leaves the standfirst.
    """
    texts = texts_of(story)
    sources = " · ".join(_named(citation.source) for citation in story.citations)
    says = [" ".join([story.standfirst, *map(str, story.key_points)]), texts["body"]]
    made = [snippet(says, terms), snippet([texts["captions"]], terms), snippet([sources], terms)]
    return next((one for one in made if any(is_found for _, is_found in one)), made[0])


def _named(source: Source) -> str:
    return ", ".join(dict.fromkeys(filter(None, [source.author, source.title, source.publisher, source.note])))


def _lead_on(found: Found, form: forms.Form, answers: SearchIndex) -> None:
    """Say what else there is: the nearest spelling, the newest and the most read stories."""
    session = db.session()
    if form.terms:
        filters = form.filters(tags.moment(), layout().site.timezone)
        found.suggestion = did_you_mean(session, answers, form.terms, filters)
        found.suggestion_url = form.address(q=found.suggestion or "")
        if found.suggestion:
            near = answers.query(parse(f"{found.suggestion} "), filters, "best", 1).ids[:HELP]
            stories_near = {story.id: story for story in in_order(session, near)}
            found.suggested = [stories_near[i] for i in near if i in stories_near]
    newest = list(session.scalars(Listing.on(ALL, tags.moment()).limit(HELP)))
    ranked = list(session.scalars(MostRead.on(ALL))) if form.terms or form.is_filtered else []
    stories = {story.id: story for story in in_order(session, list({*newest, *ranked}))}
    found.newest = [stories[i] for i in newest if i in stories]
    found.most_read = [stories[i] for i in ranked if i in stories and stories[i].is_public(tags.moment())][:HELP]


def _offered(top: list[Branch], chosen: list[Branch]) -> list[Branch]:
    """Give the sections to choose from: the top ones, and what hangs on those that are chosen."""
    offered = []
    for branch in top:
        offered.append(branch)
        if any(one.top is branch for one in chosen):
            offered += [below for below in branch.below() if below is not branch and not below.is_hidden]
    return offered + [one for one in chosen if one not in offered]


def _people(session: Session) -> list[tuple[str, str]]:
    """Give slug and name of those who have a byline."""
    tags.shows("authors")
    rows = session.execute(Author.by_name().with_only_columns(Author.slug, Author.name).limit(NAMED_AUTHORS))
    return [(slug, name) for slug, name in rows]
