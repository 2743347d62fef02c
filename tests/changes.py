"""Every change that a reader's page may show: each verb, and each column, with a way to do it at random.

A verb is known by its docstring: it says that the caller commits. A verb or a column that has no entry here
fails ``test_fresh_pages.py``, so whoever adds one must say how it is done, or why no page prints it.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Integer, String, func, select

import newsapp
from newsapp import (
    accounts,
    articles,
    authors,
    comments,
    contact,
    follows,
    media,
    newsletter,
    outbox,
    pages,
    sections,
    site,
)
from newsapp.accounts import Account, SignIn, standing
from newsapp.accounts.log import LogEntry, record
from newsapp.accounts.notifications import mark_read, notify, take_back
from newsapp.articles import (
    Article,
    Byline,
    Placement,
    Source,
    Topic,
    breaking,
    colleagues,
    drafting,
    linkcheck,
    newslist,
    presence,
    preview,
    releasing,
    sourcing,
    versions,
)
from newsapp.articles.documents import document_of, put_on
from newsapp.authors import Author
from newsapp.comments import Comment, ListedWord, Mute, NotAllowed, PersonNote, RejectionReason, Sanction, Sender
from newsapp.contact import letters as contact_letters
from newsapp.db import Base, Moment, db
from newsapp.follows import Follow, SavedStory
from newsapp.lib import clock, throttles
from newsapp.lib.reaching import Reached
from newsapp.lib.tags import Tagged
from newsapp.media import Picture
from newsapp.media.models import keep
from newsapp.media.renditions import Cut
from newsapp.newsletter import Delivery, Issue, Returned
from newsapp.newsletter.issues import list_unsure
from newsapp.pages import Page
from newsapp.sections import MenuColumn, Section
from newsapp.site import Site

Change = Callable[[random.Random], object]


def any_of(table: type, chance: random.Random) -> Any:
    rows = db.session.scalars(select(table).order_by(*table.__table__.primary_key.columns)).all()
    return chance.choice(rows)


def words(chance: random.Random) -> str:
    return " ".join(chance.choice(["river", "rail", "<b>bold</b>", "Café", "mill & co", "“quoted”"]) for _ in range(3))


def soon(chance: random.Random) -> Any:
    return clock.now() + timedelta(minutes=chance.choice([-300, -5, 3, 7, 20, 45]))


def of(table: type, act: Callable[[Any, random.Random], object]) -> Change:
    return lambda chance: act(any_of(table, chance), chance)


def _post(chance: random.Random) -> object:
    story = any_of(Article, chance)
    story.open_comments()
    parents = db.session.scalars(select(Comment).where(Comment.article_id == story.id).order_by(Comment.id)).all()
    return comments.post(
        story, words(chance), guest_name="Guest", parent=chance.choice([None, *parents]), approved=chance.random() < 0.8
    )


def _or_not(act: Callable[[], object]) -> object:
    """Do what people may do; now and then they may not."""
    try:
        return act()
    except NotAllowed:
        return None


def _newest(table: type, made: Callable[[random.Random], Any]) -> Callable[[Callable[[Any], object]], Change]:
    """Change a row that may have to be made first."""
    return lambda act: lambda chance: act(db.session.scalar(select(table)) or made(chance))


def _open_story(chance: random.Random) -> Any:
    story = any_of(Article, chance)
    story.open_comments()
    for sanction in db.session.scalars(select(Sanction)):
        db.session.delete(sanction)
    clock.advance(timedelta(minutes=3))  # so many comments at once would be a burst
    return story


def _revise(chance: random.Random) -> None:
    row = any_of(Comment, chance)
    if row.account is not None and not row.deleted_at:
        story = db.session.get_one(Article, row.article_id)
        story.open_comments()
        for sanction in db.session.scalars(select(Sanction)):
            db.session.delete(sanction)
        comments.revise(row, story, Sender(account=row.account), f"{words(chance)} {chance.random()}")


def _undo(chance: random.Random) -> None:
    row = any_of(Comment, chance)
    row.hide()
    db.session.flush()
    entry = db.session.scalars(LogEntry.concerning(row.about)).first()
    assert entry is not None
    row.undo(entry)


def _report(chance: random.Random) -> Any:
    here = list(db.session.scalars(select(Comment).where(Comment.deleted_at.is_(None)).order_by(Comment.id)))
    row = chance.choice(here) if here else comments.post(any_of(Article, chance), words(chance), guest_name="Ada")
    row.approve()
    return comments.report(row, "spam", words(chance), email="r@example.org")


def _appeal(chance: random.Random) -> Any:
    row = next((c for c in db.session.scalars(select(Comment)) if c.account_id and not c.deleted_at), None)
    if row is None:
        return None
    row.reject(reason=words(chance))
    return _or_not(lambda: comments.appeal(row, words(chance), by=db.session.get_one(Account, row.account_id)))


def _reopen_appeal(chance: random.Random) -> None:
    if made := db.session.scalar(select(comments.Appeal)):
        made.reopen(any_of(Account, chance))


def _reopen_report(chance: random.Random) -> None:
    made = _report(chance)
    made.decide(upheld=True, by=any_of(Account, chance))
    made.reopen(any_of(Account, chance))


def _decide_appeal(chance: random.Random) -> None:
    made = _appeal(chance) or db.session.scalar(select(comments.Appeal))
    if made is not None:
        made.decide(granted=chance.random() < 0.5, by=any_of(Account, chance))


def _thread_of(act: Callable[[Any, random.Random], object]) -> Change:
    return lambda chance: act(comments.Thread.under(any_of(Article, chance)), chance)


def _mute(chance: random.Random) -> Any:
    while db.session.scalar(select(func.count()).select_from(Account)) < 2:  # others were erased
        accounts.confirm(_register(chance))
    first, second, *_ = db.session.scalars(select(Account).order_by(Account.id))
    second.role = "reader"  # the newsroom cannot be muted
    return comments.mute(first, second)


def _sanctioned(chance: random.Random, verb: str = "ban", **more: Any) -> Any:
    return getattr(comments, verb)(
        by=any_of(Account, chance), account=any_of(Account, chance), reason=words(chance), **more
    )


def _listed(chance: random.Random) -> Any:
    return comments.add_word(f"word {chance.randint(0, 99)}", banned=chance.random() < 0.5)


def _remarked(chance: random.Random) -> colleagues.StoryNote:
    article, by = any_of(Article, chance), any_of(Account, chance)
    return colleagues.leave(article, words(chance), by, quote=words(chance), tell=any_of(Account, chance))


def _noted(chance: random.Random) -> Any:
    return comments.note(words(chance), by=any_of(Account, chance), email="r@example.org")


def _reason(chance: random.Random) -> Any:
    return comments.add_reason(f"Reason {chance.randint(0, 10**9)}", words(chance))


def _write(chance: random.Random) -> object:
    story = articles.write(words(chance), any_of(Section, chance), f"<p>{words(chance)}</p>")
    if chance.random() < 0.7:
        story.publish(at=soon(chance))
    return story


def _keep(chance: random.Random) -> object:
    n = db.session.scalar(select(func.count()).select_from(Picture))
    return keep(Cut(f"{n:020d}", f"{n}.jpg", 800, 600, [176], f"{n:064d}"), alt=words(chance))


def _remove_section(chance: random.Random) -> object:
    """Remove a section that an earlier change has made, so that those of the small paper stay."""
    made = [row for row in db.session.scalars(select(Section).order_by(Section.id)) if row.path.startswith("s1-")]
    section = chance.choice(made) if made else sections.create(words(chance), slug=f"s1-{chance.randint(0, 10**9)}")
    any_of(Article, chance).file_under(section)
    return articles.remove_section(section, db.session.scalars(select(Section).order_by(Section.id)).first())


def _put_section(chance: random.Random) -> None:
    """Put a section elsewhere. It comes back to its address, so that the small paper's addresses stay."""
    row, parent = any_of(Section, chance), any_of(Section, chance)
    slug, above = row.slug, db.session.get(Section, row.parent_id) if row.parent_id else None
    try:
        row.put(parent, slug)
        if chance.random() < 0.5:
            row.put(above, slug)
    except sections.NoSuchPlace:
        pass


def _there_and_back(row: Any) -> None:
    """Move a page elsewhere, and back, so that the small paper's addresses stay."""
    slug = row.slug
    row.readdress(f"{slug}-elsewhere")
    row.readdress(slug)


def _topic(chance: random.Random) -> Topic:
    """A topic of a story's that no earlier address is of."""
    name, story = f"Passing {chance.randint(0, 10**9)}", any_of(Article, chance)
    story.mark_topics([*(topic.name for topic in story.topics), name])
    return articles.topic_named(name)


def _rank(chance: random.Random) -> object:
    from flask import current_app

    for story in db.session.scalars(select(Article.id).order_by(Article.id)):
        current_app.extensions["counts"].add_many(str(story), chance.randint(0, 90))
    current_app.extensions["counts"].write()
    return articles.rank(clock.now(), [f"section:{i}" for i in db.session.scalars(select(Section.id))])


def _register(chance: random.Random) -> accounts.Registration:
    n = chance.randint(0, 10**9)
    return accounts.register(words(chance), f"u{n}", f"{n}@example.org", "hashed")


def _byline(chance: random.Random) -> Byline:
    author = any_of(Author, chance)
    return Byline(author=author, author_id=author.id, role=words(chance), part=chance.choice(["by", "by", "help"]))


def _follow(chance: random.Random) -> Any:
    return follows.follow(any_of(Account, chance), f"author:{any_of(Author, chance).id}")


def _save(chance: random.Random) -> Any:
    story = any_of(Article, chance)
    story.publish()  # its time may have ended all the same
    return follows.save(any_of(Account, chance), story) if story.is_public(clock.now()) else None


def _document(story: Article, chance: random.Random) -> dict[str, Any]:
    """Change something of what the desk writes at a story."""
    document, _ = drafting.working_document(story)
    return {
        **document,
        **chance.choice(
            [
                {"headline": words(chance)}, {"body": f"<p>{words(chance)}</p>"}, {"standfirst": words(chance)},
                {"topics": ["Rivers", "Peat"]}, {"key_points": [words(chance)]}, {"place": words(chance)},
                {"bylines": [{"author_id": None, "name": words(chance), "role": "", "part": "by"}]},
                {"section_id": any_of(Section, chance).id}, {"kind": "opinion"}, {"making": {"checked": words(chance)}},
            ]
        ),
    }  # fmt: skip


def _write_at(story: Article, chance: random.Random) -> Any:
    _, number = drafting.working_document(story)
    return drafting.save(story, _document(story, chance), any_of(Account, chance), number)


def _release(story: Article, chance: random.Random, at: Any = None) -> Any:
    """Release what is written; now and then there is nothing that can be."""
    _write_at(story, chance)
    kind = chance.choice(["correction", "clarification", "update", "minor"])
    try:
        return releasing.release(
            story, any_of(Account, chance), kind, words(chance), f"<p>{words(chance)}</p>", at, despite_embargo=True
        )
    except (releasing.CannotRelease, drafting.SavedMeanwhile, articles.documents.NotWhole):
        return None


def _call_off(story: Article, chance: random.Random) -> None:
    story.publish(at=clock.now() + timedelta(minutes=9))
    drafting.start_again(story, None)
    _write_at(story, chance)
    releasing.call_off(story, any_of(Account, chance))


def _withhold(chance: random.Random) -> None:
    story = any_of(Article, chance)
    for _ in range(3):
        _release(story, chance)
    older = db.session.scalars(versions.Version.of(story.id, clock.now()).offset(1)).first()
    if older is not None:
        older.withhold(words(chance), by=any_of(Account, chance))


def _source(chance: random.Random) -> Source:
    return sourcing.add({"title": words(chance), "url": f"https://example.org/{chance.randint(0, 9)}"})


def _merge(chance: random.Random) -> Any:
    """Merge a source; now and then it is one already."""
    try:
        return sourcing.merge(any_of(Source, chance), _source(chance), reason=words(chance))
    except sourcing.CannotChange:
        return None


def _link(story: Article, chance: random.Random) -> Any:
    return preview.make_link(story, "3", words(chance), by=any_of(Account, chance))


def _message(chance: random.Random) -> contact.Message:
    return contact.send_message("newsroom", f"{words(chance)} {chance.random()}", email="r@example.org")


def _reopened(chance: random.Random) -> None:
    row = _message(chance)
    row.settle("spam", by=any_of(Account, chance))
    row.reopen(by=any_of(Account, chance))


def _issue(chance: random.Random) -> Issue:
    made = newsletter.begin(1, words(chance))
    made.write(words(chance), words(chance), [any_of(Article, chance).id])
    return made


def _going_on(chance: random.Random, act: Callable[[Issue], object]) -> None:
    made = _issue(chance)
    made.send_at = made.begun_at = clock.now()
    act(made)
    made.finished_at = clock.now()


def _unsure(chance: random.Random) -> Delivery:
    row = Delivery(issue_id=_issue(chance).id, receiver_id=1, address="reader@example.org", unsure_at=clock.now())
    db.session.add(row)
    db.session.flush()
    return row


def _newsletter(chance: random.Random) -> newsletter.Newsletter:
    found = db.session.scalars(select(newsletter.Newsletter)).all()
    return chance.choice(found) if found else newsletter.found_newsletter(words(chance), words(chance), words(chance))


def _subscription(chance: random.Random) -> newsletter.Subscription:
    which = _newsletter(chance)
    who, _ = newsletter.ask(f"w{chance.randint(0, 9)}@example.org", [which.id], "page")
    return newsletter.subscribers.subscriptions(who)[which.id]


def _subscriber(chance: random.Random) -> newsletter.Subscriber:
    return db.session.get_one(newsletter.Subscriber, _subscription(chance).subscriber_id)


def _came_back(chance: random.Random) -> Returned:
    row = Returned(message=str(chance.random()), outcome="unclear", address="reader@example.org")
    db.session.add(row)
    db.session.flush()
    return row


VERBS: dict[str, Change] = {
    "Mail.try_now": lambda c: outbox.post("test", "reader@example.org", subject="x", text="x").try_now(),
    "newsletter.begin": lambda c: newsletter.begin(1, words(c)),
    "newsletter.set_digest": lambda c: newsletter.digests.set_digest(_newsletter(c).id, c.choice([None, 3]), "06:30", None),
    "newsletter.stop_digest": lambda c: newsletter.digests.stop_digest(_newsletter(c).id),
    "newsletter.list_unsure": lambda c: list_unsure(clock.now()),
    "newsletter.send_trial": lambda c: newsletter.send_trial(_issue(c), "reader@example.org"),
    "newsletter.found_newsletter": lambda c: newsletter.found_newsletter(words(c), words(c)),
    "newsletter.ask": _subscription,
    "newsletter.subscriber": lambda c: newsletter.subscribers.subscriber(f"w{c.randint(0, 9)}@example.org"),
    "newsletter.confirm": lambda c: newsletter.confirm(_subscriber(c)),
    "newsletter.choose": lambda c: newsletter.choose(_subscriber(c), {_newsletter(c).id}, "account"),
    "newsletter.to_confirm": lambda c: newsletter.letters.to_confirm(_subscriber(c), is_new=True),
    "newsletter.suppress": lambda c: newsletter.subscribers.suppress("w1@example.org", words(c)),
    "newsletter.lift": lambda c: newsletter.subscribers.lift("w1@example.org"),
    "newsletter.take_over": lambda c: newsletter.take_over([("w2@example.org", words(c), clock.now())], _newsletter(c)),
    "Newsletter.edit": lambda c: _newsletter(c).edit(words(c), words(c), words(c), c.randint(0, 9)),
    "Newsletter.close": lambda c: _newsletter(c).close(),
    "Newsletter.reopen": lambda c: _newsletter(c).reopen(),
    "Subscription.end": lambda c: _subscription(c).end(words(c)),
    "Subscription.go_on": lambda c: _subscription(c).go_on(),
    "Issue.write": _issue,
    "Issue.schedule": lambda c: _issue(c).schedule(clock.now() + timedelta(days=900)),
    "Issue.call_off": lambda c: _issue(c).call_off(),
    "Issue.pause": lambda c: _going_on(c, lambda issue: issue.pause("refused")),
    "Issue.go_on": lambda c: _going_on(c, lambda issue: issue.go_on()),
    "Issue.drop": lambda c: _issue(c).drop(),
    "Delivery.send_again": lambda c: _unsure(c).send_again(),
    "Delivery.let_be": lambda c: _unsure(c).let_be(),
    "Returned.settle": lambda c: _came_back(c).settle(suppress=c.random() < 0.5),
    "articles.begin": lambda c: drafting.begin(any_of(Section, c), words(c), any_of(Account, c)),
    "articles.began": of(Article, lambda row, c: newslist.began(row, any_of(Account, c))),
    "articles.write_line": of(Article, lambda row, c: newslist.write_line(row)),
    "articles.save": of(Article, _write_at),
    "articles.start_again": of(Article, lambda row, c: drafting.start_again(row, None)),
    "articles.submit": of(Article, lambda row, c: drafting.submit(row, any_of(Account, c))),
    "articles.send_back": of(Article, lambda row, c: drafting.send_back(row, any_of(Account, c), words(c))),
    "articles.embargo": of(Article, lambda row, c: drafting.embargo(row, soon(c), words(c), any_of(Account, c))),
    "articles.leave": lambda c: _remarked(c),
    "StoryNote.settle": lambda c: _remarked(c).settle(any_of(Account, c)),
    "StoryNote.reopen": lambda c: _remarked(c).reopen(),
    "StoryNote.remove": lambda c: _remarked(c).remove(),
    "articles.put_on": of(Article, lambda row, c: put_on(row, {**document_of(row), "headline": words(c)})),
    "articles.release": of(Article, _release),
    "articles.drop_waiting": of(Article, lambda row, c: (_release(row, c, clock.now() + timedelta(hours=1)), releasing.drop_waiting(row))),
    "articles.call_off": of(Article, _call_off),
    "articles.withdraw": of(Article, lambda row, c: releasing.withdraw(row, words(c), any_of(Account, c))),
    "articles.end": of(Article, lambda row, c: releasing.end(row, soon(c), any_of(Account, c))),
    "articles.keep": of(Article, lambda row, c: versions.keep(row, "minor", words(c))),
    "articles.keep_first": of(Article, lambda row, c: versions.keep_first(row)),
    "articles.drop_unseen": of(Article, lambda row, c: versions.drop_unseen(row)),
    "Version.withhold": _withhold,
    "articles.is_here": of(Article, lambda row, c: presence.is_here(row, any_of(Account, c))),
    "articles.has_left": of(Article, lambda row, c: presence.has_left(row, any_of(Account, c))),
    "articles.add": _source,
    "articles.amend": of(Source, lambda row, c: sourcing.amend(row, {"title": words(c), "publisher": words(c)}, reason=words(c))),
    "articles.merge": _merge,
    "articles.note": lambda c: linkcheck.note({"https://example.org/": Reached("gone", c.choice([404, 410]), "https://example.org/")}),
    "Article.shelve": of(Article, lambda row, c: row.shelve()),
    "articles.make_link": of(Article, _link),
    "PreviewLink.revoke": of(Article, lambda row, c: _link(row, c).revoke(any_of(Account, c))),
    "Site.set": of(Site, lambda row, c: row.set(name=words(c), tagline=words(c), top_writers_days=c.randint(1, 40), comments_close_days=c.choice([None, 0, 1, 400]))),
    "site.page_moved": lambda c: site.page_moved("/moved", "/log", below=("/feed.xml",)),
    "site.page_came": lambda c: site.page_came("/moved"),
    "Redirect.remove": lambda c: site.redirect("/moved", "/log").remove(),
    "site.redirect": lambda c: site.redirect("/moved", c.choice(["/about", "/log", "https://example.org/"])),
    "Site.show_logo": of(Site, lambda row, c: row.show_logo(*(c.choice([None, {"file": f"{f}.png", "width": 9, "height": 9}]) for f in "ab"))),
    "outbox.withdraw": lambda c: outbox.withdraw("x", f"{c.randint(0, 9)}@example.org"),
    "outbox.post": lambda c: outbox.post("x", f"{c.randint(0, 9)}@example.org", subject=words(c), text=words(c)),
    "accounts.to_confirm": lambda c: accounts.letters.to_confirm(_register(c)),
    "accounts.to_confirm_again": lambda c: accounts.letters.to_confirm_again("r0@example.org"),
    "accounts.to_reset": lambda c: accounts.letters.to_reset("r0@example.org"),
    "accounts.to_let_in": lambda c: accounts.letters.to_let_in("r0@example.org", "/"),
    "accounts.to_move": of(Account, lambda row, c: accounts.letters.to_move(row, "new@example.org")),
    "accounts.tell": of(Account, lambda row, c: accounts.letters.tell(row, "password")),
    "accounts.register": lambda c: _register(c),
    "accounts.confirm": lambda c: accounts.confirm(_register(c)),
    "accounts.create": lambda c: accounts.create(words(c), f"u{c.randint(0, 10**9)}", f"{c.randint(0, 10**9)}@example.org"),
    "accounts.begin": of(Account, lambda row, c: accounts.begin(row)),
    "accounts.end_all": of(Account, lambda row, c: accounts.end_all(row)),
    "accounts.let_in": of(Account, lambda row, c: accounts.begin(row)),  # and a cookie
    "accounts.leave": lambda c: any_of(SignIn, c).end() if db.session.scalar(select(SignIn.id)) else None,
    "accounts.was_right": lambda c: throttles.forget(throttles.Limit("x", 1, timedelta(1)), words(c)),
    "accounts.erase": lambda c: accounts.holdings.erase(
        any_of(Account, c) if c.random() < 0.5 else accounts.confirm(_register(c)), keep_words=c.random() < 0.5
    ),
    "accounts.turn_on": of(Account, lambda row, c: accounts.secondfactor.turn_on(row, "A" * 32, 1)),
    "accounts.turn_off": of(Account, lambda row, c: accounts.secondfactor.turn_off(row)),
    "accounts.new_recovery_codes": of(Account, lambda row, c: accounts.secondfactor.new_recovery_codes(row)),
    "accounts.use_code": of(Account, lambda row, c: accounts.secondfactor.use_code(row, "123456")),
    "accounts.use_recovery_code": of(Account, lambda row, c: accounts.secondfactor.use_recovery_code(row, "x")),
    "SignIn.end": lambda c: any_of(SignIn, c).end() if db.session.scalar(select(SignIn.id)) else None,
    "SignIn.note_use": lambda c: any_of(SignIn, c).note_use() if db.session.scalar(select(SignIn.id)) else None,
    "Account.describe": of(Account, lambda row, c: row.describe(words(c))),
    "Account.use_link": of(Account, lambda row, c: row.use_link()),
    "Account.mail_replies": of(Account, lambda row, c: row.mail_replies(c.random() < 0.5)),
    "Account.give_role": of(Account, lambda row, c: row.give_role(c.choice(["reader", "author", "editor"]))),
    "Account.set_password": of(Account, lambda row, c: row.set_password("hashed")),
    "accounts.move": of(Account, lambda row, c: accounts.holdings.move(row, f"{c.randint(0, 10**9)}@example.org")),
    "Account.move_to": of(Account, lambda row, c: row.move_to(f"{c.randint(0, 10**9)}@example.org")),
    "Account.enable": of(Account, lambda row, c: row.enable()),
    "Account.rename": of(Account, lambda row, c: row.rename(words(c))),
    "Account.disable": of(Account, lambda row, c: row.disable()),
    "Section.edit": of(Section, lambda row, c: row.edit(name=words(c), rhythm=c.choice(["major", "tiles", "rows"]))),
    "Section.move_to": of(Section, lambda row, c: row.move_to(c.randint(0, 5))),
    "Section.hide": of(Section, lambda row, c: row.hide()),
    "Section.show": of(Section, lambda row, c: row.show()),
    "Section.put": _put_section,
    "sections.create": lambda c: sections.create(words(c), slug=f"s1-{c.randint(0, 10**9)}"),
    "sections.add_column": lambda c: sections.add_column(words(c)),
    "MenuColumn.move_to": of(MenuColumn, lambda row, c: row.move_to(c.randint(0, 5))),
    "MenuColumn.add": of(MenuColumn, lambda row, c: row.add(any_of(Section, c), words(c), None)),
    "MenuColumn.remove": lambda c: sections.add_column(words(c)).remove(),
    "MenuItem.say": of(MenuColumn, lambda row, c: row.add(None, words(c), "/about").say(any_of(Section, c), words(c), None)),
    "MenuItem.move_to": of(MenuColumn, lambda row, c: row.add(None, words(c), "/log").move_to(c.randint(0, 5))),
    "MenuItem.remove": of(MenuColumn, lambda row, c: row.add(None, words(c), "/about").remove()),
    "MenuColumn.edit": of(MenuColumn, lambda row, c: row.edit(words(c))),
    "Picture.describe": of(Picture, lambda row, c: row.describe(alt=words(c), credit=words(c), focal_x=c.randint(0, 100))),
    "media.keep": _keep,
    "Author.edit": of(Author, lambda row, c: row.edit(name=words(c), role=words(c), bio=words(c))),
    "Author.readdress": of(Author, lambda row, c: _there_and_back(row)),
    "Author.come_back": of(Author, lambda row, c: row.come_back()),
    "Author.leave": of(Author, lambda row, c: row.leave()),
    "authors.create": lambda c: authors.create(words(c), slug=f"a{c.randint(0, 10**9)}"),
    "Topic.describe": of(Topic, lambda row, c: row.describe(words(c))),
    "Topic.readdress": of(Topic, lambda row, c: _there_and_back(row)),
    "articles.rename_topic": of(Topic, lambda row, c: articles.rename_topic(row, f"{words(c)} {c.randint(0, 10**9)}")),
    "articles.merge_topics": lambda c: articles.merge_topics(_topic(c), db.session.scalars(select(Topic).order_by(Topic.id)).first()),
    "articles.remove_topic": lambda c: articles.remove_topic(articles.topic_named(f"None {c.randint(0, 10**9)}")),
    "Topic.rename": of(Topic, lambda row, c: row.rename(f"{words(c)} {c.randint(0, 10**9)}")),
    "Source.describe": of(Source, lambda row, c: row.describe(title=words(c), note=words(c))),
    "Article.edit": of(Article, lambda row, c: row.edit(headline=words(c), standfirst=words(c), kind=c.choice(["news", "opinion", "live"]))),
    "Article.set_body": of(Article, lambda row, c: row.set_body(f"<p>{words(c)}</p><h2><time datetime='2026-03-14T1{c.randint(0, 9)}:00Z'>then</time> {words(c)}</h2>")),
    "Article.print_again": of(Article, lambda row, c: row.print_again()),
    "Article.sign": of(Article, lambda row, c: row.sign([_byline(c) for _ in range(c.randint(0, 3))])),
    "Article.file_under": of(Article, lambda row, c: row.file_under(any_of(Section, c), [any_of(Section, c)])),
    "Article.mark_topics": of(Article, lambda row, c: row.mark_topics(c.sample(["Rivers", "Rails", "New", "Peat"], 2))),
    "Article.readdress": of(Article, lambda row, c: _there_and_back(row)),
    "Article.submit": of(Article, lambda row, c: row.submit()),
    "Article.publish": of(Article, lambda row, c: row.publish(at=soon(c))),
    "Article.end": of(Article, lambda row, c: row.end(c.choice([None, soon(c)]))),
    "Article.withdraw": of(Article, lambda row, c: row.withdraw(words(c))),
    "Article.update": of(Article, lambda row, c: row.update(words(c))),
    "Article.correct": of(Article, lambda row, c: row.correct(words(c), f"<p>{words(c)}</p>", clarifies=c.random() < 0.3)),
    "Article.close_comments": of(Article, lambda row, c: row.close_comments()),
    "Article.open_comments": of(Article, lambda row, c: row.open_comments()),
    "articles.write": _write,
    "articles.remove_section": _remove_section,
    "Placement.move_to": of(Placement, lambda row, c: row.move_to(c.randint(0, 4))),
    "Placement.limit": of(Placement, lambda row, c: row.limit(soon(c), soon(c) + timedelta(hours=1))),
    "Placement.clear": of(Placement, lambda row, c: row.clear()),
    "articles.place": lambda c: articles.place(any_of(Article, c), c.choice(["lead", "second", "pick", "opinion", "live", articles.front.section_slot(any_of(Section, c).id)])),
    "articles.arrange": lambda c: articles.slots.arrange(
        c.choice(["lead", "second", articles.front.section_slot(any_of(Section, c).id)]),
        [articles.slots.Held(story.id, None, c.choice([None, soon(c)])) for story in c.sample(db.session.scalars(select(Article)).all(), 3)],
        any_of(Account, c),
    ),
    "articles.announce": lambda c: breaking.announce(words(c), c.choice([None, any_of(Article, c)]), clock.now() + timedelta(minutes=c.choice([1, 9, 90])), any_of(Account, c)),
    "Banner.take_down": _newest(breaking.Banner, lambda c: breaking.announce(words(c), None, clock.now() + timedelta(hours=2), any_of(Account, c)))(lambda row: row.take_down(db.session.scalar(select(Account)))),
    "articles.rank": _rank,
    "Page.edit": of(Page, lambda row, c: row.edit(words(c), f"<p>{words(c)}</p>", words(c))),
    "Page.move_to": of(Page, lambda row, c: row.move_to(f"m{c.randint(0, 10**9)}")),
    "Page.remove": lambda c: pages.write(f"p{c.randint(0, 10**9)}", words(c), "<p>Gone</p>").remove(),
    "pages.write": lambda c: pages.write(f"p{c.randint(0, 10**9)}", words(c), f"<p>{words(c)}</p>"),
    "Comment.hide": of(Comment, lambda row, c: row.hide()),
    "Comment.show": of(Comment, lambda row, c: row.show()),
    "Comment.approve": of(Comment, lambda row, c: row.approve()),
    "Comment.delete": of(Comment, lambda row, c: row.delete()),
    "Comment.keep": of(Comment, lambda row, c: row.keep()),
    "Comment.decline": of(Comment, lambda row, c: row.decline()),
    "Comment.feature": of(Comment, lambda row, c: row.feature()),
    "Comment.unfeature": of(Comment, lambda row, c: row.unfeature()),
    "Comment.recommend": of(Comment, lambda row, c: _or_not(lambda: row.recommend(any_of(Account, c)))),
    "Comment.unrecommend": of(Comment, lambda row, c: row.unrecommend(any_of(Account, c))),
    "Comment.edit": of(Comment, lambda row, c: _or_not(lambda: row.edit(words(c)))),
    "Comment.hold": of(Comment, lambda row, c: row.hold(findings=[words(c)])),
    "Comment.reject": of(Comment, lambda row, c: row.reject(reason=words(c), words=words(c))),
    "Comment.spam": of(Comment, lambda row, c: row.spam()),
    "Comment.pin": of(Comment, lambda row, c: row.pin()),
    "Comment.unpin": of(Comment, lambda row, c: row.unpin()),
    "Comment.undo": _undo,
    "Comment.claim": of(Comment, lambda row, c: _or_not(lambda: row.claim(any_of(Account, c)))),
    "comments.to_claim": of(Account, lambda row, c: comments.letters.to_claim(row, "r@example.org")),
    "Comment.ask_for_reply_mail": of(Comment, lambda row, c: row.ask_for_reply_mail()),
    "Comment.mail_replies": of(Comment, lambda row, c: row.mail_replies()),
    "comments.stop_reply_mail": lambda c: comments.stop_reply_mail("r@example.org"),
    "Thread.say": _thread_of(lambda thread, chance: thread.say(words(chance))),
    "Thread.keep_open": _thread_of(lambda thread, chance: thread.keep_open()),
    "Thread.read_first": _thread_of(lambda thread, chance: thread.read_first()),
    "Thread.read_after": _thread_of(lambda thread, chance: thread.read_after()),
    "Thread.let_close": _thread_of(lambda thread, chance: thread.let_close()),
    "Mute.end": _newest(Mute, _mute)(lambda row: row.end()),
    "comments.mute": _mute,
    "comments.submit": lambda c: comments.submit(_open_story(c), Sender(account=any_of(Account, c)), f"{words(c)} {c.random()}"),
    "comments.revise": lambda c: _or_not(lambda: _revise(c)),
    "contact.report_error": of(Article, lambda row, c: contact.report_error(row, words(c), email="r@example.org")),
    "ErrorReport.settle": of(Article, lambda row, c: contact.report_error(row, words(c)).settle("corrected", words(c), by=any_of(Account, c))),
    "contact.to_the_newsroom": of(Article, lambda row, c: contact_letters.to_the_newsroom(contact.report_error(row, words(c)))),
    "contact.send_message": lambda c: contact.send_message("newsroom", f"{words(c)} {c.random()}", email="r@example.org"),
    "Message.settle": lambda c: _message(c).settle("answered", by=any_of(Account, c)),
    "Message.reopen": lambda c: _reopened(c),
    "contact.of_message": lambda c: contact_letters.of_message(_message(c)),
    "contact.receipt": lambda c: contact_letters.receipt(_message(c)),
    "comments.report": _report,
    "Report.decide": lambda c: _report(c).decide(upheld=c.random() < 0.5, by=any_of(Account, c)),
    "comments.appeal": _appeal,
    "Report.reopen": _reopen_report,
    "Appeal.decide": _decide_appeal,
    "Appeal.reopen": _reopen_appeal,
    "comments.warn": lambda c: _sanctioned(c, "warn"),
    "comments.premoderate": lambda c: _sanctioned(c, "premoderate"),
    "comments.suspend": lambda c: _sanctioned(c, "suspend", until=soon(c)),
    "comments.ban": _sanctioned,
    "Sanction.lift": _newest(Sanction, _sanctioned)(lambda row: row.lift(db.session.scalars(select(Account)).first())),
    "comments.note": _noted,
    "PersonNote.remove": _newest(PersonNote, _noted)(lambda row: row.remove()),
    "comments.add_word": _listed,
    "ListedWord.remove": _newest(ListedWord, _listed)(lambda row: row.remove()),
    "comments.add_reason": _reason,
    "RejectionReason.edit": _newest(RejectionReason, _reason)(lambda row: row.edit(row.title, "Other words")),
    "RejectionReason.remove": _newest(RejectionReason, _reason)(lambda row: row.remove()),
    "media.remove": lambda c: media.remove(_keep(c)),
    "accounts.record": lambda c: record("test", "nothing", reason=words(c)),
    "accounts.notify": lambda c: notify(any_of(Account, c).id, "reply", "comment:1", words(c), "/comments/1"),
    "accounts.take_back": lambda c: take_back("reply", "comment:1"),
    "accounts.mark_read": of(Account, lambda row, c: mark_read(row)),
    "comments.post": _post,
    "follows.follow": lambda c: _follow(c),
    "accounts.choose_letter": lambda c: standing.choose_letter(any_of(Account, c), "follows", c.choice(standing.RHYTHMS)),
    "accounts.wake": lambda c: standing.wake("follows", [any_of(Account, c).id]),
    "StandingLetter.stop": lambda c: standing.choose_letter(any_of(Account, c), "follows", "daily").stop(),
    "StandingLetter.resume": lambda c: standing.choose_letter(any_of(Account, c), "follows", "daily").resume(),
    "follows.lead_on": lambda c: follows.lead_on(f"author:{any_of(Author, c).id}", "author:1"),
    "Follow.end": _newest(Follow, lambda c: _follow(c))(lambda row: row.end()),
    "follows.save": lambda c: _save(c),
    "follows.merge": lambda c: follows.merge(any_of(Account, c), [(n, words(c)) for n in range(9)]),
    "SavedStory.remove": _newest(SavedStory, lambda c: _save(c))(lambda row: row.remove() if row else None),
}  # fmt: skip
# Verbs that only call others of the list, with files or terms that a random change has no use for.
SAME_AS = {"media.upload": "media.keep"}

# What ends the sign-in of whoever it befalls.
SIGNS_OUT = {
    "Account.disable", "Account.set_password", "Account.move_to", "accounts.end_all", "accounts.leave", "accounts.erase", "accounts.move", "SignIn.end",
}  # fmt: skip

# Columns whose values hang together with others, or name an address; their verbs change them.
BY_VERB_ONLY = {
    "page.slug", "site.zone", "site.language", "section.path", "section.parent_id", "author.slug", "author.account_id", "topic.slug", "article.slug",
    "article.kind", "article.also_in", "article.language", "article.contents", "article.body_source", "comment.path",
    "comment.depth", "comment.root_id", "comment.answers", "comment.decisions", "comment.recommended", "picture.stem", "picture.widths", "picture.sha256", "site.founded_on", "site.logo", "site.logo_dark", "site.contact_addresses", "site.comments_guests", "site.comments_first_held", "site.comments_close_days",
    "picture.original", "listing.shelf", "most_read.shelf", "placement.slot", "byline.part", "change.kind", "source.kind", "source.page_key",
    "listing.published_at", "listing.ends_at", "article.published_at", "article.unpublish_at", "thread.visible", "thread.roots", "account.username", "account.email", "account.mailbox", "account.role", "section.rhythm", "topic.name",
    "account.password_hash", "account.consent", "account.totp_secret", "account.totp_step", "site.copyright_from", "site.top_writers_days", "site.social_links", "site.share_networks", "author.links", "menu_item.address",
    "picture.width", "picture.height", "version.number", "version.at", "version.kind", "version.reason", "version.made_at", "version.document",
    "version.printed",
}  # fmt: skip


def columns() -> dict[str, Change]:
    """Give a random change for every column of a table that readers see, keys and those above left out."""
    found: dict[str, Change] = {}
    for mapper in Base.registry.mappers:
        if not issubclass(mapper.class_, Tagged):
            continue
        for column in mapper.columns:
            name = f"{column.table.name}.{column.name}"
            if column.primary_key or column.foreign_keys or name in BY_VERB_ONLY:
                continue
            found[name] = _set(mapper.class_, column)
    return dict(sorted(found.items()))


def _set(table: type, column: Any) -> Change:
    def change(chance: random.Random) -> None:
        rows = db.session.scalars(select(table).order_by(*table.__table__.primary_key.columns)).all()  # type: ignore[attr-defined]
        if rows:
            setattr(chance.choice(rows), column.name, _value(column, chance))

    return change


def _value(column: Any, chance: random.Random) -> Any:
    if column.nullable and chance.random() < 0.2:
        return None
    if isinstance(column.type, Moment):
        return soon(chance)
    if isinstance(column.type, Boolean):
        return chance.random() < 0.5
    if column.name == "making":
        return {"methods": words(chance)}
    if isinstance(column.type, JSON):
        return [words(chance).replace("<b>", "").replace("</b>", "")]
    if isinstance(column.type, Integer):
        return chance.randint(0, 60)
    if isinstance(column.type, String):
        return words(chance) if "url" not in column.name else "https://example.org/x"
    from datetime import date

    return date(2026, 1, chance.randint(1, 28))


def verbs_in_the_code() -> set[str]:
    """Give the name of every function and method of a room whose docstring says that the caller commits."""
    found = set()
    for module in pkgutil.walk_packages(newsapp.__path__, "newsapp."):
        room = module.name.split(".")[1]
        if room in ("demo", "migrations", "cli", "lib", "jobs", "layout"):
            continue
        loaded = importlib.import_module(module.name)
        for name, thing in vars(loaded).items():
            if getattr(thing, "__module__", None) != module.name or name.startswith("_"):
                continue
            if inspect.isfunction(thing) and _is_verb(thing):
                found.add(f"{room}.{name}")
            elif inspect.isclass(thing):
                found |= {
                    f"{name}.{method}"
                    for method, code in vars(thing).items()
                    if inspect.isfunction(code) and _is_verb(code)
                }
    return found


def _is_verb(function: Any) -> bool:
    return "caller commits" in " ".join((function.__doc__ or "").split())
