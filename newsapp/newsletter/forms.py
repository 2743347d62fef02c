"""What a reader may send to subscribe."""

from __future__ import annotations

from wtforms import HiddenField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, ValidationError

from newsapp.lib.forms import Form, MailAddress, plain
from newsapp.newsletter.subscribers import FORMS, offers


class SignUpForm(Form):
    """An address and what is wanted. ``website`` is a field that people do not see.

    The forms stand in pages that are kept, so no time is signed into them.
    """

    email = StringField(
        "Email address", [InputRequired("Write your email address."), MailAddress()], [plain], id="nl-email"
    )
    newsletter = SelectMultipleField("Newsletters", coerce=int, validate_choice=False, id="nl-which")
    source = HiddenField(filters=[plain])
    website = StringField("Leave this field empty", id="nl-website")

    def validate_newsletter(self, field: SelectMultipleField) -> None:
        known = [one.id for one in offers()]
        field.data = [one for one in field.data or [] if one in known]
        if not field.data:
            raise ValidationError("Choose a newsletter.")

    @property
    def where(self) -> str:
        return self.source.data if self.source.data in FORMS else "page"
