"""The letters about what readers have told the newsroom.

A visitor's words go to the newsroom's own address and to nobody else: anybody can type anybody's address.
"""

from __future__ import annotations

from dataclasses import replace

from flask import current_app

from newsapp import outbox
from newsapp.contact.models import ErrorReport
from newsapp.db import db
from newsapp.outbox import Letter, Mail


def to_the_newsroom(report: ErrorReport) -> Mail | None:
    """Tell the address for corrections, where there is one, of a report. The caller commits."""
    address: str = current_app.config["CORRECTIONS_TO"]
    if not address or report.finding:
        return None
    return outbox.post("error-reported", address, about={"report": report.id})


@outbox.composes("error-reported")
def _reported(mail: Mail) -> Letter | None:
    report = db.session.get(ErrorReport, mail.about["report"])
    if report is None or report.settled_at is not None:
        return None
    base: str = current_app.config["BASE_URL"]
    letter = outbox.render("error-reported", report=report, queue=f"{base}/desk/reports#{report.reference}")
    return replace(letter, headers={"Reply-To": report.email}) if report.email else letter


@outbox.composes("error-settled")
def _settled(mail: Mail) -> Letter | None:
    report = db.session.get(ErrorReport, mail.about["report"])
    if report is None or report.settled_at is None:
        return None
    base: str = current_app.config["BASE_URL"]
    is_public = report.article.is_public(report.settled_at)
    return outbox.render("error-settled", report=report, link=f"{base}{report.article.url}" if is_public else "")
