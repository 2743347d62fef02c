"""A real mail server for the tests: it takes what it is sent, or says what the test wants it to."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.servers import free_port


class MailServer:
    """Keeps the letters that it took, in ``letters``."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.signed_in: list[tuple[bytes, bytes]] = []
        self.was_secured: list[bool] = []  # whether the line was, for each letter
        self.says_to: Callable[[str], str] = lambda to: "250 OK"
        self.says = "250 OK"
        self.waits = 0.0  # seconds before it answers to a letter

    async def handle_RCPT(self, server, session, envelope, address, options):  # type: ignore[no-untyped-def]
        said = self.says_to(address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]
        self.was_secured.append(server.transport.get_extra_info("ssl_object") is not None)
        letters, envelopes = self.letters, self.envelopes  # what is answered late is none of the next test's
        if self.waits:
            time.sleep(self.waits)  # it keeps everybody waiting
        if self.says.startswith("250"):
            letters.append(message_from_bytes(envelope.content, policy=policy.default))
            envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return self.says

    def check(self, server, session, envelope, mechanism, data):  # type: ignore[no-untyped-def]
        self.signed_in.append((data.login, data.password))
        return AuthResult(success=data.password == b"right/one", handled=False)


@contextmanager
def mail_server(
    *, asks_who: bool = False, secured: ssl.SSLContext | None = None, from_the_first: bool = False
) -> Iterator[tuple[MailServer, str]]:
    """Run a mail server and give it with its address.

    ``secured``: it offers STARTTLS and takes nothing on an open line or, ``from_the_first``, speaks TLS alone (smtps).
    """
    server = MailServer()
    port = free_port()
    further: dict[str, object] = {"authenticator": server.check, "auth_require_tls": False} if asks_who else {}
    if secured and from_the_first:
        further |= {"ssl_context": secured}
    elif secured:
        further |= {"tls_context": secured, "require_starttls": True}
    controller = Controller(server, enable_SMTPUTF8=False, hostname="127.0.0.1", port=port, **further)
    controller.start()
    try:
        yield server, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
