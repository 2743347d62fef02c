"""Writing: the working copy, sittings, review, embargo; what somebody else saved meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from newsapp import articles
from newsapp.accounts.log import LogEntry
from newsapp.accounts.notifications import Notification
from newsapp.articles import Article, NewslistLine, drafting, newslist
from newsapp.articles.documents import BLANK, document_of, merged, tidied
from newsapp.articles.drafting import SavedMeanwhile, Sitting
from newsapp.db import db
from newsapp.lib import clock
from newsapp.search.models import SearchDocument


def write(article, by, **said):
    document, number = drafting.working_document(article)
    copy = drafting.save(article, {**document, **said}, by, number)
    db.session.commit()
    return copy


def test_what_is_being_written_changes_nothing_that_readers_see(client, article, editor):
    before = client.get(article.url).text

    write(article, editor, headline="Zqsecret", body="<p>Zqsecret</p>", topics=["Zqsecret"])

    assert client.get(article.url).text == before
    assert client.get("/topics/zqsecret").status_code == 404
    assert "Zqsecret" not in repr(db.session.execute(select(SearchDocument)).all())


def test_a_story_that_is_begun_has_no_word_of_it_in_its_own_row(world, editor):
    story = drafting.begin(world, "Zqsecret", editor)
    db.session.commit()
    write(story, editor, body="<p>Zqsecret</p>", standfirst="Zqsecret", key_points=["Zqsecret"])

    row = db.session.execute(select(Article.__table__).where(Article.id == story.id)).one()
    assert "qsecret" not in repr(row)
    assert drafting.working_document(story)[0]["headline"] == "Zqsecret"


def test_whoever_begins_a_story_and_has_a_byline_stands_over_it(world, rosalind, editor):
    rosalind.account_id = editor.id
    db.session.commit()

    story = drafting.begin(world, "A", editor)

    assert drafting.working_document(story)[0]["bylines"][0]["author_id"] == rosalind.id


def test_each_save_has_a_number_and_one_without_a_change_has_none(article, editor):
    assert [write(article, editor, headline=f"Headline {n}").number for n in range(3)] == [1, 2, 3]
    assert write(article, editor).number == 3


def test_a_save_over_a_newer_one_is_refused_and_both_are_there(article, editor, moderator):
    write(article, editor, headline="Begun")
    document, number = drafting.working_document(article)
    write(article, moderator, headline="Theirs")

    with pytest.raises(SavedMeanwhile) as newer:
        drafting.save(article, {**document, "headline": "Mine"}, editor, number)

    assert newer.value.copy.document["headline"] == "Theirs"
    drafting.save(article, {**document, "headline": "Mine"}, editor, newer.value.copy.number)  # a second yes
    db.session.commit()
    said = [sitting.document["headline"] for sitting in db.session.scalars(Sitting.of(article))]
    assert said == ["Mine", "Theirs", "Begun"]


def test_two_who_save_the_same_do_not_meet(article, editor, moderator):
    write(article, editor, headline="Begun")
    document, number = drafting.working_document(article)
    write(article, moderator, headline="The same")

    assert drafting.save(article, {**document, "headline": "The same"}, editor, number).number == 2


def test_saving_every_few_seconds_is_one_line_of_the_history(article, editor, moderator):
    for n in range(40):
        write(article, editor, headline=f"Headline {n}")
        clock.advance(timedelta(seconds=30))
    write(article, moderator, headline="Another hand")
    clock.advance(timedelta(hours=1))
    write(article, moderator, headline="Another day")

    lines = db.session.scalars(Sitting.of(article)).all()
    assert [(line.by_id, line.document["headline"]) for line in lines] == [
        (moderator.id, "Another day"), (moderator.id, "Another hand"), (editor.id, "Headline 39"),
    ]  # fmt: skip


def test_only_the_last_hundred_sittings_of_a_story_are_kept(article, editor):
    for n in range(drafting.MOST_SITTINGS + 5):
        write(article, editor, headline=f"Headline {n}")
        clock.advance(timedelta(hours=1))

    assert db.session.scalar(select(func.count()).select_from(Sitting)) <= drafting.MOST_SITTINGS + 1


def test_a_text_that_was_not_touched_stays_as_it_was_written(article, editor):
    article.set_body("<P>Old   <b>tags</b><p>and no ends")
    db.session.commit()
    write(article, editor, headline="Another")

    assert drafting.working_document(article)[0]["body"] == "<P>Old   <b>tags</b><p>and no ends"


def test_what_is_written_is_cleaned_as_it_is_kept(article, editor):
    write(article, editor, body='<p onclick="x()">Hello<script>x()</script></p>', picture_caption="<b onclick=x>B</b>")

    document, _ = drafting.working_document(article)
    assert document["body"] == "<p>Hello</p>" and "onclick" not in document["picture_caption"]


def test_review_and_back_with_a_note(article, editor, reader, world):
    story = drafting.begin(world, "Mine", reader)
    drafting.submit(story, reader)
    db.session.commit()
    assert line(story).stage == "review"

    drafting.send_back(story, editor, "Who says so?")
    db.session.commit()

    assert line(story).stage == "draft" and line(story).returned_at
    assert drafting.copy_of(story).returned_note == "Who says so?"
    told = db.session.scalars(select(Notification).where(Notification.account_id == reader.id)).one()
    assert "Who says so?" in told.words and told.address == f"/desk/articles/{story.id}"
    acts = db.session.scalars(select(LogEntry.act).order_by(LogEntry.id)).all()
    assert acts == ["article.begin", "article.submit", "article.send_back"]

    drafting.submit(story, reader)
    assert drafting.copy_of(story).returned_note == ""


def line(article):
    db.session.commit()
    return db.session.get(NewslistLine, article.id)


def test_the_newslist_shows_what_is_written_and_where_it_is(article, editor, world, asia, rosalind):
    assert line(article).headline == "Barges return to the Ostrel"
    assert line(article).status(clock.now()) == "public" and not line(article).has_changes

    write(article, editor, headline="Barges again", section_id=asia.id, bylines=[])

    assert line(article).headline == "Barges again" and line(article).section_id == asia.id
    assert line(article).has_changes and line(article).changed_by_id == editor.id
    assert not newslist.is_own(article, editor)
    rosalind.account_id = editor.id
    write(article, editor, bylines=[{"author_id": rosalind.id, "name": "", "role": "", "part": "by"}])
    db.session.commit()
    assert newslist.is_own(article, editor)


def test_what_is_being_written_moves_with_a_section_that_is_removed(article, editor, world, asia):
    write(article, editor, section_id=asia.id, also_in=[world.id])

    articles.remove_section(asia, world)
    db.session.commit()

    document, _ = drafting.working_document(article)
    assert (document["section_id"], line(article).section_id) == (world.id, world.id)


@pytest.mark.parametrize(
    ("ours", "theirs", "found", "conflicts"),
    [
        ({"headline": "A"}, {"place": "B"}, {"headline": "A", "place": "B"}, []),
        ({"headline": "A"}, {"headline": "A"}, {"headline": "A"}, []),
        ({"headline": "A"}, {"headline": "B"}, {"headline": "A"}, ["headline"]),
        ({"body": "<p>1</p>\n<p>2</p>\n<p>x</p>"}, {"body": "<p>y</p>\n<p>2</p>\n<p>3</p>"}, {"body": "<p>y</p>\n<p>2</p>\n<p>x</p>"}, []),
        ({"body": "<p>1</p>\n<p>2</p>\n<p>x</p>"}, {"body": "<p>1</p>\n<p>2</p>\n<p>y</p>"}, {"body": "<p>1</p>\n<p>2</p>\n<p>x</p>"}, ["body"]),
        ({"body": "<p>2</p>\n<p>3</p>"}, {"body": "<p>1</p>\n<p>2</p>\n<p>3</p>\n<p>4</p>"}, {"body": "<p>2</p>\n<p>3</p>\n<p>4</p>"}, []),
    ],
)  # fmt: skip
def test_what_two_people_changed_is_put_together_or_said_to_conflict(ours, theirs, found, conflicts):
    base = tidied({"body": "<p>1</p>\n<p>2</p>\n<p>3</p>"})

    assert merged(base, {**base, **ours}, {**base, **theirs}) == ({**base, **found}, conflicts)


def test_a_document_read_off_a_story_has_every_field(article):
    assert set(document_of(article)) == set(BLANK)
