"""Two months of the team's runs for the usage pages: a person's habits, quiet weekends, now and then no price."""

import datetime as dt
import random
import uuid
from collections.abc import Sequence
from decimal import Decimal

from playground.accounts.models import Team, User
from playground.catalog.models import Offer
from playground.ledger.models import Entry
from playground.pricing.cost import TokenCounts
from playground.prompts.models import TemplateVersion
from tests.entries import CNY, USD, write_entry

DAYS = 62
# What is asked: model, provider, key, and how often.
HABITS = (
    ("GLM-4.5-Air", "bigmodel", "Team default", 9),
    ("GLM-4.7-FlashX", "bigmodel", "Nightly batch", 6),
    ("GLM-Z1-Air", "bigmodel", "Team default", 5),
    ("GLM-Z1-FlashX", "bigmodel", "Nightly batch", 4),
    ("GLM-4-FlashX", "bigmodel", "Team default", 3),
    ("GLM-4.6", "zai", "International", 3),
    ("GLM-4.5V", "zai", "International", 1),
)


Offers = dict[tuple[str, str], uuid.UUID]


def write_usage(people: list[User], team: Team, now: dt.datetime, versions: Sequence[TemplateVersion]) -> Entry:
    """Entries of all people, some made with a template; returns one whose receipt is worth a look."""
    chance, taste = random.Random(11), random.Random(12)
    offers = {(title, slug): pk for title, slug, pk in Offer.objects.values_list("title", "provider__slug", "pk")}
    for ago in range(DAYS, -1, -1):
        day = now - dt.timedelta(days=ago)
        for _ in range(chance.randint(2, 4) if day.weekday() > 4 else chance.randint(9, 15)):
            at = day - dt.timedelta(seconds=chance.randint(0, 9 * 3600))
            version = taste.choice(versions) if taste.random() < 0.4 else None
            entry = _run(chance, chance.choices(people, (3, 1))[0], team, at, version, offers)
    return entry


def _run(
    chance: random.Random,
    user: User,
    team: Team,
    at: dt.datetime,
    version: TemplateVersion | None,
    offers: Offers,
) -> Entry:
    model, provider, key, _often = chance.choices(HABITS, [often for *_, often in HABITS])[0]
    failed = chance.random() < 0.02
    prompt = int(chance.lognormvariate(9.6, 0.7))
    completion = 0 if failed else int(chance.lognormvariate(6.6, 0.6))
    return write_entry(
        user,
        team,
        at=at,
        price=None if chance.random() < 0.01 else USD if provider == "zai" else CNY,
        generation=uuid.UUID(int=chance.getrandbits(128)),
        provider=provider,
        model=model,
        offer_id=offers.get((model, provider), uuid.UUID(int=1)),
        key_label=key,
        template=version.template_id if version else None,
        template_version=version.pk if version else None,
        state="failed" if failed else "finished",
        error_code="overloaded" if failed else "",
        counts=TokenCounts(prompt, prompt * chance.choice((0, 0, 4, 8)) // 10, completion, completion // 3),
        ttft_ms=None if failed else int(chance.lognormvariate(6, 0.4)),
        duration_ms=int(chance.lognormvariate(8.6, 0.4)),
        tokens_per_second=None if failed else round(Decimal(chance.lognormvariate(4.3, 0.25)), 2),
        provider_request_id=f"2026{chance.getrandbits(56):014x}",
    )
