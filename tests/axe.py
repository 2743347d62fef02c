"""axe-core, the checker of what assistive technology needs, in a page of the tests."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.servers import ROOT

SOURCE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RUN = "axe.run(document, { resultTypes: ['violations'] })"


def violations(page: Page) -> list[str]:
    """Give a line for each rule of axe's that the page as it stands breaks."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(SOURCE)
    found: dict[str, Any] = page.evaluate(RUN)
    assert found["passes"], "axe has looked at nothing"
    return [
        f"{rule['id']}: {rule['help']}: {rule['nodes'][0]['html'][:120]} ({len(rule['nodes'])} times)"
        for rule in found["violations"]
    ]
