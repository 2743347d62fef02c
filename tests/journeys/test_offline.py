"""Reading without a network: what was opened is there, what was not says so, and what the network says always wins."""

import json
import re
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.axe import TOO_WIDE, violations
from tests.browser import HEIGHT, NARROW, WIDE
from tests.journeys.acts import tab_to, until
from tests.journeys.pages import SECTION, SHORT_STORY, STORY, WITHDRAWN

IN_CACHE = "async (name) => (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)"
# A copy of another text, so that one can tell what is shown: the network's page or this.
PUT = """async ([path, words, at]) => {
  const headers = { "Content-Type": "text/html", "X-Kept-At": at, "X-Kept-Needs": "[]" };
  const body = `<html lang="en" data-kept="${at}"><title>${words}</title><h1>${words}</h1>`;
  await (await caches.open("pages-1")).put(path, new Response(body, { headers }));
}"""
YESTERDAY, IN_2000 = "2026-01-01T12:00:00.000Z", "2000-01-01T12:00:00.000Z"


@pytest.fixture
def window(window):
    """Opens windows that keep what was read, as a reader's do."""
    return partial(window, keeps=True)


def kept(page):
    """Give the paths of the stories that the browser keeps."""
    return [path for path in page.evaluate(IN_CACHE, "pages-1") if path not in ("/offline", "/saved")]


def open_story(page, path):
    """Open a story and wait until the browser has it, with its picture."""
    page.goto(path)
    until(
        page,
        """async (path) => {
          const answer = await (await caches.open("pages-1")).match(path);
          const needs = JSON.parse(answer?.headers.get("X-Kept-Needs") ?? "[]");
          const parts = await caches.open("parts-1");
          const has = await Promise.all(needs.map((need) => parts.match(need)));
          const wantsPicture = document.querySelector(".art__hero");
          return needs.length && has.every(Boolean) && (!wantsPicture || needs.some((need) => need.startsWith("/media/")));
        }""",
        path,
    )


@pytest.fixture
def reader(window):
    """A reader who has opened a story, and then lost the network."""
    page = window(reduced_motion="reduce")
    open_story(page, STORY)
    page.context.set_offline(True)
    return page


def test_a_story_is_there_again_as_it_looked_and_says_from_when_it_is(reader):
    reader.goto(STORY)

    expect(reader.get_by_role("heading", level=1)).to_contain_text("Seven ministers agree")
    expect(reader.get_by_text("The network does not answer. This is the story as it was kept on")).to_be_visible()
    assert reader.evaluate("document.querySelector('.art__hero img').decode().then(() => true)")
    assert reader.evaluate("document.fonts.check('16px Piazzolla')")
    expect(reader.get_by_role("heading", level=1)).to_have_css("font-weight", "700")


def test_a_kept_story_shows_its_picture_in_another_window_size_too(reader):
    reader.set_viewport_size({"width": NARROW, "height": HEIGHT})
    reader.goto(STORY)

    assert reader.evaluate("document.querySelector('.art__hero img').decode().then(() => true)")


def test_a_picture_that_is_not_kept_leaves_no_hole(reader):
    reader.goto(STORY)
    expect(reader.get_by_text("The network does not answer.")).to_be_visible()
    reader.locator("footer").last.scroll_into_view_if_needed()

    expect(reader.locator(".art__hero img").first).to_be_visible()
    until(
        reader,
        """async () => [...document.images].every((one) =>
      !one.checkVisibility() || !one.complete || one.naturalWidth || !one.getClientRects().length)""",
    )


def test_the_saved_list_is_there_without_a_network(window):
    page = window(reduced_motion="reduce")
    open_story(page, STORY)
    page.get_by_role("button", name="Save for later").first.click()
    page.context.set_offline(True)
    page.goto("/saved")

    expect(page.get_by_role("heading", level=1)).to_have_text("Saved stories")
    expect(page.get_by_role("link", name="Seven agree a cable treaty").first).to_be_visible()
    expect(page.get_by_text("The newsroom cannot be reached.")).to_be_visible()
    page.get_by_role("link", name="Seven agree a cable treaty").first.click()
    expect(page.get_by_text("The network does not answer. This is the story as it was kept on")).to_be_visible()


def test_another_page_is_the_one_for_want_of_a_network_and_leads_to_what_is_kept_by_keyboard_alone(reader):
    reader.goto(SECTION)

    expect(reader).to_have_url(SECTION)
    expect(reader.get_by_role("heading", level=1)).to_have_text("Reading offline")
    expect(reader.get_by_text("The page that you asked for could not be fetched")).to_be_visible()
    tab_to(reader, "Seven ministers agree")
    reader.keyboard.press("Enter")

    expect(reader).to_have_url(STORY)
    expect(reader.get_by_role("heading", level=1)).to_contain_text("Seven ministers agree")


def test_the_page_that_was_asked_for_comes_by_itself_when_the_network_is_back(reader):
    reader.goto(SECTION)
    expect(reader.get_by_role("link", name="Try again")).to_be_visible()

    reader.context.set_offline(False)

    expect(reader.get_by_role("heading", level=1)).to_have_text("World")
    reader.goto(STORY)
    expect(reader.locator("html:not([data-kept])")).to_have_count(1)


def test_the_page_for_want_of_a_network_has_no_fault(window):
    page = window(reduced_motion="reduce")
    open_story(page, STORY)
    page.goto("/offline")
    expect(page.get_by_role("heading", name="Kept on this device")).to_be_visible()
    page.locator("[data-offline=lost]").evaluate("it => { it.hidden = false }")
    for width in (WIDE, NARROW, 320):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert (width, scheme, violations(page), page.evaluate(TOO_WIDE)) == (width, scheme, [], [])


def test_while_the_network_answers_what_is_kept_is_never_shown(window):
    page = window()
    open_story(page, SHORT_STORY)
    page.evaluate(PUT, [SHORT_STORY, "An old copy", YESTERDAY])

    page.goto(SHORT_STORY)
    expect(page.get_by_role("heading", level=1)).to_contain_text("What a leap second is")
    open_story(page, SHORT_STORY)
    page.context.set_offline(True)
    page.reload()

    expect(page.get_by_role("heading", level=1)).to_contain_text("What a leap second is")


def test_a_withdrawn_story_goes_when_the_network_says_so(window):
    page = window()
    open_story(page, SHORT_STORY)
    page.evaluate(PUT, [WITHDRAWN, "Taken back", YESTERDAY])
    assert WITHDRAWN in kept(page)

    page.goto(WITHDRAWN)

    expect(page.get_by_role("heading", level=1)).to_have_text("This story has been withdrawn")
    until(page, f"async () => !(await ({IN_CACHE})('pages-1')).includes('{WITHDRAWN}')")


def test_twenty_stay_and_the_saved_ones_beside_them_and_nothing_that_none_of_them_needs(window):
    page = window()
    open_story(page, SHORT_STORY)
    for n in range(24):
        page.evaluate(PUT, [f"/articles/old-{n}", f"Old {n}", f"2020-01-{n + 1:02}T12:00:00.000Z"])
    page.evaluate("""async () => {
      localStorage.saved = JSON.stringify([{ id: "1", url: "/articles/old-0", title: "Old 0" }]);
      document.dispatchEvent(new Event("saved:changed"));
      await (await caches.open("parts-1")).put("/static/dist/site-OF-OLD.css", new Response(""));
    }""")
    until(page, f"async () => (await ({IN_CACHE})('parts-1')).includes('/service-worker.js')")

    page.goto(STORY)

    until(page, f"async () => (await ({IN_CACHE})('pages-1')).length === 23")  # with /offline and /saved
    stays = kept(page)
    assert {STORY, SHORT_STORY, "/articles/old-0", "/articles/old-23", "/articles/old-6"} <= set(stays)
    assert "/articles/old-5" not in stays
    assert "/static/dist/site-OF-OLD.css" not in page.evaluate(IN_CACHE, "parts-1")


def test_only_stories_are_kept(window):
    page = window()
    open_story(page, SHORT_STORY)
    for path in ("/", SECTION, "/search?q=cable", f"{STORY}/comments", f"{STORY}/share", "/preferences", "/saved"):
        page.goto(path)
    page.goto(f"{STORY}?utm_source=elsewhere#comments")
    until(page, f"async () => (await ({IN_CACHE})('pages-1')).length === 4")

    assert set(kept(page)) == {SHORT_STORY, STORY}


# What the network answers the worker, in place of the newsroom.
ANSWERS = """async (control) => {
  await registration.navigationPreload.disable();
  Object.defineProperty(Response.prototype, "type", { get: () => "basic" });
  const headers = { "Content-Type": "text/html", "Cache-Control": control };
  self.fetch = async () => new Response("<html lang=en><title>Mine</title><h1>Mine</h1>", { headers });
}"""


@pytest.mark.parametrize(("control", "keeps"), [("private, no-cache", False), ("no-store", False), ("no-cache", True)])
def test_what_is_one_persons_is_never_kept(window, control, keeps):
    page = window()
    open_story(page, SHORT_STORY)
    page.context.service_workers[0].evaluate(ANSWERS, control)

    page.goto(STORY)
    expect(page.get_by_role("heading", level=1)).to_have_text("Mine")
    page.wait_for_timeout(300)

    assert (STORY in kept(page)) is keeps


def test_caches_of_before_go_when_a_new_worker_starts(window):
    page = window()
    page.goto("/robots.txt")  # starts no worker
    page.evaluate("caches.open('pages-0')")
    open_story(page, SHORT_STORY)

    until(page, "async () => !(await caches.keys()).includes('pages-0')")


def test_a_saved_story_is_fetched_for_later_without_being_counted_as_read(window):
    page = window()
    asked = []
    page.context.on("request", lambda request: asked.append(request) if request.service_worker else None)
    open_story(page, SHORT_STORY)
    page.evaluate(f"localStorage.saved = JSON.stringify([{{ id: '1', url: {json.dumps(STORY)}, title: 'Saved' }}])")
    page.goto("/saved")

    until(page, f"async () => (await ({IN_CACHE})('pages-1')).includes('{STORY}')")
    fetched = [request.headers.get("purpose") for request in asked if request.url.endswith(STORY)]
    assert fetched == ["prefetch"]


def test_a_reader_can_take_what_is_kept_off_the_device(window):
    page = window()
    open_story(page, STORY)
    page.goto("/offline")
    page.get_by_role("button", name="Remove them from this device").click()

    expect(page.get_by_role("heading", name="No story is kept on this device")).to_be_focused()
    assert kept(page) == []
    until(page, f"async () => !(await ({IN_CACHE})('parts-1')).some((path) => path.startsWith('/media/'))")


def test_without_script_the_page_for_want_of_a_network_says_why_it_is_empty(window):
    page = window(scripted=False)
    page.goto("/offline")

    expect(page.locator("noscript p")).to_have_text(
        re.compile("Stories are kept by a script, and your browser runs none")
    )
