"""Geometry of a chart of stacked bars: where bars and lines stand, in units of its own box. Pure; no colours, no words.

The box is a hundred high and ten a bar wide, and stretched to its place by the browser; labels are HTML beside it.
"""

from collections.abc import Iterator, Sequence
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
class Chart:
    """`paths`: for each series the outline of all its parts; `scale`: what the lines stand for, from the top to 0."""

    width: int
    paths: tuple[str, ...]
    scale: tuple[Decimal, ...]
    lines: tuple[int, ...]
    labelled: frozenset[int]  # bars that get a label


def stacked(values: Sequence[Sequence[Decimal]]) -> Chart:
    """One bar for each of `values`, of one part for each number in it; negative ones (corrections) are not drawn."""
    top = nice_top(max((sum((part for part in bar if part > 0), Decimal(0)) for bar in values), default=Decimal(0)))
    series: list[list[str]] = [[] for _ in (values[0] if values else ())]
    for place, bar in enumerate(values):
        for number, x, y, height in parts(place, bar, top):
            series[number].append(f"M{x:g} {y:g}h{WIDTH}v{height:g}h-{WIDTH}z")
    return Chart(
        width=STEP * max(1, len(values)),
        paths=tuple("".join(drawn) for drawn in series),
        scale=tuple(top * line / LINES for line in range(LINES, -1, -1)),
        lines=tuple(HEIGHT * line // LINES for line in range(LINES + 1)),
        labelled=labelled(len(values)),
    )


def parts(place: int, bar: Sequence[Decimal], top: Decimal) -> Iterator[tuple[int, float, float, float]]:
    """Number, left edge, upper edge and height of each part of a bar, from below."""
    below = 0.0
    for number, value in enumerate(bar):
        if value > 0:
            height = float(value * HEIGHT / top)
            below += height
            yield number, round(place * STEP + (STEP - WIDTH) / 2, 2), round(HEIGHT - below, 2), round(height, 2)


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
