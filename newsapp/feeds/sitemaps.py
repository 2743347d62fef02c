"""Sitemaps: every public address, for search engines.

Source: https://www.sitemaps.org/protocol.html, and Google's extensions for pictures and news.

The stories are cut into parts by their numbers, so a part is one walk along an index whatever stands before it, and a
new story changes only the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from sqlalchemy import Select, case, event, func, select
from sqlalchemy.orm import Session

from newsapp.articles import ALL, Article, Kind, Listing, Topic
from newsapp.articles.facts import SETTLING
from newsapp.authors import Author
from newsapp.feeds.entries import PICTURE_WIDTH, absolute
from newsapp.lib import dates, tags
from newsapp.lib.parts import generation_here, part
from newsapp.media import Picture
from newsapp.sections import Tree

PART = 50_000  # the protocol's limit of addresses in one file
TOPICS = 40_000  # of pages.xml: with sections and authors it stays below the limit
ROWS_AT_ONCE = 1000  # of a part in memory
NEWS_FOR = timedelta(days=2)
NEWS = 1000  # Google's limit of stories in a news sitemap
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
URLSET = f'{HEAD}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
IMAGES = ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
IN_NEWS = ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def index(session: Session, base: str) -> str:
    """Name the sitemap of the pages and the parts that hold at least one public story, with each one's last change."""
    tags.shows(ALL)
    last = session.scalar(
        select(Listing.article_id).where(Listing.shelf == ALL).order_by(Listing.article_id.desc()).limit(1)
    )
    lines = f"<sitemap><loc>{base}/sitemaps/pages.xml</loc></sitemap>\n"
    for number in range(1, _part_of(last) + 1 if last else 1):
        tags.shows(f"sitemap:{number}")
        changed = part(
            ("sitemap", number), _last_change_of(number), is_shown=False
        )  # it outlives the page: the day's end
        if changed is not None:
            lines += f"<sitemap><loc>{base}/sitemaps/stories-{number}.xml</loc>"
            lines += f"<lastmod>{changed:%Y-%m-%dT%H:%M:%SZ}</lastmod></sitemap>\n"
    return f'{HEAD}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</sitemapindex>\n'


def _last_change_of(number: int) -> Callable[[Session], datetime | None]:
    """Give how to find when a part last changed; ``None`` where it has no public story.

    It reads the whole part, so it is kept until one of the part's stories changes: of a large paper only the last part
    is ever read anew.
    """

    def find(session: Session) -> datetime | None:
        tags.shows(f"sitemap:{number}")
        seen, at = tags.seen_so_far(), tags.moment()
        public = Listing.is_public(at)
        # A change within a minute of publication counts here, unlike in the part: a minute's difference says nothing.
        changed = case((Article.updated_at > Listing.published_at, Article.updated_at), else_=Listing.published_at)
        row = session.execute(
            _of_part(number)
            .join(Article, Article.id == Listing.article_id)
            .with_only_columns(
                func.max(case((public, changed))),
                func.min(case((Listing.published_at > at, Listing.published_at))),
                func.min(case((Listing.ends_at > at, Listing.ends_at))),
            )
        ).one()
        if seen is not None:
            seen.note_expiry(row[1])
            seen.note_expiry(row[2])
        found: datetime | None = row[0]
        return found

    return find


def pages(session: Session, tree: Tree, others: Iterable[str], base: str) -> str:
    """List the front page, the sections that the menus show, the authors, the topics, and the paths of ``others``."""
    tags.shows("authors", "topics", ALL)
    paths = ["/"]
    paths += [branch.url for branch in tree.by_id.values() if not branch.is_hidden]
    paths += ["/authors", *(f"/authors/{slug}" for slug in session.scalars(select(Author.slug).order_by(Author.slug)))]
    in_use = Topic.in_use(tags.moment()).with_only_columns(Topic.slug).limit(TOPICS)
    paths += ["/topics", *(f"/topics/{slug}" for slug in session.scalars(in_use))]
    lines = "".join(f"<url><loc>{escape(absolute(base, path))}</loc></url>\n" for path in [*paths, *sorted(others)])
    return f"{URLSET}>\n{lines}</urlset>\n"


def stories(session: Session, number: int, base: str) -> list[bytes]:
    """List the public stories of one part, in pieces of a thousand; none where the part holds none.

    Rows and not stories are read: fifty thousand tags on a page would cost more than the page. One tag stands for all
    of a part, and ``_note_stories`` raises it.
    """
    tags.shows(f"sitemap:{number}", "site")
    generation_here()
    seen, at = tags.seen_so_far(), tags.moment()
    rows = session.execute(
        _of_part(number)
        .join(Article, Article.id == Listing.article_id)
        .outerjoin(Picture, Picture.id == Article.picture_id)
        .with_only_columns(
            Listing.published_at, Listing.ends_at, Article.slug, Article.updated_at, Picture.stem, Picture.widths
        )
        .order_by(Listing.article_id),
        execution_options={"yield_per": ROWS_AT_ONCE},
    )
    pieces = []
    for some in rows.partitions():
        if seen is not None:
            for row in some:
                seen.note_expiry(next((m for m in (row.published_at, row.ends_at) if m and m > at), None))
        public = [row for row in some if row.published_at <= at and (row.ends_at is None or row.ends_at > at)]
        pieces.append("".join(_story(row, base) for row in public).encode())
    if not any(pieces):
        return []
    return [f"{URLSET}{IMAGES}>\n".encode(), *pieces, b"</urlset>\n"]


def _story(row: Any, base: str) -> str:
    changed = row.updated_at if row.updated_at and row.updated_at - row.published_at >= SETTLING else row.published_at
    image = ""
    if row.stem:
        width = min((w for w in row.widths if w >= PICTURE_WIDTH), default=max(row.widths))
        image = f"<image:image><image:loc>{base}/media/{row.stem}-{width}.jpg</image:loc></image:image>"
    loc = escape(absolute(base, f"/articles/{row.slug}"))
    return f"<url><loc>{loc}</loc><lastmod>{changed:%Y-%m-%dT%H:%M:%SZ}</lastmod>{image}</url>\n"


def _of_part(number: int) -> Select[Any]:
    first = (number - 1) * PART
    return select(Listing.article_id).where(
        Listing.shelf == ALL, Listing.article_id > first, Listing.article_id <= first + PART
    )  # fmt: skip


def _part_of(article_id: int) -> int:
    return (article_id - 1) // PART + 1


@event.listens_for(Session, "after_flush")
def _note_stories(session: Session, _context: Any) -> None:
    """Raise the tag of the part that a changed story stands in."""
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Article | Listing):
            if row in session.dirty and not session.is_modified(row):
                continue
            number = row.id if isinstance(row, Article) else row.article_id
            tags.raise_tags(session, f"sitemap:{_part_of(number)}")


def news(session: Session, name: str, base: str) -> str:
    """List the stories of the last two days, for news search. What is sponsored is not news."""
    at = tags.moment()
    rows = session.execute(
        Listing.on(ALL, at)
        .join(Article, Article.id == Listing.article_id)
        .with_only_columns(
            Listing.article_id, Listing.published_at, Article.slug, Article.headline, Article.language, Article.kind
        )
        .where(Listing.published_at > at - NEWS_FOR)
        .limit(NEWS)
    ).all()
    tags.shows(ALL, *(f"article:{row.article_id}" for row in rows))
    seen = tags.seen_so_far()
    if rows and seen is not None:
        seen.note_expiry(rows[-1].published_at + NEWS_FOR)
    listed = "".join(_news(row, name, base) for row in rows if row.kind != Kind.SPONSORED)
    return f"{URLSET}{IN_NEWS}>\n{listed}</urlset>\n"


def _news(row: Any, name: str, base: str) -> str:
    return (
        f"<url><loc>{escape(absolute(base, f'/articles/{row.slug}'))}</loc><news:news>"
        f"<news:publication><news:name>{escape(name)}</news:name>"
        f"<news:language>{escape(_language(row.language))}</news:language></news:publication>"
        f"<news:publication_date>{dates.machine(row.published_at)}</news:publication_date>"
        f"<news:title>{escape(row.headline)}</news:title></news:news></url>\n"
    )


def _language(tag: str) -> str:
    """Give the language as the news sitemap wants it: two or three letters, and two kinds of Chinese."""
    tag = tag.lower()
    if tag.startswith("zh"):
        return "zh-tw" if "tw" in tag or "hant" in tag else "zh-cn"
    return tag.split("-")[0]
