"""A text as Markdown and back: nothing is lost, whatever it says."""

from __future__ import annotations

import random

import pytest

from newsapp.articles.body import clean_body, clean_inline, prepare
from newsapp.articles.markdown import line_to_markdown, line_typed, to_html, to_markdown
from newsapp.demo.fill import HERE, read_story
from newsapp.media import Picture
from tests.articles.bodies.payloads import HOSTILE
from tests.articles.bodies.scraps import scraps
from tests.articles.test_versions import a_body

DEMO = sorted([*(HERE / "stories").glob("*.html"), *(HERE / "briefs").glob("*.html")])


def back(html: str) -> str:
    return clean_body(to_html(to_markdown(html)))


def test_no_text_of_the_demo_loses_anything():
    for path in DEMO:
        _, body = read_story(path)
        assert back(body) == clean_body(body), path.name
        assert prepare(to_html(to_markdown(body))).html == prepare(body).html, path.name


def test_the_demos_texts_are_mostly_markdown_and_not_html():
    blocks = [b for path in DEMO for b in to_markdown(read_story(path)[1]).split("\n\n")]

    assert sum(block.startswith("<") for block in blocks) < len(blocks) / 10


def test_no_random_text_loses_anything():
    chance = random.Random(7)
    for _ in range(150):
        body = clean_body(a_body(chance, Picture(id=1)))
        assert back(body) == body


def test_no_scraps_of_html_and_no_hostile_ones_lose_anything_once_they_are_clean():
    for body in [*(scraps(seed) for seed in range(60)), *HOSTILE.values()]:
        clean = clean_body(clean_body(body))
        if clean == clean_body(clean):
            assert back(clean) == clean, body


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One <em>two</em> <strong>three</strong></p>", "One *two* **three**\n"),
        ("<h2>A</h2><h3>B</h3>", "## A\n\n### B\n"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c\n"),
        ('<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b\n"),
        ('<p><a href="https://example.org/a_b">x</a></p>', "[x](<https://example.org/a_b>)\n"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b\n"),
        ("<p># not a heading</p><p>- no item</p><p>1. no item</p><p>a*b_c</p>", "\\# not a heading\n\n\\- no item\n\n1\\. no item\n\na\\*b\\_c\n"),
        ('<p>Cited.<sup data-source="a"></sup></p>', 'Cited.<sup data-source="a"></sup>\n'),
        ('<figure data-picture="3"><figcaption>c</figcaption></figure>', '<figure data-picture="3">\n<figcaption>c</figcaption></figure>\n'),
        ("", ""),
    ],
)  # fmt: skip
def test_what_markdown_can_say_is_said_in_it(html, markdown):
    assert to_markdown(html) == markdown
    assert back(html) == clean_body(html)


def test_what_is_typed_as_markdown_becomes_the_house_s_own_html():
    typed = "# Title\r\n\r\nText[[1]](https://example.org/a).\r\n\r\n| a | b |\r\n|---|---|\r\n| 1 | 2 |\r\n\r\n~~no~~ <script>x</script>"

    html = clean_body(to_html(typed))

    assert "<h2>Title</h2>" in html and 'data-source-url="https://example.org/a"' in html
    assert "<th" in html and "<s>no</s>" in html and "script" not in html


def test_a_footnote_that_is_an_address_is_a_source():
    html = clean_body(
        to_html(
            "It rose.[^1] And fell.[^b]\n\nMore.[^1][^c]\n\n[^1]: https://example.org/a\n[^b]: <https://example.org/b>\n"
        )
    )
    assert html == (
        '<p>It rose.<sup data-source-url="https://example.org/a" data-source-label="1"></sup> And fell.'
        '<sup data-source-url="https://example.org/b" data-source-label="2"></sup></p>\n'
        '<p>More.<sup data-source-url="https://example.org/a" data-source-label="1"></sup>[^c]</p>'
    )


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("At dawn & after", "At dawn &amp; after"),
        ("The *Ostrel* in **May**, [a map](https://example.org/a-b)", 'The <em>Ostrel</em> in <strong>May</strong>, <a href="https://example.org/a-b">a map</a>'),
        ("1986. A good year", "1986. A good year"),
        ("- 5 degrees # 1", "- 5 degrees # 1"),
        ('Seen <span lang="fr">de loin</span>', 'Seen <span lang="fr">de loin</span>'),
    ],
)  # fmt: skip
def test_a_caption_is_typed_and_comes_back_as_it_was_typed(typed, html):
    kept = clean_inline(line_typed(typed, ""))
    assert kept == html
    assert line_to_markdown(kept) == typed
    assert line_typed(typed, kept) is kept
