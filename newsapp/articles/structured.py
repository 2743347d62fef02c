"""Structured data: what a page says to machines, in schema.org's vocabulary.

Source: schema.org, and Google's guidance on NewsArticle, BreadcrumbList and author markup.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from markupsafe import Markup

from newsapp.articles.kinds import Kind
from newsapp.articles.making import told
from newsapp.articles.models import Change, Source
from newsapp.articles.printed import Card, PrintedChange, PrintedSource, Story
from newsapp.media import PrintedPicture
from newsapp.sections import Branch
from newsapp.site import Site

Data = dict[str, Any]


def article(
    story: Story, site: Site, base: str, line: list[Branch], comments: int, logo: Data | None = None
) -> list[Data]:
    """Describe a story and its place in the paper."""
    url = base + story.url
    data: Data = {
        "@context": "https://schema.org",
        "@type": Kind(story.kind).schema_type,
        "@id": f"{url}#article",
        "headline": story.headline,
        "description": story.standfirst,
        "url": url,
        "mainEntityOfPage": url,
        "datePublished": _moment(story.published_at),
        "dateModified": _moment(story.visibly_updated_at or story.published_at),
        "author": [
            _author(byline.name, base + byline.author.url if byline.author else None, byline.role)
            for byline in story.by
        ]
        or [{"@type": "Organization", "name": site.name, "url": base}],
        "publisher": {
            "@type": "NewsMediaOrganization",
            "@id": f"{base}/#organization",
            "name": site.name,
            "url": f"{base}/",
            **_logo(logo, base),
        },
        "articleSection": [branch.name for branch in line],
        "keywords": [topic.name for topic in story.topics],
        "inLanguage": story.language,
        "wordCount": story.words,
        "isAccessibleForFree": True,
        "copyrightHolder": {"@type": "Organization", "name": site.name},
        "commentCount": comments,
        "discussionUrl": f"{url}#comments",
    }
    if story.minutes:
        data["timeRequired"] = f"PT{story.minutes}M"
    if story.picture:
        data["image"] = [picture(story.picture, base, story.picture_caption)]
    if story.place:
        data["dateline"] = story.place
    if story.making and Kind(story.kind).schema_type.endswith("NewsArticle"):  # the others have no backstory
        data["backstory"] = " ".join(f"{label}: {words.rstrip('.')}." for label, words in told(story.making))
    if story.citations:
        data["citation"] = [source(citation.source) for citation in story.citations]
    notices = [change for change in story.changes if change.is_notice]
    if notices:
        data["correction"] = [_correction(notice) for notice in notices]
    if story.kind == Kind.LIVE:
        data |= _live(story, url, base, data["author"])
    return [data, breadcrumb(base, [(branch.name, branch.url) for branch in line] + [(story.headline, story.url)])]


def _live(story: Story, url: str, base: str, authors: list[Data]) -> Data:
    posts = story.posts
    # Before posts had times of their own, the update log told the same.
    lines = [c for c in story.changes if c.kind != "published" and c.note] if not posts else []
    told = [(post.headline, post.says or post.headline, post.at, base + post.url) for post in posts]
    told += [(change.note, change.note, change.at, f"{url}#updates") for change in reversed(lines)]
    starts = min((at for _, _, at, _ in told if story.published_at and at < story.published_at), default=None)
    return {
        "coverageStartTime": _moment(starts or story.published_at),
        **({"coverageEndTime": _moment(story.unpublish_at)} if story.unpublish_at else {}),
        "liveBlogUpdate": [
            {
                "@type": "BlogPosting",
                "headline": headline,
                "articleBody": says,
                "datePublished": _moment(at),
                "url": address,
                "author": authors,
            }
            for headline, says, at, address in told
        ],
    }


# The properties of schema.org that name a paper's own pages, by those pages' addresses.
POLICIES = {
    "ethics": ("ethicsPolicy", "publishingPrinciples"),
    "ownership": ("ownershipFundingInfo",),
    "corrections": ("correctionsPolicy",),
    "authors": ("masthead",),
    "contact": ("actionableFeedbackPolicy",),
}


def organization(site: Site, base: str, written: set[str], logo: Data | None = None) -> Data:
    """Describe the paper. ``written`` are the pages that there are; only those are named."""
    return {
        "@context": "https://schema.org",
        "@type": "NewsMediaOrganization",
        "@id": f"{base}/#organization",
        "name": site.name,
        "url": f"{base}/",
        **_logo(logo, base),
        **({"description": site.description} if site.description else {}),
        **({"slogan": site.tagline} if site.tagline else {}),
        **({"foundingDate": site.founded_on} if site.founded_on else {}),
        **({"sameAs": [link["url"] for link in site.social_links]} if site.social_links else {}),
        **{name: f"{base}/{slug}" for slug, names in POLICIES.items() if slug in written for name in names},
    }


def website(site: Site, base: str) -> Data:
    """Describe the site."""
    return {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "@id": f"{base}/#website",
        "name": site.name,
        "url": f"{base}/",
        "inLanguage": site.language,
        "publisher": {"@id": f"{base}/#organization"},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{base}/search?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }


def collection(name: str, url: str, description: str, base: str, stories: list[Card]) -> Data:
    """Describe a list of stories."""
    return {
        "@context": "https://schema.org",
        "@type": "CollectionPage",
        "name": name,
        "url": url,
        **({"description": description} if description else {}),
        "mainEntity": {
            "@type": "ItemList",
            "itemListElement": [
                {"@type": "ListItem", "position": n, "url": base + story.url} for n, story in enumerate(stories, 1)
            ],
        },
    }


def corrections(site: Site, base: str, changes: list[Change]) -> Data:
    """Describe a page of corrections."""
    return {
        "@context": "https://schema.org",
        "@type": "CollectionPage",
        "name": f"Corrections | {site.name}",
        "url": f"{base}/corrections",
        "mainEntity": {
            "@type": "ItemList",
            "itemListElement": [
                {"@type": "ListItem", "position": n, "item": _correction(change) | {"url": f"{base}{change.url}"}}
                for n, change in enumerate(changes, 1)
            ],
        },
    }


def _correction(notice: Change | PrintedChange) -> Data:
    return {
        "@type": "CorrectionComment",
        "text": _plain(notice.text) or notice.note,
        "datePublished": _moment(notice.at),
    }


def breadcrumb(base: str, steps: list[tuple[str, str]]) -> Data:
    """Describe the way from the front page to here."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": n, "name": name, "item": base + url}
            for n, (name, url) in enumerate([("Home", "/"), *steps], 1)
        ],
    }


def picture(shown: PrintedPicture, base: str, caption: str | None = None) -> Data:
    """Describe a picture with its creator and licence."""
    width = max(shown.widths)
    return {
        "@type": "ImageObject",
        "url": base + shown.file(width, "jpg"),
        "contentUrl": base + shown.file(width, "jpg"),
        "width": width,
        "height": shown.height_at(width),
        "caption": _plain(caption or shown.caption),
        "creditText": shown.credit_line,
        **({"creator": {"@type": "Person", "name": shown.creator}} if shown.creator else {}),
        **({"license": shown.licence_url} if shown.licence_url else {}),
        **({"acquireLicensePage": shown.source_url} if shown.source_url else {}),
    }


def _logo(logo: Data | None, base: str) -> Data:
    """Describe the logo, as it stands on light ground."""
    if not logo:
        return {}
    url = f"{base}/media/{logo['file']}"
    return {"logo": {"@type": "ImageObject", "url": url, "width": logo["width"], "height": logo["height"]}}


def _author(name: str, url: str | None, role: str) -> Data:
    """Describe an author: the name is only the name."""
    return {
        "@type": "Person",
        "name": name,
        **({"url": url} if url else {}),
        **({"jobTitle": role} if role else {}),
    }


def source(source: PrintedSource | Source) -> Data:
    """Describe what a story rests on."""
    return {
        "@type": "CreativeWork",
        "name": source.title,
        **({"url": source.url} if source.url else {}),
        **({"publisher": {"@type": "Organization", "name": source.publisher}} if source.publisher else {}),
        **({"archivedAt": source.archive_url} if source.archive_url else {}),
        **({"datePublished": source.published_on.isoformat()} if source.published_on else {}),
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _plain(html: str) -> str:
    return Markup(html).striptags()
