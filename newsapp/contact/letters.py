"""The letters about what readers have told the newsroom.

A visitor's words go to the newsroom's own addresses and to nobody else: anybody can type anybody's address.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import current_app

from newsapp import outbox
from newsapp.contact.messages import Message
from newsapp.contact.models import ErrorReport
from newsapp.db import db
from newsapp.lib import clock
from newsapp.outbox import Letter, Mail
from newsapp.site import CORRECTIONS, TIPS, addressees

RECEIPTS_A_DAY = 3  # to one address: anybody can type anybody's


def to_the_newsroom(report: ErrorReport) -> Mail | None:
    """Tell the address for corrections, where there is one, of a report. The caller commits."""
    address = addressees().get(CORRECTIONS)
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


def of_message(message: Message) -> Mail | None:
    """Send a message to the address of its role. The caller commits."""
    address = addressees().get(message.role)
    if not address or message.finding:
        return None
    return outbox.post("message", address, about={"message": message.id})


def receipt(message: Message) -> Mail | None:
    """Tell who wrote that the message is here, where they left an address. The caller commits.

    A tip has none: a letter in a mailbox shows others who wrote to us.
    """
    if not message.email or message.finding or message.role == TIPS:
        return None
    if outbox.count_written("message-received", message.email, clock.now() - timedelta(days=1)) >= RECEIPTS_A_DAY:
        return None
    return outbox.post("message-received", message.email, about={"message": message.id})


@outbox.composes("message")
def _message(mail: Mail) -> Letter | None:
    message = db.session.get(Message, mail.about["message"])
    if message is None or message.settled_at is not None:
        return None
    base: str = current_app.config["BASE_URL"]
    is_tip = message.role == TIPS  # its words do not leave the desk
    desk = f"{base}/desk/messages?to={message.role}#{message.reference}"
    letter = outbox.render("message", message=message, is_tip=is_tip, desk=desk)
    return replace(letter, headers={"Reply-To": message.email}) if message.email and not is_tip else letter


@outbox.composes("message-received")
def _received(mail: Mail) -> Letter | None:
    message = db.session.get(Message, mail.about["message"])
    if message is None or message.email != mail.address:
        return None
    return outbox.render("message-received", message=message)


@outbox.composes("error-settled")
def _settled(mail: Mail) -> Letter | None:
    report = db.session.get(ErrorReport, mail.about["report"])
    if report is None or report.settled_at is None:
        return None
    base: str = current_app.config["BASE_URL"]
    is_public = report.article.is_public(report.settled_at)
    return outbox.render("error-settled", report=report, link=f"{base}{report.article.url}" if is_public else "")
