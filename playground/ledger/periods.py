"""Stretches of time as a reader means them: presets, bars by hour, day, week or month, and what they are compared with.

Pure. All moments are aware and lie in the reader's zone; adding days to them keeps the wall clock, as it should.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

PRESETS: Final = ("today", "7d", "30d", "90d", "12m", "month", "last-month")
UNITS: Final = ("hour", "day", "week", "month")
MOST_BARS: Final = 100
LONGEST: Final = dt.timedelta(days=5 * 366)
_DAY: Final = dt.timedelta(days=1)
_BACK: Final = {"today": 0, "7d": 6, "30d": 29, "90d": 89}  # days before today


@dataclass(frozen=True, slots=True)
class Period:
    """From a midnight to a midnight of the reader. `preset` is empty for dates that were typed."""

    first: dt.datetime
    end: dt.datetime
    preset: str = ""

    @property
    def days(self) -> int:
        """How many days of the reader's calendar it has."""
        return (self.end.date() - self.first.date()).days

    @property
    def last_day(self) -> dt.date:
        """The last day that belongs to it."""
        return (self.end - _DAY).date()


def preset(name: str, now: dt.datetime) -> Period:
    """A preset as of now, which is aware and in the reader's zone. Today belongs to all but "last-month"."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    tomorrow = today + _DAY
    month = today.replace(day=1)
    if name == "month":
        return Period(month, _next_month(month), name)
    if name == "last-month":
        return Period((month - _DAY).replace(day=1), month, name)
    if name == "12m":
        return Period(_year_before(month), _next_month(month), name)
    return Period(today - _BACK[name] * _DAY, tomorrow, name)


def between(first: dt.date, last: dt.date, zone: dt.tzinfo | None) -> Period:
    """All of the days from `first` to `last`, in either order, at most LONGEST of them."""
    first, last = sorted((first, last))
    first = max(first, last - LONGEST)
    midnight = dt.time(tzinfo=zone)
    return Period(dt.datetime.combine(first, midnight), dt.datetime.combine(last + _DAY, midnight))


def units_for(period: Period) -> list[str]:
    """The units that give a chart neither too many bars nor a single one; always one at least."""
    counts = {"hour": period.days * 24, "day": period.days, "week": period.days / 7, "month": period.days / 28}
    fitting = [unit for unit in UNITS if 1 < counts[unit] <= MOST_BARS]
    return fitting or ["hour" if period.days <= 1 else "month"]


def usual_unit(period: Period) -> str:
    """The unit a chart begins with."""
    usual = "hour" if period.days <= 2 else "day" if period.days <= 92 else "week" if period.days <= 250 else "month"
    fitting = units_for(period)
    return usual if usual in fitting else fitting[0]


def edges(period: Period, unit: str) -> list[dt.datetime]:
    """Where bars begin, and the end. Weeks begin on Mondays; at both ends of a period they may be cut."""
    steps: dict[str, Callable[[dt.datetime], dt.datetime]] = {
        "hour": _next_hour,
        "day": lambda moment: moment + _DAY,
        "week": lambda moment: moment + (7 - moment.weekday()) * _DAY,
        "month": _next_month,
    }
    found = [period.first]
    while (following := steps[unit](found[-1])) < period.end:
        found.append(following)
    return [*found, period.end]


def before(period: Period, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """What a period is compared with: as much of the one before as has passed of this one, in whole hours.

    Of a month the month before, from its first day; of everything else as many days right before.
    """
    zone = period.first.tzinfo
    hour = now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    until = min(period.end, max(period.first, hour + dt.timedelta(hours=1)))
    if period.preset in ("month", "last-month"):
        start = (period.first - _DAY).replace(day=1)
        whole = until == period.end
        return start, period.first if whole else min(period.first, start + _passed(period.first, until))
    year = period.first.replace(year=period.first.year - 1) if period.preset == "12m" else None
    start = year or period.first - period.days * _DAY
    return start, min(period.first, start + _passed(period.first, until))


def _passed(first: dt.datetime, until: dt.datetime) -> dt.timedelta:
    """By the wall clock, so that a day of 23 hours is a day."""
    return until.replace(tzinfo=None) - first.replace(tzinfo=None)


def _next_hour(moment: dt.datetime) -> dt.datetime:
    return (moment.astimezone(dt.UTC) + dt.timedelta(hours=1)).astimezone(moment.tzinfo)


def _next_month(moment: dt.datetime) -> dt.datetime:
    return (moment.replace(day=1) + 32 * _DAY).replace(day=1)


def _year_before(month: dt.datetime) -> dt.datetime:
    """The first of the month eleven months ago: with this one they are twelve."""
    return month.replace(year=month.year - 1, month=month.month + 1) if month.month < 12 else month.replace(month=1)
