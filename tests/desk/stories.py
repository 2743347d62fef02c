"""What the tests of the desk's stories have in common: the people, and the form as a browser sends it."""

from __future__ import annotations

import re
from html import unescape

from bs4 import BeautifulSoup

from newsapp import accounts
from newsapp.accounts import Account, Role
from newsapp.articles import Article, drafting, newslist
from newsapp.db import db


def account(role: Role, name: str = "") -> Account:
    made = accounts.create(
        name or f"A {role}", f"the-{role}-{name.lower()}".strip("-"), f"{role}{name.lower()}@example.org", role=role
    )
    db.session.commit()
    return made


def begun(section, by: Account, headline: str = "Barges return", body: str = "<p>The river rose.</p>") -> Article:
    """A draft that somebody has begun."""
    story = drafting.begin(section, headline, by)
    newslist.began(story, by)
    document, number = drafting.working_document(story)
    drafting.save(story, {**document, "body": body}, by, number)
    db.session.commit()
    return story


def fields(html: str, form: str = "#story") -> dict[str, object]:
    """Give what a browser would send of a form as it stands."""
    found: dict[str, object] = {}
    for field in BeautifulSoup(html, "html.parser").select_one(form).select("input, textarea, select"):
        name = field.get("name")
        if (
            not name
            or name == "csrf_token"
            or (field.get("type") in ("checkbox", "radio") and not field.has_attr("checked"))
        ):
            continue
        if field.name == "textarea":
            value = field.get_text().replace("\r\n", "\n").removeprefix("\n").replace("\n", "\r\n")
        elif field.name == "select":
            chosen = field.select("option[selected]") or field.select("option")[:1]
            value = str(chosen[0]["value"]) if chosen else ""
        else:
            value = str(field.get("value", "on"))
        found[name] = (
            [*found[name], value]
            if isinstance(found.get(name), list)
            else [found[name], value]
            if name in found
            else value
        )
    return found


def alert(html: str) -> str:
    """Give what the page's alerts say, as plain words."""
    said = re.findall(r'class="alert[^"]*"[^>]*role="(?:alert|note|status)"[^>]*>(.*?)</(?:div|p|section)>', html, re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", " ".join(said))).split())
