"""Writing HTML that is closed and nested as the standard has it, in whatever order its parts come.

A block is written when its first words come, so empty ones leave no trace. Where something comes that the open blocks
cannot hold, they are closed first, and opened again should more words of theirs follow: so a paragraph in the middle
of a list stands after it, emphasis round three paragraphs is written into each, and two line breaks end a paragraph.
Parsing the result gives the same tree again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape

from newsapp.lib.markup import BLANKS, tidy

MAX_NESTED = 24  # blocks in blocks; deeper ones keep their words
MAX_INLINE = 12
LISTS = {"ul", "ol"}
_FLOW = {"p", "ul", "ol", "dl", "blockquote", "pre", "figure", "table", "hr"}
_IN_CELL = _FLOW - {"table", "hr"}
# Which blocks may hold which. The body itself has no name.
_HOLDS: dict[str, set[str]] = {
    "": _FLOW | {"h2", "h3"},
    "blockquote": _FLOW | {"footer"},
    "li": _FLOW - {"hr"},
    "dd": _FLOW - {"hr"},
    "td": _IN_CELL,
    "th": _IN_CELL,
    "ul": {"li"},
    "ol": {"li"},
    "dl": {"dt", "dd"},
    "figure": {"figcaption"},
    "table": {"caption", "thead", "tbody", "tfoot"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tfoot": {"tr"},
    "tr": {"td", "th"},
}
_HOLDS_TEXT = {"p", "li", "dt", "dd", "td", "th", "h2", "h3", "pre", "caption", "figcaption", "footer"}
# What comes in these and does not fit stays in them, as words.
_WALLS = {"dt", "td", "th", "h2", "h3", "pre", "caption", "figcaption", "footer"}
_ONE_LINE = {"h2", "h3"}
_BOLD = {"h2", "h3", "th"}  # as they are: strong words in them say no more
_CLOSE = ".,;:!?…)]}»”’\"'"
_NEEDS = {"li": "ul", "dt": "dl", "dd": "dl"}
_ONCE = {"a", "code", "del", "em", "ins", "kbd", "rp", "rt", "s", "small", "strong", "u"}  # pointless in themselves


@dataclass(eq=False)
class _Block:
    name: str
    attributes: Mapping[str, str]
    chain: tuple[_Block, ...]  # from the outermost down to this one; empty for the body
    is_implied: bool = False  # the source has no tag for it; it ends where it cannot hold what comes
    is_left: bool = False  # what comes now stands behind it, whatever the source says
    ends_in_text: bool = False
    list_id: str = ""
    level: int = 0
    items: int = 0
    last_item: _Block | None = None


@dataclass(eq=False)
class _Inline:
    name: str
    attributes: Mapping[str, str]


class Writer:
    """Writes HTML. ``tags`` are the elements that may be in it; of others only the words stay.

    ``bare``: words outside paragraphs get none. ``lines``: a newline in such words is a line break; an empty line
    begins a paragraph in any case.
    """

    def __init__(self, tags: Collection[str], *, bare: bool = False, lines: bool = False) -> None:
        self._tags = tags
        self._bare = bare
        self._lines = lines
        self._body = _Block("", {}, ())
        self._stack = [self._body]  # as the source nests
        self._open: list[_Block] = []  # as it is written
        self._inlines: list[_Inline] = []
        self._open_inlines: list[_Inline] = []
        self._gap = ""  # white space that is written if words follow
        self._word_gap = ""  # likewise, but not before a full stop
        self._breaks = 0  # line breaks, likewise
        self._parts: list[str] = []

    def finish(self) -> str:
        """Close what is open and give what was written."""
        self._set_inlines(())
        self._bring(self._body)
        return "".join(self._parts)

    # What the source says

    @contextmanager
    def block(self, name: str, attributes: Mapping[str, str] | None = None, *, at_once: bool = False) -> Iterator[None]:
        """Write what comes now into a block, or as words of their own where the block cannot stand.

        ``at_once``: write the block even if nothing comes.
        """
        block = self._enter(name, attributes or {})
        if block is None:
            self.pause()
        elif at_once:
            self._bring(block)
        yield
        if block is None:
            self.pause()
        else:
            del self._stack[self._stack.index(block) :]

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Keep what comes now apart from what stands before and behind it, as a <div> does."""
        self.pause()
        yield
        self.pause()

    @contextmanager
    def item(self, level: int, kind: str, attributes: Mapping[str, str], list_id: str) -> Iterator[None]:
        """Write what comes now as an item of a list that the source does not mark as one, on ``level`` from 1.

        Where ``can_hold(kind)`` is false, there is no such list.
        """
        lists = self._implied_lists()
        if lists and lists[0].list_id != list_id:
            del self._stack[self._stack.index(lists[0]) :]
            lists = []
        while len(lists) > 1 and lists[-2].level >= level:
            lists.pop()
        if lists and lists[-1].level >= level and lists[-1].name == kind:
            del self._stack[self._stack.index(lists[-1]) + 1 :]
        else:
            if lists and lists[-1].level >= level:  # numbers behind bullets, or the other way round
                del self._stack[self._stack.index(lists.pop()) :]
            lists.append(self._enter_below(lists[-1].last_item if lists else None, kind, attributes))
            lists[-1].list_id = list_id
        lists[-1].level = level
        item = lists[-1].last_item = self._push("li", {}, lists[-1], is_implied=True)
        yield
        item.is_left = True

    @contextmanager
    def inline(self, name: str, attributes: Mapping[str, str] | None = None) -> Iterator[None]:
        """Write the words that come now into an inline element."""
        depth = len(self._inlines)
        is_again = name in _ONCE and any(inline.name == name for inline in self._inlines)
        if name in self._tags and not is_again and depth < MAX_INLINE:
            self._inlines.append(_Inline(name, attributes or {}))
        yield
        del self._inlines[depth:]

    @contextmanager
    def plain(self) -> Iterator[None]:
        """Write what comes now outside the inline elements that are open."""
        inlines, self._inlines = self._inlines, []
        yield
        self._inlines = inlines

    def text(self, text: str) -> None:
        """Write words. White space counts as in a browser; at the edges of blocks there is none."""
        text = tidy(text)
        if not text.strip(BLANKS) and self._stack[-1].name != "pre":
            self._note_blank(text)
            return
        block = self._block_for_text()
        if block.name == "pre":
            self._say_verbatim(block, text)
        elif self._is_loose(block):
            for piece in re.split(r"([^\S\n]*\n\s*)", text):
                self._say(block, piece) if piece.strip(BLANKS) else self._note_blank(piece)
        else:
            self._say(block, text)

    def line_break(self) -> None:
        """Begin a new line; two of them begin a paragraph."""
        if self._stack[-1].name == "pre":
            self._say_verbatim(self._stack[-1], "\n")
        self._breaks += 1
        self._gap = ""

    def pause(self) -> None:
        """Keep the words that come apart from those before."""
        while self._stack[-1].is_implied and self._stack[-1].name == "p":
            self._stack.pop()
        if self._stack[-1].name == "pre":
            self._say_verbatim(self._stack[-1], "\n")
        elif self._stack[-1].name in _WALLS - {"td", "th"}:
            self._gap = " "
        else:
            self._breaks = max(self._breaks, 1)

    def space(self) -> None:
        """Keep the next word apart from the one before; a full stop may follow closely."""
        self._word_gap = " "

    def mark(self, name: str, attributes: Mapping[str, str]) -> None:
        """Write an element without words that belongs to the word before it: no space, no link round it.

        The space that stood before it comes behind it, if a word follows.
        """
        block = self._block_for_text()
        self._bring(block)
        outer = next((n for n, i in enumerate(self._inlines) if i.name in ("a", "sup", "sub")), len(self._inlines))
        self._set_inlines(self._inlines[:outer])
        self._parts.append(f"{_tag(name, attributes)}</{name}>")
        self._word_gap = (self._gap or self._word_gap) if block.ends_in_text else ""
        self._gap = ""
        block.ends_in_text = True

    def wbr(self) -> None:
        """Allow a break inside a word."""
        if "wbr" in self._tags and self._open and self._open[-1].ends_in_text and not self._gap and not self._breaks:
            self._parts.append("<wbr>")

    def leave_item(self) -> None:
        """Write what comes now behind the list that is open."""
        for block in reversed(self._stack):
            if block.name == "li" and not block.is_left:
                block.is_left = True
                return

    @property
    def inside(self) -> str:
        """The block that holds what comes now; paragraphs do not count, and the body has no name."""
        return self._surrounding().name

    def can_hold(self, name: str) -> bool:
        """Tell whether a block of this name can be written now."""
        return name in self._tags and self._parent_for(name) is not None

    # Where it goes

    def _surrounding(self) -> _Block:
        return next(block for block in reversed(self._stack) if block.name != "p" and not block.is_left)

    def _enter(self, name: str, attributes: Mapping[str, str]) -> _Block | None:
        if name not in self._tags:
            return None
        self._end_implied(name)
        if name in _NEEDS and name not in _HOLDS.get(self._surrounding().name, ()):
            needed = self._enter(_NEEDS[name], {})
            if needed is None:
                return None
            needed.is_implied = True
        parent = self._parent_for(name)
        if parent is None:
            return None
        self._pass_by(parent)
        return self._push(name, attributes, parent)

    def _enter_below(self, parent: _Block | None, name: str, attributes: Mapping[str, str]) -> _Block:
        """Begin an implied list in an item, or where there is none, where a list can stand."""
        if parent is None:
            self._end_implied(name)
            parent = self._parent_for(name) or self._body
        return self._push(name, attributes, parent, is_implied=True)

    def _push(self, name: str, attributes: Mapping[str, str], parent: _Block, *, is_implied: bool = False) -> _Block:
        block = _Block(name, attributes, (), is_implied)
        block.chain = (*parent.chain, block)
        self._stack.append(block)
        return block

    def _parent_for(self, name: str) -> _Block | None:
        top = self._stack[-1]
        if name in LISTS and top.name in LISTS and top.last_item in self._open:
            # A list straight in a list, as Google Docs writes: it belongs to the item before it.
            return top.last_item if len(top.chain) < MAX_NESTED else None
        for block in reversed(self._stack):
            if block.is_left:
                continue
            if name in _HOLDS.get(block.name, ()):
                return block if len(block.chain) < MAX_NESTED else None
            if block.name in _WALLS:
                return None
        return None

    def _pass_by(self, parent: _Block) -> None:
        """What cannot be gone on with after an interruption is over."""
        for block in self._stack[self._stack.index(parent) + 1 :] if parent in self._stack else ():
            if block.name in ("li", "dd", "figure"):
                block.is_left = True

    def _block_for_text(self) -> _Block:
        while self._stack[-1].is_implied and (self._stack[-1].is_left or self._stack[-1].name not in _HOLDS_TEXT):
            self._stack.pop()
        for block in reversed(self._stack):
            if not block.is_left and (block.name in _HOLDS_TEXT or (self._bare and block is self._body)):
                return block
            if not block.is_left and "p" in _HOLDS.get(block.name, ()):
                return self._push("p", {}, block, is_implied=True)
            if block.name == "figure":
                block.is_left = True
        raise AssertionError("the body holds paragraphs")

    def _is_loose(self, block: _Block) -> bool:
        return block.is_implied and block.name == "p"

    def _end_implied(self, name: str) -> None:
        while self._stack[-1].is_implied:
            if not self._stack[-1].is_left and name in _HOLDS.get(self._stack[-1].name, ()):
                return
            self._stack.pop()

    def _implied_lists(self) -> list[_Block]:
        start = len(self._stack)
        while self._stack[start - 1].is_implied:
            start -= 1
        return [block for block in self._stack[start:] if block.list_id]

    # How it is written

    def _bring(self, block: _Block) -> None:
        """Close and open tags until ``block`` is the innermost that is open."""
        if (self._open[-1] if self._open else self._body) is block:
            return
        self._set_inlines(())
        kept = 0
        while kept < min(len(self._open), len(block.chain)) and self._open[kept] is block.chain[kept]:
            kept += 1
        while len(self._open) > kept:
            closed = self._open.pop().name
            self._parts.append(f"</{closed}>" if closed != "hr" else "")
        for inner in block.chain[kept:]:
            outer = self._open[-1] if self._open else self._body
            outer.ends_in_text = inner.ends_in_text = False
            if inner.name == "li":
                outer.items, outer.last_item = outer.items + 1, inner
            self._parts.append(("\n" if self._parts else "") + _tag(inner.name, self._attributes(inner)))
            self._open.append(inner)

    def _attributes(self, block: _Block) -> Mapping[str, str]:
        if block.name == "ol" and block.items:  # it was interrupted, and its numbers go on
            start = re.fullmatch(r"-?\d{1,6}", block.attributes.get("start", ""), re.A)
            return {**block.attributes, "start": str((int(start[0]) if start else 1) + block.items)}
        return block.attributes

    def _set_inlines(self, wanted: Sequence[_Inline], between: str = "") -> None:
        kept = 0
        while kept < min(len(self._open_inlines), len(wanted)) and self._open_inlines[kept] is wanted[kept]:
            kept += 1
        while len(self._open_inlines) > kept:
            self._parts.append(f"</{self._open_inlines.pop().name}>")
        if between:
            self._parts.append(between)
        for inline in wanted[kept:]:
            self._parts.append(_tag(inline.name, inline.attributes))
            self._open_inlines.append(inline)

    def _say(self, block: _Block, text: str) -> None:
        words = text.strip(BLANKS)
        self._note_gap(text[: len(text) - len(text.lstrip(BLANKS))])
        if self._breaks > 1 and block.name == "p" and block.ends_in_text:
            self._bring(block.chain[-2] if len(block.chain) > 1 else self._body)
        self._bring(block)
        between = self._gap or ("" if words[0] in _CLOSE else self._word_gap)
        if self._breaks:
            between = " " if block.name in _ONE_LINE or "br" not in self._tags else "<br>" * min(self._breaks, 2)
        wanted = [i for i in self._inlines if block.name not in _BOLD or i.name not in ("strong", "u")]
        self._set_inlines(wanted, between if block.ends_in_text else "")
        self._parts.append(escape(re.sub(r"[ \t\n]+", " ", words), quote=False))
        block.ends_in_text = True
        self._breaks, self._gap, self._word_gap = 0, "", ""
        self._note_gap(text[len(text.rstrip(BLANKS)) :])

    def _say_verbatim(self, block: _Block, text: str) -> None:
        if block not in self._open or not block.ends_in_text:
            text = text.lstrip("\n")  # parsers drop a newline there
        if text.strip(BLANKS):
            self._bring(block)
            self._set_inlines(self._inlines)
            block.ends_in_text = True
        if block in self._open and block.ends_in_text:
            self._parts.append(escape(text, quote=False))

    def _note_blank(self, text: str) -> None:
        top = self._stack[-1]
        newlines = text.count("\n") if self._is_loose(top) else 0
        if newlines > 1:
            self._breaks = max(self._breaks, 2)
        elif newlines and self._lines:
            self._breaks = max(self._breaks, 1)
        else:
            self._note_gap(text)

    def _note_gap(self, blank: str) -> None:
        if blank:
            self._gap = " " if re.search(r"[ \t\n]", blank) else self._gap or blank


def _tag(name: str, attributes: Mapping[str, str]) -> str:
    return "".join([f"<{name}", *(f' {key}="{escape(tidy(value))}"' for key, value in attributes.items()), ">"])
