"""Amounts as whole units, thresholds that never round up, and the dearest way a run can end."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.budgets.measures import (
    MEASURES,
    MOST_MONEY,
    PICO,
    TOKENS,
    amount_of,
    dearest,
    money_in,
    part,
    units_of,
)
from playground.pricing.cost import TokenCounts, cost
from playground.pricing.money import Money, Rate
from playground.pricing.price import Price, Tier

RATE = Rate(base="USD", quote="CNY", value=Decimal("7.10"), date=dt.date(2026, 11, 21))
units = st.integers(0, 10**18)


def price(*tiers: Tier) -> Price:
    return Price("p", "USD", tiers, source="a test", source_date=dt.date(2026, 11, 21))


@given(units, st.sampled_from(MEASURES))
def test_units_and_amounts_are_the_same_thing(count: int, measure: str) -> None:
    assert units_of(amount_of(count, measure), measure) == count


@pytest.mark.parametrize(("amount", "measure"), [("0.5", TOKENS), ("0.0000000000001", "USD")])
def test_a_fraction_of_a_unit_is_an_error_and_never_rounded(amount: str, measure: str) -> None:
    with pytest.raises(ValueError, match="whole"):
        units_of(Decimal(amount), measure)


def test_the_largest_budget_fits_into_64_bits_together_with_what_one_run_can_add() -> None:
    assert 2 * units_of(MOST_MONEY, "USD") < 2**63
    run = money_in("CNY", Money(Decimal(10) ** 30, "CNY"), None)
    assert run + units_of(MOST_MONEY, "CNY") < 2**63


@given(units, st.integers(1, 100))
def test_a_threshold_is_never_above_its_share(count: int, percent: int) -> None:
    found = part(count, percent)
    assert 100 * found <= count * percent < 100 * (found + 1)
    assert part(count, 100) == count


@given(st.integers(0, 10**15))
def test_the_other_currency_counts_only_with_a_rate(pico: int) -> None:
    amount = pico * PICO
    assert money_in("USD", Money(amount, "USD"), None) == pico
    assert money_in("USD", Money(amount, "CNY"), None) == 0
    assert money_in("CNY", Money(amount, "USD"), RATE) == round(pico * Decimal("7.10"))
    assert abs(money_in("USD", Money(amount, "CNY"), RATE) * Decimal("7.10") - pico) <= Decimal("3.56")


@st.composite
def prices(draw: st.DrawFn) -> Price:
    """Prices with tiers by the length of the answer, with and without a gap."""
    borders = sorted(draw(st.sets(st.integers(1, 5000), min_size=1, max_size=4)))
    amounts = st.decimals(0, 100, places=3)
    ranges = zip([0, *borders], [*borders, None], strict=True)
    tiers = [Tier(draw(amounts), draw(amounts), completion_min=low, completion_max=high) for low, high in ranges]
    return price(*(tiers[1:] if draw(st.booleans()) and len(tiers) > 1 else tiers))


@given(prices(), st.integers(0, 3000), st.integers(0, 6000), st.data())
def test_no_way_to_end_is_dearer_than_the_dearest(one: Price, prompt: int, most: int, data: st.DataObject) -> None:
    found = dearest(one, prompt, most)
    completion = data.draw(st.integers(0, most))
    true = cost(TokenCounts(prompt=prompt, completion=completion), one, "reported").total
    if found is not None:
        assert true is not None
        assert true <= found.amount


@given(prices(), st.integers(0, 3000), st.integers(0, 6000))
def test_the_dearest_is_a_cost_that_the_run_can_really_have(one: Price, prompt: int, most: int) -> None:
    found = dearest(one, prompt, most)
    borders = {0, most, *(length for tier in one.tiers for length in (tier.completion_min, tier.completion_max or 0))}
    ends = {end for border in borders for end in (border - 1, border) if 0 <= end <= most}
    costs = [cost(TokenCounts(prompt=prompt, completion=end), one, "reported").total for end in ends]
    assert (None in costs) == (found is None)
    if found is not None:
        assert found.amount == max(one for one in costs if one is not None)
