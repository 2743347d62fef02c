"""A page and its fragment from one template; who may send; the headers of every answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, make_response, redirect, render_template, request, session
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from newsapp.extensions import csrf
from newsapp.lib import preferences, tags
from newsapp.lib.pagecache import Made
from newsapp.lib.text import shorten
from newsapp.lib.throttles import TooOften

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
TYPED = 80  # characters: what is longer has been typed, and is worth holding
SAFE = ("GET", "HEAD", "OPTIONS")
View = TypeVar("View", bound=Callable[..., Any])


def shared(*arguments: str) -> Callable[[View], View]:
    """Say that a view gives the same page to everybody who is not signed in, so that it may be kept.

    ``arguments`` are those of the query that it knows; an address with others is answered and not kept.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def marked(*args: Any, **kwargs: Any) -> Any:
            g.shared = set(request.args) <= set(arguments)
            return view(*args, **kwargs)

        return marked  # type: ignore[return-value]

    return mark


def one_click(view: View) -> View:
    """Let a view be sent to from anywhere, by a mail program that stops letters (RFC 8058).

    It is sent no cookie and no Origin, and none counts: the signed token in its address alone says what it may do.
    """
    view.is_one_click = True  # type: ignore[attr-defined]
    return view


def page(
    template: str, *, fragment: str | None = None, status: int = 200, counts: str | None = None, **context: Any
) -> Response:
    """Render a page, or only its block ``fragment`` for an HTMX request for a part.

    ``counts`` is the key under which a view of the page is counted.
    """
    is_part = fragment is not None and wants_part()
    if is_part:
        context |= {"base": "_fragment.html", "fragment": fragment}
    response = make_response(render_template(template, **context), status)
    if fragment is not None:
        response.vary.update(("HX-Request", "HX-Request-Type"))
    g.counts = counts if not is_part else None
    return response


def wants_part() -> bool:
    """Tell whether HTMX asks for a part of the page. Back, and a first visit, ask for the whole."""
    return "HX-Request" in request.headers and request.headers.get("HX-Request-Type") == "partial"


def own_path(target: str | None, otherwise: str = "/") -> str:
    """Give ``target`` where it is a path of ours, so that no form can send a reader to another site."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return otherwise
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(c) < 32 for c in target):
        return otherwise
    return target


def came_from() -> str | None:
    """Give the page of ours on which a link or a button was pressed, so that one can be led back to it."""
    said = request.headers.get("HX-Current-URL") or request.referrer
    parts = urlsplit(said or "")
    if parts.netloc != request.host:
        return None
    return own_path(parts.path + (f"?{parts.query}" if parts.query else ""))


def lead_to(target: str) -> Response:
    """Answer a form by leading to a page of ours; a page that HTMX has changed in place is loaded anew."""
    if "HX-Request" not in request.headers:
        return redirect(target, 303)  # type: ignore[return-value]
    response = make_response("")
    if target.partition("#")[0] == came_from():
        response.headers["HX-Refresh"] = "true"
    else:
        response.headers["HX-Redirect"] = target
    return response


def token() -> Markup:
    """Print the field that a form needs from somebody signed in; nothing for everybody else."""
    if not _is_signed_in():
        return Markup()
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def data_block(data: Any) -> Markup:
    """Print structured data inside a script element that never ends early."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def init_app(app: Flask) -> None:
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # it lives as long as the sign-in: nobody writes a comment by the clock
    csrf.init_app(app)
    app.before_request(_begin)
    app.before_request(_check_sender)
    app.after_request(_finish)
    app.teardown_request(_stop_watching)
    app.register_error_handler(HTTPException, error_page)
    app.register_error_handler(Exception, _failure_page)
    app.template_filter("data_block")(data_block)
    app.jinja_env.globals["token"] = token
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _begin() -> None:
    g.preference = preferences.read(request.cookies.get(preferences.COOKIE))
    if request.method in SAFE:
        # Not a with statement: a view is called between two functions of Flask's.
        g.watching = tags.watching()
        g.seen = g.watching.__enter__()
    if "\0" in request.path:
        abort(404)  # nothing is called that, and PostgreSQL would refuse to look for it


def _stop_watching(_error: BaseException | None) -> None:
    if "watching" in g:
        g.pop("watching").__exit__(None, None, None)


def _check_sender() -> None:
    """Refuse what another site sends.

    Signed in: the form's token. Nobody signed in: browsers say where a form comes from, and a form without a
    token needs no cookie and no session. Which rule applies is never up to the fields that were sent. The one
    exception are views that say ``@one_click``.
    """
    if request.method in SAFE or _is_one_click():
        return
    if current_user.is_authenticated:
        csrf.protect()
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            abort(403)
        return
    origin = request.headers.get("Origin")
    if origin is None or urlsplit(origin).netloc != request.host:
        abort(403)


def _is_one_click() -> bool:
    return getattr(current_app.view_functions.get(request.endpoint or ""), "is_one_click", False)


def _finish(response: Response) -> Response:
    for name, value in SECURITY_HEADERS:
        response.headers.setdefault(name, value)
    if response.status_code == 308 and request.method in SAFE:
        response.status_code = 301  # the router's own redirects: what leads on from a page is 301 everywhere
    signed_in = _is_signed_in()
    has_cookie = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    if has_cookie and not signed_in and not g.get("database_failed"):
        session.clear()  # signed out, ended elsewhere, run out or forged: the cookie goes
    if request.method not in SAFE or "seen" not in g:
        response.headers.setdefault("Cache-Control", "no-store")
        return response
    if response.cache_control.public or response.cache_control.no_store:
        pass  # a picture, an icon: the same for everybody; or what nobody may keep
    elif has_cookie:
        response.headers["Cache-Control"] = "private, no-cache"
        response.vary.add("Cookie")
    elif g.get("shared") is not None:
        response.headers["Cache-Control"] = "no-cache"
        response.vary.add("Cookie")
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    newsroom = signed_in and current_user.is_newsroom
    may_keep = bool(
        g.get("shared") and response.status_code == 200 and not signed_in and "Set-Cookie" not in response.headers
    )
    request.environ["newsapp.made"] = Made(
        tags=frozenset(g.seen.tags),
        generation=g.seen.generation,
        expires_at=g.seen.expires_at.timestamp() if g.seen.expires_at else None,
        may_keep=may_keep and g.seen.generation is not None,
        counts=None if newsroom else g.get("counts"),
    )
    return response


def _is_signed_in() -> bool:
    """Tell whether somebody is; a database that does not answer knows nobody."""
    try:
        return bool(current_user.is_authenticated)
    except SQLAlchemyError:
        g.database_failed = True
        return False


def hold(sign_in: str = "", *, is_asked: bool = False) -> Response | None:
    """Answer a form that cannot be taken yet with a page that holds all of it, to be sent again; ``None`` where it cannot.

    A form that was open when its sender's session ended would lose what was typed: a story at the desk, say. The page
    has it in hidden fields with a token of now; ``sign_in`` is where to sign in first. Only what the site's own pages
    sent is held, never a password, and no file; a button that a stranger pressed has nothing to hold, unless it was
    the one that asks for this (``is_asked``).
    """
    held = [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "sign-in")]
    is_own = request.headers.get("Sec-Fetch-Site") == "same-origin" or (
        urlsplit(request.headers.get("Origin", "")).netloc == request.host
    )
    holds_secret = any("password" in name or name == "code" for name, _ in held)
    is_page = "HX-Request" not in request.headers and "text/html" in request.headers.get("Accept", "text/html")
    # Nobody but the newsroom has a form of the desk before them, whatever has become of the cookie.
    was_here = (
        request.path.startswith("/desk/")
        or current_app.config["SESSION_COOKIE_NAME"] in request.cookies
        or any(len(v) > TYPED for _, v in held)
    )
    if (
        request.method != "POST"
        or not (was_here or is_asked)
        or not is_own
        or holds_secret
        or not is_page
        or not held
        or request.files
    ):
        return None
    response = page("errors/held.html", status=409, held=held, sign_in=sign_in, address=request.full_path.rstrip("?"))
    response.headers["Cache-Control"] = "no-store"
    return response


def error_page(error: HTTPException) -> Response:
    """Give an error in the site's dress. A part of a page gets only the sentence."""
    if isinstance(error, CSRFError) and (held := hold()):
        return held
    code = error.code or 500
    if error.response is not None:
        return error.response  # type: ignore[return-value]  # a redirect made by the router
    if code < 400:
        return error.get_response()  # type: ignore[return-value]
    known = code if code in ERRORS else (404 if code < 500 else 500)
    response: Response
    try:
        response = page(
            "errors/error.html", fragment="error", status=code, error=_words_for(error, known), code=code,
            words=_words_of(request.path) if code == 404 else "",
        )  # fmt: skip
    except Exception:  # the database is gone, too: a page that needs none
        current_app.logger.exception("The error page could not be made.")
        response = make_response(render_template("errors/bare.html", error=ERRORS[known], code=code), code)
    g.shared = None
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    if code == 503:
        response.headers.setdefault("Retry-After", "20")
    return response


def _words_for(error: HTTPException, known: int) -> tuple[str, str]:
    if isinstance(error, TooOften):
        return ERRORS[429][0], f"Please wait {error.words}, then try again. Nothing is lost."
    if known == 403 and request.method in SAFE:
        return ERRORS[403][
            0
        ], "Your account is not one of those that may see it. The paper’s administrators say who may."
    return ERRORS[known]


def _words_of(path: str) -> str:
    """Give the words that an address ends with, for the field to search with: a mistyped one is nearly right."""
    words = re.sub(r"[\W_]+", " ", path.rstrip("/").rpartition("/")[2]).strip()
    return shorten(words, 80) if re.search(r"[^\W\d_]{3}", words) else ""


def _failure_page(error: Exception) -> Response:
    from sqlalchemy.exc import DBAPIError

    current_app.logger.exception("%s %s failed.", request.method, request.path)
    propagates = current_app.config["PROPAGATE_EXCEPTIONS"]
    if current_app.testing if propagates is None else propagates:
        raise error
    is_database = isinstance(error, DBAPIError)
    g.seen = g.get("seen") or tags.Seen()
    return _plain_error(503 if is_database else 500)


def _plain_error(code: int) -> Response:
    """Give an error page that asks the database nothing: it may be what failed."""
    response = make_response(render_template("errors/bare.html", error=ERRORS[code], code=code), code)
    response.headers["Cache-Control"] = "no-store"
    if code == 503:
        response.headers["Retry-After"] = "20"
    return response


# What happened, and what now: a heading and a sentence each.
ERRORS: dict[int, tuple[str, str]] = {
    400: ("This request could not be read", "Something in the address or the form is not as it should be. Go back and try again."),
    403: ("This page is not open to you", "If you sent a form from another site or an old page, open the page afresh and send it again."),
    404: ("There is no page here", "The address may be mistyped, or the page may have moved. The newest stories are below."),
    405: ("This address takes no such request", "Go back to the page that you came from, and use its own buttons."),
    410: ("This story has been withdrawn", "It was published here and is no longer available."),
    413: ("That was too large to send", "Send a smaller file or a shorter text."),
    429: ("Too many requests", "Please wait a minute, then try again. Nothing is lost."),
    451: ("This page is not available for legal reasons", "We say which, where the law lets us."),
    500: ("Something went wrong at our end", "It has been noted. Try again in a minute; reading other pages should work."),
    503: ("The site is busy for a moment", "Your page was not lost. Try again in half a minute."),
}  # fmt: skip
