from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, render_template, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import func, select
from werkzeug.wrappers import Response as WerkzeugResponse

from newsapp import comments, site
from newsapp.accounts import Account, reader, readers_only, readers_only_to
from newsapp.accounts.notifications import Notification, mark_read
from newsapp.articles import Article, Story, story_to_read, structured
from newsapp.comments import (
    WHY_HELD,
    Appeal,
    Comment,
    Measure,
    Mute,
    NotAllowed,
    Recommendation,
    Refused,
    RejectionReason,
    Report,
    Sender,
    Thread,
    Twin,
    figures,
    letters,
    waiting,
)
from newsapp.comments.checks import closes_at, hashed_network
from newsapp.comments.forms import AppealForm, ClaimForm, CommentForm, GuestForm, ReportForm, opened_now
from newsapp.comments.people import strictest
from newsapp.comments.reports import MAX_WORDS, REASONS
from newsapp.comments.threads import PER_PAGE, SORTS
from newsapp.db import db
from newsapp.layout import layout
from newsapp.lib import tags, throttles
from newsapp.lib.text import whole_number
from newsapp.lib.throttles import Limit, TooOften, network
from newsapp.lib.web import hold, lead_to, one_click, page, shared, wants_part
from newsapp.sections import Branch

bp = Blueprint("comments", __name__)

SENT = Limit("comments sent, one network", 60, timedelta(minutes=10))
REPORTED = Limit("reports, one network", 20, timedelta(hours=1))
MINE = "mine"  # the cookie of a guest's own comments under one story
MOST_OF_MINE = 20
MINE_LASTS = timedelta(days=30)
GUEST = "guest"  # the cookie with a guest's name and address, set only when asked for
GUEST_LASTS = timedelta(days=365)
GUEST_PATHS = ("/articles", "/comments")  # where the forms are
LAST_PAGE = 10_000  # of a thread
OWN_AT_ONCE = 50
LAST_OWN_PAGE = 1000
CLAIMED_AT_ONCE = 50
CLAIMS = Limit("letters to claim comments, one account", 5, timedelta(hours=1))
CLAIM_LETTERS = Limit("letters to claim comments, one address", 3, timedelta(days=1))
NOTICES = {
    "deleted": "Your comment is deleted.",
    "changed": "Your comment is changed.",
    "appeal": "Your appeal has arrived. A moderator looks at the decision again.",
    "claimed": "These comments are yours now, under your name.",
    "claim-asked": "If comments were written with that address, a letter is on its way to it. Open its link while you are signed in here.",
}
RULE = "Comments are read by an editor before they appear."


# Reading


@bp.get("/articles/<slug>/comments")
@shared("sort", "page")
def thread(slug: str):
    story = story_to_read(db.session(), slug)
    if story is None or not story.is_public(tags.moment()):
        abort(404)
    sort = request.args.get("sort", "oldest")
    number = whole_number(request.args.get("page", "1"), LAST_PAGE)
    if sort not in SORTS or not number:
        abort(404)
    discussion = comments.thread_page(db.session(), story, number, sort, viewer=reader())
    if number > 1 and not discussion.nodes:
        abort(404)
    taken = comments.takes(story)
    return page(
        "comments/thread.html",
        fragment="thread",
        article=story,
        discussion=discussion,
        branch=_branch(story),
        takes=taken,
        drawn=comments.drawn(discussion, taken, layout().site.timezone),
    )


@bp.get("/articles/<slug>/comments/count")
@shared()
def count(slug: str):
    """How many comments readers see, for a page that is already open: kept like a page, so asking costs next to nothing."""
    article = _article(slug)
    tags.shows(f"comments:{article.id}")
    seen, ends = tags.seen_so_far(), closes_at(article)
    if seen is not None and ends is not None and ends > tags.moment():
        seen.note_expiry(ends)
    found = db.session.get(Thread, article.id)
    return jsonify(count=found.visible if found else 0, open=comments.is_open(article, tags.moment()))


@bp.get("/comments/<int(max=2147483647):comment_id>")
def permalink(comment_id: int):
    """Lead to the comment where it stands: on its story's page, or on its page of a long discussion.

    One that its author has deleted leads to the discussion that it stood in.
    """
    gone = db.session.get(Comment, comment_id)
    if gone is not None and gone.deleted_at and gone.approved_at:
        story = db.session.get_one(Article, gone.article_id)
        if story.is_public(tags.moment()):
            return redirect(f"{story.url}#comments", 302)
    if gone is not None and not gone.is_visible and not gone.deleted_at and gone.is_by(reader()):
        return redirect(url_for(".own_comments"), 302)  # it waits, or was rejected: there its author reads why
    comment, article = _comment(comment_id)
    root = comment if comment.parent_id is None else db.session.get_one(Comment, comment.root_id)
    before = db.session.scalar(
        select(func.count()).where(
            Comment.article_id == article.id,
            Comment.parent_id.is_(None),
            Comment.holds_a_place(),
            (Comment.posted_at < root.posted_at) | ((Comment.posted_at == root.posted_at) & (Comment.id < root.id)),
        )
    )
    number = (before or 0) // PER_PAGE + 1
    place = article.url if number == 1 else f"{article.url}/comments?page={number}"
    return redirect(f"{place}#comment-{comment.id}", 302)


# Writing


@bp.get("/articles/<slug>/comments/new")
def new(slug: str):
    article = _article(slug)
    parent = _parent(request.args.get("parent_id"), article)
    return _write(article, _form(), parent)


@bp.get("/comments/<int(max=2147483647):comment_id>/reply")
def reply(comment_id: int):
    comment, article = _comment(comment_id)
    return _write(article, _form(), comment)


@bp.post("/articles/<slug>/comments")
def post(slug: str):
    article, account = _article(slug), reader()
    form = CommentForm() if account else GuestForm()
    said = request.form.get("parent_id")
    parent = _parent(said, article)
    if account is None and not site.comment_policy().guests:
        return _write(article, form, parent, 403)
    if account is None and request.form.get("forget"):
        form.name.data = form.email.data = ""
        form.remember.data = False
        return _forget(_write(article, form, parent))
    if account is None and request.form.get("sign-in"):
        there = url_for("accounts.sign_in", next=f"{article.url}/comments/new")
        return hold(there, is_asked=True) or lead_to(there)
    if account is None and "name" not in request.form:  # the form of somebody signed in, who is not any more
        ended = "You are not signed in any more. Sign in again, or say below who you are."
        return _write(article, form, parent, 422, fault=ended)
    if not form.validate():
        return _write(article, form, parent, 422)
    sender = Sender(account=account, network=hashed_network(network()))
    if account is None:
        if form.seconds is None:
            return _write(
                article, form, parent, 422, fault="This form has been open for too long. Press the button again."
            )
        sender = Sender(
            name=form.name.data, email=form.email.data, network=sender.network,
            fell_for_trap=bool(form.website.data), seconds=form.seconds,
        )  # fmt: skip
    if said and parent is None:
        return _write(article, form, None, 422, fault="The comment that you answer is no longer there.")
    db.session.rollback()
    try:
        throttles.take(SENT, network())
        article = _article(slug)
        comment = comments.submit(article, sender, form.words_sent, _parent(said, article))
        if account is None and form.replies.data:
            comment.ask_for_reply_mail()
    except Twin as twin:
        return _remember(_posted(article, twin.comment, again=True), form)
    except TooOften as wait:
        return _write(
            _article(slug), form, _parent(said, article), 429, fault="That was too many comments.", wait=wait.words
        )
    except Refused as why:
        return _refused(article, form, parent, why)
    except NotAllowed as why:
        return _write(article, form, None, 422, fault=str(why))
    db.session.commit()
    return _remember(_posted(article, comment), form)


@bp.get("/articles/<slug>/comments/mine")
def mine(slug: str):
    """One's own comments that other readers do not see, and the one that has just been sent."""
    article, account = _article(slug), reader()
    own = (
        select(Comment)
        .where(Comment.article_id == article.id, Comment.deleted_at.is_(None))
        .order_by(Comment.id.desc())
    )
    own = (
        own.where(Comment.account_id == account.id)
        if account
        else own.where(Comment.id.in_(_ids_of_mine()), Comment.account_id.is_(None))
    )
    found = db.session.scalars(own.limit(MOST_OF_MINE)).all()
    changed = request.args.get("changed", "")
    just_now = changed or request.args.get("posted", "")
    posted = next((comment for comment in found if str(comment.id) == just_now), None)
    waiting = [comment for comment in found if not comment.is_visible]
    waiting.sort(key=lambda comment: comment is not posted)
    if posted and wants_part():  # the others stand where they were written
        waiting = [posted] if not posted.is_visible else []
    return page(
        "comments/mine.html",
        fragment="mine",
        article=article,
        branch=_branch(article),
        own=waiting,
        posted=posted,
        is_change=bool(changed),
        is_again=bool(request.args.get("again")),
    )


@bp.get("/comments/<int(max=2147483647):comment_id>/edit")
@readers_only
def edit_form(comment_id: int):
    comment, article = _own(comment_id)
    form = CommentForm(formdata=None, data={"body": comment.source})
    if not comment.can_be_edited_by(reader()):
        return _too_late(comment, article)
    return _write(article, form, edits=comment)


@bp.post("/comments/<int(max=2147483647):comment_id>/edit")
@readers_only
def edit(comment_id: int):
    comment, article = _own(comment_id)
    form = CommentForm()
    if not comment.can_be_edited_by(reader()):
        return _too_late(comment, article)
    if not form.validate():
        return _write(article, form, status=422, edits=comment)
    try:
        comments.revise(comment, article, Sender(account=reader(), network=comment.network), form.words_sent)
    except (Refused, Twin) as why:
        db.session.rollback()
        said = str(why) if isinstance(why, Refused) else "You have written the same here already."
        comment, article = _own(comment_id)
        return _write(article, form, status=422, edits=comment, fault=said)
    db.session.commit()
    if back := _asked_from():
        return lead_to(f"{back}?done=changed")
    # The page is loaded anew: the words stand in its list of comments, or above it, and not beside those from before.
    if wants_part():
        return lead_to(f"{article.url}#comments")
    return redirect(comment.url if comment.is_visible else url_for(".mine", slug=article.slug, changed=comment.id), 303)


@bp.get("/comments/<int(max=2147483647):comment_id>/delete")
@readers_only
def delete_form(comment_id: int):
    comment, article = _own(comment_id)
    words = "Where it was answered, a line stays in its place. This cannot be undone."
    return _ask(
        comment, article, "Delete your comment", words, "Delete it", back=_asked_from(), told="Your comment is deleted."
    )


@bp.post("/comments/<int(max=2147483647):comment_id>/delete")
@readers_only
def delete(comment_id: int):
    comment, article = _own(comment_id)
    comment.delete()
    db.session.commit()
    if back := _asked_from():
        return redirect(f"{back}?done=deleted", 303)
    return lead_to(f"{article.url}#comments")


# What other readers do


@bp.get("/comments/<int(max=2147483647):comment_id>/recommend")
@readers_only_to("say that a comment is helpful")
def recommend_form(comment_id: int):
    comment, article = _comment(comment_id)
    if comment.is_by(reader()):
        return _ask(comment, article, "Helpful", "This is your own comment.", None)
    given = db.session.get(Recommendation, (comment.id, _me().id))
    words = "You said that this comment is helpful." if given else "Say that this comment is helpful to you."
    return _ask(comment, article, "Helpful", words, "Take it back" if given else "It is helpful")


@bp.post("/comments/<int(max=2147483647):comment_id>/recommend")
@readers_only
def recommend(comment_id: int):
    """Recommend a comment, or take that back."""
    comment, article = _comment(comment_id)
    account = _me()
    given = db.session.get(Recommendation, (comment.id, account.id))
    try:
        comment.unrecommend(account) if given else comment.recommend(account)
    except NotAllowed as why:
        return _ask(comment, article, "Helpful", str(why), None, status=403)
    db.session.commit()
    if wants_part():
        return render_template("comments/_recommend.html", comment=comment, is_given=not given)
    return redirect(comment.url, 303)


@bp.get("/comments/<int(max=2147483647):comment_id>/report")
def report_form(comment_id: int):
    comment, article = _comment(comment_id)
    reference = request.args.get("reference", "")
    if re.fullmatch(r"R-\w{4}-\w{4}", reference):
        told = "You are told under Your comments." if reader() else "If you left an address, we write to you."
        words = f"Your reference is {reference}. A moderator decides. {told}"
        return _done(comment, article, "Your report has arrived", words)
    if comment.is_by(reader()):
        return _ask(comment, article, "Report this comment", "This is your own comment. You can delete it.", None)
    return _ask(comment, article, "Report this comment", "", "Send the report", ReportForm(formdata=None))


@bp.post("/comments/<int(max=2147483647):comment_id>/report")
def report(comment_id: int):
    comment, article = _comment(comment_id)
    form = ReportForm()
    heading, button = "Report this comment", "Send the report"
    if not form.validate():
        return _ask(comment, article, heading, "", button, form, status=422)
    db.session.rollback()
    try:
        throttles.take(REPORTED, network())
    except TooOften as wait:
        comment, article = _comment(comment_id)
        said = "That was reported too often."
        return _ask(comment, article, heading, "", button, form, status=429, fault=said, wait=wait.words)
    comment, article = _comment(comment_id)
    account = reader()
    try:
        made = comments.report(
            comment, form.reason.data, form.words.data or "", by=account, law=form.law.data or "",
            email=None if account else form.email.data or None,
        )  # fmt: skip
    except NotAllowed as why:
        return _ask(comment, article, heading, "", button, form, status=403, fault=str(why))
    db.session.commit()
    return redirect(url_for(".report_form", comment_id=comment.id, reference=made.reference), 303)


@bp.get("/comments/<int(max=2147483647):comment_id>/mute")
@readers_only
def mute_form(comment_id: int):
    comment, article = _comment(comment_id)
    if comment.account_id is None or comment.account is None:
        return _ask(comment, article, "Mute", "Guests cannot be muted: anybody can take a guest’s name.", None)
    if db.session.get(Mute, (_me().id, comment.account_id)):
        return _ask(
            comment,
            article,
            f"Read {comment.name} again",
            "You do not see their comments now.",
            "Read them again",
            told="You see their comments again.",
        )
    words = "You will see a line in place of their comments, everywhere. They are not told."
    return _ask(comment, article, f"Mute {comment.name}", words, "Mute", told="You do not see their comments now.")


@bp.post("/comments/<int(max=2147483647):comment_id>/mute")
@readers_only
def mute(comment_id: int):
    """Mute who wrote a comment, or read them again."""
    comment, article = _comment(comment_id)
    account = _me()
    if comment.account is None:
        abort(404)
    found = db.session.get(Mute, (account.id, comment.account_id))
    try:
        found.end() if found else comments.mute(account, comment.account)
    except NotAllowed as why:
        return _ask(comment, article, f"Mute {comment.name}", str(why), None, status=403)
    db.session.commit()
    return lead_to(f"{article.url}#comment-{comment.id}")


# One's own comments, in the account


@bp.get("/account/comments")
@readers_only
def own_comments():
    """What one wrote, with its state and reason, and what one was told."""
    return _own_comments()


def _own_comments(status: int = 200, form: ClaimForm | None = None, wait: str = "") -> Response:
    account = _me()
    number = whole_number(request.args.get("page", "1"), LAST_OWN_PAGE) or abort(404)
    rows = db.session.execute(
        Comment.by(account)
        .join(Article, Article.id == Comment.article_id)
        .add_columns(Article.slug, Article.headline)
        .limit(OWN_AT_ONCE + 1)
        .offset((number - 1) * OWN_AT_ONCE)
    ).all()
    ids = [comment.id for comment, _, _ in rows]
    appeals = {row.comment_id: row for row in db.session.scalars(select(Appeal).where(Appeal.comment_id.in_(ids)))}
    claimable = db.session.scalars(Comment.by_guests_with(account.email).limit(CLAIMED_AT_ONCE)).all()
    return page(
        "comments/account.html",
        status=status,
        notice=NOTICES.get(request.args.get("done", "")) if status == 200 else None,
        claimable=claimable if account.confirmed_at and number == 1 else [],
        claim_form=form or ClaimForm(formdata=None),
        wait=wait,
        rows=rows[:OWN_AT_ONCE],
        has_more=len(rows) > OWN_AT_ONCE,
        number=number,
        appeals=appeals,
        told=db.session.scalars(Notification.to(account).limit(OWN_AT_ONCE)).all() if number == 1 else [],
        reported=db.session.scalars(Report.by(account).limit(OWN_AT_ONCE)).all() if number == 1 else [],
        reasons=REASONS,
    )


@bp.post("/account/comments/read")
@readers_only
def mark_told():
    """Note that one has read what one was told."""
    mark_read(_me())
    db.session.commit()
    return lead_to("/account/comments")


@bp.post("/account/comments/claim")
@readers_only
def claim():
    """Make one's own what was written as a guest with the account's address, as far as one has chosen."""
    account = _me()
    if account.confirmed_at:
        _claim(account, account.email)
        db.session.commit()
    return redirect(url_for(".own_comments", done="claimed"), 303)


@bp.post("/account/comments/claim/address")
@readers_only
def ask_to_claim():
    """Have another mailbox asked. The answer and the work are the same, whether anybody has commented with it or not."""
    form = ClaimForm()
    if not form.validate():
        return _own_comments(422, form)
    try:
        throttles.take(CLAIMS, f"#{_me().id}")
        throttles.take(CLAIM_LETTERS, form.email.data or "")
    except TooOften as wait:
        return _own_comments(429, form, wait.words)
    letters.to_claim(_me(), form.email.data or "")
    db.session.commit()
    return redirect(url_for(".own_comments", done="claim-asked"), 303)


@bp.get("/account/comments/claim/<token>")
@readers_only
def claim_page(token: str):
    return _claim_page(letters.whose_claim(token, _me()))


@bp.post("/account/comments/claim/<token>")
@readers_only
def claim_by_link(token: str):
    """Make one's own what was written as a guest with an address that the link has shown to be one's own."""
    address = letters.whose_claim(token, _me())
    if address is None:
        return _claim_page(None, 410)
    _claim(_me(), address)
    db.session.commit()
    return redirect(url_for(".own_comments", done="claimed"), 303)


def _claim_page(address: str | None, status: int = 200) -> Response:
    found = db.session.scalars(Comment.by_guests_with(address).limit(CLAIMED_AT_ONCE)).all() if address else []
    return page("comments/claim.html", status=status, claimable=found, address=address, send_to=request.path)


def _claim(account: Account, address: str) -> None:
    chosen = [whole_number(said) for said in request.form.getlist("comment")[:CLAIMED_AT_ONCE]]
    for comment in db.session.scalars(Comment.by_guests_with(address).where(Comment.id.in_(chosen))):
        comment.claim(account)


@bp.get("/comments/<int(max=2147483647):comment_id>/appeal")
@readers_only
def appeal_form(comment_id: int):
    comment, article = _own(comment_id)
    return _appeal(comment, article, AppealForm(formdata=None))


@bp.post("/comments/<int(max=2147483647):comment_id>/appeal")
@readers_only
def appeal(comment_id: int):
    comment, article = _own(comment_id)
    form = AppealForm()
    if not form.validate():
        return _appeal(comment, article, form, 422)
    try:
        comments.appeal(comment, form.words.data or "", by=_me())
    except NotAllowed as why:
        return _appeal(comment, article, form, 403, str(why))
    db.session.commit()
    return lead_to("/account/comments?done=appeal")


# What the links in letters lead to


@bp.get("/letters/stop/<token>")
def stop_letters_page(token: str):
    who = letters.who_stops(token)
    return _letters("stop" if who else "gone", is_account=isinstance(who, Account))


@bp.post("/letters/stop/<token>")
@one_click
def stop_letters(token: str):
    """Stop letters about replies, or undo that; twice is as well. Answered at once and not by a redirect (RFC 8058, section 3.2)."""
    who = letters.who_stops(token)
    if who is None:
        return _letters("gone", 410)
    is_undone = request.form.get("again") == "yes"
    if isinstance(who, Account):
        who.mail_replies(is_undone)
    else:
        _stop_guest(who, is_undone)
    db.session.commit()
    return _letters("again" if is_undone else "stopped", is_account=isinstance(who, Account))


def _stop_guest(comment: Comment, is_undone: bool) -> None:
    if is_undone:
        comment.mail_replies()
    elif comment.guest_email:
        comments.stop_reply_mail(comment.guest_email)


@bp.get("/letters/replies/<token>")
def start_letters_page(token: str):
    return _letters("start" if letters.who_says_yes(token) else "gone")


@bp.post("/letters/replies/<token>")
def start_letters(token: str):
    """Mail replies to a guest's mailbox, whose owner has the link."""
    comment = letters.who_says_yes(token)
    if comment is None:
        return _letters("gone", 410)
    comment.mail_replies()
    db.session.commit()
    return _letters("started", comment=comment)


# What waits, decided by way of a moderator's letter

DECIDED = {
    "approve": "The comment is approved.",
    "reject": "The comment is rejected.",
    "spam": "The comment is marked as spam.",
}


@bp.get("/letters/waiting/<token>")
def waiting_page(token: str):
    """Show what a moderator's letter told of; looking at it changes nothing."""
    return _waiting(token)


@bp.post("/letters/waiting/<token>")
def decide_by_letter(token: str):
    """Decide about one comment as the moderator whose letter this is."""
    found = waiting.behind(token)
    if found is None:
        return _waiting(token, 410)
    account, still = found
    act, (chosen, _, seen) = request.form.get("act", ""), request.form.get("chosen", "").partition(":")
    if act not in waiting.ACTS:
        abort(400)
    words = request.form.get("words", "").strip()
    reason = db.session.get(RejectionReason, whole_number(request.form.get("reason")) or 0) if act == "reject" else None
    if act == "reject" and reason is None:
        return _waiting(token, 422, "Choose a reason for the rejection; its author is told.")
    if len(words) > MAX_WORDS:
        return _waiting(token, 422, f"Write at most {MAX_WORDS:,} characters to a person.")
    row = db.session.scalar(still.where(Comment.id == (whole_number(chosen) or 0)))
    if row is not None:
        comments.take_turn(row.article_id)
    if row is None or row.decisions != whole_number(seen):
        return _waiting(
            token,
            409,
            "Somebody has decided about this comment meanwhile, or its author has changed it. Nothing was changed.",
        )
    if reason is not None:
        row.reject(account, reason.title, words or reason.words)
    else:
        row.approve(account) if act == "approve" else row.spam(account)
    db.session.commit()
    return redirect(f"{request.path}?done={act}", 303)


def _waiting(token: str, status: int = 200, fault: str = "") -> Response:
    found = waiting.behind(token)
    rows = db.session.scalars(found[1]).all() if found else []
    stories = {n: db.session.get_one(Article, n) for n in {row.article_id for row in rows}}
    return page(
        "comments/waiting.html", status=status, account=found[0] if found else None, fault=fault, send_to=request.path,
        rows=[(row, stories[row.article_id].headline, stories[row.article_id].url) for row in rows],
        reasons=db.session.scalars(RejectionReason.all()).all(), kept=request.form if status == 422 else {},
        told=DECIDED.get(request.args.get("done", "")) if not fault else None,
    )  # fmt: skip


@bp.get("/moderation")
@shared()
def moderation():
    """Show what the moderators did, by month and by reason."""
    frame = layout()
    return page(
        "comments/moderation.html",
        months=figures.months(db.session(), frame.site.timezone, tags.moment()),
        fewest=figures.FEWEST,
        data=[structured.breadcrumb(frame.base, [("Moderation", "/moderation")])],
    )


# Helpers


def _appeal(comment: Comment, article: Article, form: AppealForm, status: int = 200, fault: str = "") -> Response:
    words = f"{comment.why} Each comment has one appeal; a moderator looks at it again."
    return _ask(comment, article, "Appeal", words, "Send the appeal", form, status=status, fault=fault)


def _letters(what: str, status: int = 200, **more: Any) -> Response:
    return page("comments/letters.html", status=status, what=what, send_to=request.path, **more)


def _me() -> Account:
    """Give who is signed in, on a view that only they reach."""
    account = reader()
    assert account is not None
    return account


def _article(slug: str) -> Article:
    article = db.session.scalar(select(Article).where(Article.slug == slug))
    if article is None or not article.is_public(tags.moment()):
        abort(404)
    return article


def _comment(comment_id: int) -> tuple[Comment, Article]:
    """Give a comment that readers see, with its story."""
    comment = db.session.get(Comment, comment_id)
    if comment is None or not comment.is_visible:
        abort(404)
    article = db.session.get_one(Article, comment.article_id)
    if not article.is_public(tags.moment()):
        abort(404)
    return comment, article


def _own(comment_id: int) -> tuple[Comment, Article]:
    """Give a comment by who is signed in, in whatever state; somebody else's is not there.

    From one that they have deleted, as with Back or a second press, they are led to its discussion.
    """
    comment = db.session.get(Comment, comment_id)
    if comment is None or not comment.is_by(reader()):
        abort(404)
    article = db.session.get_one(Article, comment.article_id)
    if comment.deleted_at:
        abort(lead_to(f"{article.url}#comments"))
    return comment, article


def _parent(said: str | None, article: Article) -> Comment | None:
    number = whole_number(said)
    parent = db.session.get(Comment, number) if number is not None else None
    return parent if parent and parent.article_id == article.id and parent.has_place else None


def _branch(article: Article | Story) -> Branch:
    return layout().tree.by_id[article.section_id]


def _form() -> CommentForm:
    if reader():
        return CommentForm(formdata=None)
    name, email = _remembered()
    return GuestForm(formdata=None, data={"name": name, "email": email, "remember": bool(name)})


def _write(
    article: Article, form: CommentForm, parent: Comment | None = None, status: int = 200, *,
    edits: Comment | None = None, fault: str = "", wait: str = "",
) -> Response:  # fmt: skip
    """Show the form for a comment; where the discussion takes none, say so and keep what was typed."""
    if not comments.is_open(article, tags.moment()) and edits is None:
        fault = "The discussion is closed. It takes no more comments."
        status = status if status >= 400 else 200
    account = reader()
    if account is None and not site.comment_policy().guests:
        fault = fault or "Sign in to comment here."
    # Who cannot comment is told so before they have written, and not after.
    bound = strictest(account, None) if account is not None and edits is None else None
    if bound is not None and bound.measure in (Measure.SUSPEND, Measure.BAN):
        fault = fault or bound.says
    place = edits or parent
    return page(
        "comments/new.html",
        fragment="form",
        status=status,
        article=article,
        branch=_branch(article),
        form=form,
        parent=parent,
        edits=edits,
        send_to=f"{edits.url}/edit{'?back=account' if _asked_from() else ''}" if edits else f"{article.url}/comments",
        back=place.url if place else f"{article.url}#comments",
        opened=form.opened.data if isinstance(form, GuestForm) and form.seconds is not None else opened_now(),
        rule=_rule(article),
        fault=fault,
        wait=wait,
        is_remembered=bool(_remembered()[0]),
        asks_to_sign_in=account is None and not site.comment_policy().guests,
        is_shut=bool(fault) and not form.body.data and status < 400,
    )


def _rule(article: Article) -> str:
    account: Account | None = reader()
    if account is not None and not account.is_newsroom and (why := comments.read_first(article)):
        return WHY_HELD[why]
    if account is None or site.comment_policy().first_held > 50:
        return RULE
    return "" if account.is_newsroom else "An editor reads a person’s first comments before they appear."


def _refused(article: Article, form: CommentForm, parent: Comment | None, why: Refused) -> Response:
    db.session.rollback()
    finding = why.finding
    wait = TooOften(finding.wait).words if finding.wait else ""
    if finding.check == "length":
        form.body.errors = [finding.says]
        return _write(article, form, parent, 422)
    status = {"burst": 429, "sanctions": 403, "closed": 403}.get(finding.check, 422)
    return _write(article, form, parent, status, fault=finding.says, wait=wait)


def _posted(article: Article, comment: Comment, *, again: bool = False) -> WerkzeugResponse:
    """Lead to the comment, or to its author's own view of it while readers do not see it; ``again``: it was there already."""
    if comment.account_id is not None and comment.is_visible and not wants_part():
        return redirect(comment.url, 303)
    answer = redirect(url_for(".mine", slug=article.slug, posted=comment.id, again="1" if again else None), 303)
    if comment.account_id is None:
        ids = [comment.id, *(i for i in _ids_of_mine() if i != comment.id)][:MOST_OF_MINE]
        answer.set_cookie(
            MINE, _signer().dumps(ids), max_age=MINE_LASTS, path=f"{article.url}/comments", httponly=True,
            samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"],
        )  # fmt: skip
    return answer


def _ids_of_mine() -> list[int]:
    try:
        ids = _signer().loads(request.cookies.get(MINE, ""))
    except BadData:
        return []
    return [i for i in ids if isinstance(i, int)][:MOST_OF_MINE] if isinstance(ids, list) else []


def _remembered() -> tuple[str, str]:
    """Give the name and the address that a guest has asked this browser to keep."""
    try:
        name, email = _signer(GUEST).loads(request.cookies.get(GUEST, ""))
    except (BadData, TypeError, ValueError):
        return "", ""
    return (name, email) if isinstance(name, str) and isinstance(email, str) else ("", "")


def _remember(answer: WerkzeugResponse, form: CommentForm) -> WerkzeugResponse:
    """Have the browser keep a guest's name and address, where they ask for it, and else no longer."""
    if not isinstance(form, GuestForm):
        return answer
    if not form.remember.data:
        return _forget(answer)
    for path in GUEST_PATHS:
        answer.set_cookie(
            GUEST, _signer(GUEST).dumps([form.name.data, form.email.data]), max_age=GUEST_LASTS, path=path, httponly=True,
            samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"],
        )  # fmt: skip
    return answer


def _forget(answer: WerkzeugResponse) -> WerkzeugResponse:
    if GUEST in request.cookies:
        for path in GUEST_PATHS:
            answer.delete_cookie(GUEST, path=path, httponly=True, samesite="Lax")
    return answer


def _signer(what: str = "my-comments") -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=f"newsapp.{what}")


def _too_late(comment: Comment, article: Article) -> Response:
    words = "A comment can be changed for fifteen minutes after it was posted. You can still delete it."
    return _ask(comment, article, "Change your comment", words, None, status=403)


def _ask(
    comment: Comment, article: Article, heading: str, words: str, button: str | None, form: ReportForm | AppealForm | None = None, *,
    status: int = 200, fault: str = "", wait: str = "", back: str = "", told: str = "",
) -> Response:  # fmt: skip
    return page(
        "comments/act.html",
        fragment="act",
        status=status,
        comment=comment,
        article=article,
        branch=_branch(article),
        send_to=f"{request.path}?back=account" if back else request.path,
        back=back or comment.url,
        told=told,
        heading=heading,
        words=words,
        button=button,
        form=form,
        fault=fault,
        wait=wait,
    )


def _asked_from() -> str:
    """Give the list of one's own comments where it was asked there, to lead back to it; else nothing."""
    return url_for(".own_comments") if request.args.get("back") == "account" else ""


def _done(comment: Comment, article: Article, heading: str, words: str) -> Response:
    return page(
        "comments/done.html", fragment="done", comment=comment, article=article, branch=_branch(article), heading=heading, words=words,
    )  # fmt: skip
