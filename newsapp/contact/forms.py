"""What a reader may send."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, RadioField, SelectChoice, StringField, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Optional, ValidationError

from newsapp.contact.messages import LONGEST_NAME, LONGEST_SUBJECT, MOST
from newsapp.contact.models import MAX_QUOTE, MAX_WORDS
from newsapp.lib.forms import AtMost, Form, MailAddress, plain
from newsapp.lib.openedform import opened_now, seconds_since

SALT = "newsapp.contact-form"
LEAST_SECONDS = 3  # between the form's opening and its sending


class TrappedForm(Form):
    """A form that tells machines from people: ``opened`` says, signed, when it was made; ``website`` people do not see."""

    website = StringField("Leave this field empty")
    opened = HiddenField()

    @property
    def finding(self) -> str:
        """Say why a machine has probably filled it in; nothing where it looks like a person's."""
        if self.website.data:
            return "trap"
        seconds = seconds_since(SALT, self.opened.data)
        if seconds is None:
            return "opened"
        return "speed" if seconds < LEAST_SECONDS else ""


class ErrorForm(TrappedForm):
    """An error in a story."""

    quote = TextAreaField(
        "Which words are wrong?",
        [AtMost(MAX_QUOTE)],
        [plain],
    )
    words = TextAreaField(
        "What is wrong with them?", [DataRequired("Write what is wrong."), AtMost(MAX_WORDS)], [plain]
    )
    email = StringField("Your email address, to be told what becomes of it", [Optional(), MailAddress()], [plain])


class MessageForm(TrappedForm):
    """A message to a role of the newsroom; only roles that have an address can be chosen."""

    to = RadioField("Who is to read it?", validate_choice=False)
    name = StringField("Your name", [AtMost(LONGEST_NAME)], [plain])
    email = StringField("Your email address, to be answered", [Optional(), MailAddress()], [plain])
    subject = StringField("Subject", [AtMost(LONGEST_SUBJECT)], [plain])
    words = TextAreaField("Your message", [DataRequired("Write your message."), AtMost(MOST)], [plain])

    def __init__(self, choices: dict[str, str], **named: Any) -> None:
        super().__init__(**named)
        self.roles = choices
        self.to.choices = [SelectChoice(role, label) for role, label in choices.items()]

    def validate_to(self, field: RadioField) -> None:
        if field.data not in self.roles:
            raise ValidationError("Choose who is to read it.")


def opened() -> str:
    """Give the signed field that says when the form was opened."""
    return opened_now(SALT)
