"""Marks of sources are numbered in the order in which the text first cites them."""

import re

import pytest

from newsapp.articles.body import prepare
from tests.articles.bodies.checks import assert_clean_body


def refs(source):
    """The numbers and ids of a body's marks, in order."""
    body = prepare(source)
    assert_clean_body(body)
    return [(int(number), name) for name, number in re.findall(r'id="(ref-[\d-]+)">(\d+)</a>', body.html)]


def mark(key):
    return f'<sup data-source="{key}"></sup>'


def test_a_source_cited_three_times_has_one_number_and_three_ids():
    source = f"<p>a{mark('x')} b{mark('y')} c{mark('x')} d{mark('x')}</p>"

    assert refs(source) == [(1, "ref-1"), (2, "ref-2"), (1, "ref-1-2"), (1, "ref-1-3")]
    assert prepare(source).citations == ["x", "y"]


def test_sources_are_numbered_in_headings_cells_captions_and_lists():
    source = (
        f"<h2>Why{mark('a')}</h2><ul><li>b{mark('b')}</li></ul><table><caption>c{mark('c')}</caption>"
        f"<tr><th>d{mark('d')}</th><td>e{mark('a')}</td></tr></table><blockquote>f{mark('e')}</blockquote>"
        f"<figure data-picture=7><figcaption>g{mark('f')}</figcaption></figure>"
    )

    assert [number for number, _ in refs(source)] == [1, 2, 3, 4, 1, 5, 6]
    body = prepare(source, lambda key, caption: f"<figure><figcaption>{caption}</figcaption></figure>")
    assert body.contents == [{"id": "why", "text": "Why", "level": 2}]
    assert 'aria-label="Table: c, scrollable"' in body.html
    assert '<figcaption>g<a aria-label="Source 6"' in body.html


def test_a_mark_stands_close_to_its_word_and_a_space_behind_it_stays():
    html = prepare(f"<p>words {mark('a')} go {mark('b')}. On{mark('c')}  and {mark('a')}on</p>").html

    assert re.sub(r"<a [^>]*>(\d)</a>", r"[\1]", html) == "<p>words[1] go[2]. On[3] and[1] on</p>"


def test_a_mark_leaves_the_link_that_it_stands_in():
    html = prepare(f'<p><a href="https://example.org/">one{mark("a")} two</a></p>').html

    assert html == (
        '<p><a href="https://example.org/">one</a><a aria-label="Source 1" class="ref" href="#src-1" id="ref-1">1</a> '
        '<a href="https://example.org/">two</a></p>'
    )


def test_a_key_that_nobody_has_described_is_numbered_all_the_same():
    body = prepare(f"<p>a{mark('no such source')}</p>")

    assert body.citations == ["no such source"]
    assert 'href="#src-1"' in body.html


def test_a_sup_that_names_no_source_is_raised_text():
    assert (
        prepare('<p>m<sup>2</sup> and <sup data-source="">3</sup></p>').html == "<p>m<sup>2</sup> and <sup>3</sup></p>"
    )


@pytest.mark.parametrize(
    "written",
    [
        "[[1]](https://example.org/a)",
        "[1](https://example.org/a)",
        '[[1]](<a href="https://example.org/a">https://example.org/a</a>)',
        '[[1]](<a href="https://example.org/a">example.org/a…</a>)',
        '[[1]](<a href="https://example.org/a)">https://example.org/a)</a>',
        '<a href="https://example.org/a">[[1]]</a>',
        '<sup><a href="https://example.org/a">[1]</a></sup>',
        "<span>[[1]]</span><span>(https://</span><b></b><span>example.org/a)</span>",
    ],
)
def test_a_citation_written_as_text_is_a_mark(written):
    body = prepare(f"<p>Words {written}.</p>")

    assert body.html == '<p>Words<a aria-label="Source 1" class="ref" href="#src-1" id="ref-1">1</a>.</p>'
    assert body.citations == ["https://example.org/a"]
    assert body.warnings == []


def test_an_address_in_a_citation_may_have_brackets_and_ampersands():
    body = prepare("<p>a[[1]](https://en.example.org/wiki/Foo_(bar)?a=1&amp;b=2)[[2]](https://example.org/b),c</p>")

    assert body.citations == ["https://en.example.org/wiki/Foo_(bar)?a=1&b=2", "https://example.org/b"]
    assert "[" not in body.html


def test_brackets_that_cite_nothing_stay():
    text = "He said [sic], [[1]] and [2] (see https://example.org/) [[3]](javascript:alert)"

    assert prepare(f"<p>{text}</p>").html == f"<p>{text}</p>"


@pytest.mark.parametrize(
    ("numbers", "warning"),
    [
        ([1, 2, 3], None),
        ([1, 2, 4], "Source 3 is missing: the text cites 1, 2, 4."),
        ([2, 5, 2], "Sources 1, 3, 4 are missing: the text cites 2, 5."),
        ([999], "Sources 1, 2, 3, 4, 5, 6, 7, 8, 9 and more are missing: the text cites 999."),
    ],
)
def test_a_gap_in_the_numbers_that_were_pasted_is_told_of(numbers, warning):
    source = "".join(f"<p>x[[{number}]](https://example.org/{number})</p>" for number in numbers)

    assert prepare(source).warnings == ([warning] if warning else [])


def test_a_mark_with_an_address_that_is_none_is_left_out_and_told_of():
    body = prepare('<p>a<sup data-source-url="javascript:alert(1)"></sup></p>')

    assert body.html == "<p>a</p>"
    assert body.warnings == ["A source mark with no web address was left out."]
