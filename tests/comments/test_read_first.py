"""Stories and sections under which a moderator reads every comment first."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from newsapp import comments
from newsapp.accounts import Role
from newsapp.comments import Sender, Thread
from newsapp.db import db
from tests.conftest import signed_in
from tests.desk.stories import account, fields


@pytest.fixture
def known(article, reader):
    """Somebody whose comments appear at once."""
    comments.post(article, "An earlier one", account=reader)
    db.session.commit()
    return reader


def sent(article, by, words="Some words"):
    return comments.submit(article, Sender(account=by), words)


def test_a_comment_of_a_known_reader_waits_under_such_a_story(article, known, moderator):
    assert sent(article, known).is_visible
    Thread.under(article).read_first(moderator)

    row = sent(article, known, "Other words")
    assert row.state == "waiting" and row.why == "A moderator reads each comment under this story before it appears."

    Thread.under(article).read_after(moderator)
    assert sent(article, known, "Third words").is_visible


def test_it_waits_in_such_a_section_and_below_it(world, asia, article, known):
    article.file_under(asia)
    world.edit(comments_read_first=True)
    row = sent(article, known)
    assert row.state == "waiting" and "in this section" in row.why

    world.edit(comments_read_first=False)
    assert sent(article, known, "Other words").is_visible


def test_the_newsroom_never_waits(article, editor, moderator):
    Thread.under(article).read_first(moderator)
    assert sent(article, editor).is_visible


def test_new_words_of_an_old_comment_wait_too(article, known, moderator):
    row = sent(article, known)
    Thread.under(article).read_first(moderator)
    comments.revise(row, article, Sender(account=known), "New words")
    assert row.state == "waiting"


def test_who_writes_is_told_before(app, article, known, moderator):
    form = f"{article.url}/comments/new"
    assert "under this story" not in signed_in(app, known).get(form).text
    Thread.under(article).read_first(moderator)
    db.session.commit()
    assert "A moderator reads each comment under this story" in signed_in(app, known).get(form).text
    assert "A moderator reads each comment under this story" not in signed_in(app, moderator).get(form).text


def test_a_moderator_sets_it_for_a_story_and_sees_why_a_comment_waits(app, article, known, moderator):
    desk, at = signed_in(app, moderator), f"/desk/comments/stories/{article.id}"
    answer = desk.post(at, data={"message": "", "state": "read"})
    assert "A moderator reads each comment there first" in desk.get(answer.location).text
    chosen = BeautifulSoup(desk.get(at).text, "html.parser").select_one("input[name=state][checked]")
    assert chosen["value"] == "read"

    sent(article, known)
    db.session.commit()
    assert "Everything under this story is read first" in desk.get("/desk/comments").text

    assert "treated as everywhere" in desk.get(desk.post(at, data={"message": "", "state": "open"}).location).text
    desk.post(at, data={"message": "", "state": "closed"})
    assert not comments.is_open(article)
    desk.post(at, data={"message": "", "state": "read"})
    assert comments.is_open(article) and comments.read_first(article) == "story"
    desk.post(at, data={"message": "", "state": "open"})
    assert comments.is_open(article) and comments.read_first(article) == ""


def test_an_editor_sets_it_for_a_section_and_its_stories_say_so(app, world, article):
    desk, at = signed_in(app, account(Role.EDITOR)), f"/desk/sections/{world.id}"
    said = fields(desk.get(at).text, "form.desk__form")
    assert desk.post(at, data={**said, "comments_read_first": "y"}).status_code == 303

    assert comments.read_first(article) == "section"
    assert (
        "In its section, a moderator reads every comment first."
        in desk.get(f"/desk/comments/stories/{article.id}").text
    )
    assert "comments_read_first" in fields(desk.get(at).text, "form.desk__form")
    desk.post(
        at, data={k: v for k, v in fields(desk.get(at).text, "form.desk__form").items() if k != "comments_read_first"}
    )
    assert comments.read_first(article) == ""
