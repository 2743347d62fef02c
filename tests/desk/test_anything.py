"""Finding anything at the desk: what is found of each kind, and that nobody finds what is not theirs to see."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from newsapp import comments
from newsapp.accounts import Role
from newsapp.articles import drafting, sourcing
from newsapp.db import db
from newsapp.media import Picture
from tests.conftest import signed_in
from tests.desk.stories import account, begun
from tests.site.test_headers import PART

WRITERS = (Role.CONTRIBUTOR, Role.AUTHOR, Role.EDITOR, Role.ADMIN)


@pytest.fixture
def people(app, world):
    return {role: account(role) for role in Role}


@pytest.fixture
def find(app, people):
    """Asks as somebody; gives what was found as {kind: {title: address}}."""

    def find(words, role=Role.EDITOR):
        answer = signed_in(app, people[role]).get("/desk/find", query_string={"q": words})
        assert answer.status_code == 200
        found = {}
        for part in BeautifulSoup(answer.text, "html.parser").select(".find section"):
            hits = part.select("a")
            found[part.h2.text] = {hit.select_one(".find__title").text: hit["href"] for hit in hits}
            assert len(hits) <= 10 or part.h2.text in ("Do", "Pages")
        return found

    return find


@pytest.fixture
def picture(app):
    made = Picture(
        sha256="0" * 64, stem="p", original="p.jpg", width=9, height=9, widths=[9], title="Barges at dawn", credit="Lee"
    )
    db.session.add(made)
    db.session.commit()
    return made


def test_without_words_there_is_what_somebody_may_do_and_where(find):
    assert find("", Role.MODERATOR)["Pages"] == {
        "Today": "/desk", "Comments": "/desk/comments", "Words": "/desk/words", "Reasons": "/desk/reasons",
        "Rules": "/desk/rules", "Log": "/desk/log",
    }  # fmt: skip
    assert "New article" not in find("", Role.MODERATOR)["Do"] and find("")["Do"]["New article"] == "/desk/articles/new"
    assert "Settings" in find("", Role.ADMIN)["Pages"] and "Settings" not in find("")["Pages"]
    assert "Rules" not in find("", Role.AUTHOR)["Pages"]


@pytest.mark.parametrize("words", ["new article", "NEW ART", "write story", "  article   new "])
def test_what_can_be_done_is_found_by_the_beginnings_of_its_words(find, words):
    assert find(words)["Do"] == {"New article": "/desk/articles/new"}


def test_a_page_is_found_by_another_name_for_it(find):
    assert find("audit")["Pages"] == {"Log": "/desk/log"}
    assert find("photos")["Pages"] == {"Pictures": "/desk/media"}


def test_stories_are_found_in_every_state_by_words_in_any_order_and_by_number(world, people, find, article):
    draft = begun(world, people[Role.AUTHOR], headline="A barge’s return")
    review = begun(world, people[Role.AUTHOR], headline="Return of the barges")
    drafting.submit(review, people[Role.AUTHOR])
    db.session.commit()
    assert set(find("return BARGE")["Articles"]) == {
        "A barge’s return",
        "Return of the barges",
        "Barges return to the Ostrel",
    }
    assert find(str(draft.id))["Articles"] == {"A barge’s return": f"/desk/articles/{draft.id}"}
    assert "Articles" not in find("%") and "Articles" not in find("999999999999999999999")


def test_everything_else_is_found_too(asia, rosalind, article, picture, reader, find):
    source = sourcing.add({"title": "The barge accord", "publisher": "Ostrel Board"})
    comment = comments.post(article, "<p>Barge &amp; tug</p>", account=reader)
    comments.post(article, "Nice", guest_name="Gus Guest")
    db.session.commit()
    found = find("barge")
    assert found["Sources"] == {"The barge accord": f"/desk/sources/{source.id}"} == find(f"s{source.id}")["Sources"]
    assert found["Pictures"] == {"Barges at dawn": f"/desk/media/{picture.id}"}
    assert found["Comments"] == {"Barge & tug": f"/desk/comments/{comment.id}"}
    assert find("rosal")["People"] == {"Rosalind Achterberg": f"/desk/authors/{rosalind.id}"}
    assert find("tamsin")["People"] == {"Tamsin Kerrigold": f"/desk/comments/people/{reader.id}"}
    assert list(find("gus")["People"]) == ["Gus Guest"]
    assert find("asia")["Sections"] == {"World › Asia Pacific": f"/desk/sections/{asia.id}"}
    assert list(find("rivers")["Topics"].values()) == [f"/desk/topics/{article.topics[0].id}"]
    assert find("asia", Role.AUTHOR) == {"Sections": {"World › Asia Pacific": f"/desk/articles?section={asia.id}"}}
    assert find("rivers", Role.AUTHOR) == {"Topics": {"Rivers": "/topics/rivers"}}


def test_nobody_finds_a_colleague_s_draft(world, people, find):
    begun(world, people[Role.EDITOR], headline="Zqsecret")
    for role in (Role.CONTRIBUTOR, Role.AUTHOR, Role.MODERATOR):
        assert find("zqsecret", role) == {}, role
    assert "Articles" in find("zqsecret", Role.ADMIN)


def test_a_moderator_finds_discussions_people_and_comments_and_no_number_of_a_story(
    article, world, people, reader, find
):
    begun(world, people[Role.EDITOR], headline="Barges in secret")
    comments.post(article, "Barges", account=reader)
    db.session.commit()
    found = find("barges", Role.MODERATOR)
    assert found["Discussions"] == {"Barges return to the Ostrel": f"/desk/comments/stories/{article.id}"}
    assert set(found) == {"Discussions", "Comments"}
    assert find(str(article.id), Role.MODERATOR) == {}


def test_who_does_not_moderate_finds_neither_comments_nor_who_wrote_them(article, reader, find):
    comments.post(article, "Tamsin writes", account=reader)
    db.session.commit()
    for role in (Role.CONTRIBUTOR, Role.AUTHOR):
        assert find("tamsin", role) == {}, role


def test_a_mail_address_leads_only_those_to_somebody_who_may_see_addresses(reader, find):
    assert find("tamsin@example.org") == {}
    for role in (Role.MODERATOR, Role.ADMIN):
        assert find("tamsin@example.org", role) == {
            "People": {"Tamsin Kerrigold": f"/desk/comments/people/{reader.id}"}
        }


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", "'; DROP", '"', "%_\\", "\x00", "é" * 5000, "☃", "-", "*"]
)
def test_whatever_is_asked_for_there_is_an_answer_and_it_is_escaped(find, app, people, words):
    assert find(words) is not None
    part = signed_in(app, people[Role.EDITOR]).get("/desk/find", query_string={"q": words}, headers=PART).text
    assert "<script" not in part and "data-asked=" in part


def test_in_the_dialog_what_is_found_are_options_for_the_field(app, people, article):
    browser = signed_in(app, people[Role.EDITOR])
    part = BeautifulSoup(browser.get("/desk/find?q=barges", headers=PART).text, "html.parser")
    options = part.select('#find-list[role=listbox] > [role=group] > a[role=option][tabindex="-1"]')
    assert len(options) == len({option["id"] for option in options}) >= 1
    assert part.select_one("[data-asked]")["data-asked"] == "barges"
    assert "Nothing is called that" in browser.get("/desk/find?q=zqnothing", headers=PART).text


def test_a_reports_reference_finds_its_comment(find, article, reader):
    row = comments.post(article, "Buy my boats", account=reader)
    report = comments.report(row, "spam", by=None)
    db.session.commit()

    assert list(find(report.reference.lower(), Role.MODERATOR)["Comments"].values()) == [f"/desk/comments/{row.id}"]
    assert "Comments" not in find(report.reference, Role.AUTHOR)


def test_of_a_name_the_person_comes_first(find, article, reader):
    comments.post(article, "Barges again", account=reader)
    db.session.commit()

    assert next(iter(find(reader.name.split()[0]))) == "People"
    assert next(iter(find("barges"))) != "People"
