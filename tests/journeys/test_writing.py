"""From the writer's pen to the public history, with and without script; axe on every page of a story, at the desk and in public."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from newsapp import accounts, create_app, media
from newsapp.accounts import Account, Role
from newsapp.articles import Article, drafting, newslist, preview, releasing
from newsapp.db import db
from newsapp.lib import clock
from newsapp.site import Site
from tests.accounts.people import PASSWORD, password_hash
from tests.axe import faults, violations
from tests.journeys.acts import until
from tests.servers import serving
from tests.small_paper import cut_pictures, plant


@pytest.fixture(scope="module")
def paper(empty_database, postgres, tmp_path_factory):
    """A small paper of these tests' own, with somebody of each role, and a story with a history."""
    folder = tmp_path_factory.mktemp("writing")
    if postgres:
        address = postgres.create(folder.name, template="empty")
    else:
        shutil.copy(empty_database.removeprefix("sqlite:///"), folder / "news.db")
        address = f"sqlite:///{folder}/news.db"
    app = create_app({"DATABASE_URL": address, "TESTING": True}, instance=folder)
    with app.app_context():
        plant(clock.now())
        db.session.get_one(Site, 1).set(zone="UTC")
        cut_pictures(media.folder())
        for name, role in (("cora", Role.CONTRIBUTOR), ("edda", Role.EDITOR), ("ada", Role.ADMIN)):
            accounts.create(name.capitalize(), name, f"{name}@example.org", password_hash(), role)
        db.session.commit()
        edda, story = db.session.scalar(Account.known_as("edda")), db.session.get_one(Article, 1)
        for n, said in enumerate(("One way. Or another.", "Another way. Or a third.")):
            document, number = drafting.working_document(story)
            drafting.save(
                story,
                {**document, "headline": f"Headline {n}", "body": f"<p>{said}</p><h2>Why</h2><p>Rain {n}.</p>"},
                edda,
                number,
            )
            releasing.release(story, edda, "correction", f"Reason {n}", f"It was {n}.")
            db.session.commit()
        document, number = drafting.working_document(story)
        drafting.save(story, {**document, "standfirst": "Not released."}, edda, number)
        drafting.embargo(story, clock.now() + timedelta(days=1), "A report", edda)
        link = preview.make_link(story, "3", "Counsel", edda)
        draft = drafting.begin(story_section(story), "A draft", edda)
        newslist.began(draft, edda)
        db.session.commit()
        found = {"link": link.url, "draft": draft.id}
        db.session.remove()
    yield {"NEWSAPP_INSTANCE": str(folder), "NEWSAPP_DATABASE_URL": address}, found
    with app.app_context():
        db.engine.dispose()


def story_section(story):
    from newsapp.sections import Section

    return db.session.get_one(Section, story.section_id)


@pytest.fixture(scope="module")
def address(paper):
    with serving(paper[0]) as address:
        yield address


@pytest.fixture(scope="module")
def signed_in(browser, address):
    held = {}

    def sign_in(who: str):
        if who not in held:
            context = browser.new_context(base_url=address)
            page = context.new_page()
            page.goto("/desk/articles")
            page.get_by_label("Username or email address").fill(who)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Articles")
            held[who] = context.storage_state()
            context.close()
        return held[who]

    return sign_in


@pytest.fixture
def come_in(window, signed_in):
    def come_in(who: str, to: str = "/desk/articles", **how) -> Page:
        page = window(storage_state=signed_in(who), **how)
        page.goto(to)
        return page

    return come_in


def write(page: Page, *blocks: str) -> None:
    """Write a text in place of the one that is there, by keyboard, in the words of Markdown, with and without the editor."""
    page.wait_for_load_state()
    text = page.get_by_label("Text", exact=True)
    text.press("ControlOrMeta+a")
    if page.locator("textarea#body").is_visible():
        text.fill("\n\n".join(blocks))
    else:
        page.keyboard.press("Delete")
        page.keyboard.type("\n".join(blocks))


def test_a_story_goes_from_its_writer_to_readers_and_is_corrected_in_the_open(come_in, window, scripted):
    title = f"Barges return {'with' if scripted else 'without'} script"
    writer = come_in("cora", "/desk/articles/new", scripted=scripted)
    writer.get_by_label("Working headline").fill(title)
    writer.get_by_label("Section").select_option(label="World")
    writer.get_by_role("button", name="Begin it").click()
    write(writer, "The river rose by *eleven* centimetres.", "## Why", "Rain.")
    writer.get_by_label("Topics").fill("Rivers")
    writer.locator("#byline-0-name").fill("Cora Contributor")
    writer.get_by_role("button", name="Give to review…").click()
    writer.get_by_role("button", name="Give it to review").click()
    expect(writer.get_by_role("status").filter(has_text="In review.")).to_be_visible()
    expect(writer.get_by_role("link", name="Publish")).to_have_count(0)

    editor = come_in("edda", "/desk/articles?tab=review", scripted=scripted)
    editor.get_by_role("link", name=title).click()
    editor.get_by_role("button", name="Publish…").click()
    if scripted:  # a time that is written means it to wait
        editor.get_by_label("Day and time").fill("2031-01-01T09:00")
        expect(editor.get_by_label("At a time")).to_be_checked()
        expect(editor.get_by_role("button", name="Publish it at that time")).to_be_visible()
        editor.get_by_label("Now").check()
        expect(editor.get_by_label("Day and time")).to_have_value("")
    editor.get_by_label("At a time").check()
    soon = clock.now() + timedelta(seconds=5)
    editor.get_by_label("Day and time").evaluate(
        "(field, value) => (field.value = value)", f"{soon:%Y-%m-%dT%H:%M:%S}"
    ) if scripted else (editor.get_by_label("Now").check())
    editor.get_by_role("button", name="Publish it").click()
    expect(editor.locator(".alert--ok").first).to_be_visible()
    slug = f"/articles/barges-return-{'with' if scripted else 'without'}-script"
    reader = window(scripted=scripted)
    if scripted:
        editor.wait_for_timeout(5500)  # its time comes; nothing has to run for it
    reader.goto(slug)
    expect(reader.get_by_role("heading", level=1)).to_have_text(title)
    expect(reader.locator(".prose em")).to_have_text("eleven")

    editor.goto("/desk/articles?tab=published")
    editor.get_by_role("link", name=title).click()
    write(editor, "The river rose by *twelve* centimetres.", "## Why", "Rain.")
    editor.get_by_role("button", name="Release a change…").click()
    expect(editor.locator("del")).to_contain_text("eleven")
    editor.get_by_role("button", name="Release it").click()
    expect(editor.get_by_role("alert")).to_contain_text("what kind of change")
    editor.get_by_label("Correction").check()
    editor.get_by_label("What was changed, and why, in a line").fill("The height of the river")
    editor.get_by_label("The notice under the story").fill("It rose by twelve centimetres, not eleven.")
    editor.get_by_role("button", name="Release it").click()
    expect(editor.get_by_text("It is public now.")).to_be_visible()

    reader.goto(slug)
    expect(reader.locator(".correction")).to_contain_text("twelve centimetres, not eleven")
    reader.get_by_role("link", name="All 2 versions of this story").click()
    reader.get_by_role("link", name="What it changed").click()
    expect(reader.locator("ins")).to_contain_text("twelve")
    expect(reader.locator("del")).to_contain_text("eleven")


def test_two_at_one_story_see_each_other_and_lose_nothing(come_in, paper):
    at = f"/desk/articles/{paper[1]['draft']}"
    first, second = come_in("edda", at), come_in("ada", at)
    until(second, "async () => document.getElementById('others').textContent.includes('Edda')")

    write(first, "What Edda wrote.")
    write(second, "What Ada wrote.")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_text("Saved.", exact=True)).to_be_visible()
    first.get_by_role("button", name="Save", exact=True).click()

    expect(first.get_by_role("alert")).to_contain_text("Ada has saved meanwhile")
    expect(first.get_by_label("Their text")).to_have_value("What Ada wrote.\n")
    expect(first.get_by_label("Text", exact=True)).to_have_text("What Edda wrote.")
    assert violations(first) == []
    first.get_by_role("button", name="Save", exact=True).click()
    expect(first.get_by_text("Saved.", exact=True)).to_be_visible()


def test_the_headline_s_length_is_counted_as_one_types(come_in, paper):
    page = come_in("edda", f"/desk/articles/{paper[1]['draft']}")
    page.get_by_label("Headline", exact=True).fill("Twelve signs")
    expect(page.locator("#headline-guide")).to_contain_text("12 characters")


def test_axe_finds_nothing_on_any_page_of_a_story_and_nothing_sticks_out(come_in, paper):
    page = come_in("edda", reduced_motion="reduce")
    for address in (
        "/desk/articles", "/desk/articles?q=zzz", "/desk/articles/new", "/desk/articles/1", "/desk/articles/1/release", "/desk/articles/1/history?from=v1&to=v3",
        "/desk/articles/1/preview", "/desk/articles/1/withdraw", "/desk/articles/1/send-back", "/articles/story-number-0/versions",
        "/articles/story-number-0/versions/3", paper[1]["link"],
    ):  # fmt: skip
        page.goto(address)
        page.locator("details").evaluate_all("all => all.forEach(one => one.closest('.side') && (one.open = true))")
        assert (address, faults(page)) == (address, [])
