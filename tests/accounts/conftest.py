import pytest

from newsapp.accounts import Account
from tests.accounts import people


@pytest.fixture
def tamsin(site) -> Account:
    """A reader with a password."""
    return people.account()


@pytest.fixture
def mailbox(app) -> people.Mailbox:
    return people.Mailbox()
