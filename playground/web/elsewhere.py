"""What the tokens of an answer, or of a whole conversation, would cost with every other model. Values for templates."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils import timezone

from playground.catalog.models import Offer
from playground.ledger.models import Entry
from playground.ledger.unpriced import UNPRICED
from playground.pricing.cost import TokenCounts
from playground.pricing.money import Money, Rate, convert
from playground.pricing.what_if import WhatIf, what_if
from playground.web.money import CostView, Rates
from playground.web.offers import Desk, shop_words

COUNTS = ("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens")


@dataclass(frozen=True, slots=True)
class Row:
    """One offer. `times`: how many times what the runs cost ("0.42"), "" where that is unknown or nothing.

    `refused`: why it cannot be tried now, "" when it can.
    """

    offer_id: uuid.UUID
    title: str
    provider: str
    cost: CostView
    times: str
    is_free: bool
    upper_bound: bool
    refused: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The table, the cheapest first. `unknown`: offers whose price nobody states for such requests."""

    rows: Sequence[Row]
    runs: int
    prompt: int
    cached: int
    completion: int
    unknown: int
    practice: bool


def elsewhere(desk: Desk, entries: QuerySet[Entry]) -> Elsewhere | None:
    """The table for some entries at the prices of today; None when nothing was used.

    Runs with a provider are compared with providers; runs in the sandbox with the sandbox, which asks their prices, and
    with those who sell the same models.
    """
    runs = _runs(entries)
    if not any(counts.prompt or counts.completion for counts in runs):
        return None
    practice = not entries.filter(practice=False).exists()
    offers = _compared(desk, practice=practice)
    sums = [(offer, what_if(runs, desk.prices[offer.pk])) for offer in offers if offer.pk in desk.prices]
    known = [(offer, found, _yuan(found.money, desk.rate)) for offer, found in sums if found is not None]
    known.sort(key=lambda one: (one[2], one[0].title, one[0].provider.name))
    return Elsewhere(
        rows=_rows(desk, known, own=set(entries.values_list("offer", flat=True)), spent=_spent(entries, desk.rate)),
        runs=len(runs),
        prompt=sum(counts.prompt for counts in runs),
        cached=sum(counts.cached for counts in runs),
        completion=sum(counts.completion for counts in runs),
        unknown=len(offers) - len(known),
        practice=practice,
    )


def _compared(desk: Desk, *, practice: bool) -> Sequence[Offer]:
    """Practice is compared with all practice, and with who sells what it imitates."""
    imitated = {offer.language_model_id for offer in desk.offers if offer.provider.practice}
    return [
        offer
        for offer in desk.offers
        if offer.provider.practice == practice or (practice and offer.language_model_id in imitated - {None})
    ]


def _rows(
    desk: Desk, known: Sequence[tuple[Offer, WhatIf, Decimal]], *, own: Collection[uuid.UUID], spent: Decimal
) -> list[Row]:
    rates = Rates(desk.user.currency)
    return [
        Row(
            offer_id=offer.pk,
            title=offer.title,
            provider=" · ".join(filter(None, [offer.provider.name, shop_words(offer)])),
            cost=rates.view(found.money.amount, found.money.currency, "exact", timezone.now().date()),
            times=f"{amount / spent:.2f}" if spent else "",
            is_free=not amount,
            upper_bound=found.upper_bound,
            refused=desk.refused(offer),
            is_own=offer.pk in own,
        )
        for offer, found, amount in known
    ]


def _runs(entries: QuerySet[Entry]) -> list[TokenCounts]:
    """What each run used, with what was corrected since."""
    sums = entries.order_by().values_list("generation", "attempt").annotate(*[Sum(name) for name in COUNTS])
    return [TokenCounts(*(max(0, count) for count in run[2:])) for run in sums]


def _spent(entries: QuerySet[Entry], rate: Rate) -> Decimal:
    """What they cost, in yuan for the comparison; 0 when one of them has no price, for then nobody knows."""
    if entries.filter(UNPRICED).exists():
        return Decimal(0)
    sums = entries.order_by().exclude(cost_total=None).values_list("currency").annotate(Sum("cost_total"))
    return sum((_yuan(Money(total, currency), rate) for currency, total in sums), Decimal(0))


def _yuan(money: Money, rate: Rate) -> Decimal:
    return money.amount if money.currency == "CNY" else convert(money, rate).amount
