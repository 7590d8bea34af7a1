"""Costs in words: the offer's own currency is exact, the other is a view with a dated rate. For templates."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from playground.ledger.corrections import outcome
from playground.ledger.models import Entry
from playground.ledger.rates import rate_at, rates_at
from playground.ledger.unpriced import is_unpriced
from playground.pricing.amounts import SIGNS, format_money
from playground.pricing.money import Money, Rate, convert

__all__ = ["SIGNS", "CostView", "Rates", "format_money"]


@dataclass(frozen=True, slots=True)
class CostView:
    """A cost as shown: `native` and `converted` are ready strings, empty when the cost is unknown."""

    native: str
    converted: str
    basis: str  # exact | estimated | reported | unpriced | none
    rate: str  # the rate and its date, for a tooltip
    converted_first: bool = False  # the reader's currency is not the one that is billed
    is_corrected: bool = False  # a later entry says so, not that of the run itself

    @property
    def lead(self) -> str:
        """What stands first; an amount that is not exact carries ≈."""
        exact = self.native if self.basis != "estimated" else f"≈ {self.native}"
        return f"≈ {self.converted}" if self.converted_first else exact

    @property
    def rest(self) -> str:
        """What stands beside it."""
        return self.native if self.converted_first else f"≈ {self.converted}"


class Rates:
    """The exchange rates of one rendering, each day looked up once; `first` is the currency a reader wants first."""

    def __init__(self, first: str = "") -> None:
        self._first = first
        self._by_day: dict[dt.date, Rate] = {}

    def look_up(self, days: Collection[dt.date]) -> None:
        """Have the rates of these days ready, from one query."""
        self._by_day |= rates_at(days)

    def on(self, day: dt.date) -> Rate:
        """The rate in force on a day."""
        if day not in self._by_day:
            self._by_day[day] = rate_at(day)
        return self._by_day[day]

    def words(self) -> list[str]:
        """The rates that were looked up, each once with its date, the newest first."""
        used = {rate.date: rate for rate in self._by_day.values()}
        return [dated_rate(used[day]) for day in sorted(used, reverse=True)]

    def cost(self, entry: Entry) -> CostView:
        """What an entry cost, in its own and in the other currency; nothing for a run that used nothing."""
        if entry.tokens_basis == Entry.TokensBasis.NONE and not is_unpriced(entry.cost_basis):
            return CostView("", "", "none", "")
        return self.view(entry.cost_total, entry.currency, entry.cost_basis, entry.created_at.date())

    def run_cost(self, entry: Entry) -> CostView:
        """What a run came to: its entry with what corrected it later."""
        found = outcome(entry)
        if not found.is_corrected:
            return self.cost(entry)
        view = self.view(found.total, found.currency, found.basis, entry.created_at.date())
        return replace(view, is_corrected=True)

    def view(self, amount: Decimal | None, currency: str | None, basis: str, day: dt.date) -> CostView:
        """An amount of a day in both currencies; unknown stays unknown."""
        if amount is None or not currency:
            return CostView("", "", Entry.CostBasis.UNPRICED.value, "")
        rate = self.on(day)
        other = convert(Money(amount, "CNY" if currency == "CNY" else "USD"), rate)
        return CostView(
            native=format_money(amount, currency),
            converted=format_money(other.amount, other.currency),
            basis=basis,
            rate=dated_rate(rate),
            converted_first=bool(self._first) and self._first != currency,
        )


def dated_rate(rate: Rate) -> str:
    """ "1 USD = 7.1 CNY, 2026-11-21"."""
    return f"1 USD = {rate.value.normalize():f} CNY, {rate.date.isoformat()}"
