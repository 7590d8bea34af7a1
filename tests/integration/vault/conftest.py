"""A provider, a ring of the test's own, and keys to put into the vault."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from playground.accounts.models import Team, User
from playground.catalog.models import Provider
from playground.vault import keys
from playground.vault.models import ApiKey

CANARY = "9f2c41canary-canary-canary.4T7qCANARY"
BASE_URL = "https://open.bigmodel.cn/api/paas/v4"


@pytest.fixture(autouse=True)
def ring_file(settings: Settings, tmp_path: Path) -> Path:
    """Where this test's master keys are."""
    settings.VAULT_KEYS = ""
    settings.VAULT_KEYS_PATH = tmp_path / "vault.keys"
    return tmp_path / "vault.keys"


@pytest.fixture
def provider(db: None) -> Provider:
    """A provider of the catalog, which needs a key."""
    return Provider.objects.create(
        slug="bigmodel", name="BigModel", base_url=BASE_URL, currency="CNY", family="glm", thinking_switch="glm"
    )


@pytest.fixture
def add_key(alice: User, team: Team, provider: Provider) -> Callable[..., ApiKey]:
    """Adds a team key of Alice's; name what should differ."""
    usual: dict[str, Any] = {
        "team": team,
        "user": None,
        "provider": provider,
        "label": "Team default",
        "key": CANARY,
        "created_by": alice,
    }

    def add(**changes: Any) -> ApiKey:
        return keys.add(**{**usual, **changes})

    return add
