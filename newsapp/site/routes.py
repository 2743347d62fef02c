from __future__ import annotations

import json

from flask import Blueprint, Response, abort, current_app, g, make_response, redirect, request
from sqlalchemy import text
from werkzeug.exceptions import HTTPException

from newsapp.db import db
from newsapp.lib import preferences
from newsapp.lib.web import SAFE, error_page, own_path, page, shared, wants_part
from newsapp.site.redirects import moved_to

bp = Blueprint("site", __name__)

SHELL = ("site.css", "site.js", "fonts/piazzolla.woff2")  # what the page that is kept for want of a network needs


@bp.post("/preferences")
def prefer():
    """Keep the reader's theme and text size in the one functional cookie, because the reader asked for it."""
    chosen = preferences.choose(g.preference, request.form.get("theme"), request.form.get("size"))
    g.preference = chosen
    if wants_part():
        response = page("preferences.html", fragment="preferences", chosen=chosen)
    else:
        response = make_response(redirect(own_path(request.form.get("next")), 303))
    response.set_cookie(
        preferences.COOKIE,
        chosen.cookie,
        max_age=preferences.KEPT_FOR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.get("/preferences")
def preferences_page():
    """The same choice as a page of its own, for whoever opens the address."""
    return page("preferences.html", fragment="preferences", chosen=g.preference)


@bp.get("/offline")
@shared()
def offline():
    """What a browser shows in place of a page when there is no network: it keeps this one (static/js/service-worker.js)."""
    if not current_app.config["OFFLINE_READING"]:
        abort(404)
    return page("offline.html")


@bp.get("/service-worker.js")
@shared()
def service_worker():
    """The program that keeps stories in the reader's browser. At the root, so that it may answer for every page.

    Where the operator wants none, one that takes it away from browsers that have it.
    """
    assets = current_app.jinja_env.globals
    if current_app.config["OFFLINE_READING"]:
        needed = [assets["asset"](name) for name in SHELL]  # type: ignore[operator]
        script = f"const SHELL = {json.dumps(needed)};\n" + assets["asset_text"]("service-worker.js")  # type: ignore[operator]
    else:
        script = assets["asset_text"]("no-service-worker.js")  # type: ignore[operator]
    return Response(script, mimetype="text/javascript")


@bp.get("/healthz")
def is_alive():
    """Tell a machine that the process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def is_ready():
    """Tell a machine that the database answers, too."""
    db.session.execute(text("SELECT 1"))
    return Response("ready\n", mimetype="text/plain")


@bp.get("/favicon.ico")
def favicon():
    """Lead browsers that guess the icon's address to the one that there is."""
    return redirect(current_app.jinja_env.globals["asset"]("img/favicon.svg"), 301)  # type: ignore[operator]


@bp.app_errorhandler(404)
def missing(error: HTTPException):
    """Lead on from an address that has moved; otherwise say that there is no page.

    Asked only here, when nothing else answers. Browsers ask again each time: whoever made the redirect may think again.
    """
    new = (
        moved_to(db.session(), request.path, request.query_string.decode("latin-1")) if request.method in SAFE else None
    )
    if new is None:
        return error_page(error)
    response = redirect(new, 301)
    response.headers["Cache-Control"] = "no-cache"
    return response
