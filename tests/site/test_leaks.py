"""What is not public is nowhere: not its words, and not a trace of its being there.

Two papers are written, alike but for the stories that no reader may see. Whatever is asked, both must give the same
answer, byte for byte and header for header.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from newsapp import accounts, articles, comments, create_app
from newsapp.articles import Article, Byline, MostRead, Source, drafting, releasing, socialcard
from newsapp.db import db
from newsapp.lib import clock
from newsapp.media import Picture
from newsapp.sections import Section
from tests.conftest import NOON, Browser
from tests.small_paper import plant

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
FIELDS = (
    "headline", "slug", "standfirst", "body", "byline", "role", "caption", "alt", "source", "topic", "correction", "comment",
    "label", "place", "point", "social",
)  # fmt: skip
STATES: dict[str, Callable[[Article], object]] = {
    "draft": lambda story: story.submit(),
    "scheduled": lambda story: story.publish(at=NOON + timedelta(minutes=5)),
    "embargoed": lambda story: story.publish(at=NOON + timedelta(days=400)),
    "withdrawn": lambda story: (story.publish(at=NOON - timedelta(hours=1)), story.withdraw("It was not so.")),
    "cancelled": lambda story: (story.publish(at=NOON + timedelta(hours=1)), story.withdraw("Zqcancelledreason.")),
    "ended": lambda story: (story.publish(at=NOON - timedelta(hours=2)), story.end(NOON - timedelta(minutes=1))),
    "released": lambda story: releasing.release(story, at=NOON + timedelta(minutes=50)),  # its version waits with it
}
# Those whose own address says, with its reason, that something was there. The words of the story stay unsaid.
WERE_PUBLIC = {"withdrawn", "ended"}


def mark(state: str, what: str) -> str:
    return f"zq{state}{what}"


@dataclass
class Paper:
    """One of the two papers."""

    app: Flask
    browser: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.browser = Browser(self.app, self.app.response_class)

    def ask(self, address: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        answer = self.browser.get(address, headers=headers)
        return (
            answer.status_code,
            {name: value for name, value in answer.headers.items() if name != "Date"},
            re.sub(rb'name="opened" value="[^"]*"', b"", answer.data),  # signed: any letters may stand there
        )


@dataclass
class Secret:
    """What somebody could guess of a story that is not public."""

    state: str
    article_id: int
    slug: str
    topic: str
    comment_id: int
    card: str
    stem: str


def hide(state: str, become: Callable[[Article], object]) -> Secret:
    """Write a story that nobody may see, with a word of its own in everything that it says."""
    said = {what: mark(state, what) for what in FIELDS}
    world = db.session.scalars(select(Section).where(Section.path == "world")).one()
    number = list(STATES).index(state)
    picture = Picture(
        sha256=f"a{number}" * 32, stem=f"a{number}" * 10, original="x.jpg", width=1200, height=800, widths=[176, 704], alt=said["alt"],
        caption=said["caption"], credit="C", licence="CC0", licence_url="https://example.org/",
    )  # fmt: skip
    source = Source(kind="document", title=said["source"], url=f"https://example.org/{said['source']}")
    db.session.add_all([picture, source])
    db.session.flush()
    story = articles.write(
        f"{said['headline']} story number", world,
        f'<p>{said["body"]} Text.<sup data-source="a"></sup></p><figure data-picture="{picture.id}"></figure>',
        slug=said["slug"], sources={"a": source}, topics=["Rivers", said["topic"]],
        bylines=[Byline(free_text=said["byline"], role=said["role"])], standfirst=f"{said['standfirst']} rivers",
        picture_id=picture.id, label=said["label"], place=said["place"], key_points=[said["point"]], making={"methods": said["point"]}, social_headline=said["social"],
    )  # fmt: skip
    story.publish(at=NOON - timedelta(minutes=30)) if state in WERE_PUBLIC else None
    comment = comments.post(story, f"{said['comment']} and more", guest_name=said["comment"])
    story.correct(said["correction"], f"<p>{said['correction']}</p>", at=NOON - timedelta(minutes=10))
    story.update(said["correction"], at=NOON - timedelta(minutes=9))
    become(story)
    articles.place(story, "lead")
    articles.place(story, "pick")
    articles.place(story, f"section-{story.section_id}")
    db.session.add(MostRead(shelf="all", rank=10 + number, article_id=story.id, views=900, as_of=NOON))
    db.session.commit()
    card = socialcard.social_card(story, "The Small Paper", "World").url
    topic = next(topic.slug for topic in story.topics if "zq" in topic.slug)
    return Secret(state, story.id, story.slug, topic, comment.id, card, picture.stem)


@pytest.fixture
def papers(app, empty_database, postgres, tmp_path) -> Iterator[tuple[Paper, Paper, list[Secret]]]:
    """The paper that hides something, the same without it, and what is hidden."""
    plant(NOON)
    folder = tmp_path / "clean"
    folder.mkdir()
    if postgres:
        address = postgres.create("clean", template="empty")
    else:
        shutil.copy(empty_database.removeprefix("sqlite:///"), folder / "news.db")
        address = f"sqlite:///{folder}/news.db"
    clean = create_app({"DATABASE_URL": address, "TESTING": True}, instance=Path(folder))
    with clean.app_context():
        plant(NOON)
    secrets = [hide(state, become) for state, become in STATES.items()]
    write_on()
    yield Paper(app), Paper(clean), secrets
    with clean.app_context():
        db.session.remove()
        db.engine.dispose()
    if postgres:
        postgres.drop("clean")


def write_on() -> None:
    """Let the desk write at stories that are public: what is not released, or waits for its time, is nowhere."""
    editor = accounts.create("Edda", "edda", "edda@example.org", role="editor")
    for n, at in enumerate((None, NOON + timedelta(minutes=3))):
        story = db.session.scalars(select(Article).where(Article.slug == f"story-number-{n}")).one()
        document, number = drafting.working_document(story)
        said = {
            **{name: mark("written", name) for name in ("headline", "standfirst", "place", "label", "social_headline", "search_headline")},
            "body": f"<p>{mark('written', 'body')}<sup data-source-url='https://example.org/{mark('written', 'source')}'></sup></p>",
            "topics": [mark("written", "topic")], "key_points": [mark("written", "point")], "making": {"methods": mark("written", "point")}, "bylines": [],
        }  # fmt: skip
        drafting.save(story, {**document, **said}, editor, number)
        drafting.embargo(story, NOON + timedelta(days=1), mark("written", "note"), editor)
        if at is not None:
            reason = mark("written", "reason")
            releasing.release(story, editor, "correction", reason, f"<p>{reason}</p>", at, despite_embargo=True)
        drafting.submit(story, editor)
    db.session.commit()


SEARCHES = (
    "",
    "&sort=newest",
    "&section=world",
    "&topic=rivers",
    "&kind=news",
    "&past=week",
    "&from=2020-01-01",
    "&page=2",
)
# Every address of every kind, by the endpoint that answers it. A route that is not named here fails the test below.
KNOWN: dict[str, Callable[[Secret], list[str]]] = {
    "site.preferences_page": lambda s: ["/preferences"],
    "site.is_alive": lambda s: ["/healthz"],
    "site.is_ready": lambda s: ["/readyz"],
    "site.favicon": lambda s: ["/favicon.ico"],
    "accounts.sign_in_page": lambda s: ["/account/sign-in"],
    "comments.waiting_page": lambda s: ["/letters/waiting/x"],
    "accounts.sign_in_link_page": lambda s: ["/account/sign-in/link"],
    "accounts.link_sent": lambda s: ["/account/sign-in/link/sent"],
    "accounts.linked_page": lambda s: ["/account/sign-in/link/x"],
    "accounts.register_page": lambda s: ["/account/register"],
    "accounts.registered": lambda s: ["/account/register/sent"],
    "accounts.ask_again_page": lambda s: ["/account/confirm"],
    "accounts.confirm_page": lambda s: ["/account/confirm/x"],
    "accounts.forgot_password_page": lambda s: ["/account/forgot-password"],
    "accounts.reset_sent": lambda s: ["/account/forgot-password/sent"],
    "accounts.reset_password_page": lambda s: ["/account/reset-password/x"],
    "accounts.move_page": lambda s: ["/account/email/x"],
    "accounts.profile": lambda s: ["/account"],
    "accounts.security": lambda s: ["/account/security"],
    "accounts.second_factor": lambda s: ["/account/second-factor"],
    "accounts.data": lambda s: ["/account/data"],
    "comments.claim_page": lambda s: ["/account/comments/claim/x"],
    "comments.stop_letters_page": lambda s: ["/letters/stop/x"],
    "follows.stop_follow_letters_page": lambda s: ["/letters/follows/x"],
    "comments.start_letters_page": lambda s: ["/letters/replies/x"],
    "follows.followed": lambda s: ["/account/follows"],
    "follows.saved_of_account": lambda s: ["/account/saved"],
    "articles.front": lambda s: ["/", "/?x=1"],
    "articles.section": lambda s: ["/sections/world", "/sections/world/asia", "/sections/world?page=2", "/sections/opinion"],
    "articles.log": lambda s: ["/log"],
    "articles.corrections": lambda s: ["/corrections", "/corrections?page=2"],
    "articles.topics": lambda s: ["/topics", "/topics?page=2"],
    "articles.topic": lambda s: ["/topics/rivers", "/topics/rails", f"/topics/{s.topic}", f"/topics/{s.topic}?page=2"],
    "articles.article": lambda s: [*(f"/articles/story-number-{n}" for n in range(7)), f"/articles/{s.slug}"],
    "articles.version_list": lambda s: [f"/articles/{s.slug}/versions", "/articles/story-number-0/versions"],
    "articles.version": lambda s: [f"/articles/{slug}/versions/{n}" for slug in (s.slug, "story-number-2") for n in (1, 2, 3, 9)],
    "articles.since": lambda s: [f"/articles/{slug}/versions/{n}/since" for slug in (s.slug, "story-number-2") for n in (1, 2, 3)],
    "articles.preview": lambda s: ["/preview/x", f"/preview/{s.article_id}"],
    "articles.share_panel": lambda s: [f"/articles/{s.slug}/share"],
    "articles.card": lambda s: [s.card, f"/cards/{s.article_id}-x.png"],
    "authors.index": lambda s: ["/authors"],
    "authors.author": lambda s: ["/authors/rosalind", "/authors/dele", f"/authors/{mark(s.state, 'byline')}"],
    "comments.thread": lambda s: [f"/articles/{s.slug}/comments", "/articles/story-number-0/comments?sort=newest"],
    "comments.permalink": lambda s: [f"/comments/{s.comment_id}"],
    "comments.count": lambda s: [f"/articles/{s.slug}/comments/count", "/articles/story-number-0/comments/count"],
    "comments.new": lambda s: [f"/articles/{s.slug}/comments/new", f"/articles/{s.slug}/comments/new?parent_id={s.comment_id}"],
    "comments.mine": lambda s: [f"/articles/{s.slug}/comments/mine"],
    "comments.reply": lambda s: [f"/comments/{s.comment_id}/reply"],
    "comments.edit_form": lambda s: [f"/comments/{s.comment_id}/edit"],
    "comments.delete_form": lambda s: [f"/comments/{s.comment_id}/delete"],
    "comments.recommend_form": lambda s: [f"/comments/{s.comment_id}/recommend"],
    "contact.error_form": lambda s: [f"/articles/{s.slug}/report-error", f"/articles/{s.slug}/report-error?reference=E-2222-2222"],
    "contact.message_form": lambda s: ["/contact", "/contact?reference=M-2222-2222", "/contact?to=tips"],
    "comments.report_form": lambda s: [f"/comments/{s.comment_id}/report"],
    "comments.mute_form": lambda s: [f"/comments/{s.comment_id}/mute"],
    "comments.appeal_form": lambda s: [f"/comments/{s.comment_id}/appeal"],
    "comments.own_comments": lambda s: ["/account/comments"],
    "comments.moderation": lambda s: ["/moderation"],
    "desk.home": lambda s: ["/desk"],
    "desk.find_anything": lambda s: ["/desk/find", *(f"/desk/find?q={mark(s.state, what)}" for what in FIELDS), f"/desk/find?q={s.article_id}"],
    "desk.arrived": lambda s: ["/desk/comments/arrived?since=2026-01-01T00:00:00%2B00:00"],
    "desk.queue": lambda s: ["/desk/comments", f"/desk/comments?q={mark(s.state, 'comment')}"],
    "desk.one": lambda s: [f"/desk/comments/{s.comment_id}"],
    "desk.discussion": lambda s: [f"/desk/comments/stories/{s.article_id}"],
    "desk.thread": lambda s: [f"/desk/comments/{s.comment_id}/thread"],
    "desk.person": lambda s: [f"/desk/comments/people/guest-{s.comment_id}"],
    "desk.sanction_form": lambda s: [f"/desk/comments/people/guest-{s.comment_id}/sanction"],
    "desk.words": lambda s: ["/desk/words"],
    "desk.reasons": lambda s: ["/desk/reasons"],
    "desk.reports": lambda s: ["/desk/reports", "/desk/reports?show=settled"],
    "desk.messages": lambda s: ["/desk/messages", "/desk/messages?show=spam"],
    "desk.rules": lambda s: ["/desk/rules"],
    "desk.settings": lambda s: ["/desk/settings"],
    "desk.log": lambda s: ["/desk/log"],
    "desk.library": lambda s: ["/desk/media", "/desk/media?show=unused", f"/desk/media?q={mark(s.state, 'alt')}"],
    "desk.picture": lambda s: ["/desk/media/1", "/desk/media/2"],
    "desk.delete_picture_form": lambda s: ["/desk/media/1/delete"],
    "desk.stories": lambda s: ["/desk/articles", f"/desk/articles?q={mark(s.state, 'headline')}"],
    "desk.new_story": lambda s: ["/desk/articles/new"],
    "desk.write": lambda s: [f"/desk/articles/{s.article_id}"],
    "desk.preview": lambda s: [f"/desk/articles/{s.article_id}/preview"],
    "desk.offer_pictures": lambda s: [f"/desk/articles/{s.article_id}/pictures"],
    "desk.proof": lambda s: [f"/desk/articles/{s.article_id}/proof"],
    "desk.story_history": lambda s: [f"/desk/articles/{s.article_id}/history?from=v1&to=copy"],
    "desk.release_form": lambda s: [f"/desk/articles/{s.article_id}/release"],
    "desk.submit_form": lambda s: [f"/desk/articles/{s.article_id}/submit"],
    "desk.send_back_form": lambda s: [f"/desk/articles/{s.article_id}/send-back"],
    "desk.withdraw_form": lambda s: [f"/desk/articles/{s.article_id}/withdraw"],
    "desk.notes": lambda s: [f"/desk/articles/{s.article_id}/notes"],
    "desk.links": lambda s: [f"/desk/articles/{s.article_id}/links"],
    "desk.offer_sources": lambda s: [f"/desk/articles/{s.article_id}/sources"],
    "desk.front": lambda s: ["/desk/front"],
    "desk.banner": lambda s: ["/desk/front/breaking"],
    "desk.front_preview": lambda s: ["/desk/front/preview", "/desk/front/preview?at=2026-03-20T12:00"],
    "desk.section_slots": lambda s: ["/desk/front/sections"],
    "desk.slot": lambda s: ["/desk/front/slots/lead", f"/desk/front/slots/pick?q={mark(s.state, 'headline')}"],
    "desk.sources": lambda s: ["/desk/sources", f"/desk/sources?q={mark(s.state, 'source')}", "/desk/sources?twice=1"],
    "desk.new_source": lambda s: ["/desk/sources/new"],
    "desk.source": lambda s: ["/desk/sources/1"],
    "desk.menus": lambda s: ["/desk/menus"],
    "desk.menu_column": lambda s: ["/desk/menus/1"],
    "desk.new_menu_item": lambda s: ["/desk/menus/1/new"],
    "desk.menu_item": lambda s: ["/desk/menus/items/1"],
    "desk.authors": lambda s: ["/desk/authors"],
    "desk.new_author": lambda s: ["/desk/authors/new"],
    "desk.author": lambda s: ["/desk/authors/1"],
    "desk.choose_portrait": lambda s: ["/desk/authors/1/portrait"],
    "desk.pages": lambda s: ["/desk/pages"],
    "desk.new_page": lambda s: ["/desk/pages/new"],
    "desk.page": lambda s: ["/desk/pages/1"],
    "desk.topics": lambda s: ["/desk/topics", f"/desk/topics?q={mark(s.state, 'topic')}"],
    "desk.topic": lambda s: [f"/desk/topics/{n}" for n in range(1, 9)],
    "desk.merge_topic_form": lambda s: ["/desk/topics/1/merge"],
    "desk.redirects": lambda s: ["/desk/redirects"],
    "desk.missing": lambda s: ["/desk/redirects/missing"],
    "desk.redirect_form": lambda s: [f"/desk/redirects/edit?old=/{s.slug[:-1]}", f"/desk/redirects/edit?old=/topics/{s.topic[:-1]}"],
    "desk.sections": lambda s: ["/desk/sections"],
    "desk.new_section": lambda s: ["/desk/sections/new"],
    "desk.section": lambda s: ["/desk/sections/1"],
    "desk.remove_section_form": lambda s: ["/desk/sections/1/remove"],
    "newsletters.newsletters": lambda s: ["/newsletter"],
    "newsletters.confirm_page": lambda s: ["/newsletter/confirm/x"],
    "newsletters.own_page": lambda s: ["/newsletter/mine/x"],
    "newsletters.stop_page": lambda s: ["/newsletter/stop/x"],
    "newsletters.own_newsletters": lambda s: ["/account/newsletters"],
    "desk.all_newsletters": lambda s: ["/desk/newsletters"],
    "desk.one_newsletter": lambda s: ["/desk/newsletters/1"],
    "desk.subscribers": lambda s: ["/desk/subscribers"],
    "desk.export_subscribers": lambda s: ["/desk/subscribers/export.csv"],
    "issues.issues": lambda s: ["/newsletter/issues"],
    "issues.issue": lambda s: ["/newsletter/issues/rivers"],
    "desk.issues": lambda s: ["/desk/newsletter"],
    "desk.issue": lambda s: ["/desk/newsletter/1"],
    "desk.preview_issue": lambda s: ["/desk/newsletter/1/preview"],
    "desk.letter_of_issue": lambda s: ["/desk/newsletter/1/letter"],
    "desk.mail_queue": lambda s: ["/desk/newsletter/queue"],
    "desk.merge_source_form": lambda s: ["/desk/sources/1/merge"],
    "articles.source": lambda s: [f"/sources/{n}" for n in range(1, 40)],
    "feeds.paper": lambda s: [f"/feed.{form}" for form in ("xml", "atom", "json")],
    "feeds.section": lambda s: [f"/sections/world/feed.{form}" for form in ("xml", "atom", "json")],
    "feeds.author": lambda s: ["/authors/rosalind/feed.xml"],
    "feeds.topic": lambda s: [f"/topics/{slug}/feed.{form}" for slug in ("rivers", s.topic) for form in ("xml", "atom", "json")],
    "feeds.corrections": lambda s: [f"/corrections/feed.{form}" for form in ("xml", "atom", "json")],
    "feeds.comments": lambda s: [f"/articles/{s.slug}/comments/feed.xml", "/articles/story-number-0/comments/feed.xml"],
    "feeds.sitemap": lambda s: ["/sitemap.xml"],
    "feeds.sitemap_of_pages": lambda s: ["/sitemaps/pages.xml"],
    "feeds.sitemap_of_stories": lambda s: ["/sitemaps/stories-1.xml", "/sitemaps/stories-2.xml"],
    "feeds.news_sitemap": lambda s: ["/news-sitemap.xml"],
    "feeds.robots": lambda s: ["/robots.txt"],
    "feeds.security": lambda s: ["/.well-known/security.txt"],
    "feeds.manifest": lambda s: ["/site.webmanifest"],
    "feeds.icon": lambda s: ["/icons/64.png"],
    "follows.saved": lambda s: ["/saved", f"/saved?s={s.article_id}"],
    "site.offline": lambda s: ["/offline"],
    "site.service_worker": lambda s: ["/service-worker.js"],
    # A picture's address is its content's hash: who has it has the picture. That no answer names it is tested.
    "media.file": lambda s: [],
    "pages.one": lambda s: ["/about", f"/{s.slug}"],
    "search.search": lambda s: [
        "/search",
        *(f"/search?q=story{more}" for more in SEARCHES),
        *(f"/search?q={mark(s.state, what)}" for what in FIELDS),
        f"/search?q={mark(s.state, 'headline')[:-2]}",  # as it is typed
        f"/search?q={mark(s.state, 'headlime')}",  # a slip of the pen: no suggestion
        f"/search?q=%22{mark(s.state, 'headline')}%20story%22",
        *(f"/search?q={mark(s.state, 'body')}{more}" for more in SEARCHES[1:]),
        f"/search?topic={s.topic}",
        f"/search?q=rivers&topic={quote(mark(s.state, 'topic'))}",
    ],
}  # fmt: skip


def own(secret: Secret) -> set[str]:
    """Give what may say that a story was there and is gone."""
    at = f"/articles/{secret.slug}"
    return {
        at,
        f"{at}/share",
        f"{at}/versions",
        *(f"{at}/versions/{n}" for n in (1, 2, 3, 9)),
        *(f"{at}/versions/{n}/since" for n in (1, 2, 3)),
        f"{at}/comments",
        secret.card,
        f"/cards/{secret.article_id}-x.png",
        f"/comments/{secret.comment_id}",
        f"/saved?s={secret.article_id}",
    }


def test_every_route_is_known(app):
    reading = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}

    assert reading == set(KNOWN)


def test_no_answer_tells_of_what_is_not_public(papers):
    full, clean, secrets = papers
    asked = 0
    done = set()
    for secret in secrets:
        for addresses in KNOWN.values():
            for address in addresses(secret):
                if address in done:
                    continue
                done.add(address)
                for headers in ({}, PART):
                    asked += 1
                    status, said, body = full.ask(address, headers)
                    body = re.sub(rb'name="opened" value="[^"]*"', b"", body)  # signed: any letters may stand there
                    told = re.findall(rb"zq\w+", body.lower() + repr(said).lower().encode())
                    # A page may repeat what was asked: the search field, the address to come back to.
                    echo = set(re.findall(r"zq\w+", address.lower()))
                    was_public = secret.state in WERE_PUBLIC and address in own(secret)
                    if was_public and not address.startswith(
                        "/saved?"
                    ):  # who has the address is told which story it was
                        echo.add(mark(secret.state, "headline"))
                    assert {word.decode() for word in told} <= echo, address
                    assert secret.stem.encode() not in body, address
                    if was_public:
                        assert status in (404, 410) or address.startswith("/saved?"), address
                        continue
                    assert (status, said, body) == clean.ask(address, headers), address
    assert asked > 300


def test_time_alone_makes_the_scheduled_one_public_and_then_every_word_shows(papers):
    """The test above can fail: each of these words is told as soon as it may be."""
    full, _, secrets = papers
    scheduled = next(secret for secret in secrets if secret.state == "scheduled")
    clock.set_to(NOON + timedelta(minutes=5))

    told = b""
    for addresses in KNOWN.values():
        for address in addresses(scheduled):
            if "q=" not in address:
                told += full.ask(address, {})[2].lower()

    assert {what for what in FIELDS if mark("scheduled", what).encode() not in told} == set()
    assert full.ask(f"/topics/{scheduled.topic}", {})[0] == 200
    assert full.ask(scheduled.card, {})[1]["Content-Type"] == "image/png"


def test_the_address_of_a_withdrawn_story_gives_its_public_reason(papers):
    full, _, secrets = papers
    for secret in secrets:
        status, _, body = full.ask(f"/articles/{secret.slug}", {})
        assert status == (410 if secret.state in WERE_PUBLIC else 404), secret.state
        assert (b"It was not so." in body) == (secret.state == "withdrawn")
        assert b"Zqcancelledreason" not in body
