"""What a batch has used so far, exact at every moment, without adding all of its entries up for everybody who looks.

A batch keeps the sums of its entries up to one of them; who asks adds those after it. They move on to where the totals
of the whole ledger are (ledger/standing.py): below that number no entry can appear any more, on PostgreSQL neither,
and entries never change. So it does not matter who moves them, or when: corrections, too, come after.
"""

import uuid
from collections.abc import Collection
from decimal import Decimal
from typing import Final, NamedTuple

from django.db.models import Count, Q, Sum

from playground.batches.models import Batch
from playground.ledger import standing
from playground.ledger.models import Entry


class Used(NamedTuple):
    """What the entries of one currency add up to; `cost` is None where none of them has a price.

    A run without a price is counted where it was written down, mostly under no currency, and a price that came later
    takes it off where that is billed: only over all currencies is `unpriced` the number of such runs.
    """

    cost: Decimal | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    runs: int = 0  # corrections are added, and are no runs
    unpriced: int = 0

    @property
    def priced(self) -> int:
        """How many runs the cost is of."""
        return self.runs - self.unpriced

    def with_more(self, other: "Used") -> "Used":
        """Both together."""
        costs = [cost for cost in (self.cost, other.cost) if cost is not None]
        tokens = self.prompt_tokens + other.prompt_tokens, self.completion_tokens + other.completion_tokens
        counts = self.runs + other.runs, self.unpriced + other.unpriced
        return Used(sum(costs, Decimal(0)) if costs else None, *tokens, *counts)


_WITHOUT: Final = Entry.CostBasis.UNPRICED
Bill = dict[str, Used]  # by currency; what has no price has none


def bill_of(batch: Batch) -> Bill:
    """What the batch has used so far, attempts that were made again included."""
    return _together(_kept(batch), _added_up(batch, Q(pk__gt=batch.billed_to)))


def spent(batch: Batch, currency: str) -> Decimal:
    """What the batch has cost so far in a currency."""
    return bill_of(batch).get(currency, Used()).cost or Decimal(0)


def bring_on(batches: Collection[uuid.UUID]) -> None:
    """Let these batches keep the sums of all entries that are settled for good."""
    if not batches or not (reached := standing.reached()):
        return
    for batch in Batch.objects.filter(pk__in=batches, billed_to__lt=reached):
        bill = _together(_kept(batch), _added_up(batch, Q(pk__gt=batch.billed_to, pk__lte=reached)))
        # Whoever was there first has added the same entries: sums and number move together or not at all.
        unmoved = Batch.objects.filter(pk=batch.pk, billed_to=batch.billed_to)
        unmoved.update(billed_to=reached, billed={currency: _packed(used) for currency, used in bill.items()})


def _added_up(batch: Batch, which: Q) -> Bill:
    entries = Entry.objects.filter(which, conversation=batch.conversation_id).order_by()
    sums = entries.values_list("currency").annotate(
        Sum("cost_total"),
        Sum("prompt_tokens"),
        Sum("completion_tokens"),
        runs=Count("pk", filter=Q(corrects=None)),
        unpriced=Count("pk", filter=Q(cost_basis=_WITHOUT)) - Count("pk", filter=Q(corrects__cost_basis=_WITHOUT)),
    )
    return {currency: Used(cost, *map(int, counts)) for currency, cost, *counts in sums}


def _together(kept: Bill, more: Bill) -> Bill:
    return {
        currency: kept.get(currency, Used()).with_more(more.get(currency, Used()))
        for currency in dict.fromkeys((*kept, *more))
    }


def _kept(batch: Batch) -> Bill:
    return {
        currency: Used(None if cost is None else Decimal(cost), *counts)
        for currency, (cost, *counts) in batch.billed.items()
    }


def _packed(used: Used) -> list[str | int | None]:
    return [None if used.cost is None else str(used.cost), *used[1:]]
