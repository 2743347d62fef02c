"""Discussions: every depth kept, four levels drawn, the figures always true."""

from __future__ import annotations

import random
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from newsapp import comments
from newsapp.accounts.log import LogEntry
from newsapp.authors import create as create_author
from newsapp.comments import Comment, DecidedMeanwhile, NotAllowed, Recommendation, Thread, thread_page
from newsapp.comments.models import CommentsClosed
from newsapp.db import db
from newsapp.lib import clock


def say(article, text="Words", parent=None, **more):
    clock.advance(timedelta(seconds=1))
    return comments.post(article, text, guest_name=more.pop("name", "Guest"), parent=parent, **more)


def visible(article) -> list[str]:
    db.session.flush()
    return [step.comment.name for step in thread_page(db.session(), article).steps() if step.comment.is_visible]


def test_a_discussion_is_read_in_the_order_of_its_threads(article):
    first = say(article, name="one")
    second = say(article, name="two")
    say(article, name="one.one", parent=first)
    say(article, name="two.one", parent=second)
    say(article, name="one.two", parent=first)

    assert visible(article) == ["one", "one.one", "one.two", "two", "two.one"]


def test_deep_answers_stand_on_the_fourth_level_and_say_whom_they_answer(article, client):
    parent = None
    for n in range(8):
        parent = say(article, name=f"level {n}", parent=parent)
    db.session.commit()

    page = client.get(f"{article.url}/comments").text
    assert len(re.findall(r"<ol class=\"thread\">", page)) == 4
    assert "In reply to level 6" in page and "In reply to level 1<" not in page
    assert page.count("<ol") == page.count("</ol>") and len(re.findall(r"<li[ >]", page)) == page.count("</li>")


def test_a_hidden_comment_leaves_the_page_but_not_the_file(article, moderator):
    comment = say(article, name="Boats")
    comment.hide(by=moderator)

    assert visible(article) == []
    assert comment.hidden_by_id == moderator.id and db.session.get(Comment, comment.id)


def test_what_was_answered_leaves_a_stub_in_its_place(article, client):
    first = say(article, name="one")
    say(article, name="two", parent=first)
    first.delete()
    db.session.commit()

    page = client.get(article.url).text
    assert "This comment was deleted by its author." in page and ">two</b>" in page and ">one</b>" not in page


def test_a_stub_goes_when_its_last_answer_goes(article, client):
    first = say(article)
    answer = say(article, parent=first)
    first.hide()
    answer.hide()
    db.session.commit()

    assert "taken down" not in client.get(article.url).text


def test_what_waits_is_not_shown_and_not_counted(article):
    say(article, name="waits", approved=False)
    assert visible(article) == []
    assert thread_page(db.session(), article).visible == 0


ACTS = {
    "approve": lambda row, by, chance: row.approve(by),
    "hold": lambda row, by, chance: row.hold(by=by),
    "reject": lambda row, by, chance: row.reject(by, "House rules"),
    "spam": lambda row, by, chance: row.spam(by),
    "hide": lambda row, by, chance: row.hide(by),
    "show": lambda row, by, chance: row.show(by),
    "delete": lambda row, by, chance: row.delete(),
    "edit": lambda row, by, chance: None if row.deleted_at else row.edit(f"Words {chance.random()}"),
    "feature": lambda row, by, chance: row.feature(by),
    "pin": lambda row, by, chance: row.pin(by),
    "unpin": lambda row, by, chance: row.unpin(by),
    "recommend": lambda row, by, chance: row.recommend(by) if row.is_visible else row.unrecommend(by),
    "undo": lambda row, by, chance: row.undo(db.session.scalars(LogEntry.concerning(row.about)).first(), by),
}


def test_the_figures_stay_true_whatever_happens(article, moderator, reader):
    chance = random.Random(5)
    posted: list[Comment] = []
    refused = 0
    for n in range(400):
        act = chance.choice(["post", "post", "answer", "wait", *ACTS])
        if act == "post" or not posted:
            posted.append(say(article))
        elif act == "wait":
            posted.append(say(article, approved=False, parent=chance.choice([None, chance.choice(posted)])))
        elif act == "answer":
            posted.append(say(article, parent=chance.choice(posted), account=reader, name=None))
        else:
            try:
                ACTS[act](chance.choice(posted), moderator, chance)
            except (DecidedMeanwhile, NotAllowed, AttributeError):
                refused += 1  # nothing to undo, or too late to edit
        db.session.flush()
        if n % 4:
            continue
        everything = db.session.scalars(select(Comment).where(Comment.article_id == article.id)).all()
        shown = [c for c in everything if c.is_visible]
        thread = db.session.get(Thread, article.id)
        assert thread.visible == len(shown)
        for comment in everything:
            below = [c for c in shown if c.path.startswith(f"{comment.path}.")]
            assert comment.answers == len(below), comment.path
            given = select(func.count()).where(Recommendation.comment_id == comment.id)
            assert comment.recommended == db.session.scalar(given)
            assert sum(map(bool, (comment.held_at, comment.rejected_at, comment.spam_at))) <= 1
            assert not (comment.is_visible and (comment.held_at or comment.rejected_at or comment.spam_at))
        roots = [c for c in everything if c.parent_id is None and c.approved_at and (c.is_visible or c.answers)]
        assert thread.roots == len(roots)
        assert [c.id for c in everything if c.pinned_at and not c.deleted_at] in ([], [thread.pinned_id])
    assert refused < 60


def test_a_closed_discussion_takes_nothing_and_says_so(article, client):
    article.close_comments()
    with pytest.raises(CommentsClosed):
        say(article)
    db.session.commit()
    assert "The discussion is closed." in client.get(article.url).text


@pytest.mark.parametrize("body", ["", "   ", "<p></p>", "<script>x</script>", "x" * 5001])
def test_nothing_and_too_much_are_refused(article, body):
    with pytest.raises(ValueError):
        say(article, body)


def test_a_long_discussion_is_paged_by_threads_and_a_permalink_finds_its_page(article, client):
    posted = [say(article, name=f"n{n}") for n in range(60)]
    answer = say(article, name="late", parent=posted[55])
    address = article.url
    db.session.commit()
    number, first = answer.id, posted[0].id

    assert "More comments" in client.get(address).text
    second = client.get(f"{address}/comments?page=2")
    assert ">n59</b>" in second.text and ">n0</b>" not in second.text
    assert client.get(f"/comments/{number}").headers["Location"] == f"{address}/comments?page=2#comment-{number}"
    assert client.get(f"/comments/{first}").headers["Location"] == f"{address}#comment-{first}"
    assert client.get(f"{address}/comments?page=3").status_code == 404
    assert client.get(f"{address}/comments?sort=nonsense").status_code == 404


def test_newest_first_turns_the_threads_and_not_their_answers(article, client):
    first = say(article, name="old")
    say(article, name="answer 1", parent=first)
    say(article, name="answer 2", parent=first)
    say(article, name="new")
    address = article.url
    db.session.commit()

    page = client.get(f"{address}/comments?sort=newest").text
    assert re.findall(r"<b dir=\"auto\">([^<]+)</b>", page) == ["new", "old", "answer 1", "answer 2"]


def test_a_permalink_of_what_is_hidden_or_under_a_draft_is_404(article, client):
    comment = say(article)
    number = comment.id
    comment.hide()
    db.session.commit()
    assert client.get(f"/comments/{number}").status_code == 404


def test_staff_are_marked_and_carry_their_name_of_today(article, rosalind, client):
    colleague = create_author("Dele Farquharson")
    say(article, name=None, author=colleague)
    say(article, name=None, author=rosalind)
    address = article.url
    db.session.commit()
    page = client.get(address).text
    assert '>Dele Farquharson</b><span class="badge">Staff</span>' in page
    assert '>Rosalind Achterberg</b><span class="badge badge--author">Author</span>' in page
    rosalind.edit(name="Rosalind A.")
    db.session.commit()
    assert ">Rosalind A.</b>" in client.get(address).text
