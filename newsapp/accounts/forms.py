from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, PasswordField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired

from newsapp.accounts import passwords
from newsapp.accounts.models import BIO_LENGTH, NAME_LENGTH, USERNAME, Account, is_taken
from newsapp.db import db
from newsapp.lib.forms import AtMost, Form, MailAddress, stripped


def needed(what: str) -> DataRequired:
    return DataRequired(f"Write {what}.")


class NewPassword:
    """Checks a password that somebody wants to take; ``near`` are the fields with names that it must not be."""

    def __init__(self, *near: str) -> None:
        self._near = near

    def __call__(self, form: Any, field: Any) -> None:
        fault = passwords.fault(field.data or "", *(form[name].data or "" for name in self._near if name in form))
        if fault:
            raise ValidationError(fault)


class SignInForm(Form):
    identifier: Any = StringField("Username or email address", [needed("your username or email address")], [stripped])
    password: Any = PasswordField("Password", [needed("your password")])
    remember: Any = BooleanField("Remember me")
    next: Any = HiddenField()


class CodeForm(Form):
    code: Any = StringField("Code", [needed("the code"), AtMost(30)], [stripped])
    state: Any = HiddenField()


class RegisterForm(Form):
    name: Any = StringField(
        "Your name", [needed("the name that stands beside your comments"), AtMost(NAME_LENGTH)], [stripped]
    )
    username: Any = StringField("Username", [needed("a username")], [lambda text: stripped(text).lower()])
    email: Any = StringField("Email address", [needed("your email address"), MailAddress()], [stripped])
    password: Any = PasswordField("Password", [needed("a password"), NewPassword("name", "username", "email")])
    consent: Any = BooleanField(
        "consent", [DataRequired("Tick the box if you agree. Without it there can be no account.")]
    )
    next: Any = HiddenField()

    def validate_username(self, field: Any) -> None:
        check_username(field.data)


def check_username(username: str) -> None:
    """Check a username that somebody wants to take.

    Raises:
        ValidationError: it cannot be had; the message is for who typed it.
    """
    if not USERNAME.fullmatch(username):
        raise ValidationError("Take 3 to 30 letters (a to z), digits, hyphens or underscores.")
    taken = is_taken(username)
    db.session.rollback()  # the password is hashed next, and nothing may be locked then
    if taken:
        raise ValidationError("Somebody has this username. Take another.")


class UsernameForm(Form):
    """Asked for where the username was taken between the registration and its confirmation."""

    username: Any = StringField("Username", [needed("a username")], [lambda text: stripped(text).lower()])

    def validate_username(self, field: Any) -> None:
        check_username(field.data)


class AddressForm(Form):
    email: Any = StringField("Email address", [needed("your email address"), MailAddress()], [stripped])

    @property
    def mailbox(self) -> str:
        return str(self.email.data)


class LostPasswordForm(Form):
    """Whose password is lost: a mail address, or the username of an account."""

    identifier: Any = StringField("Username or email address", [needed("your username or email address")], [stripped])

    def validate_identifier(self, field: StringField) -> None:
        if "@" in (field.data or ""):
            MailAddress()(self, field)

    @property
    def mailbox(self) -> str:
        """The address to write to; of an unknown username one that nobody has, so that the work is the same."""
        typed = str(self.identifier.data)
        if "@" in typed:
            return typed
        account = db.session.scalar(Account.known_as(typed))
        return account.email if account else f"{typed.lower()}@nobody.invalid"


class LinkForm(LostPasswordForm):
    """Who wants a link that signs them in, and where it is to lead."""

    next: Any = HiddenField()


class ResetForm(Form):
    password: Any = PasswordField("New password", [needed("a password"), NewPassword()])


class ProfileForm(Form):
    name: Any = StringField("Your name", [needed("your name"), AtMost(NAME_LENGTH)], [stripped])
    bio: Any = TextAreaField("About you", [AtMost(BIO_LENGTH)], [stripped])


class PasswordForm(Form):
    current: Any = PasswordField("Your password now", [needed("the password that you have now")])
    password: Any = PasswordField("New password", [needed("a password"), NewPassword()])

    def validate_password(self, field: Any) -> None:
        if field.data and field.data == self.current.data:
            raise ValidationError("That is the password that you have now. Choose another.")


class EmailForm(Form):
    email: Any = StringField("New email address", [needed("the new address"), MailAddress()], [stripped])
    current: Any = PasswordField("Your password", [needed("your password")])


class ProofForm(Form):
    """Asks for the password once more, before something that cannot be taken back."""

    current: Any = PasswordField("Your password", [needed("your password")])


class DeleteForm(ProofForm):
    comments: Any = StringField("Your comments")


class SetUpForm(Form):
    code: Any = StringField("Code from the phone", [needed("the code that the phone shows"), AtMost(30)], [stripped])
    current: Any = PasswordField("Your password", [needed("your password")])
    state: Any = HiddenField()
