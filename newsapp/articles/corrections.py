"""What the paper has put right: a page of corrections and clarifications, the newest first."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from newsapp.articles.lists import LAST_PAGE, Paged, asked_place, by_time, page_numbers
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
    at = tags.moment()
    tags.shows("log", ALL)
    (number, last_number), before = page_numbers(), asked_place()
    size = (last_number - number + 1) * PER_PAGE
    query = Change.notices(at)
    query = (
        query.where(tuple_(Change.at, Change.id) < before) if before else query.offset((number - 1) * PER_PAGE)
    )  # fmt: skip
    found = list(session.scalars(query.limit(size + 1)))
    capped = Change.notices(at).with_only_columns(Change.id).order_by(None).limit(COUNTED_AT_MOST + 1)
    page = CorrectionList(
        url,
        number=number,
        is_first=number == 1 and not before,
        total=session.scalar(select(func.count()).select_from(capped.subquery())) or 0,
        changes=found[:size],
    )
    page.must_not_be_beyond_the_end()
    if len(found) > size:
        last = page.changes[-1]
        page.older = by_time(last.at, last.id) if before or last_number == LAST_PAGE else f"?page={last_number + 1}"
    if not before:
        page.shown_so_far = (number - 1) * PER_PAGE + page.shown
    return page
