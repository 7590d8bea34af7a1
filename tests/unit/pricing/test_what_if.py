"""The same tokens at another price: exact, run by run."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.pricing.cost import TokenCounts, cost
from playground.pricing.price import Price, Tier
from playground.pricing.what_if import what_if


def price(*tiers: Tier) -> Price:
    return Price(id="p", currency="CNY", tiers=tiers, source="a page", source_date=date(2026, 11, 1))


FLAT = Tier(input=Decimal("0.5"), cached=Decimal("0.1"), output=Decimal(2))
counts = st.builds(TokenCounts, *[st.integers(0, 10**6)] * 4)


@given(st.lists(counts, max_size=8))
def test_the_sum_is_that_of_the_runs_to_the_last_digit(runs: list[TokenCounts]) -> None:
    found = what_if(runs, price(FLAT))
    assert found is not None
    assert found.money.amount == sum(
        (cost(run, price(FLAT), "reported").total or Decimal(0) for run in runs), Decimal(0)
    )
    assert not found.upper_bound


def test_each_run_is_priced_by_its_own_length() -> None:
    tiered = price(
        Tier(input=Decimal(1), cached=None, output=Decimal(1), prompt_max=1000),
        Tier(input=Decimal(3), cached=None, output=Decimal(3), prompt_min=1000),
    )
    found = what_if([TokenCounts(900), TokenCounts(900)], tiered)
    assert found is not None
    assert found.money.amount == Decimal("0.0018")


def test_without_a_tier_for_one_run_nothing_is_known() -> None:
    assert what_if([TokenCounts(10), TokenCounts(2000)], price(Tier(Decimal(1), Decimal(1), prompt_max=1000))) is None


@pytest.mark.parametrize(("cached", "bound"), [(0, False), (5, True)])
def test_cached_tokens_without_a_cached_price_make_it_an_upper_bound(cached: int, bound: bool) -> None:
    found = what_if([TokenCounts(10, cached)], price(Tier(Decimal(1), Decimal(1))))
    assert found is not None
    assert found.upper_bound is bound
