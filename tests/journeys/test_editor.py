"""The rich editor: a story by keyboard, what is pasted, and no word lost: no network, no session, two at once; nothing changed that
the editor does not know."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from newsapp.articles.body import clean_body
from tests.accounts.people import PASSWORD
from tests.axe import faults, violations
from tests.journeys.acts import until
from tests.journeys.test_writing import address, come_in, paper, signed_in  # noqa: F401  # the same paper

BODIES = Path(__file__).parents[1] / "articles" / "bodies"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>'  # the small paper's pictures have no files
PASTE = """([text, html]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  if (html) data.setData("text/html", html);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
# Every element and attribute that a body may have, some of which the editor has no node for. Where two orders mean the
# same, it stands in the editor's.
EVERYTHING = (
    '<p lang="de">Ein <a href="https://example.org/a" hreflang="en">Wort <em>und</em> eins</a>, <strong><em>beides</em></strong>.</p>'
    '<h2>A heading</h2><h3 dir="rtl">שלום</h3>'
    '<p>H<sub>2</sub>O, m<sup>2</sup>, <s>gone</s>, <u>under</u>, <small>small</small>, <code>code <em>in</em></code>, <kbd>K</kbd>, '
    '<abbr title="World Health Organization">WHO</abbr>, <q cite="https://example.org/q">said</q>, <cite>Title</cite>, '
    '<ins datetime="2026-01-01">new</ins> <del>old</del>, <bdi>name</bdi>, <span lang="fr">mot</span>, <time datetime="2026-01-02">Friday</time>.</p>'
    "<p>A long<wbr>word,<br>a line, and <ruby>漢<rt>kan</rt></ruby>.</p>"
    '<p>Cited.<sup data-source="county"></sup> Again,<sup data-source-url="https://example.org/s" data-source-label="4"></sup> and so on.</p>'
    "<ul><li>One<ul><li>below<ol start=\"3\"><li>third</li></ol></li></ul></li><li><p>Two</p><p>paragraphs</p></li></ul>"
    '<ol reversed="" type="a"><li value="7">Seven</li></ol>'
    '<blockquote cite="https://example.org/b"><p>Plain</p></blockquote>'
    '<blockquote class="pull"><p>Pulled</p><footer>Somebody <em>else</em></footer></blockquote>'
    '<figure data-picture="2"><figcaption>Its <em>caption</em></figcaption></figure><figure data-picture="99"></figure>'
    '<p data-embed="https://example.org/film">A film</p><hr><dl><dt>Term</dt><dd>Meaning</dd></dl><pre>a\n  b</pre>'
    '<table lang="en"><caption>Costs <em>a year</em></caption><thead><tr><td></td><th scope="col" class="r">2025</th></tr></thead>'
    '<tbody><tr><th scope="row" abbr="Sh">Ships</th><td class="r">1</td></tr><tr><th scope="row">Crews</th><td class="r">2</td></tr></tbody>'
    "<tfoot><tr><td colspan=\"2\">Source: us</td></tr></tfoot></table>"
)  # fmt: skip


@pytest.fixture
def begun(come_in, request):  # noqa: F811
    """A story that somebody has just begun, in their window."""

    def begun(who: str = "edda", **how) -> Page:
        page = come_in(who, "/desk/articles/new", **how)
        page.context.route("**/media/*", lambda route: route.fulfill(content_type="image/svg+xml", body=SVG))
        page.get_by_label("Working headline").fill(request.node.name)
        page.get_by_role("button", name="Begin it").click()
        return ready(page)

    return begun


def ready(page: Page) -> Page:
    expect(page.locator(".ed-text")).to_be_visible()
    page.wait_for_load_state()
    return page


def text(page: Page):
    return page.get_by_role("textbox", name="Text", exact=True)


def saved(page: Page) -> str:
    """Save by keyboard, and give the text as it stands on the server then."""
    page.keyboard.press("Control+s")
    until(page, "async () => !Object.keys(localStorage).some((key) => key.startsWith('story:'))")
    return kept(page)


def kept(page: Page) -> str:
    page_again = page.request.get(page.url.partition("?")[0]).text()
    found = re.search(r'id="story-source">(.*?)</script>', page_again, re.S)
    assert found
    return str(json.loads(found[1])["html"])


def paste(page: Page, words: str, html: str = "") -> None:
    text(page).focus()
    with page.expect_response(lambda answer: answer.url.endswith("/clean")):
        page.evaluate(PASTE, [words, html])


def flat(html: str) -> str:
    return re.sub(r"\s*\n\s*", "", html)


def test_a_story_is_written_by_keyboard_alone(begun):
    page = begun()
    text(page).focus()
    page.keyboard.type("## What it says\nIt rose by **eleven** feet.")
    page.keyboard.press("Control+Alt+s")
    page.get_by_label("Address of what is cited").fill("not an address")
    page.keyboard.press("Enter")
    expect(page.locator("#ask-address-error")).to_contain_text("full address")
    page.get_by_label("Address of what is cited").fill("https://example.org/gauge")
    page.keyboard.press("Enter")
    expect(page.locator(".ed-source")).to_have_attribute("aria-label", "Source 1")
    page.keyboard.type("\n- Rain\n")
    page.keyboard.press("Tab")
    page.keyboard.type("in May\n\n\nSee ")
    page.keyboard.press("Control+k")
    page.get_by_label("Where it leads").fill("example.org/map")
    page.get_by_label("Words").fill("the map")
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+F10")
    expect(page.get_by_role("button", name="Bold")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Redo")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Table", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(text(page)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("Feet a year\n")
    for words in ("Year", "Feet", "Place", "2025", "11", "Ansel"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")

    assert flat(saved(page)) == (
        "<h2>What it says</h2><p>It rose by <strong>eleven</strong> feet."
        '<sup data-source-url="https://example.org/gauge"></sup></p>'
        '<ul><li>Rain<ul><li>in May</li></ul></li></ul><p>See <a href="https://example.org/map">the map</a></p>'
        '<table><caption>Feet a year</caption><thead><tr><th scope="col">Year</th><th scope="col">Feet</th><th scope="col">Place</th></tr></thead>'
        "<tbody><tr><td>2025</td><td>11</td><td>Ansel</td></tr></tbody></table>"
    )
    assert violations(page) == []


def test_words_of_another_language_are_marked_and_run_their_own_way(begun):
    page = begun()
    text(page).focus()
    page.keyboard.type("She said")
    page.keyboard.press("Enter")
    page.keyboard.type("قالت إن النهر ارتفع.")
    language = page.get_by_role("button", name="Another language")
    language.click()
    page.get_by_label("The words are in").select_option(label="Arabic")
    page.get_by_role("button", name="Set it").click()
    expect(language).to_have_attribute("aria-pressed", "true")
    right = page.locator(".ed-text p").last.evaluate(
        "(p) => { const words = document.createRange(); words.selectNodeContents(p);"
        " return p.getBoundingClientRect().right - words.getBoundingClientRect().right; }"
    )
    assert abs(right) < 2
    page.locator(".ed-text p").first.click()
    page.keyboard.press("End")
    page.keyboard.press("Control+Shift+ArrowLeft")
    language.click()
    page.get_by_label("The words are in").select_option(label="French")
    page.get_by_role("button", name="Set it").click()
    assert flat(saved(page)) == '<p>She <span lang="fr">said</span></p><p lang="ar">قالت إن النهر ارتفع.</p>'

    page.keyboard.press("Control+a")
    language.click()
    page.get_by_role("button", name="Take it away").click()
    assert flat(saved(page)) == "<p>She said</p><p>قالت إن النهر ارتفع.</p>"


def test_a_mark_of_the_proof_leads_to_its_words_and_to_no_more(begun):
    page = begun()
    text(page).focus()
    page.keyboard.type("It rose by **TK** feet in May.")
    saved(page)
    page.reload()
    ready(page)
    page.get_by_role("link", name="“TK” holds a place for words.").click()
    page.keyboard.type("eleven")
    assert flat(saved(page)) in (
        "<p>It rose by <strong>eleven</strong> feet in May.</p>",
        "<p>It rose by eleven feet in May.</p>",
    )


def test_a_note_is_left_on_chosen_words_and_the_text_stays_as_it_is(begun):
    page = begun(reduced_motion="reduce")
    text(page).focus()
    page.keyboard.type("It rose by eleven feet in May.")
    saved(page)
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    for _ in range(11):
        page.keyboard.press("Shift+ArrowLeft")  # eleven feet
    page.wait_for_function("getSelection().toString() === 'eleven feet'")
    heard = "new Promise(told => requestAnimationFrame(() => setTimeout(told)))"
    page.evaluate(heard)  # the editor hears of a choice after the page does
    page.keyboard.press("Control+Alt+m")
    expect(page.get_by_label("About this part of the text")).to_have_value("eleven feet")
    page.keyboard.type("Who says so?")
    page.get_by_role("button", name="Leave the note").press("Enter")

    notes = page.locator("#notes")
    expect(notes.get_by_role("listitem")).to_contain_text("Who says so?")
    expect(page.locator(".ed-noted")).to_have_text("eleven feet")
    expect(page.get_by_role("link", name="1 note")).to_have_count(0)  # the head says it with the next page
    assert faults(page) == []
    notes.get_by_role("link", name="eleven feet").click()
    page.keyboard.type("nine feet")
    notes.get_by_role("button", name="Done").click()
    expect(page.get_by_text("1 done")).to_be_visible()
    expect(notes.get_by_role("heading", name="Notes to colleagues")).to_be_focused()
    expect(page.locator(".ed-noted")).to_have_count(0)
    assert flat(saved(page)) == "<p>It rose by nine feet in May.</p>"


def test_a_typed_address_leads_there_and_a_typed_source_is_one_at_once(begun):
    page = begun()
    text(page).focus()
    page.keyboard.type(
        "See (https://example.org/a?b=c_d), then https://example.org/e. So[[3]](https://example.org/s) it is: https://example.org/f"
    )
    page.keyboard.press("Enter")
    page.keyboard.type("http and https:// lead nowhere. ")
    expect(text(page).locator(".ed-source")).to_have_count(1)
    to = '<a href="https://example.org/{0}">https://example.org/{0}</a>'.format
    assert flat(saved(page)) == (
        f"<p>See ({to('a?b=c_d')}), then {to('e')}. "
        'So<sup data-source-url="https://example.org/s" data-source-label="3"></sup>'
        f" it is: {to('f')}</p><p>http and https:// lead nowhere.</p>"
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_save_and_what_is_saved_stay_in_sight_in_a_long_text(begun, width):
    page = begun()
    page.set_viewport_size({"width": width, "height": 800})
    text(page).focus()
    page.keyboard.insert_text("A line.\n" * 60)
    for _ in range(60):
        page.keyboard.press("Enter")
    page.keyboard.type("The end.")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_in_viewport(ratio=1)
    expect(text(page).get_by_text("The end.")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved-at]")).to_contain_text("Saved")
    expect(page.locator("[data-saved-at]")).to_be_in_viewport(ratio=1)


def test_quotations_pictures_and_cards_come_from_the_bar(begun):
    page = begun()
    text(page).focus()
    page.keyboard.type("A cable has no flag.")
    page.get_by_role("button", name="Pull quote").click()
    expect(page.get_by_role("button", name="Pull quote")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("Adaeze\nAfter it.\n")
    page.get_by_role("button", name="Picture", exact=True).click()
    page.get_by_role("searchbox").fill("Credit 2")
    page.keyboard.press("Enter")
    expect(page.locator(".ed-offer li")).to_have_count(1)
    assert violations(page) == []
    page.locator(".ed-offer button").click()
    page.keyboard.type("In the port\n")
    page.keyboard.press("Control+k")
    page.get_by_label("Where it leads").fill("https://example.org/film")
    page.get_by_label("Words").fill("A film")
    page.get_by_label("As a card").check()
    page.get_by_role("button", name="Set it").click()

    assert flat(saved(page)) == (
        '<blockquote class="pull"><p>A cable has no flag.</p><footer>Adaeze</footer></blockquote><p>After it.</p>'
        '<figure data-picture="3"><figcaption>In the port</figcaption></figure><p data-embed="https://example.org/film">A film</p>'
    )


def test_what_the_editor_does_not_know_comes_through_it_unchanged(begun):
    page = begun()
    story = page.locator("#story")
    fields = story.evaluate("form => Object.fromEntries(new FormData(form))")
    assert page.request.post(page.url, form={**fields, "body": EVERYTHING, "format": "html"}).ok
    before = clean_body(EVERYTHING)
    page.reload()
    ready(page)
    expect(page.locator(".ed-kept")).to_have_count(2)  # the list of terms, and what is set as it stands

    text(page).focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Zq ")

    assert flat(saved(page)) == flat(before.replace("Ein ", "Zq Ein ", 1))


def test_a_text_that_is_not_touched_stays_byte_for_byte(begun):
    page = begun()
    fields = page.locator("#story").evaluate("form => Object.fromEntries(new FormData(form))")
    page.request.post(page.url, form={**fields, "body": EVERYTHING, "format": "html"})
    before = kept(page)
    page.reload()
    ready(page)
    page.get_by_label("Headline", exact=True).fill("Another headline")

    assert saved(page) == before
    expect(page.locator("[name=format]")).to_have_value("markdown")


@pytest.mark.parametrize("name", ["word.html", "docs.html", "web.html"])
def test_what_is_pasted_is_cleaned_as_every_text_is(begun, name):
    page = begun()
    source = (BODIES / name).read_text(encoding="utf-8")

    paste(page, "words", source)
    until(page, "async () => document.querySelector('.ed-text').innerText.length > 100")

    assert flat(saved(page)) == flat(clean_body(source))


def test_plain_text_stays_plain_but_for_sources(begun):
    page = begun()
    text(page).focus()
    page.evaluate(PASTE, ["1 < 2 & **not bold**", ""])
    page.keyboard.press("Enter")

    paste(page, "It rose [[1]](https://example.org/gauge) again.")
    expect(page.locator(".ed-source")).to_have_count(1)

    assert flat(saved(page)) == (
        "<p>1 &lt; 2 &amp; **not bold**</p>"
        '<p>It rose<sup data-source-url="https://example.org/gauge" data-source-label="1"></sup> again.</p>'
    )


def test_no_word_is_lost_without_a_network(begun):
    page = begun()
    text(page).focus()
    page.keyboard.type("First.")
    saved(page)
    page.context.set_offline(True)
    page.keyboard.type(" Written without a network.")
    page.keyboard.press("Control+s")

    expect(page.locator("#trouble")).to_contain_text("There is no connection. Your words are kept in this browser")
    until(page, "async () => Object.values(localStorage).some((kept) => kept.includes('without a network'))")
    page.context.set_offline(False)
    expect(page.locator("#trouble")).to_be_hidden()
    assert "Written without a network." in kept(page)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('story:'))") == []


def test_words_that_a_closed_browser_kept_stand_there_again(begun):
    page = begun()
    text(page).focus()
    page.route(
        "**/desk/articles/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page.keyboard.type("Nearly lost.")
    until(page, "async () => Object.values(localStorage).some((kept) => kept.includes('Nearly lost'))")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]

    ready(page)
    expect(text(page)).to_contain_text("Nearly lost.")
    page.unroute("**/desk/articles/*")
    assert "Nearly lost." in saved(page)


def test_one_signs_in_again_in_place(begun):
    page = begun()
    text(page).focus()
    page.keyboard.type("Before.")
    saved(page)
    page.context.clear_cookies()
    page.keyboard.type(" After.")
    page.keyboard.press("Control+s")
    expect(page.locator("#trouble")).to_contain_text("You are not signed in any more.")

    page.get_by_role("button", name="Sign in again").click()
    page.get_by_label("Username or email address").fill("edda")
    page.get_by_label("Password").fill("wrong, to begin with")
    page.get_by_role("dialog").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("We could not sign you in.")
    page.get_by_label("Username or email address").fill("edda")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("dialog").get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#trouble")).to_be_hidden()
    assert "Before. After." in kept(page)


def test_a_save_over_a_newer_text_shows_both(begun, come_in):  # noqa: F811
    first = begun()
    second = ready(come_in("ada", first.url))
    text(second).focus()
    second.keyboard.type("What Ada wrote.")
    saved(second)
    text(first).focus()
    first.keyboard.type("What Edda wrote.")
    # By itself, with no key pressed for it.
    expect(first.locator("#trouble")).to_contain_text("Ada has saved meanwhile")
    assert kept(first) == "<p>What Ada wrote.</p>"

    first.get_by_role("button", name="Show both").click()

    expect(first.get_by_label("Their text")).to_have_value("What Ada wrote.\n")
    expect(text(first)).to_have_text("What Edda wrote.")
    assert kept(first) == "<p>What Ada wrote.</p>"
    first.keyboard.press("Control+s")
    expect(first.get_by_text("Saved.", exact=True)).to_be_visible()
    assert kept(first) == "<p>What Edda wrote.</p>"
    expect(first.locator("#trouble")).to_be_hidden()


def test_axe_finds_nothing_in_the_editor_and_nothing_sticks_out(begun):
    page = begun(reduced_motion="reduce")
    fields = page.locator("#story").evaluate("form => Object.fromEntries(new FormData(form))")
    page.request.post(page.url, form={**fields, "body": EVERYTHING, "format": "html"})
    page.reload()
    ready(page)
    page.locator(".ed-text td").first.click()
    assert faults(page) == []


def test_what_came_with_the_page_is_nothing_to_undo(begun):
    page = begun()
    text(page).focus()
    page.keyboard.type("Eleven feet in a night.")
    before = saved(page)
    page = ready_again(page)

    text(page).focus()
    for _ in range(3):
        page.keyboard.press("Control+z")
    page.get_by_role("button", name="Undo").click()
    expect(text(page)).to_contain_text("Eleven feet")
    page.keyboard.type("Since then: ")
    page.keyboard.press("Control+z")

    assert saved(page) == before


def test_enter_leads_out_of_a_quotation_and_nothing_typed_takes_a_cards_place(begun):
    page = begun()
    text(page).focus()
    page.keyboard.type("> It fell.")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("After it.")
    page.keyboard.press("Control+k")
    page.get_by_label("Where it leads").fill("https://example.org/film")
    page.get_by_label("Words").fill("A film")
    page.get_by_label("As a card").check()
    page.keyboard.press("Enter")
    expect(page.locator(".ed-text [data-embed], .ed-card").first).to_be_visible()
    assert "<p>It fell.</p></blockquote><p>After it.</p>" in flat(saved(page)).replace("<footer></footer>", "")

    page = ready_again(page)
    page.locator(".ed-text .ed-card, .ed-text [data-embed]").first.click()
    page.keyboard.type("Behind.")

    kept_now = flat(saved(page))
    assert 'data-embed="https://example.org/film"' in kept_now and kept_now.endswith("<p>Behind.</p>")


def test_a_byline_is_added_without_leaving_the_page(begun):
    page = begun()
    rows = page.locator(".side__byline")
    before = rows.count()
    page.get_by_role("button", name="One more byline").click()
    page.keyboard.type("Somebody Else")
    saved(page)

    assert rows.count() == before + 1
    assert "Somebody Else" in page.request.get(page.url.partition("?")[0]).text()


def ready_again(page: Page) -> Page:
    page.reload()
    return ready(page)


def test_what_is_lost_of_what_was_pasted_is_told_until_it_is_closed(begun):
    page = begun()
    told = page.locator(".ed-told")
    paste(page, "Rain", '<p>Rain <img src="file:///C:/a.png" alt="A gauge"> fell.</p>')
    expect(told).to_contain_text("A picture without a web address was left out: A gauge")
    assert violations(page) == []
    told.get_by_role("button", name="Close").click()
    expect(told.get_by_role("button")).to_be_hidden()
    expect(text(page)).to_be_focused()
    paste(
        page,
        "Sun",
        '<p>Sun<sup><a href="#ftnt1" id="ftnt_ref1">[1]</a></sup></p><p><a href="#ftnt_ref1" id="ftnt1">[1]</a> https://example.org/a</p>',
    )
    expect(told).to_contain_text("Footnote 1 is a source now.")
    expect(page.locator(".ed-source")).to_have_attribute("aria-label", "Source 1")
    paste(page, "Wind", "<p>Wind</p>")
    expect(told.get_by_role("button")).to_be_hidden()
