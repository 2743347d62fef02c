"""The Update Desk: a news site that a small newsroom hosts itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from newsapp import accounts, config, db, extensions, outbox
from newsapp.lib import assets, counts, pagecache, web

ROOT = Path(__file__).parents[1]


def create_app(overrides: Mapping[str, Any] | None = None, instance: Path | None = None) -> Flask:
    """Make the application. ``overrides`` are settings that win over the environment's (tests).

    Raises:
        WrongSetting: a setting cannot be used.
        NotBuilt: the stylesheet and the script are missing.
    """
    instance = instance or Path(os.environ.get("NEWSAPP_INSTANCE") or ROOT / "instance")
    app = Flask(__name__, instance_path=str(instance.resolve()), template_folder=ROOT / "templates", static_folder=None)
    app.config.update(config.load(instance.resolve(), os.environ), INSTANCE=str(instance.resolve()))
    app.config.update(
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_REFRESH_EACH_REQUEST=False,  # no GET sets a cookie
        PERMANENT_SESSION_LIFETIME=accounts.REMEMBERED,
        MAX_CONTENT_LENGTH=30 * 1024 * 1024,  # a picture and its form
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
    )
    app.config.update(overrides or {})
    secure = app.config["BASE_URL"].startswith("https:")
    app.config.update(SESSION_COOKIE_SECURE=secure)

    db.init_app(app)
    extensions.login.init_app(app)
    extensions.migrate.init_app(
        app, db.db, directory=str(ROOT / "newsapp" / "migrations"), render_as_batch=True, compare_type=True
    )
    web.init_app(app)
    counts.init_app(app)
    outbox.init_app(app)

    from newsapp import jobs, layout
    from newsapp.accounts import routes as accounts_routes
    from newsapp.articles import personal as of_articles
    from newsapp.articles import routes as articles
    from newsapp.authors import routes as authors
    from newsapp.comments import personal as of_comments
    from newsapp.comments import routes as comments
    from newsapp.contact import personal as of_contact
    from newsapp.contact import routes as contact
    from newsapp.desk import routes as desk
    from newsapp.feeds import routes as feeds
    from newsapp.follows import personal as of_follows
    from newsapp.follows import routes as follows
    from newsapp.media import routes as media
    from newsapp.newsletter import archive, subscribers
    from newsapp.newsletter import personal as of_newsletters
    from newsapp.newsletter import routes as newsletters
    from newsapp.pages import routes as pages
    from newsapp.search import routes as search
    from newsapp.site import routes as site

    layout.init_app(app)
    jobs.init_app(app)
    for holding in (
        *of_articles.HOLDINGS,
        *of_comments.HOLDINGS,
        *of_contact.HOLDINGS,
        *of_follows.HOLDINGS,
        *of_newsletters.HOLDINGS,
    ):
        accounts.holdings.enter(holding)
    for room in (
        site,
        accounts_routes,
        articles,
        authors,
        comments,
        contact,
        archive,
        desk,
        feeds,
        follows,
        media,
        newsletters,
        pages,
        search,
    ):
        app.register_blueprint(room.bp)

    app.jinja_env.globals["newsletters"] = subscribers.offers
    app.jinja_env.globals["newest_stories"] = articles.newest_stories
    files = assets.Assets(web.SECURITY_HEADERS)
    app.jinja_env.globals["asset"] = files.url
    app.jinja_env.globals["asset_text"] = files.text
    app.wsgi_app = files.in_front_of(_page_cache(app))  # type: ignore[method-assign]
    return app


def _page_cache(app: Flask) -> pagecache.PageCache:
    versions: pagecache.Versions
    with app.app_context():
        if db.db.engine.dialect.name == "sqlite":
            versions = pagecache.SQLiteVersions(str(db.db.engine.url.database))
        else:
            versions = pagecache.EngineVersions(db.db.engine)
    cache = pagecache.PageCache(
        app.wsgi_app,
        versions,
        app.config["PAGE_CACHE_MB"] * 1024 * 1024,
        app.extensions["counts"].add,
        keeps=app.config["PAGE_CACHE"],
        count_missing=app.extensions["counts"].add_missing,
    )
    app.extensions["pagecache"] = cache
    return cache
