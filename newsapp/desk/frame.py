"""What every page at the desk has in common: who may come in, the menu, and that nobody keeps a copy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask import Blueprint, Response, abort, g, request
from sqlalchemy import func

from newsapp.accounts import Account, Role, reader
from newsapp.accounts.access import ask_to_sign_in
from newsapp.comments import Comment
from newsapp.contact import ErrorReport, Message
from newsapp.db import db
from newsapp.site import ADDRESSEES, CORRECTIONS, TIPS

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


class Business(StrEnum):
    """What somebody has to do at the desk: which pages are theirs."""

    ANY = "any"  # the first page
    WRITE = "write"  # stories, sources, pictures
    EDIT = "edit"  # the paper as a whole: its front page, sections, pages, authors
    MODERATE = "moderate"
    RUN = "run"  # settings

    def is_of(self, account: Account) -> bool:
        """Tell whether somebody may see the pages of this business."""
        if self is Business.ANY:
            return account.can_write or account.can_moderate
        if self is Business.WRITE:
            return account.can_write
        if self is Business.EDIT:
            return account.can_edit
        if self is Business.MODERATE:
            return account.can_moderate
        return account.acts_as is Role.ADMIN


FRONT = "/desk/front"
FIND = "/desk/find"  # over the menu, not in it
STORIES, SOURCES, LIBRARY, NEWSLETTER = "/desk/articles", "/desk/sources", "/desk/media", "/desk/newsletter"
# Groups of the menu: a page of the desk that is there, its name, and whose business it and the addresses below it are.
MENU = (
    (("/desk", "Today", Business.ANY),),
    (
        (STORIES, "Articles", Business.WRITE),
        (SOURCES, "Sources", Business.WRITE),
        (LIBRARY, "Pictures", Business.WRITE),
        (NEWSLETTER, "Issues", Business.EDIT),
        ("/desk/newsletters", "Newsletters", Business.EDIT),
        ("/desk/subscribers", "Subscribers", Business.RUN),
    ),
    (
        (FRONT, "Front page", Business.EDIT),
        ("/desk/reports", "Reported errors", Business.EDIT),
        ("/desk/messages", "Messages", Business.EDIT),
        ("/desk/sections", "Sections", Business.EDIT),
        ("/desk/menus", "Menus", Business.EDIT),
        ("/desk/authors", "Authors", Business.EDIT),
        ("/desk/topics", "Topics", Business.EDIT),
        ("/desk/pages", "Pages", Business.EDIT),
        ("/desk/redirects", "Redirects", Business.EDIT),
    ),
    (
        ("/desk/comments", "Comments", Business.MODERATE),
        ("/desk/words", "Words", Business.MODERATE),
        ("/desk/reasons", "Reasons", Business.MODERATE),
        ("/desk/rules", "Rules", Business.MODERATE),
        ("/desk/log", "Log", Business.MODERATE),
    ),
    (("/desk/settings", "Settings", Business.RUN),),
)
# Whose business the messages to each role are; all others are read by who runs the paper.
_MESSAGES = {"newsroom": Business.EDIT, CORRECTIONS: Business.EDIT, TIPS: Business.EDIT}
_WHOSE = {url: business for group in MENU for url, _, business in group} | {FIND: Business.ANY}


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
    """Tell whether an account has business at an address. What no line of the menu stands for is a moderator's."""
    longest = max((url for url in _WHOSE if f"{path}/".startswith(f"{url}/")), key=len)
    business = Business.MODERATE if longest == bp.url_prefix != path else _WHOSE[longest]
    return business.is_of(account)


@bp.after_request
def _keep_nowhere(response: Response) -> Response:
    """Let no cache and no shared machine's Back button show what only the newsroom may see."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.context_processor
def _frame() -> dict[str, object]:
    return {"desk_menu": menu, "sees_addresses": sees_addresses}


def menu() -> list[list[Item]]:
    """Give the menu of the page under way, in its groups: what is there for who is signed in, and nothing else."""
    account = me()
    groups = [
        [
            Item(
                url,
                label,
                request.path == url or (url != bp.url_prefix and request.path.startswith(f"{url}/")),
                _count(url),
            )
            for url, label, business in group
            if business.is_of(account)
        ]
        for group in MENU
    ]
    return [group for group in groups if group]


def _count(url: str) -> int | None:
    """Count what waits on a page of the menu, where something can."""
    if url == "/desk/reports":
        return ErrorReport.count_open()
    if url == "/desk/messages":
        return waiting_messages()
    return _waits() if "comments" in url else None


def waiting_messages() -> int:
    """Count the messages that wait for who is signed in, once for a page."""
    if "waiting_messages" not in g:
        g.waiting_messages = Message.count_open(read_for(me()))
    return int(g.waiting_messages)


def _waits() -> int:
    return db.session.scalar(Comment.waiting().with_only_columns(func.count()).order_by(None)) or 0


def read_for(account: Account) -> list[str]:
    """Give the roles whose messages an account reads."""
    return [role for role in ADDRESSEES if _MESSAGES.get(role, Business.RUN).is_of(account)]


def me() -> Account:
    """Give who is signed in; nobody else gets as far as a view of the desk."""
    account = reader()
    assert account is not None
    return account


def sees_addresses() -> bool:
    """Tell whether who is signed in may see mail addresses."""
    return me().acts_as in SEE_ADDRESSES
