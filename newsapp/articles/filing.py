"""Where stories stand when the tree of sections changes: one is put elsewhere, or taken out of the paper."""

from __future__ import annotations

from sqlalchemy import delete, insert, literal, or_, select, update

from newsapp import sections, site
from newsapp.articles.drafting import WorkingCopy
from newsapp.articles.front import Placement, section_slot
from newsapp.articles.models import Article
from newsapp.articles.mostread import MostRead
from newsapp.articles.newslist import NewslistLine
from newsapp.articles.shelves import Listing
from newsapp.db import db
from newsapp.lib.tags import raise_tags
from newsapp.sections import MenuItem, Section, section_moved

AT_ONCE = 500  # stories in one statement


class HasStories(ValueError):
    """A section that cannot be removed without a place for its stories; the message is a sentence for the desk."""


class HasSubsections(ValueError):
    """A section that cannot be removed before those below it; the message is a sentence for the desk."""


def remove_section(section: Section, into: Section | None, by_id: int | None = None) -> None:
    """Remove a section: its stories move ``into`` another, its address and its feeds lead there.

    Without another one it must be empty, and its address is not there any more. Every one of its stories is filed anew, so a section with a hundred thousand takes minutes. ``by_id`` is the
    account of who did it. The caller commits.

    Raises:
        HasSubsections: sections stand below it.
        HasStories: stories stand in it, and they have nowhere to go.
        ValueError: it is to be moved into itself.
    """
    if into is not None and section.id == into.id:
        raise ValueError(f"{section.name} cannot be moved into itself.")
    if db.session.scalar(select(Section.id).where(Section.parent_id == section.id).limit(1)):
        raise HasSubsections(f"{section.name} has subsections. Remove or move them first.")
    if into is None:
        if n := stories_in(section):
            raise HasStories(f"{n:,} {'story stands' if n == 1 else 'stories stand'} in {section.name}. Say where to.")
        _remove(section)
        return
    filed = {row.id: row for row in db.session.scalars(select(Section))}
    for story in _stories_of(section):
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
    old, new = section.url, into.url
    _remove(section)
    for part in ("", *site.FEEDS):
        site.redirect(f"{old}{part}", f"{new}{part}", by_id)


def stories_in(section: Section) -> int:
    """Count the stories that stand in a section itself, not below it: public, drafts, and what is being written."""
    ids = {story.id for story in _stories_of(section)}
    for copy in db.session.scalars(select(WorkingCopy)):
        if section.id in (copy.document["section_id"], *copy.document["also_in"]):
            ids.add(copy.article_id)
    return len(ids)


def _stories_of(section: Section) -> list[Article]:
    # No index has the further sections of drafts, so every story's list is read; this happens once in years.
    also = [i for i, others in db.session.execute(select(Article.id, Article.also_in)) if section.id in others]
    found = select(Article).where(or_(Article.section_id == section.id, Article.id.in_(also)))
    return list(db.session.scalars(found.order_by(Article.id)))


def _remove(section: Section) -> None:
    for item in db.session.scalars(select(MenuItem).where(MenuItem.section_id == section.id)):
        db.session.delete(item)
    for line in db.session.scalars(select(MostRead).where(MostRead.shelf == f"section:{section.id}")):
        db.session.delete(line)
    for placement in db.session.scalars(select(Placement).where(Placement.slot == section_slot(section.id))):
        placement.clear()
    db.session.flush()
    db.session.delete(section)
    db.session.flush()


@section_moved.connect
def _shelve_anew(section: Section, above: list[int]) -> None:
    """Put the stories of a section, and of all below it, on the shelves of the sections above; take them off the old ones.

    In a few statements, however many they are.
    """
    tree = sections.tree(db.session())
    now = [branch.id for branch in tree.by_id[section.id].line[:-1]]
    here = select(Listing.article_id).where(Listing.shelf == f"section:{section.id}")
    for gained in set(now) - set(above):
        rows = select(literal(f"section:{gained}"), Listing.article_id, Listing.published_at, Listing.ends_at)
        there = select(Listing.article_id).where(Listing.shelf == f"section:{gained}")
        rows = rows.where(Listing.shelf == f"section:{section.id}", Listing.article_id.not_in(there))
        names = ["shelf", "article_id", "published_at", "ends_at"]
        db.session.execute(insert(Listing).from_select(names, rows), execution_options={"raises_tags": True})
    for lost in set(above) - set(now):
        kept = {branch.id for branch in tree.by_id[lost].below()} if lost in tree.by_id else set()
        filed = select(Article.id, Article.section_id, Article.also_in).where(Article.id.in_(here))
        gone = [i for i, home, others in db.session.execute(filed) if not kept & {home, *others}]
        for start in range(0, len(gone), AT_ONCE):
            off = delete(Listing).where(
                Listing.shelf == f"section:{lost}", Listing.article_id.in_(gone[start : start + AT_ONCE])
            )
            db.session.execute(off, execution_options={"raises_tags": True})
    raise_tags(db.session(), "clock", *(f"section:{i}" for i in {section.id, *above, *now}))
