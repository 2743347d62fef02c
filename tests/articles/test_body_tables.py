"""Tables have headers with a scope, a box to scroll in, and a caption or a warning."""

import re

import pytest

from newsapp.articles.body import prepare
from tests.articles.bodies.checks import assert_clean_body, outline, parsed


def table(source):
    """The first table of a body, on one line, without its box."""
    body = prepare(source)
    assert_clean_body(body)
    return re.search(r"<table.*?</table>", outline(body.html)).group()


def test_a_table_with_caption_and_headers_stays_as_it_is():
    whole = (
        '<table class="tab"><caption>Waits<small>Days</small></caption><thead><tr><th scope="col">Port</th><th class="r" scope="col">2025</th></tr></thead>'
        '<tbody><tr><th scope="row">Ansel</th><td class="r">19</td></tr></tbody><tfoot><tr><th scope="row">All</th><td class="r">19</td></tr></tfoot></table>'
    )

    body = prepare(whole)

    assert table(whole) == whole
    assert body.warnings == []
    assert outline(body.html).startswith(
        '<div aria-label="Table: Waits Days, scrollable" class="tablewrap" role="region" tabindex="0"><table'
    )


def test_the_first_row_is_taken_for_the_header_where_nothing_says_so():
    body = prepare("<table><tr><td>A<td>B<tr><td>1<td>2</table>")

    assert '<thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>' in outline(body.html)
    assert body.warnings == ["The first row of table 1 was taken for its header.", "Table 1 has no caption."]


def test_a_first_row_of_header_cells_is_the_header_whatever_its_corner_is():
    assert table("<table><tr><td></td><th>A<th>B<tr><th>x<td>1<td>2</table>") == (
        '<table class="tab"><thead><tr><td></td><th scope="col">A</th><th scope="col">B</th></tr></thead>'
        '<tbody><tr><th scope="row">x</th><td>1</td><td>2</td></tr></tbody></table>'
    )


def test_cells_in_the_head_are_header_cells():
    assert '<th scope="col">A</th>' in table("<table><thead><tr><td>A<tbody><tr><td>1<tr><td>2</table>")


def test_header_cells_in_front_are_for_their_rows_and_no_row_becomes_the_header():
    html = table("<table><tr><th>Born<td>1950<tr><th>Died<td>2020</table>")

    assert "<thead>" not in html
    assert html.count('<th scope="row">') == 2


def test_a_header_that_reaches_down_keeps_its_rows_together():
    html = table(
        "<table><tr><th rowspan=2>Port<th colspan=2>Days<tr><th>2024<th>2025<tr><td>Ansel<td>1<td>2<tr><td>Bay<td>3<td>4</table>"
    )

    assert (
        '<thead><tr><th rowspan="2" scope="col">Port</th><th colspan="2" scope="col">Days</th></tr>'
        '<tr><th scope="col">2024</th><th scope="col">2025</th></tr></thead><tbody>'
    ) in html


def test_spans_end_where_their_part_of_the_table_ends():
    html = table("<table><tr><th>A<th>B<tr><td rowspan=9 colspan=0>x<td>1<tr><td rowspan=999999>2</table>")

    assert '<td rowspan="2">x</td>' in html
    assert "<td>2</td>" in html


def test_empty_rows_go_and_empty_cells_stay():
    html = table("<table><tr><th>A<th>B<tr><td>&nbsp;<td><tr><td>1<td></table>")

    assert html.endswith("<tbody><tr><td>1</td><td></td></tr></tbody></table>")


def test_an_empty_row_that_a_cell_reaches_into_stays():
    html = table("<table><tr><th>A<th>B<tr><td rowspan=2>1<td>2<tr><td></table>")

    assert '<tr><td rowspan="2">1</td><td>2</td></tr><tr><td></td></tr>' in html


@pytest.mark.parametrize("columns", [1, 12])
def test_tables_have_from_1_to_12_columns(columns):
    rows = f"<tr>{'<td>x' * columns}" * 3
    body = prepare(f"<table><caption>c</caption>{rows}</table>")
    root = parsed(body.html)

    assert [len(list(row)) for row in root.iter("tr")] == [columns] * 3


def test_a_table_with_nothing_in_it_goes():
    assert prepare("<p>a</p><table><tr><td>&nbsp;</td></tr></table><table></table>").html == "<p>a</p>"


def test_a_box_of_one_cell_is_no_table():
    assert outline(prepare("<table><tr><td><p>a</p><h2>b</h2></td></tr></table>").html) == '<p>a</p><h2 id="b">b</h2>'


def test_a_table_that_only_arranges_is_no_table():
    assert (
        outline(prepare('<table role="presentation"><tr><td>a<td>b<tr><td><p>c</table>').html)
        == "<p>a</p><p>b</p><p>c</p>"
    )


def test_a_table_in_a_table_stands_behind_it():
    body = prepare("<table><tr><td>A<td>B<tr><td>1<table><tr><td>x<td>y<tr><td>3<td>4</table><td>2</table><p>after</p>")
    root = parsed(body.html)

    assert [element.tag for element in root] == ["div", "div", "p"]
    assert ["".join(box.itertext()).split() for box in root.findall("div")] == [
        ["A", "B", "1", "2"],
        ["x", "y", "3", "4"],
    ]
    assert "A table inside a table was put behind it." in body.warnings


def test_blocks_in_cells_stay_and_headings_in_them_are_bold():
    html = table("<table><tr><th>A<th>B<tr><td><p>1</p><p>2</p><td><ul><li>3</ul><tr><td><h3>4</h3><td>5<br>6</table>")

    assert "<td><p>1</p><p>2</p></td><td><ul><li>3</li></ul></td>" in html
    assert "<td><strong>4</strong></td><td>5<br>6</td>" in html


def test_the_caption_of_the_figure_round_a_table_is_the_tables_caption():
    body = prepare(
        "<figure class='wp-block-table'><table><tr><th>A<tr><td>1</table><figcaption>Costs <b>now</b></figcaption></figure>"
    )

    assert "<caption>Costs <strong>now</strong></caption>" in body.html
    assert body.warnings == []
    assert body.words == 4


def test_two_boxes_never_have_one_name():
    labels = re.findall(
        r'aria-label="([^"]*)"', prepare("<table><caption>Costs</caption><tr><th>A<tr><td>1</table>" * 2).html
    )

    assert labels == ["Table: Costs, scrollable", "Table: Costs (2), scrollable"]
