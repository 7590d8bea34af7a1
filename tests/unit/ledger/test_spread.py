"""Percentiles out of bins: within the stated error, and the same however the values were brought together."""

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from playground.ledger.spread import ERROR, bin_of, from_text, percentile, to_text

values = st.lists(st.floats(0.01, 10_000_000), min_size=1, max_size=300)


def bins(found: list[float]) -> Counter[int]:
    return Counter(bin_of(value) for value in found)


@given(values, st.sampled_from([1, 50, 90, 95, 99, 100]))
def test_a_percentile_is_as_near_as_it_says(found: list[float], percent: int) -> None:
    exact = sorted(found)[math.ceil(len(found) * percent / 100) - 1]
    told = percentile(bins(found), percent)
    assert told is not None
    assert abs(told - exact) <= exact * float(ERROR) * 1.000001


@given(values, values)
def test_texts_that_are_joined_are_merged(some: list[float], others: list[float]) -> None:
    joined = f"{to_text(bins(some))} {to_text(bins(others))}"
    assert from_text(joined) == bins(some + others)


def test_nothing_has_no_percentile_and_zero_is_zero() -> None:
    assert percentile({}, 50) is None
    assert from_text("") == {}
    assert percentile(bins([0, 0, 5]), 50) == 0
