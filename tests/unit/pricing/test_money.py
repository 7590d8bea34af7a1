"""Money in two currencies that never mix by themselves."""

from datetime import date
from decimal import Decimal

import pytest

from playground.pricing.money import CurrencyMismatchError, Money, PricingError, Rate, convert

RATE = Rate("USD", "CNY", Decimal("7.12"), date(2026, 11, 20))


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        (Money(Decimal("1"), "USD"), Money(Decimal("7.12"), "CNY")),
        (Money(Decimal("0.000000000001"), "USD"), Money(Decimal("0.00000000000712"), "CNY")),
        (Money(Decimal("123456789.123456789012"), "USD"), Money(Decimal("879012338.55901233776544"), "CNY")),
        (Money(Decimal("7.12"), "CNY"), Money(Decimal("1"), "USD")),
        (Money(Decimal("1"), "CNY"), Money(Decimal("0.140449438202"), "USD")),
        (Money(Decimal("-2.5"), "USD"), Money(Decimal("-17.8"), "CNY")),
        (Money(Decimal("0"), "CNY"), Money(Decimal("0"), "USD")),
    ],
)
def test_conversion_uses_the_given_rate(money: Money, expected: Money) -> None:
    assert convert(money, RATE) == expected


def test_a_rate_works_in_the_direction_it_states() -> None:
    assert convert(Money(Decimal("2"), "CNY"), Rate("CNY", "USD", Decimal("0.14"), date(2026, 1, 1))) == Money(
        Decimal("0.28"), "USD"
    )


def test_equal_currencies_are_added_exactly() -> None:
    tiny, large = Money(Decimal("1E-12"), "CNY"), Money(Decimal("999999999999999999"), "CNY")

    assert (tiny + large).amount == Decimal("999999999999999999.000000000001")


def test_currencies_are_never_added() -> None:
    with pytest.raises(CurrencyMismatchError):
        Money(Decimal(1), "CNY") + Money(Decimal(1), "USD")


@pytest.mark.parametrize("amount", [0.1, 1, "1", None, Decimal("NaN"), Decimal("Infinity")])
def test_amounts_are_finite_decimals(amount: Decimal) -> None:
    with pytest.raises(PricingError):
        Money(amount, "CNY")


@pytest.mark.parametrize("currency", ["EUR", "cny", "", None])
def test_other_currencies_are_refused(currency: str) -> None:
    with pytest.raises(CurrencyMismatchError):
        Money(Decimal(1), currency)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [Decimal(0), Decimal(-7), Decimal("NaN"), 7.1])
def test_a_rate_is_a_positive_decimal(value: Decimal) -> None:
    with pytest.raises(PricingError):
        Rate("USD", "CNY", value, date(2026, 1, 1))


def test_a_rate_needs_two_currencies() -> None:
    with pytest.raises(CurrencyMismatchError):
        Rate("USD", "USD", Decimal(1), date(2026, 1, 1))
