"""Time in quarter hours, and how a stretch of it is put together from whole months, weeks, days and hours. Pure.

A meridian is an offset from UTC, in quarter hours, whose days, weeks and months have totals: those of a reader in China
begin at 16:00 UTC. Every time zone of today is a whole number of quarter hours from UTC. Hours of all meridians that
are whole hours away from UTC are those of UTC.
"""

import datetime as dt
import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

QUARTER: Final = dt.timedelta(minutes=15)
EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
HOUR, DAY, WEEK = 4, 96, 672  # quarters
UTC: Final = 0  # the meridian that always has totals
_THURSDAY: Final = 3 * DAY  # from a Monday to the epoch


class Level(enum.IntEnum):
    """How much time one total covers, from the least to the most."""

    HOUR = 1
    DAY = 2
    WEEK = 3
    MONTH = 4


@dataclass(frozen=True, slots=True)
class Span:
    """The totals of a meridian's level that begin in [first, end), in quarter hours since 1970."""

    meridian: int
    level: Level
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Cover:
    """A stretch as spans, and what is left of it: parts of an hour, for which there are no totals."""

    spans: tuple[Span, ...]
    rests: tuple[tuple[int, int], ...]


def quarter_of(moment: dt.datetime) -> int:
    """The quarter hour that an aware moment lies in."""
    return (moment - EPOCH) // QUARTER


def moment_of(quarter: int) -> dt.datetime:
    """When a quarter hour begins."""
    return EPOCH + quarter * QUARTER


def meridian_of(moment: dt.datetime) -> int:
    """The meridian of an aware moment's zone at that moment."""
    offset = moment.utcoffset()
    return offset // QUARTER if offset else UTC


def hours_of(meridian: int) -> int:
    """The meridian that has the hours of this one."""
    return UTC if meridian % HOUR == 0 else meridian


def start_of(level: Level, quarter: int, meridian: int) -> int:
    """Where the total of a level begins that a quarter hour belongs to."""
    return _STARTS[level](quarter + meridian) - meridian


@lru_cache(maxsize=4096)  # the bars of a chart are those of the day before, but for one
def cover(first: int, end: int, meridians: tuple[int, ...] = (UTC,)) -> Cover:
    """The stretch [first, end) as the largest totals of these meridians that make it up, without gap or overlap."""
    spans: list[Span] = []
    rests: list[tuple[int, int]] = []
    for part in _cover(first, end, Level.MONTH, tuple(dict.fromkeys((*meridians, UTC)))):
        if isinstance(part, Span):
            spans.append(part)
        else:
            rests.append(part)
    return Cover(tuple(spans), tuple(rests))


def _cover(first: int, end: int, level: Level, meridians: Sequence[int]) -> Iterator[Span | tuple[int, int]]:
    if first >= end:
        return
    best = max((_inner(level, first, end, meridian) for meridian in meridians), key=lambda span: span.end - span.first)
    if best.first < best.end:
        yield from _below(first, best.first, level, meridians)
        yield best
        yield from _below(best.end, end, level, meridians)
    else:
        yield from _below(first, end, level, meridians)


def _below(first: int, end: int, level: Level, meridians: Sequence[int]) -> Iterator[Span | tuple[int, int]]:
    """A stretch in smaller totals; what no hour fits into is a rest."""
    if level is not Level.HOUR:
        yield from _cover(first, end, Level(level - 1), meridians)
    elif first < end:
        yield first, end


def _inner(level: Level, first: int, end: int, meridian: int) -> Span:
    """The totals of a level that lie within; empty where none does."""
    if level is Level.HOUR:
        meridian = hours_of(meridian)
    down = start_of(level, first, meridian)
    up = first if down == first else start_of(level, down + _LONGEST[level], meridian)
    return Span(meridian, level, up, start_of(level, end, meridian))


@lru_cache(maxsize=4096)
def _month(day: int) -> int:
    return quarter_of(moment_of(day * DAY).replace(day=1))


# By the clock of the meridian: as if it were UTC.
_STARTS: Final[dict[Level, Callable[[int], int]]] = {
    Level.HOUR: lambda quarter: quarter // HOUR * HOUR,
    Level.DAY: lambda quarter: quarter // DAY * DAY,
    Level.WEEK: lambda quarter: (quarter + _THURSDAY) // WEEK * WEEK - _THURSDAY,
    Level.MONTH: lambda quarter: _month(quarter // DAY),
}
_LONGEST: Final = {Level.HOUR: HOUR, Level.DAY: DAY, Level.WEEK: WEEK, Level.MONTH: 31 * DAY}
