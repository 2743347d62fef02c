"""Versions: what was before readers stays, whole and in order; nothing is changed without one."""

from __future__ import annotations

import json
import os
import random
import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from newsapp.accounts import Account
from newsapp.articles import Article, Source, drafting, versions
from newsapp.articles.documents import NotWhole, document_of
from newsapp.articles.drafting import SavedMeanwhile
from newsapp.articles.making import MAKING
from newsapp.articles.printed import story_to_read
from newsapp.articles.releasing import (
    CannotRelease,
    Embargoed,
    WaitingChange,
    call_off,
    drop_waiting,
    release,
    release_due,
    waiting_change,
    withdraw,
)
from newsapp.articles.versions import CannotWithhold, Version, packed
from newsapp.db import db
from newsapp.lib import clock
from newsapp.media import Picture
from tests.articles.test_drafting import write
from tests.conftest import NOON

SEQUENCES = int(os.environ.get("SEQUENCES", "60"))  # SEQUENCES=1000 takes a minute
MINUTE = timedelta(minutes=1)


def numbers(article) -> list[tuple[int, str]]:
    return [(v.number, v.kind) for v in db.session.scalars(Version.of(article.id, clock.now()))]


def change(article, by, kind="minor", at=None, **said):
    write(article, by, **said)
    made = release(article, by, kind, "Put right", "<p>It was wrong.</p>", at)
    db.session.commit()
    return made


@pytest.fixture
def draft(world, editor):
    story = drafting.begin(world, "Barges return", editor)
    write(story, editor, body="<p>The river rose.</p>")
    return story


def test_publishing_keeps_the_first_version(draft, editor, client):
    release(draft, editor)
    db.session.commit()

    assert numbers(draft) == [(1, "published")] and draft.url == "/articles/barges-return"
    assert "The river rose." in client.get(draft.url).text
    assert drafting.working_document(draft)[0] == document_of(draft)


def test_a_story_from_before_there_were_versions_keeps_what_was_public_with_its_first_change(article, editor):
    was = packed(story_to_read(db.session(), article.slug))
    change(article, editor, headline="Barges stay")

    first, second = reversed(db.session.scalars(Version.whole(article.id, clock.now())).all())
    assert first.printed == was and first.at == article.published_at and first.kind == "published"
    assert second.printed["headline"] == "Barges stay" and numbers(article) == [(2, "minor"), (1, "published")]


@pytest.mark.parametrize("kind", ["correction", "clarification", "update", "minor"])
def test_each_class_makes_its_version_and_its_line_in_the_log(article, editor, client, kind):
    version = change(article, editor, kind, headline="Barges stay")

    assert (version.number, version.kind, version.reason, version.made_by_id) == (2, kind, "Put right", editor.id)
    page = client.get(article.url).text
    assert "Barges stay" in page
    assert ("It was wrong." in page) == (kind in ("correction", "clarification"))
    assert ("Put right" in page) == (kind != "minor")
    assert version.change_id == (None if kind == "minor" else article.changes[-1].id)


@pytest.mark.parametrize(
    ("kind", "reason", "notice"), [("", "Why", "<p>n</p>"), ("published", "Why", "<p>n</p>"), ("minor", "", ""), ("correction", "Why", "")]
)  # fmt: skip
def test_a_public_story_is_not_changed_without_class_reason_and_notice(article, editor, kind, reason, notice):
    write(article, editor, headline="Barges stay")
    with pytest.raises(CannotRelease):
        release(article, editor, kind, reason, notice)

    assert article.headline == "Barges return to the Ostrel" and numbers(article) == []


def test_nothing_is_released_that_nobody_has_looked_at(draft, editor):
    _, number = drafting.working_document(draft)
    write(draft, editor, headline="Another")

    with pytest.raises(SavedMeanwhile):
        release(draft, editor, number=number)


def test_nothing_is_released_that_is_not_whole(draft, editor):
    write(draft, editor, headline="", picture_id=99)
    with pytest.raises(NotWhole) as why:
        release(draft, editor)

    assert why.value.faults == ["Write a headline.", "There is no picture 99 in the library."]
    assert draft.state == "draft" and numbers(draft) == []


def test_what_was_public_can_be_changed_and_dropped_by_nobody(article, editor):
    version = change(article, editor, headline="Barges stay")
    for statement in (
        update(Version).values(reason="Another"),
        update(Version).values(printed={}),
        delete(Version).where(Version.id == version.id),
    ):
        with pytest.raises(DBAPIError, match="stays as it was"):
            db.session.execute(statement, execution_options={"raises_tags": True})
        db.session.rollback()
    with pytest.raises(ValueError, match="cannot be dropped"):
        db.session.delete(version)
        db.session.flush()
    db.session.rollback()
    assert numbers(article) == [(2, "minor"), (1, "published")]


def test_a_version_is_withheld_with_a_reason_and_stays_in_its_place(article, editor):
    change(article, editor, headline="Barges stay")
    newest, first = db.session.scalars(Version.of(article.id, clock.now())).all()

    with pytest.raises(CannotWithhold):
        newest.withhold("A name", editor)
    with pytest.raises(CannotWithhold):
        first.withhold("", editor)
    first.withhold("A name that should not have been there", editor)
    db.session.commit()

    assert first.is_withheld and numbers(article) == [(2, "minor"), (1, "published")]


# A time


def test_a_first_publication_is_public_by_the_clock_alone(draft, editor, client):
    release(draft, editor, at=NOON + 5 * MINUTE)
    db.session.commit()
    assert client.get(draft.url).status_code == 404 and numbers(draft) == []

    clock.advance(5 * MINUTE)

    assert client.get(draft.url).status_code == 200 and numbers(draft) == [(1, "published")]


def test_what_is_released_anew_before_its_time_was_never_a_version(draft, editor):
    release(draft, editor, at=NOON + 5 * MINUTE)
    db.session.commit()
    write(draft, editor, headline="Barges do not return")
    release(draft, editor, at=NOON + 9 * MINUTE)
    db.session.commit()

    clock.advance(10 * MINUTE)
    (only,) = db.session.scalars(Version.whole(draft.id, clock.now()))
    assert (only.number, only.printed["headline"], only.at) == (1, "Barges do not return", NOON + 9 * MINUTE)


def test_a_time_can_be_called_off_until_it_has_come(draft, editor, client):
    release(draft, editor, at=NOON + 5 * MINUTE)
    db.session.commit()
    call_off(draft, editor)
    db.session.commit()

    clock.advance(6 * MINUTE)
    assert client.get(draft.url).status_code == 404 and draft.state == "draft"
    assert db.session.scalars(select(Version)).all() == []
    release(draft, editor)
    with pytest.raises(CannotRelease):
        call_off(draft, editor)


def test_an_embargo_asks_for_a_second_yes(draft, editor):
    drafting.embargo(draft, NOON + 60 * MINUTE, "Report of the board", editor)
    with pytest.raises(Embargoed):
        release(draft, editor)
    with pytest.raises(Embargoed):
        release(draft, editor, at=NOON + 59 * MINUTE)

    release(draft, editor, at=NOON + 60 * MINUTE)
    assert release(draft, editor, despite_embargo=True).number == 1


def test_a_change_of_a_public_story_waits_and_is_released_once(article, editor, client):
    waiting = change(article, editor, "update", at=NOON + 5 * MINUTE, headline="Barges stay")
    assert isinstance(waiting, WaitingChange) and "Barges stay" not in client.get(article.url).text
    assert drafting.working_document(article)[0] == document_of(article)
    assert release_due() == 0

    clock.advance(5 * MINUTE)
    assert [release_due(), release_due()] == [1, 0]

    assert "Barges stay" in client.get(article.url).text and waiting_change(article) is None
    assert numbers(article) == [(2, "update"), (1, "published")]
    assert article.updated_at == NOON + 5 * MINUTE


def test_a_change_is_released_once_however_many_look_for_it_at_the_same_moment(app, article, editor):
    change(article, editor, "update", at=NOON + 5 * MINUTE, headline="Barges stay")
    clock.advance(5 * MINUTE)
    db.session.remove()
    start, done = threading.Barrier(4), []

    def look() -> None:
        with app.app_context():
            start.wait()
            done.append(release_due())

    lookers = [threading.Thread(target=look) for _ in range(4)]
    for looker in lookers:
        looker.start()
    for looker in lookers:
        looker.join()

    assert sorted(done) == [0, 0, 0, 1]
    assert numbers(db.session.get_one(Article, 1)) == [(2, "update"), (1, "published")]


def test_a_correction_may_go_before_a_change_that_waits_and_both_stay(article, editor):
    change(article, editor, "update", at=NOON + 5 * MINUTE, headline="Barges stay")
    change(article, editor, "correction", standfirst="Twelve centimetres made the difference.")

    clock.advance(6 * MINUTE)
    assert release_due() == 1
    assert (article.headline, article.standfirst) == ("Barges stay", "Twelve centimetres made the difference.")
    assert [kind for _, kind in numbers(article)] == ["update", "correction", "published"]


def test_a_change_that_would_undo_another_stops_and_says_so(article, editor):
    change(article, editor, "update", at=NOON + 5 * MINUTE, headline="Barges stay")
    change(article, editor, "correction", headline="Boats return")

    clock.advance(6 * MINUTE)
    assert release_due() == 0
    waiting = waiting_change(article)
    assert article.headline == "Boats return" and waiting.stuck_at and "Headline" in waiting.stuck_because
    assert release_due() == 0
    drop_waiting(article, editor)
    assert waiting_change(article) is None


def test_a_change_that_waits_is_not_released_on_a_story_that_was_withdrawn(article, editor):
    change(article, editor, "update", at=NOON + 5 * MINUTE, headline="Barges stay")
    withdraw(article, "It was not so.", editor)
    db.session.commit()
    clock.advance(6 * MINUTE)

    assert release_due() == 0 and "not public" in waiting_change(article).stuck_because


def test_what_waits_can_be_taken_back_into_the_working_copy(article, editor):
    change(article, editor, "update", at=NOON + 5 * MINUTE, headline="Barges stay")
    write(article, editor, place="Marisel")
    drop_waiting(article, editor, into_copy=True)

    document, _ = drafting.working_document(article)
    assert (document["headline"], document["place"]) == ("Barges stay", "Marisel")


def test_what_somebody_writes_while_a_change_is_released_goes_on_upon_it(article, editor):
    change(article, editor, "update", at=NOON + 5 * MINUTE, headline="Barges stay")
    write(article, editor, place="Marisel")
    clock.advance(6 * MINUTE)
    release_due()

    document, _ = drafting.working_document(article)
    assert (document["headline"], document["place"]) == ("Barges stay", "Marisel")


def test_a_withdrawn_story_is_published_again_as_another_version(article, editor, client):
    withdraw(article, "It was not so.", editor)
    db.session.commit()
    assert client.get(article.url).status_code == 410
    write(article, editor, headline="Barges stay away")
    release(article, editor)
    db.session.commit()

    assert numbers(article) == [(2, "published"), (1, "published")] and client.get(article.url).status_code == 200


# Byte for byte

WORDS = [
    "river",
    "rail",
    "mill & co",
    "“quoted”",
    "Café",
    "<b>bold</b>",
    "naïve\u00ad",
    "水",
    "e\u0301",
    "\u200d",
    "&amp;lt;",
    "7<8",
]


def some(chance: random.Random, most: int = 6) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, most)))


def a_body(chance: random.Random, picture: Picture) -> str:
    blocks = [
        lambda: f"<p>{some(chance)}<sup data-source='{chance.choice('ab')}'></sup> {some(chance)}</p>",
        lambda: f"<h2>{some(chance, 3)}</h2>",
        lambda: f"<ul><li>{some(chance)}</li><li>{some(chance)}</li></ul>",
        lambda: f"<blockquote class='pull'><p>{some(chance)}</p></blockquote>",
        lambda: (
            f"<table><caption>{some(chance)}</caption><tr><th scope='col'>a</th></tr><tr><td>{some(chance)}</td></tr></table>"
        ),
        lambda: f"<figure data-picture='{picture.id}'><figcaption>{some(chance)}</figcaption></figure>",
        lambda: f"<p>{some(chance)}<sup data-source-url='https://example.org/{chance.randint(1, 4)}'></sup></p>",
        lambda: "<pre>a\n\n  b</pre>",
    ]
    return "".join(chance.choice(blocks)() for _ in range(chance.randint(1, 6)))


def an_edit(chance: random.Random, picture: Picture, sections: list[int], authors: list[int]) -> dict[str, object]:
    edits = {
        "headline": lambda: some(chance), "standfirst": lambda: chance.choice(["", some(chance)]),
        "body": lambda: a_body(chance, picture), "key_points": lambda: [some(chance) for _ in range(chance.randint(0, 3))],
        "making": lambda: {name: some(chance) for name in chance.sample(sorted(MAKING), 2)},
        "topics": lambda: chance.sample(["Rivers", "Rails", "Peat"], chance.randint(0, 3)), "place": lambda: some(chance, 2),
        "kind": lambda: chance.choice(["news", "opinion", "live"]), "picture_id": lambda: chance.choice([None, picture.id]),
        "section_id": lambda: chance.choice(sections), "label": lambda: chance.choice(["", some(chance, 1)]),
        "bylines": lambda: [{"author_id": chance.choice([None, *authors]), "name": some(chance, 2), "role": some(chance, 1), "part": "by"}],
    }  # fmt: skip
    return {name: edits[name]() for name in chance.sample(sorted(edits), chance.randint(1, 4))}


def test_every_version_is_rebuilt_byte_for_byte_whatever_was_done(app, world, asia, rosalind, editor):
    """Random sequences of saves, releases, corrections, times, withdrawals; and the world round the stories moves on."""
    chance = random.Random(20260314)
    picture = Picture(
        sha256="0" * 64,
        stem="0" * 20,
        original="0.jpg",
        width=1200,
        height=800,
        widths=[176, 704],
        caption="Before",
        alt="A lock",
        credit="A. Lock",
    )
    source = Source(title="The accord", url="https://example.org/1")
    db.session.add_all([picture, source])
    db.session.commit()
    editor_id, picture_id, section_ids, author_ids = editor.id, picture.id, [world.id, asia.id], [rosalind.id]
    kept: dict[tuple[int, int], str] = {}
    for n in range(SEQUENCES):
        by, picture = db.session.get_one(Account, editor_id), db.session.get_one(Picture, picture_id)
        story = drafting.begin(db.session.merge(world), some(chance), by)
        for _ in range(chance.randint(2, 5)):
            document, number = drafting.working_document(story)
            drafting.save(story, {**document, **an_edit(chance, picture, section_ids, author_ids)}, by, number)
            db.session.commit()
            if chance.random() < 0.25:
                continue
            kind = chance.choice(["correction", "clarification", "update", "minor"])
            at = clock.now() + MINUTE if chance.random() < 0.2 else None
            try:
                release(story, by, kind, some(chance), some(chance), at)
            except (CannotRelease, NotWhole):
                db.session.rollback()
                continue
            if chance.random() < 0.1:
                withdraw(story, "Not so", by)
            db.session.commit()
            clock.advance(2 * MINUTE)
            release_due()
            last = db.session.scalar(Version.of(story.id, clock.now()).limit(1))
            printed = story_to_read(db.session(), story.slug)
            kept[story.id, last.number] = json.dumps(packed(printed), sort_keys=True)
        if n % 10 == 0:
            picture.describe(caption=f"Since {n}", alt=f"Since {n}")
            source.describe(title=f"Since {n}")
            rosalind.edit(name=f"Rosalind {n}")
        db.session.commit()
        db.session.expunge_all()
        source, rosalind = db.session.merge(source), db.session.merge(rosalind)

    found = 0
    for version in db.session.scalars(select(Version).options(versions.undefer(Version.printed))):
        if (version.article_id, version.number) not in kept:
            continue
        article = db.session.get_one(Article, version.article_id)
        rebuilt = json.dumps(packed(version.story(article)), sort_keys=True)
        assert rebuilt == kept[version.article_id, version.number], (version.article_id, version.number)
        found += 1
    assert found == len(kept) > SEQUENCES
    for article_id in db.session.scalars(select(Article.id)):
        given = db.session.scalars(
            text("SELECT number FROM version WHERE article_id = :i ORDER BY number").bindparams(i=article_id)
        ).all()
        assert list(given) == list(range(1, len(given) + 1))
