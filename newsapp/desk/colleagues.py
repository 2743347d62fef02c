"""Notes to colleagues on a story: leaving one, answering, settling."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from flask import Response, request
from sqlalchemy import select
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from newsapp.accounts import Account
from newsapp.articles import Article, colleagues, drafting
from newsapp.articles.colleagues import MOST_QUOTED, MOST_WORDS, StoryNote
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.desk.queue import names
from newsapp.desk.state import state_of
from newsapp.desk.stories import story
from newsapp.lib.forms import AtMost, Form, stripped
from newsapp.lib.markup import parse
from newsapp.lib.web import lead_to, page, wants_part

NOBODY_MORE = "0"
GONE = "Somebody who has left"


class AnswerForm(Form):
    """An answer to a note."""

    words = TextAreaField(
        "Answer", filters=[stripped], validators=[DataRequired("Write something first."), AtMost(MOST_WORDS)]
    )


class NoteForm(Form):
    """A note on a story."""

    quote = StringField("About this part of the text", [AtMost(MOST_QUOTED)], [stripped])
    words = TextAreaField(
        "Note", filters=[stripped], validators=[DataRequired("Write something first."), AtMost(MOST_WORDS)]
    )
    tell = SelectField("Tell, beside those who work at it", default=NOBODY_MORE)


@bp.get("/articles/<int(max=2147483647):article_id>/notes", endpoint="notes")
def show_notes(article_id: int):
    return _show(story(article_id))


@bp.post("/articles/<int(max=2147483647):article_id>/notes")
def leave_note(article_id: int):
    article = story(article_id)
    form = _form(article, NoteForm())
    if not form.validate():
        return _show(article, 422, form=form)
    told = db.session.get(Account, int(form.tell.data)) if form.tell.data != NOBODY_MORE else None
    quote = " ".join((form.quote.data or "").split())
    colleagues.leave(article, form.words.data or "", me(), quote=quote, tell=told)
    return _done(article)


@bp.post("/articles/<int(max=2147483647):article_id>/notes/<int(max=2147483647):note_id>/answer")
def answer_note(article_id: int, note_id: int):
    article, form = story(article_id), AnswerForm()
    if not form.validate():
        return _show(article, 422, answer_form=form, answering=note_id)
    note = _note(article, note_id)  # where its writer has taken it away meanwhile, the answer is a note
    colleagues.leave(article, form.words.data or "", me(), answers=note)
    return _done(article)


@bp.post("/articles/<int(max=2147483647):article_id>/notes/<int(max=2147483647):note_id>")
def settle_note(article_id: int, note_id: int):
    """Note that what a note asks is done, or is not; throw away one's own."""
    article = story(article_id)
    note, act = _note(article, note_id), request.form.get("act")
    if note is None:  # its writer has taken it away meanwhile
        pass
    elif act == "done":
        note.settle(me())
    elif act == "open":
        note.reopen()
    elif act == "remove" and note.written_by_id == me().id:
        note.remove()
    return _done(article)


def notes_on(
    article: Article, form: NoteForm | None = None, answer_form: AnswerForm | None = None, answering: int | None = None
) -> dict[str, Any]:
    """Give what the list of a story's notes is printed from. A form that came back with a fault is given; ``answering`` is the note's."""
    rows = db.session.scalars(StoryNote.on(article)).all()
    by = names({row.written_by_id for row in rows} | {row.done_by_id for row in rows})
    document, _ = drafting.working_document(article)
    texts = (document["headline"], document["standfirst"], *document["key_points"], document["body"])
    text = " ".join("".join(parse(" ".join(texts)).itertext()).split()).casefold() if rows else ""
    roots = [
        SimpleNamespace(
            row=row, by=by.get(row.written_by_id or 0, GONE), done_by=by.get(row.done_by_id or 0, GONE), is_own=row.written_by_id == me().id,
            stands=row.quote.casefold() in text, answers=_answers(row, rows, by),
        )
        for row in rows
        if row.answers_id is None
    ]  # fmt: skip
    return {
        "open_notes": [note for note in roots if not note.row.done_at], "done_notes": [note for note in roots if note.row.done_at],
        "note_form": form or _form(article, NoteForm(formdata=None)), "answer_form": answer_form or AnswerForm(formdata=None),
        "answering": answering,
    }  # fmt: skip


def _answers(to: StoryNote, rows: Sequence[StoryNote], by: dict[int, str]) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(row=row, by=by.get(row.written_by_id or 0, GONE), is_own=row.written_by_id == me().id)
        for row in rows
        if row.answers_id == to.id
    ]


def _form(article: Article, form: NoteForm) -> NoteForm:
    """Name the colleagues who can be told."""
    others = [(str(one.id), one.name) for one in colleagues.colleagues_of(article) if one.id != me().id]
    form.tell.choices = [(NOBODY_MORE, "Nobody more"), *others]
    return form


def _note(article: Article, note_id: int) -> StoryNote | None:
    """Give a note of this story, and none of another."""
    return db.session.scalar(select(StoryNote).where(StoryNote.article_id == article.id, StoryNote.id == note_id))


def _done(article: Article) -> Response:
    db.session.commit()
    return _show(article) if wants_part() else lead_to(f"/desk/articles/{article.id}#notes")


def _show(article: Article, status: int = 200, **came_back: Any) -> Response:
    return page(
        "desk/story-notes.html",
        fragment="notes",
        status=status,
        state=state_of(article),
        **notes_on(article, **came_back),
    )
