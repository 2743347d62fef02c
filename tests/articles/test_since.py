"""What a returning reader is told: what is new since the version that they have read."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from newsapp.articles.versions import Version
from newsapp.db import db
from newsapp.lib import clock
from tests.articles.test_public_history import change
from tests.site.test_headers import PART

MINUTE = timedelta(minutes=1)


def told(client, story, n) -> str | None:
    """Give the line that a browser puts over the story."""
    answer = client.get(f"{story.url}/versions/{n}/since", headers=PART)
    line = BeautifulSoup(answer.text, "html.parser").select_one(".since b")
    return line and line.get_text()


def test_it_says_what_is_new_in_a_few_words_and_leads_to_all_of_it(client, article, editor):
    change(article, editor, body="<p>One.</p><p>Two barges came.</p>")
    clock.advance(MINUTE)
    change(
        article,
        editor,
        "correction",
        body="<p>One.</p><p>Three barges came.</p><p>A new one.</p>",
        headline="Barges come",
    )
    clock.advance(MINUTE)

    assert told(client, article, 2) == "1 correction, 1 new passage, 1 changed passage, another headline"
    page = client.get(f"{article.url}/versions/2/since")
    assert page.status_code == 200 and "Three" in page.text and "noindex" in page.text
    assert '<p class="since"' not in page.text, "the line is for browsers that ask for it"


def test_who_has_read_the_newest_is_told_nothing(client, article, editor):
    change(article, editor, headline="Barges come")
    assert told(client, article, 2) is None
    assert "Nothing that readers see was changed" in client.get(f"{article.url}/versions/2/since").text


@pytest.mark.parametrize("n", [0, 3, 99999])
def test_what_nobody_can_have_read_is_not_found(client, article, editor, n):
    change(article, editor, headline="Barges come")
    assert client.get(f"{article.url}/versions/{n}/since").status_code == 404


def test_of_a_withheld_version_nothing_is_shown_but_the_reason(client, article, editor):
    change(article, editor, body="<p>Zqsecret words.</p>")
    clock.advance(MINUTE)
    change(article, editor, body="<p>Other words.</p>")
    db.session.scalars(select(Version).where(Version.number == 2)).one().withhold("It named a child.", editor)
    db.session.commit()

    for headers in ({}, PART):
        shown = client.get(f"{article.url}/versions/2/since", headers=headers).text
        assert "It named a child." in shown and "Zqsecret" not in shown


def test_of_a_live_story_it_counts_posts(client, world, editor, article):
    post = '<h2><time datetime="2026-03-14T12:{0}Z">12:{0}</time> Post {0}</h2><p>Words.</p>'
    article.edit(kind="live")
    change(article, editor, body=post.format(41))
    clock.advance(MINUTE)
    change(article, editor, body=post.format(44) + post.format(43) + post.format(41))
    clock.advance(MINUTE)
    assert told(client, article, 2) == "2 new posts"


def test_the_page_of_a_story_says_which_version_it_is(client, article, editor):
    def version():
        return BeautifulSoup(client.get(article.url).text, "html.parser").select_one("article[data-version]")[
            "data-version"
        ]

    assert version() == "1"
    change(article, editor, headline="Barges come")
    assert version() == "2"


def test_two_hundred_returning_readers_are_told_the_true_difference(client, article, editor):
    chance = random.Random(20261124)
    passages = [f"Passage {n} of the story." for n in range(6)]
    read: dict[int, list[str]] = {1: []}
    for number in range(2, 12):
        for _ in range(chance.randint(1, 3)):
            passages.insert(chance.randint(0, len(passages)), f"Entirely new {chance.random()} here.")
        if chance.random() < 0.4:
            passages.pop(chance.randrange(len(passages)))
        change(article, editor, body="".join(f"<p>{one}</p>" for one in passages))
        clock.advance(MINUTE)
        read[number] = list(passages)
    newest = max(read)

    for _ in range(200):
        n = chance.randint(2, newest - 1)
        new = sum(one not in read[n] for one in read[newest])
        gone = sum(one not in read[newest] for one in read[n])
        said = told(client, article, n) or ""
        changed = int(said.split(" changed")[0].split(", ")[-1]) if " changed" in said else 0
        told_new = int(said.split(" new")[0].split(", ")[-1]) if " new" in said else 0
        told_gone = int(said.split(" passage")[-2].split(", ")[-1].split()[0]) if "taken out" in said else 0
        assert (told_new + changed, told_gone + changed) == (new, gone), (n, said)
        assert len(client.get(f"{article.url}/versions/{n}/since", headers=PART).data) <= 2048
