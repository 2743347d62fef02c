"""Who signs in: readers, commenters and the newsroom."""

from newsapp.accounts.models import Account, Role

__all__ = ["Account", "Role"]
