"""Where a story goes: to review and back, before readers now or at a time, and away from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, request
from wtforms import BooleanField, RadioField, SelectChoice, StringField, TextAreaField, ValidationError  # type: ignore[attr-defined]

from newsapp.articles import Article, drafting, preview, releasing
from newsapp.articles.compare import compare
from newsapp.articles.documents import NotWhole, document_of, printed_story
from newsapp.articles.drafting import SavedMeanwhile
from newsapp.articles.proofs import given_for, proof
from newsapp.articles.releasing import CannotRelease, Embargoed, WaitingChange
from newsapp.articles.versions import CLASSES
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.desk.state import state_of
from newsapp.desk.stories import branches, must_release, story
from newsapp.layout import layout
from newsapp.lib import clock
from newsapp.lib.forms import AtMost, Form, plain
from newsapp.lib.text import whole_number
from newsapp.lib.web import lead_to, page

# What each class means, where one chooses.
MEANS = {
    "minor": "Spelling, punctuation, a link. It stands in the public history.",
    "update": "Something new. The story says “Updated”, and its log has your line.",
    "clarification": "It was right and could be misunderstood. A notice stands under the story.",
    "correction": "Something was wrong. A notice stands under the story, and on the page of corrections.",
}


class Local(StringField):
    """A moment in the newsroom's zone, as a browser's field writes it."""

    moment: datetime | None = None

    def pre_validate(self, form: Any) -> None:
        self.moment = None
        if not (self.data or "").strip():
            return
        try:
            local = datetime.fromisoformat(str(self.data).strip())
        except ValueError:
            raise ValidationError("Write a day and a time, such as 2026-03-14 16:30.") from None
        try:
            self.moment = (local if local.tzinfo else local.replace(tzinfo=layout().site.timezone)).astimezone(
                clock.now().tzinfo
            )
        except OverflowError:
            raise ValidationError("That is no time that a story could be published at.") from None


class ReleaseForm(Form):
    """How a story is put before readers."""

    when = RadioField("When", choices=[SelectChoice("now", "Now"), SelectChoice("at", "At a time")], default="now")
    at = Local("Day and time")
    kind = RadioField(
        "What kind of change it is", choices=[SelectChoice(key, CLASSES[key]) for key in MEANS], validate_choice=False
    )
    reason = StringField("What was changed, and why, in a line", [AtMost(300)], [plain])
    notice = TextAreaField("The notice under the story", [AtMost(5000)], [plain])
    despite = BooleanField("Publish it before the embargo ends")

    def validate_notice(self, field: TextAreaField) -> None:
        if field.data and self.kind.data in MEANS and self.kind.data not in ("correction", "clarification"):
            raise ValidationError(
                "A notice stands under the story only with a correction or a clarification. Choose one of these, or empty this."
            )

    def validate_when(self, field: RadioField) -> None:
        """Ask what is meant: with a time beside it, “Now” is what nobody has chosen, and public cannot be taken back."""
        if field.data == "now" and self.at.data:
            raise ValidationError(
                "A day and a time are written below. Choose “At a time”, or empty them to have it now."
            )

    def validate_at(self, field: Local) -> None:
        if self.when.data == "at" and not field.moment:
            raise ValidationError("Say when.")
        if self.when.data == "at" and field.moment and field.moment <= clock.now():
            raise ValidationError("That time has passed. Publish it now, or choose a later one.")


class ReasonForm(Form):
    """A reason in words."""

    reason = TextAreaField("Reason", [AtMost(1000)], [plain])


class NoteForm(Form):
    """Words for a colleague."""

    note = TextAreaField(
        "For whoever reads it, if there is something to say", [AtMost(1000)], [plain]
    )  # fmt: skip


class TimeForm(Form):
    """A time, perhaps with words."""

    at = Local("Day and time")
    note = StringField("Note", [AtMost(300)], [plain])


@bp.get("/articles/<int(max=2147483647):article_id>/release", endpoint="release_form")
def show_release(article_id: int):
    article = story(article_id)
    must_release()
    return _release(article, ReleaseForm(formdata=None))


@bp.post("/articles/<int(max=2147483647):article_id>/release")
def release(article_id: int):
    """Publish a story, or release a change of one that is public."""
    article = story(article_id)
    must_release()
    form = ReleaseForm()
    if not form.validate():
        return _release(article, form, 422)
    try:
        made = releasing.release(
            article, me(), form.kind.data or "", form.reason.data or "", _paragraph(form.notice.data or ""),
            form.at.moment if form.when.data == "at" else None, number=whole_number(request.form.get("number")) or 0,
            despite_embargo=bool(form.despite.data),
        )  # fmt: skip
    except SavedMeanwhile:
        return _again(
            article_id,
            form,
            "Somebody has saved meanwhile. What would be released now is below: look at it again.",
            409,
        )
    except Embargoed:
        return _again(
            article_id,
            form,
            "The embargo has not ended. Say that you publish it all the same, or choose a later time.",
            422,
        )
    except (CannotRelease, NotWhole) as fault:
        return _again(article_id, form, str(fault), 422)
    db.session.commit()
    done = "waits" if isinstance(made, WaitingChange) else "timed" if made.at > clock.now() else "public"
    return lead_to(f"/desk/articles/{article_id}?done={done}")


@bp.get("/articles/<int(max=2147483647):article_id>/submit", endpoint="submit_form")
def show_submit(article_id: int):
    return _ask(story(article_id), "submit", NoteForm(formdata=None))


@bp.post("/articles/<int(max=2147483647):article_id>/submit")
def submit(article_id: int):
    """Give what was written to review, with a line to whoever reads it."""
    article, form = story(article_id), NoteForm()
    if not form.validate():
        return _ask(article, "submit", form, 422)
    drafting.submit(article, me(), form.note.data or "")
    db.session.commit()
    return lead_to(f"/desk/articles/{article_id}?done=review")


@bp.post("/articles/<int(max=2147483647):article_id>/send-back")
def send_back(article_id: int):
    """Send back what is in review, with a note; who wrote it may take it back without."""
    article, form = story(article_id), ReasonForm()
    if not me().can_edit and article.submitted_by_id != me().id:
        return lead_to(f"/desk/articles/{article_id}")
    if not form.validate() or (me().can_edit and not form.reason.data):
        form.reason.errors = form.reason.errors or ["Write what is to be done."]
        return _ask(article, "send-back", form, 422)
    drafting.send_back(article, me(), form.reason.data or "Taken back by its author.")
    db.session.commit()
    return lead_to(f"/desk/articles/{article_id}?done=back")


@bp.get("/articles/<int(max=2147483647):article_id>/send-back", endpoint="send_back_form")
def show_send_back(article_id: int):
    return _ask(story(article_id), "send-back", ReasonForm(formdata=None))


@bp.get("/articles/<int(max=2147483647):article_id>/withdraw", endpoint="withdraw_form")
def show_withdraw(article_id: int):
    article = story(article_id)
    must_release()
    return _ask(article, "withdraw", ReasonForm(formdata=None))


@bp.post("/articles/<int(max=2147483647):article_id>/withdraw")
def withdraw(article_id: int):
    """Take a story back, everywhere at once."""
    article, form = story(article_id), ReasonForm()
    must_release()
    if not form.validate() or not form.reason.data:
        form.reason.errors = form.reason.errors or ["Say why: readers who come to its address are told."]
        return _ask(article, "withdraw", form, 422)
    releasing.withdraw(article, form.reason.data, me())
    db.session.commit()
    return lead_to(f"/desk/articles/{article_id}?done=withdrawn")


@bp.post("/articles/<int(max=2147483647):article_id>/end")
def end(article_id: int):
    """Set when a story stops being public."""
    article, form = story(article_id), TimeForm()
    must_release()
    if not form.validate():
        return _ask(article, "end", form, 422)
    if form.at.moment and form.at.moment <= clock.now():
        # A slip of a year would take the story from its readers, without a word of why.
        form.at.errors = ["That time has passed. To take the story from the site now, withdraw it and say why."]
        return _ask(article, "end", form, 422)
    releasing.end(article, form.at.moment, me())
    db.session.commit()
    return lead_to(f"/desk/articles/{article_id}?done={'end' if form.at.moment else 'no-end'}")


@bp.post("/articles/<int(max=2147483647):article_id>/embargo")
def embargo(article_id: int):
    """Note until when a story is not to be public; without a time, take it back."""
    article, form = story(article_id), TimeForm()
    must_release()
    if not form.validate():
        return _ask(article, "embargo", form, 422)
    drafting.embargo(article, form.at.moment, form.note.data or "", me())
    db.session.commit()
    return lead_to(f"/desk/articles/{article_id}?done={'embargo' if form.at.moment else 'no-embargo'}")


@bp.post("/articles/<int(max=2147483647):article_id>/call-off")
def call_off(article_id: int):
    """Take back a time that has not come yet: of a publication, or of a change."""
    article = story(article_id)
    must_release()
    try:
        if releasing.waiting_change(article) is not None:
            releasing.drop_waiting(article, me(), into_copy=request.form.get("keep") == "yes")
        else:
            releasing.call_off(article, me())
    except CannotRelease as fault:
        return _again(article_id, ReleaseForm(formdata=None), str(fault), 409)
    db.session.commit()
    return lead_to(f"/desk/articles/{article_id}?done=called-off")


@bp.post("/articles/<int(max=2147483647):article_id>/links")
def make_link(article_id: int):
    """Make a link that shows the story to somebody outside."""
    article = story(article_id)
    note = " ".join(plain(request.form.get("note")).split())[:100]
    preview.make_link(article, request.form.get("days", ""), note, me())
    db.session.commit()
    return lead_to(f"/desk/articles/{article_id}?done=link#links")


@bp.post("/articles/<int(max=2147483647):article_id>/links/<int(max=2147483647):link_id>/revoke")
def revoke_link(article_id: int, link_id: int):
    """Let a link lead nowhere from now on."""
    article = story(article_id)
    link = db.session.get(preview.PreviewLink, link_id)
    if link is not None and link.article_id == article.id and link.revoked_at is None:
        link.revoke(me())
        db.session.commit()
    return lead_to(f"/desk/articles/{article_id}#links")


# Helpers


def _release(article: Article, form: ReleaseForm, status: int = 200, fault: str = "") -> Response:
    document, at = drafting.working_document(article)
    state = state_of(article)
    difference = None
    if article.published_at is not None and article.ready_at is not None:
        sections = {branch.id: label for branch, label in branches()}
        before = printed_story(article, document_of(article))
        difference = compare(before, printed_story(article, document), sections)
    return page(
        "desk/release.html", status=status, state=state, form=form, number=at, fault=fault, means=MEANS, classes=CLASSES,
        difference=difference, marks=proof(document, given_for(article, document)),
        lacks=releasing.kept_back(article, document), zone=layout().site.zone, document=document,
        moves_to=f"/articles/{document['slug']}" if difference is not None and document["slug"] not in ("", article.slug) else "",
        stands_at=article.url,
    )  # fmt: skip


def _again(article_id: int, form: ReleaseForm, fault: str, status: int) -> Response:
    db.session.rollback()
    return _release(story(article_id), form, status, fault)


def _ask(article: Article, what: str, form: Form, status: int = 200) -> Response:
    marks = []
    if what == "submit":
        document, _ = drafting.working_document(article)
        marks = proof(document, given_for(article, document))
    return page(
        "desk/story-ask.html", status=status, state=state_of(article), what=what, form=form, zone=layout().site.zone,
        marks=marks,
    )  # fmt: skip


def _paragraph(words: str) -> str:
    """Give a notice as HTML: its lines are paragraphs, unless it is HTML already."""
    return (
        words
        if words.lstrip().startswith("<")
        else "".join(f"<p>{line}</p>" for line in words.splitlines() if line.strip())
    )
