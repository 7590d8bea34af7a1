"""How busy each key is: what runs with it here now, against what its tier allows. For the keys page.

A limit holds for one model at a time, so the busiest model is what counts: the one nearest to its limit.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from playground.catalog.models import Offer
from playground.conversations.models import Generation
from playground.vault.models import ApiKey

NEAR = 90  # per cent of a limit from which on the bar is amber


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be asked with a key: how many runs are under way, and how many its tier may have."""

    title: str
    running: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Load:
    """The busiest model of a key; without any run the one with the least room. `title` "": no model, no limit known."""

    running: int
    limit: int | None
    title: str

    @property
    def percent(self) -> int:
        """How full it is, in whole per cent; 0 where no limit is known."""
        return round(100 * self.running / self.limit) if self.limit else 0

    @property
    def is_near(self) -> bool:
        """Whether the next runs may be refused."""
        return self.limit is not None and self.percent >= NEAR


def busiest(models: Iterable[Model]) -> Load:
    """Pick what is shown of a key. Pure."""
    known = list(models)
    running = [model for model in known if model.running]
    limited = [model for model in running or known if model.limit]
    if limited:
        # Nearest to its limit first; of idle ones that with the least room; then by name, so that nothing flickers.
        chosen = min(limited, key=lambda m: (-m.running / (m.limit or 1), m.limit or 0, m.title))
    elif running:
        chosen = min(running, key=lambda model: (-model.running, model.title))
    else:
        return Load(0, None, "")
    return Load(chosen.running, chosen.limit, chosen.title)


def loads(rows: Sequence[ApiKey]) -> dict[uuid.UUID, Load]:
    """The load of each key, in two queries."""
    running = _running([row.pk for row in rows])
    offers = _offers({row.provider_id for row in rows}, {offer for _key, offer in running})
    return {row.pk: busiest(_models(row, offers, running)) for row in rows}


def _models(row: ApiKey, offers: Iterable[Offer], running: Mapping[tuple[uuid.UUID, uuid.UUID], int]) -> list[Model]:
    return [
        Model(offer.title, running.get((row.pk, offer.pk), 0), offer.concurrency.get(row.tier))
        for offer in offers
        if offer.provider_id == row.provider_id
    ]


def _running(keys: Collection[uuid.UUID]) -> dict[tuple[uuid.UUID, uuid.UUID], int]:
    live = Generation.objects.filter(state__in=Generation.LIVE, api_key__in=keys)
    counted = live.values("api_key_id", "offer_id").annotate(count=Count("pk")).order_by()
    return {(row["api_key_id"], row["offer_id"]): row["count"] for row in counted}


def _offers(providers: Collection[int], used: Collection[uuid.UUID]) -> list[Offer]:
    """What is sold with a stated limit, and whatever runs."""
    fields = Offer.objects.only("provider_id", "title", "concurrency")
    limited = fields.filter(provider__in=providers, enabled=True).exclude(concurrency={})
    return list({offer.pk: offer for offer in (*limited, *fields.filter(pk__in=used))}.values())
