"""What a reader may send."""

from __future__ import annotations

import unicodedata

from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, StringField, TextAreaField, ValidationError  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Optional

from newsapp.comments.models import MAX_LENGTH
from newsapp.comments.reports import MAX_WORDS, REASONS
from newsapp.lib import openedform
from newsapp.lib.forms import AtMost, Form, MailAddress, stripped

NAME_LENGTH = 60  # characters
SALT = "newsapp.comment-form"


class CommentForm(Form):
    """A comment by somebody who is signed in."""

    parent_id = HiddenField()
    body = TextAreaField("Comment", [InputRequired("Write something first."), AtMost(MAX_LENGTH)])

    @property
    def words_sent(self) -> str:
        return self.body.data or ""


class GuestForm(CommentForm):
    """A comment by a guest. ``opened`` says, signed, when the form was made; ``website`` is a field that people do not see."""

    name = StringField(
        "Name", [InputRequired("Write the name that readers will see."), AtMost(NAME_LENGTH)], [stripped]
    )
    email = StringField("Email", [InputRequired("Write your email address."), MailAddress()], [stripped])
    remember = BooleanField("Remember my name and address on this browser")
    replies = BooleanField("Tell me of replies by email")
    website = StringField("Leave this field empty")
    opened = HiddenField()

    def validate_name(self, field: StringField) -> None:
        field.data = " ".join(unicodedata.normalize("NFC", field.data or "").split())
        if not any(c.isalnum() for c in field.data):
            raise ValidationError("Write the name that readers will see.")
        if any(
            unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn") and c not in "\u200c\u200d" for c in field.data
        ):
            raise ValidationError("The name has characters that cannot be shown.")

    @property
    def seconds(self) -> float | None:
        """Give how long ago the form was opened; nothing where that cannot be told."""
        return openedform.seconds_since(SALT, self.opened.data)


class ReportForm(Form):
    """What is wrong with a comment."""

    reason = RadioField(
        "What is wrong with it?",
        [InputRequired("Choose what is wrong with it.")],
        choices=[SelectChoice(key, words) for key, words in REASONS.items()],
    )
    words = TextAreaField("In your own words", [AtMost(MAX_WORDS)], [stripped])
    law = StringField("Which law it breaks, if you know", [AtMost(200)], [stripped])
    email = StringField("Your email address, to be told what becomes of it", [Optional(), MailAddress()], [stripped])


class ClaimForm(Form):
    """Another address with which somebody has commented as a guest."""

    email = StringField("Another address", [InputRequired("Write the address."), MailAddress()], [stripped])


class AppealForm(Form):
    """What an author says against a decision."""

    words = TextAreaField(
        "Why should it appear?",
        [InputRequired("Write why the comment should appear."), AtMost(MAX_WORDS)],
        [stripped],
    )


def opened_now() -> str:
    """Give the signed field that says when a form was opened."""
    return openedform.opened_now(SALT)
