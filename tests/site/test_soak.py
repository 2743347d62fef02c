"""A small run of the proofs that bin/soak makes long: several processes post at once at a site that several serve."""

from __future__ import annotations

from math import inf

from tools.soak.__main__ import Size, posting, scanning, sending_newsletter


def test_whoever_posts_at_once_loses_nothing_and_every_figure_is_true(postgres):
    proof = posting(Size(comments=20, seconds=1, people=10, patience=inf), on_postgres=postgres is not None)

    assert proof.broken == []


def test_an_issue_whose_sender_is_killed_reaches_everybody_once(postgres):
    proof = sending_newsletter(Size(0, 0, 0, readers=150, kills=2), on_postgres=postgres is not None)

    assert proof.broken == []


def test_a_scanner_that_opens_every_link_of_every_letter_changes_nothing(postgres):
    proof = scanning(Size(0, 0, 0, patience=inf, letters=9), on_postgres=postgres is not None)

    assert proof.broken == []
