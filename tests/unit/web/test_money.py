"""Costs as people read them."""

import datetime as dt
from decimal import Decimal

import pytest

from playground.ledger.models import Entry
from playground.pricing.money import Rate
from playground.web.money import Rates, format_money

DAY = dt.date(2026, 11, 21)


class Fixed(Rates):
    """Rates without a database."""

    def on(self, day: dt.date) -> Rate:
        return Rate(base="USD", quote="CNY", value=Decimal("7.10"), date=day)


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("0", "USD", "$0.00"),
        ("0.00024", "USD", "$0.00024"),
        ("0.0099", "CNY", "¥0.00990"),
        ("0.01", "CNY", "¥0.0100"),
        ("0.9999", "CNY", "¥0.9999"),
        ("1", "USD", "$1.00"),
        ("1234.5", "CNY", "¥1,234.50"),
    ],
)
def test_small_amounts_keep_their_digits(amount: str, currency: str, words: str) -> None:
    assert format_money(Decimal(amount), currency) == words


@pytest.mark.parametrize(
    ("first", "basis", "lead", "rest"),
    [
        ("", "exact", "$0.0100", "≈ ¥0.0710"),
        ("USD", "exact", "$0.0100", "≈ ¥0.0710"),
        ("CNY", "exact", "≈ ¥0.0710", "$0.0100"),
        ("", "estimated", "≈ $0.0100", "≈ ¥0.0710"),
    ],
)
def test_the_readers_currency_stands_first_and_only_the_billed_one_is_exact(
    first: str, basis: str, lead: str, rest: str
) -> None:
    view = Fixed(first).view(Decimal("0.01"), "USD", basis, DAY)
    assert (view.lead, view.rest) == (lead, rest)
    assert view.rate == "1 USD = 7.1 CNY, 2026-11-21"


def test_an_unknown_cost_is_never_zero() -> None:
    view = Fixed("CNY").view(None, "", "unpriced", DAY)
    assert (view.native, view.basis) == ("", "unpriced")


@pytest.mark.parametrize(
    ("tokens", "basis", "native", "shown_basis"),
    [
        ("none", "estimated", "", "none"),
        ("none", "exact", "", "none"),
        ("none", "unpriced", "", "unpriced"),
        ("reported", "exact", "$0.0100", "exact"),
    ],
)
def test_a_run_that_used_nothing_has_no_cost_to_show(tokens: str, basis: str, native: str, shown_basis: str) -> None:
    amount = None if basis == "unpriced" else Decimal(0) if tokens == "none" else Decimal("0.01")
    entry = Entry(tokens_basis=tokens, cost_basis=basis, cost_total=amount, currency="USD")
    cost = Fixed().cost(entry)
    assert (cost.native, cost.basis) == (native, shown_basis)
