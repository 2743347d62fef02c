"""The rules in short, over the form for a comment: an editor's words, and every moderator may read them here."""

from __future__ import annotations

from flask import Response, abort, redirect, request, url_for
from wtforms import TextAreaField
from wtforms.validators import ValidationError

from newsapp import site
from newsapp.accounts.log import record
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.lib.forms import AtMost, Form, stripped
from newsapp.lib.web import page

MOST_RULES = 10  # lines: more belong on a page of their own
MAX_RULES = 1000  # characters


class RulesForm(Form):
    """The rules in short, a line each."""

    rules = TextAreaField(
        "The rules in short, a line each",
        [AtMost(MAX_RULES)],
        [stripped],
    )

    def validate_rules(self, field: TextAreaField) -> None:
        if len(self.lines) > MOST_RULES:
            raise ValidationError(f"Write at most {MOST_RULES} rules; these are {len(self.lines)}.")

    @property
    def lines(self) -> list[str]:
        return [" ".join(line.split()) for line in (self.rules.data or "").splitlines() if line.strip()]


@bp.get("/rules")
def rules():
    kept = site.current(db.session()).comment_rules
    return _rules(RulesForm(formdata=None, rules=kept), is_done=request.args.get("done") == "kept")


@bp.post("/rules")
def keep_rules():
    """Keep what stands over the form for a comment."""
    if not me().can_edit:
        abort(403)
    form = RulesForm()
    if not form.validate():
        return _rules(form, status=422)
    paper, words = site.current(db.session()), "\n".join(form.lines)
    db.session.add(paper)
    if words != paper.comment_rules:
        paper.set(comment_rules=words)
        record("rules.set", "rules", me())
    db.session.commit()
    return redirect(url_for("desk.rules", done="kept"), 303)


def _rules(form: RulesForm, status: int = 200, is_done: bool = False) -> Response:
    return page(
        "desk/rules.html", fragment="rules", status=status, form=form, is_done=is_done, may_change=me().can_edit
    )
