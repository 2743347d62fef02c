"""Newsletters and their subscribers at the desk: describing one, finding somebody, taking over and handing out lists."""

from __future__ import annotations

from flask import Response, make_response, request
from sqlalchemy import func, select
from wtforms import BooleanField, FileField, IntegerField, SelectChoice, SelectField, StringField, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, NumberRange, Optional, Regexp

from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.desk.stories import branches
from newsapp.layout import layout
from newsapp.lib import clock
from newsapp.lib.forms import AtMost, Form, plain
from newsapp.lib.text import whole_number
from newsapp.lib.web import lead_to, page
from newsapp.newsletter import digests, lists, subscribers
from newsapp.newsletter.digests import WEEKDAYS
from newsapp.newsletter.lists import WrongList
from newsapp.newsletter.subscribers import Newsletter, Subscriber, Subscription, Suppression

NEWSLETTERS, SUBSCRIBERS = "/desk/newsletters", "/desk/subscribers"
PER_PAGE = 50
_LIKE = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})
_ONE = "/newsletters/<int(max=2147483647):newsletter_id>"


class NewsletterForm(Form):
    """What readers are told of a newsletter before they subscribe."""

    name = StringField("Name", [DataRequired("Say what it is called."), AtMost(80)], [plain])
    description = TextAreaField("What stands in it", [AtMost(300)], [plain])
    frequency = StringField("How often", [AtMost(80)], [plain])
    position = IntegerField("Place among the others", [Optional(), NumberRange(0, 999, "A number up to 999.")])


class DigestForm(Form):
    """When a newsletter writes itself, and of what."""

    every = SelectField(
        "It writes itself",
        choices=[SelectChoice("", "No, somebody writes each issue"), SelectChoice("daily", "Every day"), *(SelectChoice(str(n), f"Every {day}") for n, day in enumerate(WEEKDAYS))],
    )  # fmt: skip
    at = StringField("At", [Regexp(r"([01]\d|2[0-3]):[0-5]\d", message="Write a time such as 06:30.")])
    section = SelectField("Of the new stories in", coerce=int)


class ImportForm(Form):
    """A list of those who have said yes elsewhere."""

    newsletter = SelectField("For which newsletter", coerce=int)
    file = FileField("CSV file")
    without_wrong = BooleanField("Leave out the lines that are wrong, and take over the others")
    sure = BooleanField("Each of them has said yes to this newsletter, and I can show it")


@bp.get("/newsletters")
def all_newsletters():
    return _newsletters(NewsletterForm(formdata=None))


@bp.post("/newsletters")
def add_newsletter():
    form = NewsletterForm()
    if not form.validate():
        return _newsletters(form, 422)
    subscribers.found_newsletter(form.name.data or "", form.description.data or "", form.frequency.data or "", me())
    db.session.commit()
    return lead_to(f"{NEWSLETTERS}?done=added")


@bp.get(_ONE, endpoint="one_newsletter")
def show_newsletter(newsletter_id: int):
    found = db.get_or_404(Newsletter, newsletter_id)
    return _one(found, NewsletterForm(formdata=None, obj=found))


@bp.post(_ONE)
def edit_newsletter(newsletter_id: int):
    found, form = db.get_or_404(Newsletter, newsletter_id), NewsletterForm()
    act = request.form.get("act", "save")
    if act in ("close", "reopen"):
        found.close(me()) if act == "close" else found.reopen(me())
        db.session.commit()
        return lead_to(f"{NEWSLETTERS}?done={act}")
    if not form.validate():
        return _one(found, form, 422)
    found.edit(form.name.data or "", form.description.data or "", form.frequency.data or "", form.position.data or 0)
    db.session.commit()
    return lead_to(f"{NEWSLETTERS}?done=saved")


@bp.post(f"{_ONE}/digest")
def set_digest(newsletter_id: int):
    """Let a newsletter write itself, or people write it again."""
    found = db.get_or_404(Newsletter, newsletter_id)
    form = _digest_form(found, ...)
    if not form.every.data:
        digests.stop_digest(found.id, me())
    elif form.validate():
        weekday = None if form.every.data == "daily" else int(form.every.data)
        digests.set_digest(found.id, weekday, form.at.data or "", form.section.data or None, me())
    else:
        return _one(found, NewsletterForm(formdata=None, obj=found), 422, form)
    db.session.commit()
    return lead_to(f"{NEWSLETTERS}/{found.id}?done=digest")


@bp.get("/subscribers", endpoint="subscribers")
def show_subscribers():
    return _subscribers(_import_form(None))


@bp.post("/subscribers/import")
def import_subscribers():
    """Take over a list: all of it, or nothing where a line is wrong, unless it was asked to leave such lines out."""
    form = _import_form(...)
    sent = request.files.get("file")
    if not form.validate() or sent is None or not sent.filename:
        form.file.errors = ["Choose a file."]
        return _subscribers(form, 422)
    if not form.sure.data:
        form.sure.errors = ["Tick this: who has not said yes must not be written to."]
        return _subscribers(form, 422)
    left_out: list[str] = []
    try:
        rows = lists.read(sent.read().decode("utf-8"))
    except UnicodeDecodeError:
        return _subscribers(form, 422, ["The file is not UTF-8. Save it as CSV UTF-8."])
    except WrongList as why:
        if not (form.without_wrong.data and why.rows):
            return _subscribers(form, 422, why.faults)
        rows, left_out = why.rows, why.faults
    n = subscribers.take_over(rows, db.session.get_one(Newsletter, form.newsletter.data), me())
    db.session.commit()
    if left_out:  # which lines these were is said once, here: the address would not hold it
        return _subscribers(_import_form(None), 200, left_out, taken=(n, len(rows)))
    return lead_to(f"{SUBSCRIBERS}?done=imported&n={n}&of={len(rows)}")


@bp.get("/subscribers/export.csv")
def export_subscribers():
    answer = make_response(lists.written())
    answer.content_type = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="subscribers-{clock.now():%Y-%m-%d}.csv"'
    return answer


@bp.post("/subscribers/<int(max=2147483647):subscriber_id>")
def change_subscriber(subscriber_id: int):
    """Stop all that comes to a mailbox, or write to one again that was suppressed."""
    who = db.get_or_404(Subscriber, subscriber_id)
    if request.form.get("act") == "lift":
        subscribers.lift(who.address, me())
        done = "lifted"
    else:
        for row in subscribers.subscriptions(who).values():
            if row.state == "confirmed":
                row.end("Asked the newsroom")
        done = "ended"
    db.session.commit()
    return lead_to(f"{SUBSCRIBERS}?q={who.address}&done={done}")


# Helpers


def _counts() -> dict[int, dict[str, int]]:
    got = func.count(Subscription.id).filter(Subscription.confirmed_at.is_not(None), Subscription.ended_at.is_(None))
    asked = func.count(Subscription.id).filter(Subscription.confirmed_at.is_(None), Subscription.ended_at.is_(None))
    left = func.count(Subscription.id).filter(Subscription.ended_at.is_not(None))
    rows = db.session.execute(select(Subscription.newsletter_id, got, asked, left).group_by(Subscription.newsletter_id))
    return {row[0]: {"got": row[1], "asked": row[2], "left": row[3]} for row in rows}


def _newsletters(form: NewsletterForm, status: int = 200) -> Response:
    return page(
        "desk/newsletters.html", status=status, form=form, newsletters=db.session.scalars(Newsletter.in_order()).all(),
        numbers=_counts(), done=request.args.get("done"),
    )  # fmt: skip


def _one(found: Newsletter, form: NewsletterForm, status: int = 200, digest: DigestForm | None = None) -> Response:
    rule = digests.digest_of(found.id)
    return page(
        "desk/newsletter-one.html", status=status, newsletter=found, form=form, digest=digest or _digest_form(found, None),
        next=rule.next(clock.now(), layout().site.timezone) if rule else None, zone=str(layout().site.timezone), done=request.args.get("done"),
    )  # fmt: skip


def _digest_form(found: Newsletter, formdata: object) -> DigestForm:
    if formdata is ...:
        form = DigestForm()
    else:
        rule = digests.digest_of(found.id)
        every = "" if rule is None else "daily" if rule.weekday is None else str(rule.weekday)
        said = {"every": every, "at": rule.at if rule else "06:30", "section": (rule.section_id if rule else None) or 0}
        form = DigestForm(formdata=None, data=said)
    form.section.choices = [
        SelectChoice(0, "The whole paper"),
        *(SelectChoice(branch.id, label) for branch, label in branches()),
    ]
    return form


def _import_form(formdata: object) -> ImportForm:
    form = ImportForm() if formdata is ... else ImportForm(formdata=None)
    form.newsletter.choices = [(one.id, one.name) for one in db.session.scalars(Newsletter.in_order())]
    return form


def _subscribers(
    form: ImportForm, status: int = 200, faults: list[str] | None = None, *, taken: tuple[int, int] | None = None
) -> Response:
    words, after = plain(request.args.get("q")).lower()[:254], whole_number(request.args.get("after", ""))
    query = select(Subscriber).order_by(Subscriber.id)
    if words:
        query = query.where(Subscriber.address.like(f"%{words.translate(_LIKE)}%", escape="\\"))
    if after:
        query = query.where(Subscriber.id > after)
    found = db.session.scalars(query.limit(PER_PAGE + 1)).all()
    shown = found[:PER_PAGE]
    names = {one.id: one.name for one in db.session.scalars(Newsletter.in_order())}
    theirs: dict[int, list[Subscription]] = {}
    for row in db.session.scalars(
        select(Subscription).where(Subscription.subscriber_id.in_([one.id for one in shown]))
    ):
        theirs.setdefault(row.subscriber_id, []).append(row)
    stopped = select(Suppression).where(Suppression.address.in_([one.address for one in shown]))
    return page(
        "desk/subscribers.html", status=status, form=form, faults=faults or [], taken=taken, shown=shown, theirs=theirs, names=names,
        suppressed={row.address: row.reason for row in db.session.scalars(stopped)}, words=words, is_first=not after,
        older=shown[-1].id if len(found) > PER_PAGE else None, done=request.args.get("done"), args=request.args,
        total=db.session.scalar(select(func.count()).select_from(Subscriber)),
    )  # fmt: skip
