"""Time in quarter hours, and how a stretch of it is put together from whole months, days, hours and quarters. Pure.

Every time zone of today is a whole number of quarter hours from UTC, so that a day of any reader begins with one.
Months and days here are those of UTC: a reader's day is made of hours and, where the zone asks for it, quarters.
"""

import datetime as dt
import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

QUARTER: Final = dt.timedelta(minutes=15)
EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
HOUR, DAY = 4, 96  # quarters


class Level(enum.IntEnum):
    """How much time one total covers, from the least to the most."""

    QUARTER = 0
    HOUR = 1
    DAY = 2
    MONTH = 3


@dataclass(frozen=True, slots=True)
class Span:
    """The totals of a level that begin in [first, end), in quarter hours since 1970."""

    level: Level
    first: int
    end: int


def quarter_of(moment: dt.datetime) -> int:
    """The quarter hour that an aware moment lies in."""
    return (moment - EPOCH) // QUARTER


def moment_of(quarter: int) -> dt.datetime:
    """When a quarter hour begins."""
    return EPOCH + quarter * QUARTER


def starts_of(quarter: int) -> tuple[int, int, int, int]:
    """Where the totals begin that a quarter hour belongs to, by level."""
    return quarter, quarter // HOUR * HOUR, quarter // DAY * DAY, _month(quarter)


def cover(first: int, end: int) -> Iterator[Span]:
    """The stretch [first, end) as the largest totals that make it up exactly, without gap or overlap."""
    yield from _cover(first, end, Level.MONTH)


def _cover(first: int, end: int, level: Level) -> Iterator[Span]:
    if first >= end:
        return
    if level is Level.QUARTER:
        yield Span(level, first, end)
        return
    up, down = _ROUND[level]
    inner, last = up(first), down(end)
    if inner >= last:
        yield from _cover(first, end, Level(level - 1))
        return
    yield from _cover(first, inner, Level(level - 1))
    yield Span(level, inner, last)
    yield from _cover(last, end, Level(level - 1))


def _month(quarter: int) -> int:
    return quarter_of(moment_of(quarter).replace(day=1, hour=0, minute=0))


def _month_up(quarter: int) -> int:
    start = _month(quarter)
    return start if start == quarter else _month(start + 31 * DAY)


_ROUND: Final[dict[Level, tuple[Callable[[int], int], Callable[[int], int]]]] = {
    Level.HOUR: (lambda quarter: -(-quarter // HOUR) * HOUR, lambda quarter: quarter // HOUR * HOUR),
    Level.DAY: (lambda quarter: -(-quarter // DAY) * DAY, lambda quarter: quarter // DAY * DAY),
    Level.MONTH: (_month_up, _month),
}
