"""The contract of the index: the same promises on SQLite and, with ``--postgres``, on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, text

from newsapp import articles, search
from newsapp.articles import Article, Byline, Kind
from newsapp.authors import create as create_author
from newsapp.db import db
from newsapp.lib import clock
from newsapp.search import Filters, SearchDocument, index, models, parse
from newsapp.search.index import COUNTED_AT_MOST, PER_PAGE
from newsapp.search.models import SearchStale, SearchWord
from tests.search.paper import found, hits, picture, source, story


def test_a_story_is_found_by_every_text_that_it_shows(world, rosalind):
    story(
        world, "Barges return", "The <b>dred</b>ger left at dawn.<sup data-source='a'></sup>",
        standfirst="Eleven centimetres", key_points=["Pilots approve"], authors=[rosalind], names=["Agence Varrow"],
        picture_id=picture(caption="The <em>quay</em> at Marisel", alt="A crane", credit="Wim Oort").id,
        sources={"a": source("Hydrographic yearbook")}, short_headline="Ostrel open", label="Storm Ottoline",
        topics=["Inland shipping"],
    )  # fmt: skip

    for typed in ("barges", "ostrel open", "eleven", "pilots", "dredger", "rosalind", "Agence Varrow", "quay marisel",
                  "crane", "oort", "yearbook", "storm ottoline", "inland shipping"):  # fmt: skip
        assert found(typed) == ["Barges return"], typed
    assert found("zeppelin") == []


def test_all_words_must_be_found_wherever_they_stand(world):
    story(world, "Barges return", "The pilots are glad.")
    story(world, "Pilots vote", "A ballot.")

    assert found("pilots barges") == ["Barges return"]


def test_a_word_of_the_headline_counts_more_than_one_of_the_body(world):
    story(world, "Ferry cut", "Nothing.", hours=9)
    story(world, "Something else", "A word on the ferry, and one on the weather.", hours=1)

    assert found("ferry ") == ["Ferry cut", "Something else"]
    assert found("ferry ", "newest") == ["Something else", "Ferry cut"]


def test_a_phrase_is_found_only_side_by_side(world):
    story(world, "One", "A repair ship sails.")
    story(world, "Two", "A ship for repair.")

    assert found('"repair ship"') == ["One"]
    assert sorted(found("repair ship")) == ["One", "Two"]
    assert found("“repair ship”") == ["One"]


def test_what_hangs_together_is_looked_for_together(world):
    story(world, "One", "Covid-19 is back, says example.org.")
    story(world, "Two", "Room 19 had covid.")

    assert found("covid-19 ") == ["One"]
    assert found("example.org") == ["One"]


def test_the_last_word_may_be_only_begun(world):
    story(world, "Keplerian orbits")

    assert found("kepl") == ["Keplerian orbits"]
    assert found("kepl ") == [], "a space behind it says that the word is whole"
    assert found("kepl orbits") == []
    assert found("ke") == [], "two letters begin too many words"


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("A barge sank", "barges "), ("Two barges sank", "barge "), ("The ferry is late", "ferries "), ("Ferries are late", "ferry "),
        ("Boxes of salt", "box salt"), ("A box of salt", "boxes "), ("Churches close", "church "), ("The church closes", "churches closes"),
        ("A glass house", "glasses "), ("Battery of salt", "batteries salt"),
    ],
)  # fmt: skip
def test_one_and_several_are_found_by_each_other(world, written, typed):
    story(world, written)
    story(world, "Nothing of the kind")

    assert found(typed) == [written]
    assert found(f'"{typed.strip()}"') == [], "a phrase is found as it is typed"


def test_a_number_is_not_told_by_the_ending_of_a_short_word_or_of_another_script(world):
    story(world, "The bus is us")
    story(world, "Москвы")

    assert found("bu ") == found("москвыs ") == []
    assert found("status ") == []


def test_what_was_typed_exactly_comes_before_what_only_begins_so(world):
    story(world, "Shipping lanes", hours=1)
    story(world, "The ship", hours=5)

    assert found("ship") == ["The ship", "Shipping lanes"]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Café Größe", "cafe grosse"),
        ("Cafe", "Café"),
        ("Cafe\u0301 noir", "café"),
        ("Straße gesperrt", "strasse"),
        ("Strasse", "Straße"),
        ("Łódź", "lodz"),
        ("Ærø og Ålborg", "aero alborg"),
        ("İstanbul ışık", "istanbul isik"),
        ("Москва растёт", "москва растет"),
        ("МОСКВА", "москва"),
        ("Ἀθῆναι", "αθηναι"),
        ("أسعار القَمْح", "اسعار القمح"),
        ("ירושלים", "ירושלים"),
        ("हिन्दी समाचार", "हिन्दी"),
        ("北京的天气很好", "天气"),
        ("北京的天气很好", "北京"),
        ("北京的天气很好", "好"),
        ("北京的天气很好", "气"),
        ("北京的天气很好", "天气很好"),
        ("東京タワー", "タワー"),
        ("ﾀﾞｲｱ改正", "ダイア"),
        ("AI技术", "AI技术"),
        ("AI技术", "技术"),
        ("서울에서 열린", "서울"),
        ("กรุงเทพมหานคร", "กรุงเทพ"),
        ("ＦＵＬＬ width", "full"),
        ("Rosalind’s river", "rosalind"),
        ("Rosalind", "Rosalind's"),
        ("O’Brien wins", "o'brien"),
        ("The ﬁnal", "final"),
        ("H₂O at ½ price", "h2o"),
    ],
)  # fmt: skip
def test_words_are_found_as_readers_type_them(world, written, typed):
    story(world, written)
    story(world, "Nothing of the kind")

    assert found(typed) == [written]


def test_two_characters_that_do_not_stand_together_are_not_a_word(world):
    story(world, "天很好，气很好")

    assert found("天气") == []


def test_japanese_voicing_and_indian_vowels_make_other_words(world):
    story(world, "かき")
    story(world, "がき")

    assert found("かき") == ["かき"]


def test_hits_are_limited_by_section_with_its_children(world, asia):
    other = articles.models.Section  # the class, by the front door of its rows
    politics = other(name="Politics", path="politics")
    db.session.add(politics)
    db.session.commit()
    story(world, "A river in World", hours=1)
    story(asia, "A river in Asia", hours=2)
    story(politics, "A river in Politics", hours=3)
    story(politics, "A river in both", hours=4, also_in=[asia])

    assert found("river", "newest", sections=(world.id,)) == ["A river in World", "A river in Asia", "A river in both"]
    assert found("river", "newest", sections=(asia.id,)) == ["A river in Asia", "A river in both"]
    assert len(found("river", sections=(asia.id, politics.id))) == 3


def test_filters_narrow_each_and_together(world, asia, rosalind):
    dele = create_author("Dele")
    db.session.commit()
    story(world, "River one", hours=1, authors=[rosalind], topics=["Rivers"], kind="news")
    story(asia, "River two", hours=30, authors=[dele], topics=["Rivers", "Rails"], kind="press release")
    story(asia, "River three", hours=60, authors=[dele, rosalind], topics=["Rails"], kind="opinion")
    rails = db.session.scalar(select(articles.Topic.id).where(articles.Topic.name == "Rails"))
    mine, now = rosalind.id, clock.now()

    assert found("river", "newest", authors=(mine,)) == ["River one", "River three"]
    assert found("river", "newest", topics=(rails,)) == ["River two", "River three"]
    assert found("river", kinds=(Kind.PRESS_RELEASE,)) == ["River two"]
    assert found("river", "newest", since=now - timedelta(hours=40)) == ["River one", "River two"]
    assert found("river", until=now - timedelta(hours=40)) == ["River three"]
    assert found("river", sections=(asia.id,), authors=(mine,), topics=(rails,), kinds=("opinion",),
                 until=now - timedelta(hours=59)) == ["River three"]  # fmt: skip
    assert found("river", sections=(asia.id,), kinds=("news",)) == []
    assert found("", "newest", authors=(mine,)) == ["River one", "River three"], "filters need no words"


def test_a_mark_cannot_be_typed(world):
    story(world, "Nothing")

    for typed in (f"section:{world.id}", '"kind:news"', "kind:news", "marks:news", f"section {world.id}"):
        assert found(typed) == [], typed


def test_pages_follow_each_other_without_a_gap(world):
    for n in range(PER_PAGE * 2 + 3):
        story(world, f"River {n}", hours=n + 1)

    for order in ("best", "newest"):
        pages = [hits("river", order, page).ids for page in (1, 2, 3, 4)]
        assert [len(page) for page in pages] == [PER_PAGE, PER_PAGE, 3, 0]
        assert len({i for page in pages for i in page}) == PER_PAGE * 2 + 3
    assert found("river", "newest", 3) == ["River 24", "River 25", "River 26"]
    assert hits("river").figure == "27"


def test_the_count_stops_at_a_thousand(world):
    plant_many(world, COUNTED_AT_MOST + 30)

    assert hits("measured").figure == "1,000+"
    assert hits("measured", "newest", 50).figure == "1,000+"
    assert len(hits("measured", page=50).ids) == PER_PAGE
    assert hits("measured number").figure == "1,000+"
    assert index(db.session()).tally(parse("measured"), Filters()) is None


def test_hits_are_counted_by_section(world, asia, rosalind):
    story(world, "River one", authors=[rosalind])
    story(asia, "River two")

    tally = index(db.session()).tally(parse("river"), Filters())

    assert tally is not None
    assert (tally[f"section:{world.id}"], tally[f"section:{asia.id}"], tally["kind:news"]) == (2, 1, 2)


def plant_many(section, wanted: int) -> None:
    """Write stories past the verbs, as importers do, and their documents."""
    db.session.execute(
        Article.__table__.insert(),
        [
            {
                "slug": f"m{n}", "kind": "news", "section_id": section.id, "also_in": [], "headline": f"Measured {n}",
                "standfirst": "A number", "standfirst_is_own": True, "language": "en", "key_points": [],
                "is_evergreen": False, "words": 0, "minutes": 0, "created_at": clock.now(), "ready_at": clock.now(),
                "published_at": clock.now() - timedelta(minutes=n + 1), "withdrawn_reason": "", "contents": [],
                "warnings": [], "body": "", "body_source": "",
            }
            for n in range(wanted)
        ],
    )  # fmt: skip
    db.session.commit()
    assert search.rebuild() == wanted


# What is found when


def test_a_change_is_found_at_once_and_what_it_replaced_no_longer(world, article):
    article.edit(headline="Zeppelins over the Ostrel")
    article.set_body("<p>A balloonist waved.</p>")
    db.session.commit()

    assert found("zeppelins balloonist") == ["Zeppelins over the Ostrel"]
    assert found("barges") == []


def test_a_change_that_is_rolled_back_is_not_found(world, article):
    article.edit(headline="Zeppelins")
    db.session.flush()
    db.session.rollback()

    assert found("zeppelins") == []
    assert found("barges") != []


def test_a_draft_a_scheduled_a_withdrawn_and_an_ended_story_are_never_found(world):
    articles.write("Secret draft", world, "<p>Text</p>")
    review = articles.write("Secret review", world, "<p>Text</p>")
    review.submit()
    scheduled = articles.write("Secret tomorrow", world, "<p>Text</p>")
    scheduled.publish(at=clock.now() + timedelta(hours=2))
    withdrawn = story(world, "Secret withdrawn")
    withdrawn.withdraw("A mistake")
    ended = story(world, "Secret that ends", hours=3)
    ended.end(clock.now() + timedelta(hours=1))
    db.session.commit()

    assert found("secret") == ["Secret that ends"]
    clock.advance(timedelta(hours=1))
    assert found("secret") == []
    clock.advance(timedelta(hours=1))
    assert found("secret") == ["Secret tomorrow"], "the clock alone decides"


def test_a_withdrawn_story_that_is_published_again_is_found_again(world, article):
    article.withdraw("A mistake")
    db.session.commit()
    assert found("barges") == []

    article.publish()
    db.session.commit()
    assert found("barges") == ["Barges return to the Ostrel"]


def test_stories_of_one_second_are_all_found(world):
    for n in range(5):
        story(world, f"River {n}")

    assert len(found("river")) == 5


def test_moving_a_story_moves_it_under_the_filters(world, asia, article, rosalind):
    article.file_under(asia)
    article.sign([Byline(free_text="Agence Varrow")])
    article.mark_topics(["Peat"])
    article.edit(kind="analysis")
    db.session.commit()

    assert found("barges", sections=(asia.id,)) and found("barges", sections=(world.id,))
    assert found("barges", authors=(rosalind.id,)) == []
    assert found("varrow", kinds=("analysis",))
    assert found("rosalind") == []


def test_who_is_renamed_is_found_by_the_new_name(world, article, rosalind):
    rosalind.edit(name="Rosalind Oyelaran")
    db.session.commit()

    assert found("oyelaran") == ["Barges return to the Ostrel"]
    assert found("achterberg") == []


def test_a_source_and_a_picture_that_are_described_anew_are_found_by_the_new_words(world):
    photo, book = picture(caption="A quay"), source("A yearbook")
    story(world, "Barges", "x<sup data-source='a'></sup>", picture_id=photo.id, sources={"a": book})

    photo.describe(caption="A lighthouse")
    book.describe(title="An almanac")
    db.session.commit()

    assert found("lighthouse almanac") == ["Barges"]
    assert found("quay") == found("yearbook") == []


def test_a_change_of_many_stories_writes_some_at_once_and_the_others_with_the_scheduler(
    app, world, rosalind, monkeypatch
):
    monkeypatch.setattr(models, "AT_ONCE", 3)
    for n in range(8):
        story(world, f"River {n}", authors=[rosalind])
    said = []
    event.listen(db.engine, "before_cursor_execute", lambda c, cursor, statement, *rest: said.append(statement))

    rosalind.edit(name="Rosalind Oyelaran")
    db.session.commit()

    assert len(found("oyelaran")) == 3
    assert len(said) < 60
    app.extensions["scheduler"].tick()
    assert len(found("oyelaran")) == 8
    assert db.session.scalar(select(func.count()).select_from(SearchStale)) == 0


def test_many_verbs_in_one_transaction_cost_one_document(world, article):
    said = []
    event.listen(db.engine, "before_cursor_execute", lambda c, cursor, statement, *rest: said.append(statement))

    article.edit(headline="Zeppelins")
    article.set_body("<p>Balloons</p>")
    article.mark_topics(["Peat"])
    article.publish()
    db.session.commit()

    assert sum(statement.startswith("INSERT INTO search_document") for statement in said) == 1


def test_a_verb_that_changes_no_word_writes_no_document(world, article):
    said = []
    event.listen(db.engine, "before_cursor_execute", lambda c, cursor, statement, *rest: said.append(statement))

    article.edit(is_evergreen=True)
    db.session.commit()

    assert not any(statement.startswith("INSERT INTO search_") for statement in said)


def test_a_story_that_is_deleted_leaves_nothing_behind(world, article):
    number = article.id
    db.session.execute(Article.__table__.delete().where(Article.id == number), execution_options={"raises_tags": True})
    db.session.commit()

    assert db.session.scalar(select(func.count()).select_from(SearchDocument)) == 0
    assert hits("barges").ids == []


def test_rebuilding_gives_the_same_documents_and_words(world, asia, article, rosalind):
    story(asia, "北京的天气很好", "Straße", authors=[rosalind])
    withdrawn = story(world, "Withdrawn")
    withdrawn.withdraw("A mistake")
    db.session.commit()
    everything = [select(*SearchDocument.__table__.columns).order_by(SearchDocument.place),
                  select(*SearchWord.__table__.columns).where(SearchWord.stories > 0).order_by(SearchWord.word)]  # fmt: skip
    before = [db.session.execute(one).all() for one in everything]
    db.session.rollback()

    assert search.rebuild() == 2

    assert [db.session.execute(one).all() for one in everything] == before
    assert found("天气") == ["北京的天气很好"]
    assert found("withdrawn") == []


def test_a_database_from_before_the_search_is_known(world, article):
    assert not search.is_behind(db.session())
    db.session.execute(SearchDocument.__table__.delete())
    db.session.commit()
    assert search.is_behind(db.session())


def test_a_new_label_and_a_new_topic_are_found_at_once(world, article):
    article.edit(label="Storm Ottoline")
    article.mark_topics(["Floods"])
    db.session.commit()

    assert found("ottoline floods") == ["Barges return to the Ostrel"]
    assert found('"rivers"') == [], "the topic of before"


@pytest.mark.parametrize("which", ["every", "first", "last"])
def test_documents_that_an_older_version_has_written_are_known_and_written_anew(world, article, which):
    stories = [article.id, story(world, "Two", label="Storm").id, story(world, "Three", label="Storm").id]
    # Some were edited since, or a rebuilding was broken off.
    old = {"every": stories, "first": stories[:1], "last": stories[-1:]}[which]
    db.session.execute(
        SearchDocument.__table__.update()
        .where(SearchDocument.article_id.in_(old))
        .values(marks=func.replace(SearchDocument.marks, f" {models.FORM}", ""), standfirst="")
    )
    db.session.commit()
    assert search.is_behind(db.session())

    search.rebuild()

    assert not search.is_behind(db.session())
    assert sorted(found("storm")) == ["Three", "Two"]


def test_the_fts_index_agrees_with_its_documents(world, article, postgres):
    if postgres:
        return
    article.edit(headline="Zeppelins")
    db.session.commit()
    article.publish(at=clock.now())
    db.session.commit()
    article.withdraw("x")
    db.session.commit()
    article.publish()
    db.session.commit()

    db.session.execute(text("INSERT INTO search_fts (search_fts, rank) VALUES ('integrity-check', 1)"))


def test_a_story_of_a_megabyte_of_different_words_is_kept(world):
    story(world, "Long", " ".join(f"w{n}x" for n in range(150_000)))

    assert found("w100x ") == ["Long"]


def test_rebuilding_leaves_nothing_of_what_was_deleted_in_the_index(app, world, asia, rosalind, postgres):
    if postgres:
        pytest.skip("VACUUM is PostgreSQL's own work")
    for n in range(30):
        story(world, f"Barges {n}", f"Number {n} " + "on the river " * 40, authors=[rosalind])
        db.session.commit()

    def parts() -> int:
        db.session.rollback()
        return db.session.execute(text("SELECT count(DISTINCT segid) FROM search_fts_idx")).scalar_one()

    assert parts() > 1
    search.rebuild()

    assert parts() == 1
    assert len(found("barges")) == 12
