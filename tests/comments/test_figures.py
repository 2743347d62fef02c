"""The public page of what the moderators did: true counts, months that are over, nothing that points at a person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsapp import comments
from newsapp.accounts.log import LogEntry
from newsapp.db import db
from newsapp.lib import clock

IN_FEBRUARY = datetime(2026, 2, 10, 12, 0, tzinfo=UTC)
IN_MARCH = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@pytest.fixture
def february(app, article):
    """Rejections of February, so many for each reason."""

    def reject(**counts: int) -> None:
        clock.set_to(IN_FEBRUARY)
        for reason, n in counts.items():
            for i in range(n):
                row = comments.post(article, f"{reason} {i}", guest_name="Gus", approved=False)
                row.reject(reason=reason.replace("_", " "))
        db.session.commit()
        clock.set_to(IN_MARCH)

    return reject


def rows(client) -> dict[str, str]:
    import re

    return dict(re.findall(r'<th scope="row">(.*?)</th><td class="r">(.*?)</td>', client.get("/moderation").text))


def test_a_month_that_is_over_is_counted_by_reason(client, february):
    february(Advertising=7, Off_the_subject=5)

    assert "February 2026" in client.get("/moderation").text
    assert rows(client) == {"Advertising": "7", "Off the subject": "5"}


def test_counts_that_could_point_at_somebody_are_merged(client, february):
    february(Advertising=7, Hateful=4, Unlawful=1)

    assert rows(client) == {"Advertising": "7", "Other reasons": "5"}


def test_even_merged_a_small_count_is_not_told(client, february):
    february(Hateful=2, Unlawful=1)

    assert rows(client) == {"Other reasons": "fewer than 5"}


def test_the_month_under_way_is_not_shown(client, article):
    for n in range(6):
        comments.post(article, f"Words {n}", approved=False, guest_name="Gus").spam()
    db.session.commit()

    assert rows(client) == {}
    assert "No month with a decision is over yet" in client.get("/moderation").text


def test_the_page_is_made_anew_when_a_month_is_over(client, article):
    for n in range(6):
        comments.post(article, f"Words {n}", approved=False, guest_name="Gus").spam()
    db.session.commit()
    client.get("/moderation")

    clock.set_to(datetime(2026, 4, 1, 0, 0, 1, tzinfo=UTC))  # still 1 April 01:00 in London
    assert rows(client) == {"Spam": "6"}


def test_a_decision_that_was_taken_back_is_not_counted(client, article, february):
    february(Advertising=6)
    clock.set_to(IN_FEBRUARY)
    row = comments.post(article, "Once more", approved=False, guest_name="Gus")
    row.reject(reason="Advertising")
    db.session.flush()
    row.undo(db.session.scalars(LogEntry.concerning(row.about)).first())
    db.session.commit()
    clock.set_to(IN_MARCH)

    assert rows(client) == {"Advertising": "6"}


def test_what_is_written_down_late_appears_at_once(client, february):
    february(Advertising=6)
    assert rows(client) == {"Advertising": "6"}
    from newsapp.accounts.log import record

    record("comment.reject", "comment:99", None, "Advertising", at=IN_FEBRUARY)
    db.session.commit()

    assert rows(client) == {"Advertising": "7"}


def test_what_is_written_down_out_of_order_is_counted(client, article):
    """As an import does: the log's first entry is not its oldest."""
    from newsapp.accounts.log import record

    comments.post(article, "Words", approved=False, guest_name="Gus").spam()
    for _ in range(6):
        record("comment.reject", "comment:99", None, "Advertising", at=IN_FEBRUARY)
    db.session.commit()

    assert rows(client) == {"Advertising": "6"}


def test_the_page_names_nobody(client, article, reader, moderator, february):
    february(Advertising=6)
    clock.set_to(IN_FEBRUARY)
    for n in range(6):
        comments.post(article, f"More {n}", account=reader, approved=False).reject(moderator, "Advertising")
        comments.warn(account=reader, by=moderator, reason="Boats")
    db.session.commit()
    clock.set_to(IN_MARCH)

    text = client.get("/moderation").text
    assert rows(client) == {"Advertising": "12", "Warnings": "6"}
    for secret in (reader.name, moderator.name, reader.email, "Boats"):
        assert secret not in text
