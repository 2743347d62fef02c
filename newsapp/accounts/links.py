"""The links in our letters: signed, for one purpose, for a while, and dead as soon as what they rest on has changed."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from newsapp.lib import clock


class _Signer(TimestampSigner):
    def get_timestamp(self) -> int:
        return int(clock.timestamp())


def sign(purpose: str, data: dict[str, Any], rests_on: object = "") -> str:
    """Give a token for ``purpose``. It counts only while ``rests_on`` (a password's hash, say) is what it is now."""
    return _serializer(purpose).dumps({**data, "_": _digest(rests_on)})


def read(purpose: str, token: str, within: timedelta | None) -> dict[str, Any] | None:
    """Give what a token says, where it is ours, for this purpose and not too old. See also ``still_rests_on()``.

    ``within`` is ``None`` for a token that counts for ever.
    """
    try:
        data = _serializer(purpose).loads(token, max_age=int(within.total_seconds()) if within else None)
    except BadData:
        return None
    return data if isinstance(data, dict) else None


def still_rests_on(data: dict[str, Any], rests_on: object) -> bool:
    """Tell whether what the token was made for is unchanged."""
    return bool(data.get("_") == _digest(rests_on))


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"newsapp.{purpose}", signer=_Signer)


def _digest(rests_on: object) -> str:
    return hashlib.sha256(repr(rests_on).encode()).hexdigest()[:16]
