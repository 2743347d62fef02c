"""What the pages are measured against: Flask's hello, and a bare WSGI function that returns given bytes."""

import os
from pathlib import Path

from flask import Flask

hello = Flask(__name__)


@hello.get("/")
def say() -> str:
    return "Hello, world"


_body = Path(os.environ["BENCH_BODY"]).read_bytes() if "BENCH_BODY" in os.environ else b""
_headers = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Length", str(len(_body))),
    ("Content-Encoding", "br"),
]


def bare(environ, start_response):  # type: ignore[no-untyped-def]
    start_response("200 OK", _headers)
    return [_body]
