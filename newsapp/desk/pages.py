"""Pages of the paper about itself, at the desk: About, Terms, Ethics and the like; their words in Markdown."""

from __future__ import annotations

from flask import Response, request
from sqlalchemy import select
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired

from newsapp import pages, site
from newsapp.accounts.log import record
from newsapp.articles.markdown import to_html, to_markdown
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.desk.queue import names
from newsapp.desk.structure import SlugField, mark_of, who_changed
from newsapp.layout import is_answered
from newsapp.lib.forms import AtMost, Form, plain
from newsapp.lib.text import slugify
from newsapp.lib.web import lead_to, page
from newsapp.pages import Page
from newsapp.site import AddressTaken

HERE = "/desk/pages"
MOST_TEXT = 200_000  # characters
DONE = {"saved": "Saved. Readers see it now.", "added": "The page is there.", "removed": "The page is gone."}

# What readers look for before they trust a paper, by the addresses that structured data names.
TRUST = {
    "about": "who you are", "ethics": "the rules you work by", "ownership": "who owns the paper and pays for it",
    "privacy": "what you keep of your readers",
}  # fmt: skip


class PageForm(Form):
    """All that a page says, and where."""

    title = StringField("Title", [DataRequired("A page needs a title."), AtMost(120)], [plain])
    slug = SlugField("Its address", [AtMost(80)])
    standfirst = TextAreaField("Standfirst", [AtMost(500)], [plain])
    body = TextAreaField("Text, in Markdown", [DataRequired("Write something."), AtMost(MOST_TEXT)])


@bp.get("/pages", endpoint="pages")
def show_pages():
    found = db.session.scalars(select(Page).order_by(Page.slug)).all()
    return page(
        "desk/pages.html", pages=found, names=names({one.updated_by_id for one in found}),
        missing={slug: says for slug, says in TRUST.items() if slug not in {one.slug for one in found}},
        done=DONE.get(request.args.get("done", "")),
    )  # fmt: skip


@bp.get("/pages/new")
def new_page():
    slug = request.args.get("slug", "")
    return _show(None, PageForm(formdata=None, slug=slug if slug in TRUST else ""))


@bp.post("/pages")
def add_page():
    """Write a page that was not there."""
    form = PageForm()
    if not form.validate():
        return _show(None, form, 422)
    slug = form.slug.data or slugify(form.title.data or "", 80)
    try:
        _must_be_free(slug)
    except AddressTaken as fault:
        form.slug.errors = [str(fault)]
        return _show(None, form, 422)
    made = pages.write(slug, form.title.data or "", to_html(form.body.data or ""), form.standfirst.data or "", me())
    site.page_came(made.url)
    record("page.add", f"page:{made.id}", me())
    db.session.commit()
    return lead_to(f"{HERE}?done=added")


@bp.post("/pages/preview")
def preview_page():
    """Show what a form says as readers would see it; nothing is kept."""
    form = PageForm()
    shown = Page(slug=form.slug.data or "preview", title=form.title.data or "Untitled")
    shown.edit(shown.title, to_html((form.body.data or "")[:MOST_TEXT]), form.standfirst.data or "")
    return page("desk/page-preview.html", page=shown)


@bp.get("/pages/<int(max=2147483647):page_id>", endpoint="page")
def show_page(page_id: int):
    found = db.get_or_404(Page, page_id)
    return _show(found, _form_of(found))


@bp.post("/pages/<int(max=2147483647):page_id>")
def change_page(page_id: int):
    """Change what a page says, or where it stands; its old address leads on."""
    found, form = db.get_or_404(Page, page_id, with_for_update=True), PageForm()
    if not form.validate():
        return _show(found, form, 422)
    if request.form.get("seen") != _seen(found):
        fault = f"{who_changed(f'page:{page_id}')} has changed it meanwhile. What it says now stands below your words; save again to replace it."
        return _show(found, form, 409, fault)
    slug = form.slug.data or found.slug
    if slug != found.slug:
        try:
            _must_be_free(slug)
        except AddressTaken as fault:
            form.slug.errors = [str(fault)]
            return _show(found, form, 422)
        old = found.url
        found.move_to(slug)
        site.page_moved(old, found.url, me().id)
        record("page.move", f"page:{page_id}", me(), f"{old} is {found.url}")
    found.edit(form.title.data or "", to_html(form.body.data or ""), form.standfirst.data or "", me())
    record("page.edit", f"page:{page_id}", me())
    db.session.commit()
    return lead_to(f"{HERE}/{page_id}?done=saved")


@bp.post("/pages/<int(max=2147483647):page_id>/remove")
def remove_page(page_id: int):
    """Take a page away; menus no longer name it."""
    found = db.get_or_404(Page, page_id)
    if request.form.get("sure") != "yes":
        return _show(found, _form_of(found), 422, "Tick the box first: a page that is removed cannot be put back.")
    record("page.remove", f"page:{page_id}", me(), f"It stood at {found.url}.")
    found.remove()
    db.session.commit()
    return lead_to(f"{HERE}?done=removed")


def _must_be_free(slug: str) -> None:
    """Refuse an address that something else has, or had."""
    address = f"/{slug}"
    if is_answered(address, pages.slugs(db.session())):
        raise AddressTaken(f"There is a page at {address} already.")
    site.must_be_free(address)


def _form_of(found: Page) -> PageForm:
    said = {"title": found.title, "slug": found.slug, "standfirst": found.standfirst, "body": to_markdown(found.body)}
    return PageForm(formdata=None, data=said)


def _seen(found: Page) -> str:
    return mark_of(found.title, found.slug, found.standfirst, found.body)


def _show(found: Page | None, form: PageForm, status: int = 200, fault: str = "") -> Response:
    return page(
        "desk/page.html", status=status, edited=found, form=form, fault=fault, moved=status == 409,
        seen=_seen(found) if found else "", done=DONE.get(request.args.get("done", "")) if status == 200 else None,
        now=to_markdown(found.body) if found and status == 409 else "",
    )  # fmt: skip
