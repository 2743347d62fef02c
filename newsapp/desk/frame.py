"""What every page at the desk has in common: who may come in, the menu, and that nobody keeps a copy."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, request
from sqlalchemy import func

from newsapp.accounts import Account, Role, reader
from newsapp.accounts.access import ask_to_sign_in
from newsapp.comments import Comment
from newsapp.db import db

bp = Blueprint("desk", __name__, url_prefix="/desk")
# Who sees the mail addresses of people who comment. An editor decides about words and needs none.
SEE_ADDRESSES = (Role.MODERATOR, Role.ADMIN)


@dataclass(frozen=True)
class Item:
    """One line of the desk's menu."""

    url: str
    label: str
    is_here: bool
    n: int | None = None


# A page of the desk that is there, its name, and the addresses that stand below it.
STORIES, SOURCES, LIBRARY = "/desk/articles", "/desk/sources", "/desk/media"
OF_WRITERS = tuple(f"{address}/" for address in (STORIES, SOURCES, LIBRARY))
MENU = (
    (STORIES, "Articles"), (SOURCES, "Sources"), (LIBRARY, "Pictures"), ("/desk/comments", "Comments"), ("/desk/words", "Words"),
    ("/desk/reasons", "Reasons"), ("/desk/rules", "Rules"), ("/desk/log", "Log"),
)  # fmt: skip


@bp.before_request
def _let_in():
    """Lead who is not signed in to the door and back; turn away who has no business here."""
    account = reader()
    if account is None:
        return ask_to_sign_in()
    if not _may_see(account, request.path):
        abort(403)
    return None


def _may_see(account: Account, path: str) -> bool:
    """Tell whether an account has business at an address: who writes with stories, sources and pictures, who moderates with the rest."""
    if path == bp.url_prefix:
        return account.can_write or account.can_moderate
    return account.can_write if f"{path}/".startswith(OF_WRITERS) else account.can_moderate


@bp.after_request
def _keep_nowhere(response: Response) -> Response:
    """Let no cache and no shared machine's Back button show what only the newsroom may see."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.context_processor
def _frame() -> dict[str, object]:
    return {"desk_menu": menu, "sees_addresses": sees_addresses}


def menu() -> list[Item]:
    """Give the menu of the page under way: what is there, and nothing else."""
    account = me()
    return [
        Item(
            url,
            label,
            request.path == url or request.path.startswith(f"{url}/"),
            _waits() if "comments" in url else None,
        )
        for url, label in MENU
        if _may_see(account, url)
    ]


def _waits() -> int:
    return db.session.scalar(Comment.waiting().with_only_columns(func.count()).order_by(None)) or 0


def me() -> Account:
    """Give who is signed in; nobody else gets as far as a view of the desk."""
    account = reader()
    assert account is not None
    return account


def sees_addresses() -> bool:
    """Tell whether who is signed in may see mail addresses."""
    return me().acts_as in SEE_ADDRESSES
