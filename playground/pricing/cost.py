"""What one run cost: token counts times a price. Floor 0; called when a run is settled and for forecasts.

Rules (wire document, section 6): cached tokens are part of the prompt, reasoning tokens are part of the completion
and are not billed again; an unknown price stays unknown and is never 0.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from playground.pricing.money import EXACT, Currency, Money, PricingError
from playground.pricing.price import Price, Tier

TokensBasis = Literal["reported", "estimated"]
CostBasis = Literal["exact", "estimated", "reported", "unpriced"]
Reason = Literal["", "no_price", "no_tier"]

# Beyond this a count is a mistake of the sender: it is a million times the largest context there is.
TOKENS_LIMIT: Final = 10**12
_PER_MILLION: Final = -6  # tokens x amount per million tokens: the decimal point moves six places


class CountsRefusedError(PricingError):
    """A count is negative, no whole number, or absurdly large: better no cost than a wrong one."""


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """The counts of one run as reported or estimated.

    Contradictions: negative, non-integer or absurd counts raise CountsRefusedError. More cached than prompt tokens
    count as a prompt that was cached whole. More reasoning than completion tokens is kept as it is: reasoning is
    never billed apart, and `answer` is 0 then.
    """

    prompt: int
    cached: int = 0
    completion: int = 0
    reasoning: int = 0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            count: object = getattr(self, name)
            if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= TOKENS_LIMIT:
                raise CountsRefusedError(f"{name} is no count of tokens: {count!r}")

    @property
    def cached_part(self) -> int:
        """Prompt tokens billed as cached: never more than there are prompt tokens."""
        return min(self.cached, self.prompt)

    @property
    def fresh_part(self) -> int:
        """Prompt tokens billed at the input price."""
        return self.prompt - self.cached_part

    @property
    def answer(self) -> int:
        """Completion tokens that are not reasoning."""
        return max(0, self.completion - self.reasoning)


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one run in the currency of its price; the parts add up to the total exactly (at most 12 places).

    basis: exact (reported tokens x price), estimated (estimated tokens x price), reported (the gateway named the sum;
    it has no parts), unpriced (all amounts None; `reason` says why: no_price, no_tier).
    upper_bound: the cached part was charged at the input price because no source states a cached price.
    """

    currency: Currency | None
    input: Decimal | None
    cached: Decimal | None
    output: Decimal | None
    total: Decimal | None
    basis: CostBasis
    price_id: str
    upper_bound: bool = False
    reason: Reason = ""

    @property
    def money(self) -> Money | None:
        """The total as money, None when it is unknown."""
        return None if self.total is None or self.currency is None else Money(self.total, self.currency)


def cost(counts: TokenCounts, price: Price | None, tokens_basis: TokensBasis, *, reported: Money | None = None) -> Cost:
    """Price `counts` with the price that was in force when the run was started.

    `reported`: what the provider itself says the run cost; it is believed above our own arithmetic.
    """
    if reported is not None:
        return Cost(reported.currency, None, None, None, reported.amount, "reported", price.id if price else "")
    if price is None:
        return unpriced("no_price")
    tier = price.tier_for(counts.prompt, counts.completion)
    if tier is None:
        return unpriced("no_tier", price)
    return _priced(counts, price, tier, "exact" if tokens_basis == "reported" else "estimated")


def unpriced(reason: Reason, price: Price | None = None) -> Cost:
    """A cost that nobody knows. It keeps the price's currency and id where there is one, and no amount at all."""
    return Cost(
        price.currency if price else None, None, None, None, None, "unpriced", price.id if price else "", reason=reason
    )


def _priced(counts: TokenCounts, price: Price, tier: Tier, basis: CostBasis) -> Cost:
    cached_amount = tier.input if tier.cached is None else tier.cached
    fresh = _amount(counts.fresh_part, tier.input)
    cached = _amount(counts.cached_part, cached_amount)
    output = _amount(counts.completion, tier.output)
    return Cost(
        currency=price.currency,
        input=fresh,
        cached=cached,
        output=output,
        total=EXACT.add(EXACT.add(fresh, cached), output),
        basis=basis,
        price_id=price.id,
        upper_bound=tier.cached is None and cached > 0,
    )


def _amount(tokens: int, per_million: Decimal) -> Decimal:
    return EXACT.scaleb(EXACT.multiply(Decimal(tokens), per_million), _PER_MILLION)
