"""Five hundred ways to smuggle a script into a comment, a name or a biography, tried in a real browser without our policy.

The Content-Security-Policy would stop them as well, so here the pages are shown without it: what is tested is the cleaner.
"""

from __future__ import annotations

import contextlib
import re
from xml.etree import ElementTree

import html5lib
import pytest

from newsapp import comments
from newsapp.authors import Author
from newsapp.comments import models
from newsapp.comments.formatting import PROTOCOLS, REL, TAGS
from newsapp.db import db
from tests.articles.bodies.payloads import HOSTILE

AROUND = (
    "{}",
    "<p>words {} words</p>",
    "<blockquote><ul><li>{}<li>words</ul></blockquote>",
    "<a href='https://example.org/'>{}</a>",
    "a < b && {} > c <b><i>",
)
# What a browser has when the page calls one of these: a script has run.
NOTE = "window.ran = []; window.alert = window.msgbox = (x) => { (parent.noted ?? window.ran).push(window.mine ?? 0) };"
# Shows each piece in a frame of its own, touches everything in it, and tells which have run a script.
TRY_ALL = """async (pieces) => {
  window.noted = [];
  const events = ["click", "mouseover", "focus", "toggle", "pointerover", "animationend"];
  for (let start = 0; start < pieces.length; start += 100) {
    const frames = pieces.slice(start, start + 100).map((piece, n) => {
      const frame = document.createElement("iframe");
      frame.srcdoc = `<!doctype html><script>window.mine = ${start + n}; window.alert = () => parent.noted.push(mine)</` + `script><ol><li>${piece}</ol>`;
      const loaded = new Promise((done) => { frame.onload = done; setTimeout(done, 3000); });
      document.body.append(frame);
      return [frame, loaded];
    });
    await Promise.all(frames.map(([, loaded]) => loaded));
    for (const [frame] of frames) {
      try {
        for (const element of frame.contentDocument.querySelectorAll("*")) {
          if (/^https?:/.test(element.href ?? "") || element.matches("script, form")) continue;
          for (const name of events) element.dispatchEvent(new Event(name, { bubbles: false, cancelable: true }));
          if (element.click && !/^(https?|mailto)/.test(element.protocol ?? "")) element.click();
        }
      } catch {}
    }
    await new Promise((done) => setTimeout(done, 150));
    for (const [frame] of frames) frame.remove();
  }
  return [...new Set(window.noted)];
}"""


def payloads() -> list[str]:
    """Give every mechanism in each of the places that a comment has for it."""
    whole = [around.replace("{}", source) for source in HOSTILE.values() for around in AROUND]
    return [text[: models.MAX_LENGTH].encode("utf-8", "replace").decode() for text in whole]


def as_name(text: str) -> str:
    return text.replace("\x00", "")


@pytest.fixture
def bare_window(browser):
    """A window on pages that the test itself answers with, without any policy."""
    context = browser.new_context(base_url="http://paper.test")
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    yield page
    context.close()


def show(page, html: str) -> list[int]:
    """Show a page as it is, touch everything, and tell which scripts have run that are not the page's own."""
    own = re.sub(r'<(script|link)[^>]*(src|rel="(stylesheet|preload)")[^>]*>(</script>)?', "", html)
    page.unroute_all()
    page.route(
        "**/*",
        lambda route: route.fulfill(
            body=own if route.request.is_navigation_request() else "", content_type="text/html; charset=utf-8"
        ),
    )
    page.add_init_script(NOTE)
    page.goto("http://paper.test/")
    page.evaluate(
        """() => { for (const element of document.querySelectorAll('main *')) {
          for (const name of ['mouseover', 'focus', 'toggle']) element.dispatchEvent(new Event(name));
          if (/^(javascript|data|vbscript|blob)/.test(element.protocol ?? '')) element.click(); } }"""
    )
    return list(page.evaluate("window.ran"))


def post_all(article) -> list[int]:
    """Post every payload as a comment, by a guest of that name; tell the ids of what is left of them."""
    ids = []
    for source in payloads():
        with contextlib.suppress(ValueError):  # nothing is left of it
            ids.append(comments.post(article, as_name(source), guest_name=as_name(source)).id)
    db.session.commit()
    return ids


def test_there_are_five_hundred_and_at_least_sixty_mechanisms():
    assert len(payloads()) >= 500 and len(HOSTILE) >= 60


def test_nothing_runs_from_a_comment_a_name_or_a_biography(article, client, bare_window):
    ids = post_all(article)
    address = article.url
    author = db.session.get(Author, 1)
    bio = as_name(" ".join(payloads()))
    author.edit(bio=bio)
    db.session.commit()

    pieces = []
    for number in range(1, len(ids) // comments.PER_PAGE + 2):
        page = client.get(f"{address}/comments?page={number}")
        if page.status_code == 404:
            break
        assert show(bare_window, page.text) == []
        pieces += re.findall(r"<article aria-label=.*?</article>", page.text, re.S)
    assert len(pieces) == len(ids) >= 350
    assert show(bare_window, client.get("/authors/rosalind-achterberg").text) == []


def test_nothing_forbidden_is_on_the_page_or_in_the_feed(article, client):
    post_all(article)
    address = article.url
    rows = {row.id: row.body for row in db.session.scalars(db.select(comments.Comment))}
    for body in rows.values():
        assert_clean(body)
    page = client.get(address).text
    assert not re.search(
        r"<(script(?! src| type)|iframe|object|embed|style|base|form(?! )|math|svg(?! class| xmlns| width| hidden| aria))",
        page,
    )

    feed = ElementTree.fromstring(client.get(f"{address}/comments/feed.xml").data)
    found = 0
    for item in feed.iter("item"):
        for part in item:
            if part.tag.endswith(("encoded", "description")):
                assert_clean(part.text or "")
                found += 1
            assert not len(part), "a payload has become an element of the feed"
    assert found >= 20


def assert_clean(body: str) -> None:
    tree = html5lib.parseFragment(body, namespaceHTMLElements=False)
    for element in tree.iter():
        if element is tree:
            continue
        assert element.tag in TAGS, element.tag
        assert set(element.keys()) <= ({"href", "rel"} if element.tag == "a" else set())
        if element.tag == "a":
            assert element.get("href", "").partition(":")[0] in PROTOCOLS and element.get("rel", REL) == REL


def test_the_browser_would_see_what_runs(article, client, bare_window, monkeypatch):
    """The tests above can fail: with the cleaner switched off, the same browser sees scripts run."""
    monkeypatch.setattr(models, "clean", lambda body: body)
    show(bare_window, "<main></main>")
    some = [source for n, source in enumerate(payloads()) if n % len(AROUND) < 2]  # each mechanism twice

    ran = bare_window.evaluate(TRY_ALL, [models.cleaned_body(source) for source in some])

    assert len(ran) >= 50, len(ran)
