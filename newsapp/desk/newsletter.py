"""Newsletters at the desk: writing an issue, seeing it before it leaves, watching it leave, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from flask import Response, make_response, request
from sqlalchemy import func, select
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from newsapp import newsletter
from newsapp.articles import Card
from newsapp.articles.lists import in_order, newest
from newsapp.db import db
from newsapp.desk.frame import NEWSLETTER, bp, me, sees_addresses
from newsapp.layout import layout
from newsapp.lib import clock
from newsapp.lib.forms import AtMost, Form, plain
from newsapp.lib.text import whole_number
from newsapp.lib.web import CONTENT_SECURITY_POLICY, lead_to, page
from newsapp.newsletter import CannotChange, Delivery, Issue, Progress, Returned
from newsapp.outbox import Letter, Mail
from newsapp.search import Filters, index, parse

PER_PAGE = 30
OFFERED = 12  # stories to choose from at a time
LISTED = 50  # letters of each kind on the page of what went wrong
# The one exception to the site's policy: a letter has its style in itself. Nothing in it runs, and only the desk frames it.
LETTER_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'"
FRAMING_POLICY = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
_ISSUE = "/newsletter/<int(max=2147483647):issue_id>"


class NewIssueForm(Form):
    """What an issue is begun with."""

    newsletter = SelectField("Newsletter", coerce=int)
    subject = StringField("Subject", [DataRequired("Write a subject."), AtMost(150)], [plain])


class IssueForm(Form):
    """What stands in an issue."""

    subject = StringField("Subject", [DataRequired("Write a subject."), AtMost(150)], [plain])
    introduction = TextAreaField("Introduction", [AtMost(5000)], [plain])
    send_at = StringField("Day and time")


@dataclass(frozen=True)
class Row:
    """An issue in the list."""

    issue: Issue
    name: str  # the newsletter's
    progress: Progress | None


@bp.get("/newsletter")
def issues():
    """Show the issues, the newest first."""
    return _issues(_new_form(None))


@bp.post("/newsletter")
def begin_issue():
    form = _new_form()
    if not form.validate():
        return _issues(form, 422)
    issue = newsletter.begin(form.newsletter.data, form.subject.data or "", me())
    db.session.commit()
    return lead_to(issue.desk_url)


@bp.get(_ISSUE)
def issue(issue_id: int):
    """Show an issue: to be written, or on its way."""
    found = db.get_or_404(Issue, issue_id)
    return _issue(found, IssueForm(formdata=None, obj=found, data={"send_at": _local(found.send_at)}))


@bp.post(_ISSUE, endpoint="change_issue")
def change(issue_id: int):
    """Keep what stands in an issue, and do what the button says; nothing that was typed is lost."""
    found = db.get_or_404(Issue, issue_id, with_for_update=True)
    act, _, which = request.form.get("act", "save").partition(":")
    if act in ("pause", "go-on", "stop"):
        try:
            if act == "stop":
                found.call_off(me())
            else:
                found.pause("Somebody at the desk stopped it.", me()) if act == "pause" else found.go_on(me())
        except CannotChange as fault:  # it has begun to leave meanwhile
            db.session.rollback()
            return _as_it_is(issue_id, str(fault))
        db.session.commit()
        return lead_to(f"{found.desk_url}")
    form = IssueForm()
    if not form.validate():
        return _issue(found, form, 422)
    try:
        found.write(
            form.subject.data or "", form.introduction.data or "", _moved(_chosen(), act, whole_number(which) or 0)
        )
        done = _do(found, act, form)
    except CannotChange as fault:
        db.session.rollback()
        return _issue(db.get_or_404(Issue, issue_id), form, 422, str(fault))
    db.session.commit()
    words = plain(request.form.get("q"))[:200]
    place = "#stories-h" if act in ("find", "add", "remove", "up", "down") or "order" in request.form else ""
    return lead_to(f"{found.desk_url}?done={done}" + (f"&q={quote(words)}" if words else "") + place)


@bp.post(f"{_ISSUE}/send", endpoint="send_issue")
def send(issue_id: int):
    """Send an issue to everybody, after the question whether one is sure."""
    found = db.get_or_404(Issue, issue_id, with_for_update=True)
    try:
        found.schedule(clock.now(), me())
    except CannotChange as fault:
        db.session.rollback()
        return _as_it_is(issue_id, str(fault))
    db.session.commit()
    return lead_to(f"{found.desk_url}?done=sending")


@bp.post(f"{_ISSUE}/drop", endpoint="drop_issue")
def drop(issue_id: int):
    """Throw an issue away that has not left, after the question whether one is sure."""
    found = db.get_or_404(Issue, issue_id, with_for_update=True)
    try:
        found.drop()
    except CannotChange as fault:
        db.session.rollback()
        return _as_it_is(issue_id, str(fault))
    db.session.commit()
    return lead_to(f"{NEWSLETTER}?done=dropped")


@bp.get(f"{_ISSUE}/preview", endpoint="preview_issue")
def preview(issue_id: int):
    """Show an issue as mail programs will: on a wide and on a narrow screen, and as plain text."""
    found = db.get_or_404(Issue, issue_id)
    letter = _letter(found)
    response = page("desk/newsletter-preview.html", issue=found, text=letter.text, kilobytes=len(letter.html.encode()) // 1000 + 1)  # fmt: skip
    response.headers["Content-Security-Policy"] = FRAMING_POLICY
    return response


@bp.get(f"{_ISSUE}/letter", endpoint="letter_of_issue")
def letter(issue_id: int):
    """Give the letter itself, for the preview's frames."""
    response = make_response(_letter(db.get_or_404(Issue, issue_id)).html)
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


@bp.get("/newsletter/queue", endpoint="mail_queue")
def queue():
    """Show what waits, what went wrong and what came back, of newsletters and of all other mail."""
    now = clock.now()
    count = select(func.count())
    return page(
        "desk/newsletter-queue.html", fragment="queue",
        going=[_row(one) for one in db.session.scalars(Issue.newest().where(Issue.begun_at.is_not(None), Issue.finished_at.is_(None)))],
        unsure=db.session.scalars(Delivery.unsure().limit(LISTED)).all(),
        failed=db.session.scalars(select(Delivery).where(Delivery.failed_at.is_not(None)).order_by(Delivery.id.desc()).limit(LISTED)).all(),
        returned=db.session.scalars(Returned.unclear().limit(LISTED)).all(),
        waiting=db.session.scalar(count.where(Mail.next_try_at.is_not(None), Mail.tries == 0)) or 0,
        retried=db.session.scalars(select(Mail).where(Mail.next_try_at > now, Mail.tries > 0).order_by(Mail.next_try_at, Mail.id).limit(LISTED)).all(),
        given_up=db.session.scalars(select(Mail).where(Mail.failed_at.is_not(None)).order_by(Mail.id.desc()).limit(LISTED)).all(),
        shown=_shown,
    )  # fmt: skip


@bp.post("/newsletter/deliveries/<int(max=2147483647):delivery_id>", endpoint="settle_delivery")
def settle_delivery(delivery_id: int):
    """Say what becomes of an unsure or failed delivery."""
    found = db.get_or_404(Delivery, delivery_id, with_for_update=True)
    if request.form.get("act") == "again":
        found.send_again(me())
    else:
        found.let_be(me())
    db.session.commit()
    return lead_to(f"{NEWSLETTER}/queue")


@bp.post("/newsletter/returned/<int(max=2147483647):returned_id>", endpoint="settle_returned")
def settle_returned(returned_id: int):
    """Say what a returned letter meant."""
    found = db.get_or_404(Returned, returned_id, with_for_update=True)
    found.settle(request.form.get("act") == "suppress", me())
    db.session.commit()
    return lead_to(f"{NEWSLETTER}/queue")


@bp.post("/newsletter/mail/<int(max=2147483647):mail_id>", endpoint="retry_mail")
def retry_mail(mail_id: int):
    """Try a letter that waits for its next try now."""
    found = db.get_or_404(Mail, mail_id, with_for_update=True)
    if found.try_now():
        db.session.commit()
    return lead_to(f"{NEWSLETTER}/queue")


# Helpers


def _do(found: Issue, act: str, form: IssueForm) -> str:
    if act == "ask-send" and not (found.stories or found.introduction):
        raise CannotChange("Nothing stands in it yet.")
    if act in ("ask-send", "ask-drop"):
        return act
    if act == "schedule":
        at = _moment(form.send_at.data or "")
        if at is None or at <= clock.now():
            raise CannotChange("Give a day and a time that are to come.")
        found.schedule(at, me())
        return "scheduled"
    if act == "call-off":
        found.call_off(me())
    elif act == "test":
        newsletter.send_trial(found, me().email)
        return "tested"
    return "saved"


def _as_it_is(issue_id: int, fault: str) -> Response:
    found = db.get_or_404(Issue, issue_id)
    return _issue(found, IssueForm(formdata=None, obj=found, data={"send_at": _local(found.send_at)}), 422, fault)


def _chosen() -> list[int]:
    return [n for one in request.form.getlist("story") if (n := whole_number(one)) is not None][: newsletter.MOST_STORIES]  # fmt: skip


def _moved(stories: list[int], act: str, which: int) -> list[int]:
    """Give the stories as a press of one of their buttons leaves them."""
    stories = list(dict.fromkeys(stories))
    if act == "add" and which not in stories:
        return [*stories, which]
    if which not in stories:
        return stories
    place = stories.index(which)
    if act == "remove":
        del stories[place]
    elif act in ("up", "down"):
        stories.insert(max(0, place + (-1 if act == "up" else 1)), stories.pop(place))
    return stories


def _new_form(formdata: object = ...) -> NewIssueForm:
    form = NewIssueForm() if formdata is ... else NewIssueForm(formdata=None)
    form.newsletter.choices = [(one.id, one.name) for one in newsletter.audience().newsletters()]
    return form


def _issues(form: NewIssueForm, status: int = 200) -> Response:
    before = whole_number(request.args.get("before", ""))
    query = Issue.newest() if before is None else Issue.newest().where(Issue.id < before)
    found = db.session.scalars(query.limit(PER_PAGE + 1)).all()
    return page(
        "desk/newsletter.html", status=status, form=form, rows=[_row(one) for one in found[:PER_PAGE]],
        older=found[PER_PAGE - 1].id if len(found) > PER_PAGE else None, is_first=before is None, done=request.args.get("done"),
    )  # fmt: skip


def _row(found: Issue) -> Row:
    about = newsletter.named(found.newsletter_id)
    return Row(found, about.name if about else "Gone", newsletter.progress(found) if found.begun_at else None)


def _issue(found: Issue, form: IssueForm, status: int = 200, fault: str = "") -> Response:
    words = plain(request.args.get("q"))[:200]
    asked = _moved(_chosen(), "", 0) if request.form.getlist("subject") else list(found.stories)
    chosen = in_order(db.session(), asked)
    return page(
        "desk/newsletter-issue.html", fragment="progress", status=status, issue=found, form=form, fault=fault, stories=chosen,
        offered=[one for one in _offered(words) if one.id not in asked] if found.is_open else [], words=words,
        row=_row(found), receivers=newsletter.audience().count(found.newsletter_id) if found.is_open else 0,
        done=request.args.get("done"), now=clock.now(), zone=str(layout().site.timezone),
    )  # fmt: skip


def _offered(words: str) -> list[Card]:
    """Give public stories to choose from: with certain words, or the newest."""
    if not words:
        return newest(db.session(), "all", OFFERED)
    hits = index(db.session()).query(parse(words), Filters(), "newest", 1)
    return in_order(db.session(), hits.ids[:OFFERED])


def _letter(found: Issue) -> Letter:
    """Give the letter as whoever looks at it would get it, with links that stop nothing."""
    return newsletter.shown_to(Letter(found.subject, found.text, found.html) if found.begun_at else newsletter.compose(found), me().email)  # fmt: skip


def _local(at: datetime | None) -> str:
    return f"{at.astimezone(layout().site.timezone):%Y-%m-%dT%H:%M}" if at else ""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=layout().site.timezone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _shown(address: str) -> str:
    """Give a mail address to who may see it; to others, enough to tell two apart."""
    box, _, host = address.partition("@")
    return address if sees_addresses() or not host else f"{box[:1]}…@{host}"
