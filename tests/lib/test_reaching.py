"""Asking an address that somebody typed: it is asked once, and nothing within our own network ever is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from newsapp.lib import reaching
from newsapp.lib.reaching import is_public, reach


class Answers(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self):
        self.asked.append(self.path)
        code, _, onward = self.path[1:].partition("/")
        self.send_response(int(code))
        if onward:
            self.send_header("Location", onward if "://" in onward else f"/{onward}")
        self.end_headers()
        self.wfile.write(b"x")

    def log_message(self, *_):
        pass


@pytest.fixture
def server() -> Iterator[int]:
    Answers.asked = []
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def here(host: str, port: int) -> list[str]:
    """Only the resolver is stood in for: the test's own name leads to the test's own server."""
    return ["127.0.0.1"] if host == "paper.example" else reaching.resolve(host, port)


def ask(port: int, path: str) -> reaching.Reached:
    names: list[str] = []

    def resolver(host, at):
        names.append(host)
        return here(host, at)

    return reach(
        f"http://paper.example:{port}/{path}", resolver, lambda ip: names[-1] == "paper.example" or is_public(ip)
    )


@pytest.mark.parametrize(
    ("path", "state"),
    [("200", "ok"), ("301/200", "moved"), ("302/200", "ok"), ("404", "gone"), ("410", "gone"), ("403", "refuses"), ("429", "refuses"), ("500", "unreachable"), ("301/301/301/301/301/301/200", "unreachable")],
)  # fmt: skip
def test_what_a_server_answers_is_told(server, path, state):
    assert ask(server, path).state == state
    assert len(Answers.asked) <= reaching.MOST_REDIRECTS + 1


@pytest.mark.parametrize("onward", ["http://169.254.169.254/latest/", "http://127.0.0.1:{port}/200", "http://[::1]/", "file:///etc/passwd"])  # fmt: skip
def test_no_redirect_leads_into_our_own_network(server, onward):
    found = ask(server, f"302/{onward.format(port=server)}")
    assert found.state == "not public" and len(Answers.asked) == 1


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "localhost", "10.0.0.1",
     "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1"],
)  # fmt: skip
def test_nothing_within_our_own_network_is_asked_however_it_is_written(server, monkeypatch, host):
    monkeypatch.setattr(reaching.socket, "create_connection", lambda *_, **__: pytest.fail("it was asked"))
    assert reach(f"http://{host}:{server}/200").state == "not public"


def test_a_name_that_leads_into_our_own_network_is_not_asked(server):
    assert reach(f"http://paper.example:{server}/200", lambda *_: ["127.0.0.1"]).state == "not public"
    assert reach(f"http://paper.example:{server}/200", lambda *_: ["93.184.215.14", "127.0.0.1"]).state == "not public"
    assert Answers.asked == []


def test_what_does_not_answer_is_unreachable(server, monkeypatch):
    monkeypatch.setattr(reaching, "MOST_SECONDS", 0.0)
    assert ask(server, "200").state == "unreachable"


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "http://", "http://a:b@example.org/", "javascript:x", "http://example.org/a b"]
)
def test_what_is_no_address_of_the_web_is_not_asked(url):
    assert reach(url, lambda *_: pytest.fail("it was looked up")).state == "not public"
