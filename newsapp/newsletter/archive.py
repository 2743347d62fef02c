"""Past issues as pages of the site, with a note where a story in them was corrected since."""

from __future__ import annotations

from flask import Blueprint, Response

from newsapp.articles import Change
from newsapp.db import db
from newsapp.lib import tags
from newsapp.lib.web import page
from newsapp.newsletter import composing
from newsapp.newsletter.issues import Issue

bp = Blueprint("issues", __name__, url_prefix="/newsletter/issues")
SHOWN = 100


@bp.get("")
def issues() -> Response:
    return page("newsletter/issues.html", issues=db.session.scalars(Issue.past().limit(SHOWN)).all())


@bp.get("/<slug>")
def issue(slug: str) -> Response:
    found = db.first_or_404(Issue.past().where(Issue.slug == slug))
    shown = composing.contents(found)
    since = Change.notices(tags.moment()).where(
        Change.article_id.in_([story.id for story in shown.stories]), Change.at > found.begun_at
    )
    corrected: dict[int, list[Change]] = {}
    for change in db.session.scalars(since):
        corrected.setdefault(change.article_id, []).append(change)
    return page("newsletter/issue.html", it=shown, corrected=corrected)
