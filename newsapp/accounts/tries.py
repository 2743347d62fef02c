"""How often somebody may try to sign in, to register, to have a letter sent.

No stranger can lock anybody out: tries are counted for an account from one network. What was tried on the account from
everywhere is counted too; when that is much, somebody guesses from many places, and each network has one try an hour.
"""

from __future__ import annotations

from datetime import timedelta

from newsapp.db import db
from newsapp.lib import throttles
from newsapp.lib.throttles import Limit, TooOften, network

FROM_HERE = Limit("sign-in, one account, one network", 5, timedelta(minutes=15))
FROM_HERE_GUESSED = Limit("sign-in, one guessed account, one network", 1, timedelta(hours=1))
NETWORK = Limit("sign-in, one network", 40, timedelta(minutes=15))
EVERYWHERE = Limit("sign-in, one account", 50, timedelta(hours=1))
CODES = Limit("second factor", 8, timedelta(minutes=15))  # only who has the password gets that far
PROOFS = Limit("password asked again", 8, timedelta(minutes=15))
DOWNLOADS = Limit("downloads of one's data", 5, timedelta(hours=1))
REGISTRATIONS = Limit("registrations, one network", 10, timedelta(hours=1))
ASKED = Limit("letters asked for, one network", 10, timedelta(minutes=15))
LETTERS = Limit("letters, one address", 3, timedelta(hours=1))


def to_sign_in(who: str) -> None:
    """Count a try to sign in as ``who``, and commit.

    Raises:
        TooOften: there were too many.
    """
    here = network()
    guessed = throttles.is_reached(EVERYWHERE, who)
    db.session.rollback()
    throttles.take(NETWORK, here)
    throttles.take(FROM_HERE_GUESSED if guessed else FROM_HERE, f"{here} {who}")
    may_still(EVERYWHERE, who)


def was_right(who: str) -> None:
    """Take back what was counted for somebody who had the right password. The caller commits."""
    here = network()
    throttles.give_back(NETWORK, here)
    throttles.give_back(EVERYWHERE, who)
    throttles.forget(FROM_HERE, f"{here} {who}")


def may_still(limit: Limit, who: str) -> bool:
    """Count one, commit, and tell whether it is within the limit; for what must not be told to who asked."""
    try:
        throttles.take(limit, who)
    except TooOften:
        return False
    return True
