"""What stands round every page: the paper's own words, the tree of sections, the menus drawn from it.

Stands above the rooms, as create_app() does, because a page's frame looks into several of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app, g, render_template, request
from flask_login import current_user
from jinja2 import Environment, pass_environment
from jinja2.filters import do_truncate
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from newsapp import articles, media, pages, sections, site
from newsapp.accounts import Account
from newsapp.articles.breaking import breaking, next_banner_change
from newsapp.lib import dates, tags
from newsapp.lib.parts import part
from newsapp.lib.preferences import DEFAULT, SIZE_NAMES, SIZES, THEMES, Preference
from newsapp.lib.text import initials
from newsapp.sections import Branch, Tree
from newsapp.site import Site

# One's own pages, in the order of the menu and of their tabs. A room adds its own when it is there.
OWN = (
    ("/account", "Your profile"),
    ("/account/comments", "Your comments"),
    ("/saved", "Saved stories"),
    ("/account/follows", "What you follow"),
    ("/account/newsletters", "Your newsletters"),
    ("/account/security", "Address and password"),
    ("/account/second-factor", "Second step"),
    ("/account/data", "Your data"),
)
ABOUT = (("About Us", "about"), ("Terms of Service", "terms"))
IN_BAR = 9  # top sections in the section bar; the others stand under «More»


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Column:
    heading: str
    links: list[Link]


@dataclass(frozen=True)
class Layout:
    """The frame of a page as the site is at one moment."""

    site: Site
    tree: Tree
    columns: list[Column]
    about: list[Link]  # beside the sections in the header
    logo: dict[str, Any] | None  # {file, width, height} for light grounds, where its file is there
    logo_dark: dict[str, Any] | None
    written: set[str]  # the addresses of the pages about the paper, without their slash

    @property
    def base(self) -> str:
        """The site's public address, without a slash at its end."""
        base: str = current_app.config["BASE_URL"]
        return base

    @property
    def bar(self) -> list[Branch]:
        return self.tree.shown[:IN_BAR]

    @property
    def more(self) -> list[Branch]:
        return self.tree.shown[IN_BAR:]

    def header(self, branch: Branch | None = None) -> Markup:
        """Print the masthead with its menus; ``branch`` is where the page stands."""
        preference: Preference = g.get("preference") or DEFAULT
        path = branch.path if branch else ""
        if current_user and current_user.is_authenticated:  # one person's: not kept
            return self._header(path, preference, current_user)
        return part(("header", path, preference.cookie), lambda session: self._header(path, preference, None))

    def _header(self, path: str, preference: Preference, account: Account | None) -> Markup:
        tags.shows("site")
        now = request.full_path.rstrip("?") if account else ""
        return Markup(
            render_template(
                "_header.html",
                layout=self,
                here=path,
                here_now=now,
                preference=preference,
                account=account,
                unread=g.get("unread", 0) if account else 0,
                **_CHOICES,
            )
        )  # a template escapes

    def banner(self) -> Markup:
        """Print the line of breaking news, where there is one."""

        def make(session: Session) -> Markup:
            found = breaking(session, tags.moment())
            return (
                Markup(render_template("_breaking.html", breaking=found)) if found else Markup()
            )  # a template escapes

        return part("banner", make)

    def footer(self) -> Markup:
        """Print the footer."""
        at = tags.moment()
        year = at.astimezone(self.site.timezone).year

        def make(_session: Session | None = None) -> Markup:
            tags.shows("site")
            return Markup(render_template("_footer.html", layout=self, year=year))  # a template escapes

        if current_user and current_user.is_authenticated:  # its form has a field of their own
            return make()
        return part(("footer", year), make)


_CHOICES = {"sizes": [(key, SIZE_NAMES[key]) for key in SIZES], "themes": THEMES}


def layout() -> Layout:
    """Give the frame of the page that is being made; who asks, page or part, shows what the publisher set."""
    tags.shows("site")
    found: Layout | None = g.get("layout")
    if found is None:
        found = g.layout = part("layout", _read)
        seen = tags.seen_so_far()
        if seen is not None:
            seen.note_expiry(dates.next_midnight(seen.at, found.site.timezone))
            seen.note_expiry(part("next moment", _next_moment, is_shown=False))
    return found


def _read(session: Session) -> Layout:
    tags.shows("site")
    tree = sections.tree(session)
    written = pages.slugs(session) | ({"contact"} if site.addressees() else set())
    columns = []
    for column in session.scalars(sections.MenuColumn.all()):
        links = []
        for item in column.items:
            branch = tree.by_id.get(item.section_id) if item.section_id else None
            if branch and not branch.is_hidden:
                links.append(Link(item.label or branch.name, branch.url))
            elif item.address and item.label and is_answered(item.address, written):
                links.append(Link(item.label, item.address))
        if links:
            columns.append(Column(column.heading, links))
    about = [Link(label, f"/{slug}") for label, slug in ABOUT if slug in written]
    paper = site.current(session)
    return Layout(paper, tree, columns, about, _there(paper.logo), _there(paper.logo_dark), written)


def _there(logo: dict[str, Any] | None) -> dict[str, Any] | None:
    """Give a logo whose file can be shown; without one the paper's name stands there as words."""
    return logo if logo and (media.folder() / logo["file"]).is_file() else None


def is_answered(address: str, written: set[str]) -> bool:
    """Tell whether an address leads somewhere; a menu does not name what is not there. ``written`` are the pages."""
    if not address.startswith("/"):
        return True
    path = address.split("?")[0].split("#")[0]
    if path == "/contact":  # the newsroom's page, or its form, or neither
        return "contact" in written
    adapter = current_app.url_map.bind("", url_scheme="https")
    try:
        endpoint, values = adapter.match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return False
    return endpoint != "pages.one" or values["slug"] in written


def _next_moment(session: Session) -> datetime | None:
    """Give the next moment at which time alone changes a page. Kept until then, or until somebody schedules anew."""
    tags.shows("clock")
    seen = tags.seen_so_far()
    assert seen is not None
    moments = [
        next_change(session, seen.at)
        for next_change in (articles.next_change, articles.next_placement_change, next_banner_change)
    ]
    first = min((m for m in moments if m is not None), default=None)
    seen.note_expiry(first)
    return first


def init_app(app: Flask) -> None:
    env = app.jinja_env
    env.globals["layout"] = layout
    env.globals["preference"] = lambda: g.get("preference") or DEFAULT
    env.globals["here"] = lambda: request.full_path.rstrip("?") if request else "/"
    env.globals["account_pages"] = lambda: OWN
    env.filters["initials"] = initials
    env.filters["truncate"] = _truncate
    env.filters["machine"] = dates.machine
    env.filters["short_in"] = dates.short  # for a loop over hundreds, which knows the zone
    zoned: dict[str, Any] = {
        "clock_time": dates.clock_time,
        "date": dates.date,
        "weekday_date": dates.weekday_date,
        "short_weekday": dates.short_weekday,
        "full": dates.full,
        "local": dates.local,
        "short": dates.short,
        "until": dates.until,
    }
    for name, function in zoned.items():
        env.filters[name] = _in_zone(function)
    env.filters["brief"] = lambda at: dates.brief(at, layout().site.timezone, _printed_at())
    env.filters["river"] = lambda at: dates.river(at, layout().site.timezone, _printed_at())


@pass_environment
def _truncate(env: Environment, words: str, length: int = 255, killwords: bool = False, end: str = "…", leeway: int | None = None) -> str:  # fmt: skip
    """Shorten as Jinja does, but with the paper's own sign of it."""
    return do_truncate(env, words, length, killwords, end, leeway)


def _printed_at() -> datetime:
    """Give the moment as of which dates are printed: now, but for a preview."""
    at: datetime | None = g.get("printed_at")
    return at or tags.moment()


def _in_zone(function: Any) -> Any:
    return lambda at: function(at, layout().site.timezone)
