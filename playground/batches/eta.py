"""How long the rest will take, by how fast the last rows came. Pure."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

LEAST: Final = 3  # rows that say anything about a pace


def seconds_left(ended: Sequence[dt.datetime], left: int, *, now: dt.datetime) -> float | None:
    """Seconds for `left` rows; `ended`: when the last rows ended, in any order. None while nobody can tell.

    The time since the last one counts: a batch that stands still takes longer and longer.
    """
    if left <= 0:
        return 0.0
    if len(ended) < LEAST:
        return None
    passed = (now - min(ended)).total_seconds()
    return left * passed / (len(ended) - 1) if passed > 0 else None
