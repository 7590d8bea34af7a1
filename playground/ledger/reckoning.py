"""Runs and sums of entries by their rows, where no total says it: of some thousands, never of a million.

What the totals know is added up from those (history.within).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Sum, Value, When

from playground.ledger.models import Entry
from playground.pricing.money import CURRENCIES

MOST: Final = 20_000  # entries: 0.1 s on SQLite


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Runs, amounts by currency (one that nothing was billed in is left out), and the runs without a price."""

    runs: int
    amounts: dict[str, Decimal]
    unpriced: int


def reckoning_of(entries: "QuerySet[Entry]", most: int = MOST) -> Reckoning | None:
    """The reckoning of these entries; None where there are more than `most`. Corrections add, and are no runs."""
    is_priced_later = Exists(Entry.objects.filter(corrects=OuterRef("pk")))
    is_unpriced = Case(
        When(Q(cost_basis=Entry.CostBasis.UNPRICED) & ~is_priced_later, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    few = entries.order_by().annotate(is_unpriced=is_unpriced)[: most + 1]
    sums: dict[str, Any] = few.aggregate(
        rows=Count("pk"),
        runs=Count("pk", filter=Q(corrects=None)),
        unpriced=Sum("is_unpriced"),
        **{currency: Sum("cost_total", filter=Q(currency=currency)) for currency in CURRENCIES},
    )
    if sums["rows"] > most:
        return None
    amounts: dict[str, Decimal] = {currency: sums[currency] for currency in CURRENCIES if sums[currency] is not None}
    return Reckoning(sums["runs"], amounts, sums["unpriced"] or 0)
