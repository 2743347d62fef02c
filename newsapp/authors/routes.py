from __future__ import annotations

from typing import Any

from flask import Blueprint, abort
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from newsapp import follows
from newsapp.accounts import reader
from newsapp.articles import story_list
from newsapp.articles.lists import ARGUMENTS
from newsapp.authors.models import Author
from newsapp.db import db
from newsapp.layout import layout
from newsapp.lib.tags import shows
from newsapp.lib.web import page, shared

bp = Blueprint("authors", __name__, url_prefix="/authors")


@bp.get("")
@shared()
def index():
    """The people of the paper: who is here, and who was."""
    layout()
    shows("authors")
    people = db.session.scalars(Author.by_name()).all()
    return page(
        "authors/index.html",
        staff=[person for person in people if person.left_at is None],
        former=[person for person in people if person.left_at is not None],
    )


@bp.get("/<slug>")
@shared(*ARGUMENTS)
def author(slug: str):
    frame = layout()
    person = db.session.scalar(select(Author).where(Author.slug == slug).options(joinedload(Author.portrait)))
    if person is None:
        abort(404)
    return page(
        "authors/author.html",
        fragment="stories",
        author=person,
        followed=follows.is_followed(reader(), person.shelf),
        listed=story_list(db.session(), person.shelf, person.url),
        data=[_profile(person, frame.base, frame.site.name)],
    )


def _profile(person: Author, base: str, paper: str) -> dict[str, Any]:
    """Describe the person. Source: schema.org's ProfilePage, and Google's guidance on it."""
    return {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "mainEntity": {
            "@type": "Person",
            "@id": f"{base}{person.url}#person",
            "name": person.name,
            "url": base + person.url,
            "worksFor": {"@type": "NewsMediaOrganization", "name": paper, "@id": f"{base}/#organization"},
            **({"jobTitle": person.role} if person.role else {}),
            **({"description": person.bio} if person.bio else {}),
            **({"knowsAbout": person.beats} if person.beats else {}),
            **({"knowsLanguage": person.languages} if person.languages else {}),
            **({"email": person.email} if person.email else {}),
            **({"sameAs": [link["url"] for link in person.links]} if person.links else {}),
            **({"image": base + person.portrait.file(704, "jpg")} if person.portrait else {}),
        },
    }
