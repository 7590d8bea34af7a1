"""How waits and speeds spread: counts in bins that merge by adding, and percentiles read from them. Pure.

A spread is one whole number: each bin has 32 bits of it, so that adding spreads adds all of their counts at once. Bins
grow by a fixed factor: a percentile is off by at most ERROR of itself, whatever the range and the number of values.
As text "<empty bins below>:<the others in hexadecimal>"; texts are merged by joining them with a blank.
"""

import math
from bisect import bisect_left
from decimal import Decimal
from itertools import accumulate
from struct import unpack
from typing import Final

ERROR: Final = Decimal("0.03")  # a percentile is at most 3 % above or below the value it stands for
SMALLEST: Final = 0.01  # what is below counts as this

_BITS: Final = 32
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
    """The value below which `percent` (of 1 to 100) of the values lie; None when there are none."""
    if not spread:
        return None
    passed = list(accumulate(_counts(spread)))
    place = bisect_left(passed, passed[-1] * percent / 100)
    return SMALLEST * math.exp(place * _GROWTH) * (_MIDDLE if place else 1)


def _counts(spread: int) -> tuple[int, ...]:
    bins = -(-spread.bit_length() // _BITS)
    return unpack(f"<{bins}I", spread.to_bytes(bins * _BITS // 8, "little"))
