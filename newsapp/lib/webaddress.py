"""Web addresses: when two of them lead to the same page."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote, urlsplit

from newsapp.lib.markup import is_web_address

# What a sender hangs on an address to follow who comes by it; it says nothing of what stands there.
_FOLLOWS_READERS = re.compile(r"(?:utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|mc_cid|mc_eid|_ga|_gl)(?:=|$)", re.I)  # fmt: skip
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_IN_PATHS = "/%:@!$&'()*+,;=~"


def host_of(address: str) -> str:
    """Give an address's host as the web's names are kept, in ASCII; what cannot be written so stays as it is."""
    host = (urlsplit(address).hostname or "").rstrip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def same_page(address: str) -> str:
    """Give what is equal for two addresses of one page, and other for any two pages; anything else stays as it is.

    http and https, ``www.``, a slash at the end, letters of the host, marks that follow readers and what a browser is
    to highlight make no difference. The rest of the query and a place on the page do.
    """
    if not is_web_address(address):
        return address
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    path = _ESCAPE.sub(lambda found: found[0].upper(), quote(parts.path, safe=_IN_PATHS)).rstrip("/")
    query = "&".join(part for part in parts.query.split("&") if part and not _FOLLOWS_READERS.match(part))
    place = parts.fragment.partition(":~:")[0]
    host = host_of(address).removeprefix("www.")
    return f"//{host}{port}{path}{'?' + query if query else ''}{'#' + place if place else ''}"


def page_key(address: str) -> str:
    """Give a short key that addresses of one page share, however long they are; nothing for nothing."""
    return hashlib.blake2b(same_page(address).encode("utf-8", "replace"), digest_size=16).hexdigest() if address else ""
