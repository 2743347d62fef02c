"""Who takes a letter from here: a mail server, or a folder where there is none."""

from __future__ import annotations

import os
import re
import smtplib
import socket
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import unquote, urlsplit

TIMEOUT = 20.0  # seconds for each answer of the server
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Refused(Exception):
    """The server will never take this letter; the message says why."""


class NotNow(Exception):
    """The server does not take this letter now, and may later."""


class Unreachable(NotNow):
    """There is no server to talk to, or it does not let us in: no other letter leaves either."""


class Unsure(Unreachable):
    """The line broke after the letter was handed over and before the server said that it has it."""


class Carrier(Protocol):
    """Takes letters, one after the other, between ``with`` and its end."""

    def __enter__(self) -> Self: ...

    def carry(self, message: EmailMessage, sender: str, to: str, name: str) -> None:
        """Take one letter. ``name`` is one that a file may have.

        Raises:
            Refused, NotNow, Unreachable: it was not taken.
            Unsure: nobody knows.
        """

    def __exit__(self, *_: object) -> None: ...


class Folder:
    """Writes each letter to a file, readable by its owner only: it may hold a link that opens an account."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        return self

    def carry(self, message: EmailMessage, sender: str, to: str, name: str) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = self.path / f".{name}"
            unfinished.touch(mode=0o600)
            unfinished.write_bytes(message.as_bytes())
            unfinished.rename(self.path / f"{name}.eml")
        except OSError as why:
            raise Unreachable(f"{self.path}: {os.strerror(why.errno or 0)}") from None

    def __exit__(self, *_: object) -> None:
        pass


class _Careful(smtplib.SMTP):
    """Remembers whether a letter was handed over and not yet answered."""

    is_handing_over = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.putcmd("data")
        code, said = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, said)
        lines = msg if isinstance(msg, bytes) else msg.encode("ascii")
        lines = re.sub(rb"\r\n|\n|\r", b"\r\n", lines)
        lines = re.sub(rb"(?m)^\.", b"..", lines)  # Source: RFC 5321, section 4.5.2
        if not lines.endswith(b"\r\n"):
            lines += b"\r\n"
        self.send(lines)
        self.is_handing_over = True  # from the last dot on the server may have it
        self.send(b".\r\n")
        answer = self.getreply()
        self.is_handing_over = False
        return answer


class _CarefulFromTheFirst(_Careful, smtplib.SMTP_SSL):
    """The same on a line that is secured from its first byte."""


class Smtp:
    """A mail server at ``smtp://``, ``smtp+starttls://`` or ``smtps://``.

    With ``smtp:`` the line is secured where the server offers it; a password is never said on an open line, unless
    the server is on this machine.
    """

    def __init__(self, url: str, timeout: float = TIMEOUT) -> None:
        parts = urlsplit(url)
        self._scheme = parts.scheme
        self._host = parts.hostname or "localhost"
        self._port = parts.port or {"smtps": 465, "smtp+starttls": 587}.get(parts.scheme, 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._timeout = timeout
        self._server: _Careful | None = None

    def __repr__(self) -> str:
        return f"Smtp({self._scheme}://{self._host}:{self._port})"  # never the password

    def __enter__(self) -> Self:
        return self

    def carry(self, message: EmailMessage, sender: str, to: str, name: str) -> None:
        try:
            if self._server is None:
                self._server = self._connect()
            self._server.send_message(message, sender, [to])
        except smtplib.SMTPRecipientsRefused as why:
            code, said = next(iter(why.recipients.values()))
            raise self._refusal(code, said) from None
        except (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError) as why:
            self._hang_up()
            raise Unreachable(_words(why.smtp_code, why.smtp_error)) from None
        except smtplib.SMTPResponseException as why:
            raise self._refusal(why.smtp_code, why.smtp_error) from None
        except (smtplib.SMTPException, OSError) as why:
            was_handed_over = self._server is not None and self._server.is_handing_over
            self._hang_up()
            raise (Unsure if was_handed_over else Unreachable)(f"{type(why).__name__}: {why}"[:300]) from None

    def _connect(self) -> _Careful:
        secure = ssl.create_default_context()
        server: _Careful
        if self._scheme == "smtps":
            server = _CarefulFromTheFirst(self._host, self._port, timeout=self._timeout, context=secure)
        else:
            server = _Careful(self._host, self._port, timeout=self._timeout)
        try:
            # The last dot is sent by itself; without this it would wait 40 ms for the server to have noted the rest.
            if server.sock is not None:
                server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.ehlo()
            must_be_secure = self._scheme == "smtp+starttls" or (self._password and self._host not in LOOPBACK)
            if self._scheme != "smtps" and (must_be_secure or server.has_extn("starttls")):
                server.starttls(context=secure)
                server.ehlo()
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _refusal(self, code: int, said: bytes | str) -> Exception:
        if code == 421:  # the server closes the line
            self._hang_up()
            return Unreachable(_words(code, said))
        return Refused(_words(code, said)) if 500 <= code < 600 else NotNow(_words(code, said))

    def _hang_up(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            try:
                self._server.quit()
            except (smtplib.SMTPException, OSError):
                self._server.close()
            self._server = None


def _words(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"[:300]
