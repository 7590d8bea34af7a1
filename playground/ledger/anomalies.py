"""What is worth a look in a team's usage: four plain rules over numbers that are given. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import Final

MEDIAN_DAYS: Final = 28
TIMES: Final = 3  # the median: a day that costs more than this is worth a look
FEWEST_RUNS: Final = 50
MOST_FAULTS: Final = Decimal("0.2")
UNUSED_AFTER: Final = dt.timedelta(days=90)


def is_dear(today: Decimal, days_before: Sequence[Decimal]) -> bool:
    """Whether a day cost more than three times the median of the days before it; never where nothing is usual."""
    usual = median(days_before) if days_before else Decimal(0)
    return usual > 0 and today > TIMES * usual


def failing(tried: Mapping[str, tuple[int, int]]) -> list[str]:
    """Of what was tried (succeeded, failed) often enough, what failed in more than a fifth; the worst first."""
    shares = {
        name: Decimal(faults) / (succeeded + faults)
        for name, (succeeded, faults) in tried.items()
        if succeeded + faults >= FEWEST_RUNS
    }
    return sorted((name for name, share in shares.items() if share > MOST_FAULTS), key=lambda name: -shares[name])


def is_unused(last_used: dt.datetime | None, created: dt.datetime, now: dt.datetime) -> bool:
    """Whether a key was not used for three months, or never since it was added that long ago."""
    return now - (last_used or created) > UNUSED_AFTER
