"""axe-core, the checker of what assistive technology needs, in a page of the tests."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.servers import ROOT

SOURCE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
OF_COLOURS = ("color-contrast", "link-in-text-block")  # the rules that a theme can break
# preload would fetch the stylesheet once more, for a rule that is off.
RUN = """(only) => axe.run(document, {
  resultTypes: ["violations"], preload: false, ...(only.length ? { runOnly: only } : {}),
}).then(({ passes, violations }) => ({
  passed: passes.length,
  broken: violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html.slice(0, 120)} (${nodes.length} times)`),
}))"""


def violations(page: Page, *, only: tuple[str, ...] = ()) -> list[str]:
    """Give a line for each of axe's rules, or of those that are named, that the page as it stands breaks."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(SOURCE)
    found: dict[str, Any] = page.evaluate(RUN, list(only))
    assert found["passed"], "axe has looked at nothing"
    return list(found["broken"])
