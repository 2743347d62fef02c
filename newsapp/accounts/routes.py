from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import select

from newsapp.accounts import holdings, links, passwords, secondfactor, tries
from newsapp.accounts.access import leave, let_in, purpose_of, readers_only
from newsapp.accounts.forms import (
    AddressForm,
    CodeForm,
    DeleteForm,
    EmailForm,
    LinkForm,
    LostPasswordForm,
    PasswordForm,
    ProfileForm,
    ProofForm,
    RegisterForm,
    ResetForm,
    SetUpForm,
    SignInForm,
    UsernameForm,
)
from newsapp.accounts.letters import (
    tell,
    to_confirm,
    to_confirm_again,
    to_let_in,
    to_move,
    to_reset,
    what_it_rests_on,
    what_letting_in_rests_on,
)
from newsapp.accounts.models import CONFIRM_WITHIN, Account, Registration, SignIn, Taken, confirm, end_all, register
from newsapp.accounts.standing import DAILY, NOW, WEEKLY, choose_letter, standing_letter
from newsapp.db import db
from newsapp.layout import layout
from newsapp.lib import throttles
from newsapp.lib.throttles import TooOften, network
from newsapp.lib.web import came_from, lead_to, own_path, page

bp = Blueprint("accounts", __name__, url_prefix="/account")

RESET_WITHIN = timedelta(hours=1)
LINK_WITHIN = timedelta(minutes=30)
MOVE_WITHIN = timedelta(days=1)
STATE_WITHIN = timedelta(minutes=5)
SET_UP_WITHIN = timedelta(minutes=30)
# What a page says that one is led to, by the word in its address.
NOTICES = {
    "password": "Your new password is kept. Sign in with it.",
    "changed": "Your password is changed. All your other browsers are signed out.",
    "ready": "Your account is ready, and you are signed in.",
    "name": "Your profile is saved.",
    "replies": "Your choice is saved.",
    "email-asked": "A letter is on its way to the new address. The change counts when you have pressed the button that it leads to.",
    "email": "Your address is changed. Both addresses have been told.",
    "ended": "That browser is signed out.",
    "ended-others": "All your other browsers are signed out.",
    "exists": "Your address is confirmed. Sign in.",
    "needed": "The newsroom asks for a second step at sign-in. Until you have set it up, you can do what a reader can.",
    "second-factor-off": "Your password alone signs you in again.",
    "gone": "Your account is deleted.",
}


# Signing in and out


@bp.get("/sign-in")
def sign_in_page():
    target = _next(request.args.get("next") or came_from())
    if current_user.is_authenticated:
        return lead_to(target)
    return _door(SignInForm(formdata=None, data={"next": target}))


@bp.post("/sign-in")
def sign_in():
    form = SignInForm()
    target = _next(form.next.data)
    if current_user.is_authenticated:
        return lead_to(target)
    if not form.validate():
        return _door(form, 422)

    found = db.session.execute(Account.known_as(form.identifier.data)).scalar_one_or_none()
    who = f"#{found.id}" if found else form.identifier.data.lower()
    account_id, password_hash = (found.id, found.password_hash) if found else (None, None)
    db.session.rollback()  # nothing is locked while the password is hashed
    try:
        tries.to_sign_in(who)
    except TooOften as wait:
        return _door(form, 429, wait=wait.words)
    if not passwords.is_right(password_hash, form.password.data) or password_hash is None:
        return _door(form, 422, is_wrong=True)
    better = passwords.hashed(form.password.data) if passwords.is_outdated(password_hash) else None

    account = db.session.get(Account, account_id)
    if account is None or account.password_hash != password_hash:  # changed while it was hashed
        return _door(form, 422, is_wrong=True)
    if not account.is_active:
        return _door(form, 403, is_closed=True)
    if better:
        account.password_hash = better
    tries.was_right(who)
    return _first_step_done(account, form.remember.data, target)


@bp.post("/sign-in/code")
def sign_in_code():
    """The second step. What was said in the first is in a signed field: there is no session before one is in."""
    form = CodeForm()
    said = links.read("second-factor", form.state.data or "", STATE_WITHIN)
    account = db.session.get(Account, said["account"]) if said else None
    if said is None or account is None or not links.still_rests_on(said, _what_a_state_rests_on(account)):
        return _door(SignInForm(formdata=None), 422, is_late=True)
    if not form.validate():
        return _second_door(form, 422)
    try:
        throttles.take(tries.CODES, f"#{account.id}")
    except TooOften as wait:
        return _second_door(form, 429, wait=wait.words)
    if not account.is_active:
        return _door(SignInForm(formdata=None), 403, is_closed=True)
    if secondfactor.use_recovery_code(account, form.code.data):
        tell(account, "recovery-code", left=secondfactor.codes_left(account))
    elif not secondfactor.use_code(account, form.code.data):
        db.session.commit()
        form.code.errors = ["That code does not count. Wait for the next one, and type it at once."]
        return _second_door(form, 422)
    throttles.forget(tries.CODES, f"#{account.id}")
    return _let_in(account, said["remember"], _next(said["next"]))


# A link in a letter, in place of the password


@bp.get("/sign-in/link")
def sign_in_link_page():
    target = _next(request.args.get("next"))
    return page("accounts/link.html", form=LinkForm(formdata=None, data={"next": target}), wait=None)


@bp.post("/sign-in/link")
def sign_in_link():
    form = LinkForm()
    target = _next(form.next.data)
    return _ask_for_letter("accounts/link.html", form, lambda email: to_let_in(email, target), ".link_sent")


@bp.get("/sign-in/link/sent")
def link_sent():
    return page("accounts/sent.html", what="link")


@bp.get("/sign-in/link/<token>")
def linked_page(token: str):
    account, _ = _linked(token)
    return page("accounts/linked.html", account=account, token_in_link=token)


@bp.post("/sign-in/link/<token>")
def linked(token: str):
    """Sign in who has pressed the button behind the link; the second step, where there is one, comes after it."""
    account, target = _linked(token)
    if account is None:
        return page("accounts/linked.html", status=410, account=None)
    account.use_link()
    return _first_step_done(account, request.form.get("remember") == "yes", target)


def _linked(token: str) -> tuple[Account | None, str]:
    said = links.read("let-in", token, LINK_WITHIN)
    account = db.session.get(Account, said["account"]) if said else None
    counts = (
        account is not None
        and account.is_active
        and links.still_rests_on(said or {}, what_letting_in_rests_on(account))
    )
    return (account, _next(said["next"])) if counts and said else (None, "/")


def _first_step_done(account: Account, is_remembered: bool, target: str):
    """Let somebody in who has shown the password or the mailbox, or ask for the second step."""
    if not account.has_second_factor:
        return _let_in(account, is_remembered, target)
    db.session.commit()
    said = {"account": account.id, "remember": is_remembered, "next": target}
    state = links.sign("second-factor", said, rests_on=_what_a_state_rests_on(account))
    return _second_door(CodeForm(formdata=None, data={"state": state}))


def _let_in(account: Account, is_remembered: bool, target: str):
    let_in(account, is_remembered=is_remembered)
    db.session.commit()
    if account.acts_as != account.role:  # the newsroom's second factor is required, and there is none
        target = url_for(".second_factor", done="needed")
    return lead_to(target)


def _second_door(form: CodeForm, status: int = 200, wait: str | None = None):
    return page("accounts/code.html", fragment="door", status=status, form=form, wait=wait)


def _what_a_state_rests_on(account: Account) -> tuple[str | None, str | None]:
    return account.password_hash, account.totp_secret


@bp.post("/sign-out")
def sign_out():
    leave()
    db.session.commit()
    return lead_to(_next(request.form.get("next")))


def _door(form: SignInForm, status: int = 200, **said: Any):
    return page(
        "accounts/sign-in.html",
        fragment="door",
        status=status,
        form=form,
        notice=_notice(),
        purpose=purpose_of(form.next.data or "/"),
        **said,
    )


def _next(target: str | None) -> str:
    """Give where to lead somebody who has signed in or out: a page of ours, and none that asks to sign in again."""
    path = own_path(target)
    return (
        "/"
        if path.startswith(
            ("/account/sign-", "/account/register", "/account/reset", "/account/forgot", "/account/confirm")
        )
        else path
    )


def _notice() -> str | None:
    return NOTICES.get(request.args.get("done", ""))


# Registering


@bp.get("/register")
def register_page():
    target = _next(request.args.get("next") or came_from())
    if current_user.is_authenticated:
        return lead_to(target)
    return _register(RegisterForm(formdata=None, data={"next": target}))


@bp.post("/register")
def register_account():
    form = RegisterForm()
    if current_user.is_authenticated:
        return lead_to("/account")
    if not form.validate():
        return _register(form, 422)
    try:
        throttles.take(tries.REGISTRATIONS, network())
    except TooOften as wait:
        return _register(form, 429, wait=wait.words)
    is_wanted = tries.may_still(tries.LETTERS, form.email.data)

    # From here on a known address and an unknown one are the same work: which it is, the letter says.
    password_hash = passwords.hashed(form.password.data)
    registration = register(
        form.name.data, form.username.data, form.email.data, password_hash, next=_next(form.next.data)
    )
    if is_wanted:
        to_confirm(registration)
    db.session.commit()
    return redirect(url_for(".registered"), 303)


@bp.get("/register/sent")
def registered():
    return page("accounts/sent.html", what="register")


@bp.get("/confirm")
def ask_again_page():
    return page("accounts/confirm-again.html", form=AddressForm(formdata=None), wait=None)


@bp.post("/confirm")
def ask_again():
    return _ask_for_letter("accounts/confirm-again.html", AddressForm(), to_confirm_again, ".registered")


@bp.get("/confirm/<token>")
def confirm_page(token: str):
    return page("accounts/confirm.html", registration=_registration(token), token_in_link=token, form=None)


@bp.post("/confirm/<token>")
def confirm_account(token: str):
    registration = _registration(token)
    if registration is None:
        return page("accounts/confirm.html", status=410, registration=None)
    username, form = None, None
    if "username" in request.form:
        form = UsernameForm()
        if not form.validate():
            return page(
                "accounts/confirm.html", status=422, registration=_registration(token), token_in_link=token, form=form
            )
        username = form.username.data
        registration = _registration(token)
        assert registration is not None
    try:
        account = confirm(registration, username)
    except Taken as what:
        if what.args[0] == "email":
            return redirect(url_for(".sign_in_page", done="exists"), 303)
        form = form or UsernameForm(data={"username": registration.username})
        form.validate()
        return page(
            "accounts/confirm.html", status=422, registration=_registration(token), token_in_link=token, form=form
        )
    target = _next(registration.next)
    let_in(account)
    db.session.commit()
    return redirect(target if target != "/" else url_for(".profile", done="ready"), 303)


def _registration(token: str) -> Registration | None:
    said = links.read("confirm", token, CONFIRM_WITHIN)
    registration = db.session.get(Registration, said["registration"]) if said else None
    if said is None or registration is None or not links.still_rests_on(said, registration.email):
        return None
    return registration


def _register(form: RegisterForm, status: int = 200, wait: str | None = None):
    return page("accounts/register.html", status=status, form=form, wait=wait)


# A lost password


@bp.get("/forgot-password")
def forgot_password_page():
    return page("accounts/forgot-password.html", form=LostPasswordForm(formdata=None), wait=None)


@bp.post("/forgot-password")
def forgot_password():
    return _ask_for_letter("accounts/forgot-password.html", LostPasswordForm(), to_reset, ".reset_sent")


@bp.get("/forgot-password/sent")
def reset_sent():
    return page("accounts/sent.html", what="reset")


@bp.get("/reset-password/<token>")
def reset_password_page(token: str):
    account = _to_reset(token)
    return page("accounts/reset-password.html", account=account, token_in_link=token, form=ResetForm(formdata=None))


@bp.post("/reset-password/<token>")
def reset_password(token: str):
    form = ResetForm()
    account = _to_reset(token)
    if account is None:
        return page("accounts/reset-password.html", status=410, account=None)
    near = (account.name, account.username, account.email)
    fault = passwords.fault(form.password.data or "", *near)
    if not form.validate() or fault:
        form.password.errors = form.password.errors or [fault]
        return page(
            "accounts/reset-password.html", status=422, account=_to_reset(token), token_in_link=token, form=form
        )
    db.session.rollback()
    password_hash = passwords.hashed(form.password.data)

    account = _to_reset(token)  # asked again: two windows with one link
    if account is None:
        return page("accounts/reset-password.html", status=410, account=None)
    account.set_password(password_hash)
    tell(account, "password")
    leave()
    db.session.commit()
    return redirect(url_for(".sign_in_page", done="password"), 303)


def _to_reset(token: str) -> Account | None:
    return _account_of("reset", token, RESET_WITHIN)


def _account_of(purpose: str, token: str, within: timedelta) -> Account | None:
    """Give whose link this is while it counts: until its time is up, or the password or the address has changed."""
    said = links.read(purpose, token, within)
    account = db.session.get(Account, said["account"]) if said else None
    if (
        said is None
        or account is None
        or not account.is_active
        or not links.still_rests_on(said, what_it_rests_on(account))
    ):
        return None
    return account


def _ask_for_letter(
    template: str, form: AddressForm | LostPasswordForm, letter: Callable[[str], object], answer: str
) -> Any:
    """Send the letter that was asked for, or none: the answer and the work are the same."""
    if not form.validate():
        return page(template, status=422, form=form, wait=None)
    try:
        throttles.take(tries.ASKED, network())
    except TooOften as wait:
        return page(template, status=429, form=form, wait=wait.words)
    mailbox = form.mailbox
    if tries.may_still(tries.LETTERS, mailbox):
        letter(mailbox)
        db.session.commit()
    return redirect(url_for(answer), 303)


# One's own pages


@bp.get("")
@readers_only
def profile():
    form = ProfileForm(formdata=None, data={"name": current_user.name, "bio": current_user.bio})
    return _profile(form, notice=_notice())


@bp.post("")
@readers_only
def save_profile():
    form = ProfileForm()
    if not form.validate():
        return _profile(form, 422)
    current_user.rename(form.name.data)
    current_user.describe(form.bio.data)
    db.session.commit()
    return redirect(url_for(".profile", done="name"), 303)


@bp.post("/replies")
@readers_only
def choose_reply_mail():
    """Choose whether replies to one's comments, and news of what one follows, come by mail as well, and how often."""
    replies, news = request.form.get("replies"), request.form.get("follows")
    waits = request.form.get("waiting") if current_user.can_moderate else None
    known = ("page", "mail", DAILY, WEEKLY)
    if (
        any(said is not None and said not in known for said in (replies, news, waits))
        or (replies or news or waits) is None
    ):
        form = ProfileForm(formdata=None, data={"name": current_user.name, "bio": current_user.bio})
        return _profile(form, 422, fault="Choose one of the answers. Nothing was changed.")
    if replies:
        current_user.mail_replies(replies != "page")
        _choose("replies", replies)
    if news:
        _choose("follows", news)
    if waits:
        _choose("waiting", waits)
    db.session.commit()
    return redirect(url_for(".profile", done="replies"), 303)


def _choose(kind: str, said: str) -> None:
    if said != "page":
        choose_letter(current_user, kind, NOW if said == "mail" else said)
    elif row := standing_letter(current_user, kind):
        row.stop()


def _profile(form: ProfileForm, status: int = 200, *, notice: str | None = None, fault: str = "") -> Response:
    """Show the profile with what is chosen of letters: ``page`` none, ``mail`` at once, or a rhythm."""
    chosen = {}
    for kind in ("replies", "follows", "waiting"):
        row = standing_letter(current_user, kind)
        rhythm = row.rhythm if row and row.is_wanted else ""
        if kind == "replies":
            rhythm = (rhythm or NOW) if current_user.reply_mail_at else ""
        chosen[kind] = {"": "page", NOW: "mail"}.get(rhythm, rhythm)
    return page("accounts/profile.html", status=status, form=form, notice=notice, fault=fault, chosen=chosen)


@bp.get("/security")
@readers_only
def security():
    return _security()


@bp.post("/password")
@readers_only
def change_password():
    form = PasswordForm()
    is_fine = form.validate()
    fault = passwords.fault(form.password.data or "", current_user.name, current_user.username, current_user.email)
    if fault and not form.password.errors:
        form.password.errors, is_fine = [fault], False
    if not is_fine or not _proves(form.current):
        return _security(422, password=form)
    password_hash = passwords.hashed(form.password.data)

    current_user.set_password(password_hash, keep=g.sign_in)
    tell(current_user, "password")
    db.session.commit()
    return redirect(url_for(".security", done="changed"), 303)


@bp.post("/email")
@readers_only
def change_email():
    form = EmailForm()
    if not form.validate() or not _proves(form.current):
        return _security(422, email=form)
    if form.email.data != current_user.email and tries.may_still(tries.LETTERS, form.email.data):
        to_move(current_user, form.email.data)
        db.session.commit()
    return redirect(url_for(".security", done="email-asked"), 303)


@bp.get("/email/<token>")
def move_page(token: str):
    account, email = _to_move(token)
    return page("accounts/move.html", account=account, email=email, token_in_link=token)


@bp.post("/email/<token>")
def move(token: str):
    account, email = _to_move(token)
    if account is None or db.session.scalar(select(Account.id).where(Account.email == email)):
        return page("accounts/move.html", status=410, account=None)
    old = account.email
    holdings.move(account, email, keep=g.get("sign_in"))
    tell(account, "email", old, email, old=old, new=email)
    db.session.commit()
    here = current_user.is_authenticated and current_user.id == account.id
    return redirect(url_for(".security" if here else ".sign_in_page", done="email"), 303)


def _to_move(token: str) -> tuple[Account | None, str]:
    said = links.read("move", token, MOVE_WITHIN)
    return _account_of("move", token, MOVE_WITHIN), said["email"] if said else ""


# Everything that is held


@bp.get("/data")
@readers_only
def data():
    return _data()


@bp.post("/data")
@readers_only
def download_data():
    try:
        throttles.take(tries.DOWNLOADS, f"#{current_user.id}")
    except TooOften as wait:
        return _data(429, wait=wait.words)
    response = make_response(holdings.download(current_user))
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{current_user.username}.zip"'
    return response


@bp.post("/delete")
@readers_only
def delete_account():
    form = DeleteForm()
    is_fine = form.validate()
    if is_fine and current_user.is_last_admin():
        form.current.errors, is_fine = ["You are the only admin. Make somebody else one first."], False
    if not is_fine or not _proves(form.current):
        return _data(422, form)
    account = db.session.get_one(Account, current_user.id)
    leave()
    holdings.erase(account, keep_words=form.comments.data != "delete")
    db.session.commit()
    return redirect(url_for(".sign_in_page", done="gone"), 303)


def _data(status: int = 200, form: DeleteForm | None = None, wait: str | None = None):
    form = form or DeleteForm(formdata=None)
    return page("accounts/data.html", status=status, form=form, held=holdings.gather(current_user), wait=wait)


# The second factor


@bp.get("/second-factor")
@readers_only
def second_factor():
    return _second_factor(secondfactor.new_secret())


@bp.post("/second-factor")
@readers_only
def turn_on_second_factor():
    form = SetUpForm()
    said = links.read("set-up", form.state.data or "", SET_UP_WITHIN)
    if current_user.has_second_factor or said is None or said["account"] != current_user.id:
        return _second_factor(secondfactor.new_secret(), 422)
    if not form.validate() or not _proves(form.current):
        return _second_factor(said["secret"], 422, form)
    step = secondfactor.matching_step(said["secret"], form.code.data)
    if step is None:
        form.code.errors = ["That code does not count. Wait for the next one, and type it at once."]
        return _second_factor(said["secret"], 422, form)
    codes = secondfactor.turn_on(current_user, said["secret"], step)
    end_all(current_user, keep=g.sign_in)
    tell(current_user, "second-factor-on")
    db.session.commit()
    return page("accounts/recovery-codes.html", codes=codes, is_new=True)


@bp.post("/second-factor/off")
@readers_only
def turn_off_second_factor():
    form = ProofForm()
    if not form.validate() or not _proves(form.current):
        return _second_factor("", 422, proof=form)
    secondfactor.turn_off(current_user)
    tell(current_user, "second-factor-off")
    db.session.commit()
    return redirect(url_for(".second_factor", done="second-factor-off"), 303)


@bp.post("/second-factor/codes")
@readers_only
def new_recovery_codes():
    form = ProofForm()
    if not current_user.has_second_factor or not form.validate() or not _proves(form.current):
        return _second_factor("", 422, proof=form)
    codes = secondfactor.new_recovery_codes(current_user)
    db.session.commit()
    return page("accounts/recovery-codes.html", codes=codes, is_new=False)


def _second_factor(secret: str, status: int = 200, form: SetUpForm | None = None, proof: ProofForm | None = None):
    if current_user.has_second_factor:
        left, form = secondfactor.codes_left(current_user), None
        picture = state = None
    else:
        secret = secret or secondfactor.new_secret()
        left, form = 0, form or SetUpForm(formdata=None)
        picture = secondfactor.picture(secondfactor.address(current_user, secret, layout().site.name))
        state = links.sign("set-up", {"secret": secret, "account": current_user.id})
    return page(
        "accounts/second-factor.html", status=status, form=form, proof=proof or ProofForm(formdata=None), picture=picture,
        secret=secret, state=state, left=left, notice=_notice() if status == 200 else None,
    )  # fmt: skip


@bp.post("/sign-ins/<int:sign_in_id>/end")
@readers_only
def end_sign_in(sign_in_id: int):
    sign_in = db.first_or_404(SignIn.of(current_user).where(SignIn.id == sign_in_id))
    if sign_in is g.sign_in:
        leave()
        db.session.commit()
        return redirect("/", 303)
    sign_in.end()
    db.session.commit()
    return redirect(url_for(".security", done="ended"), 303)


@bp.post("/sign-ins/end-others")
@readers_only
def end_other_sign_ins():
    end_all(current_user, keep=g.sign_in)
    db.session.commit()
    return redirect(url_for(".security", done="ended-others"), 303)


def _proves(field) -> bool:
    """Tell whether the field holds the account's password; says so beside the field where it does not, and commits."""
    who, known = f"#{current_user.id}", current_user.password_hash
    db.session.rollback()  # nothing is locked while the password is hashed
    try:
        throttles.take(tries.PROOFS, who)
    except TooOften as wait:
        field.errors = [f"Too many tries. Wait {wait.words}."]
        return False
    if not passwords.is_right(known, field.data):
        field.errors = ["That is not your password."]
        return False
    throttles.forget(tries.PROOFS, who)
    db.session.commit()
    return True


def _security(status: int = 200, *, password: PasswordForm | None = None, email: EmailForm | None = None):
    return page(
        "accounts/security.html",
        status=status,
        sign_ins=db.session.scalars(SignIn.of(current_user)).all(),
        this=g.sign_in,
        password_form=password or PasswordForm(formdata=None),
        email_form=email or EmailForm(formdata=None),
        notice=_notice() if status == 200 else None,
    )


@bp.before_app_request
def _note_use() -> None:
    """Remember, with whatever is sent, that a sign-in is still used. A page that is only read writes nothing."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and current_user.is_authenticated:
        g.sign_in.note_use()
