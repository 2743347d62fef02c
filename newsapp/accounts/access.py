"""Who may come in: views for people who are signed in, and how one gets in and out."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Response, abort, current_app, g, request, session
from flask_login import current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import HTTPException

from newsapp.accounts.models import Account, Role, SignIn, begin
from newsapp.accounts.notifications import Notification
from newsapp.db import db
from newsapp.extensions import login
from newsapp.lib.web import SAFE, came_from, hold, lead_to

View = TypeVar("View", bound=Callable[..., Any])


def reader() -> Account | None:
    """Give who is signed in, the account itself, or nothing."""
    return current_user._get_current_object() if current_user.is_authenticated else None


@login.user_loader  # type: ignore[untyped-decorator]  # flask_login has no types
def _load(token: str) -> Account | None:
    """Give whose sign-in this is, while it counts; ``g.sign_in`` is its row and ``g.unread`` how much is new to its owner."""
    found = db.session.execute(SignIn.known_by(token).add_columns(Notification.how_many_unread())).first()
    if found is None:
        return None
    g.sign_in, account, g.unread = found
    return account  # type: ignore[no-any-return]


def readers_only(view: View) -> View:
    """Keep a view for people who are signed in; others are asked to sign in and led back.

    They come back to the page that they asked for or, from a form, to the page that it stood on.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return ask_to_sign_in()
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]


def readers_only_to(do: str) -> Callable[[View], View]:
    """As readers_only(), for a view that people meet unawares: ``do`` is what they sign in for, for purpose_of()."""

    def keep(view: View) -> View:
        guarded = readers_only(view)
        guarded.purpose = do  # type: ignore[attr-defined]
        return guarded

    return keep


def purpose_of(path: str) -> str:
    """Say what somebody who is led on to ``path`` signs in for, where it is not plain; nothing elsewhere."""
    path, _, place = path.partition("#")
    if place == "follow":  # templates/follows/_button.html
        return "follow an author, a topic or a section"
    try:
        endpoint, _ = current_app.create_url_adapter(request).match(path.partition("?")[0], method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return ""
    return str(getattr(current_app.view_functions[endpoint], "purpose", ""))


def only(*roles: Role) -> Callable[[View], View]:
    """Keep a view for these roles: whoever is not signed in is asked to, others get a 403."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return ask_to_sign_in()
            if current_user.acts_as not in roles:
                abort(403)
            return view(*args, **kwargs)

        return guarded  # type: ignore[return-value]

    return guard


def ask_to_sign_in() -> Response:
    """Lead to the sign-in page, and from there back to what was asked for; hold what was sent until then."""
    return hold(sign_in_address()) or lead_to(sign_in_address())


def sign_in_address() -> str:
    """Give the address of the sign-in page that leads back to what was asked for."""
    asked = request.full_path.rstrip("?") if request.method in SAFE else came_from()
    return "/account/sign-in" + (f"?next={quote(asked, safe='/')}" if asked and asked != "/" else "")


def let_in(account: Account, *, is_remembered: bool = False) -> None:
    """Sign the account in on this browser, under a token that nobody had before. The caller commits."""
    session.clear()
    g.pop("csrf_token", None)
    g.sign_in_token = begin(account, browser_name(), is_remembered=is_remembered)
    login_user(account)
    session.permanent = is_remembered
    generate_csrf()  # now, because a page that is only read must not set a cookie


def leave() -> None:
    """Sign this browser out. The caller commits."""
    if g.get("sign_in") is not None:
        g.sign_in.end()
    logout_user()
    session.clear()


def browser_name(agent: str | None = None) -> str:
    """Say which browser somebody uses, as far as they would know it again: ``Firefox on Linux``."""
    agent = request.headers.get("User-Agent", "") if agent is None else agent
    browser = next((name for mark, name in _BROWSERS if re.search(mark, agent)), "A browser")
    system = next((name for mark, name in _SYSTEMS if re.search(mark, agent)), "")
    return f"{browser} on {system}" if system else browser


# In this order: each says the names of others as well.
_BROWSERS = (
    (r"Edg", "Edge"), (r"OPR/|Opera", "Opera"), (r"SamsungBrowser", "Samsung Internet"), (r"Firefox|FxiOS", "Firefox"),
    (r"Chrom|CriOS", "Chrome"), (r"Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    (r"iPhone", "iPhone"), (r"iPad", "iPad"), (r"Android", "Android"), (r"Windows", "Windows"), (r"Mac OS X", "Mac"),
    (r"CrOS", "ChromeOS"), (r"Linux", "Linux"),
)  # fmt: skip
