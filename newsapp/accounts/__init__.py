"""Who signs in: readers, commenters and the newsroom."""

from newsapp.accounts import holdings, letters, passwords, secondfactor, standing
from newsapp.accounts.access import leave, let_in, only, reader, readers_only, readers_only_to
from newsapp.accounts.models import (
    REMEMBERED,
    USERNAME,
    Account,
    Registration,
    Role,
    SignIn,
    Taken,
    begin,
    confirm,
    create,
    end_all,
    is_taken,
    register,
    tidy,
)

__all__ = [
    "REMEMBERED",
    "USERNAME",
    "Account",
    "Registration",
    "Role",
    "SignIn",
    "Taken",
    "begin",
    "confirm",
    "create",
    "end_all",
    "holdings",
    "is_taken",
    "leave",
    "let_in",
    "letters",
    "only",
    "passwords",
    "reader",
    "readers_only",
    "readers_only_to",
    "register",
    "secondfactor",
    "standing",
    "tidy",
]
