"""What a batch will probably cost, and what it can cost at most. Pure.

Prompt tokens are estimates; answers have the length that answers of the model had of late ("expected"), and the length
that the run settings allow ("at most"). Both at the price in force, by the tier that each row falls in.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from playground.pricing.cost import TokenCounts, cost
from playground.pricing.price import Price


@dataclass(frozen=True, slots=True)
class Forecast:
    """Amounts are in the price's currency; None where no price, no length or no tier is known."""

    rows: int
    prompt_tokens: int
    answer_expected: int | None  # tokens of one answer
    answer_most: int | None
    currency: str
    expected: Decimal | None
    at_most: Decimal | None

    @property
    def likely(self) -> Decimal | None:
        """What is expected; the most, where nothing can be."""
        return self.at_most if self.expected is None else self.expected

    @property
    def likely_tokens(self) -> int:
        """The same in tokens; answers whose length nobody knows count for nothing."""
        answer = self.answer_most if self.answer_expected is None else self.answer_expected
        return self.prompt_tokens + self.rows * (answer or 0)


def forecast(prompts: Iterable[int], price: Price | None, *, expected: int | None, most: int | None) -> Forecast:
    """The forecast for rows with these prompt tokens. `expected`, `most`: tokens of one answer; None: nobody knows."""
    counted = Counter(prompts)
    if expected is not None and most is not None:
        expected = min(expected, most)
    return Forecast(
        rows=counted.total(),
        prompt_tokens=sum(tokens * rows for tokens, rows in counted.items()),
        answer_expected=expected,
        answer_most=most,
        currency=price.currency if price else "",
        expected=_total(counted, price, expected),
        at_most=_total(counted, price, most),
    )


def most_for(prompt_tokens: int, price: Price | None, most: int | None) -> Decimal | None:
    """What one row can cost at most; None when nobody knows."""
    return _total(Counter([prompt_tokens]), price, most)


def _total(counted: "Counter[int]", price: Price | None, completion: int | None) -> Decimal | None:
    """The sum over all rows; unknown as soon as one of them is."""
    if price is None or completion is None:
        return None
    total = Decimal(0)
    for prompt, rows in counted.items():
        amount = cost(TokenCounts(prompt, completion=completion), price, "estimated").total
        if amount is None:
            return None
        total += amount * rows
    return total
