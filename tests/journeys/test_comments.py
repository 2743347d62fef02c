"""From a first word to its place on the page, with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from newsapp import accounts, comments
from newsapp.accounts import passwords
from newsapp.articles import Article
from newsapp.comments import Comment
from newsapp.comments.models import MAX_LENGTH
from newsapp.db import db
from newsapp.lib import clock
from tests.axe import TOO_WIDE
from tests.browser import NARROW

STORY = "/articles/what-a-leap-second-is"
PASSWORD = "a long pass phrase for a test"
LEAST_MS = 3100  # the check of how fast a form was sent


@pytest.fixture(scope="module")
def person(desk):
    """A reader whose first comment was approved long ago."""
    account = accounts.create("Jonna Journey", "jonna", "jonna@example.org", passwords.hashed(PASSWORD))
    story = db.session.scalars(select(Article).where(Article.slug == "slow-line-week")).one()
    comments.post(story, "My first comment", account=account)
    db.session.commit()
    return account


def newest(story: str) -> tuple[int, int | None]:
    """Give the id of the newest comment under a story, and whose answer it is."""
    slug = story.rsplit("/", 1)[1]
    ids = select(Comment.id, Comment.parent_id).join(Article, Article.id == Comment.article_id)
    found = db.session.execute(ids.where(Article.slug == slug).order_by(Comment.id.desc())).first()
    db.session.rollback()  # outside a request a transaction has the writer's lock
    return found[0], found[1]


def sign_in(page, story, who="jonna"):
    page.goto(f"/account/sign-in?next={story}")
    page.locator("main [name=identifier]").fill(who)
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main form button.btn").first.click()
    expect(page).to_have_url(f"{page.url.partition('/account')[0].partition('/articles')[0]}{story}")


def test_a_guests_comment_is_held_approved_and_then_seen(page, scripted, desk, postgres):
    words = f"A guest was here, {'with' if scripted else 'without'} a script"
    page.goto(STORY)
    page.locator(".reply__open").click()
    page.get_by_label("Comment *").fill(words)
    page.get_by_label("Name *").fill("Guy Guest")
    page.get_by_label("Email *").fill("guy@example.org")
    page.wait_for_timeout(LEAST_MS)
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator(".mine")).to_contain_text("Your comment waits for a moderator. Only you see it.")
    assert page.url.endswith(STORY) is scripted

    page.goto(STORY)
    if not scripted:  # with a script it is fetched again on the next visit
        page.get_by_role("link", name="What you wrote here, if it waits").click()
    expect(page.locator("#my-comments" if scripted else ".mine")).to_contain_text(words)

    db.session.get_one(Comment, newest(STORY)[0]).approve()
    db.session.commit()
    if postgres:
        page.wait_for_timeout(1_100)  # which is asked once a second what other processes have changed
    page.goto(STORY)
    expect(page.locator("#comments .thread").first).to_contain_text(words)
    expect(page.locator("#my-comments article")).to_have_count(0)


def test_a_reader_comments_replies_and_edits(window, scripted, desk, person):
    page = window(scripted=scripted)
    sign_in(page, STORY)
    words = f"Written by hand {scripted}"
    page.locator(".reply__open").click()
    page.get_by_label("Comment *").fill(words)
    page.get_by_role("button", name="Post comment").click()
    if scripted:
        expect(page.locator(".mine .alert--ok")).to_be_focused()
        page.get_by_role("link", name="See it in its place").click()
    mine = page.locator(".thread article", has_text=words)
    expect(mine).to_be_visible()

    mine.get_by_role("link", name="Reply").click()
    expect(page.get_by_role("heading", name="Reply to Jonna Journey")).to_be_visible()
    page.get_by_role("link", name="Cancel reply").click()
    if scripted:
        expect(mine.get_by_role("link", name="Reply")).to_be_focused()
    page.goto(STORY)
    mine.get_by_role("link", name="Reply").click()
    page.get_by_label("Comment *").fill(f"Answer to: {words}")
    page.get_by_role("button", name="Post reply").click()
    expect(page.locator("main")).to_contain_text(
        f"Answer to: {words}" if not scripted else "Your comment is on the page."
    )
    answer, parent = newest(STORY)
    assert parent is not None

    page.goto(STORY)
    page.locator(f"#comment-{answer} .comment__acts").get_by_role("link", name="Edit").click()
    page.get_by_label("Comment *").fill(f"Changed {words}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(f"#comment-{answer}")).to_contain_text(f"Changed {words}")
    expect(page.locator(f"#comment-{answer}")).to_contain_text("Edited")
    expect(page.get_by_text(f"Changed {words}")).to_have_count(1)

    page.locator(f"#comment-{answer} .comment__acts").get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator(f"#comment-{answer}")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_one_comment_after_the_other_without_loading_the_page_anew(window, desk):
    accounts.create("Newell Comer", "newell", "newell@example.org", passwords.hashed(PASSWORD))
    db.session.commit()
    page = window()
    sign_in(page, STORY, "newell")

    def send(words, button="Post comment"):
        page.get_by_label("Comment *").fill(words)
        page.get_by_role("button", name=button).click()
        expect(page.locator(".mine", has_text=words).get_by_role("status")).to_be_focused()

    page.locator("#reply-here .reply__open").click()
    send("The first of two")
    page.locator("#reply-here .reply__open").click()
    expect(page.locator(".mine")).to_contain_text("The first of two")
    send("The second of two")
    expect(page.locator(".mine", has_text="The first of two")).to_be_visible()
    expect(page.locator(".mine [role=status]")).to_have_count(1)

    page.locator(".thread > li > article .comment__acts a[href$='/reply']").first.click()
    send("And an answer to another", button="Post reply")


def test_a_draft_outlives_a_lost_network_and_a_closed_page(window):
    page = window()
    page.goto(STORY)
    page.locator(".reply__open").click()
    page.get_by_label("Comment *").fill("Half a thought")
    page.get_by_label("Name *").fill("Guy Guest")
    page.get_by_label("Email *").fill("guy@example.org")
    page.context.set_offline(True)
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#status")).to_contain_text("Your words are kept on this device")
    page.context.set_offline(False)

    page.goto(STORY)
    page.locator(".reply__open").click()
    expect(page.get_by_label("Comment *")).to_have_value("Half a thought")
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator(".reply__open")).to_be_focused()
    expect(page.locator(".reply__open")).to_have_text("Go on with your comment")
    expect(page.locator("#status")).to_contain_text("Your words are kept on this device")
    page.locator(".reply__open").click()
    expect(page.get_by_label("Comment *")).to_have_value("Half a thought")
    page.get_by_label("Comment *").fill("")
    page.reload()
    expect(page.locator(".reply__open")).not_to_contain_text("Go on")
    page.locator(".reply__open").click()
    expect(page.get_by_label("Comment *")).to_have_value("")


@pytest.mark.parametrize("is_reply", [False, True])
def test_who_signs_in_from_a_form_comes_back_to_it_under_the_story(window, person, is_reply):
    page = window()
    page.goto(STORY)
    page.locator(".thread .comment__acts a[href$='/reply']" if is_reply else ".reply__open").first.click()
    page.get_by_label("Comment *").fill("Words from before")
    page.locator(".reply__in").click()
    page.locator("main [name=identifier]").fill("jonna")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main form button.btn").first.click()

    expect(page.get_by_label("Comment *")).to_have_value("Words from before")
    expect(page.get_by_label("Comment *")).to_be_focused()
    assert STORY in page.url and page.locator("h1").count() == 1
    expect(page.locator(".reply")).to_contain_text("Commenting as Jonna Journey")


def test_new_comments_are_told_without_a_jump(window, desk):
    page = window()
    page.clock.install()
    page.goto(STORY)
    story = db.session.scalars(select(Article).where(Article.slug == STORY.rsplit("/", 1)[1])).one()
    comments.post(story, f"Fresh at {clock.now()}", guest_name="Frida")
    db.session.commit()
    before = page.evaluate("scrollY")
    page.clock.run_for(31_000)
    expect(page.locator(".comments__new")).to_have_text("1 new comment")
    assert page.evaluate("scrollY") == before
    page.locator(".comments__new a").click()
    expect(page.locator("#comments .thread > li").first).to_contain_text("Fresh at")


def test_what_was_changed_or_deleted_is_told_on_the_page_that_is_loaded_anew(window, desk, person):
    story = db.session.scalars(select(Article).where(Article.slug == STORY.rsplit("/", 1)[1])).one()
    mine = comments.post(story, f"To be changed at {clock.now()}", account=person).id
    db.session.commit()
    page = window()
    sign_in(page, STORY)
    acts = page.locator(f"#comment-{mine} > article .comment__acts")

    acts.get_by_role("link", name="Edit").click()
    page.get_by_label("Comment *").fill("Changed, and told")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#status")).to_have_text("Your comment is changed.")
    expect(page.locator(f"#comment-{mine}")).to_be_focused()

    acts.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("#status")).to_have_text("Your comment is deleted.")
    expect(page.locator("#cm-h")).to_be_focused()
    page.reload()
    expect(page.locator("#status")).to_be_empty()


def test_a_report_without_a_reason_leads_to_the_reasons(window):
    page = window()
    page.goto(STORY)
    page.locator(".thread").get_by_role("link", name="Report").first.click()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator(".comments form").get_by_role("radio").first).to_be_focused()


def test_one_unbroken_word_does_not_widen_ones_own_page(window, desk, person):
    story = db.session.scalars(select(Article).where(Article.slug == STORY.rsplit("/", 1)[1])).one()
    comments.post(story, "A" * 900, account=person).delete()
    db.session.commit()
    page = window(width=NARROW, scripted=False)
    sign_in(page, "/account/comments")
    assert page.evaluate(TOO_WIDE) == []

    # Nor does a name, beside the form and above it
    person.rename("W" * 60)
    answered = comments.post(story, "Answer this", account=person).id
    db.session.commit()
    page.goto(f"{STORY}/comments/new?parent_id={answered}")
    assert page.evaluate(TOO_WIDE) == []
    person.rename("Jonna Journey")
    db.session.commit()


def test_how_much_too_long_a_comment_is_is_told_while_it_is_written_and_nothing_is_cut(page, scripted):
    page.goto(STORY)
    page.locator(".reply__open").click()
    field, left = page.get_by_label("Comment *"), page.locator(".field__left")
    field.fill("x" * (MAX_LENGTH // 2))
    expect(left).to_have_count(0)
    field.fill("x" * (MAX_LENGTH - 100))
    if scripted:
        expect(left).to_have_text(f"100 of {MAX_LENGTH:,} characters left")
    field.fill("\U0001f642" * (MAX_LENGTH + 12))
    if scripted:
        expect(left).to_have_text(f"12 too many, of {MAX_LENGTH:,} at most")
        expect(page.get_by_role("status")).to_have_text(f"12 too many, of {MAX_LENGTH:,} at most")
    page.get_by_role("button", name="Post comment").click()
    expect(page.get_by_role("alert")).to_contain_text(f"these are {MAX_LENGTH + 12:,}")
    expect(field).to_have_value("\U0001f642" * (MAX_LENGTH + 12))
