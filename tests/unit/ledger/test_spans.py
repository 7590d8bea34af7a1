"""Any stretch of time is made up of totals exactly: no quarter hour is missed, none is counted twice."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.ledger.spans import DAY, HOUR, Level, cover, hours_of, meridian_of, moment_of, quarter_of, start_of

YEAR_2026 = quarter_of(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
quarters = st.integers(YEAR_2026, YEAR_2026 + 800 * DAY)
meridians = st.lists(st.integers(-12 * HOUR, 14 * HOUR), max_size=3)


def members(first: int, end: int, kept: list[int]) -> list[int]:
    """The quarters that the parts of a stretch stand for, found by asking each quarter where it belongs."""
    found = cover(first, end, tuple(kept))
    inside = [
        quarter
        for quarter in range(first - 40 * DAY, end + 40 * DAY)
        for span in found.spans
        if span.first <= start_of(span.level, quarter, span.meridian) < span.end
    ]
    return sorted([*inside, *(quarter for rest in found.rests for quarter in range(*rest))])


@given(quarters, st.integers(0, 70 * DAY), meridians)
def test_the_parts_of_a_stretch_are_that_stretch(first: int, length: int, kept: list[int]) -> None:
    assert members(first, first + length, kept) == list(range(first, first + length))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "Asia/Kathmandu"])
def test_a_year_is_twelve_months_of_the_readers_meridian(zone: str) -> None:
    first = dt.datetime(2026, 1, 1, tzinfo=zoneinfo.ZoneInfo(zone))
    found = cover(quarter_of(first), quarter_of(first.replace(year=2027)), (meridian_of(first),))
    assert [span.level for span in found.spans] == [Level.MONTH]
    assert not found.rests


def test_a_week_begins_on_the_readers_monday() -> None:
    monday = dt.datetime(2026, 11, 23, tzinfo=zoneinfo.ZoneInfo("Asia/Shanghai"))
    found = cover(quarter_of(monday), quarter_of(monday + dt.timedelta(days=7)), (meridian_of(monday),))
    assert [span.level for span in found.spans] == [Level.WEEK]


@pytest.mark.parametrize(
    ("zone", "levels", "rests"),
    [
        ("UTC", {Level.DAY}, 0),
        ("Asia/Shanghai", {Level.HOUR}, 0),
        ("Asia/Kolkata", {Level.HOUR}, 2),
        ("Asia/Kathmandu", {Level.HOUR}, 2),
        ("America/St_Johns", {Level.HOUR}, 2),
    ],
)
def test_without_totals_of_its_meridian_a_day_is_hours_and_what_is_left_of_two(
    zone: str, levels: set[Level], rests: int
) -> None:
    midnight = dt.datetime(2026, 11, 20, tzinfo=zoneinfo.ZoneInfo(zone))
    stretch = quarter_of(midnight), quarter_of(midnight + dt.timedelta(days=1))
    found = cover(*stretch)
    assert ({span.level for span in found.spans}, len(found.rests)) == (levels, rests)
    (span,) = cover(*stretch, (meridian_of(midnight),)).spans
    assert span.level is Level.DAY


def test_the_day_on_which_clocks_go_forward_has_a_day_less_an_hour() -> None:
    midnight = dt.datetime(2026, 3, 29, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    following = midnight + dt.timedelta(days=1)
    found = cover(quarter_of(midnight), quarter_of(following), (meridian_of(midnight), meridian_of(following)))
    assert sum(span.end - span.first for span in found.spans) == 23 * HOUR
    assert {span.level for span in found.spans} == {Level.HOUR}


def test_only_meridians_with_parts_of_an_hour_have_hours_of_their_own() -> None:
    assert [hours_of(one) for one in (0, 32, -20, 22, 23)] == [0, 0, 0, 22, 23]


@given(quarters)
def test_a_quarter_begins_when_it_says(quarter: int) -> None:
    assert quarter_of(moment_of(quarter)) == quarter
    assert quarter_of(moment_of(quarter) - dt.timedelta(microseconds=1)) == quarter - 1
