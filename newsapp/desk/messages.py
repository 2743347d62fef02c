"""What visitors wrote to the newsroom: each message is done with once, by who reads for its role."""

from __future__ import annotations

from flask import Response, abort, redirect, request, url_for

from newsapp.contact import Message, Settled
from newsapp.contact.messages import OUTCOMES
from newsapp.db import db
from newsapp.desk.frame import bp, me, read_for
from newsapp.lib.text import whole_number
from newsapp.lib.web import page
from newsapp.site import ADDRESSEES

PER_PAGE = 50
LONGEST_SEARCH = 200
SHOWN = {"open": Message.open, "settled": Message.settled, "spam": Message.spam}


@bp.get("/messages")
def messages():
    return _messages()


@bp.post("/messages/<int(max=2147483647):message_id>")
def settle_message(message_id: int):
    """Note what became of a message, or let it wait again."""
    message = db.session.get(Message, message_id)
    if message is None or message.role not in read_for(me()):
        abort(404)
    act = request.form.get("act", "")
    if act != "reopen" and act not in OUTCOMES:
        return _messages(422, fault="Choose what became of it.")
    try:
        if act == "reopen":
            message.reopen(by=me())
        else:
            message.settle(act, by=me())
    except Settled:
        db.session.rollback()
        return _messages(409, fault="Somebody was quicker: this message is done with.")
    reference = message.reference
    db.session.commit()
    return redirect(url_for("desk.messages", done=f"{act}-{reference}"), 303)


def _messages(status: int = 200, *, fault: str = "") -> Response:
    asked = request.args if request.method == "GET" else {}
    show, to, words = asked.get("show", "open"), asked.get("to", ""), asked.get("q", "").strip()[:LONGEST_SEARCH]
    roles = read_for(me())
    if show not in SHOWN or (to and to not in roles):
        abort(404)
    query = SHOWN[show]([to] if to else roles)
    if words:
        query = query.where(Message.with_words(words))
    if before := whole_number(asked.get("before")):
        query = query.where(Message.id < before)
    found = db.session.scalars(query.limit(PER_PAGE + 1)).all()
    act, _, reference = asked.get("done", "")[:30].partition("-")
    return page(
        "desk/messages.html", fragment="messages", status=status, messages=found[:PER_PAGE], show=show, to=to, q=words, before=before,
        further=found[PER_PAGE - 1].id if len(found) > PER_PAGE else None, fault=fault, outcomes=OUTCOMES,
        roles=[(role, ADDRESSEES[role]) for role in roles], done=(act, reference) if act == "reopen" or act in OUTCOMES else None,
    )  # fmt: skip
