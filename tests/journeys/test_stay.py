""" "Stay Informed": where the publisher wants it, seldom, never in the way, and gone with Esc."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from newsapp.db import db
from newsapp.newsletter import Subscriber, Subscription
from newsapp.site import Site
from tests.axe import violations
from tests.journeys.acts import scroll_to
from tests.journeys.pages import SECTION, STORY

DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture(autouse=True, scope="module")
def wanted(desk):
    db.session.scalars(select(Site)).one().set(stay_informed=True)
    db.session.commit()
    yield
    db.session.scalars(select(Site)).one().set(stay_informed=False)
    db.session.commit()


def read_on(page: Page, address: str = STORY) -> None:
    page.goto(address)
    scroll_to(page, 1200)
    page.wait_for_function("scrollY >= 600")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def window_of(page: Page):
    return page.get_by_role("dialog", name="Stay Informed")


def test_it_comes_with_the_second_page_takes_no_focus_and_goes_with_esc_for_90_days(window):
    page = window()
    read_on(page)
    expect(window_of(page)).to_have_count(0)

    read_on(page, SECTION)
    expect(window_of(page)).to_be_visible()
    assert page.evaluate("document.activeElement === document.body")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(window_of(page)).to_have_count(0)

    read_on(page)
    expect(window_of(page)).to_have_count(0)
    for days, times in ((89, 0), (91, 1)):
        page.evaluate("([days, day]) => localStorage.setItem('stay-informed', JSON.stringify({ shown: Date.now() - days * day }))", [days, DAY_MS])  # fmt: skip
        read_on(page)
        expect(window_of(page)).to_have_count(times)
    window_of(page).get_by_role("button", name="Close").click()
    expect(window_of(page)).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "main"


def test_it_is_never_over_the_text_of_a_phone_nor_without_script(window):
    page = window(width=390)
    for address in (STORY, SECTION, STORY):
        read_on(page, address)
        expect(window_of(page)).to_have_count(0)
    plain = window(scripted=False)
    for address in (STORY, SECTION):
        plain.goto(address)
        expect(window_of(plain)).to_have_count(0)


def test_one_can_sign_up_in_it_and_is_asked_no_more(window, desk):
    page = window()
    page.goto(SECTION)
    read_on(page)
    form = window_of(page)
    form.get_by_label("Email address").fill("wren-stays@example.org")
    form.get_by_role("button", name="Sign up").click()
    expect(form.get_by_role("status")).to_contain_text("Look into your mailbox.")

    db.session.rollback()
    asked = select(Subscription).join(Subscriber).where(Subscriber.address == "wren-stays@example.org")
    assert db.session.scalars(asked).one().source == "dialog"
    assert json.loads(page.evaluate("localStorage.getItem('stay-informed')"))["asked"] is True
    page.evaluate("localStorage.setItem('stay-informed', JSON.stringify({ shown: 0, asked: true }))")
    read_on(page)
    expect(window_of(page)).to_have_count(0)


def test_where_the_publisher_does_not_want_it_no_page_has_it(window, desk):
    db.session.scalars(select(Site)).one().set(stay_informed=False)
    db.session.commit()
    try:
        page = window()
        page.goto(SECTION)
        read_on(page)
        expect(page.locator("#stay")).to_have_count(0)
        expect(window_of(page)).to_have_count(0)
    finally:
        db.session.scalars(select(Site)).one().set(stay_informed=True)
        db.session.commit()
