"""Writing a story: the form, saving it, and what somebody else has saved meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from flask import Response, current_app, request
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from wtforms import (  # type: ignore[attr-defined]
    BooleanField,
    IntegerField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import NumberRange, Optional, Regexp

from newsapp.articles import PARTS, Article, Kind, Topic, drafting, presence, preview
from newsapp.articles.compare import compare
from newsapp.articles.documents import Document, printed_story
from newsapp.articles.drafting import SavedMeanwhile
from newsapp.articles.making import MAKING
from newsapp.articles.markdown import line_to_markdown, line_typed, to_html, to_markdown
from newsapp.articles.proofs import given_for, proof
from newsapp.authors import Author
from newsapp.db import db
from newsapp.desk.colleagues import notes_on
from newsapp.desk.editor import cite, source_of, typed
from newsapp.desk.frame import bp, me
from newsapp.desk.media import rights_warning
from newsapp.desk.queue import names
from newsapp.desk.state import state_of
from newsapp.desk.stories import MOST_HEADLINE, branches, story
from newsapp.layout import layout
from newsapp.lib import dates
from newsapp.lib.forms import AtMost, Form, stripped
from newsapp.lib.text import slugify, whole_number
from newsapp.lib.web import SAFE, lead_to, page
from newsapp.media import Picture

GOOD_HEADLINE = 65  # characters that search results and cards show whole
GOOD_STANDFIRST = 160
MOST_TEXT = 600_000  # characters
FREE_BYLINES = 2  # empty rows below those that are filled in
MOST_BYLINES = 20
MOST_TOPICS = 400  # that the field suggests


class StoryForm(Form):
    """All that is written at a story. The bylines are rows of their own."""

    headline = TextAreaField("Headline", filters=[stripped], validators=[AtMost(MOST_HEADLINE)])
    standfirst = TextAreaField("Standfirst", filters=[stripped], validators=[AtMost(1000)])
    body = TextAreaField("Text", validators=[AtMost(MOST_TEXT)])
    key_points = TextAreaField("Key points, a line each", validators=[AtMost(3000)])
    making_edited = StringField(MAKING["edited"], filters=[stripped], validators=[AtMost(300)])
    making_checked = StringField(MAKING["checked"], filters=[stripped], validators=[AtMost(300)])
    making_methods = TextAreaField(MAKING["methods"], filters=[stripped], validators=[AtMost(1500)])
    making_machines = TextAreaField(MAKING["machines"], filters=[stripped], validators=[AtMost(1000)])
    making_funding = StringField(MAKING["funding"], filters=[stripped], validators=[AtMost(300)])
    making_interests = TextAreaField(MAKING["interests"], filters=[stripped], validators=[AtMost(1000)])
    kind = SelectField("Kind", choices=[SelectChoice(kind.value, kind.label) for kind in Kind])
    label = StringField("Label", filters=[stripped], validators=[AtMost(60)])
    section_id = SelectField("Main section", coerce=int)
    also_in = SelectMultipleField("Further sections", coerce=int)
    topics = TextAreaField("Topics, a line each, the main one first", validators=[AtMost(2000)])
    place = StringField("Place", filters=[stripped], validators=[AtMost(100)])
    language = StringField(
        "Language", filters=[stripped],
        validators=[Regexp(r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", message="A language like en-GB or de.")],
    )  # fmt: skip
    picture_id = IntegerField("Picture, by its number", validators=[Optional(), NumberRange(1, 2**31 - 1)])
    picture_alt = TextAreaField(
        "Description for those who do not see it", filters=[stripped], validators=[AtMost(1000)]
    )
    is_decorative = BooleanField("It says nothing that the text does not")
    picture_caption = TextAreaField(
        "Caption, in place of the picture’s own", filters=[stripped], validators=[AtMost(2000)]
    )
    is_evergreen = BooleanField("Evergreen: not bound to its day")
    short_headline = StringField("Headline on cards", filters=[stripped], validators=[AtMost(MOST_HEADLINE)])
    search_headline = StringField("Headline for search", filters=[stripped], validators=[AtMost(MOST_HEADLINE)])
    social_headline = StringField("Headline on other sites", filters=[stripped], validators=[AtMost(MOST_HEADLINE)])
    slug = StringField("Address", filters=[stripped], validators=[AtMost(80)])

    def validate_picture_id(self, field: IntegerField) -> None:
        if field.data and db.session.get(Picture, field.data) is None:
            raise ValidationError(f"There is no picture {field.data} in the library.")


# Fields that a document holds as they are typed.
PLAIN = (
    "headline", "standfirst", "kind", "label", "section_id", "also_in", "place", "language", "picture_id",
    "is_evergreen", "short_headline", "search_headline", "social_headline",
)  # fmt: skip


@bp.get("/articles/<int(max=2147483647):article_id>", endpoint="write")
def edit(article_id: int):
    article = story(article_id)
    document, at = drafting.working_document(article)
    chosen = whole_number(request.args.get("picture"))  # from the library, and not saved yet
    if chosen and chosen != document["picture_id"] and db.session.get(Picture, chosen):
        document = {**document, "picture_id": chosen, "picture_alt": None, "picture_caption": ""}
    return _editor(article, _form(document), document["bylines"], at)


@bp.post("/articles/<int(max=2147483647):article_id>", endpoint="save")
def save(article_id: int):
    """Keep what was written, and go on to what was asked for with it."""
    article = story(article_id)
    before, current = drafting.working_document(article)
    form, bylines = _form(), _bylines(request.form)
    at = whole_number(request.form.get("number")) or 0
    if not form.validate():
        db.session.rollback()
        return _editor(story(article_id), form, bylines, at, status=422)
    document = _document(form, bylines, before)
    try:
        copy = drafting.save(article, document, me(), at, beside=request.form.get("over") == "1")
    except SavedMeanwhile as newer:
        theirs = dict(newer.copy.document)
        by, saved_at, current = newer.copy.saved_by_id, newer.copy.saved_at, newer.copy.number
        db.session.rollback()
        article = story(article_id)
        meanwhile = {
            "by": names({by}).get(by or 0, "Somebody who has left"), "at": saved_at, "document": theirs,
            "markdown": typed(to_markdown(theirs["body"])),
            "difference": compare(printed_story(article, theirs), printed_story(article, {**theirs, **document})),
        }  # fmt: skip
        return _editor(article, form, bylines, current, status=409, meanwhile=meanwhile)
    presence.is_here(article, me())
    db.session.commit()
    if request.headers.get("Accept") == "application/json":  # saved by itself: the page stays as it is
        return {
            "number": copy.number, "at": copy.saved_at.isoformat(), "said": dates.short(copy.saved_at, layout().site.timezone)
        }  # fmt: skip
    act = request.form.get("act")
    is_tidied = bool(form.slug.data) and document["slug"] != form.slug.data
    onward = {"release": "/release", "preview": "/preview", "submit": "/submit"}.get(
        act or "", "?saved=1&tidied=1" if is_tidied else "?saved=1"
    )
    if act == "picture":
        return lead_to(f"/desk/media?for={article_id}")
    return lead_to(f"/desk/articles/{article_id}{onward}")


@bp.post("/articles/<int(max=2147483647):article_id>/here")
def here(article_id: int):
    """Note that the page is open; say who else is writing."""
    article = story(article_id)
    presence.is_here(article, me())
    db.session.commit()
    return page("desk/_others.html", others=presence.others_at(article, me()))


@bp.get("/articles/<int(max=2147483647):article_id>/preview", endpoint="preview")
def show_preview(article_id: int):
    """Show the story as its page would print it."""
    article = story(article_id)
    document, _ = drafting.working_document(article)
    return page(
        "desk/story-preview.html", article=printed_story(article, document), row=article, state=state_of(article)
    )


@bp.get("/articles/<int(max=2147483647):article_id>/proof", endpoint="proof")
def show_proof(article_id: int):
    """Show what is to be mended in the text as it was saved last: a page, or the list on the story's page."""
    article = story(article_id)
    document, _ = drafting.working_document(article)
    marks = proof(document, given_for(article, document))
    return page("desk/story-proof.html", fragment="proof", state=state_of(article), marks=marks)


def _editor(
    article: Article, form: StoryForm, bylines: list[dict[str, Any]], at: int, *, status: int = 200,
    meanwhile: dict[str, Any] | None = None,
) -> Response:  # fmt: skip
    document, _ = drafting.working_document(article)
    body = document["body"] if request.method in SAFE else _body(form.body.data or "", document)
    if request.form.get("format") == "html":  # the page's own field is Markdown, whoever has written
        form.body.data = typed(to_markdown(body))
    picture = db.session.get(Picture, form.picture_id.data) if form.picture_id.data else None
    authors = db.session.scalars(select(Author).where(Author.left_at.is_(None)).order_by(Author.name)).all()
    by_id = {author.id: author.name for author in authors}
    named = [{**line, "name": by_id.get(line["author_id"]) or _name_of(line)} for line in bylines]
    empty = {"name": "", "role": "", "part": "by"}
    return page(
        "desk/story.html",
        status=status,
        article=article,
        state=state_of(article),
        form=form,
        number=at,
        bylines=[*named, *([empty] * FREE_BYLINES)],
        authors=authors,
        parts=PARTS,
        said_of_making=sum(bool(form[f"making_{name}"].data) for name in MAKING),
        topics=db.session.scalars(select(Topic.name).order_by(Topic.name).limit(MOST_TOPICS)).all(),
        picture=picture,
        rights_warning=rights_warning(picture),
        meanwhile=meanwhile,
        others=presence.others_at(article, me()),
        links=db.session.scalars(preview.PreviewLink.open_of(article)).all(),
        lasts=preview.LASTS,
        url_root=current_app.config["BASE_URL"],
        marks=proof(document, given_for(article, document)),
        good={"headline": GOOD_HEADLINE, "standfirst": GOOD_STANDFIRST},
        was_saved=request.args.get("saved") == "1",
        **notes_on(article),
        source=source_of(body, document, form.language.data or ""),
        path=_path(form, layout().tree.by_id.get(form.section_id.data or 0)),
    )


def _path(form: StoryForm, branch: Any) -> str:
    return " › ".join(step.name for step in branch.line) if branch else ""


def _name_of(line: Mapping[str, Any]) -> str:
    if line.get("author_id"):
        author = db.session.get(Author, line["author_id"])
        return author.name if author else ""
    return str(line.get("name") or "")


def _form(document: Document | None = None) -> StoryForm:
    """Make the form: of what was sent, or of a document."""
    if document is None:
        form = StoryForm()
    else:
        form = StoryForm(
            formdata=None,
            **{name: document[name] for name in PLAIN},
            picture_caption=line_to_markdown(document["picture_caption"] or ""),
            body=typed(to_markdown(document["body"])),
            key_points="\n".join(document["key_points"]),
            topics="\n".join(document["topics"]),
            **{f"making_{name}": document["making"].get(name, "") for name in MAKING},
            picture_alt=document["picture_alt"] or "",
            is_decorative=document["picture_alt"] == "",
            slug=document["slug"],
        )
    form.section_id.choices = [SelectChoice(branch.id, label) for branch, label in branches()]
    form.also_in.choices = form.section_id.choices
    return form


def _document(form: StoryForm, bylines: list[dict[str, Any]], before: Document) -> Document:
    """Make a document of what was sent."""
    sent = {name: getattr(form, name).data for name in PLAIN}
    alt = form.picture_alt.data or (None if not form.is_decorative.data else "")
    slug = form.slug.data or ""
    body, sources = cite(_body(form.body.data or "", before), before["sources"])
    return {
        **sent,
        "body": body,
        "key_points": (form.key_points.data or "").splitlines(),
        "topics": (form.topics.data or "").splitlines(),
        "making": {name: form[f"making_{name}"].data for name in MAKING},
        "bylines": bylines,
        "picture_alt": alt,
        "picture_caption": line_typed(form.picture_caption.data or "", before["picture_caption"] or ""),
        "slug": slug if slug == before["slug"] else slugify(slug) if slug else "",
        "sources": sources,
    }


def _body(sent: str, before: Document) -> str:
    """Give the text that was sent as HTML; one that was not touched stays byte for byte as it was written."""
    sent = sent.replace("\r\n", "\n")
    if request.form.get("format") == "html":
        return sent
    is_untouched = sent.strip() == typed(to_markdown(before["body"])).strip()
    return str(before["body"]) if is_untouched else to_html(sent)


def _bylines(sent: MultiDict[str, str]) -> list[dict[str, Any]]:
    """Read the rows of bylines. A name that is an author's stands for the author; any other is printed as it is."""
    rows: list[dict[str, Any]] = []
    for n in count():
        if f"byline-{n}-name" not in sent or n >= MOST_BYLINES:
            break
        name = " ".join(sent[f"byline-{n}-name"].split())[:100]
        if name:
            role, part = sent.get(f"byline-{n}-role", "")[:100], sent.get(f"byline-{n}-part", "by")
            rows.append({"author_id": None, "name": name, "role": role, "part": part})
    known = {
        name.casefold(): id_
        for name, id_ in db.session.execute(
            select(Author.name, Author.id)
            .where(func.lower(Author.name).in_({row["name"].lower() for row in rows}))
            .order_by(Author.left_at.is_not(None).desc(), Author.id.desc())
        )
    }
    for row in rows:
        row["author_id"] = known.get(row["name"].casefold())
        row["name"] = "" if row["author_id"] else row["name"]
    return rows
