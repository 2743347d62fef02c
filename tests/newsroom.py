"""The demo newsroom for tests and measurements: written anew each time, so that its paper is today's."""

from __future__ import annotations

from pathlib import Path

from flask_migrate import upgrade

from newsapp import create_app, demo
from newsapp.db import db
from newsapp.media import renditions
from tests.servers import ROOT, once_for_all_workers

PHOTOS = Path(demo.__file__).parent / "photos"


def fill_demo(folder: Path, database: str | None = None, *, people: bool = False) -> dict[str, str]:
    """Write the demo newsroom into a database, a file in ``folder`` if none is named; give the settings to serve it.

    ``people``: with an account of each role, whose passwords stand in ``folder`` (password_of() reads them).
    """
    # demo.fill() does not cut again what was cut before, so the folder of the pictures is kept between runs.
    media = once_for_all_workers(ROOT / ".cache" / "demo-media", _cut_pictures)
    database = database or f"sqlite:///{folder}/news.db"
    app = create_app({"DATABASE_URL": database, "MEDIA_URL": media, "TESTING": True}, instance=folder)
    with app.app_context():
        upgrade()
        demo.fill(say=_nothing)
        if people:
            demo.add_people(say=_nothing)
        db.session.remove()
        db.engine.dispose()
    return {
        "NEWSAPP_INSTANCE": str(folder),
        "NEWSAPP_DATABASE_URL": database,
        "NEWSAPP_MEDIA_URL": str(media),
    }


def password_of(username: str, folder: Path) -> str:
    """Give the password of one of the demo's accounts."""
    return dict(line.split() for line in (folder / "accounts.txt").read_text().splitlines())[username]


def _nothing(_sentence: str) -> None:
    pass


def _cut_pictures(folder: Path) -> None:
    renditions.cut_many([path.read_bytes() for path in sorted(PHOTOS.glob("*.jpg"))], folder, processes=2)
