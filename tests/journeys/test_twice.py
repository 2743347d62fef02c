"""Whoever presses everything twice gets what one press gives, and a form that is sent without a network stays as it is."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from newsapp import accounts
from newsapp.db import db
from tests.accounts.people import PASSWORD, password_hash
from tests.journeys.pages import SECTION, STORY

EACH = [0, 120]  # ms between two presses: as quick as can be, and as people do


@pytest.fixture
def reader(desk, window):
    """A window of somebody signed in, made for one test."""
    made = accounts.create("Dora Double", "dora", "dora@example.org", password_hash())
    db.session.commit()
    page = window()
    page.goto("/account/sign-in?next=/account")
    page.get_by_label("Username or email address").fill("dora")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    yield page
    accounts.holdings.erase(made, keep_words=False)
    db.session.commit()


@pytest.mark.parametrize("between", EACH)
def test_helpful_pressed_twice_counts_once_and_stays(reader, between):
    reader.goto(STORY)
    link = reader.locator(".comment__acts a[href$='/recommend']").first
    before = link.inner_text()

    link.dblclick(delay=between // 2)

    expect(link).not_to_have_text(before)
    said = link.inner_text()
    reader.wait_for_load_state("networkidle")
    reader.reload()
    expect(reader.locator(".comment__acts a[href$='/recommend']").first).to_have_text(said)
    expect(link).to_have_class("is-given")


def test_several_things_pressed_on_a_slow_line_all_arrive(reader):
    reader.goto(STORY)

    def late(route):
        reader.wait_for_timeout(400)
        route.continue_()

    reader.route("**/comments/*/recommend", late)
    links = reader.locator(".comment__acts a[href$='/recommend']")
    for n in range(3):
        links.nth(n).evaluate("link => link.click()")  # as quick as three fingers
    for n in range(3):
        expect(links.nth(n)).to_have_class("is-given")

    reader.route("**/comments/*/reply", late)
    replies = reader.locator(".comment__acts a[href$='/reply']")
    for n in range(3):
        replies.nth(n).evaluate("link => link.click()")
    expect(reader.locator(".reply__slot form.reply")).to_have_count(3)


def test_load_more_pressed_twice_adds_one_page(window):
    page = window()
    for address in (SECTION, "/search?q=the"):
        page.goto(address)
        page.get_by_role("link", name="Load more").dblclick()
        expect(page.locator("#status")).to_contain_text("12 more")
        page.wait_for_load_state("networkidle")
        links = page.locator("#river :is(h2, h3) a").evaluate_all("links => links.map(link => link.href)")
        assert len(set(links)) == len(links)


def test_a_story_that_is_saved_by_two_presses_is_saved(window):
    page = window()
    page.goto(STORY)
    button = page.locator("[data-save][data-url]").first
    button.dblclick()
    expect(button).to_have_attribute("aria-pressed", "true")


def test_a_form_that_is_sent_without_a_network_keeps_its_words(reader):
    reader.goto("/account")
    about = reader.get_by_label("About you")
    about.fill("Long words about me")
    reader.context.set_offline(True)
    reader.locator("main").get_by_role("button", name="Save").first.click()

    expect(reader.locator("#status")).to_contain_text("There is no connection.")
    expect(about).to_have_value("Long words about me")
    reader.context.set_offline(False)
    reader.locator("main").get_by_role("button", name="Save").first.click()
    reader.goto("/account")
    expect(about).to_have_value("Long words about me")
