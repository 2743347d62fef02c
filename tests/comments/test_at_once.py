"""Two people at once, or one who presses twice: the second waits for the first, and sees what the first has done."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from newsapp import comments
from newsapp.accounts import Account
from newsapp.articles import Article
from newsapp.comments import Comment, Recommendation, Sender, Thread, Twin
from newsapp.db import db


@pytest.fixture
def meanwhile(app):
    """Do something in a transaction of its own while the test's is open; give what came of it once the test has committed."""

    def meanwhile(act) -> tuple[threading.Thread, list[object]]:
        came_of_it: list[object] = []

        def run() -> None:
            with app.app_context():
                try:
                    came_of_it.append(act())
                    db.session.commit()
                except Exception as why:
                    came_of_it.append(why)
                finally:
                    db.session.remove()

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(0.3)
        return thread, came_of_it

    return meanwhile


def submit(article_id: int, account_id: int, words: str, parent_id: int | None = None) -> int:
    story, account = db.session.get_one(Article, article_id), db.session.get_one(Account, account_id)
    parent = db.session.get_one(Comment, parent_id) if parent_id else None
    return comments.submit(story, Sender(account=account, network="n"), words, parent).id


def test_the_same_words_sent_twice_at_once_are_one_comment(article, reader, meanwhile):
    where, who = article.id, reader.id
    db.session.rollback()
    first = submit(where, who, "Once only")
    second, came_of_it = meanwhile(lambda: submit(where, who, "Once only"))
    assert second.is_alive(), "the second waits for its turn"

    db.session.commit()
    second.join(10)

    assert isinstance(came_of_it[0], Twin)
    assert db.session.scalars(select(Comment.id)).all() == [first]


def test_two_replies_at_once_are_both_counted(app, article, reader, editor, meanwhile):
    app.config["COMMENTS_FIRST_HELD"] = 0
    root = comments.post(article, "A root", account=editor)
    db.session.commit()
    where, who, other, parent = article.id, reader.id, editor.id, root.id
    db.session.rollback()

    submit(where, who, "One", parent)
    second, came_of_it = meanwhile(lambda: submit(where, other, "Two", parent))
    db.session.commit()
    second.join(10)

    assert isinstance(came_of_it[0], int)
    db.session.expire_all()
    assert db.session.get_one(Comment, parent).answers == 2
    assert db.session.get_one(Thread, where).visible == 3


def test_pressing_helpful_twice_at_once_counts_once(article, reader, editor, meanwhile):
    root = comments.post(article, "A root", account=editor)
    db.session.commit()
    number, who = root.id, reader.id
    db.session.rollback()

    def recommend() -> None:
        db.session.get_one(Comment, number).recommend(db.session.get_one(Account, who))

    recommend()
    second, came_of_it = meanwhile(recommend)
    db.session.commit()
    second.join(10)

    assert came_of_it == [None]
    db.session.expire_all()
    assert db.session.get_one(Comment, number).recommended == 1
    assert db.session.scalar(select(func.count()).select_from(Recommendation)) == 1


def test_what_its_author_deletes_while_a_moderator_hides_it_is_counted_down_once(article, reader, moderator, meanwhile):
    mine = comments.post(article, "Mine", account=reader)
    comments.post(article, "Another's", account=moderator)
    db.session.commit()
    number, by = mine.id, moderator.id
    db.session.rollback()

    db.session.get_one(Comment, number).delete()
    second, _ = meanwhile(lambda: db.session.get_one(Comment, number).hide(db.session.get_one(Account, by)))
    db.session.commit()
    second.join(10)

    db.session.expire_all()
    assert db.session.get_one(Thread, article.id).visible == 1
