"""The pre-pass of a body: what Word, Google Docs and the web write is turned into plain, closed HTML.

Nothing here is a security measure: bleach cleans what comes out. What is here keeps meaning that cleaning would lose
(lists that Word writes as paragraphs, emphasis that Docs writes as styles, citations written as text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString

# Dropped with what is in them: none of it is text that somebody wrote for readers.
DROPPED = [
    "script", "style", "template", "noscript", "noembed", "noframes", "object", "embed", "applet", "svg", "math",
    "canvas", "audio", "video", "link", "meta", "title", "head", "select", "option", "button", "input", "textarea", "xmp", "plaintext",
]  # fmt: skip
_CITATION = re.compile(r"\s*\[\[(\d{1,3})\]\]\((https?://[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)\)")
_RENAMED = {
    "b": "strong",
    "i": "em",
    "h1": "h2",
    "h4": "h3",
    "h5": "h3",
    "h6": "h3",
    "strike": "s",
    "acronym": "abbr",
    "tt": "code",
}


def repair(source: str, warnings: list[str]) -> str:
    """Give ``source`` as closed HTML in our own small vocabulary; what was changed on a guess goes to ``warnings``."""
    source = source.replace("\x00", "").replace("\r\n", "\n")
    soup = BeautifulSoup(source, "html5lib")
    root = soup.body
    if root is None:  # a frameset has no body
        return ""
    for node in list(root.find_all(string=True)):
        if isinstance(node, PreformattedString):  # comments, CDATA, Word's conditional sections
            node.extract()
    _frames_to_cards(soup, root)
    _foreign_pictures_to_links(soup, root, warnings)
    for element in root.find_all(DROPPED):
        element.decompose()
    _word_lists(soup, root)
    _styles_to_emphasis(root)
    _rename(root, warnings)
    _close_lists(soup, root)
    _divs_to_paragraphs(soup, root)
    _citations(soup, root)
    _head_tables(soup, root)
    return root.decode_contents(formatter="minimal")


def _frames_to_cards(soup: BeautifulSoup, root: Tag) -> None:
    for frame in root.find_all("iframe"):
        address = str(frame.get("src") or "")
        address = f"https:{address}" if address.startswith("//") else address
        if urlsplit(address).scheme in ("http", "https"):
            card = soup.new_tag("p", attrs={"data-embed": address})
            card.string = str(frame.get("title") or address)
            frame.replace_with(card)
        else:
            frame.decompose()


def _foreign_pictures_to_links(soup: BeautifulSoup, root: Tag, warnings: list[str]) -> None:
    for image in root.find_all(["img", "image", "picture"]):
        if image.name == "picture":
            image.unwrap()
            continue
        address = str(image.get("src") or "")
        if urlsplit(address).scheme in ("http", "https"):
            link = soup.new_tag("a", href=address)
            link.string = str(image.get("alt") or "") or f"Picture at {urlsplit(address).hostname}"
            image.replace_with(link)
            warnings.append(f"A picture on another site was turned into a link: {address}")
        else:
            image.decompose()


def _word_lists(soup: BeautifulSoup, root: Tag) -> None:
    """Turn Word's list paragraphs (``mso-list:l0 level2``) back into nested lists."""
    stack: list[tuple[int, Tag]] = []
    for paragraph in list(root.find_all("p")):
        style = str(paragraph.get("style") or "")
        level_found = re.search(r"mso-list:\s*\S+\s+level(\d)", style)
        if not level_found:
            if paragraph.get_text(strip=True):
                stack = []
            continue
        level = int(level_found.group(1))
        marker = ""
        for ignored in paragraph.find_all("span", style=re.compile(r"mso-list:\s*Ignore", re.I)):
            marker += ignored.get_text(strip=True)
            ignored.decompose()
        kind = "ol" if re.match(r"[0-9a-zA-Z]{1,4}[.)]", marker) else "ul"
        while stack and stack[-1][0] > level:
            stack.pop()
        if not stack or stack[-1][0] < level:
            new = soup.new_tag(kind)
            if stack:
                items = stack[-1][1].find_all("li", recursive=False)
                items[-1].append(new)
            else:
                paragraph.insert_before(new)
            stack.append((level, new))
        item = soup.new_tag("li")
        item.extend(list(paragraph.contents))
        stack[-1][1].append(item)
        paragraph.decompose()


def _styles_to_emphasis(root: Tag) -> None:
    for element in root.find_all(["span", "font", "b", "i"]):
        style = str(element.get("style") or "").replace(" ", "").lower()
        is_bold = re.search(r"font-weight:(bold|[6-9]00)", style)
        is_light = re.search(r"font-weight:(normal|[1-4]00)", style)
        is_italic = "font-style:italic" in style
        if element.name in ("b", "i"):
            # Google Docs wraps a whole paste in <b style="font-weight:normal">.
            if element.name == "b" and is_light:
                element.unwrap()
            continue
        if is_bold and is_italic:
            element.name = "strong"
            element.wrap(BeautifulSoup("", "html.parser").new_tag("em"))
        elif is_bold or is_italic:
            element.name = "strong" if is_bold else "em"
        elif not element.get("lang") and not element.get("dir"):
            element.unwrap()


def _rename(root: Tag, warnings: list[str]) -> None:
    levelled = False
    for element in root.find_all(list(_RENAMED)):
        levelled = levelled or element.name in ("h1", "h4", "h5", "h6")
        element.name = _RENAMED[element.name]
    seen_h2 = False
    for heading in root.find_all(["h2", "h3"]):
        if heading.name == "h3" and not seen_h2:
            heading.name, levelled = "h2", True
        seen_h2 = True
        for inner in heading.find_all(["strong", "u"]):
            inner.unwrap()
    if levelled:
        warnings.append("Headings were put on the two levels that a story has.")


def _close_lists(soup: BeautifulSoup, root: Tag) -> None:
    """Set free what stands in a list without being an item: a lost </ul> traps the paragraphs that follow."""
    for found in list(root.find_all(["ul", "ol"])):
        here = found
        for child in list(found.children):
            if isinstance(child, NavigableString):
                if child.strip():
                    _after(here, child.extract())
                continue
            if not isinstance(child, Tag):
                continue
            if child.name in ("ul", "ol") and (item := _last_item(here)) is not None and here.name in ("ul", "ol"):
                item.append(child.extract())
            elif child.name != "li":
                here = _after(here, child.extract())
            elif here is not found:  # items that follow what was set free
                if here.name not in ("ul", "ol"):
                    here = _after(here, soup.new_tag(found.name))
                here.append(child.extract())
        for item in found.find_all("li", recursive=False):
            _free_trailing_paragraphs(item)
    for stray in root.find_all("li"):
        if stray.parent is not None and stray.parent.name not in ("ul", "ol"):
            stray.wrap(soup.new_tag("ul"))


def _free_trailing_paragraphs(item: Tag) -> None:
    """An item of words with no paragraph round them, and then paragraphs: those belong behind the list."""
    children = [c for c in item.children if not (isinstance(c, NavigableString) and not c.strip())]
    if not children or (isinstance(children[0], Tag) and children[0].name == "p"):
        return
    paragraphs = [c for c in children if isinstance(c, Tag) and c.name == "p"]
    if not paragraphs or item.find_next_sibling("li") is not None or item.parent is None:
        return
    here: Tag = item.parent
    for child in children[children.index(paragraphs[0]) :]:
        here = _after(here, child.extract())


def _after(here: Tag, what: PageElement) -> Tag:
    here.insert_after(what)
    return what if isinstance(what, Tag) else here


def _last_item(element: Tag) -> Tag | None:
    items = element.find_all("li", recursive=False)
    return items[-1] if items else None


_BLOCK = ["p", "div", "ul", "ol", "table", "figure", "blockquote", "h2", "h3", "pre", "section", "article", "dl", "hr"]


def _divs_to_paragraphs(soup: BeautifulSoup, root: Tag) -> None:
    holders = ["div", "section", "article", "main", "header", "aside", "nav", "center", "address", "details", "summary"]
    for element in list(root.find_all([*holders, "footer"])):
        if element.name == "footer" and element.find_parent("blockquote"):
            continue
        if element.find(_BLOCK) or element.find_parent(["li", "td", "th", "p"]):
            element.unwrap()
        else:
            element.name = "p"
            element.attrs = {name: value for name, value in element.attrs.items() if name in ("lang", "dir")}
    for quote in root.find_all("blockquote"):
        for child in list(quote.children):
            if isinstance(child, NavigableString) and child.strip():
                child.wrap(soup.new_tag("p"))
    for paragraph in list(root.find_all("p")):
        if len(paragraph.find_all("br")) and re.search(r"(<br/?>\s*){2,}", paragraph.decode_contents()):
            _split_at_double_breaks(soup, paragraph)


def _split_at_double_breaks(soup: BeautifulSoup, paragraph: Tag) -> None:
    for part in re.split(r"(?:<br/?>\s*){2,}", paragraph.decode_contents()):
        new = soup.new_tag("p")
        new.append(BeautifulSoup(part, "html.parser"))
        paragraph.insert_before(new)
    paragraph.decompose()


def _citations(soup: BeautifulSoup, root: Tag) -> None:
    """Turn citations that were pasted as text, ``[[1]](https://…)``, into source marks."""
    for link in root.find_all("a"):  # some editors link the address inside the brackets by themselves
        before, after = link.previous_sibling, link.next_sibling
        if (
            isinstance(before, NavigableString)
            and re.search(r"\[\[\d+\]\]\($", before)
            and str(after or "").startswith(")")
        ):
            link.replace_with(str(link.get("href") or link.get_text()))
    root.smooth()
    for text in list(root.find_all(string=_CITATION)):
        parts: list[Tag | NavigableString] = []
        for piece in _cut(soup, str(text)):
            parts.append(piece)
        text.replace_with(*parts)


def _cut(soup: BeautifulSoup, text: str) -> Iterator[Tag | NavigableString]:
    end = 0
    for found in _CITATION.finditer(text):
        if found.start() > end:
            yield NavigableString(text[end : found.start()])
        yield soup.new_tag("sup", attrs={"data-source-url": found[2], "data-source-label": found[1]})
        end = found.end()
    if end < len(text):
        yield NavigableString(text[end:])


def _head_tables(soup: BeautifulSoup, root: Tag) -> None:
    """Give every table a header row and every header cell its scope."""
    for table in root.find_all("table"):
        for paragraph in table.find_all("p"):
            paragraph.unwrap()
        rows = table.find_all("tr")
        for row in rows:
            if not row.get_text(strip=True):
                row.decompose()
        rows = table.find_all("tr")
        if not rows:
            table.decompose()
            continue
        if not table.find("th") and len(rows) > 1:
            for cell in rows[0].find_all("td"):
                cell.name = "th"
        first = rows[0]
        if first.find("td") is None and not (first.parent and first.parent.name == "thead"):
            head = soup.new_tag("thead")
            if first.parent is not None:
                first.parent.insert_before(head)
            head.append(first.extract())
        for row in table.find_all("tr"):
            in_head = row.parent is not None and row.parent.name == "thead"
            for cell in row.find_all("th", recursive=False):
                if cell.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
                    cell["scope"] = "col" if in_head else "row"
