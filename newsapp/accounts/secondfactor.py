"""The second factor: codes that a phone makes every 30 seconds, and recovery codes for when the phone is lost."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from io import BytesIO

import pyotp
import segno
from flask import current_app
from markupsafe import Markup
from sqlalchemy import delete, func, select, update

from newsapp.accounts.models import Account, RecoveryCode
from newsapp.db import db
from newsapp.lib import clock

STEP = 30  # seconds that one code counts; RFC 6238, section 4.1
DRIFT = 1  # steps that a phone's clock may be off
CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def new_secret() -> str:
    return pyotp.random_base32()


def address(account: Account, secret: str, issuer: str) -> str:
    """Give what the phone reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.username, issuer_name=issuer)


def picture(text: str) -> Markup:
    """Draw a QR code, dark on light in either theme, because phones want it so."""
    out = BytesIO()
    code = segno.make(text, error="m")
    code.save(out, kind="svg", xmldecl=False, svgns=False, scale=1, border=4, light="#fff", dark="#000", omitsize=True,
              svgclass="qr", lineclass=None, nl=False)  # fmt: skip
    return Markup(out.getvalue().decode())  # segno writes figures and its own words only


def matching_step(secret: str, code: str) -> int | None:
    """Give the time step whose code this is, if it is one of the present ones."""
    now = int(clock.timestamp()) // STEP
    typed = "".join(code.split())
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).at(step * STEP).encode(), typed.encode()):
            return step
    return None


def turn_on(account: Account, secret: str, step: int) -> list[str]:
    """Ask for codes from now on, and give the recovery codes, which are kept nowhere else. The caller commits."""
    account.totp_secret, account.totp_at, account.totp_step = secret, clock.now(), step
    return new_recovery_codes(account)


def turn_off(account: Account) -> None:
    """Let the password do again. The caller commits."""
    account.totp_secret = account.totp_at = None
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def new_recovery_codes(account: Account) -> list[str]:
    """Make the recovery codes anew; the old ones no longer count. The caller commits."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = ["-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(CODES)]
    db.session.add_all(RecoveryCode(account_id=account.id, code_hash=_hash(account, code)) for code in codes)
    return codes


def use_code(account: Account, code: str) -> bool:
    """Tell whether the code is right, and use it up: it does not count a second time. The caller commits."""
    step = matching_step(account.totp_secret or "", code) if account.totp_secret else None
    if step is None:
        return False
    used = db.session.execute(
        update(Account)
        .where(Account.id == account.id, Account.totp_step < step)
        .values(totp_step=step)
        .execution_options(raises_tags=True, synchronize_session=False)  # no page shows it
    )
    return bool(used.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE's result has one


def use_recovery_code(account: Account, code: str) -> bool:
    """Tell whether it is one of the account's recovery codes, and use it up. The caller commits."""
    used = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_hash == _hash(account, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    return bool(used.rowcount == 1)  # type: ignore[attr-defined]  # as above


def codes_left(account: Account) -> int:
    """Count the recovery codes that have not been used."""
    count = select(func.count()).where(RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(count) or 0


def _hash(account: Account, code: str) -> str:
    plain = "".join(c for c in code.lower() if c.isalnum())
    key = f"{current_app.config['SECRET_KEY']}\0{account.id}"
    return hmac.new(key.encode(), plain.encode(), hashlib.sha256).hexdigest()
