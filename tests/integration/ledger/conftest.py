"""Facts to record."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from playground.accounts.models import Team, User
from playground.ledger.record import Facts
from playground.pricing.cost import TokenCounts, cost
from playground.pricing.price import Price, Tier

PRICE = Price(
    id="0b6f0d2e-5b4e-4a4e-9a51-0c1f4d7a8e11",
    currency="CNY",
    tiers=(Tier(input=Decimal("0.8"), output=Decimal(2), cached=Decimal("0.16")),),
    source="a test",
    source_date=date(2026, 11, 21),
)
COUNTS = TokenCounts(prompt=1000, cached=400, completion=300, reasoning=120)


@pytest.fixture
def make_facts(alice: User, team: Team) -> Callable[..., Facts]:
    """What is known of a run of Alice's; name what should differ."""
    usual = Facts(
        generation=uuid.UUID(int=0),
        team_id=team.pk,
        user_id=alice.pk,
        conversation=uuid.uuid4(),
        message=uuid.uuid4(),
        provider="bigmodel",
        model="GLM-4.5-Air",
        offer_id=uuid.uuid4(),
        key_label="Team default",
        practice=False,
        state="finished",
        counts=COUNTS,
        tokens_basis="reported",
        price=PRICE.to_json(),
        cost=cost(COUNTS, PRICE, "reported"),
        ttft_ms=420,
        duration_ms=5300,
        tokens_per_second=Decimal("88.25"),
        provider_request_id="20261121104312abcdef",
        finish_reason="stop",
    )

    def make(**changes: Any) -> Facts:
        return replace(usual, **{"generation": uuid.uuid4(), **changes})

    return make
