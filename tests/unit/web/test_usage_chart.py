"""Bars, scale and labels of a chart, and what the usage pages say in numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.web.chart import HEIGHT, LABELS, labelled, nice_top, stacked
from playground.web.usage_words import change_words, count_words, share_words

amounts = st.decimals(Decimal("0.000001"), 10**9, places=6)


@given(amounts)
def test_the_scale_ends_above_the_highest_bar_and_not_far_above(highest: Decimal) -> None:
    top = nice_top(highest)
    assert highest <= top <= highest * 2


@given(st.lists(st.lists(amounts, min_size=2, max_size=2), min_size=1, max_size=40))
def test_parts_stand_on_each_other_and_within_the_box(values: list[list[Decimal]]) -> None:
    chart = stacked(values)
    for bar, (lower, upper) in zip(chart.bars, values, strict=True):
        assert len(bar) == 2
        assert bar[0].y + bar[0].height == pytest.approx(HEIGHT, abs=0.02)
        assert bar[1].y + bar[1].height == pytest.approx(bar[0].y, abs=0.03)
        assert bar[1].y >= -0.01
        assert bar[0].height == pytest.approx(float(lower / (lower + upper) * (HEIGHT - Decimal(bar[1].y))), abs=0.1)


def test_nothing_and_corrections_alone_are_an_empty_chart() -> None:
    assert stacked([]).scale[0] == 1
    assert stacked([[Decimal(-1)], [Decimal(0)]]).bars == ((), ())


@pytest.mark.parametrize("count", [1, 7, 8, 30, 93])
def test_few_bars_are_labelled_and_the_first_always(count: int) -> None:
    assert 0 in labelled(count)
    assert len(labelled(count)) <= LABELS


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0"), (9_812, "9,812"), (12_000, "12K"), (735_700, "735.7K"), (214_600_000, "214.6M"), (3 * 10**9, "3B")],
)
def test_counts(count: int, words: str) -> None:
    assert count_words(count) == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 0, "—"), (0, 5, "0%"), (5, 5, "100%"), (9_999, 10_000, "99.9%"), (99_999, 100_000, "99.9%"), (1, 3, "33.3%")],
)
def test_a_share_is_never_rounded_up_to_all(part: int, whole: int, words: str) -> None:
    assert share_words(part, whole) == words


def test_a_change_has_a_sign_and_needs_something_to_compare_with() -> None:
    assert change_words(5, 0) is None
    assert change_words(112, 100) == {"words": "+12%", "rises": True, "falls": False}
    assert change_words(88, 100) == {"words": "−12%", "rises": False, "falls": True}
    assert change_words(100, 100) == {"words": "±0%", "rises": False, "falls": False}
