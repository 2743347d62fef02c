"""What the publisher sets: the paper's name, its words about itself, its zone and its links. Where pages have gone."""

from newsapp.site.addressees import ADDRESSEES, CORRECTIONS, TIPS, addressees
from newsapp.site.models import Site, current
from newsapp.site.policy import CommentPolicy, comment_policy
from newsapp.site.redirects import (
    FEEDS,
    AddressTaken,
    NoRedirect,
    Redirect,
    answers,
    moved_to,
    must_be_free,
    page_came,
    page_moved,
    redirect,
)

__all__ = [
    "ADDRESSEES",
    "CORRECTIONS",
    "FEEDS",
    "TIPS",
    "AddressTaken",
    "CommentPolicy",
    "NoRedirect",
    "Redirect",
    "Site",
    "addressees",
    "answers",
    "comment_policy",
    "current",
    "moved_to",
    "must_be_free",
    "page_came",
    "page_moved",
    "redirect",
]
