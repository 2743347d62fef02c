"""Bylines: who wrote, what they do and where to reach them."""

from newsapp.authors.models import Author, PrintedAuthor, author_changed, create

__all__ = ["Author", "PrintedAuthor", "author_changed", "create"]
