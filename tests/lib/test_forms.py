"""What every form has in common."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import StringField, TextAreaField

from newsapp.lib.forms import AtMost, Form

LINES = 10


class Said(Form):
    """A line and a text."""

    line = StringField("Line", [AtMost(LINES)])
    text = TextAreaField("Text", [AtMost(LINES)])


@pytest.fixture(autouse=True)
def request_context():
    with Flask(__name__).test_request_context():
        yield


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("x" * LINES, None),
        ("x" * (LINES + 1), "At most 10 characters; these are 11."),
        ("\U0001f642" * LINES, None),
        ("1\r\n" * 5, None),  # five lines, of which a browser counts the end as one
        ("1\r\n" * 5 + "6", "At most 10 characters; these are 11."),
        ("", None),
    ],
)
def test_a_text_is_refused_with_the_number_of_its_characters_and_kept(typed, fault):
    form = Said(MultiDict({"text": typed, "line": ""}))
    form.validate()

    assert [said for _, said in form.faults] == ([fault] if fault else [])
    assert form.text.data == typed.replace("\r\n", "\n")


def test_a_field_that_was_not_sent_is_not_too_long():
    assert Said(MultiDict()).validate()


def test_a_text_area_cuts_nothing_off_and_a_line_is_short_from_the_start():
    form = Said()

    assert 'data-most="10"' in form.text() and "maxlength" not in form.text(maxlength=10)
    assert 'maxlength="10"' in form.line()
    assert 'maxlength="10"' in form.text(**{"data-guide": "5"})  # it has a count of its own
