from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from newsapp import create_app
from newsapp.comments.models import Comment
from newsapp.db import db
from tests.browser import address, browser, page, scripted, shared_page, shared_windows, window

__all__ = ["address", "browser", "page", "scripted", "shared_page", "shared_windows", "window"]


@pytest.fixture(scope="module")
def desk(demo_site: dict[str, str]) -> Iterator[Flask]:
    """The newsroom's side: the same site, in this process.

    Every guest of the tests writes from one network, and so few may in a short time: those before wrote long ago.
    """
    app = create_app(
        {"DATABASE_URL": demo_site["NEWSAPP_DATABASE_URL"], "TESTING": True},
        instance=Path(demo_site["NEWSAPP_INSTANCE"]),
    )
    with app.app_context():
        for written in db.session.scalars(select(Comment).where(Comment.network.is_not(None))):
            written.posted_at -= timedelta(hours=2)
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()
