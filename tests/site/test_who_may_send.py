"""Every address that changes something refuses who may not send to it: one walk through all routes.

A route that stands in neither table below fails the first test: whoever adds one says here who may use it.
"""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event, select

from newsapp import accounts, comments
from newsapp.accounts import Account, Role, SignIn
from newsapp.articles import Article
from newsapp.comments import Comment
from newsapp.db import db
from tests.conftest import NOON, Browser, signed_in
from tests.site.test_headers import VALUES
from tests.small_paper import plant

ANYBODY = "anybody"  # signed in or not
READERS = "readers"  # whoever is signed in
WRITERS = {Role.CONTRIBUTOR, Role.AUTHOR, Role.EDITOR, Role.ADMIN}
DESK = {Role.MODERATOR, Role.EDITOR, Role.ADMIN}
EDITORS = {Role.EDITOR, Role.ADMIN}
# Who may send to which route: ANYBODY, READERS, or the roles.
SENDERS: dict[str, str | set[Role]] = {
    "site.prefer": ANYBODY,
    "comments.stop_letters": ANYBODY,  # who has the link, from anywhere: ONE_CLICK
    "follows.stop_follow_letters": ANYBODY,  # likewise
    "comments.start_letters": ANYBODY,  # who has the link
    "comments.post": ANYBODY,
    "comments.report": ANYBODY,
    "contact.report_error": ANYBODY,
    "contact.send_message": ANYBODY,
    "comments.claim": READERS,
    "comments.ask_to_claim": READERS,
    "comments.claim_by_link": READERS,  # and who has the link
    "comments.edit": READERS,
    "comments.appeal": READERS,
    "comments.mark_told": READERS,
    "comments.delete": READERS,
    "comments.recommend": READERS,
    "comments.mute": READERS,
    "accounts.sign_in": ANYBODY,
    "accounts.sign_in_code": ANYBODY,
    "comments.decide_by_letter": ANYBODY,  # who has the link
    "accounts.sign_in_link": ANYBODY,
    "accounts.linked": ANYBODY,  # who has the link
    "accounts.sign_out": ANYBODY,
    "accounts.register_account": ANYBODY,
    "accounts.ask_again": ANYBODY,
    "accounts.confirm_account": ANYBODY,  # who has the link
    "accounts.forgot_password": ANYBODY,
    "accounts.reset_password": ANYBODY,  # who has the link
    "accounts.move": ANYBODY,  # who has the link
    "accounts.save_profile": READERS,
    "follows.follow": READERS,
    "follows.save": READERS,
    "accounts.choose_reply_mail": READERS,
    "accounts.change_password": READERS,
    "accounts.change_email": READERS,
    "accounts.end_sign_in": READERS,
    "accounts.end_other_sign_ins": READERS,
    "accounts.download_data": READERS,
    "accounts.delete_account": READERS,
    "accounts.turn_on_second_factor": READERS,
    "accounts.turn_off_second_factor": READERS,
    "accounts.new_recovery_codes": READERS,
    "desk.begin_story": WRITERS,
    "desk.do_to_several": WRITERS,
    "desk.clean": WRITERS,
    "desk.save": WRITERS,
    "desk.here": WRITERS,
    "desk.withhold": WRITERS,
    "desk.restore": WRITERS,
    "desk.release": WRITERS,
    "desk.submit": WRITERS,
    "desk.send_back": WRITERS,
    "desk.withdraw": WRITERS,
    "desk.end": WRITERS,
    "desk.embargo": WRITERS,
    "desk.call_off": WRITERS,
    "desk.make_link": WRITERS,
    "desk.revoke_link": WRITERS,
    "desk.send_pictures": WRITERS,
    "desk.describe_picture": WRITERS,
    "desk.delete_picture": WRITERS,
    "desk.check_links": WRITERS,
    "desk.leave_note": WRITERS,
    "desk.answer_note": WRITERS,
    "desk.settle_note": WRITERS,
    "newsletters.sign_up": ANYBODY,
    "newsletters.confirm": ANYBODY,  # who has the link
    "newsletters.choose": ANYBODY,  # who has the link
    "newsletters.stop": ANYBODY,  # who has the link, from anywhere: ONE_CLICK
    "newsletters.go_on": ANYBODY,  # who has the link
    "newsletters.choose_own": READERS,
    "desk.add_newsletter": EDITORS,
    "desk.edit_newsletter": EDITORS,
    "desk.set_digest": EDITORS,
    "desk.import_subscribers": {Role.ADMIN},
    "desk.change_subscriber": {Role.ADMIN},
    "desk.begin_issue": EDITORS,
    "desk.change_issue": EDITORS,
    "desk.send_issue": EDITORS,
    "desk.drop_issue": EDITORS,
    "desk.settle_delivery": EDITORS,
    "desk.settle_returned": EDITORS,
    "desk.retry_mail": EDITORS,
    "desk.add_source": WRITERS,
    "desk.amend_source": WRITERS,
    "desk.merge_source": WRITERS,
    "desk.decide": DESK,
    "desk.undo": DESK,
    "desk.sanction": DESK,
    "desk.decide_discussion": DESK,
    "desk.write_note": DESK,
    "desk.remove_note": DESK,
    "desk.lift": DESK,
    "desk.add_words": DESK,
    "desk.remove_word": DESK,
    "desk.add_reason": DESK,
    "desk.edit_reason": DESK,
    "desk.keep_rules": EDITORS,
    "desk.keep_settings": {Role.ADMIN},
    "desk.keep_logo": {Role.ADMIN},
    "desk.arrange": EDITORS,
    "desk.announce_banner": EDITORS,
    "desk.add_menu_column": EDITORS,
    "desk.change_menu_column": EDITORS,
    "desk.remove_menu_column": EDITORS,
    "desk.order_menu_columns": EDITORS,
    "desk.order_menu_items": EDITORS,
    "desk.add_menu_item": EDITORS,
    "desk.change_menu_item": EDITORS,
    "desk.remove_menu_item": EDITORS,
    "desk.add_author": EDITORS,
    "desk.change_author": EDITORS,
    "desk.author_left": EDITORS,
    "desk.set_portrait": EDITORS,
    "desk.change_topic": EDITORS,
    "desk.add_page": EDITORS,
    "desk.preview_page": EDITORS,
    "desk.change_page": EDITORS,
    "desk.remove_page": EDITORS,
    "desk.merge_topic": EDITORS,
    "desk.remove_topic": EDITORS,
    "desk.set_redirect": EDITORS,
    "desk.remove_redirect": EDITORS,
    "desk.add_section": EDITORS,
    "desk.change_section": EDITORS,
    "desk.order_sections": EDITORS,
    "desk.hide_section": EDITORS,
    "desk.remove_section": EDITORS,
    "desk.settle": EDITORS,
    "desk.settle_message": EDITORS,
}
# Routes that change one thing of somebody's: how to address one that is somebody else's.
OBJECTS = {
    "accounts.end_sign_in": lambda other: {"sign_in_id": db.session.scalar(select(SignIn.id).where(SignIn.account_id == other.id))},
}  # fmt: skip


def _comment_of(other: Account) -> dict[str, int]:
    row = comments.post(db.session.scalars(select(Article).limit(1)).one(), "Theirs", account=other)
    db.session.commit()
    return {"comment_id": row.id}


OBJECTS |= {f"comments.{act}": _comment_of for act in ("edit", "delete", "appeal")}
# What these are about is there for everybody to see.
PUBLIC = {
    "comments.post",
    "contact.report_error",
    "contact.send_message",
    "comments.report",
    "comments.recommend",
    "comments.mute",
}
PUBLIC |= {"desk.change_subscriber"}
PUBLIC |= {
    name for name, who in SENDERS.items() if who is DESK or who is EDITORS
}  # nobody's own: whoever moderates may
PUBLIC |= {
    name for name, who in SENDERS.items() if who is WRITERS
}  # who may what with whose story: tests/desk/test_stories.py
# What a mail program sends to, from no site, without a cookie: only the token in the address counts. Nothing else may be here.
ONE_CLICK = {"comments.stop_letters", "follows.stop_follow_letters", "newsletters.stop"}
LINKED = {"token"}  # arguments that are secrets themselves


def sending(app) -> dict[str, tuple[str, str]]:
    """Give each route that takes more than a GET: its method and its address."""
    found = {}
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}:
            values = {name: VALUES[name] for name in rule.arguments}
            found[rule.endpoint] = method, app.url_map.bind("").build(rule.endpoint, values, method=method)
    return found


@pytest.fixture
def people(app):
    plant(NOON)
    made = {role: accounts.create(f"A {role}", f"the-{role}", f"{role}@example.org", role=role) for role in Role}
    db.session.commit()
    return made


def test_every_route_that_takes_more_than_a_get_is_known(app):
    routes = sending(app)

    assert set(routes) == set(SENDERS)
    with_objects = {
        rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint in routes and set(rule.arguments) - LINKED
    }
    assert with_objects - PUBLIC == set(OBJECTS)


def test_the_exception_for_mail_programs_is_the_one_that_is_named(app):
    marked = {name for name, view in app.view_functions.items() if getattr(view, "is_one_click", False)}
    assert marked == ONE_CLICK


def test_nobody_sends_from_another_site_or_from_nowhere(app, people):
    plain = FlaskClient(app, app.response_class)
    db.session.rollback()
    foreign = (
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}, {"Origin": "https://evil.example"},
        {"Origin": "null"}, {}, {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, {"X-CSRFToken": "x"},
    )  # fmt: skip
    for name, (method, address) in sending(app).items():
        for headers in foreign:
            wanted = 410 if name in ONE_CLICK else 403  # its token is none of ours
            assert plain.open(address, method=method, headers=headers).status_code == wanted, (name, headers)


def test_nobody_signed_in_sends_without_the_token_or_with_anothers(app, people):
    browser = signed_in(app, people[Role.ADMIN])
    secret = app.config["SECRET_KEY"]
    anothers = URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps("of another sign-in")
    for name, (method, address) in sending(app).items():
        for token in (None, "", "made up", anothers):
            browser.token = token
            answer = browser.open(address, method=method, data={"csrf_token": token or ""})
            assert answer.status_code == (410 if name in ONE_CLICK else 400), (name, token)
    assert db.session.scalars(select(SignIn)).one()


def test_no_get_changes_anything_there(app, people):
    browser, stranger = signed_in(app, people[Role.ADMIN]), Browser(app, app.response_class)
    written = []

    def note(connection, cursor, statement, *further):
        if statement.split(maxsplit=1)[0].upper() in ("INSERT", "UPDATE", "DELETE"):
            written.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    for name, (_, address) in sending(app).items():
        for client in (browser, stranger):
            assert client.get(address).status_code in (200, 303, 404, 405, 410), name
    event.remove(db.engine, "before_cursor_execute", note)
    assert written == []


def test_who_is_not_signed_in_is_led_to_the_door(app, people):
    stranger = Browser(app, app.response_class)
    before = _state()
    for name, (method, address) in sending(app).items():
        if SENDERS[name] != ANYBODY:
            answer = stranger.open(address, method=method)
            assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/account/sign-in"), name
    assert _state() == before


def test_a_lower_role_is_refused(app, people):
    for role, account in people.items():
        browser = signed_in(app, account)
        for name, (method, address) in sending(app).items():
            allowed = SENDERS[name]
            if isinstance(allowed, set) and role not in allowed:
                assert browser.open(address, method=method).status_code == 403, (name, role)


@pytest.mark.parametrize("name", OBJECTS)
def test_another_persons_object_is_not_there(app, people, name):
    mine, theirs = people[Role.READER], people[Role.AUTHOR]
    signed_in(app, theirs)
    method, _ = sending(app)[name]
    address = app.url_map.bind("").build(name, OBJECTS[name](theirs), method=method)
    browser = signed_in(app, mine)
    before = _state()

    assert browser.open(address, method=method).status_code in (403, 404)
    assert _state() == before


def _state() -> list[tuple[object, ...]]:
    rows = [
        tuple(row)
        for table in (Account.__table__, SignIn.__table__, Comment.__table__)
        for row in db.session.execute(select(table))
    ]
    db.session.rollback()
    return rows
