"""What an offer costs per million tokens, from when, according to whom. Floor 0.

`catalog.prices` makes these from rows, a generation keeps one as JSON from its start, `cost.py` calculates with it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from playground.pricing.money import Currency, PricingError, is_currency

# Amounts are per this many tokens.
PER_TOKENS: Final = 1_000_000
# The finest price: with it one token costs 1E-12, so twelve places hold every cost exactly.
PRICE_PLACES: Final = 6
PRICE_LIMIT: Final = Decimal(1_000_000)


class PriceDamagedError(PricingError):
    """A price, a tier or the JSON of one contradicts itself or lacks a part; the message says which."""


@dataclass(frozen=True, slots=True)
class Tier:
    """Amounts per million tokens for requests whose lengths fall in its ranges (tokens; min inclusive, max exclusive).

    `cached` is the amount for prompt tokens read from the provider's cache; None means that no source states it.
    `K` in the providers' tables is read as 1000. Raises PriceDamagedError.
    """

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    prompt_min: int = 0
    prompt_max: int | None = None
    completion_min: int = 0
    completion_max: int | None = None

    def __post_init__(self) -> None:
        for name, amount in (("input", self.input), ("output", self.output), ("cached", self.cached)):
            if amount is not None:
                _check_amount(amount, name)
        _check_range(self.prompt_min, self.prompt_max, "prompt")
        _check_range(self.completion_min, self.completion_max, "completion")

    def covers(self, prompt_tokens: int, completion_tokens: int) -> bool:
        """Tell whether a request of these lengths is billed by this tier."""
        return (
            self.prompt_min <= prompt_tokens
            and (self.prompt_max is None or prompt_tokens < self.prompt_max)
            and self.completion_min <= completion_tokens
            and (self.completion_max is None or completion_tokens < self.completion_max)
        )

    def overlaps(self, other: "Tier") -> bool:
        """Tell whether some request would be billed by both."""
        return _ranges_meet(self.prompt_min, self.prompt_max, other.prompt_min, other.prompt_max) and _ranges_meet(
            self.completion_min, self.completion_max, other.completion_min, other.completion_max
        )

    def to_json(self) -> dict[str, str | int | None]:
        """Amounts as strings, so that no JSON reader turns them into floats."""
        return {
            "input": format(self.input, "f"),
            "output": format(self.output, "f"),
            "cached": None if self.cached is None else format(self.cached, "f"),
            "prompt_min": self.prompt_min,
            "prompt_max": self.prompt_max,
            "completion_min": self.completion_min,
            "completion_max": self.completion_max,
        }

    @classmethod
    def from_json(cls, data: object) -> "Tier":
        """Read what to_json wrote; ranges may be missing. Raises PriceDamagedError."""
        if not isinstance(data, Mapping):
            raise PriceDamagedError(f"a tier must be an object, not {data!r}")
        if unknown := set(data) - set(cls.__slots__):
            raise PriceDamagedError(f"a tier has unknown keys: {', '.join(sorted(map(str, unknown)))}")
        cached = data.get("cached")
        return cls(
            input=_amount(data.get("input"), "input"),
            output=_amount(data.get("output"), "output"),
            cached=None if cached is None else _amount(cached, "cached"),
            prompt_min=_whole(data.get("prompt_min", 0), "prompt_min"),
            prompt_max=_whole_or_none(data.get("prompt_max"), "prompt_max"),
            completion_min=_whole(data.get("completion_min", 0), "completion_min"),
            completion_max=_whole_or_none(data.get("completion_max"), "completion_max"),
        )


@dataclass(frozen=True, slots=True)
class Price:
    """One dated price of one offer in the provider's own currency.

    `valid_from` None: the source does not say when it began. `valid_until` is the first day on which it no longer
    holds; None: open. Days are UTC. Raises PriceDamagedError, also when two tiers claim the same request.
    """

    id: str
    currency: Currency
    tiers: tuple[Tier, ...]
    source: str
    source_date: date
    valid_from: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        if not is_currency(self.currency):
            raise PriceDamagedError(f"unknown currency {self.currency!r}")
        if not self.source:
            raise PriceDamagedError("a price needs a source")
        if not self.tiers:
            raise PriceDamagedError("a price needs at least one tier")
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise PriceDamagedError(f"valid_until {self.valid_until} must be after valid_from {self.valid_from}")
        for index, tier in enumerate(self.tiers):
            if any(tier.overlaps(other) for other in self.tiers[index + 1 :]):
                raise PriceDamagedError(f"tier {index + 1} overlaps a later one: which price would hold?")

    def tier_for(self, prompt_tokens: int, completion_tokens: int) -> Tier | None:
        """The tier that bills a request of these lengths, or None when the price has a gap there."""
        return next((tier for tier in self.tiers if tier.covers(prompt_tokens, completion_tokens)), None)

    def in_force(self, day: date) -> bool:
        """Tell whether the price holds on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day < self.valid_until
        )

    @property
    def is_free(self) -> bool:
        """Whether every token is known to cost nothing. An unknown cached price of a free tier is free too."""
        return all(not tier.input and not tier.output and not tier.cached for tier in self.tiers)

    def to_json(self) -> dict[str, object]:
        """JSON-safe and complete: from_json(to_json()) is equal."""
        return {
            "id": self.id,
            "currency": self.currency,
            "tiers": [tier.to_json() for tier in self.tiers],
            "source": self.source,
            "source_date": self.source_date.isoformat(),
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
        }

    @classmethod
    def from_json(cls, data: object) -> "Price":
        """Read what to_json wrote. Raises PriceDamagedError: a damaged price is never guessed at."""
        if not isinstance(data, Mapping):
            raise PriceDamagedError(f"a price must be an object, not {data!r}")
        currency, tiers, source_date = data.get("currency"), data.get("tiers"), _day(data.get("source_date"))
        if not is_currency(currency):
            raise PriceDamagedError(f"unknown currency {currency!r}")
        if not isinstance(tiers, list | tuple):
            raise PriceDamagedError("a price needs a list of tiers")
        if source_date is None:
            raise PriceDamagedError("a price needs the date of its source")
        return cls(
            id=_words(data.get("id"), "id"),
            currency=currency,
            tiers=tuple(Tier.from_json(tier) for tier in tiers),
            source=_words(data.get("source"), "source"),
            source_date=source_date,
            valid_from=_day(data.get("valid_from")),
            valid_until=_day(data.get("valid_until")),
        )


def price_in_force(prices: Iterable[Price], at: datetime | date) -> Price | None:
    """The price that holds at `at` (an aware moment, read in UTC, or a day); None when none does.

    Of several the one that began last wins, then the one with the newer source: a promotion beats the list price
    that it interrupts. Raises PricingError for a moment without a time zone.
    """
    day = _day_of(at)
    candidates = [price for price in prices if price.in_force(day)]
    return max(candidates, key=lambda p: (p.valid_from or date.min, p.source_date, p.id), default=None)


def _day_of(at: datetime | date) -> date:
    if not isinstance(at, datetime):
        return at
    if at.tzinfo is None:
        raise PricingError("a moment needs a time zone to be a day")
    return at.astimezone(UTC).date()


def _check_amount(amount: object, name: str) -> None:
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise PriceDamagedError(f"{name} must be a finite Decimal, not {amount!r}")
    if not 0 <= amount < PRICE_LIMIT:
        raise PriceDamagedError(f"{name} must be at least 0 and below {PRICE_LIMIT} per million tokens, not {amount}")
    if amount and (amount.adjusted() < -PRICE_PLACES or 10**PRICE_PLACES % amount.as_integer_ratio()[1]):
        raise PriceDamagedError(f"{name} has more than {PRICE_PLACES} decimal places: {amount}")


def _check_range(low: object, high: object, name: str) -> None:
    _whole(low, f"{name}_min")
    if high is not None and _whole(high, f"{name}_max") <= _whole(low, f"{name}_min"):
        raise PriceDamagedError(f"{name}_max {high} must be above {name}_min {low}")


def _ranges_meet(low: int, high: int | None, other_low: int, other_high: int | None) -> bool:
    return (other_high is None or low < other_high) and (high is None or other_low < high)


def _amount(value: object, name: str) -> Decimal:
    if not isinstance(value, str):
        raise PriceDamagedError(f"{name} must be written as a string, not {value!r}")
    try:
        return Decimal(value)
    except InvalidOperation:
        raise PriceDamagedError(f"{name} is no number: {value!r}") from None


def _whole(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise PriceDamagedError(f"{name} must be a whole number of tokens, not {value!r}")
    return value


def _whole_or_none(value: object, name: str) -> int | None:
    return None if value is None else _whole(value, name)


def _words(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise PriceDamagedError(f"{name} must be text, not {value!r}")
    return value


def _day(value: object) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(_words(value, "a date"))
    except ValueError:
        raise PriceDamagedError(f"not a date: {value!r}") from None
