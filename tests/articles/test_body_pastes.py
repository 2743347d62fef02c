"""What an editor pastes, from the old site, Word, Google Docs, the web and old WordPress, becomes a plain body."""

import re
from pathlib import Path

from newsapp.articles.body import prepare
from tests.articles.bodies.checks import assert_clean_body, outline, parsed

BODIES = Path(__file__).parent / "bodies"


def pasted(name):
    body = prepare((BODIES / name).read_text(encoding="utf-8"))
    assert_clean_body(body)
    return body


# The page that it all began with


def test_the_reference_page_cites_three_sources_and_misses_the_third_number():
    body = pasted("reference.html")

    assert body.citations == [
        "https://www.cfr.org/article/trump-putin-summit-latest-ukraine-peace-push",
        "https://abcnews.go.com/International/trump-putin-meet-listening-exercise-white-house-kyiv/story?id=124602682&from=desk",
        "https://time.com/7308684/trump-putin-alaska-talks-ukraine/",
    ]
    assert re.findall(r'class="ref" href="#src-(\d)" id="(ref-[\d-]+)"', body.html) == [
        ("1", "ref-1"), ("2", "ref-2"), ("3", "ref-3"), ("1", "ref-1-2"),
    ]  # fmt: skip
    assert "Source 3 is missing: the text cites 1, 2, 4." in body.warnings


def test_the_reference_page_shows_no_bracket_and_no_address():
    text = "".join(parsed(pasted("reference.html").html).itertext())

    assert not re.search(r"[\[\]]|https?:", text)
    assert "the elusive quest for peace123." in text


def test_the_reference_page_has_its_headings_whole_and_a_list_of_contents():
    body = pasted("reference.html")

    assert [entry["text"] for entry in body.contents] == [
        "Understanding Strategic Objectives Behind the Alaska Summit",
        "Analyzing Diplomatic Tactics and Messaging from Putin and Trump",
        "Evaluating Potential Outcomes and Geopolitical Implications",
        "Recommendations for Navigating Future US-Russia Relations",
    ]
    assert [element.get("id") for element in parsed(body.html).iter("h2")] == [entry["id"] for entry in body.contents]
    assert len({entry["id"] for entry in body.contents}) == 4


def test_the_reference_page_has_its_lists_closed_and_the_paragraphs_behind_them():
    body = pasted("reference.html")
    root = parsed(body.html)

    assert [len(list(element)) for element in root.findall("ul")] == [3, 3, 3, 2, 3]
    assert list(root.iter("ul")) == root.findall("ul")
    assert [element.tag for element in root.iter() if element.tag == "p"] == ["p"] * len(root.findall("p"))
    assert "Text was taken out of a list that was not closed." in body.warnings


def test_the_reference_page_has_two_tables_of_one_kind():
    body = pasted("reference.html")
    boxes = parsed(body.html).findall("div[@class='tablewrap']")

    assert [box.get("aria-label") for box in boxes] == ["Table 1, scrollable", "Table 2, scrollable"]
    for box in boxes:
        assert (box.get("role"), box.get("tabindex")) == ("region", "0")
        assert [cell.get("scope") for cell in box.find("table/thead/tr")] == ["col", "col"]
        assert [[cell.tag for cell in row] for row in box.findall("table/tbody/tr")] == [["td", "td"]] * 3
        assert [cell for cell in box.iter("td") if not "".join(cell.itertext()).strip()] == []
    assert [text for text in body.warnings if "caption" in text] == [
        "Table 1 has no caption.",
        "Table 2 has no caption.",
    ]


# Word


def test_words_lists_are_lists_again():
    html = outline(pasted("word.html").html)

    assert (
        "<ul><li>Dredging<ul><li>North channel<ul><li>First buoy</li></ul></li><li>South channel</li></ul></li><li>Lights</li></ul>"
        in html
    )
    assert '<ol start="3"><li>Survey<ol type="a"><li>by boat</li></ol></li><li>Vote</li></ol>' in html


def test_words_own_elements_classes_and_styles_go_and_the_words_stay():
    body = pasted("word.html")

    assert body.html.startswith(
        '<h2 id="the-harbour-plan">The harbour plan</h2>\n'
        "<p>The plan was laid before Port Ansel council on 14 March. It is <strong>not <em>yet</em></strong> law.</p>"
    )
    assert not re.search(r"mso|Mso|o:p|st1|style|lang|xml|supportLists", body.html)


def test_words_table_has_a_header_and_cells_without_needless_paragraphs():
    html = outline(pasted("word.html").html)

    assert '<thead><tr><th scope="col">Part</th><th class="r" scope="col">Millions</th></tr></thead>' in html
    assert '<td>Dredging</td><td class="r">12</td>' in html
    assert "<td><p>Lights</p><p>(two towers)</p></td>" in html


def test_a_picture_in_words_own_folder_is_told_of():
    assert "A picture without a web address was left out: A map of the harbour" in pasted("word.html").warnings


def test_an_item_of_words_may_skip_a_level():
    style = "style='mso-list:l0 level{} lfo1'"
    source = "".join(f"<p class=MsoListParagraph {style.format(level)}>{level}</p>" for level in (1, 3, 3, 2, 1))

    assert outline(prepare(source).html) == "<ul><li>1<ul><li>3</li><li>3</li><li>2</li></ul></li><li>1</li></ul>"


def test_what_word_has_tracked_as_struck_out_is_not_for_readers():
    source = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><p class=MsoNormal>Ten <del cite="mailto:A%20B" '
        'datetime="2026-03-01T10:00">thieves</del><ins cite="mailto:A%20B">people</ins> came.</p></html>'
    )
    body = prepare(source)
    assert body.html == "<p>Ten people came.</p>"
    assert "What was struck out in Word was left out: thieves" in body.warnings
    assert prepare("<p>It was <del>1</del> <ins>2</ins>.</p>").html == "<p>It was <del>1</del> <ins>2</ins>.</p>"


def test_words_styles_for_quotations_are_quotations():
    assert prepare("<p class=MsoQuote>So it was.</p><p>He left.</p>").html == (
        "<blockquote>\n<p>So it was.</p></blockquote>\n<p>He left.</p>"
    )


# Google Docs


def test_a_link_that_docs_has_wrapped_leads_where_it_led():
    wrapped = "https://www.google.com/url?q=https://example.org/tides%3Fa%3D1&amp;sa=D&amp;source=editors"
    assert 'href="https://example.org/tides?a=1"' in prepare(f'<p><a href="{wrapped}">tides</a></p>').html
    other = "https://www.google.com/url?q=javascript:alert(1)"
    assert "javascript:" not in prepare(f'<p><a href="{other}">tides</a></p>').html.replace(f'href="{other}"', "")


def test_docs_wrapper_is_not_bold_and_its_styles_are_emphasis():
    body = pasted("docs.html")

    assert body.html.startswith(
        "<p>The tide <strong>rose</strong> at <em>noon</em> <strong><em>sharp</em></strong>, says<a "
    )
    assert '<p>H<sub>2</sub>O by <a href="https://example.org/water">the agency</a></p>' in body.html


def test_a_citation_that_docs_has_cut_in_two_is_one():
    assert pasted("docs.html").citations == ["https://example.org/tides"]


def test_docs_lists_in_lists_are_nested():
    assert (
        "<ul><li>Upper lock<ul><li>Gauge A<ul><li>Sensor</li></ul></li><li>Gauge B</li></ul></li><li>Lower lock</li></ul>"
    ) in outline(pasted("docs.html").html)


def test_docs_only_heading_is_on_the_first_level():
    assert [(entry["text"], entry["level"]) for entry in pasted("docs.html").contents] == [("The gauges", 2)]


# The web, and WordPress before it had blocks


def test_divisions_line_breaks_and_fonts_of_the_web_become_paragraphs():
    body = pasted("web.html")

    assert body.html.startswith(
        "<p>By a colleague</p>\n<p><strong>Storm</strong> over the strait</p>\n<p>First line<br>second line</p>\n"
        "<p>A new paragraph</p>\n<p>And another, with a "
    )
    assert "<p>In a div</p>\n<p>in a div</p>\n<p>and behind it</p>" in body.html
    assert body.html.endswith('<h2 id="part-two">Part two</h2>\n<p>End.</p>')


def test_pictures_of_the_web_become_links_with_a_warning_each():
    body = pasted("web.html")

    assert (
        '<p>A chart: <a href="https://example.org/chart.png">Prices since 2020</a> and '
        '<a href="https://example.org/plain.png">Picture at example.org</a>.</p>\n'
        '<p><a href="https://example.org/large.jpg">The quay</a></p>\n<p>The quay at dawn</p>'
    ) in body.html
    assert [text for text in body.warnings if "picture" in text] == [
        "A picture on another site was turned into a link: https://example.org/chart.png",
        "A picture on another site was turned into a link: https://example.org/plain.png",
        "A picture on another site was turned into a link: https://example.org/small.jpg",
        "A picture without a web address was left out: A logo",
    ]
    assert "count.example.org" not in body.html


def test_frames_and_films_of_the_web_become_cards():
    links = re.findall(r'embed__link" href="([^"]+)"', pasted("web.html").html)

    assert links == [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "https://vimeo.com/76979871", "https://example.org/film.mp4",
    ]  # fmt: skip


def test_empty_lines_of_classic_wordpress_are_paragraphs_and_its_lines_are_lines():
    body = pasted("wordpress.txt")

    assert outline(body.html) == (
        "<p>The first paragraph has <strong>weight</strong><br>and a second line.</p>"
        '<p>The second paragraph <a href="https://example.org/">links</a>.</p>'
        '<h2 id="a-heading">A heading</h2><p>Right behind the heading.</p><ul><li>One</li><li>Two</li></ul>'
        "<p>Behind the list.</p><blockquote><p>Quoted words.</p><p>More of them.</p></blockquote><p>Last words.</p>"
    )
    assert body.warnings == []


def test_lines_of_a_source_with_paragraphs_are_only_how_it_is_laid_out():
    assert prepare("<p>one\ntwo\n\nthree</p>\n\n<p>four</p>").html == "<p>one two three</p>\n<p>four</p>"
