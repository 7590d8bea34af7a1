"""How waits and speeds spread: counts in bins that merge by adding, and percentiles read from them. Pure.

Bins grow by a fixed factor, so that a percentile is off by at most ERROR of itself, whatever the range and the number
of values. As text "31:2 35:1" (bin:count); texts are merged by joining them with a blank.
"""

import math
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

ERROR: Final = Decimal("0.03")  # a percentile is at most 3 % above or below the value it stands for

_GROWTH: Final = math.log((1 + float(ERROR)) / (1 - float(ERROR)))
_MIDDLE: Final = 1 - float(ERROR)  # of a bin, as a part of its upper bound: equally far from both in proportion
_ZERO: Final = -1_000  # the bin of zero; what is above it begins at a millionth


def bin_of(value: float) -> int:
    """The bin of a value that is not negative."""
    return math.ceil(math.log(value) / _GROWTH) if value > 1e-6 else _ZERO


def value_of(place: int) -> float:
    """What a bin stands for."""
    return 0.0 if place == _ZERO else math.exp(place * _GROWTH) * _MIDDLE


def to_text(bins: Mapping[int, int]) -> str:
    """Counts by bin as a column keeps them."""
    return " ".join(f"{place}:{count}" for place, count in sorted(bins.items()) if count)


def from_text(text: str) -> Counter[int]:
    """Counts by bin, of one text or of several that were joined."""
    bins: Counter[int] = Counter()
    for pair in text.split():
        place, _, count = pair.partition(":")
        bins[int(place)] += int(count)
    return bins


def percentile(bins: Mapping[int, int], percent: int) -> float | None:
    """The value below which `percent` of the values lie; None when there are none."""
    rank = sum(bins.values()) * percent / 100
    if not rank:
        return None
    passed = 0
    for place in sorted(bins):
        passed += bins[place]
        if passed >= rank:
            return value_of(place)
    return None
