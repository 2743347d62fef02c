"""The desk's lists: true counts, every comment on its tab, pages that walk along an index however long the list is."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from newsapp import comments
from newsapp.accounts.log import LogEntry, record
from newsapp.comments import PersonNote, Sanction
from newsapp.db import db
from newsapp.desk import queue
from newsapp.desk.queue import PER_PAGE, TABS
from newsapp.lib import clock
from tests.conftest import signed_in
from tests.site.test_headers import PART


@pytest.fixture
def desk(app, moderator):
    return signed_in(app, moderator)


@pytest.fixture
def many(app, article, reader, moderator):
    """Thirty comments made for each tab; what is appealed for is spam, and what is reported is approved."""
    for n in range(30):
        clock.advance(timedelta(seconds=1))
        made = {tab: comments.post(article, f"{tab} number {n}", account=reader, approved=False) for tab in TABS}
        made["reported"].approve()
        comments.report(made["reported"], "spam")
        made["appeals"].spam()
        comments.appeal(made["appeals"], "Look again", by=reader)
        made["approved"].approve()
        made["rejected"].reject(moderator, "Advertising")
        made["hidden"].approve()
        made["hidden"].hide(moderator)
        made["spam"].spam()
    db.session.commit()


EXPECTED = {
    "waiting": 30,
    "reported": 30,
    "appeals": 30,
    "approved": 60,
    "rejected": 30,
    "hidden": 30,
    "spam": 60,
    "banned": 0,
}


def queries_of(desk, address: str) -> list[tuple[str, object]]:
    said = []

    def note(connection, cursor, statement, parameters, context, many):
        if statement.startswith(("SELECT", "WITH")):
            said.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert desk.get(address).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return said


def test_each_tab_has_its_true_count(desk, many):
    text = desk.get("/desk/comments").text
    shown = re.findall(r'tab=(\w+)"[^>]*>[^<]+<span class="n">([\d,]+)<', text)

    assert {key: int(n.replace(",", "")) for key, n in shown} == EXPECTED


def test_the_count_of_one_story_is_its_own(desk, many, article):
    assert queue.counts(article)["rejected"] == 30
    assert '<span class="n">30</span>' in desk.get(f"/desk/comments?tab=rejected&article={article.id}").text


def test_the_pages_of_a_tab_show_each_comment_once(desk, many):
    for tab in TABS:
        address, seen = f"/desk/comments?tab={tab}", []
        while address:
            text = desk.get(address).text
            here = re.findall(r'<li class="mod" id="comment-(\d+)"', text)
            assert 0 < len(here) <= PER_PAGE
            seen += here
            address = _next(text)
        assert len(seen) == len(set(seen)) == EXPECTED[tab], tab


def _next(text: str) -> str:
    onward = re.search(r'rel="next" href="([^"]+)"', text)
    return onward[1].replace("&amp;", "&") if onward else ""


def test_the_oldest_that_waits_stands_first_and_its_waiting_is_told(desk, article, reader):
    comments.post(article, "First", account=reader, approved=False)
    db.session.commit()
    clock.advance(timedelta(minutes=38))
    comments.post(article, "Second", account=reader, approved=False)
    db.session.commit()

    text = desk.get("/desk/comments").text
    assert text.index("First") < text.index("Second")
    assert "Oldest has waited 38 minutes" in text


def test_an_empty_queue_says_so(desk, article):
    for tab in ("waiting", "reported", "appeals", "rejected", "hidden", "spam", "banned"):
        text = desk.get(f"/desk/comments?tab={tab}").text
        assert re.search(r"No comments are\b|No appeal waits|Nobody is banned", text), tab


def test_a_mark_that_is_none_is_the_first_page(desk, article):
    marks = (
        "x",
        "~",
        "1~2~3",
        "2026-03-14~1",
        "2026-03-14T12:00:00~x",
        "99999999999",
        "²",
        "2026-03-14T12:00:00+00:00~5",
    )
    for mark in marks:
        assert desk.get("/desk/comments", query_string={"after": mark}).status_code == 200, mark


@pytest.mark.parametrize(
    "address",
    ["?tab=nothing", "?article=99", "?article=x", "/99", "/99/thread", "/people/99", "/people/x", "/people/guest-99"],
)
def test_what_is_not_there_is_a_404(desk, article, address):
    assert desk.get(f"/desk/comments{address}").status_code == 404


def test_a_page_costs_so_many_queries_however_long_its_list(desk, many):
    desk.get("/desk/log")  # the frame's own, once for all pages
    for address in (
        *(f"/desk/comments?tab={tab}" for tab in TABS),
        "/desk/comments?q=number",
        "/desk/log",
        "/desk/comments/people/1",
    ):
        assert len(queries_of(desk, address)) <= 21, address


def test_a_page_walks_along_an_index_and_counts_no_rows_away(app, desk, many, postgres):
    if postgres:
        return  # it plans by its statistics
    for tab in TABS:
        first = f"/desk/comments?tab={tab}"
        for address in (first, _next(desk.get(first).text)):
            said = queries_of(desk, address)
            with db.engine.connect() as connection:
                for statement, parameters in said:
                    assert not statement.rstrip().endswith("OFFSET ?") or parameters[-1] == 0, statement
                    for _, _, _, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                        assert not re.match(r"SCAN (comment|account|log_entry|article)\b(?! USING)", step), (
                            step,
                            statement,
                        )
                        if statement.rstrip().endswith("OFFSET ?") and tab not in ("reported", "appeals"):
                            assert "USE TEMP B-TREE FOR ORDER BY" not in step, (step, statement)


# Searching


def test_comments_are_found_by_words_and_by_name(desk, many):
    for words, n in (
        ("hidden number 7", 1),
        ("HIDDEN NUMBER 7", 1),
        ("Kerrigold", 25),
        ("100%", 0),
        ("_", 0),
        ("number", 25),
    ):
        assert desk.get("/desk/comments", query_string={"q": words}).text.count('<li class="mod"') == n, words


def test_comments_are_found_by_address_by_whoever_may_see_addresses(app, desk, article, editor, reader):
    comments.post(article, "By a guest", guest_name="Gus", guest_email="gus@example.org")
    comments.post(article, "By a reader", account=reader)
    db.session.commit()
    for address in ("gus@example.org", "GUS@example.org", reader.email):
        assert desk.get("/desk/comments", query_string={"q": address}).text.count('<li class="mod"') == 1
        assert (
            signed_in(app, editor).get("/desk/comments", query_string={"q": address}).text.count('<li class="mod"') == 0
        )


# People


def test_of_a_guest_it_is_said_when_they_are_told(desk, article):
    row = comments.post(article, "By a guest", guest_name="Gus", guest_email="gus@example.org")
    db.session.commit()
    led = sanction(desk, f"guest-{row.id}", measure="ban").headers["Location"]
    assert "Banned: a guest is told when they try to comment." in desk.get(led).text
    made = db.session.scalars(select(Sanction)).one()
    led = desk.post(f"/desk/comments/people/guest-{row.id}/sanctions/{made.id}/lift").headers["Location"]
    assert ">Lifted.<" in desk.get(led).text


def test_a_day_that_was_chosen_for_a_suspension_keeps_no_warning_back(desk, reader):
    assert sanction(desk, reader.id, measure="suspend", until="2020-01-01").status_code == 422
    assert sanction(desk, reader.id, measure="warn", until="2020-01-01").status_code == 303
    assert [one.measure for one in db.session.scalars(Sanction.history_of(reader))] == ["warn"]


def test_nothing_is_chosen_about_a_person_but_by_the_button_that_names_it(desk, reader):
    chosen = re.compile(r'<input autofocus checked[^>]*value="(\w+)"')
    assert chosen.findall(desk.get(f"/desk/comments/people/{reader.id}/sanction").text) == []
    assert chosen.findall(desk.get(f"/desk/comments/people/{reader.id}/sanction?measure=ban").text) == ["ban"]
    assert chosen.findall(desk.get(f"/desk/comments/people/{reader.id}/sanction?measure=x").text) == []


def sanction(desk, who, **fields):
    return desk.post(f"/desk/comments/people/{who}/sanction", data={"reason": "Three insults.", **fields})


def test_somebody_is_suspended_until_the_end_of_a_day_and_freed(desk, reader, site):
    answer = sanction(desk, reader.id, measure="suspend", until="2026-03-20")
    assert answer.status_code == 303
    made = db.session.scalars(Sanction.history_of(reader)).one()
    assert (made.measure, made.reason, made.ends_at.isoformat()) == (
        "suspend",
        "Three insults.",
        "2026-03-21T00:00:00+00:00",
    )
    assert reader.name in desk.get("/desk/comments?tab=banned").text

    desk.post(f"/desk/comments/people/{reader.id}/sanctions/{made.id}/lift")
    assert db.session.scalars(Sanction.in_force(reader)).all() == []


@pytest.mark.parametrize(
    "fields", [{"measure": "suspend"}, {"measure": "ban", "reason": ""}, {"measure": "ban", "reason": " "}, {"measure": "hang"}, {}, {"measure": "suspend", "until": "2020-01-01"},
               {"measure": "suspend", "until": "soon"}, {"measure": "ban", "reason": "x" * 501}],
)  # fmt: skip
def test_a_measure_that_is_not_whole_comes_back_with_what_was_typed(desk, reader, site, fields):
    answer = sanction(desk, reader.id, **fields)

    assert answer.status_code == 422
    assert fields.get("reason", "Three insults.") in answer.text
    assert db.session.scalars(Sanction.history_of(reader)).all() == []


def test_a_guest_is_banned_by_address_and_what_waits_of_them_is_spam(desk, article):
    row = comments.post(article, "Boats", guest_name="Gus", guest_email="gus@example.org", approved=False)
    db.session.commit()

    sanction(desk, f"guest-{row.id}", measure="ban", clear="y")

    db.session.expire_all()
    made = db.session.scalars(Sanction.in_force(None, "gus@example.org")).one()
    assert row.state == "spam"
    assert desk.get(f"/desk/comments/people/sanction-{made.id}").status_code == 200


def test_nobody_of_the_newsroom_is_banned_here(desk, editor):
    assert sanction(desk, editor.id, measure="ban").status_code == 403
    assert db.session.scalars(Sanction.history_of(editor)).all() == []


def test_notes_are_written_and_thrown_away(desk, reader):
    desk.post(f"/desk/comments/people/{reader.id}/note", data={"words": "Writes well when calm."})
    note = db.session.scalars(PersonNote.on(reader)).one()
    assert "Writes well when calm." in desk.get(f"/desk/comments/people/{reader.id}").text

    desk.post(f"/desk/comments/people/{reader.id}/notes/{note.id}/remove")
    assert db.session.scalars(PersonNote.on(reader)).all() == []


# Words and reasons


def test_words_are_kept_only_when_they_have_been_tried(desk, article, reader):
    for n in range(7):
        comments.post(article, f"Cheap boats {n}", account=reader)
    comments.post(article, "Dear boats", account=reader)
    db.session.commit()
    fields = {"words": "cheap*", "kind": "look"}

    assert "Would have held 7 of 8:" in desk.post("/desk/words", data={**fields, "act": "keep"}).text
    assert "Would have rejected 7 of 8:" in desk.post("/desk/words", data={**fields, "kind": "ban"}).text
    assert db.session.scalars(comments.ListedWord.all()).all() == []
    assert desk.post("/desk/words", data={**fields, "act": "keep", "tried": "dear"}).status_code == 200

    assert desk.post("/desk/words", data={**fields, "act": "keep", "tried": "cheap*"}).status_code == 303
    word = db.session.scalars(comments.ListedWord.all()).one()
    assert (word.word, word.banned_at) == ("cheap*", None)

    desk.post(f"/desk/words/{word.id}/remove")
    assert db.session.scalars(comments.ListedWord.all()).all() == []


@pytest.mark.parametrize("words", ["", "   ", "***", "x" * 101, "\n".join(f"word{n}" for n in range(51))])
def test_what_is_no_word_is_refused_with_a_sentence(desk, site, words):
    answer = desk.post("/desk/words", data={"words": words, "kind": "look"})

    assert answer.status_code == 422
    assert "Nothing is kept yet." in answer.text


def test_reasons_are_added_changed_and_removed(desk, site):
    desk.post("/desk/reasons", data={"title": "Boats", "words": "It sells boats.", "position": "9"})
    made = db.session.scalars(comments.RejectionReason.all()).all()[-1]
    assert (made.title, made.words, made.position) == ("Boats", "It sells boats.", 9)
    assert desk.post("/desk/reasons", data={"title": "Boats", "words": "Again"}).status_code == 422

    desk.post(f"/desk/reasons/{made.id}", data={"title": "Ships", "words": "It sells ships.", "position": "9"})
    db.session.expire_all()
    assert made.title == "Ships"
    desk.post(f"/desk/reasons/{made.id}", data={"act": "remove"})
    assert "Ships" not in desk.get("/desk/reasons").text


def test_the_log_says_why_somebody_was_sanctioned_and_leads_to_a_guest(app, desk, reader, moderator):
    comments.suspend(account=reader, by=moderator, reason="Three insults.", until=clock.now() + timedelta(days=2))
    banned = comments.ban(email="gus@example.org", by=moderator, reason="Only links.")
    comments.note("Has been warned twice.", account=reader, by=moderator)
    banned.lift(moderator)
    db.session.commit()

    page = desk.get("/desk/log").text
    text = re.sub(r"<[^>]+>", " ", page)
    assert "Three insults." in text and "Only links." in text and "it had been: banned" in text
    assert f"/desk/comments/people/sanction-{banned.id}" in page
    assert "wrote a note about" in text and "warned twice" not in text
    assert "premoderate" not in text and "person." not in text


@pytest.mark.parametrize(
    ("asked", "shows"),
    [
        ("kind=people", ["suspended"]), ("kind=comments", ["rejected"]), ("kind=nonsense", ["suspended", "rejected"]),
        ("from=2026-03-14&to=2026-03-14", ["suspended", "rejected"]), ("to=2026-03-13", []), ("from=2026-03-15", []),
        ("from=yesterday", ["suspended", "rejected"]), ("by=999", []), ("from=0001-01-01&to=9999-12-31", ["suspended", "rejected"]),
    ],
)  # fmt: skip
def test_the_log_is_narrowed_by_kind_person_and_days(app, desk, article, reader, moderator, asked, shows):
    comments.post(article, "Boats", account=reader, approved=False).reject(moderator, "Advertising")
    comments.suspend(account=reader, by=moderator, reason="Boats", until=clock.now() + timedelta(days=2))
    db.session.commit()

    lines = desk.get(f"/desk/log?{asked}").text.partition("<tbody>")[2]
    assert [word for word in ("suspended", "rejected") if word in lines] == shows


def test_who_moderates_sees_nothing_of_drafts_in_the_log(app, desk, article, moderator, editor):
    record("article.begin", f"article:{article.id}", editor)
    db.session.commit()

    assert "began" not in desk.get("/desk/log").text
    assert "began" in signed_in(app, editor).get("/desk/log").text


def test_the_log_tells_who_did_what_and_cannot_be_sent_to(app, desk, article, reader, moderator):
    comments.post(article, "Boats", account=reader, approved=False).reject(moderator, "Advertising")
    comments.warn(account=reader, by=moderator, reason="Boats")
    db.session.commit()

    text = re.sub(r"<[^>]+>", "", desk.get("/desk/log").text)
    assert "Moses Moderator" in text
    assert "rejected “Boats” by Tamsin Kerrigold" in text and "Advertising" in text
    assert "warned Tamsin Kerrigold" in text
    assert desk.post("/desk/log").status_code == 405


def test_what_has_come_since_a_list_was_shown_is_told_and_led_to(app, desk, article, reader):
    shown = desk.get("/desk/comments").text
    asks = html.unescape(re.search(r'id="arrived" role="status" data-hx-get="([^"]+)"', shown)[1])

    assert "new comment" not in desk.get(asks, headers=PART).text
    clock.advance(timedelta(minutes=1))
    for n in range(2):
        comments.post(article, f"Comment {n} that has come meanwhile", account=reader, approved=False)
    db.session.commit()
    told = desk.get(asks, headers=PART).text

    assert '2 new comments wait. <a href="/desk/comments">Show them</a>' in told
    assert "<html" not in told
    assert "2 new comments wait" in desk.get(asks).text


@pytest.mark.parametrize("since", ["", "yesterday", "2026-03-14T12:00:00", "9999-12-31T23:59:59-23:59"])
def test_a_moment_that_nobody_offered_is_now(desk, since):
    assert "No new comment waits" in desk.get(f"/desk/comments/arrived?since={since}").text


def test_a_comment_that_was_rejected_and_written_anew_says_so(desk, article, reader, moderator):
    comment = comments.post(article, "Buy my barges, the cheapest of the river", account=reader, approved=False)
    comment.reject(moderator, "Advertising", "No advertising here.")
    comment.edited_at = clock.now()
    comment.hold("moderator", None)
    db.session.commit()

    assert "Rejected before: Advertising" in desk.get("/desk/comments").text


def test_appeals_are_answered_one_by_one_and_none_can_be_chosen(desk, article, reader):
    row = comments.post(article, "Buy my boats", account=reader)
    row.reject(reason="Advertising")
    comments.appeal(row, "Look again", by=reader)
    db.session.commit()

    assert "mod__pick" not in desk.get("/desk/comments?tab=appeals").text
    assert "mod__pick" in desk.get("/desk/comments?tab=rejected").text


def test_a_very_long_comment_is_read_in_its_box(desk, article, reader):
    comments.post(article, "A short one about barges", account=reader, approved=False)
    assert "mod__text--long" not in desk.get("/desk/comments").text

    comments.post(article, "A long one about barges. " * 150, account=reader, approved=False)
    db.session.commit()

    assert desk.get("/desk/comments").text.count("mod__text--long") == 1


def test_a_word_of_the_other_list_is_said_to_move_before_it_does(desk, article):
    comments.add_word("boats")
    db.session.commit()

    tried = desk.post("/desk/words", data={"words": "boats\nbarges", "kind": "ban", "act": "try"}).text
    assert "It is on the other list now and would move to this one: <bdi>boats</bdi>." in tried
    tried = desk.post("/desk/words", data={"words": "boats", "kind": "look", "act": "try"}).text
    assert "on the other list" not in tried


def test_a_word_that_is_kept_on_its_list_is_not_logged_again(app, moderator):
    for banned in (False, False, True, True):
        comments.add_word("Boats", banned=banned, by=moderator)
    db.session.commit()

    assert [entry.reason for entry in db.session.scalars(LogEntry.concerning("word:boats"))] == ["banned", "to look at"]


def test_the_reference_of_a_report_finds_its_comment(desk, article, reader):
    row = comments.post(article, "Buy my boats", guest_name="Gus")
    comments.post(article, "Another", guest_name="Gus")
    made = comments.report(row, "spam", "Boats again.", by=reader)
    db.session.commit()

    for typed in (made.reference, f" {made.reference.lower()} "):
        text = desk.get("/desk/comments", query_string={"q": typed}).text
        assert f'id="comment-{row.id}"' in text and text.count('class="mod"') == 1
    assert "Nothing found" in desk.get("/desk/comments?q=R-0000-0000").text
    assert "Nothing found" in desk.get("/desk/comments", query_string={"q": made.reference, "state": "spam"}).text
