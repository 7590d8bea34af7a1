"""Costs in words: the offer's own currency is exact, the other is a view with a dated rate. For templates."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from playground.ledger.models import Entry
from playground.ledger.rates import rate_at
from playground.pricing.money import Money, Rate, convert

SIGNS = {"CNY": "¥", "USD": "$"}


@dataclass(frozen=True, slots=True)
class CostView:
    """A cost as shown: `native` and `converted` are ready strings, empty when the cost is unknown."""

    native: str
    converted: str
    basis: str  # exact | estimated | unpriced
    rate: str  # the rate and its date, for a tooltip

    @property
    def is_known(self) -> bool:
        """Whether there is an amount to show."""
        return bool(self.native)


def format_money(amount: Decimal, currency: str) -> str:
    """An amount as a person reads it: amounts under 0.01 keep five decimals, those under 1 four, others two."""
    places = 5 if abs(amount) < Decimal("0.01") else 4 if abs(amount) < 1 else 2
    if not amount:
        places = 2
    return f"{SIGNS[currency]}{amount:,.{places}f}"


class Rates:
    """The exchange rates of one rendering: each day is looked up once."""

    def __init__(self) -> None:
        self._by_day: dict[dt.date, Rate] = {}

    def on(self, day: dt.date) -> Rate:
        """The rate in force on a day."""
        if day not in self._by_day:
            self._by_day[day] = rate_at(day)
        return self._by_day[day]

    def cost(self, entry: Entry) -> CostView:
        """What an entry cost, in its own and in the other currency."""
        return self.view(entry.cost_total, entry.currency, entry.cost_basis, entry.created_at.date())

    def view(self, amount: Decimal | None, currency: str | None, basis: str, day: dt.date) -> CostView:
        """An amount of a day in both currencies; unknown stays unknown."""
        if amount is None or not currency:
            return CostView("", "", "unpriced", "")
        rate = self.on(day)
        other = convert(Money(amount, "CNY" if currency == "CNY" else "USD"), rate)
        return CostView(
            native=format_money(amount, currency),
            converted=format_money(other.amount, other.currency),
            basis=basis,
            rate=f"1 USD = {rate.value.normalize():f} CNY, {rate.date.isoformat()}",
        )
