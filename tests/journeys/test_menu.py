"""The menu of every section, and the sub-menus of the section bar."""

from playwright.sync_api import expect

from tests.browser import NARROW
from tests.journeys.acts import tab, tab_to


def section_bar(page):
    return page.get_by_role("navigation", name="Sections", exact=True)


def test_the_menu_opens_over_the_page_and_leads_to_a_section(window, scripted):
    page = window(width=NARROW, scripted=scripted)
    page.goto("/")
    sections = page.get_by_role("navigation", name="All sections")
    expect(sections).not_to_be_visible()

    page.locator(".menu > summary").click()
    expect(sections).to_be_visible()
    sections.get_by_role("link", name="Science").click()

    expect(page).to_have_url("/sections/tech/science")
    expect(sections).not_to_be_visible()


def test_tab_stays_in_the_open_menu(window):
    page = window(width=NARROW, reduced_motion="reduce")
    page.goto("/")
    menu = page.locator(".menu > summary")
    last = page.locator(".menu").get_by_role("link").last
    menu.press("Enter")

    tab_to(page, last.inner_text())
    expect(last).to_be_focused()

    tab(page)
    expect(menu).to_be_focused()
    tab(page, "Shift+Tab")
    expect(last).to_be_focused()


def test_esc_closes_the_menu_and_gives_the_focus_back(window):
    page = window(width=NARROW)
    page.goto("/")
    page.locator(".menu > summary").press("Enter")
    page.keyboard.press("Tab")

    page.keyboard.press("Escape")

    expect(page.get_by_role("navigation", name="All sections")).not_to_be_visible()
    expect(page.locator(".menu > summary")).to_be_focused()


def test_the_menu_closes_by_a_click_beside_it(window):
    page = window()
    page.goto("/")
    page.locator(".menu > summary").click()

    page.mouse.click(640, 790)

    expect(page.get_by_role("navigation", name="All sections")).not_to_be_visible()


def test_the_whole_menu_can_be_reached_on_a_low_screen(window, scripted):
    page = window(width=640, height=360, scripted=scripted)
    page.goto("/")
    page.locator(".menu > summary").click()

    last = page.locator(".menu").get_by_role("link").last
    last.scroll_into_view_if_needed()

    expect(last).to_be_in_viewport()


def test_a_sub_menu_opens_and_leads_to_its_section(page, scripted):
    page.goto("/")
    bar = section_bar(page)
    bar.get_by_label("World: sub-sections").click()
    bar.get_by_role("link", name="Asia Pacific").click()

    expect(page).to_have_url("/sections/world/asia-pacific")
    expect(section_bar(page).get_by_role("link", name="World", exact=True)).to_have_attribute("aria-current", "true")


def test_one_sub_menu_is_open_at_a_time(page):
    page.goto("/")
    bar = section_bar(page)
    bar.get_by_label("World: sub-sections").click()
    bar.get_by_label("Politics: sub-sections").click()

    expect(bar.get_by_role("link", name="Asia Pacific")).not_to_be_visible()
    expect(bar.get_by_role("link", name="UK")).to_be_visible()


def test_esc_closes_a_sub_menu_and_gives_the_focus_back(window):
    page = window()
    page.goto("/")
    world = section_bar(page).get_by_label("World: sub-sections")
    world.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    expect(section_bar(page).get_by_role("link", name="Asia Pacific")).not_to_be_visible()
    expect(world).to_be_focused()
