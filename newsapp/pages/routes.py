from __future__ import annotations

from flask import Blueprint, abort

from newsapp.articles import structured
from newsapp.db import db
from newsapp.layout import layout
from newsapp.lib.tags import shows
from newsapp.lib.web import page, shared
from newsapp.pages.models import Page

bp = Blueprint("pages", __name__)


@bp.get("/<slug>")
@shared()
def one(slug: str):
    frame = layout()
    shows(f"page:{slug}")
    found = db.session.scalar(Page.at(slug))
    if found is None:
        abort(404)
    return page(
        "pages/page.html",
        page=found,
        data=[structured.breadcrumb(frame.base, [(found.title, found.url)])],
    )
