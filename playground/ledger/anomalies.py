"""What is worth a look in a team's usage: four plain rules over numbers that are given. Pure."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from statistics import median
from typing import Final

MEDIAN_DAYS: Final = 28  # before today
TIMES: Final = 3  # the median: a day that costs more than this is worth a look
LAST_RUNS: Final = 50
MOST_FAULTS: Final = Decimal("0.2")
UNUSED_AFTER: Final = dt.timedelta(days=90)


def is_dear(today: Decimal, days_before: Sequence[Decimal]) -> bool:
    """Whether a day cost more than three times the median of the 28 days before it.

    A day without spend is a day of 0, as it was: who uses something on fewer than half of the days has no usual spend,
    and then no day is dear.
    """
    usual = median(days_before) if days_before else Decimal(0)
    return usual > 0 and today > TIMES * usual


def may_be_failing(succeeded: int, faults: int) -> bool:
    """Whether it is worth the while to read the last fifty of so many runs: they could have failed too often."""
    return succeeded + faults >= LAST_RUNS and faults > MOST_FAULTS * LAST_RUNS


def is_failing(last: Sequence[bool]) -> bool:
    """Whether more than a fifth of the last fifty runs failed (each True); never while there are fewer."""
    return len(last) >= LAST_RUNS and sum(last) > MOST_FAULTS * len(last)


def is_unused(last_used: dt.datetime | None, created: dt.datetime, now: dt.datetime) -> bool:
    """Whether a key was not used for three months, or never since it was added that long ago."""
    return now - (last_used or created) > UNUSED_AFTER
