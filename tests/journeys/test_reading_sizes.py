"""A story at every text size, and under a finger."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import Page

from tests.journeys.pages import PAGES

SIZES = ("s", "m", "l", "xl", "xxl")
# In pixels, from the largest: the order that a reader sees the parts of a story in.
MEASURE = """() => ["h1", ".prose > h2", ".standfirst", ".prose > p"].map(
    (part) => [part, parseFloat(getComputedStyle(document.querySelector(part)).fontSize)])"""
# What a finger reaches: the box around which a touch still finds the link.
SMALL_TARGETS = """(names) => [...document.querySelectorAll(names)].flatMap((link) => {
    link.scrollIntoView({block: "center", behavior: "instant"});
    const box = link.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const missed = [[-11, 0], [11, 0], [0, -11], [0, 11]].filter(
        ([right, down]) => !link.contains(document.elementFromPoint(x + right, y + down)));
    return missed.length ? [`${link.className} ${link.textContent.trim()}: ${JSON.stringify(missed)}`] : [];
})"""


def sizes_at(page: Page, size: str) -> dict[str, float]:
    page.goto("/preferences")
    page.evaluate(
        """async (size) => fetch("/preferences", {method: "POST", body: new URLSearchParams({size})})""", size
    )
    page.goto(PAGES["article"])
    return dict(page.evaluate(MEASURE))


@pytest.mark.parametrize("width", [320, 1280])
def test_headline_and_standfirst_grow_with_the_text_and_keep_their_order(window, width):
    page = window(width=width)

    found = [sizes_at(page, size) for size in SIZES]

    for size, parts in zip(SIZES, found, strict=True):
        assert list(parts.values()) == sorted(parts.values(), reverse=True), (size, parts)
    for smaller, larger in pairwise(found):
        assert all(larger[part] > smaller[part] for part in smaller), (smaller, larger)


@pytest.mark.parametrize("kind", ["article", "live article", "opinion without a picture"])
def test_at_the_largest_size_nothing_stands_sideways_on_the_narrowest_phone(window, kind):
    page = window(width=320)
    sizes_at(page, "xxl")
    page.goto(PAGES[kind])

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.evaluate(
        """[...document.querySelectorAll("h1, .standfirst, .prose > :not(.tablewrap), .post__at")].filter(
            (part) => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display != "inline"
        ).map((part) => part.textContent)"""
    ) == []  # fmt: skip


def test_the_small_words_that_lead_somewhere_can_be_touched_on_24_pixels(window):
    page = window(width=390, has_touch=True, is_mobile=True)
    page.goto(PAGES["article"])

    assert page.locator(".prose .ref").count() > 2 and page.locator(".notes .back").count() > 2
    assert page.evaluate(SMALL_TARGETS, ".prose .ref, .notes .back, .comment__head a.t") == []


@pytest.mark.parametrize("width", [768, 1024, 1280])
def test_the_share_bar_stands_in_the_first_row_beside_the_names(window, width):
    page = window(width=width)
    for kind in ("article", "live article"):
        page.goto(PAGES[kind])
        who, share = page.locator(".byline__who").bounding_box(), page.locator(".byline .share").bounding_box()

        assert share["y"] < who["y"] + who["height"] and share["height"] < 60, kind
        assert share["x"] >= who["x"] + who["width"]
