"""The tree of sections and the menus drawn from it."""

from newsapp.sections.models import MenuColumn, MenuItem, Section, create
from newsapp.sections.tree import Branch, Tree, tree

__all__ = ["Branch", "MenuColumn", "MenuItem", "Section", "Tree", "create", "tree"]
