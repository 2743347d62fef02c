"""What the publisher sets: the paper's name and words, its zone, its logo, where it is found, what commenters may do."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from flask import Response, redirect, request, url_for
from sqlalchemy import select
from wtforms import BooleanField, IntegerField, SelectChoice, SelectMultipleField, StringField, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from newsapp import media, site
from newsapp.accounts.log import record
from newsapp.articles.sharing import NETWORKS
from newsapp.db import db
from newsapp.desk.frame import bp, me
from newsapp.lib.forms import AtMost, Form, MailAddress, plain
from newsapp.lib.web import page
from newsapp.site import ADDRESSEES, Site

MOST_LINKS = 12
LINE, PARAGRAPH = 120, 500  # characters
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")  # RFC 5646, as far as papers need it
_FOUNDED = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
SAYS = {
    "name": "the name", "tagline": "the line below the name", "description": "the description", "language": "the language", "zone": "the time zone",
    "founded_on": "the founding day", "copyright_from": "the first year of the copyright", "copyright_line": "the copyright line",
    "social_links": "the links to networks", "share_networks": "where stories can be shared", "top_writers_days": "the days of Top Writers",
    "stay_informed": "the window “Stay Informed”", "comments_guests": "comments of guests", "comments_first_held": "the first comments that wait", "comments_close_days": "when discussions close",
    "contact_addresses": "where messages go",
}  # fmt: skip


class SettingsForm(Form):
    """Everything that the publisher sets, but for the logos, which are files."""

    name = StringField(
        "Name of the paper", filters=[plain], validators=[DataRequired("The paper needs a name."), AtMost(LINE)]
    )
    tagline = StringField("Line below the name", filters=[plain], validators=[AtMost(LINE)])
    description = TextAreaField(
        "Description, for search engines and feeds", filters=[plain], validators=[AtMost(PARAGRAPH)]
    )
    language = StringField(
        "Language", filters=[plain], validators=[DataRequired("Name the language, en-GB for instance.")]
    )
    zone = StringField(
        "Time zone", filters=[plain], validators=[DataRequired("Name the time zone, Europe/London for instance.")]
    )
    founded_on = StringField("Founded on", filters=[plain], validators=[Optional()])
    copyright_from = IntegerField(
        "First year of the copyright", validators=[Optional(), NumberRange(1600, 2200, "Write a year of four digits.")]
    )
    copyright_line = StringField("Copyright line", filters=[plain], validators=[AtMost(PARAGRAPH)])
    social_links = TextAreaField("Follow us: a name and an address in each line", filters=[plain])
    share_networks = SelectMultipleField(
        "Stories can be shared on", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    top_writers_days = IntegerField(
        "Top Writers counts the last days",
        validators=[DataRequired("Write a number of days."), NumberRange(1, 366, "Write a number from 1 to 366.")],
    )
    stay_informed = BooleanField("Offer the newsletter in a small window at the corner of the page, “Stay Informed”")
    comments_guests = BooleanField(
        "People without an account may comment; a moderator reads each of their comments first"
    )
    comments_first_held = IntegerField(
        "First comments of an account that wait for a moderator",
        validators=[NumberRange(0, 100, "Write a number from 0 to 100.")],
    )
    comments_close_days = IntegerField("Days after which a discussion closes; 0 is never", validators=[NumberRange(0, 3650, "Write a number from 0 to 3,650.")])  # fmt: skip

    contact_newsroom = StringField(ADDRESSEES["newsroom"], filters=[plain], validators=[Optional(), MailAddress()])
    contact_corrections = StringField(
        ADDRESSEES["corrections"], filters=[plain], validators=[Optional(), MailAddress()]
    )
    contact_tips = StringField(ADDRESSEES["tips"], filters=[plain], validators=[Optional(), MailAddress()])
    contact_advertising = StringField(
        ADDRESSEES["advertising"], filters=[plain], validators=[Optional(), MailAddress()]
    )
    contact_privacy = StringField(ADDRESSEES["privacy"], filters=[plain], validators=[Optional(), MailAddress()])

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.share_networks.choices = [SelectChoice(network.key, network.name) for network in NETWORKS.values()]

    def validate_language(self, field: StringField) -> None:
        if not _LANGUAGE.fullmatch(field.data or ""):
            raise ValidationError(f"{field.data} is no language like en-GB, de or pt-BR.")

    def validate_zone(self, field: StringField) -> None:
        if field.data not in available_timezones():
            raise ValidationError(f"{field.data} is no time zone like Europe/London.")

    def validate_founded_on(self, field: StringField) -> None:
        if field.data and not _FOUNDED.fullmatch(field.data):
            raise ValidationError("Write a year or a day: 1998, or 1998-03-02.")

    def validate_social_links(self, field: TextAreaField) -> None:
        lines = [line for line in (field.data or "").splitlines() if line.strip()]
        if len(lines) > MOST_LINKS:
            raise ValidationError(f"Write at most {MOST_LINKS} lines; these are {len(lines)}.")
        for n, line in enumerate(lines, 1):
            label, _, address = line.strip().rpartition(" ")
            parts = urlsplit(address) if address.isprintable() else None
            if not label or parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
                raise ValidationError(f"Line {n} is no name and address: Mastodon https://example.social/@paper")

    @property
    def values(self) -> dict[str, object]:
        """Give what was sent, as the site keeps it."""
        links = [line.strip().rpartition(" ") for line in (self.social_links.data or "").splitlines() if line.strip()]
        found: dict[str, object] = {name: self[name].data for name in SAYS if name in self}
        return found | {
            "social_links": [{"label": label.strip(), "url": address} for label, _, address in links],
            "founded_on": self.founded_on.data or None,
            "contact_addresses": {role: typed for role in ADDRESSEES if (typed := self[f"contact_{role}"].data)},
        }


@bp.get("/settings")
def settings():
    paper = site.current(db.session())
    return _show(_form_of(paper), paper, done=request.args.get("done", ""))


@bp.post("/settings")
def keep_settings():
    """Keep what was set, unless somebody else has set something meanwhile."""
    paper, form = site.current(db.session()), SettingsForm()
    if not form.validate():
        return _show(form, paper, 422, seen=request.form.get("seen", ""))
    now = _values_of(paper)
    if request.form.get("seen") != _mark(now):
        return _show(
            form, paper, 409, theirs=[(SAYS[name], _said(now[name])) for name in SAYS if now[name] != form.values[name]]
        )
    changed = [name for name in SAYS if now[name] != form.values[name]]
    if changed:
        db.session.add(paper)
        paper.set(**{name: form.values[name] for name in changed})
        record("site.set", "site:1", me(), ", ".join(SAYS[name] for name in changed))
        db.session.commit()
    return redirect(url_for("desk.settings", done="kept" if changed else "same"), 303)


@bp.post("/settings/logo")
def keep_logo():
    """Show the logos that were sent, or the name in words where they are taken down."""
    paper = db.session.scalar(select(Site))
    if paper is None:
        return _show(
            _form_of(site.current(db.session())), site.current(db.session()), 422, fault="Save the paper’s name first."
        )
    kept: dict[str, dict[str, Any] | None] = {"logo": paper.logo, "logo_dark": paper.logo_dark}
    sent = {name: request.files[name].read(media.MAX_LOGO_BYTES + 1) for name in kept if request.files.get(name)}
    db.session.rollback()  # a file is read and written outside any transaction
    for name in kept:
        if request.form.get(f"no-{name}"):
            kept[name] = None
        elif sent.get(name):
            try:
                kept[name] = media.keep_logo(sent[name], media.folder())
            except media.NotAPicture as why:
                paper = site.current(db.session())
                return _show(_form_of(paper), paper, 422, fault=f"{_WHICH[name]}: {why}")
    paper = db.session.scalars(select(Site)).one()
    paper.show_logo(kept["logo"], kept["logo_dark"])
    record("site.logo", "site:1", me(), "the logo")
    db.session.commit()
    return redirect(url_for("desk.settings", done="logo"), 303)


_WHICH = {"logo": "The logo for light grounds", "logo_dark": "The logo for dark grounds"}


def _values_of(paper: Site) -> dict[str, Any]:
    """Give what holds now, as the form would send it."""
    policy = site.comment_policy()
    return {name: getattr(paper, name) for name in SAYS} | {
        "contact_addresses": paper.contact_addresses or {},
        "comments_guests": policy.guests, "comments_first_held": policy.first_held, "comments_close_days": policy.close_days,
    }  # fmt: skip


def _mark(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{ADDRESSEES[role]}: {address}" for role, address in value.items()) or "nowhere"
    if isinstance(value, list):
        return ", ".join(one["label"] if isinstance(one, dict) else NETWORKS[one].name for one in value) or "none"
    return {True: "yes", False: "no", None: "nothing", "": "nothing"}.get(value, str(value))  # type: ignore[call-overload, no-any-return]


def _form_of(paper: Site) -> SettingsForm:
    values = _values_of(paper)
    values["social_links"] = "\n".join(f"{link['label']} {link['url']}" for link in values["social_links"])
    values |= {f"contact_{role}": address for role, address in values["contact_addresses"].items()}
    return SettingsForm(formdata=None, data=values)


def _show(
    form: SettingsForm, paper: Site, status: int = 200, *, done: str = "", fault: str = "", seen: str = "",
    theirs: list[tuple[str, str]] | None = None,
) -> Response:  # fmt: skip
    address: Callable[[dict[str, Any] | None], str] = lambda logo: f"/media/{logo['file']}" if logo else ""  # noqa: E731
    return page(
        "desk/settings.html",
        status=status,
        form=form,
        done=done,
        fault=fault,
        theirs=theirs,
        seen=seen or _mark(_values_of(paper)),
        logos=[
            ("logo", _WHICH["logo"], address(paper.logo)),
            ("logo_dark", _WHICH["logo_dark"], address(paper.logo_dark)),
        ],
        zones=sorted(available_timezones()),
    )
