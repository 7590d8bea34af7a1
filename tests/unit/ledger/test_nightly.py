"""Which night it is: one for each day of the wall clock, also where the clocks are changed."""

import datetime as dt
import zoneinfo

import pytest

from playground.ledger.nightly import night_of

QUARTER_PAST_THREE = dt.time(3, 15)


@pytest.mark.parametrize(
    ("zone", "now", "night"),
    [
        ("UTC", "2026-11-26T03:14:59+00:00", "2026-11-25"),
        ("UTC", "2026-11-26T03:15:00+00:00", "2026-11-26"),
        ("UTC", "2026-11-26T23:59:59+00:00", "2026-11-26"),
        ("UTC", "2026-11-27T00:00:00+00:00", "2026-11-26"),
        ("Asia/Shanghai", "2026-11-26T19:14:00+00:00", "2026-11-26"),
        ("Asia/Shanghai", "2026-11-26T19:15:00+00:00", "2026-11-27"),
        ("Asia/Kathmandu", "2026-11-26T21:30:00+00:00", "2026-11-27"),
        ("America/New_York", "2026-03-08T06:59:00+00:00", "2026-03-07"),
        ("America/New_York", "2026-03-08T07:15:00+00:00", "2026-03-08"),
        ("America/New_York", "2026-11-01T08:14:00+00:00", "2026-10-31"),
        ("America/New_York", "2026-11-01T08:15:00+00:00", "2026-11-01"),
    ],
)
def test_a_night_is_that_of_the_day_on_which_it_begins(zone: str, now: str, night: str) -> None:
    found = night_of(dt.datetime.fromisoformat(now), QUARTER_PAST_THREE, zoneinfo.ZoneInfo(zone))
    assert found == dt.date.fromisoformat(night)


def test_an_hour_that_a_change_of_clocks_leaves_out_or_repeats_begins_one_night() -> None:
    zone, begins = zoneinfo.ZoneInfo("America/New_York"), dt.time(1, 30)
    for day in (dt.date(2026, 3, 8), dt.date(2026, 11, 1)):
        minute = dt.datetime.combine(day - dt.timedelta(days=1), dt.time(12), dt.UTC)
        nights = [night_of(minute + dt.timedelta(minutes=5 * step), begins, zone) for step in range(12 * 36)]
        assert sorted(set(nights)) == [day + dt.timedelta(days=back) for back in (-1, 0)]
