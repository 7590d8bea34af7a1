"""Periods of budgets: without gap or overlap in every zone, whatever the clocks do; and forecasts that make sense."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.budgets.windows import (
    DAY,
    EVER,
    MONTH,
    ONCE,
    ROLLING,
    ROLLING_DAYS,
    Window,
    forecast,
    hour_of,
    leaves_at,
    oldest_hour,
    per_day,
    rolling_forecast,
    window_of,
)

zones = st.sampled_from(
    ["UTC", "Asia/Shanghai", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "America/Santiago"]
).map(zoneinfo.ZoneInfo)
moments = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC))
MICRO = dt.timedelta(microseconds=1)


@given(moments, zones, st.sampled_from([DAY, MONTH]))
def test_every_moment_lies_in_one_period_and_the_next_begins_where_it_ends(
    now: dt.datetime, zone: dt.tzinfo, span: str
) -> None:
    window = window_of(span, now, zone)
    assert window.end is not None
    assert window.start <= now < window.end
    assert window_of(span, window.start, zone) == window
    assert window_of(span, window.end - MICRO, zone) == window
    assert window_of(span, window.end, zone).start == window.end


@given(moments, zones)
def test_a_month_begins_on_its_first_by_the_clocks_of_the_zone(now: dt.datetime, zone: dt.tzinfo) -> None:
    window = window_of(MONTH, now, zone)
    start = window.start.astimezone(zone)
    assert (start.day, start.month) == (1, now.astimezone(zone).month)


def test_a_day_in_which_clocks_change_has_23_or_25_hours() -> None:
    zone = zoneinfo.ZoneInfo("America/New_York")
    for day, hours in (("2026-03-08", 23), ("2026-11-01", 25), ("2026-06-01", 24)):
        window = window_of(DAY, dt.datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=zone), zone)
        assert window.end is not None
        assert window.end - window.start == dt.timedelta(hours=hours)


def test_a_day_without_a_midnight_begins_when_the_clocks_have_jumped() -> None:
    zone = zoneinfo.ZoneInfo("America/Santiago")  # 2026-09-06: from 00:00 to 01:00
    window = window_of(DAY, dt.datetime(2026, 9, 6, 12, tzinfo=zone), zone)
    assert window.start.astimezone(zone).strftime("%d %H:%M") == "06 01:00"


@given(moments, zones, st.sampled_from([ROLLING, ONCE]))
def test_what_rolls_or_is_for_once_has_one_period(now: dt.datetime, zone: dt.tzinfo, span: str) -> None:
    assert window_of(span, now, zone) == Window(EVER, None)


@given(moments, moments)
def test_an_hour_counts_until_it_leaves_and_no_longer(used: dt.datetime, now: dt.datetime) -> None:
    leaves = leaves_at(hour_of(used))
    assert (hour_of(used) < oldest_hour(now)) == (now >= leaves)
    month = dt.timedelta(days=ROLLING_DAYS)
    assert month < leaves - used <= month + dt.timedelta(hours=1)


@given(st.integers(0, 10**18), moments, zones, st.sampled_from([DAY, MONTH]))
def test_a_forecast_is_never_below_what_is_used_and_meets_it_at_the_end(
    spent: int, now: dt.datetime, zone: dt.tzinfo, span: str
) -> None:
    window = window_of(span, now, zone)
    assert window.end is not None
    found = forecast(spent, window, now)
    early = (now - window.start) * 24 < window.end - window.start
    assert (found is None) == early
    assert found is None or found >= spent
    assert forecast(spent, window, window.end) == spent


def test_half_of_a_period_leads_to_twice_as_much() -> None:
    start = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    window = Window(start, start + dt.timedelta(days=30))
    assert forecast(150, window, start + dt.timedelta(days=15)) == 300
    assert forecast(150, window, start + dt.timedelta(hours=29)) is None


def test_nothing_is_foretold_of_what_has_no_end() -> None:
    assert forecast(5, Window(EVER, None), dt.datetime(2026, 11, 1, tzinfo=dt.UTC)) is None


@pytest.mark.parametrize(("span", "day"), [(DAY, 310), (MONTH, 10), (ROLLING, 10), (ONCE, None)])
def test_a_day_has_its_part_of_what_ends_also_where_clocks_change(span: str, day: int | None) -> None:
    for zone in ("UTC", "Europe/Berlin"):  # in March and October a month there has an hour less or more
        for month in (3, 10):
            now = dt.datetime(2026, month, 29, 12, tzinfo=dt.UTC)
            assert per_day(310, span, window_of(span, now, zoneinfo.ZoneInfo(zone))) == day


NOW = dt.datetime(2026, 11, 26, 22, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("of_late", "hours_ago", "ahead"),
    [
        (0, 29 * 24, 0),
        (7, 29 * 24, 30),
        (7, 7 * 24, 30),
        (10**18, 7 * 24, 10**18 * 30 // 7),
        # In the first week as many days as there are.
        (6, 6 * 24 - 1, 30),
        (2, 2 * 24 - 1, 30),
        (3, 36 - 1, 60),
        # An hour is no pace: the first day counts as one.
        (1, 23, 30),
        (1, 5, 30),
        (1, 0, 30),
    ],
)
def test_a_rolling_forecast_carries_the_week_on_or_the_days_there_are(of_late: int, hours_ago: int, ahead: int) -> None:
    assert rolling_forecast(of_late, hour_of(NOW) - hours_ago, NOW) == ahead


@given(st.integers(1, 10**12), st.integers(1, 29))
def test_who_uses_the_same_every_day_is_foretold_thirty_times_that_from_the_first_day_on(a_day: int, days: int) -> None:
    of_late = a_day * min(days, 7)
    assert rolling_forecast(of_late, hour_of(NOW) - days * 24 + 1, NOW) == a_day * ROLLING_DAYS


@given(st.integers(0, 10**15), st.integers(0, 29 * 24))
def test_a_rolling_forecast_is_never_below_what_was_used_of_late(of_late: int, hours_ago: int) -> None:
    found = rolling_forecast(of_late, hour_of(NOW) - hours_ago, NOW)
    assert of_late * ROLLING_DAYS // 7 <= found <= of_late * ROLLING_DAYS
