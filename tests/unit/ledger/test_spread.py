"""Percentiles out of bins: within the stated error, and the same however the values were brought together."""

import math

from hypothesis import given
from hypothesis import strategies as st

from playground.ledger.spread import ERROR, SMALLEST, from_text, one, percentile, to_text

values = st.lists(st.floats(0.01, 10_000_000), min_size=1, max_size=300)


def spread(found: list[float]) -> int:
    return sum(one(value) for value in found)


@given(values, st.sampled_from([1, 50, 90, 95, 99, 100]))
def test_a_percentile_is_as_near_as_it_says(found: list[float], percent: int) -> None:
    exact = sorted(found)[math.ceil(len(found) * percent / 100) - 1]
    told = percentile(spread(found), percent)
    assert told is not None
    assert abs(told - exact) <= exact * float(ERROR) * 1.000001


@given(values, values)
def test_texts_that_are_joined_are_merged(some: list[float], others: list[float]) -> None:
    joined = f"{to_text(spread(some))} {to_text(spread(others))}"
    assert from_text(joined) == spread(some + others)


def test_nothing_has_no_percentile_and_zero_is_the_smallest() -> None:
    assert percentile(0, 50) is None
    assert from_text("") == 0
    assert to_text(0) == ""
    assert percentile(spread([0, 0, 5]), 50) == SMALLEST
