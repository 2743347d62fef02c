"""Mail addresses, as people type them and as they are kept."""

from __future__ import annotations

import re

MAX_LENGTH = 254  # characters; RFC 5321, section 4.5.3.1.3
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})")


def normalise(address: str) -> str:
    """Give a mail address as it is kept, so that one mailbox has one: lower case, the domain in its ASCII form.

    Raises:
        ValueError: it is none; the message is for who typed it.
    """
    local, at, domain = address.strip().lower().rpartition("@")
    try:
        domain = domain.rstrip(".").encode("idna").decode("ascii") if at else ""
    except UnicodeError:
        domain = ""
    whole = f"{local}@{domain}"
    if not _LOCAL.fullmatch(local) or len(local) > 64 or not _DOMAIN.fullmatch(domain) or len(whole) > MAX_LENGTH:
        raise ValueError("Write a mail address like name@example.org.")
    return whole


_DOTS_SAY_NOTHING = {"gmail.com", "googlemail.com"}  # Source: support.google.com/mail/answer/7436150


def mailbox(address: str) -> str:
    """Give the mailbox behind an address, for telling people apart: who owns one can invent addresses without end.

    ``ada+news@example.org`` is ``ada@example.org`` and, at Google, ``a.da@gmail.com`` is ``ada@gmail.com``. Letters still go
    to the address as it was typed.
    """
    local, at, domain = address.strip().lower().rpartition("@")
    if not local:  # a whole domain, or no address
        return local + at + domain
    bare = local.partition("+")[0] or local
    if domain in _DOTS_SAY_NOTHING:
        bare, domain = bare.replace(".", "") or bare, "gmail.com"
    return f"{bare}@{domain}"
