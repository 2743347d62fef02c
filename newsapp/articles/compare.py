"""What was changed between two versions of a story: each of its parts, word by word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bs4 import BeautifulSoup
from bs4.element import Tag

from newsapp.articles.kinds import Kind
from newsapp.articles.making import told
from newsapp.articles.models import PARTS
from newsapp.articles.printed import PrintedByline, Story
from newsapp.lib import difference
from newsapp.lib.difference import Block, Run

AROUND = 1  # unchanged blocks that are shown beside a changed one
_BLOCKS = ("p", "h2", "h3", "li", "dt", "dd", "tr", "caption", "figcaption", "pre", "footer", "figure")


@dataclass(frozen=True)
class Part:
    """A part of a story that was changed. A line has ``runs``; the text has ``blocks``, with gaps of unchanged ones."""

    name: str
    runs: list[Run] = field(default_factory=list)
    blocks: list[Block | int] = field(default_factory=list)  # a number: so many unchanged blocks are left out


@dataclass(frozen=True)
class Difference:
    """All that was changed."""

    parts: list[Part]

    @property
    def added(self) -> int:
        return self._count("in")

    @property
    def removed(self) -> int:
        return self._count("out")

    def _count(self, what: str) -> int:
        runs = [run for part in self.parts for run in part.runs]
        runs += [run for part in self.parts for block in part.blocks if isinstance(block, Block) for run in block.runs]
        return sum(len(run.text.split()) for run in runs if run.what == what)


def compare(before: Story, now: Story, sections: dict[int, str] | None = None) -> Difference:
    """Compare two states of a story as they were printed. ``sections`` are the names of sections by their ids."""
    lines = zip(_lines(before, sections or {}), _lines(now, sections or {}), strict=True)
    parts = [Part(name, difference.words(was, said)) for (name, was), (_, said) in lines if was != said]
    texts = [_text(before.body), _text(now.body)]
    if texts[0] != texts[1]:
        parts.insert(_place_of_text(parts), Part("Text", blocks=_shortened(difference.blocks(*texts))))
    for name, was, said in (
        ("Links in the text", _addresses(before.body), _addresses(now.body)),
        ("Sources", _sources(before), _sources(now)),
    ):
        if was != said:
            parts.append(Part(name, blocks=_shortened(difference.blocks(was, said))))
    if not parts and before.body != now.body:
        parts.append(Part("Text", [Run("same", "Only how the text is set was changed, not its words.")]))
    return Difference(parts)


def news_of(difference: Difference, before: Story, now: Story, kinds: Sequence[str]) -> list[str]:
    """Say in a few words each what is new to somebody who has read ``before``; ``kinds`` are the versions' since then."""
    found = [_n(kinds.count(kind), kind) for kind in ("correction", "clarification") if kind in kinds]
    known = {post.url for post in before.posts}
    posts = sum(post.url not in known for post in now.posts)
    if posts:
        return [*found, _n(posts, "new post")]
    blocks = [
        block.what
        for part in difference.parts
        for block in part.blocks
        if part.name == "Text" and isinstance(block, Block)
    ]
    counted = (("new", "new passage"), ("changed", "changed passage"), ("gone", "passage taken out"))
    for what, called in counted:
        if n := blocks.count(what):
            found.append(f"{n} {called}" if n == 1 else f"{n} {called.replace('passage', 'passages')}")
    names = [part.name for part in difference.parts if part.name not in ("Text", "Links in the text")]
    return found + [f"another {name.lower()}" if name in _ONE else f"other {name.lower()}" for name in names]


# What there is one of, among the names of parts.
_ONE = {
    "Headline", "Standfirst", "Kind", "Label", "Place", "Language", "Section", "Picture", "Description of the picture", "Caption",
    "Headline on cards", "Headline for search", "Headline on other sites",
}  # fmt: skip


def _n(n: int, called: str) -> str:
    return f"{n} {called}{'' if n == 1 else 's'}"


def _place_of_text(parts: list[Part]) -> int:
    first = ("Headline", "Standfirst", "By", "Key points")
    return sum(part.name in first for part in parts)


def _lines(story: Story, sections: dict[int, str]) -> list[tuple[str, str]]:
    picture = story.picture
    return [
        ("Headline", story.headline),
        ("Standfirst", story.standfirst if story.standfirst_is_own else ""),
        ("By", "; ".join(map(_byline, story.bylines))),
        ("Key points", "\n".join(story.key_points)),
        ("How we made this", "\n".join(f"{label}: {words}" for label, words in told(story.making))),
        ("Kind", Kind(story.kind).label),
        ("Label", story.label or ""),
        ("Place", story.place or ""),
        ("Language", story.language),
        ("Section", sections.get(story.section_id, str(story.section_id))),
        ("Further sections", ", ".join(sections.get(i, str(i)) for i in story.also_in)),
        ("Topics", ", ".join(topic.name for topic in story.topics)),
        ("Picture", picture.file(704, "jpg") if picture else ""),
        ("Description of the picture", (story.picture_alt if story.picture_alt is not None else picture.alt) if picture else ""),
        ("Caption", _plain(story.picture_caption or picture.caption) if picture else ""),
        ("Headline on cards", story.short_headline or ""),
        ("Headline for search", story.search_headline or ""),
        ("Headline on other sites", story.social_headline or ""),
    ]  # fmt: skip


def _byline(byline: PrintedByline) -> str:
    said = byline.name + (f", {byline.role}" if byline.role else "")
    return said if byline.part == "by" else f"{PARTS[byline.part]} {said}"


def _plain(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


def _text(html: str) -> list[tuple[str, str]]:
    """Give the words of a body block by block, the numbers of its sources in brackets."""
    soup = BeautifulSoup(html, "html.parser")
    for mark in soup.find_all("a", class_="ref"):
        mark.string = f" [{mark.get_text()}]"
    found = []
    for block in soup.find_all(_BLOCKS):
        inner = list(block.find_all(_BLOCKS))
        if block.name == "figure":
            image = block.find("img")
            said = f"Picture: {image.get('alt') or image.get('src')}" if isinstance(image, Tag) else ""
        elif block.name == "tr":
            said = " | ".join(" ".join(cell.get_text(" ").split()) for cell in block.find_all(["td", "th"]))
        elif block.find_parent(["tr"]):
            continue
        else:
            strings = (s for s in block.strings if not any(child in s.parents for child in inner))
            said = " ".join("".join(strings).split())
        if said:
            found.append((block.name, said))
    return found


def _addresses(html: str) -> list[tuple[str, str]]:
    links = BeautifulSoup(html, "html.parser").find_all("a", href=True)
    return [("a", str(link["href"])) for link in links if not str(link["href"]).startswith("#")]


def _sources(story: Story) -> list[tuple[str, str]]:
    return [
        ("li", ", ".join(filter(None, (f"{c.number}. {c.source.title}", c.source.publisher, c.source.url))))
        for c in story.citations
    ]


def _shortened(found: list[Block]) -> list[Block | int]:
    """Leave out what was not changed, but for what stands beside a change."""
    shown = {
        n + step
        for n, block in enumerate(found)
        if block.what != "same"
        for step in range(-AROUND, AROUND + 1)
    }  # fmt: skip
    short: list[Block | int] = []
    for n, block in enumerate(found):
        if n in shown:
            short.append(block)
        elif short and isinstance(short[-1], int):
            short[-1] += 1
        else:
            short.append(1)
    return short
