"""Any stretch of time is made up of totals exactly: no quarter hour is missed, none is counted twice."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.ledger.spans import DAY, Level, cover, moment_of, quarter_of, starts_of

YEAR_2026 = quarter_of(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
quarters = st.integers(YEAR_2026, YEAR_2026 + 800 * DAY)


def members(first: int, end: int) -> list[int]:
    """The quarters that the spans of a stretch stand for, found by asking each quarter where it belongs."""
    wanted = (
        [
            quarter
            for quarter in range(first - 40 * DAY, end + 40 * DAY)
            for span in spans
            if span.first <= starts_of(quarter)[span.level] < span.end
        ]
        if (spans := list(cover(first, end)))
        else []
    )
    return wanted


@given(quarters, st.integers(0, 70 * DAY))
def test_the_spans_of_a_stretch_are_that_stretch(first: int, length: int) -> None:
    assert members(first, first + length) == list(range(first, first + length))


def test_a_year_is_twelve_months() -> None:
    first = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    (span,) = cover(quarter_of(first), quarter_of(first.replace(year=2027)))
    assert span.level is Level.MONTH


@pytest.mark.parametrize(
    ("zone", "levels"),
    [
        ("UTC", {Level.DAY}),
        ("Asia/Shanghai", {Level.HOUR}),
        ("Asia/Kolkata", {Level.QUARTER, Level.HOUR}),
        ("Asia/Kathmandu", {Level.QUARTER, Level.HOUR}),
        ("America/St_Johns", {Level.QUARTER, Level.HOUR}),
    ],
)
def test_a_readers_day_needs_quarters_only_where_the_zone_has_them(zone: str, levels: set[Level]) -> None:
    midnight = dt.datetime(2026, 11, 20, tzinfo=zoneinfo.ZoneInfo(zone))
    spans = list(cover(quarter_of(midnight), quarter_of(midnight + dt.timedelta(days=1))))
    assert {span.level for span in spans} == levels


@given(quarters)
def test_a_quarter_begins_when_it_says(quarter: int) -> None:
    assert quarter_of(moment_of(quarter)) == quarter
    assert quarter_of(moment_of(quarter) - dt.timedelta(microseconds=1)) == quarter - 1
