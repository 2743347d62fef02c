"""About, Terms, Privacy, Contact and the like: pages that the newsroom writes once and keeps true."""

from newsapp.pages.models import Page, slugs, write

__all__ = ["Page", "slugs", "write"]
