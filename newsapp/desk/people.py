"""People who comment, as the moderators see them: what they wrote, what was done about them, notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import Response, abort, redirect, request
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, RadioField, SelectChoice, StringField, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from newsapp import comments
from newsapp.accounts import Account
from newsapp.comments import Comment, Measure, NotAllowed, PersonNote, Sanction
from newsapp.db import db
from newsapp.desk import queue as lists
from newsapp.desk.comments import forms, outcome, with_told
from newsapp.desk.frame import bp, me
from newsapp.desk.queue import SHORT
from newsapp.layout import layout
from newsapp.lib import clock
from newsapp.lib.addresses import mailbox
from newsapp.lib.forms import AtMost, Form, stripped
from newsapp.lib.text import whole_number
from newsapp.lib.web import lead_to, own_path, page

MEASURES = {
    Measure.WARN: "Warn: they are told so on the site, nothing else",
    Measure.PREMODERATE: "Read first: everything waits for a moderator",
    Measure.SUSPEND: "Suspend: no comments until the day you choose",
    Measure.BAN: "Ban: no comments any more",
}
ENDS = (Measure.PREMODERATE, Measure.SUSPEND)  # what can have an end
LONGEST = timedelta(days=3650)
MOST_CLEARED = 100  # waiting comments of a person that one ban marks as spam


@dataclass(frozen=True)
class Person:
    """Somebody who comments: an account, or a guest with a mail address or without."""

    key: str  # in the desk's addresses
    name: str
    account: Account | None = None
    email: str | None = None  # a guest's

    @property
    def url(self) -> str:
        return f"/desk/comments/people/{self.key}"

    @property
    def is_out_of_reach(self) -> str:
        """Say why nothing can be done about the person here, if so."""
        if self.account is not None and self.account.is_newsroom:
            return "This is somebody of the newsroom. An administrator looks after its accounts."
        if self.account is None and not self.email:
            return "A guest who left no address cannot be told from others."
        return ""


class MeasureForm(Form):
    """What is to be done about a person."""

    measure = RadioField(
        "What is to be done",
        choices=[SelectChoice(key, words) for key, words in MEASURES.items()],
        validators=[InputRequired("Choose what is to be done.")],
    )
    reason = TextAreaField(
        "Reason, for the person to read", filters=[stripped],
        validators=[DataRequired("Write why; the person reads it."), AtMost(500)],
    )  # fmt: skip
    until = DateField("Until the end of", validators=[Optional()])
    clear = BooleanField("Mark what waits of this person as spam")

    def validate_until(self, field: DateField) -> None:
        if self.measure.data not in ENDS:
            field.data = None  # it was chosen for another measure, whose field is not seen any more
        if field.data is not None and not clock.now().date() <= field.data <= (clock.now() + LONGEST).date():
            raise ValidationError("Choose a day from today on.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the form; that a suspension needs its day cannot be said by a field that may be empty."""
        is_whole: bool = super().validate(extra_validators)
        if self.measure.data == Measure.SUSPEND and self.until.data is None and not self.until.errors:
            self.until.errors = ["A suspension ends on a day. Choose one, or ban."]
            return False
        return is_whole

    @property
    def ends_at(self) -> datetime | None:
        """Give the end of the chosen day, as the newsroom's clocks have it."""
        if self.until.data is None:
            return None
        tomorrow = self.until.data + timedelta(days=1)
        return datetime.combine(tomorrow, time(), layout().site.timezone).astimezone(UTC)


class NoteForm(Form):
    """A note of one moderator's to the others."""

    words = StringField(
        "Note for the other moderators", filters=[stripped],
        validators=[DataRequired("Write something first."), AtMost(1000)],
    )  # fmt: skip


@bp.get("/comments/people/<who>")
def person(who: str):
    return _show(_person(who))


@bp.get("/comments/people/<who>/sanction")
def sanction_form(who: str):
    """Ask what is to be done; ``?measure=`` chooses beforehand, for a button that names it."""
    asked = request.args.get("measure")
    return _ask(_person(who), MeasureForm(formdata=None, measure=asked if asked in MEASURES else None))


@bp.post("/comments/people/<who>/sanction")
def sanction(who: str):
    """Warn a person, read them first, suspend or ban them."""
    found, form = _person(who), MeasureForm()
    if found.is_out_of_reach:
        abort(403)
    if not form.validate():
        return _ask(found, form, 422)
    try:
        _measure(found, form)
    except NotAllowed as why:
        form.measure.errors = [str(why)]
        return _ask(found, form, 422)
    if form.clear.data and form.measure.data != Measure.WARN:
        waits = _theirs(found).where(Comment.held_at.is_not(None), Comment.deleted_at.is_(None))
        for comment in db.session.scalars(waits.limit(MOST_CLEARED)):
            comment.spam(me())
    db.session.commit()
    told = form.measure.data if found.account is not None else f"{form.measure.data}-guest"
    return lead_to(with_told(_came_from(found), told))


@bp.post("/comments/people/<who>/note")
def write_note(who: str):
    found, form = _person(who), NoteForm()
    if not form.validate():
        return _show(found, form, 422)
    comments.note(form.words.data or "", by=me(), account=found.account, email=found.email)
    db.session.commit()
    return redirect(f"{found.url}#notes", 303)


@bp.post("/comments/people/<who>/notes/<int(max=2147483647):note_id>/remove")
def remove_note(who: str, note_id: int):
    found = _person(who)
    note = db.session.scalar(PersonNote.on(found.account, found.email).where(PersonNote.id == note_id))
    if note is not None:
        note.remove(me())
        db.session.commit()
    return redirect(f"{found.url}#notes", 303)


@bp.post("/comments/people/<who>/sanctions/<int(max=2147483647):sanction_id>/lift")
def lift(who: str, sanction_id: int):
    found = _person(who)
    made = db.session.scalar(Sanction.history_of(found.account, found.email).where(Sanction.id == sanction_id))
    if made is not None and made.lifted_at is None:
        made.lift(me())
        db.session.commit()
    return redirect(with_told(_came_from(found), "lifted" if found.account else "lifted-guest"), 303)


# Helpers


def _measure(found: Person, form: MeasureForm) -> None:
    """Do what the form says about the person.

    Raises:
        NotAllowed: a guest cannot be warned.
    """
    by, reason, until, account, email = me(), form.reason.data or "", form.ends_at, found.account, found.email
    measure = Measure(form.measure.data)
    if measure is Measure.WARN:
        if account is None:
            raise NotAllowed("A guest cannot be warned: there is no account that reads it.")
        comments.warn(by=by, reason=reason, account=account)
    elif measure is Measure.PREMODERATE:
        comments.premoderate(by=by, reason=reason, account=account, email=email, until=until)
    elif measure is Measure.SUSPEND:
        assert until is not None  # as the form has seen to
        comments.suspend(by=by, reason=reason, account=account, email=email, until=until)
    else:
        comments.ban(by=by, reason=reason, account=account, email=email)


def _person(who: str) -> Person:
    """Find somebody by their account, by a comment that they wrote as a guest, or by what was done about them."""
    kind, _, said = who.rpartition("-")
    id_ = whole_number(said)
    if id_ is None or kind not in ("", "guest", "sanction"):
        abort(404)
    if kind == "guest":
        comment = db.get_or_404(Comment, id_)
        if comment.account is not None:
            return _account(comment.account)
        return Person(who, comment.guest_name or "A guest", email=comment.guest_email)
    if kind == "sanction":
        made = db.get_or_404(Sanction, id_)
        if made.account_id:
            return _account(db.session.get_one(Account, made.account_id))
        last = db.session.scalar(
            select(Comment.guest_name).where(Comment.mailbox == made.email).order_by(Comment.posted_at.desc()).limit(1)
        )
        return Person(who, last or "A guest", email=made.email)
    return _account(db.get_or_404(Account, id_))


def _account(account: Account) -> Person:
    return Person(str(account.id), account.name, account)


def _theirs(found: Person):
    """Select what the person wrote."""
    if found.account is not None:
        return select(Comment).where(Comment.account_id == found.account.id)
    return select(Comment).where(Comment.mailbox == mailbox(found.email or ""), Comment.account_id.is_(None))


def _show(found: Person, form: NoteForm | None = None, status: int = 200) -> Response:
    history = db.session.scalars(Sanction.history_of(found.account, found.email)).all()
    notes = db.session.scalars(PersonNote.on(found.account, found.email)).all()
    shown, tally = lists.Listed([]), lists.Tally()
    if found.account is not None or found.email:
        shown = _written(found)
        column, key = (
            (Comment.account_id, found.account.id) if found.account else (Comment.mailbox, mailbox(found.email or ""))
        )
        tally = lists.tallies(column, [key]).get(key, tally)
    elif found.key.startswith("guest-"):
        shown = lists.Listed(lists.rows([db.session.get_one(Comment, whole_number(found.key.removeprefix("guest-")))]))
    people = {one for made in (*history,) for one in (made.begun_by_id, made.lifted_by_id)} | {
        n.written_by_id for n in notes
    }
    return page(
        "desk/person.html",
        fragment="queue",
        status=status,
        person=found,
        tally=tally,
        sanctions=history,
        short=SHORT,
        notes=notes,
        names=lists.names(people),
        form=form or NoteForm(formdata=None),
        rows=shown.rows,
        older=shown.older,
        now=clock.now(),
        fault="",
        kept=MultiDict(),
        **forms(),
        **outcome(request.args),
    )


def _written(found: Person) -> lists.Listed:
    """Give a page of what the person wrote, the newest first."""
    tab = lists.Tab("person", "", "", Comment.id > 0, (Comment.posted_at, Comment.id))
    after = tab.read_mark(request.args.get("after", ""))
    theirs = tab.query(after)
    of = Comment.account_id == found.account.id if found.account else Comment.mailbox == mailbox(found.email or "")
    return lists.listed(theirs.where(of), tab.mark)


def _ask(found: Person, form: MeasureForm, status: int = 200) -> Response:
    return page(
        "desk/sanction.html", fragment="sanction", status=status, person=found, form=form, back=_came_from(found),
        guests_only=found.account is None,
    )  # fmt: skip


def _came_from(found: Person) -> str:
    """Give the page of the desk that the question was asked on."""
    said = own_path(request.form.get("back") or request.args.get("back"), found.url)
    return said if said.startswith("/desk/") else found.url
