"""What the newsroom says above a discussion, and whether it takes comments: the rules over the form, closing, opening again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsapp import comments
from newsapp.accounts.log import LogEntry
from newsapp.db import db
from newsapp.lib import clock
from tests.conftest import signed_in


@pytest.fixture
def send(app, moderator, article):
    def send(message="", state="open"):
        return signed_in(app, moderator).post(
            f"/desk/comments/stories/{article.id}", data={"message": message, "state": state}
        )

    return send


def test_a_message_stands_above_the_discussion_and_goes_again(client, article, send):
    assert send("Please keep to <b>the barges</b>.").status_code == 303
    assert "Please keep to &lt;b&gt;the barges&lt;/b&gt;." in client.get(article.url).text

    comments.post(article, "A comment", guest_name="Gus")
    db.session.commit()
    assert "Please keep to" in client.get(article.url).text
    send("")
    assert "From the newsroom" not in client.get(article.url).text


def test_what_is_wrong_comes_back_with_what_was_typed(article, send, app, moderator):
    answer = send("x" * 501)
    assert answer.status_code == 422
    assert "x" * 501 in answer.text and "At most 500 characters" in answer.text
    assert send("Hello", state="perhaps").status_code == 422


def test_a_discussion_is_closed_and_opened_again(client, article, send):
    send(state="closed")
    assert "The discussion is closed" in client.get(article.url).text
    assert not comments.is_open(article)

    send(state="open")
    assert "The discussion is closed" not in client.get(article.url).text


def test_the_list_that_one_is_led_back_to_says_what_was_done(app, moderator, send):
    browser = signed_in(app, moderator)
    for sent, said in (
        ({"state": "closed"}, "The discussion is closed."),
        ({"state": "open"}, "The discussion takes comments."),
        ({"message": "Hello"}, "The message stands above the discussion."),
        ({"message": ""}, "There is no message above the discussion any more."),
    ):
        assert f"<span data-told>{said}</span>" in browser.get(send(**sent).location).text
    assert "data-told" not in browser.get(send().location).text, "nothing was changed"


def test_what_has_closed_by_itself_is_opened_again_and_closed_again(app, client, article, send):
    app.config["COMMENTS_CLOSE_DAYS"] = 3
    clock.advance(timedelta(days=4))
    assert not comments.is_open(article)

    send(state="open")
    assert comments.is_open(article)
    assert 'id="reply-here"' in client.get(f"{article.url}/comments").text
    send(state="closed")
    assert not comments.is_open(article)


def test_who_decided_so_is_in_the_log(article, send, moderator, app):
    send("Hello", state="closed")

    acts = db.session.scalars(select(LogEntry.act).where(LogEntry.by_id == moderator.id).order_by(LogEntry.id)).all()
    assert acts == ["story.message", "story.close"]
    assert "closed the discussion of" in signed_in(app, moderator).get("/desk/log").text


def test_a_story_that_is_not_there_is_a_404(app, moderator):
    assert signed_in(app, moderator).get("/desk/comments/stories/99").status_code == 404


def test_the_rules_stand_over_the_form_and_not_over_an_edit(app, client, site, article, reader):
    form = f"{article.url}/comments/new"
    assert "The rules in short" not in client.get(form).text
    site.set(comment_rules="Keep to the story.\n\n<i>No</i> boats.")
    db.session.commit()

    text = client.get(form).text
    assert text.count("<li dir") == 2 and "&lt;i&gt;No&lt;/i&gt; boats." in text
    mine = comments.post(article, "Mine", account=reader)
    db.session.commit()
    assert "The rules in short" not in signed_in(app, reader).get(f"/comments/{mine.id}/edit").text


def test_an_editor_keeps_the_rules_and_a_moderator_reads_them(app, client, article, editor, moderator):
    browser, form = signed_in(app, editor), f"{article.url}/comments/new"
    answer = browser.post("/desk/rules", data={"rules": " Keep to  the story. \n\nلا إعلانات <b>\n"})
    assert answer.status_code == 303 and "The rules are kept." in browser.get(answer.location).text
    text = client.get(form).text
    assert text.count("<li dir") == 2 and "Keep to the story." in text and "لا إعلانات &lt;b&gt;" in text
    assert "the rules for comments" in browser.get("/desk/log").text

    other = signed_in(app, moderator)
    assert "Keep to the story." in other.get("/desk/rules").text and "<textarea" not in other.get("/desk/rules").text
    assert other.post("/desk/rules", data={"rules": ""}).status_code == 403

    browser.post("/desk/rules", data={"rules": ""})
    assert "The rules in short" not in client.get(form).text


@pytest.mark.parametrize("rules", ["x" * 1001, "\n".join("abcdefghijk")])
def test_too_many_rules_come_back_with_every_word(app, editor, rules):
    answer = signed_in(app, editor).post("/desk/rules", data={"rules": rules})
    assert answer.status_code == 422 and rules in answer.text and "The rules are as they were." in answer.text


def test_the_storys_list_says_whether_it_takes_comments_and_the_way_back_is_where_one_came_from(
    app, moderator, article, send
):
    browser = signed_in(app, moderator)
    shown = browser.get(f"/desk/comments?tab=reported&article={article.id}").text
    assert "The discussion is open" in shown and f"/desk/comments/stories/{article.id}?tab=reported" in shown
    form = browser.get(f"/desk/comments/stories/{article.id}?tab=reported").text
    assert '<input type="hidden" name="tab" value="reported">' in form

    for tab, leads in (("reported", "reported"), ("nonsense", "waiting")):
        answer = browser.post(
            f"/desk/comments/stories/{article.id}", data={"state": "closed", "message": "", "tab": tab}
        )
        assert answer.headers["Location"].startswith(f"/desk/comments?tab={leads}&article={article.id}")
    assert "The discussion is closed" in browser.get(f"/desk/comments?article={article.id}").text
