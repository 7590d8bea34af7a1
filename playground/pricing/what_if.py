"""What the same tokens would have cost at another price. Floor 0, pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from playground.pricing.cost import TokenCounts, cost
from playground.pricing.money import EXACT, Money
from playground.pricing.price import Price


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The sum for some runs at one price; `upper_bound`: cached tokens were counted at the input price."""

    money: Money
    upper_bound: bool


def what_if(runs: Sequence[TokenCounts], price: Price) -> WhatIf | None:
    """The exact sum of what each run would have cost at `price`; None when it has no amount for one of them.

    Every run is priced by itself: the tier depends on its own prompt and completion.
    """
    total, upper_bound = Decimal(0), False
    for counts in runs:
        one = cost(counts, price, "reported")
        if one.total is None:
            return None
        total = EXACT.add(total, one.total)
        upper_bound = upper_bound or one.upper_bound
    return WhatIf(Money(total, price.currency), upper_bound)
