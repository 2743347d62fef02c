"""Footnotes that are pasted: with an address they are sources, without one nothing is lost."""

import pytest

from newsapp.articles.body import prepare
from tests.articles.bodies.checks import assert_clean_body

REPORT = "https://example.org/report.pdf"
WORD = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><p class=MsoNormal>The dam leaked'
    '<a style=\'mso-footnote-id:ftn1\' href="{file}#_ftn1" name="_ftnref1" title=""><span class=MsoFootnoteReference>'
    "<span style='mso-special-character:footnote'><![if !supportFootnotes]><span class=MsoFootnoteReference>[1]</span>"
    "<![endif]></span></span></a> in May.</p><div style='mso-element:footnote-list'><br clear=all><hr align=left size=1 width=\"33%\">"
    "<div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a style='mso-footnote-id:ftn1' href=\"{file}#_ftnref1\""
    ' name="_ftn1" title=""><span class=MsoFootnoteReference>[1]</span></a> {note}</p></div></div></body></html>'
)
DOCS = (
    '<p>The dam leaked<sup><a href="#ftnt1" id="ftnt_ref1">[1]</a></sup> in May.</p><hr>'
    '<div><p><a href="#ftnt_ref1" id="ftnt1">[1]</a><span>&nbsp;{note}</span></p></div>'
)
WORDPRESS = (
    '<p>The dam leaked<sup data-fn="5f" class="fn"><a href="#5f" id="5f-link">1</a></sup> in May.</p>'
    '<ol class="wp-block-footnotes"><li id="5f">{note} <a href="#5f-link" aria-label="Jump to footnote reference 1">↩︎</a></li></ol>'
)
KRAMDOWN = (
    '<p>The dam leaked<sup id="fnref:1"><a href="#fn:1" class="footnote">1</a></sup> in May.</p>'
    '<div class="footnotes"><ol><li id="fn:1"><p>{note} <a href="#fnref:1" class="reversefootnote">↩</a></p></li></ol></div>'
)
MARKED = 'The dam leaked<a aria-label="Source 1" class="ref" href="#src-1" id="ref-1">1</a> in May.'


def pasted(source: str, note: str, file: str = ""):
    body = prepare(source.replace("{note}", note).replace("{file}", file))
    assert_clean_body(body)
    return body


@pytest.mark.parametrize("source", [WORD, DOCS, WORDPRESS, KRAMDOWN])
@pytest.mark.parametrize("note", [REPORT, f'<a href="{REPORT}">{REPORT}</a>'])
def test_a_footnote_that_is_an_address_is_a_source_and_leaves_nothing_behind(source, note):
    body = pasted(source, note)

    assert body.citations == [REPORT]
    assert body.html.removesuffix("<hr>").strip() == f"<p>{MARKED}</p>"
    assert body.warnings == ["Footnote 1 is a source now."]


@pytest.mark.parametrize("source", [WORD, DOCS, WORDPRESS, KRAMDOWN])
def test_what_else_a_footnote_says_stays_at_the_end(source):
    body = pasted(source, f'A. Smith, <a href="{REPORT}">What leaked</a>, page 12.')

    assert body.citations == [REPORT] and MARKED in body.html
    assert f'A. Smith, <a href="{REPORT}">What leaked</a>, page 12.' in body.html
    assert body.warnings == ["Footnote 1 is a source now. What else they say still stands at the end of the text."]


@pytest.mark.parametrize("source", [WORD, DOCS, WORDPRESS, KRAMDOWN])
def test_a_footnote_without_an_address_keeps_its_number_and_its_words(source):
    body = pasted(source, "Said on the telephone.")

    assert body.citations == []
    assert "leaked" in body.html and "1" in body.html.partition("in May")[0] and "Said on the telephone." in body.html


def test_word_writes_the_path_of_its_file_before_the_place():
    assert pasted(WORD, REPORT, file="file:///C:/Users/a/clip.htm").citations == [REPORT]


@pytest.mark.parametrize(
    "source",
    [
        f'<p>See <a href="#end">the end</a>.</p><p id="end"><a href="{REPORT}">Report</a></p>',  # a link in the text
        f'<p>See <a href="#end">1</a>.</p><p id="end"><a href="{REPORT}">Report</a></p>',  # which leads nowhere back
        f'<p id="a">See <a href="#a" id="b">1</a> <a href="#b">back</a> {REPORT}</p>',  # within its own note
        '<p>See <a href="#end" id="b">1</a>.</p><p id="end"><a href="#b">1</a> <a href="javascript:alert(1)">x</a> ftp://127.0.0.1/x</p>',
    ],
)
def test_what_is_no_footnote_is_no_source(source):
    assert pasted(source, "").citations == []


def test_several_footnotes_have_their_own_numbers():
    refs = "".join(f'<p>Fact {n}<sup><a href="#ftnt{n}" id="ftnt_ref{n}">[{n}]</a></sup></p>' for n in (1, 2, 3))
    notes = "".join(
        f'<div><p><a href="#ftnt_ref{n}" id="ftnt{n}">[{n}]</a> https://example.org/{n}</p></div>' for n in (1, 2, 3)
    )
    body = pasted(refs + notes, "")

    assert body.citations == [f"https://example.org/{n}" for n in (1, 2, 3)]
    assert body.warnings == ["3 footnotes are sources now."]
