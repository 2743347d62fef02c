"""The ``newsapp`` command: each sub-command calls one verb."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO, TextIO, TypeVar
from urllib.parse import unquote

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from newsapp import accounts, create_app, demo, media, newsletter, search, site
from newsapp.accounts import Account, Role, holdings, secondfactor
from newsapp.config import WrongSetting
from newsapp.db import db
from newsapp.lib import counts
from newsapp.lib.addresses import normalise
from newsapp.lib.assets import NotBuilt
from newsapp.lib.text import slugify

Command = TypeVar("Command", bound=Callable[..., Any])
ROLES = click.Choice([role.value for role in Role])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def newsapp() -> None:
    """Run a news site: one process, one folder."""


def with_app(command: Command) -> Command:
    """Give the command the application; a setting that cannot be used ends it with one line."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            app = create_app()
        except (WrongSetting, NotBuilt) as why:
            click.echo(f"newsapp: {why}", err=True)
            sys.exit(2)
        with app.app_context():
            return command(app, *args, **kwargs)

    return run  # type: ignore[return-value]


@newsapp.command()
@with_app
def init(app: Flask) -> None:
    """Make the database, or bring it up to date."""
    _set_up(app)
    click.echo(f"The database is up to date: {_shown(app.config['DATABASE_URL'])}")


@newsapp.command("demo")
@click.option("--articles", "stories", type=click.IntRange(0), default=0, help="further stories, for measuring")
@click.option("--comments", type=click.IntRange(0), default=0, help="further comments, for measuring")
@with_app
def demo_command(app: Flask, stories: int, comments: int) -> None:
    """Fill an empty database with the demo newsroom; with a number, make it a large site."""
    _set_up(app)
    if demo.is_empty():
        demo.fill(_say)
        demo.add_people(_say)
    elif not stories and not comments:
        click.echo("newsapp: the site has stories already; the demo is only for an empty one", err=True)
        sys.exit(2)
    if stories or comments:
        demo.enlarge(stories, comments, _say)


@newsapp.command()
@click.argument("light", metavar="FILE", required=False, type=click.File("rb"))
@click.option(
    "--dark", metavar="FILE", type=click.File("rb"), help="the logo for dark grounds; without it, the name in words"
)
@click.option("--none", "take_down", is_flag=True, help="show the paper's name in place of a logo")
@with_app
def logo(app: Flask, light: BinaryIO | None, dark: BinaryIO | None, take_down: bool) -> None:
    """Show a logo at the head of every page: SVG, PNG, WebP or JPEG."""
    if (light is None) != take_down or (take_down and dark):
        raise click.UsageError("Name the logo's FILE, or --none.")
    try:
        kept = [media.keep_logo(file.read(), media.folder()) if file else None for file in (light, dark)]
    except media.NotAPicture as why:
        click.echo(f"newsapp: {why}", err=True)
        sys.exit(2)
    found = db.session.scalar(select(site.Site))
    if found is None:
        click.echo("newsapp: the site has no name yet, so it can have no logo", err=True)
        sys.exit(2)
    found.show_logo(*kept)
    db.session.commit()
    click.echo("The logo is taken down." if take_down else "The logo is set.")


@newsapp.group("search")
def search_group() -> None:
    """Look after the full-text index."""


@search_group.command("rebuild")
@with_app
def rebuild_search(app: Flask) -> None:
    """Write the index anew from the stories. The site can be read and searched meanwhile."""
    search.rebuild(_say)


@newsapp.command("redirect")
@click.argument("old")
@click.argument("new")
@with_app
def redirect_command(app: Flask, old: str, new: str) -> None:
    """Lead readers from the path OLD to NEW, a path or a full address, where nothing else answers at OLD."""
    try:
        made = site.redirect(old, new)
    except site.NoRedirect as why:
        click.echo(f"newsapp: {why}", err=True)
        sys.exit(2)
    db.session.commit()
    click.echo(f"{unquote(made.old_path)} -> {unquote(made.new_address)}")


@newsapp.command()
@with_app
def redirects(app: Flask) -> None:
    """List the redirects."""
    for row in db.session.scalars(site.Redirect.all()):
        click.echo(f"{row.made_at:%Y-%m-%d}  {unquote(row.old_path)} -> {unquote(row.new_address)}")


@newsapp.command()
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="so many lines")
@with_app
def missing(app: Flask, limit: int) -> None:
    """List the addresses that were asked for and are not there, most often first. Written once a minute."""
    for page in counts.missing_pages(limit):
        first, last = (time.strftime("%Y-%m-%d %H:%M", time.gmtime(at)) for at in (page.first_at, page.last_at))
        click.echo(f"{page.n:>8}  {first}  {last}  {page.path}")


@newsapp.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True)
@click.option("--set-up", is_flag=True, help="make the database or bring it up to date first")
@click.option("--demo", "with_demo", is_flag=True, help="fill an empty database with the demo newsroom first")
@with_app
def serve(app: Flask, host: str, port: int, set_up: bool, with_demo: bool) -> None:
    """Serve the site until Ctrl-C."""
    if set_up:
        _set_up(app)
    if with_demo and demo.is_empty():
        demo.fill(_say)
        demo.add_people(_say)
    db.session.remove()  # this process only looks after the serving ones from here on
    db.engine.dispose()
    if "NEWSAPP_BASE_URL" not in os.environ and app.config["BASE_URL"] == "http://127.0.0.1:8000":
        os.environ["NEWSAPP_BASE_URL"] = f"http://127.0.0.1:{port}"

    from granian import Granian
    from granian.constants import Interfaces

    server = Granian(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=app.config["WORKERS"],
        blocking_threads=app.config["THREADS"],
        backpressure=256,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_enabled=True,
        log_level="warning",  # type: ignore[arg-type]  # granian takes the name
        working_dir=Path(__file__).parents[1],
    )
    server.on_startup(lambda: click.echo(f"The Update Desk is at http://{host}:{port}/   (Ctrl-C ends it)"))
    server.serve()


@newsapp.group()
def user() -> None:
    """Look after the accounts of readers and of the newsroom."""


def account_named(command: Command) -> Command:
    """Give the command the account with the username or mail address that it was called with."""

    @wraps(command)
    def run(app: Flask, name: str, **further: Any) -> Any:
        account = db.session.scalar(Account.known_as(name))
        if account is None:
            raise click.ClickException(f"there is no account {name!r}")
        return command(account, **further)

    return click.argument("name")(with_app(run))  # type: ignore[return-value]


@user.command("add")
@click.argument("name")
@click.argument("email")
@click.option("--role", type=ROLES, default=Role.READER.value, show_default=True)
@click.option("--username", help="to sign in with; made of the name where it is left out")
@with_app
def add_user(app: Flask, name: str, email: str, role: str, username: str | None) -> None:
    """Add an account, and print a password for its first sign-in. NAME is the one that readers see."""
    address = _mail_address(email)
    username = (username or slugify(name, at_most=30)).lower()
    if not accounts.USERNAME.fullmatch(username):
        raise click.ClickException(
            f"{username!r} is no username: take 3 to 30 letters (a to z), digits, hyphens or underscores"
        )
    if accounts.is_taken(username):
        raise click.ClickException(f"somebody has the username {username!r}; choose another with --username")
    password, hashed = _new_password()
    accounts.create(name, username, address, hashed, Role(role))
    db.session.commit()
    click.echo(f"{name} signs in as {username} with the password {password}")


@user.command("role")
@account_named
@click.argument("role", type=ROLES)
def _role(account: Account, role: str) -> None:
    """Change what an account may do."""
    account.give_role(Role(role))
    db.session.commit()
    click.echo(f"{account.username} is now {role}")


@user.command("password")
@account_named
@click.option("--without-second-step", is_flag=True, help="sign in by the password alone; for who has lost their phone")
def _password(account: Account, without_second_step: bool) -> None:
    """Give an account a new password, print it, and sign it out everywhere."""
    account_id = account.id
    password, hashed = _new_password()
    account = db.session.get_one(Account, account_id)
    account.set_password(hashed)
    if without_second_step:
        secondfactor.turn_off(account)
    db.session.commit()
    click.echo(f"{account.username} signs in with the password {password}")


@user.command("email")
@account_named
@click.argument("address")
def _email(account: Account, address: str) -> None:
    """Give an account another mail ADDRESS, and sign it out everywhere: be sure whose the mailbox is."""
    email = _mail_address(address)
    holdings.move(account, email)
    db.session.commit()
    click.echo(f"{account.username} has the address {email}")


@user.command("disable")
@account_named
def _disable(account: Account) -> None:
    """Sign an account out and keep it from signing in."""
    account.disable()
    db.session.commit()
    click.echo(f"{account.username} can no longer sign in")


@user.command("enable")
@account_named
def _enable(account: Account) -> None:
    """Let an account sign in again."""
    account.enable()
    db.session.commit()
    click.echo(f"{account.username} can sign in again")


@user.command("list")
@click.option("--role", type=ROLES, help="only these; otherwise everybody but readers")
@with_app
def _list(app: Flask, role: str | None) -> None:
    """List the accounts of the newsroom, or of one role."""
    chosen = Account.role == role if role else Account.role != Role.READER
    for account in db.session.scalars(select(Account).where(chosen).order_by(Account.role, Account.username)):
        state = "disabled" if not account.is_active else "" if account.password_hash else "no password"
        click.echo(f"{account.role:<12} {account.username:<30} {account.email:<40} {state}".rstrip())


def _mail_address(typed: str) -> str:
    try:
        address = normalise(typed)
    except ValueError as why:
        raise click.ClickException(str(why)) from None
    if db.session.scalar(Account.known_as(address)):
        raise click.ClickException(f"{address} has an account already")
    return address


def _new_password() -> tuple[str, str]:
    """Give a password that nobody guesses, and its hash. Ends the transaction under way: nothing is locked meanwhile."""
    db.session.rollback()
    password = "-".join(secrets.token_hex(3) for _ in range(3))
    return password, accounts.passwords.hashed(password)


@newsapp.command()
@click.option("--collect", "is_mailbox", is_flag=True, help="read the mailbox that BOUNCES_FROM names")
@with_app
def bounces(app: Flask, is_mailbox: bool) -> None:
    """Take in a letter that came back: `newsapp bounces < message`, as a mail server's pipe calls it."""
    if is_mailbox:
        try:
            taken = newsletter.collect()
        except newsletter.CannotRead as why:
            click.echo(f"newsapp: {why}", err=True)
            sys.exit(2)
        if taken is None:
            click.echo("newsapp: BOUNCES_FROM names no mailbox", err=True)
            sys.exit(2)
    else:
        taken = newsletter.take_in(sys.stdin.buffer.read())
    click.echo(str(taken))


@newsapp.group("subscribers")
def subscribers_group() -> None:
    """Take over a list of subscribers, or hand out all of them."""


@subscribers_group.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@click.option("--newsletter", "slug", required=True, help="the last part of its address")
@with_app
def import_subscribers(app: Flask, file: TextIO, slug: str) -> None:
    """Take over FILE, a CSV with the columns email, source and date: where each has said yes, and when."""
    found = db.session.scalar(select(newsletter.Newsletter).where(newsletter.Newsletter.slug == slug))
    if found is None:
        click.echo(f"newsapp: there is no newsletter {slug!r}", err=True)
        sys.exit(2)
    try:
        rows = newsletter.lists.read(file.read())
    except newsletter.lists.WrongList as why:
        for fault in why.faults:
            click.echo(f"newsapp: {file.name}: {fault}", err=True)
        sys.exit(2)
    except UnicodeDecodeError:
        click.echo(f"newsapp: {file.name}: it is not UTF-8", err=True)
        sys.exit(2)
    n = newsletter.take_over(rows, found)
    db.session.commit()
    click.echo(f"{n} taken over, {len(rows) - n} were known.")


@subscribers_group.command("export")
@with_app
def export_subscribers(app: Flask) -> None:
    """Write all subscribers, with where and when each has said yes, as CSV."""
    click.echo(newsletter.lists.written(), nl=False)


@newsapp.command()
@with_app
def worker(app: Flask) -> None:
    """Send mail and do recurring jobs, apart from the serving processes (which then have NEWSAPP_JOBS=no)."""
    scheduler = app.extensions["scheduler"]
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    scheduler.work()
    click.echo("The worker sends mail and does recurring jobs.   (Ctrl-C ends it)")
    ended.wait()
    scheduler.stop()


def _set_up(app: Flask) -> None:
    Path(app.config["INSTANCE"]).mkdir(parents=True, exist_ok=True)
    upgrade()
    if search.is_behind(db.session()):
        search.rebuild(_say)
    db.session.remove()


def _say(sentence: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')}  {sentence}")


def _shown(address: str) -> str:
    """Give a database's address without its password."""
    from sqlalchemy.engine import make_url

    return make_url(address).render_as_string(hide_password=True)


if __name__ == "__main__":
    newsapp(prog_name="newsapp")
