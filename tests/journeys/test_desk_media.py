"""The library in a browser: what is dropped, what the network loses, the focal point by keyboard, the choice for a story."""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from tests.axe import faults, violations
from tests.journeys.acts import until
from tests.journeys.test_writing import address, come_in, paper, signed_in  # noqa: F401  # the same paper
from tests.media.files import corners, saved

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"/>'  # the small paper's pictures have no files
DROP = """([at, files]) => {
  const dataTransfer = new DataTransfer();
  for (const [name, data] of files) dataTransfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name));
  for (const kind of ["dragover", "drop"])
    document.querySelector(at).dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
}"""
CUT_MS = 60_000  # cutting takes a second; a busy machine takes more
PAGE = b"<!doctype html><title>No picture</title>"


@pytest.fixture
def library(come_in):  # noqa: F811
    """The library in the window of an editor."""

    def library(to: str = "/desk/media", **how) -> Page:
        page = come_in("edda", "/desk/log", **how)
        page.context.route(
            re.compile(r"^[^/]+//[^/]+/media/"), lambda r: r.fulfill(content_type="image/svg+xml", body=SVG)
        )
        page.goto(to)
        page.wait_for_load_state()
        return page

    return library


def picture(colour: int) -> bytes:
    """A file of a picture that no other has."""
    return saved(corners(240 + colour, 200))


def drop(page: Page, **files: bytes) -> None:
    """Drop files on the page's heading, which is nowhere near the form."""
    page.evaluate(DROP, ["h1", [[f"{name}.jpg", base64.b64encode(data).decode()] for name, data in files.items()]])


def told(page: Page):
    return page.locator("[data-told]")


def test_what_is_dropped_is_sent_one_after_the_other_and_shown(library):
    page, held = library(), []
    page.route("**/desk/media", lambda route: held.append(route), times=1)
    drop(page, barge=picture(1), letter=PAGE)

    expect(page.get_by_role("progressbar", name="Sending barge.jpg")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(1)
    expect(told(page)).to_have_text("Sending 2 files …")
    expect(page.get_by_role("listitem").filter(has_text="letter.jpg")).to_contain_text("waits")
    assert violations(page) == []
    held[0].continue_()

    expect(told(page)).to_have_text("1 added, 1 not taken.", timeout=CUT_MS)
    expect(page.locator(".send__bad")).to_have_text(re.compile(r"letter\.jpg.*is not a picture"))
    expect(page.locator(".library__name").first).to_have_text("barge")
    assert violations(page) == []
    drop(page, again=picture(1))
    expect(told(page)).to_have_text("1 was in the library already.", timeout=CUT_MS)
    page.get_by_role("link", name="open it").first.click()
    expect(page.get_by_label("Title, for the newsroom")).to_have_value("barge")


def test_what_the_network_or_the_session_took_is_sent_when_it_is_back(library):
    page = library()
    page.context.set_offline(True)
    drop(page, first=picture(2), second=picture(3))
    expect(told(page)).to_have_text("There is no connection. 2 files are still to be sent.")
    page.context.set_offline(False)  # the browser notices by itself
    expect(told(page)).to_have_text("2 added.", timeout=CUT_MS)

    cookies = page.context.cookies()
    page.context.clear_cookies()
    drop(page, third=picture(4))
    expect(told(page)).to_contain_text("You have been signed out. 1 file is still to be sent.")
    page.context.add_cookies(cookies)  # signed in again in another window
    page.get_by_role("button", name="Send the rest").click()
    expect(told(page)).to_have_text("1 added.", timeout=CUT_MS)
    expect(page.locator(".library__name").first).to_have_text("third")


def test_the_focal_point_is_set_by_keyboard_and_by_mouse(library):
    page = library("/desk/media/1")
    mark, left, top = (
        page.get_by_role("button", name="Focal point"),
        page.get_by_role("spinbutton", name="From the left"),
        page.get_by_role("spinbutton", name="From the top"),
    )
    left.fill("50")
    top.fill("50")
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowLeft", "ArrowUp"):
        mark.press(key)
    expect(left).to_have_value("59")
    expect(top).to_have_value("45")
    expect(mark).to_have_accessible_name(re.compile("59 per cent from the left, 45 per cent from the top"))
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator(".alert--ok")).to_contain_text("Saved.")
    expect(left).to_have_value("59")

    box, dot = page.locator("[data-focal] img").bounding_box(), mark.bounding_box()
    page.mouse.move(dot["x"] + 16, dot["y"] + 16)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(left).to_have_value("25")
    page.locator("[data-focal]").click(position={"x": box["width"] * 0.75, "y": box["height"] / 2})
    expect(left).to_have_value("75")
    expect(mark).to_be_focused()


def test_a_picture_is_chosen_for_a_story_in_a_dialog_and_another_is_added_there(library, paper):  # noqa: F811
    page = library("/desk/media/1")
    page.get_by_label("May be shown until").fill("2020-01-01")
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator(".alert--ok")).to_contain_text("Saved.")
    page.goto(f"/desk/articles/{paper[1]['draft']}")
    until(page, "async () => Boolean(document.querySelector('.ProseMirror'))")
    opener, dialog, number = (
        page.locator("[data-choose-for]"),
        page.locator("#dialog"),
        page.get_by_label("Picture, by its number"),
    )
    opener.press("Enter")
    search = dialog.get_by_role("searchbox")
    expect(search).to_be_focused()
    assert violations(page) == []
    search.fill("zqnothing")
    search.press("Enter")
    expect(dialog.get_by_role("heading", name="No picture is like that.")).to_be_visible()
    expect(search).to_be_focused()
    dialog.get_by_role("link", name="Clear").click()
    dialog.locator(".library__one a").last.press("Enter")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    expect(number).to_have_value("1")
    expect(page.locator("[data-rights]")).to_have_text(re.compile("rights to this picture have ended"))

    opener.press("Enter")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "tug.jpg", "mimeType": "image/jpeg", "buffer": picture(5)}
    )
    expect(dialog.locator(".library__name").first).to_contain_text("tug", timeout=CUT_MS)
    dialog.get_by_role("link", name="Use it").click()
    expect(dialog).to_be_hidden()
    page.get_by_label("It says nothing that the text does not").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    chosen = number.input_value()
    page.goto(f"/desk/media/{chosen}")
    expect(page.get_by_label("Title, for the newsroom")).to_have_value("tug")
    expect(page.get_by_role("link", name="A draft")).to_be_visible()

    page.goto(f"/desk/articles/{paper[1]['draft']}")
    page.get_by_label("Text", exact=True).press(
        "ControlOrMeta+k"
    )  # the editor's own dialog gives the focus back to the text
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Text", exact=True)).to_be_focused()


def test_without_script_pictures_are_sent_described_used_and_deleted(library, paper):  # noqa: F811
    page = library(scripted=False)
    files = [
        {"name": "قارب.jpg", "mimeType": "image/jpeg", "buffer": picture(6)},
        {"name": "page.jpg", "mimeType": "image/jpeg", "buffer": PAGE},
    ]
    page.locator("#files").set_input_files(files)
    page.get_by_role("button", name="Add", exact=True).click(timeout=CUT_MS)
    expect(page.locator(".send__bad")).to_contain_text("is not a picture")
    page.get_by_role("link", name="open it").click()
    page.get_by_role("spinbutton", name="From the left").fill("20")
    page.get_by_label("Creator").fill("Ada Gull")
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator(".alert--ok")).to_contain_text("Saved.")
    number = page.url.split("?")[0].rsplit("/", 1)[1]

    page.goto(f"/desk/articles/{paper[1]['draft']}")
    page.locator("[data-choose-for]").click()
    page.get_by_label("Search captions").fill("gull قارب")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="قارب").click()
    expect(page.get_by_label("Picture, by its number")).to_have_value(number)

    page.goto(f"/desk/media/{number}")
    page.get_by_role("link", name="Delete…").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator(".alert--ok")).to_have_text("The picture was deleted.")


def test_axe_finds_nothing_and_nothing_goes_sideways(library):
    page = library(reduced_motion="reduce")
    for at in ("/desk/media", "/desk/media?q=zqnothing", "/desk/media/1", "/desk/media/1/delete"):
        page.goto(at)
        assert (at, faults(page)) == (at, [])
