"""What several of the desk's tests begin with."""

import pytest

from newsapp.db import db
from newsapp.media import Picture


@pytest.fixture
def picture(app):
    made = Picture(
        sha256="a" * 64,
        stem="a" * 20,
        original="a.jpg",
        width=1200,
        height=800,
        widths=[176, 704],
        alt="Barges at dusk",
    )
    db.session.add(made)
    db.session.commit()
    return made
