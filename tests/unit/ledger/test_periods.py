"""Ranges and bars of the reader's calendar: presets, units that fit, what is compared, and days of 23 hours."""

import datetime as dt
import itertools
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.ledger import periods
from playground.ledger.periods import PRESETS, UNITS, Period
from playground.ledger.spans import QUARTER

SHANGHAI, NEW_YORK = zoneinfo.ZoneInfo("Asia/Shanghai"), zoneinfo.ZoneInfo("America/New_York")
NOW = dt.datetime(2026, 11, 21, 10, 43, tzinfo=SHANGHAI)
zones = st.sampled_from(["UTC", "Asia/Shanghai", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"])
moments = st.builds(
    lambda moment, zone: moment.replace(tzinfo=dt.UTC).astimezone(zoneinfo.ZoneInfo(zone)),
    st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2030, 1, 1)),
    zones,
)


def days(period: Period) -> tuple[str, str]:
    return period.first.date().isoformat(), period.last_day.isoformat()


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-11-21", "2026-11-21"),
        ("7d", "2026-11-15", "2026-11-21"),
        ("30d", "2026-10-23", "2026-11-21"),
        ("90d", "2026-08-24", "2026-11-21"),
        ("12m", "2025-12-01", "2026-11-30"),
        ("month", "2026-11-01", "2026-11-30"),
        ("last-month", "2026-10-01", "2026-10-31"),
    ],
)
def test_presets(name: str, first: str, last: str) -> None:
    assert days(periods.preset(name, NOW)) == (first, last)


def test_twelve_months_that_end_in_december_are_this_year() -> None:
    assert days(periods.preset("12m", NOW.replace(month=12))) == ("2026-01-01", "2026-12-31")


@pytest.mark.parametrize(
    ("name", "first", "end"),
    [
        ("month", "2026-10-01 00:00", "2026-10-21 11:00"),
        ("last-month", "2026-09-01 00:00", "2026-10-01 00:00"),
        ("today", "2026-11-20 00:00", "2026-11-20 11:00"),
        ("7d", "2026-11-08 00:00", "2026-11-14 11:00"),
        ("12m", "2024-12-01 00:00", "2025-11-21 11:00"),
    ],
)
def test_what_a_range_is_compared_with_has_passed_as_far(name: str, first: str, end: str) -> None:
    found = periods.before(periods.preset(name, NOW), NOW)
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in found] == [first, end]


def test_a_long_month_is_never_compared_with_more_than_the_short_one_before() -> None:
    first, end = periods.before(periods.preset("month", NOW.replace(month=3, day=31)), NOW.replace(month=3, day=31))
    assert (first.date(), end.date()) == (dt.date(2026, 2, 1), dt.date(2026, 3, 1))


def test_days_that_were_typed_the_wrong_way_round_are_put_right_and_cut() -> None:
    period = periods.between(dt.date(2026, 11, 21), dt.date(2026, 11, 3), SHANGHAI)
    assert days(period) == ("2026-11-03", "2026-11-21")
    assert periods.between(dt.date(2000, 1, 1), dt.date(2026, 1, 1), SHANGHAI).days == periods.LONGEST.days + 1


def test_the_day_on_which_summer_time_ends_has_25_bars() -> None:
    period = periods.between(dt.date(2026, 11, 1), dt.date(2026, 11, 1), NEW_YORK)
    assert len(periods.edges(period, "hour")) == 26


def test_weeks_begin_on_mondays_and_are_cut_at_the_ends() -> None:
    period = periods.between(dt.date(2026, 11, 5), dt.date(2026, 11, 17), SHANGHAI)
    assert [f"{edge:%a %d}" for edge in periods.edges(period, "week")] == ["Thu 05", "Mon 09", "Mon 16", "Wed 18"]


@given(moments, st.sampled_from(PRESETS))
def test_bars_cover_a_range_without_gap_and_are_never_too_many(now: dt.datetime, name: str) -> None:
    period = periods.preset(name, now)
    usable = periods.units_for(period)
    assert periods.usual_unit(period) in usable
    for unit in usable:
        edges = periods.edges(period, unit)
        assert (edges[0], edges[-1]) == (period.first, period.end)
        assert all(earlier < later for earlier, later in itertools.pairwise(edges))
        assert 1 <= len(edges) - 1 <= periods.MOST_BARS + 4
        assert all((edge - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) % QUARTER == dt.timedelta(0) for edge in edges)


@given(moments, st.sampled_from(PRESETS))
def test_what_is_compared_ends_where_the_range_begins_or_before(now: dt.datetime, name: str) -> None:
    period = periods.preset(name, now)
    first, end = periods.before(period, now)
    assert first < end <= period.first


def test_every_range_has_a_unit() -> None:
    for length in range(1, 1900, 7):
        period = periods.between(dt.date(2026, 1, 1), dt.date(2026, 1, 1) + dt.timedelta(days=length - 1), SHANGHAI)
        assert set(periods.units_for(period)) <= set(UNITS)
        assert len(periods.edges(period, periods.usual_unit(period))) <= periods.MOST_BARS + 4
