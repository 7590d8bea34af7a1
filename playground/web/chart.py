"""Geometry of a chart of stacked bars: where bars and lines stand, in units of its own box. Pure; no colours, no words.

The box is a hundred high and ten a bar wide, and stretched to its place by the browser; labels are HTML beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Final

HEIGHT: Final = 100
STEP: Final = 10  # of one bar with what separates it from the next
WIDTH: Final = 6.4  # without
LINES: Final = 4  # steps of the scale
LABELS: Final = 7  # at most, below the bars
STEPS: Final = tuple(map(Decimal, ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar. `series` counts from 1, as the colours do."""

    series: int
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """`bars`: the parts of each; `scale`: what the lines stand for, from the top down to 0."""

    width: int
    bars: tuple[tuple[Part, ...], ...]
    scale: tuple[Decimal, ...]
    lines: tuple[float, ...]
    labelled: frozenset[int]  # bars that get a label


def stacked(values: Sequence[Sequence[Decimal]]) -> Chart:
    """One bar for each of `values`, of one part for each number in it; negative ones (corrections) are not drawn."""
    top = nice_top(
        max((sum((max(Decimal(0), part) for part in bar), Decimal(0)) for bar in values), default=Decimal(0))
    )
    return Chart(
        width=STEP * max(1, len(values)),
        bars=tuple(_bar(place, bar, top) for place, bar in enumerate(values)),
        scale=tuple(top * line / LINES for line in range(LINES, -1, -1)),
        lines=tuple(HEIGHT * line / LINES for line in range(LINES + 1)),
        labelled=labelled(len(values)),
    )


def nice_top(highest: Decimal) -> Decimal:
    """The end of the scale: a round number that the highest bar stays below, and that divides well."""
    if highest <= 0:
        return Decimal(1)
    step = highest / LINES
    power = Decimal(1).scaleb(step.adjusted())
    return next(power * factor for factor in STEPS if power * factor >= step) * LINES


def labelled(count: int) -> frozenset[int]:
    """Bars with a label: evenly apart, the first always."""
    apart = int((Decimal(count) / LABELS).to_integral_value(ROUND_CEILING)) or 1
    return frozenset(range(0, count, apart))


def _bar(place: int, parts: Sequence[Decimal], top: Decimal) -> tuple[Part, ...]:
    drawn: list[Part] = []
    below = Decimal(0)
    for series, value in enumerate(parts, start=1):
        if value > 0:
            height = value * HEIGHT / top
            below += height
            x = place * STEP + (STEP - WIDTH) / 2
            drawn.append(Part(series, round(x, 2), round(float(HEIGHT - below), 2), round(float(height), 2)))
    return tuple(drawn)
