"""Filling an empty site with the demo newsroom."""

from __future__ import annotations

import csv
import random
import re
import tomllib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from newsapp import articles, authors, comments, newsletter, pages, sections, site
from newsapp.accounts import Account, Role
from newsapp.articles import Article, Byline, Source, versions
from newsapp.authors import Author
from newsapp.db import db, reading
from newsapp.demo.moderation import moderate
from newsapp.lib import clock
from newsapp.lib.counts import Counts
from newsapp.lib.text import slugify
from newsapp.media import Picture, renditions
from newsapp.media.models import folder, keep
from newsapp.sections import MenuColumn, MenuItem, Section
from newsapp.site import ADDRESSEES, Site

HERE = Path(__file__).parent
Say = Callable[[str], None]

PLACED = {
    "lead": ["undersea-cables-treaty"],
    "second": [
        "budget-watchdog-workings", "night-freight-northern-line", "street-sells-evenings", "reservoir-full",
        "repairable-chip", "school-day-later", "harbour-pilots-ballot",
    ],
    "pick": ["street-sells-evenings", "reservoir-full", "hikers-redraw-map"],
    "opinion": ["queue-is-a-constitution", "public-bench", "forgot-to-ask-the-river", "islands-own-clocks"],
    "live": ["storm-ottoline-live"],
}  # fmt: skip
# Focal points of the photographs, in per cent from the left and from the top, where the middle would cut the subject.
FOCAL = {
    "cargo-spacecraft.jpg": (50, 50), "dune-hikers.jpg": (45, 70), "electrician-at-work.jpg": (50, 25),
    "golden-eagle.jpg": (50, 45), "lighthouse-coast.jpg": (62, 50), "wind-turbines.jpg": (60, 60),
    "metro-station.jpg": (50, 60), "humboldt-penguin.jpg": (45, 40),
}  # fmt: skip
MOST_READ = [
    "undersea-cables-treaty", "reservoir-full", "salt-battery-town", "harbour-pilots-ballot", "queue-is-a-constitution",
    "valley-recipes-stall", "night-train-second-life", "wages-outpace-rents", "airport-hides-queues", "reading-room-lamps",
]  # fmt: skip


def is_empty() -> bool:
    """Tell whether the site has neither stories nor sections."""
    with reading():
        return not db.session.scalar(select(func.count()).select_from(Section))


def fill(say: Say = print) -> None:
    """Write the demo newsroom into an empty database, and commit.

    Times are set back from now, so the paper is always today's.
    """
    photos = _photos()
    say(f"Cutting {len(photos)} pictures to the sizes of the pages ...")
    cut = renditions.cut_many([(HERE / "photos" / row["file"]).read_bytes() for row in photos], folder(), processes=2)
    now = clock.now()
    pictures = {row["file"]: _keep(made, row) for made, row in zip(cut, photos, strict=True)}
    _site()
    tree = _sections()
    people = _authors()
    for file in sorted((HERE / "pages").glob("*.html")):
        meta, body = read_story(file)
        pages.write(file.stem, meta["title"], body, meta["standfirst"])
    stories = {}
    files = sorted((HERE / "stories").glob("*.html")) + sorted((HERE / "briefs").glob("*.html"))
    say(f"Writing {len(files)} stories ...")
    for meta, body in sorted(map(read_story, files), key=lambda story: -story[0]["hours_ago"]):
        stories[meta["slug"]] = _story(meta, body, now, tree, people, pictures)
    _states(tree, now, people)
    _place(stories)
    site.redirect("/rss", "/feed.xml")
    site.redirect("/imprint", "/about")
    written = _comments(stories, people)
    _most_read(stories, now)
    db.session.commit()
    _newsletter(stories)  # its letter is printed as the site stands
    db.session.commit()
    say(f"The demo newsroom is in: {len(stories)} stories, {len(people)} authors, {written} comments.")


def read_story(path: Path) -> tuple[dict[str, Any], str]:
    """Read a demo story: TOML between lines of ``+++``, then HTML.

    Raises:
        ValueError: the file has no such head; the message names it.
    """
    parts = re.split(r"^\+\+\+\s*$", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.M)
    if len(parts) != 3:
        raise ValueError(f"{path}: no head between +++ lines")
    return tomllib.loads(parts[1]), parts[2].strip()


def _photos() -> list[dict[str, str]]:
    with (HERE / "photos" / "photos.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _keep(made: renditions.Cut, row: dict[str, str]) -> Picture:
    x, y = FOCAL.get(row["file"], (50, 50))
    return keep(
        made, title=row["title"], alt=row["alt"], caption=row["caption"], creator=row["credit"], credit=row["credit"],
        licence=row["licence"], licence_url=row["licence_url"], source=row["source"], focal_x=x, focal_y=y,
    )  # fmt: skip


def _site() -> None:
    site = Site(name="The Update Desk", contact_addresses={role: f"{role}@example.org" for role in ADDRESSEES})
    db.session.add(site)
    site.set(
        tagline="News with its working shown: what changed, when it changed and who changed it.",
        description="The Update Desk is an invented newspaper that shows what this software does.",
        language="en-GB",
        zone="Europe/London",
        founded_on="2026",
        copyright_from=2026,
        copyright_line="All rights reserved.",
        comment_rules="Say what you mean about the story.\nNo insults, nothing about anybody’s private life.\nNo advertising.",
        share_networks=["x", "facebook", "whatsapp", "bluesky"],
        social_links=[],
    )


def _sections() -> dict[str, Section]:
    plan = tomllib.loads((HERE / "sections.toml").read_text(encoding="utf-8"))
    made: dict[str, Section] = {}
    for top in plan["sections"]:
        children = top.pop("children", [])
        section = sections.create(**top)
        made[section.path] = section
        for child in children:
            below = sections.create(parent=section, **child)
            made[below.path] = below
    for position, column in enumerate(plan["columns"]):
        row = MenuColumn(heading=column["heading"], position=position)
        for place, item in enumerate(column["items"]):
            path = item if isinstance(item, str) else item.get("section")
            label = None if isinstance(item, str) else item.get("label")
            address = None if path else item["address"]
            row.items.append(
                MenuItem(section_id=made[path].id if path else None, label=label, address=address, position=place)
            )
        db.session.add(row)
    return made


def _authors() -> dict[str, Author]:
    people = {}
    for person in tomllib.loads((HERE / "authors.toml").read_text(encoding="utf-8"))["authors"]:
        account = Account(
            username=person["slug"], email=person["email"], name=person["name"], role=Role.AUTHOR
        )  # fmt: skip
        db.session.add(account)
        db.session.flush()
        people[person["slug"]] = authors.create(account_id=account.id, **person)
    return people


def _story(
    meta: dict[str, Any], body: str, now: datetime, tree: dict[str, Section], people: dict[str, Author],
    pictures: dict[str, Picture],
) -> Article:  # fmt: skip
    # Whole minutes: nobody at a paper publishes at 12:41:07.
    def ago(hours: float) -> datetime:
        return (now - timedelta(hours=hours)).replace(second=0, microsecond=0)

    published_at = ago(meta["hours_ago"])
    day = published_at.astimezone(site.current(db.session()).timezone).date()
    meta, body = _dated(meta, day.year), _dated(body, day.year)
    sources = {entry["key"]: _source(entry, day) for entry in meta.get("sources", [])}
    body = re.sub(
        r'data-picture="([^"]+)"', lambda found: f'data-picture="{pictures[found[1]].id}"', body
    )  # fmt: skip
    body = re.sub(r'data-hours-ago="([\d.]+)"', lambda found: f'datetime="{ago(float(found[1])).isoformat()}"', body)
    changes = meta.get("changes", [])
    bodies = _bodies(body, changes, ago)
    story = articles.write(
        meta["headline"], tree[meta["section"]], bodies[0],
        slug=meta["slug"],
        sources=sources,
        also_in=[tree[path] for path in meta.get("also_in", [])],
        topics=meta.get("topics", []),
        bylines=[_byline(entry, people) for entry in meta["bylines"]],
        kind=meta["kind"],
        standfirst=meta.get("standfirst", ""),
        label=meta.get("label"),
        short_headline=meta.get("short_headline"),
        place=meta.get("place"),
        key_points=meta.get("key_points", []),
        making=meta.get("making", {}),
        picture_id=pictures[meta["picture"]].id if meta.get("picture") else None,
        picture_caption=meta.get("picture_caption"),
        is_evergreen=meta.get("evergreen", False),
    )  # fmt: skip
    story.publish(at=published_at)
    has_versions = len(set(bodies)) > 1
    if has_versions:
        versions.keep_first(story)
    for change, words in zip(changes, bodies[1:], strict=True):
        at = ago(change["hours_ago"])
        if words != story.body_source:
            story.set_body(words, sources)
        if change["kind"] == "update":
            line = story.update(change["note"], at=at)
        else:
            line = story.correct(
                change["note"], change.get("text", ""), at=at, clarifies=change["kind"] == "clarification"
            )  # fmt: skip
        if has_versions:
            db.session.flush()
            versions.keep(story, change["kind"], change["note"], None, at, line)
    if meta.get("comments") is False:
        story.close_comments()
    return story


def _bodies(body: str, changes: list[dict[str, Any]], ago: Callable[[float], datetime]) -> list[str]:
    """Give the text as it first stood and after each change, from the last one and what each says ``was`` before it.

    A live story had not the post of a change's own time.
    """
    found = [body]
    for change in reversed(changes):
        earlier = found[-1]
        for now, before in change.get("was", []):
            if now not in earlier:
                raise ValueError(f"{change['note']} «{now}» does not stand in the text")
            earlier = earlier.replace(now, before)
        posted = re.escape(f'<h2><time datetime="{ago(change["hours_ago"]).isoformat()}"')
        earlier = re.sub(rf"{posted}.*?(?=<h2>|\Z)", "", earlier, flags=re.DOTALL)
        found.append(earlier)
    return found[::-1]


def _dated(words: Any, year: int) -> Any:
    """Write the years that follow from the story's own: ``{year}``, ``{year-1}``, ``{year+2}``."""
    if isinstance(words, str):
        return re.sub(r"\{year([+-]\d+)?\}", lambda found: str(year + int(found[1] or 0)), words)
    if isinstance(words, list):
        return [_dated(word, year) for word in words]
    if isinstance(words, dict):
        return {name: _dated(word, year) for name, word in words.items()}
    return words


def _source(entry: dict[str, Any], day: date) -> Source:
    """Keep a source; ``day`` is its story's: an invented paper's dates are told in days before it."""
    fields = {name: value for name, value in entry.items() if name != "key" and value not in ("", None)}
    for name in ("published", "accessed"):
        if (days := fields.pop(f"{name}_days_before", None)) is not None:
            fields[f"{name}_on"] = day - timedelta(days=days)
    known = None
    if fields.get("url"):
        known = db.session.scalar(select(Source).where(Source.url == fields["url"], Source.title == fields["title"]))
    if known:  # stories come oldest first: the newest to cite a paper says of which day it is
        known.published_on = fields.get("published_on") or known.published_on
        known.accessed_on = fields.get("accessed_on") or known.accessed_on
        return known
    source = Source()
    source.describe(**fields)
    db.session.add(source)
    db.session.flush()
    return source


def _byline(entry: dict[str, str], people: dict[str, Author]) -> Byline:
    author = people.get(entry.get("author", ""))
    return Byline(
        author=author,
        author_id=author.id if author else None,
        free_text=entry.get("name"),
        role=entry.get("role") or "",
        part="help" if entry.get("help") else "by",
    )


def _states(tree: dict[str, Section], now: datetime, people: dict[str, Author]) -> None:
    """Add a story in every state that readers do not see, so that the desk, and the leak test, have them."""
    politics, desk = tree["politics"], [Byline(free_text="The Update Desk")]
    draft = articles.write("A draft that no reader sees", politics, "<p>Not finished.</p>", bylines=list(desk))
    review = articles.write(
        "A story that waits for its second reader", politics, "<p>In review.</p>",
        bylines=[Byline(author=people["callum-estrada-whyte"], author_id=people["callum-estrada-whyte"].id)],
    )  # fmt: skip
    review.submit()
    scheduled = articles.write(
        "A story that appears by itself tomorrow", politics, "<p>Nothing has to run for it to appear.</p>",
        bylines=[Byline(free_text="The Update Desk")],
    )  # fmt: skip
    scheduled.publish(at=now + timedelta(hours=24))
    withdrawn = articles.write(
        "A story that was taken back", politics, "<p>It should not have been published.</p>",
        bylines=[Byline(free_text="The Update Desk")],
    )  # fmt: skip
    withdrawn.publish(at=now - timedelta(hours=80))
    withdrawn.withdraw("It rested on a document that turned out to be a draft. A corrected story will follow.")
    assert draft.state == "draft"


def _place(stories: dict[str, Article]) -> None:
    for slot, slugs in PLACED.items():
        for slug in slugs:
            if slug in stories:
                articles.place(stories[slug], slot)


def _comments(stories: dict[str, Article], people: dict[str, Author]) -> int:
    entries = tomllib.loads((HERE / "comments.toml").read_text(encoding="utf-8"))["comments"]
    staff = {author.name: author for author in people.values()}
    readers: dict[str, Account] = {}
    posted: dict[int, comments.Comment] = {}
    now = clock.now()
    late: list[Callable[[], None]] = []
    for entry in entries:
        story = stories.get(entry["story"])
        if story is None or story.published_at is None:
            continue
        author = staff.get(entry["name"]) if entry.get("staff") else None
        account = None if author else readers.get(entry["name"]) or _reader(entry["name"], readers)
        comment = comments.post(
            story, entry["body"], account=account, author=author, parent=posted.get(entry.get("parent") or 0),
            at=min(story.published_at + timedelta(minutes=entry["minutes_after"]), now - timedelta(minutes=1)),
        )  # fmt: skip
        comment.recommended = entry.get("helpful", 0)
        posted[entry["id"]] = comment
        if entry.get("featured"):
            late.append(comment.feature)
        if entry.get("hidden"):
            late.append(comment.hide)
        if entry.get("deleted"):
            late.append(comment.delete)
    for act in late:
        act()
    quiet = [story for story in stories.values() if story.comments_open and story.published_at]
    moderate(
        sorted(quiet, key=lambda story: (story.published_at or now, story.slug))[:9],
        lambda name: readers.get(name) or _reader(name, readers),
        now,
    )
    return len(posted)


def _reader(name: str, readers: dict[str, Account]) -> Account:
    username = f"{slugify(name)}-{len(readers) + 1}"
    account = Account(username=username, email=f"reader{len(readers) + 1}@example.org", name=name)
    db.session.add(account)
    db.session.flush()
    readers[name] = account
    return account


def _newsletter(stories: dict[str, Article]) -> None:
    """A newsletter with invented readers, and the issue of this morning, which has left long since."""
    now = clock.now()
    made = newsletter.found_newsletter(
        "The Morning Edit", "Five stories, what changed overnight and one good thing to read.", "Weekdays at 06:30."
    )
    proof = "demo: invented"
    newsletter.take_over(((f"subscriber{n}@example.org", proof, now - timedelta(days=9)) for n in range(12)), made)
    public = [story for story in stories.values() if story.is_public(now) and story.published_at]
    newest = sorted(public, key=lambda story: story.published_at or now, reverse=True)[:5]
    issue = newsletter.begin(made.id, "What changed while you slept")
    issue.write(
        issue.subject, "Good morning. The tide turned at six, and so did the vote.", [story.id for story in newest]
    )
    letter = newsletter.compose(issue)
    issue.html, issue.text = letter.html, letter.text
    issue.send_at = issue.begun_at = issue.filled_at = issue.finished_at = now - timedelta(minutes=20)
    db.session.flush()
    for receiver in newsletter.audience().receivers(made.id, after=0, at_most=100):
        db.session.add(
            newsletter.Delivery(
                issue_id=issue.id, receiver_id=receiver.id, address=receiver.address, sent_at=issue.send_at
            )
        )


def _most_read(stories: dict[str, Article], now: datetime) -> None:
    """Begin with the readers of an ordinary morning, counted as real ones are; they are gone after a day."""
    chance = random.Random(2026)
    counts: Counts = current_app.extensions["counts"]
    views = 900
    for slug in [*MOST_READ, *(s for s in stories if s not in MOST_READ)]:
        if slug in stories:
            views = max(12, views - chance.randint(20, 90))
            counts.add_many(str(stories[slug].id), views)
    counts.write()
    tops = db.session.scalars(select(Section.id).where(Section.parent_id.is_(None)))
    articles.rank(now, [f"section:{section_id}" for section_id in tops])
