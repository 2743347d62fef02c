"""What people do at the site, over real connections: post, reply, recommend, take back, read, sign in.

Each function runs in a process of its own and gives what it did, and how long each answer took.
"""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier, Event
from urllib.parse import urlencode, urlsplit

from argon2 import PasswordHasher

from tools.soak.site import PASSWORD, SLUG, Person

EACH_POSTS = 5  # comments; one more within two minutes would be a burst
TIMEOUT = 10.0  # seconds; a person would have gone long before


@dataclass
class Done:
    """What one process has done, and what it was answered."""

    posted: dict[int, str] = field(default_factory=dict)  # a comment's number and its words
    deleted: set[int] = field(default_factory=set)
    recommended: Counter[int] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)  # what took how long
    errors: Counter[str] = field(default_factory=Counter)
    lasted: float = 0.0


class Browser:
    """A connection that is kept, as browsers keep theirs."""

    def __init__(self, address: str, done: Done) -> None:
        self._line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=TIMEOUT)
        self._done = done

    def ask(
        self, what: str, path: str, expects: int, person: Person | None = None, form: dict[str, str] | None = None
    ) -> str | None:
        """Ask for a page, or send a form; give where the answer leads to, or nothing where it was another than expected."""
        headers = {"Sec-Fetch-Site": "same-origin"}
        if person is not None:
            headers |= {"Cookie": person.cookie, "X-Forwarded-For": person.network}
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form | ({"csrf_token": person.token} if person and person.token else {}))
        began = time.perf_counter()
        try:
            self._line.request("GET" if form is None else "POST", path, body, headers)
            answer = self._line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as why:
            self._done.errors[f"{what}: {type(why).__name__}"] += 1
            self._line.close()
            return None
        self._done.seconds.setdefault(what, []).append(time.perf_counter() - began)
        if answer.status != expects:
            self._done.errors[f"{what}: {answer.status}"] += 1
            return None
        return answer.headers.get("Location", "")


def post_many(address: str, name: str, people: list[Person], n: int, start: Barrier) -> Done:
    """Post ``n`` comments, every third a reply; recommend every fourth of one's own process, take back every tenth."""
    done, chance = Done(), random.Random(name)
    browser = Browser(address, done)
    start.wait()
    began = time.perf_counter()
    for i in range(n):
        person = people[i // EACH_POSTS]
        there = [number for number in done.posted if number not in done.deleted]
        parent = chance.choice(there) if there and i % 3 == 0 else None
        words = f"Comment {i} of {name}, like no other."
        comment = post(browser, person, words, parent)
        if comment is None:
            continue
        done.posted[comment] = f"<p>{words}</p>"
        if i % 4 == 1:
            liked, other = chance.choice([*there, comment]), people[(i // EACH_POSTS + 1) % len(people)]
            if _is_others(liked, other, done, people):
                browser.ask("recommend", f"/comments/{liked}/recommend", 303, other, {})
                done.recommended[liked] += 1
        if i % 10 == 9 and browser.ask("delete", f"/comments/{comment}/delete", 303, person, {}) is not None:
            done.deleted.add(comment)
    done.lasted = time.perf_counter() - began
    return done


def post(browser: Browser, person: Person, words: str, parent: int | None = None) -> int | None:
    """Post one comment, and give its number."""
    form = {"body": words} | ({"parent_id": str(parent)} if parent else {})
    leads_to = browser.ask("post", f"/articles/{SLUG}/comments", 303, person, form)
    number = (leads_to or "").rpartition("/")[2]
    return int(number) if number.isdigit() else None


def post_until(address: str, name: str, people: list[Person], start: Barrier, end: Event) -> Done:
    """Post one comment after the other until the end; each person as many as are no burst."""
    done = Done()
    browser = Browser(address, done)
    start.wait()
    began = time.perf_counter()
    for i in range(len(people) * EACH_POSTS):
        if end.is_set():
            break
        words = f"Comment {i} of {name}, like no other."
        if (comment := post(browser, people[i // EACH_POSTS], words)) is not None:
            done.posted[comment] = f"<p>{words}</p>"
    else:
        done.errors["post: nobody is left to post"] += 1
    done.lasted = time.perf_counter() - began
    return done


def read_until(address: str, readers: int, start: Barrier, end: Event) -> Done:
    """Read the story and its discussion, ``readers`` at once, each as often as it gets an answer."""

    def read(browser: Browser) -> None:
        while not end.is_set():
            browser.ask("read", f"/articles/{SLUG}", 200)
            browser.ask("read", f"/articles/{SLUG}/comments/count", 200)

    return _at_once(address, [read] * readers, start)


def sign_in_until(address: str, people: list[Person], at_once: int, start: Barrier, end: Event) -> Done:
    """Sign in, ``at_once`` people at once, everybody with the right password."""
    waiting = list(reversed(people))

    def sign_in(browser: Browser) -> None:
        while not end.is_set() and waiting:
            person = waiting.pop()
            stranger = Person(person.username, "", "", person.network)
            form = {"identifier": person.username, "password": PASSWORD}
            browser.ask("sign in", "/account/sign-in", 303, stranger, form)

    return _at_once(address, [sign_in] * at_once, start)


def hash_until(at_once: int, start: Barrier, end: Event) -> Done:
    """Hash passwords as the site would, beside it: what the machine's cores cost, and nothing of what signing in does."""
    hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    done = Done()

    def hash_one_by_one() -> None:
        while not end.is_set():
            began = time.perf_counter()
            hasher.hash(PASSWORD)
            done.seconds.setdefault("hash", []).append(time.perf_counter() - began)

    threads = [threading.Thread(target=hash_one_by_one) for _ in range(at_once)]
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.lasted = time.perf_counter() - began
    return done


def _at_once(address: str, acts: list[Callable[[Browser], None]], start: Barrier) -> Done:
    """Let each act be done on a connection of its own, all at once."""
    done = Done()
    threads = [threading.Thread(target=act, args=(Browser(address, done),)) for act in acts]
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.lasted = time.perf_counter() - began
    return done


def _is_others(comment: int, person: Person, done: Done, people: list[Person]) -> bool:
    """Tell whether somebody else wrote the comment: nobody recommends their own."""
    place = [*done.posted].index(comment)
    return people[place // EACH_POSTS] is not person
