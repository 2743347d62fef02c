from __future__ import annotations

from flask import redirect, url_for

from newsapp.desk import comments, discussions, lists, log, people  # noqa: F401  # each adds its views to the blueprint
from newsapp.desk.frame import bp


@bp.get("")
def home():
    return redirect(url_for("desk.queue"), 303)
