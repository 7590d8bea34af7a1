"""Which runs count as unpriced: one rule for sums, marks, lists and meters.

A run is unpriced where nobody knows what it cost, and no correction has said so since. Only the basis of its cost
tells: a run that used nothing is unpriced, too, where its model has no price, because nobody knows what its provider
asks for a request; and one that a known price makes 0 is not.
"""

from typing import Final

from django.db.models import Count, Exists, OuterRef, Q

from playground.ledger.models import Entry

UNPRICED: Final = Q(cost_basis=Entry.CostBasis.UNPRICED, correction=None)  # the rule, for queries over entries


def is_unpriced(cost_basis: str) -> bool:
    """The rule for one entry by itself: what corrects it has a basis of its own."""
    return cost_basis == Entry.CostBasis.UNPRICED


def count_of_unpriced() -> Count:
    """The rule for sums by conversation, whose index has amounts and no basis.

    That both say the same is a constraint of the ledger (entry_unknown_cost_is_no_number).
    """
    return Count("pk", filter=Q(Q(cost_total=None), ~Exists(Entry.objects.filter(corrects=OuterRef("pk")))))
