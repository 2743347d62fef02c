"""Any text is read into a tree of bounded depth, and any address is safe or nothing."""

import pytest

from newsapp.lib.markup import MAX_OPEN, is_web_address, link_address, parse, take_out_foreign, tidy, web_address


def depth(element):
    return 1 + max((depth(child) for child in element), default=0)


@pytest.mark.parametrize(
    "tag", ["div", "blockquote", "ul><li", "span", "table><tr><td", "b", "svg", "math><mtext", "select", "a"]
)
def test_no_tree_is_deeper_than_who_walks_it_can_bear(tag):
    root = parse(f"<{tag}>" * 20_000 + "words")

    assert depth(root) <= MAX_OPEN + 5
    assert "".join(root.itertext()).endswith("words") or tag == "select"


def test_a_script_is_read_as_one_however_deep_it_stands():
    root = parse("<div>" * 500 + "<script>alert(1)</script>words")

    take_out_foreign(root)

    assert "".join(root.itertext()) == "words"


def test_what_is_foreign_is_taken_out_with_its_words_and_what_stands_behind_it_stays():
    root = parse("<p>a<!-- b -->c<svg><text>d</text></svg>e<b>f</b><script>g</script>h</p>i")

    assert take_out_foreign(root) == [("svg", "d"), ("script", "g")]
    assert "".join(root.itertext()) == "acefhi"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://example.org/", "https://example.org/"),
        (" https://example.org/a b\n", "https://example.org/a%20b"),
        ("//example.org/", "https://example.org/"),
        ('https://example.org/"<x>', "https://example.org/%22%3Cx%3E"),
        ("https://", None),
        ("https:\\\\example.org", None),
        ("https://[::1", None),
        ("https://example.org:x/", None),
        ("ftp://example.org/", None),
        ("example.org", None),
        ("", None),
    ],
)
def test_a_web_address_is_given_in_its_safe_form(written, address):
    assert web_address(written) == address
    assert address is None or is_web_address(address)


@pytest.mark.parametrize("written", ["mailto:desk@example.org", "tel:+44-20-7946", "/about", "/search?q=x", "#why"])
def test_a_link_may_lead_to_a_mailbox_a_telephone_or_this_site(written):
    assert link_address(written) == written


@pytest.mark.parametrize("written", ["javascript:alert(1)", "java\nscript:alert(1)", "page.html", "?q=x", "#", "/\\example.org", "data:,x", "mailto:", "tel:x", ""])  # fmt: skip
def test_a_link_leads_nowhere_else(written):
    assert link_address(written) is None


def test_lines_end_in_one_way():
    assert tidy("a\r\nb\rc\nd\x0ce\u2028f\x85g") == "a\nb\nc\nd\ne\nf\ng"
