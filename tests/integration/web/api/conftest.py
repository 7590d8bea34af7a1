"""Programs with access tokens."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.test import Client

from playground.accounts import tokens
from playground.accounts.models import Team, User
from playground.accounts.people import current_team
from playground.accounts.tokens import Scope

Ask = Callable[..., Any]


@pytest.fixture
def token_of() -> Callable[..., str]:
    """A token of somebody's in a team; for both scopes unless some are named."""

    def made(user: User, team: Team | None = None, *scopes: str) -> str:
        wanted = scopes or tuple(Scope)
        return tokens.issue(user=user, team=team or current_team(user), name="A program", scopes=wanted, days=30)[1]

    return made


@pytest.fixture
def ask(client: Client) -> Ask:
    """What a program with a token is answered."""

    def asked(token: str, address: str, values: Mapping[str, Any] | None = None) -> Any:
        return client.get(f"/api/v1/{address}", values or {}, headers={"authorization": f"Bearer {token}"})

    return asked
