"""Writing a comment: by guests and by readers who are signed in, with every refusal told and nothing lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from newsapp import accounts, comments
from newsapp.comments import Comment
from newsapp.db import db
from newsapp.lib import clock
from tests.conftest import _account, signed_in

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def address(article) -> str:
    return article.url


@pytest.fixture
def known(app, reader, article):
    """The browser of a reader whose first comment was approved before."""
    comments.post(article, "My first", account=reader, at=clock.now() - timedelta(days=2))
    db.session.commit()
    return signed_in(app, reader)


def opened(client, address) -> str:
    page = client.get(f"{address}/comments/new").text
    return re.search(r'name="opened" value="([^"]+)"', page)[1]


def guest(client, address, body="A guest's words", wait=10, **more):
    said = {"body": body, "name": "Guy Guest", "email": "guy@example.org", "opened": opened(client, address), **more}
    clock.advance(timedelta(seconds=wait))
    return client.post(f"{address}/comments", data=said)


def only() -> Comment:
    return db.session.scalars(select(Comment).order_by(Comment.id.desc()).limit(1)).one()


def test_a_guests_comment_waits_and_only_the_guest_sees_it(client, address, moderator, app):
    answer = guest(client, address)
    assert answer.status_code == 303 and answer.headers["Location"].startswith(f"{address}/comments/mine?posted=")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("mine=") and f"Path={address}/comments;" in cookie
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie

    own = client.get(answer.headers["Location"]).text
    assert "A guest&#39;s words" in own or "A guest's words" in own
    assert "An editor reads every guest’s comment before it appears." in own
    assert (
        "words"
        not in app.test_client().get(f"{address}/comments/mine").text.partition("<main")[2].partition("</main")[0]
    )
    assert "A guest's words" not in client.get(address).text

    only().approve(by=moderator)
    db.session.commit()
    assert "A guest's words" in client.get(address).text


def test_an_address_is_on_no_page_and_in_no_feed(client, address, moderator):
    guest(client, address, email="secret.guest@example.org")
    only().approve(by=moderator)
    db.session.commit()
    for path in (address, f"{address}/comments", f"{address}/comments/feed.xml", f"{address}/comments/mine"):
        page = client.get(path).text
        assert "A guest" in page or path.endswith("mine")
        assert "secret.guest" not in page


def test_a_known_reader_is_on_the_page_at_once(known, address, client):
    answer = known.post(f"{address}/comments", data={"body": "Here at once"})

    assert (answer.status_code, answer.headers["Location"]) == (303, only().url)
    assert "Here at once" in client.get(address).text


def test_a_readers_first_comment_waits(app, reader, address):
    browser = signed_in(app, reader)
    answer = browser.post(f"{address}/comments", data={"body": "Here for the first time"})

    assert only().held_for == "first"
    own = browser.get(answer.headers["Location"]).text
    assert "An editor reads a person’s first comments before they appear." in own
    assert "Here for the first time" in browser.get(address).text


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("body", "Write something first."),
        ("name", "Write the name that readers will see."),
        ("email", "Write your email address."),
    ],
)
def test_an_error_comes_back_with_everything_that_was_typed(client, address, missing, says):
    said = {"body": "My <b>words</b>", "name": "Guy", "email": "guy@example.org", missing: ""}
    answer = guest(client, address, **said)

    assert answer.status_code == 422 and says in answer.text
    assert "aria-invalid" in answer.text
    kept = {"body": "My &lt;b&gt;words&lt;/b&gt;", "name": 'value="Guy"', "email": 'value="guy@example.org"'}
    for name, text in kept.items():
        assert (text in answer.text) is (name != missing)
    assert db.session.scalar(select(Comment.id)) is None


@pytest.mark.parametrize("field", ["email", "name"])
def test_what_is_no_address_or_no_name_is_told(client, address, field):
    answer = guest(client, address, **{field: "not an @ddress\u202e"})
    assert answer.status_code == 422 and "field__error" in answer.text


def test_too_long_a_comment_comes_back_whole(client, address):
    answer = guest(client, address, body="x" * 5001)
    assert answer.status_code == 422 and "5,001" in answer.text and "x" * 5001 in answer.text


def test_a_form_that_was_not_ours_is_asked_for_again(client, address):
    for opened_at in ("", "forged", "1234.abc"):
        answer = guest(client, address, opened=opened_at)
        assert answer.status_code == 422 and "open for too long" in answer.text
        assert "A guest&#39;s words" in answer.text
    token = opened(client, address)
    clock.advance(timedelta(days=2))
    assert (
        client.post(
            f"{address}/comments", data={"body": "x", "name": "G", "email": "g@example.org", "opened": token}
        ).status_code
        == 422
    )


def test_pressing_post_twice_leaves_one_comment(known, client, address):
    first = known.post(f"{address}/comments", data={"body": "Twice"})
    second = known.post(f"{address}/comments", data={"body": "Twice"})
    assert first.headers["Location"] == second.headers["Location"]
    one = guest(client, address, body="Also twice")
    two = guest(client, address, body="Also twice")
    assert two.headers["Location"] == f"{one.headers['Location']}&again=1"
    assert "You have sent these words here before." in client.get(two.headers["Location"]).text
    assert "Your comment has arrived." in client.get(one.headers["Location"]).text
    assert len(db.session.scalars(select(Comment)).all()) == 3


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"website": "https://spam.example"}, "trap"),
        ({"wait": 1}, "speed"),
        ({"email": "x@mailinator.com"}, "mail"),
        ({"email": "x@eu.yopmail.com"}, "mail"),
        ({"body": "See https://example.org/"}, "links"),
    ],
)
def test_what_a_check_finds_is_kept_for_the_desk(client, address, said, reason):
    guest(client, address, **said)
    assert any(finding.startswith(reason) for finding in only().findings)
    assert not only().is_visible and only().state == ("spam" if reason == "trap" else "waiting")


def test_more_than_two_links_wait(known, address):
    known.post(f"{address}/comments", data={"body": "https://a.example https://b.example"})
    assert only().is_visible
    known.post(f"{address}/comments", data={"body": "https://a.example https://b.example https://c.example"})
    assert (only().state, only().held_for, only().findings) == ("waiting", "links", ["links: 3 links"])


def test_listed_words_wait_and_banned_words_are_rejected_and_both_are_told(known, address, reader):
    comments.add_word("boat*")
    comments.add_word("viagra", banned=True)
    db.session.commit()
    known.post(f"{address}/comments", data={"body": "Boats for sale"})
    assert (only().state, only().held_for) == ("waiting", "words")
    known.post(f"{address}/comments", data={"body": "V1agra for sale"})
    assert (only().state, only().why) == ("rejected", "It has a word that is not printed here.")


def test_the_same_words_under_another_story_wait(known, article, world):
    from newsapp import articles

    known.post(f"{article.url}/comments", data={"body": "The very same words"})
    other = articles.write("Another story", world, "<p>x</p>")
    other.publish(at=clock.now() - timedelta(hours=1))
    address = other.url
    db.session.commit()
    known.post(f"{address}/comments", data={"body": "The very same words"})
    assert (only().state, only().held_for) == ("waiting", "repeat")


def test_a_burst_is_refused_with_the_time_to_wait(known, address):
    for n in range(5):
        assert known.post(f"{address}/comments", data={"body": f"Number {n}"}).status_code == 303
        clock.advance(timedelta(seconds=10))
    answer = known.post(f"{address}/comments", data={"body": "Number 6"})
    assert answer.status_code == 429 and "Please wait 2 minutes" in answer.text and "Number 6" in answer.text
    clock.advance(timedelta(minutes=2))
    assert known.post(f"{address}/comments", data={"body": "Number 6"}).status_code == 303


def test_who_cannot_comment_is_told_before_they_have_written(known, address, reader, moderator):
    made = comments.suspend(
        account=reader, by=moderator, reason="Three insults.", until=clock.now() + timedelta(days=3)
    )
    db.session.commit()
    form = known.get(f"{address}/comments/new").text
    assert "Three insults. This holds until 17 March 2026" in form and "<textarea" not in form

    made.lift(moderator)
    db.session.commit()
    assert "<textarea" in known.get(f"{address}/comments/new").text


def test_who_is_suspended_for_whole_days_is_told_the_last_of_them(known, address, reader, moderator):
    midnight = datetime(2026, 3, 18, tzinfo=UTC)
    comments.suspend(account=reader, by=moderator, reason="Three insults.", until=midnight)
    db.session.commit()

    told = known.post(f"{address}/comments", data={"body": "Let me in"}).text

    assert "This holds until the end of 17 March 2026." in told


@pytest.mark.parametrize("measure", ["suspend", "ban"])
def test_who_is_suspended_or_banned_is_told_why_and_until_when(known, address, reader, moderator, measure):
    more = {"until": clock.now() + timedelta(days=3)} if measure == "suspend" else {}
    getattr(comments, measure)(account=reader, by=moderator, reason="Three insults.", **more)
    db.session.commit()
    answer = known.post(f"{address}/comments", data={"body": "Let me in"})
    assert answer.status_code == 403 and "Three insults." in answer.text and "Let me in" in answer.text
    assert ("17 March 2026" in answer.text) is (measure == "suspend")


def test_a_banned_address_is_refused_to_a_guest(client, address, moderator):
    comments.ban(email="guy@example.org", by=moderator, reason="Spam.")
    db.session.commit()
    assert guest(client, address, email="Guy@Example.org").status_code == 403


def test_who_is_premoderated_waits(known, address, reader, moderator):
    comments.premoderate(account=reader, by=moderator, reason="For a week.")
    db.session.commit()
    known.post(f"{address}/comments", data={"body": "Hello"})
    assert only().held_for == "premoderated"


def test_a_closed_discussion_keeps_what_was_typed(known, article, address):
    article.close_comments()
    db.session.commit()
    answer = known.post(f"{address}/comments", data={"body": "Too late"})
    assert answer.status_code == 403 and "The discussion is closed." in answer.text and "Too late" in answer.text
    page = known.get(address).text
    assert "The discussion is closed." in page and "reply__open" not in page and "/reply" not in page


def test_a_discussion_closes_by_itself_and_its_kept_page_with_it(app, client, address):
    app.config["COMMENTS_CLOSE_DAYS"] = 2
    token = opened(client, address)
    assert "reply__open" in client.get(address).text
    assert client.get(f"{address}/comments/count").json == {"count": 0, "open": True}
    clock.advance(timedelta(days=2))
    assert "The discussion is closed." in client.get(address).text
    assert client.get(f"{address}/comments/count").json == {"count": 0, "open": False}
    said = {"body": "Too late", "name": "Guy Guest", "email": "guy@example.org", "opened": token}
    answer = client.post(f"{address}/comments", data=said)
    assert answer.status_code in (403, 422) and "Too late" in answer.text
    form = client.get(f"{address}/comments/new").text
    assert "The discussion is closed." in form and "<textarea" not in form


def test_guests_are_asked_to_sign_in_where_the_setting_says_so(app, client, address):
    token = opened(client, address)
    app.config["COMMENTS_GUESTS"] = False
    assert "Sign in to comment here." in client.get(f"{address}/comments/new").text
    said = {"body": "x", "name": "G", "email": "g@example.org", "opened": token}
    assert client.post(f"{address}/comments", data=said).status_code == 403


def test_a_reply_hangs_under_what_it_answers(known, client, address, article):
    parent = comments.post(article, "Question", guest_name="Quentin")
    number, url = parent.id, parent.url
    db.session.commit()
    form = known.get(f"{url}/reply").text
    assert "Reply to Quentin" in form and f'name="parent_id" value="{number}"' in form and "Cancel reply" in form
    known.post(f"{address}/comments", data={"body": "An answer", "parent_id": number})
    assert only().parent_id == number
    assert (
        f"{address}/comments/new?parent_id={number}"
        and "Reply to Quentin" in client.get(f"{address}/comments/new?parent_id={number}").text
    )


def test_a_reply_to_what_has_gone_keeps_the_words_for_a_new_comment(known, address, article):
    parent = comments.post(article, "Question", guest_name="Quentin")
    number = parent.id
    parent.delete()
    db.session.commit()
    answer = known.post(f"{address}/comments", data={"body": "An answer", "parent_id": number})
    assert answer.status_code == 422 and "no longer there" in answer.text and "An answer" in answer.text
    assert "parent_id" not in answer.text


def test_an_edit_passes_the_checks_again_and_is_marked(known, client, address):
    known.post(f"{address}/comments", data={"body": "First words"})
    url = only().url
    assert "First words" in known.get(f"{url}/edit").text
    assert known.post(f"{url}/edit", data={"body": "Other words"}).status_code == 303
    page = client.get(address).text
    assert "Other words" in page and ">Edited</span>" in page

    known.post(f"{url}/edit", data={"body": "https://a.example https://b.example https://c.example"})
    assert only().state == "waiting" and "a.example" not in client.get(address).text
    clock.advance(timedelta(minutes=16))
    late = known.post(f"{url}/edit", data={"body": "Too late"})
    assert late.status_code == 403 and "fifteen minutes" in late.text


def test_an_edit_does_not_undo_a_rejection(known, address, moderator):
    known.post(f"{address}/comments", data={"body": "First words"})
    row = only()
    url = row.url
    row.reject(by=moderator, reason="Off the subject")
    db.session.commit()
    known.post(f"{url}/edit", data={"body": "Other words"})
    assert only().state == "waiting"


def test_one_deletes_ones_own_and_nobody_elses(known, app, address, editor):
    known.post(f"{address}/comments", data={"body": "Take this back"})
    url = only().url
    other = signed_in(app, editor)
    for act in ("edit", "delete"):
        assert other.get(f"{url}/{act}").status_code == 404
        assert other.post(f"{url}/{act}", data={"body": "x"}).status_code == 404
    assert "Delete your comment" in known.get(f"{url}/delete").text
    assert known.post(f"{url}/delete").status_code == 303
    assert only().deleted_at
    for again in (known.post(f"{url}/delete"), known.get(f"{url}/delete"), known.get(f"{url}/edit")):  # twice, or Back
        assert again.status_code == 303 and again.location == f"{address}#comments"


def test_what_waits_can_be_deleted_under_its_story_however_old_it_is(known, address):
    known.post(f"{address}/comments", data={"body": "Nobody has read this yet"})
    only().hold("first")
    db.session.commit()
    clock.advance(timedelta(minutes=16))
    shown = known.get(address).text
    assert f'href="{only().url}/delete"' in shown and f'href="{only().url}/edit"' not in shown


def test_who_edits_from_ones_own_list_is_led_back_to_it_and_told(known, address):
    known.post(f"{address}/comments", data={"body": "First words"})
    link = f"{only().url}/edit?back=account"
    assert link in known.get("/account/comments").text and f'action="{link}"' in known.get(link).text

    answer = known.post(link, data={"body": "Second words"})

    assert answer.status_code == 303 and answer.location == "/account/comments?done=changed"
    assert "Your comment is changed." in known.get(answer.location).text


def test_the_address_of_ones_own_comment_that_others_do_not_see_leads_to_ones_list(known, app, address, client):
    known.post(f"{address}/comments", data={"body": "It waits"})
    only().hold("moderator")
    db.session.commit()

    assert known.get(only().url).location == "/account/comments"
    assert client.get(only().url).status_code == 404


def test_who_was_signed_out_meanwhile_is_told_so_and_loses_no_word(client, address):
    """The form of somebody signed in asks for no name."""
    answer = client.post(f"{address}/comments", data={"body": "Half a thought"})

    assert answer.status_code == 422 and "not signed in any more" in answer.text and "Half a thought" in answer.text


def test_who_deletes_from_ones_own_list_is_led_back_to_it(known, address):
    known.post(f"{address}/comments", data={"body": "One of many"})
    asked = known.get("/account/comments").text
    url = f"/comments/{only().id}/delete?back=account"
    assert url in asked and f'action="{url}"' in known.get(url).text

    answer = known.post(url)
    assert answer.status_code == 303 and answer.location == "/account/comments?done=deleted"
    left = known.get(answer.location).text
    assert "Your comment is deleted." in left and "You deleted it" in left
    assert "One of many" not in left


def test_who_signs_in_beside_the_form_takes_the_words_along(client, address):
    said = {"body": "Half a thought", "sign-in": "yes", "opened": opened(client, address), "name": "", "email": ""}

    answer = client.post(f"{address}/comments", data=said)

    assert answer.status_code == 409
    held = answer.text.partition("<main")[2]
    assert '<input type="hidden" name="body" value="Half a thought">' in held
    assert f'href="/account/sign-in?next={address.replace("/", "%2F")}' in held or f"next={address}" in held
    assert "<dt>opened</dt>" not in held and 'name="sign-in"' not in held


def test_what_has_just_been_sent_is_shown_alone_and_the_others_stay_where_they_were_written(app, address, article):
    newcomer = signed_in(app, accounts.create("Nina", "nina", "nina@example.org"))
    db.session.commit()
    newcomer.post(f"{address}/comments", data={"body": "The first of mine"})
    answer = newcomer.post(f"{address}/comments", data={"body": "The second of mine"}, headers=PART)

    part = newcomer.get(answer.location, headers=PART).text
    assert "The second of mine" in part and "The first of mine" not in part
    whole = newcomer.get(answer.location).text
    assert (
        whole.index("The second of mine") < whole.index("Your other comments here") < whole.index("The first of mine")
    )


def test_a_changed_comment_that_waits_is_told_as_changed_and_stands_first(app, address):
    newcomer = signed_in(app, accounts.create("Nina", "nina", "nina@example.org"))
    db.session.commit()
    newcomer.post(f"{address}/comments", data={"body": "As it was"})
    answer = newcomer.post(f"{only().url}/edit", data={"body": "As it is"})

    assert answer.status_code == 303
    page = newcomer.get(answer.location).text
    assert "Your change is saved." in page and "has arrived" not in page


def test_the_address_of_a_deleted_comment_leads_to_its_discussion(known, client, address):
    known.post(f"{address}/comments", data={"body": "Here and gone"})
    url = only().url
    known.post(f"{url}/delete")

    assert client.get(url).headers["Location"] == f"{address}#comments"


def test_a_comment_that_nobody_ever_saw_has_no_address_deleted_or_not(known, client, address):
    guest(client, address)
    url = only().url
    assert client.get(url).status_code == 404
    only().delete()
    db.session.commit()
    assert client.get(url).status_code == 404


def test_what_one_has_reported_stands_with_its_reference_and_what_became_of_it(known, reader, article, moderator):
    bad = comments.post(article, "Bad words", guest_name="Gus")
    made = comments.report(bad, "abuse", by=reader)
    db.session.commit()

    page = known.get("/account/comments").text
    assert made.reference in page and "A moderator has not decided yet." in page
    made.decide(upheld=True, by=moderator, words="Thank you.")
    db.session.commit()
    page = known.get("/account/comments").text
    assert "We have taken the comment off the page." in page and "Thank you." in page


def test_helpful_counts_once_and_is_taken_back(app, client, article, reader):
    row = comments.post(article, "Useful", guest_name="Ursula")
    url, address = row.url, article.url
    db.session.commit()
    browser = signed_in(app, reader)
    assert client.post(f"{url}/recommend").headers["Location"].startswith("/account/sign-in")
    assert "It is helpful" in browser.get(f"{url}/recommend").text
    assert browser.post(f"{url}/recommend").status_code == 303
    assert "Helpful · 1" in client.get(address).text
    assert "is-given" in browser.get(address).text
    part = browser.post(f"{url}/recommend", headers=PART).text
    assert part.strip().startswith("<a ") and "is-given" not in part
    assert "Helpful · 1" not in client.get(address).text


def test_anybody_reports_and_gets_a_reference(client, article):
    row = comments.post(article, "Rude", guest_name="Rudolf")
    url = row.url
    db.session.commit()
    assert "It breaks the law" in client.get(f"{url}/report").text
    assert client.post(f"{url}/report", data={"reason": ""}).status_code == 422
    answer = client.post(f"{url}/report", data={"reason": "illegal", "law": "Section 185", "words": "It insults"})
    assert answer.status_code == 303
    made = db.session.scalars(select(comments.Report)).one()
    assert made.law == "Section 185" and made.reference in client.get(answer.headers["Location"]).text


def test_who_is_muted_is_a_line_for_one_reader_only(app, client, article, reader):
    other = _account("Ottoline Other", "reader")
    row = comments.post(article, "Me, me, me", account=other)
    url, address = row.url, article.url
    db.session.commit()
    browser = signed_in(app, reader)
    assert browser.post(f"{url}/mute").status_code == 303
    assert "Me, me, me" not in browser.get(address).text and "You have muted" in browser.get(address).text
    assert "Me, me, me" in client.get(address).text
    browser.post(f"{url}/mute")
    assert "Me, me, me" in browser.get(address).text


def test_htmx_gets_the_form_alone_and_what_was_posted_in_its_place(known, address):
    form = known.get(f"{address}/comments/new", headers=PART).text
    assert form.strip().startswith("<form") and "<html" not in form
    sent = known.post(f"{address}/comments", data={"body": "In place"}, headers=PART)
    answer = known.get(sent.headers["Location"], headers=PART)
    assert "Your comment is on the page." in answer.text and "data-posted" in answer.text and "<html" not in answer.text
    wrong = known.post(f"{address}/comments", data={"body": ""}, headers=PART)
    assert wrong.status_code == 422 and wrong.text.strip().startswith("<form")


def test_the_forms_and_ones_own_comments_are_never_kept(client, known, address):
    for path in (f"{address}/comments/new", f"{address}/comments/mine"):
        assert client.get(path).headers["Cache-Control"] == "no-store"
        assert "private" in known.get(path).headers["Cache-Control"]


def test_a_forged_cookie_shows_nothing_of_anybodys(client, address, app):
    guest(client, address)
    number = only().id
    stranger = app.test_client()
    stranger.set_cookie("mine", f"[{number}].x", path=f"{address}/comments")
    assert "A guest" not in stranger.get(f"{address}/comments/mine").text.partition("<main")[2].partition("</main")[0]


def test_threads_are_sorted_by_what_readers_found_helpful_or_editors_picked(article, client, moderator):
    rows = [comments.post(article, f"Number {n}", guest_name=f"n{n}") for n in range(4)]
    rows[2].recommended, rows[1].recommended = 5, 2
    rows[3].feature(moderator)
    address = article.url
    db.session.commit()
    names = re.compile(r'<article aria-label="Comment by (n\d)"')
    assert names.findall(client.get(f"{address}/comments?sort=helpful").text) == ["n2", "n1", "n3", "n0"]
    assert names.findall(client.get(f"{address}/comments?sort=featured").text) == ["n3"]


def test_threads_are_sorted_by_how_often_readers_answered(article, client):
    rows = [comments.post(article, f"Number {n}", guest_name=f"n{n}") for n in range(4)]
    below = comments.post(article, "An answer", guest_name="a", parent=rows[2])
    comments.post(article, "An answer to that", guest_name="b", parent=below)
    comments.post(article, "An answer", guest_name="c", parent=rows[1])
    comments.post(article, "Not seen", guest_name="d", parent=rows[0], approved=False)
    address = article.url
    db.session.commit()
    names = re.compile(r'<article aria-label="Comment by (n\d)"')
    assert names.findall(client.get(f"{address}/comments?sort=replies").text) == ["n2", "n1", "n3", "n0"]


def test_a_pinned_comment_stands_first_wherever_it_was_posted(article, client, moderator):
    rows = [comments.post(article, f"Number {n}", guest_name=f"n{n}") for n in range(60)]
    rows[55].pin(moderator)
    address = article.url
    db.session.commit()
    assert re.search(r'aria-label="Pinned by the newsroom".*?Number 55<', client.get(address).text, re.S)
    rows[55].hide(moderator)
    db.session.commit()
    assert "Pinned by the newsroom" not in client.get(address).text


def test_networks_are_forgotten_after_a_week(client, address):
    guest(client, address)
    assert only().network and "127.0.0.1" not in only().network
    clock.advance(timedelta(days=8))
    comments.forget_networks()
    assert only().network is None


def test_ones_own_page_says_what_became_of_each_comment_and_takes_an_appeal(known, address, reader, moderator):
    known.post(f"{address}/comments", data={"body": "Off the point"})
    row = only()
    url = row.url
    row.reject(by=moderator, reason="Off the subject", words="This story is about barges.")
    db.session.commit()

    page = known.get("/account/comments").text
    assert "Rejected" in page and "Off the subject. This story is about barges." in page and f"{url}/appeal" in page
    assert "was rejected" in page and "Mark everything as read" in page
    assert known.post("/account/comments/read").status_code == 303
    assert "Mark everything as read" not in known.get("/account/comments").text

    assert known.post(f"{url}/appeal", data={"words": ""}).status_code == 422
    assert known.post(f"{url}/appeal", data={"words": "It is about a barge."}).status_code == 303
    again = known.post(f"{url}/appeal", data={"words": "Please"})
    assert again.status_code == 403 and "already" in again.text
    assert "Your appeal waits for a moderator." in known.get("/account/comments").text
