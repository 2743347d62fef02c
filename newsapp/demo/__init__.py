"""The demo newsroom: its stories, people and pictures."""

from newsapp.demo.fill import fill, is_empty
from newsapp.demo.large import enlarge
from newsapp.demo.people import add_people

__all__ = ["add_people", "enlarge", "fill", "is_empty"]
