"""Comments are found by their words: one contract for both engines, kept in step with every change."""

from __future__ import annotations

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, select, text

from newsapp import accounts, comments
from newsapp.comments import STATES, Comment, CommentText
from newsapp.comments.index import fill, index_now
from newsapp.db import db
from newsapp.lib.terms import parse


def found(typed: str, *marks: str, before: int = 2**31 - 1, at_most: int = 50) -> list[int]:
    return index_now().find(parse(typed), marks, before, at_most)


@pytest.fixture
def write(article, reader):
    def write(body: str, **more) -> Comment:
        more = more or {"account": reader}
        comment = comments.post(article, body, **more)
        db.session.commit()
        return comment

    return write


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("The dredger left at dawn.", "dredger dawn"),
        ("The <b>dred</b>ger left.", "dredger"),
        ("<p>One river</p><p>bank</p>", '"river bank"'),
        ("Café Größe", "cafe grosse"),
        ("北京的天气很好", "天气"),
        ("Look at <a href='https://boats.example/cheap'>this</a>", "boats.example"),
        ("Rosalind’s river", "rosalind"),
        ("The ferry runs", "ferr"),
    ],
)
def test_a_comment_is_found_by_its_words(write, written, typed):
    comment = write(written)
    write("Something else.")

    assert found(typed) == [comment.id]


def test_nothing_that_is_typed_is_an_operator_or_a_mark(write, article):
    write("Words.")
    for typed in (
        '"',
        "words OR",
        "NOT words*",
        "state:approved",
        f"story:{article.id}",
        "words) (",
        "name:words",
        "'",
        "-words",
    ):
        found(typed)
    assert found("state:approved") == []


def test_who_wrote_it_is_found_by_name_and_username_and_under_a_new_name(write, reader, app):
    comment = write("Words.")
    guest = write("Others.", guest_name="Gus Grünfeld")

    assert found("kerrigold") == found("tamsin") == [comment.id]
    assert found("grunfeld") == [guest.id]
    reader.rename("Nora Vale")
    db.session.commit()
    assert found("kerrigold") == []
    assert found("nora") == [comment.id]


def test_a_byline_is_found_and_under_its_new_name(article, rosalind):
    comment = comments.post(article, "An answer", author=rosalind)
    db.session.commit()
    assert found("achterberg") == [comment.id]
    rosalind.name = "Rosalind Vane"
    db.session.commit()
    assert found("achterberg") == [] != found("vane")


def test_it_is_found_in_the_state_that_it_is_in_and_in_no_other(write, moderator):
    comment = write("Words.", guest_name="Gus", approved=False)
    for act, state in (
        (lambda: None, "waiting"),
        (lambda: comment.approve(moderator), "approved"),
        (lambda: comment.hide(moderator), "hidden"),
        (lambda: comment.show(moderator), "approved"),
        (lambda: comment.reject(moderator, "Advertising"), "rejected"),
        (lambda: comment.spam(moderator), "spam"),
        (lambda: comment.hold(by=moderator), "waiting"),
        (lambda: comment.delete(), "deleted"),
    ):
        act()
        db.session.commit()
        assert {one for one in STATES if found("words", f"state:{one}")} == {state} == {comment.state}


def test_an_edit_changes_what_it_is_found_by(write):
    comment = write("Barges.")
    comment.edit("Ferries.")
    db.session.commit()

    assert found("barges") == []
    assert found("ferries") == [comment.id]


def test_what_is_rolled_back_is_not_found(write, article):
    write("Words.")
    comments.post(article, "Never sent", guest_name="Gus")
    db.session.rollback()
    write("More words.")

    assert found("never") == []


def test_who_has_left_is_not_found_and_the_words_only_where_they_stay(write, reader):
    comment = write("Words.")
    accounts.holdings.erase(reader, keep_words=True)
    db.session.commit()
    assert found("kerrigold") == []
    assert found("words") == [comment.id]


def test_erased_words_are_nowhere_in_the_index(write, reader):
    write("Unmistakable.")
    accounts.holdings.erase(reader, keep_words=False)
    db.session.commit()

    assert found("unmistakable") == found("tamsin") == []
    assert not db.session.scalars(select(CommentText.words).where(CommentText.words != "")).all()


def test_the_newest_come_first_page_by_page_and_of_one_story_only(write, article, world):
    ids = [write(f"River {n}").id for n in range(7)]

    first = found("river", at_most=4)
    assert first == ids[:-5:-1]
    assert found("river", before=first[-1], at_most=4) == ids[2::-1]
    assert found("river", f"story:{article.id}") == ids[::-1]
    assert found("river", f"story:{article.id + 1}") == []


def test_with_its_story_a_comment_goes_from_the_index(write, article):
    write("Words.")
    db.session.execute(text("DELETE FROM thread"))
    db.session.execute(text("DELETE FROM comment WHERE article_id = :id"), {"id": article.id})
    db.session.commit()

    assert found("words") == []
    assert db.session.scalar(select(func.count()).select_from(CommentText)) == 0


def test_the_index_can_be_written_anew(write):
    ids = [write(f"River {n}").id for n in range(3)]
    db.session.execute(text("DELETE FROM comment_text"))
    db.session.commit()
    assert found("river") == []

    assert fill(db.session()) == 3
    assert found("river") == ids[::-1]


def test_the_migration_writes_the_rows_of_comments_that_are_there(app, write, moderator, rosalind, article):
    write("A <b>river</b> &amp; a <a href='https://boats.example/'>boat</a>").hide(moderator)
    write("Grüße", guest_name="Gus Grünfeld", approved=False)
    comments.post(article, "An answer", author=rosalind).delete()
    write("Rejected").reject(moderator, "Advertising")
    write("Spam").spam()
    db.session.commit()
    query = select(CommentText.comment_id, CommentText.marks, CommentText.name, CommentText.words).order_by(
        CommentText.comment_id
    )
    before = db.session.execute(query).all()
    db.session.remove()
    db.engine.dispose()

    downgrade(revision="0014")
    upgrade()

    assert db.session.execute(query).all() == before
