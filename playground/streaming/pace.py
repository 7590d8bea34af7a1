"""How long to gather before the next frame: nothing while the process is idle, up to 150 ms near saturation.

Every 250 ms the share of a core that the process used decides. Measured on one core: a fixed window of 30 ms costs
15 ms of delay on an idle server; this one costs nothing there and, when busy, reads and sends several tokens at
once, which is what carries more than 600 streams. Pure: the clocks are passed in.
"""

from collections.abc import Callable

INTERVAL = 0.25  # seconds between two decisions
BUSY, CALM = 0.75, 0.6  # share of a core
FIRST, LONGEST, SHORTEST = 0.025, 0.150, 0.020  # seconds


class Pace:
    """Holds the window, in seconds. `now` and `cpu` are clocks in seconds: wall and process time."""

    __slots__ = ("_cpu", "_cpu_at", "_now", "_now_at", "window")

    def __init__(self, *, now: Callable[[], float], cpu: Callable[[], float]) -> None:
        self._now, self._cpu = now, cpu
        self._now_at, self._cpu_at = now(), cpu()
        self.window = 0.0

    def tick(self) -> float:
        """Decide anew when the interval is over; return the window to use."""
        now = self._now()
        passed = now - self._now_at
        if passed >= INTERVAL:
            cpu = self._cpu()
            self.window = next_window(self.window, (cpu - self._cpu_at) / passed)
            self._now_at, self._cpu_at = now, cpu
        return self.window


def next_window(window: float, used: float) -> float:
    """The window after an interval in which the process used this share of a core."""
    if used > BUSY:
        return min(LONGEST, max(FIRST, window * 1.6))
    if used < CALM:
        return window * 0.8 if window * 0.8 >= SHORTEST else 0.0
    return window
