"""Where a page has gone: asked only when nothing else answers."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from flask import current_app, g
from sqlalchemy import ForeignKey, Select, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.exceptions import HTTPException

from newsapp.db import Base, db, moment
from newsapp.lib import clock

MAX_LENGTH = 2000  # letters of an address
FEEDS = ("/feed.xml", "/feed.atom", "/feed.json")  # what stands below a list of stories
# What stands below these pages of ours goes where the page has gone: a story's versions and comments, an author's feeds.
_WITH_ALL_BELOW = ("/articles/", "/authors/", "/topics/")
# What stands in a path and in a query unencoded. Source: RFC 3986, sections 3.3 and 3.4.
_IN_PATH = "/:@!$&'()*+,;=~-._"
_IN_QUERY = f"{_IN_PATH}?%"


class NoRedirect(ValueError):
    """A redirect that cannot be made; the message is a sentence for the person who asked for it."""


class AddressTaken(ValueError):
    """An address that another page has, or had; the message is a sentence for the desk."""


class Redirect(Base):
    """That a path of ours has moved. A target is never the old path of another row, so one step is all there is.

    No page shows it: it carries no tag, and the answers that it makes are never kept.
    """

    old_path: Mapped[str] = mapped_column(primary_key=True)  # encoded as in _path(), so that each has one spelling
    new_address: Mapped[str] = mapped_column(index=True)  # a path of ours, encoded likewise, or a full address
    made_at: Mapped[moment] = mapped_column(default=clock.now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    @classmethod
    def all(cls) -> Select[Redirect]:
        """Select every redirect, from A to Z."""
        return select(cls).order_by(cls.old_path)

    def remove(self) -> None:
        """Forget the redirect: its old address is 404 again. The caller commits."""
        db.session.delete(self)


def redirect(old: str, new: str, by_id: int | None = None) -> Redirect:
    """Lead readers from the path ``old`` to ``new``: a path of ours or a full address; its query and fragment stay.

    Redirects that led to ``old`` lead to ``new`` from now on, and one that ``new`` is itself the old path of is
    followed here, once and for all. A second redirect of a path takes the first one's place. ``by_id`` is the account
    of who made it. The caller commits.

    Raises:
        NoRedirect: an address cannot be used, or readers would go in a circle.
    """
    path, target = _old_path(old), _new_address(new)
    onward = None if _is_foreign(target) else db.session.get(Redirect, urlsplit(target).path)
    if onward is not None and onward.old_path != path:
        target = _follow(target, onward.new_address)
    if not _is_foreign(target) and urlsplit(target).path == path:
        raise NoRedirect(f"{old} would lead to itself.")
    for earlier in db.session.scalars(_leading_to(path)):
        earlier.new_address = _follow(earlier.new_address, target)
    row = db.session.get(Redirect, path) or Redirect(old_path=path)
    row.new_address, row.made_at, row.made_by_id = target, clock.now(), by_id
    db.session.add(row)
    db.session.flush()
    return row


def page_moved(old: str, new: str, by_id: int | None = None, below: tuple[str, ...] = ()) -> None:
    """Lead readers from where a page of ours stood to where it stands now, and from what stood ``below`` it.

    A redirect of the new address goes: the page answers there. So a page may go back and forth, and nobody in a circle.
    The caller commits.
    """
    for part in ("", *below):
        page_came(f"{new}{part}")
        redirect(f"{old}{part}", f"{new}{part}", by_id)


def must_be_free(address: str, own: str = "") -> None:
    """See that no other page has left an address of ours: who asks for it is led there, and would not be any more.

    ``own`` is where the page stands now that is to have the address; its own old addresses are free for it.

    Raises:
        AddressTaken: another page has left it.
    """
    row = db.session.get(Redirect, _path(address))
    if row is not None and row.new_address != _path(own or "/"):
        raise AddressTaken(
            f"{address} is an old address, which leads to {unquote(row.new_address)}. Choose another one, or remove that redirect."
        )


def page_came(address: str) -> None:
    """Forget that an address of ours leads elsewhere: a page answers there now. The caller commits."""
    row = db.session.get(Redirect, _path(address))
    if row is not None:
        db.session.delete(row)
        db.session.flush()


def moved_to(session: Session, path: str, query: str = "") -> str | None:
    """Give the address that ``path`` has moved to, with the reader's ``query`` behind it; ``None`` where it has not.

    ``path`` is decoded, as requests have it. A page of ours that is asked for with a slash at its end stands without it.
    """
    if len(path) > MAX_LENGTH:
        return None
    asked_for = _path(path)
    above, below = _page_above(asked_for)
    rows = select(Redirect.old_path, Redirect.new_address).where(Redirect.old_path.in_({asked_for, above}))
    led: dict[str, str] = dict(session.execute(rows).all())
    found = led.get(asked_for)
    if found is None and _stands_alone(led.get(above, "")):
        found = led[above] + below
    if found is None and _answers_without_slash(path):
        found = asked_for
    if found is None or not query:
        return found
    parts, asked = urlsplit(found), quote(query, safe=_IN_QUERY)
    return urlunsplit(parts._replace(query=f"{parts.query}&{asked}" if parts.query else asked))


def _stands_alone(target: str) -> bool:
    """Tell whether a target is a story, an author or a topic itself, so that something may stand below it."""
    return any(target.startswith(room) for room in _WITH_ALL_BELOW) and not re.search("[?#]|/.+/.+/", target)


def _page_above(path: str) -> tuple[str, str]:
    """Cut an address below a story, an author or a topic in two: the page's own, and what stands below it."""
    room = next((room for room in _WITH_ALL_BELOW if path.startswith(room)), None)
    if room is None:
        return path, ""
    own, slash, rest = path.removeprefix(room).partition("/")
    return f"{room}{own}", f"{slash}{rest}"


def _answers_without_slash(path: str) -> bool:
    """Tell whether there is a page at the path without the slash at its end."""
    bare = path.rstrip("/")
    return bare != path and answers(bare)


def answers(path: str) -> bool:
    """Tell whether there is a page at a path, decoded, as readers see it. Rooms with a door of their own tell nothing."""
    if not path.startswith("/") or path.startswith("//"):  # two slashes would name another host
        return False
    was = g.get("shared")
    try:
        endpoint, values = current_app.url_map.bind("").match(path, "GET")
        room = endpoint.rpartition(".")[0]
        if current_app.before_request_funcs.get(room):
            return False
        current_app.ensure_sync(current_app.view_functions[endpoint])(**values)
    except HTTPException:
        return False
    finally:
        g.shared = was
    return True


def _path(decoded: str) -> str:
    """Give the one spelling of a path: encoded, without a slash at its end, because people type both."""
    return quote(decoded, safe=_IN_PATH, errors="replace").rstrip("/") or "/"


def _old_path(address: str) -> str:
    _check(address, "old")
    parts = urlsplit(_without_our_host(address))
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        raise NoRedirect(f"{address} is no path of this site: the old address begins with a slash.")
    if parts.query or parts.fragment:
        raise NoRedirect(f"{address} has a query: a redirect is for a path, and keeps whatever query it is asked with.")
    path = _path(unquote(parts.path))
    if path == "/":
        raise NoRedirect("The front page cannot move.")
    return path


def _new_address(address: str) -> str:
    _check(address, "new")
    ours = _without_our_host(address)
    parts = urlsplit(ours)
    if _is_foreign(ours):
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise NoRedirect(f"{address} is neither a path of this site nor a web address.")
        return ours
    path = _path(unquote(parts.path))
    if not path.startswith("/") or path.startswith("//"):  # two slashes would name another host
        raise NoRedirect(f"{address} is neither a path of this site nor a web address.")
    query, fragment = (quote(text, safe=_IN_QUERY) for text in (parts.query, parts.fragment))
    return urlunsplit(parts._replace(path=path, query=query, fragment=fragment))


def _check(address: str, which: str) -> None:
    if not address.isprintable() or not address or len(address) > MAX_LENGTH:
        raise NoRedirect(f"The {which} address must be one line of at most {MAX_LENGTH:,} letters.")
    try:
        urlsplit(address)
    except ValueError:
        raise NoRedirect(f"{address} is no address.") from None


def _is_foreign(target: str) -> bool:
    parts = urlsplit(target)
    return bool(parts.scheme or parts.netloc)


def _without_our_host(address: str) -> str:
    """Give a full address of ours as a path, so that circles through it are seen."""
    base = current_app.config["BASE_URL"]
    if address == base:
        return "/"
    return address.removeprefix(base) if address.startswith((f"{base}/", f"{base}?", f"{base}#")) else address


def _follow(target: str, onward: str) -> str:
    """Give where ``target`` leads when its path leads on; its own query and fragment stay unless ``onward`` has some."""
    own, next_ = urlsplit(target), urlsplit(onward)
    return urlunsplit(next_._replace(query=next_.query or own.query, fragment=next_.fragment or own.fragment))


def _leading_to(path: str) -> Select[Redirect]:
    new = Redirect.new_address
    return select(Redirect).where(
        or_(
            new == path,
            new.startswith(f"{path}?", autoescape=True),
            new.startswith(f"{path}#", autoescape=True),
        )
    )
