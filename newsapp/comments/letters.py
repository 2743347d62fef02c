"""The letters about comments. Each is written when it leaves, and only if what it tells is still so.

No letter has a word of somebody else's comment, nor a name: a letter that a stranger can write is a letter that a
stranger can misuse.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from flask import current_app

from newsapp import outbox
from newsapp.accounts import Account, links
from newsapp.accounts.standing import span, standing_letter
from newsapp.articles import Article
from newsapp.comments.models import DIGEST, Comment
from newsapp.comments.reports import Report
from newsapp.db import db
from newsapp.lib import clock
from newsapp.outbox import Letter, Mail

YES_WITHIN = timedelta(days=14)  # a guest's mailbox may say that it wants replies
CLAIM_WITHIN = timedelta(days=1)


@outbox.composes("reply")
def _reply(mail: Mail) -> Letter | None:
    reply = db.session.get(Comment, mail.about["comment"])
    parent = db.session.get(Comment, reply.parent_id) if reply and reply.parent_id else None
    if reply is None or parent is None or not reply.is_visible or not parent.is_visible:
        return None
    wrote = mail.about["by"]
    if wrote is not None and (reply.account is None or reply.account_id != wrote or not reply.account.is_active):
        return None
    article = db.session.get_one(Article, reply.article_id)
    if parent.reply_address != mail.address or not reply.is_news_to(parent) or not article.is_public(clock.now()):
        return None
    stop = stop_address(parent)
    return _stoppable(outbox.render("reply", article=article, link=_address(reply.url), stop=stop), stop)


@outbox.composes(DIGEST)
def _digest(mail: Mail) -> Letter | None:
    """Tell of the replies of a day or a week. Each that is told is marked with the letter's moment, so that no later one has it."""
    account, (since, until) = db.session.get(Account, mail.about["account"]), span(mail.about)
    chosen = standing_letter(account, DIGEST) if account else None
    if account is None or not account.is_active or account.email != mail.address or not account.reply_mail_at:
        return None
    if chosen is None or not chosen.is_wanted:
        return None
    threads: dict[int, list[Comment]] = {}
    for reply in db.session.scalars(Comment.answering(account, since, until)):
        parent, article = db.session.get_one(Comment, reply.parent_id), db.session.get_one(Article, reply.article_id)
        is_there = (
            parent.is_visible and article.is_public(clock.now()) and (reply.account is None or reply.account.is_active)
        )
        if is_there and reply.is_news_to(parent) and reply.mailed_at in (None, until):
            reply.mailed_at = until
            threads.setdefault(article.id, []).append(reply)
    if not threads:
        return None
    stop = f"{_address('/letters/stop/')}{links.sign('stop-replies', {'account': account.id}, rests_on=account.email)}"
    listed = [(db.session.get_one(Article, n).headline, len(row), _address(row[0].url)) for n, row in threads.items()]
    letter = outbox.render(
        "replies", threads=listed, n=sum(n for _, n, _ in listed), rhythm=chosen.rhythm, stop=stop, choices=_address("/account#letters")
    )  # fmt: skip
    return _stoppable(letter, stop)


def _stoppable(letter: Letter, stop: str) -> Letter:
    host = urlsplit(_address("")).hostname or "localhost"
    return replace(
        letter,
        headers={  # Source: RFC 8058, section 3.1, and RFC 2919
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"Replies to comments <replies.{host}>",
        },
    )


@outbox.composes("replies-asked")
def _replies_asked(mail: Mail) -> Letter | None:
    comment = db.session.get(Comment, mail.about["comment"])
    if comment is None or not comment.is_visible or comment.guest_email != mail.address:
        return None
    if comment.reply_mail_at or not comment.reply_mail_asked_at:
        return None
    token = links.sign("replies", {"comment": comment.id}, rests_on=mail.address)
    article = db.session.get_one(Article, comment.article_id)
    return outbox.render(
        "replies-asked", article=article, link=_address(f"/letters/replies/{token}"), days=YES_WITHIN.days
    )


def to_claim(account: Account, address: str) -> Mail:
    """Ask the owner of a mailbox whether guests' comments with it are the account's, where there are any. The caller commits."""
    return outbox.post("claim", address, about={"account": account.id})


@outbox.composes("claim")
def _claim(mail: Mail) -> Letter | None:
    account = db.session.get(Account, mail.about["account"])
    if (
        account is None
        or not account.is_active
        or db.session.scalar(Comment.by_guests_with(mail.address).limit(1)) is None
    ):
        return None
    token = links.sign("claim", {"account": account.id, "email": mail.address}, rests_on=account.password_hash)
    return outbox.render("claim", account=account, link=_address(f"/account/comments/claim/{token}"))


def whose_claim(token: str, account: Account) -> str | None:
    """Give the mail address that a link shows to be the account's, while it counts."""
    said = links.read("claim", token, CLAIM_WITHIN)
    if said is None or said["account"] != account.id or not links.still_rests_on(said, account.password_hash):
        return None
    return str(said["email"])


@outbox.composes("report-decided")
def _report_decided(mail: Mail) -> Letter | None:
    report = db.session.get(Report, mail.about["report"])
    if report is None or report.email != mail.address or report.decided_at is None:
        return None
    if mail.about.get("decided") not in (None, report.decided_at.isoformat()):
        return None  # it was decided anew meanwhile, which has a letter of its own
    article = db.session.get_one(Article, report.comment.article_id)
    headline = article.headline if article.is_public(clock.now()) else ""
    address = _address(report.comment.url) if headline and report.comment.is_visible else ""
    return outbox.render(
        "report-decided", report=report, headline=headline, address=address, again=mail.about.get("again")
    )


def stop_address(comment: Comment) -> str:
    """Give the address that stops the letters about replies to ``comment``, for ever good and without a sign-in."""
    if comment.account:
        token = links.sign("stop-replies", {"account": comment.account.id}, rests_on=comment.account.email)
    else:
        token = links.sign("stop-replies", {"comment": comment.id}, rests_on=comment.guest_email)
    return _address(f"/letters/stop/{token}")


def who_stops(token: str) -> Account | Comment | None:
    """Give whose letters a link stops: an account's or, by one of their comments, a guest's."""
    said = links.read("stop-replies", token, None) or {}
    found: Account | Comment | None = None
    address: str | None = None
    if "account" in said and (found := db.session.get(Account, said["account"])):
        address = found.email
    elif "comment" in said and (found := db.session.get(Comment, said["comment"])):
        address = found.guest_email
    return found if found is not None and links.still_rests_on(said, address) else None


def who_says_yes(token: str) -> Comment | None:
    """Give the guest's comment whose replies a mailbox is to get, while the link that was sent to it counts."""
    said = links.read("replies", token, YES_WITHIN)
    comment = db.session.get(Comment, said["comment"]) if said else None
    if said is None or comment is None or comment.deleted_at or not links.still_rests_on(said, comment.guest_email):
        return None
    return comment


def _address(path: str) -> str:
    base: str = current_app.config["BASE_URL"]
    return base + path
