"""What the publisher sets: the paper's name, its words about itself, its zone and its links. Where pages have gone."""

from newsapp.site.models import Site, current
from newsapp.site.policy import CommentPolicy, comment_policy
from newsapp.site.redirects import NoRedirect, Redirect, moved_to, redirect

__all__ = ["CommentPolicy", "NoRedirect", "Redirect", "Site", "comment_policy", "current", "moved_to", "redirect"]
