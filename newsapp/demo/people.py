"""Demo accounts, one of each role, to sign in with."""

from __future__ import annotations

import secrets
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from newsapp import accounts
from newsapp.accounts import Account, Role
from newsapp.db import db
from newsapp.demo.fill import Say

FILE = "accounts.txt"
NAMES = {
    Role.READER: "Wren Abara", Role.CONTRIBUTOR: "Corin Tallis", Role.AUTHOR: "Aurel Fenwick", Role.EDITOR: "Edda Lindqvist",
    Role.MODERATOR: "Moss Okonjo", Role.ADMIN: "Ada Brightwater",
}  # fmt: skip


def add_people(say: Say = print) -> None:
    """Add an account of each role with a random password, told once and kept in a file of its owner's, and commit."""
    passwords = {role: "-".join(secrets.token_hex(3) for _ in range(3)) for role in Role}
    db.session.rollback()
    hashes = {role: accounts.passwords.hashed(password) for role, password in passwords.items()}
    lines = []
    for role in Role:
        username = f"demo-{role}"
        if db.session.scalar(select(Account.id).where(Account.username == username)) is None:
            accounts.create(NAMES[role], username, f"{username}@example.org", hashes[role], role)
            lines.append(f"{username:<18} {passwords[role]}")
    db.session.commit()
    if lines:
        path = _keep(lines)
        say(f"Demo accounts for /account/sign-in, username and password; they are kept in {path}:")
        for line in lines:
            say(f"    {line}")


def _keep(lines: list[str]) -> Path:
    path = Path(current_app.config["INSTANCE"]) / FILE
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
