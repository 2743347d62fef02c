"""What machines read: RSS, Atom and JSON feeds, sitemaps, what crawlers may do, the site's icons."""

from newsapp.feeds.entries import Entry, Feed

__all__ = ["Entry", "Feed"]
