"""When two web addresses lead to the same page."""

from __future__ import annotations

import pytest

from newsapp.lib.webaddress import page_key, same_page


@pytest.mark.parametrize(
    "other",
    ["https://Example.org/a/", "http://example.org/a", "https://www.example.org/a?utm_source=x&UTM_medium=y", "https://example.org:443/a?fbclid=1",
     "https://example.org/a#:~:text=words", "https://example.org./a", "https://example.org/a?"],
)  # fmt: skip
def test_an_address_with_and_without_what_says_nothing_is_one(other):
    assert page_key(other) == page_key("https://example.org/a")


@pytest.mark.parametrize(
    "other",
    ["https://example.org/A", "https://example.org/a?id=1", "https://example.org/a#page=3", "https://news.example.org/a", "https://example.org:8443/a",
     "https://example.org/a%2Fb", "https://example.org/a/b"],
)  # fmt: skip
def test_another_page_has_another_key(other):
    assert page_key(other) != page_key("https://example.org/a")


def test_a_name_in_its_own_script_is_the_name_in_ascii():
    assert same_page("https://bücher.example/größe") == same_page("http://xn--bcher-kva.example/gr%C3%B6%c3%9fe/")


def test_what_is_no_address_stays_and_nothing_has_no_key():
    assert same_page("s12") == "s12" and page_key("") == "" and len(page_key("https://example.org/" + "a" * 2000)) == 32
