"""The four rules of what is worth a look, at their edges."""

import datetime as dt
from decimal import Decimal

import pytest

from playground.ledger.anomalies import failing, is_dear, is_unused

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("today", "before", "dear"),
    [
        ("3", ["1"] * 28, False),
        ("3.000001", ["1"] * 28, True),
        ("100", ["0"] * 15 + ["1"] * 13, False),  # most days cost nothing: nothing is usual
        ("100", [], False),
        ("2", ["0.5", "0.5", "90"], True),  # one dear day does not make dear days usual
    ],
)
def test_a_day_is_dear_above_three_times_the_median(today: str, before: list[str], dear: bool) -> None:
    assert is_dear(Decimal(today), [Decimal(amount) for amount in before]) is dear


def test_what_fails_in_more_than_a_fifth_of_fifty_is_named_the_worst_first() -> None:
    tried = {"few": (0, 49), "fifth": (40, 10), "more": (39, 11), "most": (10, 90), "none": (0, 0)}
    assert failing(tried) == ["most", "more"]


@pytest.mark.parametrize(
    ("used", "created", "unused"), [(91, 200, True), (90, 200, False), (None, 91, True), (None, 10, False)]
)
def test_a_key_is_unused_after_ninety_days(used: int | None, created: int, unused: bool) -> None:
    last = None if used is None else NOW - dt.timedelta(days=used)
    assert is_unused(last, NOW - dt.timedelta(days=created), NOW) is unused
