"""The paper's structure at the desk in a browser, with and without script: what an editor changes is on the site at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.test_writing import address, come_in, paper, signed_in  # noqa: F401  # the same paper


@pytest.mark.parametrize("script", [True, False])
def test_a_section_is_added_put_in_order_and_given_another_address(come_in, address, script):  # noqa: F811
    name = "Science" if script else "Sport"
    page = come_in("edda", "/desk/sections", scripted=script)
    page.get_by_role("link", name="New section").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add it").click()
    rows = page.locator(".tree").first.locator(":scope > li")
    expect(rows.last).to_contain_text(name)
    count = rows.count()
    page.get_by_role("button", name=f"Up {name}").click()
    expect(rows.nth(count - 2)).to_contain_text(name)
    if script:
        expect(page.get_by_role("button", name=f"Up {name}")).to_be_focused()
        rows.nth(count - 2).locator(".drag").first.drag_to(
            rows.nth(0).locator(".tree__row").first, target_position={"x": 5, "y": 2}
        )
        expect(rows.nth(0)).to_contain_text(name)
        page.reload()
        expect(rows.nth(0)).to_contain_text(name)
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_label("Last part of its address").fill(f"{name} & more")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(f"{address}/sections/{name.lower()}")
    expect(page).to_have_url(f"{address}/sections/{name.lower()}-more")
    expect(page.locator(".nav")).to_contain_text(name)


@pytest.mark.parametrize("script", [True, False])
def test_what_is_asked_for_in_vain_is_led_on(come_in, address, script):  # noqa: F811
    old = f"/2019/05/world-{script}.html".lower()
    page = come_in("edda", f"/desk/redirects/edit?old={old}", scripted=script)
    page.get_by_label("New address").fill("/sections/world")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("The redirect is kept.")).to_be_visible()
    page.get_by_label("Part of an address").fill(old)
    if not script:
        page.get_by_role("button", name="Show").click()
    expect(page.locator("#found-redirects tbody tr")).to_have_count(1)
    page.goto(f"{address}{old}")
    expect(page).to_have_url(f"{address}/sections/world")
