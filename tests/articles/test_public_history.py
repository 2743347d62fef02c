"""The public history of a story: its versions, what each changed, and that no text of it can do anything."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from newsapp.articles import drafting, proofs
from newsapp.articles.releasing import release
from newsapp.db import db
from newsapp.lib import clock
from newsapp.lib.forms import plain
from tests.articles.bodies.payloads import HOSTILE
from tests.articles.test_drafting import write
from tests.articles.test_versions import MINUTE, change
from tests.conftest import NOON, signed_in
from tests.desk.stories import account


def body_of(html: str) -> str:
    """Give the words of a story on a page: headline, standfirst, names, key points, text and sources, as they are written."""
    found = [re.search(pattern, html, re.S) for pattern in (
        r"<h1>.*?</h1>\s*(?:<p class=\"standfirst\">.*?</p>)?", r"<p>By .*?</p>", r'(?:<section class="keypoints".*?</section>\s*)?<div class="prose">.*?\n    </div>',
        r'<section class="notes".*?</section>', r'<section class="made".*?</section>',
    )]  # fmt: skip
    return "\n".join(part[0].strip() for part in found if part)


def test_each_version_is_on_its_page_as_the_story_s_page_had_it_byte_for_byte(client, article, editor):
    seen = {1: body_of(client.get(article.url).text)}
    for n, said in enumerate((
        {"headline": "Barges & <boats>", "body": "<p>One.<sup data-source-url='https://example.org/a'></sup></p><h2>Why</h2>"},
        {"standfirst": "", "key_points": ["A", "B"], "bylines": [{"author_id": None, "name": "An <agency>", "role": "x", "part": "by"}]},
        {"making": {"checked": "A <second> reporter", "machines": "None"}},
        {"body": "<table><caption>C</caption><tr><th scope='col'>a</th></tr><tr><td>1</td></tr></table>"},
    ), 2):  # fmt: skip
        change(article, editor, **said)
        clock.advance(MINUTE)
        seen[n] = body_of(client.get(article.url).text)

    assert len(set(seen.values())) == 5 and all("prose" in part for part in seen.values())
    for n, part in seen.items():
        assert body_of(client.get(f"{article.url}/versions/{n}").text) == part, n


def test_the_history_says_when_what_and_why_and_not_who_of_the_desk(client, article, editor):
    change(article, editor, "correction", headline="Barges stay")
    page = client.get(f"{article.url}/versions").text

    assert "Correction" in page and "Put right" in page and "14 March 2026, 12:00 GMT" in page and "by the desk" in page
    assert editor.name not in page
    for address in (f"{article.url}/versions", f"{article.url}/versions/1", f"{article.url}/versions/2"):
        page = client.get(address).text
        assert '<meta name="robots" content="noindex">' in page
        assert f'<link rel="canonical" href="http://127.0.0.1:8000{article.url}">' in page


def test_a_story_that_was_never_changed_says_so_and_its_page_names_no_history(client, article):
    assert "/versions" not in client.get(article.url).text
    assert "stands as it was published" in client.get(f"{article.url}/versions").text
    assert client.get(f"{article.url}/versions/1").status_code == 404


def test_a_story_that_was_changed_before_versions_were_kept_is_never_called_unchanged(client, article):
    article.publish()
    article.correct("A figure.", "<p>It was 4.</p>")
    db.session.commit()

    shown = client.get(f"{article.url}/versions").text

    assert "stands as it was published" not in shown and "changed before we kept versions" in shown


@pytest.mark.parametrize("n", ["0", "2", "99", "-1", "x", "99999999999"])
def test_a_version_that_is_not_there_is_not_found(client, article, editor, n):
    assert client.get(f"{article.url}/versions/{n}").status_code == 404


def test_a_version_that_waits_is_nowhere(client, world, editor):
    story = drafting.begin(world, "Zqsecret", editor)
    document, number = drafting.working_document(story)
    drafting.save(story, {**document, "body": "<p>Zqtext.</p>"}, editor, number)
    release(story, editor, at=NOON + MINUTE)
    db.session.commit()
    for address in ("", "/versions", "/versions/1"):
        assert client.get(f"/articles/zqsecret{address}").status_code == 404
    clock.advance(2 * MINUTE)
    assert client.get("/articles/zqsecret/versions/1").status_code == 200


def test_the_difference_can_be_read_without_colour_and_aloud(client, article, editor):
    change(
        article,
        editor,
        body="<p>The river fell. <a href='https://example.org/'>Figures</a></p><h2>Why</h2><p>Rain.</p>",
    )
    page = BeautifulSoup(client.get(f"{article.url}/versions/2").text, "html.parser").select_one(".diff")

    assert page.find("del").get_text() == "[removed: rose]" and page.find("ins").get_text() == "[added: fell]"
    assert "passage" in page.get_text()


def test_no_hostile_text_does_anything_on_any_page_that_compares(app, client, world, editor, monkeypatch):
    """The payloads that the body's cleaner is tested with, as headline, standfirst, byline, point, topic, reason and text."""
    monkeypatch.setattr(proofs, "BLOCKING", frozenset())  # some of them would be refused for other reasons
    browser = signed_in(app, account("admin"))
    story = drafting.begin(world, "Plain", editor)
    release(story, editor)
    db.session.commit()
    for n, (name, payload) in enumerate(HOSTILE.items()):
        line = " ".join(payload.split())
        write(
            story, editor, headline=line, standfirst=f"{line} {n}", label=line[:60], place=line, key_points=[line], topics=[line[:80]],
            bylines=[{"author_id": None, "name": line, "role": line, "part": "by"}], body=f"<p>{n}</p>{payload}", picture_caption=payload,
        )  # fmt: skip
        release(story, editor, "correction", plain(line), plain(payload))
        db.session.commit()
        clock.advance(MINUTE)
        if n % 6:
            continue
        last = story.versions
        at = f"/desk/articles/{story.id}"
        for browser_, address in (
            (client, f"{story.url}/versions/{last}"), (client, f"{story.url}/versions"), (browser, f"{at}/history?from=v1&to=v{last}"),
            (browser, at), (browser, f"{at}/preview"), (browser, "/desk/articles"),
        ):  # fmt: skip
            harmless(browser_.get(address), name, address)


def harmless(answer, name: str, address: str) -> None:
    """Check that a page has no element, attribute or address that a template of ours does not write."""
    assert answer.status_code == 200, (name, address)
    page = BeautifulSoup(answer.text, "html5lib")
    where = (name, address)
    for script in page.find_all("script"):
        is_data = script.get("type") in ("application/ld+json", "application/json")
        assert (script.get("src") or "").startswith("/static/") or is_data, where
    assert not page.find_all(
        ["iframe", "object", "embed", "base", "style", "marquee", "applet", "frameset", "video", "audio"]
    ), where
    ours = ("ask-", "find-box")  # the editor's, and the desk's field that finds anything
    assert all((template.get("id") or "").startswith(ours) for template in page.find_all("template")), where
    for element in page.find_all(True):
        for attribute, value in element.attrs.items():
            assert not attribute.startswith("on") and attribute not in ("style", "srcdoc", "formaction"), (
                *where,
                attribute,
            )
            if attribute in ("href", "src", "action"):
                assert re.match(r"(/|#|https?://|mailto:|tel:|data:image/svg\+xml)", str(value)), (*where, value)
    for form in page.find_all("form"):
        assert form.get("action", "/").startswith("/"), where  # one without is a dialog of the editor
