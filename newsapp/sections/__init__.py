"""The tree of sections and the menus drawn from it."""

from newsapp.sections.models import MenuColumn, MenuItem, NoSuchPlace, Section, create, section_moved
from newsapp.sections.tree import Branch, Tree, tree

__all__ = ["Branch", "MenuColumn", "MenuItem", "NoSuchPlace", "Section", "Tree", "create", "section_moved", "tree"]
