"""A large site for measuring is a site like any other: its pages answer and its counts are true."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, or_, select

from newsapp import ROOT, articles, comments, create_app
from newsapp.accounts import Account
from newsapp.articles import Article, Citation, Kind, Listing, Topic, TopicMark
from newsapp.authors import Author
from newsapp.comments import Comment, Thread
from newsapp.db import db
from newsapp.lib import clock
from newsapp.sections import Section
from tests.conftest import Browser

STORIES, COMMENTS = 120, 360
pytestmark = pytest.mark.xdist_group("large")


@pytest.fixture(scope="module")
def settings(demo_site, postgres, tmp_path_factory):
    """The settings of a site that the operator's command has filled and made large."""
    instance = tmp_path_factory.mktemp("large")
    database = postgres.create("large") if postgres else f"sqlite:///{instance}/news.db"
    settings = {
        "NEWSAPP_INSTANCE": str(instance),
        "NEWSAPP_DATABASE_URL": database,
        "NEWSAPP_MEDIA_URL": demo_site["NEWSAPP_MEDIA_URL"],
    }
    subprocess.run(
        [sys.executable, "-m", "newsapp.cli", "demo", "--articles", str(STORIES), "--comments", str(COMMENTS)],
        cwd=ROOT, env={**os.environ, **settings}, check=True, capture_output=True,
    )  # fmt: skip
    return settings


@pytest.fixture
def large(settings):
    overrides = {
        "DATABASE_URL": settings["NEWSAPP_DATABASE_URL"],
        "MEDIA_URL": Path(settings["NEWSAPP_MEDIA_URL"]),
        "TESTING": True,
    }
    app = create_app(overrides, instance=Path(settings["NEWSAPP_INSTANCE"]))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def measured():
    return select(Article).where(Article.slug.like("measured-%"))


def test_as_many_stories_and_comments_are_added_as_were_asked_for(large):
    added = (
        select(func.count())
        .select_from(Comment)
        .where(
            or_(
                Comment.guest_name.like("Reader %"),
                Comment.account_id.in_(select(Account.id).where(Account.username.like("measured-%"))),
            )
        )
    )

    assert len(db.session.scalars(measured()).all()) == STORIES
    assert db.session.scalar(added) == COMMENTS


def test_its_pages_answer(large):
    reader = Browser(large, large.response_class)
    addresses = ["/"]
    addresses += [section.url for section in db.session.scalars(select(Section))]
    addresses += [author.url for author in db.session.scalars(select(Author))]
    addresses += [topic.url for topic in db.session.scalars(select(Topic).order_by(Topic.id).limit(20))]
    addresses += [story.url for story in db.session.scalars(measured().order_by(Article.id).limit(40))]
    talked_about = select(Article).join(Thread, Thread.article_id == Article.id).order_by(Thread.visible.desc())
    for story in db.session.scalars(talked_about.limit(20)):
        addresses += [f"{story.url}/comments", f"{story.url}/comments?sort=newest"]
    for number in db.session.scalars(select(Comment.id).where(Comment.is_visible_in_sql()).limit(20)):
        addresses.append(reader.get(f"/comments/{number}").location.partition("#")[0])

    answers = {address: reader.get(address).status_code for address in addresses}

    assert len(answers) > 100
    assert {address for address, status in answers.items() if status != 200} == set()


def test_its_lists_go_on_to_their_last_page(large):
    reader = Browser(large, large.response_class)
    number = 1
    while reader.get(f"/sections/world?page={number}").status_code == 200:
        number += 1

    assert number > 3


def test_a_story_says_nothing_of_sources_that_it_does_not_list(large):
    """The text is another story's; its numbered sources must have come along."""
    cited = dict(db.session.execute(select(Citation.article_id, func.max(Citation.number)).group_by(Citation.article_id)).all())  # fmt: skip
    for story in db.session.scalars(measured()):
        numbers = [n for n in range(1, 40) if f'href="#src-{n}"' in story.body]
        assert max(numbers, default=0) == cited.get(story.id, 0), story.slug


def test_every_story_stands_on_exactly_its_shelves(large):
    parents = dict(db.session.execute(select(Section.id, Section.parent_id)).all())
    topics, shelves = {}, {}
    for article_id, topic_id in db.session.execute(select(TopicMark.article_id, TopicMark.topic_id)):
        topics.setdefault(article_id, set()).add(f"topic:{topic_id}")
    for row in db.session.scalars(select(Listing)):
        story = shelves.setdefault(row.article_id, {})
        story[row.shelf] = row.published_at
    for story in db.session.scalars(select(Article)):
        expected = set()
        if story.state == "ready":
            expected = {"all", f"kind:{Kind(story.kind).value}"} | topics.get(story.id, set())
            expected |= {f"author:{byline.author_id}" for byline in story.bylines if byline.author_id}
            expected |= {citation.source.shelf for citation in story.citations}
            for here in (story.section_id, *story.also_in):
                while here:
                    expected.add(f"section:{here}")
                    here = parents[here]
        assert set(shelves.get(story.id, {})) == expected, story.slug
        assert set(shelves.get(story.id, {}).values()) <= {story.published_at}


def test_every_threads_counts_agree_with_a_recount(large):
    visible, roots, answers = recount()

    for thread in db.session.scalars(select(Thread)):
        assert thread.visible == visible.pop(thread.article_id, 0)
        assert thread.roots == roots.pop(thread.article_id, 0)
    assert not +visible and not +roots
    for comment in db.session.scalars(select(Comment)):
        assert comment.answers == answers[comment.id], comment.id


def recount() -> tuple[Counter[int], Counter[int], Counter[int]]:
    """Count each story's visible comments and its threads, and each comment's visible answers, one by one."""
    written = {comment.id: comment for comment in db.session.scalars(select(Comment))}
    visible, roots, answers = Counter(), Counter(), Counter()
    for comment in written.values():
        if comment.is_visible:
            visible[comment.article_id] += 1
            above = comment.parent_id
            while above:
                answers[above] += 1
                above = written[above].parent_id
    for comment in written.values():
        if comment.parent_id is None and comment.approved_at and (comment.is_visible or answers[comment.id]):
            roots[comment.article_id] += 1
    return visible, roots, answers


def test_comments_stand_only_where_readers_could_have_written_them(large):
    written = {comment.id: comment for comment in db.session.scalars(select(Comment))}
    now = clock.now()
    for comment in written.values():
        story = db.session.get(Article, comment.article_id)
        assert story.is_public(now) and story.comments_open, story.slug
        assert story.published_at <= comment.posted_at <= now
        parent = written.get(comment.parent_id)
        if parent:
            assert parent.posted_at <= comment.posted_at
            assert comment.path.startswith(f"{parent.path}.") and comment.root_id == parent.root_id
            assert (comment.article_id, comment.depth) == (parent.article_id, parent.depth + 1)
        else:
            assert (comment.root_id, comment.depth) == (comment.id, 0)


def test_the_newsroom_goes_on_from_there(large):
    """On PostgreSQL the rows that were numbered by hand must not be in the way of the next ones."""
    section = db.session.scalars(select(Section)).first()
    story = articles.write("One more", section, "<p>Words.</p>")
    story.publish()
    comment = comments.post(story, "<p>First.</p>", guest_name="Guest")

    assert story.id > db.session.scalar(select(func.max(Article.id)).where(Article.id != story.id))
    assert comment.id > db.session.scalar(select(func.max(Comment.id)).where(Comment.id != comment.id))
    db.session.rollback()
