"""Stories saved for later: in this browser, in every tab of it, and nowhere else."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.axe import TOO_WIDE, violations
from tests.browser import HEIGHT, NARROW, WIDE
from tests.journeys.acts import tab_to
from tests.journeys.pages import SHORT_STORY, STORY

LIVE = "/articles/storm-ottoline-live"
TITLES = {STORY: "Seven agree a cable treaty, not who mends them", SHORT_STORY: "What a leap second is"}


@pytest.fixture
def window(window):
    """Opens windows that keep what was read, as a reader's do."""
    return partial(window, keeps=True)


def save(page, address):
    page.goto(address)
    page.locator(".byline").get_by_role("button", name="Save for later").click()
    expect(page.locator("#status")).to_have_text("Saved in this browser, under Saved stories in the menu.")


def rows(page):
    return page.get_by_role("list", name="Saved stories").get_by_role("listitem")


@pytest.fixture
def reader(window):
    """A reader who has saved two stories and looks at the list."""
    page = window(reduced_motion="reduce")
    save(page, STORY)
    save(page, SHORT_STORY)
    page.locator(".menu > summary").click()
    page.locator(".menu").get_by_role("link", name="Saved stories").click()
    expect(page).to_have_url("/saved")
    expect(rows(page)).to_have_count(2)
    return page


def test_the_newest_stands_first_and_leads_to_its_story(reader):
    expect(rows(reader).nth(0)).to_contain_text(TITLES[SHORT_STORY])
    expect(rows(reader).nth(1)).to_contain_text(TITLES[STORY])
    expect(rows(reader).nth(1)).to_contain_text("Asia Pacific")
    expect(rows(reader).nth(1).locator("img")).to_be_visible()

    rows(reader).nth(1).get_by_role("heading").get_by_role("link").click()

    expect(reader).to_have_url(STORY)
    expect(reader.locator(".byline .save")).to_have_attribute("aria-pressed", "true")
    expect(reader.locator(".readbar .save")).to_have_attribute("aria-pressed", "true")


def test_what_is_removed_comes_back_to_its_place_with_undo_by_keyboard_alone(reader):
    tab_to(reader, f"Remove: {TITLES[SHORT_STORY]}")
    reader.keyboard.press("Enter")

    expect(rows(reader).nth(0)).to_contain_text(f"Removed: {TITLES[SHORT_STORY]}")
    expect(rows(reader).nth(0).get_by_role("button", name="Undo")).to_be_focused()
    expect(reader.get_by_text("1 story", exact=True)).to_be_visible()
    reader.keyboard.press("Enter")

    expect(rows(reader).nth(0).get_by_role("button", name="Remove")).to_be_focused()
    expect(rows(reader).nth(0).get_by_role("heading")).to_contain_text(TITLES[SHORT_STORY])
    reader.reload()
    expect(rows(reader).nth(0)).to_contain_text(TITLES[SHORT_STORY])
    expect(rows(reader)).to_have_count(2)


def test_all_go_at_once_and_come_back_at_once_and_an_empty_list_says_how_to_fill_it(reader):
    reader.get_by_role("button", name="Remove all").click()
    expect(rows(reader)).to_have_text([re.compile("2 stories removed")])
    reader.get_by_role("button", name="Undo").click()
    expect(rows(reader)).to_have_count(2)
    expect(rows(reader).nth(0)).to_contain_text(TITLES[SHORT_STORY])

    reader.get_by_role("button", name="Remove all").click()
    reader.reload()

    expect(reader.get_by_role("heading", name="Nothing is saved yet")).to_be_visible()
    expect(reader.get_by_role("button", name="Remove all")).to_have_count(0)
    assert reader.evaluate("Object.keys(localStorage)") == ["read"], "what was read stays, nothing of what was saved"


def test_another_tab_of_the_same_browser_follows_at_once(reader):
    other = reader.context.new_page()
    other.goto(LIVE)
    other.locator(".byline .save").click()
    expect(rows(reader)).to_have_count(3)

    reader.get_by_role("button", name="Remove all").click()

    expect(other.locator(".byline .save")).to_have_attribute("aria-pressed", "false")


def test_the_list_has_no_fault_in_either_theme_and_nothing_sticks_out(reader):
    rows(reader).nth(0).get_by_role("button", name="Remove").click()
    for width in (WIDE, NARROW, 320):
        reader.set_viewport_size({"width": width, "height": HEIGHT})
        for scheme in ("light", "dark"):
            reader.emulate_media(color_scheme=scheme)
            assert (width, scheme, violations(reader), reader.evaluate(TOO_WIDE)) == (width, scheme, [], [])


def test_a_story_that_has_changed_or_is_gone_says_so(window):
    page = window()
    save(page, STORY)
    page.evaluate("""() => {
      const [story] = JSON.parse(localStorage.saved);
      const gone = { ...story, id: "999999", title: "A story that is no more" };
      localStorage.saved = JSON.stringify([{ ...story, title: "An older headline" }, gone]);
    }""")
    page.goto("/saved")

    expect(rows(page).nth(0)).to_contain_text(TITLES[STORY])
    expect(rows(page).nth(0)).to_contain_text("When you saved it: “An older headline”")
    expect(rows(page).nth(1)).to_contain_text("A story that is no more")
    expect(rows(page).nth(1)).to_contain_text("This story is no longer available.")
    rows(page).nth(1).get_by_role("button", name="Remove: A story that is no more").click()
    expect(page.get_by_text("1 story", exact=True)).to_be_visible()


def test_without_the_newsroom_the_list_stands_as_it_was_saved(reader):
    reader.route("**/saved?*", lambda route: route.abort("internetdisconnected"))
    reader.reload()

    expect(rows(reader)).to_have_count(2)
    expect(rows(reader).nth(1)).to_contain_text(TITLES[STORY])
    expect(reader.get_by_text("The newsroom cannot be reached.")).to_be_visible()
    reader.unroute("**/saved?*")


# A getter that throws is what a browser with storage switched off has; setItem that throws, what a full one has.
DENIED = {
    "off": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })",
    "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
}


@pytest.mark.parametrize("how", DENIED)
def test_a_browser_that_keeps_nothing_is_told_and_not_passed_over(window, how):
    page = window()
    page.add_init_script(DENIED[how])
    page.goto(STORY)
    page.locator(".byline .save").click()

    expect(page.locator("#status")).to_contain_text("This browser keeps nothing for us")
    expect(page.locator(".byline .save")).to_have_attribute("aria-pressed", "false")
    page.goto("/saved")
    words = "This browser keeps nothing for us" if how == "off" else "Nothing is saved yet"
    expect(page.get_by_role("heading", name=words)).to_be_visible()


@pytest.mark.parametrize(
    "kept", ["not json", "{}", "[null, 3, {}]", '[{"id": "1", "url": "//evil.example", "title": "x"}]']
)
def test_what_somebody_else_wrote_into_the_storage_does_no_harm(window, kept):
    page = window()
    page.goto("/saved")
    page.evaluate("kept => { localStorage.saved = kept }", kept)
    page.reload()

    expect(page.get_by_role("heading", name="Nothing is saved yet")).to_be_visible()


def test_a_full_list_says_so(window):
    page = window()
    page.goto(STORY)
    page.evaluate("""() => {
      const story = (n) => ({ id: String(100000 + n), url: `/articles/s${n}`, title: `Story ${n}` });
      localStorage.saved = JSON.stringify(Array.from({ length: 100 }, (_, n) => story(n)));
    }""")
    page.locator(".byline .save").click()

    expect(page.locator("#status")).to_contain_text("100 stories are saved, and more do not fit.")


def test_without_script_nothing_is_drawn_that_does_nothing_and_the_page_leads_on(window):
    page = window(scripted=False)
    page.goto(STORY)
    expect(page.get_by_role("button", name="Save for later")).to_have_count(0)

    page.goto("/saved")

    expect(page.get_by_role("heading", name="This list needs JavaScript")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="search the stories").click()
    expect(page).to_have_url("/search")


def test_the_button_moves_nothing_and_is_large_enough(window):
    page = window(width=320)
    page.goto(STORY)
    box = page.locator(".byline .save").bounding_box()
    assert box["width"] >= 24 and box["height"] >= 24

    without = page.evaluate("""() => {
      const places = () => JSON.stringify([...document.querySelectorAll("main *")].map((it) => it.getBoundingClientRect().y));
      const drawn = places();
      for (const button of document.querySelectorAll(".save")) button.removeAttribute("aria-pressed");
      return drawn === places();
    }""")
    assert without
