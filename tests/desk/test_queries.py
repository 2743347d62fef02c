"""What the desk asks the database: each page along an index, however many comments, people, reports and decisions there are."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from newsapp import comments, sections, site
from newsapp.db import db
from newsapp.lib import clock
from tests.conftest import signed_in
from tests.site.test_queries import GROWING

# One row for each story that was discussed is added up for the count of approved comments: some milliseconds at 100,000.
ADDED_UP = {"thread"}
WATCHED = (GROWING | {"comment_text", "report", "appeal", "sanction", "person_note", "notification"}) - ADDED_UP
ADDRESSES = [
    *(f"/desk/comments?tab={tab}" for tab in ("waiting", "reported", "appeals", "approved", "rejected", "hidden", "spam", "banned")),
    *(f"/desk/comments?article=1&tab={tab}" for tab in ("waiting", "reported", "approved", "rejected", "spam")),
    "/desk/comments?q=river", "/desk/comments?q=river&state=spam", "/desk/comments?q=river&article=1", "/desk/comments?q=gus@example.org",
    "/desk/comments?q=gus@example.org&state=waiting", "/desk/comments/1", "/desk/comments/2/thread", "/desk/comments/people/1", "/desk/comments/people/guest-3",
    "/desk/comments/stories/1", "/desk/log", "/desk/log?about=comment:1", "/desk/log?by=1", "/desk/words", "/desk/rules", "/desk", "/desk/find", "/desk/find?q=river", "/desk/find?q=gus",
]  # fmt: skip


@pytest.fixture
def desk(app, article, reader, moderator):
    first = comments.post(article, "A river", account=reader)
    comments.post(article, "A reply", account=reader, parent=first)
    comments.post(article, "A guest", guest_name="Gus", guest_email="gus@example.org", approved=False)
    comments.report(first, "spam")
    comments.suspend(by=moderator, account=reader, reason="Insults.", until=clock.now().replace(year=2030))
    db.session.commit()
    return signed_in(app, moderator)


# Removing a section reads every story's list of further sections; that happens once in years.
OF_THE_PAPER = [
    "/desk/sections", "/desk/sections/1", "/desk/menus", "/desk/menus/1", "/desk/authors", "/desk/authors?q=rosa", "/desk/authors/1", "/desk/topics", "/desk/topics?q=river",
    "/desk/topics?unused=1", "/desk/topics/1", "/desk/topics/1/merge?into=rivers", "/desk/redirects", "/desk/redirects?q=x", "/desk/redirects/missing",
    "/desk/redirects/edit?old=/2019/barges-return.html",
]  # fmt: skip


@pytest.mark.parametrize("address", OF_THE_PAPER)
def test_no_query_about_the_paper_s_structure_scans_a_table_that_grows(app, article, editor, address, postgres):
    sections.add_column("The paper").add(None, "The log", "/log")
    site.redirect("/old", "/log")
    db.session.commit()
    test_no_query_of_the_desk_scans_a_table_that_grows(signed_in(app, editor), address, postgres)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_query_of_the_desk_scans_a_table_that_grows(desk, address, postgres):
    if postgres:
        assert desk.get(address).status_code == 200, "it plans by its statistics"
        return
    said: list[tuple[str, object]] = []

    def note(connection, cursor, statement, parameters, context, many):
        if statement.startswith(("SELECT", "WITH")):
            said.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    assert desk.get(address).status_code == 200
    event.remove(db.engine, "before_cursor_execute", note)

    assert said
    with db.engine.connect() as connection:
        for statement, parameters in said:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            is_walk = len(plan) == 1 and "LIMIT" in statement  # along the key itself, and no further than a page
            for step in plan:
                scanned = re.match(r"SCAN (\w+)(?! USING)", step)
                assert is_walk or not (scanned and scanned[1] in WATCHED), f"{step}\n{statement}\n{plan}"


@pytest.mark.parametrize("address", ["/desk/comments", "/desk/comments?article=1"])
def test_what_waits_is_counted_in_the_index_and_no_row_is_looked_up(desk, address, postgres):
    if postgres:
        return  # it plans by its statistics
    counted: list[tuple[str, object]] = []

    def note(connection, cursor, statement, parameters, context, many):
        if "count(*)" in statement and "held_at IS NOT NULL" in statement:
            counted.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    assert desk.get(address).status_code == 200
    event.remove(db.engine, "before_cursor_execute", note)

    assert len(counted) == 2, "the tabs' counts and the menu's"
    with db.engine.connect() as connection:
        for statement, parameters in counted:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            walks = [
                step
                for step in plan
                if "ix_comment_held_at" in step or "ix_comment_story_" in step or "ix_comment_hidden_at" in step
            ]
            assert walks, plan
            assert all("COVERING" in step for step in walks), plan
