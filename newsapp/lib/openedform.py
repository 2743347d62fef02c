"""The signed field that says when a form was opened: who sends one within a moment is no person."""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from newsapp.lib import clock

FORM_LASTS = 24 * 3600  # seconds


def opened_now(salt: str) -> str:
    """Give the field's value for a form that is being opened."""
    signed = _signer(salt).dumps(round(clock.timestamp(), 1))
    return signed if isinstance(signed, str) else signed.decode()


def seconds_since(salt: str, value: str | None) -> float | None:
    """Give how long ago the form was opened; nothing where that cannot be told."""
    try:
        at = float(_signer(salt).loads(value or ""))
    except (BadData, TypeError, ValueError):
        return None
    seconds = clock.timestamp() - at
    return seconds if 0 <= seconds <= FORM_LASTS else None


def _signer(salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=salt)
