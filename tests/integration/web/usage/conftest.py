"""Entries of Alice's in her team."""

from collections.abc import Callable
from functools import partial

import pytest

from playground.accounts.models import Team, User
from playground.ledger.models import Entry
from tests.entries import write_entry

MakeEntry = Callable[..., Entry]


@pytest.fixture
def make_entry(alice: User, team: Team) -> MakeEntry:
    """One entry, an hour ago; name what should differ."""
    return partial(write_entry, alice, team)
