"""The corrections queue: errors that readers found, each answered once."""

from __future__ import annotations

from flask import Response, abort, redirect, request, url_for
from wtforms import RadioField, SelectChoice, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import InputRequired

from newsapp.contact import OUTCOMES, ErrorReport, Settled
from newsapp.contact.models import MAX_WORDS
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.lib.forms import AtMost, Form, plain
from newsapp.lib.text import whole_number
from newsapp.lib.web import page

PER_PAGE = 50
SHOWN = {"open": ErrorReport.open, "settled": ErrorReport.settled, "suspected": ErrorReport.suspected}


class SettleForm(Form):
    """What became of a report."""

    outcome = RadioField(
        "What became of it?",
        [InputRequired("Choose what became of it.")],
        choices=[
            SelectChoice(key, words)
            for key, words in zip(OUTCOMES, ("Corrected", "Nothing to correct", "Already corrected"), strict=True)
        ],
    )
    answer = TextAreaField(
        "A sentence to who reported it",
        [AtMost(MAX_WORDS)],
        [plain],
    )


@bp.get("/reports")
def reports():
    return _reports()


@bp.post("/reports/<int(max=2147483647):report_id>")
def settle(report_id: int):
    """Answer a report."""
    report = db.session.get(ErrorReport, report_id)
    if report is None:
        abort(404)
    form = SettleForm()
    if not form.validate():
        return _reports(422, report_id, form)
    try:
        report.settle(form.outcome.data, form.answer.data or "", by=me())
    except Settled:
        db.session.rollback()
        return _reports(409, report_id, form, fault="Somebody was quicker: this report has its answer.")
    db.session.commit()
    return redirect(url_for("desk.reports", done=report.reference), 303)


def _reports(
    status: int = 200, answered: int | None = None, form: SettleForm | None = None, fault: str = ""
) -> Response:
    show = request.args.get("show", "open")
    if show not in SHOWN:
        abort(404)
    query = SHOWN[show]()
    number = whole_number(request.args.get("page"), 1000) or 1
    found = db.session.scalars(query.limit(PER_PAGE + 1).offset((number - 1) * PER_PAGE)).all()
    return page(
        "desk/reports.html", fragment="reports", status=status, reports=found[:PER_PAGE], show=show, number=number,
        has_more=len(found) > PER_PAGE, answered=answered, form=form, fault=fault, outcomes=SettleForm(formdata=None).outcome.choices,
        done=request.args.get("done", "")[:20],
    )  # fmt: skip
