"""The library of pictures: finding one, sending some, saying what is said of each, choosing one for a story."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import PurePath
from threading import BoundedSemaphore
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response, abort, jsonify, request
from sqlalchemy import ColumnElement, and_, func, not_, or_, select, tuple_
from werkzeug.datastructures import FileStorage
from wtforms import DateField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from newsapp import media
from newsapp.accounts.log import record
from newsapp.articles import illustrations
from newsapp.articles.markdown import line_to_markdown, line_typed
from newsapp.db import db
from newsapp.desk.frame import LIBRARY, bp, me
from newsapp.desk.queue import names
from newsapp.desk.stories import story
from newsapp.layout import layout
from newsapp.lib import clock
from newsapp.lib.forms import AtMost, Form, plain
from newsapp.lib.markup import is_web_address
from newsapp.lib.text import shorten, whole_number
from newsapp.lib.web import lead_to, page
from newsapp.media import MAX_BYTES, NotAPicture, Picture
from newsapp.media.models import WARN_BEFORE

PER_PAGE = 24
MOST_AT_ONCE = 10  # files in one form
MOST_SENT = MOST_AT_ONCE * MAX_BYTES + 1024 * 1024  # bytes
SHOWN = {"all": "All", "unused": "Unused", "ending": "Rights end", "lacking": "Incomplete"}
# Each cut takes a second of a processor and up to 400 MB: of many who send at once, the others wait.
CUTTING = BoundedSemaphore(2)
ONLY_EDITORS = "A story that readers see shows this picture: only an editor may change what is said of it."


class PictureForm(Form):
    """What is said of a picture."""

    alt = TextAreaField("Description for those who do not see it", filters=[plain], validators=[AtMost(1000)])
    caption = TextAreaField("Caption", filters=[plain], validators=[AtMost(2000)])
    creator = StringField("Creator", filters=[plain], validators=[AtMost(200)])
    credit = StringField("Credit line", filters=[plain], validators=[AtMost(300)])
    licence = StringField("Licence", filters=[plain], validators=[AtMost(200)])
    licence_url = StringField("The licence’s address", filters=[plain], validators=[AtMost(1000)])
    rights = TextAreaField("Rights, as noted in the file or agreed", filters=[plain], validators=[AtMost(2000)])
    rights_end_on = DateField("May be shown until", validators=[Optional()])
    source = StringField("Source", filters=[plain], validators=[AtMost(300)])
    source_url = StringField("The source’s address", filters=[plain], validators=[AtMost(1000)])
    title = StringField("Title, for the newsroom", filters=[plain], validators=[AtMost(300)])
    taken_on = DateField("Taken on", validators=[Optional()])
    focal_x = IntegerField("From the left, per cent", validators=[InputRequired("A number."), NumberRange(0, 100)])
    focal_y = IntegerField("From the top, per cent", validators=[InputRequired("A number."), NumberRange(0, 100)])

    def validate_licence_url(self, field: StringField) -> None:
        if field.data and not is_web_address(field.data):
            raise ValidationError("An address that begins with https:// or http://.")

    validate_source_url = validate_licence_url


WORDS = (
    "alt", "caption", "creator", "credit", "licence", "licence_url", "rights", "rights_end_on", "source", "source_url", "title",
    "taken_on", "focal_x", "focal_y",
)  # fmt: skip


@dataclass
class Sent:
    """What became of a file that somebody has sent."""

    name: str
    id: int | None = None
    was_there: bool = False
    refused: str = ""
    src: str = ""
    alt: str = ""
    url: str = ""
    warning: str = ""

    @classmethod
    def of(cls, name: str, picture: Picture, was_there: bool = False) -> Sent:
        return cls(
            name, picture.id, was_there, src=picture.file(352, "jpg"), alt=picture.alt, url=f"{LIBRARY}/{picture.id}",
            warning=rights_warning(picture),
        )  # fmt: skip


@bp.url_value_preprocessor
def _let_several_in(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Let the form of pictures be larger than others, before anything reads it."""
    if endpoint == "desk.send_pictures":
        request.max_content_length = MOST_SENT


@bp.get("/media", endpoint="library")
def show_library():
    return _library()


@bp.post("/media")
def send_pictures():
    """Keep pictures that were sent; each is cut before anything is written, and refused or kept on its own."""
    files = [file for file in request.files.getlist("files") if file.filename]
    sent = []
    for file in files[:MOST_AT_ONCE]:
        with contextlib.closing(file):
            sent.append(_keep(file))
    sent += [Sent(_name(file), refused=f"At most {MOST_AT_ONCE} files at once.") for file in files[MOST_AT_ONCE:]]
    if request.headers.get("Accept") == "application/json":
        return jsonify([asdict(one) for one in sent])
    for_story = whole_number(request.form.get("for"))
    if len(sent) == 1 and sent[0].id and not sent[0].was_there and not for_story:
        return lead_to(f"{LIBRARY}/{sent[0].id}?new=1")
    if not sent:
        sent = [Sent("", refused="No file was chosen.")]
    return _library(sent, for_story, 422 if any(one.refused for one in sent) else 200)


@bp.get("/media/<int(max=2147483647):picture_id>", endpoint="picture")
def show_picture(picture_id: int):
    picture = db.get_or_404(Picture, picture_id)
    said = {name: getattr(picture, name) for name in WORDS} | {"caption": line_to_markdown(picture.caption)}
    return _page(picture, PictureForm(formdata=None, data=said))


@bp.post("/media/<int(max=2147483647):picture_id>")
def describe_picture(picture_id: int):
    """Change what is said of a picture; stories that show it are printed anew."""
    picture = db.get_or_404(Picture, picture_id)
    form = PictureForm()
    if not form.validate():
        return _page(picture, form, 422)
    if not me().can_edit and any(use.is_public for use in illustrations.uses_of(picture)):
        return _page(picture, form, 409, ONLY_EDITORS)
    caption = line_typed(form.caption.data or "", picture.caption)
    picture.describe(**{name: form[name].data for name in WORDS} | {"caption": caption})
    record("picture.describe", f"picture:{picture.id}", me())
    db.session.commit()
    return lead_to(f"{LIBRARY}/{picture_id}?saved=1")


@bp.get("/media/<int(max=2147483647):picture_id>/delete")
def delete_picture_form(picture_id: int):
    return _ask_to_delete(db.get_or_404(Picture, picture_id))


@bp.post("/media/<int(max=2147483647):picture_id>/delete")
def delete_picture(picture_id: int):
    """Take a picture out of the library and remove its files, where nothing uses it."""
    picture = db.get_or_404(Picture, picture_id)
    if _why_it_stays(picture):
        return _ask_to_delete(picture, 409)
    sha256, files = picture.sha256, media.remove(picture)
    record("picture.delete", f"picture:{picture_id}", me())
    db.session.commit()
    if not db.session.scalar(select(Picture.id).filter_by(sha256=sha256)):  # nobody has sent it anew meanwhile
        for file in files:
            file.unlink(missing_ok=True)
    return lead_to(f"{LIBRARY}?deleted=1")


def today() -> date:
    return clock.now().astimezone(ZoneInfo(layout().site.zone)).date()


def rights_warning(picture: Picture | None) -> str:
    """Say that a picture may soon not be shown any more, or may not now; nothing where all is well."""
    left = picture.rights_left(today()) if picture else None
    if left is None:
        return ""
    if left < 0:
        return "The rights to this picture have ended. Take it out of the stories that show it."
    return f"The rights to this picture end {('today', 'tomorrow')[left] if left < 2 else f'in {left} days'}."


# The library


def _library(sent: list[Sent] | None = None, for_story: int | None = None, status: int = 200) -> Response:
    asked = request.args
    show, words = asked.get("show", "all"), plain(asked.get("q"))[:200]
    if show not in SHOWN:
        abort(404)
    for_story = for_story or whole_number(asked.get("for"))
    if for_story:
        story(for_story)
    query = select(Picture).where(*_tests(show, words))
    before = asked.get("after", "")
    if show == "ending":
        here = tuple_(Picture.rights_end_on, Picture.id)
        with contextlib.suppress(ValueError):
            day, _, last = before.partition("~")
            query = query.where(here > (date.fromisoformat(day), whole_number(last) or 0))
        query = query.order_by(Picture.rights_end_on, Picture.id)
    else:
        if (last_id := whole_number(before)) is not None:
            query = query.where(Picture.id < last_id)
        query = query.order_by(Picture.id.desc())
    found = db.session.scalars(query.limit(PER_PAGE + 1)).all()
    shown = found[:PER_PAGE]
    kept = {"show": show if show != "all" else "", "q": words, "for": for_story or ""}
    more = ""
    if len(found) > PER_PAGE:
        more = f"{shown[-1].rights_end_on}~{shown[-1].id}" if show == "ending" else str(shown[-1].id)
    return page(
        "desk/media.html",
        fragment="library",
        status=status,
        tabs=SHOWN,
        show=show,
        words=words,
        pictures=shown,
        lacks={one.id: _lacks(one) for one in shown},
        warnings={one.id: rights_warning(one) for one in shown},
        more=more,
        is_first=not before,
        query=urlencode({name: value for name, value in kept.items() if value}),
        for_story=for_story,
        sent=sent or [],
        most={"files": MOST_AT_ONCE, "bytes": MAX_BYTES, "megabytes": MAX_BYTES // 1024 // 1024},
        was_deleted=asked.get("deleted") == "1",
    )


def _tests(show: str, words: str) -> list[ColumnElement[bool]]:
    tests: list[ColumnElement[bool]] = {
        "all": [],
        "unused": [not_(illustrations.is_used())],
        "ending": [Picture.rights_end_on.is_not(None), Picture.rights_end_on <= today() + WARN_BEFORE],
        "lacking": [or_(and_(Picture.credit == "", Picture.creator == ""), Picture.licence == "", Picture.alt == "")],
    }[show]
    return [*tests, *with_words(words)]


def with_words(words: str) -> list[ColumnElement[bool]]:
    """Give tests for pictures of which all of the words are said."""
    text = func.lower(
        Picture.caption + " " + Picture.credit + " " + Picture.creator + " " + Picture.alt + " " + Picture.title
    )
    return [text.contains(word, autoescape=True) for word in words.lower().split()[:8]]


def _lacks(picture: Picture) -> str:
    missing = [
        name
        for name, value in (("credit", picture.credit_line), ("licence", picture.licence), ("description", picture.alt))
        if not value
    ]
    return f"No {' or '.join(missing)}" if missing else ""


# Sending


def _name(file: FileStorage) -> str:
    return shorten(plain(file.filename), 100)


def _keep(file: FileStorage) -> Sent:
    name = _name(file)
    if file.stream.seek(0, 2) > MAX_BYTES:
        return Sent(name, refused=f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    file.stream.seek(0)
    data = file.stream.read()
    if there := media.same_as(data):
        return Sent.of(name, there, was_there=True)
    db.session.rollback()  # cutting takes a second: nothing is held meanwhile
    try:
        with CUTTING:
            made = media.cut(data, media.folder())
    except NotAPicture as why:
        return Sent(name, refused=str(why))
    if there := media.same_as(data):  # a colleague has sent the same meanwhile
        return Sent.of(name, there, was_there=True)
    words = {"title": PurePath(name).stem, **media.words_of(made)}
    picture = media.keep(made, me(), **words)
    record("picture.upload", f"picture:{picture.id}", me())
    db.session.commit()
    return Sent.of(name, picture)


# One picture


def _page(picture: Picture, form: PictureForm, status: int = 200, refused: str = "") -> Response:
    return page(
        "desk/media-picture.html",
        status=status,
        picture=picture,
        form=form,
        refused=refused,
        uses=illustrations.uses_of(picture),
        faces=illustrations.faces_of(picture),
        warning=rights_warning(picture),
        lacks=_lacks(picture),
        sender=names({picture.uploaded_by_id}).get(picture.uploaded_by_id or 0, ""),
        is_new=request.args.get("new") == "1",
        was_saved=request.args.get("saved") == "1",
    )


def _why_it_stays(picture: Picture) -> str:
    if illustrations.uses_of(picture) or illustrations.faces_of(picture):
        return "It is used, so it stays. Take it out of these first; what stands in a story’s history can be brought back and needs it."
    if not me().can_edit and picture.uploaded_by_id != me().id:
        return "Only an editor, or whoever sent it, may delete it."
    return ""


def _ask_to_delete(picture: Picture, status: int = 200) -> Response:
    return page(
        "desk/media-delete.html",
        status=status,
        picture=picture,
        why=_why_it_stays(picture),
        uses=illustrations.uses_of(picture),
        faces=illustrations.faces_of(picture),
    )
