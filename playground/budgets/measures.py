"""What budgets are measured in: whole units, so that sums are exact. Tokens are tokens, money is picounits. Pure."""

import decimal
import operator
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from playground.pricing.cost import TOKENS_LIMIT, TokenCounts, cost
from playground.pricing.money import CURRENCIES, Money, Rate, convert, is_currency
from playground.pricing.price import Price, Tier

TOKENS: Final = "tokens"
MEASURES: Final = (*CURRENCIES, TOKENS)
PICO: Final = Decimal("0.000000000001")
# 64 bits hold nine million units of money; below it a budget and all that is reserved beside it fit together.
MOST_MONEY, MOST_TOKENS = Decimal(1_000_000), 10**15
_LARGEST: Final = 4 * 10**18  # units of one run; what is more does not fit into any budget either way


class Taken(NamedTuple):
    """What runs took of a budget, in its units."""

    spent: int = 0
    converted: int = 0  # the part of it that was billed in the other currency
    unpriced: int = 0  # runs that it does not include, because nobody knows what they cost

    def with_more(self, other: "Taken") -> "Taken":
        """Both together."""
        return Taken(*map(operator.add, self, other))


def units_of(amount: Decimal, measure: str) -> int:
    """An amount in units. Raises ValueError for one that has a fraction of a unit."""
    units = amount if measure == TOKENS else amount / PICO
    if units != units.to_integral_value():
        raise ValueError(f"{amount} is no whole number of units of {measure}")
    return int(units)


def amount_of(units: int, measure: str) -> Decimal:
    """Units as an amount."""
    return Decimal(units) if measure == TOKENS else units * PICO


def part(units: int, percent: int) -> int:
    """So many percent of it, rounded down: a limit is never higher than it says."""
    return units * percent // 100


def money_in(measure: str, money: Money, rate: Rate | None) -> int:
    """An amount of money in units of a budget; 0 for the other currency without a `rate`."""
    if money.currency == measure:
        return _picounits(money.amount)
    if rate is None or not is_currency(measure):
        return 0
    return _picounits(convert(money, rate).amount)


def dearest(price: Price, prompt: int, most: int) -> Money | None:
    """The most that a run with so many prompt tokens and at most so many of completion can cost.

    A price with tiers by length bills the tier the run ends in, which nobody knows before. None: it has no tier for
    some length that the run may come to, so that nobody knows.
    """
    prompt, most = min(prompt, TOKENS_LIMIT), min(most, TOKENS_LIMIT)
    amounts: list[Decimal] = []
    for completion in _turning_points(price, most):
        found = cost(TokenCounts(prompt=prompt, completion=completion), price, "estimated")
        if found.total is None:
            return None
        amounts.append(found.total)
    return Money(max(amounts), price.currency)


def _turning_points(price: Price, most: int) -> Iterator[int]:
    """The longest completion of every tier, where it is dearest, and the shortest, where gaps begin."""
    yield from (0, most)
    for tier in price.tiers:
        yield from (length for length in _borders(tier) if 0 <= length <= most)


def _borders(tier: Tier) -> Iterator[int]:
    yield tier.completion_min
    if tier.completion_max is not None:
        yield from (tier.completion_max - 1, tier.completion_max)


def _picounits(amount: Decimal) -> int:
    with decimal.localcontext(decimal.Context(prec=80, rounding=decimal.ROUND_HALF_EVEN)):
        return min(int((amount / PICO).quantize(Decimal(1))), _LARGEST)
