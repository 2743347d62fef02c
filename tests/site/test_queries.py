"""What a reader's page costs the database: so many queries however long its lists, each along an index."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from newsapp import articles, comments, create_app
from newsapp.articles import Byline
from newsapp.db import db
from newsapp.lib import clock
from tests.conftest import NOON, Browser
from tests.small_paper import plant

# Queries for a page made anew in a process that has made pages before (menus and rails are in memory).
BUDGET = {
    "/": 8,
    "/sections/world": 6,
    "/sections/world?page=2": 6,
    "/sections/world?page=1-2": 6,
    "/articles/story-number-0": 10,
    "/articles/story-number-0/share": 6,
    "/articles/story-number-0/versions": 7,
    "/articles/story-number-2/versions/2": 9,
    "/articles/story-number-0/comments": 7,
    "/articles/story-number-0/comments?sort=helpful": 7,
    "/articles/story-number-0/comments?sort=replies": 7,
    "/articles/story-number-0/comments?sort=featured": 7,
    "/articles/story-number-0/comments/count": 3,
    "/articles/story-number-0/comments/new": 3,
    "/articles/story-number-0/comments/mine": 3,
    "/articles/story-number-0/report-error": 3,
    "/comments/1/reply": 4,
    "/comments/1/report": 4,
    "/about": 2,
    "/contact": 2,
    "/offline": 1,
    "/saved": 1,
    "/saved?s=1&s=2&s=99": 3,
    "/authors": 2,
    "/authors/rosalind": 6,
    "/log": 5,
    "/topics": 2,
    "/topics/rivers": 6,
    "/search": 6,
    "/search?q=story": 10,
    "/search?q=story&section=world&sort=newest": 11,
    "/search?q=storry": 14,  # and what the nearest spelling finds
    "/preferences": 1,
    "/account/sign-in": 2,
    "/account/register": 2,
    "/account/forgot-password": 2,
    "/feed.xml": 7,
    "/feed.atom": 7,
    "/feed.json": 7,
    "/sections/world/feed.xml": 7,
    "/authors/rosalind/feed.xml": 8,
    "/topics/rivers/feed.xml": 8,
    "/moderation": 26,  # two for each month; the page is kept for a day
    "/sources/1": 6,
    "/corrections": 4,
    "/corrections?page=2": 8,
    "/corrections/feed.xml": 2,
    "/articles/story-number-0/comments/feed.xml": 3,
    "/sitemap.xml": 3,
    "/sitemaps/pages.xml": 4,
    "/sitemaps/stories-1.xml": 2,
    "/news-sitemap.xml": 2,
    "/robots.txt": 1,
    "/.well-known/security.txt": 1,
    "/site.webmanifest": 1,
    "/newsletter": 3,
    "/newsletter/issues": 2,
    "/nothing-here": 6,  # the redirects are asked last
}
# Tables that grow with stories, comments, readers or mails. The others have as many rows as a newsroom has sections,
# authors or slots: most_read keeps ten a section, and place() clears away what has ended.
GROWING = {
    "article", "listing", "byline", "change", "citation", "comment", "thread", "topic_mark", "topic", "source", "picture",
    "picture_use", "account", "sign_in", "registration", "recovery_code", "mail", "throttle", "search_document", "search_word", "search_stale",
    "redirect", "log_entry", "follow", "saved_story",
    "version", "working_copy", "sitting", "newslist_line", "newslist_person", "waiting_change", "presence",
    "preview_link", "link_check", "error_report", "message", "standing_letter", "issue", "delivery", "returned", "subscriber", "subscription", "suppression",
}  # fmt: skip


@pytest.fixture
def bare(app):
    """The paper with the page cache off."""
    plant(NOON)
    overrides = {"DATABASE_URL": app.config["DATABASE_URL"], "TESTING": True, "PAGE_CACHE": False}
    made = create_app(overrides, instance=Path(app.config["INSTANCE"]))
    yield made
    with made.app_context():
        db.engine.dispose()


def queries_of(app, address: str, *, is_first: bool = False) -> list[tuple[str, object]]:
    """Ask for a page twice and give the queries of the second time; ``is_first``: ask once, with nothing in memory."""
    browser = Browser(app, app.response_class)
    if is_first:
        app.extensions.pop("parts", None)
    else:
        browser.get(address)
    said: list[tuple[str, object]] = []
    with app.app_context():
        engine = db.engine

    def note(connection, cursor, statement, parameters, context, many):
        if statement.startswith(("SELECT", "WITH")):
            said.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        browser.get(address)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return said


def lengthen() -> None:
    """Make every list of the paper longer."""
    from sqlalchemy import select

    from newsapp.articles import Article
    from newsapp.authors import Author
    from newsapp.sections import Section

    world = db.session.scalars(select(Section).where(Section.path == "world")).one()
    author = db.session.scalars(select(Author)).first()
    first = db.session.scalars(select(Article).where(Article.slug == "story-number-0")).one()
    for n in range(40):
        story = articles.write(f"More {n}", world, f"<p>{n}</p>", topics=["Rivers", "Rails", "Peat"],
                               bylines=[Byline(author=author, author_id=author.id)])  # fmt: skip
        story.publish(at=clock.now() - timedelta(hours=2, minutes=n))
        story.correct("A figure", "<p>More</p>", at=clock.now() - timedelta(minutes=n + 1))
        story.update("More", at=clock.now() - timedelta(minutes=n + 1))
        articles.place(story, "second")
    parent = None
    for n in range(120):
        parent = comments.post(first, f"Comment {n}", guest_name=f"Guest {n}", parent=parent if n % 4 else None)
    first.set_body("".join(f'<p>x<sup data-source-url="https://example.org/{n}"></sup></p>' for n in range(30)))
    db.session.commit()


def test_every_page_keeps_its_budget_of_queries(bare):
    for address, budget in BUDGET.items():
        said = queries_of(bare, address)
        assert len(said) <= budget, "\n\n".join([address, *(statement for statement, _ in said)])


@pytest.mark.parametrize(
    "address", ["/", "/sections/world", "/articles/story-number-0", "/articles/story-number-0/comments"]
)
def test_no_list_costs_a_query_for_each_row(bare, address):
    before = len(queries_of(bare, address))
    lengthen()

    assert len(queries_of(bare, address)) <= before


def test_no_query_of_a_readers_page_scans_or_sorts_a_table_that_grows(bare, postgres):
    lengthen()
    for address in BUDGET:
        said = queries_of(bare, address, is_first=True)  # the menus' and the rails' queries are a reader's, too
        assert said, address
        if not postgres:  # which plans by its statistics, so only that the page asks is tested there
            for statement, parameters in said:
                assert faults_in_the_plan(bare, statement, parameters) == [], f"{address}\n{statement}"


def faults_in_the_plan(app, statement: str, parameters) -> list[str]:
    """Give the steps of SQLite's plan that scan a table that grows, or sort one without a bound."""
    with app.app_context(), db.engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    found = []
    for step in plan:
        scanned = re.match(r"SCAN (\w+)" if "LIMIT" not in statement else r"SCAN (\w+)(?! USING)", step)
        if scanned and scanned[1] in GROWING:
            found.append(step)
        if "USE TEMP B-TREE FOR" in step and grows_without_bound(statement):
            found.append(step)
    return found


def grows_without_bound(statement: str) -> bool:
    """A sort is bounded where the rows come by the keys of one story or one page, or from a list with a limit."""
    touches = GROWING & set(re.findall(r"(?:FROM|JOIN) (\w+)", statement))
    bounded = re.search(r"\bIN \(|\.article_id = \?|LIMIT", statement)
    return bool(touches) and bounded is None


def test_the_plan_of_a_scan_would_be_seen(bare, postgres):
    """The test above can fail: a query without an index is a scan of a growing table."""
    if not postgres:
        assert faults_in_the_plan(bare, "SELECT * FROM article WHERE standfirst = 'x'", ()) == ["SCAN article"]
        assert faults_in_the_plan(bare, "SELECT * FROM comment ORDER BY body", ()) != []
