"""The banner over readers' pages, as the desk sets it and takes it down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Response, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField, ValidationError
from wtforms.validators import DataRequired

from newsapp.articles import Article, NewslistLine, newest
from newsapp.articles.breaking import LASTS, LONGEST, MAX_TEXT, Banner, announce, breaking
from newsapp.articles.front import lock_slots
from newsapp.articles.shelves import ALL
from newsapp.db import db
from newsapp.desk.frame import FRONT, bp, me
from newsapp.desk.releases import Local
from newsapp.layout import layout
from newsapp.lib import clock, dates
from newsapp.lib.forms import AtMost, Form, plain
from newsapp.lib.text import whole_number
from newsapp.lib.web import page

BANNER = f"{FRONT}/breaking"
OFFERED = 20  # stories that the field names


class StoryField(StringField):
    """A story, by its address on the site or at the desk, by its number, or by words of its headline."""

    story: Article | None = None

    def pre_validate(self, form: Any) -> None:
        """Find the story.

        Raises:
            ValidationError: there is none, or the words are of several.
        """
        self.story = None
        said = (self.data or "").strip()
        if not said:
            return
        try:
            path = urlsplit(said).path if whole_number(said) is None else f"/desk/articles/{said}"
        except ValueError:
            path = ""
        number = whole_number(path.removeprefix("/desk/articles/").split("/")[0])
        if number is not None and path.startswith("/desk/"):
            self.story = db.session.get(Article, number)
        elif path.startswith("/articles/"):
            self.story = db.session.scalar(select(Article).where(Article.slug == path.split("/")[2]))
        elif "/" not in said:
            self.story = _called(said)
        if self.story is None or self.story.state == "withdrawn":
            raise ValidationError("There is no such story. Write words of its headline, or its address, or nothing.")


def _called(words: str) -> Article | None:
    there = select(NewslistLine).where(*NewslistLine.says(words), NewslistLine.stage != "withdrawn")
    found = db.session.scalars(there.order_by(NewslistLine.changed_at.desc()).limit(OFFERED)).all()
    exact = [line for line in found if line.headline.casefold() == words.casefold()] or found
    if len(exact) > 1:
        names = "; ".join(f"“{line.headline}” is {line.article_id}" for line in exact[:3])
        raise ValidationError(f"Several stories have these words. Write one’s number: {names}.")
    return db.session.get(Article, exact[0].article_id) if exact else None


class BannerForm(Form):
    """A line of news, its story, its end."""

    text = StringField(
        "The line",
        [DataRequired("Say what has happened."), AtMost(MAX_TEXT)],
        [plain, lambda text: " ".join((text or "").split())],
    )
    story = StoryField("Its story", [AtMost(2000)], [plain])
    ends = Local("Until", [DataRequired("Say until when.")])

    def validate_ends(self, field: Local) -> None:
        if field.moment and field.moment <= clock.now():
            raise ValidationError("That time has passed.")
        if field.moment and field.moment > clock.now() + LONGEST:
            raise ValidationError(f"A banner stands for at most {LONGEST.days} days.")


@bp.get("/front/breaking", endpoint="banner")
def show_banner():
    return _banner(_begun())


@bp.post("/front/breaking")
def announce_banner() -> Response | AnyResponse:
    """Set the banner, or take it down."""
    lock_slots()
    stands = db.session.scalar(Banner.standing(clock.now()))
    form = BannerForm() if request.form.get("act") != "take_down" else _begun()
    if request.form.get("seen", "") != _seen(stands):
        fault = "Somebody has changed the banner meanwhile. It stands here as it is now; nothing of yours was done."
        return _banner(form, 409, fault)
    if request.form.get("act") == "take_down":
        if stands is not None:
            stands.take_down(me())
        db.session.commit()
        return redirect(f"{BANNER}?done=down", 303)
    if not form.validate():
        return _banner(form, 422)
    assert form.ends.moment is not None
    announce(form.text.data or "", form.story.story, form.ends.moment, me())
    db.session.commit()
    return redirect(f"{BANNER}?done=set", 303)


def _begun() -> BannerForm:
    """Give a form for the next line: in two hours it ends."""
    ends = dates.local(clock.now() + LASTS + timedelta(seconds=59), layout().site.timezone)
    return BannerForm(formdata=None, data={"ends": ends})


def _seen(banner: Banner | None) -> str:
    return str(banner.id) if banner else "none"


def _banner(form: BannerForm, status: int = 200, fault: str = "") -> Response:
    at = clock.now()
    stands = db.session.scalar(Banner.standing(at))
    story = db.session.get(Article, stands.article_id) if stands and stands.article_id else None
    return page(
        "desk/front-breaking.html", status=status, form=form, fault=fault, banner=stands, story=story,
        shows=breaking(db.session(), at), seen=_seen(stands), done=request.args.get("done", ""), most=MAX_TEXT,
        offered=newest(db.session(), ALL, OFFERED), shown="breaking",
    )  # fmt: skip
