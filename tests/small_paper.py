"""A paper small enough to be compared whole after every change, with something of everything on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image
from sqlalchemy import select

from newsapp import articles, authors, comments, pages, sections
from newsapp.accounts import Account, Role
from newsapp.articles import Article, Byline, MostRead, Source, versions
from newsapp.db import db
from newsapp.media import Picture
from newsapp.sections import MenuColumn, MenuItem, Section
from newsapp.site import Site


def plant(now: datetime) -> None:
    """Write the small paper into an empty database, and commit."""
    site = Site(name="The Small Paper")
    db.session.add(site)
    site.set(tagline="Small", description="A small paper", copyright_from=2020, share_networks=["bluesky"])
    site.set(contact_addresses={"newsroom": "news@example.org", "tips": "tips@example.org"})
    world = sections.create("World", description="Abroad", rhythm="major")
    asia = sections.create("Asia", parent=world)
    views = sections.create("Opinion")
    hidden = sections.create("Hidden")
    hidden.hide()
    column = MenuColumn(heading="News", position=0)
    column.items = [
        MenuItem(section_id=world.id, position=0),
        MenuItem(label="About", address="/about", position=1),
        MenuItem(label="Not written", address="/missing", position=2),
    ]
    db.session.add(column)
    pictures = []
    for n in range(3):
        picture = Picture(
            sha256=f"{n}" * 64, stem=f"{n}" * 20, original=f"{n}.jpg", width=1200, height=800, widths=[176, 704],
            alt=f"Picture {n}", caption=f"Caption {n}", credit=f"Credit {n}", licence="CC0", licence_url="https://example.org/",
        )  # fmt: skip
        pictures.append(picture)
    db.session.add_all(pictures)
    accounts = [
        Account(username=f"reader{n}", email=f"r{n}@example.org", name=f"Reader {n}", role=Role.READER)
        for n in range(2)
    ]
    db.session.add_all(accounts)
    db.session.flush()
    rosalind = authors.create("Rosalind", role="Europe", bio="Rivers.", account_id=accounts[0].id)
    dele = authors.create("Dele", role="Columnist", bio="Queues.")
    source = Source(kind="document", title="The accord", url="https://example.org/accord")
    db.session.add(source)
    for n in range(7):
        by = dele if n == 3 else rosalind
        story = articles.write(
            f"Story number {n}",
            [world, asia, asia, views, world, world, asia][n],
            f'<p>Text {n}.<sup data-source="a"></sup></p><h2>One</h2><p>b</p><h2>Two</h2><p>c</p><h2>Three</h2>'
            f'<figure data-picture="{pictures[1].id}"><figcaption>In the text</figcaption></figure>',
            sources={"a": source},
            also_in=[asia] if n == 0 else [],
            topics=["Rivers", "Rails"][: 1 + n % 2],
            bylines=[Byline(author=by, author_id=by.id, role=f"Role {n}")],
            kind="opinion" if n == 3 else "live" if n == 4 else "news",
            standfirst=f"Standfirst {n}",
            picture_id=pictures[n % 2].id if n % 3 else None,
            key_points=["A point"] if n == 1 else [],
        )
        story.publish(at=now - timedelta(hours=n + 1))
    pages.write("about", "About", "<p>Who we are.</p>")
    stories = list(db.session.scalars(select(Article).order_by(Article.id)))
    stories[1].update("Something was added", at=now - timedelta(minutes=30))
    versions.keep(stories[2], "published", at=stories[2].published_at)
    notice = stories[2].correct("A figure", "<p>It was <del>1</del> <ins>2</ins>.</p>", at=now - timedelta(minutes=20))
    db.session.flush()
    versions.keep(stories[2], "correction", "A figure", at=notice.at, change=notice)
    stories[5].publish(at=now + timedelta(minutes=40))  # scheduled
    stories[6].end(at=now + timedelta(minutes=70))
    first = comments.post(stories[0], "The first comment", account=accounts[0], at=now - timedelta(minutes=50))
    answer = comments.post(stories[0], "An answer", author=rosalind, parent=first, at=now - timedelta(minutes=40))
    comments.post(stories[0], "A guest's answer", guest_name="Guest", parent=answer, at=now - timedelta(minutes=35))
    comments.post(stories[0], "It waits", account=accounts[1], approved=False)
    articles.place(stories[1], "lead", ends_at=now + timedelta(minutes=55))
    articles.place(stories[2], "second")
    articles.place(stories[0], "pick", starts_at=now + timedelta(minutes=15))
    articles.place(stories[3], "opinion")
    articles.place(
        stories[4], f"section-{world.id}", starts_at=now + timedelta(minutes=5), ends_at=now + timedelta(minutes=25)
    )
    db.session.add(MostRead(shelf="all", rank=1, article_id=stories[2].id, views=50, as_of=now))
    db.session.add(MostRead(shelf=f"section:{world.id}", rank=1, article_id=stories[0].id, views=40, as_of=now))
    db.session.commit()


def cut_pictures(folder: Path) -> None:
    """Put a file for each of the paper's pictures, in each size and format, where a browser finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = BytesIO()
    Image.new("RGB", (12, 8), "steelblue").save(drawn, "JPEG")  # browsers look at what a picture is, not at its name
    for picture in db.session.scalars(select(Picture)):
        for name in picture.files:
            (folder / name).write_bytes(drawn.getvalue())


def addresses() -> list[str]:
    """Give every address of the small paper that a reader may ask for, public or not."""
    found = ["/"]
    found += [f"/sections/{path}" for path in db.session.scalars(select(Section.path).order_by(Section.id))]
    for slug in db.session.scalars(select(Article.slug).order_by(Article.id)):
        found.append(f"/articles/{slug}")
    found += [
        "/about",
        "/contact",
        "/offline",
        "/saved",
        "/saved?s=1&s=6&s=99",
        "/log",
        "/missing",
        "/moved",
        "/authors",
        "/authors/rosalind",
        "/topics",
        "/topics/rivers",
        "/sections/world?page=2",
        "/articles/story-number-0/comments?sort=newest",
        "/articles/story-number-0/comments?sort=helpful",
        "/articles/story-number-0/comments?sort=replies",
        "/articles/story-number-0/comments?sort=featured",
        "/articles/story-number-0/comments/count",
        "/articles/story-number-1/share",
        "/articles/story-number-0/versions",
        "/articles/story-number-0/versions/1",
        "/articles/story-number-0/versions/2",
        "/articles/story-number-0/versions/1/since",
        "/articles/story-number-2/versions",
        "/articles/story-number-2/versions/2",
        "/articles/story-number-0/comments/feed.xml",
        "/feed.xml",
        "/sections/world/feed.atom",
        "/authors/rosalind/feed.json",
        "/topics/rivers/feed.xml",
        "/moderation",
        "/newsletter",
        "/newsletter/issues",
        "/sources/1",
        "/sources/2",
        "/corrections",
        "/corrections?page=2",
        "/corrections/feed.atom",
        "/sitemap.xml",
        "/sitemaps/pages.xml",
        "/sitemaps/stories-1.xml",
        "/news-sitemap.xml",
        "/.well-known/security.txt",
        "/site.webmanifest",
    ]
    db.session.rollback()
    return found
