"""Bylines: who wrote, what they do and where to reach them."""

from newsapp.authors.models import Author, create

__all__ = ["Author", "create"]
