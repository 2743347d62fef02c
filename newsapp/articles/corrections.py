"""What the paper has put right: a page of corrections and clarifications, the newest first."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsapp.articles.lists import Paged, Part
from newsapp.articles.models import Change
from newsapp.articles.shelves import ALL, COUNTED_AT_MOST
from newsapp.lib import tags

PER_PAGE = 20


@dataclass
class CorrectionList(Paged):
    """One page of the corrections of public stories."""

    NOUNS = ("correction or clarification", "corrections and clarifications")
    changes: list[Change] = field(default_factory=list)

    @property
    def shown(self) -> int:
        return len(self.changes)


def correction_list(session: Session, url: str) -> CorrectionList:
    """Read the page of corrections that the request's query asks for, or several in one; one beyond the end is 404."""
    at, part = tags.moment(), Part.asked(PER_PAGE)
    tags.shows("log", ALL)
    found = list(session.scalars(part.of(Change.notices(at), Change.at, Change.id)))
    part.must_be_there(found)
    capped = Change.notices(at).with_only_columns(Change.id).order_by(None).limit(COUNTED_AT_MOST + 1)
    total = session.scalar(select(func.count()).select_from(capped.subquery())) or 0
    page = CorrectionList(url, total=total, changes=found[: part.size])
    page.lies_at(part, [(change.at, change.id) for change in found])
    return page
