"""Random mark-up: scraps of all that people and programs write, in any order."""

from __future__ import annotations

import random

_TAGS = [
    "p", "div", "span", "b", "i", "em", "strong", "u", "s", "a", "ul", "ol", "li", "dl", "dt", "dd", "table",
    "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup", "col", "h1", "h2", "h3", "h4", "h6",
    "blockquote", "footer", "figure", "figcaption", "pre", "code", "br", "hr", "wbr", "sup", "sub", "q", "cite",
    "abbr", "ruby", "rt", "rp", "del", "ins", "font", "center", "section", "article", "details", "summary",
    "iframe", "img", "video", "svg", "math", "mi", "mtext", "foreignObject", "desc", "title", "style", "script",
    "template", "noscript", "textarea", "xmp", "select", "option", "button", "form", "input", "object", "embed",
    "marquee", "nobr", "o:p", "address", "menu", "dir", "picture", "source",
]  # fmt: skip
_ATTRIBUTES = [
    "", "", "", ' class="pull"', ' class=x id="main"', ' href="https://example.org/a?b=1&amp;c=2"', " href=javascript:alert(1)",
    ' style="font-weight:bold"', ' style="mso-list:l0 level2 lfo1"', ' style="mso-list:l0 level1 lfo1"',
    ' data-source="x"', ' data-source-url="https://example.org/s"', ' data-picture="1"', ' data-embed="https://example.org/"',
    " dir=rtl", ' lang="fr"', " colspan=2 rowspan=3", ' rowspan="2"', ' src="https://example.org/x.png"', ' alt="words"',
    " role=heading aria-level=3", " onclick=alert(1)", ' title=\'He said "no"\'', " start=4 type=a", ' role="presentation"',
]  # fmt: skip
_TEXTS = [
    "word", " ", "\n", "\n\n", "two words ", " & ", "<", ">", "&lt;b&gt;", "&amp;amp;", "&nbsp;", "\xa0", "é", "שלום", "نص عربي",
    "漢字", "🙂", "[[1]](https://example.org/a)", "[[3]](", ")", "&#0;", "&#13;", "\r\n", "\x00", "\x1b", "\ud83d", "\u202e",
    "<!-- a comment -->", "<!--", "-->", "<![CDATA[x]]>", "<?php ?>", "<!DOCTYPE html>", "</", "<a", '"', "'", "https://example.org/x",
    ".", "\u200b",
]  # fmt: skip


def scraps(seed: int) -> str:
    """Give one random text, the same for the same ``seed``."""
    dice = random.Random(seed)
    parts = []
    for _ in range(dice.randint(1, 60)):
        kind = dice.random()
        if kind < 0.45:
            parts.append(f"<{dice.choice(_TAGS)}{dice.choice(_ATTRIBUTES)}>")
        elif kind < 0.65:
            parts.append(f"</{dice.choice(_TAGS)}>")
        else:
            parts.append(dice.choice(_TEXTS))
    return "".join(parts)
