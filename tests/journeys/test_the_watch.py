"""The journeys fail on what a reader would not notice. That they would is tried here, on pages with such a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.browser import Watch

POLICY = {"Content-Security-Policy": "default-src 'none'; script-src 'self'"}


@pytest.mark.parametrize(
    ("body", "headers", "fault"),
    [
        ("<script>console.warn('careful')</script>", {}, "the console says: careful"),
        ("<script>throw new Error('broken')</script>", {}, "a script failed: broken"),
        ("<p style='color: red'>", POLICY, "the console says: Applying inline style violates"),
        ("<script>1</script>", POLICY, "the console says: Executing inline script violates"),
        ("<img src='http://elsewhere.example/' alt=''>", {}, "a request left the site: http://elsewhere.example/"),
        ("<img src='/nothing' alt=''>", {}, "the console says: Failed to load resource"),
        ("<p>", {"Set-Cookie": "id=1"}, "a GET sets a cookie: "),
    ],
    ids=["console", "script", "style", "inline script", "another host", "missing picture", "cookie"],
)
def test_the_watch_tells_of(browser, serve, body, headers, fault):
    address = serve(body, headers)
    context = browser.new_context()
    watch = Watch(context, address)

    context.new_page().goto(address)

    assert any(line.startswith(fault) for line in watch.faults()), watch.faults()
    context.close()


@pytest.fixture
def serve() -> Iterator[Callable[[str, dict[str, str]], str]]:
    """Serve one page and nothing else, and give its address."""
    servers = []

    def serve_page(body: str, headers: dict[str, str]) -> str:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path == "/" else 404)
                for name, value in {"Content-Type": "text/html", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(f"<!doctype html><link rel=icon href=data:,>{body}".encode())

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve_page

    for server in servers:
        server.shutdown()
        server.server_close()
