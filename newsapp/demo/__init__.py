"""The demo newsroom: its stories, people and pictures."""

from newsapp.demo.fill import fill, is_empty
from newsapp.demo.large import enlarge

__all__ = ["enlarge", "fill", "is_empty"]
