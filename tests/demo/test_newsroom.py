"""The demo newsroom keeps its promises: what a visitor of the demo takes for granted is in it, and true."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import undefer

from newsapp import ROOT, create_app
from newsapp.accounts import Account
from newsapp.articles import Article, Kind, Listing, Source
from newsapp.articles.body import Body, prepare
from newsapp.authors import Author
from newsapp.comments import Comment
from newsapp.db import db
from newsapp.demo.fill import FOCAL, HERE, MOST_READ, PLACED, read_story
from newsapp.lib import clock
from newsapp.media import Picture
from newsapp.media.models import folder
from newsapp.sections import Section
from tests.conftest import Browser
from tests.newsroom import fill_demo

# What is said of the real world rests on real documents; everything else, and what it rests on, is invented.
REAL_SUBJECTS = {"how-a-cable-is-mended", "how-fire-moves", "what-a-leap-second-is"}
REAL_SOURCES = {"https://www.iana.org/time-zones"}


@dataclass
class Written:
    """A story as its file has it."""

    meta: dict[str, Any]
    source: str

    @property
    def slug(self) -> str:
        return str(self.meta["slug"])

    @cached_property
    def body(self) -> Body:
        return prepare(self.source, lambda key, caption: "<figure></figure>")


def written(folder_name: str) -> list[Written]:
    return [Written(*read_story(path)) for path in sorted((HERE / folder_name).glob("*.html"))]


FULL, BRIEFS = written("stories"), written("briefs")
ALL = FULL + BRIEFS


@pytest.fixture
def stories(demo_app) -> list[Article]:
    """The stories that readers see."""
    return list(
        db.session.scalars(
            select(Article)
            .join(Listing, (Listing.article_id == Article.id) & (Listing.shelf == "all"))
            .where(Listing.is_public(clock.now()))
            .options(undefer(Article.body), undefer(Article.warnings))
        )
    )


def test_there_are_thirty_full_stories_and_thirty_briefs():
    assert len(FULL) >= 30
    assert len(BRIEFS) >= 30


def test_a_full_story_has_between_350_and_1100_words_and_a_brief_at_most_200():
    assert {story.slug: story.body.words for story in FULL if not 350 <= story.body.words <= 1100} == {}
    assert {story.slug: story.body.words for story in BRIEFS if not 60 <= story.body.words <= 200} == {}


def test_every_body_prepares_without_warnings():
    assert {story.slug: story.body.warnings for story in ALL if story.body.warnings} == {}


def test_headlines_are_short_enough_and_end_without_a_full_stop():
    headlines = [story.meta[name] for story in ALL for name in ("headline", "short_headline") if story.meta.get(name)]

    assert [line for line in headlines if len(line) > 110 or line.endswith(".")] == []


def test_every_source_is_cited_and_everything_cited_is_a_source():
    for story in ALL:
        cited = set(re.findall(r'data-source="([^"]+)"', story.source))
        assert cited == {source["key"] for source in story.meta.get("sources", [])}, story.slug


def test_an_invented_story_names_nobodys_site_as_its_source():
    for story in ALL:
        for source in story.meta.get("sources", []) if story.slug not in REAL_SUBJECTS else ():
            invented = urlsplit(source.get("url", "")).hostname == "example.org"
            assert invented or source.get("is_private") or source.get("url") in REAL_SOURCES, source["title"]
        links = re.findall(r'(?:href|src)="(http[^"]+)"', story.source)
        assert {urlsplit(address).hostname for address in links} <= {"example.org"}, story.slug


def test_a_file_is_named_as_the_address_of_its_story():
    names = {path.stem for kind in ("stories", "briefs") for path in (HERE / kind).glob("*.html")}

    assert names == {story.slug for story in ALL}
    assert len(names) == len(ALL)


def test_a_private_source_has_no_address_and_a_public_one_has(demo_app):
    for source in db.session.scalars(select(Source)):
        assert bool(source.url) != source.is_private, source.title


def test_every_story_says_who_wrote_it(stories):
    for story in stories:
        assert [byline.name for byline in story.by if byline.name], story.slug


def test_every_kind_of_story_is_there(stories):
    assert {Kind(story.kind) for story in stories} == set(Kind)


def test_every_section_has_a_story(demo_app):
    for section in db.session.scalars(select(Section)):
        assert db.session.scalar(Listing.on(f"section:{section.id}").limit(1)), section.path


def test_at_least_eight_authors_write_for_the_paper_and_say_who_they_are(stories):
    authors = db.session.scalars(select(Author)).all()
    written = Counter(byline.author_id for story in stories for byline in story.bylines)

    assert len(authors) >= 8
    for author in authors:
        assert author.role and author.bio, author.name
        assert written[author.id], author.name


def test_readers_have_written_at_least_150_comments(demo_app):
    comments = db.session.scalars(select(Comment)).all()

    assert len(comments) >= 150
    assert any(comment.author_id for comment in comments), "nobody of the paper answers"
    assert any(comment.featured_at for comment in comments)
    assert any(comment.hidden_at for comment in comments)
    assert any(comment.deleted_at for comment in comments)
    assert max(comment.depth for comment in comments) >= 3, "no thread deep enough to be drawn flat"


def test_no_comment_stands_before_what_it_answers_or_before_its_story(demo_app):
    comments = {comment.id: comment for comment in db.session.scalars(select(Comment))}
    for comment in comments.values():
        story = db.session.get(Article, comment.article_id)
        assert story.published_at <= comment.posted_at <= clock.now()
        if comment.parent_id:
            assert comments[comment.parent_id].posted_at <= comment.posted_at
            assert comments[comment.parent_id].article_id == comment.article_id


def test_nobody_has_a_real_address(demo_app):
    hosts = {account.email.rpartition("@")[2] for account in db.session.scalars(select(Account))}

    assert hosts <= {"example.org"}


def test_every_picture_says_what_it_shows_who_made_it_and_how_it_may_be_used(demo_app):
    pictures = db.session.scalars(select(Picture)).all()

    assert len(pictures) == len(list((HERE / "photos").glob("*.jpg"))) >= 20
    for picture in pictures:
        for said in (picture.alt, picture.caption, picture.credit_line, picture.licence, picture.source):
            assert said, picture.title
        assert picture.licence_url.startswith("https://creativecommons.org/"), picture.title
        assert picture.alt != picture.caption, picture.title


def test_every_size_of_every_picture_is_there(demo_app):
    there = {path.name for path in folder().iterdir()}
    for picture in db.session.scalars(select(Picture)):
        promised = {f"{picture.stem}-{width}.{kind}" for width in picture.widths for kind in ("avif", "webp", "jpg")}
        assert promised | {picture.original} <= there, picture.title


def test_a_demo_picture_stands_on_its_page_with_alt_caption_credit_and_linked_licence(demo_app, stories):
    reader = Browser(demo_app, demo_app.response_class)
    shown = next(story for story in stories if story.slug == "lighthouse-keepers-birds")
    picture, caption = shown.picture, shown.picture_caption
    expected = (picture.alt, picture.credit_line, picture.licence, picture.licence_url)

    page = BeautifulSoup(reader.get(shown.url).text, "html.parser")

    figure = page.find("figure", class_="art__hero")
    licence = figure.find("a", rel="license")
    assert figure.img["alt"] == expected[0]
    assert caption in " ".join(figure.figcaption.get_text(" ", strip=True).split())
    assert expected[1] in figure.find(class_="credit").text
    assert (licence.text, licence["href"]) == expected[2:]


def test_a_story_in_every_state_is_there(demo_app):
    now = clock.now()
    states = set()
    for story in db.session.scalars(select(Article)):
        state = story.state
        states.add("scheduled" if state == "ready" and story.published_at > now else state)
        if story.kind == "live" and story.is_public(now):
            states.add("live")

    assert states == {"draft", "in review", "scheduled", "ready", "withdrawn", "live"}


def test_readers_see_what_is_ready_and_nothing_else(demo_app):
    reader = Browser(demo_app, demo_app.response_class)
    now = clock.now()
    expected = {}
    for story in db.session.scalars(select(Article)):
        expected[story.url] = 200 if story.is_public(now) else 410 if story.state == "withdrawn" else 404

    assert set(expected.values()) == {200, 404, 410}
    for address, status in expected.items():
        assert reader.get(address).status_code == status, address


def test_what_is_placed_by_name_is_there(demo_app):
    slugs = {story.slug for story in ALL}
    photos = {path.name for path in (HERE / "photos").glob("*.jpg")}

    assert {slug for placed in PLACED.values() for slug in placed} <= slugs
    assert set(MOST_READ) <= slugs
    assert set(FOCAL) <= photos
    assert {story.meta["picture"] for story in ALL if story.meta.get("picture")} <= photos


def test_the_paper_is_todays(stories):
    now = clock.now()

    assert all(story.published_at <= now for story in stories)
    assert (now - max(story.published_at for story in stories)) < timedelta(hours=3)


HABITS = [  # weekdays that are no day of the story's own: they hold whatever the day it is read
    "the first Wednesday of the month", "first Friday of the month", "an ordinary Tuesday", "on Thursdays", "I sell Wednesday night",
    "only on Sundays", "open on Fridays", "shop drew Sunday", "a Thursday bus", "one Saturday", "One Saturday", "month of Saturdays",
]  # fmt: skip
DIARIES = {"slow-line-week"}  # told day by day, of a week that is named nowhere
WEEKDAYS = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b")


def test_no_story_names_a_weekday_that_another_day_would_make_untrue():
    for story in ALL:
        told = f"{story.meta} {story.source}"
        for habit in HABITS:
            told = told.replace(habit, "")
        assert not WEEKDAYS.findall(told) or story.slug in DIARIES, story.slug


def test_an_invented_story_fixes_no_date_or_coming_year():
    for story in ALL:
        if story.slug not in REAL_SUBJECTS:
            told = f"{story.meta} {story.source}"
            assert not re.findall(r"(?:published|accessed)_on|\b202[5-9]\b|\b20[3-9]\d\b", told), story.slug


@pytest.fixture(
    scope="module",
    params=["2034-01-01T02:00", "2026-12-31T23:30"],
    ids=["a Sunday, the first of January", "last of December"],
)
def a_paper_of_that_day(request, tmp_path_factory):
    """The demo newsroom as one gets it who sets it up at an awkward moment."""
    clock.set_to(datetime.fromisoformat(request.param).replace(tzinfo=UTC))
    try:
        settings = fill_demo(tmp_path_factory.mktemp("awkward"))
        app = create_app(
            {"DATABASE_URL": settings["NEWSAPP_DATABASE_URL"], "TESTING": True}, Path(settings["NEWSAPP_INSTANCE"])
        )
        with app.app_context():
            yield list(db.session.scalars(select(Article).where(Article.published_at <= clock.now())))
            db.session.remove()
            db.engine.dispose()
    finally:
        clock.set_to(None)


def test_no_source_is_of_a_day_after_its_story(a_paper_of_that_day):
    zone = ZoneInfo("Europe/London")
    for story in a_paper_of_that_day:
        last = max(change.at for change in story.changes).astimezone(zone).date()
        for source in (citation.source for citation in story.citations):
            for day in (source.published_on, source.accessed_on):
                assert day is None or day <= last, (story.slug, source.title)


def test_a_source_that_reports_the_day_itself_is_of_that_day(a_paper_of_that_day):
    zone = ZoneInfo("Europe/London")
    told = {story.slug: story.meta.get("sources", []) for story in ALL}
    checked = 0
    for story in a_paper_of_that_day:
        day = story.published_at.astimezone(zone).date()
        own = {s["title"] for s in told.get(story.slug, []) if s.get("published_days_before") == 0}
        for source in (citation.source for citation in story.citations):
            if source.title in own:
                assert source.published_on == day, (story.slug, source.title)
                assert source.accessed_on in (None, day), (story.slug, source.title)
                checked += 1

    assert checked >= 4, "the accord, the wages, the rents, the forecasters' policy"


def test_the_years_in_a_story_are_counted_from_its_own(a_paper_of_that_day):
    treaty = next(story for story in a_paper_of_that_day if story.slug == "undersea-cables-treaty")
    year = treaty.published_at.astimezone(ZoneInfo("Europe/London")).year

    assert re.findall(r">(20\d\d)<", treaty.body) == [str(year - 3), str(year - 2), str(year - 1)]
    assert f"until the end of {year + 2}" in treaty.body
    assert f"Cable Faults Register, annual summary {year - 1}" in {c.source.title for c in treaty.citations}
    assert all("{year" not in story.body for story in a_paper_of_that_day)


def test_a_live_storys_log_tells_each_of_its_posts(stories):
    for story in (story for story in stories if story.kind == Kind.LIVE):
        first, *later = reversed(story.posts)
        updates = [(change.at, change.note) for change in story.changes if change.kind == "update"]

        assert first.at == story.published_at, "the first post is the story's publication"
        assert updates == [(post.at, post.headline) for post in later]


def test_no_photograph_stands_on_two_stories():
    shown = Counter(
        name
        for story in ALL
        for name in [*filter(None, [story.meta.get("picture")]), *re.findall(r'data-picture="([^"]+)"', story.source)]
    )

    assert [name for name, times in shown.items() if times > 1] == []


def test_a_site_with_stories_is_not_filled_again(demo_site):
    again = subprocess.run(
        [sys.executable, "-m", "newsapp.cli", "demo"],
        cwd=ROOT, env={**os.environ, **demo_site}, capture_output=True, text=True,
    )  # fmt: skip

    assert again.returncode == 2
    assert "only for an empty one" in again.stderr


def test_every_story_that_was_changed_shows_each_state_in_which_it_stood(demo_app):
    browser = Browser(demo_app, demo_app.response_class)
    stories = [read_story(path)[0] for path in sorted((HERE / "stories").glob("*.html"))]
    changed = {meta["slug"]: len(meta["changes"]) + 1 for meta in stories if meta.get("changes")}
    assert len(changed) > 8
    for slug, n in changed.items():
        assert f"All {n} versions of this story" in browser.get(f"/articles/{slug}").text, slug
        for number in range(2, n + 1):
            assert re.search("<(ins|del)", browser.get(f"/articles/{slug}/versions/{number}").text), (slug, number)


def test_a_corrected_story_shows_what_stood_there_before(demo_app):
    browser = Browser(demo_app, demo_app.response_class)
    versions, third = (browser.get(f"/articles/undersea-cables-treaty/versions{n}").text for n in ("", "/3"))

    assert versions.count("Correction") >= 1 and versions.count("Update") >= 1
    assert "15.1" in third and "11.5" in third
