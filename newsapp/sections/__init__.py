"""The tree of sections and the menus drawn from it."""

from newsapp.sections.models import MenuColumn, MenuItem, NoSuchPlace, Section, add_column, create, section_moved
from newsapp.sections.tree import Branch, Tree, tree

__all__ = [
    "Branch",
    "MenuColumn",
    "MenuItem",
    "NoSuchPlace",
    "Section",
    "Tree",
    "add_column",
    "create",
    "section_moved",
    "tree",
]
