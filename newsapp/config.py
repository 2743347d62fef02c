"""Every setting: its name in the environment, its default, its check.

A setting is an environment variable, ``NEWSAPP_`` and its name, or the name alone in
``newsapp.toml`` in the instance folder; the environment wins.
"""

import re
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class WrongSetting(Exception):
    """A setting has a value that the site cannot run with; the message is one line for the operator."""


@dataclass(frozen=True)
class Setting:
    """One setting. ``check`` takes the text as set and gives the value; it raises ``ValueError`` with the reason."""

    name: str
    default: str
    check: Callable[[str], Any]
    says: str


def load(instance: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """Read all settings for the site whose instance folder is ``instance``.

    Raises:
        WrongSetting: a value cannot be used, or ``newsapp.toml`` has a name that is no setting.
    """
    in_file = _read_file(instance / "newsapp.toml")
    unknown = sorted(set(in_file) - {setting.name for setting in SETTINGS})
    if unknown:
        raise WrongSetting(f"{instance / 'newsapp.toml'}: {unknown[0]} is not a setting. See docs/operating.md")

    values: dict[str, Any] = {}
    for setting in SETTINGS:
        name = f"NEWSAPP_{setting.name}"
        text = environ.get(name) or str(in_file.get(setting.name, "")) or setting.default
        try:
            values[setting.name] = setting.check(text.replace("{instance}", str(instance)))
        except ValueError as why:
            raise WrongSetting(f"{name}: {why}") from None
    values["SECRET_KEY"] = values["SECRET_KEY"] or _kept_secret(instance / "secret_key")
    return values


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise WrongSetting(f"{path}: {why}") from None


def _kept_secret(path: Path) -> str:
    """Give the instance's own secret, made at the first start and readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _database(text: str) -> str:
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("is not a database's address, like sqlite:////srv/news/news.db or postgresql://…") from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError(f"names {url.get_backend_name()}; the site runs on SQLite and PostgreSQL")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise ValueError("must name a file: the site's processes share it")
    return text


def _secret(text: str) -> str:
    if text and len(text) < 32:
        raise ValueError("must have at least 32 characters; leave it out and the site makes one")
    return text


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("must be the site's public address, like https://news.example.org")
    if parts.path.strip("/"):
        raise ValueError("must have no path: the site lives at the root of its host")
    return f"{parts.scheme}://{parts.netloc}"


def _hub(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.netloc or not text.isprintable() or " " in text):
        raise ValueError("must be the address of a WebSub hub, like https://hub.example.org/")
    return text


def _mail_server(text: str) -> str:
    # The reason never repeats the value: it may hold a password.
    parts = urlsplit(text)
    if text and (parts.scheme not in ("smtp", "smtps", "smtp+starttls") or not parts.hostname):
        raise ValueError("must be a mail server's address, like smtps://user:password@mail.example.org")
    if text:
        try:
            _ = parts.port
        except ValueError:
            raise ValueError("has a port that is no number up to 65535") from None
    return text


def _mailbox(text: str) -> str:
    # As above: the reason never repeats the value.
    parts = urlsplit(text)
    if text and parts.scheme == "maildir":
        if parts.netloc or not parts.path.startswith("/"):
            raise ValueError("must name a folder in full, like maildir:///var/mail/bounces")
    elif text and (parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username):
        raise ValueError("must be maildir:///folder or imaps://user:password@mail.example.org/INBOX")
    if text:
        try:
            _ = parts.port
        except ValueError:
            raise ValueError("has a port that is no number up to 65535") from None
    return text


def _mail_address(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", text):
        raise ValueError("must be a bare address, like news@example.org")
    return text


def _folder(text: str) -> Path:
    if "://" in text:
        raise ValueError("must be a folder; a bucket is not supported yet")
    return Path(text)


def _number(least: int, most: int) -> Callable[[str], int]:
    def check(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not {text!r}")
        return int(text)

    return check


def _domains(text: str) -> frozenset[str]:
    found = frozenset(text.lower().replace(",", " ").split())
    for domain in found:
        if not re.fullmatch(r"-?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,63}", domain):
            raise ValueError(f"must be domains like throwaway.example -mine.example, and {domain!r} is none")
    return found


def _yes_or_no(text: str) -> bool:
    try:
        return {"yes": True, "no": False}[text]
    except KeyError:
        raise ValueError(f"must be yes or no, not {text!r}") from None


SETTINGS = (
    Setting("DATABASE_URL", "sqlite:///{instance}/news.db", _database, "the database"),
    Setting("SECRET_KEY", "", _secret, "signs sessions and links; made and kept in the instance folder when not set"),
    Setting("BASE_URL", "http://127.0.0.1:8000", _web_address, "the site's public address"),
    Setting("MEDIA_URL", "{instance}/media", _folder, "where pictures are kept"),
    Setting(
        "MAIL_URL", "", _mail_server, "the mail server; without one, mail is written to files in the instance folder"
    ),
    Setting("MAIL_FROM", "", _mail_address, "the address that mail comes from"),
    Setting("CORRECTIONS_TO", "", _mail_address, "the newsroom's address for reported errors"),
    Setting("NEWSLETTER_PER_MINUTE", "600", _number(0, 100_000), "letters of a newsletter in a minute; 0 is no limit"),
    Setting("BOUNCES_TO", "", _mail_address, "the mailbox that takes what comes back; it must take box+anything@ too"),
    Setting("BOUNCES_FROM", "", _mailbox, "where returned letters are read: maildir:///folder or imaps://…"),
    Setting("SECOND_FACTOR", "no", _yes_or_no, "require a second factor of everybody in the newsroom"),
    Setting("JOBS", "yes", _yes_or_no, "send mail and do recurring jobs in the serving processes"),
    Setting("PROXIES", "0", _number(0, 9), "proxies of the newsroom's own in front of the site"),
    Setting(
        "COMMENTS_GUESTS", "yes", _yes_or_no, "let people comment without an account; a moderator reads each first"
    ),
    Setting(
        "COMMENTS_FIRST_HELD", "1", _number(0, 100), "how many of an account's first comments wait for a moderator"
    ),
    Setting("COMMENTS_CLOSE_DAYS", "0", _number(0, 3650), "days after which a discussion closes by itself; 0 is never"),
    Setting(
        "DISPOSABLE_MAIL",
        "",
        _domains,
        "domains of throw-away mail beside the known ones; with a minus, not taken for one",
    ),
    Setting("PAGE_CACHE", "yes", _yes_or_no, "keep finished pages in memory"),
    Setting("PAGE_CACHE_MB", "32", _number(1, 4096), "memory for finished pages, in megabytes, in each process"),
    Setting("ROBOTS_AI", "no", _yes_or_no, "let the crawlers of language models read the site"),
    Setting("WEBSUB_HUB", "", _hub, "the hub that tells subscribers of the feeds, where there is one"),
    Setting("OFFLINE_READING", "yes", _yes_or_no, "let browsers keep the stories that were opened last"),
    Setting("WORKERS", "1", _number(1, 64), "serving processes"),
    Setting("THREADS", "3", _number(1, 32), "threads in each serving process"),
)
