"""What readers type is shown as they meant it, and nothing of it can do anything."""

import pytest

from newsapp.comments.formatting import clean, from_typed
from newsapp.comments.wordlist import plain_text
from tests.articles.bodies.checks import assert_clean_comment, outline, parsed
from tests.articles.bodies.payloads import HOSTILE
from tests.articles.bodies.scraps import scraps

REL = 'rel="nofollow ugc noopener"'


def shown(body):
    """What stands on the page for ``body``, on one line."""
    cleaned = clean(body)
    assert_clean_comment(cleaned)
    assert clean(cleaned) == cleaned
    return outline(cleaned)


def test_plain_lines_become_paragraphs_and_lines():
    assert shown("One\ntwo\r\n\r\nThree\n \n\n\nfour\n") == "<p>One<br>two</p><p>Three</p><p>four</p>"


def test_paragraphs_stay_and_newlines_in_them_are_only_spaces():
    assert shown("<p>One\ntwo</p>\n\n<p>Three</p>") == "<p>One two</p><p>Three</p>"


def test_a_quote_and_plain_lines_behind_it_go_together():
    assert shown("<blockquote>They said\nthis.</blockquote>\nAnd I say\nthat.\n\nBye.") == (
        "<blockquote><p>They said<br>this.</p></blockquote><p>And I say<br>that.</p><p>Bye.</p>"
    )


def test_emphasis_code_and_lists_stay():
    assert shown("<b>a</b> <i>b</i> <em>c</em> <strong>d</strong> <code>e</code><ul><li>f<li>g</ul><ol><li>h</ol>") == (
        "<p><strong>a</strong> <em>b</em> <em>c</em> <strong>d</strong> <code>e</code></p><ul><li>f</li><li>g</li></ul><ol><li>h</li></ol>"
    )


def test_everything_else_is_only_its_words():
    assert shown(
        "<h1>a</h1><div class=x>b<img src=x alt=y></div><table><tr><td>c<td>d</table><u>e</u><sup id=f>2</sup>"
    ) == ("<p>a</p><p>b</p><p>c</p><p>d</p><p>e2</p>")


@pytest.mark.parametrize("body", ["", " \n ", "<b></b>", "<p> </p><p>&nbsp;</p>", "<br><br>", "<script>alert(1)</script>", "<!-- x -->", "<a href='https://example.org/'></a>", "\u200b\u200e\u2060\ufeff", "\u3164\u2800", "\x00\x01", "<p><img src=x></p>", "<ul><li></li></ul>"])  # fmt: skip
def test_a_comment_that_says_nothing_is_empty(body):
    assert clean(body) == ""


# As it is typed


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("**a** and *b* and `c*d`", "<p><strong>a</strong> and <em>b</em> and <code>c*d</code></p>"),
        ("> They said\n> this\nI say that.", "<blockquote><p>They said<br>this</p></blockquote><p>I say that.</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("[a_b](https://example.org/c_d)", f'<p><a href="https://example.org/c_d" {REL}>a_b</a></p>'),
        ("One\ntwo\r\n\r\nThree", "<p>One<br>two</p><p>Three</p>"),
        ("<b>a</b> <i>b</i>", "<p><strong>a</strong> <em>b</em></p>"),
    ],
)
def test_a_reader_may_write_a_little_markdown(typed, html):
    assert shown(from_typed(typed)) == html


@pytest.mark.parametrize(
    "typed",
    [
        "snake_case_name and _this_", "5*3*2 = 2 * 15", "# 1 in the list", "¯\\_(ツ)_/¯", "1986. A good year", "3) is my answer", "3. is my answer",
        "**not closed", "[1]: nothing", "[a](javascript:alert)", "(c) 2026", "+1", "-1 from me", "a --- b", "~ tilde ~",
    ],
)  # fmt: skip
def test_what_is_no_markdown_loses_no_sign(typed):
    assert shown(from_typed(typed)) == f"<p>{typed}</p>"


@pytest.mark.parametrize("typed", [">:( no", ">._. no"])
def test_a_face_is_no_quote(typed):
    assert shown(from_typed(typed)) == f"<p>{typed.replace('>', '&gt;')}</p>"


def test_nothing_typed_is_dangerous():
    for source in HOSTILE:
        for typed in (source, f"> {source}", f"- *{source}*", f"[x]({source})"):
            shown(from_typed(typed))


# Links


@pytest.mark.parametrize(
    ("text", "address", "rest"),
    [
        ("https://example.org/a?b=1&c=2#d", "https://example.org/a?b=1&amp;c=2#d", ""),
        ("https://example.org/.", "https://example.org/", "."),
        ("(see https://example.org/a)", "https://example.org/a", ")"),
        ("https://en.example.org/wiki/Foo_(bar), too", "https://en.example.org/wiki/Foo_(bar)", ", too"),
        ("“https://example.org/a”!", "https://example.org/a", "”!"),
        ("https://例え.example/道?", "https://例え.example/道", "?"),
        ("HTTPS://EXAMPLE.ORG", "HTTPS://EXAMPLE.ORG", ""),
    ],
)
def test_addresses_in_the_text_are_linked(text, address, rest):
    before = text[: text.lower().index("http")].replace("&", "&amp;")

    assert shown(text) == f'<p>{before}<a href="{address}" {REL}>{address}</a>{rest}</p>'


def test_an_address_without_a_scheme_is_linked_if_it_says_www():
    assert shown("www.example.org/a and example.org") == (
        f'<p><a href="http://www.example.org/a" {REL}>www.example.org/a</a> and example.org</p>'
    )


@pytest.mark.parametrize("text", ["He left.It rained.", "readme.md", "me@www.example.org", "e.g. 3.14", "https://", "http:// x", "javascript:alert(1)", "ftp://example.org/"])  # fmt: skip
def test_what_only_looks_like_an_address_is_text(text):
    assert shown(text) == f"<p>{text}</p>"


def test_links_that_readers_write_are_followed_by_no_search_engine():
    assert shown(
        "<a href='https://example.org/' rel=me target=_blank onclick=x>here</a> <a href='mailto:a@example.org'>me</a>"
    ) == (f'<p><a href="https://example.org/" {REL}>here</a> <a href="mailto:a@example.org" {REL}>me</a></p>')


def test_links_to_nowhere_and_to_this_site_are_only_their_words():
    assert (
        shown("<a href='/account/sign-out'>a</a><a href='#x'>b</a><a href='javascript:x'>c</a><a>d</a>")
        == "<p>abcd</p>"
    )


def test_an_address_in_a_link_or_in_code_is_not_linked_again():
    assert shown("<a href='https://a.example/'>https://b.example/</a> <code>https://c.example/</code>") == (
        f'<p><a href="https://a.example/" {REL}>https://b.example/</a> <code>https://c.example/</code></p>'
    )


# Text that looks like mark-up


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("2 < 3 and 5 > 4", "2 &lt; 3 and 5 &gt; 4"),
        ("if x<y then y>x", "if x&lt;y then y&gt;x"),
        ("I <3 you", "I &lt;3 you"),
        ("<me@example.org> wrote", "&lt;me@example.org&gt; wrote"),
        ("a List<String> of x <- y", "a List&lt;String&gt; of x &lt;- y"),
        ("a <b", "a &lt;b"),
        ("a <b and c> d", "a &lt;b and c&gt; d"),
        ('a <b class="x">c</b> d', "a <strong>c</strong> d"),
        ("a </b", "a &lt;/b"),
        ("AT&T; R&amp;D &lt;b&gt; &amp;lt;", "AT&amp;T; R&amp;D &lt;b&gt; &amp;lt;"),
        ("<sigh> fine <b>then</b>", "&lt;sigh&gt; fine <strong>then</strong>"),
    ],
)
def test_signs_that_open_no_tag_stay_as_typed(text, html):
    assert shown(text) == f"<p>{html}</p>"


def test_cleaning_again_changes_nothing():
    once = clean("a & b < c &amp;amp; <b>d</b> https://example.org/?x=1&y=2\n\n“e” 'f' \"g\"")

    assert clean(once) == once
    assert "".join(parsed(once).itertext()) == "a & b < c &amp; d https://example.org/?x=1&y=2\n“e” 'f' \"g\""


def test_all_scripts_come_through():
    text = "русский Ελληνικά 漢字 한국어 ไทย हिन्दी שלום عربي 👩‍👩‍👧 café"

    assert shown(text) == f"<p>{text}</p>"


def test_broken_characters_are_mended_or_taken_out():
    assert clean("a\x00b\x08c \ud83d\ude42 \ud83d").encode() == "<p>abc 🙂 \ufffd</p>".encode()


# Too much, and too clever


@pytest.mark.parametrize(
    "body",
    [
        "word " * 20_000,
        "x" * 100_000,
        "https://example.org/" + "a(" * 10_000,
        "www." * 10_000,
        "<b>" * 20_000 + "x",
        "<blockquote><ul><li>" * 5_000 + "x",
        "".join(f"<b id={n}>" for n in range(2_000)) + "<p>x" * 5_000,
        "<" * 20_000,
        "<a" * 20_000,
        "<!--" * 20_000,
        "&" * 20_000,
        "\n \n" * 20_000 + "x",
        "&#" + "9" * 5_000 + ";",
    ],
    ids=lambda body: body[:20],
)
def test_no_comment_makes_the_cleaner_hang(body):
    assert_clean_comment(clean(body))


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_nothing_hostile_comes_through_a_comment(body):
    shown(body)
    shown(f"<p>words {body} words</p>")
    shown(f"<blockquote><ul><li>{body}</ul></blockquote>")


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_random_mark_up_never_fails_and_always_comes_out_closed_and_nested(start):
    for seed in range(start, start + 50):
        shown(scraps(seed))


def test_the_words_that_a_list_is_tried_on_are_those_that_a_reader_sees():
    for hostile in (
        *HOSTILE.values(),
        "a < b && c > d",
        "<p>one<p>two<br>three <b>fo</b>ur",
        "a <https://x.example/?a=1&b=%3E>",
    ):
        cleaned = clean(hostile)
        seen = "".join(parsed(cleaned.replace("<br>", " ").replace("</p>", " ").replace("</li>", " ")).itertext())
        assert plain_text(cleaned).split() == seen.split()
