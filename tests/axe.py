"""axe-core, the checker of what assistive technology needs, in a page of the tests."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page

from tests.servers import ROOT

SOURCE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
OF_COLOURS = ("color-contrast", "link-in-text-block")  # the rules that a theme can break


def violations(page: Page, *, only: tuple[str, ...] = ()) -> list[str]:
    """Give a line for each of axe's rules, or of those that are named, that the page as it stands breaks."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(SOURCE)
    options = {"resultTypes": ["violations"], **({"runOnly": only} if only else {})}
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    assert found["passes"], "axe has looked at nothing"
    return [
        f"{rule['id']}: {rule['help']}: {rule['nodes'][0]['html'][:120]} ({len(rule['nodes'])} times)"
        for rule in found["violations"]
    ]
