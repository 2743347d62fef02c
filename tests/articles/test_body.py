"""A body's one way in: words, paragraphs, headings, lists and what else a story is made of."""

import random
import re
from pathlib import Path

import pytest

from newsapp.articles.body import TAGS, clean_inline, prepare
from newsapp.articles.repair import repair
from tests.articles.bodies.checks import assert_clean_body, outline

BODIES = Path(__file__).parent / "bodies"
TEMPLATES = Path(__file__).parents[2] / "templates"


def printed(source):
    """What stands on the page for ``source``, on one line."""
    body = prepare(source)
    assert_clean_body(body)
    return outline(body.html)


# Nothing, little, and too much


@pytest.mark.parametrize(
    "source",
    ["", " \n\t ", "<p></p>", "<p>&nbsp;</p><p><br></p><ul><li></li></ul><h2> </h2>", "<!-- nothing -->", "\ufeff\u200b", "<em></em>"],
)  # fmt: skip
def test_nothing_stays_nothing(source):
    body = prepare(source)

    assert (body.html, body.contents, body.citations, body.words, body.warnings) == ("", [], [], 0, [])


def test_a_body_that_is_only_a_picture_on_another_site_is_a_link_and_a_warning():
    body = prepare('<img src="https://example.org/quay.jpg" alt="The quay at dawn">')

    assert body.html == '<p><a href="https://example.org/quay.jpg">The quay at dawn</a></p>'
    assert body.warnings == ["A picture on another site was turned into a link: https://example.org/quay.jpg"]


def test_a_body_that_is_only_a_picture_of_ours_is_that_picture():
    body = prepare('<figure data-picture="7"></figure>', lambda key, caption: f"<figure>{key}</figure>")

    assert body.html == "<figure>7</figure>"
    assert body.pictures == ["7"]
    assert body.words == 0


def test_a_picture_that_is_not_in_the_library_leaves_its_caption_and_a_warning():
    body = prepare(
        '<figure data-picture="7"><img src="/media/x.jpg"><figcaption>The <em>quay</em></figcaption></figure>'
    )

    assert body.html == "<p>The <em>quay</em></p>"
    assert body.warnings == ["The picture 7 is not in the library."]


def test_twenty_thousand_words_come_through_whole():
    words = ["the", "river", "rose", "and", "fell", "again", "while", "ministers", "counted", "barges"]
    dice = random.Random(1)
    paragraphs = (" ".join(dice.choices(words, k=97)) for _ in range(200))
    source = "".join(
        f"<h2>Part {n}</h2><p>{text} <b>bold</b> <a href='https://example.org/{n}'>link</a>[[{n % 50 + 1}]](https://example.org/s/{n % 50})."
        for n, text in enumerate(paragraphs)
    )

    body = prepare(source)

    assert body.words == 200 * (2 + 97 + 2)
    assert len(body.contents) == 200
    assert len(body.citations) == 50


@pytest.mark.parametrize(
    "tag",
    ["div", "blockquote", "ul", "ul><li", "span lang=fr", "em", "font color=red", "table><tr><td", "dl><dd", "sub"],
)
def test_two_thousand_levels_neither_crash_nor_hang(tag):
    body = prepare(f"<{tag}>" * 2000 + "deep words")

    assert body.words == 2
    assert_clean_body(body)


def test_open_emphasis_is_not_multiplied_by_every_paragraph():
    body = prepare("".join(f"<font size={n}><b id=x{n}>" for n in range(500)) + "<p>word" * 1000)

    assert body.words == 1000


def test_a_word_of_85_letters_stays_whole():
    assert printed(f"<h2>{'a' * 85}</h2><p>{'b' * 85}</p>") == f'<h2 id="{"a" * 60}">{"a" * 85}</h2><p>{"b" * 85}</p>'


# Characters


def test_what_no_page_may_hold_is_taken_out():
    assert printed("<p>a\x00b\x01c\x1bd\x7fe\ufffff&#1;g&#0;h\x0b</p>") == "<p>abcdefg\ufffdh</p>"


def test_halves_of_characters_are_put_together_or_marked_as_lost():
    body = prepare("<p title='\ud83d'>\ud83d\ude42 and \ud83d and \udfff</p>")

    assert body.html == '<p title="\ufffd">\U0001f642 and \ufffd and \ufffd</p>'
    body.html.encode()


def test_line_ends_of_all_systems_are_white_space():
    assert printed("<p>one\r\ntwo\rthree\nfour&#13;five</p>") == "<p>one two three four five</p>"


def test_emoji_and_scripts_of_all_kinds_come_through():
    text = "👩‍👩‍👧 🇺🇦 漢字かな 한국어 ไทย हिन्दी ქართული Ελληνικά русский naïve café"

    assert printed(f"<p>{text}</p>") == f"<p>{text}</p>"


def test_no_break_spaces_stay_between_words_and_go_at_the_edges():
    assert (
        printed("<p>&nbsp;&nbsp;10&nbsp;km, «&nbsp;<em>mot</em>&nbsp;»&nbsp;</p>")
        == "<p>10\xa0km, «\xa0<em>mot</em>\xa0»</p>"
    )


def test_right_to_left_text_is_marked_where_nobody_has():
    assert printed("<p>שלום עולם</p><p>English with שלום in it</p><p>More</p><ul><li>سلام</li></ul>") == (
        '<p dir="rtl">שלום עולם</p><p>English with שלום in it</p><p>More</p><ul><li dir="rtl">سلام</li></ul>'
    )


def test_in_a_right_to_left_body_what_is_not_is_marked():
    assert printed("<p>שלום עולם</p><p>עוד מילים</p><p>An English line.</p><p>2026</p>") == (
        '<p dir="rtl">שלום עולם</p><p dir="rtl">עוד מילים</p><p dir="ltr">An English line.</p><p>2026</p>'
    )


def test_a_direction_that_somebody_has_set_stays():
    assert (
        printed('<p dir="rtl">ISBN 978</p><p dir="ltr">שלום (x)</p>')
        == '<p dir="rtl">ISBN 978</p><p dir="ltr">שלום (x)</p>'
    )


def test_marks_of_direction_that_say_nothing_new_go():
    assert printed(
        '<p dir="ltr">Plain words</p><p dir="ltr">More</p><blockquote dir="rtl"><p dir="rtl">שלום</p></blockquote>'
    ) == ('<p>Plain words</p><p>More</p><blockquote dir="rtl"><p>שלום</p></blockquote>')


# Paragraphs


def test_loose_text_stands_in_paragraphs():
    assert printed("one <em>two</em><p>three</p>four") == "<p>one <em>two</em></p><p>three</p><p>four</p>"


def test_two_line_breaks_end_a_paragraph_and_one_does_not():
    assert printed("<p>one<br>two<br><br>three<br> <br/><br>four<br></p>") == "<p>one<br>two</p><p>three</p><p>four</p>"


def test_emphasis_round_paragraphs_is_put_into_each():
    assert printed("<b><p>one</p><p>two</b> three</p>") == (
        "<p><strong>one</strong></p><p><strong>two</strong> three</p>"
    )


def test_emphasis_is_renamed_and_nothing_is_emphasised_twice():
    assert printed("<b>a<strong>b</strong></b> <i>c</i> <tt>d</tt> <strike>e</strike>") == (
        "<p><strong>ab</strong> <em>c</em> <code>d</code> <s>e</s></p>"
    )


def test_preformatted_text_keeps_its_lines_and_spaces():
    body = prepare("<pre>\n\n  one\n    two<br>three</pre><p>a  <code>[[1]](https://example.org/)</code></p>")

    assert body.html == "<pre>  one\n    two\nthree</pre>\n<p>a <code>[[1]](https://example.org/)</code></p>"
    assert body.citations == []


def test_a_pull_quote_keeps_its_class_and_its_footer():
    assert printed(
        '<blockquote class="pull big"><p>Less.</p><footer>Ann <b>Lee</b></footer></blockquote><footer>Not one</footer>'
    ) == ('<blockquote class="pull"><p>Less.</p><footer>Ann <strong>Lee</strong></footer></blockquote><p>Not one</p>')


def test_a_bare_quotation_gets_a_paragraph():
    assert printed("<blockquote>Less.</blockquote>") == "<blockquote><p>Less.</p></blockquote>"


def test_links_lead_to_the_web_a_mailbox_a_telephone_or_this_site():
    source = "".join(
        f"<a href='{address}'>x</a> "
        for address in [
            "HTTP://Example.org/ä b?c=1&amp;d=2",
            "//example.org/",
            "mailto:desk@example.org",
            "tel:+44-20-7946",
            "/about",
        ]
    )

    assert printed(source) == (
        '<p><a href="HTTP://Example.org/ä%20b?c=1&amp;d=2">x</a> <a href="https://example.org/">x</a> '
        '<a href="mailto:desk@example.org">x</a> <a href="tel:+44-20-7946">x</a> <a href="/about">x</a></p>'
    )


def test_a_link_that_leads_nowhere_keeps_its_words_and_is_told_of():
    body = prepare(
        '<h2>Why</h2><p><a href="#why">up</a> <a href="#fn1">one</a> <a href="page.html">two</a> <a name="x">three</a></p>'
    )

    assert outline(body.html) == '<h2 id="why">Why</h2><p><a href="#why">up</a> one two three</p>'
    assert body.warnings == [
        "A link without a full web address was taken away: page.html",
        "A link to #fn1 was taken away: no heading has that name.",
    ]


def test_what_was_dropped_and_had_words_is_told_of():
    body = prepare(
        f"<p>a</p><math><mi>E = mc2</mi></math><textarea>{'words ' * 30}</textarea><script>{'x ' * 99}</script>"
    )

    assert body.html == "<p>a</p>"
    assert body.warnings[0] == "A formula was left out: E = mc2"
    assert body.warnings[1].startswith("Text inside <textarea> was left out: words words")
    assert len(body.warnings) == 2


def test_words_are_counted_without_the_numbers_of_sources():
    body = prepare(
        '<p>un<em>believ</em>able<sup data-source="a"></sup></p><ul><li>two<li>three</ul><p>four<br>five</p>'
    )

    assert body.words == 5


# Headings


def test_headings_have_ids_and_a_list_of_contents():
    body = prepare("<h2>Why <em>now</em>?</h2><p>x</p><h3>Rain &amp; wind</h3>")

    assert (
        outline(body.html) == '<h2 id="why-now">Why <em>now</em>?</h2><p>x</p><h3 id="rain-wind">Rain &amp; wind</h3>'
    )
    assert body.contents == [
        {"id": "why-now", "text": "Why now?", "level": 2},
        {"id": "rain-wind", "text": "Rain & wind", "level": 3},
    ]


def test_equal_headings_have_different_ids():
    contents = prepare("<h2>A</h2><h2>A</h2><h2>A 2</h2><h2>A</h2>").contents

    assert [entry["id"] for entry in contents] == ["a", "a-2", "a-2-2", "a-3"]


def test_a_heading_is_one_line_without_bold_type():
    body = prepare("<h2><p><b>The <u>first</u></b></p><p>and<br>second</p></h2>")

    assert body.html == '<h2 id="the-first-and-second">The first and second</h2>'
    assert body.contents[0]["text"] == "The first and second"


def test_a_heading_of_120_characters_is_whole_with_a_shorter_id():
    text = "The committee that counts the barges " * 3 + "on Monday"
    contents = prepare(f"<h2>{text}</h2><h2>{text}</h2>").contents

    assert [entry["text"] for entry in contents] == [text, text]
    first, second = (str(entry["id"]) for entry in contents)
    assert re.fullmatch("the-committee-that-counts[a-z-]{,35}", first)
    assert second == f"{first}-2"


def test_a_heading_with_only_the_mark_of_a_source_is_no_heading():
    body = prepare('<p>a</p><h2><sup data-source="x"></sup></h2><h2>[[2]](https://example.org/)</h2><h2></h2>')

    assert body.contents == []
    assert "<h2" not in body.html
    assert body.citations == ["x", "https://example.org/"]


@pytest.mark.parametrize(
    "name", ["Main", "Sources", "Share", "Comments", "Status", "Comment 5", "Ref 1", "Src 2", "Updates", "2026", "🎉"]
)
def test_a_heading_does_not_take_an_id_of_the_page(name):
    (entry,) = prepare(f"<h2>{name}</h2>").contents

    assert entry["id"] not in _template_ids()
    assert re.match(r"on-|untitled", str(entry["id"]))
    assert entry["text"] == name


def test_no_heading_can_have_an_id_that_a_template_has():
    for name in _template_ids():
        (entry,) = prepare(f"<h2>{name}</h2>").contents
        assert entry["id"] != name


def _template_ids():
    """The ids in the templates of what stands on a story's page or round it; numbers stand for what varies."""
    folders = ["", "articles", "comments", "newsletter"]
    files = [file for folder in folders for file in (TEMPLATES / folder).glob("*.html")]
    found = [re.findall(r'\bid="([^"]+)"', file.read_text(encoding="utf-8")) for file in files]
    names = {re.sub(r"\{\{.*?\}\}", "7", name) for names in found for name in names}
    return {name for name in names if re.fullmatch(r"[a-z0-9-]+", name)}


@pytest.mark.parametrize(
    ("found", "put"),
    [
        ("h2 h3 h3 h2", "h2 h3 h3 h2"),
        ("h1 h2 h2", "h2 h2 h2"),  # the headline, copied with its story
        ("h1 h2 h1 h3", "h2 h3 h2 h3"),
        ("h3 h3 h4", "h2 h2 h3"),
        ("h2 h4 h6", "h2 h3 h3"),
        ("h3 h2 h3", "h2 h2 h3"),
        ("h5", "h2"),
    ],
)
def test_headings_are_put_on_two_levels_and_none_is_skipped(found, put):
    body = prepare("".join(f"<{name}>Words</{name}><p>x</p>" for name in found.split()))

    assert " ".join(f"h{entry['level']}" for entry in body.contents) == put
    assert body.warnings == ([] if found == put else ["Headings were put on the two levels that a story has."])


def test_a_heading_that_only_says_so_is_one():
    assert printed('<h2>A</h2><div role="heading" aria-level="3">B</div>') == '<h2 id="a">A</h2><h3 id="b">B</h3>'


def test_a_heading_in_an_item_or_a_quotation_is_bold_and_not_in_the_contents():
    body = prepare(
        "<ul><li><h3>One</h3><p>a</p></li><li><h3>Two</h3><p>b</p></li></ul><blockquote><h2>Q</h2>c</blockquote>"
    )

    assert outline(body.html) == (
        "<ul><li><p><strong>One</strong></p><p>a</p></li><li><p><strong>Two</strong></p><p>b</p></li></ul>"
        "<blockquote><p><strong>Q</strong></p><p>c</p></blockquote>"
    )
    assert body.contents == []


# Lists


def test_lists_nest_four_deep():
    deep = "<ul><li>1<ol><li>2<ul><li>3<ul><li>4</li></ul></li></ul></li></ol></li></ul>"

    assert printed(deep) == deep


def test_empty_items_and_lists_go():
    assert (
        printed("<ul><li>a</li><li>&nbsp;</li><li><p> </p></li><li><ul><li></li></ul></li></ul><ol></ol>")
        == "<ul><li>a</li></ul>"
    )


def test_a_list_keeps_its_numbering():
    assert printed('<ol start="4" type="a" reversed><li>x</li><li value="9">y</li></ol>') == (
        '<ol reversed="" start="4" type="a"><li>x</li><li value="9">y</li></ol>'
    )


def test_a_numbered_list_goes_on_behind_what_interrupts_it():
    body = prepare("<ol><li>a<li>b</li><p>Between</p><li>c</ol>")

    assert outline(body.html) == '<ol><li>a</li><li>b</li></ol><p>Between</p><ol start="3"><li>c</li></ol>'
    assert body.warnings == ["Text was taken out of a list that was not closed."]


def test_a_number_that_no_computer_reads_is_none():
    number = "9" * 5000

    assert printed(f'<ol start="{number}"><li value="{number}">a</li><p>b</p><li>c</li></ol>') == (
        '<ol><li>a</li></ol><p>b</p><ol start="2"><li>c</li></ol>'
    )


def test_paragraphs_behind_a_list_that_is_not_closed_stand_behind_it():
    assert printed("<ul><li>a<li>b<p>After</p><h2>Next</h2><p>More</p><ul><li>c</li></ul>") == (
        '<ul><li>a</li><li>b</li></ul><p>After</p><h2 id="next">Next</h2><p>More</p><ul><li>c</li></ul>'
    )


def test_items_of_several_paragraphs_keep_them():
    several = "<ul><li><p>a</p><p>b</p></li><li><p>c</p><p>d</p></li></ul>"

    assert printed(several) == several
    assert printed("<ul><li>a<p>b</p></li><li>c<p>d</p></li></ul>") == "<ul><li>a<p>b</p></li><li>c<p>d</p></li></ul>"


def test_the_only_paragraph_of_an_item_is_its_text():
    assert printed("<ul><li><p>a</p></li><li><p>b</p><ul><li><div>c</div></li></ul></li></ul>") == (
        "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"
    )


def test_items_without_a_list_and_lists_in_lists_are_put_right():
    assert printed("<li>a<li>b<p>c") == "<ul><li>a</li><li>b</li></ul><p>c</p>"
    assert (
        printed("<ul><li>a</li><ul><li>b</li></ul><li>c</li></ul>")
        == "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"
    )


def test_a_list_of_definitions_stays_one():
    source = "<dl><dt>Ford</dt><dd>A place to cross</dd><dt>Weir</dt><dd><p>One</p><p>Two</p></dd></dl>"

    assert printed(source) == source


# Embeds


@pytest.mark.parametrize(
    ("embed", "address", "title", "host"),
    [
        ('<iframe src="//www.youtube.com/embed/dQw4w9WgXcQ?start=3" title="Launch"></iframe>', "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "Launch", "youtube.com"),
        ('<iframe src="https://player.vimeo.com/video/76979871?h=1"></iframe>', "https://vimeo.com/76979871", "https://vimeo.com/76979871", "vimeo.com"),
        ('<iframe data-src="https://maps.example.org/" src="about:blank"></iframe>', "https://maps.example.org/", "https://maps.example.org/", "maps.example.org"),
        ('<video title="Film"><source src="https://example.org/film.mp4">No films here</video>', "https://example.org/film.mp4", "Film", "example.org"),
        ('<p data-embed="https://example.org/x">A <b>map</b></p>', "https://example.org/x", "A map", "example.org"),
    ],
)  # fmt: skip
def test_what_is_embedded_becomes_a_card_that_links(embed, address, title, host):
    assert printed(f"<p>a {embed} b</p>") == (
        f'<p>a</p><p class="embed"><a class="embed__link" href="{address}" rel="noopener"><span class="embed__title">{title}</span>'
        f'<small class="embed__host">{host}</small></a></p><p>b</p>'
    )


def test_a_frame_without_a_web_address_is_told_of():
    body = prepare('<p>a</p><iframe src="about:blank"></iframe>')

    assert body.html == "<p>a</p>"
    assert body.warnings == ["An <iframe> without a web address was left out."]


# The same again


@pytest.mark.parametrize("name", ["reference.html", "word.html", "docs.html", "web.html", "wordpress.txt"])
def test_what_was_repaired_needs_no_repair(name):
    once = repair((BODIES / name).read_text(encoding="utf-8"), [], TAGS)

    assert repair(once, [], TAGS) == once


def test_the_same_source_gives_the_same_bytes():
    source = (BODIES / "reference.html").read_text(encoding="utf-8")

    assert prepare(source) == prepare(source)


# Short texts


def test_a_short_text_needs_no_paragraph():
    assert clean_inline("The <b>quay</b> at <a href='https://example.org/' target=_blank>dawn</a>") == (
        'The <strong>quay</strong> at <a href="https://example.org/">dawn</a>'
    )


def test_a_short_text_keeps_its_paragraphs_insertions_and_deletions():
    assert outline(clean_inline("<p>We said <del>March</del> <ins>May</ins>.</p><p>Sorry.</p>")) == (
        "<p>We said <del>March</del> <ins>May</ins>.</p><p>Sorry.</p>"
    )


def test_a_short_text_has_no_blocks_sources_or_embeds():
    cleaned = clean_inline(
        "<h2>a</h2><ul><li>b<sup data-source=x></sup></ul><table><tr><td>c<td>d</table><script>e</script><p data-embed=https://example.org/>f"
    )

    assert outline(cleaned) == '<p><strong>a</strong></p>b<br>c<br>d<br><a href="https://example.org/">f</a>'
