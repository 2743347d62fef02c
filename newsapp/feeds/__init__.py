"""What machines read: RSS, Atom and JSON feeds, sitemaps, what crawlers may do, the site's icons."""

from newsapp.feeds.entries import Entry, Feed
from newsapp.feeds.hub import Told
from newsapp.feeds.hub import tell as tell_hub

__all__ = ["Entry", "Feed", "Told", "tell_hub"]
