"""The forecast is the exact sum over rows; what is not known stays unknown. The time left follows the pace."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.batches.eta import seconds_left
from playground.batches.forecast import forecast, most_for
from playground.pricing.cost import TokenCounts, cost
from playground.pricing.price import Price, Tier

PRICE = Price(
    id="p",
    currency="CNY",
    tiers=(
        Tier(input=Decimal(1), output=Decimal(4), prompt_max=1000),
        Tier(input=Decimal(2), output=Decimal(8), prompt_min=1000),
    ),
    source="a test",
    source_date=dt.date(2026, 11, 21),
)
NOON = dt.datetime(2026, 11, 26, 12, 0, tzinfo=dt.UTC)


@given(st.lists(st.integers(0, 3000), max_size=40), st.integers(0, 2000), st.integers(0, 2000))
def test_it_is_the_sum_of_what_the_rows_would_cost_one_by_one(prompts: list[int], expected: int, most: int) -> None:
    found = forecast(prompts, PRICE, expected=expected, most=most)
    for total, completion in ((found.expected, min(expected, most)), (found.at_most, most)):
        one_by_one = [cost(TokenCounts(p, completion=completion), PRICE, "estimated").total for p in prompts]
        assert total == sum(filter(None, one_by_one), Decimal(0))
    assert (found.rows, found.prompt_tokens) == (len(prompts), sum(prompts))
    assert found.expected is not None
    assert found.at_most is not None
    assert found.expected <= found.at_most


@pytest.mark.parametrize(
    ("price", "expected", "most"), [(None, 10, 20), (PRICE, None, None)], ids=["no price", "no length"]
)
def test_what_nobody_knows_is_not_nought(price: Price | None, expected: int | None, most: int | None) -> None:
    found = forecast([10, 20], price, expected=expected, most=most)
    assert (found.expected, found.at_most) == (None, None)


def test_one_row_at_most() -> None:
    assert most_for(100, PRICE, 50) == Decimal("0.0003")
    assert most_for(100, PRICE, None) is None


def moments(*seconds: float) -> list[dt.datetime]:
    return [NOON - dt.timedelta(seconds=one) for one in seconds]


def test_the_rest_takes_as_long_as_the_last_rows_did() -> None:
    assert seconds_left(moments(0, 1, 2, 3, 4), 10, now=NOON) == pytest.approx(10)


def test_a_batch_that_stands_still_takes_longer() -> None:
    assert seconds_left(moments(10, 11, 12), 10, now=NOON) == pytest.approx(60)


def test_nobody_can_tell_from_two_rows_and_nothing_is_left_after_the_last() -> None:
    assert seconds_left(moments(0, 1), 10, now=NOON) is None
    assert seconds_left([], 0, now=NOON) == 0
