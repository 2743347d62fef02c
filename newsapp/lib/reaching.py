"""Asking an address on the web once, on behalf of somebody who typed it: never one that is not public.

The name is resolved first, every address that it has is looked at, and the connection goes to the one that was looked
at, so that a name cannot mean something else a moment later. Each redirect is looked at in the same way. Time, size
and the number of redirects are bounded. Whoever calls this holds no transaction open.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

MOST_SECONDS = 8.0
MOST_REDIRECTS = 4
MOST_BYTES = 16_384  # of the head of an answer; its body is not read
AGENT = "NewsroomSourceCheck/1.0"
PORTS = {"http": 80, "https": 443}
NO_HOST = "There is no such host."
_IN_ADDRESSES = "/%:?#[]@!$&'()*+,;=~-._"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class Reached:
    """What came of asking."""

    state: str  # ok, moved, front page (where a page of its own was asked for), gone, refuses, unreachable, not public
    status: int = 0
    address: str = ""  # where it ended
    why: str = ""


class NotPublic(Exception):
    """An address that is nobody's but a network's own."""


def resolve(host: str, port: int) -> list[str]:
    """Give the addresses of a host."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet, whatever it is wrapped in."""
    found: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def reach(url: str, resolver: Resolver | None = None, allowed: Callable[[str], bool] = is_public) -> Reached:
    """Ask ``url`` once, and go where it leads.

    ``resolver`` and ``allowed`` are for tests with a server of their own.
    """
    ends_at, here = time.monotonic() + MOST_SECONDS, url
    has_moved = False
    for _ in range(MOST_REDIRECTS + 1):
        try:
            status, onward = _ask(here, resolver or resolve, allowed, ends_at)
        except NotPublic:
            return Reached("not public", 0, here, "It is not an address of the open web.")
        except (OSError, ValueError) as fault:
            return Reached("unreachable", 0, here, _why(fault))
        if status in (301, 302, 303, 307, 308) and onward:
            has_moved = has_moved or status in (301, 308)
            here = urljoin(here, onward)
            continue
        if status in (404, 410):
            return Reached("gone", status, here)
        if status in (401, 403, 429, 451, 999):
            return Reached("refuses", status, here)
        if status >= 400:
            return Reached("unreachable", status, here)
        if _is_front(here) and not _is_front(url):
            return Reached("front page", status, here)
        return Reached("moved" if has_moved else "ok", status, here)
    return Reached("unreachable", 0, here, "It leads on and on.")


def _why(fault: Exception) -> str:
    """Give a failure in words, for who wants to know what to do about it."""
    for kind, says in (
        (TimeoutError, "It did not answer in time."),
        (socket.gaierror, NO_HOST),
        (ssl.SSLCertVerificationError, "Its certificate does not hold."),
        (ssl.SSLError, "It speaks no TLS that is safe."),
        (ConnectionRefusedError, "It refused the connection."),
        (OSError, "The connection broke."),
        (UnicodeError, "It is not written as an address can be."),
    ):
        if isinstance(fault, kind):
            return says
    return "What answered is no server of the web."


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _on_the_wire(text: str) -> str:
    """Write a part of an address as servers are sent it: what is not ASCII as percent signs, the rest as it is."""
    return text if text.isascii() else quote(text, safe=_IN_ADDRESSES)


def _ask(url: str, resolver: Resolver, allowed: Callable[[str], bool], ends_at: float) -> tuple[int, str]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in PORTS or not host or parts.username is not None or any(c <= " " for c in url):
        raise NotPublic(url)
    port = parts.port or PORTS[parts.scheme]
    host = host if host.isascii() else host.encode("idna").decode("ascii")
    found = resolver(host, port)
    if not found or not all(allowed(address) for address in found):  # one bad address among good ones is a trick
        raise NotPublic(url)
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    raw = socket.create_connection((found[0], port), timeout=left)
    try:
        if parts.scheme == "https":
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
        path = _on_the_wire((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        name = f"[{host}]" if ":" in host else host
        name += f":{parts.port}" if parts.port else ""
        asked = (
            f"GET {path} HTTP/1.1\r\nHost: {name}\r\nUser-Agent: {AGENT}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        )
        raw.sendall(asked.encode("ascii", "strict"))
        return _head(raw, ends_at)
    finally:
        raw.close()


def _head(raw: socket.socket, ends_at: float) -> tuple[int, str]:
    """Read the head of an answer, and no more; a server that says a letter a second does not hold us."""
    said = b""
    while b"\r\n\r\n" not in said:
        left = ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        raw.settimeout(left)
        more = raw.recv(4096)
        said += more
        if not more or len(said) > MOST_BYTES:
            break
    first, *lines = said.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    if not version.startswith("HTTP/") or not rest[:3].isdigit():
        raise ValueError("no answer of the web")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    onward = headers.get("location", "")
    return int(rest[:3]), onward if onward.isascii() else quote(onward.encode("latin-1"), safe=_IN_ADDRESSES)
