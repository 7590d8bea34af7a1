"""Entries of the ledger for tests of its pages: runs of a person in a team, at any moment, at two kinds of prices."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

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


def write_entry(
    user: User, team: Team, *, at: dt.datetime | None = None, price: Price | None = CNY, **changes: Any
) -> Entry:
    """One entry of a person, an hour ago; name what should differ."""
    counts = changes.pop("counts", TokenCounts(prompt=1000, cached=400, completion=300, reasoning=120))
    usual: dict[str, Any] = {
        "generation": uuid.uuid4(),
        "team_id": team.pk,
        "user_id": user.pk,
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


def write_days(user: User, team: Team, days: int) -> None:
    """A history of some days: several models and keys, both currencies, failures, now and then no price."""
    models = ("GLM-4.5-Air", "GLM-4.7-FlashX", "GLM-Z1-Air", "GLM-4-FlashX", "GLM-4.6", "GLM-4.5V", "GLM-5")
    for number in range(days * 3):
        day, place = divmod(number, 3)
        model = models[(number * 5 + day) % len(models)]
        has_failed = number % 17 == 5
        write_entry(
            user,
            team,
            at=timezone.now() - dt.timedelta(days=day, hours=place * 5 + 1),
            price=None if number % 41 == 7 else USD if model in models[4:] else CNY,
            model=model,
            key_label=("Team default", "Night jobs")[number % 2],
            state="failed" if has_failed else "finished",
            error_code="overloaded" if has_failed else "",
            ttft_ms=None if has_failed else 300 + number * 37 % 900,
            counts=TokenCounts(
                20_000 + number * 7919 % 90_000, 8_000, 0 if has_failed else 900 + number * 31 % 2000, 300
            ),
        )
