"""A number in an address may be anything that somebody types: it is read or refused, and never a crash."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest

from newsapp.lib.text import MAX_ID, whole_number
from tests.conftest import NOON, Browser, signed_in
from tests.small_paper import addresses, plant

# str.isdigit() says yes to the first two; int() refuses the first and takes the second and the next four.
AWKWARD = ["²", "٣", " 7", "+7", "1_0", "７", "-1", "0", "1e3", "0x7", "7" * 30, str(2**31), str(2**63), "", "7\0", "1-²", "²-3", "NaN"]  # fmt: skip
NUMBERS = (
    "page", "before", "after", "by", "s", "parent_id", "article", "person", "id", "number", "reason", "chosen", "n",
)  # fmt: skip
DESK = [
    "/desk/comments", "/desk/comments?tab=approved", "/desk/comments?q=river", "/desk/comments/search", "/desk/people",
    "/desk/log", "/desk/words", "/desk/reasons", "/account/comments", "/account/notifications", "/account",
]  # fmt: skip


@pytest.fixture
def paper(app):
    plant(NOON)
    app.config["PROPAGATE_EXCEPTIONS"] = True  # a crash fails the test with its own words
    return app


def test_no_number_in_a_readers_address_is_a_crash(paper):
    with paper.test_request_context() as request:
        views = {request.url_adapter.match(path.partition("?")[0])[0]: path for path in addresses()}
    _ask(
        Browser(paper, paper.response_class),
        [*views.values(), "/search?q=river", "/articles/story-number-0/comments/new"],
    )


def test_no_number_in_an_address_of_the_desk_is_a_crash(paper, moderator):
    _ask(signed_in(paper, moderator), DESK)


def test_a_number_is_plain_digits():
    assert [whole_number(said) for said in ("0", "7", "007", str(MAX_ID))] == [0, 7, 7, MAX_ID]
    assert [whole_number(said, 50) for said in ("50", "51", "050")] == [50, None, None]
    assert [whole_number(said) for said in AWKWARD if said != "0"] == [None] * (len(AWKWARD) - 1)
    assert whole_number(None) is None


def _ask(browser: Browser, paths: list[str]) -> None:
    """Ask for each path with all numbers awkward, and with each alone: one that is refused hides the next."""
    for path in paths:
        for values in [dict.fromkeys(NUMBERS, said) for said in AWKWARD] + [{name: "²"} for name in NUMBERS]:
            assert browser.get(_with(path, values)).status_code < 500, (path, values)


def _with(address: str, values: dict[str, str]) -> str:
    path, _, query = address.partition("?")
    return f"{path}?{urlencode(dict(parse_qsl(query)) | values)}"
