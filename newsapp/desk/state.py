"""Where one story stands: for the head of each of its pages."""

from __future__ import annotations

from types import SimpleNamespace

from sqlalchemy import func, select

from newsapp.articles import Article, NewslistLine, drafting, releasing
from newsapp.articles.versions import Version
from newsapp.db import db
from newsapp.desk.frame import me
from newsapp.desk.queue import names
from newsapp.desk.stories import STATUS, may_release
from newsapp.lib import tags


def state_of(article: Article) -> SimpleNamespace:
    """Give where a story stands, and what whoever is signed in may do about it."""
    now = tags.moment()
    copy = drafting.copy_of(article)
    line = db.session.get(NewslistLine, article.id)
    status = line.status(now) if line else "draft"
    waiting = releasing.waiting_change(article)
    return SimpleNamespace(
        id=article.id, url=f"/desk/articles/{article.id}", status=status, label=STATUS[status][0],
        shape=STATUS[status][1], copy=copy, line=line, waiting=waiting,
        headline=(copy.document["headline"] if copy else article.headline) or "Untitled",
        is_public=article.is_public(now), has_changes=bool(line and line.has_changes),
        embargo=copy if copy and copy.embargo_until and copy.embargo_until > now else None,
        saved_by=names({copy.saved_by_id}).get(copy.saved_by_id or 0, "Somebody who has left") if copy else "",
        submitted_by=names({article.submitted_by_id}).get(article.submitted_by_id or 0, "") if article.submitted_at else "",
        returned_by=names({copy.returned_by_id}).get(copy.returned_by_id or 0, "Somebody who has left") if copy else "",
        withdrawn_by=names({article.withdrawn_by_id}).get(article.withdrawn_by_id or 0, ""),
        withdrawn_at=article.withdrawn_at, withdrawn_reason=article.withdrawn_reason,
        may_release=may_release(), may_edit=me().can_edit, now=now,
        versions=db.session.scalar(select(func.count()).select_from(Version).where(Version.article_id == article.id)),
    )  # fmt: skip
