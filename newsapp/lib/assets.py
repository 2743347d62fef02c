"""The built stylesheet, script, fonts and icons: their names, and their bytes before Flask is asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from newsapp.lib.pagecache import encoding_for

PREFIX = "/static/dist/"
FOLDER = Path(__file__).parents[2] / "static" / "dist"
IMMUTABLE = "public, max-age=31536000, immutable"


class NotBuilt(Exception):
    """The assets are missing: ``node build.mjs`` has not run."""


class Assets:
    """Everything in ``static/dist``, with the names that ``build.mjs`` gave. WSGI middleware."""

    def __init__(self, headers: Iterable[tuple[str, str]], folder: Path = FOLDER) -> None:
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise NotBuilt("The assets are not built. Run bin/run, or: node build.mjs") from None
        self._names: dict[str, str] = {name: entry["file"] for name, entry in manifest.items()}
        self._answers: dict[str, dict[str, tuple[list[tuple[str, str]], bytes]]] = {}
        for entry in manifest.values():
            self._answers[PREFIX + entry["file"]] = dict(_read(folder / entry["file"], entry["type"], list(headers)))

    def url(self, name: str) -> str:
        """Give the address of an asset: ``asset("site.css")``."""
        return PREFIX + self._names[name]

    def has(self, name: str) -> bool:
        return name in self._names

    def text(self, name: str) -> str:
        """Give the text of an asset, to be set into a page."""
        return self._answers[self.url(name)]["identity"][1].decode()

    def in_front_of(self, app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """Give ``app`` with these files answered before it."""
        answers = self._answers

        def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            found = answers.get(environ["PATH_INFO"])
            if found is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
                return app(environ, start_response)
            headers, body = found.get(encoding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))) or found["identity"]
            start_response("200 OK", headers)
            return [body] if environ["REQUEST_METHOD"] == "GET" else []

        return serve


def _read(
    path: Path, kind: str, headers: list[tuple[str, str]]
) -> Iterable[tuple[str, tuple[list[tuple[str, str]], bytes]]]:
    text = kind.startswith("text/") or "svg" in kind or "json" in kind
    full = f"{kind}; charset=utf-8" if text else kind
    for encoding, suffix in (("identity", ""), ("br", ".br"), ("gzip", ".gz")):
        file = path.with_name(path.name + suffix)
        if not file.exists():
            continue
        body = file.read_bytes()
        own = [("Content-Type", full), ("Content-Length", str(len(body))), ("Cache-Control", IMMUTABLE)]
        own += [("Vary", "Accept-Encoding")] * text + [("Content-Encoding", encoding)] * (encoding != "identity")
        yield encoding, ([*own, *headers], body)
