"""What a reader may send."""

from __future__ import annotations

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from newsapp.contact.models import MAX_QUOTE, MAX_WORDS
from newsapp.lib.forms import Form, MailAddress, plain
from newsapp.lib.openedform import opened_now, seconds_since

SALT = "newsapp.contact-form"
LEAST_SECONDS = 3  # between the form's opening and its sending


class ErrorForm(Form):
    """An error in a story. ``opened`` says, signed, when the form was made; ``website`` is a field that people do not see."""

    quote = TextAreaField(
        "Which words are wrong?",
        [Length(max=MAX_QUOTE, message=f"Quote at most {MAX_QUOTE} characters.")],
        [plain],
    )
    words = TextAreaField("What is wrong with them?", [InputRequired("Write what is wrong.")], [plain])
    email = StringField("Your email address, to be told what becomes of it", [Optional(), MailAddress()], [plain])
    website = StringField("Leave this field empty")
    opened = HiddenField()

    def validate_words(self, field: TextAreaField) -> None:
        # A browser sends each new line as two characters, and counts it as one.
        field.data = (field.data or "").replace("\r\n", "\n")
        if not field.data:
            raise ValidationError("Write what is wrong.")
        if len(field.data) > MAX_WORDS:
            raise ValidationError(f"Write at most {MAX_WORDS:,} characters; these are {len(field.data):,}.")

    @property
    def finding(self) -> str:
        """Say why a machine has probably filled it in; nothing where it looks like a person's."""
        if self.website.data:
            return "trap"
        seconds = seconds_since(SALT, self.opened.data)
        if seconds is None:
            return "opened"
        return "speed" if seconds < LEAST_SECONDS else ""


def opened() -> str:
    """Give the signed field that says when the form was opened."""
    return opened_now(SALT)
