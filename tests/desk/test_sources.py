"""Sources at the desk: the list, describing one, merging two, citing one again; who may do what."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from newsapp import articles
from newsapp.accounts import Role
from newsapp.articles import Source, drafting, sourcing
from newsapp.articles.documents import printed_story
from newsapp.articles.versions import Version
from newsapp.db import db
from tests.conftest import signed_in
from tests.desk.stories import account, alert, begun, fields

LONG = "https://example.org/" + "a" * 1970
AWKWARD = [
    "اتفاق الكابلات البحرية", "50% of <b>boats</b> & “more”", "x" * 500, "Ελληνικά", "'; DROP TABLE source; --",
]  # fmt: skip


@pytest.fixture
def people(app, world):
    return {role: account(role) for role in Role}


@pytest.fixture
def browser(app, people):
    return signed_in(app, people[Role.EDITOR])


def kept(title="The accord", **more):
    made = sourcing.add({"title": title, **more})
    db.session.commit()
    return made


def cited(section, source, headline="Cited"):
    story = articles.write(headline, section, '<p>So.<sup data-source="a"></sup></p>', sources={"a": source})
    story.publish()
    db.session.commit()
    return story


def say(browser, source, **said):
    at = f"/desk/sources/{source.id}"
    return browser.post(at, data={**fields(browser.get(at).text, f"form[action='{at}']"), **said})


def test_writers_see_the_sources_and_nobody_else_does(app, people):
    source = kept()
    for role, person in people.items():
        browser = signed_in(app, person)
        writes = role not in (Role.READER, Role.MODERATOR)
        for address in ("/desk/sources", "/desk/sources/new", f"/desk/sources/{source.id}"):
            assert browser.get(address).status_code == (200 if writes else 403), (role, address)


def test_what_a_colleague_s_story_prints_only_an_editor_describes_anew(app, world, people):
    source = kept()
    story = cited(world, source, headline="Zqtheirs")
    author = signed_in(app, people[Role.AUTHOR])
    page = author.get(f"/desk/sources/{source.id}").text
    assert "an editor describes it anew" in page and "Zqtheirs" in page
    assert (
        author.post(f"/desk/sources/{source.id}", data={"title": "No", "kind": "news", "reason": "x"}).status_code
        == 403
    )
    assert author.get(f"/desk/sources/{source.id}/merge").status_code == 403

    story.withdraw("x")
    db.session.commit()
    assert "Zqtheirs" not in author.get(f"/desk/sources/{source.id}").text
    assert say(author, source, title="Now it may").status_code == 303


def test_a_source_is_added_and_found_by_its_words_and_its_kind(browser):
    for title in AWKWARD:
        answer = browser.post("/desk/sources", data={"kind": "data", "title": title, "url": ""})
        assert answer.status_code == 303, title
    page = browser.get("/desk/sources").text
    assert "<b>boats" not in page and "50% of &lt;b&gt;boats" in page and "اتفاق" in page
    for query, n in (
        ("q=50%25", 1),
        ("q=%25%25", 0),
        ("q=اتفاق", 1),
        ("kind=data", 5),
        ("kind=law", 0),
        ("kind=zz", 5),
        ("before=3", 2),
    ):
        assert browser.get(f"/desk/sources?{query}").text.count('class="hl"') == n, query


@pytest.mark.parametrize(
    ("said", "fault"),
    [({"title": " "}, "Say what it is called"), ({"url": "javascript:alert(1)"}, "full address"), ({"url": LONG + "b" * 40}, "2,000"),
     ({"archive_url": "nowhere"}, "full address"), ({"published_on": "yesterday"}, "such as 2026-03-14"), ({"kind": "rumour"}, "choice")],
)  # fmt: skip
def test_what_cannot_be_kept_is_told_of_and_nothing_is_lost(browser, said, fault):
    answer = browser.post("/desk/sources", data={"kind": "law", "title": "A law", "note": "Zqnote", **said})
    assert answer.status_code == 422 and fault in answer.text and "Zqnote" in answer.text
    assert db.session.scalar(select(Source)) is None


@pytest.mark.parametrize("address", [LONG, "https://bücher.example/größe", "http://example.org:8080/?a=1&b=<x>"])
def test_an_awkward_address_is_kept_whole(browser, address):
    browser.post("/desk/sources", data={"kind": "law", "title": "A law", "url": address})
    source = db.session.scalars(select(Source)).one()
    assert source.url == address.replace("<", "%3C").replace(">", "%3E")
    assert browser.get(f"/desk/sources/{source.id}").status_code == 200


def test_the_same_address_is_asked_about_before_it_is_kept_twice(browser):
    kept(url="https://example.org/accord")
    said = {"kind": "law", "title": "Again", "url": "http://www.example.org/accord/?utm_source=x"}
    answer = browser.post("/desk/sources", data=said)
    assert answer.status_code == 422 and "There is one with this address already" in answer.text

    assert browser.post("/desk/sources", data={**said, "despite": "y"}).status_code == 303
    page = browser.get("/desk/sources?twice=1").text
    assert page.count('class="hl"') == 2


def test_a_change_takes_a_reason_where_readers_see_it_and_makes_a_version(browser, world):
    source = kept()
    story = cited(world, source)
    answer = say(browser, source, title="The whole accord")
    assert (
        answer.status_code == 422
        and "Say in a line" in alert(answer.text)
        and 'value="The whole accord"' in answer.text
    )
    assert (
        say(browser, source, title="The whole accord", reason="Its full title")
        .headers["Location"]
        .endswith("done=saved&n=1")
    )
    kinds = db.session.scalars(
        select(Version.kind).where(Version.article_id == story.id).order_by(Version.number)
    ).all()
    assert kinds == ["published", "minor"]
    assert "described anew" in browser.get("/desk/log").text


def test_two_who_describe_one_source_do_not_overwrite_each_other(browser):
    source = kept()
    at = f"/desk/sources/{source.id}"
    opened = fields(browser.get(at).text, f"form[action='{at}']")
    say(browser, source, title="What the first said")

    answer = browser.post(at, data={**opened, "title": "What the second said"})

    assert answer.status_code == 409
    assert "What the first said" in answer.text and 'value="What the second said"' in answer.text
    again = fields(answer.text, f"form[action='{at}']")
    assert browser.post(at, data=again).status_code == 303
    assert db.session.get(Source, source.id).title == "What the second said"


def test_both_are_looked_at_before_they_become_one(browser, world):
    stays, goes = kept(url="https://example.org/a"), kept("Twin", url="https://example.org/a/")
    story = cited(world, goes)
    at = f"/desk/sources/{goes.id}/merge"
    assert f"/desk/sources/{goes.id}/merge?into={stays.id}" in browser.get(f"/desk/sources/{goes.id}").text
    first = browser.post(at, data={"into": f"s{stays.id}", "reason": "One"})
    assert first.status_code == 200 and "This one stays" in first.text
    assert first.text.count("(differs)") == 4  # the title and the address, on both sides
    assert "That is this very one" in browser.get(f"{at}?into={goes.id}").text
    assert f"{at}?into={stays.id}" in browser.get("/desk/sources?twice=1").text
    assert f"{at}?into={stays.id}" in browser.get(f"{at}?into=the+accord").text
    for into in (goes.id, 99, "nowhere"):
        assert browser.post(at, data={"into": str(into), "shown": str(into), "reason": "One"}).status_code == 422, into

    done = browser.post(at, data={**fields(first.text, f"form[action='{at}']")})

    assert done.headers["Location"] == f"/desk/sources/{stays.id}?done=merged&n=1"
    assert [c.source for c in story.citations] == [stays]
    assert browser.get(f"/desk/sources/{goes.id}").status_code == 303
    assert browser.get(at).status_code == 404


def test_a_source_is_cited_again_by_its_number_with_and_without_script(browser, people, world):
    source, other = kept("An interview", is_private=True), kept("Another")
    story = begun(world, people[Role.EDITOR], body="<p>The river rose.</p>")
    at = f"/desk/articles/{story.id}"
    assert f"[[s{source.id}]]" in browser.get(f"{at}/sources?q=interview").text
    part = browser.get(
        f"{at}/sources?pick=1&q=interview", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
    ).text
    assert f'data-cite="s{source.id}"' in part and "Another" not in part and "<html" not in part

    form = fields(browser.get(at).text)
    browser.post(at, data={**form, "body": f"The river rose.[[s{source.id}]] It fell.[[s99]]"})
    document, _ = drafting.working_document(story)
    assert document["sources"] == {f"s{source.id}": source.id}
    assert document["body"] == f'<p>The river rose.<sup data-source="s{source.id}"></sup> It fell.[[s99]]</p>'
    form = fields(browser.get(at).text)
    assert "[[s99]]” is a source that was not read as one" in browser.get(f"{at}/proof").text
    assert f"[[s{source.id}]]" in form["body"]
    browser.post(at, data=form)
    assert drafting.working_document(story)[0] == document

    html = f'<p>So.<sup data-source="s{other.id}"></sup> “[[s{source.id}]]”</p>'
    browser.post(at, data={**form, "number": drafting.working_document(story)[1], "format": "html", "body": html})
    assert drafting.working_document(story)[0]["sources"] == {f"s{source.id}": source.id, f"s{other.id}": other.id}
    assert "An interview" in browser.get(f"{at}/preview").text


def test_sixty_sources_in_one_story_are_each_kept(browser, people, world):
    text = " ".join(f"Fact.[[{n}]](https://example.org/{n})" for n in range(1, 61))
    story = begun(world, people[Role.EDITOR])
    at = f"/desk/articles/{story.id}"
    browser.post(at, data={**fields(browser.get(at).text), "body": text})
    page = browser.get(f"{at}/preview").text
    assert page.count('<li id="src-') == 60 and "[[" not in page


def test_a_source_is_described_before_the_story_that_cites_its_address_is_released(browser, people, world):
    story = begun(world, people[Role.EDITOR])
    document, number = drafting.working_document(story)
    drafting.save(
        story, {**document, "body": "<p>So.[[1]](https://example.org/tides?a=1&b=2)</p>"}, people[Role.EDITOR], number
    )
    db.session.commit()
    asks = BeautifulSoup(browser.get(f"/desk/articles/{story.id}/proof").text, "html.parser").find(
        "a", href=re.compile("for=")
    )
    assert "example.org/tides?a=1&b=2" in asks.parent.get_text()

    form = fields(browser.get(asks["href"]).text, "form[action='/desk/sources']")
    assert form["url"] == "https://example.org/tides?a=1&b=2"
    wrong = browser.post("/desk/sources", data={**form, "title": ""})
    assert wrong.status_code == 422 and f'name="for" value="{story.id}"' in wrong.text
    done = browser.post("/desk/sources", data={**form, "title": "Tides", "published_on": "2026-03-01"})

    assert done.headers["Location"] == f"/desk/articles/{story.id}?done=described#proof"
    assert "no title" not in browser.get(f"/desk/articles/{story.id}/proof").text
    copy, _ = drafting.working_document(story)
    assert printed_story(story, copy).citations[0].source.title == "Tides"


def test_what_is_cited_in_two_ways_has_one_number_once_the_story_is_saved(browser, people, world):
    one, twin = kept("One", url="https://example.org/a"), kept("Twin", url="https://example.org/b")
    story = begun(world, people[Role.EDITOR])
    at = f"/desk/articles/{story.id}"
    text = f"A.[[s{one.id}]] B.[[s{twin.id}]] C.[[1]](https://example.org/b)"
    browser.post(at, data={**fields(browser.get(at).text, "#story"), "body": text})
    assert len(printed_story(story, drafting.working_document(story)[0]).citations) == 2
    sourcing.merge(twin, one, people[Role.EDITOR])
    db.session.commit()

    browser.post(at, data={**fields(browser.get(at).text, "#story"), "place": "Here"})

    document, _ = drafting.working_document(story)
    assert [c.source.title for c in printed_story(story, document).citations] == ["One"]
