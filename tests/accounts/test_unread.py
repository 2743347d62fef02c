"""How much is new: on the account's menu, counted with who is signed in and by no query of its own."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from newsapp import comments
from newsapp.accounts.notifications import MOST_COUNTED, notify
from newsapp.articles import Article
from newsapp.db import db
from tests.conftest import NOON, _account, signed_in
from tests.small_paper import plant


@pytest.fixture
def me(app, reader):
    return signed_in(app, reader)


def tell(account, n=1):
    for k in range(n):
        notify(account.id, "reply", f"comment:{k}", f"News {k}", "/")
    db.session.commit()


def test_the_menu_says_how_much_is_new_until_it_is_read(me, reader, article):
    assert 'class="unread"' not in me.get(article.url).text
    tell(reader, 3)

    page = me.get(article.url).text
    assert '<span class="unread" aria-hidden="true">3</span>' in page
    assert "Your account: Tamsin Kerrigold, 3 new" in page and "Your comments <b>3 new</b>" in page

    assert me.post("/account/comments/read").status_code == 303
    assert 'class="unread"' not in me.get(article.url).text


def test_nobody_elses_news_and_no_strangers_page_has_a_count(client, me, reader, article):
    tell(_account("Ottoline Other", "reader"))

    assert 'class="unread"' not in me.get(article.url).text
    tell(reader)
    assert 'class="unread"' not in client.get(article.url).text


def test_many_are_counted_no_further_than_one_reads(me, reader, article):
    tell(reader, MOST_COUNTED + 7)

    page = me.get(article.url).text
    assert ">99+<" in page and "more than 99 new" in page


@pytest.mark.parametrize(("waits", "budget"), [(False, 12), (True, 13)], ids=["", "with a comment that waits"])
def test_a_signed_in_article_page_keeps_its_budget_of_queries_and_its_indexes(app, postgres, waits, budget):
    plant(NOON)
    story = db.session.get_one(Article, 1)
    me = _account("Tamsin Kerrigold", "reader")
    if waits:
        comments.post(story, "Mine alone", account=me, approved=False)
    tell(me, 5)
    browser, address = signed_in(app, me), story.url
    browser.get(address)
    said = []

    def note(connection, cursor, statement, parameters, context, many):
        if statement.startswith(("SELECT", "WITH")):
            said.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    page = browser.get(address).text
    event.remove(db.engine, "before_cursor_execute", note)

    assert ">5<" in page and ("Mine alone" in page) is waits
    assert len(said) <= budget, "\n\n".join(statement for statement, _ in said)
    if not postgres:
        with db.engine.connect() as connection:
            plans = [row[3] for s, p in said for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {s}", p)]
        assert any("ix_notification_unread" in step for step in plans)
        assert not [
            step for step in plans if step.startswith(("SCAN notification", "SCAN saved_story", "SCAN account"))
        ]
