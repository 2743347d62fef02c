"""Letters: how one is written from its template, and who writes which."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from flask import current_app

if TYPE_CHECKING:
    from newsapp.outbox.models import Mail


@dataclass(frozen=True)
class Letter:
    """The words of a letter, as HTML and as plain text."""

    subject: str
    text: str
    html: str = ""
    sender: str = ""  # the name beside the sending address
    headers: dict[str, str] = field(default_factory=dict)


Composer = Callable[["Mail"], Letter | None]
_composers: dict[str, Composer] = {}


def composes(kind: str) -> Callable[[Composer], Composer]:
    """Say that a function writes the letters of this kind. It gives ``None`` where there is nothing to say any more."""

    def enter(composer: Composer) -> Composer:
        _composers[kind] = composer
        return composer

    return enter


def compose(mail: Mail) -> Letter | None:
    """Give the words of a mail that is about to leave."""
    if mail.subject:
        return Letter(mail.subject, mail.text, mail.html, headers=dict(mail.headers))
    return _composers[mail.kind](mail)


def render(template: str, **context: Any) -> Letter:
    """Write a letter from ``templates/mail/<template>.html``: its blocks ``subject`` and ``words``.

    The plain text is made from the HTML, so both say the same.
    """
    made = current_app.jinja_env.get_template(f"mail/{template}.html")
    words = made.new_context(context)
    html = "".join(made.root_render_func(words))  # also gathers the blocks of the template and of those above it

    def block(name: str) -> str:
        return "".join(words.blocks[name][0](words))

    return Letter(
        subject=" ".join(unescape(block("subject")).split()),
        text=as_text(block("words") + block("foot")),
        html=html,
        sender=unescape(block("sender")).strip(),
    )


def as_text(html: str) -> str:
    """Write a letter's HTML as plain text: a paragraph for each block, a link's address behind its words."""
    reader = _Text()
    reader.feed(html)
    paragraphs = (" ".join(p.split()) for p in re.split(r"\n{2,}", "".join(reader.parts)))
    return "\n\n".join(re.sub(rf" ?{_BREAK} ?", "\n", p) for p in paragraphs if p) + "\n"


_BREAK = "\0"  # a line break, while spaces are put in order


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "h1", "h2", "li", "table", "tr", "hr"):
            self.parts.append("\n\n")
        elif tag == "br":
            self.parts.append(_BREAK)
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            address, begin = self._links.pop()
            words = " ".join("".join(self.parts[begin:]).split())
            if address != words:
                self.parts[begin:] = [f"{words}:{_BREAK}{address}" if words else address]
        elif tag == "p":
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(re.sub(r"\s+", " ", data))
