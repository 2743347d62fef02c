"""The discussion under one story: what the newsroom says above it, and whether it takes comments."""

from __future__ import annotations

from flask import Response, redirect, request
from wtforms import RadioField, SelectChoice, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import InputRequired

from newsapp import comments
from newsapp.articles import Article
from newsapp.comments import Thread
from newsapp.comments.checks import closes_at
from newsapp.db import db
from newsapp.desk.comments import with_told
from newsapp.desk.frame import bp, me
from newsapp.desk.queue import TABS
from newsapp.lib import clock
from newsapp.lib.forms import AtMost, Form, stripped
from newsapp.lib.web import page

MAX_MESSAGE = 500  # characters
CHOICES = {
    "open": "It takes comments", "read": "It takes comments, and a moderator reads each of them first",
    "closed": "It takes no more comments",
}  # fmt: skip


class DiscussionForm(Form):
    """What the newsroom decides about one discussion."""

    message = TextAreaField(
        "Message above the discussion",
        [AtMost(MAX_MESSAGE)],
        [stripped],
    )
    state = RadioField(
        "The discussion",
        [InputRequired("Choose whether it takes comments.")],
        choices=[SelectChoice(key, words) for key, words in CHOICES.items()],
    )


@bp.get("/comments/stories/<int(max=2147483647):article_id>")
def discussion(article_id: int):
    story = db.get_or_404(Article, article_id)
    thread = db.session.get(Thread, story.id)
    state = "closed" if not comments.is_open(story) else "read" if thread and thread.read_first_at else "open"
    return _show(story, DiscussionForm(formdata=None, message=thread.message if thread else "", state=state))


@bp.post("/comments/stories/<int(max=2147483647):article_id>")
def decide_discussion(article_id: int):
    """Say something above a discussion, close it, or open it again however old its story is."""
    story, form = db.get_or_404(Article, article_id), DiscussionForm()
    if not form.validate():
        return _show(story, form, 422)
    thread = Thread.under(story)
    done = ""
    if (form.message.data or "") != thread.message:
        thread.say(form.message.data or "", me())
        done = "said" if form.message.data else "unsaid"
    is_open = comments.is_open(story)
    if form.state.data == "closed" and is_open:
        story.close_comments(me())
        thread.let_close(me())
        done = "closed"
    elif form.state.data != "closed" and not is_open:
        story.open_comments()
        thread.keep_open(me())
        done = "opened"
    if form.state.data == "read" and thread.read_first_at is None:
        thread.read_first(me())
        done = "read"
    elif form.state.data == "open" and thread.read_first_at is not None:
        thread.read_after(me())
        done = done or "unread"
    db.session.commit()
    return redirect(with_told(f"/desk/comments?tab={_tab()}&article={story.id}", done), 303)


def _tab() -> str:
    """Give the list that one came from, and leads back to."""
    asked = request.values.get("tab", "")
    return asked if asked in TABS else "waiting"


def _show(story: Article, form: DiscussionForm, status: int = 200) -> Response:
    ends = closes_at(story)
    return page(
        "desk/discussion.html", fragment="discussion", status=status, article=story, form=form, tab=_tab(),
        is_of_section=comments.read_first(story) == "section", ends=ends if ends and ends > clock.now() else None,
    )  # fmt: skip
