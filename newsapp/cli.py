"""The ``newsapp`` command: each sub-command calls one verb."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import unquote

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from newsapp import create_app, demo, media, search, site
from newsapp.config import WrongSetting
from newsapp.db import db
from newsapp.lib import counts
from newsapp.lib.assets import NotBuilt

Command = TypeVar("Command", bound=Callable[..., Any])


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
