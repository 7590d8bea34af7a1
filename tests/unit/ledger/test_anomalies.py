"""The four rules of what is worth a look, at their edges."""

import datetime as dt
from decimal import Decimal

import pytest

from playground.ledger.anomalies import is_dear, is_failing, is_unused, may_be_failing

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("today", "before", "dear"),
    [
        ("3", ["1"] * 28, False),
        ("3.000001", ["1"] * 28, True),
        ("100", ["0"] * 15 + ["1"] * 13, False),  # most days cost nothing: nothing is usual
        ("3.1", ["0"] * 13 + ["1"] * 15, True),  # days without spend are days of 0
        ("1.6", ["0"] * 14 + ["1"] * 14, True),  # and move the median of an even number of days
        ("100", [], False),
        ("2", ["0.5", "0.5", "90"], True),  # one dear day does not make dear days usual
    ],
)
def test_a_day_is_dear_above_three_times_the_median(today: str, before: list[str], dear: bool) -> None:
    assert is_dear(Decimal(today), [Decimal(amount) for amount in before]) is dear


@pytest.mark.parametrize(
    ("failed", "runs", "failing"), [(49, 49, False), (10, 50, False), (11, 50, True), (50, 50, True), (0, 0, False)]
)
def test_more_than_a_fifth_of_fifty_runs_is_failing(failed: int, runs: int, failing: bool) -> None:
    assert is_failing([True] * failed + [False] * (runs - failed)) is failing


@pytest.mark.parametrize(
    ("succeeded", "faults", "may"), [(0, 49, False), (40, 10, False), (39, 11, True), (10_000, 11, True), (0, 0, False)]
)
def test_the_last_fifty_are_read_only_where_they_could_have_failed_too_often(
    succeeded: int, faults: int, may: bool
) -> None:
    assert may_be_failing(succeeded, faults) is may


@pytest.mark.parametrize(
    ("used", "created", "unused"), [(91, 200, True), (90, 200, False), (None, 91, True), (None, 10, False)]
)
def test_a_key_is_unused_after_ninety_days(used: int | None, created: int, unused: bool) -> None:
    last = None if used is None else NOW - dt.timedelta(days=used)
    assert is_unused(last, NOW - dt.timedelta(days=created), NOW) is unused
