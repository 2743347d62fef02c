from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from newsapp.lib import dates
from newsapp.lib.text import count_words, direction, hue, initials, reading_minutes, shorten, slugify

LONDON, SYDNEY = ZoneInfo("Europe/London"), ZoneInfo("Australia/Sydney")
AT = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Barges return to the Ostrel!", "barges-return-to-the-ostrel"),
        ("Mayors’ pact", "mayors-pact"),
        ("Ünïcödé & <b>tags</b>", "unicode-b-tags-b"),
        ("Новости дня", "новости-дня"),
        ("", "untitled"),
        ("…", "untitled"),
    ],
)
def test_an_address_is_plain(text, slug):
    assert slugify(text) == slug


def test_a_long_address_ends_with_a_word():
    slug = slugify("word " * 40)
    assert len(slug) <= 80 and slug.endswith("word")
    assert len(slugify("x" * 200)) == 80


@pytest.mark.parametrize(
    ("text", "words"), [("", 0), ("one", 1), ("it’s a two-word thing", 4), ("新聞は毎日", 3), ("3.5 million", 3)]
)
def test_words_are_counted_in_any_script(text, words):
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("words", "pictures", "minutes"), [(0, 5, 0), (1, 0, 1), (220, 0, 1), (2200, 0, 10), (440, 3, 3)]
)
def test_reading_takes_its_time(words, pictures, minutes):
    assert reading_minutes(words, pictures) == minutes


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ines Vandermolen", "IV"),
        ("Jonah Petrakis-Bell", "JB"),
        ("Plato", "P"),
        ("", "?"),
        ("42", "?"),
        ("أحمد علي", "أع"),
    ],
)
def test_a_person_without_a_portrait_has_initials(name, letters):
    assert initials(name) == letters
    assert 0 <= hue(name) < 12


def test_a_text_is_cut_at_a_word():
    assert shorten("one two three", 9) == "one two…"
    assert shorten("short", 9) == "short"
    assert shorten("unbreakable", 5) == "unbr…"


def test_a_language_has_its_direction():
    assert direction("ar-EG") == "rtl" and direction("en-GB") == "ltr"


def test_a_moment_is_printed_in_the_newsrooms_zone():
    assert dates.full(AT, LONDON) == "2 July 2026, 00:30 BST"
    assert dates.full(AT, SYDNEY) == "2 July 2026, 09:30 AEST"
    assert dates.machine(AT) == "2026-07-01T23:30:00Z"


def test_a_list_says_today_yesterday_and_the_year_where_it_must():
    noon = datetime(2026, 7, 3, 12, 0, tzinfo=UTC)
    assert dates.river(noon, LONDON, noon) == "13:00"
    assert dates.river(AT, LONDON, noon) == "Yesterday"
    assert dates.brief(AT, LONDON, noon) == "2 Jul"
    assert dates.brief(datetime(2025, 12, 31, 12, tzinfo=UTC), LONDON, noon) == "31 Dec 2025"


def test_the_next_day_begins_at_midnight_there_summer_time_or_not():
    before_change = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # 23:30 in London; the clocks go back the next night
    assert dates.next_midnight(before_change, LONDON) == datetime(2026, 10, 24, 23, 0, tzinfo=UTC)
    assert dates.next_midnight(datetime(2026, 10, 25, 12, tzinfo=UTC), LONDON) == datetime(
        2026, 10, 26, 0, 0, tzinfo=UTC
    )
