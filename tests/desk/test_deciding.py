"""The queue's decisions, by the forms that its rows send."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from newsapp import comments
from newsapp.accounts.log import LogEntry
from newsapp.accounts.notifications import Notification
from newsapp.comments import Comment, RejectionReason, Report
from newsapp.comments.reports import UNDO_WITHIN
from newsapp.db import db
from newsapp.lib import clock
from tests.accounts.people import Mailbox
from tests.conftest import signed_in
from tests.site.test_headers import PART


@pytest.fixture
def desk(app, moderator):
    return signed_in(app, moderator)


@pytest.fixture
def waiting(article, reader):
    made = [comments.post(article, f"Comment number {n}", account=reader, approved=False) for n in range(3)]
    db.session.commit()
    return made


def decide(desk, act, *chosen, back="/desk/comments", headers=None, **fields):
    pairs = [one if isinstance(one, str) else f"{one.id}:{one.decisions}" for one in chosen]
    return desk.post(
        "/desk/comments/decide", data={"act": act, "chosen": pairs, "back": back, **fields}, headers=headers
    )


def reason(title="Advertising") -> str:
    return str(db.session.scalar(select(RejectionReason.id).where(RejectionReason.title == title)))


def states(*rows) -> list[str]:
    db.session.expire_all()
    return [row.state for row in rows]


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [("approve", "waiting", "approved"), ("spam", "waiting", "spam"), ("hide", "approved", "hidden"), ("show", "hidden", "approved"),
     ("hold", "approved", "waiting"), ("approve", "spam", "approved")],
)  # fmt: skip
def test_a_decision_leads_from_one_state_to_another_and_back_by_undo(desk, waiting, moderator, act, before, after):
    row = waiting[0]
    {"waiting": lambda: None, "approved": row.approve, "hidden": lambda: (row.approve(), row.hide()), "spam": row.spam}[
        before
    ]()
    db.session.commit()

    answer = decide(desk, act, row, back="/desk/comments?tab=waiting")
    assert answer.status_code == 303
    assert states(row) == [after]
    shown = desk.get(answer.headers["Location"]).text
    entry = re.search(r'name="entry" value="(\d+)"', shown)[1]
    assert db.session.get(LogEntry, int(entry)).by_id == moderator.id

    desk.post("/desk/comments/undo", data={"entry": entry, "back": "/desk/comments"})
    assert states(row) == [before]


@pytest.mark.parametrize(
    ("act", "other", "column"), [("feature", "unfeature", "featured_at"), ("pin", "unpin", "pinned_at")]
)
def test_a_comment_is_lifted_out_and_put_back(desk, waiting, act, other, column):
    row = waiting[0]
    row.approve()
    db.session.commit()
    for what, is_set in ((act, True), (other, False)):
        decide(desk, what, row)
        db.session.expire_all()
        assert (getattr(row, column) is not None) is is_set


def test_a_rejection_tells_its_author_the_reason_and_the_moderators_words(desk, waiting, reader):
    decide(desk, "reject", waiting[0], reason=reason(), words="No boats here, please.")

    assert states(waiting[0]) == ["rejected"]
    told = db.session.scalars(Notification.to(reader)).first().words
    assert "Advertising. No boats here, please." in told


def test_a_rejection_without_words_says_the_reasons_own_sentence(desk, waiting):
    decide(desk, "reject", waiting[0], reason=reason())

    db.session.expire_all()
    assert waiting[0].why == "Advertising. It advertises something."


def test_a_rejection_needs_a_reason_and_loses_no_word(desk, waiting):
    answer = decide(desk, "reject", waiting[0], words="A long and <careful> answer", back="/desk/comments?tab=waiting")

    assert answer.status_code == 422
    assert "Choose a reason" in answer.text
    assert "A long and &lt;careful&gt; answer</textarea>" in answer.text
    assert states(waiting[0]) == ["waiting"]


def test_many_are_decided_at_once_and_undone_at_once(desk, waiting):
    answer = decide(desk, "spam", *waiting)
    assert states(*waiting) == ["spam"] * 3
    shown = desk.get(answer.headers["Location"]).text
    assert "Marked as spam: 3 comments." in shown

    desk.post("/desk/comments/undo", data={"entry": re.findall(r'name="entry" value="(\d+)"', shown)})
    assert states(*waiting) == ["waiting"] * 3


def test_nothing_chosen_is_said(desk, waiting):
    answer = decide(desk, "approve")

    assert answer.status_code == 422
    assert "Choose at least one comment" in answer.text


@pytest.mark.parametrize("act", ["", "delete", "undo", "_decide", "expect"])
def test_only_what_a_moderator_may_do_is_done(desk, waiting, act):
    assert decide(desk, act, waiting[0]).status_code == 400
    assert states(waiting[0]) == ["waiting"]


@pytest.mark.parametrize("chosen", ["x", "1", "1:", ":0", "99999999999:0", "-1:0", "1:x", "१:०"])
def test_what_names_no_comment_changes_nothing(desk, waiting, chosen):
    assert decide(desk, "approve", chosen).status_code in (303, 422)
    assert states(*waiting) == ["waiting"] * 3


def test_who_comes_second_is_told_who_was_first_and_changes_nothing(app, desk, waiting, editor):
    row, other = waiting[:2]
    seen, also = f"{row.id}:{row.decisions}", f"{other.id}:{other.decisions}"
    decide(signed_in(app, editor), "reject", seen, reason=reason("Off the subject"))

    answer = decide(desk, "approve", seen, also)
    shown = desk.get(answer.headers["Location"]).text

    assert states(row, other) == ["rejected", "approved"]
    assert "Edda Editor rejected it (Off the subject)." in shown
    assert f'value="{row.id}:{row.decisions}"' in shown  # the row anew, to be decided on as it is now


def test_who_was_quicker_in_another_window_of_ones_own_is_said(desk, waiting):
    seen = f"{waiting[0].id}:{waiting[0].decisions}"
    decide(desk, "spam", seen)

    shown = desk.get(decide(desk, "approve", seen).headers["Location"]).text
    assert "You have decided already: you marked it as spam." in shown


def test_words_that_were_changed_meanwhile_are_read_again(desk, waiting):
    seen = f"{waiting[0].id}:{waiting[0].decisions}"
    waiting[0].edit("Buy my boats")
    db.session.commit()

    answer = decide(desk, "approve", seen)

    assert states(waiting[0]) == ["waiting"]
    assert "Its author has changed the words." in desk.get(answer.headers["Location"]).text


def test_what_its_author_has_deleted_is_not_decided_about(desk, waiting):
    seen = f"{waiting[0].id}:{waiting[0].decisions}"
    waiting[0].delete()
    db.session.commit()

    answer = decide(desk, "approve", seen)

    assert states(waiting[0]) == ["deleted"]
    assert "Its author has deleted it." in desk.get(answer.headers["Location"]).text


def test_an_older_decision_is_not_undone_over_a_newer_one(app, desk, waiting, editor):
    row = waiting[0]
    answer = decide(desk, "approve", row)
    entry = re.search(r"done=(\d+)", answer.headers["Location"])[1]
    db.session.expire_all()
    decide(signed_in(app, editor), "spam", row)

    answer = desk.post("/desk/comments/undo", data={"entry": entry})

    assert states(row) == ["spam"]
    assert "Edda Editor marked it as spam." in desk.get(answer.headers["Location"]).text


def test_in_place_comes_the_list_alone(desk, waiting):
    answer = desk.get("/desk/comments", headers=PART)

    assert answer.text.lstrip().startswith('<div id="queue"')
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/", "/account/sign-out", "javascript:x"])
def test_a_decision_leads_nowhere_but_to_the_desk(desk, waiting, back):
    assert decide(desk, "approve", waiting[0], back=back).headers["Location"].startswith("/desk/comments")


# Reports and appeals


@pytest.fixture
def reported(article, reader, editor):
    row = comments.post(article, "Buy my boats", guest_name="Gus")
    comments.report(row, "spam", "Boats again.", by=reader)
    comments.report(row, "abuse", email="told@example.org")
    db.session.commit()
    return row


@pytest.mark.parametrize(
    ("act", "outcome", "says"),
    [
        ("spam", "upheld", "We have taken the comment off the page."),
        ("keep", "declined", "We leave the comment as it is."),
    ],
)
def test_a_report_is_decided_with_its_comment_and_who_made_it_is_told(desk, reported, reader, act, outcome, says):
    decide(desk, act, reported, back="/desk/comments?tab=reported")

    db.session.expire_all()
    reports = db.session.scalars(Report.about(reported)).all()
    assert [report.decision for report in reports] == [outcome] * 2
    assert (
        f"Your report {reports[0].reference} was looked at. {says}"
        in db.session.scalars(Notification.to(reader)).first().words
    )
    mailbox = Mailbox()
    assert mailbox.fetch(UNDO_WITHIN) == [("told@example.org", f"Your report {reports[1].reference}")]
    assert says in mailbox.text() and "Barges return to the Ostrel" in mailbox.text()
    assert reports[1].told_at


def test_who_reported_is_told_when_what_was_hidden_is_shown_again(desk, reported, reader):
    decide(desk, "hide", reported, back="/desk/comments?tab=reported")
    decide(desk, "show", reported, back="/desk/comments?tab=hidden")

    assert [one.decision for one in db.session.scalars(Report.about(reported))] == ["declined"] * 2
    assert "We leave the comment as it is." in db.session.scalars(Notification.to(reader)).first().words


def test_a_letter_says_once_more_only_where_the_first_one_has_left(desk, reported):
    mailbox = Mailbox()
    decide(desk, "hide", reported)
    clock.advance(timedelta(seconds=50))
    decide(desk, "show", reported)
    assert len(mailbox.fetch(UNDO_WITHIN)) == 1
    assert "We leave the comment as it is." in mailbox.text() and "once more" not in mailbox.text()

    decide(desk, "hide", reported)
    clock.advance(timedelta(seconds=50))
    decide(desk, "show", reported)
    assert len(mailbox.fetch(UNDO_WITHIN)) == 2
    assert "once more" in mailbox.text()


def test_who_reported_reads_the_words_of_a_rejection_that_are_meant_for_them(desk, reported, reader):
    shown = desk.get("/desk/comments?tab=reported").text
    assert "Words to whoever reported it" in shown

    decide(desk, "reject", reported, reason=reason(), words="No boats.", to_reporters="Thank you, Ada.")

    assert [one.decision_words for one in db.session.scalars(Report.about(reported))] == ["Thank you, Ada."] * 2
    assert "Thank you, Ada." in db.session.scalars(Notification.to(reader)).first().words


def test_the_search_of_a_few_letters_says_how_words_are_found(desk, waiting):
    assert "only the last may be a beginning" in desk.get("/desk/comments?q=nowhe").text


def test_other_moderators_see_what_the_author_of_a_rejected_comment_reads(desk, waiting):
    decide(desk, "reject", waiting[0], reason=reason(), words="No boats here, please.")

    for at in ("/desk/comments?tab=rejected", f"/desk/comments/{waiting[0].id}"):
        assert "No boats here, please." in desk.get(at).text


def test_what_was_reported_waits_again_when_the_decision_is_taken_back(desk, reported, reader):
    before = db.session.scalars(Notification.to(reader)).all()
    shown = desk.get(decide(desk, "hide", reported, back="/desk/comments?tab=reported").headers["Location"]).text
    desk.post("/desk/comments/undo", data={"entry": re.findall(r'name="entry" value="(\d+)"', shown)})

    assert states(reported) == ["approved"]
    assert [report.decision for report in db.session.scalars(Report.about(reported))] == [None] * 2
    assert "Reported by 2 readers" in desk.get("/desk/comments?tab=reported").text
    assert db.session.scalars(Notification.to(reader)).all() == before


def test_a_hidden_comment_is_shown_again_with_others(desk, reported):
    decide(desk, "hide", reported)
    shown = desk.get("/desk/comments?tab=hidden").text
    assert re.search(r'form id="bulk".*?value="show"', shown, re.S)


def test_approving_what_was_reported_leaves_it_and_decides_the_reports(desk, reported):
    shown = desk.get(decide(desk, "approve", reported, back="/desk/comments?tab=reported").headers["Location"]).text

    assert [report.decision for report in db.session.scalars(Report.about(reported))] == ["declined"] * 2
    assert "Left as it is: 1 comment." in shown and "No comments are reported." in shown


def test_leaving_a_reported_comment_can_be_taken_back_and_stands_on_its_page(desk, reported, reader, moderator):
    shown = desk.get(decide(desk, "keep", reported, back="/desk/comments?tab=reported").headers["Location"]).text
    assert "left it" in re.sub(r"\s+", " ", desk.get(f"/desk/comments/{reported.id}").text)

    desk.post("/desk/comments/undo", data={"entry": re.findall(r'name="entry" value="(\d+)"', shown)})

    assert [report.decision for report in db.session.scalars(Report.about(reported))] == [None] * 2
    assert not [told for told in db.session.scalars(Notification.to(reader)) if "was looked at" in told.words]


def test_undo_goes_back_through_ones_own_decisions(desk, waiting, moderator, editor):
    first, second = waiting[:2]
    decide(desk, "approve", first)
    shown = desk.get(decide(desk, "spam", second).headers["Location"]).text
    for was in (["approved", "waiting"], ["waiting", "waiting"]):
        entry = re.findall(r'name="entry" value="(\d+)"', shown)
        shown = desk.get(desk.post("/desk/comments/undo", data={"entry": entry}).headers["Location"]).text
        assert states(first, second) == was
    assert 'name="entry"' not in shown


def test_undo_never_offers_what_somebody_else_has_decided_since(desk, waiting, editor):
    first, second = waiting[:2]
    decide(desk, "approve", first)
    shown = desk.get(decide(desk, "spam", second).headers["Location"]).text
    first.reject(editor, "Advertising")
    db.session.commit()

    entry = re.findall(r'name="entry" value="(\d+)"', shown)
    shown = desk.get(desk.post("/desk/comments/undo", data={"entry": entry}).headers["Location"]).text

    assert "Taken back: 1 comment." in shown and 'name="entry"' not in shown


def test_declining_an_appeal_asks_for_an_answer_and_can_be_taken_back(desk, waiting, reader, moderator):
    row = waiting[0]
    row.reject(moderator, "Personal attack", "It attacks a person.")
    comments.appeal(row, "It attacks nobody.", by=reader)
    db.session.commit()

    answer = decide(desk, "decline", row, back="/desk/comments?tab=appeals")
    assert answer.status_code == 422 and "Write an answer to the appeal" in answer.text
    shown = desk.get(
        decide(desk, "decline", row, words="It does.", back="/desk/comments?tab=appeals").headers["Location"]
    ).text
    assert "Appeal declined: 1 comment." in shown

    desk.post("/desk/comments/undo", data={"entry": re.findall(r'name="entry" value="(\d+)"', shown)})
    assert "It attacks nobody." in desk.get("/desk/comments?tab=appeals").text
    assert not [told for told in db.session.scalars(Notification.to(reader)) if "appeal" in told.words]


@pytest.mark.parametrize("address", [None, "gus@example.org"])
def test_a_ban_is_offered_only_where_somebody_can_be_told_from_others(desk, article, address):
    comments.post(article, "A guest", guest_name="Gus", guest_email=address, approved=False)
    db.session.commit()

    row = desk.get("/desk/comments").text.rpartition('<li class="mod"')[2]
    assert ('data-key="B"' in row) is bool(address)


def test_a_comment_of_the_newsroom_is_marked_and_nobody_bans_it(desk, article, editor):
    comments.post(article, "From us", account=editor)
    db.session.commit()

    row = desk.get("/desk/comments?tab=approved").text.partition('<li class="mod"')[2].partition("</li>")[0]
    assert "Of the newsroom" in row and 'data-key="B"' not in row


def test_who_wrote_it_is_not_told_of_a_decision_that_was_taken_back(desk, waiting, reader):
    shown = desk.get(decide(desk, "reject", waiting[0], reason=reason()).headers["Location"]).text
    desk.post("/desk/comments/undo", data={"entry": re.findall(r'name="entry" value="(\d+)"', shown)})

    assert not [told for told in db.session.scalars(Notification.to(reader)) if "was rejected" in told.words]


def test_the_reported_tab_shows_reasons_words_and_references(desk, reported):
    shown = desk.get("/desk/comments?tab=reported").text

    assert "Reported by 2 readers" in shown
    assert "It is spam or an advertisement" in shown
    assert "Boats again." in shown
    assert db.session.scalars(Report.about(reported)).first().reference in shown


@pytest.mark.parametrize(("act", "after"), [("grant", "approved"), ("decline", "rejected")])
def test_an_appeal_is_answered_and_its_author_told(desk, waiting, reader, moderator, act, after):
    row = waiting[0]
    row.reject(moderator, "Personal attack", "It attacks a person.")
    comments.appeal(row, "It attacks nobody.", by=reader)
    db.session.commit()
    assert "It attacks nobody." in desk.get("/desk/comments?tab=appeals").text

    decide(desk, act, row, words="We have read it again.", back="/desk/comments?tab=appeals")

    assert states(row) == [after]
    assert "We have read it again." in " ".join(n.words for n in db.session.scalars(Notification.to(reader)))
    assert "No appeal waits for an answer." in desk.get("/desk/comments?tab=appeals").text


def test_a_decided_appeal_stands_with_the_moment_of_its_decision(desk, waiting, reader, moderator):
    row = waiting[0]
    row.reject(moderator, "Advertising", "")
    comments.appeal(row, "It was no advertisement.", by=reader)
    db.session.commit()
    clock.advance(timedelta(hours=3))
    decide(desk, "grant", row, back="/desk/comments?tab=appeals")

    box = BeautifulSoup(desk.get(f"/desk/comments/{row.id}").text, "html.parser").select_one(".mod__report")
    assert box.b.text == "Appeal, granted" and box.time["datetime"] == clock.now().isoformat().replace("+00:00", "Z")


def test_approving_what_is_appealed_for_grants_the_appeal(desk, waiting, reader, moderator):
    row = waiting[0]
    row.reject(moderator, "Personal attack", "It attacks a person.")
    comments.appeal(row, "It attacks nobody.", by=reader)
    db.session.commit()

    decide(desk, "approve", row, back="/desk/comments?tab=appeals")

    assert states(row) == ["approved"]
    assert "No appeal waits for an answer." in desk.get("/desk/comments?tab=appeals").text
    assert "Your appeal was looked at again. Your comment is back." in " ".join(
        n.words for n in db.session.scalars(Notification.to(reader))
    )


def test_taking_that_back_opens_the_appeal_again(desk, waiting, reader, moderator):
    row = waiting[0]
    row.reject(moderator, "Personal attack", "It attacks a person.")
    comments.appeal(row, "It attacks nobody.", by=reader)
    db.session.commit()
    decide(desk, "approve", row, back="/desk/comments?tab=appeals")
    entry = db.session.scalars(LogEntry.concerning(row.about)).first()

    desk.post("/desk/comments/undo", data={"entry": entry.id})

    assert states(row) == ["rejected"]
    assert "It attacks nobody." in desk.get("/desk/comments?tab=appeals").text


def test_what_its_author_deleted_can_still_be_decided_for_who_waits_for_an_answer(
    desk, reported, waiting, reader, moderator
):
    appealed = waiting[0]
    appealed.reject(moderator, "Personal attack", "It attacks a person.")
    comments.appeal(appealed, "It attacks nobody.", by=reader)
    appealed.delete()
    reported.delete()
    db.session.commit()
    assert "Leave it" in desk.get("/desk/comments?tab=reported").text
    page = desk.get("/desk/comments?tab=appeals").text
    assert "Decline it" in page and "Grant it" not in page

    decide(desk, "keep", reported, back="/desk/comments?tab=reported")
    decide(desk, "decline", appealed, words="It is gone.", back="/desk/comments?tab=appeals")

    assert "No comments are reported." in desk.get("/desk/comments?tab=reported").text
    assert "No appeal waits for an answer." in desk.get("/desk/comments?tab=appeals").text


def test_what_people_wrote_is_escaped_wherever_the_desk_prints_it(app, desk, article):
    nasty = "<img src=x onerror=alert(1)>"
    row = comments.post(article, "Words", guest_name=nasty, guest_email="gus@example.org")
    comments.report(row, "illegal", nasty, law=nasty)
    db.session.commit()
    for address in ("/desk/comments?tab=reported", f"/desk/comments/{row.id}", f"/desk/comments/people/guest-{row.id}", f"/desk/comments?q={nasty}",
                    f"/desk/log?about={nasty}", f"/desk/comments/people/guest-{row.id}/sanction?back=/desk/{nasty}"):  # fmt: skip
        assert "<img src=x" not in desk.get(address).text, address
    assert db.session.get(Comment, row.id)


def test_a_rejection_that_was_taken_back_begins_with_its_reason_and_words(desk, waiting):
    shown = desk.get(decide(desk, "reject", waiting[0], reason=reason(), words="No <boats>.").headers["Location"]).text
    desk.post("/desk/comments/undo", data={"entry": re.search(r'name="entry" value="(\d+)"', shown)[1]})

    row = BeautifulSoup(desk.get("/desk/comments").text, "html.parser").select_one(f"#comment-{waiting[0].id}")
    assert row.select_one(f"#reject-words-{waiting[0].id}").get_text() == "No <boats>."
    assert row.select_one(f"#reject-reason-{waiting[0].id} option[selected]").get_text() == "Advertising"
    other = BeautifulSoup(desk.get("/desk/comments").text, "html.parser").select_one(f"#comment-{waiting[1].id}")
    assert other.select_one("option[selected]") is None and other.select_one("textarea").get_text() == ""


def test_many_are_rejected_with_one_sentence_which_nothing_else_sends(desk, waiting, reader):
    decide(desk, "approve", waiting[0], to_authors="No boats.")
    decide(desk, "reject", *waiting[1:], reason=reason(), to_authors="No boats, please.")

    assert states(*waiting) == ["approved", "rejected", "rejected"]
    assert [one.why for one in waiting[1:]] == ["Advertising. No boats, please."] * 2
    assert "No boats." not in [told.words for told in db.session.scalars(Notification.to(reader))]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "A moderator has taken it down."),
        ({"reason": "Advertising"}, "Advertising. It advertises something."),
        ({"reason": "Advertising", "words": "No boats."}, "Advertising. No boats."),
    ],
)
def test_who_is_hidden_reads_the_reason_where_there_is_one(desk, waiting, reader, said, told):
    waiting[0].approve()
    db.session.commit()

    decide(desk, "hide", waiting[0], **(said | ({"reason": reason(said["reason"])} if said else {})))

    assert states(waiting[0]) == ["hidden"] and waiting[0].why == told
    assert told in db.session.scalars(Notification.to(reader)).first().words


def test_what_was_reported_before_still_stands_at_the_comment(desk, reported):
    decide(desk, "hide", reported, back="/desk/comments?tab=reported")

    row = BeautifulSoup(desk.get("/desk/comments?tab=hidden").text, "html.parser").select_one(f"#comment-{reported.id}")
    past = " ".join(row.select_one(".mod__report--past").get_text(" ").split())
    assert past.startswith("Was reported: ") and ", upheld" in past
    assert "Reported by" not in row.get_text()


def test_undoing_a_second_decision_gives_the_first_its_reason_and_words_back(desk, waiting):
    row = waiting[0]
    row.approve()
    db.session.commit()
    decide(desk, "hide", row, reason=reason("Advertising"), words="Boats are sold on another page.")
    decide(desk, "reject", row, reason=reason("Personal attack"), words="A slip.")
    assert row.why.endswith("A slip.")
    entry = db.session.scalars(LogEntry.concerning(row.about)).first()

    desk.post("/desk/comments/undo", data={"entry": entry.id})

    assert states(row) == ["hidden"]
    assert row.why == "Advertising. Boats are sold on another page."
    assert "A slip." not in str(entry.details), "words are erased with their author; the log outlives them"


def test_a_rejection_that_was_undone_still_begins_the_next_one_and_is_never_said_of_the_comment(desk, waiting):
    row = waiting[0]
    decide(desk, "reject", row, reason=reason("Advertising"), words="A slip.")
    entry = db.session.scalars(LogEntry.concerning(row.about)).first()
    desk.post("/desk/comments/undo", data={"entry": entry.id})

    db.session.refresh(row)
    assert row.rejected_for is None and row.rejected_words is None
    assert "A slip.</textarea>" in desk.get("/desk/comments").text


@pytest.mark.parametrize(
    ("act", "state"), [("reject", "rejected"), ("spam", "spam"), ("hide", "hidden"), ("hold", "waiting")]
)
def test_nothing_is_made_what_it_is(desk, waiting, act, state):
    row = waiting[0]
    if act == "hide":
        row.approve()
    if act != "hold":
        getattr(row, act)()
    db.session.commit()
    before = row.decisions

    shown = desk.get(decide(desk, act, row, reason=reason()).location).text

    assert states(row) == [state] and row.decisions == before
    assert f"#comment-{row.id}" in shown or f'id="comment-{row.id}"' in shown


@pytest.mark.parametrize(
    ("tab", "acts"),
    [
        ("waiting", {"approve", "spam", "reject"}), ("approved", {"spam", "reject"}), ("rejected", {"approve", "spam"}),
        ("spam", {"approve", "reject"}), ("hidden", {"show", "spam", "reject"}),
    ],
)  # fmt: skip
def test_for_several_a_tab_offers_only_what_they_are_not(desk, waiting, tab, acts):
    act = {"approved": "approve", "rejected": "reject", "spam": "spam", "hidden": "hide"}.get(tab)
    if tab == "hidden":
        waiting[0].approve()
    if act:
        getattr(waiting[0], act)()
    db.session.commit()

    bar = BeautifulSoup(desk.get(f"/desk/comments?tab={tab}").text, "html.parser").select_one("#bulk")

    assert {button["value"] for button in bar.select("button[name=act]")} == acts


def test_who_is_measured_is_not_asked_of_one_story(desk, waiting):
    article_id = waiting[0].article_id
    assert "tab=banned" in desk.get("/desk/comments").text
    assert "tab=banned" not in desk.get(f"/desk/comments?article={article_id}").text
