"""Amounts of several currencies on the usage pages: each by itself, or all seen in one at a dated rate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import ngettext

from playground.ledger.fields import UNIT
from playground.ledger.fold import Sum
from playground.pricing.money import CURRENCIES, Currency, Money, Rate, convert
from playground.web.money import SIGNS, format_money

Amounts = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Lens:
    """How amounts are shown: as billed (`show` empty), or all in one currency at `rate`."""

    show: str
    rate: Rate

    def seen(self, amounts: Amounts) -> dict[str, Decimal]:
        """The amounts by currency as they are shown: untouched as billed, one converted amount otherwise."""
        if not self.show:
            return {currency: amounts[currency] for currency in CURRENCIES if currency in amounts}
        return {self.show: together(amounts, self.show, self.rate)}

    def is_converted(self, amounts: Amounts) -> bool:
        """Whether what is shown is a view at a rate, not what is billed."""
        return bool(self.show) and any(amount for currency, amount in amounts.items() if currency != self.show)


def together(amounts: Amounts, currency: str, rate: Rate) -> Decimal:
    """All amounts seen in one currency."""
    wanted: Currency = "CNY" if currency == "CNY" else "USD"
    total = Decimal(0)
    for one, amount in amounts.items():
        money = Money(amount, "CNY" if one == "CNY" else "USD")
        total += amount if one == wanted else convert(money, rate).amount
    return total


def amounts_of(sums: Iterable[tuple[str, Sum]], name: str = "cost") -> dict[str, Decimal]:
    """Amounts by currency of sums with theirs; a currency that nothing was billed in is left out."""
    units: dict[str, int] = {}
    for currency, one in sums:
        if is_billed(currency, one, name):
            units[currency] = units.get(currency, 0) + getattr(one, f"{name}_units")
    return {currency: count * UNIT for currency, count in units.items()}


def is_billed(currency: str, one: Sum, name: str = "cost") -> bool:
    """Whether a sum has an amount in its currency, be it 0; not where it is nothing but runs without a price."""
    return bool(currency and (one.entries != one.unpriced or getattr(one, f"{name}_units")))


def money_words(lens: Lens, amounts: Amounts, unpriced: int = 0) -> dict[str, Any]:
    """A cost for templates: `lines` as shown, `other` seen in the other currency, `unpriced` in words.

    Nothing but unpriced runs is "—", never 0.
    """
    seen = lens.seen(amounts)
    mark = "≈ " if lens.is_converted(amounts) else ""
    lines = [mark + format_money(amount, currency) for currency, amount in seen.items()] if amounts else ["—"]
    return {"lines": lines, "other": _other(lens, amounts), "unpriced": unpriced_words(unpriced)}


def unpriced_words(count: int) -> str:
    """ "+ 12 unpriced"; empty for none."""
    if not count:
        return ""
    return ngettext("+ %(count)s unpriced", "+ %(count)s unpriced", count) % {"count": f"{count:,}"}


def rate_words(rate: Rate) -> str:
    """ "1 USD = 7.1 CNY"."""
    return f"1 USD = {rate.value.normalize():f} CNY"


def sign_of(currency: str) -> str:
    """The sign of a currency."""
    return SIGNS[currency]


def _other(lens: Lens, amounts: Amounts) -> str:
    """The same in another view: of one currency in the other one, of both together, or of a view as billed."""
    billed = {currency: amount for currency, amount in amounts.items() if amount}
    if not billed:
        return ""
    if lens.is_converted(amounts):
        return " + ".join(format_money(amount, currency) for currency, amount in billed.items())
    if lens.show or len(billed) == 1:
        (currency,) = billed if len(billed) == 1 else (lens.show,)
        other = "USD" if currency == "CNY" else "CNY"
        return f"≈ {format_money(together(billed, other, lens.rate), other)}"
    return " ≈ ".join(["", format_money(together(billed, "CNY", lens.rate), "CNY")]).strip()
