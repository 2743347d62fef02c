"""The front page as it will be at a time to come, for the desk alone."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, g, request

from newsapp.articles import ALL, MostRead, front_page
from newsapp.articles.breaking import breaking
from newsapp.articles.front import RHYTHMS
from newsapp.articles.lists import in_order
from newsapp.db import db
from newsapp.desk.frame import bp
from newsapp.desk.releases import Local
from newsapp.layout import layout
from newsapp.lib import clock, dates
from newsapp.lib.forms import Form
from newsapp.lib.web import page

FURTHEST = timedelta(days=366)


class MomentForm(Form):
    """When the front page is to be looked at."""

    at = Local("The front page at")

    @property
    def fault(self) -> str:
        return str(self.at.errors[0]) if self.at.errors else ""


@bp.get("/front/preview", endpoint="front_preview")
def preview():
    """Show the front page with what is scheduled until then, and with the slots as they will be by the clock."""
    now, said = clock.now(), request.args.get("at", "").strip()[:40]
    form = MomentForm(formdata=request.args)
    at = form.at.moment if form.validate() and form.at.moment else now
    fault = form.fault
    if not fault and at < now - timedelta(minutes=1):
        fault = "That time has passed: this is the page as it is now."
    elif at > now + FURTHEST:
        fault = "That is more than a year away: this is the page as it is now."
    at = now if fault else max(at, now)
    frame = layout()
    # Dates are printed as on that day. The parts that pages share (menus, footer) are those of now: made for another moment,
    # they would be kept, and shown to readers.
    g.printed_at = at
    response: Response = page(
        "desk/front-preview.html",
        front=front_page(db.session(), frame.tree, at),
        most_read=[
            story for story in in_order(db.session(), list(db.session.scalars(MostRead.on(ALL)))) if story.is_public(at)
        ][:10],
        at=at,
        rhythms=RHYTHMS,
        breaking=breaking(db.session(), at),
        said=said if fault else dates.local(at, frame.site.timezone),
        fault=fault,
        data=[],
    )
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
