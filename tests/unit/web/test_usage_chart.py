"""Bars, scale and labels of a chart, and what the usage pages say in numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.web.chart import HEIGHT, LABELS, STEP, WIDTH, labelled, nice_top, parts, stacked
from playground.web.usage_words import change_words, count_words, pace_change, share_change, share_words

amounts = st.decimals(Decimal("0.000001"), 10**9, places=6)


@given(amounts)
def test_the_scale_ends_above_the_highest_bar_and_not_far_above(highest: Decimal) -> None:
    top = nice_top(highest)
    assert highest <= top <= highest * 2


@given(st.lists(amounts, min_size=1, max_size=6), st.integers(0, 90))
def test_parts_stand_on_each_other_and_within_the_box(bar: list[Decimal], place: int) -> None:
    drawn = list(parts(place, bar, nice_top(sum(bar, Decimal(0)))))
    assert [number for number, *_ in drawn] == list(range(len(bar)))
    foot = float(HEIGHT)
    for _number, x, y, height in drawn:
        assert STEP * place < x < x + WIDTH < STEP * (place + 1)
        assert y + height == pytest.approx(foot, abs=0.03)
        foot = y
    assert foot >= -0.01


def test_a_series_is_one_path_with_a_part_for_each_bar_that_has_it() -> None:
    chart = stacked([[Decimal(3), Decimal(1)], [Decimal(2), Decimal(0)], [Decimal(-1), Decimal(0)]])
    assert [path.count("M") for path in chart.paths] == [2, 1]
    assert chart.paths[1] == "M1.8 0h6.4v25h-6.4z"
    assert (chart.width, chart.scale[0], chart.lines) == (30, 4, (0, 25, 50, 75, 100))


def test_nothing_and_corrections_alone_are_an_empty_chart() -> None:
    assert stacked([]).scale[0] == 1
    assert stacked([[Decimal(-1)], [Decimal(0)]]).paths == ("",)


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
    assert change_words(5, 0) == {"words": "new", "rises": True, "falls": False}
    assert change_words(0, 0) is None
    assert change_words(5, -1) is None
    assert change_words(0, 100) == {"words": "−100%", "rises": False, "falls": True}
    assert change_words(112, 100) == {"words": "+12%", "rises": True, "falls": False}
    assert change_words(88, 100) == {"words": "−12%", "rises": False, "falls": True}
    assert change_words(100, 100) == {"words": "±0%", "rises": False, "falls": False}


def test_less_wait_and_more_speed_are_faster_and_a_word_says_so() -> None:
    def told(now: float | None, before: float | None, *, is_wait: bool) -> tuple[str, str, str] | None:
        change = pace_change(now, before, is_wait=is_wait)
        return change and (change["words"], change["verdict"], change["tone"])

    assert told(300.0, 400.0, is_wait=True) == ("−25%", "faster", "ok")
    assert told(500.0, 400.0, is_wait=True) == ("+25%", "slower", "bad")
    assert told(90.0, 60.0, is_wait=False) == ("+50%", "faster", "ok")
    assert told(30.0, 60.0, is_wait=False) == ("−50%", "slower", "bad")
    assert told(60.0, 60.0, is_wait=False) == ("±0%", "", "")
    assert told(63.7, 60.0, is_wait=False) == ("+6%", "", "")  # neighbouring bins: perhaps the same
    assert told(None, 60.0, is_wait=False) is None
    assert told(60.0, None, is_wait=True) is None


def test_a_share_changes_by_points_and_nothing_has_no_share() -> None:
    def told(*counts: int) -> tuple[str, str] | None:
        change = share_change(*counts)
        return change and (change["words"], change["tone"])

    assert told(99, 100, 95, 100) == ("+4.0 points", "ok")
    assert told(1, 3, 1, 2) == ("−16.7 points", "bad")
    assert told(5, 5, 9, 9) == ("±0.0 points", "")
    assert told(0, 0, 9, 9) is None
    assert told(5, 5, 0, 0) is None
