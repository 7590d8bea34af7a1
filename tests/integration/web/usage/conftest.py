"""A team that used models for some days, in both currencies, with failures, practice and a run without a price."""

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from playground.accounts.models import Team, User
from playground.ledger.models import Entry
from playground.ledger.record import Facts, _columns
from playground.pricing.cost import TokenCounts, cost
from playground.pricing.price import Price, Tier

CNY = Price(
    id="cny-price",
    currency="CNY",
    tiers=(Tier(input=Decimal("0.8"), output=Decimal(2), cached=Decimal("0.16")),),
    source="docs.bigmodel.cn",
    source_date=dt.date(2026, 11, 21),
    valid_from=dt.date(2026, 11, 1),
)
USD = Price(
    id="usd-price",
    currency="USD",
    tiers=(Tier(input=Decimal("0.6"), output=Decimal("2.2")),),
    source="docs.z.ai",
    source_date=dt.date(2026, 11, 20),
)
MakeEntry = Callable[..., Entry]


@pytest.fixture
def make_entry(alice: User, team: Team) -> MakeEntry:
    """One entry of Alice's in her team, an hour ago; name what should differ."""

    def make(*, at: dt.datetime | None = None, price: Price | None = CNY, **changes: Any) -> Entry:
        counts = changes.pop("counts", TokenCounts(prompt=1000, cached=400, completion=300, reasoning=120))
        usual: dict[str, Any] = {
            "generation": uuid.uuid4(),
            "team_id": team.pk,
            "user_id": alice.pk,
            "conversation": uuid.uuid4(),
            "message": uuid.uuid4(),
            "provider": "bigmodel" if price is CNY else "zai",
            "model": "GLM-4.5-Air",
            "offer_id": uuid.uuid4(),
            "key_label": "Team default",
            "practice": False,
            "state": "finished",
            "counts": counts,
            "tokens_basis": "reported",
            "price": price.to_json() if price else None,
            "cost": cost(counts, price, "reported"),
            "ttft_ms": 420,
            "duration_ms": 5300,
            "tokens_per_second": Decimal("88.25"),
            "provider_request_id": "20261121104312abcdef",
            "finish_reason": "stop",
        }
        facts = Facts(**{**usual, **changes})
        entry = Entry(**_columns(facts), created_at=at or timezone.now() - dt.timedelta(hours=1))
        entry.save()
        return entry

    return make
