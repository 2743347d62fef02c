"""A reader who comes back to a story that was changed is told what is new, by their own browser."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import select

from newsapp.articles import Article, drafting, releasing
from newsapp.db import db
from tests.axe import violations

STORY = "/articles/what-a-leap-second-is"


def changed(words: str) -> None:
    """Put another paragraph at the end of the story."""
    story = db.session.scalars(select(Article).where(Article.slug == STORY.rpartition("/")[2])).one()
    document, number = drafting.working_document(story)
    drafting.save(story, {**document, "body": f"{document['body']}<p>{words}</p>"}, None, number)
    releasing.release(story, None, "correction", "A line was missing.", "<p>A line was missing.</p>")
    db.session.commit()


def test_whoever_comes_back_is_told_what_is_new_once(window, desk):
    page = window()
    page.goto(STORY)
    line = page.locator(".since")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(line).to_have_count(0)

    changed("The next one is not decided.")
    page.reload()
    expect(line).to_contain_text("1 correction, 1 new passage")
    expect(line).to_contain_text("Since you read this on")
    assert violations(page) == []
    line.get_by_role("link", name="See what is new").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is new since version 1")
    expect(page.locator("ins").first).to_contain_text("not decided")

    page.goto(STORY)
    page.wait_for_load_state("networkidle")
    expect(line).to_have_count(0)


def test_without_script_the_versions_are_named_below(window, desk):
    changed("Nor is the one after it.")
    page = window(scripted=False)
    page.goto(STORY)
    expect(page.locator(".since")).to_have_count(0)
    expect(page.get_by_role("link", name="versions of this story")).to_be_visible()
