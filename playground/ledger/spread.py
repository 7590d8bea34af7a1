"""How waits and speeds spread: counts in bins that merge by adding, and percentiles read from them. Pure.

A spread is one whole number: each bin has 32 bits of it, so that adding spreads adds all of their counts at once. Bins
grow by a fixed factor: a percentile is off by at most ERROR of itself, whatever the range and the number of values.
As text "<empty bins below>:<the others in hexadecimal>"; texts are merged by joining them with a blank.
"""

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

ERROR: Final = Decimal("0.03")  # a percentile is at most 3 % above or below the value it stands for
SMALLEST: Final = 0.01  # what is below counts as this

_BITS: Final = 32
_MASK: Final = (1 << _BITS) - 1
_GROWTH: Final = math.log((1 + float(ERROR)) / (1 - float(ERROR)))
_MIDDLE: Final = 1 - float(ERROR)  # of a bin, as a part of its upper bound: equally far from both in proportion


def one(value: float) -> int:
    """The spread of a single value that is not negative."""
    return 1 << (_BITS * math.ceil(math.log(max(value, SMALLEST) / SMALLEST) / _GROWTH))


def to_text(spread: int) -> str:
    """As a column keeps it; empty for no values."""
    if not spread:
        return ""
    below = ((spread & -spread).bit_length() - 1) // _BITS
    return f"{below}:{spread >> (_BITS * below):x}"


def from_text(text: str) -> int:
    """The spread of one text, or of several that were joined."""
    total = 0
    for part in text.split():
        below, _, bins = part.partition(":")
        total += int(bins, 16) << (_BITS * int(below))
    return total


def percentile(spread: int, percent: int) -> float | None:
    """The value below which `percent` of the values lie; None when there are none."""
    counts = list(_counts(spread))
    rank = sum(count for _place, count in counts) * percent / 100
    passed = 0
    for place, count in counts:
        passed += count
        if passed >= rank:
            return SMALLEST * math.exp(place * _GROWTH) * (_MIDDLE if place else 1)
    return None


def _counts(spread: int) -> Iterator[tuple[int, int]]:
    place = 0
    while spread:
        if count := spread & _MASK:
            yield place, count
        spread >>= _BITS
        place += 1
