"""What a file says about prices, against what holds here: lines that an owner accepts one by one. Called by its pages.

A file is a catalog file (TOML, docs/catalog.md) or a public list (price_lists.py). Nothing is written here, and nothing
is fetched: set_price writes what is accepted.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, TypedDict

from django.utils import timezone

from playground.catalog.choices import EVERYONE
from playground.catalog.load import data_files
from playground.catalog.models import Offer, Provider
from playground.catalog.price_lists import Kind, Listed, read_price_list
from playground.catalog.prices import PriceBook
from playground.catalog.read import read
from playground.catalog.table import Table, parse_toml
from playground.pricing.price import Price, Tier

LARGEST: Final = 8_000_000  # bytes of a file; the public lists have two to three million
KINDS: Final[tuple[Kind, ...]] = ("litellm", "models_dev")

Verdict = Literal["differs", "new", "agrees", "unusable"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A price that a file states for an offer. `start` None: the file does not say when it began.

    `held` is what it would replace: what holds here on the day on which it begins to matter (today, or later where it
    begins later). `coming` is what begins here after that, whatever is taken over.
    """

    offer: Offer
    held: Price | None
    coming: Price | None
    currency: str
    tiers: tuple[Tier, ...]
    source: str
    source_url: str
    source_date: dt.date
    start: dt.date | None = None
    end: dt.date | None = None
    note: str = ""
    problem: str = ""

    @property
    def verdict(self) -> Verdict:
        """How it stands to what holds, or will by then."""
        if self.problem:
            return "unusable"
        if self.held is None:
            return "new"
        is_same = self.currency == self.held.currency and _say_the_same(self.tiers, self.held.tiers)
        return "agrees" if is_same else "differs"


@dataclass(frozen=True, slots=True)
class StatedRate:
    """An exchange rate that a catalog file states."""

    day: dt.date
    cny_per_usd: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a file says. `strangers`: its lines for models that are not offered here."""

    title: str
    proposals: tuple[Proposal, ...]
    rates: tuple[StatedRate, ...] = ()
    strangers: int = 0


def read_file(content: bytes, name: str, *, day: dt.date) -> Found:
    """What a file of prices says; `day`: when a public list was fetched, which does not say so itself.

    Raises CatalogFileError, PriceListRefused.
    """
    return _catalog_file(content, name) if name.lower().endswith(".toml") else _public_list(content, day)


def _catalog_file(content: bytes, name: str) -> Found:
    data = parse_toml(content, name)
    rates = tuple(_rates(Table({"exchange_rates": data.pop("exchange_rates", [])}, name)))
    priced = set(_priced(data))
    entries = read(data_files(), upon=[Table(data, name)])
    offers = {(one.provider.slug, one.wire_name): one for one in _offers()}
    here = _Here(offers.values())
    proposals = tuple(
        Proposal(
            offer=offers[key],
            **here.beside(offers[key], price.start, price.end),
            currency=price.currency,
            tiers=price.tiers,
            source=price.source,
            source_url=price.source_url,
            source_date=price.source_date,
            start=price.start,
            end=price.end,
            note=price.note,
        )
        for key, entry in entries.offers.items()
        if key in offers and (entry.language_model, key[0]) in priced
        for price in entry.prices
        if price.use
    )
    known = {(one.offer.provider.slug, one.offer.wire_name) for one in proposals}
    return Found(name, proposals, rates, strangers=len({key for key in priced if (key[1], key[0]) not in known}))


def _priced(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Language model and provider of every price that the file itself states; what is damaged is found by reading."""
    for model in data.get("models", ()) if isinstance(data.get("models", ()), list) else ():
        for price in model.get("prices", ()) if isinstance(model, dict) else ():
            if isinstance(price, dict):
                yield str(model.get("slug")), str(price.get("provider"))


def _rates(table: Table) -> Iterator[StatedRate]:
    for rate in table.tables("exchange_rates", "day"):
        stated = StatedRate(rate.day("day"), rate.amount("cny_per_usd"), rate.text("source"))
        rate.finish()
        yield stated


def _public_list(content: bytes, day: dt.date) -> Found:
    names = {
        kind: {str(one.facts[kind]): one.slug for one in Provider.objects.filter(scope=EVERYONE) if kind in one.facts}
        for kind in KINDS
    }
    found = read_price_list(content, names)
    offers = {(one.provider.slug, one.full_wire_name): one for one in _offers()}
    here = _Here(offers.values())
    proposals = []
    for line in found.lines:
        offer = offers.get((names[found.kind][line.seller], line.model))
        if offer is not None:
            proposals.append(_proposal(line, offer, here, found.title, day))
    return Found(found.title, tuple(proposals), strangers=len(found.lines) - len(proposals))


def _proposal(line: Listed, offer: Offer, here: "_Here", title: str, day: dt.date) -> Proposal:
    return Proposal(
        offer=offer,
        **here.beside(offer),
        currency="USD",
        tiers=line.tiers,
        source=title,
        source_url=line.url,
        source_date=day,
        problem=line.problem,
    )


class _Here:
    """What holds here, today and on days to come."""

    def __init__(self, offers: Iterable[Offer]) -> None:
        self._book = PriceBook([offer.pk for offer in offers])
        self._today = timezone.now().date()

    def beside(self, offer: Offer, start: dt.date | None = None, end: dt.date | None = None) -> "_Beside":
        """What a price of these days has to be compared with; one that is over, with what held on its last day."""
        day = max(start or self._today, self._today)
        if end is not None and end <= day:
            day = end - dt.timedelta(days=1)
        return {"held": self._book.at(offer.pk, day), "coming": self._book.coming(offer.pk, day)}


class _Beside(TypedDict):
    held: Price | None
    coming: Price | None


def _offers() -> Sequence[Offer]:
    """What is sold to everyone; the sandbox repeats prices and has none of its own."""
    return list(Offer.objects.filter(provider__scope=EVERYONE, provider__practice=False).select_related("provider"))


def _say_the_same(stated: Sequence[Tier], held: Sequence[Tier]) -> bool:
    """The same amounts for the same lengths; a list that is silent about cached tokens contradicts nothing."""
    return len(stated) == len(held) and all(
        (one.input, one.output, _lengths(one)) == (other.input, other.output, _lengths(other))
        and one.cached in (None, other.cached)
        for one, other in zip(stated, held, strict=True)
    )


def _lengths(tier: Tier) -> tuple[int, int | None, int, int | None]:
    return tier.prompt_min, tier.prompt_max, tier.completion_min, tier.completion_max
