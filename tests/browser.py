"""A real browser for the tests: where one is found, and what must never happen in it.

tests/journeys/conftest.py takes the fixtures from here.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import brotli
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from tests.servers import ROOT, serving

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
NPM_PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium"
FLAGS = (
    "--no-sandbox",  # root, as in a container, may not have one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing leaves the machine
)
TIMEOUT_MS = 10_000
WIDE, NARROW = 1280, 390  # pixels
HEIGHT = 800


class NoBrowser(Exception):
    """There is no Chromium to test with; the message is one line for whoever runs the tests."""


@dataclass(frozen=True)
class Chromium:
    """A browser on this machine, and what its environment needs beside ours."""

    path: str
    needs: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.needs}

    @property
    def answers(self) -> bool:
        """Tell whether it really starts: Ubuntu's chromium-browser may be a script that asks to install it."""
        try:
            said = subprocess.run(
                [self.path, "--version"], env=self.environment, capture_output=True, text=True, timeout=30
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return said.returncode == 0 and "Chrom" in said.stdout


def find_chromium() -> Chromium:
    """Find a Chromium; unpack one, or have Playwright install one, where the machine has none.

    Raises:
        NoBrowser: there is none to be had, or the one that NEWSAPP_CHROMIUM names does not start.
    """
    if named := os.environ.get("NEWSAPP_CHROMIUM"):
        if not Chromium(named).answers:
            raise NoBrowser(f"NEWSAPP_CHROMIUM: {named} does not answer to --version")
        return Chromium(named)
    # The package's first: the same browser on every machine, and a headless shell, which opens a window in half the time.
    for place in (_from_npm, _installed, _playwrights, _newly_installed):
        for chromium in place():
            if chromium.answers:
                return chromium
    raise NoBrowser("There is no Chromium for the browser tests. Install one, or set NEWSAPP_CHROMIUM to its path.")


def _installed() -> Iterator[Chromium]:
    for name in (*NAMES, *MAC_APPS):
        if path := shutil.which(name):
            yield Chromium(path)


def _playwrights() -> Iterator[Chromium]:
    caches = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or caches / "ms-playwright")
    for name in ("chrome-headless-shell", "headless_shell", "chrome"):
        for path in sorted(folder.glob(f"chromium*/chrome*/{name}"), reverse=True):
            yield Chromium(str(path))


def _newly_installed() -> Iterator[Chromium]:
    subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium-headless-shell"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield from _playwrights()


def _from_npm() -> Iterator[Chromium]:
    """Unpack the npm package's Chromium, with the libraries and the font that it needs, once for all workers."""
    if sys.platform != "linux" or platform.machine() != "x86_64" or not NPM_PACKAGE.exists():
        return
    version = json.loads((NPM_PACKAGE / "package.json").read_text())["version"]
    folder = ROOT / ".cache" / f"chromium-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        program = folder / "chromium"
        if not program.exists():
            for archive in ("al2023", "fonts", "swiftshader"):
                subprocess.run(["tar", "-x", "-C", folder], input=_unpacked(f"{archive}.tar.br"), check=True)
            fonts = folder / "fonts.conf"
            fonts.write_text(
                fonts.read_text().replace("/tmp/fonts", str(folder / "fonts")).replace("/opt/fonts", "/usr/share/fonts")
            )
            unfinished = folder / "unfinished"
            unfinished.write_bytes(_unpacked("chromium.br"))
            unfinished.chmod(0o755)
            unfinished.rename(program)
    yield Chromium(str(program), {"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_PATH": str(folder)})


def _unpacked(name: str) -> bytes:
    return brotli.decompress((NPM_PACKAGE / "bin" / name).read_bytes())


class Watch:
    """Notes what must never happen on a page of ours."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self._host = urlsplit(address).netloc
        self._said: list[ConsoleMessage] = []
        self._answers: list[Response] = []
        self._seen: list[str] = []
        context.on("console", lambda message: self._said.append(message))
        context.on("response", lambda answer: self._answers.append(answer))
        context.on("weberror", lambda error: self._seen.append(f"a script failed: {error.error}"))
        context.on("request", lambda request: self._see_request(request.url))

    def _see_request(self, url: str) -> None:
        if urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc != self._host:
            self._seen.append(f"a request left the site: {url}")

    def faults(self) -> list[str]:
        """Give a line for each since the last time. To be asked while the context is open."""
        pages = {answer.url for answer in self._answers if answer.request.is_navigation_request()}
        faults = self._seen + [
            f"the console says: {message.text} ({message.location['url']})"
            for message in self._said
            if message.type in ("error", "warning") and not _is_meant(message, pages)
        ]
        faults += [
            f"a GET sets a cookie: {answer.url}"
            for answer in self._answers
            if answer.request.method == "GET" and _is_the_networks(answer) and answer.header_value("set-cookie")
        ]
        for noted in (self._seen, self._said, self._answers):
            noted.clear()
        return faults


# Of what a service worker answers, or asks for, Playwright would wait for headers that never come.
def _is_the_networks(answer: Response) -> bool:
    return not answer.from_service_worker and answer.request.service_worker is None


# A browser notes in its console that a page is a 404, and it and htmx that there is no network. Where a test has asked
# for the one or taken away the other, it says so itself; of what a page needs, a missing part stays a fault. A form that
# comes back with its faults is a 422.
def _is_meant(message: ConsoleMessage, pages: set[str]) -> bool:
    if "net::ERR_FAILED" in message.text and "/media/" in message.location["url"]:
        return True  # a kept page, whose further pictures are not kept
    if message.text == "Service Worker registration blocked by Playwright":
        return True  # see Windows.open()
    if message.text == "An unknown error occurred when fetching the script.":
        return True  # the service worker's, which is asked for when nothing else is done: the network or the test has ended
    is_of_a_page = message.text.startswith("Failed to load resource") and message.location["url"] in pages
    is_a_form = "status of 422" in message.text
    return (
        is_of_a_page
        or is_a_form
        or "net::ERR_INTERNET_DISCONNECTED" in message.text
        or "Failed to fetch" in message.text
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of this run; it never skips a test for want of one."""
    try:
        chromium = find_chromium()
    except NoBrowser as why:
        pytest.exit(str(why), returncode=2)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.path,
            env=chromium.environment,
            args=list(FLAGS),
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(demo_site: dict[str, str]) -> Iterator[str]:
    """Where the demo newsroom is served, as an operator serves it."""
    with serving(demo_site) as address:
        yield address


class Windows:
    """A stranger's windows on the site, watched."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self._open: list[tuple[BrowserContext, Watch]] = []

    def open(
        self, *, width: int = WIDE, height: int = HEIGHT, scripted: bool = True, keeps: bool = False, **how: Any
    ) -> Page:
        """Open one that knows no other; ``how`` is what Playwright's new_context() takes besides.

        The service worker, which ``keeps`` what was read, costs each page a third of its time: only those who ask have it.
        """
        context = self._browser.new_context(
            base_url=self._address, viewport={"width": width, "height": height}, java_script_enabled=scripted,
            service_workers="allow" if keeps else "block", **how,
        )  # fmt: skip
        context.set_default_timeout(TIMEOUT_MS)
        self._open.append((context, Watch(context, self._address)))
        return context.new_page()

    def check(self) -> None:
        """Fail the test for what has been noted since the last time."""
        if faults := [fault for _, watch in self._open for fault in watch.faults()]:
            pytest.fail("\n".join(faults))

    def close(self) -> None:
        for context, _ in self._open:
            context.close()


@pytest.fixture
def window(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a new window: ``window(width=390, scripted=False, color_scheme="dark")``.

    Its test fails on a console error or warning, a failed script, a breach of the Content-Security-Policy (which
    the console tells), a request to another host, and a cookie set by a GET.
    """
    windows = Windows(browser, address)
    yield windows.open
    try:
        windows.check()
    finally:
        windows.close()


@pytest.fixture(scope="module", params=[True, False], ids=["js", "no-js"])
def scripted(request: pytest.FixtureRequest) -> bool:
    """Whether the reader's browser runs scripts; a test that takes it runs once with and once without."""
    return bool(request.param)


@pytest.fixture(scope="module")
def shared_windows(browser: Browser, address: str) -> Iterator[Windows]:
    """The windows that the tests of one file use one after the other: opening one costs more than most tests do."""
    windows = Windows(browser, address)
    yield windows
    try:
        windows.check()
    finally:
        windows.close()


@pytest.fixture(scope="module")
def shared_page(shared_windows: Windows, scripted: bool) -> Page:
    return shared_windows.open(scripted=scripted)


@pytest.fixture
def page(shared_page: Page, shared_windows: Windows) -> Iterator[Page]:
    """A stranger's wide window, once with and once without JavaScript, watched as every window()."""
    yield shared_page
    shared_page.context.clear_cookies()
    shared_windows.check()
