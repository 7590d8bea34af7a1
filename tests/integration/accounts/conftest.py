"""Browsers of the accounts' tests."""

from collections.abc import Callable

import pytest
from django.test import Client

from playground.accounts.models import User


@pytest.fixture
def alices(browser_of: Callable[[User], Client], alice: User) -> Client:
    """Alice's browser."""
    return browser_of(alice)
