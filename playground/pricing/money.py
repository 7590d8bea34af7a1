"""Money in the two currencies that providers bill in. Floor 0, used by everything that shows or adds amounts.

The currency of the bill is the truth. The other one is a view that needs a dated exchange rate, given by the caller:
nothing here converts on its own, and amounts of different currencies are never added.
"""

import decimal
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeGuard

Currency = Literal["CNY", "USD"]
CURRENCIES: Final[tuple[Currency, ...]] = ("CNY", "USD")

# Wide enough that no product of a token count, a price and a rate ever needs rounding.
EXACT: Final = decimal.Context(prec=80, traps=[decimal.Inexact, decimal.InvalidOperation, decimal.DivisionByZero])
# Quotients have no exact form: twelve places are as fine as one token at the finest price that Tier accepts.
VIEW_PLACES: Final = Decimal("1E-12")


class PricingError(ValueError):
    """Root of what this package refuses.

    PricingError
      CurrencyMismatchError  amounts of two currencies met without a rate for them
      PriceDamagedError      a price or tier that contradicts itself (price.py)
      CountsRefusedError     token counts that cannot be counts (cost.py)
    """


class CurrencyMismatchError(PricingError):
    """Two currencies met where only one may be."""


def is_currency(word: object) -> TypeGuard[Currency]:
    """Tell whether `word` is a currency of this house."""
    return word in CURRENCIES


def finite_decimal(value: object, what: str) -> Decimal:
    """Return `value` if it is a finite Decimal. Floats are refused: they have already lost digits.

    Raises PricingError naming `what`.
    """
    if not isinstance(value, Decimal) or not value.is_finite():
        raise PricingError(f"{what} must be a finite Decimal, not {value!r}")
    return value


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency; negative only in corrections. Raises CurrencyMismatchError, PricingError."""

    amount: Decimal
    currency: Currency

    def __post_init__(self) -> None:
        finite_decimal(self.amount, "an amount")
        if not is_currency(self.currency):
            raise CurrencyMismatchError(f"unknown currency {self.currency!r}")

    def __add__(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise CurrencyMismatchError(
                f"{self.currency} and {other.currency} are never added; convert with a dated rate"
            )
        return Money(EXACT.add(self.amount, other.amount), self.currency)


@dataclass(frozen=True, slots=True)
class Rate:
    """How many units of `quote` one unit of `base` buys on `date`. Raises PricingError unless it is positive."""

    base: Currency
    quote: Currency
    value: Decimal
    date: date

    def __post_init__(self) -> None:
        if not is_currency(self.base) or not is_currency(self.quote) or self.base == self.quote:
            raise CurrencyMismatchError(f"a rate needs two different currencies, not {self.base!r} and {self.quote!r}")
        if finite_decimal(self.value, "a rate") <= 0:
            raise PricingError(f"a rate must be positive, not {self.value}")


def convert(money: Money, rate: Rate) -> Money:
    """View `money` in the other currency of `rate`: multiplied exactly, or divided and rounded to twelve places.

    Raises CurrencyMismatchError when the rate is not for this currency.
    """
    if money.currency == rate.base:
        return Money(EXACT.multiply(money.amount, rate.value), rate.quote)
    if money.currency == rate.quote:
        return Money(_divided(money.amount, rate.value), rate.base)
    raise CurrencyMismatchError(f"a {rate.base}/{rate.quote} rate cannot convert {money.currency}")


def _divided(amount: Decimal, by: Decimal) -> Decimal:
    with decimal.localcontext(decimal.Context(prec=80, rounding=decimal.ROUND_HALF_EVEN)):
        return (amount / by).quantize(VIEW_PLACES)
