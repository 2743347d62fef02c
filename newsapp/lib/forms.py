"""Forms: what every form of ours has in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import TextAreaField, ValidationError

from newsapp.lib.addresses import normalise
from newsapp.lib.markup import tidy


class Form(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A form without a token of its own: who may send is decided before any view (``web.py``).

    Its template prints ``{{ token() }}``, which is there only for somebody signed in.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf = False

        def render_field(self, field: Any, render_kw: dict[str, Any]) -> Any:
            """Print a field. A text area says how much it takes (limits.js), where ``maxlength`` would cut off what is pasted."""
            most = field.flags.maxlength
            if most and isinstance(field, TextAreaField) and "data-guide" not in render_kw:
                render_kw = {**render_kw, "maxlength": False, "data-most": most}
            return super().render_field(field, render_kw)

    @property
    def faults(self) -> list[tuple[Any, str]]:
        """Give each field that something is wrong with, and what: for the summary above the form."""
        return [(field, field.errors[0]) for field in self if field.errors]


class AtMost:
    """Checks that a text has at most so many characters. A line's end, which browsers send as two, counts as one, as they count it."""

    def __init__(self, characters: int) -> None:
        self._most = characters
        self.field_flags = {"maxlength": characters}

    def __call__(self, form: Any, field: Any) -> None:
        if field.data:
            field.data = field.data.replace("\r\n", "\n")
        if len(field.data or "") > self._most:
            raise ValidationError(f"At most {self._most:,} characters; these are {len(field.data):,}.")


class MailAddress:
    """Checks that a field holds a mail address, and keeps it as it is stored."""

    def __call__(self, form: Any, field: Any) -> None:
        try:
            field.data = normalise(field.data or "")
        except ValueError as why:
            raise ValidationError(str(why)) from None


def plain(text: str | None) -> str:
    """Take out what no database keeps, and the space round what was typed (a filter for fields)."""
    return tidy(text or "").strip()


def stripped(text: str | None) -> str:
    """Take the space round what was typed (a filter for fields)."""
    return (text or "").strip()


Check = Callable[[Any, Any], None]
