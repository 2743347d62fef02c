"""What a reader keeps for later and whom a reader follows. Without an account, what is kept is in the browser, and the site knows nothing of it."""

from newsapp.follows import letters
from newsapp.follows.models import (
    MOST,
    MOST_FOLLOWED,
    Follow,
    NotThere,
    SavedStory,
    TooMany,
    follow,
    followed,
    is_followed,
    lead_on,
    merge,
    save,
    saved_here,
)

__all__ = [
    "MOST",
    "MOST_FOLLOWED",
    "Follow",
    "NotThere",
    "SavedStory",
    "TooMany",
    "follow",
    "followed",
    "is_followed",
    "lead_on",
    "letters",
    "merge",
    "save",
    "saved_here",
]
