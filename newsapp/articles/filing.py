"""Taking a section out of the paper: its stories go to another, and so do the readers who ask for it."""

from __future__ import annotations

from sqlalchemy import or_, select, update

from newsapp import site
from newsapp.articles.drafting import WorkingCopy
from newsapp.articles.front import Placement, section_slot
from newsapp.articles.models import Article
from newsapp.articles.mostread import MostRead
from newsapp.articles.newslist import NewslistLine
from newsapp.db import db
from newsapp.sections import MenuItem, Section

FEEDS = ("feed.xml", "feed.atom", "feed.json")


class HasSubsections(ValueError):
    """A section that cannot be removed before those below it; the message is a sentence for the desk."""


def remove_section(section: Section, into: Section, by_id: int | None = None) -> None:
    """Remove a section: its stories move ``into`` another, its address and its feeds lead there.

    Every one of its stories is filed anew, so a section with a hundred thousand takes minutes. ``by_id`` is the
    account of who did it. The caller commits.

    Raises:
        HasSubsections: sections stand below it.
        ValueError: it is to be moved into itself.
    """
    if section.id == into.id:
        raise ValueError(f"{section.name} cannot be moved into itself.")
    if db.session.scalar(select(Section.id).where(Section.parent_id == section.id).limit(1)):
        raise HasSubsections(f"{section.name} has subsections. Remove or move them first.")
    filed = {row.id: row for row in db.session.scalars(select(Section))}
    # No index has the further sections of drafts, so every story's list is read; this happens once in years.
    also = [i for i, others in db.session.execute(select(Article.id, Article.also_in)) if section.id in others]
    for story in db.session.scalars(select(Article).where(or_(Article.section_id == section.id, Article.id.in_(also)))):
        home, *others = (
            into if i == section.id else filed[i] for i in (story.section_id, *story.also_in) if i in filed
        )
        story.file_under(home, dict.fromkeys(others))
    for copy in db.session.scalars(select(WorkingCopy)):  # what is being written moves, too
        home_id, also_in = copy.document["section_id"], copy.document["also_in"]
        if section.id in (home_id, *also_in):
            moved = [into.id if i == section.id else i for i in (home_id, *also_in)]
            copy.document = {**copy.document, "section_id": moved[0], "also_in": moved[1:]}
    db.session.execute(update(NewslistLine).where(NewslistLine.section_id == section.id).values(section_id=into.id))
    for item in db.session.scalars(select(MenuItem).where(MenuItem.section_id == section.id)):
        db.session.delete(item)
    for line in db.session.scalars(select(MostRead).where(MostRead.shelf == f"section:{section.id}")):
        db.session.delete(line)
    for placement in db.session.scalars(select(Placement).where(Placement.slot == section_slot(section.id))):
        placement.clear()
    db.session.flush()
    old = section.url
    db.session.delete(section)
    db.session.flush()
    site.redirect(old, into.url, by_id)
    for feed in FEEDS:
        site.redirect(f"{old}/{feed}", f"{into.url}/{feed}", by_id)
