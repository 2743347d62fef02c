"""Whom visitors may write to: the newsroom's roles, and the mail address that the publisher has given each."""

from __future__ import annotations

from flask import current_app
from sqlalchemy.orm import Session

from newsapp.lib import tags
from newsapp.lib.parts import part
from newsapp.site.models import current

CORRECTIONS, TIPS = "corrections", "tips"
# In the order of the form.
ADDRESSEES = {
    "newsroom": "The newsroom",
    CORRECTIONS: "Corrections",
    TIPS: "Tips",
    "advertising": "Advertising",
    "privacy": "Privacy and your data",
}


def addressees() -> dict[str, str]:
    """Give the address of each role that has one, in the form's order; for corrections the operator may have set it."""
    given: dict[str, str] = part("addressees", _set_at_the_desk)
    found = {CORRECTIONS: current_app.config["CORRECTIONS_TO"], **given}
    return {role: found[role] for role in ADDRESSEES if found.get(role)}


def _set_at_the_desk(session: Session) -> dict[str, str]:
    tags.shows("site")
    return {role: address for role, address in (current(session).contact_addresses or {}).items() if address}
