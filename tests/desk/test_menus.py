"""The footer's columns at the desk: what an editor puts there stands there at once, and what leads nowhere is marked."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from newsapp import pages, sections
from newsapp.accounts import Role
from newsapp.accounts.log import LogEntry
from newsapp.db import db
from newsapp.sections import MenuColumn, MenuItem, Section
from tests.conftest import signed_in
from tests.desk.stories import account, alert, fields

HERE = "/desk/menus"
ITEM = {"section_id": "0", "label": "", "address": ""}


@pytest.fixture
def browser(app, editor, world):
    return signed_in(app, editor)


@pytest.fixture
def column(world):
    made = sections.add_column("The paper")
    made.add(world, None, None)
    made.add(None, "The log", "/log")
    made.add(None, "About us", "/about")
    db.session.commit()
    return made


def foot(client) -> str:
    page = client.get("/").text
    return page.split('aria-label="Footer"')[1].split("</nav>")[0] if 'aria-label="Footer"' in page else ""


def say(browser, item: MenuItem, **said):
    at = f"{HERE}/items/{item.id}"
    return browser.post(at, data={**fields(browser.get(at).text, f"form[action='{at}']"), **said})


def test_columns_are_added_renamed_put_in_order_and_removed(browser, client, column):
    foot(client)
    assert browser.post(HERE, data={"heading": "More <b>"}).status_code == 303
    other = db.session.scalars(select(MenuColumn).order_by(MenuColumn.id.desc())).first()
    browser.post(f"{HERE}/{other.id}/items", data={**ITEM, "label": "Topics", "address": "/topics"})
    assert "<h2>More &lt;b&gt;</h2>" in foot(client)

    at = f"{HERE}/{other.id}"
    assert (
        browser.post(at, data={**fields(browser.get(at).text, f"form[action='{at}']"), "heading": "More"}).status_code
        == 303
    )
    assert (
        browser.post(
            f"{HERE}/order", data={"seen": f"{column.id},{other.id}", "order": f"{other.id},{column.id}"}
        ).status_code
        == 303
    )
    assert foot(client).index("<h2>More</h2>") < foot(client).index("<h2>The paper</h2>")

    form = fields(browser.get(at).text, f"form[action='{at}/remove']")
    assert browser.post(f"{at}/remove", data=form).status_code == 303
    assert "More" not in foot(client)
    assert set(db.session.scalars(select(LogEntry.act))) == {"menu.add", "menu.edit", "menu.order", "menu.remove"}


def test_a_line_is_a_section_a_page_or_an_address(browser, client, world, column):
    for said in (
        {"section_id": str(world.id), "label": "Abroad"},
        {"label": "Elsewhere", "address": "https://example.org/a?b=1"},
    ):
        assert browser.post(f"{HERE}/{column.id}/items", data={**ITEM, **said}).status_code == 303
    assert '<a href="/sections/world">Abroad</a>' in foot(
        client
    ) and '<a href="https://example.org/a?b=1">Elsewhere</a>' in foot(client)

    log = db.session.scalars(select(MenuItem).where(MenuItem.label == "The log")).one()
    assert say(browser, log, label="What appeared").status_code == 303
    assert '<a href="/log">What appeared</a>' in foot(client)
    form = fields(browser.get(f"{HERE}/items/{log.id}").text, f"form[action='{HERE}/items/{log.id}/remove']")
    assert browser.post(f"{HERE}/items/{log.id}/remove", data=form).status_code == 303
    assert "What appeared" not in foot(client)


@pytest.mark.parametrize(
    ("said", "fault"),
    [({"label": "x"}, "Write a path"), ({"label": "x", "address": "about"}, "Write a path"), ({"label": "x", "address": "//evil.example"}, "Write a path"),
     ({"label": "x", "address": "javascript:alert(1)"}, "Write a path"), ({"address": "/about"}, "what the line is called"), ({"label": "x" * 61, "address": "/about"}, "At most 60"),
     ({"section_id": "99"}, "Not a valid choice"), ({"label": "x", "address": "/" + "a" * 2000}, "2,000")],
)  # fmt: skip
def test_a_wrong_line_is_told_of_and_nothing_is_lost(browser, column, said, fault):
    answer = browser.post(f"{HERE}/{column.id}/items", data={**ITEM, **said})
    assert answer.status_code == 422 and fault in alert(answer.text)
    assert f'value="{said.get("address", "")}"' in answer.text or not said.get("address")
    assert len(db.session.scalars(select(MenuItem)).all()) == 3


def test_what_readers_do_not_see_is_marked_with_the_reason(browser, client, world, column):
    column.add(None, "Old", "/sections/gone")
    db.session.get(Section, world.id).hide()
    db.session.commit()
    page = browser.get(HERE).text
    assert page.count("Not shown: the page is not there") == 1 and "Not shown: the section is hidden" in page
    assert page.count("There is no page at this address") == 1
    assert "About us" not in foot(client) and "World" not in foot(client)

    pages.write("about", "About", "<p>Us.</p>")
    db.session.get(Section, world.id).show()
    db.session.commit()
    assert "Not shown" not in browser.get(HERE).text and "About us" in foot(client)
    sections.add_column("Empty")
    db.session.commit()
    assert "Not shown: nothing in it is there" in browser.get(HERE).text and "Empty" not in foot(client)


def test_there_is_room_for_six_columns(browser, column):
    for n in range(5):
        assert browser.post(HERE, data={"heading": f"C{n}"}).status_code == 303
    answer = browser.post(HERE, data={"heading": "One more"})
    assert answer.status_code == 422 and "room for 6" in alert(answer.text) and 'value="One more"' in answer.text
    assert browser.post(HERE, data={"heading": " "}).status_code == 422


def test_two_editors_at_once_lose_nothing(app, browser, client, column):
    other = signed_in(app, account(Role.EDITOR, "Otto"))
    first, second, third = (item.id for item in column.items)
    at = f"{HERE}/items/{second}"
    mine, gone = (fields(browser.get(at).text, f"form[action='{to}']") for to in (at, f"{at}/remove"))
    say(other, db.session.get(MenuItem, second), label="Theirs")

    late = browser.post(at, data={**mine, "label": "Mine"})
    assert (
        late.status_code == 409
        and "Otto has changed it meanwhile. It is Theirs, /log, now." in alert(late.text)
        and 'value="Mine"' in late.text
    )
    assert browser.post(f"{at}/remove", data=gone).status_code == 409
    assert browser.post(at, data=fields(late.text, f"form[action='{at}']")).status_code == 303
    assert ">Mine</a>" in foot(client)

    order = f"{HERE}/{column.id}/order"
    assert (
        other.post(order, data={"seen": f"{first},{second},{third}", "order": f"{second},{first},{third}"}).status_code
        == 303
    )
    for wanted in (f"{third},{first},{second}", "", "x", f"{second},{first}"):
        assert browser.post(order, data={"seen": f"{first},{second},{third}", "order": wanted}).status_code == 409
    seen = fields(browser.get(f"{HERE}/{column.id}").text, f"form[action='{HERE}/{column.id}/remove']")
    other.post(f"{HERE}/{column.id}/items", data={**ITEM, "label": "New", "address": "/log"})
    assert browser.post(f"{HERE}/{column.id}/remove", data=seen).status_code == 409
    heading = f"{HERE}/{column.id}"
    stale = fields(browser.get(heading).text, f"form[action='{heading}']")
    other.post(heading, data={**stale, "heading": "Theirs"})
    assert "It is called Theirs now" in alert(browser.post(heading, data={**stale, "heading": "Mine"}).text)
