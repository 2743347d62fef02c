"""One tree feeds the header, the mobile menu and the footer."""

from __future__ import annotations

import re

import pytest

from newsapp import sections
from newsapp.db import db
from newsapp.sections import MenuColumn, MenuItem, Tree


def nav(html: str) -> str:
    return html.split('<ul class="nav__list">')[1].split("</nav>")[0]


def test_a_parent_is_a_link_and_has_a_button_of_its_own(client, world, asia):
    bar = nav(client.get("/").text)

    assert '<a href="/sections/world">World</a><details name="nav"><summary aria-label="World: sub-sections">' in bar
    assert '<a href="/sections/world/asia-pacific">Asia Pacific</a>' in bar


def test_the_page_that_one_is_on_is_marked_and_so_is_what_it_hangs_on(client, world, asia):
    bar = nav(client.get("/sections/world/asia-pacific").text)

    assert '<a href="/sections/world" aria-current="true">' in bar
    assert '<a href="/sections/world/asia-pacific" aria-current="page">' in bar


def test_a_paper_without_sections_has_no_bar(client, site):
    assert 'class="nav"' not in client.get("/").text


def test_what_the_bar_has_no_room_for_stands_under_more(client, site):
    for n in range(30):
        sections.create(f"Section number {n:02d} with a name of forty chars")
    db.session.commit()
    bar = nav(client.get("/").text)

    assert len(re.findall(r'<li class="nav__item">', bar)) == 9
    assert bar.count("<li><a") == 21 and "More" in bar


def test_a_hidden_section_leaves_every_menu_and_its_address_answers(client, world, asia):
    column = MenuColumn(heading="News", items=[MenuItem(section_id=world.id)])
    db.session.add(column)
    world.hide()
    db.session.commit()
    page = client.get("/")

    assert "/sections/world" not in page.text
    assert client.get("/sections/world").status_code == 200


def test_a_renamed_section_is_renamed_everywhere_at_once(client, world):
    client.get("/")
    world.edit(name="Abroad")
    db.session.commit()

    assert ">Abroad</a>" in nav(client.get("/").text)


def test_an_empty_column_and_a_page_that_is_not_written_are_left_out(client, world):
    db.session.add(MenuColumn(heading="Empty", items=[]))
    db.session.add(
        MenuColumn(
            heading="Full",
            position=1,
            items=[
                MenuItem(section_id=world.id),
                MenuItem(label="Missing", address="/missing"),
                MenuItem(label="Elsewhere", address="https://example.org/"),
            ],
        )
    )
    db.session.commit()
    footer = client.get("/").text.split('class="foot__cols"')[1]

    assert "Empty" not in footer and "Missing" not in footer
    assert ">World</a>" in footer and 'href="https://example.org/"' in footer


def test_a_tree_with_a_parent_that_is_not_there_still_stands():
    from newsapp.sections import Section

    lost = Section(id=2, parent_id=99, path="x/y", name="Lost", description="")
    whole = Section(id=1, parent_id=None, path="a", name="A", description="")

    assert [branch.name for branch in Tree([lost, whole]).top] == ["A"]


@pytest.mark.parametrize(
    ("name", "path"), [("US & Canada", "us-canada"), ("Économie", "economie"), ("日本", "日本"), ("!!!", "untitled")]
)
def test_an_address_is_made_of_the_name(site, name, path):
    assert sections.create(name).path == path
