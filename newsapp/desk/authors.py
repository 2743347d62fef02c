"""Authors at the desk: who has a byline and a page, with an account or without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, request
from sqlalchemy import ColumnElement, func, or_, select
from wtforms import SelectChoice, SelectField, StringField, TextAreaField, ValidationError  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Optional

from newsapp import authors, site
from newsapp.accounts import Account
from newsapp.accounts.log import record
from newsapp.articles import Byline
from newsapp.authors import Author
from newsapp.db import db
from newsapp.desk.editor import pictures_with
from newsapp.desk.frame import bp, me
from newsapp.desk.structure import LIKE, SlugField, mark_of, who_changed
from newsapp.lib.forms import AtMost, Form, MailAddress, plain
from newsapp.lib.markup import web_address
from newsapp.lib.text import slugify, whole_number
from newsapp.lib.web import lead_to, page
from newsapp.media import Picture
from newsapp.site import AddressTaken

HERE = "/desk/authors"
PER_PAGE = 50
MOST_LINES = 12  # beats, languages, links of one person
NOBODY = 0  # in the form: no account
DONE = {
    "added": "The author is there.", "saved": "Saved.", "left": "The page and the bylines stay; it says that they have left.", "back": "They are of the staff again.",
    "portrait": "The portrait is kept.",
}  # fmt: skip


class LinesField(TextAreaField):
    """Several short things, a line each."""

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        lines = self.lines
        if len(lines) > MOST_LINES:
            raise ValidationError(f"At most {MOST_LINES} lines; these are {len(lines)}.")
        if any(len(line) > 200 for line in lines):
            raise ValidationError("At most 200 characters in a line.")

    @property
    def lines(self) -> list[str]:
        return list(dict.fromkeys(" ".join(line.split()) for line in (self.data or "").splitlines() if line.strip()))


class LinksField(LinesField):
    """Web addresses, a line each, with the words that they are shown under in front."""

    links: list[dict[str, str]]

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        super().post_validate(form, validation_stopped)
        self.links = []
        for line in self.lines:
            label, _, said = line.rpartition(" ")
            url = web_address(said)
            if url is None:
                raise ValidationError(
                    f"“{line}” does not end with a full address, like Mastodon https://example.social/@me."
                )
            self.links.append({"label": label or (urlsplit(url).hostname or "").removeprefix("www."), "url": url})


class AuthorForm(Form):
    """All that the paper says of a person."""

    name = StringField("Name", [DataRequired("Say what they are called."), AtMost(100)], [plain])
    slug = SlugField("Last part of the page’s address", [AtMost(80)])
    role = StringField("Role", [AtMost(100)], [plain])
    place = StringField("Place", [AtMost(100)], [plain])
    bio = TextAreaField("About them", [AtMost(2000)], [plain])
    beats = LinesField("What they cover, a line each", [AtMost(2000)], [plain])
    languages = LinesField("Languages, a line each", [AtMost(2000)], [plain])
    email = StringField("Mail address that readers see", [Optional(), MailAddress()], [plain])
    links = LinksField("Links, a line each", [AtMost(4000)], [plain])
    disclosure = TextAreaField("Interests that readers should know of", [AtMost(500)], [plain])
    account_id = SelectField("Account", coerce=int)

    @property
    def says(self) -> dict[str, Any]:
        """Give the values as the author's row has them."""
        found = {
            name: self[name].data or "" for name in ("name", "slug", "role", "place", "bio", "email", "disclosure")
        }
        found |= {"beats": self.beats.lines, "languages": self.languages.lines, "links": self.links.links}
        return {
            **found,
            "slug": found["slug"] or slugify(found["name"], 80),
            "account_id": self.account_id.data or None,
        }

    def validate_account_id(self, field: SelectField) -> None:
        query = select(Author).where(Author.account_id == field.data, Author.id != (self.own or 0))
        other = db.session.scalars(query).first() if field.data else None
        if other is not None:
            raise ValidationError(f"That account is {other.name}’s already.")

    own: int | None = None  # the author whose form it is


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    author: Author
    n: int  # bylines
    account: str


@bp.get("/authors", endpoint="authors")
def show_authors():
    """Show the authors by name, perhaps those with certain words, or who have left."""
    words, has_left, at = (
        plain(request.args.get("q"))[:200],
        request.args.get("left") == "1",
        whole_number(request.args.get("from")) or 0,
    )
    query = Author.by_name().where(
        Author.left_at.is_not(None) if has_left else Author.left_at.is_(None), *_with_words(words)
    )
    found = db.session.scalars(query.limit(PER_PAGE + 1).offset(at)).all()
    shown = found[:PER_PAGE]
    counted = (
        select(Byline.author_id, func.count())
        .where(Byline.author_id.in_([a.id for a in shown]))
        .group_by(Byline.author_id)
    )
    n: dict[int | None, int] = dict(db.session.execute(counted).all())
    accounts: dict[int | None, str] = dict(
        db.session.execute(
            select(Account.id, Account.name).where(Account.id.in_([a.account_id for a in shown if a.account_id]))
        ).all()
    )
    kept = {"q": words, "left": "1" if has_left else ""}
    return page(
        "desk/authors.html", fragment="authors", rows=[Row(a, n.get(a.id, 0), accounts.get(a.account_id, "")) for a in shown], words=words,
        has_left=has_left, query=urlencode({name: value for name, value in kept.items() if value}), is_first=not at,
        older=f"from={at + PER_PAGE}" if len(found) > PER_PAGE else "",
    )  # fmt: skip


@bp.get("/authors/new")
def new_author():
    return page("desk/author.html", form=_form(None, formdata=None), author=None)


@bp.post("/authors")
def add_author():
    """Add somebody who may stand over stories, with an account or without one."""
    form = _form(None)
    if not form.validate():
        return page("desk/author.html", status=422, form=form, author=None)
    says = form.says
    try:
        if db.session.scalar(select(Author.id).where(Author.slug == says["slug"])):
            raise AddressTaken(f"There is an author at /authors/{says['slug']} already.")
        site.must_be_free(f"/authors/{says['slug']}")
    except AddressTaken as fault:
        form.slug.errors = [str(fault)]
        return page("desk/author.html", status=422, form=form, author=None)
    made = authors.create(says.pop("name"), slug=says.pop("slug"), **says)
    record("author.add", f"author:{made.id}", me())
    db.session.commit()
    return lead_to(f"{HERE}/{made.id}?done=added")


@bp.get("/authors/<int(max=2147483647):author_id>", endpoint="author")
def show_author(author_id: int):
    found = db.get_or_404(Author, author_id)
    return _author(found, _form(found, formdata=None, data=_typed(found)))


@bp.post("/authors/<int(max=2147483647):author_id>")
def change_author(author_id: int):
    """Change what the paper says of somebody."""
    found = db.get_or_404(Author, author_id, with_for_update=True)
    form = _form(found)
    if not form.validate():
        return _author(found, form, 422)
    before, says = _says(found), form.says
    changed = {name: value for name, value in says.items() if value != before[name]}
    if request.form.get("seen") != _seen(found) and changed:
        fault = f"{who_changed(f'author:{author_id}')} has changed it meanwhile. What it says now stands below your words; save again to replace it."
        return _author(
            found,
            form,
            409,
            fault,
            [f"{form[n].label.text}: {_typed(found)[n] or 'nothing'}" for n in changed if n != "account_id"],
        )
    slug = changed.pop("slug", found.slug)
    try:
        if changed:
            found.edit(**changed)
            record("author.edit", f"author:{author_id}", me(), fields=sorted(changed))
        found.readdress(slug, me().id)
    except AddressTaken as fault:
        db.session.rollback()
        form.slug.errors = [str(fault)]
        return _author(db.session.get_one(Author, author_id), form, 422)
    if slug != before["slug"]:
        record("author.move", f"author:{author_id}", me(), f"/authors/{before['slug']} is /authors/{slug}")
    db.session.commit()
    return lead_to(f"{HERE}/{author_id}?done=saved")


@bp.post("/authors/<int(max=2147483647):author_id>/left")
def author_left(author_id: int):
    """Note that somebody has left the paper, or is back: ``act`` is ``leave`` or ``back``."""
    found = db.get_or_404(Author, author_id)
    leaves = request.form.get("act") != "back"
    if leaves != (found.left_at is not None):
        found.leave() if leaves else found.come_back()
        record("author.leave" if leaves else "author.come_back", f"author:{author_id}", me())
        db.session.commit()
    return lead_to(f"{HERE}/{author_id}?done={'left' if leaves else 'back'}")


@bp.get("/authors/<int(max=2147483647):author_id>/portrait", endpoint="choose_portrait")
def show_portraits(author_id: int):
    """Offer pictures of the library for somebody's portrait."""
    found, words = db.get_or_404(Author, author_id), plain(request.args.get("q"))[:100]
    return page("desk/author-portrait.html", author=found, words=words, found=pictures_with(words))


@bp.post("/authors/<int(max=2147483647):author_id>/portrait")
def set_portrait(author_id: int):
    """Choose a picture for somebody's portrait; 0 is none."""
    found, number = db.get_or_404(Author, author_id), whole_number(request.form.get("picture"))
    if (number and db.session.get(Picture, number) is None) or number is None:
        return lead_to(f"{HERE}/{author_id}/portrait")
    if (number or None) != found.portrait_id:
        found.edit(portrait_id=number or None)
        record("author.edit", f"author:{author_id}", me(), fields=["portrait"])
        db.session.commit()
    return lead_to(f"{HERE}/{author_id}?done=portrait")


# Helpers


def _with_words(words: str) -> list[ColumnElement[bool]]:
    said = (Author.name, Author.role, Author.place)
    return [
        or_(*(column.ilike(f"%{word.translate(LIKE)}%", escape="\\") for column in said)) for word in words.split()[:6]
    ]


def _says(author: Author) -> dict[str, Any]:
    names = ("name", "slug", "role", "place", "bio", "email", "disclosure", "beats", "languages", "links", "account_id")
    return {name: getattr(author, name) for name in names}


def _typed(author: Author) -> dict[str, Any]:
    """Give what is said of somebody as the form has it."""
    said = _says(author)
    links = "\n".join(f"{link['label']} {link['url']}" for link in author.links)
    more = {"beats": "\n".join(author.beats), "languages": "\n".join(author.languages), "links": links}
    return {**said, **more, "account_id": author.account_id or NOBODY}


def _seen(author: Author) -> str:
    return mark_of(*_says(author).values())


def _form(author: Author | None, **how: Any) -> AuthorForm:
    form = AuthorForm(**how)
    form.own = author.id if author else None
    accounts = {one.id: one for one in db.session.scalars(Account.newsroom())}
    if author is not None and author.account_id:  # perhaps a reader's by now
        accounts.setdefault(author.account_id, db.session.get_one(Account, author.account_id))
    named = sorted(accounts.values(), key=lambda one: (one.name, one.id))
    choices = [SelectChoice(one.id, f"{one.name} ({one.username})") for one in named]
    form.account_id.choices = [SelectChoice(NOBODY, "None"), *choices]
    return form


def _author(
    found: Author, form: AuthorForm, status: int = 200, fault: str = "", now: list[str] | None = None
) -> Response:
    n = db.session.scalar(select(func.count()).where(Byline.author_id == found.id)) or 0
    return page(
        "desk/author.html", status=status, author=found, form=form, fault=fault, now=now or [], seen=_seen(found), n=n,
        done=DONE.get(request.args.get("done", "")) if status == 200 else None,
    )  # fmt: skip
