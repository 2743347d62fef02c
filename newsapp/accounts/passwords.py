"""Passwords: hashed slowly, one at a time, and never while the database is locked."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from flask import abort

from newsapp.db import db

MIN_LENGTH = 10  # characters
MAX_LENGTH = 256
WAIT = 20.0  # seconds that a hash waits for those before it
# What everybody tries first and is long enough for the rule above.
COMMON = {
    "1234567890", "0123456789", "12345678910", "123456789a", "password12", "password123", "password1234", "passwordpassword",
    "qwertyuiop", "qwerty12345", "qwertyuiop123", "1q2w3e4r5t", "iloveyou12", "letmein123", "welcome123", "football123",
    "administrator", "changeme123", "abcdefghij", "aaaaaaaaaa", "1111111111", "0000000000", "princess123", "sunshine123",
}  # fmt: skip
# 19 MiB, two passes, one lane: what OWASP's password storage cheat sheet asks of Argon2id at least.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_one_at_a_time = threading.Semaphore(1)  # a serving process has 150 MB
_NOBODYS = _hasher.hash("the password of nobody")


def hashed(password: str) -> str:
    """Hash a password: 19 MiB and some 30 ms, so nothing may be locked meanwhile."""
    _must_be_unlocked()
    with _Turn():
        return _hasher.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Tell whether ``password`` has this hash. Where there is none, it takes as long and the answer is no."""
    _must_be_unlocked()
    with _Turn():
        try:
            return _hasher.verify(password_hash or _NOBODYS, password) and password_hash is not None
        except (Argon2Error, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Tell whether it was hashed with less care than we take now."""
    return _hasher.check_needs_rehash(password_hash)


def fault(password: str, *near: str) -> str | None:
    """Say why a password is not to be taken; ``near`` are the names of its owner."""
    if len(password) < MIN_LENGTH:
        return f"Take at least {MIN_LENGTH} characters. A few words in a row are easy to remember."
    if len(password) > MAX_LENGTH:
        return f"Take at most {MAX_LENGTH} characters."
    if password.lower() in COMMON or len(set(password)) < 4:
        return "That is among the first that anybody would try. Take another."
    if password.lower() in {name.lower() for name in near}:
        return "Do not take your own name or address."
    return None


class _Turn:
    def __enter__(self) -> None:
        if not _one_at_a_time.acquire(timeout=WAIT):
            abort(503)

    def __exit__(self, *_: object) -> None:
        _one_at_a_time.release()


def _must_be_unlocked() -> None:
    if db.session().in_transaction():
        raise RuntimeError("a password is hashed outside transactions: commit or roll back first")
