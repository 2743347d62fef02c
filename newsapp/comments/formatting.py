"""What a comment may look like: paragraphs, emphasis, quotes and links that search engines do not follow."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

import bleach
from bleach.linkifier import LinkifyFilter

from newsapp.articles.repair import DROPPED

TAGS = {"p", "br", "em", "strong", "a", "blockquote", "code", "ul", "ol", "li"}
Attributes = MutableMapping[tuple[str | None, str], str]
_RENAMED = {"b": "strong", "i": "em"}
_DROPPED = re.compile(rf"<({'|'.join(DROPPED)})\b.*?(</\1\s*>|$)", re.I | re.S)


def _ugc(attributes: Attributes, new: bool = False, /) -> Attributes:
    attributes[(None, "rel")] = "nofollow ugc noopener"
    return attributes


class _Filter(LinkifyFilter):
    def __init__(self, source: Any) -> None:
        super().__init__(source, callbacks=[_ugc], skip_tags={"code"})


_cleaner = bleach.Cleaner(
    tags=TAGS, attributes={"a": ["href"]}, protocols={"http", "https", "mailto"}, strip=True, filters=[_Filter]
)


def clean(body: str) -> str:
    """Give a comment's HTML as it may be shown. Plain lines become paragraphs; what is forbidden is dropped."""
    body = _DROPPED.sub("", body.replace("\x00", "").replace("\r\n", "\n"))
    for old, new in _RENAMED.items():
        body = re.sub(rf"<(/?){old}>", rf"<\1{new}>", body, flags=re.I)
    if not re.search(r"<(p|ul|ol|blockquote)\b", body, re.I):
        parts = [part.strip().replace("\n", "<br>") for part in re.split(r"\n\s*\n", body.strip()) if part.strip()]
        body = "".join(f"<p>{part}</p>" for part in parts)
    cleaned: str = _cleaner.clean(body).strip()
    cleaned = re.sub(r"<p>(\s|<br>|&nbsp;)*</p>", "", cleaned)
    return cleaned if re.sub(r"<[^>]*>|\s|&nbsp;", "", cleaned) else ""
