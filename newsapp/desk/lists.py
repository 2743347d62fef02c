"""The moderators' own lists: words to look at and not to print, tried before they are kept, and reasons for rejections."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, redirect, request, url_for
from sqlalchemy import select
from wtforms import IntegerField, RadioField, SelectChoice, StringField, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from newsapp import comments
from newsapp.comments import Comment, ListedWord, RejectionReason
from newsapp.comments.wordlist import MAX_WORD, TRIED_ON
from newsapp.db import db
from newsapp.desk import queue
from newsapp.desk.frame import bp, me
from newsapp.lib.forms import AtMost, Form, stripped
from newsapp.lib.web import page

MOST_WORDS = 50  # tried at once: each is looked for in a thousand comments
SHOWN = 10  # comments that a trial shows
LISTS = {"look": "A moderator looks at the comment first", "ban": "The comment is not printed"}


@dataclass(frozen=True)
class Trial:
    """What some words would have done to the last comments."""

    n: int  # comments that were looked through
    hits: list[tuple[queue.Row, list[str]]]  # the first of them
    found: int

    @property
    def says(self) -> str:
        return f"{self.found:,} of {self.n:,}"


class WordsForm(Form):
    """Words for one of the lists, a line each."""

    words = TextAreaField("Words, a line each", filters=[stripped], validators=[DataRequired("Write a word first.")])
    kind = RadioField(
        "What happens",
        choices=[SelectChoice(key, words) for key, words in LISTS.items()],
        default="look",
        validators=[InputRequired("Choose what happens.")],
    )
    tried = TextAreaField()  # the words that the page's trial was of

    def validate_words(self, field: TextAreaField) -> None:
        if len(self.lines) > MOST_WORDS:
            raise ValidationError(f"Try at most {MOST_WORDS} words at once.")
        for word in self.lines:
            if not any(c.isalnum() for c in word):
                raise ValidationError(
                    f"The line “{word[:40]}” has no letter and no digit. Take it out, and the others are listed."
                )
            if len(word) > MAX_WORD:
                raise ValidationError(
                    f"The line “{word[:40]}…” is longer than {MAX_WORD} characters. Shorten it, and the others are listed."
                )

    @property
    def lines(self) -> list[str]:
        return list(
            dict.fromkeys(
                " ".join(line.split()).lower() for line in (self.words.data or "").splitlines() if line.strip()
            )
        )

    @property
    def was_tried(self) -> bool:
        return self.tried.data == "\n".join(self.lines)


class ReasonForm(Form):
    """A reason that a moderator may give."""

    title = StringField(
        "Reason",
        filters=[stripped],
        validators=[DataRequired("Name the reason."), AtMost(60)],
    )
    words = StringField(
        "What its author is told",
        filters=[stripped],
        validators=[
            DataRequired("Write what the author is told."),
            AtMost(300),
        ],
    )
    position = IntegerField("Place", validators=[Optional(), NumberRange(0, 999, "A number up to 999.")])


@bp.get("/words")
def words():
    return _words(WordsForm(formdata=None))


@bp.post("/words")
def add_words():
    """Try words on the last comments; keep them once they have been tried."""
    form = WordsForm()
    if not form.validate():
        return _words(form, status=422)
    if request.form.get("act") != "keep" or not form.was_tried:
        return _words(form, trial=_try(form.lines))
    for word in form.lines:
        comments.add_word(word, banned=form.kind.data == "ban", by=me())
    db.session.commit()
    return redirect(url_for("desk.words", done="kept"), 303)


@bp.post("/words/<int(max=2147483647):word_id>/remove")
def remove_word(word_id: int):
    listed = db.session.get(ListedWord, word_id)
    if listed is not None:
        listed.remove(me())
        db.session.commit()
    return redirect(url_for("desk.words", done="removed"), 303)


@bp.get("/reasons")
def reasons():
    return _reasons(ReasonForm(formdata=None))


@bp.post("/reasons")
def add_reason():
    form = ReasonForm()
    if not form.validate() or _is_taken(form):
        return _reasons(form, status=422)
    comments.add_reason(form.title.data or "", form.words.data or "", form.position.data or 0)
    db.session.commit()
    return redirect(url_for("desk.reasons"), 303)


@bp.post("/reasons/<int(max=2147483647):reason_id>")
def edit_reason(reason_id: int):
    """Change a reason, or remove it."""
    reason = db.get_or_404(RejectionReason, reason_id)
    if request.form.get("act") == "remove":
        reason.remove()
        db.session.commit()
        return redirect(url_for("desk.reasons"), 303)
    form = ReasonForm()
    if not form.validate() or _is_taken(form, reason):
        return _reasons(ReasonForm(formdata=None), status=422, edited=(reason_id, form))
    reason.edit(form.title.data or "", form.words.data or "", form.position.data)
    db.session.commit()
    return redirect(url_for("desk.reasons"), 303)


def _words(form: WordsForm, status: int = 200, trial: Trial | None = None) -> Response:
    listed = db.session.scalars(ListedWord.all()).all()
    return page(
        "desk/words.html",
        fragment="words",
        status=status,
        form=form,
        trial=trial,
        banned=[word for word in listed if word.banned_at],
        looked_at=[word for word in listed if not word.banned_at],
        elsewhere=[
            word.word
            for word in listed
            if trial and word.word in form.lines and bool(word.banned_at) != (form.kind.data == "ban")
        ],
    )


def _try(words: list[str]) -> Trial:
    hits = comments.tried(words)
    n = len(db.session.scalars(select(Comment.id).order_by(Comment.id.desc()).limit(TRIED_ON)).all())
    shown = hits[:SHOWN]
    return Trial(n, list(zip(queue.rows([c for c, _ in shown]), [found for _, found in shown], strict=True)), len(hits))


def _reasons(form: ReasonForm, status: int = 200, edited: tuple[int, ReasonForm] | None = None) -> Response:
    return page(
        "desk/reasons.html", fragment="reasons", status=status, form=form, edited=edited,
        reasons=db.session.scalars(RejectionReason.all()).all(),
    )  # fmt: skip


def _is_taken(form: ReasonForm, but: RejectionReason | None = None) -> bool:
    """Tell whether another reason has this name already, and say so in the form."""
    other = db.session.scalar(select(RejectionReason).where(RejectionReason.title == form.title.data))
    if other is None or other is but:
        return False
    form.title.errors = ["There is a reason of this name already."]
    return True
