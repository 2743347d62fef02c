"""An issue as a letter: one HTML for all who get it, its plain text, and what differs for each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from urllib.parse import quote, urlsplit

import css_inline
from flask import current_app, render_template
from sqlalchemy import select

from newsapp.articles import Card, Change
from newsapp.articles.lists import in_order
from newsapp.db import db
from newsapp.lib import clock, dates
from newsapp.newsletter.audience import Named, Ways, named
from newsapp.newsletter.issues import Issue
from newsapp.outbox import Letter
from newsapp.sections import tree
from newsapp.site import Site

MOST_BYTES = 100_000  # of the HTML: some mail programs cut off what is behind
MOST_CORRECTIONS = 10
PICTURE_WIDTH = 600  # pixels
# What stands in the common HTML where each letter has its own.
STOP, PREFERENCES, ADDRESS = "https://stop.invalid/", "https://preferences.invalid/", "someone@receiver.invalid"


@dataclass(frozen=True)
class Correction:
    """A notice, as the letter prints it."""

    headline: str
    url: str
    html: str


@dataclass(frozen=True)
class Contents:
    """What stands in an issue now. Addresses are absolute."""

    issue: Issue
    newsletter: Named
    base: str
    day: str
    stories: list[Card]
    sections: dict[int, str]
    corrections: list[Correction] = field(default_factory=list)

    @property
    def paragraphs(self) -> list[str]:
        parts = self.issue.introduction.replace("\r\n", "\n").split("\n\n")
        return [part.strip() for part in parts if part.strip()]

    @property
    def minutes(self) -> int:
        return sum(story.minutes for story in self.stories)

    @property
    def preview(self) -> str:
        """What mail programs show beside the subject."""
        return "; ".join(story.short_headline or story.headline for story in self.stories[:3])

    def address(self, path: str) -> str:
        return self.base + quote(path, safe="/:#?=&%")


def contents(issue: Issue) -> Contents:
    """Gather what an issue shows: its stories that are public, and what was put right since the one before."""
    at = clock.now()
    known = named(issue.newsletter_id) or Named(issue.newsletter_id, "newsletter", "Newsletter")
    session = db.session()
    stories = [card for card in in_order(session, list(issue.stories)) if card.is_public(at)]
    zone = session.scalars(select(Site)).one().timezone
    base: str = current_app.config["BASE_URL"]
    return Contents(
        issue, known, base, dates.weekday_date(issue.begun_at or issue.send_at or at, zone), stories,
        {branch.id: branch.name for branch in tree(session).by_id.values()}, _corrections(issue, at, base),
    )  # fmt: skip


def _corrections(issue: Issue, at: datetime, base: str) -> list[Correction]:
    before = db.session.scalars(Issue.before(issue).limit(1)).first()
    if before is None or before.begun_at is None:
        return []
    notices = Change.notices(at).where(Change.at > before.begun_at).limit(MOST_CORRECTIONS)
    return [
        Correction(n.article.headline, base + quote(n.url, safe="/#"), n.text.replace('href="/', f'href="{base}/'))
        for n in db.session.scalars(notices)
    ]


def compose(issue: Issue) -> Letter:
    """Write an issue as a letter, with marks for what is each receiver's own."""
    shown = contents(issue)
    marks = {"stop": STOP, "preferences": PREFERENCES, "to": ADDRESS}
    html = render_template("mail/issue.html", it=shown, **marks)
    html = css_inline.inline(html, keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
    while len(html.encode()) > MOST_BYTES and len(shown.stories) > 1:
        del shown.stories[-1]
        html = render_template("mail/issue.html", it=shown, is_cut=True, **marks)
        html = css_inline.inline(html, keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
    text = render_template("mail/issue.txt", it=shown, **marks)
    return Letter(issue.subject, text, html, sender=shown.newsletter.name)


def shown_to(letter: Letter, address: str) -> Letter:
    """Give a letter as somebody of the newsroom sees it before it leaves: its links to stop it lead to the paper."""
    base: str = current_app.config["BASE_URL"]
    html, text = letter.html, letter.text
    for mark, value in {STOP: f"{base}/", PREFERENCES: f"{base}/", ADDRESS: address}.items():
        html, text = html.replace(mark, escape(value)), text.replace(mark, value)
    return replace(letter, html=html, text=text)


@dataclass(frozen=True)
class Paper:
    """An issue that has begun to leave: its words, read once for all its letters."""

    newsletter: Named
    subject: str
    html: str
    text: str
    begun_at: datetime
    host: str

    def letter_to(self, address: str, ways: Ways) -> Letter:
        """Give the letter to one receiver."""
        own = {STOP: ways.stop, PREFERENCES: ways.preferences or ways.stop, ADDRESS: address}
        html, text = self.html, self.text
        for mark, value in own.items():
            html, text = html.replace(mark, escape(value)), text.replace(mark, value)
        headers = {  # Source: RFC 2919 and RFC 8058, section 3.1
            "List-Id": f"<{self.newsletter.slug}.{self.host}>",
            "List-Unsubscribe": f"<{ways.stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Precedence": "list",
        }
        return Letter(self.subject, text, html, sender=self.newsletter.name, headers=headers)


def paper(issue: Issue) -> Paper:
    """Read an issue that has begun to leave."""
    assert issue.begun_at is not None
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    known = named(issue.newsletter_id) or Named(issue.newsletter_id, "newsletter", "Newsletter")
    return Paper(known, issue.subject, issue.html, issue.text, issue.begun_at, host)
