"""The periods of budgets: where one begins and ends in a time zone, and what is to come at this pace. Pure."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

DAY: Final = "day"
MONTH: Final = "month"
ROLLING: Final = "rolling"
ONCE: Final = "once"

ROLLING_DAYS: Final = 30
PACE_HOURS: Final = 7 * 24  # whose pace the forecast of a rolling budget carries on
EVER: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # where a period begins that never began
_HOUR: Final = dt.timedelta(hours=1)
_DAY: Final = dt.timedelta(days=1)
_DAY_HOURS: Final = 24
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_TOO_EARLY: Final = 24  # in the first so-manieth part of a period nothing can be told


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when something counts, in UTC; `end` None: it does not renew at a moment."""

    start: dt.datetime
    end: dt.datetime | None


def window_of(span: str, now: dt.datetime, zone: dt.tzinfo) -> Window:
    """The period of a budget that a moment lies in."""
    today = now.astimezone(zone).date()
    if span == DAY:
        return Window(_midnight(today, zone), _midnight(today + dt.timedelta(days=1), zone))
    if span == MONTH:
        first = today.replace(day=1)
        return Window(_midnight(first, zone), _midnight((first + dt.timedelta(days=32)).replace(day=1), zone))
    return Window(EVER, None)


def hour_of(moment: dt.datetime) -> int:
    """The hour that a moment lies in, counted from 1970."""
    return (moment - EVER) // _HOUR


def oldest_hour(now: dt.datetime) -> int:
    """The oldest hour that a rolling budget still counts now: its end is not yet 30 days ago."""
    return hour_of(now) - ROLLING_DAYS * 24


def leaves_at(hour: int) -> dt.datetime:
    """When what was used in an hour leaves a rolling budget."""
    return EVER + (hour + 1) * _HOUR + dt.timedelta(days=ROLLING_DAYS)


def forecast(spent: int, window: Window, now: dt.datetime) -> int | None:
    """What a day or month comes to at the pace so far; None while nothing can be told, or where nothing ends."""
    if window.end is None:
        return None
    passed, whole = (now - window.start) // _MICROSECOND, (window.end - window.start) // _MICROSECOND
    if passed * _TOO_EARLY < whole:
        return None
    return max(spent, spent * whole // min(passed, whole))


def per_day(amount: int, span: str, window: Window) -> int | None:
    """A day's part of an amount, rounded down; None of what is for once. A day in which clocks change is a day."""
    if span == ROLLING:
        return amount // ROLLING_DAYS
    if window.end is None:
        return None
    return amount // max(1, round((window.end - window.start) / _DAY))


def rolling_forecast(of_late: int, first_hour: int, now: dt.datetime) -> int:
    """What 30 days come to at the pace of the last seven; in the first week at that of the days there are.

    `of_late`: what was used in the last seven days; `first_hour`: the oldest hour that counts. Less than a day is taken
    for a day: one hour tells nothing of a month.
    """
    hours = min(PACE_HOURS, max(_DAY_HOURS, hour_of(now) - first_hour + 1))
    return of_late * ROLLING_DAYS * _DAY_HOURS // hours


def _midnight(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """Where a day begins; where clocks skip midnight, the moment at which they do."""
    return dt.datetime.combine(day, dt.time(tzinfo=zone)).astimezone(dt.UTC)
